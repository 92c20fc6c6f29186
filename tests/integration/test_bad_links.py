"""A tablet and the real server with a bad link between them: what is lost costs one frame, and nothing is doubled."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from copy import deepcopy
from pathlib import Path

import aiohttp
import pytest
import stamina

from sajja_client.log import Log
from sajja_client.problems import Unreachable
from sajja_client.progress import standing
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync import server as calls
from sajja_schemas.entry import from_base64url
from sajja_server.store.pool import Pool
from support.database import Database
from support.homes import deposit, home_of
from support.link import FAIR, Fate, Link, Weather
from support.public_site import Site, publishing_site
from support.waiting import until_seen
from support.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

FOUNDED = World.founded(("pp01",))
MEETING_ENTRIES = 150
PAGE_BEGUN_BYTES = 2_000  # more than a challenge, a session and a head
PUSH = 3  # challenge, session, head; and then the first push of a connection


@pytest.fixture
async def site(database: Database, pool: Pool, tmp_path: Path) -> AsyncIterator[Site]:
    async with publishing_site(database, pool, deepcopy(FOUNDED), tmp_path) as opened:
        yield opened


@pytest.fixture
def log(site: Site, tmp_path: Path) -> Iterator[Log]:
    with Log.open(home_of(tmp_path / "tablet", site.world, site.world.village("pp01").tablets[0])) as opened:
        yield opened


def link_to(site: Site, weather: Callable[[int], Weather]) -> Link:
    return Link(lambda: [("127.0.0.1", site.server.port or 0)], weather)


async def stored(pool: Pool, log: Log) -> list[int]:
    """The sequences of a log as the database has them, in index order."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT sequence FROM sajja.entry WHERE device = $1 ORDER BY index", from_base64url(log.device, 32)
        )
    return [row["sequence"] for row in rows]


async def sync(log: Log, link: Link, *, attempts: int = calls.ATTEMPTS, witnesses: bool = True) -> SyncReport:
    async with Sync(log, server_url=link.url, attempts=attempts, witnesses=witnesses) as conversation:
        return await conversation.run()


def rough(seed: int, *, latency_ms: float, bits_per_second: int) -> Callable[[int], Weather]:
    """One request in twenty loses its connection, when the server has done what was asked: in the reply or before."""

    def weather(connection: int) -> Weather:
        chance = random.Random(seed * 10_007 + connection)
        at_request = 0
        while chance.random() >= 0.05:
            at_request += 1
        fate = chance.choice([Fate.REPLY_LOST, Fate.CUT_REPLY])
        return Weather(
            fate, after_bytes=chance.randrange(1, 600), at_request=at_request, latency_ms=latency_ms,
            bits_per_second=bits_per_second,
        )  # fmt: skip

    return weather


async def sync_a_meeting(site: Site, log: Log, pool: Pool, weather: Callable[[int], Weather]) -> float:
    """Seconds from the first byte to the last line merged, pulled and proven."""
    for at in range(MEETING_ENTRIES):
        deposit(log, 100 + at)
    async with link_to(site, FAIR_WEATHER) as fair:
        await sync_nothing_but_the_office(log, fair)
    started = time.monotonic()
    async with link_to(site, weather) as link:
        for _ in range(20):
            try:
                report = await sync(log, link)
            except Unreachable:
                continue  # what a person, or --watch, does: again
            if report.waiting == 0 and report.log_state == "verified":
                break
        elapsed_seconds = time.monotonic() - started
        sys.stdout.write(f"{MEETING_ENTRIES} entries in {elapsed_seconds:.1f} s; lost: {link.happened.total()}\n")
    assert await stored(pool, log) == list(range(1, MEETING_ENTRIES + 1))
    stands = standing(log)
    assert (stands.saved, stands.sent) == (0, 0)
    assert stands.merged + stands.proven == MEETING_ENTRIES
    return elapsed_seconds


def FAIR_WEATHER(_connection: int) -> Weather:  # noqa: N802  # it reads as what it is
    return FAIR


async def sync_nothing_but_the_office(log: Log, link: Link) -> None:
    """The tablet was at the office before the meeting: it has its feeds, and none of the meeting's lines are sent."""
    async with Sync(log, server_url=link.url) as conversation:
        await conversation._pull(SyncReport())


async def test_a_meeting_goes_through_a_link_that_is_ten_times_better_in_a_tenth_of_the_time(
    site: Site, log: Log, pool: Pool
) -> None:
    """The pauses between attempts are not shortened with the link: they are most of what may be over six seconds."""
    assert await sync_a_meeting(site, log, pool, rough(48, latency_ms=100, bits_per_second=500_000)) < 15


@pytest.mark.long
@pytest.mark.parametrize("seed", [7, 26, 35, 37, 48])
async def test_a_meeting_of_150_entries_is_synced_within_a_minute_at_50_kbit_and_2_s_with_5_percent_lost(
    site: Site, log: Log, pool: Pool, seed: int
) -> None:
    assert await sync_a_meeting(site, log, pool, rough(seed, latency_ms=1_000, bits_per_second=50_000)) < 60


