"""Any traffic at all, step by step, against a reference that is lists and scans and nothing clever.

Devices write, fork, lose lines, are enrolled late; what they wrote is pushed in any pieces and orders, twice, by two
servers at once, around restarts; readers follow feeds and the log from wherever they stopped. After every step:

* each entry has the verdict that the reference gives it, and a stored one the index where it lies;
* indexes and feed sequences are dense, and what was read once at a place is there for ever;
* in the end, once every device has offered all that it holds, nothing that an enrolled device wrote is missing, and no
  reader has missed or met twice a single entry.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final, Protocol

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contract.test_admission import ModelStore, PostgresStore, deposit, gap_between
from sajja_schemas.chain import DeclaredGap, Judgement
from sajja_schemas.entry import SignedEntry, from_base64url, to_base64url
from sajja_schemas.verdicts import HeldCode, Verdict
from sajja_server.store import log as store
from sajja_server.store.pool import open_pool
from support.database import Database
from support.world import Tablet, World

VILLAGES: Final = ("pp01", "pp02")
QUICK: Final = settings(
    max_examples=20, stateful_step_count=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
LONG: Final = settings(QUICK, max_examples=300, stateful_step_count=60, derandomize=False, print_blob=True)
picks = st.integers(min_value=0, max_value=2**16)
_names = count()


class Store(Protocol):
    """What the traffic meets: a store, and its readers."""

    enrolled: set[bytes]

    async def take(self, entries: Sequence[SignedEntry]) -> list[Judgement]: ...
    async def take_at_once(
        self, one: Sequence[SignedEntry], other: Sequence[SignedEntry]
    ) -> tuple[list[Judgement], list[Judgement]]: ...
    async def declare(self, gap: DeclaredGap) -> None: ...
    async def restart(self) -> None: ...
    async def read_log(self, first: int, limit: int) -> list[tuple[int, bytes]]: ...
    async def read_feed(self, village: str, after: int, limit: int) -> list[tuple[int, bytes]]: ...
    async def close(self) -> None: ...


class InMemory(ModelStore):
    """The rule as it is written; its log is all that a restart leaves, and what the books say is folded from that."""

    async def take_at_once(
        self, one: Sequence[SignedEntry], other: Sequence[SignedEntry]
    ) -> tuple[list[Judgement], list[Judgement]]:
        return await self.take(one), await self.take(other)

    async def restart(self) -> None:
        before = self.admission
        self.admission = type(before)(before.fingerprint)
        self.admission.enrolled = self.enrolled
        self.admission.gaps = before.gaps
        for index, entry in enumerate(before.log):
            assert self.admission.judge(entry).index == index

    async def read_log(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        return [(index, entry.hash) for index, entry in enumerate(self.admission.log)][first : first + limit]

    async def read_feed(self, village: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        feed = [entry.hash for entry in self.admission.log if entry.village == village]
        return list(enumerate(feed, start=1))[after : after + limit]

    async def close(self) -> None: ...


class InPostgres(PostgresStore):
    """The rule in SQL, reached by two servers over pools of their own."""

    url: str
    other: PostgresStore

    @classmethod
    async def opened(cls, url: str, world: World) -> "InPostgres":
        made = cls(await open_pool(url, 2, role="sajja_app"), world.network)
        made.url = url
        made.other = PostgresStore(await open_pool(url, 2, role="sajja_app"), world.network)
        made.other.enrolled = made.enrolled
        async with made.pool.acquire() as connection:
            await store.add_network(connection, world.network, from_base64url(world.fingerprint, 32))
        return made

    async def take_at_once(
        self, one: Sequence[SignedEntry], other: Sequence[SignedEntry]
    ) -> tuple[list[Judgement], list[Judgement]]:
        first, second = await asyncio.gather(self.take(one), self.other.take(other))
        return first, second

    async def restart(self) -> None:
        await self.pool.close()
        self.pool = await open_pool(self.url, 2, role="sajja_app")

    async def read_log(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        async with self.pool.acquire() as connection:
            rows = await store.read_bodies(connection, self.network, first, limit)
        return [(row.index, row.hash) for row in rows]

    async def read_feed(self, village: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        async with self.other.pool.acquire() as connection:
            rows = await store.read_feed(connection, self.network, village, after, limit)
        return [(row.feed_sequence, row.hash) for row in rows]

    async def close(self) -> None:
        await self.pool.close()
        await self.other.pool.close()


class Reference:
    """What is stored, in order; who is enrolled; which gaps were declared. Every question is a scan."""

    def __init__(self, fingerprint: bytes) -> None:
        self.fingerprint = fingerprint
        self.stored: list[SignedEntry] = []
        self.enrolled: set[bytes] = set()
        self.gaps: list[DeclaredGap] = []

    def expected(self, batch: Sequence[SignedEntry]) -> tuple[list[tuple[Verdict, str]], list[SignedEntry]]:
        """The verdicts on entries that come one after the other, and those that are new."""
        verdicts, new = [], list[SignedEntry]()
        for entry in batch:
            verdict, code = self._judged(entry, self.stored + new)
            verdicts.append((verdict, code))
            if verdict in {Verdict.MERGED, Verdict.FORKED}:
                new.append(entry)
        return verdicts, new

    def _judged(self, entry: SignedEntry, stored: Sequence[SignedEntry]) -> tuple[Verdict, str]:
        mine = [one for one in stored if one.device == entry.device]
        if any(one.hash == entry.hash for one in mine):
            return Verdict.DUPLICATE, ""
        if entry.device not in self.enrolled:
            return Verdict.HELD, HeldCode.DEVICE_NOT_ENROLLED
        if not self._follows(entry, mine):
            return Verdict.HELD, HeldCode.PREDECESSOR_MISSING
        return (Verdict.FORKED if any(one.previous == entry.previous for one in mine) else Verdict.MERGED), ""

    def _follows(self, entry: SignedEntry, mine: Sequence[SignedEntry]) -> bool:
        places = {(0, self.fingerprint), *((one.sequence, one.hash) for one in mine)}
        bridged = {
            (gap.next_sequence, gap.next_previous)
            for gap in self.gaps
            if gap.device == entry.device and (gap.last_sequence, gap.last_hash) in places
        }
        return (entry.sequence - 1, entry.previous) in places or (entry.sequence, entry.previous) in bridged

    def hashes(self, village: str = "") -> list[bytes]:
        """The log, or a feed of it."""
        return [one.hash for one in self.stored if village in {"", one.village}]


class Traffic(RuleBasedStateMachine):
    """Everything that may happen, in any order."""

    def __init__(self, opened: Callable[[World], Store], wait: Callable[..., Any]) -> None:
        super().__init__()
        self.world = World.founded(network=f"net{next(_names)}")
        self.wait = wait
        self.store = opened(self.world)
        self.reference = Reference(from_base64url(self.world.fingerprint, 32))
        self.written: list[SignedEntry] = []
        self.readers: list[tuple[str, list[bytes]]] = []

    @initialize()
    def found(self) -> None:
        """The founding entry is there, and the first village's tablets are enrolled; the second's is not yet."""
        founding = self.world.entries[0]
        self.tablets = [*self.world.village("pp01").tablets, self.world.village("pp02").tablets[0]]
        for tablet in self.tablets:
            tablet.log.clear()
        for device in (founding.device, *(from_base64url(tablet.name, 32) for tablet in self.tablets[:2])):
            self._enrol(device)
        (judged,) = self.wait(self.store.take([founding]))
        assert judged == Judgement(Verdict.MERGED, index=0)
        self.reference.stored.append(founding)

    @rule(who=picks, where=picks, lines=st.integers(1, 4))
    def write(self, who: int, where: int, lines: int) -> None:
        tablet = self._tablet(who)
        for _ in range(lines):
            self._write(tablet, where)

    @rule(at=picks, where=picks)
    @precondition(lambda self: self.written)
    def fork(self, at: int, where: int) -> None:
        """Another line in the place of one that was written: a copied disk goes on beside the first."""
        entry = self._one(at)
        tablet = next(one for one in self.tablets if from_base64url(one.name, 32) == entry.device)
        self._write(tablet, where, previous=to_base64url(entry.previous), sequence=entry.sequence)

    @rule(chosen=st.lists(picks, min_size=1, max_size=8))
    @precondition(lambda self: self.written)
    def push_any(self, chosen: list[int]) -> None:
        """What was written, in no order, with gaps and repetitions."""
        self._push([self._one(at) for at in chosen])

    @rule(who=picks, start=picks, length=st.integers(1, 6))
    @precondition(lambda self: self.written)
    def push_slice(self, who: int, start: int, length: int) -> None:
        """A piece of a device's log, as a client sends it."""
        log = self._tablet(who).log
        start %= len(log) + 1
        self._push(log[start : start + length])

    @rule(one=st.lists(picks, min_size=1, max_size=6), other=st.lists(picks, min_size=1, max_size=6))
    @precondition(lambda self: self.written)
    def push_to_two_servers(self, one: list[int], other: list[int]) -> None:
        """At once: either may be first, and then everything is as if it had been."""
        batches = [self._one(at) for at in one], [self._one(at) for at in other]
        told = [list(map(_told, judged)) for judged in self.wait(self.store.take_at_once(*batches))]
        possible = []
        for order in ((0, 1), (1, 0)):
            verdicts, new = self.reference.expected([*batches[order[0]], *batches[order[1]]])
            cut = len(batches[order[0]])
            pieces = {order[0]: verdicts[:cut], order[1]: verdicts[cut:]}
            possible.append(([pieces[0], pieces[1]], new))
        fitting = [new for verdicts, new in possible if verdicts == told]
        assert fitting, (told, [verdicts for verdicts, _new in possible])
        self._adopt(fitting[0])

    @rule(who=picks)
    def enrol(self, who: int) -> None:
        """Also a device whose entries were there before."""
        self._enrol(from_base64url(self._tablet(who).name, 32))

    @rule(last=picks, beyond=picks)
    @precondition(lambda self: self.written)
    def declare_gap(self, last: int, beyond: int) -> None:
        """Between any two lines: also where it makes no sense, and then it changes nothing."""
        gap = gap_between(self._one(last), self._one(beyond))
        self.wait(self.store.declare(gap))
        self.reference.gaps.append(gap)

    @rule(village=st.sampled_from(("", *VILLAGES)))
    def begin_to_read(self, village: str) -> None:
        self.readers.append((village, []))

    @rule(which=picks, limit=st.integers(1, 5))
    @precondition(lambda self: self.readers)
    def read_on(self, which: int, limit: int) -> None:
        """A page from where a reader stopped, however long ago."""
        village, seen = self.readers[which % len(self.readers)]
        seen += self._page(village, len(seen), limit)

    @rule(which=picks, after=picks, limit=st.integers(1, 5))
    @precondition(lambda self: self.readers)
    def read_again(self, which: int, after: int, limit: int) -> None:
        """With an old cursor: pages are for ever, so a restored tablet reads what it read before."""
        village, seen = self.readers[which % len(self.readers)]
        after %= len(seen) + 1
        page = self._page(village, after, limit)
        assert page[: len(seen) - after] == seen[after : after + limit]

    @rule()
    def restart(self) -> None:
        self.wait(self.store.restart())

    @invariant()
    def what_is_stored_is_dense_and_what_was_said(self) -> None:
        assert self._page("", 0, 10_000) == self.reference.hashes()
        for village in VILLAGES:
            assert self._page(village, 0, 10_000) == self.reference.hashes(village)

    def teardown(self) -> None:
        """Everybody offers all that he holds, as a device does at every sync; then nothing is missing to anybody."""
        try:
            self._push(sorted(self.written, key=lambda entry: entry.sequence))
            stored = set(self.reference.hashes())
            for tablet in self.tablets:
                if from_base64url(tablet.name, 32) in self.reference.enrolled:
                    assert {entry.hash for entry in tablet.log} <= stored
            for village, seen in self.readers:
                while page := self._page(village, len(seen), 3):
                    seen.extend(page)
                assert seen == self.reference.hashes(village)
        finally:
            self.wait(self.store.close())

    def _tablet(self, who: int) -> Tablet:
        return self.tablets[who % len(self.tablets)]

    def _one(self, at: int) -> SignedEntry:
        return self.written[at % len(self.written)]

    def _write(self, tablet: Tablet, where: int, **place: Any) -> None:
        event = deposit(len(self.written) + 1)  # no two lines are the same
        self.written.append(self.world.record(tablet, event, village=VILLAGES[where % len(VILLAGES)], **place))

    def _enrol(self, device: bytes) -> None:
        self.store.enrolled.add(device)
        self.reference.enrolled.add(device)

    def _push(self, batch: Sequence[SignedEntry]) -> None:
        verdicts, new = self.reference.expected(batch)
        judged = self.wait(self.store.take(batch)) if batch else []
        assert list(map(_told, judged)) == verdicts
        self._adopt(new)
        places = self.reference.hashes()
        for entry, judgement in zip(batch, judged, strict=True):
            # Held and then, later in the same push, stored: the first answer knows of no place yet.
            is_stored = judgement.verdict not in {Verdict.HELD, Verdict.REJECTED}
            assert judgement.index == (places.index(entry.hash) if is_stored else None)

    def _adopt(self, new: Sequence[SignedEntry]) -> None:
        """Which of two good orders a batch is stored in is the store's own affair; that all of it is there is not."""
        size = len(self.reference.stored)
        by_hash = {entry.hash: entry for entry in new}
        page = self._page("", size, len(new) + 1)
        assert sorted(page) == sorted(by_hash)
        self.reference.stored += [by_hash[name] for name in page]

    def _page(self, village: str, after: int, limit: int) -> list[bytes]:
        if village:
            page = self.wait(self.store.read_feed(village, after, limit))
            first = after + 1
        else:
            page = self.wait(self.store.read_log(after, limit))
            first = after
        assert [place for place, _name in page] == list(range(first, first + len(page)))
        return [name for _place, name in page]


