"""Shares month by month: so that on the thirteen months' first day everybody has what they open with.

* In the open year the pledge is paid every month, as the year's dividend is reckoned; what was before is spread evenly
  over the months of membership. Who has too little for that pays in even parts to the end.
* Every deposit is of whole shares.
"""

from typing import Final

from sajja_client.demo.decade.path import LAST_MONTH, OPEN_YEAR
from sajja_client.demo.settlement import SHARE

_NEW_YEAR: Final = OPEN_YEAR * 12


def deposits(held: int, pledge: int, admitted: int) -> dict[int, int]:
    """What a member deposits, by month; together what is held at the end.

    Args:
        held: what the member has in shares at the end, in satang.
        pledge: what is pledged for a month at the end, in satang.
        admitted: the month of the first deposit.
    """
    earlier = range(admitted, _NEW_YEAR)
    lately = range(_NEW_YEAR, LAST_MONTH + 1)
    rest = held - pledge * len(lately)
    if earlier and rest >= len(earlier) * SHARE:
        return _even(rest, earlier) | dict.fromkeys(lately, pledge)
    return _even(held, range(admitted, LAST_MONTH + 1))


def held_at_end(paid: dict[int, int], year: int) -> int:
    """What a member has at a year's end."""
    return sum(amount for month, amount in paid.items() if month < (year + 1) * 12)


def _even(total: int, months: range) -> dict[int, int]:
    shares, rest = divmod(total, SHARE)
    assert rest == 0, "shares are whole"
    count = len(months)
    parts = {month: (shares * (at + 1) // count - shares * at // count) * SHARE for at, month in enumerate(months)}
    return {month: amount for month, amount in parts.items() if amount}
