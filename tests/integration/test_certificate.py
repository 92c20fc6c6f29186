"""A rebuild is certified by the log's key; who checks it replays the log, and believes nobody."""

import asyncio
from pathlib import Path

import pytest

from sajja_schemas.certificate import Certificate, check_certificate, read_certificate, sign_certificate
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.state_hash import state_hash
from sajja_server.projections import builds, memory
from sajja_server.projections.code import code_hash
from sajja_server.store.pool import Pool
from support.database import Database
from support.publishing import fold, keep_key, merge, press_at, publish, publishing
from support.rebuilding import answer, command
from support.serving import serving, speaking
from support.world import World, key_of


@pytest.fixture
def world() -> World:
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    for at in range(20):
        world.record(tablet, ShareDeposited(member="m1", amount_satang=100 + at, box="b1"))
    return world


@pytest.mark.postgres
class TestServer:
    async def certified(self, database: Database, pool: Pool, world: World, folder: Path) -> Path:
        """Published, rebuilt and certified; the certificate's file."""
        keep_key(folder, world.network, world.log_key)
        await merge(pool, world, world.entries)
        async with publishing(pool, world, press_at(folder)) as publisher:
            assert await publish(pool, publisher)
        file = folder / "certificate"
        done = command(database.server_url, "rebuild", "--certificate", str(file), SAJJA_SIGNER=str(folder / "signer"))
        assert done.returncode == 0, done.stderr
        return file

    async def test_it_is_published_and_holds_against_the_log(
        self, database: Database, pool: Pool, world: World, tmp_path: Path
    ) -> None:
        file = await self.certified(database, pool, world, tmp_path)
        said = check_certificate(file.read_bytes(), world.log_key.public)
        assert (said.size, said.code_hash, said.state_hash) == (
            len(world.entries),
            code_hash(),
            state_hash(world.fold()),
        )
        async with (
            serving(pool) as server,
            speaking(str(server.make_url("/")), world) as speaker,
            speaker.http.get(f"{speaker.network}/projections/certificate") as response,
        ):
            assert (response.status, await response.read()) == (200, file.read_bytes())
        checked = answer(command(database.server_url, "verify", "--certificate", str(file), "--json"))
        assert checked["problem"] is None
        assert checked["replayed_hash"] == checked["state_hash"]
        assert checked["same_code"]

    async def test_the_log_may_have_grown_since(
        self, database: Database, pool: Pool, world: World, tmp_path: Path
    ) -> None:
        file = await self.certified(database, pool, world, tmp_path)
        tablet = world.village("pp01").tablets[0]
        await merge(pool, world, [world.record(tablet, ShareDeposited(member="m1", amount_satang=5, box="b1"))])
        done = command(database.server_url, "verify", "--certificate", str(file))
        assert done.returncode == 0
        assert "signature, root and state all hold" in done.stdout

    async def test_the_key_may_have_been_succeeded_between_the_switch_and_the_signature(
        self, database: Database, pool: Pool, world: World, tmp_path: Path
    ) -> None:
        file = await self.certified(database, pool, world, tmp_path)
        said, succeeding = read_certificate(file.read_bytes()), key_of("log-two")
        before = len(world.entries)
        world.adopt_log_key(succeeding)
        await merge(pool, world, world.entries[before:])
        file.write_bytes(sign_certificate(said, succeeding))
        checked = answer(command(database.server_url, "verify", "--certificate", str(file), "--json"))
        assert checked["problem"] is None
        assert checked["replayed_hash"] == checked["state_hash"]

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("state_hash", b"x" * 32, "another state"),
            ("root", b"x" * 32, "root over the stored entries"),
            ("size", 9_999, "entries only"),
            ("version", 9_999, "the release that has version"),
        ],
    )
    async def test_a_server_that_signs_what_is_not_so_is_found_out(
        self, field: str, value: object, told: str, database: Database, pool: Pool, world: World, tmp_path: Path
    ) -> None:
        file = await self.certified(database, pool, world, tmp_path)
        said = read_certificate(file.read_bytes())
        fields = {name: getattr(said, name) for name in said.__struct_fields__} | {field: value}
        file.write_bytes(sign_certificate(Certificate(**fields), world.log_key))
        done = command(database.server_url, "verify", "--certificate", str(file))
        assert done.returncode == 1
        assert told in done.stdout

    async def test_so_is_one_that_another_key_has_signed(
        self, database: Database, pool: Pool, world: World, tmp_path: Path
    ) -> None:
        file = await self.certified(database, pool, world, tmp_path)
        file.write_bytes(sign_certificate(read_certificate(file.read_bytes()), key_of("thief")))
        done = command(database.server_url, "verify", "--certificate", str(file))
        assert done.returncode == 1
        assert "not signed by the log's key" in done.stdout

    async def test_what_is_no_certificate_is_told_in_a_sentence(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "nonsense"
        file.write_text("nonsense")
        done = command(database.server_url, "verify", "--certificate", str(file))
        assert done.returncode == 1
        assert "[certificate_unreadable]" in done.stderr

    async def test_without_the_key_there_is_a_switch_and_no_certificate(
        self, database: Database, pool: Pool, world: World
    ) -> None:
        await merge(pool, world, world.entries)
        built = answer(await asyncio.to_thread(command, database.server_url, "rebuild", "--json"))["networks"][0]
        assert built["switched"] is not None
        assert built["certificate"] is None
        assert "SAJJA_SIGNER" in built["not_certified"]
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            status, told = await speaker.get_json(f"/v1/networks/{world.network}/projections/certificate")
        assert (status, told["code"]) == (404, "not_published")

    async def test_a_server_signs_what_it_has_switched_to_by_itself(
        self, pool: Pool, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A newer version was installed: nobody has typed a command, and the certificate is there."""
        keep_key(tmp_path, world.network, world.log_key)
        await merge(pool, world, world.entries)
        monkeypatch.setattr(memory, "VERSION", memory.VERSION + 1)
        monkeypatch.setattr(builds, "VERSION", memory.VERSION)
        await fold(pool, world, len(world.entries))
        async with publishing(pool, world, press_at(tmp_path)) as publisher, pool.acquire() as connection:
            await publisher.certify(connection)
            note = await builds.newest_certificate(connection, world.network)
            assert note is not None
            said = check_certificate(note, world.log_key.public)
            assert (said.version, said.size) == (memory.VERSION, len(world.entries))
            assert await builds.uncertified(connection, world.network) is None
