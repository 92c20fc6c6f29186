"""What a device's log must do: keep what it has acknowledged, refuse what could not count, name where it was broken."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sajja_client import log as log_module
from sajja_client.home import Home
from sajja_client.log import Log, ref_to
from sajja_client.problems import HomeInUse, KeyMissing, LogBusy, NotOneList, NotRecordable
from sajja_schemas.chain import ChainBroken
from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.loans import LoanDisbursed
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from sajja_schemas.events.trust import EntryApproved
from support.homes import deposit, home_of, write
from support.world import DAY, World


@pytest.fixture(scope="module")
def world() -> World:
    return World.founded(["pp01"])


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])


@pytest.fixture
def log(home: Home) -> Iterator[Log]:
    with Log.open(home) as opened:
        yield opened


class TestAppending:
    def test_the_first_line_names_the_pinned_network(self, log: Log) -> None:
        """So a tablet can record before its enrolment returns, and a line fits no other network."""
        first = deposit(log)
        assert (first.sequence, to_base64url(first.previous)) == (1, log.pin.fingerprint)

    def test_each_line_names_the_one_before_it(self, home: Home) -> None:
        """Also after the program was closed and opened again."""
        written = []
        for _ in range(3):
            with Log.open(home) as log:
                written.append(deposit(log))
        entry = written[-1]
        with Log.open(home) as log:
            assert log.head() == (3, entry.hash)
            listed = list(log.entries())
            assert [one.sequence for one in listed] == [1, 2, 3]
            assert listed[2].previous == listed[1].hash
            assert [one.sequence for one in log.entries(after=2)] == [3]
            last = log.verify()
            assert last is not None
            assert last.hash == entry.hash

    def test_it_is_what_the_schemas_read(self, log: Log) -> None:
        """The body is of this device, village, day and person."""
        body = read_body(deposit(log).body)
        assert isinstance(body, Body)
        assert (body.village, body.date, body.by, body.device) == ("pp01", DAY, "recorder", log.device)

    @pytest.mark.parametrize(
        "event",
        [
            ShareDeposited(member="pp01-m001", amount_satang=0, box="pp01-o4"),
            ShareDeposited(member="pp01-m001", amount_satang=-5, box="pp01-o4"),
            ShareDeposited(member="สมชาย", amount_satang=5, box="pp01-o4"),
            ShareDeposited(member="m", amount_satang=5, box="b", months=("2020-13",)),
            ShareWithdrawn(member="m", amount_satang=2**53, box="b"),
            ShareWithdrawn(member="m", amount_satang=1, box="b", reason="a\x00b"),
            # the split does not add up
            LoanDisbursed(
                loan="l", member="m", product="ordinary", gross_satang=100, net_satang=98, channel="cash", box="b"
            ),
            # cash, but from which box?
            LoanDisbursed(loan="l", member="m", product="ordinary", gross_satang=100, net_satang=100, channel="cash"),
        ],
        ids=str,
    )
    def test_what_could_not_count_is_not_signed(self, log: Log, event: ShareDeposited) -> None:
        """A typing error is refused while the people are in the room, and leaves no line and no gap."""
        deposit(log)
        with pytest.raises(NotRecordable):
            write(log, event)
        assert deposit(log).sequence == 2

    def test_what_makes_little_sense_is_recorded(self, log: Log) -> None:
        """Cash has already changed hands: taking out more than there is is a finding, not a refusal."""
        assert write(log, ShareWithdrawn(member="pp01-m001", amount_satang=10**9, box="pp01-o4")).sequence == 1

    def test_a_line_is_never_changed_or_deleted(self, log: Log) -> None:
        """Not even by a statement that somebody adds to this program."""
        deposit(log)
        for statement in ("DELETE FROM log", "UPDATE log SET village = 'pp02'"):
            with pytest.raises(sqlite3.IntegrityError, match="an entry is never"):
                log.connection.execute(statement)

    def test_a_second_program_waits_and_then_says_so(
        self, home: Home, log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two writers could fork the log; the second one is told, and reading is free."""
        monkeypatch.setattr(log_module, "LOCK_WAIT_SECONDS", 0.1)
        deposit(log)
        with Log.open(home) as other:
            assert other.head() == log.head()
            with pytest.raises(LogBusy):
                deposit(other)
            log.close()
            assert deposit(other).sequence == 2


