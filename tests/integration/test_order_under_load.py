"""Index order is commit order, whoever writes and wherever somebody reads: no reader ever misses an entry.

Sixteen writers over several server processes; a row that is held invisible while later ones try to commit; a
transaction that idles; a reader on a streaming replica.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from sajja_schemas.entry import SignedEntry, from_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.store import log as store
from sajja_server.store.pool import COMMAND_SECONDS
from support.backups import replica
from support.process import enrolled_network, server_process
from support.serving import speaking
from support.waiting import until
from support.world import Tablet, World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

VILLAGES = tuple(f"pp{at:02}" for at in range(1, 9))
SERVERS = 3
EACH = 24


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sajja-") as folder:
        path = Path(folder)
        path.chmod(0o711)  # root's PostgreSQL runs as another account
        yield path


async def follow(url: str, world: World, until: asyncio.Event, size: int) -> list[tuple[int, bytes]]:
    """Tail the log by index, as the projector does, and give what was seen; a replica may come a little later."""
    connection = await asyncpg.connect(url)
    seen: list[tuple[int, bytes]] = []
    try:
        while not until.is_set() or len(seen) < size:
            entries = await store.read_bodies(connection, world.network, len(seen), 50)
            assert [entry.index for entry in entries] == list(range(len(seen), len(seen) + len(entries)))
            seen += [(entry.index, entry.hash) for entry in entries]
            await asyncio.sleep(0)
    finally:
        await connection.close()
    return seen


async def follow_feed(url: str, world: World, village: str, until: asyncio.Event) -> list[int]:
    """Tail a feed by feed sequence, as a tablet does."""
    connection = await asyncpg.connect(url)
    seen: list[int] = []
    try:
        while True:
            is_over = until.is_set()
            entries = await store.read_feed(connection, world.network, village, len(seen), 50)
            seen += [entry.feed_sequence for entry in entries]
            if is_over and not entries:
                return seen
            await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def write(urls: list[str], world: World, tablet: Tablet, at: int) -> None:
    """One tablet's meeting, in small pushes, to this process and to that, some of it said twice."""
    entries = [world.record(tablet, ShareDeposited(member="m1", amount_satang=1, box="b1")) for _ in range(EACH)]
    for first in range(0, EACH, 6):
        async with speaking(urls[(first // 6 + at) % len(urls)], world) as speaker:
            reply = await speaker.push(tablet, entries[max(0, first - 2) : first + 6])
        assert {told.verdict for told in reply.verdicts} <= {"merged", "duplicate"}


async def test_sixteen_writers_and_three_servers_leave_no_gap_for_any_reader_here_or_on_a_replica(home: Path) -> None:
    world = World.founded(VILLAGES)
    tablets = [tablet for code in VILLAGES for tablet in world.village(code).tablets]
    assert len(tablets) == 16
    with EmbeddedPostgres.start(home) as postgres:
        async with enrolled_network(postgres, world):
            with replica(home) as replica_url, ExitStack() as stack:
                servers = [stack.enter_context(server_process(postgres.server_url)) for _ in range(SERVERS)]
                size = len(world.office.tablets[0].log) + EACH * len(tablets)
                over = asyncio.Event()
                readers = [
                    asyncio.create_task(follow(url, world, over, size))
                    for url in (postgres.owner_url, postgres.owner_url, replica_url, replica_url)
                ]
                feeds = [asyncio.create_task(follow_feed(postgres.owner_url, world, code, over)) for code in VILLAGES]
                urls = [server.url for server in servers]
                await asyncio.gather(*(write(urls, world, tablet, at) for at, tablet in enumerate(tablets)))
                over.set()
                first, *others = await asyncio.wait_for(asyncio.gather(*readers), 60)
                assert [index for index, _hash in first] == list(range(size))
                assert len({name for _index, name in first}) == size, "nothing stands there twice"
                assert all(seen == first for seen in others), "a replica shows the same log, only later"
                for seen in await asyncio.gather(*feeds):
                    assert seen == list(range(1, len(seen) + 1))
                    assert len(seen) >= 2 * EACH


SERVER_WAITS_SECONDS = COMMAND_SECONDS  # then it gives the transaction up, numbers and all, and another may be first

# While the key is held, an entry of that device cannot be inserted: its transaction has its numbers, and waits.
HOLD = """
CREATE FUNCTION hold_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4711);
    RETURN NEW;
END $$;
CREATE TRIGGER hold_one AFTER INSERT ON sajja.entry
    FOR EACH ROW WHEN (NEW.device = '\\x%s') EXECUTE FUNCTION hold_one();
"""


@pytest.mark.parametrize(
    "seconds", [3.0, pytest.param(70.0, marks=pytest.mark.long, id="longer than any timeout of the server")]
)
async def test_later_entries_wait_for_a_row_that_is_held_invisible(home: Path, seconds: float) -> None:
    """Its transaction has numbered it and inserted it. Whatever comes later is behind it, and no reader passes it."""
    world = World.founded(("pp01", "pp02"))
    slow, quick = world.village("pp01").tablets[0], world.village("pp02").tablets[0]
    with EmbeddedPostgres.start(home) as postgres:
        async with enrolled_network(postgres, world):
            owner = await asyncpg.connect(postgres.owner_url)
            await owner.execute(HOLD % from_base64url(slow.name, 32).hex())
            await owner.execute("SELECT pg_advisory_lock(4711)")
            first = world.record(slow, ShareDeposited(member="m1", amount_satang=1, box="b1"))
            second = world.record(quick, ShareDeposited(member="m1", amount_satang=2, box="b1"))
            before = len(world.office.tablets[0].log)
            over = asyncio.Event()
            reader = asyncio.create_task(follow(postgres.owner_url, world, over, before + 2))
            with server_process(postgres.server_url) as one, server_process(postgres.server_url) as two:
                held = asyncio.create_task(keep_pushing(one.url, world, slow, first))
                await inserted_and_waiting(owner)
                later = asyncio.create_task(keep_pushing(two.url, world, quick, second))
                await asyncio.sleep(seconds)
                shown = await store.read_bodies(owner, world.network, before, 10)
                assert first.hash not in {entry.hash for entry in shown}
                if seconds < SERVER_WAITS_SECONDS:
                    assert shown == []
                    assert not later.done()
                await owner.execute("SELECT pg_advisory_unlock(4711)")
                await asyncio.wait_for(asyncio.gather(held, later), 90)
            over.set()
            seen = await reader
            await owner.close()
            assert {name for _index, name in seen[-2:]} == {first.hash, second.hash}
            if seconds < SERVER_WAITS_SECONDS:  # the one that was first is first
                assert [name for _index, name in seen[-2:]] == [first.hash, second.hash]


async def keep_pushing(url: str, world: World, tablet: Tablet, entry: SignedEntry) -> None:
    """As a tablet does: until it is answered."""
    while True:
        try:
            async with speaking(url, world) as speaker:
                reply = await speaker.push(tablet, [entry])
        except (AssertionError, OSError, TimeoutError):
            await asyncio.sleep(0.5)  # the server said that its database does not answer
            continue
        assert {told.verdict for told in reply.verdicts} <= {"merged", "duplicate"}
        return


async def inserted_and_waiting(owner: asyncpg.Connection) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    await until(lambda: owner.fetchval(waiting))


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.long)])
async def test_a_transaction_that_idles_hides_nothing_from_others_and_holds_nobody_up(
    home: Path, seconds: float
) -> None:
    """Somebody's session reads, and is left open: with an old view of the log, while pushes and readers go on."""
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    with EmbeddedPostgres.start(home) as postgres:
        async with enrolled_network(postgres, world):
            idle = await asyncpg.connect(postgres.owner_url)
            view = idle.transaction(isolation="repeatable_read")
            await view.start()
            before = (await store.log_head(idle, world.network)).size
            over = asyncio.Event()
            with server_process(postgres.server_url) as server:
                reader = asyncio.create_task(follow(postgres.owner_url, world, over, 0))
                ends_at = asyncio.get_running_loop().time() + seconds
                pushed = 0
                async with speaking(server.url, world) as speaker:
                    while asyncio.get_running_loop().time() < ends_at:
                        entry = world.record(tablet, ShareDeposited(member="m1", amount_satang=1, box="b1"))
                        reply = await speaker.push(tablet, [entry])
                        assert [told.verdict for told in reply.verdicts] == ["merged"]
                        pushed += 1
                        await asyncio.sleep(0.05)
                assert (await store.log_head(idle, world.network)).size == before, "its view is old, and whole"
                assert len(await store.read_bodies(idle, world.network, 0, before + pushed)) == before
                await view.rollback()
                seen = await store.read_bodies(idle, world.network, before, pushed + 10)
                assert [entry.index for entry in seen] == list(range(before, before + pushed)), "from where it was"
                over.set()
                assert [index for index, _hash in await reader] == list(range(before + pushed))
            await idle.close()
