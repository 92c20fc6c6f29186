"""What this device carries for others: lines that came by hand and are to be handed on, and sealed personal parts.

* A line is kept as it was signed, and verified before. Who carries it is nobody: the server judges it by chain and key.
* It is offered until the server has it; then its inclusion proof is fetched, which goes back to whoever recorded it.
* How much a device carries is bounded. What it carries is in nobody's books: it has no place in the network log yet.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sajja_client.store import transaction
from sajja_schemas import limits
from sajja_schemas.bundle import BundleCode, BundleWrong, EntryProof, Sealed, Told, decode_sealed, encode_sealed
from sajja_schemas.entry import SignedEntry, read_entry, to_base64url
from sajja_schemas.wire import EntryVerdict


class Carried(msgspec.Struct, frozen=True):
    """A carried line, without its bytes."""

    hash: bytes
    device: bytes
    sequence: int


def keep_lines(connection: sqlite3.Connection, entries: Sequence[SignedEntry]) -> int:
    """Carry verified lines. Gives how many were new.

    Raises:
        BundleWrong: there is no room for so many.
    """
    with transaction(connection):
        before = _count(connection)
        connection.executemany(
            "INSERT INTO carried_line (hash, device, sequence, key, signature, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (hash) DO NOTHING",
            [(one.hash, one.device, one.sequence, one.key, one.signature, one.body) for one in entries],
        )
        after = _count(connection)
        if after > limits.CARRIED_LINES_MAX and after > before:
            raise BundleWrong(BundleCode.NO_ROOM)
    return after - before


def keep_parts(connection: sqlite3.Connection, sealed: Iterable[Sealed]) -> None:
    """Carry sealed parts.

    Raises:
        BundleWrong: there is no room for so many.
    """
    with transaction(connection):
        connection.executemany(
            "INSERT INTO carried_part (line) VALUES (?) ON CONFLICT (line) DO NOTHING",
            [(encode_sealed(one),) for one in sealed],
        )
        if connection.execute("SELECT count(*) FROM carried_part").fetchone()[0] > limits.CARRIED_PARTS_MAX:
            raise BundleWrong(BundleCode.NO_ROOM)


def waiting(connection: sqlite3.Connection) -> list[Carried]:
    """The lines that the server is not known to have, each device's by sequence."""
    rows = connection.execute(
        "SELECT hash, device, sequence FROM carried_line WHERE coalesce(verdict, '') NOT IN ('merged', 'duplicate',"
        " 'forked') ORDER BY device, sequence"
    )
    return [Carried(*row) for row in rows]


def unproven(connection: sqlite3.Connection) -> list[SignedEntry]:
    """The lines that the server says it has, and of which no proof is here."""
    rows = connection.execute(
        "SELECT key, signature, body FROM carried_line WHERE verdict IN ('merged', 'duplicate', 'forked')"
        " AND proof IS NULL ORDER BY device, sequence"
    )
    return [read_entry(*row) for row in rows]


def signed(connection: sqlite3.Connection, lines: Iterable[Carried]) -> Iterator[SignedEntry]:
    """The lines as they were signed; read as they are asked for."""
    by_hash = "SELECT key, signature, body FROM carried_line WHERE hash = ?"
    return (read_entry(*connection.execute(by_hash, (line.hash,)).fetchone()) for line in lines)


def note_verdict(connection: sqlite3.Connection, line: Carried, told: EntryVerdict) -> None:
    """What the server said of a carried line."""
    with transaction(connection):
        connection.execute(
            "UPDATE carried_line SET verdict = ?, code = ? WHERE hash = ?", (told.verdict, told.code, line.hash)
        )


def note_proof(connection: sqlite3.Connection, entry_hash: bytes, proof: bytes) -> None:
    """A verified receipt of a carried line; it says that the line was merged, too."""
    with transaction(connection):
        connection.execute(
            "UPDATE carried_line SET proof = ?, verdict = 'merged', code = NULL WHERE hash = ?", (proof, entry_hash)
        )


def sealed_parts(connection: sqlite3.Connection) -> list[Sealed]:
    """The parts that are carried."""
    return [decode_sealed(row[0]) for row in connection.execute("SELECT line FROM carried_part ORDER BY line")]


def forget_parts(connection: sqlite3.Connection, answered: Iterable[Sealed]) -> None:
    """The server has answered for them: nothing of them stays here."""
    with transaction(connection):
        connection.executemany("DELETE FROM carried_part WHERE line = ?", [(encode_sealed(one),) for one in answered])


def proofs(connection: sqlite3.Connection) -> list[EntryProof]:
    """What goes back: the proofs of what was handed on."""
    rows = connection.execute("SELECT device, hash, proof, sequence FROM carried_line WHERE proof IS NOT NULL")
    return [
        EntryProof(to_base64url(device), to_base64url(name), proof.decode(), sequence)
        for device, name, proof, sequence in rows
    ]


def told(connection: sqlite3.Connection) -> list[Told]:
    """And what the server has not taken."""
    rows = connection.execute(
        "SELECT device, hash, sequence, verdict, code FROM carried_line WHERE verdict IN ('held', 'rejected')"
    )
    return [
        Told(to_base64url(device), to_base64url(name), sequence, verdict, code or "")
        for device, name, sequence, verdict, code in rows
    ]


def _count(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM carried_line WHERE proof IS NULL").fetchone()[0]
    return count