class TestApproving:
    def test_officers_sign_the_list_with_their_keys_on_this_device(self, log: Log) -> None:
        """Their approval is the next line, in the feed of what they approved."""
        listed = [deposit(log), deposit(log)]
        approval = log.approve(listed, ["pp01-o1", "pp01-o4"], by="pp01-o3", day=DAY, recorded_at=1)
        body = read_body(approval.body)
        assert isinstance(body, Body)
        assert isinstance(body.event, EntryApproved)
        assert body.event.entries == tuple(ref_to(entry) for entry in listed)
        assert len(body.event.approvals) == 2
        assert body.village == "pp01"

    def test_another_homes_keys_may_sign(self, tmp_path: Path, world: World) -> None:
        """The office's second device, brought to the first."""
        first, second = (home_of(tmp_path / str(at), world, t) for at, t in enumerate(world.office.tablets))
        with Log.open(first) as log:
            entry = log.append(
                ShareDeposited(member="m", amount_satang=1, box="b"), by="x", day=DAY, recorded_at=1, village="pp01"
            )
            approval = log.approve([entry], ["office-o1"], keys_of=second, by="x", day=DAY, recorded_at=1)
        body = read_body(approval.body)
        assert isinstance(body, Body)
        assert isinstance(body.event, EntryApproved)
        assert body.event.approvals[0].key == to_base64url(world.office.tablets[1].officers["office-o1"].public)
        assert approval.village == "pp01"

    def test_a_list_is_of_one_village(self, log: Log) -> None:
        """It stands in one feed, and nobody would find it in the other."""
        mine = deposit(log)
        other = log.append(
            ShareDeposited(member="m", amount_satang=1, box="b"), by="x", day=DAY, recorded_at=1, village="pp02"
        )
        for listed in ([], [mine, other]):
            with pytest.raises(NotOneList):
                log.approve(listed, ["pp01-o1"], by="x", day=DAY, recorded_at=1)
        with pytest.raises(KeyMissing):
            log.approve([mine], ["pp01-o9"], by="x", day=DAY, recorded_at=1)


class TestFounding:
    def test_the_first_hash_is_the_fingerprint(self, tmp_path: Path, world: World) -> None:
        """And a founding that died before its pin was written is finished by the next one, with the same entry."""
        event = self._event(world)
        home = Home(tmp_path / "office")
        home.create_keys(["office-o1"])
        with Log.found(home, event, network="n", server_url="", by="x", day=DAY, recorded_at=1) as log:
            assert log.pin.village == "office"
            founding = log.verify()
            assert founding is not None
            assert log.pin.fingerprint == to_base64url(founding.hash)
        with pytest.raises(HomeInUse):
            Log.found(home, event, network="n", server_url="", by="x", day=DAY, recorded_at=1)
        home.pin_path.unlink()  # as if the power had gone before
        with Log.found(home, event, network="n", server_url="", by="x", day=DAY, recorded_at=2) as log:
            assert log.pin.fingerprint == to_base64url(founding.hash)
            assert log.head() == (1, founding.hash)

    def test_a_log_of_something_else_founds_nothing(self, tmp_path: Path, world: World, home: Home) -> None:
        """Line 1 is there already."""
        with Log.open(home) as log:
            deposit(log)
        home.pin_path.unlink()
        with pytest.raises(HomeInUse):
            Log.found(home, self._event(world), network="n", server_url="", by="x", day=DAY, recorded_at=1)

    def _event(self, world: World) -> NetworkEstablished:
        body = read_body(world.entries[0].body)
        assert isinstance(body, Body)
        assert isinstance(body.event, NetworkEstablished)
        return body.event


def _tamper(home: Home, *statements: str) -> None:
    with closing(sqlite3.connect(home.log_path)) as connection, connection:
        connection.execute("DROP TRIGGER log_is_never_changed")
        connection.execute("DROP TRIGGER log_is_never_shortened")
        for statement in statements:
            connection.execute(statement)


def _edit_body(home: Home, *, with_hash: bool) -> None:
    with closing(sqlite3.connect(home.log_path)) as connection, connection:
        connection.execute("DROP TRIGGER log_is_never_changed")
        body = connection.execute("SELECT body FROM log WHERE sequence = 5").fetchone()[0]
        changed = body.replace(b'"amount_satang":10000', b'"amount_satang":90000')
        assert changed != body
        connection.execute("UPDATE log SET body = ? WHERE sequence = 5", (changed,))
        if with_hash:
            name = entry_hash(changed)
            connection.execute("UPDATE log SET hash = ? WHERE sequence = 5", (name,))


