"""What people read: network totals, village status and balances, each with the last log index that it reflects.

Every query of a view runs in one snapshot, so a figure and the index beside it belong together.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from sajja_schemas import rules
from sajja_schemas.accounts import LOANS
from sajja_schemas.calendar import business_date, reached_day
from sajja_schemas.entry import to_base64url
from sajja_schemas.figures import (
    ControlSums,
    LoanFigures,
    read_bank,
    read_fund,
    read_fund_flows,
    read_groups,
    read_loans,
    read_welfare_members,
)
from sajja_schemas.findings import Finding
from sajja_schemas.indicators import INDICATORS, Lens, Reading, Scope, read_all
from sajja_schemas.places import disputed
from sajja_schemas.registers import Registers, growth, loans, members, movements, papers
from sajja_schemas.registers.members import Headcount, headcount
from sajja_schemas.standing import Fork, VillageBank
from sajja_schemas.verdicts import Effect
from sajja_server.projections import builds, findings, kept, registers
from sajja_server.projections.memory import VERSION, folded_to, stored
from sajja_server.store import evidence
from sajja_server.store.log import log_head
from sajja_server.store.pool import Connection, Pool

_FUNDS = ("welfare", "risk", "network")


async def network_totals(pool: Pool, network: str, now: int, on: date | None = None) -> dict[str, object]:
    """Members, money and funds of a network, and a row a village (docs/domain.md section 7).

    `on` is the day as of which loans are late and twelve months end; the latest business date where none is given.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index = await _index(connection, network)
        about = await _about(connection, network)
        rows = await connection.fetch(
            "SELECT ledger, account, sum(amount_satang) FROM books.balance WHERE network = $1 GROUP BY 1, 2",
            network,
        )
        sums = {(ledger, account): int(amount) for ledger, account, amount in rows}
        known = await _known(connection, network)
        principal = await _principal(connection, network)
        quarantined = await connection.fetch(
            "SELECT code, count(*) FROM books.quarantined WHERE network = $1 GROUP BY 1 ORDER BY 1", network
        )
        rejected = await evidence.rejected_counts(connection, network)
        reflects = await connection.fetchval(
            "SELECT received_at FROM sajja.entry WHERE network = $1 AND index = $2", network, index
        )
        size = (await log_head(connection, network)).size
        found = await findings.counts_by_code(connection, network)
        building = await builds.building_version(connection, network)
    last = reached_day(about.reached.values(), now) if about.reached else None
    as_of = on or last or business_date(now)
    lent = read_loans(known, principal, as_of)
    people = headcount(known)
    in_forks = _control_sums(disputed(about.forks))
    villages = _villages(about.villages, people, sums, lent, in_forks)
    funds: dict[str, dict[str, Any]] = {
        fund: {
            **read_fund(fund, sums),
            **read_fund_flows(fund, known, as_of),
            "disputed": _open(read_fund(fund, in_forks)),
        }
        for fund in _FUNDS
    }
    stopped: dict[str, int] = dict(map(tuple, quarantined))
    funds["welfare"] |= read_welfare_members(known, as_of)
    funds["risk"]["covered_satang"] = sum(of_bank.covered_satang for of_bank in lent.values())
    funds["risk"]["largest_covered_satang"] = max((one.largest_covered_satang for one in lent.values()), default=0)
    return {
        "network": network,
        "name": about.name,
        "demonstration": about.demonstration,
        "index": index,
        "entries": size,
        "reflects_received_at": reflects,
        "last_business_date": last,
        "on": as_of,
        "totals": _total(villages),
        "villages": villages,
        "funds": funds,
        "groups": read_groups(known, as_of),
        "growth": growth.year_ends(known),
        "awaiting_approval": about.awaiting,
        "in_transit": about.in_transit,
        "quarantined": stopped,
        "undigested": stopped.get(Effect.UNDIGESTED, 0),
        "building_version": building,  # of books that are being built beside these, which they will replace
        "rejected": rejected,
        "findings": found,
    }


