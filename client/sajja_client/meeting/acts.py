"""What is done at a meeting: open, list who came, take payments, count, book a variance, close.

* The opening count is held against the last closing count and against the book. Cash that entries moved in between is
  said; what nobody can explain is recorded at once as what it is, a variance of the box.
* A payment is taken once: who has paid at this meeting pays again only where that is said.
* A meeting is closed on a count of every box that it touched, after its last cash entry and equal to the book.
* The close names the end of every log of the village that this tablet knows. What comes behind is late.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Literal

import msgspec

from sajja_client.log import ref_to
from sajja_client.meeting import cash, payments
from sajja_client.meeting.desk import Desk
from sajja_client.meeting.dues import MemberDue, dues_on
from sajja_client.meeting.payments import Payer, What
from sajja_client.meeting.problems import (
    AlreadyClosed,
    AlreadyOpen,
    AlreadyPaid,
    NotCounted,
    NoVariance,
    UnknownMember,
    VarianceOpen,
)
from sajja_client.meeting.view import Line, View, is_counted_since_cash, last_count, meetings_of, view_of
from sajja_schemas.entry import EntryRef, SignedEntry
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.meetings import (
    AttendanceRecorded,
    CashCounted,
    CashVarianceRecorded,
    Counted,
    MeetingClosed,
    MeetingOpened,
    Present,
    TypeTotal,
)
from sajja_schemas.money import format_baht
from sajja_schemas.registers import meetings
from sajja_schemas.registers.members import members_of

Kind = Literal["monthly", "committee", "general", "special"]


class OpeningCount(msgspec.Struct, frozen=True, kw_only=True):
    """The opening count beside what was there before."""

    counted_satang: int
    book_satang: int
    last_count_satang: int | None = None
    last_counted_on: date | None = None

    @property
    def moved_satang(self) -> int:
        """What entries put into the box since the last count."""
        return self.book_satang - self.last_count_satang if self.last_count_satang is not None else 0

    @property
    def unexplained_satang(self) -> int:
        """What no entry explains: over, or short with a minus."""
        return self.counted_satang - self.book_satang


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken from a member."""

    member: str
    total_satang: int
    events: tuple[AnyEvent, ...]
    sequences: tuple[int, ...] = ()
    fine_left_satang: int = 0  # of missed months that this pays: a month that is paid is not asked for a fine again
    is_late: bool = False


def open_meeting(
    desk: Desk, *, kind: Kind, place: str | None, counted: tuple[Counted, ...], box: str
) -> tuple[str, OpeningCount]:
    """Open a meeting, and record what the opening count does not explain.

    Raises:
        AlreadyOpen: another one is open on this tablet's books.
    """
    day = desk.now.day
    names = meetings_of(desk.log.connection, desk.books, desk.village)
    for name in names[-2:]:
        if not view_of(desk.log.connection, desk.books, desk.village, name).is_closed:
            raise AlreadyOpen(meeting=name)
    meeting = _name(desk.village, kind, day, names)
    found = _opening_count(desk, counted, box, names)
    event = MeetingOpened(
        kind=kind, opening_cash_satang=found.counted_satang, cash=counted, place=place, meeting=meeting
    )
    with desk.log.together():
        (opening,) = desk.append([event], day)
        if found.unexplained_satang:
            desk.append([_variance(desk, meeting, box, found.unexplained_satang, caused_by=ref_to(opening))], day)
    desk.refold()
    desk.remember_box(desk.session(meeting), box)
    return meeting, found


def attend(desk: Desk, view: View, present: Sequence[Present], day: date) -> SignedEntry:
    """Note who came; the last word on a member stands.

    Raises:
        UnknownMember: one is in no register; nothing was recorded.
    """
    known = {member.member for member in members_of(desk.books.registers, desk.village)}
    for one in present:
        _refuse_unknown(one.member, known)
    return desk.write([AttendanceRecorded(present=tuple(present), meeting=view.meeting)], day)[0]


