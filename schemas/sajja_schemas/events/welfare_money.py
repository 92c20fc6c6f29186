"""What the welfare fund gets besides contributions, and what it spends besides benefits (docs/domain.md section 5.9).

The state and the municipality match what members paid, once for a round and a source; what came too much is returned.
"""

from datetime import date
from typing import Literal

from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    Count,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Satang,
    SatangOrNone,
    Text,
    Year,
    declare,
)
from sajja_schemas.events.ledgers import OperatingExpense
from sajja_schemas.postings import VILLAGE, choice, credit, debit

MatchingSource = Literal["state", "local"]  # พอช. (CODI); the local government
MATCHING_INCOME = choice("matched_by", state=4160, local=4161)


class WelfareMatchingRequested(Event, tag="welfare_matching_requested", frozen=True, kw_only=True):
    """The fund asks for matching: so many eligible members at 30 September, by a list that can be made again."""

    matching_round: Identifier
    matched_by: MatchingSource
    as_of: date
    eligible: Count
    members_list: Hash
    amount_satang: Satang

    declared = declare(
        thai="ขอสมทบ",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=(
            "ครบหนึ่งปี ณ 30 กันยายน และได้รับสมทบน้อยกว่าสามครั้ง",
            "a full year at 30 September, and matched fewer than three times",
        ),
    )


class WelfareMatchingApproved(Event, tag="welfare_matching_approved", frozen=True, kw_only=True):
    """Matching is promised, and is owed to the fund."""

    matching_round: Identifier
    matched_by: MatchingSource
    amount_satang: Satang

    declared = declare(
        thai="อนุมัติสมทบ",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        postings=(
            debit("welfare", 1710, "amount_satang"),
            credit("welfare", MATCHING_INCOME, "amount_satang", sub="matching_round"),
        ),
    )


class WelfareMatchingReceived(Event, tag="welfare_matching_received", frozen=True, kw_only=True):
    """Matching arrives in the fund's bank; what exceeds the promise is to be returned."""

    matching_round: Identifier
    matched_by: MatchingSource
    amount_satang: Satang
    bank: Identifier
    due_satang: SatangOrNone = 0
    excess_satang: SatangOrNone = 0

    declared = declare(
        thai="รับสมทบ",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("รอบละหนึ่งครั้งต่อแหล่ง", "once for a round and a source"),
        postings=(
            debit("welfare", 1120, "amount_satang", sub="bank"),
            credit("welfare", 1710, "due_satang"),
            credit("welfare", 2340, "excess_satang"),
        ),
    )


class WelfareMatchingReturned(Event, tag="welfare_matching_returned", frozen=True, kw_only=True):
    """What came too much is recognised as due, and later paid back."""

    matching_round: Identifier
    matched_by: MatchingSource
    stage: Literal["due", "paid"]
    amount_satang: Satang
    bank: Identifier | None = None

    declared = declare(
        thai="คืนสมทบส่วนเกิน",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("จ่ายไม่เกินที่ค้างคืน", "at most what is due is paid"),
        postings=(
            debit("welfare", MATCHING_INCOME, "amount_satang", sub="matching_round", when=("stage", "due")),
            credit("welfare", 2340, "amount_satang", when=("stage", "due")),
            debit("welfare", 2340, "amount_satang", when=("stage", "paid")),
            credit("welfare", 1120, "amount_satang", sub="bank", when=("stage", "paid")),
        ),
    )


class WelfareProfitContributionReceived(Event, tag="welfare_profit_contribution_received", frozen=True, kw_only=True):
    """The fund books what a village's general meeting gave it out of the year's profit."""

    year: Year
    amount_satang: Satang
    assembly: Assembly

    declared = declare(
        thai="สมทบจากกำไรหมู่บ้าน",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A5,
        must=("เท่ากับส่วนสวัสดิการในการจัดสรรกำไรของหมู่บ้าน", "equal to the welfare head of the village's allocation"),
        postings=(
            debit("welfare", 1610, "amount_satang", sub=VILLAGE),
            credit("welfare", 4163, "amount_satang", sub=VILLAGE),
        ),
    )


class WelfareDonationReceived(Event, tag="welfare_donation_received", frozen=True, kw_only=True):
    """Somebody gives to the fund; who it was may stand in the personal part."""

    amount_satang: Satang
    bank: Identifier
    donor: Text | None = None

    declared = declare(
        thai="รับบริจาค",
        author=Author.OFFICE,
        approvers=Approvers.A1,
        postings=(
            debit("welfare", 1120, "amount_satang", sub="bank"),
            credit("welfare", 4150, "amount_satang"),
        ),
    )


class WelfareAdminExpensePaid(Event, tag="welfare_admin_expense_paid", frozen=True, kw_only=True):
    """The fund pays for its own administration."""

    account: OperatingExpense
    amount_satang: Satang
    bank: Identifier
    text: Text | None = None

    declared = declare(
        thai="ค่าบริหารกองทุนสวัสดิการ",
        author=Author.OFFICE,
        approvers=Approvers.A2,
        must=("ทั้งปีไม่เกิน 20 % ของกองทุน", "at most 20 % of the fund in a year"),
        postings=(
            debit("welfare", "account", "amount_satang"),
            credit("welfare", 1120, "amount_satang", sub="bank"),
        ),
    )


class WelfareInkindGiven(Event, tag="welfare_inkind_given", frozen=True, kw_only=True):
    """Welfare that is no money: a bed given to the municipality for the bedridden, a visit, a wheelchair."""

    what: Text
    pieces: Count
    recipient: Text | None = None  # an institution; a person stands in the personal part
    value_satang: SatangOrNone = 0  # for the report; it posts nothing
    cost: EntryRef | None = None  # the entry that paid for it

    declared = declare(thai="สวัสดิการไม่เป็นตัวเงิน", author=Author.EITHER, approvers=Approvers.A1)


WelfareMoneyEvent = (
    WelfareMatchingRequested
    | WelfareMatchingApproved
    | WelfareMatchingReceived
    | WelfareMatchingReturned
    | WelfareProfitContributionReceived
    | WelfareDonationReceived
    | WelfareAdminExpensePaid
    | WelfareInkindGiven
)
