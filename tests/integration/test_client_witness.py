"""The tablet as a witness: it believes nothing about the network log that it has not verified, and forgets no lie."""

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from pathlib import Path

import msgspec
import pytest
import stamina
from typer.testing import CliRunner

from sajja_client import witness
from sajja_client.books import fold
from sajja_client.cli import app
from sajja_client.cli.tables import log_lines
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.problems import ReceiptRefused
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync import receipt as receipts
from sajja_client.sync import server as calls
from sajja_client.witness import CONTINUED_TOO_EARLY, HEARD_ANOTHER, LOG_REWRITTEN, NOT_INCLUDED, SPLIT_VIEW
from sajja_schemas.checkpoint import Checkpoint, sign_checkpoint
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import Ack, Body, read_body
from sajja_schemas.events.savings import ShareDeposited
from support.homes import deposit, home_of
from support.publishing_double import PublishingDouble
from support.world import World, key_of

FOUNDED = World.founded(["pp01", "pp02"])
NEXT = "sajja.test/testnet/2"


@pytest.fixture
def world() -> World:
    return deepcopy(FOUNDED)


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])


@pytest.fixture
def log(home: Home) -> Iterator[Log]:
    with Log.open(home) as opened:
        yield opened


@pytest.fixture
async def server(world: World) -> AsyncIterator[PublishingDouble]:
    async with PublishingDouble(world) as double:
        double.admit(world.entries)
        yield double


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=calls.ATTEMPTS, cap=True):
        yield


async def sync(log: Log, server: PublishingDouble) -> SyncReport:
    async with Sync(log, server_url=server.url) as conversation:
        return await conversation.run()


def ack_of(log: Log, sequence: int) -> Ack | None:
    entry = log.entry(sequence)
    assert entry is not None
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body.ack


def codes(report: SyncReport) -> list[str]:
    return [alarm.code for alarm in report.log_alarms]


class TestHonest:
    async def test_what_is_merged_is_verified_proven_and_acknowledged_once(
        self, log: Log, home: Home, server: PublishingDouble
    ) -> None:
        for at in range(3):
            deposit(log, 100 + at)
        report = await sync(log, server)
        assert (report.log_state, report.log_size, report.proven) == ("verified", len(server.admission.log), 3)
        assert [line.state for line in log_lines(fold(home), log, 0)] == ["proven"] * 3
        deposit(log)
        deposit(log)
        seen = server.checkpoint()
        assert ack_of(log, 4) == Ack(origin=seen.origin, size=seen.size, root=to_base64url(seen.root))
        assert ack_of(log, 3) is ack_of(log, 5) is None
        again = await sync(log, server)
        assert (again.log_state, again.proven, again.log_alarms) == ("verified", 2, [])
        assert server.asked == [[], [seen.size]]

    async def test_a_long_log_is_proven_a_few_tiles_at_a_time_the_newest_first(
        self, log: Log, home: Home, server: PublishingDouble, world: World
    ) -> None:
        other = world.village("pp01").tablets[1]
        for at in range(6):
            deposit(log, 100 + at)
            await sync_only(log, server)
            server.admit([world.record(other, share(at * 1000 + line)) for line in range(260)])
        report = await sync(log, server)
        assert report.proven == 4
        assert [line.state for line in log_lines(fold(home), log, 0)] == ["merged"] * 2 + ["proven"] * 4
        assert (await sync(log, server)).proven == 2

    async def test_what_is_no_checkpoint_is_not_believed_and_breaks_nothing(
        self, log: Log, server: PublishingDouble
    ) -> None:
        server.size = 0
        server.note = b"not a note"
        deposit(log)
        report = await sync(log, server)
        assert (report.merged, report.log_state, report.log_alarms) == (1, "unsigned", [])
        assert witness.verified(log.connection) is None

    async def test_an_older_answer_is_no_alarm_and_changes_nothing(self, log: Log, server: PublishingDouble) -> None:
        await sync(log, server)
        last = witness.verified(log.connection)
        server.size = 5
        report = await sync(log, server)
        assert (report.log_state, report.log_alarms) == ("stale", [])
        assert witness.verified(log.connection) == last

    async def test_what_others_acknowledge_of_the_same_log_is_verified_once(
        self, log: Log, server: PublishingDouble, world: World
    ) -> None:
        server.size = 30
        acknowledge(server, world, server.checkpoint())
        server.size = None
        assert (await sync(log, server)).log_alarms == []
        assert server.asked == [[30]]
        server.admit([world.record(world.village("pp01").tablets[1], share(1))])
        await sync(log, server)
        assert len(server.asked[1]) == 1


