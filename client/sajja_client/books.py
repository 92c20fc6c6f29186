"""The books of this device: the fold of the feeds it has pulled, then of its own lines that no feed has shown yet.

* They are folded anew and never patched, so what a connection changes is only which lines there are. Where a snapshot
  of a fold of the same lines stands (`snapshot`), the fold goes on from it; it would come to the same from zero.
* The feeds are merged by their place in the network log. An own line that is not in a feed stands as late as its own
  log allows: before the next own line that is.
* An entry is judged with what came before it, never with what came later: the fold may ask only for lines that it has
  folded, though the file holds more. So it comes to the server's answer.
* A feed has not every line of a device that writes for several villages, so the fold is told that it is partial.
* A device believes in itself: until the network has enrolled it, it speaks for its own village in its own books.
"""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.home import Home, Pin
from sajja_client.mirror import Mirror, Mirrored, Reached
from sajja_client.snapshot import Snapshot, code_digest, keep, load, pack, untouched
from sajja_client.store import open_store
from sajja_schemas.accounts import belongs_to
from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.bylaws.variance import version_to_name
from sajja_schemas.entry import OFFICE, device_name, from_base64url, to_base64url
from sajja_schemas.events import AnyEvent
from sajja_schemas.standing import Device
from sajja_schemas.verdicts import Effect

SHOWN: Final = "books.snapshot"
TAIL: Final = "books-tail.snapshot"
KEPT_EVERY: Final = 500  # lines: folding so many again takes no longer than reading a snapshot
_NEVER: Final = 2**62
_FOLDED: Final = (
    "SELECT body FROM feed_line JOIN feed ON feed.village = feed_line.village AND feed.folded = feed_line.epoch"
    " WHERE hash = ?1 AND network_index < ?2 UNION ALL SELECT body FROM log WHERE hash = ?1 AND sequence < ?3 LIMIT 1"
)


def fold(home: Home, *, from_zero: bool = False) -> Books:
    """The books as this device knows them now. It needs no connection and no lock.

    Args:
        home: whose.
        from_zero: use no snapshot: every line is read again.

    Raises:
        NotAHome, KeyMissing, KeyFileTooOpen, DemonstrationKeyRefused: as `Home` says.
    """
    key = home.device_key().key
    with closing(open_store(home.log_path)) as connection:
        return _Fold(connection, home, home.pin(), key.public).run(from_zero=from_zero)


def discard_wrong_snapshots(home: Home) -> bool:
    """Fold from zero, and remove what was kept beside the log where it says anything else. Whether it did."""
    if untouched(fold(home)) == untouched(fold(home, from_zero=True)):
        return False
    for name in (SHOWN, TAIL):
        (home.path / name).unlink(missing_ok=True)
    return True


def effect_of(books: Books, entry_hash: str) -> Effect:
    """What the books make of an entry that they have folded."""
    return books.quarantined.get(entry_hash, Effect.COUNTED)


def is_own(village: str, ledger: str) -> bool:
    """Whether a ledger is of this device's unit: a village's bank and groups, or the office's funds."""
    return ":" not in ledger if village == OFFICE else belongs_to(ledger, village)


def stamped(books: Books, event: AnyEvent, village: str, day: date) -> AnyEvent:
    """The event with the version of the bylaws that these books have in force on that day, where it names none.

    So a village that has not heard of a newer version says so itself, and whoever knows the newer can tell the
    difference (`sajja_schemas.bylaws.variance`).
    """
    if event.bylaws is not None:
        return event
    return msgspec.structs.replace(event, bylaws=version_to_name(books.rulesets, event, village, day))


