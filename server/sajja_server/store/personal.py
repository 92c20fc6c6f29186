"""Personal parts in PostgreSQL: kept by commitment, read by who may, deleted by an erasure.

* Keeping and erasing exclude each other by an advisory lock of the network, so that a part cannot slip in between the
  look for a tombstone and its own insertion. Many may keep at once.
* A tombstone is for ever; the role cannot delete one.
* A keyed hash is a row beside its part, and the foreign key takes it along.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from asyncpg import Record

from sajja_schemas.personal import named_commitment
from sajja_schemas.verdicts import PartVerdict
from sajja_server.store.pool import Connection

_KEEPING: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended('sajja personal ' || $1, 0))"
_ERASING: Final = "SELECT pg_advisory_xact_lock(hashtextextended('sajja personal ' || $1, 0))"


class EntryAt(msgspec.Struct, frozen=True):
    """An entry that a part or an erasure names, as far as that matters."""

    village: str
    body: bytes


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """A part to keep, judged already."""

    commitment: bytes
    village: str
    device: bytes
    sequence: int
    hash: bytes
    member: str | None
    salt: bytes
    data: bytes
    person_hash: bytes | None

    def __repr__(self) -> str:
        return f"Keeping({self.commitment.hex()})"  # it may end in a traceback, and that in a log


class Kept(msgspec.Struct, frozen=True):
    """A part as it is given back."""

    device: bytes
    sequence: int
    hash: bytes
    salt: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"Kept({self.hash.hex()})"


class Place(msgspec.Struct, frozen=True):
    """An entry whose part a counted erasure names."""

    village: str
    device: bytes
    sequence: int
    hash: bytes


async def entries_at(
    connection: Connection, network: str, places: Sequence[tuple[bytes, int, bytes]]
) -> list[EntryAt | None]:
    """The entry at each (device, sequence, hash), None where it is not stored."""
    rows = await connection.fetch(
        """
        SELECT e.village, e.body
        FROM unnest($2::bytea[], $3::bigint[], $4::bytea[]) WITH ORDINALITY AS p (device, sequence, hash, ord)
        LEFT JOIN sajja.entry e
            ON e.network = $1 AND e.device = p.device AND e.sequence = p.sequence AND e.hash = p.hash
        ORDER BY p.ord
        """,
        network,
        [place[0] for place in places],
        [place[1] for place in places],
        [place[2] for place in places],
    )
    return [EntryAt(*row) if row["body"] is not None else None for row in rows]


async def keep(
    connection: Connection, network: str, parts: Sequence[Keeping], key_id: bytes, received_at: int
) -> list[PartVerdict]:
    """Keep parts; an answer for each, in their order. When this returns, what was kept is durable."""
    async with connection.transaction():
        if await _unmarked(connection, network):
            await erase_again(connection, network)  # an entry has come after its erasure
        await connection.execute(_KEEPING, network)
        erased = await _erased(connection, network, parts)
        new = {part.commitment: part for part, is_erased in zip(parts, erased, strict=True) if not is_erased}
        kept = await _insert(connection, network, list(new.values()), key_id, received_at)
    answers = []
    for part, is_erased in zip(parts, erased, strict=True):
        is_new = part.commitment in kept
        answers.append(PartVerdict.ERASED if is_erased else PartVerdict.KEPT if is_new else PartVerdict.DUPLICATE)
        kept.discard(part.commitment)  # the same line twice in one call is a repetition
    return answers


async def read(
    connection: Connection, network: str, commitments: Sequence[bytes], *, village: str | None
) -> list[Kept]:
    """The parts of commitments, as far as they are kept, and concern the village if one is given."""
    rows = await connection.fetch(
        """
        SELECT device, sequence, hash, salt, data FROM sajja.personal
        WHERE network = $1 AND commitment = ANY ($2::bytea[]) AND ($3::text IS NULL OR village = $3)
        ORDER BY commitment
        """,
        network,
        commitments,
        village,
    )
    return [Kept(*row) for row in rows]


async def read_village(connection: Connection, network: str, village: str, limit: int) -> list[Kept]:
    """The parts that are kept of a village, the newest first."""
    rows = await connection.fetch(
        """
        SELECT device, sequence, hash, salt, data FROM sajja.personal
        WHERE network = $1 AND village = $2 ORDER BY received_at DESC, commitment LIMIT $3
        """,
        network,
        village,
        limit,
    )
    return [Kept(*row) for row in rows]


async def note_erased(connection: Connection, network: str, places: Sequence[Place]) -> None:
    """Write down whose parts a counted erasure names, in the caller's transaction; `erase_again` deletes them."""
    await connection.execute(
        """
        INSERT INTO erased (network, village, device, sequence, hash)
        SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::bytea[])
        ON CONFLICT (network, village, hash) DO NOTHING
        """,
        network,
        [place.village for place in places],
        [place.device for place in places],
        [place.sequence for place in places],
        [place.hash for place in places],
    )


