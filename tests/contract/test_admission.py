"""What every store of a network log must do. The model in memory and PostgreSQL are held to the same claims."""

import random
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

import asyncpg
import msgspec
import pytest

from sajja_schemas import limits
from sajja_schemas.chain import Admission, DeclaredGap, Judgement
from sajja_schemas.entry import SignedEntry, from_base64url, to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.verdicts import HeldCode, Verdict
from sajja_server.projections import builds
from sajja_server.projections.memory import save_gaps
from sajja_server.store import log as store
from sajja_server.store.pool import Pool
from support.database import Database
from support.world import Tablet, World, key_of


class Store(Protocol):
    """As much of a store as admission is."""

    enrolled: set[bytes]

    async def take(self, entries: Sequence[SignedEntry]) -> list[Judgement]: ...
    async def hashes(self) -> list[bytes]: ...
    async def declare(self, gap: DeclaredGap) -> None: ...


class ModelStore:
    """`sajja_schemas.chain.Admission`, one entry after the other."""

    def __init__(self, fingerprint: bytes) -> None:
        self.admission = Admission(fingerprint)
        self.enrolled = self.admission.enrolled

    async def take(self, entries: Sequence[SignedEntry]) -> list[Judgement]:
        return [self.admission.judge(entry) for entry in entries]

    async def hashes(self) -> list[bytes]:
        return [entry.hash for entry in self.admission.log]

    async def declare(self, gap: DeclaredGap) -> None:
        self.admission.gaps.add(gap)


class PostgresStore:
    """`sajja.ingest` in a real database."""

    def __init__(self, pool: Pool, network: str) -> None:
        self.pool = pool
        self.network = network
        self.enrolled: set[bytes] = set()

    async def take(self, entries: Sequence[SignedEntry]) -> list[Judgement]:
        async with self.pool.acquire() as connection:
            enrolled = [entry.device in self.enrolled for entry in entries]
            return await store.ingest(connection, self.network, entries, enrolled, received_at=1)

    async def hashes(self) -> list[bytes]:
        async with self.pool.acquire() as connection:
            stored = await store.read_log(connection, self.network, 0, 100_000)
        assert [entry.index for entry in stored] == list(range(len(stored)))
        return [entry.hash for entry in stored]

    async def declare(self, gap: DeclaredGap) -> None:
        async with self.pool.acquire() as connection:
            build = await builds.live(connection, self.network) or await builds.begin(connection, self.network)
            async with connection.transaction():
                await builds.hold_live(connection, build)
                await save_gaps(connection, self.network, [gap, gap])


