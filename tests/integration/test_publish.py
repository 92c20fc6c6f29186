"""Publishing: what is signed is what is stored, one root for a size; whatever crashes, is restored or tampered with."""

import asyncio
import json
import signal
from copy import deepcopy
from pathlib import Path

import asyncpg
import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from sajja_schemas.checkpoint import Checkpoint, open_note, verifier_key
from sajja_schemas.entry import to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.merkle import leaf_hash
from sajja_schemas.tiles import Tile
from sajja_server.publish import Press, Publisher
from sajja_server.signer import Signer, SignerRefuses
from sajja_server.status import verify_networks
from sajja_server.store import checkpoints
from sajja_server.store.pool import Pool
from support.database import Database
from support.publishing import POINTS, keep_key, merge, press_at, publish, publish_and_die
from support.waiting import until_seen
from support.world import World, key_of

pytestmark = [pytest.mark.postgres]

FOUNDED = World.founded(("pp01",))
NEXT = "sajja.test/testnet/2"


@pytest.fixture
def world() -> World:
    return deepcopy(FOUNDED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def signer(folder: Path, world: World) -> Signer:
    (folder / "signer").mkdir(parents=True)
    return keep_key(folder, world.network, world.log_key)


def publisher_at(pool: Pool, world: World, folder: Path) -> Publisher:
    return Publisher(pool.acquire, world.network, press_at(folder))


async def deposits(pool: Pool, world: World, count: int) -> int:
    """So many more entries, stored and folded."""
    tablet = world.village("pp01").tablets[0]
    more = [
        world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=100 + at, box="pp01-o4"))
        for at in range(count)
    ]
    return await merge(pool, world, more)


async def newest(pool: Pool, world: World) -> Checkpoint | None:
    async with pool.acquire() as connection:
        found = await checkpoints.newest(connection, world.network)
    if found is None:
        return None
    return open_note(found.note, found.origin, world.log_key.public)


async def have_published(publishers: list[Publisher], size: int) -> None:
    """Wait until each of them says so many."""

    def sizes() -> list[int]:
        return [one.newest.size if one.newest is not None else 0 for one in publishers]

    await until_seen(sizes, lambda seen: min(seen) >= size)