async def standing_findings(
    pool: Pool,
    network: str,
    *,
    beside: Sequence[Finding],
    on: date | None,
    village: str | None,
    severity: str | None,
    limit: int | None,
) -> dict[str, object]:
    """What a person must look at, the gravest first; and how many there are in all.

    `beside` is what was found beside the log: it stands among the others, and each says on what it rests.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        if on is None:
            index, as_of, standing = await findings.read_standing(connection, network, village, severity)
        else:
            found = await stored(connection, network)
            index, as_of = (found.books.index, on) if found is not None else (0, None)
            standing = await asyncio.to_thread(rules.findings, found.books, on) if found is not None else []
    wanted = [
        one
        for one in (*standing, *beside)
        if village in {None, one.village} and severity in {None, rules.RULES[one.code].severity}
    ]
    counts: dict[str, int] = {}
    for one in wanted:
        counts[one.code] = counts.get(one.code, 0) + 1
    return {
        "network": network,
        "index": index - 1,
        "on": as_of,
        "total": len(wanted),
        "by_code": dict(sorted(counts.items())),
        "findings": [rules.told(one) for one in rules.sorted_by_weight(wanted)[:limit]],
    }


async def indicators(pool: Pool, network: str, now: int, *, on: date | None, village: str | None) -> dict[str, object]:
    """Every indicator with its formula: of one village, or of all together and the network's own.

    `on` is the day as of which they are read; the latest business date where none is given.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        found = await stored(connection, network)
    if found is None:
        return {"network": network, "index": -1, "on": on, "village": village, "indicators": []}
    books = found.books
    as_of = on or (reached_day(books.reached.values(), now) if books.reached else business_date(now))
    lens = Lens(books, as_of, None if village is None else [village])
    scopes = tuple(Scope) if village is None else (Scope.VILLAGES,)
    readings = await asyncio.to_thread(read_all, lens, scopes)
    return {
        "network": network,
        "index": books.index - 1,
        "on": as_of,
        "village": village,
        "indicators": [_published(reading) for reading in readings],
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


async def balances(pool: Pool, network: str, ledger: str | None) -> dict[str, object]:
    """Every balance that is not nothing, of one ledger or of all."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index = await _index(connection, network)
        (forks,) = await kept.read_fields(connection, network, ("trust", "forks"))
        rows = await connection.fetch(
            """
            SELECT ledger, account, sub, amount_satang FROM books.balance
            WHERE network = $1 AND ($2::text IS NULL OR ledger = $2) AND amount_satang <> 0
            ORDER BY ledger, account, sub
            """,
            network,
            ledger,
        )
    open_amounts = disputed(forks or {})
    return {
        "network": network,
        "index": index,
        "balances": [{**row, "amount_satang": int(row["amount_satang"])} for row in rows],
        "disputed": [  # what the undecided entries of forks would add
            {"ledger": key[0], "account": key[1], "sub": key[2], "amount_satang": amount}
            for key, amount in sorted(open_amounts.items())
            if amount and ledger in {None, key[0]}
        ],
    }


async def _index(connection: Connection, network: str) -> int:
    # The tables know the index of the next entry; people are told the last one that is in the figures.
    return await folded_to(connection, network) - 1


class _About(msgspec.Struct):
    """What the books know of the network beside its money."""

    name: str
    demonstration: bool
    villages: dict[str, VillageBank]
    reached: dict[str, date]
    in_transit: int
    awaiting: int
    forks: dict[str, Fork]


async def _about(connection: Connection, network: str) -> _About:
    fields = ("trust", "name"), ("trust", "demonstration"), ("trust", "villages"), ("books", "reached")
    name, demonstration, villages, reached, transit, forks = await kept.read_fields(
        connection, network, *fields, ("books", "transit"), ("trust", "forks")
    )
    waiting = await kept.count(connection, network, "awaiting")
    return _About(
        name or "", demonstration or False, villages or {}, reached or {}, len(transit or {}), waiting, forks or {}
    )


async def _known(connection: Connection, network: str) -> Registers:
    """The registers that the figures are read from."""
    return await registers.load(
        connection, network, [loans.REGISTER, members.REGISTER, papers.GROUPS, movements.REGISTER, growth.HISTORY]
    )


async def _principal(connection: Connection, network: str) -> dict[tuple[str, int, str], int]:
    rows = await connection.fetch(
        """
        SELECT ledger, account, sub, amount_satang FROM books.balance
        WHERE network = $1 AND account = ANY ($2::int[]) AND amount_satang <> 0
        """,
        network,
        list(LOANS),
    )
    return {(ledger, account, sub): int(amount) for ledger, account, sub, amount in rows}


def _villages(
    banks: Mapping[str, VillageBank],
    people: Mapping[str, Headcount],
    sums: ControlSums,
    lent: Mapping[str, LoanFigures],
    in_forks: ControlSums,
) -> list[dict[str, object]]:
    return [
        {
            "village": code,
            "moo": bank.moo,
            "name": bank.name,
            "members": people.get(code, Headcount()).members,
            "women": people.get(code, Headcount()).women,
            **read_bank(code, sums),
            "par30_satang": lent.get(f"bank:{code}", LoanFigures()).par30_satang,
            "disputed": _open(read_bank(code, in_forks)),
        }
        for code, bank in sorted(banks.items())
    ]


def _control_sums(lines: Mapping[tuple[str, int, str], int]) -> dict[tuple[str, int], int]:
    """What is said of the parts of accounts, said of the accounts."""
    sums: dict[tuple[str, int], int] = {}
    for (ledger, account, _sub), amount in lines.items():
        sums[ledger, account] = sums.get((ledger, account), 0) + amount
    return sums


def _open(figures: Mapping[str, int]) -> dict[str, int]:
    """The figures that undecided entries of forks would change, and by how much; they do not count yet."""
    return {name: amount for name, amount in figures.items() if amount}


def _total(villages: list[dict[str, object]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for village in villages:
        for name, value in village.items():
            if isinstance(value, int) and name != "moo":
                totals[name] = totals.get(name, 0) + value
    return totals
