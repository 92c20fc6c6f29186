"""Building a network's books from zero, beside the live ones, and letting people read them.

* Everything comes from the log. Nothing of it, and nothing that people read, is touched before the switch.
* State and index commit together every `COMMIT_ENTRIES`: a build that was killed goes on from there, where the same
  code goes on with it. Meanwhile entries are read ahead on a connection of their own, and folded in a thread.
* The live books grow meanwhile. A build follows them until little is left, and the switch folds the rest.
* One builds at a time. A disk that fills or a database that goes away ends a build; what it committed is there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

import msgspec

from sajja_schemas.accounts import belongs_to
from sajja_schemas.books import open_books
from sajja_schemas.entry import to_base64url
from sajja_schemas.holdings import Books
from sajja_schemas.state_hash import difference
from sajja_schemas.verdicts import Effect
from sajja_server.projections import builds, folding, memory, switching
from sajja_server.projections.builds import Build, BuildRefused, Status
from sajja_server.projections.folding import Batch
from sajja_server.projections.switching import Switched
from sajja_server.store import log as store
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection, Hold

READ_ENTRIES: Final = 5_000
COMMIT_ENTRIES: Final = 50_000  # what a kill can cost: a second or two of work
NEAR_ENTRIES: Final = 5_000  # what the switch folds while it holds the live row


class Progress(msgspec.Struct, frozen=True):
    """How far a build has come."""

    network: str
    number: int
    folded: int
    end: int


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A build that has come to where the live books are."""

    network: str
    number: int
    slot: str
    version: int
    size: int
    undigested: int  # entries that the fold could not take: a mistake of the program
    began_at: int  # how many entries were there already, of a build that was gone on with
    switched: Switched | None


Tell = Callable[[Progress], None]


async def rebuild(hold: Hold, network: str, *, tell: Tell, accepted: str | None = None, switches: bool = True) -> Built:
    """Build the books of a network anew and, if asked, let people read them.

    Args:
        hold: gives connections, of which this needs two.
        network: whose books.
        tell: is told of every step.
        accepted: why the new figures may differ from those that people read.
        switches: whether people read the new books from then on.

    Raises:
        BuildRefused: somebody else builds; there is nothing to build beside; or the new books say something else.
        STORE_ERRORS: the database failed. What was committed is gone on with by the next call.
    """
    async with hold() as connection, hold() as reader:
        await _lock(connection, network)
        try:
            live = await _live(connection, network)
            if live.version > memory.VERSION:
                raise switching.version_older(live)
            build = await builds.begin(connection, network)
            known = await _load(connection, build)
            began_at = known.books.index
            await _follow(connection, reader, build, known, tell, near=NEAR_ENTRIES if switches else 0)
            async with connection.transaction():
                await builds.aim(connection, build.slot)
                await switching.save_standing(connection, network, known.books)
            switched = await switching.switch(connection, build, known, accepted=accepted) if switches else None
            tell(Progress(network, build.number, known.books.index, known.books.index))
        finally:
            await builds.unlock(connection, network)
    return Built(
        network=network,
        number=build.number,
        slot=build.slot,
        version=build.version,
        size=known.books.index,
        undigested=sum(code is Effect.UNDIGESTED for code in known.books.quarantined.values()),
        began_at=began_at,
        switched=switched,
    )


async def roll_back(hold: Hold, network: str, *, tell: Tell, reason: str) -> Switched:
    """Let people read again what was live before; it is first brought to where the log is.

    Raises:
        BuildRefused: there is no such build any more, or another version made it.
    """
    async with hold() as connection, hold() as reader:
        await _lock(connection, network)
        try:
            build = await builds.beside(connection, network)
            if build is None or build.status is not Status.RETIRED:
                raise BuildRefused(
                    "nothing_retired",
                    "ไม่มียอดชุดก่อนให้ย้อนกลับไป",
                    "there are no earlier books to go back to",
                )
            if build.version != memory.VERSION:
                raise BuildRefused(
                    "version_other",
                    f"ยอดชุดก่อนสร้างด้วยรุ่น {build.version} ให้ติดตั้งโปรแกรมรุ่นนั้นก่อน แล้วสั่ง rollback จากโปรแกรมนั้น",
                    f"the earlier books were made by version {build.version}: install the release that has it, and say"
                    " rollback there",
                )
            known = await _load(connection, build)
            await _follow(connection, reader, build, known, tell, near=NEAR_ENTRIES)
            return await switching.switch(connection, build, known, accepted=reason, is_back=True)
        finally:
            await builds.unlock(connection, network)


