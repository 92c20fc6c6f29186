"""Snapshots: the whole books as of some entries, so that any past entry is answered by folding on from the nearest.

* They only speed up. A snapshot may be removed at any time; one of other code, of a log that went otherwise, or that
  cannot be read is none. Its code is the hash of the source that folds, as a build's.
* Whoever leads makes them, when the books rest: of the books that it has, once they are far enough behind the last
  one; and where there are none (new code, books that never rested), by folding a piece of the log at a time.
* How far they stand apart follows from how long folding takes, measured: `SPACING_ENTRIES` are folded in a fraction
  of a second. Where that many snapshots would take too much room they stand wider apart, and the others are removed.
"""

import asyncio
import gc
import zlib
from itertools import pairwise
from typing import Final

import msgspec
import structlog

from sajja_schemas.books import Books, open_books
from sajja_schemas.packing import pack, unpacker
from sajja_server.projections.builds import Build, hold_live
from sajja_server.projections.code import code_hash
from sajja_server.projections.going_on import go_on
from sajja_server.store.pool import STORE_ERRORS, Connection

SPACING_ENTRIES: Final = 5_000
BYTES_MAX: Final = 1 << 30  # of one network's snapshots
STEP_ENTRIES: Final = 1_000  # that are folded at a time to fill a gap
RETRY_SECONDS: Final = 60.0
_DEFLATE_LEVEL: Final = 1  # four fifths of what more work would save
_UNFIT: Final = (zlib.error, msgspec.DecodeError, RecursionError)

logger = structlog.get_logger()
_decoder: Final = unpacker(Books)


async def nearest(connection: Connection, network: str, size: int, *, beyond: int = 0) -> Books | None:
    """The books of the most entries that a snapshot holds, of at most so many, and of more than `beyond`.

    A snapshot whose last entry is not the log's (of before a restore) is none.
    """
    row = await connection.fetchrow(
        """
        SELECT s.index, s.books FROM past.snapshot s
        JOIN sajja.entry e ON e.network = s.network AND e.index = s.index - 1 AND e.hash = s.tip
        WHERE s.network = $1 AND s.code = $2 AND s.index <= $3 AND s.index > $4 ORDER BY s.index DESC LIMIT 1
        """,
        network,
        code_hash(),
        size,
        beyond,
    )
    if row is None:
        return None
    try:
        return await asyncio.to_thread(_read, row["books"])
    except _UNFIT as error:
        logger.warning("snapshot_unfit", network=network, index=row["index"], error=type(error).__name__)
        await _remove(connection, network, [row["index"]])
        return await nearest(connection, network, size, beyond=beyond)


async def forget_all(connection: Connection, network: str) -> None:
    """Remove every snapshot of a network: they hold what is not true any more."""
    await connection.execute("DELETE FROM past.snapshot WHERE network = $1", network)


async def keep(connection: Connection, books: Books) -> int:
    """Make a snapshot of books that nobody changes meanwhile; gives its bytes."""
    data = await asyncio.to_thread(_packed, books)
    await connection.execute(
        """
        INSERT INTO past.snapshot (network, index, code, tip, books)
        SELECT e.network, e.index + 1, $3, e.hash, $4 FROM sajja.entry e WHERE e.network = $1 AND e.index = $2
        ON CONFLICT (network, code, index) DO NOTHING
        """,
        books.trust.network,
        books.index - 1,
        code_hash(),
        data,
    )
    return len(data)


