"""A tablet's backup holds what was recorded and never a key; what is restored is a new device, and nothing is lost."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import stamina

from sajja_client.backup import restore, write_backup
from sajja_client.home import Home
from sajja_client.key_problems import BackupRefused
from sajja_client.log import Log
from sajja_client.mirror import Mirror
from sajja_client.parts import personal_lines
from sajja_client.problems import CannotWrite, HomeInUse
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync import server as calls
from sajja_schemas.entry import OFFICE, to_base64url
from support.homes import deposit, home_of
from support.personal import application, person
from support.server_double import ServerDouble
from support.world import DAY, World


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


def backed_up(home: Home, name: str = "backup") -> Path:
    path = home.path.with_name(name)
    with Log.open(home) as log:
        write_backup(log, path)
    return path


def restored(path: Path, name: str = "new") -> Home:
    new = Home(path.with_name(name))
    about = restore(new, path)
    new.write_pin(about.pin)
    new.create_keys(list(about.officers))
    return new


def test_no_byte_of_any_key_is_in_it(home: Home) -> None:
    """Neither the device's nor an officer's, as they are or as text; only its owner reads it."""
    with Log.open(home) as log:
        deposit(log)
    path = backed_up(home)
    data = path.read_bytes()
    keys = [home.device_key().key, *(home.officer_key(person).key for person in home.officers())]
    assert len(keys) > 1
    for key in keys:
        assert key.secret_seed() not in data
        assert to_base64url(key.secret_seed()).encode() not in data
    assert keys[0].public in data
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_restore_is_a_new_device_and_the_old_ones_lines_reach_the_network(
    home: Home, server: ServerDouble
) -> None:
    """Two were sent and two were not; all four are the old tablet's, signed by its key, and none is doubled."""
    with Log.open(home) as log:
        old = [deposit(log), deposit(log)]
    await sync_once(home, server)
    with Log.open(home) as log:
        old += [deposit(log, 300), deposit(log, 400)]
    new = restored(backed_up(home))
    with Log.open(new) as log:
        assert log.device != to_base64url(old[0].device)
        assert log.head() is None
        server.enrol(log.key.public, "pp01")
        own = deposit(log, 500)
        assert (own.sequence, own.device) != (5, old[0].device)
    report = await sync_once(new, server)
    assert report.healed == 2
    stored = [entry.hash for entry in server.admission.log]
    assert [stored.count(entry.hash) for entry in [*old, own]] == [1] * 5
    assert (await sync_once(new, server)).healed == 0
    assert (await sync_once(home, server)).forks == []


async def test_it_knows_what_the_old_one_had_pulled(home: Home, server: ServerDouble) -> None:
    """Without any connection: the mirror comes with it."""
    await sync_once(home, server)
    new = restored(backed_up(home))
    for of in (home, new):
        with Log.open(of) as log:
            lines = [line.hash for line in Mirror(log.connection, log.pin, log.device).lines()]
            assert len(lines) == len([e for e in server.admission.log if e.village in {OFFICE, "pp01"}])


def test_personal_parts_come_with_it(home: Home) -> None:
    with Log.open(home) as log:
        log.append(application("pp01-m009"), by="recorder", day=DAY, recorded_at=1, personal=person(9))
    path = backed_up(home)
    assert "สมมุติ9".encode() in path.read_bytes()  # which is why it is kept like the register
    with Log.open(restored(path)) as log:
        assert [line.personal for line in personal_lines(log.connection)] == [person(9)]


def test_a_tablets_folder_is_not_restored_over(home: Home) -> None:
    path = backed_up(home)
    with pytest.raises(HomeInUse):
        restore(home, path)


def test_a_restore_that_was_cut_off_is_done_again(home: Home) -> None:
    """The file was filled, and nothing else was done: the second time finishes it."""
    with Log.open(home) as log:
        deposit(log)
    path = backed_up(home)
    new = Home(home.path.with_name("new"))
    assert restore(new, path) == restore(new, path)
    with closing(sqlite3.connect(new.log_path)) as connection:
        assert connection.execute("SELECT count(*) FROM feed_line").fetchone() == (1,)


def test_what_is_no_backup_is_refused_and_nothing_is_taken(home: Home, tmp_path: Path) -> None:
    new = Home(tmp_path / "new")
    (tmp_path / "text").write_text("not a database")
    with Log.open(home):
        pass
    for path in (tmp_path / "text", tmp_path / "none", home.log_path):
        with pytest.raises(BackupRefused) as refused:
            restore(new, path)
        assert "กู้คืน" in refused.value.thai_sentence
    assert not new.log_path.exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET signature = zeroblob(64) WHERE sequence = 2",
        "UPDATE log SET body = CAST(replace(CAST(body AS TEXT), '10000', '90000') AS BLOB) WHERE sequence = 1",
        "DELETE FROM log WHERE sequence = 2",
        "UPDATE backup SET key = zeroblob(32)",
        "PRAGMA user_version = 99",
    ],
)
def test_a_backup_that_somebody_changed_is_refused(home: Home, tmp_path: Path, change: str) -> None:
    """Whoever holds the stick writes no history."""
    with Log.open(home) as log:
        for _ in range(3):
            deposit(log)
    path = backed_up(home)
    with closing(sqlite3.connect(path)) as connection:
        for trigger in ("log_is_never_changed", "log_is_never_shortened"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(change)
        connection.commit()
    with pytest.raises(BackupRefused):
        restore(Home(tmp_path / "new"), path)


def test_a_backup_goes_where_there_is_a_folder(home: Home, tmp_path: Path) -> None:
    """Or says that there is none; one that exists is replaced only by a whole one."""
    with Log.open(home) as log:
        deposit(log)
        with pytest.raises(CannotWrite):
            write_backup(log, tmp_path / "no" / "such" / "folder")
        first = write_backup(log, tmp_path / "backup")
        deposit(log)
        second = write_backup(log, tmp_path / "backup")
    assert (first.lines, second.lines, second.unsent) == (1, 2, 2)
