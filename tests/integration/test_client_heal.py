"""A server replaced by an older copy is healed by the villages: to the last entry that they hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from sajja_client import books
from sajja_client.carrying import carry_out
from sajja_client.log import Log
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync import server as calls
from sajja_schemas import limits
from sajja_schemas.bundle import read_bundle
from sajja_schemas.chain import read_line
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.store.pool import open_pool
from support.database import fresh_database
from support.homes import deposit, home_of
from support.server_double import Fault, ServerDouble
from support.serving import admit, serving, speaking
from support.world import World, ref_to


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=calls.ATTEMPTS, cap=True):
        yield


def of(amount_satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=amount_satang, box="pp01-o4")


class Villages:
    """Two villages, each with a tablet that heals. The second tablets and the office record, and never come again."""

    def __init__(self, path: Path) -> None:
        self.world = World.founded(["pp01", "pp02"])
        self.copied = len(self.world.entries)  # the backup is made here
        tablets = {code: self.world.village(code).tablets for code in ("pp01", "pp02")}
        self.homes = {code: home_of(path / code, self.world, tablets[code][0]) for code in tablets}
        self.logs = {code: Log.open(home) for code, home in self.homes.items()}
        self.others: list[SignedEntry] = []
        # The office speaks of the villages in turn, and of itself: no village has its log without gaps.
        office = self.world.office.tablets[0]
        for at, about in enumerate(["pp01", "pp02", "office", "pp02", "pp01", "office", "pp01", "pp02"]):
            note = EntryReversed(entry=ref_to(self.world.entries[0]), reason="other", meeting=f"m{at}")
            self.others.append(self.world.record(office, note, village=about))
        for code in tablets:
            for at in range(12):
                self.others.append(self.world.record(tablets[code][1], of(1_000 + at)))
                deposit(self.logs[code], 50 + at)

    def close(self) -> None:
        for log in self.logs.values():
            log.close()

    async def sync(self, code: str, url: str) -> SyncReport:
        async with Sync(self.logs[code], server_url=url) as conversation:
            return await conversation.run()

    async def sync_until_quiet(self, url: str) -> list[SyncReport]:
        reports: list[SyncReport] = []
        while True:
            reports += [await self.sync(code, url) for code in self.logs]
            if all(report.merged == report.pulled == 0 for report in reports[-2:]):
                return reports
            assert len(reports) < 20, "it does not end"


@pytest.fixture
def villages(tmp_path: Path) -> Iterator[Villages]:
    made = Villages(tmp_path)
    yield made
    made.close()


async def test_two_villages_heal_a_server_to_the_last_entry_that_they_hold(villages: Villages) -> None:
    """Also lines of tablets and of an office that never come again, though no village holds the office's log whole."""
    async with ServerDouble(villages.world.network, villages.world.fingerprint) as server:
        server.admit(villages.world.entries)
        await villages.sync_until_quiet(server.url)
        before = {entry.hash for entry in server.admission.log}
        balances = {code: books.fold(home).balances for code, home in villages.homes.items()}
        kept = {code: count_lines(log) for code, log in villages.logs.items()}
        server.restore(villages.copied)
        assert len(server.admission.log) < len(before)
        first, *later = await villages.sync_until_quiet(server.url)
        assert (first.forgotten, first.merged) == (12, 12)
        assert first.healed >= 12
        assert first.missing > 0, "lines of the office that follow one that only the other village holds"
        assert {entry.hash for entry in server.admission.log} == before
        assert [report.missing for report in later[-2:]] == [0, 0]
        assert first.healed + sum(report.healed for report in later) == len(villages.others)
        assert not any(report.forks or report.rejected for report in [first, *later])
        assert {code: books.fold(home).balances for code, home in villages.homes.items()} == balances
        assert all(count_lines(log) > kept[code] for code, log in villages.logs.items()), "nothing is deleted here"


async def test_a_village_heals_what_others_recorded_though_its_own_lines_are_all_there(villages: Villages) -> None:
    """Its own head is where it was; what shows the loss is the feed, which is shorter than what was pulled."""
    async with ServerDouble(villages.world.network, villages.world.fingerprint) as server:
        server.admit(villages.world.entries[: villages.copied])
        await villages.sync("pp01", server.url)
        size = len(server.admission.log)
        server.admit(villages.others)
        await villages.sync("pp01", server.url)
        server.restore(size)
        report = await villages.sync("pp01", server.url)
        assert (report.forgotten, report.merged) == (0, 0)
        assert report.healed >= 12
        again = await villages.sync("pp01", server.url)
        assert (again.healed, again.pulled) == (0, 0)


