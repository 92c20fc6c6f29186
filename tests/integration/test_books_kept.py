"""What a batch writes is all that it changed: the tables always hold what the fold remembers, killed or not."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncpg
import pytest

from sajja_client.snapshot import untouched
from sajja_schemas.books import originals
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import Role
from sajja_schemas.holdings import Books
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.projections import builds, memory
from sajja_server.projections.folding import fold
from sajja_server.projections.kept import Kept
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection, Pool
from scenario.any_order import TOLD
from support.database import READING
from support.process import enrolled_network, server_process
from support.serving import speaking
from support.world import World, key_of, ref_to

pytestmark = pytest.mark.postgres

A2: tuple[Role, ...] = ("president", "treasurer", "secretary")


async def fold_in_batches(pool: Pool, world: World, entries: Sequence[SignedEntry], size: int) -> Books:
    """Fold and save batch by batch; after each, what is read back is what the fold remembers."""
    async with pool.acquire() as connection:
        build = await builds.live(connection, world.network) or await builds.begin(connection, world.network)
        known = await memory.load(connection, world.network, world.fingerprint)
        bodies = {to_base64url(entry.hash): entry.body for entry in entries[: known.books.index]}
        for first in range(known.books.index, len(entries), size):
            batch = [
                LoggedBody(at, 1, entry.device, entry.hash, entry.body)
                for at, entry in enumerate(entries[first : first + size], start=first)
            ]
            wanted = originals(known.books, (entry.body for entry in batch))
            fold(known.books, batch, wanted.keys(), bodies)
            async with connection.transaction():
                await builds.hold_live(connection, build)
                compared = await memory.save(connection, known, memory.count_devices(known.counts, batch))
            memory.settle(known, compared)
            bodies |= {to_base64url(entry.hash): entry.body for entry in batch}
            read = await memory.load(connection, world.network, world.fingerprint)
            assert read.books == known.books
            assert read.counts == known.counts
    return known.books


async def test_after_every_batch_of_a_year_the_tables_hold_what_the_fold_remembers(pool: Pool) -> None:
    world = TOLD.world
    books = await fold_in_batches(pool, world, world.entries, 9)
    assert books == untouched(world.fold())
    assert books.periods.closes
    assert books.trust.resolutions


async def test_so_they_do_where_approvals_keys_and_originals_come_last(pool: Pool) -> None:
    """Each waits for another: an approval for its entry and its key, a reversal for its original."""
    world = World.founded(("pp01",))
    first, second = world.village("pp01").tablets
    office = world.office.tablets[0]
    enrolled = len(office.log)
    president = world.village("pp01").officers["president"]
    second.officers[president] = key_of("a key that is enrolled last")
    given = world.record(first, ShareDeposited(member="m1", amount_satang=700, box="b1"))
    wrong = world.record(first, ShareDeposited(member="m1", amount_satang=900, box="b1"))
    for original in (given, wrong):
        back = world.record(second, EntryReversed(entry=ref_to(original), reason="wrong_amount"))
        world.approve(second, [back], A2)
    world.approve_by_office([world.record(office, world.officer_key(second, president), village="pp01")])
    late = [*office.log[:enrolled], *second.log, *first.log, *office.log[enrolled:]]
    books = await fold_in_batches(pool, world, late, 1)
    assert books == untouched(world.fold(late))
    assert books.reversed.keys() == {to_base64url(one.hash) for one in (given, wrong)}


async def test_a_deposit_writes_its_devices_row_of_the_memory_and_no_other(pool: Pool) -> None:
    """However much stands there: a year's approvals, resolutions and closes are not written again."""
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    world.admit(tablet, ["m1", "m2"])
    world.record(tablet, ShareDeposited(member="m1", amount_satang=100, box="b1"))
    await fold_in_batches(pool, world, world.entries, 500)
    async with pool.acquire() as connection:
        before = await stood(connection)
    world.record(tablet, ShareDeposited(member="m1", amount_satang=200, box="b1"))
    await fold_in_batches(pool, world, world.entries, 500)
    async with pool.acquire() as connection:
        after = await stood(connection)
    assert {row for row, writer in after.items() if before.get(row) != writer} == {("devices", tablet.name)}


async def stood(connection: Connection) -> dict[tuple[str, str], str]:
    """Which transaction wrote each row of the memory."""
    rows = await connection.fetch("SELECT part, key, xmin::text FROM books_a.part")
    return {(part, key): writer for part, key, writer in rows}


def test_a_kept_mapping_remembers_every_way_in_which_a_key_changes() -> None:
    kept = Kept({"a": [1], "b": [2], "c": [3]})
    assert kept == {"a": [1], "b": [2], "c": [3]}
    assert not kept.touched
    kept["d"] = [4]
    del kept["a"]
    kept.setdefault("b", []).append(5)
    assert kept.pop("c") == [3]
    assert kept.pop("e", None) is None
    assert kept == {"b": [2, 5], "d": [4]}
    assert kept.touched == {"a", "b", "c", "d"}
    with pytest.raises(NotImplementedError):
        kept.clear()
    with pytest.raises(NotImplementedError):
        kept.popitem()
    with pytest.raises(NotImplementedError):
        kept.update(e=[6])


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sajja-") as folder:
        path = Path(folder)
        path.chmod(0o711)  # root's PostgreSQL runs as another account
        yield path


@pytest.mark.slow
@pytest.mark.parametrize("table", ["balance", "register", "part", "state"])
async def test_a_server_killed_in_the_middle_of_a_save_leaves_the_books_of_the_batch_before(
    table: str, home: Path
) -> None:
    """The rows of one table are written, the commit has not happened: SIGKILL. The next server goes on from there."""
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    chance = random.Random(3)
    with EmbeddedPostgres.start(home) as postgres:
        async with enrolled_network(postgres, world):
            owner = await asyncpg.connect(postgres.owner_url, server_settings=READING)
            before = await everything(owner)
            await owner.execute(
                f"""
                CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
                CREATE TRIGGER dawdle AFTER INSERT OR UPDATE ON books_a.{table} EXECUTE FUNCTION dawdle();
                """
            )
            for at in range(30):
                world.record(tablet, ShareDeposited(member="m1", amount_satang=chance.randrange(99), box=f"b{at % 4}"))
            with server_process(postgres.server_url) as server:
                async with speaking(server.url, world) as speaker:
                    size = (await speaker.push(tablet, tablet.log)).size
                    await asleep(owner)
                    server.kill()
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sajja-server'"
            )
            await owner.execute(f"DROP TRIGGER dawdle ON books_a.{table}")
            assert await everything(owner) == before
            with server_process(postgres.server_url) as server:
                async with speaking(server.url, world) as speaker:
                    await speaker.totals(at_index=size)
            found = await memory.stored(owner, world.network)
            assert found is not None
            assert found.books == untouched(world.fold([*world.office.tablets[0].log, *tablet.log]))
            await owner.close()


async def everything(owner: asyncpg.Connection) -> dict[str, list[asyncpg.Record]]:
    """All that is derived by the fold."""
    tables = ("state", "part", "balance", "register", "quarantined", "device", "kept_finding")
    return {table: sorted(await owner.fetch(f"SELECT * FROM books.{table}"), key=repr) for table in tables}


async def asleep(owner: asyncpg.Connection) -> None:
    for _ in range(500):
        if await owner.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            return
        await owner.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("nothing was saved")
