"""What people read of the books: by every server process, from books that it has in memory, as of now or of any entry.

* A process that is asked keeps books of its own and goes on with them by folding what came (`going_on`); it begins with
  the tables, or for the past with a snapshot. So processes need not agree on anything, and whoever is never asked
  folds nothing. What is not asked for some minutes is forgotten.
* An answer is kept as long as its books are the newest, and of the past for as long as there is room: to ask again is
  free. It says of which entry it is.
* While entries come, an answer that took long is not waited for: the last one is given, if it is not old, and another
  one is made, for no more than a share of the time. What is made quickly is always made anew.
* While people look, the books of now are gone on with by themselves, so that whoever asks waits for few entries.
* One answer is made at a time of now, and one of the past, each in a thread; the books do not move under it.
* The log may be restored to an earlier state and go on otherwise. Books whose last entry is not the log's are dropped,
  and so are those of a build that people read no longer: another may say something else of the same entry.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final

import msgspec
import structlog

from sajja_schemas.books import Books, open_books
from sajja_schemas.entry import to_base64url
from sajja_server.projections import memory, snapshots
from sajja_server.projections.findings import Standing, read_standing
from sajja_server.projections.going_on import go_on, untouch
from sajja_server.store.log import log_head
from sajja_server.store.pool import STORE_ERRORS, Connection, Pool

# Of the processor: how busy the machine is does not make an answer older.
QUICK_SECONDS: Final = 0.02  # an answer that takes no longer is made anew, whenever the books have moved
COST_FACTOR: Final = 20  # another one is made no sooner than after so many times what it took
STALE_FACTOR: Final = 60  # and after so many times, whoever asks waits for it
STALE_SECONDS_MAX: Final = 60.0
BUSY_SECONDS: Final = 1.0  # and so long it may be old while another answer is being made
IDLE_SECONDS: Final = 900.0
WATCHED_SECONDS: Final = 15.0  # after a question, until nobody looks any more: a page asks every five
FOLLOW_SECONDS: Final = 0.1  # between two looks for entries that the books do not hold
NEAR_ENTRIES: Final = 15_000  # that are folded sooner than all rows of the tables are read
ANSWERS_MAX: Final = 64

logger = structlog.get_logger()


class BeyondTheLog(LookupError):
    """The log has no such entry yet."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.last = last


class BooksUnready(Exception):
    """The tables are of another version, which this one cannot read, and are being made anew."""


class Head(msgspec.Struct, frozen=True):
    """How far the log has come, and how far the books that people read, and which build they are."""

    size: int
    folded: int
    build: int


class Answer(msgspec.Struct):
    """What was read from books."""

    size: int  # how many entries they held
    value: Any
    made_at: float  # by the loop's clock
    took_seconds: float  # of the processor


class Mirror(msgspec.Struct):
    """Books that this process goes on with, the hash of their last entry, and the build that was live then."""

    books: Books
    tip: bytes | None
    build: int


async def books_at(connection: Connection, network: str, size: int, *, near: Books | None = None) -> Books:
    """The books of the first so many entries of the log, which must be there.

    Args:
        connection: to read with.
        network: whose.
        size: how many entries.
        near: books that may be gone on with, in place, if they hold no more.
    """
    start = near if near is not None and near.index <= size else None
    found = await snapshots.nearest(connection, network, size, beyond=start.index if start is not None else 0)
    books = found or start
    if books is None:
        books = open_books(network, await _fingerprint(connection, network))
    await go_on(connection, books, size)
    return books


class Making(msgspec.Struct):
    """An answer that is being made."""

    task: "asyncio.Task[Answer]"
    askers: int = 0
    has_begun: bool = False  # from then on it is made, for somebody else will ask


