"""Income and expense by business day: what "the twelve months to a day" is read from (docs/domain.md section 7.2).

* A flow is the sum of the counted lines on an account of class 4 or 5, on their business day. A reversal takes its
  original's away on the original's day. Closing a year moves results and is no flow, so a flow crosses years; nor is
  what was brought forward from paper, since it happened before.
* Rows are (ledger, account, month) with a number for each day: a window of months is read without the rest.
* A number is positive for a debit, as in the books.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from sajja_schemas.calculations.spans import MONTHS_PER_YEAR, first_day_of, month_number, months_later
from sajja_schemas.events.closing import FundYearClosed, YearEndClosed
from sajja_schemas.events.ledgers import OpeningBalanceRecorded
from sajja_schemas.postings import Line
from sajja_schemas.registers.noting import Day, Fact, Registers

REGISTER: Final = "flows"
NO_FLOW: Final = frozenset({FundYearClosed, OpeningBalanceRecorded, YearEndClosed})

_DAYS: Final[tuple[Fact, ...]] = tuple((day,) for day in range(32))  # kept once for all rows


def note_flow(registers: Registers, day: Day, line: Line, sign: int) -> None:
    """Note what a line earns or costs."""
    ledger, account, _sub, amount = line
    registers.add(REGISTER, (ledger, account, day.year, day.month), _DAYS[day.day], sign * amount)


def flow(registers: Registers, ledger: str, accounts: Collection[int], first: date, last: date) -> int:
    """What accounts took in and gave out from one day to another, both included; positive for a debit."""
    total = 0
    for month in range(month_number(first), month_number(last) + 1):
        starts = first_day_of(month)
        for account in accounts:
            for (day,), number in registers.row(REGISTER, (ledger, account, starts.year, starts.month)).items():
                if first <= starts.replace(day=int(day)) <= last:
                    total += number
    return total


def flow_of_year_to(registers: Registers, ledger: str, accounts: Collection[int], last: date) -> int:
    """The flow of the twelve months that end with a day: from 23 August to 22 August."""
    first = months_later(last + timedelta(days=1), -MONTHS_PER_YEAR)
    return flow(registers, ledger, accounts, first, last)