class Snapshotter:
    """Makes the snapshots of one network, a step at a time, for whoever leads."""

    def __init__(self, network: str, fingerprint: str) -> None:
        self._network = network
        self._fingerprint = fingerprint
        self._kept: list[int] | None = None  # their indexes, once they were read
        self._bytes = 0  # of the last one
        self._filling: Books | None = None
        self._not_before = 0.0  # seconds of the loop's clock, after a failure

    async def step(self, connection: Connection, books: Books, build: Build) -> None:
        """Make what is due, or a piece of it; the books rest meanwhile. A failure costs speed, and nothing else.

        Raises:
            BuildMoved: the build whose books these are is live no longer.
        """
        if asyncio.get_running_loop().time() < self._not_before:
            return
        try:
            await self._step(connection, books, build)
        except STORE_ERRORS as error:
            logger.warning("snapshot_not_kept", network=self._network, error=type(error).__name__)
            self._kept, self._filling = None, None
            self._not_before = asyncio.get_running_loop().time() + RETRY_SECONDS

    async def _step(self, connection: Connection, books: Books, build: Build) -> None:
        if self._kept is None:
            self._kept, self._bytes = await _known(connection, self._network)
        apart = spacing_of(books.index, self._bytes)
        if books.index - max(self._kept, default=0) >= apart:
            await self._keep(connection, books, build)
        elif gap := gap_in(self._kept, apart):
            await self._fill(connection, *gap, apart, build)

    async def _fill(self, connection: Connection, start: int, end: int, apart: int, build: Build) -> None:
        filling = self._filling
        if filling is None or not start <= filling.index < end:
            filling = await nearest(connection, self._network, start) if start else None
            filling = filling or open_books(self._network, self._fingerprint)
        self._filling = filling
        target = start + apart
        await go_on(connection, filling, min(filling.index + STEP_ENTRIES, target), rests=True)
        if filling.index == target:
            await self._keep(connection, filling, build)

    async def _keep(self, connection: Connection, books: Books, build: Build) -> None:
        assert self._kept is not None
        async with connection.transaction():  # after a switch to other figures nothing of the old ones comes back
            await hold_live(connection, build)
            self._bytes = await keep(connection, books)
        self._kept = sorted({*self._kept, books.index})
        close = too_close(self._kept, spacing_of(max(self._kept), self._bytes))
        await _remove(connection, self._network, close)
        self._kept = [index for index in self._kept if index not in close]
        if gap_in(self._kept, spacing_of(max(self._kept), self._bytes)) is None:
            self._filling = None
        logger.info("snapshot_kept", network=self._network, index=books.index, bytes=self._bytes)


def spacing_of(size: int, snapshot_bytes: int) -> int:
    """How far snapshots of a log of so many entries stand apart, so that all of them have room."""
    return max(SPACING_ENTRIES, -(-size * snapshot_bytes // BYTES_MAX))


def gap_in(kept: list[int], apart: int) -> tuple[int, int] | None:
    """The first place where snapshots stand so far apart that one is missing."""
    return next(((start, end) for start, end in pairwise((0, *kept)) if end - start >= 2 * apart), None)


def too_close(kept: list[int], apart: int) -> list[int]:
    """The snapshots that are not needed, each beside others that stand close enough without it; never the last."""
    needed, dropped = 0, []
    for index, after in pairwise(kept):
        if after - needed <= apart:
            dropped.append(index)
        else:
            needed = index
    return dropped


async def _known(connection: Connection, network: str) -> tuple[list[int], int]:
    """The indexes of the snapshots, and the bytes of the last one; those of other code are removed."""
    await connection.execute("DELETE FROM past.snapshot WHERE network = $1 AND code <> $2", network, code_hash())
    rows = await connection.fetch(
        """
        SELECT s.index, length(s.books) AS bytes, e.index IS NOT NULL AS is_ours FROM past.snapshot s
        LEFT JOIN sajja.entry e ON e.network = s.network AND e.index = s.index - 1 AND e.hash = s.tip
        WHERE s.network = $1 ORDER BY s.index
        """,
        network,
    )
    await _remove(connection, network, [row["index"] for row in rows if not row["is_ours"]])
    ours = [row for row in rows if row["is_ours"]]
    return [row["index"] for row in ours], ours[-1]["bytes"] if ours else 0


async def _remove(connection: Connection, network: str, indexes: list[int]) -> None:
    if indexes:
        await connection.execute(
            "DELETE FROM past.snapshot WHERE network = $1 AND index = ANY ($2::bigint[])", network, indexes
        )


def _packed(books: Books) -> bytes:
    registers = msgspec.structs.replace(books.registers, touched={})
    untouched = {name: type(getattr(books, name))() for name in books.__struct_fields__ if name.startswith("touched_")}
    return zlib.compress(pack(msgspec.structs.replace(books, registers=registers, **untouched)), _DEFLATE_LEVEL)


def _read(data: bytes) -> Books:
    packed = zlib.decompress(data)
    # Decoding holds the interpreter from its beginning to its end, so nobody misses the collector meanwhile; it would
    # look through everything that is already there, again and again, for garbage that decoding does not make.
    collected = gc.isenabled()
    gc.disable()
    try:
        return _decoder.decode(packed)
    finally:
        if collected:
            gc.enable()
