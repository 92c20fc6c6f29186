"""A device's sync against a real HTTP server that breaks where it hurts: nothing is lost, skipped or doubled."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
import stamina

from sajja_client import books
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.problems import FeedRefused, PinContradicted, Unreachable
from sajja_client.sync import ServerProblem, Sync, SyncReport
from sajja_client.sync import server as calls
from sajja_schemas import limits
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.savings import ShareWithdrawn
from sajja_schemas.verdicts import Effect
from support.homes import deposit, home_of, write
from support.server_double import Fault, ServerDouble
from support.world import DAY, World, ref_to


@pytest.fixture(scope="module")
def world() -> World:
    return World.founded(["pp01", "pp02"])


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])


@pytest.fixture
def log(home: Home) -> Iterator[Log]:
    with Log.open(home) as opened:
        yield opened


@pytest.fixture
async def server(world: World) -> AsyncIterator[ServerDouble]:
    async with ServerDouble(world.network, world.fingerprint) as double:
        double.admit(world.entries)
        yield double


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Attempts are counted as they are in a village; the pauses between them are left out."""
    with stamina.set_testing(True, attempts=calls.ATTEMPTS, cap=True):
        yield


async def sync_once(log: Log, server: ServerDouble, *, attempts: int = calls.ATTEMPTS) -> SyncReport:
    async with Sync(log, server_url=server.url, attempts=attempts) as sync:
        return await sync.run()


def stored(server: ServerDouble, log: Log) -> list[int]:
    """The sequences of this log in the order in which the server has them."""
    own = {entry.hash for entry in log.entries()}
    return [entry.sequence for entry in server.admission.log if entry.hash in own]


def fill(log: Log, lines: int) -> None:
    for at in range(lines):
        deposit(log, 100 + at)


class TestPushing:
    async def test_everything_is_merged_once_and_pulled_again(self, log: Log, server: ServerDouble) -> None:
        """One push of what is there, then the office's feed and the village's."""
        fill(log, 7)
        report = await sync_once(log, server)
        assert (report.merged, report.duplicate, report.head, report.waiting) == (7, 0, 7, 0)
        assert report.pulled == len(server.feeds["office"]) + len(server.feeds["pp01"])
        again = await sync_once(log, server)
        assert (again.pushed, again.pulled, again.head) == (0, 0, 7)

    async def test_a_frame_has_a_bounded_number_of_lines(self, log: Log, server: ServerDouble) -> None:
        """Small at first, as the link is not known; twice as large with each that gets through."""
        fill(log, 2_001)
        report = await sync_once(log, server)
        assert report.merged == sum(server.pushes) == 2_001
        assert server.pushes[0] < 40
        assert server.pushes[:-1] == sorted(server.pushes[:-1])
        assert max(server.pushes) == limits.PUSH_ENTRIES_MAX

    async def test_a_frame_has_a_bounded_size(
        self, log: Log, server: ServerDouble, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Counted as the server counts it: decoded, with keys, signatures and line ends."""
        fill(log, 20)
        line = 160 + max(len(entry.body) for entry in log.entries())
        monkeypatch.setattr(limits, "PUSH_BYTES_MAX", 5 * line)
        report = await sync_once(log, server)
        assert report.merged == 20
        assert max(server.pushes) <= 5

    @pytest.mark.parametrize("boundary", [0, 1, 2])
    @pytest.mark.parametrize("fault", [Fault.CUT, Fault.STORES_HALF, Fault.LOSES_REPLY])
    async def test_a_push_that_was_cut_resumes(
        self, log: Log, server: ServerDouble, monkeypatch: pytest.MonkeyPatch, boundary: int, fault: Fault
    ) -> None:
        """At any frame, whether or not the server had stored it: the next run goes on from the server's head."""
        monkeypatch.setattr(limits, "PUSH_ENTRIES_MAX", 10)
        fill(log, 25)
        server.faults.extend([Fault.NONE] * boundary + [fault])
        with pytest.raises(Unreachable) as raised:
            await sync_once(log, server, attempts=1)
        assert "อยู่ในเครื่องนี้" in raised.value.thai_sentence
        report = await sync_once(log, server)
        assert report.head == 25
        assert stored(server, log) == list(range(1, 26))

    @pytest.mark.parametrize("fault", [Fault.CUT, Fault.STORES_HALF, Fault.LOSES_REPLY, Fault.BUSY])
    async def test_one_run_outlives_a_fault(self, log: Log, server: ServerDouble, fault: Fault) -> None:
        """The same bytes are sent again; what was stored already is a duplicate, and counts once."""
        fill(log, 6)
        server.faults.extend([fault, fault])
        report = await sync_once(log, server)
        assert report.merged + report.duplicate == 6
        assert stored(server, log) == [1, 2, 3, 4, 5, 6]

    async def test_a_server_that_stays_busy_is_told_with_its_own_words(self, log: Log, server: ServerDouble) -> None:
        """The number of attempts is bounded, and the problem is not an error of the network."""
        deposit(log)
        server.faults.extend([Fault.BUSY] * 50)
        with pytest.raises(ServerProblem) as refused:
            await sync_once(log, server)
        assert (refused.value.problem.code, refused.value.retry_after_seconds) == ("server_busy", 1.0)
        assert len(server.faults) == 50 - calls.ATTEMPTS

    async def test_a_server_that_never_answers_is_given_up(self, log: Log, server: ServerDouble) -> None:
        """A tablet on a bad link must not hang."""
        deposit(log)
        server.faults.append(Fault.NEVER_ANSWERS)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1.0)) as http:
            async with Sync(log, server_url=server.url, http=http, attempts=1) as sync:
                with pytest.raises(Unreachable):
                    await sync.run()
            assert (await Sync(log, server_url=server.url, http=http).run()).merged == 1

    async def test_a_session_that_ended_is_opened_again(self, log: Log, server: ServerDouble) -> None:
        """A meeting may be longer than a session, and a server may forget it."""
        deposit(log)
        server.faults.append(Fault.FORGETS_SESSION)
        assert (await sync_once(log, server, attempts=1)).merged == 1

    async def test_no_server_is_a_sentence(self, log: Log) -> None:
        """Nobody listens at that port."""
        async with Sync(log, attempts=2) as sync:
            with pytest.raises(Unreachable, match="everything is kept here"):
                await sync.run()

    async def test_what_answers_may_not_be_a_sajja_server(self, log: Log, server: ServerDouble) -> None:
        """A page of somebody's router is a problem with a number, not a traceback."""
        async with Sync(log, server_url=server.url + "/elsewhere", attempts=1) as sync:
            with pytest.raises(ServerProblem) as refused:
                await sync.run()
        assert refused.value.problem.code == "http_404"


