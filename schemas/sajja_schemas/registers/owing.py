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
* Where a moratorium says that no interest runs, its days (of a bullet: its months) bear none.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

import msgspec

from sajja_schemas.calculations.loans import act365_interest
from sajja_schemas.calculations.portfolio import Due
from sajja_schemas.calculations.repayments import DAYS_PER_STARTED_MONTH, penalty, penalty_max
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import first_day_of, month_number, months_later
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
from sajja_schemas.events.ruleset import LoanRules
from sajja_schemas.registers.loans import Loan, Plan, arrears, dues
from sajja_schemas.registers.moratoria import Rest, rests_of
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


def fines_satang(registers: Registers, loan: Loan, *, since: date, until: date, is_waived_too: bool = False) -> int:
    """The fines that were taken of a loan after a day and until another; and, if asked, those that were waived."""
    words = ("fine", "waived") if is_waived_too else ("fine",)
    return sum(number for on, number in _dated(_facts(registers, loan), *words) if since < on <= until)


def principal_paid(registers: Registers, ledger: str, loan: str, first: date, last: date) -> list[tuple[date, int]]:
    """The principal that left a loan from one day to another, both included, by day."""
    since, until = first.isoformat(), last.isoformat()
    return [
        (date.fromisoformat(str(fact[1])), satang)
        for fact, satang in registers.row(REGISTER, (ledger, loan)).items()
        if fact[0] == "principal" and since <= str(fact[1]) <= until
    ]


def fines_of_arrears(registers: Registers, loan: Loan, on: date) -> int:
    """The fines that were taken since the oldest due that is not wholly paid on a day."""
    late = arrears(loan, on)
    return fines_satang(registers, loan, since=on - timedelta(days=late.days_late), until=on) if late.days_late else 0


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


def unpaid_dues(loan: Loan, until: date) -> Iterator[Due]:
    """What is left of the instalments to a day; money fills the oldest first. Nothing of a loan without terms."""
    left_satang = max(loan.plan.terms.principal_satang - loan.outstanding_satang, 0) if loan.plan else 0
    for due in dues(loan.plan) if loan.plan else ():
        if due.on > until:
            return
        paid_satang = min(due.due_satang, left_satang)
        left_satang -= paid_satang
        if due.due_satang > paid_satang:
            yield Due(on=due.on, due_satang=due.due_satang - paid_satang)


def before(registers: Registers, loan: Loan, on: date) -> Loan:
    """A loan as it was before the movements of a day."""
    principal = _dated(_facts(registers, loan), "principal")
    return msgspec.structs.replace(loan, outstanding_satang=_owed_before(loan, principal, on))


def interest_paid_before(registers: Registers, loan: Loan, on: date) -> date | None:
    """When interest was last paid before a day."""
    return max((day for day, _ in _dated(_facts(registers, loan), "interest") if day < on), default=None)


def penalty_owed(registers: Registers, loan: Loan, rules: LoanRules, on: date, *, without_satang: int = 0) -> int:
    """The penalty of what is late of a loan on a day, less what was taken or waived of it by then.

    `without_satang` of what was taken is left out.
    """
    late = list(unpaid_dues(loan, on - timedelta(days=1)))
    if not late or rules.penalty is None:
        return 0
    total = sum(_penalty(loan, due, rules, on) for due in late)
    taken = fines_satang(registers, loan, since=late[0].on, until=on, is_waived_too=True)
    return max(total - taken + without_satang, 0)


def _penalty(loan: Loan, late: Due, rules: LoanRules, on: date) -> int:
    assert loan.plan is not None, "it has dues"
    assert rules.penalty is not None, "asked where there is one"
    overdue_satang = late.due_satang
    if rules.penalty.on == "overdue_instalment":
        overdue_satang += half_up(ratio(loan.outstanding_satang * loan.plan.terms.rate_bp_month, BP))
    return penalty(
        overdue_satang=overdue_satang,
        days_late=(on - late.on).days,
        bp_month=rules.penalty.bp_month,
        grace_days=rules.penalty.grace_days,
        counted=rules.penalty.counted,
    )


