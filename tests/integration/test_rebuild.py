"""Books are built anew beside the live ones, killed and gone on with, and switched to in one moment or not at all."""

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import asyncpg
import pytest

from sajja_schemas.entry import to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.state_hash import state_hash
from sajja_server.projections import builds, memory, rebuild, switching
from sajja_server.projections.builds import BuildRefused, Status
from sajja_server.projections.switching import StateDiffers
from sajja_server.store import log as store
from sajja_server.store.pool import Pool, connection_beside
from support.database import READING, Database
from support.publishing import fold, merge
from support.rebuilding import answer, command, started
from support.serving import admit, serving, speaking
from support.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

LINES = 60


@pytest.fixture
def world() -> World:
    world = World.founded(("pp01", "pp02"))
    for code in ("pp01", "pp02"):
        tablet = world.village(code).tablets[0]
        world.admit(tablet, ["m1"])
        for at in range(LINES):
            world.record(tablet, ShareDeposited(member="m1", amount_satang=100 + at, box="b1"))
    return world


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_url, server_settings=READING)
    yield connection
    await connection.close()


def hold(database: Database) -> Any:
    return partial(connection_beside, database.server_url, role="sajja_app")


def nothing(_said: object) -> None:
    """Nobody watches."""


async def everything(owner: asyncpg.Connection, slot: str) -> dict[str, list[asyncpg.Record]]:
    """All that is derived, in one place."""
    return {
        table: sorted(await owner.fetch(f"SELECT * FROM books_{slot}.{table}"), key=repr)
        for table in builds.TABLES
        if table != "finding_state"
    }


async def hash_of_live(owner: asyncpg.Connection, world: World) -> bytes:
    found = await memory.stored(owner, world.network)
    assert found is not None
    return state_hash(found.books)