class TestHolding:
    async def test_a_device_that_is_not_enrolled_keeps_everything(self, tmp_path: Path) -> None:
        """It is held, nothing is lost, and the first run after the enrolment merges it all."""
        early = World.founded([])
        async with ServerDouble(early.network, early.fingerprint) as server:
            server.admit(early.entries)
            known = len(early.entries)
            tablet = early.add_village("pp01").tablets[0]
            with Log.open(home_of(tmp_path / "tablet", early, tablet)) as log:
                fill(log, 5)
                report = await sync_once(log, server)
                assert (report.enrolled, report.held, report.waiting) == (False, 5, 5)
                assert report.codes == {"device_not_enrolled": 5}
                server.admit(early.entries[known:])
                report = await sync_once(log, server)
                assert (report.enrolled, report.merged, report.waiting) == (True, 5, 0)

    async def test_held_lines_are_offered_again(self, log: Log, server: ServerDouble) -> None:
        """A verdict of `held` ends the run and costs nothing."""
        fill(log, 3)
        device = next(iter(log.entries())).device
        server.admission.enrolled.discard(device)
        report = await sync_once(log, server)
        assert (report.held, report.head, report.waiting) == (3, 0, 3)
        server.admission.enrolled.add(device)
        report = await sync_once(log, server)
        assert (report.merged, report.waiting) == (3, 0)

    async def test_a_server_that_forgot_is_given_everything_again(
        self, log: Log, server: ServerDouble, world: World
    ) -> None:
        """It was restored from a backup: what it had acknowledged is offered again, and the feed pulled anew."""
        fill(log, 4)
        await sync_once(log, server)
        kept = log.connection.execute("SELECT count(*) FROM feed_line").fetchone()[0]
        server.reset()
        server.admit(world.entries)
        deposit(log)
        report = await sync_once(log, server)
        assert (report.forgotten, report.merged, report.head) == (4, 5, 5)
        assert not report.forks
        assert log.connection.execute("SELECT count(*) FROM feed_line").fetchone()[0] >= kept


