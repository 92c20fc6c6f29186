"""Five hundred devices that sync small batches at once: how long a push takes, and how far the books are behind.

* Large frames: 1, 8 and 64 devices bring what they have recorded since long, with one server and with two.
* Full load: every device pushes its next frame as soon as the last one is answered.
* Half load: frames are due at half of that rate, spread evenly over the devices, and a push is timed from when it was
  due: a server that stalls is not asked less.
* The books' lag is looked at in the database, forty times a second: how long ago the log was as short as the books are.
"""

import asyncio
import statistics
import time
from collections import deque
from contextlib import suppress
from typing import Any

import asyncpg
import msgspec

from benchmarks.material import Material, found_members, frames, record
from benchmarks.serving import peak_memory_mib, prepare, server_process, speaker
from sajja_schemas.wire import MEDIA_NDJSON, PushReply
from sajja_server.embedded import EmbeddedPostgres
from support.serving import Speaker
from support.world import Tablet, World, key_of

VILLAGES = tuple(f"pp{at:02d}" for at in range(1, 13))
DEVICES = 500
FRAME_ENTRIES = 20
LARGE_ENTRIES = 500
LARGE_FRAMES = {1: 8, 8: 4, 64: 1}  # devices, and how many frames each brings
LOOK_SECONDS = 0.025
APPROVED_TOGETHER = 100

Figure = dict[str, Any]
Work = list[tuple[str, list[bytes]]]  # a device's token, and its frames


async def many_devices(*, quick: bool) -> list[Figure]:
    """What five hundred devices see of one server, and of two over one database."""
    devices = 60 if quick else DEVICES
    material = many(devices)
    found_members(Material(material.world, [material.world.village(code).tablets[0] for code in VILLAGES]))
    name = f"{devices} devices, frames of {FRAME_ENTRIES}"
    rounds = 3 if quick else 6
    with EmbeddedPostgres.temporary() as postgres:
        await prepare(postgres, material)
        connection = await asyncpg.connect(postgres.owner_url)
        async with server_process(postgres.server_url) as ((url, pid),), speaker(url, material) as speaks:
            await _sign_in(speaks, material.tablets)
            large = [await _large_frames(connection, material, [speaks], count) for count in LARGE_FRAMES]
            full = await _push_at_once(speaks, _work(material, speaks, rounds))
            behind = await _behind(connection)
            recovery = await _caught_up(connection)
            watch = asyncio.create_task(_watch_lag(connection))
            times_ms = await _push_when_due(speaks, _work(material, speaks, rounds), full.rate / 2)
            lags_ms = await _stopped(watch)
            memory = peak_memory_mib(pid)
        async with (
            server_process(postgres.server_url, processes=2) as ((first, _), (second, _)),
            speaker(first, material) as one,
            speaker(second, material) as other,
        ):
            large.append(await _large_frames(connection, material, [one, other], 64))
            both = await _push_to_all([one, other], _work(material, speaks, rounds))
        await _check_log(connection, material)
        await connection.close()
    failed = full.failed + both.failed
    return [
        *large,
        _figure(f"{name}, full load", full.rate, "entries/s"),
        _figure(f"{name}, full load, two servers", both.rate, "entries/s"),
        _figure(f"{name}, full load: pushes that failed", failed, "", wanted="0"),
        _figure(f"{name}, half load: a push, p50", _cut(times_ms, 50), "ms"),
        _figure(f"{name}, half load: a push, p99", _cut(times_ms, 99), "ms", wanted="<= 250"),
        _figure(f"{name}, half load: books behind, p99", _cut(lags_ms, 99), "ms", wanted="<= 1,000"),
        _figure(f"{name}, after full load: books behind", behind, "entries"),
        _figure(f"{name}, after full load: books caught up in", recovery * 1000, "ms"),
        _figure(f"memory of that server, {devices} devices", memory, "MiB", wanted="<= 400"),
    ]


def many(devices: int) -> Material:
    """A founded network of twelve villages with so many tablets among them."""
    world = World.founded(VILLAGES, network="manynet")
    desk = world.office.tablets[0]
    more: dict[str, list[Tablet]] = {code: [] for code in VILLAGES}
    for at in range(devices - 2 * len(VILLAGES)):
        code = VILLAGES[at % len(VILLAGES)]
        more[code].append(Tablet(code, key_of(code, "tablet", 2 + at)))
    for code, tablets in more.items():
        enrolled = [world.record(desk, world.enrolment(tablet), village=code) for tablet in tablets]
        for at in range(0, len(enrolled), APPROVED_TOGETHER):
            world.approve_by_office(enrolled[at : at + APPROVED_TOGETHER])
        world.village(code).tablets += tablets
    return Material(world, [tablet for code in VILLAGES for tablet in world.village(code).tablets])


class _Load(msgspec.Struct):
    merged: int
    rate: float  # entries a second
    failed: int


def _work(
    material: Material, speaks: Speaker, rounds: int, *, devices: int = DEVICES, size: int = FRAME_ENTRIES
) -> Work:
    return [
        (speaks.tokens[tablet.name], frames(material, record(material, tablet, rounds * size), size))
        for tablet in material.tablets[:devices]
    ]


