"""A network with thieves: copied and stolen tablets, lost lines, wrong clocks, and the office that decides about them.

* Everything is signed before anything is sent, from the seed. Then devices, copies of devices and neighbours who carry
  their lines push whenever they like, to servers that are killed meanwhile: so a decision comes before its entry,
  a revocation after what it should stop, a branch before the log that it was copied from.
* Nobody says which order is right. The oracle says what every order must keep: what was signed is stored or named
  as missing, admitted by the rule, numbered densely; the server's books and what it knows of forks, gaps and decisions
  are those of an independent fold; and a village that folds two feeds has the same bank.
"""

import asyncio
import gzip
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout

from sajja_schemas import books as bookkeeping
from sajja_schemas.books import Books
from sajja_schemas.chain import Admission, DeclaredGap
from sajja_schemas.entry import OFFICE, SignedEntry, encode_line, from_base64url, to_base64url
from sajja_schemas.events.corrections import EntryRefused, EntryReleased
from sajja_schemas.events.ledgers import EntryReversed, OpeningBalanceRecorded, OpeningLine
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsWithdrawn
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.events.trust_repairs import DeviceLostReported, ForkResolved, GapDeclared
from sajja_schemas.verdicts import Verdict
from sajja_schemas.wire import MEDIA_NDJSON, PushReply
from sajja_server.admit import admit_network
from sajja_server.projections.memory import stored as stored_books
from simulation import oracle
from simulation.machines import Machines
from simulation.plan import NETWORK, stream
from simulation.points import POINTS
from support.database import READING
from support.publishing import keep_key
from support.serving import Speaker
from support.world import Tablet, Unit, World, key_of, ref_to

CLOCKS_MS: Final = (None, None, 0, 4_070_908_800_000, 1_262_304_000_000)  # good, 1970, 2099, 2010
A2: Final = ("president", "treasurer", "secretary")
PUSH_MAX: Final = 40
QUIET_ROUNDS: Final = 3
POINTS_PART: Final = 0.6  # of the kills
SETTLE_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Scale:
    """How large a run is."""

    villages: tuple[int, int]
    tablets: tuple[int, int]  # of a village; two have its officers' keys
    acts: tuple[int, int]  # of a village
    servers: int
    kills: int


LONG: Final = Scale(villages=(30, 36), tablets=(4, 8), acts=(8, 16), servers=3, kills=8)
SHORT: Final = Scale(villages=(4, 4), tablets=(2, 4), acts=(5, 9), servers=2, kills=2)


@dataclass
class Sender:
    """Somebody with lines to bring: a tablet, a copy of one, or a neighbour who found what was lost."""

    label: str
    lines: list[SignedEntry]
    speaks_as: Tablet | None = None  # a neighbour's session; the signer's own where nothing is said
    after: float = 0.0  # from which part of the run on
    done: int = 0


@dataclass
class Outcome:
    """What a run was, and what the oracle found."""

    seed: int
    villages: int = 0
    devices: int = 0
    signed: int = 0
    stored: int = 0
    mishaps: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    machines: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


