"""The personal parts that this device keeps, beside its log and not in it: these rows can be deleted.

* A part is kept in the transaction of the entry that commits to it. Neither is there without the other.
* A part of another device's entry is expected as soon as the entry is pulled, and filled when somebody has it. It is
  taken only if it is what that entry commits to.
* A counted erasure deletes data and salt here as it does everywhere. SQLite overwrites what it deletes
  (`secure_delete`), and the write-ahead log is emptied after it. What is left is that the entry's part was erased.
* A device keeps parts of its own village only: nothing else is in its feeds.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from sajja_client.store import transaction
from sajja_schemas.entry import EntryRef, from_base64url, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.base import Event
from sajja_schemas.events.member_records import PersonalDataErased
from sajja_schemas.personal import PersonalPart, named_commitment
from sajja_schemas.personal_data import AnyPersonal, read_personal, subject_of

_CHUNK: Final = 500


class PersonalLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that committed to a part, with what is kept of it."""

    entry: EntryRef
    event: Event
    personal: AnyPersonal | None  # None where it is missing, erased, or of another version
    is_erased: bool


def keep_own(connection: sqlite3.Connection, part: PersonalPart, village: str) -> None:
    """Keep the part of an entry that is being recorded, in its transaction."""
    entry = part.entry
    connection.execute(
        "INSERT INTO personal_part (entry, commitment, village, device, sequence, salt, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (_raw(entry.hash), part.commitment, village, _raw(entry.device), entry.sequence, part.salt, part.data),
    )


def note_pulled(connection: sqlite3.Connection) -> None:
    """Expect the parts of what was pulled since the last time, and note the erasures among it."""
    seen = connection.execute("SELECT row FROM personal_seen").fetchone()
    rows = connection.execute(
        "SELECT rowid, hash, device, sequence, village, body FROM feed_line WHERE rowid > ?"
        " AND (instr(body, CAST('\"personal\":' AS BLOB)) OR instr(body, CAST('\"personal_data_erased\"' AS BLOB)))",
        (seen[0] if seen is not None else 0,),
    ).fetchall()
    end = connection.execute("SELECT coalesce(max(rowid), 0) FROM feed_line").fetchone()[0]
    with transaction(connection):
        for _row, entry, device, sequence, village, data in rows:
            commitment = named_commitment(data)
            if commitment is not None:
                connection.execute(
                    "INSERT INTO personal_part (entry, commitment, village, device, sequence, is_given)"
                    " VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (entry) DO NOTHING",
                    (entry, commitment, village, device, sequence),
                )
            body = read_body(data)
            if isinstance(body, Body) and isinstance(body.event, PersonalDataErased):
                connection.execute(
                    "INSERT INTO personal_erasure (erasure) VALUES (?) ON CONFLICT (erasure) DO NOTHING", (entry,)
                )
        connection.execute(
            "INSERT INTO personal_seen (one, row) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET row = excluded.row",
            (end,),
        )


def undone_erasures(connection: sqlite3.Connection) -> list[bytes]:
    """The pulled erasures, by hash, that name a part which is not erased here; whether they count, the books say."""
    noted = [row[0] for row in connection.execute("SELECT erasure FROM personal_erasure ORDER BY erasure")]
    return [erasure for erasure in noted if _is_undone(connection, erasure)]


def apply_erasures(connection: sqlite3.Connection, counted: Iterable[bytes]) -> int:
    """Delete what counted erasures name. To do it again changes nothing. Gives how many parts there were."""
    erased = 0
    with transaction(connection):
        for erasure in counted:
            village, refs = _named(connection, erasure)
            for ref in refs:
                erased += connection.execute(
                    "UPDATE personal_part SET salt = NULL, data = NULL, is_erased = 1 WHERE is_erased = 0 AND ("
                    " (entry = ?1 AND village = ?2) OR commitment ="
                    " (SELECT commitment FROM personal_part WHERE entry = ?1 AND village = ?2))",
                    (_raw(ref.hash), village),
                ).rowcount
    if erased:
        # The old pages would stay in the write-ahead log until somebody happens to write more.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return erased


