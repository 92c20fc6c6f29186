"""The servers: one or two `sajja-server` processes over one database, killed and started as the story asks."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec

from support.link import Address

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
_TRACEBACK_CHARACTERS: Final = 600
_TESTS: Final = Path(__file__).parents[1]


class Machines:
    """Server processes by number. Each listens on a port of its own, another one after each start."""

    def __init__(self, owner_url: str, count: int, broken: str | None, log_path: Path) -> None:
        """Prepare; nothing runs yet.

        Args:
            owner_url: of the database; the servers step down to their own role.
            count: how many processes.
            broken: a fault of `breaks` to put into each.
            log_path: where all of them write their logs.
        """
        self.count = count
        self.happened: Counter[str] = Counter()
        self._owner_url = owner_url
        self._broken = broken
        self._log_path = log_path
        self._running: dict[int, tuple[asyncio.subprocess.Process, Address]] = {}

    def addresses(self) -> list[Address]:
        """Where servers listen now."""
        return [self._running[number][1] for number in sorted(self._running)]

    def is_up(self, number: int) -> bool:
        """Whether a server runs."""
        return number in self._running

    async def start(self, number: int) -> None:
        """Start a server, and wait until it answers."""
        if number in self._running:
            return
        command = (
            [sys.executable, "-m", "simulation.breaks", self._broken]
            if self._broken is not None
            else [str(Path(sys.executable).with_name("sajja-server"))]
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SAJJA_")}
        folder = self._log_path.parent
        environment |= {
            "SAJJA_DATABASE_URL": self._owner_url,
            "SAJJA_SIGNER": str(folder / "signer"),
            "SAJJA_TILES": str(folder / "tiles"),
            "PYTHONPATH": str(_TESTS),
        }
        with self._log_path.open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                *command, "run", "--port", "0", env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert child.stdout is not None
        line = await asyncio.wait_for(child.stdout.readline(), START_SECONDS)
        assert line, "the server did not start"
        url = urlsplit(msgspec.json.decode(line)["url"])
        assert url.hostname is not None
        assert url.port is not None
        self._running[number] = (child, (url.hostname, url.port))
        self.happened["started"] += 1

    def errors(self) -> list[str]:
        """What the servers themselves logged as an error, a line each: the event and the end of its traceback."""
        errors: list[str] = []
        for line in self._log_path.read_bytes().splitlines():
            try:
                told = msgspec.json.decode(line)
            except msgspec.DecodeError:
                continue  # cut off by a kill
            if told.get("level") in {"error", "critical"}:
                errors.append(f"{told.get('event')} {_end_of(str(told.get('exception', '')))}")
        return errors

    async def kill(self, number: int) -> None:
        """SIGKILL: no goodbye."""
        child, _address = self._running.pop(number)
        child.kill()
        await child.wait()
        self.happened["killed"] += 1

    async def stop(self, number: int) -> None:
        """SIGTERM: it answers what is under way, and ends well."""
        child, _address = self._running.pop(number)
        child.terminate()
        code = await asyncio.wait_for(child.wait(), STOP_SECONDS)
        assert code == 0, f"a server that was told to stop ended with {code}"
        self.happened["stopped"] += 1

    async def drop_sessions(self) -> None:
        """The database ends every session of the servers, whatever it was doing."""
        connection = await asyncpg.connect(self._owner_url)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'sajja-server'"
            )
        finally:
            await connection.close()
        self.happened["sessions_dropped"] += 1

    async def crash_database(self) -> None:
        """SIGKILL to one session's process: PostgreSQL then ends all others and recovers from its log."""
        if not parse_qs(urlsplit(self._owner_url).query).get("host", [""])[0].startswith("/"):
            await self.drop_sessions()  # a database elsewhere is not ours to kill
            return
        connection = await asyncpg.connect(self._owner_url)
        own = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(own, signal.SIGKILL)
        connection.terminate()
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            await asyncio.sleep(0.1)
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await (await asyncpg.connect(self._owner_url)).close()
                break
        self.happened["database_crashed"] += 1

    async def __aenter__(self) -> Self:
        await asyncio.gather(*(self.start(number) for number in range(self.count)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child, _address in self._running.values():
            child.kill()
            await child.wait()
        self._running.clear()


def _end_of(traceback: str) -> str:
    return traceback.strip()[-_TRACEBACK_CHARACTERS:]
