"""Months and years are closed, profit is allocated and paid (docs/domain.md section 5.13).

* A close lists where the log of every device of the unit stands. Late means beyond that cut, never "arrived later".
* A year is closed by lines that bring income and expense to zero, on as many pages as it needs.
* An allocation names every head and every member's part; together they are exactly the profit.
"""

from typing import Annotated, Literal

import msgspec

from sajja_schemas import limits
from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    BasisPoints,
    Channel,
    Count,
    EntryRef,
    Event,
    Fund,
    Hash,
    Identifier,
    Ledger,
    MemberAmount,
    Month,
    PostedLine,
    Satang,
    SatangOrNone,
    SignedSatang,
    Text,
    Year,
    declare,
)
from sajja_schemas.postings import BANK_OF_VILLAGE, BOX_OR_BANK, CASH_OR_BANK, choice, credit, debit

MemberLines = Annotated[tuple[MemberAmount, ...], msgspec.Meta(max_length=limits.CLOSING_LINES_MAX)]
PAYABLE = choice("share", dividend=2130, patronage=2131)
Share = Literal["dividend", "patronage"]


class ResultLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What takes an income or expense account back to zero; a debit is positive."""

    account: Annotated[int, msgspec.Meta(ge=4000, le=5999, description="income or expense account")]
    amount_satang: SignedSatang
    sub: Identifier | None = None


ResultLines = Annotated[tuple[ResultLine, ...], msgspec.Meta(min_length=1, max_length=limits.CLOSING_LINES_MAX)]


class PeriodClosed(Event, tag="period_closed", frozen=True, kw_only=True):
    """A month is closed at a cut: the last entry of every device of the unit, or that a device is absent."""

    ledger: Ledger
    month: Month
    devices: Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=50)]
    absent: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=50)] = ()
    trial_balance: Hash | None = None
    reconciliations: Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=20)] = ()

    declared = declare(
        thai="ปิดงวดเดือน",
        author=Author.EITHER,
        approvers=Approvers.A2,
        must=("ระบุแท็บเล็ตทุกเครื่อง หรือแจ้งว่าไม่มา", "every device is listed, or said to be absent"),
    )


class PeriodReopened(Event, tag="period_reopened", frozen=True, kw_only=True):
    """A closed month is opened again; three padlocks of three kinds."""

    ledger: Ledger
    month: Month
    reason: Text

    declared = declare(
        thai="เปิดงวดใหม่",
        author=Author.EITHER,
        approvers=Approvers.A2,
        also=(Approvers.A4, Approvers.AU),
        must=("ก่อนปิดงบปีเท่านั้น", "only before the year is sealed"),
    )


class YearEndTrialBalanceSealed(Event, tag="year_end_trial_balance_sealed", frozen=True, kw_only=True):
    """The trial balance of a year, before it is closed, by account."""

    ledger: Ledger
    year: Year
    lines: Annotated[tuple[PostedLine, ...], msgspec.Meta(min_length=1, max_length=200)]
    file: Hash | None = None

    declared = declare(
        thai="ปิดงบทดลอง",
        author=Author.EITHER,
        approvers=Approvers.A2,
        must=("ผลรวมเป็นศูนย์ ยอดระหว่างกองทุนตรงกัน", "it sums to zero, and balances between funds agree"),
    )


class YearEndClosed(Event, tag="year_end_closed", frozen=True, kw_only=True):
    """Income and expense of a bank's or group's year go to the net profit: one page of it."""

    ledger: Ledger
    year: Year
    lines: ResultLines

    declared = declare(
        thai="โอนปิดรายได้ค่าใช้จ่าย",
        author=Author.EITHER,
        approvers=Approvers.A2,
        must=("หลังปิด 4xxx และ 5xxx เป็นศูนย์", "afterwards every 4xxx and 5xxx is zero"),
        postings=(
            debit("@ledger", "account", "amount_satang", sub="sub", each="lines"),
            credit("@ledger", 3320, "amount_satang", each="lines"),
        ),
    )


class FundYearClosed(Event, tag="fund_year_closed", frozen=True, kw_only=True):
    """Income and expense of a fund's year go to its balance: one page of it."""

    ledger: Fund
    year: Year
    lines: ResultLines

    declared = declare(
        thai="ปิดปีกองทุน",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=(
            "หลังปิด 4xxx และ 5xxx เป็นศูนย์ แสดงสินไหมค้างจ่าย",
            "afterwards every 4xxx and 5xxx is zero; claims payable are listed",
        ),
        postings=(
            debit("@ledger", "account", "amount_satang", sub="sub", each="lines"),
            credit("@ledger", 3410, "amount_satang", each="lines", when=("ledger", "welfare")),
            credit("@ledger", 3420, "amount_satang", each="lines", when=("ledger", "risk")),
            credit("@ledger", 3320, "amount_satang", each="lines", when=("ledger", "network")),
        ),
    )


