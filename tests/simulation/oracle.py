"""What must be true of a run, and the sentences that say where it is not.

* The store: indexes and feeds are dense; every device's log stands whole, in order, byte for byte as it was recorded.
* Nothing acknowledged is missing, and it stands where the client was told.
* The server's books are the fold of the log up to their index, and every ledger sums to nothing: at any moment.
* At the end, besides: everything recorded is there once, or named as held, and its tablet says the same of it; the fold
  in another admissible order gives the same; so does the plain sum of declared postings; every village's own offline
  books agree with the server's; every checkpoint that was ever published is a root over what is stored.

It reads PostgreSQL and the clients' files by itself and never asks a server.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg

from sajja_client import books as offline
from sajja_client import progress
from sajja_client.store import open_store
from sajja_schemas import books as bookkeeping
from sajja_schemas.books import Balance, Books
from sajja_schemas.entry import OFFICE, SignedEntry, to_base64url
from sajja_schemas.events import Body, lines_of, read_body
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.registers import Registers
from sajja_schemas.registers.noting import Facts, Key
from sajja_server.projections import memory, registers
from sajja_server.status import verify_networks
from simulation.people import Device, People
from simulation.plan import NETWORK
from support.database import READING

_NAMED_MAX: Final = 3


@dataclass(frozen=True)
class Row:
    """An entry as it stands in the log."""

    index: int
    village: str
    feed_sequence: int
    device: bytes
    sequence: int
    hash: bytes
    body: bytes


@dataclass(frozen=True)
class Account:
    """What books say, in a form that any two of them share."""

    index: int
    balances: dict[Balance, int]
    registers: dict[tuple[str, str, Key], Facts]  # subject, register, key
    awaiting: frozenset[str]
    transit: dict[str, tuple[int, int]]
    quarantined: dict[str, str]


@dataclass(frozen=True)
class Stored:
    """One snapshot of the database."""

    size: int
    rows: list[Row]
    books: Account


@dataclass
class Findings:
    """What was found not to be true; equal sentences once."""

    said: list[str] = field(default_factory=list)

    def expect(self, *, holds: bool, sentence: str) -> None:
        """Say the sentence unless it holds."""
        if not holds and sentence not in self.said:
            self.said.append(sentence)

    def compare(self, what: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any], where: str) -> None:
        """Say which keys differ."""
        differing = sorted(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
        named = "; ".join(f"{key}: {found.get(key)}, not {wanted.get(key)}" for key in differing[:_NAMED_MAX])
        self.expect(holds=not differing, sentence=f"{where}: {len(differing)} {what} differ ({named})")


async def read_stored(owner_url: str) -> Stored:
    """The log and the books, as of one moment."""
    connection = await asyncpg.connect(owner_url, server_settings=READING)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            size = await connection.fetchval("SELECT size FROM sajja.log_head WHERE network = $1", NETWORK)
            rows = await connection.fetch(
                "SELECT index, village, feed_sequence, device, sequence, hash, body FROM sajja.entry"
                " WHERE network = $1 ORDER BY index",
                NETWORK,
            )
            books = await _read_books(connection)
    finally:
        await connection.close()
    return Stored(size, [Row(*row) for row in rows], books)


async def _read_books(connection: asyncpg.Connection) -> Account:
    found = await memory.stored(connection, NETWORK)
    if found is None:
        return Account(0, {}, {}, frozenset(), {}, {})
    books = found.books
    balances = await connection.fetch(
        "SELECT ledger, account, sub, amount_satang FROM books.balance WHERE network = $1", NETWORK
    )
    kept = await registers.load(connection, NETWORK)
    effects = await connection.fetch("SELECT hash, code FROM books.quarantined WHERE network = $1", NETWORK)
    return Account(
        index=books.index,
        balances={(row[0], row[1], row[2]): row[3] for row in balances if row[3]},
        registers=_rows(kept),
        awaiting=frozenset(books.trust.awaiting),
        transit={name: (one.sent_satang, one.received_satang) for name, one in books.transit.items()},
        quarantined={to_base64url(row[0]): row[1] for row in effects},
    )


def _rows(kept: Registers) -> dict[tuple[str, str, Key], Facts]:
    return {(str(key[0]), name, key): facts for name, rows in kept.rows.items() for key, facts in rows.items()}


def account_of(books: Books) -> Account:
    """What folded books say."""
    return Account(
        index=books.index,
        balances={key: amount for key, amount in books.balances.items() if amount},
        registers=_rows(books.registers),
        awaiting=frozenset(books.trust.awaiting),
        transit={name: (one.sent_satang, one.received_satang) for name, one in books.transit.items()},
        quarantined={name: code.value for name, code in books.quarantined.items()},
    )


def judge_moment(stored: Stored, people: People, findings: Findings, when: str) -> None:
    """What must hold at any moment, whatever is on its way."""
    rows = stored.rows
    findings.expect(
        holds=[row.index for row in rows] == list(range(stored.size)), sentence=f"{when}: the index has a gap"
    )
    feeds: dict[str, list[int]] = {}
    logs: dict[bytes, list[Row]] = {}
    for row in rows:
        feeds.setdefault(row.village, []).append(row.feed_sequence)
        logs.setdefault(row.device, []).append(row)
    for village, numbers in feeds.items():
        dense = numbers == list(range(1, len(numbers) + 1))
        findings.expect(holds=dense, sentence=f"{when}: the feed of {village} is not dense")
    for device in people.devices.values():
        _judge_log(logs.pop(device.recorded[0].device, []) if device.recorded else [], device, findings, when)
    findings.expect(holds=not logs, sentence=f"{when}: the log has entries of {len(logs)} devices that never wrote")
    places = {row.hash: row.index for row in rows}
    for device in people.devices.values():
        lost = [h for h, at in device.acknowledged.items() if places.get(h) is None or at not in {None, places[h]}]
        findings.expect(
            holds=not lost,
            sentence=f"{when}: {len(lost)} acknowledged entries of {device.label} are not where it was told",
        )
    sums: dict[str, int] = {}
    for (ledger, _account, _sub), amount in stored.books.balances.items():
        sums[ledger] = sums.get(ledger, 0) + amount
    findings.compare("ledgers", {name: value for name, value in sums.items() if value}, {}, f"{when}: sums to nothing")
    folded = account_of(fold(rows[: stored.books.index]))
    compare_accounts(stored.books, folded, findings, f"{when}: the server's books against the fold of its log")


def _judge_log(rows: list[Row], device: Device, findings: Findings, when: str) -> None:
    recorded = device.recorded[: len(rows)]
    same = [(row.sequence, row.hash, row.body) for row in rows] == [(e.sequence, e.hash, e.body) for e in recorded]
    findings.expect(holds=same, sentence=f"{when}: the log has other lines of {device.label} than were recorded")


def judge_end(
    stored: Stored, people: People, held: Mapping[str, tuple[int, str]], chance: random.Random, findings: Findings
) -> None:
    """What must hold when the links are good and everybody has synced until nothing moved."""
    there = {row.hash for row in stored.rows}
    for device in people.devices.values():
        missing = [entry for entry in device.recorded if entry.hash not in there]
        named, code = held.get(device.label, (0, ""))
        is_named = named == len(missing) == len(device.recorded) and code == "device_not_enrolled"
        findings.expect(
            holds=not missing or is_named,
            sentence=f"at the end: {len(missing)} entries of {device.label} are missing ({named} held: {code})",
        )
    findings.expect(
        holds=stored.books.index == stored.size, sentence="at the end: the books have not read the whole log"
    )
    _judge_any_order(stored, people, chance, findings)
    balances = {key: amount for key, amount in sum_of_postings(stored).items() if amount}
    findings.compare("balances", stored.books.balances, balances, "at the end: the books against the sum of postings")
    for device in people.devices.values():
        if device.label not in held:
            _judge_device(stored, device, findings)


def fold(rows: Sequence[Row]) -> Books:
    """The books of log rows, from nothing."""
    fingerprint = to_base64url(rows[0].hash) if rows else ""
    return _fold_bodies(fingerprint, [(to_base64url(row.hash), row.body) for row in rows])


def _fold_bodies(fingerprint: str, lines: Sequence[tuple[str, bytes]]) -> Books:
    books = bookkeeping.open_books(NETWORK, fingerprint)
    bodies: dict[str, bytes] = {}
    for index, (name, body) in enumerate(lines):
        bodies[name] = body  # `lookup` is never asked for a later entry, so it knows none
        bookkeeping.apply(books, bookkeeping.Admitted(index, name, body), bodies.get)
    return books


def _judge_any_order(stored: Stored, people: People, chance: random.Random, findings: Findings) -> None:
    """Let every device push whenever it likes: what counts, and so every balance, must be the same."""
    logs = {device.label: list(device.recorded) for device in people.devices.values()}
    books = bookkeeping.open_books(NETWORK, to_base64url(people.founding.hash))
    bodies: dict[str, bytes] = {}
    while ready := [label for label, log in logs.items() if log and _may_push(books, log[0], people)]:
        log = logs[chance.choice(ready)]
        count = chance.randrange(1, 30)
        for entry in log[:count]:
            name = to_base64url(entry.hash)
            bodies[name] = entry.body
            bookkeeping.apply(books, bookkeeping.Admitted(books.index, name, entry.body), bodies.get)
        del log[:count]
    twice = _reversals_of_one(people.recorded)
    compare_accounts(
        _without(stored.books, twice), _without(account_of(books), twice), findings,
        "at the end: the server's books against the fold in another order",
    )  # fmt: skip


def _may_push(books: Books, entry: SignedEntry, people: People) -> bool:
    return to_base64url(entry.device) in books.trust.devices or entry.hash == people.founding.hash


def _reversals_of_one(entries: Iterable[SignedEntry]) -> frozenset[str]:
    """Reversals that are not alone with their original: which of them counts is for the index to decide."""
    by_original: dict[str, list[str]] = {}
    for entry in entries:
        body = read_body(entry.body)
        if isinstance(body, Body) and isinstance(body.event, EntryReversed):
            by_original.setdefault(body.event.entry.hash, []).append(to_base64url(entry.hash))
    return frozenset(name for names in by_original.values() if len(names) > 1 for name in names)


def _without(account: Account, names: frozenset[str]) -> Account:
    return Account(
        index=account.index,
        balances=account.balances,
        registers=account.registers,
        awaiting=account.awaiting - names,
        transit=account.transit,
        quarantined={name: code for name, code in account.quarantined.items() if name not in names},
    )


def sum_of_postings(stored: Stored) -> dict[Balance, int]:
    """Balances without any fold: what counts, by the server's word, adds its lines; what is taken back adds none."""
    counted: dict[str, Body] = {}
    for row in stored.rows:
        name = to_base64url(row.hash)
        body = read_body(row.body)
        if isinstance(body, Body) and name not in stored.books.quarantined:
            counted[name] = body
    taken_back = {body.event.entry.hash for body in counted.values() if isinstance(body.event, EntryReversed)}
    sums: dict[Balance, int] = {}
    for name, body in counted.items():
        if name not in taken_back and body.event.declared.postings:
            for ledger, account, sub, amount in lines_of(body):
                sums[ledger, account, sub] = sums.get((ledger, account, sub), 0) + amount
    return sums


