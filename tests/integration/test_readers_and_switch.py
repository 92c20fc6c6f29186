"""After a switch to other figures nobody is shown the old ones: not from memory, nor a snapshot, nor a certificate."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sajja_schemas.certificate import read_certificate
from sajja_schemas.events.savings import ShareDeposited
from sajja_server import certificates
from sajja_server.projections import builds, snapshots
from sajja_server.projections.reading import Reader
from sajja_server.store.pool import Pool
from support.database import READING, Database
from support.publishing import keep_key, merge
from support.rebuilding import command
from support.serving import Speaker, serving, speaking
from support.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

LINES = 60
SPACING = 20
WRONG_SATANG = 1_000


@pytest.fixture
def world() -> World:
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    world.admit(tablet, ["m1"])
    for at in range(LINES):
        world.record(tablet, _deposit(100 + at))
    return world


async def test_readers_follow_a_switch_to_other_figures(
    database: Database, pool: Pool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row of the live build was damaged; what the operator accepts in its place is what everybody reads."""
    monkeypatch.setattr(snapshots, "SPACING_ENTRIES", SPACING)
    await merge(pool, world, world.entries)
    size = len(world.entries)
    owner = await asyncpg.connect(database.owner_url, server_settings=READING)
    damage = f"UPDATE books_a.balance SET amount_satang = amount_satang + {WRONG_SATANG} WHERE account = 3110"
    try:
        right = await owner.fetchval("SELECT amount_satang FROM books.balance WHERE account = 3110")
        await owner.execute(damage)
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            assert await _shares(speaker) == right + WRONG_SATANG
            await _until(owner, f"SELECT count(*) > 0 FROM past.snapshot WHERE index = {size}")
            done = await asyncio.to_thread(command, database.server_url, "rebuild", "--accept-change", "a damaged row")
            assert done.returncode == 0, done.stderr
            assert await _shares(speaker) == right
            assert await _shares(speaker, at=size - 1) == right
            tablet = world.village("pp01").tablets[0]
            await speaker.push(tablet, [world.record(tablet, _deposit(5))])
            await speaker.totals(at_index=size + 1)
            assert await _shares(speaker) == right - 5
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            assert await _shares(speaker) == right - 5, "nor has a snapshot kept it"
            assert await _shares(speaker, at=size - 1) == right
    finally:
        await owner.close()


async def test_a_certificate_is_of_the_build_that_people_read(
    database: Database, pool: Pool, world: World, tmp_path: Path
) -> None:
    keep_key(tmp_path, world.network, world.log_key)
    await merge(pool, world, world.entries)
    signer = {"SAJJA_SIGNER": str(tmp_path / "signer")}
    for words in (("rebuild",), ("rollback", world.network, "--reason", "it was wrong")):
        done = await asyncio.to_thread(command, database.server_url, *words, **signer)
        assert done.returncode == 0, done.stderr
        tablet = world.village("pp01").tablets[0]
        await merge(pool, world, [world.record(tablet, _deposit(5))])
    async with pool.acquire() as connection:
        live = await builds.live(connection, world.network)
        assert live is not None
        assert live.number == 1
        rejected = await connection.fetch("SELECT number FROM projection.certificate")
        assert [row["number"] for row in rejected] == [2]
        assert await builds.newest_certificate(connection, world.network) is None
        unsigned = await builds.uncertified(connection, world.network)
        assert unsigned is not None
        await certificates.certify(connection, unsigned, tmp_path / "signer")
        note = await builds.newest_certificate(connection, world.network)
        assert note is not None
        assert read_certificate(note).size == live.size


async def test_what_nobody_waits_for_any_more_holds_nobody_up(pool: Pool, world: World) -> None:
    await merge(pool, world, world.entries)
    reader = Reader(pool, world.network)
    made: list[int] = []
    running, may_end = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(at: int) -> int:
        made.append(at)
        loop.call_soon_threadsafe(running.set)
        asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(30)
        return at

    asking = [
        asyncio.create_task(reader.read(("look", at), lambda _books, at=at: look(at), at=at))  # type: ignore[misc]
        for at in range(1, 20)
    ]
    await running.wait()
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    may_end.set()
    assert (await reader.read("another", lambda books: books.index, at=3)).value == 4
    assert len(made) == 1, "the one that was being read; the others were never begun"


def _deposit(amount_satang: int) -> ShareDeposited:
    return ShareDeposited(member="m1", amount_satang=amount_satang, box="b1")


async def _shares(speaker: Speaker, at: int | None = None) -> int:
    past = f"&at={at}" if at is not None else ""
    path = f"/v1/networks/{speaker.world.network}/projections/books?ledger=bank:pp01{past}"
    status, answer = await speaker.get_json(path)
    assert status == 200, answer
    (shares,) = [row["amount_satang"] for row in answer["balances"] if row["account"] == 3110]
    assert isinstance(shares, int)
    return shares


async def _until(connection: Any, question: str) -> None:
    async with asyncio.timeout(30):
        while True:
            if await connection.fetchval(question):
                return
            await asyncio.sleep(0.05)
