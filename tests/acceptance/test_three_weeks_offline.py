"""Three weeks offline: the rains took the road and the mast. Everything was recorded; the network went on."""

from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path

import pytest

from sajja_client import books
from sajja_client.clock import now_ms
from sajja_client.log import Log
from sajja_client.progress import Level, standing
from sajja_client.sync import Sync
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.store.pool import Pool
from support.database import Database
from support.homes import home_of
from support.public_site import Site, publishing_site
from support.world import DAY, World

pytestmark = [pytest.mark.postgres]

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
async def site(database: Database, pool: Pool, tmp_path: Path) -> AsyncIterator[Site]:
    async with publishing_site(database, pool, deepcopy(World.founded(("pp01", "pp02"))), tmp_path) as opened:
        yield opened


async def test_a_village_that_was_three_weeks_offline_sends_all_of_it_and_has_what_it_missed(
    site: Site, tmp_path: Path
) -> None:
    """Meanwhile a second tablet of the village was in town, and another village joined."""
    world = site.world
    home = home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])
    with Log.open(home) as log:
        for week in (3, 2, 1):
            for at in range(20):
                deposited = ShareDeposited(member=f"pp01-m{at:03}", amount_satang=30_000, box="pp01-o4")
                log.append(deposited, by="recorder", day=DAY, recorded_at=now_ms() - (7 * week + 1) * DAY_MS)
        before = standing(log)
        assert (before.saved, before.waiting_days, before.level) == (60, 22, Level.AMBER)
        in_town = world.village("pp01").tablets[1]
        others = [
            world.record(in_town, ShareDeposited(member="pp01-m001", amount_satang=500, box="pp01-o1"))
            for _ in range(9)
        ]
        known = len(world.entries)
        world.add_village("pp03")
        await site.speaker.push(world.office.tablets[0], [*others, *world.entries[known:]])

        async with Sync(log, server_url=site.url) as conversation:
            report = await conversation.run()
            assert (report.merged, report.waiting, report.forks) == (60, 0, [])
            await site.published(len(world.entries) + 60)
            again = await conversation.run()
        assert again.proven + report.proven == 60
        after = standing(log)
        assert (after.saved, after.sent, after.proven, after.level) == (0, 0, 60, Level.GREEN)
        folded = books.fold(home)
        assert folded.balances["bank:pp01", 1110, "pp01-o4"] == 60 * 30_000
        assert folded.balances["bank:pp01", 1110, "pp01-o1"] == 9 * 500
        totals = await site.speaker.totals(at_index=len(world.entries) + 60)
        assert totals["totals"]["shares_satang"] == 60 * 30_000 + 9 * 500


def test_a_month_without_a_sync_is_red_whatever_the_clock_said_in_between(tmp_path: Path) -> None:
    world = World.founded(("pp01",))
    with Log.open(home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])) as log:
        deposited = ShareDeposited(member="pp01-m001", amount_satang=1, box="pp01-o4")
        log.append(deposited, by="recorder", day=DAY, recorded_at=now_ms() + 400 * DAY_MS)
        assert standing(log).level is Level.GREEN, "a moment to come is no waiting"
        log.append(deposited, by="recorder", day=DAY, recorded_at=now_ms() - 31 * DAY_MS)
        stands = standing(log)
        assert (stands.saved, stands.waiting_days, stands.level) == (2, 31, Level.RED)
