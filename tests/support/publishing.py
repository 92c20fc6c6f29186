"""A log that is stored and folded, and a publisher over it, step by step or in a process that dies at a named point.

python -m support.publishing DATABASE_URL FOLDER NETWORK POINT
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from sajja_schemas.entry import SignedEntry, from_base64url, to_base64url
from sajja_schemas.signing import SigningKey
from sajja_server.projections.projector import Projector
from sajja_server.publish import Press, Publisher
from sajja_server.signer import Signer
from sajja_server.store import log as store
from sajja_server.store.pool import Pool, open_pool
from support.waiting import PATIENCE_SECONDS
from support.world import World

POINTS = ("tiles_written", "signed", "row_added", "checkpoint_shown")
RECEIVED_AT = 1_600_000_000_000


def press_at(folder: Path) -> Press:
    """Signer and tiles in one folder of a test."""
    return Press(signer=folder / "signer", tiles=folder / "tiles")


def keep_key(folder: Path, network: str, key: SigningKey, *, derived: bool = False) -> Signer:
    """Put a log key where the server looks for it."""
    signer = Signer(folder / "signer", network)
    signer.create(msgspec.json.encode({"derived": derived, "seed": to_base64url(key.secret_seed())}))
    return signer


async def merge(pool: Pool, world: World, entries: Iterable[SignedEntry], *, received_at: int = RECEIVED_AT) -> int:
    """Store entries as a push would, and fold them; gives the size of the log."""
    listed = list(entries)
    async with pool.acquire() as connection, connection.transaction():
        await store.add_network(connection, world.network, from_base64url(world.fingerprint, 32))
        judged = await store.ingest(connection, world.network, listed, [True] * len(listed), received_at)
        assert all(one.verdict.is_stored for one in judged)
        size = (await store.log_head(connection, world.network)).size
    await fold(pool, world, size)
    return size


async def fold(pool: Pool, world: World, size: int) -> None:
    """Bring the books up to a size."""
    projector = Projector(pool.acquire, world.network, from_base64url(world.fingerprint, 32))
    task = asyncio.create_task(projector.run())
    try:
        assert await projector.wait_for(size, 30)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def publishing(pool: Pool, world: World, press: Press) -> AsyncIterator[Publisher]:
    """A publisher that was just started."""
    yield Publisher(pool.acquire, world.network, press)


async def publish(pool: Pool, publisher: Publisher) -> bool:
    """One round."""
    async with pool.acquire() as connection:
        return await publisher.publish(connection)


def publish_and_die(database_url: str, folder: Path, network: str, point: str) -> int:
    """Publish in a process that SIGKILLs itself when a point is reached; gives its exit code."""
    command = [sys.executable, "-m", "support.publishing", database_url, str(folder), network, point]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(command, env=environment, check=False, timeout=PATIENCE_SECONDS).returncode


async def _publish_once(arguments: Sequence[str]) -> None:
    database_url, folder, network, point = arguments

    def reached(where: str) -> None:
        if where == point:
            os.kill(os.getpid(), signal.SIGKILL)

    pool = await open_pool(database_url, 2, role="sajja_app")
    try:
        await publish(pool, Publisher(pool.acquire, network, press_at(Path(folder)), reached=reached))
    finally:
        await pool.close()


if __name__ == "__main__":
    asyncio.run(_publish_once(sys.argv[1:]))
