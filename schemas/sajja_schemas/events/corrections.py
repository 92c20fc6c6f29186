"""What is put right, openly: adjustments, late entries, findings, disputes (docs/domain.md section 5.14).

* No posting is ever made by the system. Where a collision of tablets leaves money in the wrong account, it is a
  finding, and people sign the event that moves it: the `…_recognised` events.
* A reversal is in `ledgers`; what is booked in its place is an event of its own type, and `entry_rebooked` links them.
"""

from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    EntryRef,
    Event,
    Identifier,
    Ledger,
    Month,
    PostedLine,
    Satang,
    Text,
    declare,
)
from sajja_schemas.events.loans import LOANS_BY_PRODUCT, Product
from sajja_schemas.postings import BANK_OF_VILLAGE, choice, credit, debit

FindingName = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9a-f]{16}-[0-9a-f]{8}\Z", description="a finding's id and how it stood")
]
Entries = Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=50)]
SAVED_IN = choice("saved_in", shares=3110, special=2110)


class EntryRebooked(Event, tag="entry_rebooked", frozen=True, kw_only=True):
    """An entry that was reversed has another in its place."""

    replaced: EntryRef
    replacement: EntryRef

    declared = declare(
        thai="บันทึกใหม่",
        author=Author.EITHER,
        approvers=Approvers.A0,
        must=("วันทำการเดียวกันหรือเป็นรายการปรับปรุง", "of the same meeting, or an adjustment"),
    )


class AdjustmentPosted(Event, tag="adjustment_posted", frozen=True, kw_only=True):
    """Lines that put a ledger right, signed by its officers and by an auditor. They sum to nothing."""

    ledger: Ledger
    lines: Annotated[tuple[PostedLine, ...], msgspec.Meta(min_length=2, max_length=100)]
    reason: Text
    finding: Identifier | None = None
    reconciliation: EntryRef | None = None

    declared = declare(
        thai="ปรับปรุง",
        author=Author.EITHER,
        approvers=Approvers.A2,
        also=(Approvers.AU,),
        always_control=True,
        must=("ไม่แตะบัญชีเงินสด เว้นแต่จากการกระทบยอดธนาคาร", "no cash account, unless a bank reconciliation asks for it"),
        postings=(debit("@ledger", "account", "amount_satang", sub="sub", each="lines"),),
    )


class LateEntryAccepted(Event, tag="late_entry_accepted", frozen=True, kw_only=True):
    """An entry that came beyond the cut of a close is accepted into the open period; it keeps its date."""

    entry: EntryRef
    posted_month: Month
    delay: Literal["late", "very_late"]
    reason: Text | None = None

    declared = declare(
        thai="รับรายการล่าช้า",
        author=Author.EITHER,
        approvers=Approvers.A2,
        approvers_where=(("delay", "very_late", Approvers.A4),),
        must=("ช้ามากตามจำนวนวันในระเบียบ", "very late is what the bylaws call so"),
    )


class EntryReleased(Event, tag="entry_released", frozen=True, kw_only=True):
    """An entry of a revoked device was honest: it has the effect that it would have had. No approval is replaced."""

    entry: EntryRef
    reason: Text

    declared = declare(thai="ปล่อยรายการพัก", author=Author.OFFICE, approvers=Approvers.A4)


class EntryRefused(Event, tag="entry_refused", frozen=True, kw_only=True):
    """An entry that waits, or was stopped, never has an effect."""

    entry: EntryRef
    reason: Text

    declared = declare(thai="ปฏิเสธรายการพัก", author=Author.OFFICE, approvers=Approvers.A4)