class TestForks:
    async def test_a_log_that_was_restored_from_a_copy_is_told_loudly(
        self, tmp_path: Path, home: Home, server: ServerDouble
    ) -> None:
        """The server has more lines of this key than this folder: it pushes nothing."""
        with Log.open(home) as log:
            fill(log, 9)
            await sync_once(log, server)
        shutil.copytree(home.path, tmp_path / "copy")
        with Log.open(home) as log:
            fill(log, 6)  # 10 to 15
            assert (await sync_once(log, server)).merged == 6
        with Log.open(Home(tmp_path / "copy")) as log:
            report = await sync_once(log, server)
            assert [(fork.sequence, fork.where) for fork in report.forks if fork.where != "feed"] == [
                (10, "server_ahead")
            ]
            assert report.pushed == 0

    async def test_a_copy_that_recorded_before_it_synced_is_told_loudly(
        self, tmp_path: Path, home: Home, server: ServerDouble
    ) -> None:
        """Both branches become proof, the run says where they part, and saying it again changes nothing."""
        with Log.open(home) as log:
            fill(log, 9)
            await sync_once(log, server)
        shutil.copytree(home.path, tmp_path / "copy")
        with Log.open(home) as log:
            fill(log, 6)  # 10 to 15
            assert (await sync_once(log, server)).merged == 6
        with Log.open(Home(tmp_path / "copy")) as log:
            for at in range(3):
                deposit(log, 5_000 + at)
            report = await sync_once(log, server)
            assert (report.forks[0].sequence, report.forks[0].where) == (10, "server_head")
            # Forked is the entry that parts; what follows it continues it, and has no effect in the books.
            assert (report.forked, report.merged, report.head) == (1, 2, 12)
            stored_before = len(server.admission.log)
            again = await sync_once(log, server)
            assert (again.pushed, again.head) == (0, 12)
            assert again.forks
            assert len(server.admission.log) == stored_before
            assert len(server.probes) < 40

    async def test_entries_under_our_key_that_we_did_not_write(
        self, world: World, home: Home, server: ServerDouble
    ) -> None:
        """Somebody else has the key, and this log is empty."""
        tablet = world.village("pp01").tablets[0]
        tablet.log.clear()
        known = len(world.entries)
        world.record(tablet, ShareWithdrawn(member="pp01-m001", amount_satang=1, box="pp01-o4"))
        stolen = world.entries[known:]
        del world.entries[known:]
        tablet.log.clear()
        server.admit(stolen)
        with Log.open(home) as log:
            report = await sync_once(log, server)
        assert {(fork.sequence, fork.where, fork.is_own) for fork in report.forks} == {(1, "server_ahead", True)}


class TestPulling:
    async def test_a_feed_comes_in_pages(self, log: Log, server: ServerDouble) -> None:
        """Small pages and a cut between them change nothing."""
        server.page_entries = 7
        report = await sync_once(log, server)
        assert report.pulled == len(server.feeds["office"]) + len(server.feeds["pp01"])
        assert [line.index for line in Sync(log).mirror.lines()] == sorted(
            index for feed in ("office", "pp01") for index, _entry in server.feeds[feed]
        )

    @pytest.mark.parametrize("lie", ["signature", "swap", "skip", "repeat", "other feed", "garbage", "amount"])
    async def test_a_lying_server_is_not_believed(
        self, log: Log, server: ServerDouble, world: World, monkeypatch: pytest.MonkeyPatch, lie: str
    ) -> None:
        """Nothing of the page is kept, the place is named, and an honest server heals it."""
        office = [line for line in world.lines() if b'"village":"pp02"' in line]

        def spoil(lines: list[bytes]) -> list[bytes]:
            if len(lines) < 3:
                return lines
            second = lines[1]
            changed = {
                "signature": [lines[0], second.replace(b'"sig":"', b'"sig":"AAAA')[: len(second)], *lines[2:]],
                "swap": [lines[1], lines[0], *lines[2:]],
                "skip": [lines[0], *lines[2:]],
                "repeat": [lines[0], lines[0], *lines[2:]],
                "other feed": [lines[0], second[: second.index(b'{"key')] + office[0] + b"}", *lines[2:]],
                "garbage": [lines[0], b"null", *lines[2:]],
                "amount": [lines[0], second.replace(b'"recorded_at":', b'"recorded_at":1'), *lines[2:]],
            }
            return changed[lie]

        with monkeypatch.context() as patched:
            patched.setattr(server, "spoil", spoil)
            with pytest.raises(FeedRefused) as refused:
                await sync_once(log, server)
            assert refused.value.detail["feed_sequence"] == (1 if lie == "swap" else 2)
            assert log.connection.execute("SELECT count(*) FROM feed_line").fetchone()[0] == 0
        assert (await sync_once(log, server)).pulled > 0

    async def test_the_networks_own_word_says_whether_it_is_a_demonstration(
        self, home: Home, server: ServerDouble
    ) -> None:
        """Or whoever writes a tablet's pin could let keys from a seed into a real network."""
        text = home.pin_path.read_text().replace('"demonstration": false', '"demonstration": true')
        assert "true" in text
        home.pin_path.write_text(text)
        with Log.open(home) as log, pytest.raises(PinContradicted):
            await sync_once(log, server)


