"""Findings on a real server: kept with the books, told with their sentences, resolved, and rebuilt alike."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sajja_schemas.events.corrections import FindingResolved
from sajja_schemas.events.meetings import CashCustodyHandedOver
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.projections import memory
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import World

pytestmark = pytest.mark.postgres


@pytest.fixture
def world() -> World:
    return World.founded()


@pytest.fixture
async def speaker(pool: Pool, database: Database, world: World) -> AsyncIterator[Speaker]:
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        yield speaker


async def push_all(speaker: Speaker) -> int:
    size = 0
    for unit in speaker.world.units.values():
        for tablet in unit.tablets:
            if tablet.log:
                size = (await speaker.push(tablet, tablet.log)).size
    return size


async def findings(speaker: Speaker, size: int, query: str = "") -> Any:
    """The findings, once they reflect every entry below an index."""
    return await speaker.projection(f"findings{query}", at_index=size)


async def test_a_finding_is_told_and_officers_resolve_it(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    world.record(tablet, ShareDeposited(member="nobody", amount_satang=100, box="pp01-o4"))
    size = await push_all(speaker)
    answer = await findings(speaker, size)
    assert (answer["total"], answer["by_code"]) == (1, {"UNKNOWN_MEMBER": 1})
    (finding,) = answer["findings"]
    assert finding["thai"] == "ไม่มีสมาชิก nobody ในทะเบียนของ pp01"
    assert finding["english"] == "pp01 has no member nobody"
    assert (finding["severity"], finding["owner"], finding["village"]) == ("medium", "treasurer", "pp01")
    assert finding["entries"] == [{"device": tablet.name, "sequence": len(tablet.log)}]
    assert (await speaker.totals(at_index=size))["findings"] == {"UNKNOWN_MEMBER": 1}
    resolved = FindingResolved(code=finding["code"], text="a child of m001", finding=finding["name"])
    world.approve(tablet, [world.record(tablet, resolved)], ("president", "treasurer", "secretary"))
    answer = await findings(speaker, await push_all(speaker))
    assert (answer["total"], answer["findings"]) == (0, [])


async def test_findings_are_asked_for_by_village_severity_number_and_day(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    for name in ("x1", "x2"):
        world.record(tablet, ShareDeposited(member=name, amount_satang=100, box="pp01-o4"))
    handed = CashCustodyHandedOver(
        ledger="bank:pp01", settlement="s1", place="box", amount_satang=150, box="pp01-o4", carrier="c1"
    )
    world.approve(tablet, [world.record(tablet, handed)], ("president", "treasurer"))
    size = await push_all(speaker)
    assert (await findings(speaker, size))["total"] == 2
    assert (await findings(speaker, size, "?village=pp02"))["total"] == 0
    assert (await findings(speaker, size, "?severity=high"))["total"] == 0
    one = await findings(speaker, size, "?limit=1&severity=medium&village=pp01")
    assert (one["total"], len(one["findings"])) == (2, 1)
    later = await findings(speaker, size, "?on=2020-06-04")
    assert later["by_code"] == {"CASH_CARRIED_LONG": 1, "UNKNOWN_MEMBER": 2}
    assert later["on"] == "2020-06-04"


@pytest.mark.parametrize("query", ["?severity=dire", "?village=PP01", "?limit=-1", "?on=22-08-2563"])
async def test_a_question_that_makes_no_sense_is_refused(speaker: Speaker, world: World, query: str) -> None:
    status, problem = await speaker.get_json(f"/v1/networks/{world.network}/projections/findings{query}")
    assert (status, problem["code"]) == (400, "request_malformed")


async def test_live_and_rebuilt_tell_the_same(speaker: Speaker, world: World, pool: Pool) -> None:
    tablet = world.village("pp01").tablets[0]
    for name in ("x1", "x2"):
        world.record(tablet, ShareDeposited(member=name, amount_satang=100, box="pp01-o4"))
    live = await findings(speaker, await push_all(speaker))
    async with pool.acquire() as connection:
        books = (await memory.load(connection, world.network, world.fingerprint)).books
    folded = world.fold()
    assert set(books.findings) == set(folded.findings)
    assert {one["name"] for one in live["findings"]} == {one.name for one in folded.findings.values()}
