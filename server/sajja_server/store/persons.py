"""One person in several places: found by the keyed hashes of personal parts, and shown by pseudonymous ids alone.

* What counts of a member is the last number that was told: a mistyped one that was put right finds nobody.
* Who has left a village, or has moved from it, is there no more.
* What has no effect says nothing: a stolen tablet makes nobody a duplicate.
* Applicants count before they are admitted: that is when a person should be found.
"""

import msgspec

from sajja_server.store.pool import Connection


class Unhashed(msgspec.Struct, frozen=True):
    """A part whose hash another secret made, with its entry's body."""

    commitment: bytes
    body: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"Unhashed({self.commitment.hex()})"


async def duplicates(connection: Connection, network: str, key_id: bytes) -> list[list[tuple[str, str]]]:
    """The (village, member) of each person who stands in more than one place."""
    rows = await connection.fetch(
        """
        WITH told AS (
            SELECT DISTINCT ON (p.village, p.member) p.village, p.member, h.hash
            FROM sajja.person_hash h
            JOIN sajja.personal p USING (network, commitment)
            JOIN sajja.entry e ON e.network = p.network AND e.device = p.device AND e.sequence = p.sequence
                AND e.hash = p.hash
            WHERE h.network = $1 AND h.key_id = $2 AND p.member IS NOT NULL AND NOT EXISTS (
                SELECT FROM books.quarantined q WHERE q.network = p.network AND q.hash = p.hash)
            ORDER BY p.village, p.member, e.index DESC
        ), present AS (
            SELECT t.* FROM told t LEFT JOIN books.member m
                ON m.network = $1 AND m.village = t.village AND m.member = t.member
            WHERE m.member IS NULL OR m.in_bank > 0 OR m.in_welfare > 0
        )
        SELECT array_agg(village ORDER BY village, member) AS villages,
               array_agg(member ORDER BY village, member) AS members
        FROM present GROUP BY hash HAVING count(*) > 1 ORDER BY 1, 2
        """,
        network,
        key_id,
    )
    return [list(zip(row["villages"], row["members"], strict=True)) for row in rows]


async def unhashed(connection: Connection, network: str, key_id: bytes, limit: int) -> list[Unhashed]:
    """Parts that were hashed with another secret."""
    rows = await connection.fetch(
        """
        SELECT p.commitment, e.body, p.data
        FROM sajja.person_hash h
        JOIN sajja.personal p USING (network, commitment)
        JOIN sajja.entry e ON e.network = p.network AND e.device = p.device AND e.sequence = p.sequence
            AND e.hash = p.hash
        WHERE h.network = $1 AND h.key_id <> $2 LIMIT $3
        """,
        network,
        key_id,
        limit,
    )
    return [Unhashed(*row) for row in rows]
