"""The servers: some `sajja-server` processes over one database, killed and started as the story asks.

They die at random moments, and at named points (`points`); then `reap` finds out who has died.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec

from simulation import points
from simulation.faults import FAULT, FAULTS
from simulation.plan import NETWORK
from simulation.process import CLOCK, Child
from support.link import Address

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
_REBUILT: Final = {0: "rebuilt", 3: "rebuild_lost_its_database", -signal.SIGKILL: "rebuild_killed"}
_TRACEBACK_CHARACTERS: Final = 600


class Machines:
    """Server processes by number. Each listens on a port of its own, another one after each start."""

    def __init__(
        self,
        owner_url: str,
        count: int,
        fault: str | None,
        folder: Path,
        clock_of: Callable[[int], int] = lambda _start: 0,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            owner_url: of the database; the servers step down to their own role.
            count: how many processes.
            fault: one of `faults`, put into each.
            folder: for their logs, the log's key and its tiles.
            clock_of: how far the clock is ahead at the n-th start, in milliseconds.
        """
        self.count = count
        self.happened: Counter[str] = Counter()
        self._owner_url = owner_url
        self._fault = fault
        self._clock_of = clock_of
        self._starts = 0
        self._complaints: list[str] = []
        self._folder = folder
        self._log_path = folder / "servers.log"
        self._points = folder / "points"
        self._running: dict[int, tuple[Child, Address]] = {}

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
        self._starts += 1
        environment = self._environment() | {CLOCK: str(self._clock_of(self._starts))}
        child = await Child.begin(("run", "--port", "0"), environment, self._log_path)
        line = await asyncio.wait_for(child.said.readline(), START_SECONDS)
        if not line:
            code = await child.wait(STOP_SECONDS)
            assert code == -signal.SIGKILL, "the server did not start"
            self.happened["died_starting"] += 1  # it takes up what is stored at once, and so comes to points, too
            return
        url = urlsplit(msgspec.json.decode(line)["url"])
        assert url.hostname is not None
        assert url.port is not None
        self._running[number] = (child, (url.hostname, url.port))
        self.happened["started"] += 1

    def errors(self) -> list[str]:
        """What the servers themselves logged as an error, a line each: the event and the end of its traceback."""
        errors = list(self._complaints)
        for line in self._log_path.read_bytes().splitlines():
            try:
                told = msgspec.json.decode(line)
            except msgspec.DecodeError:
                continue  # cut off by a kill
            if told.get("level") in {"error", "critical"} and told.get("event") != "clock_behind_the_log":
                errors.append(f"{told.get('event')} {_end_of(str(told.get('exception', '')))}")
        return errors

    async def kill(self, number: int) -> None:
        """SIGKILL: no goodbye."""
        child, _address = self._running.pop(number)
        child.send(signal.SIGKILL)
        await child.wait(STOP_SECONDS)
        self.happened["killed"] += 1

    def arm(self, point: str) -> None:
        """Let the next process die that comes to a point."""
        points.arm(self._points, point)

    def disarm(self) -> None:
        """Nobody dies at a point any more."""
        points.disarm(self._points)

    def reap(self) -> list[int]:
        """Who has died at a point meanwhile, by number."""
        dead = [number for number, (child, _address) in self._running.items() if child.exit_code is not None]
        for number in dead:
            del self._running[number]
            self.happened["died_at_a_point"] += 1
        return dead

    def armed(self) -> list[str]:
        """The points that nobody has come to since they were armed."""
        return points.armed(self._points)

    async def die_with_rows_written(self, point: str) -> None:
        """Rows of an ingest are written and not committed: its session ends, or every server process does."""
        async with points.between_rows_and_commit(self._owner_url) as held:
            if held is None:
                return
            connection, session = held
            if point == "rows_written_session_dies":
                await connection.execute("SELECT pg_terminate_backend($1)", session)
            else:
                for number in list(self._running):
                    await self.kill(number)
        self.happened[point] += 1

    async def command(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Another command of `sajja-server`, beside those that run: how it ended, and what it said."""
        child = await Child.begin((*words, "--json"), self._environment(), self._log_path)
        said = await asyncio.wait_for(child.said.read(), START_SECONDS)
        return await child.wait(STOP_SECONDS), msgspec.json.decode(said) if said else {}

    async def rebuild(self) -> None:
        """The operator builds the books anew beside what goes on; they must come out the same."""
        code, _said = await self.command("rebuild", "--network", NETWORK)
        self.happened[_REBUILT.get(code, f"rebuild_ended_with_{code}")] += 1
        if code not in _REBUILT:
            self._complaints.append(f"a rebuild ended with {code}")

    def _environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SAJJA_")}
        if self._fault is not None:
            environment[FAULT] = self._fault
        return environment | {
            "SAJJA_DATABASE_URL": self._owner_url,
            "SAJJA_SIGNER": str(self._folder / "signer"),
            "SAJJA_TILES": str(self._folder / "tiles"),
            "SAJJA_PERSON_SECRET_FILE": str(self._folder / "person.secret"),
            points.FOLDER: str(self._points),
        }

    async def stop(self, number: int) -> None:
        """SIGTERM: it answers what is under way, and ends well."""
        child, _address = self._running.pop(number)
        child.send(signal.SIGTERM)
        code = await child.wait(STOP_SECONDS)
        assert code in {0, -signal.SIGKILL}, f"a server that was told to stop ended with {code}"
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
        self._points.mkdir()
        await points.prepare(self._owner_url)
        if self._fault is not None:
            await FAULTS[self._fault].prepare(self._owner_url)
        await asyncio.gather(*(self.start(number) for number in range(self.count)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child, _address in self._running.values():
            child.send(signal.SIGKILL)
            await child.wait(STOP_SECONDS)
        self._running.clear()


def _end_of(traceback: str) -> str:
    return traceback.strip()[-_TRACEBACK_CHARACTERS:]