async def lose_the_reply_behind(site: Site, log: Log, offset: int) -> int:
    """One new line, whose push is answered and cut behind so many bytes; then the next try. Gives what was repeated."""
    deposit(log, 100 + offset)

    def weather(connection: int) -> Weather:
        return Weather(Fate.CUT_REPLY, after_bytes=offset, at_request=PUSH) if connection == 0 else FAIR

    async with link_to(site, weather) as link:
        report = await sync(log, link, witnesses=False)
        assert link.happened[Fate.CUT_REPLY] == 1
    assert report.merged + report.duplicate == 1
    return report.duplicate


async def reply_bytes(site: Site, log: Log) -> int:
    """How long the reply to the push of one line is, on the wire."""
    deposit(log)
    async with link_to(site, FAIR_WEATHER) as link:
        await sync(log, link, witnesses=False)
        assert link.heard is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", site.server.port)
        writer.write(link.heard)
        heard = await reader.read(16_384)
        writer.close()
    return len(heard) - len("duplicate") + len("merged")


async def check_each(site: Site, log: Log, pool: Pool, step: int) -> None:
    with stamina.set_testing(True, attempts=calls.ATTEMPTS, cap=True):
        size = await reply_bytes(site, log)
        offsets = sorted({*range(0, size, step), 1, size - 1})
        repeated = [await lose_the_reply_behind(site, log, offset) for offset in offsets]
    assert sum(repeated) == len(offsets), "each was stored before its reply was lost"
    assert await stored(pool, log) == list(range(1, len(offsets) + 2))


async def test_a_reply_to_a_push_is_lost_at_places_all_over_it(site: Site, log: Log, pool: Pool) -> None:
    """Stored, never acknowledged, said again: a duplicate, and once in the log."""
    await check_each(site, log, pool, 131)


@pytest.mark.long
async def test_a_reply_to_a_push_is_lost_behind_every_byte_of_it(site: Site, log: Log, pool: Pool) -> None:
    await check_each(site, log, pool, 1)


async def test_an_interrupted_push_costs_one_frame_again(site: Site, log: Log, pool: Pool) -> None:
    """The reply to the third of some frames is lost and the tablet is switched off; the next run goes on behind it."""
    for at in range(200):
        deposit(log, 100 + at)

    def weather(connection: int) -> Weather:
        return Weather(Fate.REPLY_LOST, at_request=PUSH + 2) if connection == 0 else FAIR

    async with link_to(site, weather) as link:
        with pytest.raises(Unreachable):
            await sync(log, link, attempts=1)
        there = await stored(pool, log)
        stands = standing(log)
        assert 0 < stands.merged < len(there) == stands.merged + stands.sent, (
            "the third frame was sent, and not heard of"
        )
        report = await sync(log, link)
    assert report.duplicate == 0, "the server's head says where to go on"
    assert report.merged == 200 - len(there)
    assert standing(log).waiting == 0, "whose reply was lost waits for nothing: the server's head is behind it"
    assert await stored(pool, log) == list(range(1, 201))


@pytest.mark.parametrize("fate", [Fate.HALF_OPEN, Fate.STALLS, Fate.REPLY_TWICE, Fate.TWICE, Fate.CUT_UP])
async def test_whatever_one_connection_meets_the_next_one_makes_good(
    site: Site, log: Log, pool: Pool, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "TIMEOUT", aiohttp.ClientTimeout(total=5, sock_read=0.5))
    for at in range(30):
        deposit(log, 100 + at)

    def weather(connection: int) -> Weather:
        return Weather(fate, after_bytes=2_000, at_request=PUSH) if connection == 0 else FAIR

    async with link_to(site, weather) as link:
        report = await sync(log, link)
        assert link.happened[fate] >= 1
    assert (report.merged + report.duplicate >= 30, report.waiting) == (True, 0)
    assert await stored(pool, log) == list(range(1, 31))


async def test_a_tablet_that_reads_slowly_gets_its_pages_and_holds_up_nobody(
    site: Site, log: Log, pool: Pool, tmp_path: Path
) -> None:
    """It is in the middle of its pages: meanwhile another tablet of the village syncs as if nothing were."""
    with Log.open(home_of(tmp_path / "other", site.world, site.world.village("pp01").tablets[1])) as other:
        for at in range(40):
            deposit(other, 100 + at)

        def slow(_connection: int) -> Weather:
            return Weather(bits_per_second=64_000)

        async with link_to(site, slow) as link, link_to(site, FAIR_WEATHER) as fair:
            reading = asyncio.create_task(sync(log, link))
            await until_seen(lambda: link.down_bytes >= PAGE_BEGUN_BYTES)
            link.flows.clear()
            assert not reading.done(), "it is at its pages still"
            assert (await sync(other, fair)).merged == 40
            assert not reading.done(), "and was all the while"
            link.flows.set()
            report = await reading
    assert report.pulled >= len(FOUNDED.entries) - 1
