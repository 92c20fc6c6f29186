"""What happens to a loan that was paid out, besides its repayments (docs/domain.md section 5.8).

A fine posts when it is paid. A rescheduled loan stays visible as such. After a write-off money is a recovery.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    BasisPoints,
    Count,
    EntryRef,
    Event,
    Identifier,
    Month,
    Months,
    Satang,
    SatangOrNone,
    SignedSatang,
    Text,
    declare,
)
from sajja_schemas.events.loans import (
    INTEREST_BY_PRODUCT,
    LOANS_BY_PRODUCT,
    InstalmentMultiple,
    InstalmentRounding,
    Method,
    Product,
)
from sajja_schemas.postings import BANK_OF_VILLAGE, choice, credit, debit

GOODS_OR_CASH = choice("channel", stock=1410, cash=1110)


class LoanDisbursedInKind(Event, tag="loan_disbursed_in_kind", frozen=True, kw_only=True):
    """A loan is paid out as goods (fertiliser), from stock or bought for it with cash."""

    loan: Identifier
    member: Identifier
    item: Text
    quantity: Count
    amount_satang: Satang
    channel: Literal["stock", "cash"]
    box: Identifier | None = None

    declared = declare(
        thai="จ่ายเงินกู้เป็นสิ่งของ",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("หลังอนุมัติ ครั้งเดียว", "after an approval, once"),
        postings=(
            debit(BANK_OF_VILLAGE, 1215, "amount_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, GOODS_OR_CASH, "amount_satang", sub="box"),
        ),
    )


class LoanFineCharged(Event, tag="loan_fine_charged", frozen=True, kw_only=True):
    """A borrower pays a penalty by itself."""

    loan: Identifier
    member: Identifier
    amount_satang: Satang
    box: Identifier
    days: Count | None = None

    declared = declare(
        thai="ค่าปรับเงินกู้",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ดอกเบี้ยรวมค่าปรับไม่เกินเพดาน", "interest and penalty together stay under the cap"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 4121, "amount_satang", sub="loan"),
        ),
    )


class LoanPrepaid(Event, tag="loan_prepaid", frozen=True, kw_only=True):
    """A borrower pays the rest before its time. A declining loan owes interest to that date only."""

    loan: Identifier
    member: Identifier
    product: Product
    total_satang: Satang
    box: Identifier
    principal_satang: SatangOrNone = 0
    interest_satang: SatangOrNone = 0
    fine_satang: SatangOrNone = 0
    advance_satang: SatangOrNone = 0
    rebate_satang: SatangOrNone = 0  # what is let off; it posts nothing
    cash_difference_satang: SignedSatang = 0  # where coins are short: the parts less the cash that was taken

    declared = declare(
        thai="ปิดก่อนกำหนด",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("เงินต้นเป็นศูนย์หลังรายการ", "the principal is zero afterwards"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "total_satang", sub="box"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, INTEREST_BY_PRODUCT, "interest_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, 4121, "fine_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, 2150, "advance_satang", sub="member"),
            debit(BANK_OF_VILLAGE, 4190, "cash_difference_satang"),
        ),
    )


class LoanRescheduled(Event, tag="loan_rescheduled", frozen=True, kw_only=True):
    """A loan gets a new plan; its principal moves to the rescheduled loans and stays visible there."""

    loan: Identifier
    member: Identifier
    product: Product
    principal_satang: Satang
    months: Months
    rate_bp_month: BasisPoints
    method: Method
    first_due: date
    times: Count  # how often this loan was rescheduled, this time included
    reason: Text
    resolution: EntryRef
    rounding_satang: InstalmentMultiple = 1
    rounding_mode: InstalmentRounding = "half_up"

    declared = declare(
        thai="ปรับโครงสร้าง",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        parties=("member",),
        must=("ไม่เกินจำนวนครั้งในระเบียบ", "at most as often as the bylaws allow"),
        postings=(
            debit(BANK_OF_VILLAGE, 1213, "principal_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan"),
        ),
    )


class LoanGuarantorCalled(Event, tag="loan_guarantor_called", frozen=True, kw_only=True):
    """A guarantor takes over a part of the principal, and owes it from now on."""

    loan: Identifier
    product: Product
    guarantor: Identifier
    amount_satang: Satang
    resolution: EntryRef

    declared = declare(
        thai="เรียกผู้ค้ำ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        parties=("guarantor",),
        must=("หลังหนังสือทวงถาม ไม่เกินวงเงินค้ำ", "after notices, at most what was guaranteed"),
        postings=(
            debit(BANK_OF_VILLAGE, 1240, "amount_satang", sub="guarantor"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "amount_satang", sub="loan"),
        ),
    )


class LoanGuarantorPaid(Event, tag="loan_guarantor_paid", frozen=True, kw_only=True):
    """A guarantor pays what was taken over."""

    loan: Identifier
    guarantor: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="ผู้ค้ำชำระ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ไม่เกินยอด 1240 ของผู้ค้ำ", "at most what 1240 shows of that guarantor"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 1240, "amount_satang", sub="guarantor"),
        ),
    )


class LoanSavingsOffset(Event, tag="loan_savings_offset", frozen=True, kw_only=True):
    """A member's savings are set against the loan, by consent or by the bylaws."""

    loan: Identifier
    member: Identifier
    product: Product
    resolution: EntryRef
    shares_satang: SatangOrNone = 0
    special_satang: SatangOrNone = 0
    principal_satang: SatangOrNone = 0
    interest_satang: SatangOrNone = 0

    declared = declare(
        thai="หักกลบเงินสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        parties=("member",),
        must=("เมื่อลาออกหรือผิดนัดเท่านั้น", "on exit or default only"),
        postings=(
            debit(BANK_OF_VILLAGE, 3110, "shares_satang", sub="member"),
            debit(BANK_OF_VILLAGE, 2110, "special_satang", sub="member"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, INTEREST_BY_PRODUCT, "interest_satang", sub="loan"),
        ),
    )


