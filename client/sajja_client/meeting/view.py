"""A meeting as the log shows it: its lines, what was received, who paid, what is late, and who closed it.

* A line belongs to a meeting by naming it. Lines stand in the order of the network log, and this tablet's own that no
  feed has shown yet behind them.
* What is without effect or reversed is shown and adds up to nothing. An approval is no line of a meeting.
* The first close that counts closes the meeting, at the end of each log that it names. A line beyond that cut is late:
  it is kept, it counts, and it is shown apart. A second close counts as nothing new.
* A meeting that is opened and waits for its two signatures is open for the room; so is one that two tablets opened.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import msgspec

from sajja_client.meeting.problems import NoMeeting, UnknownMeeting
from sajja_client.wording import amount_of
from sajja_schemas.books import Books
from sajja_schemas.entry import EntryRef, to_base64url
from sajja_schemas.events import AnyEvent, Body, read_body, tag_of
from sajja_schemas.events.base import Kind
from sajja_schemas.events.meetings import CashCounted, CashVarianceRecorded, MeetingClosed, MeetingOpened
from sajja_schemas.verdicts import Effect

_FEED: Final = (
    "SELECT network_index, device, sequence, hash, body FROM feed_line"
    " JOIN feed ON feed.village = feed_line.village AND feed.folded = feed_line.epoch"
    " WHERE instr(body, ?) ORDER BY network_index"
)
_OWN: Final = "SELECT sequence, hash, body FROM log WHERE instr(body, ?) ORDER BY sequence"
_OPENINGS: Final = b'"type":"meeting_opened"'
PAID_IN: Final = (
    "share_deposited", "share_advance_received", "savings_fine_charged", "loan_repayment_received", "loan_prepaid",
    "welfare_contribution_received",
)  # fmt: skip
"""The entries that a payment at a meeting is made of."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a meeting."""

    device: str
    sequence: int
    hash: str
    body: Body
    effect: Effect
    is_reversed: bool
    is_late: bool = False

    @property
    def event(self) -> AnyEvent:
        """What it says."""
        return self.body.event

    @property
    def tag(self) -> str:
        """Its type."""
        return tag_of(self.body.event)

    @property
    def is_counted(self) -> bool:
        """Whether it stands in the balances."""
        return self.effect is Effect.COUNTED and not self.is_reversed

    @property
    def amount_satang(self) -> int:
        """What it is about."""
        return amount_of(self.body.event) or 0

    @property
    def ref(self) -> EntryRef:
        """How another entry names it."""
        return EntryRef(device=self.device, sequence=self.sequence, hash=self.hash)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting."""

    village: str
    meeting: str
    opening: Line
    lines: tuple[Line, ...]  # all of them, the openings and closes too

    @property
    def opened_on(self) -> date:
        """Its day."""
        return self.opening.body.date

    @property
    def closes(self) -> tuple[Line, ...]:
        """Every close, the one that closed it first; one that waits for its signatures is among them."""
        return tuple(sorted(self.of(MeetingClosed), key=lambda line: not line.is_counted))

    @property
    def is_closed(self) -> bool:
        """Whether anybody has closed it."""
        return bool(self.closes)

    def of(self, kind: type[AnyEvent]) -> tuple[Line, ...]:
        """The lines of a type that were not refused or reversed; those that wait are among them."""
        stands = (Effect.COUNTED, Effect.AWAITING_APPROVAL)
        lines = (line for line in self.lines if line.effect in stands and not line.is_reversed)
        return tuple(line for line in lines if isinstance(line.event, kind))

    def paid_in(self, member: str | None = None) -> list[Line]:
        """What members paid in, or one of them."""
        paid = (line for line in self.lines if line.is_counted and line.tag in PAID_IN)
        return [line for line in paid if member is None or getattr(line.event, "member", None) == member]


def meetings_of(connection: sqlite3.Connection, books: Books, village: str) -> list[str]:
    """Every meeting that was opened here, the first one first."""
    lines = _lines(connection, books, _OPENINGS)
    named = ((line.body.date, line.event.meeting) for line in lines if line.body.village == village)
    return [name for _day, name in sorted((day, name) for day, name in dict.fromkeys(named) if name is not None)]


def view_of(connection: sqlite3.Connection, books: Books, village: str, meeting: str) -> View:
    """A meeting.

    Raises:
        UnknownMeeting: nobody has opened it.
    """
    found = [
        line
        for line in _lines(connection, books, b'"meeting":"' + meeting.encode() + b'"')
        if line.body.village == village and line.event.meeting == meeting
    ]
    opening = next((line for line in found if isinstance(line.event, MeetingOpened)), None)
    if opening is None:
        raise UnknownMeeting(meeting=meeting)
    cut = _cut(found)
    marked = tuple(msgspec.structs.replace(line, is_late=cut(line)) for line in found)
    return View(village=village, meeting=meeting, opening=opening, lines=marked)


def current(connection: sqlite3.Connection, books: Books, village: str, meeting: str | None = None) -> View:
    """The meeting that was named, else the one that is open, else the last one.

    Raises:
        NoMeeting: there was none yet.
        UnknownMeeting: the one that was named.
    """
    if meeting is not None:
        return view_of(connection, books, village, meeting)
    names = meetings_of(connection, books, village)
    if not names:
        raise NoMeeting
    last = view_of(connection, books, village, names[-1])
    before = view_of(connection, books, village, names[-2]) if last.is_closed and len(names) > 1 else last
    return last if before.is_closed else before


def last_count(view: View, box: str) -> Line | None:
    """The last count of a box at a meeting."""
    counts = [line for line in view.of(CashCounted) if getattr(line.event, "box", None) == box]
    return counts[-1] if counts else None


def is_counted_since_cash(view: View, box: str) -> bool:
    """Whether the last count comes after every line that moved cash of a box; a variance follows its count."""
    count = last_count(view, box)
    if count is None:
        return False
    behind = view.lines[view.lines.index(count) + 1 :]
    return not any(
        line.is_counted
        and line.event.declared.kind is Kind.CASH
        and getattr(line.event, "box", None) == box
        and not isinstance(line.event, CashVarianceRecorded)
        for line in behind
    )


def _lines(connection: sqlite3.Connection, books: Books, needle: bytes) -> Iterator[Line]:
    seen = set()
    for _index, device, sequence, hash_, body in connection.execute(_FEED, (needle,)):
        seen.add(hash_)
        if (line := _line(books, to_base64url(device), sequence, hash_, body)) is not None:
            yield line
    for sequence, hash_, body in connection.execute(_OWN, (needle,)):
        read = None if hash_ in seen else _line(books, None, sequence, hash_, body)
        if read is not None:
            yield read


def _line(books: Books, device: str | None, sequence: int, hash_: bytes, data: bytes) -> Line | None:
    body, name = read_body(data), to_base64url(hash_)
    if not isinstance(body, Body):
        return None
    effect = books.quarantined.get(name, Effect.COUNTED)
    return Line(
        device=device or body.device,
        sequence=sequence,
        hash=name,
        body=body,
        effect=effect,
        is_reversed=name in books.reversed,
    )


def _cut(lines: list[Line]) -> Callable[[Line], bool]:
    """Whether a line lies beyond the close: behind the end of its log as the first counted close names it."""
    closes = [line for line in lines if isinstance(line.event, MeetingClosed) and line.is_counted]
    if not closes:
        return lambda _line: False
    close = closes[0]
    assert isinstance(close.event, MeetingClosed), "it was asked for"
    ends = {ref.device: ref.sequence for ref in close.event.devices}
    ends[close.device] = max(ends.get(close.device, 0), close.sequence)
    return lambda line: line.sequence > ends.get(line.device, 0)