class AdmissionContract:
    """What every store of a network log must do. Subclasses supply the `log` fixture."""

    async def test_an_entry_is_stored_once_however_often_it_comes(self, log: Store, world: World) -> None:
        """A village that lost our reply may push again, for ever."""
        (entry,) = record(world, 1)
        first, again = await log.take([entry, entry])
        (later,) = await log.take([entry])
        assert first.verdict is Verdict.MERGED
        assert again == later == Judgement(Verdict.DUPLICATE, index=first.index)

    async def test_a_stranger_is_held_and_nothing_is_stored(self, log: Store, world: World) -> None:
        (entry,) = record(world, 1)
        log.enrolled.clear()
        assert await log.take([entry]) == [Judgement(Verdict.HELD, HeldCode.DEVICE_NOT_ENROLLED)]
        assert len(await log.hashes()) == 1

    async def test_a_gap_is_held_and_what_fills_it_lets_the_rest_in(self, log: Store, world: World) -> None:
        first, second, third = record(world, 3)
        assert [j.verdict for j in await log.take([first, third])] == [Verdict.MERGED, Verdict.HELD]
        assert [j.verdict for j in await log.take([second, third])] == [Verdict.MERGED, Verdict.MERGED]

    async def test_the_first_branch_stays_the_log_and_the_other_is_kept(self, log: Store, world: World) -> None:
        first, second = record(world, 2)
        fork = branch(world, first, 2)
        behind = branch(world, fork, 3)
        verdicts = await log.take([first, second, fork, behind, fork])
        assert [j.verdict for j in verdicts] == ["merged", "merged", "forked", "merged", "duplicate"]
        assert (await log.hashes())[1:] == [entry.hash for entry in (first, second, fork, behind)]

    async def test_a_log_goes_on_behind_a_declared_gap(self, log: Store, world: World) -> None:
        """What was lost still merges when it turns up, and what comes behind is the device's log."""
        first, second, third, fourth, fifth = record(world, 5)
        assert [j.verdict for j in await log.take([first, fourth])] == ["merged", "held"]
        await log.declare(gap_between(first, fourth))
        verdicts = await log.take([fourth, fifth, fourth, second, third])
        assert [j.verdict for j in verdicts] == ["merged", "merged", "duplicate", "merged", "merged"]

    async def test_a_whole_log_may_have_lost_its_beginning(self, log: Store, world: World) -> None:
        _first, second, third = record(world, 3)
        fingerprint = from_base64url(world.fingerprint, 32)
        gap = DeclaredGap(second.device, 0, fingerprint, second.sequence, second.previous)
        await log.declare(gap)
        assert [j.verdict for j in await log.take([second, third])] == ["merged", "merged"]

    async def test_a_gap_is_good_for_its_own_place_only(self, log: Store, world: World) -> None:
        first, second, third, fourth = record(world, 4)
        await log.declare(msgspec.structs.replace(gap_between(first, third), last_hash=fourth.hash))
        await log.declare(msgspec.structs.replace(gap_between(first, third), device=bytes(32)))
        await log.declare(gap_between(second, fourth))  # its beginning is not stored
        await log.declare(DeclaredGap(first.device, 0, bytes(32), 3, third.previous))
        assert [j.verdict for j in await log.take([first, third, fourth])] == ["merged", "held", "held"]

    async def test_two_entries_behind_one_gap_are_a_fork(self, log: Store, world: World) -> None:
        first, _second, third = record(world, 3)
        other = world.record(tablet_of(world), deposit(9), previous=to_base64url(third.previous), sequence=3)
        await log.declare(gap_between(first, third))
        assert [j.verdict for j in await log.take([first, third, other])] == ["merged", "merged", "forked"]

    async def test_a_first_entry_names_the_network(self, log: Store, world: World) -> None:
        tablet = tablet_of(world)
        stranger = world.record(tablet, deposit(1), previous=to_base64url(sha256(b"elsewhere").digest()), sequence=1)
        assert await log.take([stranger]) == [Judgement(Verdict.HELD, HeldCode.PREDECESSOR_MISSING)]

    async def test_a_predecessor_of_another_device_is_none(self, log: Store, world: World) -> None:
        (first,) = record(world, 1)
        other = world.village("pp01").tablets[1]
        stolen = world.record(other, deposit(1), previous=to_base64url(first.hash), sequence=2)
        assert [j.verdict for j in await log.take([first, stolen])] == [Verdict.MERGED, Verdict.HELD]

    async def test_a_flood_of_forks_is_bounded(self, log: Store, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        first, _second = record(world, 2)
        forks = [branch(world, first, 2, satang=1_000 + at) for at in range(limits.FORKED_ENTRIES_MAX + 2)]
        verdicts = await log.take([first, _second, *forks])
        assert [j.verdict for j in verdicts[2:-2]] == [Verdict.FORKED] * limits.FORKED_ENTRIES_MAX
        assert verdicts[-2:] == [Judgement(Verdict.HELD, HeldCode.FORK_QUOTA)] * 2


class TestModel(AdmissionContract):
    """The rule as it is written."""

    @pytest.fixture
    async def log(self, world: World) -> Store:
        return await founded(ModelStore(from_base64url(world.fingerprint, 32)), world)


@pytest.mark.postgres
class TestPostgres(AdmissionContract):
    """The rule in SQL."""

    @pytest.fixture
    async def log(self, world: World, pool: Pool) -> Store:
        return await founded_in_postgres(world, pool)


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(12))
async def test_sql_and_model_judge_any_traffic_alike(seed: int, pool: Pool, world: World) -> None:
    """Repetitions, gaps, forks, strangers and honest entries, in batches of any size and order."""
    chance = random.Random(seed)  # traffic, not secrets
    model = await founded(ModelStore(from_base64url(world.fingerprint, 32)), world)
    postgres = await founded_in_postgres(world, pool)
    traffic = mixed_traffic(world, chance)
    enrolled = {tablet.key.public for tablet in world.village("pp01").tablets}
    assert enrolled
    for _ in range(40):
        if chance.random() < 0.1:
            name = chance.choice(world.village("pp02").tablets).name
            model.enrolled.add(from_base64url(name, 32))
            postgres.enrolled.add(from_base64url(name, 32))
        if chance.random() < 0.2:
            gap = gap_between(*chance.sample(traffic, 2))
            await model.declare(gap)
            await postgres.declare(gap)
        batch = [chance.choice(traffic) for _ in range(chance.randint(1, 25))]
        if chance.random() < 0.5:
            batch.sort(key=lambda entry: (entry.device, entry.sequence))
        expected = await model.take(batch)
        found = await postgres.take(batch)
        # Which of two good orders a batch is stored in is the store's own affair; that the answers agree is not.
        assert [(j.verdict, j.code) for j in found] == [(j.verdict, j.code) for j in expected]
        assert set(await postgres.hashes()) == set(await model.hashes())


