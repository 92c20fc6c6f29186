"""A real `sajja-server` process over an embedded PostgreSQL with fsync on, and eight devices that push to it."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from benchmarks.material import Material
from sajja_schemas.wire import MEDIA_NDJSON, PushReply
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.migrations import migrate
from support.serving import Speaker, admit


@asynccontextmanager
async def server_process(
    database_url: str, *, projector: str = "on", processes: int = 1
) -> AsyncIterator[list[tuple[str, int]]]:
    """Server processes on free ports: (url, process id) of each."""
    environment = {
        **os.environ,
        "SAJJA_DATABASE_URL": database_url,
        "SAJJA_MIGRATE_URL": database_url,
        "SAJJA_PROJECTOR": projector,
    }
    running = []
    try:
        for _ in range(processes):
            child = subprocess.Popen(  # noqa: ASYNC220  # a benchmark waits for its server
                [Path(sys.executable).with_name("sajja-server"), "run", "--port", "0"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            running.append(child)
        found = []
        for child in running:
            assert child.stdout is not None
            line = child.stdout.readline()
            found.append((msgspec.json.decode(line)["url"], child.pid))
        yield found
    finally:
        for child in running:
            child.terminate()
        for child in running:
            child.wait(timeout=30)


@asynccontextmanager
async def speaker(url: str, material: Material) -> AsyncIterator[Speaker]:
    async with ClientSession(timeout=ClientTimeout(total=300), connector=TCPConnector(limit=0)) as http:
        yield Speaker(http=http, base=url, world=material.world)


async def prepare(postgres: EmbeddedPostgres, material: Material) -> None:
    """Migrate, admit the network, let the server enrol every device, and push what the villages begin with."""
    await migrate(postgres.owner_url)
    await admit(postgres.owner_url, material.world)
    async with server_process(postgres.server_url) as ((url, _pid),), speaker(url, material) as speaks:
        office = material.world.office.tablets[0]
        reply = await speaks.push(office, material.office)
        await speaks.totals(at_index=reply.size)
        for tablet in material.tablets:
            if tablet.log:
                reply = await speaks.push(tablet, tablet.log)
        await speaks.totals(at_index=reply.size)


async def push_all(speaks: Speaker, per_device: list[tuple[str, list[bytes]]], entries: int) -> float:
    """Push prepared frames, one device beside the other; gives entries a second."""

    async def push_one(token: str, frames: list[bytes]) -> None:
        headers = {"Content-Type": MEDIA_NDJSON, "Content-Encoding": "gzip", "Authorization": f"Bearer {token}"}
        for frame in frames:
            async with speaks.http.post(f"{speaks.network}/entries", data=frame, headers=headers) as response:
                data = await response.read()
                assert response.status == 200, data
                reply = msgspec.json.decode(data, type=PushReply)
                assert all(verdict.verdict == "merged" for verdict in reply.verdicts)

    started = time.perf_counter()
    await asyncio.gather(*(push_one(token, frames) for token, frames in per_device))
    return entries / (time.perf_counter() - started)


def peak_memory_mib(pid: int) -> int:
    """The most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