async def _large_frames(
    connection: asyncpg.Connection, material: Material, servers: list[Speaker], devices: int
) -> Figure:
    """Devices that bring full frames, spread over servers; the books are waited for, so that nothing is owed."""
    devices = min(devices, len(material.tablets))
    await _sign_in(servers[0], material.tablets[:devices])
    work = _work(material, servers[0], LARGE_FRAMES.get(devices, 1), devices=devices, size=LARGE_ENTRIES)
    load = await _push_to_all(servers, work)
    assert not load.failed
    await _caught_up(connection)
    beside = f", {len(servers)} servers" if len(servers) > 1 else ""
    return _figure(f"frames of {LARGE_ENTRIES}, devices: {devices}{beside}", load.rate, "entries/s")


async def _push_to_all(servers: list[Speaker], work: Work) -> _Load:
    """Push at once, each server's share of the devices to it."""
    started = time.perf_counter()
    parts = await asyncio.gather(*(_push_at_once(one, work[at :: len(servers)]) for at, one in enumerate(servers)))
    merged = sum(part.merged for part in parts)
    return _Load(merged, merged / (time.perf_counter() - started), sum(part.failed for part in parts))


async def _sign_in(speaks: Speaker, tablets: list[Tablet]) -> None:
    for tablet in tablets:
        await speaks.session(tablet)


async def _push(speaks: Speaker, token: str, frame: bytes) -> int:
    """Push one frame; gives how many entries were merged: none where the push failed."""
    headers = {"Content-Type": MEDIA_NDJSON, "Content-Encoding": "gzip", "Authorization": f"Bearer {token}"}
    async with speaks.http.post(f"{speaks.network}/entries", data=frame, headers=headers) as response:
        data = await response.read()
        if response.status != 200:
            return 0
        verdicts = msgspec.json.decode(data, type=PushReply).verdicts
        return sum(one.verdict == "merged" for one in verdicts)


async def _push_at_once(speaks: Speaker, work: Work) -> _Load:
    async def push_all(token: str, frames: list[bytes]) -> list[int]:
        return [await _push(speaks, token, frame) for frame in frames]

    started = time.perf_counter()
    merged = [count for device in await asyncio.gather(*(push_all(*one) for one in work)) for count in device]
    return _Load(sum(merged), sum(merged) / (time.perf_counter() - started), merged.count(0))


async def _push_when_due(speaks: Speaker, work: Work, rate: float) -> list[float]:
    """Push each device's frames at their times, so many entries a second in all; gives what each push took."""
    apart = FRAME_ENTRIES * len(work) / rate  # seconds between two frames of a device
    times_ms: list[float] = []
    started = time.perf_counter() + 0.5

    async def push_all(at: int, token: str, frames: list[bytes]) -> None:
        for number, frame in enumerate(frames):
            due = started + (number + at / len(work)) * apart
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            assert await _push(speaks, token, frame) == FRAME_ENTRIES
            times_ms.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(push_all(at, *one) for at, one in enumerate(work)))
    return times_ms


async def _watch_lag(connection: asyncpg.Connection) -> list[float]:
    """How far the books were behind the log, look by look, until it is cancelled."""
    lags_ms: list[float] = []
    sizes: deque[tuple[float, int]] = deque()  # when the log was first seen to be so long
    with suppress(asyncio.CancelledError):
        while True:
            size, index = await _sizes(connection)
            now = time.perf_counter()
            if not sizes or sizes[-1][1] != size:
                sizes.append((now, size))
            while sizes and sizes[0][1] <= index:
                sizes.popleft()
            lags_ms.append((now - sizes[0][0]) * 1000 if sizes else 0.0)
            await asyncio.sleep(LOOK_SECONDS)
    return lags_ms


async def _stopped(watch: asyncio.Task[list[float]]) -> list[float]:
    watch.cancel()
    return await watch


async def _behind(connection: asyncpg.Connection) -> int:
    size, index = await _sizes(connection)
    return size - index


async def _caught_up(connection: asyncpg.Connection) -> float:
    """Wait until the books reflect the log; gives the seconds that it took."""
    started = time.perf_counter()
    while True:
        if not await _behind(connection):
            break
        await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter() - started


async def _sizes(connection: asyncpg.Connection) -> tuple[int, int]:
    row = await connection.fetchrow(
        "SELECT l.size, s.index FROM sajja.log_head l JOIN books.state s USING (network) WHERE network = 'manynet'"
    )
    assert row is not None
    return row["size"], row["index"]


async def _check_log(connection: asyncpg.Connection, material: Material) -> None:
    """Two servers have numbered one log without a gap, and every device's whole log is in it."""
    size, _index = await _sizes(connection)
    assert size == len(material.world.entries)
    found = await connection.fetch("SELECT min(index), max(index), count(DISTINCT index) FROM sajja.entry")
    assert [tuple(row) for row in found] == [(0, size - 1, size)]


def _figure(name: str, value: float, unit: str, wanted: str = "") -> Figure:
    return {"name": name, "value": round(value), "unit": unit, "wanted": wanted}


def _cut(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
