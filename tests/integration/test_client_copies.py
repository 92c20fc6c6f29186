"""A folder that was copied or restored knows it, and signs nothing that would fork the device's log."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import stamina

from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.mirror import FeedEntry, Mirror
from sajja_client.problems import EXIT_CONFLICT, OldCopy
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync import server as calls
from sajja_schemas import wire
from sajja_schemas.entry import SignedEntry
from support.homes import deposit, home_of
from support.server_double import ServerDouble
from support.world import World


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=calls.ATTEMPTS, cap=True):
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return World.founded(["pp01"])


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])


@pytest.fixture
async def server(world: World) -> AsyncIterator[ServerDouble]:
    async with ServerDouble(world.network, world.fingerprint) as double:
        double.admit(world.entries)
        yield double


async def sync_once(home: Home, server: ServerDouble) -> SyncReport:
    with Log.open(home) as log:
        async with Sync(log, server_url=server.url) as sync:
            return await sync.run()


def record(home: Home, lines: int = 1, amount_satang: int = 100) -> None:
    with Log.open(home) as log:
        for _ in range(lines):
            deposit(log, amount_satang)


def copy_of(home: Home, name: str = "copy") -> Home:
    path = home.path.with_name(name)
    shutil.copytree(home.path, path)
    return Home(path)


def pulled(home: Home, entries: list[SignedEntry]) -> None:
    """The feed of the village, as a sync would have left it in the file."""
    with Log.open(home) as log:
        mirror = Mirror(log.connection, log.pin, log.device)
        page = [FeedEntry(at, at, 0, entry) for at, entry in enumerate(entries, start=1)]
        mirror.keep(mirror.cursor("pp01"), page)


async def test_an_old_copy_that_has_synced_records_no_more(home: Home, server: ServerDouble) -> None:
    """The refusal has a code, says what to do in both languages, and lasts; the current folder goes on."""
    record(home, 3)
    await sync_once(home, server)
    copy = copy_of(home)
    record(home, 2)
    await sync_once(home, server)
    assert [fork.where for fork in (await sync_once(copy, server)).forks if fork.where != "feed"] == ["server_ahead"]
    for _program in range(2):
        with Log.open(copy) as log, pytest.raises(OldCopy) as refused:
            deposit(log)
        assert (refused.value.code, refused.value.exit_code) == ("old_copy", EXIT_CONFLICT)
        assert "ลงทะเบียนแท็บเล็ตใหม่" in refused.value.thai_sentence
        assert "it ends at line 3" in refused.value.english_sentence
        assert "up to 5" in refused.value.english_sentence
    with Log.open(copy) as log:
        log.verify()
        assert log.head() is not None
    record(home)


async def test_a_file_that_shows_newer_lines_of_its_own_key_needs_no_server_to_know(home: Home) -> None:
    """The log was put back, the pulled feed was not; or an earlier version of this program pulled it."""
    record(home, 3)
    with Log.open(home) as log:
        entries = list(log.entries())
    behind = copy_of(home, "behind")
    behind.log_path.unlink()
    for leftover in behind.path.glob("log.sqlite3-*"):
        leftover.unlink()
    pulled(behind, entries)
    with Log.open(behind) as log, pytest.raises(OldCopy, match="up to 3"):
        deposit(log)
    pulled(home, entries)
    record(home)


async def test_a_copy_whose_branch_came_second_records_no_more(home: Home, server: ServerDouble) -> None:
    """It recorded before it synced. Both branches are proof, and only the folder whose lines count goes on."""
    record(home, 2)
    await sync_once(home, server)
    copy = copy_of(home)
    record(home, 2)
    await sync_once(home, server)
    record(copy, 5, amount_satang=7)  # longer than what it parts from
    assert (await sync_once(copy, server)).forks
    with Log.open(copy) as log, pytest.raises(OldCopy):
        deposit(log)
    report = await sync_once(home, server)
    assert [(fork.where, fork.sequence) for fork in report.forks][:1] == [("feed", 3)]
    record(home)
    assert (await sync_once(home, server)).merged == 1


async def test_a_server_that_only_says_so_stops_no_village(
    home: Home, server: ServerDouble, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its feed shows no line under this key that is not here: the run is loud, and the meeting is recorded."""
    record(home, 2)
    await sync_once(home, server)
    stranger = world.village("pp01").tablets[1].name

    async def lie(self: calls.Server, at: int | None = None) -> object:
        told = await head(self, at)
        return wire.DeviceHead(told.device, True, 999, stranger) if at is None else told

    head = calls.Server.head
    with monkeypatch.context() as patched:
        patched.setattr(calls.Server, "head", lie)
        assert (await sync_once(home, server)).forks
    record(home)


async def test_a_claim_counts_until_the_feeds_were_read(home: Home, server: ServerDouble) -> None:
    """The link breaks after the first answer: whoever has heard that much signs nothing before he knows more."""
    record(home, 2)
    await sync_once(home, server)
    copy = copy_of(home)
    record(home)
    await sync_once(home, server)
    with Log.open(copy) as log:
        async with Sync(log, server_url=server.url, villages=["pp99"], attempts=1) as sync:
            with pytest.raises(calls.ServerProblem):
                await sync.run()
        with pytest.raises(OldCopy):
            deposit(log)


def test_a_file_of_the_first_version_is_brought_up(home: Home) -> None:
    """With the tables of then alone; its lines stay, and it records on."""
    record(home, 2)
    with closing(sqlite3.connect(home.log_path)) as connection, connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in set(tables) - {"log", "log_head", "answer", "feed", "feed_line"}:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    record(home)
    with Log.open(home) as log:
        last = log.verify()
        assert last is not None
        assert last.sequence == 3
