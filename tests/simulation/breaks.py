"""Faults put into a server on purpose, to see that the oracle finds them.

`python -m simulation.breaks NAME run --port 0` is `sajja-server run` with one fault.
"""

import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Final

import msgspec

from sajja_schemas import books, places
from sajja_schemas.books import Books, Change
from sajja_schemas.chain import Judgement
from sajja_schemas.entry import OFFICE, Head, SignedEntry
from sajja_schemas.events import Body
from sajja_schemas.standing import Trust
from sajja_schemas.verdicts import Effect, Verdict
from sajja_server import cli
from sajja_server.projections import memory, projector
from sajja_server.store import log as store
from sajja_server.store.log import LoggedBody, StoredEntry
from sajja_server.store.pool import Connection

SKIPPED_FEED_SEQUENCE: Final = 24
SKIPPED_AFTER_INDEX: Final = 60


def double_count() -> None:
    """A projector that adds its first money after a restart twice, as if state and index had not committed together."""
    load, fold = memory.load, projector.fold
    resumed: list[Books] = []

    async def load_(connection: Connection, network: str, fingerprint: str) -> memory.Memory:
        known = await load(connection, network, fingerprint)
        if known.books.index:
            resumed.append(known.books)
        return known

    def fold_(books: Books, *rest: Any) -> list[Change]:
        before = dict(books.balances)
        changes = fold(books, *rest)
        if any(one is books for one in resumed) and books.touched_balances:
            resumed.clear()
            for key in books.touched_balances:
                books.balances[key] += books.balances[key] - before.get(key, 0)
        return changes

    _replace(memory, "load", load_)
    _replace(projector, "fold", fold_)


def lost_entry() -> None:
    """A server that answers `merged` to some entries and stores nothing of them."""
    ingest = store.ingest

    async def ingest_(
        connection: Connection,
        network: str,
        entries: Sequence[SignedEntry],
        enrolled: Sequence[bool],
        received_at: int,
    ) -> list[Judgement]:
        kept = [at for at, entry in enumerate(entries) if not _is_unlucky(entry)]
        size = (await store.log_head(connection, network)).size
        judged = (
            await ingest(connection, network, [entries[at] for at in kept], [enrolled[at] for at in kept], received_at)
            if kept
            else []
        )
        judgements = [Judgement(Verdict.MERGED, index=size)] * len(entries)
        for at, judgement in zip(kept, judged, strict=True):
            judgements[at] = judgement
        return judgements

    _replace(store, "ingest", ingest_)


def reader_skips() -> None:
    """A feed that leaves one entry of each village out and numbers the rest as if nothing were missing."""
    read_feed, feed_hash = store.read_feed, store.feed_hash

    async def read_feed_(
        connection: Connection, network: str, village: str, after: int, limit: int
    ) -> list[StoredEntry]:
        if village == OFFICE:
            return await read_feed(connection, network, village, after, limit)
        entries = await read_feed(connection, network, village, _true(after), limit + 1)
        told = [entry for entry in entries if entry.feed_sequence != SKIPPED_FEED_SEQUENCE]
        return [
            msgspec.structs.replace(entry, feed_sequence=after + at) for at, entry in enumerate(told[:limit], start=1)
        ]

    async def feed_hash_(connection: Connection, network: str, village: str, feed_sequence: int) -> bytes | None:
        true = feed_sequence if village == OFFICE else _true(feed_sequence)
        return await feed_hash(connection, network, village, true)

    _replace(store, "read_feed", read_feed_)
    _replace(store, "feed_hash", feed_hash_)


def projector_skips() -> None:
    """A projector whose reader passes over one entry, as a reader of uncommitted numbers would."""
    read_bodies = store.read_bodies

    async def read_bodies_(connection: Connection, network: str, first: int, limit: int) -> list[LoggedBody]:
        entries = await read_bodies(connection, network, first, limit)
        if first > SKIPPED_AFTER_INDEX and len(entries) > 2:
            _replace(store, "read_bodies", read_bodies)  # once is enough
            del entries[len(entries) // 2]
        return entries

    _replace(store, "read_bodies", read_bodies_)


def fork_counts() -> None:
    """Books that take a copied tablet's second branch for its log, as a merge rule would."""
    place = places.place

    def place_(trust: Trust, head: Head | Body, entry_hash: str) -> Effect | None:
        placed = place(trust, head, entry_hash)
        return None if placed is Effect.FORKED else placed

    _replace(books, "place", place_)


BREAKS: Final[dict[str, Callable[[], None]]] = {
    "double_count": double_count,
    "fork_counts": fork_counts,
    "lost_entry": lost_entry,
    "projector_skips": projector_skips,
    "reader_skips": reader_skips,
}


def _is_unlucky(entry: SignedEntry) -> bool:
    return entry.village != OFFICE and entry.sequence >= 5 and entry.hash[0] < 16 and b"_deposited" in entry.body


def _true(feed_sequence: int) -> int:
    return feed_sequence if feed_sequence < SKIPPED_FEED_SEQUENCE else feed_sequence + 1


def _replace(module: ModuleType, name: str, function: Callable[..., Any]) -> None:
    setattr(module, name, function)


if __name__ == "__main__":
    BREAKS[sys.argv.pop(1)]()
    cli.main()
