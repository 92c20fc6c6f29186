"""Interest on special savings (ออมพิเศษ), by three methods (docs/domain.md sections 4.1 and 9.4).

* `daily_365`, `daily_366`: the balance at the end of each day x rate / 365 or 366. The day of a deposit counts, the
  day of a withdrawal does not.
* `min_monthly_from_day5`: for each whole month of the period the lowest balance from the 5th to its last day,
  x rate / 12.
* Interest is rounded once, half-up, over the period. A balance below nothing bears no interest.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from sajja_schemas.calculations.problems import refuse_negative
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import (
    MONTHS_PER_YEAR,
    Movement,
    balance_on,
    first_day_of,
    last_day_of,
    month_number,
    refuse_backwards,
)

COUNTED_FROM_DAY: Final = 5

InterestMethod = Literal["daily_365", "daily_366", "min_monthly_from_day5"]
_DAYS_PER_YEAR: Final = {"daily_365": 365, "daily_366": 366}


class MinimumBalance(msgspec.Struct, frozen=True, kw_only=True):
    """The lowest balance of a month from its 5th day on."""

    month_first_day: date
    balance_satang: int


def special_savings_interest(
    movements: Sequence[Movement], *, method: InterestMethod, rate_bp_year: int, first_day: date, last_day: date
) -> int:
    """The interest of a member for a period, both days included; what came before is the opening balance.

    Raises:
        DaysOutOfOrder: the period ends before it begins.
        NegativeInput: the rate is.
    """
    refuse_negative(rate_bp_year=rate_bp_year)
    refuse_backwards(first_day, last_day)
    if method == "min_monthly_from_day5":
        minimums = minimum_balances(movements, first_day=first_day, last_day=last_day)
        total_satang = sum(max(minimum.balance_satang, 0) for minimum in minimums)
        return half_up(ratio(total_satang * rate_bp_year, BP * MONTHS_PER_YEAR))
    satang_days = _satang_days(movements, first_day=first_day, last_day=last_day)
    return half_up(ratio(satang_days * rate_bp_year, BP * _DAYS_PER_YEAR[method]))


def minimum_balances(movements: Sequence[Movement], *, first_day: date, last_day: date) -> tuple[MinimumBalance, ...]:
    """The lowest balance from the 5th, for each month whose days from the 5th on all lie in the period."""
    minimums: list[MinimumBalance] = []
    for month in range(month_number(first_day), month_number(last_day) + 1):
        counted_from = first_day_of(month).replace(day=COUNTED_FROM_DAY)
        counted_to = last_day_of(month)
        if first_day <= counted_from and counted_to <= last_day:
            looked_at = [counted_from, *(move.on for move in movements if counted_from < move.on <= counted_to)]
            lowest_satang = min(balance_on(movements, day) for day in looked_at)
            minimums.append(MinimumBalance(month_first_day=first_day_of(month), balance_satang=lowest_satang))
    return tuple(minimums)


def overdrawn(balance_satang: int) -> int:
    """What a member took out beyond the balance: it is to be moved to 1260 by an entry (docs/domain.md section 6)."""
    return max(-balance_satang, 0)


def _satang_days(movements: Sequence[Movement], *, first_day: date, last_day: date) -> int:
    turns = sorted({first_day, *(move.on for move in movements if first_day < move.on <= last_day)})
    ends = [*turns[1:], last_day + timedelta(days=1)]
    return sum(max(balance_on(movements, turn), 0) * (end - turn).days for turn, end in zip(turns, ends, strict=True))
