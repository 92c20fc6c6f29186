"""`sajja-server rebuild` and its neighbours as an operator runs them: real processes, killed without a warning."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

SERVER = Path(sys.executable).with_name("sajja-server")


def command(database_url: str, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of the server to its end."""
    return subprocess.run(
        [SERVER, *words],
        env=_environment(database_url, settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command with --json said."""
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout)


@contextmanager
def started(database_url: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command under way, killed at the end if it still runs."""
    child = subprocess.Popen(
        [SERVER, *words], env=_environment(database_url, {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def _environment(database_url: str, settings: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "SAJJA_DATABASE_URL": database_url, "NO_COLOR": "1", **settings}
