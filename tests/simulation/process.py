"""A real `sajja-server COMMAND…` process that can die at named points, or has a fault put in.

It is forked from a process that has every module loaded and has done nothing else: a story starts dozens, and loading
them anew would be most of what it takes. The fault comes first, so that a point lies around what a faulty server does.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from sajja_server import cli, clock
from simulation.faults import FAULT, FAULTS
from simulation.points import wrap_all

CLOCK: Final = "SIMULATED_CLOCK_MS"  # the environment's name for how far the process's clock is ahead
_STDOUT, _STDERR = 1, 2
_context: Final = get_context("forkserver")
# What the commands import as they are called, and whatever a main module that tells stories has imported.
_context.set_forkserver_preload(
    [
        "sajja_server.serve", "sajja_server.bundles", "sajja_server.logs", "simulation.story", "simulation.disputes",
        "rich.progress",
    ]
)  # fmt: skip


class Child:
    """One such process, as the story holds it."""

    def __init__(
        self, process: ForkServerProcess, said: asyncio.StreamReader, transport: asyncio.ReadTransport
    ) -> None:
        self._process = process
        self._transport = transport
        self.said = said  # its standard output

    @classmethod
    async def begin(cls, words: Sequence[str], environment: Mapping[str, str], log_path: Path) -> "Child":
        """Start a command."""
        ours, theirs = _context.Pipe(duplex=False)
        process = _context.Process(target=_run, args=(list(words), dict(environment), str(log_path), theirs))
        await asyncio.to_thread(process.start)
        theirs.close()
        said = asyncio.StreamReader()
        transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(said), os.fdopen(os.dup(ours.fileno()), "rb")
        )
        ours.close()
        return cls(process, said, transport)

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative where by a signal; None while it runs."""
        return self._process.exitcode

    def send(self, what: signal.Signals) -> None:
        """A signal; nothing where it has ended."""
        assert self._process.pid is not None
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, what)

    async def wait(self, seconds: float) -> int:
        """How it ended.

        Raises:
            TimeoutError: it has not.
        """
        await asyncio.to_thread(self._process.join, seconds)
        if self.exit_code is None:
            raise TimeoutError
        self._transport.close()
        return self.exit_code


class _Time:
    """The module `time` as the server's clock asks it."""

    monotonic_ns = staticmethod(time.monotonic_ns)

    def __init__(self, ahead_ms: int) -> None:
        self._ahead_ns = ahead_ms * 1_000_000

    def time_ns(self) -> int:
        """What the clock shows."""
        return time.time_ns() + self._ahead_ns


def _run(words: list[str], environment: dict[str, str], log_path: str, out: Connection) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(out.fileno(), _STDOUT)
    out.close()
    with Path(log_path).open("ab") as log:
        os.dup2(log.fileno(), _STDERR)
    sys.argv = ["sajja-server", *words]
    module: Any = clock
    module.time = _Time(int(os.environ.get(CLOCK, "0")))
    if FAULT in os.environ:
        FAULTS[os.environ[FAULT]].put_in()
    wrap_all()
    cli.main()
