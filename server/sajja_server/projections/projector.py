"""The projector: follows a network's log and keeps its books.

* It reads by index, and index order is commit order: it never passes over an entry.
* Fold, tables and index commit in one transaction. If that fails, memory is thrown away and read again from the tables.
* One process at a time projects a network: it holds an advisory lock on a connection of its own. The others wait for
  the lock, and meanwhile see the tables that it writes.
* There is no LISTEN/NOTIFY: it looks at the head four times a second, and is woken sooner by its own process.
* Pushes come first: the fold runs in slices between requests, and `pace` says when it rests.
"""

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import structlog

from sajja_schemas import rules
from sajja_schemas.books import Admitted, Books, Change, apply, originals
from sajja_schemas.calendar import reached_day
from sajja_schemas.entry import EntryRef, entry_hash, from_base64url, to_base64url
from sajja_schemas.verdicts import Effect
from sajja_server.clock import now_ms
from sajja_server.projections import erasure, findings, memory
from sajja_server.projections.pace import Pace
from sajja_server.projections.witness import acknowledgements, save_witnesses
from sajja_server.store import log as store
from sajja_server.store.log import LoggedBody
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
            async with connection.transaction():
                # Read anew by each leader: what another one folded but did not commit is not true.
                known = await memory.load(connection, self._network, self._fingerprint)
                await erasure.apply_again(connection, self._network)
            self._pace = Pace()  # another process may have looked last, at another index
            await self._announce(known.books.index)
            while True:
                began = _now_seconds()
                count = await self._advance(connection, known)
                if count == 0:
                    await self._look(connection, known.books)
                    await _wait(self._woken, POLL_SECONDS)
                elif count < BATCH_ENTRIES:
                    await _wait(self._asked, self._pace.folded(began, _now_seconds()))
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)

    async def _follow(self, connection: Connection) -> None:
        """See how far the process that leads has come."""
        index = await connection.fetchval("SELECT index FROM books.state WHERE network = $1", self._network)
        await self._announce(index or 0)

    async def _advance(self, connection: Connection, known: memory.Memory) -> int:
        """Fold the next batch; gives how many entries it had."""
        books = known.books
        self._woken.clear()
        self._asked.clear()
        entries = await store.read_bodies(connection, self._network, books.index, BATCH_ENTRIES)
        if not entries:
            return 0
        wanted = originals(books, (entry.body for entry in entries))
        bodies = await self._originals(connection, wanted.values(), before=books.index)
        erasures = erasure.waiting(books) | erasure.among(entries)
        changes: list[Change] = []
        at_once = SLICE_ENTRIES if len(entries) < BATCH_ENTRIES else SLICE_ENTRIES_BEHIND
        for at in range(0, len(entries), at_once):
            changes += fold(books, entries[at : at + at_once], wanted.keys(), bodies)
            await asyncio.sleep(0)
        async with connection.transaction():
            touched = memory.count_devices(known.counts, entries)
            compared = await memory.save(connection, known, changes, touched)
            await erasure.apply_counted(connection, books, erasures)
            contradicting = await save_witnesses(connection, self._network, acknowledgements(entries))
        memory.settle(known, compared)
        for name, effect in changes:
            if effect is Effect.UNDIGESTED:
                logger.error("entry_undigested", network=self._network, entry=name)
        for ack in contradicting:
            logger.error(
                "witness_contradicts", network=self._network, index=ack.index, origin=ack.origin, size=ack.size
            )
        await self._announce(books.index)
        return len(entries)

    async def _look(self, connection: Connection, books: Books) -> None:
        """Read what stands in the books, if it is time for it."""
        began = _now_seconds()
        if not self._pace.is_look_due(books.index, began):
            return
        as_of = reached_day(books.reached.values(), now_ms())
        standing = await asyncio.to_thread(rules.findings, books, as_of)
        async with connection.transaction():
            await findings.save_standing(connection, self._network, books.index, as_of, standing)
        for failed in (one for one in standing if one.code == rules.RULE_FAILED.code):
            logger.error("rule_failed", network=self._network, **failed.fields)
        self._pace.looked(books.index, began, _now_seconds())

    async def _originals(self, connection: Connection, refs: Iterable[EntryRef], *, before: int) -> dict[str, bytes]:
        """The bodies of entries before an index, by hash."""
        places = [(from_base64url(ref.device, 32), ref.sequence, from_base64url(ref.hash, 32)) for ref in refs]
        if not places:
            return {}
        stored = await store.bodies_of(connection, self._network, places, before=before)
        return {to_base64url(entry_hash(body)): body for body in stored}

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


def fold(
    books: Books, entries: Sequence[LoggedBody], wanted: Collection[str], bodies: dict[str, bytes]
) -> list[Change]:
    """Fold entries into the books, in place.

    Args:
        books: the state just before the first of them.
        entries: in index order.
        wanted: the hashes that the fold may look up.
        bodies: those of them that stand before the first entry. What is looked up never stands later than the entry
            that asks: else a replay in other batches could come to another end.

    Returns:
        Every change but the usual one, that an entry counts as it comes.
    """
    changes: list[Change] = []
    for entry in entries:
        name = to_base64url(entry.hash)
        changed = apply(books, Admitted(entry.index, name, entry.body), bodies.get)
        if len(changed) > 1 or changed[0][1] is not Effect.COUNTED:
            changes += changed
        if name in wanted:
            bodies[name] = entry.body
    return changes
