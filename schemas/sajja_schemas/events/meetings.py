"""Meetings, and cash that is counted and changes hands inside a unit (docs/domain.md section 5.6).

A meeting's close is the commit point: counted, variance booked, approvals given; afterwards only reversals.
"""

from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Count,
    Denomination,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Ledger,
    Satang,
    SatangOrNone,
    Text,
    Village,
    declare,
)
from sajja_schemas.postings import choice, credit, debit

CUSTODY = choice("place", box=1110, collector=1111)
COUNTED_AT = choice("place", box=1110, carrier=1112)
PAID_INTO = choice("paid_into", own="box", other="into")
Place = Literal["box", "collector"]


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many notes or coins of one denomination there are."""

    denomination_satang: Denomination
    pieces: Count


Cash = Annotated[tuple[Counted, ...], msgspec.Meta(max_length=11)]


class MeetingOpened(Event, tag="meeting_opened", frozen=True, kw_only=True):
    """A meeting begins, with the cash that is in the box."""

    kind: Literal["monthly", "committee", "general", "special"]
    opening_cash_satang: SatangOrNone
    cash: Cash = ()
    place: Text | None = None

    declared = declare(
        thai="เปิดวันทำการ",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("เงินเปิดเท่ากับยอดนับปิดครั้งก่อน", "opening cash equals the last closing count"),
    )


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """Who was there, and how."""

    member: Identifier
    mode: Literal["self", "proxy", "absent", "excused"]


class AttendanceRecorded(Event, tag="attendance_recorded", frozen=True, kw_only=True):
    """Who came to a meeting: a page of the list."""

    present: Annotated[tuple[Present, ...], msgspec.Meta(min_length=1, max_length=400)]

    declared = declare(thai="เช็คชื่อ", author=Author.EITHER, approvers=Approvers.A0)


class CashCounted(Event, tag="cash_counted", frozen=True, kw_only=True):
    """Two people count a box by denomination."""

    ledger: Ledger
    box: Identifier
    cash: Cash
    total_satang: SatangOrNone
    counters: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=2, max_length=5)]

    declared = declare(
        thai="นับเงิน",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("ยอดรวมเท่ากับผลรวม สองคนนับ ไม่ใช่ผู้บันทึกคนเดียว", "the total is the sum; two count, not the recorder alone"),
    )


class CashVarianceRecorded(Event, tag="cash_variance_recorded", frozen=True, kw_only=True):
    """A count and the ledger differ: the custodian answers for what is short; what is over waits.

    Where a carrier brought another amount than was handed over, the carrier is the custodian, named in `box`.
    """

    ledger: Ledger
    direction: Literal["short", "over"]
    amount_satang: Satang
    box: Identifier
    count: EntryRef | None = None
    place: Literal["box", "carrier"] = "box"
    settlement: Identifier | None = None  # of what the carrier was handed

    declared = declare(
        thai="เงินขาด/เกิน",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("เท่ากับยอดนับลบยอดบัญชี", "it equals what was counted less the ledger"),
        postings=(
            debit("@ledger", 1250, "amount_satang", sub="box", when=("direction", "short")),
            credit("@ledger", COUNTED_AT, "amount_satang", sub="box", when=("direction", "short")),
            debit("@ledger", COUNTED_AT, "amount_satang", sub="box", when=("direction", "over")),
            credit("@ledger", 2160, "amount_satang", sub="box", when=("direction", "over")),
        ),
    )


class CashVarianceResolved(Event, tag="cash_variance_resolved", frozen=True, kw_only=True):
    """What was short is repaid or borne as an expense; what was over becomes income.

    A carrier who keeps no box pays into another's.
    """

    ledger: Ledger
    how: Literal["repaid", "expensed", "income"]
    amount_satang: Satang
    box: Identifier
    resolution: EntryRef | None = None  # where expensed
    paid_into: Literal["own", "other"] = "own"  # where repaid: the custodian's own box, or the one named in `into`
    into: Identifier | None = None

    declared = declare(
        thai="ชดใช้/รับรู้เงินขาดเกิน",
        author=Author.EITHER,
        approvers=Approvers.A1,
        approvers_where=(("how", "expensed", Approvers.A3),),
        must=("ไม่เกินยอดที่ค้าง", "never more than is open"),
        postings=(
            debit("@ledger", 1110, "amount_satang", sub=PAID_INTO, when=("how", "repaid")),
            credit("@ledger", 1250, "amount_satang", sub="box", when=("how", "repaid")),
            debit("@ledger", 5140, "amount_satang", when=("how", "expensed")),
            credit("@ledger", 1250, "amount_satang", sub="box", when=("how", "expensed")),
            debit("@ledger", 2160, "amount_satang", sub="box", when=("how", "income")),
            credit("@ledger", 4180, "amount_satang", when=("how", "income")),
        ),
    )


class TypeTotal(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries of a type a meeting had, and what they came to."""

    type: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z", description="an event's tag")]
    entries: Count
    amount_satang: SatangOrNone = 0


