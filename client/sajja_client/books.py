"""The books of this device: the fold of the feeds it has pulled, then of its own lines that no feed has shown yet.

* They are folded anew each time and never patched, so what a connection changes is only which lines there are.
* The feeds are merged by their place in the network log. An own line that is not in a feed stands as late as its own
  log allows: before the next own line that is.
* An entry is judged with what came before it, never with what came later: the fold may ask only for lines that it has
  folded, though the file holds more. So it comes to the server's answer.
* A feed has not every line of a device that writes for several villages, so the fold is told that it is partial.
* A device believes in itself: until the network has enrolled it, it speaks for its own village in its own books.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import msgspec

from sajja_client.home import Home, Pin
from sajja_client.mirror import Mirror, Mirrored
from sajja_client.store import open_store
from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.bylaws.variance import version_to_name
from sajja_schemas.entry import device_name, from_base64url, to_base64url
from sajja_schemas.events import AnyEvent
from sajja_schemas.standing import Device
from sajja_schemas.verdicts import Effect


def fold(home: Home) -> Books:
    """The books as this device knows them now. It needs no connection and no lock.

    Raises:
        NotAHome, KeyMissing, KeyFileTooOpen, DemonstrationKeyRefused: as `Home` says.
    """
    key = home.device_key().key
    with closing(open_store(home.log_path)) as connection:
        return _Fold(connection, home.pin(), key.public).run()


def effect_of(books: Books, entry_hash: str) -> Effect:
    """What the books make of an entry that they have folded."""
    return books.quarantined.get(entry_hash, Effect.COUNTED)


def stamped(books: Books, event: AnyEvent, village: str, day: date) -> AnyEvent:
    """The event with the version of the bylaws that these books have in force on that day, where it names none.

    So a village that has not heard of a newer version says so itself, and whoever knows the newer can tell the
    difference (`sajja_schemas.bylaws.variance`).
    """
    if event.bylaws is not None:
        return event
    return msgspec.structs.replace(event, bylaws=version_to_name(books.rulesets, event, village, day))


class _Fold:
    """One folding, over one reading of the file."""

    def __init__(self, connection: sqlite3.Connection, pin: Pin, public_key: bytes) -> None:
        self.connection = connection
        self.pin = pin
        self.public_key = public_key
        self.name = device_name(public_key)
        self.device = from_base64url(self.name, 32)
        self.books = open_books(pin.network, pin.fingerprint, partial=True)
        self.next_own = 1
        self.folded: set[bytes] = set()  # hashes only: the bodies stay in the file

    def run(self) -> Books:
        # One snapshot of the file: a line that is pulled while we read is folded next time, wholly.
        self.connection.execute("BEGIN")
        try:
            mirror = Mirror(self.connection, self.pin, self.name)
            for line in mirror.lines():
                self._take_mirrored(line)
            if self.name not in self.books.trust.devices:
                believed = Device(key=to_base64url(self.public_key), unit=self.pin.village)
                self.books.trust.devices[self.name] = believed
            for hash_, body in self._own_before(None):
                self._apply(self.books.index, hash_, body)
        finally:
            self.connection.execute("ROLLBACK")
        return self.books

    def _take_mirrored(self, line: Mirrored) -> None:
        if line.device == self.device and line.sequence >= self.next_own:
            own = self.connection.execute("SELECT hash FROM log WHERE sequence = ?", (line.sequence,)).fetchone()
            if own is not None and own[0] == line.hash:
                for hash_, body in self._own_before(line.sequence):
                    self._apply(line.index, hash_, body)
                self.next_own = line.sequence + 1
        self._apply(line.index, line.hash, line.body)

    def _own_before(self, sequence: int | None) -> Iterator[tuple[bytes, bytes]]:
        end = sequence if sequence is not None else 2**62
        return iter(
            self.connection.execute(
                "SELECT hash, body FROM log WHERE sequence >= ? AND sequence < ? ORDER BY sequence",
                (self.next_own, end),
            )
        )

    def _apply(self, index: int, hash_: bytes, body: bytes) -> None:
        apply(self.books, Admitted(index, to_base64url(hash_), body), self._lookup)
        self.folded.add(hash_)

    def _lookup(self, hash_: str) -> bytes | None:
        raw = from_base64url(hash_, 32)
        if raw not in self.folded:
            return None
        row = self.connection.execute(
            "SELECT body FROM feed_line WHERE hash = ?1 UNION ALL SELECT body FROM log WHERE hash = ?1 LIMIT 1", (raw,)
        ).fetchone()
        return row[0] if row is not None else None
