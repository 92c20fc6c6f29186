"""What people read: tables and totals from the books in memory (`reading`), each with the index that it reflects.

* `at` is the index of a past entry; without it the books are as people's tables stand. `on` is the day to which ages
  are counted; without it the latest business date that those books have reached, and never a day ahead of the clock.
* What the server alone knows is read from tables, in one snapshot: when a device was heard, what was refused, and the
  findings that stood when the books last rested.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

import msgspec

from sajja_schemas import projections, rules
from sajja_schemas.calendar import business_date, reached_day
from sajja_schemas.entry import to_base64url
from sajja_schemas.findings import Finding, by_weight
from sajja_schemas.holdings import Books
from sajja_schemas.indicators import INDICATORS, Lens, Reading, Scope, read_all
from sajja_schemas.places import disputed
from sajja_schemas.projections import PROJECTIONS
from sajja_schemas.verdicts import Effect
from sajja_server.projections import builds, findings, totals
from sajja_server.projections.memory import VERSION, folded_to
from sajja_server.projections.reading import Reader
from sajja_server.store import evidence
from sajja_server.store.log import log_head
from sajja_server.store.pool import Connection, Pool

_weight: Final = by_weight(rules.RULES)


class When(msgspec.Struct, frozen=True):
    """Of which books, and of which day: both as they were asked for."""

    now: int  # the clock, in milliseconds
    on: date | None = None
    at: int | None = None


class _Read(msgspec.Struct):
    """What was read from books, and on which day."""

    index: int  # of the last entry that is in it
    on: date
    reached: date | None
    value: Any


async def _read(reader: Reader, when: When, name: Hashable, read: Callable[[Books, date], Any]) -> _Read:
    """What is read from the books that are asked for."""
    today = business_date(when.now)

    def make(books: Books) -> tuple[date, date | None, Any]:
        reached = reached_day(books.reached.values(), when.now) if books.reached else None
        as_of = when.on or reached or today
        return as_of, reached, read(books, as_of)

    answer = await reader.read((name, when.on, today), make, at=when.at)
    as_of, reached, value = answer.value
    return _Read(answer.size - 1, as_of, reached, value)


async def network_totals(pool: Pool, reader: Reader, network: str, when: When) -> dict[str, object]:
    """Members, money and funds of a network, and a row a village (docs/domain.md section 7).

    Of the past it is left out what nobody knew by index: what was refused, and which findings stood.
    """
    found = await _read(reader, when, "network_totals", totals.network_totals)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        received_at = await connection.fetchval(
            "SELECT received_at FROM sajja.entry WHERE network = $1 AND index = $2", network, found.index
        )
        size = found.index + 1 if when.at is not None else (await log_head(connection, network)).size
        beside: dict[str, object] = {}
        if when.at is None:
            # Of books that are being built beside these, which they will replace.
            beside["building_version"] = await builds.building_version(connection, network)
            beside["rejected"] = await evidence.rejected_counts(connection, network)
            beside["findings"] = await findings.counts_by_code(connection, network)
    return {
        "network": network,
        "index": found.index,
        "entries": size,
        "reflects_received_at": received_at,
        "last_business_date": found.reached,
        "on": found.on,
        **found.value,
        **beside,
    }


async def table(
    reader: Reader,
    network: str,
    name: str,
    when: When,
    *,
    village: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> dict[str, object]:
    """A page of a projection that `sajja_schemas.projections` declares, with its columns and their formulas."""
    declared = PROJECTIONS[name]
    found = await _read(reader, when, name, lambda books, on: projections.read(name, books, on))
    rows = [row for row in found.value if village in {None, row[0]}]
    page, more = projections.page_of(declared, rows, after, limit)
    answer: dict[str, object] = {
        "network": network,
        "projection": name,
        "thai": declared.thai,
        "english": declared.english,
        "index": found.index,
        "on": found.on,
        "key": [column.name for column in declared.columns[: declared.key]],
        "columns": declared.columns,
        "total": len(rows),
        "rows": [declared.named(row) for row in page],
    }
    if village is not None:
        answer["village"] = village
    if more is not None:
        answer["next"] = more
    return answer


async def standing_findings(
    reader: Reader,
    network: str,
    when: When,
    *,
    beside: Sequence[Finding],
    village: str | None,
    severity: str | None,
    limit: int | None,
) -> dict[str, object]:
    """What a person must look at, the gravest first; and how many there are in all.

    `beside` is what was found beside the log: it stands among the others, and each says on what it rests.
    """
    index: int
    as_of: date | None
    standing: Sequence[Finding]  # the gravest first
    if when.on is None and when.at is None:
        looked = await reader.standing()
        index, as_of, standing = looked.size - 1, looked.as_of, looked.findings
    else:
        found = await _read(reader, when, "findings", rules.findings)
        index, as_of, standing = found.index, found.on, found.value

    def is_wanted(one: Finding) -> bool:
        return village in {None, one.village} and severity in {None, rules.RULES[one.code].severity}

    logged, others = list(filter(is_wanted, standing)), list(filter(is_wanted, beside))
    in_order = heapq.merge(logged, rules.sorted_by_weight(others), key=_weight) if others else iter(logged)
    return {
        "network": network,
        "index": index,
        "on": as_of,
        "total": len(logged) + len(others),
        "by_code": dict(sorted(Counter(one.code for one in (*logged, *others)).items())),
        "findings": [rules.told(one) for one in islice(in_order, limit)],
    }


async def indicators(reader: Reader, network: str, when: When, *, village: str | None) -> dict[str, object]:
    """Every indicator with its formula: of one village, or of all together and the network's own."""
    villages = None if village is None else [village]
    scopes = tuple(Scope) if village is None else (Scope.VILLAGES,)
    found = await _read(
        reader, when, ("indicators", village), lambda books, on: read_all(Lens(books, on, villages), scopes)
    )
    return {
        "network": network,
        "index": found.index,
        "on": found.on,
        "village": village,
        "indicators": [_published(reading) for reading in found.value],
    }


