"""What moved on every account, by business day: so any balance, and any flow, is known for any day in the past.

* A row is (ledger, account, year, month), with a number for each day: the sum of the counted lines on the control
  account, positive for a debit as in the books. A reversal takes its original's away on the original's day.
* A flow is what income or expense took in or gave out. Closing a year moves results and is no flow, so a flow crosses
  years; nor is what was brought forward from paper, since it happened before. Such lines stand apart in their row, and
  are a part of balances only.
* A window of months is read without the rest; a row is bounded by its days.

Source: docs/domain.md section 7.2.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from sajja_schemas.calculations.spans import MONTHS_PER_YEAR, first_day_of, month_number, months_later
from sajja_schemas.events.base import Event
from sajja_schemas.events.closing import FundYearClosed, YearEndClosed
from sajja_schemas.events.ledgers import OpeningBalanceRecorded
from sajja_schemas.postings import Line
from sajja_schemas.registers.noting import Day, Fact, Key, Registers

REGISTER: Final = "movements"
NO_FLOW: Final = frozenset({FundYearClosed, OpeningBalanceRecorded, YearEndClosed})

# Kept once for all rows: the days of a month, of what flowed and of what only moved.
_FLOWED: Final[tuple[Fact, ...]] = tuple((day,) for day in range(32))
_MOVED: Final[tuple[Fact, ...]] = tuple((day, "moved") for day in range(32))


def note_movements(registers: Registers, event_type: type[Event], day: Day, lines: list[Line], sign: int) -> None:
    """Note what the lines of an entry move."""
    fact = (_MOVED if event_type in NO_FLOW else _FLOWED)[day.day]
    year, month = day.year, day.month
    rows, touched = registers.opened(REGISTER)
    for ledger, account, _sub, amount in lines:
        key = (ledger, account, year, month)
        facts = rows.get(key)
        if facts is not None and (total := facts.get(fact, 0) + sign * amount):
            facts[fact] = total  # as `add` does; every line of a replay comes here
            touched.add(key)
        else:
            registers.add(REGISTER, key, fact, sign * amount)
            rows, touched = registers.opened(REGISTER)


def flow(registers: Registers, ledger: str, accounts: Collection[int], first: date, last: date) -> int:
    """What accounts took in and gave out from one day to another, both included; positive for a debit."""
    total = 0
    for month in range(month_number(first), month_number(last) + 1):
        starts = first_day_of(month)
        for account in accounts:
            for fact, number in registers.row(REGISTER, (ledger, account, starts.year, starts.month)).items():
                if len(fact) == 1 and first <= starts.replace(day=int(fact[0])) <= last:
                    total += number
    return total


def flow_of_year_to(registers: Registers, ledger: str, accounts: Collection[int], last: date) -> int:
    """The flow of the twelve months that end with a day: from 23 August to 22 August."""
    first = months_later(last + timedelta(days=1), -MONTHS_PER_YEAR)
    return flow(registers, ledger, accounts, first, last)


def balances_on(registers: Registers, days: Iterable[date]) -> dict[date, dict[tuple[str, int], int]]:
    """The control accounts (ledger, account) at the end of each day, read in one pass."""
    found: dict[date, dict[tuple[str, int], int]] = {day: {} for day in days}
    for key, day, number in _all(registers):
        for on, sums in found.items():
            if day <= on:
                account = (str(key[0]), int(key[1]))
                sums[account] = sums.get(account, 0) + number
    return found


def _all(registers: Registers) -> Iterator[tuple[Key, date, int]]:
    for key, facts in registers.all(REGISTER).items():
        year, month = int(key[2]), int(key[3])
        for fact, number in facts.items():
            yield key, date(year, month, int(fact[0])), number
