"""The switch: one transaction after which people read another build, or nothing at all has happened.

 1. Take the live row: nothing is committed into the live build any more until this ends. Pushes and readers go on.
 2. Fold up to exactly the index at which the live build stands.
 3. Compare the state hash of both. Unless they are equal, nothing is switched, but for a reason that is written down:
    an operator's, or that of whoever raised the version (`memory.CHANGED`).
 4. Change the row; where the figures differ, forget the snapshots of the old ones. The build that was live is kept,
    for the way back.

* A build of a version that is not this code's cannot be read here, and so not compared. It is followed by ours only
  where ours is newer: up by itself, down by a person (`roll_back`).
"""

import asyncio
from typing import Final

import msgspec

from sajja_schemas import rules
from sajja_schemas.calendar import reached_day
from sajja_schemas.holdings import Books
from sajja_schemas.state_hash import difference, state_hash
from sajja_server.clock import now_ms
from sajja_server.projections import builds, findings, folding, memory, snapshots
from sajja_server.projections.builds import Build, BuildRefused
from sajja_server.store.log import log_head
from sajja_server.store.pool import Connection

BATCH_ENTRIES: Final = 5_000
SHOWN_MAX: Final = 20  # rows of a difference, of each side


class StateDiffers(BuildRefused):
    """What was built says something else than what people read."""

    def __init__(self, live: Books, rebuilt: Books) -> None:
        super().__init__(
            "state_differs",
            f"ยอดที่สร้างใหม่ไม่ตรงกับยอดที่ใช้อยู่ ณ {live.index} รายการ จึงยังไม่สลับ ดูส่วนที่ต่างกัน"
            " แล้วถ้ายอมรับให้สั่ง --accept-change พร้อมเหตุผล",
            f"what was rebuilt differs from what people read, at {live.index} entries: nothing was switched. Look at"
            " the difference; if it is what you mean, say --accept-change and why",
        )
        self.difference = {  # by section: rows of the live books, rows of the rebuilt
            name: (mine[:SHOWN_MAX], theirs[:SHOWN_MAX]) for name, (mine, theirs) in difference(live, rebuilt).items()
        }


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    """What people read now, and what it was compared with."""

    network: str
    number: int
    slot: str
    version: int
    size: int
    state_hash: bytes
    live_hash: bytes | None  # of the build that was live; None where this code cannot read it
    reason: str


async def switch(
    connection: Connection, build: Build, known: memory.Memory, *, accepted: str | None = None, is_back: bool = False
) -> Switched:
    """Let people read a build whose books are known, and not committed beyond what its tables hold.

    Args:
        connection: in no transaction; its session holds `builds.try_lock`.
        build: built or retired.
        known: its books.
        accepted: why its figures may differ from the live ones.
        is_back: a person goes back to what was live before, whatever it says.

    Raises:
        BuildRefused: it says something else than the live one; nothing has changed.
    """
    network = build.network
    async with connection.transaction():
        await builds.hold_switch(connection, network)
        live = await builds.live(connection, network)
        assert live is not None, "the first build of a network is live from its beginning"
        end = live.folded if live.version == memory.VERSION else (await log_head(connection, network)).size
        await builds.aim(connection, build.slot)
        await catch_up(connection, build, known, end)
        own = await asyncio.to_thread(state_hash, known.books)
        theirs = await _live_books(connection, live)
        live_hash = await asyncio.to_thread(state_hash, theirs) if theirs is not None else None
        reason = _reason(live, own, live_hash, known.books.index, accepted=accepted, is_back=is_back)
        if reason is None:
            raise StateDiffers(theirs, known.books) if theirs is not None else version_older(live)
        if live_hash != own:  # what was remembered of the past is of the figures that nobody reads any more
            await snapshots.forget_all(connection, network)
        await builds.go_live(connection, build, size=known.books.index, state_hash=own, root=None, reason=reason)
    # The point of no return: from here people read this build, whatever happens to this process.
    return Switched(
        network=network,
        number=build.number,
        slot=build.slot,
        version=build.version,
        size=known.books.index,
        state_hash=own,
        live_hash=live_hash,
        reason=reason,
    )


async def catch_up(connection: Connection, build: Build, known: memory.Memory, end: int) -> None:
    """Fold a build up to exactly an index, in the caller's aimed transaction, and what stands then."""
    books = known.books
    while books.index < end:
        batch = await folding.read_batch(connection, books, min(BATCH_ENTRIES, end - books.index))
        assert batch is not None, "the log is at least as long as what was folded of it"
        await asyncio.to_thread(folding.fold, books, batch.entries, batch.wanted, batch.bodies)
        compared, contradicting = await folding.write_batch(connection, known, batch, erases=False)
        folding.tell(build.network, books.touched_failures, contradicting)
        memory.settle(known, compared)


async def save_standing(connection: Connection, network: str, books: Books) -> None:
    """Write what stands in a build, in the caller's aimed transaction, so that findings do not vanish at the switch."""
    as_of = reached_day(books.reached.values(), now_ms())
    standing = await asyncio.to_thread(rules.findings, books, as_of)
    await findings.save_standing(connection, network, books.index, as_of, standing)


def version_older(live: Build) -> BuildRefused:
    """What this code builds is older than what people read."""
    return BuildRefused(
        "version_older",
        f"ยอดที่ใช้อยู่สร้างด้วยรุ่น {live.version} ซึ่งใหม่กว่าโปรแกรมนี้ ({memory.VERSION})"
        " ถ้าต้องการย้อนกลับให้สั่ง sajja-server rollback",
        f"what people read was made by version {live.version}, newer than this program's {memory.VERSION}; to go back,"
        " say `sajja-server rollback`",
    )


def _reason(
    live: Build, own: bytes, live_hash: bytes | None, size: int, *, accepted: str | None, is_back: bool
) -> str | None:
    """Why people may read this instead of the live build; None where they may not."""
    if is_back:
        return f"rolled back: {accepted or 'no reason was given'}"
    if live_hash == own:
        return f"equal state at {size} entries"
    if accepted is not None:
        return f"accepted: {accepted}"
    if live.version < memory.VERSION:
        return f"version {live.version} to {memory.VERSION}: {memory.CHANGED}"
    return None


async def _live_books(connection: Connection, live: Build) -> Books | None:
    """The live books; None where another version made them."""
    if live.version != memory.VERSION:
        return None
    await builds.aim(connection, live.slot)
    found = await memory.stored(connection, live.network)
    return found.books if found is not None else None
