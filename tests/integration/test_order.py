"""Index order is commit order: whoever follows the log by index misses nothing, whatever commits late."""

import asyncio
from hashlib import sha256

import asyncpg
import pytest

from sajja_schemas.entry import to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.api.context import NETWORKS
from sajja_server.store import log as store
from sajja_server.store.pool import Pool, open_pool
from support.database import Database
from support.serving import admit, serving, speaking
from support.waiting import until
from support.world import Tablet, World

pytestmark = pytest.mark.postgres

VILLAGES = ("pp01", "pp02", "pp03", "pp04")


async def follow(database: Database, network: str, until: asyncio.Event) -> list[int]:
    """Tail the log as any follower would: read what comes after the last index, for ever."""
    connection = await asyncpg.connect(database.owner_url)
    seen: list[int] = []
    try:
        while True:
            is_over = until.is_set()
            entries = await store.read_bodies(connection, network, len(seen), 500)
            seen += [entry.index for entry in entries]
            if is_over and not entries:
                return seen
    finally:
        await connection.close()


async def test_two_processes_and_eight_devices_leave_no_gap_for_any_reader(database: Database, pool: Pool) -> None:
    world = World.founded(VILLAGES)
    await admit(database.server_url, world)
    other_pool = await open_pool(database.server_url, 6, role="sajja_app")
    over = asyncio.Event()
    try:
        async with (
            serving(pool) as one,
            serving(other_pool) as two,
            speaking(str(one.make_url("/")), world) as at_one,
            speaking(str(two.make_url("/")), world) as at_two,
        ):
            office = world.office.tablets[0]
            await at_one.push(office, office.log)
            readers = [asyncio.create_task(follow(database, world.network, over)) for _ in range(3)]

            async def push_everything(tablet: Tablet, at: int) -> None:
                entries = [
                    world.record(tablet, ShareDeposited(member="m1", amount_satang=1, box="b1")) for _ in range(60)
                ]
                for first in range(0, 60, 7):
                    speaker = at_one if (first + at) % 2 else at_two
                    # What the other process said a moment ago, this one may be told again.
                    reply = await speaker.push(tablet, entries[max(0, first - 2) : first + 7])
                    assert {verdict.verdict for verdict in reply.verdicts} <= {"merged", "duplicate"}

            tablets = [tablet for code in VILLAGES for tablet in world.village(code).tablets]
            await asyncio.gather(*(push_everything(tablet, at) for at, tablet in enumerate(tablets)))
            size = len(office.log) + 60 * len(tablets)
            totals = await at_two.totals(at_index=size)
            assert totals["totals"]["shares_satang"] == 60 * len(tablets)
            over.set()
            for reader in readers:
                assert await reader == list(range(size))
    finally:
        await other_pool.close()


async def test_an_entry_that_commits_late_is_not_passed_over(database: Database, pool: Pool) -> None:
    """While one ingest has numbered its entry and not committed, no later number can be seen."""
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    one, two = world.village("pp01").tablets
    first = world.record(one, ShareDeposited(member="m1", amount_satang=1, box="b1"))
    second = world.record(two, ShareDeposited(member="m1", amount_satang=2, box="b1"))
    async with pool.acquire() as slow, pool.acquire() as quick, pool.acquire() as reader:
        transaction = slow.transaction()
        await transaction.start()
        (early,) = await store.ingest(slow, world.network, [first], [True], 1)
        waiting = asyncio.create_task(store.ingest(quick, world.network, [second], [True], 1))
        held_up = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = $1"
        name = await reader.fetchval("SELECT current_database()")
        await until(lambda: reader.fetchval(held_up, name))
        assert not waiting.done()
        assert [entry.index for entry in await store.read_bodies(reader, world.network, 1, 10)] == []
        await transaction.commit()
        (late,) = await waiting
        assert (early.index, late.index) == (1, 2)


async def test_networks_on_one_server_never_touch_each_other(database: Database, pool: Pool) -> None:
    """The same device keys in two networks: heads, feeds and books are each their own."""
    worlds = [World.founded(("pp01",), network=name) for name in ("onenet", "twonet")]
    for world in worlds:
        await admit(database.server_url, world)
    async with serving(pool) as server:
        for satang, world in enumerate(worlds, start=1):
            async with speaking(str(server.make_url("/")), world) as speaker:
                office, tablet = world.office.tablets[0], world.village("pp01").tablets[0]
                await speaker.push(office, office.log)
                entry = world.record(tablet, ShareDeposited(member="m1", amount_satang=satang, box="b1"))
                reply = await speaker.push(tablet, [entry])
                totals = await speaker.totals(at_index=reply.size)
                assert totals["totals"]["shares_satang"] == satang
                assert totals["network"] == world.network
    fingerprints = {to_base64url(sha256(world.fingerprint.encode()).digest()) for world in worlds}
    assert len(fingerprints) == 2


async def test_whoever_asks_while_enrolments_are_read_is_not_told_that_he_is_a_stranger(
    database: Database, pool: Pool
) -> None:
    world = World.founded(VILLAGES)
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        office = world.office.tablets[0]
        await speaker.push(office, office.log)
        tablets = [tablet for code in VILLAGES for tablet in world.village(code).tablets]
        for _ in range(5):
            # A directory that knows nothing yet, asked by everybody at once.
            directory = server.app[NETWORKS].get(world.network).directory
            directory._units, directory._read_at = {}, -1
            urls = [f"{speaker.network}/devices/{tablet.name}/challenge" for tablet in tablets]
            answers = await asyncio.gather(*(speaker.post_json(url, None) for url in urls))
            assert [status for status, _answer in answers] == [200] * len(tablets)
