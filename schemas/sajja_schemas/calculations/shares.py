"""Share savings (เงินสัจจะ): weights, dividend, patronage refund, late months and leaving.

* Share-months: the opening balance weighs 12; what came in during month k weighs 12 - k, nothing in the last month;
  what went out during month m weighs nothing from that month on [S17][S18][S19][S20][S22] (docs/domain.md section 9.2).
  What came in and went out within one month is taken together.
* Share-days: the balance at the end of each day, added up, as one co-operative counts [S23].
* Leavers and heirs take part up to the month of leaving, unless the bylaws say otherwise (section 4.3).
* A dividend is a fixed rate on each line, or a pool by weights; both are published, and bylaws choose the rounding.
* A patronage refund goes by the interest that a borrower paid; what the risk fund paid earns none (section 9.7).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

import msgspec

from sajja_schemas.calculations.problems import NoSuchMultiple, NotTheFirstOfAMonth, refuse_negative
from sajja_schemas.calculations.rounding import (
    BP,
    Division,
    LineRounding,
    Residue,
    divide_pool,
    half_up,
    ratio,
    round_line,
)
from sajja_schemas.calculations.spans import (
    MONTHS_PER_YEAR,
    Movement,
    balance_on,
    first_day_of,
    last_day_of,
    month_number,
    month_of,
)

Weight = Literal["share_month", "share_day"]
RoundedAt = Literal["line", "sum"]


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a dividend list shows for one month: an amount, below nothing when it went out, and how long it counts."""

    amount_satang: int
    months: int


class Shareholder(msgspec.Struct, frozen=True, kw_only=True):
    """A member's shares, and the day of leaving or of death's settlement if there was one."""

    movements: tuple[Movement, ...]
    left_on: date | None = None


