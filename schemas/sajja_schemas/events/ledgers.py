"""What any ledger does: opens, goes to the bank, pays expenses, takes other income, and is corrected.

Each names its `ledger`; a village touches its own, the office the funds (docs/domain.md sections 5.3, 5.6, 5.12, 5.14).
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas import limits
from sajja_schemas.events.base import (
    Approvers,
    Author,
    BasisPoints,
    Channel,
    Count,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Ledger,
    Satang,
    SatangOrNone,
    SignedSatang,
    Text,
    declare,
)
from sajja_schemas.events.loans import InstalmentMultiple, InstalmentRounding, Method
from sajja_schemas.postings import BOX_OR_BANK, CASH_OR_BANK, credit, debit

OperatingExpense = Literal[5120, 5121, 5122, 5123, 5124, 5125, 5126, 5127]
ExpenseAccount = Literal[5111, 5120, 5121, 5122, 5123, 5124, 5125, 5126, 5127]
IncomeAccount = Literal[4130, 4131, 4140, 4150, 4180, 4190, 4210, 4220]


class OpeningLoan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The contract of a loan that is brought forward, so that it is known what falls due."""

    member: Identifier
    principal_satang: Satang  # what was lent, not what is left
    months: Count
    rate_bp_month: BasisPoints
    method: Method
    first_due: date
    covered_satang: SatangOrNone = 0
    rounding_satang: InstalmentMultiple = 1
    rounding_mode: InstalmentRounding = "half_up"


class OpeningLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a page of the paper book; a debit is positive."""

    account: Count
    amount_satang: SignedSatang
    sub: Identifier | None = None
    page: Count | None = None
    loan: OpeningLoan | None = None  # where the account is one of loans


class OpeningBalanceRecorded(Event, tag="opening_balance_recorded", frozen=True, kw_only=True):
    """What a ledger held before its first entry: a page of the paper book, against the clearing account 3900."""

    ledger: Ledger
    lines_of_page: Annotated[tuple[OpeningLine, ...], msgspec.Meta(min_length=1, max_length=limits.OPENING_LINES_MAX)]
    evidence: Hash | None = None  # a photograph of the page

    declared = declare(
        thai="ยกยอดมา",
        author=Author.EITHER,
        approvers=Approvers.A2,
        always_control=True,
        postings=(
            debit("@ledger", "account", "amount_satang", sub="sub", each="lines_of_page"),
            credit("@ledger", 3900, "amount_satang", each="lines_of_page"),
        ),
    )


class BankDepositMade(Event, tag="bank_deposit_made", frozen=True, kw_only=True):
    """Cash goes from a box to the bank."""

    ledger: Ledger
    amount_satang: Satang
    box: Identifier
    bank: Identifier
    slip: Text | None = None

    declared = declare(
        thai="ฝากธนาคาร",
        author=Author.EITHER,
        approvers=Approvers.A1,
        postings=(
            debit("@ledger", 1120, "amount_satang", sub="bank"),
            credit("@ledger", 1110, "amount_satang", sub="box"),
        ),
    )


class BankWithdrawalMade(Event, tag="bank_withdrawal_made", frozen=True, kw_only=True):
    """Cash comes from the bank to a box."""

    ledger: Ledger
    amount_satang: Satang
    box: Identifier
    bank: Identifier
    purpose: Text | None = None

    declared = declare(
        thai="ถอนธนาคาร",
        author=Author.EITHER,
        approvers=Approvers.A2,
        postings=(
            debit("@ledger", 1110, "amount_satang", sub="box"),
            credit("@ledger", 1120, "amount_satang", sub="bank"),
        ),
    )


class ExpensePaid(Event, tag="expense_paid", frozen=True, kw_only=True):
    """A ledger pays an expense."""

    ledger: Ledger
    account: ExpenseAccount
    amount_satang: Satang
    channel: Channel
    box: Identifier | None = None
    bank: Identifier | None = None
    text: Text | None = None

    declared = declare(
        thai="จ่ายค่าใช้จ่าย",
        author=Author.EITHER,
        approvers=Approvers.A2,
        postings=(
            debit("@ledger", "account", "amount_satang"),
            credit("@ledger", CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
        ),
    )


class IncomeReceived(Event, tag="income_received", frozen=True, kw_only=True):
    """A ledger takes other income. `sub` is the member of a fee, or the bank account of its interest."""

    ledger: Ledger
    account: IncomeAccount
    amount_satang: Satang
    channel: Channel
    sub: Identifier | None = None
    box: Identifier | None = None
    bank: Identifier | None = None
    text: Text | None = None

    declared = declare(
        thai="รับรายได้อื่น",
        author=Author.EITHER,
        approvers=Approvers.A0,
        postings=(
            debit("@ledger", CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
            credit("@ledger", "account", "amount_satang", sub="sub"),
        ),
    )


class EntryReversed(Event, tag="entry_reversed", frozen=True, kw_only=True):
    """An entry is taken back: the exact negation of its postings. Both lines stay visible.

    Its class is A1, and A2 where the original's is A2 or above. It counts once per original, whichever came first.
    """

    entry: EntryRef
    reason: Literal["wrong_amount", "wrong_member", "wrong_account", "double_entry", "not_happened", "other"]
    text: Text | None = None

    declared = declare(thai="กลับรายการ", author=Author.EITHER, approvers=Approvers.A1, always_control=True)


LedgerEvent = (
    OpeningBalanceRecorded | BankDepositMade | BankWithdrawalMade | ExpensePaid | IncomeReceived | EntryReversed
)
