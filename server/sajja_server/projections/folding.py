"""One batch of the fold: read it, fold it, write what it changed. Whoever follows the log and whoever builds anew does
the same.

Reading and writing are the caller's connection's; what lies between is pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
import structlog

from sajja_schemas.books import Admitted, Books, Change, apply, originals
from sajja_schemas.entry import EntryRef, entry_hash, from_base64url, to_base64url
from sajja_schemas.verdicts import Effect
from sajja_server.projections import erasure, kept, memory
from sajja_server.projections.witness import Acknowledged, acknowledgements, save_witnesses
from sajja_server.store import log as store
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection

logger = structlog.get_logger()


class Batch(msgspec.Struct):
    """Entries to fold, and what else the fold may ask for."""

    entries: list[LoggedBody]
    wanted: Collection[str]  # the hashes that the fold may look up
    bodies: dict[str, bytes]  # those of them that stand before the first entry
    erasures: dict[str, EntryRef]  # that count once these entries are folded, or not


async def read_batch(connection: Connection, books: Books, limit: int) -> Batch | None:
    """The next entries of the log and what they need; None where there is none."""
    entries = await store.read_bodies(connection, books.trust.network, books.index, limit)
    return await with_originals(connection, books, entries) if entries else None


async def with_originals(connection: Connection, books: Books, entries: list[LoggedBody]) -> Batch:
    """Entries that were read before, with what they need."""
    wanted = originals(books, (entry.body for entry in entries))
    bodies = await _originals(connection, books.trust.network, wanted.values(), before=books.index)
    return Batch(entries, wanted.keys(), bodies, erasure.waiting(books) | erasure.among(entries))


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


async def write_batch(
    connection: Connection, known: memory.Memory, batch: Batch, *, erases: bool
) -> tuple[dict[kept.Row, bytes], list[Acknowledged]]:
    """Write what a batch changed, in the caller's aimed transaction.

    Args:
        connection: in a transaction that `builds` has aimed.
        known: the books, with the batch folded.
        batch: what was folded.
        erases: whether personal parts go with the erasures that count now. Of a build that nobody reads yet they are
            only written down: what a new version thinks is done once people read it.

    Returns:
        What to `memory.settle` once it is committed, and the acknowledgements that contradict what was published.
    """
    touched = memory.count_devices(known.counts, batch.entries)
    compared = await memory.save(connection, known, touched)
    await erasure.apply_counted(connection, known.books, batch.erasures, at_once=erases)
    acks = acknowledgements(batch.entries)
    return compared, await save_witnesses(connection, known.books.trust.network, acks)


def tell(network: str, failures: Mapping[str, str], contradicting: Iterable[Acknowledged]) -> None:
    """Say loudly what nobody may overlook."""
    for name, error in failures.items():
        logger.error("entry_undigested", network=network, entry=name, error=error)
    for ack in contradicting:
        logger.error("witness_contradicts", network=network, index=ack.index, origin=ack.origin, size=ack.size)


async def _originals(
    connection: Connection, network: str, refs: Iterable[EntryRef], *, before: int
) -> dict[str, bytes]:
    """The bodies of entries before an index, by hash."""
    places = [(from_base64url(ref.device, 32), ref.sequence, from_base64url(ref.hash, 32)) for ref in refs]
    if not places:
        return {}
    stored = await store.bodies_of(connection, network, places, before=before)
    return {to_base64url(entry_hash(body)): body for body in stored}
