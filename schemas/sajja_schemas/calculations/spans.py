"""Years, months and days between dates, as bylaws count them (docs/domain.md sections 9.9 and 9.11).

A year or a month is whole when its day has come round again: somebody born on 31 Dec 2503 is 59 on 5 Jan 2563, and who
was born on 29 February grows older on 1 March of a common year. A month that is paid or due is named `2020-08`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_schemas.calculations.problems import DaysOutOfOrder

MONTHS_PER_YEAR: Final = 12


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What went into an account on a business date, or out of it with a minus.

    An entry that was reversed and its reversal are no movements: who calls leaves both out.
    """

    on: date
    amount_satang: int


def balance_on(movements: Sequence[Movement], day: date) -> int:
    """The balance at the end of a day, in satang."""
    return sum(movement.amount_satang for movement in movements if movement.on <= day)


def whole_months(start: date, on: date) -> int:
    """The months that have passed in full; below nothing before the start."""
    return month_number(on) - month_number(start) - (on.day < start.day)


def whole_years(start: date, on: date) -> int:
    """The years that have passed in full: an age, or a length of membership."""
    return whole_months(start, on) // MONTHS_PER_YEAR


def month_number(day: date) -> int:
    """Months counted through, so that months can be added and compared."""
    return day.year * MONTHS_PER_YEAR + day.month - 1


def month_of(name: str) -> int:
    """The number of a month that is named `2020-08`."""
    return month_number(date.fromisoformat(f"{name}-01"))


def first_day_of(month: int) -> date:
    """The first day of the month with this number."""
    return date(month // MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1)


def last_day_of(month: int) -> date:
    """The last day of the month with this number."""
    return first_day_of(month + 1) - timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or earlier with a minus; a month without that day has its last instead.

    Beyond the calendar it is the calendar's last day, or its first.
    """
    month = month_number(day) + months
    if month >= month_number(date.max):
        return date.max
    if month < month_number(date.min):
        return date.min
    return first_day_of(month).replace(day=min(day.day, last_day_of(month).day))


def refuse_backwards(first: date, last: date) -> None:
    """Stop when an end is before its beginning.

    Raises:
        DaysOutOfOrder: it is.
    """
    if last < first:
        raise DaysOutOfOrder(first=first, last=last)
