"""What each member owes at a meeting: pledged shares, missed months and their fine, loans, the welfare contribution.

* A month is owed from the month of the pledge on, and never from before the first monthly meeting that these books
  know: what was before is the paper's. Who joined after the month's meeting owes from the next month on.
* A missed month is fined where a monthly meeting was opened in it; where there was none (a flood), nobody could pay.
  The current month is not missed yet. A fine that was paid or waived is not asked for again.
* Of a loan are due the instalments of this month and what is left of earlier ones; the interest that accrued, less what
  was paid of it; and a penalty on each late instalment by the bylaws, less the fines that were taken or waived for it.
* What the bylaws in force on the day do not rule is not asked for. Nor is anything of a loan that rests, nor of members
  who left, died, or rest.

Pure: books and a day in, figures out.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from sajja_schemas.books import Books
from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.repayments import round_cash
from sajja_schemas.calculations.spans import first_day_of, last_day_of, month_number, month_of
from sajja_schemas.events.ruleset import Bylaws, CashRules, LoanRules
from sajja_schemas.registers import Registers, meetings, savings
from sajja_schemas.registers.loans import Loan, dues, loans_of
from sajja_schemas.registers.members import REGISTER as MEMBERS
from sajja_schemas.registers.members import Member, members_of
from sajja_schemas.registers.moratoria import is_resting
from sajja_schemas.registers.noting import latest
from sajja_schemas.registers.owing import interest_owed, penalty_owed, unpaid_dues

MONTHS_IN_ONE_ENTRY: Final = 36
NO_PLEDGE: Final = "no_pledge"
RESTS: Final = "rests"
NO_BYLAWS: Final = "no_bylaws"


class LoanDue(msgspec.Struct, frozen=True, kw_only=True):
    """What is due of one loan."""

    loan: str
    product: str
    outstanding_satang: int
    principal_satang: int = 0
    interest_satang: int = 0
    fine_satang: int = 0
    days_late: int = 0
    remark: str | None = None

    @property
    def total_satang(self) -> int:
        """The parts together."""
        return self.principal_satang + self.interest_satang + self.fine_satang


class MemberDue(msgspec.Struct, frozen=True, kw_only=True):
    """What a member owes today."""

    member: str
    share_months: tuple[str, ...] = ()  # the oldest first; the current one is the last
    share_satang: int = 0
    fined_months: tuple[str, ...] = ()
    fine_satang: int = 0
    welfare_months: tuple[str, ...] = ()
    welfare_satang: int = 0
    loans: tuple[LoanDue, ...] = ()
    cash_difference_satang: int = 0  # where coins are short: what is due of the loans less the cash that is taken
    remarks: tuple[str, ...] = ()

    @property
    def loan_satang(self) -> int:
        """What is taken for all loans together, rounded where the bylaws say so."""
        return sum(loan.total_satang for loan in self.loans) - self.cash_difference_satang

    @property
    def total_satang(self) -> int:
        """Everything together."""
        return self.share_satang + self.fine_satang + self.welfare_satang + self.loan_satang


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """The bylaws that are asked at a village's meeting on a day."""

    bank: Bylaws | None
    welfare: Bylaws | None

    @property
    def fine_satang_month(self) -> int:
        """For a missed month."""
        return (self.bank.share_late_fine_satang or 0) if self.bank else 0

    @property
    def welfare_satang_month(self) -> int:
        """The contribution to the welfare fund."""
        return (self.welfare.welfare_contribution_satang_month or 0) if self.welfare else 0

    @property
    def loans(self) -> LoanRules:
        """What holds for every loan."""
        return (self.bank.loans if self.bank else None) or LoanRules()

    def cash_difference(self, due_satang: int) -> int:
        """What an amount is more than the cash that is taken for it."""
        cash = (self.bank.cash if self.bank else None) or CashRules()
        unit_satang, mode = cash.rounding_satang or 0, cash.rounding_mode or "half_up"
        return round_cash(due_satang, unit_satang=unit_satang, mode=mode).difference_satang


def ruled_on(books: Books, village: str, on: date) -> Ruled:
    """The bylaws in force."""
    bank, welfare = (in_force(books.rulesets, ledger, on) for ledger in (f"bank:{village}", "welfare"))
    return Ruled(bank=bank.rules if bank else None, welfare=welfare.rules if welfare else None)


def dues_on(books: Books, village: str, on: date) -> list[MemberDue]:
    """Everybody who may owe something at a meeting on a day, by id."""
    ruled, met = ruled_on(books, village, on), meeting_days(books.registers, village)
    owed: dict[str, list[Loan]] = {}
    # A loan of unknown terms was brought forward without them, and without its borrower: nobody can be asked.
    for loan in loans_of(books.registers, books.balances, f"bank:{village}", owed_only=True):
        owed.setdefault(loan.member, []).append(loan)
    return [
        _of_member(books.registers, member, owed.get(member.member, ()), ruled, met, on)
        for member in sorted(members_of(books.registers, village), key=lambda one: one.member)
        if _is_asked(member) or member.member in owed
    ]