async def compare_village(
    connection: Connection, network: str, village: str, tell: Tell
) -> Mapping[str, tuple[list[str], list[str]]]:
    """Replay the log in memory, write nothing, and compare a village's rows with those that people read.

    Raises:
        BuildRefused: there are no live books of this version.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        live = await _live(connection, network)
        found = await memory.stored(connection, network)
        if found is None:
            raise switching.version_older(live)
        books = await replay(connection, network, found.books.index, tell)
    return difference(_of_village(found.books, village), _of_village(books, village))


async def replay(connection: Connection, network: str, size: int, tell: Tell, books: Books | None = None) -> Books:
    """The books of the first entries of the log, folded in memory: from zero, or further."""
    if books is None:
        head = await store.log_head(connection, network)
        books = open_books(network, to_base64url(head.fingerprint))
    while books.index < size:
        batch = await folding.read_batch(connection, books, min(READ_ENTRIES, size - books.index))
        if batch is None:
            raise BuildRefused(
                "log_shorter",
                f"สมุดกลางมีเพียง {books.index} รายการ",
                f"the log has {books.index} entries only",
            )
        await asyncio.to_thread(folding.fold, books, batch.entries, batch.wanted, batch.bodies)
        tell(Progress(network, 0, books.index, size))
    return books


async def _follow(
    connection: Connection, reader: Connection, build: Build, known: memory.Memory, tell: Tell, *, near: int
) -> None:
    """Fold until the live books are near."""
    network = build.network
    end = await _end(connection, network)
    tell(Progress(network, build.number, known.books.index, end))
    while end - known.books.index > near:
        written = Batch([], (), {}, {})
        async for entries in _read_ahead(reader, network, known.books.index, end):
            batch = await folding.with_originals(connection, known.books, entries)
            await asyncio.to_thread(folding.fold, known.books, entries, batch.wanted, batch.bodies)
            written.entries += entries
            written.erasures |= batch.erasures
            tell(Progress(network, build.number, known.books.index, end))
            if len(written.entries) >= COMMIT_ENTRIES:
                await _commit(connection, build, known, written)
                written = Batch([], (), {}, {})
        await _commit(connection, build, known, written)
        end = await _end(connection, network)


async def _commit(connection: Connection, build: Build, known: memory.Memory, batch: Batch) -> None:
    async with connection.transaction():
        await builds.aim(connection, build.slot)
        compared, contradicting = await folding.write_batch(connection, known, batch, erases=False)
    folding.tell(build.network, known.books.touched_failures, contradicting)
    memory.settle(known, compared)


async def _read_ahead(reader: Connection, network: str, first: int, end: int) -> AsyncIterator[list[LoggedBody]]:
    """The entries of a range, the next ones read while the last ones are folded."""

    def read(at: int) -> asyncio.Task[list[LoggedBody]]:
        return asyncio.create_task(store.read_bodies(reader, network, at, min(READ_ENTRIES, end - at)))

    reading = read(first)
    try:
        while entries := await reading:
            following = entries[-1].index + 1
            if following >= end:
                yield entries
                return
            reading = read(following)
            yield entries
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _end(connection: Connection, network: str) -> int:
    """How far a build has to come: to the live books, or to the log's end where another version made those."""
    live = await _live(connection, network)
    return live.folded if live.version == memory.VERSION else (await store.log_head(connection, network)).size


async def _live(connection: Connection, network: str) -> Build:
    live = await builds.live(connection, network)
    if live is None:
        raise BuildRefused(
            "nothing_live",
            f"ยังไม่มียอดของ {network} ให้สร้างใหม่ ให้เปิดเซิร์ฟเวอร์ก่อน",
            f"nothing of {network} was ever folded: start the server first",
        )
    return live


async def _load(connection: Connection, build: Build) -> memory.Memory:
    head = await store.log_head(connection, build.network)
    async with connection.transaction():
        await builds.aim(connection, build.slot)
        return await memory.load(connection, build.network, to_base64url(head.fingerprint))


async def _lock(connection: Connection, network: str) -> None:
    if not await builds.try_lock(connection, network):
        raise BuildRefused(
            "rebuild_under_way",
            f"กำลังสร้างยอดของ {network} ใหม่อยู่แล้วที่อื่น ให้รอจนเสร็จ",
            f"the books of {network} are being rebuilt already: wait until that is done",
        )


def _of_village(books: Books, village: str) -> Books:
    """What concerns a village: its ledgers, its own lines in the funds, and what is noted of it."""
    mine = {village, f"bank:{village}"}

    def concerns(words: tuple[object, ...]) -> bool:
        first = str(words[0])
        return first in mine or belongs_to(first, village) or village in words

    own = open_books(books.trust.network, books.trust.fingerprint)
    own.index = books.index
    own.balances = {key: amount for key, amount in books.balances.items() if concerns(key)}
    own.registers.rows = {
        name: {key: facts for key, facts in rows.items() if concerns(key)}
        for name, rows in books.registers.rows.items()
    }
    own.reached = {name: day for name, day in books.reached.items() if name == village}
    own.findings = {name: one for name, one in books.findings.items() if one.village == village}
    own.transit = {name: one for name, one in books.transit.items() if one.village == village}
    return own
