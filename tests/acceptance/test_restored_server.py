"""Restored server: the disk broke, and the newest backup is of before the last meetings. The villages heal it.

A real backup of a real PostgreSQL, real server processes, two villages with stale cursors.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from pathlib import Path

import asyncpg
import pytest

from sajja_client import books
from sajja_client.log import Log
from sajja_client.mirror import Mirror
from sajja_client.progress import standing
from sajja_client.sync import Sync, SyncReport
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.signer import Signer
from support.backups import back_up, restore
from support.homes import deposit, home_of
from support.process import enrolled_network, server_process
from support.publishing import keep_key
from support.serving import speaking
from support.waiting import until
from support.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

FOUNDED = World.founded(("pp01", "pp02"))


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sajja-") as folder:
        path = Path(folder)
        path.chmod(0o711)  # root's PostgreSQL runs as another account
        yield path


class Network:
    """Two villages, and what people do."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.world = deepcopy(FOUNDED)
        self.settings = {
            "signer": str(place / "signer"), "tiles": str(place / "tiles"),
            "person_secret_file": str(place / "person.secret"), "migrate_url": "",
        }  # fmt: skip
        (place / "signer").mkdir()
        keep_key(place, self.world.network, self.world.log_key)
        self.signer = Signer(place / "signer", self.world.network)
        self.homes = {
            code: home_of(place / code, self.world, self.world.village(code).tablets[0]) for code in ("pp01", "pp02")
        }
        self.logs = {code: Log.open(home) for code, home in self.homes.items()}

    def record(self, code: str, count: int) -> None:
        for at in range(count):
            deposit(self.logs[code], 1_000 + at, member=f"{code}-m001")

    async def sync(self, code: str, url: str) -> SyncReport:
        async with Sync(self.logs[code], server_url=url) as conversation:
            return await conversation.run()

    async def sync_all(self, url: str) -> dict[str, SyncReport]:
        return {code: await self.sync(code, url) for code in ("pp02", "pp01")}


async def hashes(owner_url: str) -> set[bytes]:
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch("SELECT hash, index FROM sajja.entry ORDER BY index")
    finally:
        await connection.close()
    assert [row["index"] for row in rows] == list(range(len(rows)))
    return {row["hash"] for row in rows}


async def published(owner_url: str) -> tuple[int, int]:
    """Epoch and size of the newest checkpoint."""
    connection = await asyncpg.connect(owner_url)
    try:
        row = await connection.fetchrow(
            "SELECT epoch, size FROM sajja.checkpoint ORDER BY epoch DESC, size DESC LIMIT 1"
        )
    finally:
        await connection.close()
    return (row["epoch"], row["size"]) if row is not None else (0, 0)


async def until_published(owner_url: str, epoch: int, size: int) -> None:
    await until(lambda: published(owner_url), lambda seen: seen >= (epoch, size))


@pytest.fixture
async def network(place: Path) -> AsyncIterator[Network]:
    made = Network(place)
    yield made
    for log in made.logs.values():
        log.close()


async def test_restored_server_is_healed_by_its_villages_to_the_last_entry_that_they_hold(network: Network) -> None:
    """Also lines of a tablet that drowned since; nothing is published until the office has continued the log."""
    world, home = network.world, network.place / "database"
    home.mkdir(mode=0o711)
    postgres = await asyncio.to_thread(EmbeddedPostgres.start, home)
    try:
        async with enrolled_network(postgres, world):
            with server_process(postgres.server_url, settings=network.settings) as server:
                for code in network.logs:
                    network.record(code, 10)
                await network.sync_all(server.url)
                await until_published(postgres.owner_url, 1, len(world.entries) + 20)
                backup = await asyncio.to_thread(back_up, home, "backup")
                await record_what_will_be_lost(network, server.url)
                await network.sync_all(server.url)
                size = len(world.entries) + 20 + 12 + 4
                await until_published(postgres.owner_url, 1, size)
                for report in (await network.sync_all(server.url)).values():
                    assert (report.log_state, report.log_size) == ("verified", size)
                before = await hashes(postgres.owner_url)
                balances = {code: books.fold(one).balances for code, one in network.homes.items()}
                for code in network.logs:
                    network.record(code, 2)  # the meetings go on while the disk is broken
                assert await asyncio.to_thread(server.stop) == 0
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(restore, home, backup)
        postgres = await asyncio.to_thread(EmbeddedPostgres.start, home)
        assert len(await hashes(postgres.owner_url)) < len(before)
        with server_process(postgres.server_url, settings=network.settings) as server:
            await heal(network, server.url)
            after = await hashes(postgres.owner_url)
            assert before < after
            assert len(after) == len(before) + 4, "and what was recorded meanwhile"
            assert (await published(postgres.owner_url))[0] == 1
            assert (await published(postgres.owner_url))[1] < size, "the signer has a longer memory than the database"
            await continue_the_log(network, server.url)
            await until_published(postgres.owner_url, 2, len(after) + 3)
            reports = await network.sync_all(server.url)
        for code, report in reports.items():
            assert (report.forgotten, report.missing, report.waiting, report.log_alarms) == (0, 0, 0, [])
            assert report.log_state == "verified"
            assert 3 <= report.pulled <= 4, "a later epoch of the same history: only what is new is pulled"
            assert standing(network.logs[code]).waiting == 0
            now = books.fold(network.homes[code]).balances
            assert (
                now[f"bank:{code}", 3110, f"{code}-m001"]
                == balances[code][f"bank:{code}", 3110, f"{code}-m001"] - 2_001
            )
    finally:
        await asyncio.to_thread(postgres.stop)


async def record_what_will_be_lost(network: Network, url: str) -> None:
    """Meetings of both villages, and four lines of a second tablet that nobody sees again."""
    network.record("pp01", 7)
    network.record("pp02", 5)
    drowned = network.world.village("pp01").tablets[1]
    lines = [
        network.world.record(drowned, ShareDeposited(member="pp01-m002", amount_satang=at, box="pp01-o4"))
        for at in range(1, 5)
    ]
    async with speaking(url, network.world) as speaker:
        reply = await speaker.push(drowned, lines)
        assert {told.verdict for told in reply.verdicts} == {"merged"}
    for line in lines:
        network.world.entries.remove(line)  # they are no line of the world's own beginning


async def heal(network: Network, url: str) -> None:
    """Whoever comes first finds a shorter log, and gives back what he has; so does the next."""
    first = await network.sync("pp02", url)
    assert (first.forgotten, first.merged) == (5, 7)
    assert first.log_state == "stale", "what is published is older than what this tablet has verified"
    second = await network.sync("pp01", url)
    assert (second.forgotten, second.merged) == (7, 9)
    assert (second.healed, second.missing) == (4, 0), "the drowned tablet's lines"
    for code, log in network.logs.items():
        again = await network.sync(code, url)
        assert (again.forgotten, again.healed, again.pushed) == (0, 0, 0)
        kept = {line.hash for line in Mirror(log.connection, log.pin, log.device).lines()}
        assert {entry.hash for entry in log.entries()} <= kept


async def continue_the_log(network: Network, url: str) -> None:
    """What the signer's own words ask of the office."""
    last = network.signer.last()
    assert last is not None
    known = len(network.world.entries)
    network.world.continue_log(
        last.size, last.root, old_origin=last.origin, new_origin=f"{last.origin.removesuffix('/1')}/2"
    )
    async with speaking(url, network.world) as speaker:
        office = network.world.office.tablets[0]
        reply = await speaker.push(office, network.world.entries[known:])
        assert {told.verdict for told in reply.verdicts} == {"merged"}
        await speaker.totals(at_index=reply.size)
