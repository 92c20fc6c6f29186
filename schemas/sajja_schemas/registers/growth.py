"""The register of growth: what savings and revolving fund came to at the end of each year, and what paper says before.

* Money is the sum of the counted lines by business year, so a year's end is the sum of all years up to it. What was
  brought forward from paper counts in the year in which it was taken over. A close moves a result and changes nothing.
* A year that is told from paper (`history_recorded`) is a statement, and is shown as one. Where a village says two
  things of one year, the later word is shown.
* Who had joined by a year's end and had not left is read from the register of members.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from sajja_schemas.accounts import CHART, is_result
from sajja_schemas.entry import OFFICE
from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.villages import HistoryRecorded
from sajja_schemas.postings import Choice, Line
from sajja_schemas.registers import members
from sajja_schemas.registers.noting import DATE, VILLAGE, Fact, Note, Registers

REGISTER: Final = "growth"
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


def may_grow(event_type: type[Event]) -> bool:
    """Whether entries of this type may post to what is reckoned here."""
    for posting in event_type.declared.postings:
        account: Any = posting.account
        codes = [code for _value, code in account.of] if isinstance(account, Choice) else [account]
        if any(isinstance(code, str) or code in FUND for code in codes):
            return True
    return False


def note_growth(registers: Registers, body: Body, lines: list[Line], sign: int) -> None:
    """Note what an entry's lines add to a bank's savings and fund."""
    saved = fund = 0
    bank = ""
    for ledger, account, _sub, amount in lines:
        if account in FUND and ledger.startswith("bank:"):
            bank = ledger
            fund -= amount
            if account in SAVINGS:
                saved -= amount
    if saved:
        registers.add(REGISTER, (bank,), ("savings", body.date.year), sign * saved)
    if fund:
        registers.add(REGISTER, (bank,), ("fund", body.date.year), sign * fund)


def year_ends(registers: Registers) -> list[YearEnd]:
    """The network at the end of every year that is told or recorded; the last is as the books stand."""
    told = _told(registers)
    rows = registers.all(REGISTER)
    recorded = sorted({int(year) for facts in rows.values() for _word, year in facts})
    ends = [told[year] for year in sorted(told) if not recorded or year < recorded[0]]
    for year in recorded:
        end = YearEnd(year=year, members=_members_at_end(registers, year))
        for facts in rows.values():
            end.villages += any(int(fact[1]) <= year for fact in facts)
            end.savings_satang += _until(facts, "savings", year)
            end.fund_satang += _until(facts, "fund", year)
        ends.append(end)
    return ends


def _told(registers: Registers) -> dict[int, YearEnd]:
    """What the villages' books say, added up by year; the office's word of the network is not added to it."""
    ends: dict[int, YearEnd] = {}
    for (village,), facts in registers.all(HISTORY).items():
        if village == OFFICE:
            continue
        latest: dict[int, Fact] = {}
        for fact in sorted(facts, key=lambda fact: (str(fact[1]), str(fact))):
            latest[int(fact[2])] = fact
        for year, fact in latest.items():
            end = ends.setdefault(year, YearEnd(year=year, from_paper=True))
            end.villages += 1
            end.members += int(fact[3])
            end.savings_satang += int(fact[4])
            end.fund_satang += int(fact[5])
    return ends


def _until(facts: Mapping[Fact, int], word: str, year: int) -> int:
    return sum(number for fact, number in facts.items() if fact[0] == word and int(fact[1]) <= year)


def _members_at_end(registers: Registers, year: int) -> int:
    return sum(members.was_there(facts, f"{year}-12-31") for facts in registers.all(members.REGISTER).values())
