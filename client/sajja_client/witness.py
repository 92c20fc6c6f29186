"""The device as a witness of the network log: what it has verified, what it heard from others, and every alarm.

* Which key signs checkpoints, and under which origin, the office's feed says: the founding entry, whose hash is pinned,
  and what the office has adopted since. The server's word is not asked.
* Only a checkpoint that continues the last verified one is believed and kept. The next entry of this log acknowledges
  it, signed: from then on the village itself says what the network log was.
* What other devices acknowledge is heard in the feeds, and must be a beginning of the same log. Where two views meet
  that are not one log, both are kept as proof.
* An alarm stays until people have looked. It stops nothing: entries are recorded and pushed as before, and the last
  checkpoint that held is the one that stays acknowledged.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from sajja_client.home import Pin
from sajja_client.store import transaction
from sajja_schemas.books import Admitted, apply, open_books
from sajja_schemas.checkpoint import Checkpoint
from sajja_schemas.entry import OFFICE, from_base64url, to_base64url
from sajja_schemas.events import Ack, Body, read_body
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.merkle import is_consistent
from sajja_schemas.standing import PublicLog

# The alarms. The codes are stable; `SENTENCES` says them to people.
SPLIT_VIEW: Final = "split_view"
LOG_REWRITTEN: Final = "log_rewritten"
CONTINUED_TOO_EARLY: Final = "continued_too_early"
HEARD_ANOTHER: Final = "heard_another_log"
NOT_INCLUDED: Final = "entry_not_included"
SENTENCES: Final = {
    SPLIT_VIEW: (
        "เซิร์ฟเวอร์แสดงสมุดกลางสองฉบับที่ขนาดเดียวกัน",
        "the server has shown two logs of one size",
    ),
    LOG_REWRITTEN: (
        "สมุดกลางที่เคยตรวจแล้วไม่ใช่ส่วนต้นของสมุดกลางวันนี้: มีรายการถูกแก้หรือหายไป",
        "the network log that was verified before is not the beginning of this one: entries were changed or lost",
    ),
    CONTINUED_TOO_EARLY: (
        "สำนักงานปิดสมุดกลางเดิมก่อนรายการที่เครื่องนี้เคยตรวจแล้ว",
        "the office ended the old log before what this device has verified",
    ),
    HEARD_ANOTHER: (
        "แท็บเล็ตอีกเครื่องลงนามรับรองสมุดกลางอีกฉบับ",
        "another device has acknowledged another log",
    ),
    NOT_INCLUDED: (
        "เซิร์ฟเวอร์ว่ารวมรายการแล้ว แต่ไม่มีในสมุดกลาง",
        "the server says that it has merged an entry, and it is not in the log",
    ),
}
_ACK_START: Final = b'{"ack":{'
_CHANGES_LOG: Final = (b'"type":"log_key_adopted"', b'"type":"log_continued"')
HEARD_AT_ONCE: Final = 15


class _Acknowledging(msgspec.Struct, frozen=True):
    ack: Ack


class Heard(msgspec.Struct, frozen=True):
    """What another device has acknowledged."""

    device: bytes
    checkpoint: Checkpoint


class Alarm(msgspec.Struct, frozen=True):
    """Something that must not be: what is kept here, and what was shown first that contradicts it."""

    code: str
    kept: str
    shown: str


_decoder: Final = msgspec.json.Decoder(_Acknowledging)


def public_log(connection: sqlite3.Connection, pin: Pin) -> PublicLog | None:
    """Key and origin as the office's feed has them; None before the founding entry was pulled."""
    founding = connection.execute(
        "SELECT body FROM feed_line WHERE hash = ? LIMIT 1", (from_base64url(pin.fingerprint, 32),)
    ).fetchone()
    body = read_body(founding[0]) if founding is not None else None
    if not isinstance(body, Body) or not isinstance(body.event, NetworkEstablished):
        return None
    if not _is_ever_changed(connection):
        return PublicLog(origin=body.event.origin, key=body.event.log_key)
    # Seldom: whether the office's approvals are complete is the fold's to say. Its own feed is all that it needs.
    return public_log_of(pin, _office_lines(connection))


def public_log_of(pin: Pin, lines: Iterable[tuple[int, bytes, bytes]]) -> PublicLog:
    """Key and origin as an office's feed has them, of index, hash and body of each verified line."""
    books = open_books(pin.network, pin.fingerprint, partial=True)
    bodies: dict[str, bytes] = {}
    for index, entry_hash, data in lines:
        name = to_base64url(entry_hash)
        apply(books, Admitted(index, name, data), bodies.get)
        bodies[name] = data
    return books.trust.public_log


def verified(connection: sqlite3.Connection) -> Checkpoint | None:
    """The last checkpoint that this device has verified."""
    row = connection.execute("SELECT origin, size, root FROM checkpoint").fetchone()
    return Checkpoint(*row) if row is not None else None


def verified_note(connection: sqlite3.Connection) -> bytes | None:
    """The same as it was signed."""
    row = connection.execute("SELECT note FROM checkpoint").fetchone()
    return row[0] if row is not None else None