class ParSplit(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit as shares, and what is kept as an advance."""

    shares_satang: int
    advance_satang: int


def share_lines(movements: Sequence[Movement], *, year_first_day: date) -> tuple[ShareLine, ...]:
    """The opening balance and each month's net movement of a fiscal year, with the months that they count.

    Raises:
        NotTheFirstOfAMonth: a fiscal year begins on one.
    """
    _refuse_mid_month(year_first_day)
    first_month = month_number(year_first_day)
    opening_satang = balance_on(movements, year_first_day - timedelta(days=1))
    lines = [ShareLine(amount_satang=opening_satang, months=MONTHS_PER_YEAR)] if opening_satang else []
    for place in range(1, MONTHS_PER_YEAR + 1):
        month = first_month + place - 1
        net_satang = sum(move.amount_satang for move in movements if month_number(move.on) == month)
        if net_satang:
            counted = MONTHS_PER_YEAR - place + (net_satang < 0)
            lines.append(ShareLine(amount_satang=net_satang, months=counted))
    return tuple(lines)


def share_months(movements: Sequence[Movement], *, year_first_day: date) -> int:
    """A member's weight in satang-months; 100 are one baht-month (docs/domain.md section 9.3).

    Raises:
        NotTheFirstOfAMonth: a fiscal year begins on one.
    """
    lines = share_lines(movements, year_first_day=year_first_day)
    return max(sum(line.amount_satang * line.months for line in lines), 0)


def share_days(movements: Sequence[Movement], *, year_first_day: date) -> int:
    """A member's weight in satang-days: the balances at the end of each day of the fiscal year.

    Raises:
        NotTheFirstOfAMonth: a fiscal year begins on one.
    """
    _refuse_mid_month(year_first_day)
    last_day = last_day_of(month_number(year_first_day) + MONTHS_PER_YEAR - 1)
    opening_satang = balance_on(movements, year_first_day - timedelta(days=1))
    satang_days = opening_satang * ((last_day - year_first_day).days + 1)
    for move in movements:
        if year_first_day <= move.on <= last_day:
            satang_days += move.amount_satang * ((last_day - move.on).days + 1)
    return max(satang_days, 0)


def share_weights(
    shareholders: Mapping[str, Shareholder], *, year_first_day: date, weight: Weight, leavers_share: bool
) -> dict[str, int]:
    """The weight of each member; who left by the end of the year weighs nothing if the bylaws leave leavers out."""
    weigh = {"share_month": share_months, "share_day": share_days}[weight]
    next_year = first_day_of(month_number(year_first_day) + MONTHS_PER_YEAR)
    return {
        member: weigh(holder.movements, year_first_day=year_first_day)
        if leavers_share or holder.left_on is None or holder.left_on >= next_year
        else 0
        for member, holder in shareholders.items()
    }


def line_dividend(line: ShareLine, *, rate_bp_year: int) -> Fraction:
    """What one line earns at a fixed rate, before rounding."""
    refuse_negative(rate_bp_year=rate_bp_year)
    return ratio(line.amount_satang * rate_bp_year * line.months, BP * MONTHS_PER_YEAR)


def fixed_rate_dividend(
    lines: Iterable[ShareLine], *, rate_bp_year: int, rounding: LineRounding, rounded_at: RoundedAt = "line"
) -> int:
    """A member's dividend at a fixed rate; each line is rounded, or their sum (docs/domain.md section 9.2)."""
    exact = [line_dividend(line, rate_bp_year=rate_bp_year) for line in lines]
    if rounded_at == "sum":
        return round_line(sum(exact, start=ratio(0, 1)), rounding)
    return sum(round_line(earned_satang, rounding) for earned_satang in exact)


def pool_dividend(
    pool_satang: int, weights: Mapping[str, int], *, rounding: LineRounding, residue: Residue
) -> Division:
    """Each member's dividend from a pool by weight (docs/domain.md section 9.3)."""
    return divide_pool(pool_satang, weights, rounding=rounding, residue=residue)


def dividend_rate(*, pool_satang: int, satang_months: int) -> Fraction | None:
    """What a pool pays on shares in a year, or nothing to say where there are none (docs/domain.md section 7.5, P4)."""
    return ratio(pool_satang * MONTHS_PER_YEAR, satang_months) if satang_months else None


def patronage_by_rate(*, interest_paid_satang: int, rate_bp: int) -> int:
    """A part of the interest that a borrower paid: 5 % of 18,521.15 is 926.06 [S17] (docs/domain.md section 9.2)."""
    refuse_negative(interest_paid_satang=interest_paid_satang, rate_bp=rate_bp)
    return half_up(ratio(interest_paid_satang * rate_bp, BP))


def pool_patronage(
    pool_satang: int, interest_paid_satang: Mapping[str, int], *, rounding: LineRounding, residue: Residue
) -> Division:
    """Each borrower's refund from a pool; who paid no interest is not on the list (docs/domain.md section 9.7)."""
    borrowers = {member: paid_satang for member, paid_satang in interest_paid_satang.items() if paid_satang}
    return divide_pool(pool_satang, borrowers, rounding=rounding, residue=residue)


def split_by_par(deposit_satang: int, *, par_satang: int, fractional_shares: bool) -> ParSplit:
    """A deposit in shares: 150 at par 100 is one share and a half, or one share and an advance of 50 (section 9.10).

    Raises:
        NoSuchMultiple: the par is not one satang or more.
    """
    refuse_negative(deposit_satang=deposit_satang)
    if par_satang < 1:
        raise NoSuchMultiple(multiple_satang=par_satang)
    advance_satang = 0 if fractional_shares else deposit_satang % par_satang
    return ParSplit(shares_satang=deposit_satang - advance_satang, advance_satang=advance_satang)


def late_months(
    months_paid: Iterable[str], *, paid_in: str, months_without_meeting: Iterable[str] = ()
) -> tuple[str, ...]:
    """Which of the months that a deposit lists were missed: before the month of payment, and a meeting was opened.

    Two months missed and three paid at once are two late months; after a flood without meetings there are none
    (docs/domain.md section 9.10). Months are named `2020-08`.
    """
    excused = set(months_without_meeting)
    return tuple(
        month for month in sorted(set(months_paid)) if month_of(month) < month_of(paid_in) and month not in excused
    )


def late_fine(missed: Sequence[str], *, fine_satang: int) -> int:
    """The fine for months that were missed (docs/domain.md section 4.1)."""
    refuse_negative(fine_satang=fine_satang)
    return len(missed) * fine_satang


def exit_net(
    *, shares_satang: int, special_satang: int, interest_satang: int, loans_satang: int, fines_satang: int
) -> int:
    """What a leaver receives, or still owes with a minus: shares + special + interest - loans - fines (section 5.5)."""
    refuse_negative(
        shares_satang=shares_satang,
        special_satang=special_satang,
        interest_satang=interest_satang,
        loans_satang=loans_satang,
        fines_satang=fines_satang,
    )
    return shares_satang + special_satang + interest_satang - loans_satang - fines_satang


def _refuse_mid_month(year_first_day: date) -> None:
    if year_first_day.day != 1:
        raise NotTheFirstOfAMonth(day=year_first_day)
