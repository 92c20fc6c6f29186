"""Growth: what savings and revolving fund came to at the end of each year, and what paper says before.

* Money is what moved by business year (`movements`), so a year's end is the sum of all years up to it. What was brought
  forward from paper counts in the year in which it was taken over. A close moves a result and changes nothing.
* A year that is told from paper (`history_recorded`) is a statement, and is shown as one. Where a village says two
  things of one year, the later word is shown.
* Who had joined by a year's end and had not left is read from the register of members.
"""

from typing import Final

import msgspec

from sajja_schemas.accounts import CHART, is_result
from sajja_schemas.entry import OFFICE
from sajja_schemas.events.villages import HistoryRecorded
from sajja_schemas.registers import members, movements
from sajja_schemas.registers.noting import DATE, VILLAGE, Note, Registers

HISTORY: Final = "history"

SAVINGS: Final = frozenset({3110, 2110, 2111, 2112})
_RESERVES: Final = frozenset(code for code in CHART if code // 100 in {32, 33})
FUND: Final = SAVINGS | {3120, 3130} | _RESERVES | frozenset(code for code in CHART if is_result(code))

NOTES: Final = (
    Note(
        register=HISTORY, event=HistoryRecorded, key=(VILLAGE,),
        fact=("=told", DATE, "year", "members", "savings_satang", "fund_satang"),
    ),
)  # fmt: skip


class YearEnd(msgspec.Struct):
    """A network at the end of a year, or on the last day of the open one."""

    year: int
    villages: int = 0
    members: int = 0
    savings_satang: int = 0
    fund_satang: int = 0
    from_paper: bool = False


def year_ends(registers: Registers) -> list[YearEnd]:
    """The network at the end of every year that is told or recorded; the last is as the books stand."""
    told, banks = _told(registers), _moved(registers)
    recorded = sorted({year for years in banks.values() for year in years})
    ends = [told[year] for year in sorted(told) if not recorded or year < recorded[0]]
    for year in recorded:
        end = YearEnd(year=year, members=_members_at_end(registers, year))
        for years in banks.values():
            until = [moved for moved_in, moved in years.items() if moved_in <= year]
            end.villages += bool(until)
            end.savings_satang += sum(saved for saved, _fund in until)
            end.fund_satang += sum(fund for _saved, fund in until)
        ends.append(end)
    return ends


def _moved(registers: Registers) -> dict[str, dict[int, tuple[int, int]]]:
    """What each year added to a bank's savings and fund."""
    banks: dict[str, dict[int, tuple[int, int]]] = {}
    for (ledger, account, year, _month), days in registers.all(movements.REGISTER).items():
        if account in FUND and str(ledger).startswith("bank:"):
            years = banks.setdefault(str(ledger), {})
            saved, fund = years.get(int(year), (0, 0))
            added = -sum(days.values())
            years[int(year)] = saved + (added if account in SAVINGS else 0), fund + added
    return banks


def _told(registers: Registers) -> dict[int, YearEnd]:
    """What the villages' books say, added up by year; the office's word of the network is not added to it."""
    ends: dict[int, YearEnd] = {}
    for (village,), facts in registers.all(HISTORY).items():
        if village == OFFICE:
            continue
        latest = {int(fact[2]): fact for fact in sorted(facts, key=lambda fact: (str(fact[1]), str(fact)))}
        for year, fact in latest.items():
            end = ends.setdefault(year, YearEnd(year=year, from_paper=True))
            end.villages += 1
            end.members += int(fact[3])
            end.savings_satang += int(fact[4])
            end.fund_satang += int(fact[5])
    return ends


def _members_at_end(registers: Registers, year: int) -> int:
    return sum(members.was_there(facts, f"{year}-12-31") for facts in registers.all(members.REGISTER).values())