class _Fold:
    """One folding, over one reading of the file; from zero, or from where a snapshot stands."""

    def __init__(self, connection: sqlite3.Connection, home: Home, pin: Pin, public_key: bytes) -> None:
        self.connection = connection
        self.pin = pin
        self.public_key = public_key
        self.name = device_name(public_key)
        self.device = from_base64url(self.name, 32)
        self.mirror = Mirror(connection, pin, self.name)
        self.shown_path, self.tail_path = home.path / SHOWN, home.path / TAIL
        self.books = open_books(pin.network, pin.fingerprint, partial=True)
        self.next_own = 1
        self.index = -1  # of the last line of a feed that is folded
        self.feeds_before = _NEVER  # what may be looked up: lines of the feeds below this index
        self.to_keep: list[tuple[Path, bytes]] = []

    def run(self, *, from_zero: bool) -> Books:
        # One snapshot of the file: a line that is pulled while we read is folded next time, wholly.
        self.connection.execute("BEGIN")
        try:
            reached = self.mirror.reached()
            if not from_zero:
                self._go_on(reached)
            self._fold_feeds(reached)
            self._fold_tail(reached)
        finally:
            self.connection.execute("ROLLBACK")
        for path, data in self.to_keep:
            keep(path, data)
        return self.books

    def _go_on(self, reached: list[Reached]) -> None:
        """Take a snapshot that stands for what is in the file, the longer one first."""
        for path in (self.tail_path, self.shown_path):
            kept = load(path)
            if kept is not None and self._stands(kept, reached, is_tail=path == self.tail_path):
                self.books, self.next_own, self.index = kept.books, kept.next_own, kept.index
                return

    def _stands(self, kept: Snapshot, reached: list[Reached], *, is_tail: bool) -> bool:
        if (kept.network, kept.fingerprint, kept.device) != (self.pin.network, self.pin.fingerprint, self.device):
            return False
        if self._own_hash(kept.next_own) != kept.own_hash:
            return False
        return kept.feeds == reached if is_tail else self.mirror.goes_on_from(kept.feeds, kept.index)

    def _fold_feeds(self, reached: list[Reached]) -> None:
        count = 0
        for line in self.mirror.lines(self.index):
            self._take_mirrored(line)
            self.index = line.index
            count += 1
        if count >= KEPT_EVERY:
            self._pack(self.shown_path, reached)

    def _fold_tail(self, reached: list[Reached]) -> None:
        if self.name not in self.books.trust.devices:
            believed = Device(key=to_base64url(self.public_key), unit=self.pin.village)
            self.books.trust.devices[self.name] = believed
        self.feeds_before = _NEVER
        if self._fold_own(None, None) >= KEPT_EVERY:
            self._pack(self.tail_path, reached)

    def _pack(self, path: Path, reached: list[Reached]) -> None:
        kept = Snapshot(
            code=code_digest(),
            network=self.pin.network,
            fingerprint=self.pin.fingerprint,
            device=self.device,
            feeds=reached,
            index=self.index,
            next_own=self.next_own,
            own_hash=self._own_hash(self.next_own),
            books=untouched(self.books),
        )
        self.to_keep.append((path, pack(kept)))  # as the state is now: it is gone on with

    def _take_mirrored(self, line: Mirrored) -> None:
        self.feeds_before = line.index
        is_own = False
        if line.device == self.device and line.sequence >= self.next_own:
            is_own = self._own_hash(line.sequence + 1) == line.hash
            if is_own:
                self._fold_own(line.sequence, line.index)
        self._apply(line.index, line.hash, line.body)
        if is_own:
            self.next_own = line.sequence + 1

    def _fold_own(self, before: int | None, index: int | None) -> int:
        """Fold own lines up to a sequence, at the index of what they stand before; the tail counts on."""
        rows = self.connection.execute(
            "SELECT sequence, hash, body FROM log WHERE sequence >= ? AND sequence < ? ORDER BY sequence",
            (self.next_own, _NEVER if before is None else before),
        )
        count = 0
        for sequence, hash_, body in rows:
            self._apply(self.books.index if index is None else index, hash_, body)
            self.next_own = sequence + 1
            count += 1
        return count

    def _own_hash(self, before: int) -> bytes | None:
        """The hash of the own line before a sequence."""
        row = self.connection.execute("SELECT hash FROM log WHERE sequence = ?", (before - 1,)).fetchone()
        return row[0] if row is not None else None

    def _apply(self, index: int, hash_: bytes, body: bytes) -> None:
        apply(self.books, Admitted(index, to_base64url(hash_), body), self._lookup)

    def _lookup(self, hash_: str) -> bytes | None:
        """The body of a line that is folded: what stands before in the feeds, or in the own log."""
        row = self.connection.execute(_FOLDED, (from_base64url(hash_, 32), self.feeds_before, self.next_own)).fetchone()
        return row[0] if row is not None else None
