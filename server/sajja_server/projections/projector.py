"""The projector: follows a network's log and keeps its books.

* It reads by index, and index order is commit order: it never passes over an entry.
* Fold, tables and index commit in one transaction, into the live build. If that fails, or another build is live by
  then, memory is thrown away and read again from the tables.
* Where an older version made the live build, people go on reading it while this one builds its own beside, and
  switches. Where a newer version made it, this one only watches, loudly.
* One process at a time projects a network: it holds an advisory lock on a connection of its own. The others wait for
  the lock, and meanwhile see the tables that it writes.
* There is no LISTEN/NOTIFY: it looks at the head four times a second, and is woken sooner by its own process.
* Pushes come first: the fold runs in slices between requests, and `pace` says when it rests.
"""

import asyncio
import contextlib
from typing import Final

import structlog

from sajja_schemas import rules
from sajja_schemas.books import Books
from sajja_schemas.calendar import reached_day
from sajja_schemas.entry import to_base64url
from sajja_server.clock import now_ms
from sajja_server.projections import builds, erasure, findings, memory, switching
from sajja_server.projections.builds import Build, BuildMoved, Status
from sajja_server.projections.folding import fold, read_batch, tell, write_batch
from sajja_server.projections.pace import Pace
from sajja_server.projections.snapshots import Snapshotter
from sajja_server.store.pool import STORE_ERRORS, Connection, Hold

POLL_SECONDS: Final = 0.25
LOCK_SECONDS: Final = 1.0
BATCH_ENTRIES: Final = 2_000
RETRY_SECONDS: Final = 1.0
# A slice of the fold is about a millisecond: what a request waits for it. Books that have fallen behind take longer
# slices, and so a larger share of the time: under full load their lag is bounded, too.
SLICE_ENTRIES: Final = 24
SLICE_ENTRIES_BEHIND: Final = 120

logger = structlog.get_logger()


