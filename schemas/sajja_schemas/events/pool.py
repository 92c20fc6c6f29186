"""The network's own money: contributions, pool, linkage loans, grants (docs/domain.md section 5.11).

What moves between units is two entries with one settlement, as in `transfers`.
"""

from typing import Literal

from sajja_schemas.events.base import (
    Approvers,
    Author,
    BasisPoints,
    Channel,
    Count,
    EntryRef,
    Event,
    Fund,
    Hash,
    Identifier,
    Satang,
    Text,
    TransferSide,
    Year,
    declare,
)
from sajja_schemas.events.ledgers import OperatingExpense
from sajja_schemas.events.transfers import RECEIVED, SENT, Transfer
from sajja_schemas.postings import BANK_OF_VILLAGE, BOX_OR_BANK, CASH_OR_BANK, VILLAGE, choice, credit, debit

GRANT_ACCOUNTS = choice("treated_as", capital=3120, donation=4150)


class NetworkContributionAssessed(Event, tag="network_contribution_assessed", frozen=True, kw_only=True):
    """A village owes the network its contribution for a year."""

    year: Year
    amount_satang: Satang
    formula: Hash | None = None

    declared = declare(
        thai="เรียกเก็บค่าบำรุง",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        must=("ครั้งเดียวต่อปีและหมู่บ้าน ตามสูตร", "once for a year and a village, by the formula"),
        postings=(
            debit("network", 1610, "amount_satang", sub=VILLAGE),
            credit("network", 4151, "amount_satang", sub=VILLAGE),
            debit(BANK_OF_VILLAGE, 5126, "amount_satang"),
            credit(BANK_OF_VILLAGE, 2630, "amount_satang"),
        ),
    )


class NetworkContributionPaid(Event, tag="network_contribution_paid", frozen=True, kw_only=True):
    """A village pays its contribution; the network books what its own bank shows."""

    settlement: Identifier
    side: TransferSide
    amount_satang: Satang
    channel: Channel  # on this side; the network receives in its bank
    box: Identifier | None = None
    bank: Identifier | None = None

    declared = declare(
        thai="จ่ายค่าบำรุง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=(
            debit(BANK_OF_VILLAGE, 2630, "amount_satang", when=SENT),
            credit(BANK_OF_VILLAGE, CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK, when=SENT),
            debit("network", 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit("network", 1610, "amount_satang", sub=VILLAGE, when=RECEIVED),
        ),
    )


class NetworkDepositWithdrawn(Transfer, tag="network_deposit_withdrawn", frozen=True, kw_only=True):
    """A village takes its deposit out of the pool."""

    declared = declare(
        thai="ถอนกองกลาง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.OFFICE,
        approvers=Approvers.A2,
        must=("แจ้งล่วงหน้าตามระเบียบ ไม่เกินยอดฝาก", "with the days of notice, at most the deposit"),
        postings=(
            debit("network", 2230, "amount_satang", sub=VILLAGE, when=SENT),
            credit("network", 1120, "amount_satang", sub="bank", when=SENT),
            debit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit(BANK_OF_VILLAGE, 1130, "amount_satang", when=RECEIVED),
        ),
    )


class NetworkDepositInterestPaid(Transfer, tag="network_deposit_interest_paid", frozen=True, kw_only=True):
    """The pool pays interest on a village's deposit."""

    declared = declare(
        thai="ดอกเบี้ยกองกลาง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.OFFICE,
        approvers=Approvers.A4,
        approvers_where=(("side", "received", Approvers.A1),),
        must=("ครั้งเดียวต่องวด", "once for a period"),
        postings=(
            debit("network", 5113, "amount_satang", when=SENT),
            credit("network", 1120, "amount_satang", sub="bank", when=SENT),
            debit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit(BANK_OF_VILLAGE, 4140, "amount_satang", sub="bank", when=RECEIVED),
        ),
    )


class LinkageLoanRequested(Event, tag="linkage_loan_requested", frozen=True, kw_only=True):
    """A village asks the pool for a loan."""

    linkage_loan: Identifier
    amount_satang: Satang
    months: Count
    rate_bp_year: BasisPoints
    purpose: Text
    resolution: EntryRef

    declared = declare(
        thai="ขอกู้เชื่อมโยง",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        must=("หนี้และ PAR30 ต่ำกว่าเกณฑ์", "debt and PAR30 below their limits"),
    )