class ProvisionBucket(msgspec.Struct, frozen=True, kw_only=True):
    """Loans of one age, and what is set aside for them."""

    days_from: Count
    principal_satang: SatangOrNone
    rate_bp: BasisPoints
    amount_satang: SatangOrNone


class LoanProvisioned(Event, tag="loan_provisioned", frozen=True, kw_only=True):
    """The allowance for doubtful loans is brought to what the rule asks; a negative amount releases some."""

    month: Month
    amount_satang: SignedSatang
    buckets: Annotated[tuple[ProvisionBucket, ...], msgspec.Meta(max_length=12)] = ()

    declared = declare(
        thai="ตั้งค่าเผื่อ",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        must=("ตามช่วงอายุหนี้ในระเบียบ", "by the buckets of the rule"),
        postings=(
            debit(BANK_OF_VILLAGE, 5130, "amount_satang"),
            credit(BANK_OF_VILLAGE, 1219, "amount_satang"),
        ),
    )


class LoanWrittenOff(Event, tag="loan_written_off", frozen=True, kw_only=True):
    """The general meeting gives a loan up: first out of the allowance, the rest as an expense."""

    loan: Identifier
    member: Identifier
    product: Product
    principal_satang: Satang
    assembly: Assembly
    allowance_satang: SatangOrNone = 0
    expense_satang: SatangOrNone = 0

    declared = declare(
        thai="ตัดหนี้สูญ",
        author=Author.VILLAGE,
        approvers=Approvers.A5,
        parties=("member",),
        must=("ค้างนานถึงเกณฑ์ ประกาศรายชื่อ", "late long enough, and the list is published"),
        postings=(
            debit(BANK_OF_VILLAGE, 1219, "allowance_satang"),
            debit(BANK_OF_VILLAGE, 5131, "expense_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan"),
        ),
    )


class LoanRecoveryReceived(Event, tag="loan_recovery_received", frozen=True, kw_only=True):
    """Money comes in on a loan that was written off."""

    loan: Identifier
    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="รับหนี้สูญ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ไม่เกินยอดที่ตัด", "at most what was written off"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 4172, "amount_satang", sub="loan"),
        ),
    )


class LoanAdvanceApplied(Event, tag="loan_advance_applied", frozen=True, kw_only=True):
    """What a member paid in advance goes to the loan."""

    loan: Identifier
    member: Identifier
    product: Product
    amount_satang: Satang
    principal_satang: SatangOrNone = 0
    interest_satang: SatangOrNone = 0

    declared = declare(
        thai="ใช้เงินรับล่วงหน้าชำระหนี้",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("ไม่เกินยอด 2150 ของสมาชิก", "at most what 2150 owes to that member"),
        postings=(
            debit(BANK_OF_VILLAGE, 2150, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, INTEREST_BY_PRODUCT, "interest_satang", sub="loan"),
        ),
    )


LoanAccountEvent = (
    LoanDisbursedInKind
    | LoanFineCharged
    | LoanPrepaid
    | LoanRescheduled
    | LoanGuarantorCalled
    | LoanGuarantorPaid
    | LoanSavingsOffset
    | LoanProvisioned
    | LoanWrittenOff
    | LoanRecoveryReceived
    | LoanAdvanceApplied
)