class Projector:
    """Keeps the books of one network, as long as `run` runs."""

    def __init__(self, hold: Hold, network: str, fingerprint: bytes) -> None:
        self._hold = hold
        self._network = network
        self._fingerprint = to_base64url(fingerprint)
        self._woken = asyncio.Event()
        self._asked = asyncio.Event()  # by somebody who waits for it
        self._moved = asyncio.Condition()
        self._pace = Pace()
        self._snapshots = Snapshotter(network, self._fingerprint)
        self._is_outdated = False
        self.index = 0  # of the next entry to fold, as this process last knew it

    def wake(self) -> None:
        """Say that entries were merged."""
        self._woken.set()

    async def run(self) -> None:
        """Follow the log until cancelled. A lost database is waited for; a mistake of ours is loud, and tried again."""
        while True:
            try:
                # Held for as long as it leads, so it is not one of the pool's: those are for requests.
                async with self._hold() as connection:
                    await self._lead(connection)
            except STORE_ERRORS as error:
                logger.warning("projector_interrupted", network=self._network, error=type(error).__name__)
            except Exception:
                logger.exception("projector_failed", network=self._network)
            await asyncio.sleep(RETRY_SECONDS)

    async def wait_for(self, index: int, seconds: float) -> bool:
        """Wait until the books reflect every entry below an index; False where that takes too long."""
        self.wake()
        self._asked.set()
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self.index >= index)
        except TimeoutError:
            return False
        return True

    async def _lead(self, connection: Connection) -> None:
        key = f"sajja projector {self._network}"
        while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key):
            await self._follow(connection)
            await asyncio.sleep(POLL_SECONDS)
        try:
            while True:
                build = await self._build(connection)
                if build is None:
                    await self._follow(connection)
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                with contextlib.suppress(BuildMoved):
                    await self._keep(connection, build)
                logger.info("projector_moved", network=self._network, build=build.number)
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)

    async def _build(self, connection: Connection) -> Build | None:
        """The live build, once it is one of this version; None where that has to be waited for."""
        build = await builds.live(connection, self._network)
        if build is not None and build.version == memory.VERSION:
            return build
        if build is not None and build.version > memory.VERSION:
            if not self._is_outdated:
                logger.error("projector_outdated", network=self._network, version=memory.VERSION, live=build.version)
            self._is_outdated = True
            return None
        if not await builds.try_lock(connection, self._network):
            return None  # somebody builds it
        try:
            mine = await builds.begin(connection, self._network)
            if mine.status is Status.BUILDING:
                await self._build_beside(connection, mine)
        finally:
            await builds.unlock(connection, self._network)
        return await builds.live(connection, self._network)

    async def _build_beside(self, connection: Connection, build: Build) -> None:
        """Fold the whole log into a build that nobody reads yet, and let people read it."""
        logger.warning("projection_building", network=self._network, build=build.number, version=build.version)
        async with connection.transaction():
            await builds.aim(connection, build.slot)
            known = await memory.load(connection, self._network, self._fingerprint)
        while await self._advance(connection, known, build) == BATCH_ENTRIES:
            pass  # what comes meanwhile is folded within the switch
        async with connection.transaction():
            await builds.aim(connection, build.slot)
            await switching.save_standing(connection, self._network, known.books)
        now = await switching.switch(connection, build, known)
        logger.warning("projection_switched", network=self._network, build=now.number, size=now.size, reason=now.reason)

    async def _keep(self, connection: Connection, build: Build) -> None:
        """Follow the log into the live build, until another one is live.

        Raises:
            BuildMoved: another one is.
        """
        async with connection.transaction():
            # Read anew by each leader: what another one folded but did not commit is not true.
            await builds.hold_live(connection, build)
            known = await memory.load(connection, self._network, self._fingerprint)
            await erasure.apply_again(connection, self._network)
        self._pace = Pace()  # another process may have looked last, at another index
        self._snapshots = Snapshotter(self._network, self._fingerprint)  # and have made some
        await self._announce(known.books.index)
        while True:
            began = _now_seconds()
            count = await self._advance(connection, known, build)
            if count == 0:
                await self._look(connection, known.books, build)
                await self._snapshots.step(connection, known.books, build)
                await _wait(self._woken, POLL_SECONDS)
            elif count < BATCH_ENTRIES:
                await _wait(self._asked, self._pace.folded(began, _now_seconds()))

    async def _follow(self, connection: Connection) -> None:
        """See how far the process that leads has come."""
        await self._announce(await memory.folded_to(connection, self._network))

    async def _advance(self, connection: Connection, known: memory.Memory, build: Build) -> int:
        """Fold the next batch; gives how many entries it had."""
        books, is_live = known.books, build.status is Status.LIVE
        self._woken.clear()
        self._asked.clear()
        batch = await read_batch(connection, books, BATCH_ENTRIES)
        if batch is None:
            return 0
        entries = batch.entries
        at_once = SLICE_ENTRIES if len(entries) < BATCH_ENTRIES else SLICE_ENTRIES_BEHIND
        for at in range(0, len(entries), at_once):
            fold(books, entries[at : at + at_once], batch.wanted, batch.bodies)
            await asyncio.sleep(0)
        async with connection.transaction():
            if is_live:
                await builds.hold_live(connection, build)
            else:
                await builds.aim(connection, build.slot)
            compared, contradicting = await write_batch(connection, known, batch, erases=is_live)
        tell(self._network, books.touched_failures, contradicting)
        memory.settle(known, compared)
        if is_live:
            await self._announce(books.index)
        return len(entries)

    async def _look(self, connection: Connection, books: Books, build: Build) -> None:
        """Read what stands in the books, if it is time for it."""
        began = _now_seconds()
        if not self._pace.is_look_due(books.index, began):
            return
        as_of = reached_day(books.reached.values(), now_ms())
        standing = await asyncio.to_thread(rules.findings, books, as_of)
        async with connection.transaction():
            await builds.hold_live(connection, build)
            await findings.save_standing(connection, self._network, books.index, as_of, standing)
        for failed in (one for one in standing if one.code == rules.RULE_FAILED.code):
            logger.error("rule_failed", network=self._network, **failed.fields)
        self._pace.looked(books.index, began, _now_seconds())

    async def _announce(self, index: int) -> None:
        async with self._moved:
            self.index = index
            self._moved.notify_all()


def _now_seconds() -> float:
    return asyncio.get_running_loop().time()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