def interest_owed(registers: Registers, loan: Loan, on: date, *, without_satang: int = 0) -> int:
    """The interest of a loan to a day that was not paid by then; `without_satang` of what was paid is left out."""
    plan, facts = loan.plan, _facts(registers, loan)
    if plan is None:
        return 0
    begun = [day for day in (loan.lent_on, loan.brought_on) if day is not None]
    begun_on = max(begun) if begun else on
    paid = [(day, number) for day, number in _dated(facts, "interest") if day <= on]
    if loan.rescheduled_on is not None and loan.rescheduled_on >= begun_on:
        begun_on = loan.rescheduled_on
        paid = [(day, number) for day, number in paid if day > begun_on]
    span = _Span(
        begun_on=begun_on,
        on=on,
        principal=_dated(facts, "principal"),
        paid_on=[day for day, _ in paid],
        free=[rest for rest in rests_of(registers, loan) if not rest.interest_runs],
    )
    accrued = _ACCRUED.get(plan.method, _by_months)(loan, plan, span)
    return max(accrued - sum(number for _, number in paid) + without_satang, 0)


_Paid: TypeAlias = list[tuple[date, int]]


class _Span(NamedTuple):
    """From when to when interest is reckoned, and what moved meanwhile."""

    begun_on: date
    on: date
    principal: _Paid
    paid_on: Sequence[date]
    free: Sequence[Rest]  # no interest runs

    def is_free(self, day: date) -> bool:
        return any(rest.covers(day) for rest in self.free)


def _by_days(loan: Loan, plan: Plan, span: _Span) -> int:
    moved = [*(day for day, _ in span.principal), *span.paid_on]
    moved += [day for rest in span.free for day in (rest.first - timedelta(days=1), rest.last)]
    ends = sorted({day for day in moved if span.begun_on < day < span.on} | {span.on})
    total, since = 0, span.begun_on
    for end in ends:
        if not span.is_free(end):
            total += act365_interest(
                balance_satang=_owed_before(loan, span.principal, end),
                rate_bp_year=_MONTHS_PER_YEAR * plan.terms.rate_bp_month,
                days=max((end - since).days, 0),
            )
        since = end
    return total


def _by_months(loan: Loan, plan: Plan, span: _Span) -> int:
    first = month_number(plan.first_due)
    if loan.brought_on is not None:
        brought = month_number(loan.brought_on) + (loan.brought_on.day > plan.first_due.day)
        first = max(first, brought)
    return sum(
        half_up(ratio(_owed_before(loan, span.principal, first_day_of(month)) * plan.terms.rate_bp_month, BP))
        for month in range(first, month_number(span.on) + 1)
        if not span.free or not span.is_free(months_later(plan.first_due, month - month_number(plan.first_due)))
    )


def _at_the_end(_loan: Loan, plan: Plan, span: _Span) -> int:
    if month_number(plan.first_due) > month_number(span.on):
        return 0
    terms = plan.terms
    months = sum(not span.is_free(months_later(plan.first_due, -back)) for back in range(terms.months))
    return half_up(ratio(terms.principal_satang * terms.rate_bp_month * months, BP))


_ACCRUED: Final = {"act_365": _by_days, "flat_bullet": _at_the_end}


def _owed_before(loan: Loan, principal: _Paid, day: date) -> int:
    """What was outstanding before the movements of a day."""
    return max(loan.outstanding_satang + sum(number for on, number in principal if on >= day), 0)


def _facts(registers: Registers, loan: Loan) -> Mapping[Fact, int]:
    return registers.row(REGISTER, (loan.ledger, loan.loan))


def _dated(facts: Mapping[Fact, int], *words: str) -> _Paid:
    return [(date.fromisoformat(str(fact[1])), number) for fact, number in facts.items() if fact[0] in words]
