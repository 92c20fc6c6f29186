"""Real server processes over a real PostgreSQL, to be killed without a warning."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sajja_server.embedded import EmbeddedPostgres
from sajja_server.migrations import migrate
from support.serving import Speaker, admit, speaking
from support.waiting import PATIENCE_SECONDS
from support.world import World

_NONE: Mapping[str, str] = {}


@dataclass
class ServerProcess:
    """A `sajja-server run` that answers at `url`."""

    child: subprocess.Popen[bytes]
    url: str

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        self.child.terminate()
        return self.child.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def server_process(
    database_url: str, *, port: int = 0, settings: Mapping[str, str] = _NONE, log: Path = Path(os.devnull)
) -> Iterator[ServerProcess]:
    """A server over a database, killed at the end if it still runs; what it logs goes to a file."""
    named = {f"SAJJA_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "SAJJA_DATABASE_URL": database_url, "SAJJA_MIGRATE_URL": database_url, **named}
    with log.open("ab") as told:
        child = subprocess.Popen(
            [Path(sys.executable).with_name("sajja-server"), "run", "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=told,
        )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line, f"the server did not start (exit code {child.wait()})"
        yield ServerProcess(child, msgspec.json.decode(line)["url"])
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


@asynccontextmanager
async def enrolled_network(postgres: EmbeddedPostgres, world: World) -> AsyncIterator[None]:
    """Migrate, admit the world's network, and push what its office recorded."""
    await migrate(postgres.owner_url)
    await admit(postgres.owner_url, world)
    with server_process(postgres.server_url) as server:
        async with speaking(server.url, world) as speaker:
            office = world.office.tablets[0]
            reply = await speaker.push(office, office.log)
            await speaker.totals(at_index=reply.size)
        assert await asyncio.to_thread(server.stop) == 0
    yield


def kill_postgres(home: Path) -> None:
    """SIGKILL to the postmaster and to every process of its: a power cut, as far as PostgreSQL can tell."""
    pid = int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(pid, signal.SIGSTOP)  # so that it starts no new ones meanwhile
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)


async def push_until_answered(speaker: Speaker, world: World, count: int) -> None:
    """Keep offering the first `count` entries of a tablet until every one is answered as stored."""
    tablet = world.village("pp01").tablets[0]
    reply = await speaker.push(tablet, tablet.log[:count])
    assert {verdict.verdict for verdict in reply.verdicts} <= {"merged", "duplicate"}