def meeting_days(registers: Registers, village: str) -> dict[int, date]:
    """The months in which a monthly meeting was opened, each with its first meeting day."""
    days: dict[int, date] = {}
    for (unit, _meeting), facts in registers.all(meetings.REGISTER).items():
        for fact, number in facts.items():
            if unit == village and number > 0 and fact[0] == "opened" and fact[2] == "monthly":
                day = date.fromisoformat(str(fact[1]))
                month = month_number(day)
                days[month] = min(days.get(month, day), day)
    return days


def pledge_of_month(said: Iterable[tuple[str, int]], month: int) -> int:
    """What was pledged for a month, in satang; nothing before the first pledge."""
    return next((amount for first, amount in reversed(list(said)) if month_of(first) <= month), 0)


@lru_cache(maxsize=2_000)
def month_name(month: int) -> str:
    """`2020-08`, as entries name a month."""
    return f"{first_day_of(month):%Y-%m}"


def unpaid_months(paid: Mapping[str, int], first: int, last: int) -> Iterator[int]:
    """The months that are not paid, the oldest first."""
    return (month for month in range(first, last + 1) if month_name(month) not in paid)


def first_month_of(met: Mapping[int, date], this: int, *, since: date | None) -> int:
    """The first month that a member owes here."""
    known = min([*met, this])
    if since is None:
        return known
    joined = month_number(since)
    if joined in met and since > met[joined]:
        joined += 1  # the meeting of that month was over
    return max(known, joined)


def _is_asked(member: Member) -> bool:
    is_there = member.in_bank > 0 or member.in_welfare > 0
    return is_there and not member.is_suspended and member.died is None and member.death_reported is None


def _of_member(
    registers: Registers, member: Member, loans: Iterable[Loan], ruled: Ruled, met: Mapping[int, date], on: date
) -> MemberDue:
    name, village, this = member.member, member.village, month_number(on)
    remarks: list[str] = []
    is_asked = _is_asked(member)
    months: list[int] = []
    said = savings.pledges(registers, village, name)
    if is_asked and member.in_bank > 0:
        paid = savings.months_paid(registers, savings.SAVINGS, village, name)
        first = first_month_of(met, this, since=member.joined)
        months = [m for m in unpaid_months(paid, first, this) if pledge_of_month(said, m)]
        if not said:
            remarks.append(NO_PLEDGE)
        if ruled.bank is None:
            remarks.append(NO_BYLAWS)
    settled = savings.months_fined(registers, village, name)
    months = months[:MONTHS_IN_ONE_ENTRY]
    fined = [m for m in months if m < this and m in met and month_name(m) not in settled]
    fined = fined if ruled.fine_satang_month else []
    contributed = list(_welfare_months(registers, member, ruled, met, this)) if is_asked else []
    owed = tuple(
        loan_due(registers, loan, ruled.loans, on, is_interest_free=member.is_interest_free)
        for loan in sorted(loans, key=lambda loan: (loan.lent_on or loan.brought_on or on, loan.loan))
    )
    return MemberDue(
        member=name,
        share_months=tuple(map(month_name, months)),
        share_satang=sum(pledge_of_month(said, month) for month in months),
        fined_months=tuple(map(month_name, fined)),
        fine_satang=ruled.fine_satang_month * len(fined),
        welfare_months=tuple(map(month_name, contributed)),
        welfare_satang=ruled.welfare_satang_month * len(contributed),
        loans=owed,
        cash_difference_satang=ruled.cash_difference(sum(loan.total_satang for loan in owed)),
        remarks=tuple(remarks),
    )


def _welfare_months(
    registers: Registers, member: Member, ruled: Ruled, met: Mapping[int, date], this: int
) -> Iterator[int]:
    if member.in_welfare <= 0 or not ruled.welfare_satang_month:
        return
    enrolled = latest(registers.row(MEMBERS, (member.village, member.member)), "enrolled")
    since = date.fromisoformat(str(enrolled[2])) if enrolled is not None else None
    paid = savings.months_paid(registers, savings.WELFARE, member.village, member.member)
    first = first_month_of(met, this, since=since)
    yield from list(unpaid_months(paid, first, this))[:MONTHS_IN_ONE_ENTRY]


def loan_due(registers: Registers, loan: Loan, rules: LoanRules, on: date, *, is_interest_free: bool) -> LoanDue:
    """What is due of a loan at a meeting on a day."""
    bare = LoanDue(loan=loan.loan, product=loan.product, outstanding_satang=loan.outstanding_satang)
    if is_resting(registers, loan, on):
        return msgspec.structs.replace(bare, remark=RESTS)
    unpaid = list(unpaid_dues(loan, last_day_of(month_number(on))))
    return msgspec.structs.replace(
        bare,
        principal_satang=sum(due.due_satang for due in unpaid),
        interest_satang=0 if is_interest_free else interest_owed(registers, loan, on),
        fine_satang=0 if is_interest_free else penalty_owed(registers, loan, rules, on),
        days_late=max(((on - due.on).days for due in unpaid if due.on < on), default=0),
    )


def next_due(loan: Loan, *, owed_satang: int) -> date | None:
    """When the next instalment falls due once so much is outstanding."""
    if loan.plan is None or owed_satang <= 0:
        return None
    paid_satang = loan.plan.terms.principal_satang - owed_satang
    for due in dues(loan.plan):
        paid_satang -= due.due_satang
        if paid_satang < 0:
            return due.on
    return None