def keep(connection: sqlite3.Connection, checkpoint: Checkpoint, note: bytes) -> None:
    """Keep a checkpoint that was verified; the next entry acknowledges it."""
    if verified(connection) == checkpoint:
        return
    with transaction(connection):
        connection.execute(
            "INSERT INTO checkpoint (one, origin, size, root, note, acknowledged) VALUES (1, ?, ?, ?, ?, 0)"
            " ON CONFLICT (one) DO UPDATE SET origin = excluded.origin, size = excluded.size, root = excluded.root,"
            " note = excluded.note, acknowledged = 0",
            (checkpoint.origin, checkpoint.size, checkpoint.root, note),
        )


def take_acknowledgement(connection: sqlite3.Connection) -> Ack | None:
    """What the next entry acknowledges, once; in the transaction that appends it."""
    row = connection.execute("SELECT origin, size, root FROM checkpoint WHERE acknowledged = 0").fetchone()
    if row is None:
        return None
    connection.execute("UPDATE checkpoint SET acknowledged = 1")
    return Ack(origin=row[0], size=row[1], root=to_base64url(row[2]))


def hear(connection: sqlite3.Connection, device: bytes, body: bytes) -> None:
    """Note what a pulled entry of another device acknowledges; in the transaction that keeps it."""
    if not body.startswith(_ACK_START):
        return
    try:
        ack = _decoder.decode(body).ack
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    connection.execute(
        "INSERT INTO heard (device, origin, size, root) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (device, ack.origin, ack.size, from_base64url(ack.root, 32)),
    )


def to_compare(connection: sqlite3.Connection, origin: str, known: Checkpoint | None) -> list[Heard]:
    """What was heard of this origin and is not compared yet; a few at a time, the smallest first."""
    with transaction(connection):
        if known is not None:  # what everybody knows alike needs no proof
            connection.execute(
                "DELETE FROM heard WHERE origin = ? AND size = ? AND root = ?", (known.origin, known.size, known.root)
            )
    rows = connection.execute(
        "SELECT device, origin, size, root FROM heard WHERE origin = ? GROUP BY size, root ORDER BY size LIMIT ?",
        (origin, HEARD_AT_ONCE),
    ).fetchall()
    return [Heard(row[0], Checkpoint(*row[1:])) for row in rows]


def compared(connection: sqlite3.Connection, heard: Heard) -> None:
    """This need not be compared again."""
    at = heard.checkpoint
    with transaction(connection):
        connection.execute(
            "DELETE FROM heard WHERE origin = ? AND size = ? AND root = ?", (at.origin, at.size, at.root)
        )


def why_not(last: Checkpoint | None, told: Checkpoint, path: Sequence[bytes], log: PublicLog) -> str | None:
    """The alarm that a signed checkpoint raises, or None where it may be believed (or is merely older)."""
    if last is None:
        return None
    if last.origin != told.origin:
        ended = next((one for one in log.continued if one.origin == last.origin), None)
        is_above = ended is not None and ended.size > last.size
        is_there = ended is not None and (ended.size, ended.root) == (last.size, to_base64url(last.root))
        return None if is_above or is_there else CONTINUED_TOO_EARLY
    if told.size < last.size:
        return None
    if told.size == last.size:
        return None if told.root == last.root else SPLIT_VIEW
    return None if is_consistent(last.size, last.root, told.size, told.root, path) else LOG_REWRITTEN


def raise_alarm(connection: sqlite3.Connection, code: str, *, kept: bytes, shown: bytes) -> None:
    """Keep an alarm with both sides of it; what contradicts the same thing again is no other alarm."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO log_alarm (code, kept, shown) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (code, kept, shown)
        )


def alarms(connection: sqlite3.Connection) -> list[Alarm]:
    """Every alarm, the first one first."""
    rows = connection.execute("SELECT code, kept, shown FROM log_alarm ORDER BY id")
    return [Alarm(code, kept.decode(), shown.decode()) for code, kept, shown in rows]


def as_proof(**facts: Any) -> bytes:
    """What is kept of something that was not signed as a note."""
    return msgspec.json.encode(
        {name: to_base64url(value) if isinstance(value, bytes) else value for name, value in facts.items()}
    )


def _is_ever_changed(connection: sqlite3.Connection) -> bool:
    return any(
        connection.execute(
            "SELECT 1 FROM feed_line WHERE village = ? AND instr(body, ?) LIMIT 1", (OFFICE, words)
        ).fetchone()
        for words in _CHANGES_LOG
    )


def _office_lines(connection: sqlite3.Connection) -> Iterator[tuple[int, bytes, bytes]]:
    return iter(
        connection.execute(
            "SELECT network_index, feed_line.hash, body FROM feed_line"
            " JOIN feed ON feed.village = feed_line.village AND feed.folded = feed_line.epoch"
            " WHERE feed_line.village = ? ORDER BY network_index",
            (OFFICE,),
        )
    )
