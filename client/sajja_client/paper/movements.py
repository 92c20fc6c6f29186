"""What the counted entries moved, one after the other: the lines behind a passbook, a day sheet and a box.

A reversal moves the exact negation of its original, on its own day; both lines are shown. An entry that waits or has no
effect moves nothing, and is told apart.
"""

from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import date
from functools import cached_property

import msgspec

from sajja_client.books import effect_of, fold, is_own
from sajja_client.home import Home
from sajja_client.names import Names, read_names
from sajja_client.paper.recorded import Recorded, recorded
from sajja_client.store import open_store
from sajja_client.wording import borrower_of
from sajja_schemas.books import Balance, Books
from sajja_schemas.events import Body, lines_of
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.postings import Contradiction, Line
from sajja_schemas.verdicts import Effect


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """An entry and what it moved."""

    line: Recorded
    body: Body
    lines: list[Line]
    effect: Effect
    member: str  # whom it is about: a loan's borrower; a reversal is about whom its original was
    is_reversed: bool  # and so another movement takes it back
    is_awaiting: bool  # cash counts at once, and its officers have yet to sign


class Reading:
    """One reading of a device for its documents: its books, and its movements by business day."""

    def __init__(self, home: Home, on: date) -> None:
        """`on` is the day of the document: what falls due is asked of it."""
        self.pin = home.pin()
        self.home = home
        self.on = on
        self.books = fold(home)

    @cached_property
    def names(self) -> Names:
        """Who stands behind the ids."""
        with closing(open_store(self.home.log_path)) as connection:
            return read_names(connection, self.books)

    def movements(self, about: Collection[str] = ()) -> list[Movement]:
        """Every entry of this device's own unit that posts, by business day and then as it was recorded.

        `about` leaves out what names none of these members and loans, mostly unread: a passbook is one of hundreds.
        """
        village = self.pin.village
        names = [name.encode() for name in about]
        found = [
            one
            for one in self._in_order(names)
            if one.body.village == village or any(is_own(village, line[0]) for line in one.lines)
        ]
        return sorted(found, key=lambda one: one.body.date)

    def balances(self) -> dict[Balance, int]:
        """The balances of this unit's own ledgers at the end of the reading's day."""
        found: dict[Balance, int] = {}
        for one in self.movements():
            if one.body.date <= self.on:
                for ledger, account, sub, amount in one.lines:
                    if is_own(self.pin.village, ledger):
                        key = (ledger, account, sub)
                        found[key] = found.get(key, 0) + amount
        return found

    def line(self, name: str) -> Recorded | None:
        """A line by its sequence in this device's own log, or by the beginning of its hash."""
        device = self.home.device_key().key.public
        for line in recorded(self.home):
            is_own = name.isdigit() and line.entry.key == device and line.entry.sequence == int(name)
            if is_own or (len(name) >= _HASH_LEAST and line.hash.startswith(name)):
                return line
        return None

    def _in_order(self, names: list[bytes]) -> Iterator[Movement]:
        books = self.books
        originals: dict[str, Body] = {}
        if books.reversed:
            originals = {
                line.hash: body
                for line in recorded(self.home)
                if line.hash in books.reversed and (body := line.body) is not None
            }
        for line in recorded(self.home):
            data = line.entry.body
            if names and _REVERSAL not in data and not any(name in data for name in names):
                continue
            body = line.body
            if body is None or not (body.event.declared.postings or isinstance(body.event, EntryReversed)):
                continue
            effect = effect_of(books, line.hash)
            lines = _lines(line, body, originals, books) if effect is Effect.COUNTED else []
            event = body.event
            about = originals.get(event.entry.hash) if isinstance(event, EntryReversed) else body
            yield Movement(
                line=line,
                body=body,
                lines=lines,
                effect=effect,
                member=self._whom(about) if about is not None else "",
                is_reversed=line.hash in books.reversed,
                is_awaiting=line.hash in books.trust.awaiting,
            )

    def _whom(self, about: Body) -> str:
        named = str(getattr(about.event, "member", "") or "")
        return named or borrower_of(self.books, about.village, about.event)


_HASH_LEAST = 8
_REVERSAL = b'"entry_reversed"'  # it does not name whom its original was about


def _lines(line: Recorded, body: Body, originals: dict[str, Body], books: Books) -> list[Line]:
    event = body.event
    if not isinstance(event, EntryReversed):
        return _posted(body)
    original = originals.get(event.entry.hash)
    if original is None or books.reversed.get(event.entry.hash) != line.hash:
        return []
    if event.entry.hash in books.quarantined:
        return []  # it counts from when the original counts
    return [(ledger, account, sub, -amount) for ledger, account, sub, amount in _posted(original)]


def _posted(body: Body) -> list[Line]:
    try:
        return lines_of(body)
    except Contradiction:
        return []