class Reader:
    """Reads the books of one network, for one process."""

    def __init__(self, pool: Pool, network: str) -> None:
        self._pool = pool
        self._network = network
        self._moving = {"now": asyncio.Lock(), "past": asyncio.Lock()}  # nobody waits for another's past
        self._now: Mirror | None = None
        self._past: Mirror | None = None
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._making: dict[Hashable, Making] = {}
        self._idle: asyncio.TimerHandle | None = None
        self._asked_at = 0.0  # seconds of the loop's clock
        self._following: asyncio.Task[None] | None = None
        self._standing: Standing | None = None
        self._looking = asyncio.Lock()

    async def head(self) -> Head:
        """How far the log has come, and how far the books that people read."""
        async with self._pool.acquire() as connection:
            return await _head(connection, self._network)

    async def read(self, name: Hashable, make: Callable[[Books], Any], *, at: int | None = None) -> Answer:
        """What `make` reads from the books.

        Args:
            name: of the question: whatever has one name has one answer.
            make: reads books, and nothing else; it is called in a thread.
            at: the index of the last entry that the books hold; those that people read, where none is given.

        Raises:
            BeyondTheLog: there is no such entry.
            BooksUnready: the tables are being made anew.
        """
        self._stay_awake()
        head = await self.head()
        if at is not None and at >= head.size:
            raise BeyondTheLog(head.size - 1)
        key = (name, at, head.build)  # another build may say something else of the same entry
        known = self._answers.get(key)
        if known is not None:
            self._answers.move_to_end(key)
            if at is not None or known.size == head.folded:
                return known
        making = self._making.get(key)
        if known is not None and (known.took_seconds > QUICK_SECONDS or self._moving["now"].locked()):
            age = asyncio.get_running_loop().time() - known.made_at
            if age < min(max(STALE_FACTOR * known.took_seconds, BUSY_SECONDS), STALE_SECONDS_MAX):
                if making is None and age > COST_FACTOR * known.took_seconds:
                    self._start(key, make, at)
                return known
        return await self._wait_for(making or self._start(key, make, at))

    async def _wait_for(self, making: Making) -> Answer:
        """Wait for an answer; what nobody waits for any more is not begun, so that nobody queues behind it."""
        making.askers += 1
        try:
            return await asyncio.shield(making.task)
        finally:
            making.askers -= 1
            if not making.askers and not making.has_begun:
                making.task.cancel()

    async def standing(self) -> Standing:
        """The findings that stood when the books last rested."""
        async with self._looking, self._pool.acquire() as connection:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                self._standing = await read_standing(connection, self._network, self._standing)
            return self._standing

    def _start(self, key: Hashable, make: Callable[[Books], Any], at: int | None) -> Making:
        task = asyncio.create_task(self._make(key, make, at), name=f"reading {self._network}")
        self._making[key] = Making(task)
        task.add_done_callback(lambda done: self._made(key, done))
        return self._making[key]

    def _made(self, key: Hashable, task: asyncio.Task[Answer]) -> None:
        del self._making[key]
        if (
            not task.cancelled()
            and (error := task.exception()) is not None
            and not isinstance(error, (*STORE_ERRORS, BooksUnready))
        ):
            logger.error("reading_failed", network=self._network, error=type(error).__name__)

    async def _make(self, key: Hashable, make: Callable[[Books], Any], at: int | None) -> Answer:
        clock = asyncio.get_running_loop().time
        async with self._moving["now" if at is None else "past"]:
            self._making[key].has_begun = True
            async with self._pool.acquire() as connection:
                books = await (self._books_now(connection) if at is None else self._books_of(connection, at + 1))
            # Bringing the books here the first time says nothing of what the next answer will cost.
            value, took_seconds = await asyncio.to_thread(_timed, make, books)
            answer = Answer(books.index, value, clock(), took_seconds)
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > ANSWERS_MAX:
            self._answers.popitem(last=False)
        return answer

    async def _books_now(self, connection: Connection, *, rests: bool = False) -> Books:
        """The books that people read: as far as the tables are."""
        head = await _head(connection, self._network)
        mirror, self._now = self._now, None  # should this fail half way, they are not the books of any index
        is_near = mirror is not None and 0 <= head.folded - mirror.books.index <= NEAR_ENTRIES
        if mirror is not None and is_near and await self._is_ours(connection, mirror, head):
            books = mirror.books
            await go_on(connection, books, head.folded, rests=rests)
        elif found := await self._from_tables(connection):
            books = found
        else:
            return await self._of_another_version(connection)
        self._now = Mirror(books, await _tip(connection, self._network, books.index), head.build)
        return books

    async def _books_of(self, connection: Connection, size: int) -> Books:
        """The books of the first so many entries."""
        head = await _head(connection, self._network)
        past, self._past = self._past, None
        near = past.books if past is not None and await self._is_ours(connection, past, head) else None
        books = await books_at(connection, self._network, size, near=near)
        self._past = Mirror(books, await _tip(connection, self._network, size), head.build)
        return books

    async def _from_tables(self, connection: Connection) -> Books | None:
        """The books as the tables hold them, or empty ones; None where another version wrote the tables.

        A snapshot that is not far behind them is read in a fraction of the time that their rows take.
        """
        folded = await memory.folded_to(connection, self._network)
        if near := await snapshots.nearest(connection, self._network, folded, beyond=folded - NEAR_ENTRIES):
            await go_on(connection, near, folded)
            return near
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await memory.stored(connection, self._network)
            if found is None:
                is_empty = not await memory.folded_to(connection, self._network)
                fingerprint = await _fingerprint(connection, self._network)
                return open_books(self._network, fingerprint) if is_empty else None
        untouch(found.books)
        return found.books

    async def _of_another_version(self, connection: Connection) -> Books:
        """What another version wrote, until this one has made its own: to be read as it is, not to be gone on with."""
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                found = await memory.stored(connection, self._network, of_any_version=True)
        except (msgspec.MsgspecError, KeyError) as error:
            raise BooksUnready from error
        if found is None:
            raise BooksUnready
        return found.books

    async def _is_ours(self, connection: Connection, mirror: Mirror, head: Head) -> bool:
        """Whether books in memory may be gone on with: of this log, and of the build that people read."""
        if mirror.build != head.build:
            return False
        if await _tip(connection, self._network, mirror.books.index) == mirror.tip:
            return True
        logger.warning("reading_log_went_otherwise", network=self._network, index=mirror.books.index)
        self._answers.clear()
        return False

    def _stay_awake(self) -> None:
        loop = asyncio.get_running_loop()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = loop.call_later(IDLE_SECONDS, self._forget)
        self._asked_at = loop.time()
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name=f"following {self._network}")

    async def _follow(self) -> None:
        """Keep the books of now near those that people read, until nobody looks any more."""
        clock, moving = asyncio.get_running_loop().time, self._moving["now"]
        with contextlib.suppress(*STORE_ERRORS, BooksUnready):  # who asks next begins again, and is told
            while clock() - self._asked_at < WATCHED_SECONDS:
                await asyncio.sleep(FOLLOW_SECONDS)
                if self._now is None or moving.locked():
                    continue
                head = await self.head()
                if (head.folded, head.build) == (self._now.books.index, self._now.build):
                    continue
                async with moving, self._pool.acquire() as connection:
                    await self._books_now(connection, rests=True)

    def _forget(self) -> None:
        self._now = self._past = self._idle = self._standing = None
        self._answers.clear()


def _timed(make: Callable[[Books], Any], books: Books) -> tuple[Any, float]:
    began = time.thread_time()
    value = make(books)
    return value, time.thread_time() - began


async def _head(connection: Connection, network: str) -> Head:
    row = await connection.fetchrow(
        """
        SELECT l.size, s.index, p.number FROM sajja.log_head l LEFT JOIN books.state s ON s.network = l.network
        LEFT JOIN projection.live p ON p.network = l.network WHERE l.network = $1
        """,
        network,
    )
    return Head(row["size"], row["index"] or 0, row["number"] or 0) if row is not None else Head(0, 0, 0)


async def _fingerprint(connection: Connection, network: str) -> str:
    return to_base64url((await log_head(connection, network)).fingerprint)


async def _tip(connection: Connection, network: str, size: int) -> bytes | None:
    """The hash of the last of so many entries."""
    found: bytes | None = await connection.fetchval(
        "SELECT hash FROM sajja.entry WHERE network = $1 AND index = $2", network, size - 1
    )
    return found