def ungiven(connection: sqlite3.Connection, device: bytes, stored_until: int, limit: int) -> list[PersonalPart]:
    """Parts that the server has not been given, of entries that it has."""
    rows = connection.execute(
        "SELECT entry, device, sequence, salt, data FROM personal_part"
        " WHERE data IS NOT NULL AND is_given = 0 AND (device <> ? OR sequence <= ?)"
        " ORDER BY device, sequence LIMIT ?",
        (device, stored_until, limit),
    )
    return [
        PersonalPart(
            entry=EntryRef(device=to_base64url(author), sequence=sequence, hash=to_base64url(entry)),
            salt=salt,
            data=data,
        )
        for entry, author, sequence, salt, data in rows
    ]


def mark_given(connection: sqlite3.Connection, parts: Sequence[PersonalPart]) -> None:
    """The server has answered for them."""
    with transaction(connection):
        connection.executemany(
            "UPDATE personal_part SET is_given = 1 WHERE entry = ?", [(_raw(part.entry.hash),) for part in parts]
        )


def give_again(connection: sqlite3.Connection) -> None:
    """The server has lost entries; it may have lost parts as well."""
    with transaction(connection):
        connection.execute("UPDATE personal_part SET is_given = 0 WHERE data IS NOT NULL")


def unfilled(connection: sqlite3.Connection, village: str, limit: int) -> list[bytes]:
    """The commitments of a village whose parts are not here; those first that were asked for least often."""
    rows = connection.execute(
        "SELECT commitment FROM personal_part WHERE data IS NULL AND is_erased = 0 AND village = ?"
        " ORDER BY asked, entry LIMIT ?",
        (village, limit),
    )
    return [row[0] for row in rows]


def fill(connection: sqlite3.Connection, asked: Sequence[bytes], parts: Iterable[PersonalPart]) -> int:
    """Keep the parts that are what was asked for, and forget the others. Gives how many were kept."""
    filled = 0
    with transaction(connection):
        connection.executemany(
            "UPDATE personal_part SET asked = asked + 1 WHERE commitment = ?", [(one,) for one in asked]
        )
        for part in parts:
            filled += connection.execute(
                "UPDATE personal_part SET salt = ?, data = ?, is_given = 1"
                " WHERE commitment = ? AND data IS NULL AND is_erased = 0",
                (part.salt, part.data, part.commitment),
            ).rowcount
    return filled


def personal_lines(connection: sqlite3.Connection, member: str | None = None) -> Iterator[PersonalLine]:
    """The entries that committed to parts, of one member or of all, in the network's order; new ones of ours last."""
    rows = connection.execute(
        "SELECT p.entry, p.device, p.sequence, p.data, p.is_erased, coalesce(l.body, (SELECT f.body FROM feed_line AS f"
        " WHERE f.hash = p.entry LIMIT 1)) FROM personal_part AS p LEFT JOIN log AS l ON l.hash = p.entry"
        " ORDER BY (SELECT min(f.network_index) FROM feed_line AS f WHERE f.hash = p.entry) NULLS LAST, p.sequence"
    )
    for entry, device, sequence, data, is_erased, body_bytes in rows:
        body = read_body(body_bytes)
        if isinstance(body, Body) and (member is None or subject_of(body.event) == member):
            yield PersonalLine(
                entry=EntryRef(device=to_base64url(device), sequence=sequence, hash=to_base64url(entry)),
                event=body.event,
                personal=read_personal(data) if data is not None else None,
                is_erased=bool(is_erased),
            )


def _is_undone(connection: sqlite3.Connection, erasure: bytes) -> bool:
    village, refs = _named(connection, erasure)
    wanted = "SELECT 1 FROM personal_part WHERE entry = ? AND village = ? AND is_erased = 0"
    return any(connection.execute(wanted, (_raw(ref.hash), village)).fetchone() for ref in refs)


def _named(connection: sqlite3.Connection, erasure: bytes) -> tuple[str, tuple[EntryRef, ...]]:
    (data,) = connection.execute("SELECT body FROM feed_line WHERE hash = ? LIMIT 1", (erasure,)).fetchone()
    body = read_body(data)
    assert isinstance(body, Body), "it was read when it was noted"
    assert isinstance(body.event, PersonalDataErased), "and was one"
    return body.village, body.event.entries


def _raw(name: str) -> bytes:
    return from_base64url(name, 32)
