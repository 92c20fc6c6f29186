"""The register of what was paid on a loan, day by day, and so the interest and the penalty that are still owed.

* Interest is what accrued to a day on what was outstanding, less all interest that was paid: a part paid forgives none
  of the rest, and unpaid interest is carried and not compounded (docs/domain.md section 9.1).
* By days: each span between two movements is reckoned on its own balance and rounded once, over 365.
* By months: the interest of a month is on what was outstanding when the month began, from the month of the first
  instalment on. A bullet owes the interest of its whole term when it falls due.
* It is reckoned since the loan was paid out, brought forward or rescheduled, the latest of them; what was paid on the
  day of a rescheduling belongs to the old terms.
* Principal that left a loan in a way not noted here counts as gone from the first day: nobody is asked for more.
* Of a penalty is still owed what the late days come to, less the fines since the oldest due that is not wholly paid.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sajja_schemas.calculations.loans import act365_interest
from sajja_schemas.calculations.repayments import DAYS_PER_STARTED_MONTH, penalty_max
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import first_day_of, month_number
from sajja_schemas.events.base import Event
from sajja_schemas.events.lending import LoanFineWaived
from sajja_schemas.events.loan_accounts import (
    LoanAdvanceApplied,
    LoanFineCharged,
    LoanGuarantorCalled,
    LoanPrepaid,
    LoanSavingsOffset,
    LoanWrittenOff,
)
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.risk import RiskClaimPaid
from sajja_schemas.registers.loans import Loan, Plan, arrears
from sajja_schemas.registers.noting import BANK, DATE, Fact, Note, Registers

REGISTER: Final = "owing"
_MONTHS_PER_YEAR: Final = 12
_PAID: Final[tuple[tuple[type[Event], str, str], ...]] = (
    (LoanRepaymentReceived, "principal", "principal_satang"),
    (LoanRepaymentReceived, "interest", "interest_satang"),
    (LoanRepaymentReceived, "fine", "fine_satang"),
    (LoanPrepaid, "principal", "principal_satang"),
    (LoanPrepaid, "interest", "interest_satang"),
    (LoanPrepaid, "fine", "fine_satang"),
    (LoanSavingsOffset, "principal", "principal_satang"),
    (LoanSavingsOffset, "interest", "interest_satang"),
    (LoanAdvanceApplied, "principal", "principal_satang"),
    (LoanAdvanceApplied, "interest", "interest_satang"),
    (RiskClaimPaid, "principal", "principal_satang"),
    (RiskClaimPaid, "interest", "interest_satang"),
    (LoanGuarantorCalled, "principal", "amount_satang"),
    (LoanWrittenOff, "principal", "principal_satang"),
    (LoanFineCharged, "fine", "amount_satang"),
    (LoanFineWaived, "waived", "amount_satang"),
)
NOTES: Final = tuple(
    Note(register=REGISTER, event=event, key=(BANK, "loan"), fact=(f"={word}", DATE), number=number)
    for event, word, number in _PAID
)


def fines_satang(registers: Registers, loan: Loan, *, since: date, is_waived_too: bool = False) -> int:
    """The fines that were taken of a loan after a day; and, if asked, those that were waived."""
    words = ("fine", "waived") if is_waived_too else ("fine",)
    return sum(number for on, number in _dated(_facts(registers, loan), *words) if on > since)


def fines_of_arrears(registers: Registers, loan: Loan, on: date) -> int:
    """The fines that were taken since the oldest due that is not wholly paid on a day."""
    late = arrears(loan, on)
    return fines_satang(registers, loan, since=on - timedelta(days=late.days_late)) if late.days_late else 0


def penalty_cap_satang(loan: Loan, on: date, *, cap_bp_year: int) -> int:
    """What a cap on interest and penalty together leaves to the penalty of all that is late on a day."""
    if loan.plan is None:
        return 0
    late = arrears(loan, on)
    return penalty_max(
        overdue_satang=late.overdue_satang,
        months=-(-late.days_late // DAYS_PER_STARTED_MONTH),
        rate_bp_month=loan.plan.terms.rate_bp_month,
        cap_bp_year=cap_bp_year,
    )


def interest_owed(registers: Registers, loan: Loan, on: date) -> int:
    """The interest of a loan to a day that was not paid yet."""
    plan, facts = loan.plan, _facts(registers, loan)
    if plan is None:
        return 0
    begun = [day for day in (loan.lent_on, loan.brought_on) if day is not None]
    begun_on = max(begun) if begun else on
    paid = _dated(facts, "interest")
    if loan.rescheduled_on is not None and loan.rescheduled_on >= begun_on:
        begun_on = loan.rescheduled_on
        paid = [(day, number) for day, number in paid if day > begun_on]
    days = [day for day, _ in paid]
    accrued = _ACCRUED.get(plan.method, _by_months)(loan, plan, _dated(facts, "principal"), days, begun_on, on)
    return max(accrued - sum(number for _, number in paid), 0)


_Paid = list[tuple[date, int]]


def _by_days(loan: Loan, plan: Plan, principal: _Paid, days: list[date], begun_on: date, on: date) -> int:
    ends = sorted({day for day in (*(day for day, _ in principal), *days) if begun_on < day < on} | {on})
    total, since = 0, begun_on
    for end in ends:
        total += act365_interest(
            balance_satang=_owed_before(loan, principal, end),
            rate_bp_year=_MONTHS_PER_YEAR * plan.terms.rate_bp_month,
            days=max((end - since).days, 0),
        )
        since = end
    return total


def _by_months(loan: Loan, plan: Plan, principal: _Paid, _days: list[date], _begun_on: date, on: date) -> int:
    first = month_number(plan.first_due)
    if loan.brought_on is not None:
        brought = month_number(loan.brought_on) + (loan.brought_on.day > plan.first_due.day)
        first = max(first, brought)
    return sum(
        half_up(ratio(_owed_before(loan, principal, first_day_of(month)) * plan.terms.rate_bp_month, BP))
        for month in range(first, month_number(on) + 1)
    )


def _at_the_end(_loan: Loan, plan: Plan, _principal: _Paid, _days: list[date], _begun_on: date, on: date) -> int:
    if month_number(plan.first_due) > month_number(on):
        return 0
    terms = plan.terms
    return half_up(ratio(terms.principal_satang * terms.rate_bp_month * terms.months, BP))


_ACCRUED: Final = {"act_365": _by_days, "flat_bullet": _at_the_end}


def _owed_before(loan: Loan, principal: _Paid, day: date) -> int:
    """What was outstanding before the movements of a day."""
    return max(loan.outstanding_satang + sum(number for on, number in principal if on >= day), 0)


def _facts(registers: Registers, loan: Loan) -> Mapping[Fact, int]:
    return registers.row(REGISTER, (loan.ledger, loan.loan))


def _dated(facts: Mapping[Fact, int], *words: str) -> _Paid:
    return [(date.fromisoformat(str(fact[1])), number) for fact, number in facts.items() if fact[0] in words]
