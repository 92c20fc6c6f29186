"""One person in several places: found by the keyed hashes of personal parts, and shown by pseudonymous ids alone.

* What counts of a member is the last number that was told: a mistyped one that was put right finds nobody.
* What has no effect says nothing: a stolen tablet makes nobody a duplicate.
* Applicants count before they are admitted: that is when a person should be found.
"""

import msgspec

from sajja_server.store.pool import Connection


class Told(msgspec.Struct, frozen=True):
    """The hash of the number that was last told of a member, and the entry beside which that was."""

    hash: bytes
    village: str
    member: str
    device: bytes
    sequence: int


class Unhashed(msgspec.Struct, frozen=True):
    """A part whose hash another secret made, with its entry's body."""

    commitment: bytes
    body: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"Unhashed({self.commitment.hex()})"


async def repeated(connection: Connection, network: str, key_id: bytes) -> list[Told]:
    """Each number that was last told of more than one member, once for each of these, in a fixed order."""
    rows = await connection.fetch(
        """
        WITH someone AS (
            SELECT DISTINCT p.village, p.member
            FROM sajja.person_hash h JOIN sajja.personal p USING (network, commitment)
            WHERE h.network = $1 AND h.key_id = $2 AND p.member IS NOT NULL AND h.hash IN (
                SELECT hash FROM sajja.person_hash WHERE network = $1 AND key_id = $2 GROUP BY hash HAVING count(*) > 1)
        ), told AS (
            SELECT DISTINCT ON (p.village, p.member) h.hash, p.village, p.member, p.device, p.sequence
            FROM someone s
            JOIN sajja.personal p ON p.network = $1 AND p.village = s.village AND p.member = s.member
            JOIN sajja.person_hash h ON h.network = $1 AND h.key_id = $2 AND h.commitment = p.commitment
            JOIN sajja.entry e ON e.network = p.network AND e.device = p.device AND e.sequence = p.sequence
                AND e.hash = p.hash
            WHERE NOT EXISTS (
                SELECT FROM books.quarantined q WHERE q.network = p.network AND q.hash = p.hash)
            ORDER BY p.village, p.member, e.index DESC
        )
        SELECT hash, village, member, device, sequence FROM told
        WHERE hash IN (SELECT hash FROM told GROUP BY hash HAVING count(*) > 1) ORDER BY village, member
        """,
        network,
        key_id,
    )
    return [Told(*row) for row in rows]


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