async def as_owner(database: Database, *statements: str) -> None:
    """What only somebody with the owner's rights can do to the database."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_what_is_published_is_what_is_stored_and_another_program_can_read_it(
    pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    size = await merge(pool, world, world.entries)
    publisher = publisher_at(pool, world, folder)
    assert await publish(pool, publisher)
    checkpoint = await newest(pool, world)
    assert checkpoint is not None
    assert (checkpoint.origin, checkpoint.size) == (world.origin, size)
    assert signer.last() == checkpoint
    size = await deposits(pool, world, 300)
    assert await publish(pool, publisher)
    assert not await publish(pool, publisher)  # nothing is new
    theirs = TilesReader(LocalBackend(folder / "tiles" / world.network / "1"))
    read = theirs.get_checkpoint()
    assert read.size == size
    assert theirs.calculate_root_hash() == read.root_hash
    shown = theirs.get_consistency_proof(checkpoint.size, size)
    shown.check(checkpoint.root, read.root_hash)
    entry = json.loads(theirs.get_entry(size - 1))
    assert (entry["village"], leaf_hash(theirs.get_entry(size - 1))) == ("pp01", theirs.mth(size - 1, size))
    assert verifier_key(world.origin, world.log_key.public).startswith(world.origin)


async def test_a_publisher_that_starts_again_comes_to_the_same_files(
    pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    await merge(pool, world, world.entries)
    await deposits(pool, world, 600)
    assert await publish(pool, publisher_at(pool, world, folder))
    before = {path: path.read_bytes() for path in sorted((folder / "tiles").rglob("*")) if path.is_file()}
    for path in list(before)[::2]:
        path.unlink()
    assert await publish(pool, publisher_at(pool, world, folder))
    assert {path: path.read_bytes() for path in sorted((folder / "tiles").rglob("*")) if path.is_file()} == before


async def test_partial_tiles_go_when_they_are_whole(pool: Pool, world: World, folder: Path, signer: Signer) -> None:
    publisher = publisher_at(pool, world, folder)
    await merge(pool, world, world.entries)
    assert await publish(pool, publisher)
    tiles = folder / "tiles" / world.network / "1"
    first = Tile(0, 0, len(world.entries))
    assert (tiles / first.path).exists()
    await deposits(pool, world, 300)
    assert await publish(pool, publisher)
    assert not (tiles / first.path).parent.exists()
    assert (tiles / first.whole.path).exists()
    assert publisher._growth is not None
    assert publisher._growth.files.read(first) == (tiles / first.whole.path).read_bytes()[: first.width * 32]


@pytest.mark.parametrize("point", POINTS)
async def test_a_publisher_is_killed_and_the_next_one_makes_it_good(
    point: str, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    await merge(pool, world, world.entries)
    assert await publish(pool, publisher_at(pool, world, folder))
    size = await deposits(pool, world, 300)
    died = await asyncio.to_thread(publish_and_die, database.server_url, folder, world.network, point)
    assert died == -signal.SIGKILL
    between = signer.last()
    publisher = publisher_at(pool, world, folder)
    assert await publish(pool, publisher)
    assert publisher.problem is None
    checkpoint = await newest(pool, world)
    assert checkpoint is not None
    assert checkpoint.size == size
    assert checkpoint == signer.last()
    assert between is not None
    assert between.size < size or between == checkpoint  # what was signed before the crash is what is published after
    note = (folder / "tiles" / world.network / "1" / "checkpoint").read_bytes()
    assert open_note(note, world.origin, world.log_key.public) == checkpoint


@pytest.mark.parametrize("point", POINTS)
async def test_what_failed_and_was_done_all_the_same_is_found_done(
    point: str, pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    """The call behind a point never answers, and nobody knows whether it did its work."""
    await merge(pool, world, world.entries)
    failing = [point]

    def reached(where: str) -> None:
        if where in failing:
            failing.clear()
            raise ConnectionResetError

    publisher = Publisher(pool.acquire, world.network, press_at(folder), reached=reached)
    with pytest.raises(ConnectionResetError):
        await publish(pool, publisher)
    await publish(pool, publisher)
    checkpoint = await newest(pool, world)
    assert checkpoint is not None
    assert checkpoint == signer.last()
    size = await deposits(pool, world, 3)
    assert await publish(pool, publisher)
    note = (folder / "tiles" / world.network / "1" / "checkpoint").read_bytes()
    assert open_note(note, world.origin, world.log_key.public).size == size


async def test_it_grew_while_a_killed_publisher_had_signed_and_not_published(
    database: Database, pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    await merge(pool, world, world.entries)
    await asyncio.to_thread(publish_and_die, database.server_url, folder, world.network, "signed")
    assert await newest(pool, world) is None
    size = await deposits(pool, world, 5)
    publisher = publisher_at(pool, world, folder)
    assert await publish(pool, publisher)
    checkpoint = await newest(pool, world)
    assert checkpoint is not None
    assert checkpoint.size == size


async def test_two_publishers_never_publish_two_roots_for_a_size(
    pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    """Only one of them holds the lock; even if both were to publish, they come to the same."""
    await merge(pool, world, world.entries)
    publishers = [publisher_at(pool, world, folder) for _ in range(2)]
    tasks = [asyncio.create_task(one.run()) for one in publishers]
    try:
        for _ in range(3):
            size = await deposits(pool, world, 40)
            await have_published(publishers, size)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(one._growth is not None for one in publishers) <= 1
    for one in (publisher_at(pool, world, folder), publisher_at(pool, world, folder)):
        assert await publish(pool, one)
    async with pool.acquire() as connection:
        published = await checkpoints.every_checkpoint(connection, world.network, world.origin)
    assert len({one.size for one in published}) == len(published)


async def test_who_has_no_key_does_not_hold_the_place_of_who_has_one(
    pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    size = await merge(pool, world, world.entries)
    without, having = Publisher(pool.acquire, world.network, Press()), publisher_at(pool, world, folder)
    tasks = [asyncio.create_task(without.run())]
    try:
        await asyncio.sleep(0.3)
        tasks.append(asyncio.create_task(having.run()))
        await have_published([without, having], size)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_server_cannot_change_or_remove_a_checkpoint(
    pool: Pool, world: World, folder: Path, signer: Signer
) -> None:
    await merge(pool, world, world.entries)
    assert await publish(pool, publisher_at(pool, world, folder))
    async with pool.acquire() as connection:
        for statement in ("UPDATE sajja.checkpoint SET size = 1", "DELETE FROM sajja.checkpoint"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        with pytest.raises(checkpoints.RootContradicts):
            await checkpoints.save(
                connection, world.network, Checkpoint(world.origin, len(world.entries), bytes(32)), b"", 0
            )


class TestTampering:
    """Somebody with the owner's rights changes what is stored."""

    async def test_a_changed_body_is_not_signed_over(
        self, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        await merge(pool, world, world.entries)
        await as_owner(database, r"UPDATE sajja.entry SET body = body || '\x20' WHERE index = 3")
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "log_damaged"
        assert signer.last() is None

    async def test_a_body_with_its_hash_is_found_by_the_root(
        self, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        await merge(pool, world, world.entries)
        assert await publish(pool, publisher_at(pool, world, folder))
        tiles = {path: path.read_bytes() for path in (folder / "tiles").rglob("*") if path.is_file()}
        last = signer.last()
        await as_owner(
            database,
            r"""UPDATE sajja.entry SET body = body || '\x20',
                hash = sha256(convert_to(E'sajja entry v1\n', 'UTF8') || body || '\x20') WHERE index = 3""",
        )
        await deposits(pool, world, 3)
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "log_rewritten"
        assert signer.last() == last
        assert {path: path.read_bytes() for path in (folder / "tiles").rglob("*") if path.is_file()} == tiles
        (found,) = await verify_networks(database.server_url, "sajja_app", str(folder / "signer"))
        assert found.problem is not None

    async def test_an_entry_that_was_taken_out_is_missed(
        self, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        await merge(pool, world, world.entries)
        await as_owner(database, "DELETE FROM sajja.entry WHERE index = 3")
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "log_damaged"

    async def test_what_is_as_it_was_verifies(
        self, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        await merge(pool, world, world.entries)
        assert await publish(pool, publisher_at(pool, world, folder))
        (found,) = await verify_networks(database.server_url, "sajja_app", str(folder / "signer"))
        assert (found.problem, found.checkpoints, found.size) == (None, 1, len(world.entries))


class TestRestored:
    """The database is an old backup: it lost entries that were published."""

    async def restore(self, database: Database, pool: Pool, world: World, size: int) -> None:
        await as_owner(
            database,
            f"DELETE FROM sajja.entry WHERE index >= {size}",
            f"DELETE FROM sajja.checkpoint WHERE size > {size}",
            f"UPDATE sajja.log_head SET size = {size}",
            """UPDATE sajja.feed_head f SET size = (SELECT max(feed_sequence) FROM sajja.entry e
               WHERE e.network = f.network AND e.village = f.village)""",
            """UPDATE sajja.device_head d SET (sequence, hash, top) = (SELECT e.sequence, e.hash, e.sequence
               FROM sajja.entry e WHERE e.network = d.network AND e.device = d.device ORDER BY sequence DESC LIMIT 1)
               WHERE EXISTS (SELECT FROM sajja.entry e WHERE e.device = d.device)""",
            "DELETE FROM sajja.device_head d WHERE NOT EXISTS (SELECT FROM sajja.entry e WHERE e.device = d.device)",
            "UPDATE projection.build SET version = 0",
        )

    async def test_it_takes_entries_in_and_publishes_nothing_until_the_office_has_spoken(
        self, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        founded = await merge(pool, world, world.entries)
        assert await publish(pool, publisher_at(pool, world, folder))
        await deposits(pool, world, 20)
        assert await publish(pool, publisher_at(pool, world, folder))
        last = signer.last()
        assert last is not None
        lost = world.entries[founded:]
        await self.restore(database, pool, world, founded)

        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "log_lost_entries"

        # The villages offer everything again; it is received at another moment, so its leaves are others.
        await merge(pool, world, lost, received_at=1_700_000_000_000)
        await deposits(pool, world, 5)
        assert not await publish(pool, publisher)
        assert publisher.problem == "log_rewritten"
        assert signer.last() == last

        world.continue_log(last.size, last.root, old_origin=world.origin, new_origin=NEXT)
        size = await merge(pool, world, world.entries[-3:])
        assert await publish(pool, publisher)
        assert publisher.problem is None
        checkpoint = await newest(pool, world)
        assert checkpoint is not None
        assert (checkpoint.origin, checkpoint.size) == (NEXT, size)
        assert (folder / "tiles" / world.network / "2" / "checkpoint").exists()

    async def test_the_office_may_not_end_a_log_below_what_was_signed(
        self, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        await merge(pool, world, world.entries)
        assert await publish(pool, publisher_at(pool, world, folder))
        world.continue_log(3, bytes(32), old_origin=world.origin, new_origin=NEXT)
        await merge(pool, world, world.entries[-3:])
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "origin_ended_too_early"

    async def test_what_was_lost_and_never_published_is_no_loss(
        self, database: Database, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        founded = await merge(pool, world, world.entries)
        assert await publish(pool, publisher_at(pool, world, folder))
        await deposits(pool, world, 20)
        lost = world.entries[founded:]
        await asyncio.to_thread(publish_and_die, database.server_url, folder, world.network, "tiles_written")
        await self.restore(database, pool, world, founded)
        size = await merge(pool, world, lost, received_at=1_700_000_000_000)
        assert await publish(pool, publisher_at(pool, world, folder))
        checkpoint = await newest(pool, world)
        assert checkpoint is not None
        assert checkpoint.size == size


class TestKey:
    """The key beside the server, and the one that the log names."""

    async def test_without_a_key_nothing_is_published_and_nothing_is_wrong(
        self, pool: Pool, world: World, folder: Path
    ) -> None:
        await merge(pool, world, world.entries)
        for press in (Press(), press_at(folder)):
            publisher = Publisher(pool.acquire, world.network, press)
            assert not await publish(pool, publisher)
            assert publisher.problem is None

    async def test_another_key_does_not_sign_until_the_office_has_adopted_it(
        self, pool: Pool, world: World, folder: Path
    ) -> None:
        (folder / "signer").mkdir(parents=True)
        key = key_of("another")
        keep_key(folder, world.network, key)
        await merge(pool, world, world.entries)
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "log_key_not_in_force"
        world.adopt_log_key(key)
        await merge(pool, world, world.entries[-3:])
        assert await publish(pool, publisher)
        assert publisher.newest is not None
        assert open_note(publisher.newest.note, world.origin, key.public).size == len(world.entries)

    async def test_a_key_from_a_seed_signs_in_a_demonstration_only(
        self, pool: Pool, world: World, folder: Path
    ) -> None:
        (folder / "signer").mkdir(parents=True)
        keep_key(folder, world.network, world.log_key, derived=True)
        await merge(pool, world, world.entries)
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "demonstration_key_refused"

    async def test_a_key_that_others_can_read_is_not_used(
        self, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        (folder / "signer" / f"{world.network}.key").chmod(0o644)
        await merge(pool, world, world.entries)
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "key_file_too_open"

    async def test_a_damaged_memory_of_the_signer_stops_it(
        self, pool: Pool, world: World, folder: Path, signer: Signer
    ) -> None:
        (folder / "signer" / f"{world.network}.signed").write_bytes(b'{"origin":"x"')
        await merge(pool, world, world.entries)
        publisher = publisher_at(pool, world, folder)
        assert not await publish(pool, publisher)
        assert publisher.problem == "signer_state_damaged"


def test_the_signer_keeps_key_and_memory_to_itself(folder: Path, signer: Signer, world: World) -> None:
    signer.sign(Checkpoint(world.origin, 1, bytes(32)), lambda _size: [], [])
    for name in ("key", "signed"):
        assert (folder / "signer" / f"{world.network}.{name}").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        signer.create()


def test_the_signer_signs_the_same_again_and_no_other_root(signer: Signer, world: World) -> None:
    checkpoint = Checkpoint(world.origin, 1, bytes(32))
    assert signer.sign(checkpoint, lambda _size: [], []) == signer.sign(checkpoint, lambda _size: [], [])
    for other in (Checkpoint(world.origin, 1, bytes([1] * 32)), Checkpoint(world.origin, 2, bytes(32))):
        with pytest.raises(SignerRefuses):
            signer.sign(other, lambda _size: [], [])
    with pytest.raises(SignerRefuses, match=to_base64url(bytes(32))):
        signer.sign(Checkpoint(world.origin, 0, bytes(32)), lambda _size: [], [])
    with pytest.raises(SignerRefuses, match="log_continued"):
        signer.sign(Checkpoint(NEXT, 5, bytes(32)), lambda _size: [], [])