class TestLies:
    """Each is an alarm that stays, with its proof; and the sync has done its work all the same."""

    async def lied_to(self, log: Log, server: PublishingDouble, code: str) -> None:
        last = witness.verified(log.connection)
        deposit(log)
        report = await sync(log, server)
        assert (report.merged, report.log_state, codes(report)) == (1, "alarm", [code])
        assert witness.verified(log.connection) == last
        again = await sync(log, server)
        assert codes(again) == [code]

    async def test_a_rewritten_log(self, log: Log, home: Home, server: PublishingDouble) -> None:
        await sync(log, server)
        server.rewritten[3] = b'{"another":"leaf"}'
        await self.lied_to(log, server, LOG_REWRITTEN)
        (alarm,) = witness.alarms(log.connection)
        assert alarm.kept.startswith(server.origin)
        assert alarm.shown.startswith(server.origin)
        server.rewritten.clear()
        honest_again = await sync(log, server)
        assert (honest_again.log_state, codes(honest_again)) == ("verified", [LOG_REWRITTEN])

    async def test_another_root_for_the_same_size(self, log: Log, server: PublishingDouble) -> None:
        await sync(log, server)
        server.size = len(server.admission.log)
        server.rewritten[3] = b'{"another":"leaf"}'
        await self.lied_to(log, server, SPLIT_VIEW)

    async def test_a_path_that_shows_nothing(self, log: Log, server: PublishingDouble) -> None:
        await sync(log, server)
        server.spoilt_paths = True
        await self.lied_to(log, server, LOG_REWRITTEN)

    async def test_two_views_meet_in_the_acknowledgement_of_another_tablet(
        self, log: Log, server: PublishingDouble, world: World
    ) -> None:
        await sync(log, server)
        acknowledge(server, world, Checkpoint(world.origin, 7, bytes(32)))
        report = await sync(log, server)
        assert codes(report) == [HEARD_ANOTHER]
        (alarm,) = report.log_alarms
        assert to_base64url(world.village("pp01").tablets[1].log[-1].device) in alarm.kept
        assert codes(await sync(log, server)) == [HEARD_ANOTHER]

    async def test_an_entry_that_is_said_to_be_merged_and_is_not_there(
        self, log: Log, home: Home, server: PublishingDouble
    ) -> None:
        deposit(log)
        server.rewritten[len(server.admission.log)] = b'{"another":"leaf"}'
        server.size = len(server.admission.log) + 1
        deposit(log)
        report = await sync(log, server)
        assert codes(report) == [NOT_INCLUDED]
        assert [line.state for line in log_lines(fold(home), log, 0)] == ["merged", "merged"]

    async def test_the_commands_say_it_and_end_with_a_conflict(
        self, log: Log, home: Home, server: PublishingDouble
    ) -> None:
        await sync(log, server)
        server.rewritten[3] = b'{"another":"leaf"}'
        deposit(log)
        await sync(log, server)
        told = CliRunner().invoke(app, ["village", "status", "--home", str(home.path)])
        assert told.exit_code == 4
        assert "ALARM" in told.output
        as_json = CliRunner().invoke(app, ["village", "status", "--home", str(home.path), "--json"])
        document = msgspec.json.decode(as_json.output)
        assert [alarm["code"] for alarm in document["alarms"]] == [LOG_REWRITTEN]
        assert document["recorded"] == document["merged"] == 1