class FindingResolved(Event, tag="finding_resolved", frozen=True, kw_only=True):
    """Officers say how a finding was settled, and by which entry."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,39}\Z", description="a finding's code")]
    text: Text
    entries: Entries = ()  # that it rests on, where it is not named
    finding: FindingName | None = None  # as it stood: when its facts change, it stands again
    settled_by: EntryRef | None = None

    declared = declare(thai="ปิดข้อยกเว้น", author=Author.EITHER, approvers=Approvers.A2)


class DisputeOpened(Event, tag="dispute_opened", frozen=True, kw_only=True):
    """A member says that something is wrong."""

    dispute: Identifier
    member: Identifier
    text: Text
    entries: Entries = ()

    declared = declare(thai="เปิดข้อพิพาท", author=Author.EITHER, approvers=Approvers.A0)


class DisputeResolved(Event, tag="dispute_resolved", frozen=True, kw_only=True):
    """The committee settles a dispute, and says how."""

    dispute: Identifier
    member: Identifier
    text: Text
    resolution: EntryRef

    declared = declare(thai="ยุติข้อพิพาท", author=Author.EITHER, approvers=Approvers.A3, parties=("member",))


class OverdraftRecognised(Event, tag="overdraft_recognised", frozen=True, kw_only=True):
    """Two tablets paid out more than a member had: what is missing is the member's debt."""

    member: Identifier
    amount_satang: Satang

    declared = declare(
        thai="รับรู้การถอนเงินเกิน",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("เท่ากับส่วนที่ 2110 ติดลบ", "as much as 2110 is negative"),
        postings=(
            debit(BANK_OF_VILLAGE, 1260, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 2110, "amount_satang", sub="member"),
        ),
    )


class DoubleDisbursementRecognised(Event, tag="double_disbursement_recognised", frozen=True, kw_only=True):
    """One loan was paid out twice: the second payment is the borrower's debt, and no loan."""

    loan: Identifier
    member: Identifier
    product: Product
    amount_satang: Satang

    declared = declare(
        thai="รับรู้การจ่ายเงินกู้ซ้ำ",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("เท่ากับรายการที่จ่ายซ้ำ", "as much as was paid twice"),
        postings=(
            debit(BANK_OF_VILLAGE, 1260, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "amount_satang", sub="loan"),
        ),
    )


class OverdraftRepaid(Event, tag="overdraft_repaid", frozen=True, kw_only=True):
    """A member brings back what was paid out too much."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="คืนเงินที่ถอนเกิน",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ไม่เกินยอด 1260 ของสมาชิก", "at most what 1260 shows of that member"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 1260, "amount_satang", sub="member"),
        ),
    )


class OverpaymentRecognised(Event, tag="overpayment_recognised", frozen=True, kw_only=True):
    """A loan was paid beyond its end, on two tablets: the excess is an advance of the borrower."""

    loan: Identifier
    member: Identifier
    product: Product
    amount_satang: Satang

    declared = declare(
        thai="รับรู้เงินชำระเกิน",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("เท่ากับส่วนที่เงินต้นติดลบ", "as much as the principal is negative"),
        postings=(
            debit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "amount_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, 2150, "amount_satang", sub="member"),
        ),
    )


class AdvanceRefunded(Event, tag="advance_refunded", frozen=True, kw_only=True):
    """A member gets an advance back."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="คืนเงินรับล่วงหน้า",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("ไม่เกินยอด 2150 ของสมาชิก", "at most what 2150 owes to that member"),
        postings=(
            debit(BANK_OF_VILLAGE, 2150, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )


class LateDepositRecognised(Event, tag="late_deposit_recognised", frozen=True, kw_only=True):
    """A member who had left paid in on another tablet: it is owed to the leaver."""

    member: Identifier
    saved_in: Literal["shares", "special"]
    amount_satang: Satang

    declared = declare(
        thai="รับรู้เงินฝากหลังลาออก",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("เท่ากับที่ฝากหลังปิดบัญชี", "as much as was paid in after the exit"),
        postings=(
            debit(BANK_OF_VILLAGE, SAVED_IN, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 2140, "amount_satang", sub="member"),
        ),
    )


CorrectionEvent = (
    EntryRebooked
    | AdjustmentPosted
    | LateEntryAccepted
    | EntryReleased
    | EntryRefused
    | FindingResolved
    | DisputeOpened
    | DisputeResolved
    | OverdraftRecognised
    | DoubleDisbursementRecognised
    | OverdraftRepaid
    | OverpaymentRecognised
    | AdvanceRefunded
    | LateDepositRecognised
)
