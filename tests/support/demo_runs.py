"""`sajja demo` as a process of its own, for tests that start, watch and stop it."""

import contextlib
import os
import random
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

LOAD_SECONDS = 480


def free_port() -> int:
    """A port that nobody has, of those that the system gives to no connection of its own accord."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start(home: Path, *words: str, port: int) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "SAJJA_DATABASE_URL"}
    return subprocess.Popen(
        [Path(sys.executable).with_name("sajja"), "demo", "--home", str(home), "--port", str(port), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finish(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        said, complained = child.communicate(timeout=LOAD_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        raise
    return child.returncode, said, complained


def run(home: Path, *words: str, port: int | None = None) -> tuple[int, str, str]:
    return finish(start(home, *words, port=port or free_port()))


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def recorded(home: Path) -> int:
    """How many lines the clients have so far."""
    count = 0
    for path in (home / "clients").glob("*/log.sqlite3"):
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(path)) as log:
            count += log.execute("SELECT count(*) FROM log").fetchone()[0]
    return count
