"""Membership of the welfare fund: waiting, lapse, claim window, and what years of membership give.

* A member is in benefit from the day on which the waiting days have passed (docs/domain.md section 9.9).
* A membership lapses at the close of the month in which the missed months reach the limit (`>=`) or pass it (`>`); one
  city lapses beyond three [S10], others at three: a parameter chooses.
* A claim is made within its window; after a flood the network waives it, with a reason.
* Contributions are not refundable [S8], and paid periods keep the rate of the day on which they were paid.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from sajja_schemas.calculations.problems import refuse_negative
from sajja_schemas.calculations.spans import (
    last_day_of,
    month_of,
    refuse_backwards,
    whole_months,
    whole_years,
)

REFUND_ON_LEAVING_SATANG: Final = 0

LapseOperator = Literal[">", ">="]


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """An amount from a length of membership on: both must have passed."""

    amount_satang: int
    from_months: int = 0
    from_days: int = 0


class ContributionRate(msgspec.Struct, frozen=True, kw_only=True):
    """What a month costs from a day on."""

    effective_from: date
    month_satang: int


def in_benefit_from(*, admitted_on: date, waiting_days: int) -> date:
    """The first day of benefit: admitted on 5 Jan 2563 with 180 days of waiting, from 3 Jul 2563."""
    refuse_negative(waiting_days=waiting_days)
    return admitted_on + timedelta(days=waiting_days)


def lapses_at_close_of(*, paid_to_month: str, lapse_missed: int, lapse_operator: LapseOperator) -> date:
    """The last day of membership for who pays nothing after this month, named `2020-03`."""
    refuse_negative(lapse_missed=lapse_missed)
    missed = lapse_missed + (lapse_operator == ">")
    return last_day_of(month_of(paid_to_month) + missed)


def is_in_benefit(
    *,
    on: date,
    admitted_on: date,
    waiting_days: int,
    paid_to_month: str,
    lapse_missed: int,
    lapse_operator: LapseOperator,
) -> bool:
    """Whether something that happened on this day is covered."""
    last_day = lapses_at_close_of(paid_to_month=paid_to_month, lapse_missed=lapse_missed, lapse_operator=lapse_operator)
    return in_benefit_from(admitted_on=admitted_on, waiting_days=waiting_days) <= on <= last_day


def claim_deadline(*, happened_on: date, window_days: int) -> date:
    """The last day on which a claim is in time."""
    refuse_negative(window_days=window_days)
    return happened_on + timedelta(days=window_days)


def is_in_time(*, happened_on: date, claimed_on: date, window_days: int, waived: bool = False) -> bool:
    """Whether a claim is within its window, or the network waived it.

    Raises:
        DaysOutOfOrder: it was claimed before it happened.
    """
    refuse_backwards(happened_on, claimed_on)
    return waived or claimed_on <= claim_deadline(happened_on=happened_on, window_days=window_days)


def tier_amount(tiers: Sequence[Tier], *, member_since: date, on: date) -> int:
    """The amount of the longest membership reached, or nothing: 9.5 years are of the tier from five years on.

    Raises:
        DaysOutOfOrder: the day is before the membership.
    """
    refuse_backwards(member_since, on)
    months, days = whole_months(member_since, on), (on - member_since).days
    reached = [tier for tier in tiers if months >= tier.from_months and days >= tier.from_days]
    longest = max(reached, key=lambda tier: (tier.from_months, tier.from_days), default=None)
    return longest.amount_satang if longest else 0


def is_old_enough(
    *, born_on: date, member_since: date, on: date, age_years_min: int, membership_months_min: int
) -> bool:
    """Whether the yearly amount for the elderly is due: an age, and a length of membership [S14]."""
    return whole_years(born_on, on) >= age_years_min and whole_months(member_since, on) >= membership_months_min


def contribution(rates: Sequence[ContributionRate], *, months: int, paid_on: date) -> int:
    """What so many months cost at the rate of the day on which they are paid; a later rise changes nothing of it."""
    refuse_negative(months=months)
    in_force = [rate for rate in rates if rate.effective_from <= paid_on]
    latest = max(in_force, key=lambda rate: rate.effective_from, default=None)
    return months * latest.month_satang if latest else 0
