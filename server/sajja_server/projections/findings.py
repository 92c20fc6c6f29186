"""Findings as rows: what the fold keeps of entries, and what a person must look at as of the books' own day.

* What is kept of entries is a part of the fold's memory: it is written with the index, and read again at the start.
* What stands is read from the whole books once they rest, and says of which index and day it is. It is never the
  reason that a push waits.
* Days are counted to the latest business date that the log has reached, as the other figures are; whoever asks for
  another day gets the books read anew for it.
"""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import msgspec

from sajja_schemas.findings import Finding
from sajja_schemas.holdings import Books
from sajja_schemas.packing import pack, unpacker
from sajja_schemas.rules import RULES, sorted_by_weight
from sajja_server.store.pool import Connection

_decoder: Final = unpacker(Finding)


class Standing(msgspec.Struct, frozen=True):
    """What stood when the books last rested, the gravest first."""

    state: tuple[Any, ...] | None  # which build was looked at, as of which entry and day
    size: int  # how many entries it had then
    as_of: date | None
    findings: tuple[Finding, ...]


async def load_kept(connection: Connection, network: str) -> dict[str, Finding]:
    """What the fold has found in entries."""
    rows = await connection.fetch("SELECT id, finding FROM kept_finding WHERE network = $1", network)
    return {row["id"]: _decoder.decode(row["finding"]) for row in rows}


async def save_kept(connection: Connection, books: Books) -> None:
    """Write what the fold found, and drop what it withdrew, in the caller's transaction."""
    touched = books.touched_findings
    if not touched:
        return
    network = books.trust.network
    kept = [(name, pack(books.findings[name])) for name in touched if name in books.findings]
    gone = [name for name in touched if name not in books.findings]
    await connection.execute("DELETE FROM kept_finding WHERE network = $1 AND id = ANY ($2)", network, gone)
    await connection.execute(
        """
        INSERT INTO kept_finding (network, id, finding) SELECT $1, * FROM unnest($2::text[], $3::bytea[])
        ON CONFLICT (network, id) DO UPDATE SET finding = excluded.finding
        """,
        network,
        [name for name, _packed in kept],
        [packed for _name, packed in kept],
    )


async def save_standing(
    connection: Connection, network: str, index: int, as_of: date, standing: Iterable[Finding]
) -> None:
    """Write what stands, in the caller's transaction."""
    rows = [(one.name, one.code, one.village, RULES[one.code].severity.value, pack(one)) for one in standing]
    names = [row[0] for row in rows]
    await connection.execute("DELETE FROM finding WHERE network = $1 AND name <> ALL ($2)", network, names)
    await connection.execute(
        """
        INSERT INTO finding (network, name, code, village, severity, finding)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
        ON CONFLICT (network, name) DO UPDATE SET finding = excluded.finding
            WHERE finding.finding <> excluded.finding
        """,
        network,
        names,
        *([row[at] for row in rows] for at in range(1, 5)),
    )
    await connection.execute(
        """
        INSERT INTO finding_state (network, index, as_of) VALUES ($1, $2, $3)
        ON CONFLICT (network) DO UPDATE SET index = excluded.index, as_of = excluded.as_of
        """,
        network,
        index,
        as_of,
    )


async def read_standing(connection: Connection, network: str, known: Standing | None) -> Standing:
    """What stood when the books last rested; what is `known` already, where that is still it.

    Reading the rows is a look of one row as long as nobody has looked at the books again.
    """
    state = await connection.fetchrow(
        """
        SELECT l.number, s.index, s.as_of, e.hash FROM finding_state s
        JOIN projection.live l ON l.network = s.network
        LEFT JOIN sajja.entry e ON e.network = s.network AND e.index = s.index - 1
        WHERE s.network = $1
        """,
        network,
    )
    if state is None:
        return Standing(state=None, size=0, as_of=None, findings=())
    if known is not None and known.state == tuple(state):
        return known
    rows = await connection.fetch("SELECT finding FROM finding WHERE network = $1", network)
    findings = await asyncio.to_thread(_by_weight, [row["finding"] for row in rows])
    return Standing(state=tuple(state), size=state["index"], as_of=state["as_of"], findings=findings)


def _by_weight(packed: list[bytes]) -> tuple[Finding, ...]:
    return tuple(sorted_by_weight(map(_decoder.decode, packed)))


async def counts_by_code(connection: Connection, network: str) -> dict[str, int]:
    """How many findings of each code stand."""
    rows = await connection.fetch(
        "SELECT code, count(*) FROM finding WHERE network = $1 GROUP BY 1 ORDER BY 1", network
    )
    return dict(map(tuple, rows))