async def erase_again(connection: Connection, network: str) -> int:
    """Apply every counted erasure, however often that was done: a restored database may hold what was erased."""
    await connection.execute(_ERASING, network)
    rows = await _unmarked(connection, network)
    await connection.execute(
        """
        INSERT INTO sajja.personal_tombstone (network, village, hash, commitment)
        SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::bytea[])
        """,
        network,
        [row["village"] for row in rows],
        [row["hash"] for row in rows],
        [named_commitment(row["body"]) for row in rows],
    )
    # A part is erased with its entry, and whatever other entry names the same commitment.
    deleted = await connection.fetch(
        """
        DELETE FROM sajja.personal p WHERE p.network = $1 AND (
            p.commitment IN (SELECT t.commitment FROM sajja.personal_tombstone t WHERE t.network = $1)
            OR (p.village, p.hash) IN (SELECT t.village, t.hash FROM sajja.personal_tombstone t WHERE t.network = $1))
        RETURNING true
        """,
        network,
    )
    return len(deleted)


async def _unmarked(connection: Connection, network: str) -> list[Record]:
    """The stored entries that a counted erasure names, and that have no tombstone yet."""
    return await connection.fetch(
        """
        SELECT b.village, b.hash, e.body FROM erased b
        JOIN sajja.entry e ON e.network = b.network AND e.device = b.device AND e.sequence = b.sequence
            AND e.hash = b.hash AND e.village = b.village
        WHERE b.network = $1 AND NOT EXISTS (
            SELECT FROM sajja.personal_tombstone t
            WHERE t.network = b.network AND t.village = b.village AND t.hash = b.hash)
        """,
        network,
    )


async def _erased(connection: Connection, network: str, parts: Sequence[Keeping]) -> list[bool]:
    rows = await connection.fetch(
        """
        SELECT EXISTS (SELECT FROM sajja.personal_tombstone t WHERE t.network = $1 AND t.commitment = p.commitment)
            OR EXISTS (SELECT FROM sajja.personal_tombstone t
                       WHERE t.network = $1 AND t.village = p.village AND t.hash = p.hash) AS is_erased
        FROM unnest($2::bytea[], $3::text[], $4::bytea[]) WITH ORDINALITY AS p (commitment, village, hash, ord)
        ORDER BY p.ord
        """,
        network,
        [part.commitment for part in parts],
        [part.village for part in parts],
        [part.hash for part in parts],
    )
    return [row["is_erased"] for row in rows]


async def _insert(
    connection: Connection, network: str, parts: Sequence[Keeping], key_id: bytes, received_at: int
) -> set[bytes]:
    rows = await connection.fetch(
        """
        INSERT INTO sajja.personal
            (network, received_at, commitment, village, device, sequence, hash, member, salt, data)
        SELECT $1, $2, * FROM unnest($3::bytea[], $4::text[], $5::bytea[], $6::bigint[], $7::bytea[], $8::text[],
                                     $9::bytea[], $10::bytea[])
        ON CONFLICT (network, commitment) DO NOTHING RETURNING commitment
        """,
        network,
        received_at,
        [part.commitment for part in parts],
        [part.village for part in parts],
        [part.device for part in parts],
        [part.sequence for part in parts],
        [part.hash for part in parts],
        [part.member for part in parts],
        [part.salt for part in parts],
        [part.data for part in parts],
    )
    kept = {row["commitment"] for row in rows}
    hashed = {
        part.commitment: part.person_hash for part in parts if part.person_hash is not None and part.commitment in kept
    }
    await save_hashes(connection, network, hashed, key_id)
    return kept


async def save_hashes(connection: Connection, network: str, hashes: dict[bytes, bytes], key_id: bytes) -> None:
    """Write the keyed hashes of parts, in place of what another secret made of them."""
    if not hashes:
        return
    await connection.execute(
        "DELETE FROM sajja.person_hash WHERE network = $1 AND commitment = ANY ($2::bytea[])", network, list(hashes)
    )
    await connection.execute(
        """
        INSERT INTO sajja.person_hash (network, key_id, commitment, hash)
        SELECT $1, $2, h.commitment, h.hash FROM unnest($3::bytea[], $4::bytea[]) AS h (commitment, hash)
        JOIN sajja.personal p ON p.network = $1 AND p.commitment = h.commitment
        ON CONFLICT (network, commitment) DO NOTHING -- two who ask at once hash the same part alike
        """,
        network,
        key_id,
        list(hashes),
        list(hashes.values()),
    )
