"""Indicators on a real server: each beside its formula, of a village or of all, as of a day."""

from typing import Any

import pytest

from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.indicators import INDICATORS
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import World

pytestmark = pytest.mark.postgres


async def ask(speaker: Speaker, query: str = "", *, size: int = 0) -> Any:
    return await speaker.projection(f"indicators{query}", at_index=size)


async def test_each_indicator_stands_beside_its_formula(pool: Pool, database: Database) -> None:
    world = World.founded()
    for village, satang in (("pp01", 30_000), ("pp02", 12_000)):
        tablet = world.village(village).tablets[0]
        world.admit(tablet, [f"{village}-m001"])
        world.record(tablet, ShareDeposited(member=f"{village}-m001", amount_satang=satang, box=f"{village}-o4"))
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        size = 0
        for unit in world.units.values():
            for tablet in unit.tablets:
                if tablet.log:
                    size = (await speaker.push(tablet, tablet.log)).size
        of_all = await ask(speaker, "?on=2020-06-30", size=size)
        assert [one["code"] for one in of_all["indicators"]] == list(INDICATORS)
        found = {one["code"]: one for one in of_all["indicators"]}
        assert found["ind_s1"]["value"] == 42_000
        assert found["ind_s1"]["formula"] == "3110 + 2110 + 2111 + 2112"
        assert (found["ind_g2"]["value"], found["ind_g2"]["denominator"]) == (10_000, 1)
        assert found["ind_l2_par30"]["value"] is None
        of_one = await ask(speaker, "?village=pp02")
        assert (of_one["village"], of_one["on"]) == ("pp02", "2020-06-01")
        alone = {one["code"]: one["value"] for one in of_one["indicators"]}
        assert alone["ind_s1"] == 12_000
        assert "ind_n1" not in alone
        status, problem = await speaker.get_json(f"/v1/networks/{world.network}/projections/indicators?village=PP")
        assert (status, problem["code"]) == (400, "request_malformed")
