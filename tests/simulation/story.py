"""A run: days of recording and syncing through bad weather and crashes, then good days, then judgement."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import stamina
import stamina.instrumentation

from sajja_client.problems import AnswerUnreadable, FeedRefused, PinContradicted, Unreachable
from sajja_client.sync import ServerProblem, Sync, SyncReport
from sajja_schemas.entry import OFFICE
from sajja_server.admit import admit_network
from simulation import oracle
from simulation.carriers import Carriers
from simulation.doings import Doings
from simulation.faults import FAULTS
from simulation.machines import Machines
from simulation.people import FOUNDED_AT_MS, Device, People
from simulation.plan import NETWORK, Size, clock_of, fair_weather, server_clock_of, stream, weather_of
from simulation.troubles import Troubles
from support.link import Link, Weather
from support.publishing import keep_key

ATTEMPTS: Final = 2
ROUNDS_MAX: Final = 8
IDLE_FRACTION: Final = 6  # where more wait than one in so many, approvals are not what the story believes
SETTLE_SECONDS: Final = 20.0
SYNC_SECONDS_MAX: Final = 20.0  # a link here breaks or passes within a second, so a longer wait is the server's fault
# What a sync may meet while links and servers fail. Anything else that the server says is a finding.
_EXPECTED_CODES: Final = frozenset({"challenge_failed", "server_busy", "session_missing", "store_unavailable"})


@dataclass
class Outcome:
    """What a run was, and what the oracle found."""

    seed: int
    villages: int
    devices: int
    servers: int
    steps: int
    entries: int = 0
    stored: int = 0
    held: dict[str, tuple[int, str]] = field(default_factory=dict)
    acknowledged: int = 0
    syncs: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    machines: Counter[str] = field(default_factory=Counter)
    carriers: Counter[str] = field(default_factory=Counter)
    points: list[str] = field(default_factory=list)  # at which a process has died
    effects: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    seconds: float = 0.0
    recorded_sha256: str = ""  # of every entry in the order of signing: equal for equal seeds
    findings: list[str] = field(default_factory=list)


class Story:
    """One run of one seed over an empty, migrated database."""

    def __init__(
        self,
        seed: int,
        size: Size,
        folder: Path,
        owner_url: str,
        *,
        fault: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        chance = stream(seed, "size")
        self.seed = seed
        self.size = size
        self.owner_url = owner_url
        self.steps = chance.randint(*size.steps)
        self.people = People(folder)
        for at in range(1, chance.randint(*size.villages) + 1):
            self.people.add_village(f"pp{at:02}")
        self.people.clocks = {
            device.label: clock_of(stream(seed, "clock", device.label), FOUNDED_AT_MS, self.steps)
            for device in self.people.devices.values()
            if device.unit != OFFICE
        }
        self.doings = Doings(self.people, seed, self.steps)
        keep_key(folder, NETWORK, self.people.world.log_key)
        self.signer = folder / "signer"
        self.machines = Machines(
            owner_url, chance.choice(size.servers), fault, folder,
            lambda start: server_clock_of(stream(seed, "server clock", start)),
        )  # fmt: skip
        self.findings = oracle.Findings()
        self.troubles = Troubles(self.machines, size, seed, self.steps)
        self.carriers = Carriers(folder / "sticks", self.machines, self.findings)
        self.ends_when_found = fault is not None and not FAULTS[fault].is_seen_at_the_end
        self.links: dict[str, Link] = {}
        self.outcome = Outcome(
            seed, len(self.people.villages), len(self.people.devices), self.machines.count, self.steps
        )
        self._chance = stream(seed, "story")
        self._progress = progress or (lambda _step, _steps: None)
        self._is_fair = False
        self._is_over = False
        self._sticks_at = set(chance.sample(range(3, self.steps), size.sticks))
        # One village is a long way off: it records for most of the story before anybody hears of it.
        self._away_until = {self.people.villages[-1]: int(self.steps * chance.uniform(0.4, 0.9))}

    def record_only(self) -> str:
        """Tell the story without any server, and give the hash of all that was recorded."""
        for step in range(1, self.steps + 1):
            self.doings.do_step(step, self._acts())
        self.doings.finish()
        return self._recorded_sha256()

    async def run(self) -> Outcome:
        """Tell the story, and judge it."""
        started = time.monotonic()
        stamina.instrumentation.set_on_retry_hooks([])  # a retry is no news here
        await admit_network(self.owner_url, "sajja_app", self.people.founding)
        with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):  # attempts without the pauses between them
            async with self.machines, AsyncExitStack() as links:
                for device in self.people.devices.values():
                    weather = self._weather(device)
                    self.links[device.label] = await links.enter_async_context(Link(self.machines.addresses, weather))
                for step in range(1, self.steps + 1):
                    if not self._is_over:
                        await self._step(step)
                        self._progress(step, self.steps)
                if not self._is_over:
                    await self._end()
        self._sum_up(time.monotonic() - started)
        return self.outcome

    async def _step(self, step: int) -> None:
        self.doings.do_step(step, self._acts())
        await self.troubles.begin_step(step)
        await self._some_sync(step)
        if self._chance.random() < 0.1 or self.ends_when_found:
            await self._look(f"in step {step}")
        # What a fault does once it is found would only be more of the same.
        self._is_over = self._is_over or (self.ends_when_found and bool(self.findings.said))

    def _acts(self) -> int:
        return stream(self.seed, "acts", self.people.step).randint(*self.size.acts)

    async def _some_sync(self, step: int) -> None:
        """Some devices sync at once, while what the story has in store for this step happens to them."""
        chance = stream(self.seed, "syncs", step)
        awake = [d for d in self.people.devices.values() if step >= self._away_until.get(d.unit, 0)]
        chosen = chance.sample(awake, min(len(awake), chance.randint(*self.size.syncs)))
        # A person is impatient, a battery is empty: the program ends in the middle of a sync.
        patience = {d.label: chance.uniform(0.01, 0.2) if chance.random() < 0.1 else None for d in chosen}
        ghost = chance.choice(awake) if chance.random() < 0.15 else None
        stick = await self._stick(step) if step in self._sticks_at else None
        async with asyncio.TaskGroup() as tasks:
            for device in chosen:
                tasks.create_task(self._sync(device, patience[device.label]))
            if stick is not None:
                tasks.create_task(stick)
            tasks.create_task(self.troubles.strike(step))
            if ghost is not None:
                tasks.create_task(self._ghost(ghost, chance.randrange(2)))

    async def _ghost(self, device: Device, server: int) -> None:
        if await self.links[device.label].ghost(server):
            self.outcome.syncs["ghosts"] += 1

    async def _stick(self, step: int) -> Coroutine[Any, Any, None]:
        """Somebody writes a stick now; what is done with it happens while others sync, its writer among them."""
        chance = stream(self.seed, "stick", step)
        far = [d for d in self.people.devices.values() if step < self._away_until.get(d.unit, 0)]
        writer = chance.choice(far or list(self.people.devices.values()))
        neighbour = chance.choice([d for d in self.people.devices.values() if d.unit != writer.unit])
        stick = await self.carriers.write(writer, chance)
        ways = chance.choice((("hand_over",), ("bring",), ("hand_over", "bring"), ("bring", "fetch"), ("fetch",)))

        async def carry() -> None:
            if "hand_over" in ways:
                await self.carriers.hand_over(stick, neighbour)
            if "bring" in ways:
                await self.carriers.bring(stick)
            if "fetch" in ways:
                await self.carriers.fetch(writer)

        return carry()

    async def _sync(self, device: Device, patience_seconds: float | None) -> SyncReport | None:
        """One sync of one device. None where it did not end well, as happens."""
        report: SyncReport | None = None
        try:
            async with asyncio.timeout(patience_seconds or SYNC_SECONDS_MAX):
                async with Sync(device.log, server_url=self.links[device.label].url, attempts=ATTEMPTS) as sync:
                    report = await sync.run()
            self.outcome.syncs["done"] += 1
        except Unreachable:
            self.outcome.syncs["unreachable"] += 1
        except TimeoutError:
            device.turn_off_and_on()
            self.outcome.syncs["given_up"] += 1
            self._is_over = self._is_over or patience_seconds is None
            sentence = f"{device.label} waited {SYNC_SECONDS_MAX} s for a sync: the story ends here"
            self.findings.expect(holds=patience_seconds is not None, sentence=sentence)
        except ServerProblem as problem:
            self.outcome.syncs[problem.problem.code] += 1
            known = problem.problem.code in _EXPECTED_CODES
            self.findings.expect(holds=known, sentence=f"{device.label} was refused: {problem.problem.code}")
        except (AnswerUnreadable, FeedRefused, PinContradicted) as problem:
            self.findings.expect(holds=False, sentence=f"{device.label} did not believe the server: {problem}")
        device.note_answers()
        if report is not None:
            self._judge_report(device, report)
        return report

    def _judge_report(self, device: Device, report: SyncReport) -> None:
        self.findings.expect(holds=not report.forks, sentence=f"{device.label} was told of a fork: {report.forks}")
        self.findings.expect(
            holds=not report.rejected, sentence=f"{device.label}: an entry was rejected: {report.codes}"
        )
        self.findings.expect(holds=not report.forgotten, sentence=f"the server forgot entries of {device.label}")
        # The servers are honest, however often they are killed: no tablet may ever see two logs.
        self.findings.expect(holds=not report.log_alarms, sentence=f"{device.label}: {report.log_alarms}")
        if report.log_state == "verified":
            self.outcome.syncs["verified"] += 1
        if report.enrolled:
            self.outcome.held.pop(device.label, None)
            self.findings.expect(holds=not report.held, sentence=f"{device.label}: entries are held: {report.codes}")
        elif report.held:
            (code,) = report.codes
            self.outcome.held[device.label] = (report.held, code)

    async def _look(self, when: str) -> None:
        self.outcome.looks += 1
        oracle.judge_moment(await oracle.read_stored(self.owner_url), self.people, self.findings, when)

    async def _end(self) -> None:
        """Good links, good servers, everybody syncs until nothing moves; then the whole oracle."""
        self.doings.finish()
        self._is_fair = True
        self.outcome.points = await self.troubles.end()
        labels = list(self.people.devices)
        for _round in range(ROUNDS_MAX):
            self._chance.shuffle(labels)
            reports = [await self._sync(self.people.devices[label], None) for label in labels]
            if all(report is not None and report.merged == report.pulled == 0 for report in reports):
                break
        else:
            self.findings.expect(holds=False, sentence=f"at the end: still not quiet after {ROUNDS_MAX} rounds")
        stored = await self._settled()
        self.outcome.stored = stored.size
        self.outcome.effects = Counter(stored.books.quarantined.values())
        oracle.judge_moment(stored, self.people, self.findings, "at the end")
        await oracle.judge_public_log(self.owner_url, self.signer, self.findings)
        oracle.judge_end(stored, self.people, self.outcome.held, stream(self.seed, "order"), self.findings)
        waiting = self.outcome.effects["awaiting_approval"]
        is_alive = waiting <= stored.size // IDLE_FRACTION
        sentence = f"at the end: {waiting} of {stored.size} entries wait for approval: the story no longer tells much"
        self.findings.expect(holds=is_alive, sentence=sentence)
        is_as_told = set(self.outcome.held) <= {self.doings.never_enrolled}
        self.findings.expect(holds=is_as_told, sentence=f"at the end: held though enrolled: {self.outcome.held}")

    async def _settled(self) -> oracle.Stored:
        give_up = time.monotonic() + SETTLE_SECONDS
        while True:
            stored = await oracle.read_stored(self.owner_url)
            if stored.books.index >= stored.size or time.monotonic() > give_up:
                return stored
            await asyncio.sleep(0.1)

    def _weather(self, device: Device) -> Callable[[int], Weather]:
        counts: Counter[int] = Counter()

        def weather(connection: int) -> Weather:
            if self._is_fair:
                return fair_weather(connection)
            step = self.people.step
            counts[step] += 1
            return weather_of(stream(self.seed, "weather", device.label, step, counts[step]))

        return weather

    def _sum_up(self, seconds: float) -> None:
        for error in self.machines.errors():
            self.findings.expect(holds=False, sentence=f"a server logged an error: {error}")
        self.outcome.seconds = round(seconds, 1)
        self.outcome.entries = len(self.people.recorded)
        self.outcome.acknowledged = sum(len(device.acknowledged) for device in self.people.devices.values())
        self.outcome.links = sum((link.happened for link in self.links.values()), Counter())
        self.outcome.machines = self.machines.happened
        self.outcome.carriers = self.carriers.happened
        self.outcome.recorded_sha256 = self._recorded_sha256()
        self.outcome.findings = self.findings.said

    def _recorded_sha256(self) -> str:
        return sha256(b"".join(entry.hash for entry in self.people.recorded)).hexdigest()
