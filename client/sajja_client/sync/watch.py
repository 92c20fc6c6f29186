"""Sync for as long as it is left running: what is recorded goes out at once, what others recorded comes in soon.

* Whether something was recorded here costs a look at this device's own file; whether something came in elsewhere costs
  the server one indexed read (`Server.feeds`). A whole sync runs only where there is something, and once in a while.
* Without a connection it tries again, for ever, with pauses that double up to some minutes, each a little different, so
  that twelve villages do not come back in the same second. What the server said about when to come back is kept to.
* Ctrl-C, or the end of the session, ends it between two steps or in the middle of one: whatever was under way is said
  again next time.
* What must be looked at by people (a fork, an alarm) is told, and the sync goes on; what cannot become better by itself
  (a device that was revoked, a feed that does not verify) ends it with its problem.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from random import SystemRandom
from typing import Final

import stamina

from sajja_client.log import Log
from sajja_client.problems import EXIT_OFFLINE, Problem
from sajja_client.sync.report import SyncReport
from sajja_client.sync.run import Sync
from sajja_client.sync.server import ServerProblem

LOOK_SECONDS: Final = 1.0  # at this device's own log
POLL_SECONDS: Final = 20.0  # of the server: is there anything
WHOLE_SECONDS: Final = 600.0  # between two whole syncs at most: witnesses, proofs and parts come with those
WAIT_SECONDS_FIRST: Final = 2.0
WAIT_SECONDS_MOST: Final = (240.0, 360.0)  # each device has its own, or they would come back together
_ATTEMPTS: Final = 3  # at one call; the longer pauses are this module's
_FOR_EVER: Final = frozenset({"device_revoked", "network_unknown"})

_Poll = tuple[dict[str, int], int | None]


class Watch:
    """A device's sync, until it is ended."""

    def __init__(
        self,
        log: Log,
        *,
        server_url: str | None = None,
        synced: Callable[[SyncReport], None],
        waits: Callable[[Problem, float], None],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """`synced` is told of each run, `waits` of each that failed and how long the pause will be."""
        self.log = log
        self._sync = Sync(log, server_url=server_url, attempts=_ATTEMPTS)
        self._synced = synced
        self._waits = waits
        self._poll_seconds = poll_seconds
        self._ended = asyncio.Event()

    def end(self) -> None:
        """End it soon."""
        self._ended.set()

    async def run(self) -> None:
        """Keep at it until Ctrl-C, SIGTERM or `end`.

        Raises:
            Problem: one that no waiting mends.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(RuntimeError, NotImplementedError):  # only the main thread hears signals
                loop.add_signal_handler(number, self.end)
        work = asyncio.create_task(self._work())
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            ended.cancel()
            await asyncio.gather(work, ended, return_exceptions=True)

    async def _work(self) -> None:
        async with self._sync:
            while True:
                known = await self._sync_at_last()
                await self._until_there_is_something(known)

    async def _sync_at_last(self) -> _Poll | None:
        """One whole sync, however long it takes to find a connection; gives how long the feeds were then."""
        attempts = stamina.retry_context(
            _when_again,
            attempts=None,
            timeout=None,
            wait_initial=WAIT_SECONDS_FIRST,
            wait_max=SystemRandom().uniform(*WAIT_SECONDS_MOST),
            wait_jitter=WAIT_SECONDS_FIRST,
        )
        async for attempt in attempts:
            with attempt:
                try:
                    report = await self._sync.run()
                    known = await self._poll() if report.enrolled else None
                except Problem as problem:
                    again = _when_again(problem)
                    if again:
                        self._waits(problem, attempt.next_wait if again is True else again)
                    raise
                self._synced(report)
                return known
        raise AssertionError("it ends with an answer or an error")

    async def _until_there_is_something(self, known: _Poll | None) -> None:
        """Wait until something was recorded here, or stored there; or it is time for a whole sync anyway."""
        loop = asyncio.get_running_loop()
        whole_at_seconds = loop.time() + (WHOLE_SECONDS if known is not None else self._poll_seconds)
        poll_at_seconds = loop.time() + self._poll_seconds
        head = self.log.head()
        while loop.time() < whole_at_seconds:
            await asyncio.sleep(min(LOOK_SECONDS, self._poll_seconds))
            if self.log.head() != head:
                return
            if loop.time() >= poll_at_seconds:
                poll_at_seconds = loop.time() + self._poll_seconds
                try:
                    if await self._poll() != known:
                        return
                except Problem:
                    return  # the whole sync says what is wrong, and waits

    async def _poll(self) -> _Poll:
        told = await self._sync.server.feeds()
        return told.feeds, told.epoch


def _when_again(error: Exception) -> bool | float:
    """Whether waiting helps, or how many seconds of it."""
    if isinstance(error, ServerProblem):
        if error.problem.code in _FOR_EVER:
            return False
        return error.retry_after_seconds or True
    return isinstance(error, Problem) and error.exit_code == EXIT_OFFLINE