class YearEndAllocationApproved(Event, tag="year_end_allocation_approved", frozen=True, kw_only=True):
    """The general meeting allocates the year's profit: to every head, and to every member by name."""

    year: Year
    profit_satang: Satang
    assembly: Assembly
    reserve_satang: SatangOrNone = 0
    welfare_satang: SatangOrNone = 0  # owed to the welfare fund
    development_satang: SatangOrNone = 0
    committee_satang: SatangOrNone = 0  # owed to the committee, or for the public good
    risk_reserve_satang: SatangOrNone = 0
    dividends: MemberLines = ()
    patronage: MemberLines = ()

    declared = declare(
        thai="จัดสรรกำไร",
        author=Author.VILLAGE,
        approvers=Approvers.A5,
        must=("ปีขาดทุนไม่มีปันผล", "a year of loss pays no dividend"),
        postings=(
            debit(BANK_OF_VILLAGE, 3320, "profit_satang"),
            credit(BANK_OF_VILLAGE, 2130, "amount_satang", sub="member", each="dividends"),
            credit(BANK_OF_VILLAGE, 2131, "amount_satang", sub="member", each="patronage"),
            credit(BANK_OF_VILLAGE, 3210, "reserve_satang"),
            credit(BANK_OF_VILLAGE, 2610, "welfare_satang"),
            credit(BANK_OF_VILLAGE, 3230, "development_satang"),
            credit(BANK_OF_VILLAGE, 2710, "committee_satang"),
            credit(BANK_OF_VILLAGE, 3220, "risk_reserve_satang"),
        ),
    )


class AllocationPaid(Event, tag="allocation_paid", frozen=True, kw_only=True):
    """What was allocated to the committee or for the public good is paid out."""

    year: Year
    amount_satang: Satang
    channel: Channel
    box: Identifier | None = None
    bank: Identifier | None = None
    text: Text | None = None

    declared = declare(
        thai="จ่ายเงินจัดสรร",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        must=("ไม่เกินยอด 2710", "at most what 2710 owes"),
        postings=(
            debit(BANK_OF_VILLAGE, 2710, "amount_satang"),
            credit(BANK_OF_VILLAGE, CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
        ),
    )


class DividendDeclared(Event, tag="dividend_declared", frozen=True, kw_only=True):
    """How the dividend of a year was computed, so that anyone can compute it again. It posts nothing by itself."""

    run: Identifier
    year: Year
    pool_satang: Satang
    weights_total: Count
    inputs: Hash
    assembly: Assembly
    rate_bp: BasisPoints | None = None
    lines: MemberLines = ()

    declared = declare(
        thai="ประกาศปันผล",
        author=Author.VILLAGE,
        approvers=Approvers.A5,
        must=("ผลรวมรายคนเท่ากับเงินปันผล คำนวณซ้ำได้", "the members' parts sum to the pool, and can be computed again"),
    )


class PatronageDeclared(Event, tag="patronage_declared", frozen=True, kw_only=True):
    """How the patronage refund of a year was computed. It posts nothing by itself."""

    run: Identifier
    year: Year
    pool_satang: Satang
    interest_total_satang: SatangOrNone
    inputs: Hash
    assembly: Assembly
    lines: MemberLines = ()

    declared = declare(
        thai="ประกาศเฉลี่ยคืน",
        author=Author.VILLAGE,
        approvers=Approvers.A5,
        must=("ผลรวมรายคนเท่ากับเงินเฉลี่ยคืน คำนวณซ้ำได้", "the members' parts sum to the pool, and can be computed again"),
    )


class DividendPaid(Event, tag="dividend_paid", frozen=True, kw_only=True):
    """A member takes the dividend, the refund, or a group's profit."""

    ledger: Ledger
    member: Identifier
    share: Share
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="จ่ายปันผล/เฉลี่ยคืน",
        author=Author.EITHER,
        approvers=Approvers.A0,
        must=("ไม่เกินยอดค้างจ่าย", "at most what is payable"),
        postings=(
            debit("@ledger", PAYABLE, "amount_satang", sub="member"),
            credit("@ledger", 1110, "amount_satang", sub="box"),
        ),
    )


class DividendReinvested(Event, tag="dividend_reinvested", frozen=True, kw_only=True):
    """A member puts the dividend or the refund into shares."""

    member: Identifier
    share: Share
    amount_satang: Satang

    declared = declare(
        thai="ปันผลเข้าสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ไม่เกินยอดค้างจ่าย", "at most what is payable"),
        postings=(
            debit(BANK_OF_VILLAGE, PAYABLE, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="member"),
        ),
    )


ClosingEvent = (
    PeriodClosed
    | PeriodReopened
    | YearEndTrialBalanceSealed
    | YearEndClosed
    | FundYearClosed
    | YearEndAllocationApproved
    | AllocationPaid
    | DividendDeclared
    | PatronageDeclared
    | DividendPaid
    | DividendReinvested
)
