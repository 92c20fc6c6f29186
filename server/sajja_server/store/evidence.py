"""What was rejected: counted for ever, and a bounded sample kept as evidence."""

from collections.abc import Sequence

import msgspec

from sajja_schemas import limits
from sajja_schemas.verdicts import RejectedCode
from sajja_server.store.pool import Connection


class Kept(msgspec.Struct, frozen=True):
    """A rejected line of the sample, with the device whose session brought it."""

    id: int
    code: str
    received_at: int
    sent_by: bytes
    unit: str | None
    line: bytes


async def save_rejected(
    connection: Connection,
    network: str,
    sent_by: bytes,
    rejected: Sequence[tuple[RejectedCode, bytes]],
    received_at: int,
) -> None:
    """Count rejected lines, keep them, and let the oldest go where there are more than the bound."""
    codes = [code.value for code, _line in rejected]
    async with connection.transaction():
        await connection.execute(
            """
            INSERT INTO sajja.rejected_count AS c (network, code, count)
            SELECT $1, code, count(*) FROM unnest($2::text[]) AS code GROUP BY code ORDER BY code
            ON CONFLICT (network, code) DO UPDATE SET count = c.count + excluded.count
            """,
            network,
            codes,
        )
        await connection.execute(
            """
            INSERT INTO sajja.evidence (network, code, received_at, sent_by, line)
            SELECT $1, r.code, $3, $4, r.line FROM unnest($2::text[], $5::bytea[]) AS r (code, line)
            """,
            network,
            codes,
            received_at,
            sent_by,
            [line[: limits.WIRE_BODY_BYTES_MAX] for _code, line in rejected],
        )
        await connection.execute(
            """
            DELETE FROM sajja.evidence WHERE network = $1 AND id <= (
                SELECT id FROM sajja.evidence WHERE network = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)
            """,
            network,
            limits.EVIDENCE_ROWS_MAX,
        )


async def rejected_counts(connection: Connection, network: str) -> dict[str, int]:
    """How many lines were rejected, by code."""
    rows = await connection.fetch("SELECT code, count FROM sajja.rejected_count WHERE network = $1", network)
    return {row["code"]: row["count"] for row in rows}


async def sample(connection: Connection, network: str, limit: int) -> list[Kept]:
    """The newest rejected lines that are kept: when, why, by whose session, and the line itself."""
    rows = await connection.fetch(
        """
        SELECT e.id, e.code, e.received_at, e.sent_by, d.unit, e.line FROM sajja.evidence e
        LEFT JOIN books.device d ON d.network = e.network AND d.device = e.sent_by
        WHERE e.network = $1 ORDER BY e.id DESC LIMIT $2
        """,
        network,
        limit,
    )
    return [Kept(*row) for row in rows]
