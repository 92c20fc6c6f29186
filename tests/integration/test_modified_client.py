"""What a client of ours would refuse, signed by one that does not: found or without effect, and the server goes on."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import pytest

from sajja_schemas.books import Books
from sajja_schemas.entry import EntryRef, SignedEntry, to_base64url
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.closing import PeriodClosed
from sajja_schemas.events.groups import GroupMemberJoined
from sajja_schemas.events.ledgers import EntryReversed, ExpensePaid
from sajja_schemas.events.lending import LoanApplied
from sajja_schemas.events.loan_accounts import LoanFineCharged
from sajja_schemas.events.loans import LoanDisbursed
from sajja_schemas.events.risk import RiskClaimFiled
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from sajja_schemas.events.welfare import WelfareClaimPaid, WelfareContributionReceived
from sajja_schemas.verdicts import Effect
from sajja_server.projections import memory
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import DAY, World, ref_to

pytestmark = pytest.mark.postgres

M = "pp01-m001"
BOX = "pp01-o4"


@pytest.fixture
def world() -> World:
    world = World.founded()
    world.admit(world.village("pp01").tablets[0], [M])
    return world


@pytest.fixture
async def speaker(pool: Pool, database: Database, world: World) -> AsyncIterator[Speaker]:
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        yield speaker


def deposit(satang: int, **more: Any) -> ShareDeposited:
    return ShareDeposited(member=M, amount_satang=satang, box=BOX, **more)


def lent(gross: int, net: int) -> LoanDisbursed:
    return LoanDisbursed(
        loan="l1", member=M, product="ordinary", gross_satang=gross, net_satang=net, channel="cash", box=BOX
    )


WITHOUT_EFFECT: list[tuple[AnyEvent, Effect]] = [
    (deposit(0), Effect.MALFORMED),
    (deposit(-100), Effect.MALFORMED),
    (deposit(100, months=("2563-08",)), Effect.MALFORMED),
    (deposit(100, months=("2020-13",)), Effect.MALFORMED),
    (ShareDeposited(member="PP01-M001", amount_satang=100, box=BOX), Effect.MALFORMED),
    (ShareDeposited(member="๑๑๐๑", amount_satang=100, box=BOX), Effect.MALFORMED),
    (ShareWithdrawn(member=M, amount_satang=0, box=BOX), Effect.MALFORMED),
    (lent(0, 0), Effect.MALFORMED),
    (lent(10_000, 5_000), Effect.MALFORMED),
    (LoanApplied(loan="l2", member=M, product="ordinary", amount_satang=1, months=0, purpose="x"), Effect.MALFORMED),
    (WelfareContributionReceived(member=M, amount_satang=-1, box=BOX, months=("2020-05",)), Effect.MALFORMED),
    (ExpensePaid(ledger="bank:pp02", account=5120, amount_satang=1, channel="cash", box=BOX), Effect.NOT_AUTHORISED),
    (ExpensePaid(ledger="welfare", account=5120, amount_satang=1, channel="cash", box=BOX), Effect.NOT_AUTHORISED),
    (WelfareClaimPaid(claim="c9", member=M, amount_satang=1, channel="cash", box=BOX), Effect.NOT_AUTHORISED),
]
FOUND: list[tuple[AnyEvent, str]] = [
    (ShareDeposited(member="pp01-m999", amount_satang=100, box=BOX), "UNKNOWN_MEMBER"),
    (ShareWithdrawn(member=M, amount_satang=10**15, box=BOX), "OVERDRAWN_AFTER_MERGE"),
    (LoanFineCharged(loan="l9", member=M, amount_satang=100, box=BOX), "UNKNOWN_LOAN"),
    (RiskClaimFiled(loan="l8", member=M, cause="death", happened=date(1, 1, 1), principal_satang=1), "UNKNOWN_LOAN"),
    (lent(10_000, 10_000), "LOAN_NOT_APPROVED"),
    (GroupMemberJoined(ledger="group:pp01-x", member=M, shares_satang=100, box=BOX), "UNKNOWN_GROUP"),
]


async def folded(speaker: Speaker, world: World, pool: Pool) -> tuple[Books, set[str]]:
    """What the server makes of everything that was recorded: its books, and the codes of the findings it tells."""
    size = 0
    for unit in world.units.values():
        for tablet in unit.tablets:
            if tablet.log:
                size = (await speaker.push(tablet, tablet.log)).size
    told = await speaker.projection("findings", at_index=size)
    async with pool.acquire() as connection:
        books = (await memory.load(connection, world.network, world.fingerprint)).books
    assert Effect.UNDIGESTED not in books.quarantined.values()
    assert "RULE_FAILED" not in told["by_code"]
    return books, set(told["by_code"])


def hashes(entries: list[SignedEntry]) -> Iterator[str]:
    return (to_base64url(entry.hash) for entry in entries)


async def test_what_our_client_would_not_sign_has_no_effect_or_is_found(
    speaker: Speaker, world: World, pool: Pool
) -> None:
    tablet = world.village("pp01").tablets[0]
    bad = [world.record(tablet, event) for event, _effect in WITHOUT_EFFECT]
    odd = [world.record(tablet, event) for event, _code in FOUND]
    paid = WelfareClaimPaid(claim="c9", member=M, amount_satang=1, channel="cash", box="office-o1")
    world.record(world.office.tablets[0], paid, village="pp01")
    good = world.record(tablet, deposit(100))
    books, codes = await folded(speaker, world, pool)
    assert [books.quarantined.get(name) for name in hashes(bad)] == [effect for _event, effect in WITHOUT_EFFECT]
    assert {*(code for _event, code in FOUND), "UNKNOWN_CLAIM"} <= codes
    assert not set(hashes([good])) & set(books.quarantined), "what came behind them counts"
    assert not {name for name in hashes(odd) if books.quarantined.get(name) is Effect.MALFORMED}


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2570, 1, 1), date(9999, 12, 31)])
async def test_a_day_that_nobody_has_reached_stops_nothing(
    day: date, speaker: Speaker, world: World, pool: Pool
) -> None:
    tablet = world.village("pp01").tablets[0]
    world.record(tablet, deposit(100), day=day)
    world.record(tablet, lent(10_000, 10_000), day=day)
    _books, codes = await folded(speaker, world, pool)
    assert ("DATED_AHEAD" in codes) is (day > DAY)


async def test_a_second_reversal_and_a_closed_month(speaker: Speaker, world: World, pool: Pool) -> None:
    """The second reversal has nothing left to negate; what came behind a close is late."""
    tablet = world.village("pp01").tablets[0]
    original = world.record(tablet, deposit(100))
    twice = [world.record(tablet, EntryReversed(entry=ref_to(original), reason="other")) for _ in range(2)]
    for reversal in twice:
        world.approve(tablet, [reversal], ("president", "treasurer"))
    cut = EntryRef(device=tablet.name, sequence=len(tablet.log), hash=to_base64url(tablet.log[-1].hash))
    close = PeriodClosed(ledger="bank:pp01", month=f"{DAY:%Y-%m}", devices=(cut,))
    world.approve(tablet, [world.record(tablet, close)], ("president", "treasurer", "secretary"))
    world.record(tablet, deposit(700))
    books, codes = await folded(speaker, world, pool)
    assert [books.quarantined.get(name) for name in hashes(twice)] == [None, Effect.NOT_AUTHORISED]
    assert books.balances["bank:pp01", 3110, M] == -700
    assert "LATE_ENTRY" in codes
