"""The books of a network as of any entry: begun from what is kept, and gone on with by folding the log itself.

What comes out is what the projector's own tables held when that entry was the last one: the same fold over the same
bytes. The fold runs in slices between requests. A request passes the loop a dozen times, and may wait for a slice each
time; so where nobody waits for the fold, it leaves the loop free for as long as a slice takes.
"""

import asyncio
from typing import Final

from sajja_schemas.books import Books
from sajja_server.projections import kept
from sajja_server.projections.folding import fold, read_batch
from sajja_server.store.pool import Connection

BATCH_ENTRIES: Final = 2_000
SLICE_ENTRIES: Final = 24  # about a millisecond
REST_SECONDS: Final = 0.001


async def go_on(connection: Connection, books: Books, size: int, *, rests: bool = False) -> None:
    """Fold the log on, in place, until the books hold so many entries; they must be there.

    Args:
        connection: to read with.
        books: what is gone on with.
        size: how many entries they hold then.
        rests: nobody waits for this.
    """
    while books.index < size:
        batch = await read_batch(connection, books, min(BATCH_ENTRIES, size - books.index))
        assert batch is not None, "nobody asks for more than the log has"
        for at in range(0, len(batch.entries), SLICE_ENTRIES):
            fold(books, batch.entries[at : at + SLICE_ENTRIES], batch.wanted, batch.bodies)
            await asyncio.sleep(REST_SECONDS if rests else 0)
        untouch(books)


def untouch(books: Books) -> None:
    """Nobody writes these books into tables: what changed in them is of no interest."""
    kept.settle(books)
    for name in books.__struct_fields__:
        if name.startswith("touched_"):
            getattr(books, name).clear()
    books.registers.touched.clear()
