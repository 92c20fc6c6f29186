"""How well loans are paid: days late, portfolio at risk, provision, collection (docs/domain.md sections 7.3 and 9.5).

* PAR at x days is the whole outstanding principal of loans with an instalment **more than** x days late; never the
  amount in arrears, and never the number of loans [S34].
* A rescheduled loan stays visible: it is listed apart for twelve months (L3).
* A loan that repays another one keeps the days of the old one (section 9.10).
* Money fills the oldest instalment first.
* Where a denominator is zero there is no ratio, and a screen shows "-".
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

import msgspec

from sajja_schemas.calculations.problems import refuse_negative
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import MONTHS_PER_YEAR, whole_months

PAR_DAYS: Final = (0, 30, 60, 90)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An instalment that falls due, or a month's dues, and what was received on it."""

    on: date
    due_satang: int
    received_satang: int = 0


class Arrears(msgspec.Struct, frozen=True, kw_only=True):
    """What is overdue, and for how long."""

    overdue_satang: int
    days_late: int


class LoanStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A loan on a day."""

    outstanding_satang: int
    days_late: int = 0
    overdue_satang: int = 0
    rescheduled_on: date | None = None
    refinanced_days_late: int = 0  # of the loan that this one repaid

    @property
    def days_at_risk(self) -> int:
        """The days that PAR shows: a new loan does not make an old one young."""
        return max(self.days_late, self.refinanced_days_late)


class RiskBucket(msgspec.Struct, frozen=True, kw_only=True):
    """The loans that are later than one limit and not later than the next."""

    days_over: int
    loans: int
    outstanding_satang: int


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """The allowance on loans that are overdue by more than these days."""

    overdue_days_over: int
    share_bp: int


def arrears_on(dues: Iterable[Due], *, paid_satang: int, on: date) -> Arrears:
    """What is overdue on a day when so much has been paid in all; an instalment due today is not late."""
    refuse_negative(paid_satang=paid_satang)
    left_satang, overdue_satang, oldest = paid_satang, 0, on
    for due in sorted(dues, key=lambda due: due.on):
        unpaid_satang = max(due.due_satang - left_satang, 0)
        left_satang = max(left_satang - due.due_satang, 0)
        if unpaid_satang and due.on < on:
            overdue_satang += unpaid_satang
            oldest = min(oldest, due.on)
    return Arrears(overdue_satang=overdue_satang, days_late=(on - oldest).days)


def portfolio(loans: Iterable[LoanStanding]) -> int:
    """The gross portfolio in satang (L1)."""
    return sum(loan.outstanding_satang for loan in loans)


def at_risk(loans: Iterable[LoanStanding], *, days_over: int) -> int:
    """The outstanding principal of loans more than so many days late, in satang."""
    return sum(loan.outstanding_satang for loan in loans if loan.days_at_risk > days_over)


def par(loans: Sequence[LoanStanding], *, days_over: int) -> Fraction | None:
    """Portfolio at risk (L2): 30 days late exactly is not more than 30."""
    return ratio_or_none(at_risk(loans, days_over=days_over), portfolio(loans))


def par_and_rescheduled(loans: Sequence[LoanStanding], *, days_over: int, on: date) -> Fraction | None:
    """Portfolio at risk with the loans that were rescheduled within twelve months, each counted once (L3)."""
    risky_satang = sum(
        loan.outstanding_satang
        for loan in loans
        if loan.days_at_risk > days_over
        or (loan.rescheduled_on is not None and whole_months(loan.rescheduled_on, on) < MONTHS_PER_YEAR)
    )
    return ratio_or_none(risky_satang, portfolio(loans))


def arrears_rate(loans: Sequence[LoanStanding]) -> Fraction | None:
    """Overdue instalments over the portfolio (L4): a figure of its own, and no portfolio at risk."""
    return ratio_or_none(sum(loan.overdue_satang for loan in loans), portfolio(loans))


def risk_buckets(loans: Sequence[LoanStanding], *, limits_days: Sequence[int] = PAR_DAYS) -> tuple[RiskBucket, ...]:
    """Late loans by age: each bucket reaches to the next limit, the last has no end."""
    limits = sorted(set(limits_days))
    buckets: list[RiskBucket] = []
    for place, days_over in enumerate(limits):
        in_it = [loan for loan in loans if _last_passed(limits, loan.days_at_risk) == place]
        buckets.append(RiskBucket(days_over=days_over, loans=len(in_it), outstanding_satang=portfolio(in_it)))
    return tuple(buckets)


def provision(loans: Iterable[LoanStanding], provisions: Sequence[Provision]) -> int:
    """The allowance that the bylaws ask for (1219): each loan by the last limit that it has passed, rounded once."""
    rules = sorted(provisions, key=lambda rule: rule.overdue_days_over)
    limits = [rule.overdue_days_over for rule in rules]
    weighed = 0
    for loan in loans:
        place = _last_passed(limits, loan.days_at_risk)
        if place >= 0:
            weighed += loan.outstanding_satang * rules[place].share_bp
    return half_up(ratio(weighed, BP))


def provision_change(*, required_satang: int, held_satang: int) -> int:
    """What `loan_provisioned` posts: more allowance, or less with a minus (docs/domain.md section 5.8)."""
    refuse_negative(required_satang=required_satang, held_satang=held_satang)
    return required_satang - held_satang


def collection_rate(dues: Iterable[Due]) -> Fraction | None:
    """What was received on a month's dues over those dues; an advance collects nothing (L5)."""
    month = list(dues)
    received_satang = sum(min(due.received_satang, due.due_satang) for due in month)
    return ratio_or_none(received_satang, sum(due.due_satang for due in month))


def ratio_or_none(numerator: int, denominator: int) -> Fraction | None:
    """A ratio, or nothing to say where the denominator is zero (docs/domain.md section 7)."""
    return ratio(numerator, denominator) if denominator else None


def _last_passed(limits: Sequence[int], days: int) -> int:
    """The place of the highest limit that is exceeded, or -1."""
    return sum(days > limit for limit in limits) - 1