def _told(judged: Judgement) -> tuple[Verdict, str]:
    return judged.verdict, judged.code or ""


@contextmanager
def traffic(opened: Callable[[World], Any]) -> Iterator[type[Traffic]]:
    """Machines whose stores live in one event loop."""
    with asyncio.Runner() as runner:

        class Here(Traffic):
            def __init__(self) -> None:
                super().__init__(lambda world: runner.run(opened(world)), runner.run)

        yield Here


async def in_memory(world: World) -> Store:
    return InMemory(from_base64url(world.fingerprint, 32))


@pytest.mark.slow
def test_the_rule_as_it_is_written_does_what_the_reference_says() -> None:
    with traffic(in_memory) as machine:
        run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=40))


@pytest.mark.slow
@pytest.mark.postgres
def test_the_rule_in_sql_does_what_the_reference_says(database: Database) -> None:
    with traffic(lambda world: InPostgres.opened(database.server_url, world)) as machine:
        run_state_machine_as_test(machine, settings=QUICK)


@pytest.mark.long
@pytest.mark.postgres
def test_the_rule_in_sql_does_what_the_reference_says_for_as_long_as_one_likes(database: Database) -> None:
    with traffic(lambda world: InPostgres.opened(database.server_url, world)) as machine:
        run_state_machine_as_test(machine, settings=LONG)
