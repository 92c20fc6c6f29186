"""When a borrower pays: the penalty of a late instalment, the order in which money is used, and missing coins.

* A penalty is counted from the end of the grace days, by started months of thirty days or by days over 365, and rounded
  once (docs/domain.md section 9.1).
* Interest and penalty together stay under a cap, 15 % a year in our reading of section 654 [S47]; a penalty over it
  counts all the same and is a finding, `PENALTY_OVER_CAP` (sections 4.2 and 9.7).
* Money is used in the order of the bylaws; what is more than was due is an advance (2150).
* Where coins are short, cash is rounded and the difference goes to 4190 on either side.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from sajja_schemas.calculations.problems import IncompleteOrder, refuse_negative
from sajja_schemas.calculations.rounding import BP, MultipleRounding, half_up, ratio, round_to_multiple

DAYS_PER_STARTED_MONTH: Final = 30
DAYS_PER_YEAR: Final = 365
MONTHS_PER_YEAR: Final = 12

PenaltyCount = Literal["started_months", "days"]
Part = Literal["fine", "interest", "principal"]


class Dues(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed today, or what a payment was used for."""

    fine_satang: int = 0
    interest_satang: int = 0
    principal_satang: int = 0

    def __post_init__(self) -> None:
        refuse_negative(
            fine_satang=self.fine_satang,
            interest_satang=self.interest_satang,
            principal_satang=self.principal_satang,
        )

    @property
    def total_satang(self) -> int:
        """The parts together."""
        return self.fine_satang + self.interest_satang + self.principal_satang


class Allocation(msgspec.Struct, frozen=True, kw_only=True):
    """A payment in its parts: what it pays, what stays due, and what is too much."""

    paid: Dues
    short: Dues
    excess_satang: int


class RoundedCash(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken in cash for an amount, and the line on 4190: a debit is positive."""

    cash_satang: int
    difference_satang: int


def penalty(*, overdue_satang: int, days_late: int, bp_month: int, grace_days: int, counted: PenaltyCount) -> int:
    """The penalty on an overdue amount: 8.33 by started months, 5.21 by days (docs/domain.md section 9.1)."""
    refuse_negative(overdue_satang=overdue_satang, days_late=days_late, bp_month=bp_month, grace_days=grace_days)
    days = max(days_late - grace_days, 0)
    if counted == "started_months":
        started_months = -(-days // DAYS_PER_STARTED_MONTH)
        return half_up(ratio(overdue_satang * bp_month * started_months, BP))
    return half_up(ratio(overdue_satang * bp_month * MONTHS_PER_YEAR * days, BP * DAYS_PER_YEAR))


def breaks_cap(*, rate_bp_month: int, penalty_bp_month: int, cap_bp_year: int) -> bool:
    """Whether interest and penalty of these bylaws come to more than the cap: warn when they are adopted."""
    return MONTHS_PER_YEAR * (rate_bp_month + penalty_bp_month) > cap_bp_year


def penalty_max(*, overdue_satang: int, months: int, rate_bp_month: int, cap_bp_year: int) -> int:
    """The most that the cap leaves for a penalty: 6.25 on 2,500 for a month at 1 % under 15 % a year (section 9.7)."""
    refuse_negative(overdue_satang=overdue_satang, months=months)
    left_bp_year = max(cap_bp_year - MONTHS_PER_YEAR * rate_bp_month, 0)
    return half_up(ratio(overdue_satang * left_bp_year * months, BP * MONTHS_PER_YEAR))


def allocate_payment(paid_satang: int, dues: Dues, *, order: Sequence[Part]) -> Allocation:
    """Use a payment in the order of the bylaws (docs/domain.md section 9.1).

    Raises:
        IncompleteOrder: the order does not name each part once.
        NegativeInput: the payment is.
    """
    refuse_negative(paid_satang=paid_satang)
    if sorted(order) != ["fine", "interest", "principal"]:
        raise IncompleteOrder
    owed: dict[Part, int] = {
        "fine": dues.fine_satang,
        "interest": dues.interest_satang,
        "principal": dues.principal_satang,
    }
    paid: dict[Part, int] = {}
    left_satang = paid_satang
    for part in order:
        paid[part] = min(owed[part], left_satang)
        left_satang -= paid[part]
    return Allocation(
        paid=_dues_of(paid),
        short=_dues_of({part: owed[part] - paid[part] for part in order}),
        excess_satang=left_satang,
    )


def round_cash(due_satang: int, *, unit_satang: int, mode: MultipleRounding) -> RoundedCash:
    """What is taken in coins for an amount; a unit of 0 rounds nothing (docs/domain.md section 4.3)."""
    cash_satang = round_to_multiple(due_satang, multiple_satang=unit_satang, mode=mode) if unit_satang else due_satang
    return RoundedCash(cash_satang=cash_satang, difference_satang=due_satang - cash_satang)


def _dues_of(parts: dict[Part, int]) -> Dues:
    return Dues(fine_satang=parts["fine"], interest_satang=parts["interest"], principal_satang=parts["principal"])
