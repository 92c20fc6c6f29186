"""The end of a year: net profit, its allocation, the closing lines and the next year's opening.

* A debit is positive. Net profit is income less expense: what 4xxx and 5xxx stand at, with the sign turned.
* Closing takes every income and expense account to zero, sub-ledger by sub-ledger, against 3320 in a bank and in the
  network, 3410 in the welfare fund and 3420 in the risk fund (docs/domain.md section 5.13).
* The allocation names parts that sum to 100.00 % and divides the profit exactly, by largest remainder; a tie goes to
  the head that the bylaws name first (section 9.7). A year of loss allocates nothing.
* A reserve below 10 % or a dividend above 10 % a year warns, as co-operatives are bound to [S24][S21b].
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from sajja_schemas.accounts import is_result
from sajja_schemas.calculations.problems import (
    NoProfitToAllocate,
    NotAWhole,
    NotBalanced,
    NotYetClosed,
    refuse_negative_in,
)
from sajja_schemas.calculations.rounding import BP, largest_remainder, ratio

Balances = Mapping[tuple[int, str], int]  # (account, sub-ledger): satang, positive for a debit

RESERVE_BP_MIN: Final = 1_000
DIVIDEND_BP_MAX: Final = 1_000
_INCOME: Final = 4  # 4xxx
_EXPENSE: Final = 5  # 5xxx


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line to post: a debit is positive."""

    account: int
    sub: str = ""
    amount_satang: int


class AllocationHead(msgspec.Struct, frozen=True, kw_only=True):
    """A head of the yearly profit, and its part."""

    head: str
    share_bp: int


class AllocationWarning(StrEnum):
    """What a general meeting should hear before it decides."""

    RESERVE_LOW = "reserve_low"
    DIVIDEND_HIGH = "dividend_high"


def income(balances: Balances) -> int:
    """The year's income, positive."""
    return -sum(amount for (account, _sub), amount in balances.items() if account // 1000 == _INCOME)


def expense(balances: Balances) -> int:
    """The year's expense, positive."""
    return sum(amount for (account, _sub), amount in balances.items() if account // 1000 == _EXPENSE)


def net_profit(balances: Balances) -> int:
    """Income less expense; below nothing in a year of loss."""
    return income(balances) - expense(balances)


def closing_lines(balances: Balances, *, into_account: int) -> tuple[Line, ...]:
    """The lines that take every income and expense account to zero; the last carries the result."""
    closing = [
        Line(account=account, sub=sub, amount_satang=-amount)
        for (account, sub), amount in sorted(balances.items())
        if is_result(account) and amount
    ]
    result_satang = net_profit(balances)
    if not result_satang:
        return tuple(closing)
    return (*closing, Line(account=into_account, amount_satang=-result_satang))


def allocate_profit(net_profit_satang: int, heads: Sequence[AllocationHead]) -> dict[str, int]:
    """The profit by head, summing to it exactly (docs/domain.md section 9.7).

    Raises:
        NotAWhole: the parts do not sum to 100.00 %.
        NoProfitToAllocate: there is none.
    """
    refuse_negative_in({head.head: head.share_bp for head in heads})
    sum_bp = sum(head.share_bp for head in heads)
    if sum_bp != BP:
        raise NotAWhole(sum_bp=sum_bp)
    if net_profit_satang <= 0:
        raise NoProfitToAllocate
    parts = largest_remainder(net_profit_satang, {place: head.share_bp for place, head in enumerate(heads)})
    return {head.head: parts[place] for place, head in enumerate(heads)}


def allocation_warnings(*, reserve_share_bp: int, dividend_rate: Fraction | None) -> tuple[AllocationWarning, ...]:
    """What to say about an allocation; the rate is the year's dividend on shares, or nothing where there are none."""
    warnings: list[AllocationWarning] = []
    if reserve_share_bp < RESERVE_BP_MIN:
        warnings.append(AllocationWarning.RESERVE_LOW)
    if dividend_rate is not None and dividend_rate > ratio(DIVIDEND_BP_MAX, BP):
        warnings.append(AllocationWarning.DIVIDEND_HIGH)
    return tuple(warnings)


def opening_lines(balances: Balances) -> tuple[Line, ...]:
    """What a ledger stands at when a year begins: each balance that is not zero, after the close.

    Raises:
        NotYetClosed: income or expense is left.
        NotBalanced: the balances do not sum to zero.
    """
    lines = [
        Line(account=account, sub=sub, amount_satang=amount)
        for (account, sub), amount in sorted(balances.items())
        if amount
    ]
    for line in lines:
        if is_result(line.account):
            raise NotYetClosed(account=line.account)
    _refuse_unbalanced(lines)
    return tuple(lines)


def _refuse_unbalanced(lines: Iterable[Line]) -> None:
    difference_satang = sum(line.amount_satang for line in lines)
    if difference_satang:
        raise NotBalanced(difference_satang=difference_satang)
