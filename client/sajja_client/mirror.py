"""The feeds that this device has pulled, kept as the bytes that were signed.

* A line is verified before it is kept: its form, its network and feed, its key, its signature, its place in the feed.
  One that is not what was signed stops the page there, and nothing behind it is kept.
* A feed shows only the entries that concern one village, so a device that writes for several villages has gaps in it.
  What a feed can show is checked: two entries of a device at one sequence, an entry whose predecessor is another than
  the one shown, a sequence that goes back. Each is a fork, which is kept as proof and told loudly.
* An entry under this device's own key must stand in this device's own log. Another one is a fork as well: somebody
  writes with this key, or this log is an old copy.
* A feed goes on only if the server still shows its last line as it did, at its index and of its moment.
* If a feed diverges, all are pulled again into the next epoch, for indexes of two histories do not mix; what both
  begin with is taken over. The old lines stay, for a device deletes nothing. The books change over when the new epoch
  is complete.
* A line of an old epoch that the new one is without is one that the server has lost. It can be offered again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from sajja_client import witness
from sajja_client.home import Pin
from sajja_client.problems import FeedRefused, PinContradicted
from sajja_client.store import transaction
from sajja_schemas import signing
from sajja_schemas.chain import Rejected, read_line
from sajja_schemas.entry import OFFICE, SignedEntry, Unreadable, from_base64url, read_entry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.wire import decode_feed_line

_SIGNATURES_AT_ONCE: Final = 250


class Cursor(msgspec.Struct, frozen=True):
    """Where a feed goes on."""

    village: str
    epoch: int
    after: int  # the feed sequence of the last line that is kept
    hash: str | None  # and its entry
    index: int  # and its place in the network log, -1 before the first
    network_epoch: int | None = None  # in which it was pulled, where that is known


class FeedPage(msgspec.Struct, frozen=True):
    """A page of a feed as it came, unverified."""

    lines: bytes
    has_next: bool
    epoch: int | None  # of the network log, where the source knows it


class FeedDiverged(Exception):
    """A feed is not the one that was pulled before."""


class LastKept(msgspec.Struct, frozen=True):
    """A line of a feed that is kept, as the server showed it."""

    index: int
    received_at: int
    hash: bytes

    def is_shown_by(self, line: "FeedEntry") -> bool:
        """Whether the server still says the same of it."""
        return (line.index, line.received_at, line.entry.hash) == (self.index, self.received_at, self.hash)


class FeedEntry(msgspec.Struct, frozen=True):
    """A verified line of a feed."""

    index: int
    feed_sequence: int
    received_at: int
    entry: SignedEntry


class SeenFork(msgspec.Struct, frozen=True):
    """Two histories of one device."""

    device: str
    sequence: int
    is_own: bool


class Lost(msgspec.Struct, frozen=True):
    """A kept line that the server has lost."""

    row: int
    device: bytes


class Mirrored(msgspec.Struct, frozen=True):
    """A line of the mirror, as far as the fold needs it."""

    index: int
    device: bytes
    sequence: int
    previous: bytes
    hash: bytes
    body: bytes


class Reached(msgspec.Struct, frozen=True):
    """How far a feed was folded."""

    village: str
    epoch: int
    feed_sequence: int
    hash: bytes


def read_page(pin: Pin, cursor: Cursor, page: bytes) -> list[FeedEntry]:
    """Verify a page that follows a cursor. It touches no file, so a thread may do it.

    Raises:
        FeedRefused: with the place of the first line that does not hold.
    """
    read: list[FeedEntry] = []
    feed_sequence, index = cursor.after, cursor.index
    for line in page.splitlines():
        feed_sequence += 1
        read.append(_read_feed_line(pin, cursor.village, feed_sequence, index, line))
        index = read[-1].index
    for start in range(0, len(read), _SIGNATURES_AT_ONCE):
        batch = read[start : start + _SIGNATURES_AT_ONCE]
        valid = signing.are_entries_valid((one.entry.key, one.entry.signature, one.entry.body) for one in batch)
        for one, is_valid in zip(batch, valid, strict=True):
            if not is_valid:
                raise _refused(cursor.village, one.feed_sequence, "bad_signature")
    return read


class Mirror:
    """The pulled feeds in a client's file."""

    def __init__(self, connection: sqlite3.Connection, pin: Pin, device: str) -> None:
        """`device` is this device's own name, whose entries are recognised."""
        self.connection = connection
        self.pin = pin
        self.device = from_base64url(device, 32)

    def cursor(self, village: str) -> Cursor:
        """Where the feed of a village goes on."""
        epoch, network_epoch = self._epochs(village)
        row = self.connection.execute(
            "SELECT feed_sequence, hash, network_index FROM feed_line WHERE village = ? AND epoch = ?"
            " ORDER BY feed_sequence DESC LIMIT 1",
            (village, epoch),
        ).fetchone()
        if row is None:
            return Cursor(village, epoch, 0, None, -1, network_epoch)
        return Cursor(village, epoch, row[0], to_base64url(row[1]), row[2], network_epoch)

    def resume(self, village: str) -> tuple[Cursor, LastKept | None]:
        """Where to pull a feed again, and the kept line that must come first: the last one is asked for once more.

        A hash alone does not tell: a server that lost lines and was given some again may have this one at the same
        place, and others before it. When it was received tells.
        """
        epoch, network_epoch = self._epochs(village)
        rows = self.connection.execute(
            "SELECT feed_sequence, hash, network_index, received_at FROM feed_line WHERE village = ? AND epoch = ?"
            " ORDER BY feed_sequence DESC LIMIT 2",
            (village, epoch),
        ).fetchall()
        before = Cursor(village, epoch, 0, None, -1, network_epoch)
        if not rows:
            return before, None
        last = LastKept(index=rows[0][2], received_at=rows[0][3], hash=rows[0][1])
        if len(rows) > 1:
            # Its index may be of another history; that of the last line, which comes first, is compared.
            before = Cursor(village, epoch, rows[1][0], to_base64url(rows[1][1]), -1, network_epoch)
        return before, last

    def kept_at(self, village: str, feed_sequence: int) -> LastKept:
        """A line of the feed as it was shown; it must be there."""
        row = self.connection.execute(
            "SELECT network_index, received_at, hash FROM feed_line"
            " WHERE village = ? AND epoch = ? AND feed_sequence = ?",
            (village, self._epochs(village)[0], feed_sequence),
        ).fetchone()
        return LastKept(index=row[0], received_at=row[1], hash=row[2])

    def keep(self, cursor: Cursor, page: list[FeedEntry], *, network_epoch: int | None = None) -> list[SeenFork]:
        """Keep a verified page, all of it or nothing. Gives the forks that it shows.

        Args:
            cursor: what the page follows.
            page: its lines.
            network_epoch: the epoch of the network log that the source speaks of.

        Raises:
            PinContradicted: the founding entry says something else than this device was set up with.
        """
        forks: list[SeenFork] = []
        with transaction(self.connection):
            self.connection.execute(
                "INSERT INTO feed (village, epoch, folded) VALUES (?, ?, ?) ON CONFLICT (village) DO NOTHING",
                (cursor.village, cursor.epoch, cursor.epoch),
            )
            if network_epoch is not None:
                self.connection.execute(
                    "INSERT INTO feed_origin (village, epoch) VALUES (?, ?)"
                    " ON CONFLICT (village) DO UPDATE SET epoch = max(epoch, excluded.epoch)",
                    (cursor.village, network_epoch),
                )
            for line in page:
                if to_base64url(line.entry.hash) == self.pin.fingerprint:
                    self._check_pin(line.entry)
                if self._is_fork(cursor, line.entry):
                    is_own = line.entry.device == self.device
                    forks.append(SeenFork(to_base64url(line.entry.device), line.entry.sequence, is_own))
                self._insert(cursor, line)
                if line.entry.device != self.device:
                    witness.hear(self.connection, line.entry.device, line.entry.body)
        return forks

    def finish(self, villages: Sequence[str]) -> None:
        """The feeds were pulled to their ends: from now on the books are folded from this epoch."""
        with transaction(self.connection):
            for village in villages:
                self.connection.execute(
                    "UPDATE feed SET folded = epoch WHERE village = ? AND folded < epoch", (village,)
                )

    def start_over(self, common: Mapping[str, int]) -> None:
        """The feeds are not what they were: pull them again, beside what is kept.

        Args:
            common: for each feed the last feed sequence up to which both histories are one; that much is taken over.
        """
        with transaction(self.connection):
            for village, until in common.items():
                self.connection.execute(
                    "INSERT INTO feed_line (village, epoch, feed_sequence, network_index, received_at, device,"
                    " sequence, previous, hash, key, signature, body) SELECT feed_line.village, feed.epoch + 1,"
                    " feed_sequence, network_index, received_at, device, sequence, previous, hash, key, signature, body"
                    " FROM feed JOIN feed_line ON feed_line.village = feed.village AND feed_line.epoch = feed.epoch"
                    " WHERE feed.village = ? AND feed_sequence <= ?",
                    (village, until),
                )
                self.connection.execute("UPDATE feed SET epoch = epoch + 1 WHERE village = ?", (village,))
                self.connection.execute("DELETE FROM feed_origin WHERE village = ?", (village,))

    def lost(self) -> list[Lost]:
        """The lines that the server has shown once and has no longer; the office's devices first, each by sequence.

        Only feeds that were pulled to their end can tell.
        """
        rows = self.connection.execute(
            "SELECT min(old.rowid), old.device FROM feed"
            " JOIN feed_line AS old ON old.village = feed.village AND old.epoch < feed.epoch"
            " WHERE feed.folded = feed.epoch AND NOT EXISTS (SELECT 1 FROM feed_line AS now"
            " WHERE now.hash = old.hash AND now.village = old.village AND now.epoch = feed.epoch) GROUP BY old.hash"
            " ORDER BY old.device NOT IN (SELECT device FROM feed_line WHERE village = ?), old.device, old.sequence",
            (OFFICE,),
        )
        return [Lost(*row) for row in rows]

    def signed(self, lines: Iterable[Lost]) -> Iterator[SignedEntry]:
        """The entries of lines that are kept here, as they were signed; read as they are asked for."""
        by_row = "SELECT key, signature, body FROM feed_line WHERE rowid = ?"
        return (read_entry(*self.connection.execute(by_row, (line.row,)).fetchone()) for line in lines)

    def lines(self, after: int = -1) -> Iterator[Mirrored]:
        """The lines of the feeds behind an index, in the order of the network log."""
        rows = self.connection.execute(
            "SELECT network_index, device, sequence, previous, hash, body FROM feed_line"
            " JOIN feed ON feed.village = feed_line.village AND feed.folded = feed_line.epoch"
            " WHERE network_index > ? ORDER BY network_index",
            (after,),
        )
        for row in rows:
            yield Mirrored(*row)

    def reached(self) -> list[Reached]:
        """How far each feed goes that the books are folded from."""
        rows = self.connection.execute(
            "SELECT feed.village, feed.folded, last.feed_sequence, last.hash FROM feed JOIN feed_line AS last"
            " ON last.village = feed.village AND last.epoch = feed.folded AND last.feed_sequence ="
            " (SELECT max(feed_sequence) FROM feed_line WHERE village = feed.village AND epoch = feed.folded)"
            " ORDER BY feed.village"
        )
        return [Reached(*row) for row in rows]

    def goes_on_from(self, reached: Sequence[Reached], index: int) -> bool:
        """Whether the feeds still begin with what was folded, up to that index, and all the rest comes behind it."""
        if {(one.village, one.epoch) for one in reached} - {(one.village, one.epoch) for one in self.reached()}:
            return False
        for one in reached:
            row = self.connection.execute(
                "SELECT hash FROM feed_line WHERE village = ? AND epoch = ? AND feed_sequence = ?",
                (one.village, one.epoch, one.feed_sequence),
            ).fetchone()
            if row is None or row[0] != one.hash:
                return False
        ends = {one.village: one.feed_sequence for one in reached}
        return not any(
            feed_sequence > ends.get(village, 0)
            for village, feed_sequence in self.connection.execute(
                "SELECT feed_line.village, max(feed_sequence) FROM feed_line JOIN feed ON feed.village ="
                " feed_line.village AND feed.folded = feed_line.epoch WHERE network_index <= ? GROUP BY 1",
                (index,),
            )
        )

    def index_of(self, entry_hash: bytes) -> int | None:
        """Where an entry stands in the network log, if a feed has shown it."""
        row = self.connection.execute(
            "SELECT network_index FROM feed_line WHERE hash = ? ORDER BY epoch DESC LIMIT 1", (entry_hash,)
        ).fetchone()
        return row[0] if row is not None else None

    def _epochs(self, village: str) -> tuple[int, int | None]:
        """Our own epoch of a feed, and the network log's."""
        row = self.connection.execute(
            "SELECT feed.epoch, feed_origin.epoch FROM feed LEFT JOIN feed_origin USING (village) WHERE village = ?",
            (village,),
        ).fetchone()
        return (row[0], row[1]) if row is not None else (1, None)

    def _is_fork(self, cursor: Cursor, entry: SignedEntry) -> bool:
        if entry.device == self.device:
            row = self.connection.execute("SELECT hash FROM log WHERE sequence = ?", (entry.sequence,)).fetchone()
            return row is None or row[0] != entry.hash
        shown = self.connection.execute(
            "SELECT sequence, hash FROM feed_line WHERE village = ? AND epoch = ? AND device = ? AND sequence >= ?",
            (cursor.village, cursor.epoch, entry.device, entry.sequence - 1),
        ).fetchall()
        before = [known for sequence, known in shown if sequence == entry.sequence - 1]
        return len(before) < len(shown) or (bool(before) and entry.previous not in before)

    def _insert(self, cursor: Cursor, line: FeedEntry) -> None:
        entry = line.entry
        self.connection.execute(
            "INSERT INTO feed_line (village, epoch, feed_sequence, network_index, received_at, device, sequence,"
            " previous, hash, key, signature, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                cursor.village,
                cursor.epoch,
                line.feed_sequence,
                line.index,
                line.received_at,
                entry.device,
                entry.sequence,
                entry.previous,
                entry.hash,
                entry.key,
                entry.signature,
                entry.body,
            ),
        )

    def _check_pin(self, founding: SignedEntry) -> None:
        body = read_body(founding.body)
        # Whether keys from a seed are allowed hangs on this flag: the network's own word decides, not the pin's file.
        if (
            isinstance(body, Body)
            and isinstance(body.event, NetworkEstablished)
            and body.event.demonstration != self.pin.demonstration
        ):
            raise PinContradicted(field="demonstration")


def _read_feed_line(pin: Pin, village: str, feed_sequence: int, index_before: int, line: bytes) -> FeedEntry:
    try:
        told = decode_feed_line(line)
        entry = read_line(told.line, pin.network)
    except Unreadable as error:
        raise _refused(village, feed_sequence, "unreadable_line") from error
    except Rejected as error:
        raise _refused(village, feed_sequence, error.code.value) from error
    if entry.village != village:
        raise _refused(village, feed_sequence, f"it is of the feed of {entry.village}")
    if told.feed_sequence != feed_sequence or told.index <= index_before:
        raise _refused(village, feed_sequence, "it does not follow the line before it")
    return FeedEntry(told.index, feed_sequence, told.received_at, entry)


def _refused(village: str, feed_sequence: int, reason: str) -> FeedRefused:
    return FeedRefused(village=village, feed_sequence=feed_sequence, reason=reason)
