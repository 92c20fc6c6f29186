"""How a meeting stands, as one document: what was received, what each box should hold, who has not paid."""

from collections.abc import Mapping

import msgspec

from sajja_client.meeting.acts import boxes_of, totals_of
from sajja_client.meeting.approving import Waiting
from sajja_client.meeting.desk import Desk
from sajja_client.meeting.dues import MemberDue
from sajja_client.meeting.payments import total_of
from sajja_client.meeting.view import PAID_IN, Line, View, last_count
from sajja_schemas.events import CATALOGUE
from sajja_schemas.events.meetings import (
    AttendanceRecorded,
    CashCounted,
    CashVarianceRecorded,
    MeetingClosed,
    MeetingOpened,
)


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one type of entry."""

    type: str
    thai: str
    entries: int
    amount_satang: int
    is_paid_in: bool


class BoxCount(msgspec.Struct, frozen=True, kw_only=True):
    """A box: what the book says, and what was counted last."""

    box: str
    expected_satang: int
    counted_satang: int | None

    @property
    def off_satang(self) -> int | None:
        """Over, or short with a minus."""
        return None if self.counted_satang is None else self.counted_satang - self.expected_satang


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """What one member has paid."""

    member: str
    amount_satang: int


class LineOfMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is told by itself: a late one, or a second close."""

    device: str
    sequence: int
    type: str
    thai: str
    member: str
    amount_satang: int


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting on a page."""

    village: str
    meeting: str
    date: str
    kind: str
    state: str  # open, closing (the close waits for its signatures), closed
    demonstration: bool
    opening_cash_satang: int
    times_opened: int
    received: list[Received]
    boxes: list[BoxCount]
    paid: list[Paid]
    unpaid: list[MemberDue]
    attended: Mapping[str, int]
    late: list[LineOfMeeting]
    second_closes: list[LineOfMeeting]
    waiting: list[Waiting]

    @property
    def received_satang(self) -> int:
        """All that members paid in."""
        return sum(one.amount_satang for one in self.received if one.is_paid_in)


def state_of(view: View) -> str:
    """Whether a meeting is open, closing or closed."""
    return "open" if not view.closes else "closed" if view.closes[0].is_counted else "closing"


def sheet_of(desk: Desk, view: View, dues: Mapping[str, MemberDue], box: str) -> Sheet:
    """How a meeting stands by these books."""
    opening = view.opening.event
    assert isinstance(opening, MeetingOpened), "an opening"
    paid: dict[str, int] = {}
    for line in view.paid_in():
        member = str(getattr(line.event, "member", ""))
        paid[member] = paid.get(member, 0) + total_of([line.event])
    closes = view.closes
    return Sheet(
        village=view.village,
        meeting=view.meeting,
        date=view.opened_on.isoformat(),
        kind=opening.kind,
        state=state_of(view),
        demonstration=desk.log.pin.demonstration,
        opening_cash_satang=opening.opening_cash_satang,
        times_opened=len(view.of(MeetingOpened)),
        received=_received(view),
        boxes=[_box(desk, view, name) for name in boxes_of(view, box)],
        paid=[Paid(member=member, amount_satang=amount) for member, amount in sorted(paid.items())],
        unpaid=[due for due in dues.values() if due.total_satang],
        attended=_attended(view),
        late=[_told(line) for line in view.lines if line.is_late and not isinstance(line.event, MeetingClosed)],
        second_closes=[_told(line) for line in closes[1:]],
        waiting=desk.waiting(),
    )


def _received(view: View) -> list[Received]:
    """By type; what was over apart from what was short."""
    variances = view.of(CashVarianceRecorded)
    apart = [
        [line for line in variances if getattr(line.event, "direction", "") == direction]
        for direction in ("over", "short")
    ]
    others = [line for line in view.lines if not isinstance(line.event, CashVarianceRecorded)]
    names = (None, "เงินเกิน · over", "เงินขาด · short")
    return [
        Received(
            type=one.type,
            thai=name or CATALOGUE[one.type].declared.thai,
            entries=one.entries,
            amount_satang=one.amount_satang,
            is_paid_in=one.type in PAID_IN,
        )
        for name, lines in zip(names, (others, *apart), strict=True)
        for one in totals_of(lines)
    ]


def _box(desk: Desk, view: View, box: str) -> BoxCount:
    count = last_count(view, box)
    counted = count.event.total_satang if count is not None and isinstance(count.event, CashCounted) else None
    return BoxCount(box=box, expected_satang=desk.in_box(box), counted_satang=counted)


def _attended(view: View) -> dict[str, int]:
    """How many came how; the last word on a member stands."""
    modes: dict[str, str] = {}
    for line in view.of(AttendanceRecorded):
        assert isinstance(line.event, AttendanceRecorded), "it was asked for"
        modes |= {one.member: one.mode for one in line.event.present}
    return {mode: list(modes.values()).count(mode) for mode in sorted(set(modes.values()))}


def _told(line: Line) -> LineOfMeeting:
    return LineOfMeeting(
        device=line.device,
        sequence=line.sequence,
        type=line.tag,
        thai=line.event.declared.thai,
        member=str(getattr(line.event, "member", "")),
        amount_satang=line.amount_satang,
    )
