"""The one SQLite file of a client: its log, what the server said of it, the feeds it has pulled, and personal parts.

* WAL with synchronous FULL: a transaction that has committed survives a power cut.
* STRICT tables, and triggers that refuse to change or remove a line: a device never deletes an entry.
* Whoever writes takes `BEGIN IMMEDIATE`, so what it read before it writes is still so.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sajja_client.durable import sync_directory

BUSY_MS: Final = 10_000
_FIRST_SCHEMA: Final = """
CREATE TABLE log (
    sequence  INTEGER PRIMARY KEY,
    hash      BLOB NOT NULL UNIQUE,
    signature BLOB NOT NULL,
    body      BLOB NOT NULL,
    village   TEXT NOT NULL
) STRICT;
-- The end of the log, written with each line: without it, lines cut off at the end would not be missed.
CREATE TABLE log_head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
-- What the server last answered for a line of the log.
CREATE TABLE answer (
    sequence      INTEGER PRIMARY KEY,
    verdict       TEXT NOT NULL,
    code          TEXT,
    network_index INTEGER
) STRICT;
-- A feed is pulled into an epoch. If it diverges, the next epoch begins at zero and the old lines stay.
CREATE TABLE feed (
    village TEXT PRIMARY KEY,
    epoch   INTEGER NOT NULL,
    folded  INTEGER NOT NULL
) STRICT;
CREATE TABLE feed_line (
    village       TEXT NOT NULL,
    epoch         INTEGER NOT NULL,
    feed_sequence INTEGER NOT NULL,
    network_index INTEGER NOT NULL,
    received_at   INTEGER NOT NULL,
    device        BLOB NOT NULL,
    sequence      INTEGER NOT NULL,
    previous      BLOB NOT NULL,
    hash          BLOB NOT NULL,
    key           BLOB NOT NULL,
    signature     BLOB NOT NULL,
    body          BLOB NOT NULL,
    PRIMARY KEY (village, epoch, feed_sequence)
) STRICT;
CREATE INDEX feed_line_place ON feed_line (device, sequence);
CREATE INDEX feed_line_hash ON feed_line (hash);
CREATE INDEX feed_line_index ON feed_line (network_index);
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER log_is_never_shortened BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER feed_line_is_never_changed BEFORE UPDATE ON feed_line
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER feed_line_is_never_shortened BEFORE DELETE ON feed_line
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
"""
_ALARM: Final = """
-- The server's head is no line of this log, which signs nothing more until that is settled (`lineage`).
CREATE TABLE alarm (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    known INTEGER NOT NULL
) STRICT;
"""
_PERSONAL: Final = """
-- Personal parts, which are not the log and can be deleted: data and salt are absent where they are missing or erased.
CREATE TABLE personal_part (
    entry      BLOB PRIMARY KEY,
    commitment BLOB NOT NULL,
    village    TEXT NOT NULL,
    device     BLOB NOT NULL,
    sequence   INTEGER NOT NULL,
    salt       BLOB,
    data       BLOB,
    is_erased  INTEGER NOT NULL DEFAULT 0,
    is_given   INTEGER NOT NULL DEFAULT 0,
    asked      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX personal_part_commitment ON personal_part (commitment);
CREATE TRIGGER personal_part_stays_erased BEFORE UPDATE ON personal_part
    WHEN old.is_erased = 1 AND (new.is_erased = 0 OR new.data IS NOT NULL OR new.salt IS NOT NULL)
    BEGIN SELECT RAISE(ABORT, 'what was erased is not filled again'); END;
-- The erasures that were pulled; they are applied when they count, and after that again.
CREATE TABLE personal_erasure (
    erasure BLOB PRIMARY KEY
) STRICT;
-- How far the pulled lines were looked through for parts and erasures.
CREATE TABLE personal_seen (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    row INTEGER NOT NULL
) STRICT;
"""
_WITNESS: Final = """
-- The last checkpoint of the network log that this device has verified, and whether an entry acknowledges it.
CREATE TABLE checkpoint (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    origin       TEXT NOT NULL,
    size         INTEGER NOT NULL,
    root         BLOB NOT NULL,
    note         BLOB NOT NULL,
    acknowledged INTEGER NOT NULL
) STRICT;
-- What other devices have acknowledged, until it was compared.
CREATE TABLE heard (
    device BLOB NOT NULL,
    origin TEXT NOT NULL,
    size   INTEGER NOT NULL,
    root   BLOB NOT NULL,
    PRIMARY KEY (origin, size, root)
) STRICT;
-- What must not be, with both sides of it as proof.
CREATE TABLE log_alarm (
    id     INTEGER PRIMARY KEY,
    code   TEXT NOT NULL,
    kept   BLOB NOT NULL,
    shown  BLOB NOT NULL,
    UNIQUE (code, kept)
) STRICT;
-- Lines of the log that were found in the network's tree.
CREATE TABLE proven (
    sequence      INTEGER PRIMARY KEY,
    origin        TEXT NOT NULL,
    network_index INTEGER NOT NULL,
    size          INTEGER NOT NULL
) STRICT;
"""
_PROGRESS: Final = """
-- What has left this device, as far as it knows, and when a sync came to its end; no clock but a person's looks at it.
CREATE TABLE contact (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    offered   INTEGER NOT NULL,
    synced_at INTEGER
) STRICT;
-- How far each line of the log has come (`sajja_client.progress`).
CREATE VIEW IF NOT EXISTS line_state AS
    SELECT log.sequence AS sequence, CASE
        WHEN verdict IN ('merged', 'duplicate', 'forked')
            THEN CASE WHEN proven.sequence IS NULL THEN 'merged' ELSE 'proven' END
        WHEN verdict IS NOT NULL OR log.sequence <= coalesce((SELECT offered FROM contact), 0) THEN 'sent'
        ELSE 'saved' END AS state
    FROM log LEFT JOIN answer ON answer.sequence = log.sequence LEFT JOIN proven ON proven.sequence = log.sequence;
-- The epoch of the network log that a feed was pulled in, as far as the server knew it.
CREATE TABLE feed_origin (
    village TEXT PRIMARY KEY,
    epoch   INTEGER NOT NULL
) STRICT;
"""
_CARRIED: Final = """
-- Lines of other devices that came by hand, to be handed on: their bytes are never changed, what is known of them is.
CREATE TABLE carried_line (
    hash      BLOB PRIMARY KEY,
    device    BLOB NOT NULL,
    sequence  INTEGER NOT NULL,
    key       BLOB NOT NULL,
    signature BLOB NOT NULL,
    body      BLOB NOT NULL,
    verdict   TEXT,
    code      TEXT,
    proof     BLOB
) STRICT;
CREATE TRIGGER IF NOT EXISTS carried_line_is_never_changed BEFORE UPDATE OF hash, device, sequence, key, signature, body
    ON carried_line BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER IF NOT EXISTS carried_line_is_never_shortened BEFORE DELETE ON carried_line
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
-- Personal parts of other devices, sealed: nobody here can read them. They go when the server has answered for them.
CREATE TABLE carried_part (
    line BLOB PRIMARY KEY
) STRICT;
"""
# A file that an earlier version made is brought up step by step.
_STEPS: Final = (_FIRST_SCHEMA, _ALARM, _PERSONAL, _WITNESS, _PROGRESS, _CARRIED)
VERSION: Final = len(_STEPS)


def open_store(path: Path) -> sqlite3.Connection:
    """Open the file, and make it if it is not there."""
    is_new = not path.exists()
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # personal parts can be erased: their bytes are overwritten
        _create(connection)
    except BaseException:
        connection.close()
        raise
    if is_new:
        path.chmod(0o600)
        sync_directory(path.parent)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, and on the disk when it is over."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _create(connection: sqlite3.Connection) -> None:
    if _version(connection) >= VERSION:
        return
    with transaction(connection):
        # Read again under the lock: another program may have just done it.
        for step in _STEPS[_version(connection) :]:
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Single statements: `executescript` would commit first, and a half-made file could be left behind."""
    gathered = ""
    for line in script.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""
