"""What the closed year comes to for a village, by the calculations that everybody uses: interest, profit, dividends.

* Interest and dividends rest on what members held, and that is the table of 22 August less all that followed, these
  very amounts among it. So they are reckoned until they no longer change.
* What is put into shares is whole shares; the rest of a dividend is paid in cash.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_schemas.calculations.deposits import special_savings_interest
from sajja_schemas.calculations.shares import Shareholder, pool_dividend, pool_patronage, share_weights
from sajja_schemas.calculations.spans import Movement, first_day_of
from sajja_schemas.calculations.year_end import AllocationHead, allocate_profit

YEAR_FIRST_DAY: Final = date(rules.CLOSED_YEAR, 1, 1)
_BYLAWS: Final = rules.bylaws_of(1)  # of what is reckoned here, every village has the same rules
# What those bylaws say, in words of their own so that each has its type.
_METHOD: Final = "min_monthly_from_day5"
_WEIGHT: Final = "share_month"
_ROUNDING: Final = "half_up"
_RESIDUE: Final = "largest_remainder"
SHARE: Final = 10 * rules.BAHT


class Part(msgspec.Struct, frozen=True):
    """What the year brings one member."""

    member: str
    dividend: int
    patronage: int
    reinvested: int  # of the dividend


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The closed year of one village."""

    interest: dict[str, int]  # on special savings, by member
    profit: int
    heads: dict[str, int]
    weights_total: int  # of the dividend, in satang-months
    interest_total: int  # of the patronage refund
    parts: tuple[Part, ...]

    @property
    def in_cash(self) -> int:
        """What has to be in the box in February."""
        return sum(part.dividend - part.reinvested + part.patronage for part in self.parts) + self.heads["committee"]

    @property
    def reinvested(self) -> int:
        """What goes into shares."""
        return sum(part.reinvested for part in self.parts)


def interest_of(opening: Mapping[str, int], moves: Mapping[str, list[Movement]], opened: date) -> dict[str, int]:
    """Each saver's interest from the first day to the year's end; what is older is in the opening."""
    earned = {
        member: special_savings_interest(
            [Movement(on=opened - timedelta(days=1), amount_satang=held), *moves.get(member, ())],
            method=_METHOD,
            rate_bp_year=_BYLAWS.special_savings_rate_bp or 0,
            first_day=opened,
            last_day=rules.YEAR_END,
        )
        for member, held in opening.items()
    }
    return {member: amount for member, amount in earned.items() if amount}


def heads_of(profit: int) -> dict[str, int]:
    """The year's profit by the heads of the bylaws."""
    return allocate_profit(profit, [AllocationHead(head=one.head, share_bp=one.share_bp) for one in _BYLAWS.allocation])


def weigh(
    opening: Mapping[str, int], moves: Mapping[str, list[Movement]], pledges: Mapping[str, int], opened: date
) -> dict[str, int]:
    """The weight of each member's shares; on paper, the pledge was paid every month."""
    holders = {}
    for member in sorted({*opening, *moves}):
        held = opening.get(member, 0)
        before = [
            Movement(on=first_day_of(month), amount_satang=min(pledges[member], held // (opened.month - 1)))
            for month in range(rules.CLOSED_YEAR * 12, rules.CLOSED_YEAR * 12 + opened.month - 1)
        ]
        rest = held - sum(move.amount_satang for move in before)
        first = Movement(on=YEAR_FIRST_DAY - timedelta(days=1), amount_satang=rest)
        during = [move for move in moves.get(member, ()) if move.on <= rules.YEAR_END]
        holders[member] = Shareholder(movements=(first, *before, *during))
    return share_weights(holders, year_first_day=YEAR_FIRST_DAY, weight=_WEIGHT, leavers_share=True)


def dividends_of(pool: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Each member's dividend."""
    return pool_dividend(pool, weights, rounding=_ROUNDING, residue=_RESIDUE).parts_satang


def refunds_of(pool: int, interest: Mapping[str, int]) -> dict[str, int]:
    """Each borrower's refund."""
    return pool_patronage(pool, interest, rounding=_ROUNDING, residue=_RESIDUE).parts_satang
