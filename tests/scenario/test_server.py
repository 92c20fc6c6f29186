"""Scenario S1 through the real server: another order of arrival, the same projections."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import pytest

from sajja_schemas.entry import SignedEntry
from sajja_schemas.wire import PushReply
from sajja_server.projections.memory import load
from sajja_server.store.pool import open_pool
from scenario.closing import Result
from scenario.people import V01, V02
from scenario.year import Year
from support.database import READING, Database, fresh_database
from support.serving import Speaker, admit, serving, speaking
from support.world import Tablet

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

Push = Callable[[Tablet, Sequence[SignedEntry]], Awaitable[PushReply]]
FOUNDING = len(Year().desk.log)  # what the office writes before anybody else can

_AT_ITS_OWN_TIME = {"findings", "reflects_received_at"}  # findings are read when the books rest


async def as_it_was_told(year: Year, push: Push) -> None:
    """Day by day, each entry by the device that wrote it."""
    of = {tablet.key.public: tablet for unit in year.world.units.values() for tablet in unit.tablets}
    together: list[SignedEntry] = []
    for entry in year.world.entries:
        if together and entry.key != together[-1].key:
            await push(of[together[0].key], together)
            together = []
        together.append(entry)
    await push(of[together[0].key], together)


async def last_first(year: Year, push: Push) -> None:
    """The lending tablet first, with the reversal before its original; V02 when all is over; some of it twice."""
    first, second = year.village(V02).tablets
    await push(year.desk, year.desk.log[:FOUNDING])
    for tablet in (year.lending, year.savings, year.vault):
        await push(tablet, tablet.log)
    await push(year.desk, year.desk.log)  # its first lines once more
    for tablet in (second, first, year.lending):
        await push(tablet, tablet.log)


async def projected(url: str, year: Year, push_all: Callable[[Year, Push], Awaitable[None]]) -> dict[str, Any]:
    """What a server makes of the year when it arrives so."""
    await admit(url, year.world)
    pool = await open_pool(url, 4, role="sajja_app")
    try:
        async with serving(pool) as server, speaking(str(server.make_url("/")), year.world) as speaker:
            sizes = [0]

            async def push(tablet: Tablet, entries: Sequence[SignedEntry]) -> PushReply:
                reply = await speaker.push(tablet, entries)
                assert {verdict.verdict for verdict in reply.verdicts} <= {"merged", "duplicate"}
                sizes.append(reply.size)
                return reply

            await push_all(year, push)
            assert max(sizes) == len(year.world.entries)
            return await everything_of(speaker, url, size=max(sizes))
    finally:
        await pool.close()


async def everything_of(speaker: Speaker, url: str, *, size: int) -> dict[str, Any]:
    totals = await speaker.totals(at_index=size)
    connection = await asyncpg.connect(url, server_settings=READING)
    try:
        balances = await connection.fetch(
            "SELECT ledger, account, sub, amount_satang FROM books.balance WHERE amount_satang <> 0"
        )
        quarantined = await connection.fetch("SELECT hash, code FROM books.quarantined")
        kept = (await load(connection, speaker.world.network, speaker.world.fingerprint)).books
    finally:
        await connection.close()
    return {
        "totals": {name: value for name, value in totals.items() if name not in _AT_ITS_OWN_TIME},
        "balances": {(row["ledger"], row["account"], row["sub"]): int(row["amount_satang"]) for row in balances},
        "periods": kept.periods,
        "registers": kept.registers.rows,
        "quarantined": {row["hash"] for row in quarantined if row["code"] != "counted"},
    }


async def test_two_orders_of_arrival_give_one_network_projection(
    database: Database, postgres_server: str, told: tuple[Year, Result]
) -> None:
    year, _result = told
    one = await projected(database.server_url, year, as_it_was_told)
    async with fresh_database(postgres_server) as other:
        two = await projected(other.server_url, year, last_first)
    assert one == two
    assert one["quarantined"] == set()
    assert one["balances"] == {balance: amount for balance, amount in year.see().balances.items() if amount}
    assert one["periods"] == year.see().periods
    villages = {village["village"]: village for village in one["totals"]["villages"]}
    assert villages[V01]["shares_satang"] == 71_300_00
    assert villages[V02]["linkage_satang"] == 50_000_00
