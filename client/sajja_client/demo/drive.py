"""Drive real clients through the plan: each tablet has a home, a log and a connection that comes and goes.

* Simulated days pass one after the other. Within a day the tablets work side by side; each appends what was planned
  and syncs when the plan says that it found a connection. Bytes never depend on who was faster.
* What a client records must be the planned bytes, or the load stops.
* A tablet pushes whenever it finds a connection; feeds are pulled when everything is there, by every tablet once.
* It may be cut off anywhere. A log that exists is compared with the plan at its end, which its chain makes a
  comparison of all of it, and goes on from there; the server is asked where each push goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import date
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Approval
from sajja_client.demo.plan import Plan
from sajja_client.demo.problems import BytesDiffer, LoadStuck, NotThisPlan
from sajja_client.demo.reading import read_projection
from sajja_client.demo.server import ServerProcess
from sajja_client.demo.writing import Line
from sajja_client.durable import replace_file
from sajja_client.home import Home, Pin
from sajja_client.log import Log
from sajja_client.sync import Sync, SyncReport
from sajja_schemas.calendar import business_date
from sajja_schemas.entry import OFFICE, SignedEntry, encode_line, to_base64url
from sajja_schemas.events.network import NetworkEstablished

Progress = Callable[[int, date], None]

_SYNCS_AT_ONCE: Final = 4  # enough to keep the server busy while a client writes
_POLL_SECONDS: Final = 0.1
_POLLS_MAX: Final = 600
_FOUNDING_FILE: Final = "network.sajja"
_FILE_MODE: Final = 0o644


class Tablet:
    """One client, and how far it has come in the plan."""

    def __init__(self, plan: Plan, path: Path, name: str) -> None:
        self.name = name
        self.unit = name.partition("-")[0]
        self.lines = plan.log_of(name)
        self.syncs = list(plan.syncs[name])
        self.home = Home(path)
        self.log: Log | None = None
        self.sync: Sync | None = None
        self.pushing: Sync | None = None
        self.recorded = 0  # of the plan
        self.has_more = False  # somebody tried the village's commands on it since
        self._plan = plan

    def open(self, server_url: str) -> Log:
        """Open the home, and make it where there is none.

        Raises:
            NotThisPlan: it holds something else.
        """
        if self.log is None:
            scribe, persons = self._plan.scribe, sorted(_officers(self._plan, self.name))
            keys = {"device": scribe.key(self.name)} | {one: scribe.key(one, self.name) for one in persons}
            self.home.create_keys(persons, derived=keys)
            if self.name == self._plan.lines[0].step.tablet and not self.home.is_pinned:
                self.log = _found(self.home, self.lines[0], server_url)
            else:
                self.home.write_pin(_pin(self._plan, self.unit, server_url))
                self.log = Log.open(self.home)
            self.log.acknowledges = False  # what a server will publish, and when, no plan can know
            self._compare(self.log)
            # After a power cut the load goes on where the logs are; people's tablets wait for the disk at every line.
            self.log.connection.execute("PRAGMA synchronous = NORMAL")
        return self.log

    def close(self) -> None:
        """Let go of the log."""
        if self.log is not None:
            self.log.close()

    def record_until(self, moment: int) -> int:
        """Append what was planned up to a moment; gives how many entries."""
        log, before = self.log, self.recorded
        assert log is not None, "it was opened"
        stretch = list(takewhile(lambda line: line.step.moment <= moment, islice(self.lines, before, None)))
        if stretch:
            # People wait for the disk at every line; here one transaction takes what was recorded since the last sync.
            with log.together():
                for line in stretch:
                    entry = _record(log, line)
                    if entry.hash != line.entry.hash:
                        raise BytesDiffer(tablet=self.name, sequence=entry.sequence)
            self.recorded += len(stretch)
        return len(stretch)

    def stretches(self, day: date) -> Iterator[int]:
        """The moments of a day at which it syncs."""
        while self.syncs and business_date(self.syncs[0]) <= day:
            yield self.syncs.pop(0)

    def _compare(self, log: Log) -> None:
        head = log.head()
        if head is None:
            return
        self.recorded = min(head[0], len(self.lines))
        self.has_more = head[0] > len(self.lines)
        if self.lines[self.recorded - 1].entry.hash != log.hash_at(self.recorded):
            raise NotThisPlan(path=self.home.path)


class Load:
    """The load of a whole network."""

    def __init__(self, plan: Plan, home: Path, server: ServerProcess, progress: Progress) -> None:
        self.plan = plan
        self.home = home
        self.server = server
        self.progress = progress
        self.tablets = [Tablet(plan, clients_path(home) / name, name) for name in tablet_names(plan)]
        self.loaded = 0
        self.followed = 0  # by the server's books, as it last said
        self.published = 0  # by the server, as a tablet last verified
        self._turns = asyncio.Semaphore(_SYNCS_AT_ONCE)

    async def run(self) -> None:
        """Record and push everything that is not there yet.

        Raises:
            Problem: as the client, the server or the comparison with the plan says.
        """
        async with AsyncExitStack() as stack:
            for tablet in self.tablets:
                stack.callback(tablet.close)
            for tablet in self.tablets:
                log = tablet.open(self.server.url)
                sync = Sync(log, server_url=self.server.url, witnesses=False)
                tablet.sync = await stack.enter_async_context(sync)
                pushing = Sync(log, server_url=self.server.url, villages=[], witnesses=False)
                tablet.pushing = await stack.enter_async_context(pushing)
                self.loaded += tablet.recorded
            if not await self._is_complete():
                await self._admit()
                await self._pass_days()
                await self._finish()
            await self._push_the_rest()

    async def _admit(self) -> None:
        """Tell the server of the network by its founding line, and wait until it serves it."""
        first = self.plan.lines[0].entry
        path = self.home / _FOUNDING_FILE
        replace_file(path, encode_line(first.key, first.signature, first.body) + b"\n", mode=_FILE_MODE)
        await self.server.admit(path)

        async def is_served() -> bool:
            return await read_projection(self.server.url, "network_totals") is not None

        if not await comes_true(is_served):
            raise LoadStuck(reason="the server does not serve the network that it admitted")

    async def _pass_days(self) -> None:
        offices = [tablet for tablet in self.tablets if tablet.unit == OFFICE]
        day = self.plan.founded
        for tablet in offices:  # whoever enrols comes first; later days know no order
            await self._live(tablet, day)
        await self._await_enrolment()
        while day <= rules.LAST_DAY:
            await _side_by_side(self._live(tablet, day) for tablet in self.tablets)
            self.progress(self.loaded, day)
            day = date.fromordinal(day.toordinal() + 1)

    async def _live(self, tablet: Tablet, day: date) -> None:
        for moment in tablet.stretches(day):
            async with self._turns:
                await self._record(tablet, moment)
                await self._report_of(tablet, tablet.pushing)

    async def _record(self, tablet: Tablet, moment: int) -> None:
        # The commit waits for the disk; in a thread the others go on meanwhile. A thread cannot be stopped, so
        # whoever is cancelled here waits for it before the log is closed.
        recording = asyncio.ensure_future(asyncio.to_thread(tablet.record_until, moment))
        try:
            self.loaded += await asyncio.shield(recording)
        except asyncio.CancelledError:
            await recording
            raise

    async def _await_enrolment(self) -> None:
        """The books follow the log: wait until the server knows the tablets that the office has just enrolled."""
        for tablet in self.tablets:
            if tablet.lines[0].step.day > self.plan.founded:
                continue  # it comes later, in place of a lost one

            async def is_enrolled(tablet: Tablet = tablet) -> bool:
                return (await self._report_of(tablet, tablet.pushing)).enrolled

            if not await comes_true(is_enrolled):
                raise LoadStuck(reason=f"{tablet.name} is not enrolled on the server")

    async def _report_of(self, tablet: Tablet, sync: Sync | None) -> SyncReport:
        assert sync is not None, "it was opened"
        report = await sync.run()
        if report.forks or report.rejected or report.log_alarms:
            raise LoadStuck(reason=f"{tablet.name}: {msgspec.json.encode(report).decode()}")
        return report

    async def _finish(self) -> None:
        """Everything is recorded: push what is still on a tablet, and wait until the books have followed."""
        for tablet in self.tablets:
            self.loaded += tablet.record_until(self.plan.lines[-1].step.moment)
            if not self.plan.is_lost(tablet.name):
                await self._push_all(tablet, tablet.pushing)
        # Nothing is on its way any more: the feeds are whole.
        await _side_by_side(self._pull(tablet) for tablet in self.tablets if not self.plan.is_lost(tablet.name))
        if not await comes_true(self._is_complete, lambda: self.followed):
            raise LoadStuck(reason="the server's books do not follow its log")

    async def _pull(self, tablet: Tablet) -> None:
        """A tablet takes what the others recorded, and verifies the log that was published."""
        assert tablet.sync is not None, "it was opened"
        tablet.sync.witnesses = True

        async def is_verified() -> bool:
            report = await self._push_all(tablet, tablet.sync)
            self.published = report.log_size
            return report.log_state == "verified" and report.log_size >= len(self.plan.lines)

        async with self._turns:
            if not await comes_true(is_verified, lambda: self.published):
                raise LoadStuck(reason=f"{tablet.name}: the published log does not verify")

    async def _push_all(self, tablet: Tablet, sync: Sync | None) -> SyncReport:
        report = await self._report_of(tablet, sync)
        if report.waiting:
            raise LoadStuck(reason=f"{tablet.name}: {report.codes}")
        return report

    async def _is_complete(self) -> bool:
        """Whether the books on the server reflect every entry of the plan."""
        if any(tablet.recorded < len(tablet.lines) for tablet in self.tablets):
            return False
        totals = await read_projection(self.server.url, "network_totals")
        self.followed = totals["index"] + 1 if totals is not None else 0
        if self.followed < len(self.plan.lines):
            return False
        # Another network may have the same name: the office's log tells them apart.
        office = self.tablets[0]
        assert office.sync is not None, "it was opened"
        there = await office.sync.server.head(len(office.lines))
        return to_base64url(office.lines[-1].entry.hash) in there.at

    async def _push_the_rest(self) -> None:
        """What people recorded on these tablets behind the plan is theirs, and is pushed as theirs."""
        tablets = [tablet for tablet in self.tablets if tablet.has_more]
        for tablet in tablets:
            await self._report_of(tablet, tablet.sync)

        async def has_followed() -> bool:
            totals = await read_projection(self.server.url, "network_totals")
            return totals is not None and totals["index"] + 1 >= totals["entries"]

        if tablets and not await comes_true(has_followed):
            raise LoadStuck(reason="the server's books do not follow its log")


async def _side_by_side(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def comes_true(is_so: Callable[[], Awaitable[bool]], how_far: Callable[[], int] = lambda: 0) -> bool:
    """Ask until it is so; give up after a minute in which nothing moves."""
    asked, far = 0, how_far()
    while asked < _POLLS_MAX:
        if await is_so():
            return True
        asked = asked + 1 if how_far() == far else 0
        far = how_far()
        await asyncio.sleep(_POLL_SECONDS)
    return False


def tablet_names(plan: Plan) -> list[str]:
    """Two for each unit, and who takes a lost one's place; the office's first."""
    return sorted(plan.logs, key=lambda name: (not name.startswith(OFFICE), name))


def clients_path(home: Path) -> Path:
    """Where the clients' homes are."""
    return home / "clients"