def _published(reading: Reading) -> dict[str, object]:
    declared = INDICATORS[reading.code]
    return {
        **msgspec.structs.asdict(reading),
        "unit": declared.unit,
        "thai": declared.thai,
        "english": declared.english,
        "formula": declared.formula,
    }


async def balances(reader: Reader, network: str, when: When, ledger: str | None) -> dict[str, object]:
    """Every balance that is not nothing, of one ledger or of all."""
    found = await _read(reader, when, "books", lambda books, _on: _balances(books))
    standing, open_amounts = found.value
    return {
        "network": network,
        "index": found.index,
        "balances": [row for row in standing if ledger in {None, row["ledger"]}],
        "disputed": [row for row in open_amounts if ledger in {None, row["ledger"]}],
    }


def _balances(books: Books) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The balances, and what the undecided entries of forks would add."""
    standing, open_amounts = (
        [
            {"ledger": ledger, "account": account, "sub": sub, "amount_satang": amount}
            for (ledger, account, sub), amount in sorted(amounts.items())
            if amount
        ]
        for amounts in (books.balances, disputed(books.trust.forks))
    )
    return standing, open_amounts


async def village_status(pool: Pool, network: str, now: int) -> dict[str, object]:
    """When each device was last heard, and what it has in the log."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index = await _index(connection, network)
        undigested = await undigested_entries(connection, network)
        rows = await connection.fetch(
            """
            SELECT d.device, d.unit AS village, d.label, d.entries, d.sequence, d.last_index, d.last_received_at,
                   c.seen_at, d.revoked
            FROM books.device d LEFT JOIN sajja.device_contact c ON c.network = d.network AND c.device = d.device
            WHERE d.network = $1 ORDER BY d.unit, d.label, d.device
            """,
            network,
        )
    devices = [{**row, "device": to_base64url(row["device"])} for row in rows]
    return {
        "network": network,
        "index": index,
        "undigested": undigested,
        "server_time": now,
        "devices": devices,
    }


async def undigested_entries(connection: Connection, network: str) -> int:
    """How many entries our own code could not read: each is a mistake of ours, and missing from every figure."""
    counted: int = await connection.fetchval(
        "SELECT count(*) FROM books.quarantined WHERE network = $1 AND code = $2", network, Effect.UNDIGESTED
    )
    return counted


async def builds_of(pool: Pool, network: str) -> dict[str, object]:
    """Which builds there are and were, which one people read, and who switched to it and why."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index = await _index(connection, network)
        size = (await log_head(connection, network)).size
        found = await builds.history(connection, network)
    return {
        "network": network,
        "index": index,
        "entries": size,
        "version": VERSION,  # of this program: where it is greater than the live one's, a build is under way
        "builds": [builds.told(build) for build in found],
    }


async def _index(connection: Connection, network: str) -> int:
    # The tables know the index of the next entry; people are told the last one that is in the figures.
    return await folded_to(connection, network) - 1