class TestBooks:
    async def test_offline_books_equal_the_books_after_sync(self, home: Home, log: Log, server: ServerDouble) -> None:
        """What a connection changes is which lines there are, never what they mean."""
        fill(log, 4)
        taken = write(log, ShareWithdrawn(member="pp01-m001", amount_satang=50, box="pp01-o4"))
        wrong = deposit(log, 7_777)
        reversal = write(log, EntryReversed(entry=ref_to(wrong), reason="wrong_amount"))
        log.approve([taken, reversal], ["pp01-o1", "pp01-o4", "pp01-o3"], by="x", day=DAY, recorded_at=1)
        # No connection has been there: a tablet believes in itself, and not yet in officers whom it has not heard of.
        alone = books.fold(home)
        assert alone.balances["bank:pp01", 3110, "pp01-m001"] == -(100 + 101 + 102 + 103 - 50 + 7_777)
        await sync_once(log, server)
        synced = books.fold(home)
        assert synced.balances["bank:pp01", 3110, "pp01-m001"] == -(100 + 101 + 102 + 103 - 50)
        assert not synced.quarantined
        assert not synced.trust.awaiting
        fill(log, 3)
        offline = books.fold(home)
        await sync_once(log, server)
        later = books.fold(home)
        assert offline.balances == later.balances
        assert offline.trust.devices == later.trust.devices

    async def test_the_other_tablets_lines_count_too(
        self, tmp_path: Path, home: Home, log: Log, server: ServerDouble, world: World
    ) -> None:
        """Two tablets of a village, each with its own log, have the same books once both have pulled."""
        second = home_of(tmp_path / "second", world, world.village("pp01").tablets[1])
        fill(log, 3)
        with Log.open(second) as other:
            deposit(other, 9_000)
            await sync_once(log, server)
            await sync_once(other, server)
            await sync_once(log, server)
            assert books.fold(home).balances == books.fold(second).balances
            assert books.fold(home).balances["bank:pp01", 1110, "pp01-o4"] == 100 + 101 + 102 + 9_000

    async def test_a_village_folds_the_offices_log_though_it_sees_only_its_own_part(
        self, home: Home, log: Log, server: ServerDouble, world: World
    ) -> None:
        """The office's device writes for every village; the gaps are other villages' business."""
        await sync_once(log, server)
        folded = books.fold(home)
        assert not folded.quarantined
        assert set(folded.trust.roles) == {"office", "pp01"}
        assert len(folded.trust.roles["pp01"]) == 5
        whole = world.fold()
        assert folded.trust.roles["pp01"] == whole.trust.roles["pp01"]

    async def test_the_offices_own_books_need_no_feed(self, tmp_path: Path, world: World, server: ServerDouble) -> None:
        """It writes for every village and pulls the office's feed: its own log fills what lies between."""
        home = home_of(tmp_path / "office", world, world.office.tablets[0])
        with Log.open(home) as log:
            rewrite(log, world.office.tablets[0].log)
            alone = books.fold(home)
            assert alone.trust == msgspec.structs.replace(world.fold().trust, partial=True)
            report = await sync_once(log, server)
            assert (report.pushed, report.forks) == (0, [])
            assert books.fold(home).trust == alone.trust

    async def test_a_forked_line_has_no_effect_here_either(
        self, tmp_path: Path, home: Home, server: ServerDouble
    ) -> None:
        """A restored copy sees the first branch count, and its own as forked."""
        with Log.open(home) as log:
            deposit(log, 100)
            await sync_once(log, server)
        shutil.copytree(home.path, tmp_path / "copy")
        with Log.open(home) as log:
            deposit(log, 10)
            await sync_once(log, server)
        copy = Home(tmp_path / "copy")
        with Log.open(copy) as log:
            deposit(log, 1)
            await sync_once(log, server)
        folded = books.fold(copy)
        assert folded.balances["bank:pp01", 1110, "pp01-o4"] == 110
        assert list(folded.quarantined.values()) == [Effect.FORKED]


def rewrite(log: Log, entries: list[SignedEntry]) -> None:
    """Put entries that the world has signed into a device's file."""
    log.connection.executemany(
        "INSERT INTO log (sequence, hash, signature, body, village) VALUES (?, ?, ?, ?, ?)",
        [(entry.sequence, entry.hash, entry.signature, entry.body, entry.village) for entry in entries],
    )
    last = entries[-1]
    log.connection.execute("INSERT INTO log_head (one, sequence, hash) VALUES (1, ?, ?)", (last.sequence, last.hash))