def payer_of(
    desk: Desk, view: View, member: str, *, box: str, dues: Mapping[str, MemberDue], is_again: bool = False
) -> Payer:
    """A member who comes to pay.

    Raises:
        UnknownMember: nobody of that id.
        AlreadyPaid: this member has paid at this meeting.
    """
    _refuse_unknown(member, {*dues, *(one.member for one in members_of(desk.books.registers, desk.village))})
    paid = view.paid_in(member)
    if paid and not is_again:
        raise AlreadyPaid(member=member, paid=format_baht(payments.total_of([line.event for line in paid])))
    due = dues.get(member) or MemberDue(member=member)
    return Payer(village=desk.village, meeting=view.meeting, on=view.opened_on, box=box, due=due)


def refuse_unknown(desk: Desk, member: str) -> None:
    """Stop at a slip of the pen.

    Raises:
        UnknownMember: nobody of that id.
    """
    _refuse_unknown(member, {one.member for one in members_of(desk.books.registers, desk.village)})


def dues_at(desk: Desk, view: View) -> dict[str, MemberDue]:
    """What everybody owes at a meeting, by member."""
    return {due.member: due for due in dues_on(desk.books, desk.village, view.opened_on)}


def take(desk: Desk, view: View, payer: Payer, amounts: Mapping[What, int] | None) -> Payment:
    """Take a payment: all its entries, or none.

    Raises:
        NothingDue, PaymentWrong: as `payments.events_of` says.
    """
    events = payments.events_of(desk.books, payer, amounts)
    entries = desk.write(events, desk.day_at(view))
    return payment_of(payer, events, entries, is_late=view.is_closed)


def payment_of(payer: Payer, events: Sequence[AnyEvent], entries: Sequence[SignedEntry], *, is_late: bool) -> Payment:
    """A payment that was recorded."""
    return Payment(
        member=payer.member,
        total_satang=payments.total_of(events),
        events=tuple(events),
        sequences=tuple(entry.sequence for entry in entries),
        fine_left_satang=payments.fine_left(payer.due, events),
        is_late=is_late,
    )


def refuse_closed(view: View, *, is_late: bool = False) -> None:
    """Stop before a line becomes late that nobody called late.

    Raises:
        AlreadyClosed: the meeting is.
    """
    if view.is_closed and not is_late:
        raise AlreadyClosed(meeting=view.meeting)


def count(desk: Desk, view: View, counted: tuple[Counted, ...], *, box: str, counters: Sequence[str]) -> SignedEntry:
    """Two people count a box."""
    event = CashCounted(
        ledger=desk.ledger,
        box=box,
        cash=counted,
        total_satang=cash.total_of(counted),
        counters=tuple(counters),
        meeting=view.meeting,
    )
    return desk.write([event], desk.day_at(view))[0]


def variance(desk: Desk, view: View, *, box: str) -> CashVarianceRecorded:
    """Record what the last count and the book differ by.

    Raises:
        NotCounted: there is no count after the last cash entry.
        NoVariance: they do not differ.
    """
    found = last_count(view, box)
    if found is None or not is_counted_since_cash(view, box):
        raise NotCounted(box=box)
    assert isinstance(found.event, CashCounted), "a count"
    off_satang = found.event.total_satang - desk.in_box(box)
    if not off_satang:
        raise NoVariance(counted=format_baht(found.event.total_satang))
    event = _variance(desk, view.meeting, box, off_satang, count=found.ref)
    desk.write([event], desk.day_at(view))
    return event


def refuse_unready(desk: Desk, view: View, box: str) -> None:
    """Stop a close that would say less than it should.

    Raises:
        AlreadyClosed: somebody has.
        NotCounted, VarianceOpen: a box is not counted, or differs from the book.
    """
    refuse_closed(view)
    for name in boxes_of(view, box):
        found = last_count(view, name)
        if found is None or not is_counted_since_cash(view, name):
            raise NotCounted(box=name)
        assert isinstance(found.event, CashCounted), "a count"
        if found.event.total_satang != desk.in_box(name):
            raise VarianceOpen(
                box=name, counted=format_baht(found.event.total_satang), expected=format_baht(desk.in_box(name))
            )


