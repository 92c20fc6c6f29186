"""A server whose clock is behind what it has written down says so as it takes a network up, and serves it still."""

import pytest
from structlog.testing import capture_logs

from sajja_server.clock import now_ms
from sajja_server.store.pool import Pool
from support.database import Database
from support.publishing import merge
from support.serving import admit, serving, speaking
from support.world import World

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(("ahead_ms", "alarms"), [(3_600_000, 1), (0, 0)])
async def test_a_clock_behind_the_log_is_told_and_nothing_else_happens(
    ahead_ms: int, alarms: int, database: Database, pool: Pool
) -> None:
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    await merge(pool, world, world.entries, received_at=now_ms() + ahead_ms)
    with capture_logs() as logs:
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            office = world.office.tablets[0]
            reply = await speaker.push(office, office.log)
    assert {told.verdict for told in reply.verdicts} == {"duplicate"}
    told = [line for line in logs if line["event"] == "clock_behind_the_log"]
    assert len(told) == alarms
    assert all(0 < line["by_ms"] <= ahead_ms for line in told)