def read_logs(plan: Plan, home: Path) -> list[Sequence[SignedEntry]]:
    """What the clients themselves hold, the office's first; verified line by line.

    Raises:
        NotAHome, ChainBroken: there is no such log, or it does not hold together.
    """
    logs: list[Sequence[SignedEntry]] = []
    for name in tablet_names(plan):
        with Log.open(Home(clients_path(home) / name)) as log:
            log.verify()
            logs.append(list(log.entries()))
    return logs


def _record(log: Log, line: Line) -> SignedEntry:
    step = line.step
    if isinstance(step, Approval):
        return log.approve(line.approved, step.persons, by=step.by, day=step.day, recorded_at=step.moment)
    return log.append(
        line.event, by=step.by, day=step.day, recorded_at=step.moment, village=step.village,
        personal=step.personal, derived_salt=line.salt,
    )  # fmt: skip


def _found(home: Home, line: Line, server_url: str) -> Log:
    event = line.event
    assert isinstance(event, NetworkEstablished), "the plan begins with the founding"
    step = line.step
    return Log.found(
        home,
        event,
        network=rules.NETWORK,
        server_url=server_url,
        by=step.by,
        day=step.day,
        recorded_at=step.moment,
    )


def _pin(plan: Plan, unit: str, server_url: str) -> Pin:
    return Pin(
        network=rules.NETWORK,
        fingerprint=plan.fingerprint,
        village=unit,
        server_url=server_url,
        demonstration=True,
        name=rules.NETWORK_NAME,
    )


def _officers(plan: Plan, tablet: str) -> set[str]:
    """Whoever approves something on a tablet has a key on it."""
    steps = (line.step for line in plan.log_of(tablet))
    return {person for step in steps if isinstance(step, Approval) for person in step.persons}