def close(desk: Desk, view: View, *, box: str, minutes: str | None = None) -> SignedEntry:
    """Close a meeting; it waits for three signatures.

    Raises:
        AlreadyClosed, NotCounted, VarianceOpen: as `refuse_unready` says.
    """
    refuse_unready(desk, view, box)
    return desk.write([closing_of(desk, view, box, minutes)], desk.day_at(view))[0]


def closing_of(desk: Desk, view: View, box: str, minutes: str | None = None) -> MeetingClosed:
    """What a close of this meeting says now."""
    counts = [found.ref for name in boxes_of(view, box) if (found := last_count(view, name)) is not None]
    first: dict[str, EntryRef] = {}
    for line in view.lines:
        first.setdefault(line.device, line.ref)
    return MeetingClosed(
        totals=tuple(totals_of(view.lines)),
        devices=tuple(
            EntryRef(device=name, sequence=device.sequence, hash=device.head)
            for name, device in sorted(desk.books.trust.devices.items())
            if device.unit == desk.village and device.head
        ),
        counts=tuple(counts),
        minutes=minutes,
        first_entries=tuple(first.values()),
        event_count=len(view.lines),
        meeting=view.meeting,
    )


def totals_of(lines: Sequence[Line]) -> list[TypeTotal]:
    """What stands of a meeting, by type."""
    sums: dict[str, tuple[int, int]] = {}
    for line in lines:
        if line.is_counted and not isinstance(line.event, MeetingOpened | MeetingClosed):
            entries, amount_satang = sums.get(line.tag, (0, 0))
            sums[line.tag] = entries + 1, amount_satang + line.amount_satang
    return [TypeTotal(type=tag, entries=one[0], amount_satang=one[1]) for tag, one in sorted(sums.items())]


def boxes_of(view: View, box: str) -> list[str]:
    """The boxes that a meeting touched, this tablet's among them."""
    touched = {getattr(line.event, "box", None) for line in view.lines if line.is_counted}
    return sorted({box} | {name for name in touched if isinstance(name, str)})


def _name(village: str, kind: Kind, day: date, names: Sequence[str]) -> str:
    """`pp01-2020-08-05`: two tablets that open one meeting without a connection come to one name."""
    name = f"{village}-{day.isoformat()}" + ("" if kind == "monthly" else f"-{kind}")
    taken = [one for one in names if one == name or one.startswith(f"{name}-n")]
    return f"{name}-n{len(taken) + 1}" if taken else name


def _opening_count(desk: Desk, counted: tuple[Counted, ...], box: str, names: Sequence[str]) -> OpeningCount:
    found = OpeningCount(counted_satang=cash.total_of(counted), book_satang=desk.in_box(box))
    rows = desk.books.registers.all(meetings.REGISTER)
    for name in reversed(names):
        counts = rows.get((desk.village, name), {})
        # The last meeting is read itself, for its count may still wait for a signature.
        if name != names[-1] and not any(fact[0] == "counted" and fact[3] == box for fact in counts):
            continue
        view = view_of(desk.log.connection, desk.books, desk.village, name)
        last = last_count(view, box)
        if last is not None:
            assert isinstance(last.event, CashCounted), "a count"
            return msgspec.structs.replace(
                found, last_count_satang=last.event.total_satang, last_counted_on=last.body.date
            )
    return found


def _variance(
    desk: Desk,
    meeting: str,
    box: str,
    off_satang: int,
    *,
    count: EntryRef | None = None,
    caused_by: EntryRef | None = None,
) -> CashVarianceRecorded:
    return CashVarianceRecorded(
        ledger=desk.ledger,
        direction="over" if off_satang > 0 else "short",
        amount_satang=abs(off_satang),
        box=box,
        count=count,
        caused_by=caused_by,
        meeting=meeting,
    )


def _refuse_unknown(member: str, known: set[str]) -> None:
    if member not in known:
        near = get_close_matches(member, sorted(known), n=3, cutoff=0.6)
        raise UnknownMember(member=member, near=", ".join(near) or "-")