class Disputes:
    """One run of one seed over an empty, migrated database."""

    def __init__(self, seed: int, scale: Scale, folder: Path, owner_url: str, fault: str | None = None) -> None:
        """Sign everything; nothing is sent yet."""
        self.outcome = Outcome(seed)
        self.scale = scale
        self.folder = folder
        self.owner_url = owner_url
        self.machines = Machines(owner_url, scale.servers, fault, folder)
        self.chance = stream(seed, "disputes")
        self.sends = stream(seed, "disputes", "sends")
        self.world = World.founded((), network=NETWORK)
        self.senders: list[Sender] = []
        self.tokens: dict[str, str] = {}  # of sessions, which every server knows
        self.missing: set[bytes] = set()  # signed, and never to be seen
        for at in range(self.chance.randint(*scale.villages)):
            self._tell(f"pp{at + 1:02}", at)
        for unit in self.world.units.values():
            for tablet in unit.tablets:
                lost = {entry.hash for sender in self.senders for entry in sender.lines} | self.missing
                own = [entry for entry in tablet.log if entry.hash not in lost]
                self.senders.append(Sender(tablet.name, own))
        self.outcome.villages = len(self.world.units) - 1
        self.outcome.devices = sum(len(unit.tablets) for unit in self.world.units.values())
        self.outcome.signed = len(self.world.entries)

    # --- what is signed

    def _tell(self, code: str, at: int) -> None:
        unit = self._settle_in(code)
        mishaps = (self._copied, self._stolen, self._lost_lines, self._stranger)
        mishap = mishaps[at] if at < len(mishaps) else self.chance.choice(mishaps)
        tablet = unit.tablets[1]
        for one in unit.tablets:
            self._act(one)
        for _act in range(self.chance.randint(*self.scale.acts)):
            self._act(self.chance.choice(unit.tablets))
        self._act(tablet)
        mishap(tablet)
        self.outcome.mishaps[mishap.__name__.strip("_")] += 1
        for _act in range(self.chance.randint(*self.scale.acts) // 2):
            self._act(unit.tablets[0])

    def _settle_in(self, code: str) -> Unit:
        """A village with its two tablets, and more that only take money in: their officers sign on the two."""
        unit = self.world.add_village(code)
        more = [Tablet(code, key_of(code, "tablet", at)) for at in range(2, self.chance.randint(*self.scale.tablets))]
        desk = self.world.office.tablets[0]
        if more:
            self.world.approve_by_office(
                [self.world.record(desk, self.world.enrolment(tablet), village=code) for tablet in more]
            )
        unit.tablets += more
        return unit

    def _act(self, tablet: Tablet) -> list[SignedEntry]:
        self.world.clock_ms = self.chance.choice(CLOCKS_MS)
        satang, member, box = self.chance.randrange(1, 90_000), f"{tablet.unit}-m1", f"{tablet.unit}-o4"
        world = self.world
        match self.chance.randrange(5):
            case 0:
                page = (OpeningLine(account=3110, amount_satang=-satang, sub=member),)
                done = [world.record(tablet, OpeningBalanceRecorded(ledger=f"bank:{tablet.unit}", lines_of_page=page))]
                done.append(world.approve(self.chance.choice(self._signers(tablet)), done, A2))
            case 1:
                paid = SpecialSavingsWithdrawn(member=member, amount_satang=satang, box=box)
                done = [world.record(tablet, paid)]
                done.append(world.approve(self._signers(tablet)[0], done, A2[:2]))
            case 2 if tablet.log:
                original = self.chance.choice(tablet.log)
                done = [world.record(tablet, EntryReversed(entry=ref_to(original), reason="other"))]
                done.append(world.approve(self._signers(tablet)[0], done, A2))
            case _:
                done = [world.record(tablet, ShareDeposited(member=member, amount_satang=satang, box=box))]
        self.world.clock_ms = None
        return done

    def _signers(self, tablet: Tablet) -> list[Tablet]:
        """The tablets of a village that have its officers' keys, this one first if it has."""
        return [one for one in (tablet, *self.world.village(tablet.unit).tablets) if one.officers]

    def _copied(self, tablet: Tablet) -> None:
        """The folder was copied: both go on, and the office decides what of them is true."""
        base = self.chance.choice(tablet.log)
        first = [entry for _ in range(3) for entry in self._act(tablet)]
        twin = Tablet(
            tablet.unit, tablet.key, tablet.officers, [entry for entry in tablet.log if entry.sequence <= base.sequence]
        )
        second = [entry for _ in range(4) for entry in self._act(twin) if entry.device == base.device]
        second = [entry for entry in second if entry in twin.log]
        self.senders.append(Sender(f"{tablet.name} copy", second, after=self.chance.choice((0.0, 0.4))))
        if self.chance.random() < 0.8:
            some = [ref_to(entry) for entry in second if self.chance.random() < 0.5]
            back = [ref_to(entry) for entry in (*first, *second) if self.chance.random() < 0.3]
            said = ForkResolved(device=tablet.name, reason="copied", released=tuple(some), reversed=tuple(back))
            self._decide(tablet.unit, said)

    def _stolen(self, tablet: Tablet) -> None:
        """A thief records on; the village reports it, the office revokes, and decides about what came after."""
        trusted = len(tablet.log)
        reporter = self.world.village(tablet.unit).tablets[0]
        lost = DeviceLostReported(device=tablet.name, last_trusted_sequence=trusted, reason="stolen")
        self.world.approve(reporter, [self.world.record(reporter, lost)], A2)
        before = [entry for _ in range(2) for entry in self._act(tablet)]
        self._decide(tablet.unit, DeviceRevoked(device=tablet.name, reason="stolen", last_trusted_sequence=trusted))
        for entry in (*before, *(entry for _ in range(3) for entry in self._act(tablet))):
            decision = self.chance.choice((EntryReleased, EntryRefused, None))
            if decision is not None and entry.device == from_base64url(tablet.name, 32):
                self._decide(tablet.unit, decision(entry=ref_to(entry), reason="compared with the paper"))

    def _lost_lines(self, tablet: Tablet) -> None:
        """Lines are lost; the log goes on behind them. Some turn up in a neighbour's bag."""
        last = tablet.log[-1]
        lost = self._of(tablet, [entry for _ in range(3) for entry in self._act(tablet)])
        beyond = self._of(tablet, [entry for _ in range(2) for entry in self._act(tablet)])
        if not lost or not beyond:
            return
        gap = GapDeclared(
            device=tablet.name, last_sequence=last.sequence, last_hash=to_base64url(last.hash),
            next_sequence=beyond[0].sequence, next_previous=to_base64url(beyond[0].previous), reason="the disk is gone",
        )  # fmt: skip
        self._decide(tablet.unit, gap)
        found = lost[: self.chance.randrange(len(lost) + 1)]
        self.missing |= {entry.hash for entry in lost[len(found) :]}
        neighbour = self.world.village(tablet.unit).tablets[0]
        self.senders.append(Sender(f"{tablet.name} found", found, neighbour, after=0.8))

    def _stranger(self, tablet: Tablet) -> None:
        """A tablet that nobody ever enrols records all the same; it is held, and named."""
        stranger = Tablet(tablet.unit, key_of(NETWORK, "stranger", tablet.name))
        for satang in (1, 2):
            event = ShareDeposited(member=f"{tablet.unit}-m1", amount_satang=satang, box=f"{tablet.unit}-o4")
            self.missing.add(self.world.record(stranger, event).hash)
        neighbour = self.world.village(tablet.unit).tablets[0]
        self.senders.append(Sender(f"{stranger.name} stranger", list(stranger.log), neighbour))

    def _decide(
        self, village: str, event: EntryReleased | EntryRefused | ForkResolved | GapDeclared | DeviceRevoked
    ) -> None:
        desk = self.world.office.tablets[0]
        self.world.approve_by_office([self.world.record(desk, event, village=village)])

    @staticmethod
    def _of(tablet: Tablet, entries: list[SignedEntry]) -> list[SignedEntry]:
        return [entry for entry in entries if entry in tablet.log]

    # --- how it is sent

    async def run(self) -> Outcome:
        """Send everything, and judge."""
        started = time.monotonic()
        keep_key(self.folder, NETWORK, self.world.log_key)
        await admit_network(self.owner_url, "sajja_app", self.world.entries[0])
        async with self.machines, ClientSession(timeout=ClientTimeout(total=20)) as http:
            await self._send_all(http)
            await self._judge(http)
        self.outcome.machines = self.machines.happened
        self.outcome.seconds = round(time.monotonic() - started, 1)
        return self.outcome

    async def _send_all(self, http: ClientSession) -> None:
        total = sum(len(sender.lines) for sender in self.senders)
        kills_at = {total * (at + 1) // (self.scale.kills + 1) for at in range(self.scale.kills)}
        quiet = 0
        while quiet < QUIET_ROUNDS:
            await self._bring_back()
            sent = sum(sender.done for sender in self.senders)
            part = sent / total
            ready = [one for one in self.senders if one.done < len(one.lines) and (one.after <= part or quiet)]
            if not ready:
                if all(one.done == len(one.lines) for one in self.senders):
                    return
                quiet += 1
                continue
            self.sends.shuffle(ready)
            killing = next((at for at in sorted(kills_at) if at <= sent), None)
            async with asyncio.TaskGroup() as tasks:
                if killing is not None:
                    kills_at.discard(killing)
                    tasks.create_task(self._kill_and_start())
                for sender in ready[: self.sends.randrange(2, 12)] if not quiet else ready:
                    tasks.create_task(self._send(http, sender))
            has_moved = sum(sender.done for sender in self.senders) > sent
            quiet = 0 if has_moved else quiet + 1
            if not has_moved:
                await (
                    self._settled()
                )  # what was held for an enrolment or a gap is judged by books that have come so far

    async def _kill_and_start(self) -> None:
        """At any moment, or at the next named point that a server comes to; who died there is seen later."""
        number, moment = self.sends.randrange(self.machines.count), self.sends.uniform(0.0, 0.05)
        if self.sends.random() < POINTS_PART:
            self.machines.arm(self.sends.choice(POINTS))
        await asyncio.sleep(moment)
        if not self.machines.reap() and self.machines.is_up(number):
            await self.machines.kill(number)
        await self._bring_back()

    async def _bring_back(self) -> None:
        self.machines.reap()
        for number in range(self.machines.count):
            await self.machines.start(number)

    async def _send(self, http: ClientSession, sender: Sender) -> None:
        chunk = sender.lines[sender.done : sender.done + self.sends.randrange(1, PUSH_MAX)]
        addresses = self.machines.addresses()
        if not addresses:
            return
        host, port = self.sends.choice(addresses)
        speaker = Speaker(http, f"http://{host}:{port}", self.world, self.tokens)
        as_whom = sender.speaks_as or self._signer(chunk[0])
        try:
            lines = [encode_line(entry.key, entry.signature, entry.body) for entry in chunk]
            headers = {"Content-Type": MEDIA_NDJSON, "Content-Encoding": "gzip", **await speaker.session(as_whom)}
            data = gzip.compress(b"\n".join(lines), 1)
            async with http.post(f"{speaker.network}/entries", data=data, headers=headers) as answer:
                if answer.status != 200:  # told to come back, or who it is: it does
                    self.tokens.pop(as_whom.name, None)
                    return
                verdicts = msgspec.json.decode(await answer.read(), type=PushReply).verdicts
        except (ClientError, TimeoutError, AssertionError, OSError):
            return  # killed, or without its devices yet: whatever was stored is `duplicate` next time
        for told in verdicts:
            self.outcome.verdicts[told.verdict] += 1
            if not Verdict(told.verdict).is_stored:
                return
            sender.done += 1

    def _signer(self, entry: SignedEntry) -> Tablet:
        name = to_base64url(entry.device)
        return next(one for unit in self.world.units.values() for one in unit.tablets if one.name == name)

    # --- what must hold

    async def _settled(self) -> tuple[oracle.Stored, Books | None]:
        self.machines.disarm()
        await self._bring_back()
        give_up = time.monotonic() + SETTLE_SECONDS
        while True:
            found = await oracle.read_stored(self.owner_url)
            if found.books.index >= found.size or time.monotonic() > give_up:
                connection = await asyncpg.connect(self.owner_url, server_settings=READING)
                try:
                    kept = await stored_books(connection, NETWORK)
                    return found, kept.books if kept is not None else None
                finally:
                    await connection.close()
            await asyncio.sleep(0.1)

    async def _judge(self, http: ClientSession) -> None:
        stored, kept = await self._settled()
        findings = oracle.Findings()
        self.outcome.stored = stored.size
        self.outcome.effects = Counter(stored.books.quarantined.values())
        there = Counter(row.hash for row in stored.rows)
        signed = {entry.hash for entry in self.world.entries}
        findings.expect(holds=not set(there) - signed, sentence="the log has entries that nobody signed")
        findings.expect(holds=set(there.values()) <= {1}, sentence="an entry is stored twice")
        lacking = signed - set(there) - self.missing
        findings.expect(holds=not lacking, sentence=f"{len(lacking)} signed entries are missing, and nobody said so")
        findings.expect(holds=not set(there) & self.missing, sentence="what was lost, or is a stranger's, is stored")
        indexes = [row.index for row in stored.rows]
        findings.expect(holds=indexes == list(range(stored.size)), sentence="the index has a gap")
        feeds: dict[str, list[int]] = {}
        for row in stored.rows:
            feeds.setdefault(row.village, []).append(row.feed_sequence)
        for village, numbers in feeds.items():
            dense = numbers == list(range(1, len(numbers) + 1))
            findings.expect(holds=dense, sentence=f"the feed of {village} is not dense")
        books = _fold(stored.rows)
        where = "the server's books against the fold of its log"
        oracle.compare_accounts(stored.books, oracle.account_of(books), findings, where)
        if kept is not None:
            for name in ("forks", "stopped", "gaps", "decisions", "trusted", "revoked", "devices"):
                same = getattr(kept.trust, name) == getattr(books.trust, name)
                findings.expect(holds=same, sentence=f"the server knows other {name} than the fold of its log")
            findings.expect(holds=kept.reversed == books.reversed, sentence="the server has reversed something else")
        sums: dict[str, int] = {}
        for (ledger, _account, _sub), amount in books.balances.items():
            sums[ledger] = sums.get(ledger, 0) + amount
        findings.compare("ledgers", {name: value for name, value in sums.items() if value}, {}, "sums to nothing")
        self._judge_admission(stored, books, findings)
        self._judge_villages(stored, books, findings)
        await self._judge_feeds(http, stored, findings)
        await oracle.judge_public_log(self.owner_url, self.folder / "signer", findings)
        for error in self.machines.errors():
            findings.expect(holds=False, sentence=f"a server logged an error: {error}")
        self.outcome.findings = findings.said

    def _judge_admission(self, stored: oracle.Stored, books: Books, findings: oracle.Findings) -> None:
        """In the order of the log, the rule admits every entry of it."""
        by_hash = {entry.hash: entry for entry in self.world.entries}
        admission = Admission(from_base64url(self.world.fingerprint, 32))
        admission.enrolled = {from_base64url(name, 32) for name in books.trust.devices}
        admission.gaps = {
            DeclaredGap(
                from_base64url(device, 32), gap.last_sequence, from_base64url(gap.last_hash, 32), gap.next_sequence,
                from_base64url(gap.next_previous, 32),
            )
            for device, gaps in books.trust.gaps.items()
            for gap in gaps
        }  # fmt: skip
        judged = [admission.judge(by_hash[row.hash]).verdict for row in stored.rows]
        wrong = [verdict for verdict in judged if not verdict.is_stored]
        findings.expect(holds=not wrong, sentence=f"{len(wrong)} stored entries are not admissible where they stand")

    async def _judge_feeds(self, http: ClientSession, stored: oracle.Stored, findings: oracle.Findings) -> None:
        """What a server shows a village of its feed, page by page, is all that is stored of it, in its order."""
        for at, (village, unit) in enumerate(self.world.units.items()):
            host, port = self.machines.addresses()[at % self.machines.count]
            shown = await Speaker(http, f"http://{host}:{port}", self.world, self.tokens).pull(unit.tablets[0], village)
            wanted = [row.hash for row in stored.rows if row.village == village]
            whole = [entry.hash for entry in shown] == wanted
            findings.expect(holds=whole, sentence=f"the feed of {village} is shown otherwise than it is stored")

    def _judge_villages(self, stored: oracle.Stored, books: Books, findings: oracle.Findings) -> None:
        for village in (code for code in self.world.units if code != OFFICE):
            own = _fold([row for row in stored.rows if row.village in {village, OFFICE}], partial=True)
            bank = f"bank:{village}"
            found, wanted = (
                {key: amount for key, amount in one.balances.items() if key[0] == bank and amount}
                for one in (own, books)
            )
            findings.compare("balances", found, wanted, f"the two feeds of {village} against the whole log")


def _fold(rows: list[oracle.Row], *, partial: bool = False) -> Books:
    books = bookkeeping.open_books(NETWORK, to_base64url(rows[0].hash), partial=partial)
    bodies: dict[str, bytes] = {}
    for row in rows:
        name = to_base64url(row.hash)
        bookkeeping.apply(books, bookkeeping.Admitted(row.index, name, row.body), bodies.get)
        bodies[name] = row.body
    return books
