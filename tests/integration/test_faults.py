"""The server and its database are killed with SIGKILL at every step of ingest, and started again.

Nothing acknowledged is missing, nothing is doubled, the index has no gap. Real processes, fsync on.
"""

import asyncio
import contextlib
import os
import random
import signal
import tempfile
from collections.abc import Iterator
from itertools import chain, cycle
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientError

from sajja_schemas.entry import SignedEntry, from_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.embedded import EmbeddedPostgres
from support.process import enrolled_network, kill_postgres, server_process
from support.serving import Speaker, speaking
from support.world import Tablet, World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

LOST = (ClientError, OSError, TimeoutError)


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sajja-") as folder:
        path = Path(folder)
        path.chmod(0o711)  # root's PostgreSQL runs as another account
        yield path


@pytest.fixture
def world() -> World:
    return World.founded(("pp01",))


def deposits(world: World, count: int) -> tuple[Tablet, list[SignedEntry]]:
    tablet = world.village("pp01").tablets[0]
    for at in range(count):
        world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=100 + at, box="pp01-o4"))
    return tablet, tablet.log[-count:]


async def check_whole(owner_url: str, world: World, tablet: Tablet, *, acknowledged: int, at_most: int) -> int:
    """The device's log stands without gap or double, from its first entry to at least what was acknowledged."""
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch(
            "SELECT sequence, hash, body FROM sajja.entry WHERE network = $1 AND device = $2 ORDER BY index",
            world.network,
            from_base64url(tablet.name, 32),
        )
        indexes = [r["index"] for r in await connection.fetch("SELECT index FROM sajja.entry ORDER BY index")]
        size = await connection.fetchval("SELECT size FROM sajja.log_head")
        feeds = await connection.fetch(
            "SELECT village, array_agg(feed_sequence ORDER BY index) AS numbers FROM sajja.entry GROUP BY village"
        )
    finally:
        await connection.close()
    assert indexes == list(range(size))
    assert all(list(feed["numbers"]) == list(range(1, len(feed["numbers"]) + 1)) for feed in feeds)
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["body"] for row in rows] == [entry.body for entry in tablet.log[: len(rows)]]
    assert acknowledged <= len(rows) <= at_most
    return len(rows)


async def heal(url: str, world: World, tablet: Tablet) -> int:
    """What the village does next: offer everything again. Gives the books' shares, to the satang."""
    async with speaking(url, world) as speaker:
        reply = await speaker.push(tablet, tablet.log)
        assert {verdict.verdict for verdict in reply.verdicts} <= {"merged", "duplicate"}
        totals = await speaker.totals(at_index=reply.size)
    shares: int = totals["totals"]["shares_satang"]
    return shares


def shares_of(entries: list[SignedEntry]) -> int:
    return sum(100 + at for at in range(len(entries)))


async def waits_for_the_head(connection: asyncpg.Connection) -> None:
    """Wait until an ingest stands before the head row that this test holds."""
    for _ in range(200):
        if await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no ingest came")


@pytest.mark.parametrize("moment", ["before the head is taken", "after the commit, before the reply"])
async def test_the_server_is_killed_and_the_same_push_again_is_counted_once(
    moment: str, home: Path, world: World
) -> None:
    tablet, entries = deposits(world, 20)
    with EmbeddedPostgres.start(home) as postgres:
        async with enrolled_network(postgres, world):
            holder = await asyncpg.connect(postgres.owner_url)
            with server_process(postgres.server_url) as server:
                async with speaking(server.url, world) as speaker:
                    await speaker.session(tablet)
                    transaction = holder.transaction()
                    await transaction.start()
                    await holder.execute("SELECT FROM sajja.log_head FOR UPDATE")
                    push = asyncio.create_task(speaker.push(tablet, entries))
                    await waits_for_the_head(holder)
                    # Stopped, it cannot read the database's answer: the commit happens and nobody hears of it.
                    os.kill(server.child.pid, signal.SIGSTOP)
                    if moment == "before the head is taken":
                        server.kill()
                        await transaction.rollback()
                    else:
                        await transaction.rollback()
                        await stored(holder, len(world.office.tablets[0].log) + len(entries))
                        server.kill()
                    with pytest.raises(LOST):
                        await push
            await holder.close()
            with server_process(postgres.server_url) as server:
                assert await heal(server.url, world, tablet) == shares_of(entries)
            await check_whole(postgres.owner_url, world, tablet, acknowledged=20, at_most=20)


async def stored(connection: asyncpg.Connection, size: int) -> None:
    for _ in range(200):
        if await connection.fetchval("SELECT size FROM sajja.log_head") == size:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was stored")


