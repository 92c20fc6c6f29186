"""Months are closed at their end, and at the end of the year the year: interest, trial balance, result, allocation.

* A month's close names the last entry of both tablets. What was on paper that day is typed in by then.
* The general meeting is held in January; with keys of both tablets it allocates the profit to every member by name.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Desk, Recipe, sum_up
from sajja_client.demo.people import PRESIDENT, SECRETARY, TREASURER, VICE
from sajja_client.demo.season import Season
from sajja_client.demo.settlement import SHARE, Settlement
from sajja_schemas import limits
from sajja_schemas.accounts import is_result
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.events.base import Assembly, MemberAmount, PostedLine
from sajja_schemas.events.closing import (
    DividendDeclared,
    PatronageDeclared,
    PeriodClosed,
    ResultLine,
    YearEndAllocationApproved,
    YearEndClosed,
    YearEndTrialBalanceSealed,
)
from sajja_schemas.events.ledgers import OpeningLine
from sajja_schemas.events.savings import SpecialSavingsInterestCredited

Sums = dict[tuple[str, int, str], int]

_FIRST_MEETING: Final = 18  # of January
_METHOD: Final = "min_monthly_from_day5"


def general_meeting_day(moo: int, year: int = rules.YEAR) -> date:
    """The villages meet on six days of January, two a day."""
    return date(year, 1, _FIRST_MEETING + moo % 6)


def assembly_of(unit: str, entitled: int, day: date) -> Assembly:
    """A general meeting that two thirds attended; its minutes are invented like everything else."""
    minutes = to_base64url(entry_hash(f"minutes of {unit} {day}".encode()))
    return Assembly(attended=entitled * 2 // 3, entitled=entitled, minutes=minutes)


def close_month(season: Season, day: date) -> None:
    """The month's books are closed at a cut."""
    month = rules.month_name(month_number(day))
    last = [season.diary.last_of(desk.tablet) for desk in season.desks.values()]
    desk = season.desks[rules.CASH_DESK]
    desk.sit_down(day, 18)
    season.record(rules.CASH_DESK, close_of(season.ledger, month, [name for name in last if name]), seconds=300)
    season.approve_list(rules.CASH_DESK)


def close_of(ledger: str, month: str, names: Sequence[str]) -> Recipe:
    """A month's close, once it is known what stands at its cut."""
    return lambda written: PeriodClosed(ledger=ledger, month=month, devices=tuple(written.ref(name) for name in names))


def close_year(season: Season, settlement: Settlement) -> None:
    """On the last day: interest on special savings, the trial balance, and the result to 3320."""
    desk = season.desks[rules.CASH_DESK]
    desk.sit_down(rules.YEAR_END, 14)
    for member, amount in settlement.interest.items():
        credited = SpecialSavingsInterestCredited(
            member=member, amount_satang=amount, period_from=season.term.opening_day, period_to=rules.YEAR_END,
            method=_METHOD,
        )  # fmt: skip
        season.follow(credited)
        season.record(rules.CASH_DESK, credited, seconds=20)
    season.approve_list(rules.CASH_DESK)
    changes = of_ledger(sum_up(season.diary.movements()), season.ledger)
    season.record(rules.CASH_DESK, lambda _written: sealed(season.ledger, season.opening, changes), seconds=600)
    lines = result_lines(season.year_before, changes)
    assert sum(line.amount_satang for line in lines) == settlement.profit, "the year was reckoned before"
    for page in pages_of(lines):
        year = rules.CLOSED_YEAR
        season.record(rules.CASH_DESK, YearEndClosed(ledger=season.ledger, year=year, lines=page), seconds=300)
    season.approve_list(rules.CASH_DESK)


