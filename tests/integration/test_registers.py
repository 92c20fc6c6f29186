"""What the books know besides balances is stored as rows, and a view reads them as of a day."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from sajja_schemas.entry import SignedEntry
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import Role
from sajja_schemas.registers import Registers
from sajja_server.projections import registers
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import Tablet, World, ref_to

pytestmark = pytest.mark.postgres

A2: tuple[Role, ...] = ("president", "treasurer", "secretary")
A3: tuple[Role, ...] = ("president", "secretary")


@pytest.fixture
def world() -> World:
    return World.founded()


@pytest.fixture
async def speaker(pool: Pool, database: Database, world: World) -> AsyncIterator[Speaker]:
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        yield speaker


def lend(world: World, tablet: Tablet) -> None:
    world.admit(tablet, ["m1"])
    approved = LoanApproved(
        loan="l1", member="m1", product="ordinary", amount_satang=100_000, rate_bp_month=100, method="declining",
        months=10, first_due=date(2020, 7, 1), resolution=world.resolve(tablet), covered_satang=100_000,
    )  # fmt: skip
    world.approve(tablet, [world.record(tablet, approved)], A3)
    lent = LoanDisbursed(
        loan="l1", member="m1", product="ordinary", gross_satang=100_000, net_satang=99_000, premium_satang=1_000,
        channel="cash", box="b1",
    )  # fmt: skip
    world.approve(tablet, [world.record(tablet, lent)], A2)
    paid = LoanRepaymentReceived(
        loan="l1", member="m1", product="ordinary", total_satang=11_000, principal_satang=10_000, interest_satang=1_000,
        box="b1",
    )  # fmt: skip
    world.record(tablet, paid)


async def push_everything(speaker: Speaker, world: World, tablet: Tablet, sent: list[SignedEntry]) -> int:
    office = world.office.tablets[0]
    if not sent:
        await speaker.push(office, office.log)
    reply = await speaker.push(tablet, [entry for entry in tablet.log if entry not in sent])
    assert {verdict.verdict for verdict in reply.verdicts} == {"merged"}
    sent += tablet.log
    return reply.size


async def stored(pool: Pool, network: str) -> Registers:
    async with pool.acquire() as connection:
        return await registers.load(connection, network)


async def test_what_is_stored_is_what_the_fold_says(speaker: Speaker, world: World, pool: Pool) -> None:
    tablet = world.village("pp01").tablets[0]
    lend(world, tablet)
    saved = world.record(tablet, ShareDeposited(member="m1", amount_satang=1, box="b1", months=("2020-06",)))
    sent: list[SignedEntry] = []
    await speaker.totals(at_index=await push_everything(speaker, world, tablet, sent))
    assert (await stored(pool, world.network)).rows == world.fold().registers.rows
    taken_back = world.record(tablet, EntryReversed(entry=ref_to(saved), reason="double_entry"))
    world.approve(tablet, [taken_back], A2)
    await speaker.totals(at_index=await push_everything(speaker, world, tablet, sent))
    rows = (await stored(pool, world.network)).rows
    assert rows == world.fold().registers.rows
    assert "savings" not in rows  # the row that holds nothing is gone


async def test_loans_are_late_as_of_the_day_that_is_asked_for(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    lend(world, tablet)
    totals = await speaker.totals(at_index=await push_everything(speaker, world, tablet, []))
    assert (totals["on"], totals["totals"]["par30_satang"]) == ("2020-06-01", 0)
    assert totals["groups"] == []
    risk = totals["funds"]["risk"]
    assert (risk["premium_12m_satang"], risk["claims_12m_satang"], risk["covered_satang"]) == (1_000, 0, 90_000)
    for on, par30_satang, premium_satang in (
        ("2020-08-31", 0, 1_000),  # July is paid; August is 30 days late, and no more
        ("2020-09-01", 90_000, 1_000),
        ("2021-06-01", 90_000, 0),
    ):
        path = f"/v1/networks/{world.network}/projections/network_totals?on={on}"
        status, totals = await speaker.get_json(path)
        found = {village["village"]: village["par30_satang"] for village in totals["villages"]}
        assert (status, totals["on"], found["pp01"], found["pp02"]) == (200, on, par30_satang, 0)
        assert totals["totals"]["par30_satang"] == par30_satang
        assert totals["funds"]["risk"]["premium_12m_satang"] == premium_satang


@pytest.mark.parametrize("on", ["", "2020-8-1", "2020-02-30", "25630822", "0001-01-01", "9999-12-31", "today"])
async def test_a_day_that_is_none_is_refused(speaker: Speaker, world: World, on: str) -> None:
    status, problem = await speaker.get_json(f"/v1/networks/{world.network}/projections/network_totals?on={on}")
    assert (status, problem["code"]) == (400, "request_malformed")