class TestSwitch:
    async def test_what_was_rebuilt_is_what_people_read_and_they_read_it(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        await merge(pool, world, world.entries)
        before = await everything(owner, "a")
        built = answer(command(database.server_url, "rebuild", "--json"))["networks"][0]
        assert built["switched"]["state_hash"] == built["switched"]["live_hash"]
        assert built["switched"]["state_hash"] == to_base64url(state_hash(world.fold()))
        live = await builds.live(owner, world.network)
        assert live is not None
        assert (live.slot, live.status, live.size) == ("b", Status.LIVE, len(world.entries))
        after = await everything(owner, "b")
        assert after.keys() == before.keys()
        # Encodings of mappings may differ in their order; what they say is the same, row by row by name.
        assert {table: len(rows) for table, rows in after.items() if table != "finding"} == {
            table: len(rows) for table, rows in before.items() if table != "finding"
        }
        assert await everything(owner, "a") == before, "what was live is kept as it was"

    async def test_another_state_is_refused_and_told_row_by_row(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        """Somebody has changed a balance behind the server's back: nothing is switched until a person says why."""
        await merge(pool, world, world.entries)
        await owner.execute("UPDATE books_a.balance SET amount_satang = amount_satang + 1 WHERE account = 3110")
        done = command(database.server_url, "rebuild")
        assert done.returncode == 1
        assert "[state_differs]" in done.stderr
        assert re.search(r"^balances$", done.stderr, re.MULTILINE)
        assert '- ["balances",["bank:pp01",3110,"m1"],-7769]' in done.stderr
        assert '+ ["balances",["bank:pp01",3110,"m1"],-7770]' in done.stderr
        live = await builds.live(owner, world.network)
        assert live is not None
        assert live.number == 1
        done = command(database.server_url, "rebuild", "--accept-change", "แก้ยอดที่ถูกแก้")
        assert done.returncode == 0, done.stderr
        live = await builds.live(owner, world.network)
        assert live is not None
        assert (live.number, live.reason) == (2, "accepted: แก้ยอดที่ถูกแก้")
        assert await hash_of_live(owner, world) == state_hash(world.fold())

    async def test_the_way_back_is_one_command(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        """What was live before is first brought to where the log is: nobody sees an older figure."""
        tablet = world.village("pp01").tablets[0]
        await merge(pool, world, world.entries)
        assert command(database.server_url, "rebuild").returncode == 0
        late = [world.record(tablet, ShareDeposited(member="m1", amount_satang=5, box="b1")) for _ in range(9)]
        await merge(pool, world, late)
        done = command(database.server_url, "rollback", world.network, "--reason", "ลองดู", "--json")
        assert answer(done)["size"] == len(world.entries)
        live = await builds.live(owner, world.network)
        assert live is not None
        assert (live.number, live.slot, live.reason) == (1, "a", "rolled back: ลองดู")
        assert await hash_of_live(owner, world) == state_hash(world.fold())
        numbers = {build.number: build.status for build in await builds.history(owner, world.network)}
        assert numbers == {1: Status.LIVE, 2: Status.RETIRED}

    async def test_without_an_earlier_build_there_is_no_way_back(
        self, database: Database, pool: Pool, world: World
    ) -> None:
        await merge(pool, world, world.entries)
        done = command(database.server_url, "rollback", world.network, "--reason", "x")
        assert done.returncode == 1
        assert "[nothing_retired]" in done.stderr

    async def test_a_build_may_wait_for_whoever_switches(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        """Built with --no-switch by the next release, it is gone on with and not begun again."""
        await merge(pool, world, world.entries)
        built = answer(command(database.server_url, "rebuild", "--no-switch", "--json"))["networks"][0]
        assert (built["size"], built["switched"]) == (len(world.entries), None)
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            totals = await speaker.totals(at_index=len(world.entries))
        assert (totals["index"], totals["building_version"]) == (len(world.entries) - 1, memory.VERSION)
        again = answer(command(database.server_url, "rebuild", "--json"))["networks"][0]
        assert (again["number"], again["began_at"]) == (built["number"], len(world.entries))
        assert again["switched"]["number"] == built["number"]


class TestReaders:
    async def test_under_load_a_reader_sees_the_old_state_or_the_new_and_never_a_mix(
        self, database: Database, pool: Pool, world: World
    ) -> None:
        """While a village pushes and its books are rebuilt twice: every answer adds up at its own index."""
        tablet = world.village("pp01").tablets[0]
        office = world.office.tablets[0]
        other = world.village("pp02").tablets[0]
        await admit(database.server_url, world)
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            size = 0
            for one in (office, tablet, other):
                size = (await speaker.push(one, one.log)).size
            await speaker.totals(at_index=size)
            base, done, seen = size, asyncio.Event(), []

            async def push() -> int:
                at = size
                while not done.is_set():
                    line = world.record(tablet, ShareDeposited(member="m1", amount_satang=1_000, box="b1"))
                    at = (await speaker.push(tablet, [line])).size
                return at

            async def read() -> None:
                while not done.is_set():
                    status, totals = await speaker.get_json(f"/v1/networks/{world.network}/projections/network_totals")
                    assert status == 200
                    seen.append(
                        (totals["index"] + 1, totals["totals"]["shares_satang"], totals["totals"]["cash_satang"])
                    )

            async def rebuild_twice() -> None:
                for _ in range(2):
                    finished = await asyncio.to_thread(command, database.server_url, "rebuild", "--json")
                    assert answer(finished)["networks"][0]["switched"]["live_hash"] is not None
                done.set()

            end, *_rest = await asyncio.gather(push(), read(), read(), rebuild_twice())
            await speaker.totals(at_index=end)
        started_with = 2 * sum(100 + at for at in range(LINES))
        assert end > base
        assert len({index for index, *_ in seen}) > 2
        for index, shares, cash in seen:
            assert (shares, cash) == (started_with + 1_000 * (index - base),) * 2
        assert [index for index, *_ in seen[:1]] >= [base]

    async def test_who_folds_goes_on_in_the_new_build(self, database: Database, pool: Pool, world: World) -> None:
        """A projector that was not told: what it commits after the switch is in the build that people read."""
        tablet = world.village("pp01").tablets[0]
        await admit(database.server_url, world)
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            size = 0
            for one in (world.office.tablets[0], tablet):
                size = (await speaker.push(one, one.log)).size
            await speaker.totals(at_index=size)
            assert (await asyncio.to_thread(command, database.server_url, "rebuild")).returncode == 0
            line = world.record(tablet, ShareDeposited(member="m1", amount_satang=7, box="b1"))
            totals = await speaker.totals(at_index=(await speaker.push(tablet, [line])).size)
            assert totals["totals"]["shares_satang"] == sum(100 + at for at in range(LINES)) + 7
            status, told = await speaker.get_json(f"/v1/networks/{world.network}/projections/builds")
        assert status == 200
        assert [(one["number"], one["status"]) for one in told["builds"]] == [(2, "live"), (1, "retired")]
        assert told["builds"][0]["folded"] == size + 1


class TestKilled:
    @pytest.mark.parametrize("table", ["part", "balance", "register", "state", "finding_state"])
    async def test_a_rebuild_that_is_killed_goes_on_and_comes_to_the_same(
        self, table: str, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        """SIGKILL while rows of a table are written and not committed; people go on reading, the log is untouched."""
        await merge(pool, world, world.entries)
        before = await everything(owner, "a")
        log = await owner.fetch("SELECT * FROM sajja.entry ORDER BY index")
        await dawdle(owner, f"books_b.{table}")
        with started(database.server_url, "rebuild") as child:
            await asleep(owner)
            child.kill()
        await wake(owner, f"books_b.{table}")
        assert await everything(owner, "a") == before
        done = answer(command(database.server_url, "rebuild", "--json"))["networks"][0]
        assert done["number"] == 2, "the same build"
        assert done["switched"]["state_hash"] == to_base64url(state_hash(world.fold()))
        assert await owner.fetch("SELECT * FROM sajja.entry ORDER BY index") == log

    async def test_killed_in_the_switch_itself_people_read_the_old_books(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        await merge(pool, world, world.entries)
        await dawdle(owner, "projection.live")
        with started(database.server_url, "rebuild") as child:
            await asleep(owner)
            child.kill()
        live = await builds.live(owner, world.network)
        assert live is not None
        assert live.number == 1
        await wake(owner, "projection.live")
        done = answer(command(database.server_url, "rebuild", "--json"))["networks"][0]
        assert done["switched"]["number"] == 2

    async def test_it_goes_on_from_the_last_commit(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not from zero: what was committed is not folded twice."""
        monkeypatch.setattr(rebuild, "READ_ENTRIES", 10)
        monkeypatch.setattr(rebuild, "COMMIT_ENTRIES", 20)
        monkeypatch.setattr(rebuild, "NEAR_ENTRIES", 0)
        await merge(pool, world, world.entries)
        seen: list[int] = []

        class Killed(Exception):
            """As if the process were gone."""

        def until_half(said: rebuild.Progress) -> None:
            seen.append(said.folded)
            if said.folded > len(world.entries) / 2:
                raise Killed

        with pytest.raises(Killed):
            await rebuild.rebuild(hold(database), world.network, tell=until_half)
        other = await builds.beside(owner, world.network)
        assert other is not None
        assert 0 < other.folded < seen[-1]
        built = await rebuild.rebuild(hold(database), world.network, tell=nothing)
        assert (built.number, built.began_at, built.size) == (other.number, other.folded, len(world.entries))
        assert built.switched is not None
        assert built.switched.state_hash == state_hash(world.fold())

    async def test_other_code_does_not_go_on_with_it(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        """A build by two codes would be by neither: it is begun again, and the first one's row says so."""
        await merge(pool, world, world.entries)
        assert command(database.server_url, "rebuild", "--no-switch").returncode == 0
        await owner.execute("UPDATE projection.build SET code_hash = 'other' WHERE number = 2")
        built = answer(command(database.server_url, "rebuild", "--json"))["networks"][0]
        assert (built["number"], built["began_at"]) == (3, 0)
        statuses = {build.number: build.status for build in await builds.history(owner, world.network)}
        assert statuses == {1: Status.RETIRED, 2: Status.DROPPED, 3: Status.LIVE}


class TestRefused:
    async def test_two_rebuilds_at_once_are_one(self, database: Database, pool: Pool, world: World) -> None:
        await merge(pool, world, world.entries)
        async with hold(database)() as first:
            assert await builds.try_lock(first, world.network)
            done = command(database.server_url, "rebuild")
            assert done.returncode == 1
            assert "[rebuild_under_way]" in done.stderr
            assert "กำลังสร้างยอด" in done.stderr
            await builds.unlock(first, world.network)
        assert command(database.server_url, "rebuild").returncode == 0

    async def test_a_disk_that_fills_ends_it_with_a_sentence_and_nothing_is_touched(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        await merge(pool, world, world.entries)
        before = await everything(owner, "a")
        await owner.execute(
            """
            CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON books_b.register EXECUTE FUNCTION public.full_disk();
            """
        )
        done = command(database.server_url, "rebuild")
        assert done.returncode == 3
        assert "[disk_full]" in done.stderr
        assert "Traceback" not in done.stderr
        assert await everything(owner, "a") == before
        await owner.execute("DROP TRIGGER full_disk ON books_b.register")
        assert command(database.server_url, "rebuild").returncode == 0

    async def test_a_database_that_goes_away_ends_it_with_a_sentence(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        await merge(pool, world, world.entries)
        await dawdle(owner, "books_b.balance")
        with started(database.server_url, "rebuild") as child:
            await asleep(owner)
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event = 'PgSleep' AND datname = current_database() AND pid <> pg_backend_pid()"
            )
            _out, told = await asyncio.to_thread(child.communicate)
        assert child.returncode == 3
        assert "The database" in told
        assert "Traceback" not in told

    async def test_where_nothing_was_folded_there_is_nothing_to_rebuild(self, database: Database, world: World) -> None:
        await admit(database.server_url, world)
        done = command(database.server_url, "rebuild")
        assert done.returncode == 1
        assert "[nothing_live]" in done.stderr

    async def test_only_what_there_is_can_be_named(self, database: Database) -> None:
        assert command(database.server_url, "rebuild", "nonsense").returncode == 2
        done = command(database.server_url, "rebuild", "--network", "nowhere")
        assert done.returncode == 1
        assert "[unknown_network]" in done.stderr


class TestVillage:
    async def test_a_villages_figures_are_compared_and_nothing_is_written(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        await merge(pool, world, world.entries)
        assert command(database.server_url, "rebuild", "--village", "pp01").returncode == 0
        await owner.execute(
            "UPDATE books_a.balance SET amount_satang = amount_satang + 1 WHERE account = 3110 AND ledger = 'bank:pp02'"
        )
        assert command(database.server_url, "rebuild", "--village", "pp01").returncode == 0
        done = command(database.server_url, "rebuild", "--village", "pp02", "--json")
        assert done.returncode == 1
        assert '[\\"bank:pp02\\",3110,\\"m1\\"]' in done.stdout
        assert [build.number for build in await builds.history(owner, world.network)] == [1]


class TestVersions:
    async def test_a_server_of_a_newer_version_builds_beside_what_people_read(
        self, pool: Pool, world: World, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No empty moment: the old figures stand until the new ones are there."""
        await merge(pool, world, world.entries)
        raise_version(monkeypatch)
        switched = switching.switch
        seen: list[int] = []

        async def watched(*given: Any, **named: Any) -> Any:
            seen.append(await memory.folded_to(owner, world.network))
            return await switched(*given, **named)

        monkeypatch.setattr(switching, "switch", watched)
        tablet = world.village("pp01").tablets[0]
        late = [world.record(tablet, ShareDeposited(member="m1", amount_satang=5, box="b1"))]
        await merge(pool, world, late)
        assert seen == [len(world.entries) - 1], "until the switch people read the old books, whole"
        live = await builds.live(owner, world.network)
        assert live is not None
        assert (live.number, live.version, live.folded) == (2, memory.VERSION, len(world.entries))
        assert live.reason == f"version {memory.VERSION - 1} to {memory.VERSION}: {memory.CHANGED}"
        assert await hash_of_live(owner, world) == state_hash(world.fold())

    async def test_it_goes_on_with_what_the_command_has_built(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await merge(pool, world, world.entries)
        raise_version(monkeypatch)
        built = await rebuild.rebuild(hold(database), world.network, tell=nothing, switches=False)
        await fold(pool, world, len(world.entries))
        live = await builds.live(owner, world.network)
        assert live is not None
        assert live.number == built.number == 2

    async def test_an_older_server_only_watches_a_newer_ones_books(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        """Down is a person's step: two releases that run at once would else switch for ever."""
        await merge(pool, world, world.entries)
        await owner.execute("UPDATE projection.build SET version = version + 1")
        before = await everything(owner, "a")
        tablet = world.village("pp01").tablets[0]
        line = world.record(tablet, ShareDeposited(member="m1", amount_satang=5, box="b1"))
        async with pool.acquire() as connection:
            await store.ingest(connection, world.network, [line], [True], 1)
        with pytest.raises(AssertionError):
            await asyncio.wait_for(fold_for_a_moment(pool, world), 30)
        assert await everything(owner, "a") == before
        with pytest.raises(BuildRefused, match="newer") as refused:
            await rebuild.rebuild(hold(database), world.network, tell=nothing)
        assert refused.value.code == "version_older"


async def fold_for_a_moment(pool: Pool, world: World) -> None:
    from sajja_schemas.entry import from_base64url
    from sajja_server.projections.projector import Projector

    projector = Projector(pool.acquire, world.network, from_base64url(world.fingerprint, 32))
    task = asyncio.create_task(projector.run())
    try:
        assert await projector.wait_for(len(world.entries), 2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class TestRollBackOfVersions:
    async def test_an_earlier_version_is_gone_back_to_by_the_release_that_has_it(
        self, database: Database, pool: Pool, world: World, owner: asyncpg.Connection
    ) -> None:
        await merge(pool, world, world.entries)
        assert command(database.server_url, "rebuild").returncode == 0
        await owner.execute("UPDATE projection.build SET version = version - 1 WHERE number = 1")
        done = command(database.server_url, "rollback", world.network, "--reason", "x")
        assert done.returncode == 1
        assert "[version_other]" in done.stderr


async def test_rows_of_an_older_version_that_cannot_be_read_are_not_a_fault_of_who_asks(
    database: Database, pool: Pool, world: World, owner: asyncpg.Connection
) -> None:
    """Until the new books are there, whoever asks is told to come back."""
    await merge(pool, world, world.entries)
    await owner.execute("UPDATE books_a.register SET facts = 'x'")
    async with serving(pool, projector="paused") as server, speaking(str(server.make_url("/")), world) as speaker:
        path = f"/v1/networks/{world.network}/projections/network_totals"
        status, told = await speaker.get_json(path)
        assert (status, told["code"]) == (500, "server_failed"), "our own rows are ours to read"
        await owner.execute("UPDATE projection.build SET version = version - 1")
        status, told = await speaker.get_json(path)
    assert (status, told["code"]) == (503, "books_being_made")


async def test_what_differs_is_refused_inside_the_transaction(
    database: Database, pool: Pool, world: World, owner: asyncpg.Connection
) -> None:
    """The refusal itself commits nothing: the build stands where it stood, and can be looked at."""
    await merge(pool, world, world.entries)
    await owner.execute("DELETE FROM books_a.balance WHERE account = 3110 AND ledger = 'bank:pp02'")
    with pytest.raises(StateDiffers) as refused:
        await rebuild.rebuild(hold(database), world.network, tell=nothing)
    assert list(refused.value.difference) == ["balances"]
    other = await builds.beside(owner, world.network)
    assert other is not None
    assert (other.status, other.folded) == (Status.BUILDING, 0)


async def test_the_reads_of_every_request_stay_reads_of_an_index(
    pool: Pool, world: World, owner: asyncpg.Connection
) -> None:
    """The place that is not live is not even looked into."""
    await merge(pool, world, world.entries)
    await owner.execute("ANALYZE")
    await owner.execute("SET enable_seqscan = off")  # a test's tables are so small that reading them whole is cheaper
    for question in (
        "SELECT index FROM books.state WHERE network = 'testnet'",
        "SELECT revoked FROM books.device WHERE network = 'testnet' AND device = '\\x00'",
        "SELECT * FROM books.gap WHERE network = 'testnet' AND device = '\\x00'",
        "SELECT * FROM books.balance WHERE network = 'testnet' AND ledger = 'x' AND account = 1 AND sub = 'm'",
    ):
        plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN (ANALYZE, TIMING off) {question}"))
        assert "Seq Scan" not in plan
        assert len(re.findall(r"on (state|device|gap|balance) t(_1)? .*never executed", plan)) == 1, plan


def raise_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next release, as far as this process goes."""
    following = memory.VERSION + 1
    monkeypatch.setattr(memory, "VERSION", following)
    monkeypatch.setattr(builds, "VERSION", following)


async def dawdle(owner: asyncpg.Connection, table: str) -> None:
    """Let whoever writes a table sleep before the commit."""
    await owner.execute(
        f"""
        CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
        CREATE TRIGGER dawdle AFTER INSERT OR UPDATE ON {table} EXECUTE FUNCTION public.dawdle();
        """
    )


async def wake(owner: asyncpg.Connection, table: str) -> None:
    """End what a killed process left behind, and let nobody sleep any more."""
    await owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE wait_event = 'PgSleep' AND datname = current_database()"
    )
    await owner.execute(f"DROP TRIGGER dawdle ON {table}")


async def asleep(owner: asyncpg.Connection) -> None:
    for _ in range(1_000):
        if await owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
            " AND pid <> pg_backend_pid()"
        ):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was written")
