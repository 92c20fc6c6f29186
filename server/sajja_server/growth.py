"""The tree of a network's log, made from what is stored: never from what somebody remembers.

* Every leaf is made from the stored bytes of its entry. Bytes that are not those of the stored hash, an index that is
  missing, a feed that skips: nothing is published over that.
* Up to the size that was signed last the tree is rebuilt without touching a file, and its root compared; only then are
  files written. A database that was changed behind the server's back is found before it reaches them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.merkle import Frontier, leaf_hash
from sajja_schemas.tiles import TileWriter
from sajja_server.store.log import StoredLeaf, read_leaves
from sajja_server.store.pool import Connection
from sajja_server.tile_files import TileFiles

BATCH_ENTRIES: Final = 2_000


class LogDamaged(Exception):
    """What is stored is not what was merged; the message says where."""

    code = "log_damaged"

    def __init__(self, thai: str, english: str) -> None:
        super().__init__(f"{thai} · {english}: look at the database before anything else")


class Growth:
    """A tree that follows the stored log, and the files of its tiles."""

    def __init__(self, files: TileFiles) -> None:
        """Empty; `follow` makes it grow."""
        self.files = files
        self.writer = TileWriter()

    @property
    def size(self) -> int:
        """How many entries it holds."""
        return self.writer.size

    def take(self, entries: Sequence[StoredLeaf]) -> None:
        """Append stored entries, and write the tiles that they fill. Made for a thread.

        Raises:
            LogDamaged: an entry is not what was merged.
        """
        for tile, data in self.writer.extend(leaves_of(entries, self.size)):
            self.files.write(tile, data)

    def finish(self) -> bytes:
        """Write the ragged ends, make everything durable, and give the root as the files have it. Made for a thread.

        Raises:
            LogDamaged: the files do not give the root that was grown.
        """
        for tile, data in self.writer.ends():
            self.files.write(tile, data)
        self.files.settle()
        root = self.writer.root()
        if self.files.reader(self.size).root() != root:
            raise LogDamaged(
                "แฟ้มของสมุดกลางไม่ตรงกับรายการที่เก็บไว้",
                "the tiles that were written do not give the root over the stored entries",
            )
        return root


def leaves_of(entries: Sequence[StoredLeaf], start: int) -> list[bytes]:
    """The leaves of stored entries that stand from an index on.

    Raises:
        LogDamaged: an entry is missing, or its bytes are not those that it is named after.
    """
    for index, entry in enumerate(entries, start=start):
        if entry.index != index:
            raise LogDamaged(f"รายการลำดับ {index} หายไป", f"entry {index} is missing")
        if entry_hash(entry.body) != entry.hash:
            name = to_base64url(entry.hash)
            raise LogDamaged(
                f"รายการลำดับ {index} ({name}) ถูกแก้ในที่เก็บ", f"entry {index} ({name}) was changed where it is stored"
            )
    return [encode_leaf(e.signature, e.body, e.village, e.feed_sequence, e.received_at) for e in entries]


async def stored(connection: Connection, network: str, start: int, end: int) -> AsyncIterator[list[StoredLeaf]]:
    """The entries of a range, in batches.

    Raises:
        LogDamaged: there are fewer.
    """
    while start < end:
        batch = await read_leaves(connection, network, start, min(BATCH_ENTRIES, end - start))
        if not batch:
            raise LogDamaged(f"รายการลำดับ {start} หายไป", f"entry {start} is missing")
        start = batch[-1].index + 1
        yield batch


async def roots_of_stored(connection: Connection, network: str, sizes: Iterable[int]) -> dict[int, bytes]:
    """The roots at some sizes, rebuilt from the stored bytes alone.

    Raises:
        LogDamaged: an entry is missing, or is not what was merged.
    """
    frontier = Frontier()
    roots: dict[int, bytes] = {}
    for size in sorted(set(sizes)):
        async for batch in stored(connection, network, frontier.size, size):
            await asyncio.to_thread(_extend, frontier, batch)
        roots[size] = frontier.root()
    return roots


def _extend(frontier: Frontier, batch: Sequence[StoredLeaf]) -> None:
    frontier.extend(map(leaf_hash, leaves_of(batch, frontier.size)))