class LinkageLoanApproved(Event, tag="linkage_loan_approved", frozen=True, kw_only=True):
    """The network committee grants a linkage loan; nothing is paid yet."""

    linkage_loan: Identifier
    amount_satang: Satang
    months: Count
    rate_bp_year: BasisPoints

    declared = declare(
        thai="อนุมัติเงินกู้เชื่อมโยง",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        must=("ไม่เกิน 20 % ของกองกลางต่อหมู่บ้าน", "at most 20 % of the pool for a village"),
    )


class LinkageLoanRejected(Event, tag="linkage_loan_rejected", frozen=True, kw_only=True):
    """The network committee refuses a linkage loan, and says why."""

    linkage_loan: Identifier
    reason: Text

    declared = declare(thai="ไม่อนุมัติเงินกู้เชื่อมโยง", author=Author.OFFICE, of_a_village=True, approvers=Approvers.A4)


class LinkageLoanRestructured(Event, tag="linkage_loan_restructured", frozen=True, kw_only=True):
    """A linkage loan gets a new plan; its balance stays where it is."""

    linkage_loan: Identifier
    months: Count
    rate_bp_year: BasisPoints
    plan: Text | None = None

    declared = declare(thai="ปรับโครงสร้างเงินกู้เชื่อมโยง", author=Author.OFFICE, of_a_village=True, approvers=Approvers.A4)


class LinkageLoanDefaulted(Event, tag="linkage_loan_defaulted", frozen=True, kw_only=True):
    """A linkage loan is declared in default; its balance stays where it is."""

    linkage_loan: Identifier
    reason: Text

    declared = declare(thai="เงินกู้เชื่อมโยงผิดนัด", author=Author.OFFICE, of_a_village=True, approvers=Approvers.A4)


class InterfundSettlementDisputed(Event, tag="interfund_settlement_disputed", frozen=True, kw_only=True):
    """One side says that a remittance is not what the other booked."""

    settlement: Identifier
    fund: Fund
    reason: Text
    seen_satang: Satang | None = None  # what this side saw arrive

    declared = declare(thai="โต้แย้งการนำส่ง", author=Author.EITHER, approvers=Approvers.A1)


class NetworkGrantReceived(Event, tag="network_grant_received", frozen=True, kw_only=True):
    """A donor gives the network money, as capital or to be spent, perhaps for one thing only."""

    treated_as: Literal["capital", "donation"]
    amount_satang: Satang
    bank: Identifier
    donor: Text
    restriction: Text | None = None

    declared = declare(
        thai="รับเงินสนับสนุน",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("ระบุข้อจำกัดการใช้เงิน", "a restriction is named"),
        postings=(
            debit("network", 1120, "amount_satang", sub="bank"),
            credit("network", GRANT_ACCOUNTS, "amount_satang"),
        ),
    )


class NetworkExpensePaid(Event, tag="network_expense_paid", frozen=True, kw_only=True):
    """The network pays an expense."""

    account: OperatingExpense
    amount_satang: Satang
    bank: Identifier
    voucher: Identifier | None = None
    text: Text | None = None

    declared = declare(
        thai="ค่าใช้จ่ายเครือข่าย",
        author=Author.OFFICE,
        approvers=Approvers.A2,
        must=("ตามงบประมาณ", "within its budget line"),
        postings=(
            debit("network", "account", "amount_satang"),
            credit("network", 1120, "amount_satang", sub="bank"),
        ),
    )


PoolEvent = (
    NetworkContributionAssessed
    | NetworkContributionPaid
    | NetworkDepositWithdrawn
    | NetworkDepositInterestPaid
    | LinkageLoanRequested
    | LinkageLoanApproved
    | LinkageLoanRejected
    | LinkageLoanRestructured
    | LinkageLoanDefaulted
    | InterfundSettlementDisputed
    | NetworkGrantReceived
    | NetworkExpensePaid
)
