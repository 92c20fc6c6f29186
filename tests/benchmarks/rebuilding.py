"""How long it takes to build the books anew from a log that is there, beside reading the same rows and no more.

The operator's own command is measured, a process of its own beside the server that keeps the live books: it reads the
log, folds it, writes every table, and switches once both state hashes agree. The books and every projection are one
fold, so there is one figure for all of them. Who commits into the live books holds a row shared meanwhile; a session
that asks for that row again and again sees how long the switch keeps the projector waiting.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from sajja_server.embedded import EmbeddedPostgres

LOOK_SECONDS = 0.01
COPIES = 3

Figure = dict[str, Any]


async def rebuilding(postgres: EmbeddedPostgres, network: str, *, wanted: bool) -> list[Figure]:
    """The figures of one rebuild of a network; `wanted` where its log is as long as what is promised."""
    connection = await asyncpg.connect(postgres.owner_url)
    copies = [await _copy_seconds(connection, network) for _ in range(COPIES)]
    async with _waits(connection, network) as waits:
        rebuilt, cpu_seconds = await _rebuild(postgres, network)
    copies += [await _copy_seconds(connection, network) for _ in range(COPIES)]
    size = await connection.fetchval("SELECT size FROM sajja.log_head WHERE network = $1", network)
    await connection.close()
    assert rebuilt["size"] == size
    assert rebuilt["switched"]["state_hash"] == rebuilt["switched"]["live_hash"]
    seconds, copy_seconds = rebuilt["seconds"], statistics.median(copies)
    name = f"rebuild of {size:,} entries"
    return [
        _figure(f"{name}, books and every projection (one fold)", seconds, "s", "<= 25; books <= 10" if wanted else "")
        | {
            "limit_name": "the same rows by COPY",
            "limit": round(copy_seconds, 1),
            "ratio": round(seconds / copy_seconds, 1),
        },
        _figure(f"{name}: entries", size / seconds, "entries/s"),
        _figure(f"{name}: CPU of that process, an entry", cpu_seconds / size * 1e6, "us"),
        _figure(f"{name}: the live projector waits at the switch", max(waits) * 1000, "ms"),
    ]


async def _rebuild(postgres: EmbeddedPostgres, network: str) -> tuple[dict[str, Any], float]:
    """What the command tells of a rebuild, and the CPU seconds that its process took, all told."""
    before = os.times()
    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).with_name("sajja-server"), "rebuild", "--network", network, "--json"),
        env={**os.environ, "SAJJA_DATABASE_URL": postgres.server_url, "SAJJA_MIGRATE_URL": postgres.server_url},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _nothing = await process.communicate()
    assert process.returncode == 0, told
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return msgspec.json.decode(told)["networks"][0], used


async def _copy_seconds(connection: asyncpg.Connection, network: str) -> float:
    """How long a client takes to be given the rows that a fold reads."""

    async def discard(_data: bytes) -> None:
        pass

    started = time.perf_counter()
    await connection.copy_from_query(
        "SELECT index, received_at, device, hash, body FROM sajja.entry WHERE network = $1 ORDER BY index",
        network,
        output=discard,
        format="binary",
    )
    return time.perf_counter() - started


@asynccontextmanager
async def _waits(connection: asyncpg.Connection, network: str) -> AsyncIterator[list[float]]:
    """How long whoever would commit into the live books waits for them, look by look, in seconds."""
    waits = [0.0]

    async def look() -> None:
        while True:
            started = time.perf_counter()
            await connection.execute("SELECT FROM projection.live WHERE network = $1 FOR SHARE", network)
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(LOOK_SECONDS)

    task = asyncio.create_task(look())
    try:
        yield waits
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _figure(name: str, value: float, unit: str, wanted: str = "") -> Figure:
    rounded = round(value, 1) if value < 100 else round(value)
    return {"name": name, "value": rounded, "unit": unit, "wanted": wanted}