class TestKeyAndOrigin:
    async def test_a_key_that_the_office_has_replaced_is_not_believed(
        self, log: Log, server: PublishingDouble, world: World
    ) -> None:
        await sync(log, server)
        key = key_of("another log key")
        world.adopt_log_key(key)
        server.admit(world.entries[-3:])
        assert (await sync(log, server)).log_state == "unsigned"
        server.key = key
        assert (await sync(log, server)).log_state == "verified"

    async def test_a_continued_log_is_followed(self, log: Log, server: PublishingDouble, world: World) -> None:
        await sync(log, server)
        last = witness.verified(log.connection)
        assert last is not None
        world.continue_log(last.size, last.root, old_origin=world.origin, new_origin=NEXT)
        server.admit(world.entries[-3:])
        assert (await sync(log, server)).log_state == "stale"  # the new origin has no checkpoint yet
        server.origin = NEXT
        report = await sync(log, server)
        assert (report.log_state, report.log_alarms) == ("verified", [])
        deposit(log)
        deposit(log)
        acks = [ack_of(log, 1), ack_of(log, 2)]
        assert [ack.origin for ack in acks if ack is not None] == [NEXT]

    @pytest.mark.parametrize("short_by", [0, 1])
    async def test_the_office_may_not_hide_what_was_verified(
        self, log: Log, server: PublishingDouble, world: World, short_by: int
    ) -> None:
        await sync(log, server)
        last = witness.verified(log.connection)
        assert last is not None
        root = last.root if short_by else bytes(32)
        world.continue_log(last.size - short_by, root, old_origin=world.origin, new_origin=NEXT)
        server.admit(world.entries[-3:])
        server.origin = NEXT
        assert codes(await sync(log, server)) == [CONTINUED_TOO_EARLY]

    async def test_a_note_of_no_origin_of_this_log_is_not_believed(
        self, log: Log, server: PublishingDouble, world: World
    ) -> None:
        server.note = sign_checkpoint(Checkpoint("elsewhere/1", 1, bytes(32)), world.log_key)
        assert (await sync(log, server)).log_state == "unsigned"


class TestReceipts:
    async def test_a_receipt_is_fetched_kept_and_checked_offline(
        self, log: Log, home: Home, server: PublishingDouble, tmp_path: Path
    ) -> None:
        entry = deposit(log)
        await sync(log, server)
        data = await receipts.fetch(log, entry, server.url)
        assert receipts.verify(log, entry, data).index == len(server.admission.log) - 1
        file = tmp_path / "one.tlog-proof"
        file.write_bytes(data)
        told = CliRunner().invoke(app, ["village", "receipt", "1", "--check", str(file), "--home", str(home.path)])
        assert told.exit_code == 0, told.output
        assert "proven" in told.output
        other = deposit(log)
        with pytest.raises(ReceiptRefused, match="another entry"):
            receipts.verify(log, other, data)

    async def test_a_receipt_of_another_key_proves_nothing(self, log: Log, server: PublishingDouble) -> None:
        entry = deposit(log)
        await sync(log, server)
        server.key = key_of("thief")
        with pytest.raises(ReceiptRefused, match="key"):
            receipts.verify(log, entry, await receipts.fetch(log, entry, server.url))

    async def test_who_knows_no_network_key_verifies_nothing(self, log: Log) -> None:
        with pytest.raises(ReceiptRefused, match="office"):
            receipts.verify(log, deposit(log), b"")


def share(satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang + 1, box="pp01-o4")


def acknowledge(server: PublishingDouble, world: World, seen: Checkpoint) -> None:
    """The village's other tablet records something, and says which log it has seen."""
    tablet = world.village("pp01").tablets[1]
    ack = Ack(origin=seen.origin, size=seen.size, root=to_base64url(seen.root))
    server.admit([world.record(tablet, share(5), ack=ack)])


async def sync_only(log: Log, server: PublishingDouble) -> None:
    async with Sync(log, server_url=server.url, witnesses=False) as conversation:
        await conversation.run()
