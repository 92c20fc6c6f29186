"""What a benefit comes to: nights and their caps, and births (docs/domain.md section 9.9).

* Nights are the leaving day less the entry day; some bylaws count the days of the stay. A night belongs to the year in
  which it begins: 29 Dec 2563 to 4 Jan 2564 is three in each.
* Bylaws cap nights or baht a year, and baht a visit or a case (one illness, several visits) [S10][S14]. What a visit
  does not get, a later one does not get back.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from sajja_schemas.calculations.problems import refuse_negative
from sajja_schemas.calculations.spans import refuse_backwards, whole_years
from sajja_schemas.calendar import be_year

YearBasis = Literal["calendar", "fiscal", "membership"]
NightRule = Literal["nights", "days"]
_FISCAL_YEAR_FROM_MONTH: Final = 10


class StayRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a night in hospital gives, and the caps; what is absent is not capped."""

    night_satang: int
    visit_max_satang: int | None = None
    case_max_satang: int | None = None
    year_max_satang: int | None = None
    nights_year_max: int | None = None
    year_basis: YearBasis = "calendar"
    night_rule: NightRule = "nights"


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay in hospital. Visits of one illness share a case; without one, each is its own."""

    entered_on: date
    left_on: date
    case: str | None = None


class StayBenefit(msgspec.Struct, frozen=True, kw_only=True):
    """What a stay gives."""

    nights_counted: int
    amount_satang: int


class _Used(msgspec.Struct):
    """What one member has been given, by year and by case."""

    nights_of_year: dict[int, int]
    satang_of_year: dict[int, int]
    satang_of_case: dict[str, int]


def nights(*, entered_on: date, left_on: date, night_rule: NightRule = "nights") -> int:
    """The nights of a stay, or its days if the bylaws count them.

    Raises:
        DaysOutOfOrder: it ends before it begins.
    """
    refuse_backwards(entered_on, left_on)
    return (left_on - entered_on).days + (night_rule == "days")


def nights_by_year(
    *,
    entered_on: date,
    left_on: date,
    year_basis: YearBasis = "calendar",
    night_rule: NightRule = "nights",
    member_since: date,
) -> dict[int, int]:
    """The nights of a stay by benefit year.

    Raises:
        DaysOutOfOrder: it ends before it begins.
    """
    by_year: dict[int, int] = {}
    for place in range(nights(entered_on=entered_on, left_on=left_on, night_rule=night_rule)):
        year = benefit_year(entered_on + timedelta(days=place), year_basis=year_basis, member_since=member_since)
        by_year[year] = by_year.get(year, 0) + 1
    return by_year


def benefit_year(day: date, *, year_basis: YearBasis, member_since: date) -> int:
    """The year that a day belongs to: a B.E. year, the state's from 1 October, or the year of membership."""
    if year_basis == "membership":
        return whole_years(member_since, day) + 1
    return be_year(day) + (year_basis == "fiscal" and day.month >= _FISCAL_YEAR_FROM_MONTH)


def stay_benefits(stays: Sequence[Stay], rule: StayRule, *, member_since: date) -> tuple[StayBenefit, ...]:
    """What each stay of one member gives, in the order in which they are decided.

    Raises:
        DaysOutOfOrder: a stay ends before it begins.
    """
    used = _Used({}, {}, {})
    return tuple(_stay_benefit(stay, rule, used, member_since) for stay in stays)


def birth_benefit(*, children: int, parents_who_are_members: int, child_satang: int, both_parents: bool) -> int:
    """One benefit a child, or one a child for each parent who is a member; twins are two children."""
    refuse_negative(children=children, parents_who_are_members=parents_who_are_members, child_satang=child_satang)
    times = parents_who_are_members if both_parents else min(parents_who_are_members, 1)
    return children * times * child_satang


def _stay_benefit(stay: Stay, rule: StayRule, used: _Used, member_since: date) -> StayBenefit:
    by_year = nights_by_year(
        entered_on=stay.entered_on,
        left_on=stay.left_on,
        year_basis=rule.year_basis,
        night_rule=rule.night_rule,
        member_since=member_since,
    )
    nights_counted, amount_satang = 0, 0
    for year, nights_of_year in by_year.items():
        counted = _least(nights_of_year, _left(rule.nights_year_max, used.nights_of_year.get(year, 0)))
        paid_satang = _least(
            counted * rule.night_satang,
            _left(rule.visit_max_satang, amount_satang),
            _left(rule.case_max_satang, used.satang_of_case.get(stay.case, 0) if stay.case else amount_satang),
            _left(rule.year_max_satang, used.satang_of_year.get(year, 0)),
        )
        used.nights_of_year[year] = used.nights_of_year.get(year, 0) + counted
        used.satang_of_year[year] = used.satang_of_year.get(year, 0) + paid_satang
        if stay.case:
            used.satang_of_case[stay.case] = used.satang_of_case.get(stay.case, 0) + paid_satang
        nights_counted += counted
        amount_satang += paid_satang
    return StayBenefit(nights_counted=nights_counted, amount_satang=amount_satang)


def _left(cap: int | None, used: int) -> int | None:
    return None if cap is None else max(cap - used, 0)


def _least(amount: int, *caps: int | None) -> int:
    return min([amount, *(cap for cap in caps if cap is not None)])