def hold_general_meeting(season: Season, settlement: Settlement) -> None:
    """The village allocates the profit, and hears how dividend and refund were reckoned."""
    day, heads, year = season.today, settlement.heads, rules.CLOSED_YEAR
    assembly = assembly_of(season.unit, season.village.members, day)
    cash, loans = season.desks[rules.CASH_DESK], season.desks[rules.LOAN_DESK]
    for desk in (cash, loans):
        desk.sit_down(day, 13)
    allocation = YearEndAllocationApproved(
        year=year,
        profit_satang=settlement.profit,
        assembly=assembly,
        reserve_satang=heads["reserve"],
        welfare_satang=heads["welfare"],
        development_satang=heads["village_development"],
        committee_satang=heads["committee"],
        risk_reserve_satang=heads["risk_reserve"],
        dividends=tuple(
            MemberAmount(member=part.member, amount_satang=part.dividend) for part in settlement.parts if part.dividend
        ),
        patronage=tuple(
            MemberAmount(member=part.member, amount_satang=part.patronage)
            for part in settlement.parts
            if part.patronage
        ),
    )
    inputs = to_base64url(entry_hash(msgspec.json.encode(settlement.parts)))
    dividend = DividendDeclared(
        run=f"{season.unit}-d{year}", year=year, pool_satang=heads["dividend"],
        weights_total=settlement.weights_total // SHARE, inputs=inputs, assembly=assembly,
    )  # fmt: skip
    patronage = PatronageDeclared(
        run=f"{season.unit}-p{year}", year=year, pool_satang=heads["patronage"],
        interest_total_satang=settlement.interest_total, inputs=inputs, assembly=assembly,
    )  # fmt: skip
    season.follow(allocation)
    names = [season.diary.act(cash, event, seconds=600) for event in (allocation, dividend, patronage)]
    approve_on_both(season, cash, loans, names)
    season.sent.append((day, allocation))


def approve_on_both(season: Season, cash: Desk, loans: Desk, names: list[str]) -> None:
    """Officers approve with keys of two tablets."""
    season.diary.approve(cash, names, season.persons(PRESIDENT, SECRETARY))
    loans.moment = max(loans.moment, cash.moment)
    season.diary.approve(loans, names, season.persons(VICE, TREASURER))


def of_ledger(sums: Sums, ledger: str) -> dict[tuple[int, str], int]:
    """The balances of one ledger."""
    return {(account, sub): amount for (name, account, sub), amount in sums.items() if name == ledger}


def sealed(
    ledger: str, opening: Sequence[OpeningLine], changes: dict[tuple[int, str], int], year: int = rules.CLOSED_YEAR
) -> YearEndTrialBalanceSealed:
    """The trial balance of a closed year, by account."""
    sums: dict[int, int] = {}
    for line in opening:
        sums[line.account] = sums.get(line.account, 0) + line.amount_satang
    for (account, _sub), amount in changes.items():
        sums[account] = sums.get(account, 0) + amount
    assert sum(sums.values()) == 0, "a ledger balances"
    lines = tuple(PostedLine(account=code, amount_satang=amount) for code, amount in sorted(sums.items()) if amount)
    return YearEndTrialBalanceSealed(ledger=ledger, year=year, lines=lines)


def result_lines(before: Sequence[OpeningLine], changes: dict[tuple[int, str], int]) -> list[ResultLine]:
    """What takes income and expense of the year back to zero."""
    sums: dict[tuple[int, str], int] = {}
    for line in before:
        key = (line.account, line.sub or "")
        sums[key] = sums.get(key, 0) + line.amount_satang
    for key, amount in changes.items():
        if is_result(key[0]):
            sums[key] = sums.get(key, 0) + amount
    return [
        ResultLine(account=account, sub=sub or None, amount_satang=-amount)
        for (account, sub), amount in sorted(sums.items())
        if amount
    ]


def pages_of(lines: Sequence[ResultLine]) -> list[tuple[ResultLine, ...]]:
    """As many pages as the format needs."""
    size = limits.CLOSING_LINES_MAX
    return [tuple(lines[start : start + size]) for start in range(0, len(lines), size)]
