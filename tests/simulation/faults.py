"""Faults put in on purpose, to see that the oracle finds them.

    make simulate seed=7 fault=double_count

* Each is declared with the tale that shows it and with what the oracle then says.
* All come from outside: a call of a server process that is replaced as it begins (`process`), or a trigger in the
  database. Nothing in the product knows of them.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final, Literal

import asyncpg
import msgspec
from asyncpg.transaction import Transaction

from sajja_schemas import books, places
from sajja_schemas.books import Books, Change
from sajja_schemas.chain import Judgement
from sajja_schemas.entry import OFFICE, Head, SignedEntry
from sajja_schemas.events import Body
from sajja_schemas.standing import Trust
from sajja_schemas.trust import authority
from sajja_schemas.verdicts import Effect, Verdict
from sajja_server import growth
from sajja_server.projections import folding, memory, projector
from sajja_server.store import log as store
from sajja_server.store.log import LoggedBody, StoredEntry, StoredLeaf
from sajja_server.store.pool import Connection

FAULT: Final = "SIMULATED_FAULT"  # the environment's name for which one
LATE_COMMIT_SECONDS: Final = 0.4
CHANGED_INDEX: Final = 60
SKIPPED_FEED_SEQUENCE: Final = 24
SKIPPED_AFTER_INDEX: Final = 60


def double_count() -> None:
    """A projector that adds its first money after a restart twice, as if state and index had not committed together."""
    load, fold = memory.load, folding.fold
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


def early_answer() -> None:
    """A server that answers before it has committed."""
    ingest = store.ingest
    late: set[asyncio.Task[None]] = set()

    async def commit_late(connection: asyncpg.Connection, transaction: Transaction) -> None:
        await asyncio.sleep(LATE_COMMIT_SECONDS)
        await transaction.commit()
        await connection.close()

    async def ingest_(_connection: Connection, *rest: Any) -> list[Judgement]:
        connection = await asyncpg.connect(os.environ["SAJJA_DATABASE_URL"])
        transaction = connection.transaction()
        await transaction.start()
        judged = await ingest(connection, *rest)
        task = asyncio.create_task(commit_late(connection, transaction))
        late.add(task)
        task.add_done_callback(late.discard)
        return judged

    _replace(store, "ingest", ingest_)


def effect_forgotten() -> None:
    """A projector that knows what is without effect, and does not write it down."""

    async def save_effects(_connection: Connection, _network: str, _books: Books) -> None:
        """Nothing."""

    _replace(memory, "_save_effects", save_effects)


def leaf_changed() -> None:
    """A tree in which one entry came at another moment than the feeds say."""
    read_leaves = store.read_leaves

    async def read_leaves_(connection: Connection, network: str, first: int, limit: int) -> list[StoredLeaf]:
        leaves = await read_leaves(connection, network, first, limit)
        return [
            msgspec.structs.replace(leaf, received_at=leaf.received_at + 1) if leaf.index == CHANGED_INDEX else leaf
            for leaf in leaves
        ]

    _replace(growth, "read_leaves", read_leaves_)


def revoked_counts() -> None:
    """Books for which a revocation is no bar."""

    def authority_(trust: Trust, entry_hash: str, body: Body, *, is_released: bool = False) -> Effect | None:
        del is_released
        return authority(trust, entry_hash, body, is_released=True)

    _replace(books, "authority", authority_)


def stranger_admitted() -> None:
    """A server that takes a tablet's word for its enrolment."""
    ingest = store.ingest

    async def ingest_(
        connection: Connection,
        network: str,
        entries: Sequence[SignedEntry],
        enrolled: Sequence[bool],
        received_at: int,
    ) -> list[Judgement]:
        return await ingest(connection, network, entries, [True] * len(enrolled), received_at)

    _replace(store, "ingest", ingest_)


def _trigger(condition: str, does: str) -> str:
    """What the database does to an entry on its way in."""
    return f"""
        CREATE FUNCTION simulated_fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does} END $$;
        CREATE TRIGGER simulated_fault BEFORE INSERT ON sajja.entry FOR EACH ROW
            WHEN ({condition}) EXECUTE FUNCTION simulated_fault();
    """


@dataclass(frozen=True)
class Fault:
    """One fault: in which tale it shows, what the oracle says of it, and how it is put in."""

    tale: Literal["days", "disputes"]
    finding: str  # part of a sentence
    process: Callable[[], None] | None = None  # in every server process
    database: str | None = None  # as the owner of an empty database
    is_seen_at_the_end: bool = False  # what else is found on the way does not end the story
    is_quick: bool = False  # to find: in every run of the tests, not only in the long ones

    def put_in(self) -> None:
        """Put it into this process, a server's."""
        if self.process is not None:
            self.process()

    async def prepare(self, owner_url: str) -> None:
        """Put it into the database."""
        if self.database is not None:
            connection = await asyncpg.connect(owner_url)
            try:
                await connection.execute(self.database)
            finally:
                await connection.close()


_AGAINST_THE_FOLD: Final = "the server's books against the fold of its log"
_AMOUNT: Final = "'\"amount_satang\":'"

FAULTS: Final[dict[str, Fault]] = {
    # An answer is a promise.
    "lost_entry": Fault("days", "acknowledged entries", lost_entry, is_quick=True),
    "early_answer": Fault("days", "acknowledged entries", early_answer, is_quick=True),
    "stranger_admitted": Fault("disputes", "what was lost, or is a stranger's, is stored", stranger_admitted),
    # The log is dense, and what was signed.
    "row_dropped": Fault(
        "days", "the index has a gap", database=_trigger(f"NEW.index = {CHANGED_INDEX}", "RETURN NULL;")
    ),
    "row_changed": Fault(
        "days", "the log has other lines", database=_trigger(
            f"NEW.index >= {CHANGED_INDEX} AND position({_AMOUNT} in encode(NEW.body, 'escape')) > 0",
            f"NEW.body := decode(replace(encode(NEW.body, 'escape'), {_AMOUNT}, {_AMOUNT} || '1'), 'escape');"
            " RETURN NEW;",
        ), is_quick=True,
    ),
    "feed_number_skipped": Fault(
        "days", "is not dense", database=_trigger(
            f"NEW.feed_sequence >= {SKIPPED_FEED_SEQUENCE} AND NEW.village <> '{OFFICE}'",
            "NEW.feed_sequence := NEW.feed_sequence + 1; RETURN NEW;",
        ),
    ),
    "reader_skips": Fault("days", "has pulled another feed", reader_skips, is_seen_at_the_end=True),
    "leaf_changed": Fault("days", "entry_not_included", leaf_changed),
    # The books are the fold of the log.
    "double_count": Fault("days", _AGAINST_THE_FOLD, double_count, is_quick=True),
    "projector_skips": Fault("days", _AGAINST_THE_FOLD, projector_skips),
    "effect_forgotten": Fault("days", "effects differ", effect_forgotten),
    "fork_counts": Fault("disputes", _AGAINST_THE_FOLD, fork_counts, is_quick=True),
    "revoked_counts": Fault("disputes", _AGAINST_THE_FOLD, revoked_counts),
}  # fmt: skip


def _is_unlucky(entry: SignedEntry) -> bool:
    return entry.village != OFFICE and entry.sequence >= 5 and entry.hash[0] < 16 and b"_deposited" in entry.body


def _true(feed_sequence: int) -> int:
    return feed_sequence if feed_sequence < SKIPPED_FEED_SEQUENCE else feed_sequence + 1


def _replace(module: ModuleType, name: str, function: Callable[..., Any]) -> None:
    setattr(module, name, function)