async def test_the_database_is_killed_in_the_middle_of_an_ingest_and_nothing_of_it_stays(
    home: Path, world: World
) -> None:
    tablet, entries = deposits(world, 20)
    postgres = EmbeddedPostgres.start(home)
    try:
        async with enrolled_network(postgres, world):
            owner = await asyncpg.connect(postgres.owner_url)
            # Rows are inserted, the commit has not happened: this trigger holds the ingest there.
            await owner.execute(
                """
                CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
                CREATE TRIGGER dawdle AFTER INSERT ON sajja.entry FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
                """
            )
            with server_process(postgres.server_url) as server:
                async with speaking(server.url, world) as speaker:
                    await speaker.session(tablet)
                    push = asyncio.create_task(speaker.push(tablet, entries))
                    await sleeps(owner)
                    kill_postgres(home)
                    with pytest.raises(AssertionError, match="store_unavailable"):
                        await push
                    postgres = await asyncio.to_thread(EmbeddedPostgres.start, home)
                    await check_whole(postgres.owner_url, world, tablet, acknowledged=0, at_most=0)
                    again = await asyncpg.connect(postgres.owner_url)
                    await again.execute("DROP TRIGGER dawdle ON sajja.entry")
                    await again.close()
                    # The same process goes on with the database that came back.
                    assert await heal_patiently(server.url, world, tablet) == shares_of(entries)
            await check_whole(postgres.owner_url, world, tablet, acknowledged=20, at_most=20)
    finally:
        postgres.stop()


async def sleeps(connection: asyncpg.Connection) -> None:
    for _ in range(200):
        if await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no ingest came")


async def heal_patiently(url: str, world: World, tablet: Tablet) -> int:
    for _ in range(50):
        try:
            return await heal(url, world, tablet)
        except AssertionError:
            await asyncio.sleep(0.2)
    return await heal(url, world, tablet)


@pytest.mark.parametrize("victim", ["server", "database"])
async def test_killed_again_and_again_while_a_village_pushes(victim: str, home: Path, world: World) -> None:
    """Random moments, a fixed seed for the traffic; what was acknowledged at any time is there at the end."""
    tablet, entries = deposits(world, 400)
    chance = random.Random(7)
    postgres = EmbeddedPostgres.start(home)
    acknowledged = 0
    try:
        async with enrolled_network(postgres, world):
            for _ in range(5):
                with server_process(postgres.server_url) as server:
                    async with speaking(server.url, world) as speaker:
                        answered = asyncio.Event()
                        pushing = asyncio.create_task(push_on(speaker, tablet, acknowledged, answered))
                        # At a random moment of a push that has begun, however slow the machine.
                        await answered_by(answered, pushing)
                        await asyncio.sleep(chance.uniform(0, 0.3))
                        if victim == "server":
                            server.kill()
                        else:
                            kill_postgres(home)
                        acknowledged = max(acknowledged, await pushing)
                if victim == "database":
                    postgres = await asyncio.to_thread(EmbeddedPostgres.start, home)
                await check_whole(postgres.owner_url, world, tablet, acknowledged=acknowledged, at_most=len(tablet.log))
            assert acknowledged > 0
            with server_process(postgres.server_url) as server:
                assert await heal(server.url, world, tablet) == shares_of(entries)
            await check_whole(postgres.owner_url, world, tablet, acknowledged=400, at_most=400)
    finally:
        postgres.stop()


async def answered_by(answered: asyncio.Event, pushing: asyncio.Task[int]) -> None:
    """Wait for the first answer; a line that breaks before it is a failure that says why."""
    first = asyncio.create_task(answered.wait())
    await asyncio.wait({first, pushing}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    assert answered.is_set(), f"no push was answered: {pushing}"


async def push_on(speaker: Speaker, tablet: Tablet, done: int, answered: asyncio.Event) -> int:
    """Push in small frames until the line breaks; gives how many entries were acknowledged.

    A fast machine comes to the end of the log before anything is killed: it offers all of it again, as a village would.
    """
    frames = chain(range(done, len(tablet.log), 5), cycle(range(0, len(tablet.log), 5)))
    with contextlib.suppress(*LOST, AssertionError):
        for at in frames:
            reply = await speaker.push(tablet, tablet.log[at : at + 5])
            assert {verdict.verdict for verdict in reply.verdicts} <= {"merged", "duplicate"}
            done = max(done, at + 5)
            answered.set()
    return done


async def test_sigterm_answers_what_is_under_way_and_ends_with_nothing_lost(home: Path, world: World) -> None:
    tablet, entries = deposits(world, 20)
    with EmbeddedPostgres.start(home) as postgres:
        async with enrolled_network(postgres, world):
            holder = await asyncpg.connect(postgres.owner_url)
            with server_process(postgres.server_url) as server:
                async with speaking(server.url, world) as speaker:
                    await speaker.session(tablet)
                    transaction = holder.transaction()
                    await transaction.start()
                    await holder.execute("SELECT FROM sajja.log_head FOR UPDATE")
                    push = asyncio.create_task(speaker.push(tablet, entries))
                    await waits_for_the_head(holder)
                    server.child.terminate()
                    await asyncio.sleep(0.3)
                    await transaction.rollback()
                    reply = await push
                    assert {verdict.verdict for verdict in reply.verdicts} == {"merged"}
                assert await asyncio.to_thread(server.child.wait, 30) == 0
            await holder.close()
            await check_whole(postgres.owner_url, world, tablet, acknowledged=20, at_most=20)