@pytest.mark.postgres
async def test_an_entry_is_never_changed_or_removed_even_by_the_owner(
    database: Database, pool: Pool, world: World
) -> None:
    await founded_in_postgres(world, pool)
    statements = ("UPDATE sajja.entry SET received_at = 0", "DELETE FROM sajja.entry", "TRUNCATE sajja.entry")
    for statement in statements:
        async with pool.acquire() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    owner = await asyncpg.connect(database.owner_url)
    try:
        for statement in statements:
            with pytest.raises(asyncpg.RestrictViolationError):
                await owner.execute(statement)
    finally:
        await owner.close()


@pytest.fixture
def world() -> World:
    return World.founded()


async def founded(log: Store, world: World) -> Store:
    """A store with the founding entry and the first village's devices."""
    founding = world.entries[0]
    log.enrolled.add(founding.device)
    assert [j.verdict for j in await log.take([founding])] == [Verdict.MERGED]
    log.enrolled.update(from_base64url(tablet.name, 32) for tablet in world.village("pp01").tablets)
    return log


async def founded_in_postgres(world: World, pool: Pool) -> Store:
    async with pool.acquire() as connection:
        await store.add_network(connection, world.network, from_base64url(world.fingerprint, 32))
    return await founded(PostgresStore(pool, world.network), world)


def mixed_traffic(world: World, chance: random.Random) -> list[SignedEntry]:
    entries = []
    for village in ("pp01", "pp02"):
        for tablet in world.village(village).tablets:
            mine = [world.record(tablet, deposit(at + 1)) for at in range(15)]
            forks = [branch(world, chance.choice(mine), None, satang=5_000 + at) for at in range(4)]
            entries += mine + forks + [branch(world, chance.choice(forks), None, satang=9_000)]
    stranger = Tablet("pp01", key_of("stranger"))
    return [*entries, world.record(stranger, deposit(1))]


def tablet_of(world: World) -> Tablet:
    return world.village("pp01").tablets[0]


def record(world: World, count: int) -> list[SignedEntry]:
    return [world.record(tablet_of(world), deposit(at + 1)) for at in range(count)]


def branch(world: World, after: SignedEntry, sequence: int | None, satang: int = 7_777) -> SignedEntry:
    owner = next(
        tablet
        for unit in world.units.values()
        for tablet in unit.tablets
        if from_base64url(tablet.name, 32) == after.device
    )
    return world.record(
        owner, deposit(satang), previous=to_base64url(after.hash), sequence=sequence or after.sequence + 1
    )


def gap_between(last: SignedEntry, beyond: SignedEntry) -> DeclaredGap:
    return DeclaredGap(last.device, last.sequence, last.hash, beyond.sequence, beyond.previous)


def deposit(satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang, box="pp01-o4")