async def test_a_feed_that_was_filled_again_in_another_order_is_not_mistaken_for_the_old_one(
    villages: Villages,
) -> None:
    """Somebody's new line stands where a lost one stood, and ours behind it as before: both must be here in the end."""
    world = villages.world
    log = villages.logs["pp01"]
    async with ServerDouble(world.network, world.fingerprint) as server:
        server.admit(world.entries[: villages.copied])
        lost, new = villages.others[8], villages.others[0]
        server.admit([lost])
        await villages.sync("pp01", server.url)
        server.restore(villages.copied)
        server.admit([new])
        report = await villages.sync("pp01", server.url)
        assert (report.forgotten, report.healed) == (12, 1)
        shown = {line.hash for line in Sync(log).mirror.lines()}
        assert {lost.hash, new.hash} <= shown


async def test_lines_that_others_gave_back_in_another_order_are_not_mistaken_either(villages: Villages) -> None:
    """Nothing of this tablet was lost, and the last line of its feed is where it was: only not of the same moment."""
    world = villages.world
    log = villages.logs["pp01"]
    async with ServerDouble(world.network, world.fingerprint) as server:
        server.admit(world.entries[: villages.copied])
        await villages.sync("pp01", server.url)
        size = len(server.admission.log)
        new, last = villages.others[0], villages.others[8]
        assert (new.village, last.village) == ("pp01", "pp01")
        lost = world.record(world.village("pp02").tablets[0], of(1), village="pp01")  # a third one who writes there
        server.admit([lost, last])
        await villages.sync("pp01", server.url)
        server.restore(size)
        server.admit([new, last])
        report = await villages.sync("pp01", server.url)
        assert (report.forgotten, report.healed) == (0, 1)
        assert {new.hash, last.hash, lost.hash} <= {line.hash for line in Sync(log).mirror.lines()}


async def test_healing_comes_in_frames_and_goes_on_after_a_cut(
    villages: Villages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small frames, and the link breaks under some of them: nothing is skipped, and nothing is there twice."""
    async with ServerDouble(villages.world.network, villages.world.fingerprint) as server:
        server.admit(villages.world.entries)
        await villages.sync_until_quiet(server.url)
        before = {entry.hash for entry in server.admission.log}
        server.restore(villages.copied)
        monkeypatch.setattr(limits, "PUSH_ENTRIES_MAX", 5)
        server.pushes.clear()
        server.faults.extend([Fault.NONE] * 4 + [Fault.LOSES_REPLY, Fault.NONE, Fault.STORES_HALF, Fault.CUT])
        await villages.sync_until_quiet(server.url)
        assert max(server.pushes) <= 5
        assert {entry.hash for entry in server.admission.log} == before
        assert len(server.admission.log) == len(before)


async def test_what_a_server_has_lost_goes_on_a_stick_as_well(villages: Villages) -> None:
    """The link broke before the tablet could give anything back: the next file holds the lines of others, too."""
    world, log = villages.world, villages.logs["pp01"]
    async with ServerDouble(world.network, world.fingerprint) as server:
        server.admit(world.entries[: villages.copied])
        await villages.sync("pp01", server.url)
        server.admit(villages.others)
        await villages.sync("pp01", server.url)
        assert carry_out(log)[1].others == 0
        server.restore(villages.copied)
        async with Sync(log, server_url=server.url) as conversation:
            await conversation._pull(SyncReport())
    data, holds = carry_out(log)
    bundle = read_bundle([data], world.network, world.fingerprint)
    carried = {read_line(line, world.network).hash for line in bundle.entries}
    lost = {entry.hash for entry in villages.others if entry.village in {"pp01", "office"}}
    assert lost < carried
    assert holds.others == len(carried) >= len(lost)


@pytest.mark.postgres
async def test_the_true_server_is_healed_alike(villages: Villages, postgres_server: str) -> None:
    """Its database is replaced by an older one; what two tablets give back makes the same totals."""
    world = villages.world
    async with fresh_database(postgres_server) as lost, fresh_database(postgres_server) as older:
        for database in (lost, older):
            await admit(database.server_url, world)
        pool = await open_pool(lost.server_url, 6, role="sajja_app")
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await speaker.push(world.office.tablets[0], world.entries[: villages.copied])
            for entry in villages.others:
                (told,) = (await speaker.push(world.office.tablets[0], [entry])).verdicts
                assert told.verdict == "merged"
            await villages.sync_until_quiet(str(server.make_url("/")))
            size = len(world.entries) + 24
            before = await speaker.totals(at_index=size)
        await pool.close()
        pool = await open_pool(older.server_url, 6, role="sajja_app")
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await speaker.push(world.office.tablets[0], world.entries[: villages.copied])
            reports = await villages.sync_until_quiet(str(server.make_url("/")))
            assert sum(report.healed for report in reports) == len(villages.others)
            after = await speaker.totals(at_index=size)
            assert after["totals"] == before["totals"]
            assert after["index"] == before["index"]
        await pool.close()


def count_lines(log: Log) -> int:
    return int(log.connection.execute("SELECT count(*) FROM feed_line").fetchone()[0])
