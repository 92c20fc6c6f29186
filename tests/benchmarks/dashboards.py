"""What somebody waits for a dashboard: quietly, and while tablets push.

* One person asks every dashboard in turn, again and again, as a page does that is open all day.
* Frames are due at fixed times, spread over the tablets, whatever the server does meanwhile; a tablet's next one waits
  until its last is answered.
* An answer may be one that was made a little earlier: how old it was is measured, too. Of `findings` it is not, which
  are read from books that rest.
"""

import asyncio
import bisect
import statistics
import time
from typing import Any

import msgspec

from sajja_schemas.wire import MEDIA_NDJSON, PushReply
from support.serving import Speaker

DASHBOARDS = ("network_totals", "village_status", "books", "findings?limit=10", "indicators?village=pp01")
AT_REST = DASHBOARDS[3]
WARMING = 2  # the first ones warm what a page that is looked at all day has warm
PAUSE_SECONDS = 0.02

Figure = dict[str, Any]
Work = list[tuple[str, list[bytes]]]  # a device's token, and its frames
Look = tuple[float, float, int]  # when it was asked, when it was answered, and how many entries the answer holds


async def quietly(speaks: Speaker, name: str, rounds: int) -> list[Figure]:
    """What each dashboard takes while nothing comes."""
    looks = _no_looks()
    for _ in range(rounds):
        await _look(speaks, looks)
    return _figures(name, looks)


async def while_pushed(speaks: Speaker, name: str, work: Work, *, frames_per_second: float) -> list[Figure]:
    """What each takes while frames come, for as long as there are frames."""
    looks = _no_looks()
    sizes: list[tuple[int, float]] = []  # how long the log was, and when a push was told so
    pushing = asyncio.create_task(_push_when_due(speaks, work, frames_per_second, sizes))
    while not pushing.done():
        await _look(speaks, looks)
    await pushing
    sizes.sort()
    old_ms = [age for one in DASHBOARDS if one != AT_REST for age in _ages_ms(looks[one], sizes)]
    return [
        *_figures(name, looks, wanted="<= 50"),
        {"name": f"{name}: how old an answer is, p99", "value": round(_cut(old_ms, 99)), "unit": "ms"},
    ]


def _no_looks() -> dict[str, list[Look]]:
    return {one: [] for one in DASHBOARDS}


async def _look(speaks: Speaker, looks: dict[str, list[Look]]) -> None:
    """Ask every dashboard once."""
    for one in DASHBOARDS:
        asked_at = time.perf_counter()
        status, answer = await speaks.get_json(f"/v1/networks/{speaks.world.network}/projections/{one}")
        assert status == 200, answer
        looks[one].append((asked_at, time.perf_counter(), answer["index"] + 1))
        await asyncio.sleep(PAUSE_SECONDS)


async def _push_when_due(speaks: Speaker, work: Work, frames_per_second: float, sizes: list[tuple[int, float]]) -> None:
    started = time.perf_counter()

    async def push_all(device: int, token: str, frames: list[bytes]) -> None:
        headers = {"Content-Type": MEDIA_NDJSON, "Content-Encoding": "gzip", "Authorization": f"Bearer {token}"}
        for at, frame in enumerate(frames):
            due = started + (at * len(work) + device) / frames_per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            async with speaks.http.post(f"{speaks.network}/entries", data=frame, headers=headers) as response:
                data = await response.read()
                assert response.status == 200, data
                sizes.append((msgspec.json.decode(data, type=PushReply).size, time.perf_counter()))

    await asyncio.gather(*(push_all(device, *one) for device, one in enumerate(work)))


def _ages_ms(looks: list[Look], sizes: list[tuple[int, float]]) -> list[float]:
    """How long ago, when each answer was asked for, the first entry had been merged that is not in it."""
    lengths = [size for size, _at in sizes]
    ages = []
    for asked_at, _answered_at, size in looks:
        beyond = bisect.bisect_right(lengths, size)
        ages.append(max(0.0, (asked_at - sizes[beyond][1]) * 1000) if beyond < len(sizes) else 0.0)
    return ages


def _figures(name: str, looks: dict[str, list[Look]], wanted: str = "") -> list[Figure]:
    figures = []
    for one, seen in looks.items():
        took_ms = [(answered_at - asked_at) * 1000 for asked_at, answered_at, _size in seen[WARMING:]]
        figures.append(
            {"name": f"{name}: {one}, p99", "value": round(_cut(took_ms, 99), 1), "unit": "ms", "wanted": wanted}
        )
    return figures


def _cut(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