async def judge_public_log(owner_url: str, signer: Path, findings: Findings) -> None:
    """Every checkpoint is a root over what is stored, and the signer's memory is one of them."""
    (found,) = await verify_networks(owner_url, "sajja_app", str(signer))
    findings.expect(holds=found.problem is None, sentence=f"at the end: {found.problem}")
    findings.expect(holds=found.checkpoints > 0, sentence="at the end: nothing was published")


def _judge_device(stored: Stored, device: Device, findings: Findings) -> None:
    """A device's feeds are the server's, and its own offline books say of its bank what the server's say."""
    unfinished = Counter(
        state.value
        for state in progress.states(device.log.connection).values()
        if state not in {progress.State.MERGED, progress.State.PROVEN}
    )
    findings.expect(
        holds=not unfinished, sentence=f"at the end: {device.label} believes of its lines that they are {unfinished}"
    )
    with closing(open_store(device.home.log_path)) as connection:
        for village in dict.fromkeys((OFFICE, device.unit)):
            pulled = connection.execute(
                "SELECT hash FROM feed_line WHERE village = ? AND epoch = 1 ORDER BY feed_sequence", (village,)
            ).fetchall()
            findings.expect(
                holds=[hash_ for (hash_,) in pulled] == [row.hash for row in stored.rows if row.village == village],
                sentence=f"at the end: {device.label} has pulled another feed of {village} than the log has",
            )
    if device.unit == OFFICE:
        return  # a fund's ledger is whole only where every village's feed is
    own, theirs = account_of(offline.fold(device.home)), stored.books
    where = f"at the end: the offline books of {device.label} against the server's"
    ledger = f"bank:{device.unit}"
    findings.compare("balances", _of(own.balances, ledger), _of(theirs.balances, ledger), where)
    for subject in (ledger, device.unit):
        findings.compare("rows", _of(own.registers, subject), _of(theirs.registers, subject), where)
    of_village = {to_base64url(row.hash) for row in stored.rows if row.village == device.unit}
    findings.compare(
        "waiting entries",
        dict.fromkeys(own.awaiting & of_village, "waits"),
        dict.fromkeys(theirs.awaiting & of_village, "waits"),
        where,
    )


def _of(table: Mapping[Any, Any], first: str) -> dict[Any, Any]:
    return {key: value for key, value in table.items() if key[0] == first}


def compare_accounts(found: Account, wanted: Account, findings: Findings, where: str) -> None:
    """Compare two accounts of the same log."""
    findings.compare("balances", found.balances, wanted.balances, where)
    findings.compare("rows of registers", found.registers, wanted.registers, where)
    findings.compare("transfers under way", found.transit, wanted.transit, where)
    findings.compare("effects", found.quarantined, wanted.quarantined, where)
    waits, should_wait = dict.fromkeys(found.awaiting, "waits"), dict.fromkeys(wanted.awaiting, "waits")
    findings.compare("waiting entries", waits, should_wait, where)