class MeetingClosed(Event, tag="meeting_closed", frozen=True, kw_only=True):
    """A meeting ends: its totals by type, and where the log of every device that took part stands."""

    totals: Annotated[tuple[TypeTotal, ...], msgspec.Meta(max_length=200)]
    devices: Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=20)]
    counts: Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=20)] = ()
    minutes: Hash | None = None
    first_entries: Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=20)] = ()  # of this meeting, on each device
    event_count: Count | None = None  # the entries of this meeting, on all devices

    declared = declare(
        thai="ปิดวันทำการ",
        author=Author.EITHER,
        approvers=Approvers.A2,
        must=("นับแล้ว บันทึกผลต่างแล้ว หลังจากนี้กลับรายการเท่านั้น", "counted, variance booked; afterwards only reversals"),
    )


class CashCustodyHandedOver(Event, tag="cash_custody_handed_over", frozen=True, kw_only=True):
    """Cash leaves a box or a collector's hands, and is a carrier's until it is received."""

    ledger: Ledger
    settlement: Identifier
    place: Place
    amount_satang: Satang
    box: Identifier
    carrier: Identifier
    seal: Text | None = None

    declared = declare(
        thai="ส่งมอบเงิน",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("ผู้ส่งมียอดพอ", "who hands over has that much"),
        postings=(
            debit("@ledger", 1112, "amount_satang", sub="carrier"),
            credit("@ledger", CUSTODY, "amount_satang", sub="box"),
        ),
    )


class CashCustodyReceived(Event, tag="cash_custody_received", frozen=True, kw_only=True):
    """Cash arrives, as it was counted. What is missing stays the carrier's."""

    ledger: Ledger
    settlement: Identifier
    place: Place
    amount_satang: Satang
    box: Identifier
    carrier: Identifier

    declared = declare(
        thai="รับมอบเงิน",
        author=Author.EITHER,
        approvers=Approvers.A0,
        must=("เท่ากับที่ส่งมอบ เกิน 48 ชั่วโมงเป็นข้อสังเกต", "equal to what was handed over; older than 48 hours is a finding"),
        postings=(
            debit("@ledger", CUSTODY, "amount_satang", sub="box"),
            credit("@ledger", 1112, "amount_satang", sub="carrier"),
        ),
    )


class ActivityHeld(Event, tag="activity_held", frozen=True, kw_only=True):
    """The network or a village did something together: a training, a forum, a savings drive, a fair."""

    kind: Literal["training", "forum", "savings_drive", "tradition", "fair"]
    villages: Annotated[tuple[Village, ...], msgspec.Meta(max_length=60)]
    people: Count
    women: Count
    cost: EntryRef | None = None  # the entry that paid for it
    text: Text | None = None

    declared = declare(
        thai="จัดกิจกรรม",
        author=Author.EITHER,
        approvers=Approvers.A0,
        must=("ผู้หญิงไม่เกินจำนวนคน", "no more women than people"),
    )


MeetingEvent = (
    MeetingOpened
    | AttendanceRecorded
    | CashCounted
    | CashVarianceRecorded
    | CashVarianceResolved
    | MeetingClosed
    | CashCustodyHandedOver
    | CashCustodyReceived
    | ActivityHeld
)