BREAKS: dict[str, tuple[int, Callable[[Home], None]]] = {
    "an amount was changed": (5, lambda home: _edit_body(home, with_hash=False)),
    "an amount and its hash were changed": (5, lambda home: _edit_body(home, with_hash=True)),
    "a signature was changed": (
        3,
        lambda home: _tamper(home, "UPDATE log SET signature = zeroblob(64) WHERE sequence = 3"),
    ),
    "a line is missing": (4, lambda home: _tamper(home, "DELETE FROM log WHERE sequence = 4")),
    "the first line is missing": (1, lambda home: _tamper(home, "DELETE FROM log WHERE sequence = 1")),
    "the last lines are missing": (7, lambda home: _tamper(home, "DELETE FROM log WHERE sequence >= 7")),
    "every line is missing": (1, lambda home: _tamper(home, "DELETE FROM log")),
    "two lines changed places": (
        2,
        lambda home: _tamper(
            home,
            "UPDATE log SET sequence = 99 WHERE sequence = 2",
            "UPDATE log SET sequence = 2 WHERE sequence = 3",
            "UPDATE log SET sequence = 3 WHERE sequence = 99",
        ),
    ),
    "a line is not JSON": (6, lambda home: _tamper(home, "UPDATE log SET body = x'00' WHERE sequence = 6")),
    "a line is added behind the end": (
        9,
        lambda home: _tamper(
            home, "INSERT INTO log SELECT 9, x'00', signature, body, village FROM log WHERE sequence = 8"
        ),
    ),
}


class TestVerifying:
    @pytest.mark.parametrize("name", BREAKS)
    def test_a_broken_log_is_named_with_its_sequence(self, home: Home, name: str) -> None:
        """A person must know from where on the paper book is the truth."""
        with Log.open(home) as log:
            for _ in range(8):
                deposit(log)
        sequence, break_it = BREAKS[name]
        break_it(home)
        with Log.open(home) as log, pytest.raises(ChainBroken) as broken:
            log.verify()
        assert broken.value.sequence == sequence

    def test_nothing_is_built_on_a_changed_end(self, home: Home) -> None:
        """The next line would sign the change."""
        with Log.open(home) as log:
            deposit(log)
        _tamper(home, "UPDATE log SET body = x'00' WHERE sequence = 1")
        with Log.open(home) as log, pytest.raises(ChainBroken):
            deposit(log)

    def test_a_page_that_the_disk_has_lost_is_localised(self, home: Home) -> None:
        """SQLite says the file is malformed; we say from which line on."""
        with Log.open(home) as log:
            for _ in range(300):
                deposit(log)
            assert log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        page_bytes = 4096
        raw = bytearray(home.log_path.read_bytes())
        with closing(sqlite3.connect(home.log_path)) as connection:
            needle = connection.execute("SELECT body FROM log WHERE sequence = 150").fetchone()[0]
        page = raw.index(needle) // page_bytes
        raw[page * page_bytes : (page + 1) * page_bytes] = bytes(page_bytes)
        home.log_path.write_bytes(raw)
        with Log.open(home) as log, pytest.raises(ChainBroken) as broken:
            log.verify()
        assert 140 <= broken.value.sequence <= 150

    def test_another_devices_log_is_not_ours(self, tmp_path: Path, home: Home, world: World) -> None:
        """A file that was copied over is not verified by being whole."""
        with Log.open(home) as log:
            deposit(log)
        other = home_of(tmp_path / "other", world, world.village("pp01").tablets[1])
        home.log_path.rename(other.log_path)
        with Log.open(other) as log, pytest.raises(ChainBroken):
            log.verify()


APPENDER = """
import sys
from datetime import date
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_schemas.events.savings import ShareDeposited
with Log.open(Home(sys.argv[1])) as log:
    while True:
        event = ShareDeposited(member="pp01-m001", amount_satang=100, box="pp01-o4")
        entry = log.append(event, by="recorder", day=date(2020, 6, 1), recorded_at=1)
        print(entry.sequence, entry.hash.hex(), flush=True)
"""


@pytest.mark.slow
def test_a_killed_program_has_lost_nothing_that_it_acknowledged(home: Home) -> None:
    """SIGKILL at many points of append: all that was told stands, the log verifies, no sequence is missing."""
    told: dict[int, str] = {}
    for round_ in range(25):
        process = subprocess.Popen([sys.executable, "-c", APPENDER, str(home.path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for at, line in enumerate(process.stdout):
            _note(told, line)
            if at >= round_ % 7 * 3:
                break
        process.kill()
        for line in process.stdout:
            if line.endswith("\n"):  # a line that was cut told nobody anything
                _note(told, line)
        process.stdout.close()
        process.wait()
    with Log.open(home) as log:
        log.verify()
        kept = {entry.sequence: entry.hash.hex() for entry in log.entries()}
    assert list(kept) == list(range(1, len(kept) + 1))
    assert told.items() <= kept.items()
    # What was committed and not told is at most one line a kill.
    assert len(told) <= len(kept) <= len(told) + 25


def _note(told: dict[int, str], line: str) -> None:
    sequence, name = line.split()
    assert told.setdefault(int(sequence), name) == name
