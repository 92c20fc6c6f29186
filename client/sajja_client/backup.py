"""A tablet's backup: its log, what it pulled and the personal parts, and no private key.

* A backup is a copy of the tablet's one SQLite file, made while it may be written, with the pin and the names of the
  officers beside. Keys are in files of their own, and no file of that folder is read here.
* A restore is a **new device** with a new key and a new log: the old key may still sign somewhere, and two logs of one
  key would be a fork. What the old tablet had signed stays under its own key, as lines that the network may lack, and
  the next sync offers them (`sync.heal`), personal parts too. So they are sent before the old device is revoked.
* What comes from a file is not believed: every line is verified as if a stranger had sent it.
* A backup holds people's names. It is written for its owner alone, and is to be kept like the register.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from sajja_client.durable import replaced_file
from sajja_client.home import Home, Pin
from sajja_client.key_problems import BackupRefused
from sajja_client.log import Log
from sajja_client.problems import CannotWrite, HomeInUse
from sajja_client.store import VERSION, open_store, transaction
from sajja_schemas import signing
from sajja_schemas.chain import ChainBroken, check_log
from sajja_schemas.entry import SignedEntry, Unreadable, device_name, entry_hash, from_base64url, read_entry
from sajja_schemas.personal import commitment_of

BACKUP_MODE: Final = 0o600
# What a restore takes over as it is. Not the log and what was answered for it: that is another device's.
_TAKEN_OVER: Final = (
    "INSERT INTO main.feed SELECT * FROM old.feed",
    "INSERT INTO main.feed_line SELECT * FROM old.feed_line",
    "INSERT INTO main.personal_part SELECT * FROM old.personal_part",
    "INSERT INTO main.personal_erasure SELECT * FROM old.personal_erasure",
    "INSERT INTO main.checkpoint SELECT * FROM old.checkpoint",
    "INSERT INTO main.heard SELECT * FROM old.heard",
    "INSERT INTO main.log_alarm SELECT * FROM old.log_alarm",
    "INSERT INTO main.feed_origin SELECT * FROM old.feed_origin",
    "INSERT INTO main.carried_line SELECT * FROM old.carried_line",
    "INSERT INTO main.carried_part SELECT * FROM old.carried_part",
)
_ABOUT: Final = """
CREATE TABLE backup (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    pin      BLOB NOT NULL,
    key      BLOB NOT NULL,
    officers BLOB NOT NULL
) STRICT
"""


class About(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    pin: Pin
    device: str
    officers: tuple[str, ...]  # who had a key on it
    lines: int  # of its log
    unsent: int  # of those, how many no server had answered for


def write_backup(log: Log, path: Path) -> About:
    """Write a backup of a tablet; an older one of that name is replaced when the new one is whole.

    Raises:
        CannotWrite: there is no such folder, or no room.
    """
    try:
        with replaced_file(path, mode=BACKUP_MODE) as beside, closing(sqlite3.connect(beside)) as copy:
            log.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, which a stick can carry
            copy.execute(_ABOUT)
            copy.execute(
                "INSERT INTO backup (one, pin, key, officers) VALUES (1, ?, ?, ?)",
                (
                    msgspec.json.encode(log.pin),
                    log.key.public,
                    msgspec.json.encode(log.home.officers()),
                ),
            )
            copy.commit()
            return _about(copy)
    except (OSError, sqlite3.Error) as error:
        raise CannotWrite(path=path, why=error) from error


def restore(home: Home, path: Path) -> About:
    """Fill a new tablet's file with a backup. It is not pinned yet and has no key: that is `prepare`'s.

    Raises:
        HomeInUse: this folder is a tablet's already.
        BackupRefused: the file is no backup, of a later version, or damaged; nothing was taken.
    """
    if home.is_pinned:
        raise HomeInUse(path=home.path)
    home.create()
    with TemporaryDirectory(dir=home.path, prefix=".restore-") as beside:
        copied = Path(beside) / "backup.sqlite3"
        try:
            shutil.copyfile(path, copied)
            with closing(sqlite3.connect(copied)) as opened:
                if opened.execute("PRAGMA user_version").fetchone()[0] > VERSION:
                    raise BackupRefused(path=path, reason="a later version made it", reason_thai="ทำจากโปรแกรมรุ่นใหม่กว่า")
            with closing(open_store(copied)) as source:
                source.execute("PRAGMA trusted_schema = OFF")
                about = _about(source)
                _verify(source, about)
            with closing(open_store(home.log_path)) as store:
                _fill(store, copied, about)
        except (OSError, sqlite3.Error, msgspec.DecodeError, Unreadable, ChainBroken, IndexError, TypeError) as error:
            raise BackupRefused(path=path, reason=str(error), reason_thai="ไม่ใช่ไฟล์สำรอง หรือเสียหาย") from error
    return about


def _about(source: sqlite3.Connection) -> About:
    pin, key, officers = source.execute("SELECT pin, key, officers FROM backup").fetchone()
    lines = source.execute("SELECT count(*) FROM log").fetchone()[0]
    unsent = source.execute(
        "SELECT count(*) FROM log LEFT JOIN answer ON answer.sequence = log.sequence"
        " AND answer.verdict IN ('merged', 'duplicate', 'forked') WHERE answer.sequence IS NULL"
    ).fetchone()[0]
    return About(
        pin=msgspec.json.decode(pin, type=Pin),
        device=device_name(key),
        officers=msgspec.json.decode(officers, type=tuple[str, ...]),
        lines=lines,
        unsent=unsent,
    )


def _verify(source: sqlite3.Connection, about: About) -> None:
    (key,) = source.execute("SELECT key FROM backup").fetchone()
    log = (
        read_entry(key, signature, body)
        for signature, body in source.execute("SELECT signature, body FROM log ORDER BY sequence")
    )
    check_log(log, from_base64url(about.pin.fingerprint, 32))
    for hash_, entry in _feed_lines(source):
        if entry_hash(entry.body) != hash_ or entry.network != about.pin.network:
            raise Unreadable("a pulled line is not what its hash says")
        if not signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body):
            raise Unreadable("a pulled line is not signed by its key")
    parts = source.execute("SELECT commitment, salt, data FROM personal_part WHERE data IS NOT NULL")
    if any(commitment_of(salt, data) != commitment for commitment, salt, data in parts):
        raise Unreadable("a personal part is not what its entry commits to")


def _feed_lines(source: sqlite3.Connection) -> Iterator[tuple[bytes, SignedEntry]]:
    for hash_, key, signature, body in source.execute(
        "SELECT hash, key, signature, body FROM feed_line UNION ALL SELECT hash, key, signature, body FROM carried_line"
    ):
        yield hash_, read_entry(key, signature, body)


def _fill(store: sqlite3.Connection, copied: Path, about: About) -> None:
    if store.execute("SELECT 1 FROM feed_line LIMIT 1").fetchone() is not None:
        return  # a restore that was cut off after this one transaction
    store.execute("ATTACH DATABASE ? AS old", (str(copied),))
    with transaction(store):
        for statement in _TAKEN_OVER:
            store.execute(statement)
        # The old tablet's own lines stand as lines that were shown once, before everything else: those that the
        # network does not show after the next pull are offered to it again.
        before = store.execute("SELECT min(coalesce(min(epoch), 1), 1) - 1 FROM main.feed_line").fetchone()[0]
        store.execute(
            "INSERT INTO main.feed_line (village, epoch, feed_sequence, network_index, received_at, device, sequence,"
            " previous, hash, key, signature, body)"
            " SELECT log.village, ?1, log.sequence, -1, 0, ?2, log.sequence,"
            " coalesce((SELECT hash FROM old.log AS one WHERE one.sequence = log.sequence - 1), ?3), log.hash, ?4,"
            " log.signature, log.body FROM old.log AS log",
            (before, from_base64url(about.device, 32), from_base64url(about.pin.fingerprint, 32), _key_of(store)),
        )
        # Whether the server has the parts of lines that it may lack is asked again.
        store.execute("UPDATE main.personal_part SET is_given = 0 WHERE data IS NOT NULL")
    store.execute("DETACH DATABASE old")


def _key_of(store: sqlite3.Connection) -> bytes:
    return bytes(store.execute("SELECT key FROM old.backup").fetchone()[0])
