"""Matching of the welfare fund by the state and the municipality (docs/domain.md sections 5.9 and 9.9).

* Eligible is who has a full year at 30 September and was matched fewer than three times [S8]. A full year is every day
  of the fiscal year that ends then: who joined on 1 October has one.
* Each source matches one baht for a baht (1:1:1) [S16]; what was received too much is returned [S8].
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_schemas.calculations.problems import refuse_negative
from sajja_schemas.calculations.spans import whole_years

ROUNDS_MAX: Final = 3
_CUT_MONTH: Final = 9
_CUT_DAY: Final = 30


class MatchingRound(msgspec.Struct, frozen=True, kw_only=True):
    """What a round asks for."""

    eligible: int
    members_satang: int
    state_satang: int
    local_satang: int

    @property
    def total_satang(self) -> int:
        """The three sources together."""
        return self.members_satang + self.state_satang + self.local_satang


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an approved amount, what is still awaited, and what must go back."""

    kept_satang: int
    awaited_satang: int
    to_return_satang: int


def matching_cut(year_ce: int) -> date:
    """The day at which a round looks: 30 September."""
    return date(year_ce, _CUT_MONTH, _CUT_DAY)


def has_full_year(*, member_since: date, cut: date) -> bool:
    """Whether a member was one on every day of the fiscal year that ends with a cut day."""
    return whole_years(member_since, cut + timedelta(days=1)) >= 1


def is_eligible(
    *, member_since: date, left_on: date | None, rounds_matched: int, cut: date, rounds_max: int = ROUNDS_MAX
) -> bool:
    """Whether a member counts in the round of this cut day."""
    refuse_negative(rounds_matched=rounds_matched, rounds_max=rounds_max)
    is_member = left_on is None or left_on > cut
    return is_member and has_full_year(member_since=member_since, cut=cut) and rounds_matched < rounds_max


def matching_round(*, eligible: int, member_year_satang: int) -> MatchingRound:
    """Members' contributions of a year, and the same from the state and from the municipality."""
    refuse_negative(eligible=eligible, member_year_satang=member_year_satang)
    each_satang = eligible * member_year_satang
    return MatchingRound(
        eligible=eligible, members_satang=each_satang, state_satang=each_satang, local_satang=each_satang
    )


def received(*, approved_satang: int, received_satang: int) -> Receipt:
    """What a receipt settles: over-receipt is a debt (2340) until it is returned."""
    refuse_negative(approved_satang=approved_satang, received_satang=received_satang)
    kept_satang = min(approved_satang, received_satang)
    return Receipt(
        kept_satang=kept_satang,
        awaited_satang=approved_satang - kept_satang,
        to_return_satang=received_satang - kept_satang,
    )
