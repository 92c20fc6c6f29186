"""A village's months and years before the thirteen months: their ends, and the general meeting.

* In December savers bring what the year's end still lacks. A donation, or public works, brings the result to what the
  path leaves for it; the bank's interest has the satang.
* The general meeting gives two fifths to dividends, a tenth to borrowers and, once there is one, a tenth to the welfare
  fund; reserves grow to what the thirteen months begin with, and the rest is spent for the village.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import apportion
from sajja_client.demo.closing import (
    approve_on_both,
    assembly_of,
    close_month,
    general_meeting_day,
    pages_of,
    result_lines,
    sealed,
)
from sajja_client.demo.decade.errands import (
    BANK_BP_HALF_YEAR,
    book_bank_interest,
    return_from_meeting,
    serve_pool,
    take_bank_interest,
)
from sajja_client.demo.decade.founding import found_village, go_over, issue_books, later_bylaws
from sajja_client.demo.decade.path import LAST_MONTH, OPEN_YEAR
from sajja_client.demo.decade.years import VillageYears
from sajja_client.demo.errands import go_to_bank
from sajja_client.demo.openings import OpeningRefused
from sajja_client.demo.settlement import SHARE, dividends_of, refunds_of
from sajja_schemas.accounts import is_result
from sajja_schemas.calculations.deposits import special_savings_interest
from sajja_schemas.calculations.shares import Shareholder, share_weights
from sajja_schemas.calculations.spans import first_day_of, last_day_of
from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.events.base import MemberAmount
from sajja_schemas.events.closing import (
    AllocationPaid,
    DividendDeclared,
    DividendPaid,
    PatronageDeclared,
    YearEndAllocationApproved,
    YearEndClosed,
)
from sajja_schemas.events.ledgers import ExpensePaid, IncomeReceived, OpeningLine
from sajja_schemas.events.savings import SpecialSavingsDeposited, SpecialSavingsInterestCredited

if TYPE_CHECKING:
    from sajja_schemas.events import AnyEvent
    from sajja_schemas.events.closing import Share

RESERVES: Final = (3210, 3220, 3230, 3310)
_UNIT: Final = 10 * rules.BAHT
_METHOD: Final = "min_monthly_from_day5"
_RATE_BP: Final = 600
_WHOLE_BP: Final = 10_000
_BROUGHT_BY: Final = 12  # savers in December
_DIVIDEND_PERCENT, _PATRONAGE_PERCENT, _WELFARE_PERCENT = 40, 10, 10
_LATE_PERCENT: Final = 12
_JUNE, _DECEMBER = 5, 11  # months after New Year


def live_through(years: VillageYears) -> None:
    """Plan every meeting, month and year."""
    found_village(years)
    for month in range(years.first_month, LAST_MONTH + 1):
        year, of_year = divmod(month, 12)
        if of_year == 0 and month > years.first_month:
            _begin_year(years, month)
        if of_year == 0 and year < OPEN_YEAR:
            years.plan_saving(year)
        elif month == OPEN_YEAR * 12:
            years.plan_open_year(_interest_of_open_year(years))
        years.hold_meeting(month)
        return_from_meeting(years, month)
        serve_pool(years, month)
        if of_year == 0 and month > years.first_month:
            _hold_general_meeting(years, year - 1)
        if of_year == _JUNE and year < OPEN_YEAR:
            take_bank_interest(years, month)
        if of_year == _DECEMBER:
            _close_year(years, year)
        if month == LAST_MONTH:
            _credit(years, _interest_of_open_year(years), first_day_of(OPEN_YEAR * 12), last_day_of(month))
            go_over(years)
        years.today = last_day_of(month)
        close_month(years, years.today)


def _begin_year(years: VillageYears, month: int) -> None:
    years.today = first_day_of(month) + timedelta(days=1)
    years.desks[rules.CASH_DESK].sit_down(years.today, 9)
    years.resolutions = 0
    issue_books(years, month)


def _interest_of_open_year(years: VillageYears) -> dict[str, int]:
    """What the thirteen months begin with as interest of the open year, by what savers have."""
    total = years.held.get((5110, ""), 0)
    return dict(zip(years.savers, apportion(total, list(years.savers.values())), strict=True))


def _credit(years: VillageYears, interest: dict[str, int], first: date, last: date) -> None:
    years.today = last
    years.desks[rules.CASH_DESK].sit_down(last, 14)
    for member, amount in interest.items():
        if amount:
            credited = SpecialSavingsInterestCredited(
                member=member, amount_satang=amount, period_from=first, period_to=last, method=_METHOD
            )
            years.pay(rules.CASH_DESK, credited, seconds=20)
    years.approve_list(rules.CASH_DESK)


def _close_year(years: VillageYears, year: int) -> None:
    end, first, last = years.ends[year], date(year, 1, 1), date(year, 12, 31)
    interest = {
        member: special_savings_interest(moves, method=_METHOD, rate_bp_year=_RATE_BP, first_day=first, last_day=last)
        for member, moves in years.moves[2110].items()
    }
    credited = sum(interest.values())
    _bring_savings(years, end.savings + years.balance(3110, 2110) - credited, last)
    earned = years.banked * BANK_BP_HALF_YEAR // _WHOLE_BP
    result = -sum(amount for (account, _sub), amount in years.balances.items() if is_result(account))
    gap = end.worth + years.balance(*RESERVES, 3320) - (result - credited) - earned
    earned += gap % _UNIT
    _bring_result(years, gap // _UNIT * _UNIT, date(year, 12, 30))
    _credit(years, interest, first, last)
    book_bank_interest(years, earned)
    years.paid_interest = _interest_by_member(years)
    years.record(rules.CASH_DESK, sealed(years.ledger, [], years.balances, year), seconds=600)
    for page in pages_of(result_lines([], years.balances)):
        years.pay(rules.CASH_DESK, YearEndClosed(ledger=years.ledger, year=year, lines=page), seconds=300)
    years.approve_list(rules.CASH_DESK)
    years.interest.clear()  # the close itself posts to its accounts
    assert -years.balance(3110, 2110) == end.savings, "the path was met"
    assert -years.balance(*RESERVES, 3320) == end.worth, "the path was met"


def _bring_savings(years: VillageYears, lacking: int, last: date) -> None:
    """In the last days of a year savers bring what the path asks for; the first of them the satang."""
    if lacking < 0:
        raise OpeningRefused(f"{years.unit}: {-lacking} satang too much were saved until {last}")
    able = [member for member in years.savers if (2110, member) in years.balances][:_BROUGHT_BY]
    parts = [part * _UNIT for part in apportion(lacking // _UNIT, [years.savers[member] for member in able])]
    parts[0] += lacking % _UNIT
    years.today = last - timedelta(days=3)
    years.desks[rules.CASH_DESK].sit_down(years.today, 10)
    for member, part in zip(able, parts, strict=True):
        if part:
            brought = SpecialSavingsDeposited(member=member, amount_satang=part, box=years.box)
            years.take(rules.CASH_DESK, brought)
    if years.in_box > rules.BOX_LIMIT:
        go_to_bank(years, years.in_box % _UNIT + 3_000 * rules.BAHT)


def _bring_result(years: VillageYears, gap: int, day: date) -> None:
    years.today = day
    years.desks[rules.CASH_DESK].sit_down(day, 10)
    if gap > 0:
        given = IncomeReceived(
            ledger=years.ledger, account=4150, amount_satang=gap, channel="bank", bank=years.bank,
            text="เงินสนับสนุนจากผู้สนับสนุนโครงการ",
        )  # fmt: skip
        years.take(rules.CASH_DESK, given)
    elif gap < 0:
        works = ExpensePaid(
            ledger=years.ledger, account=5127, amount_satang=-gap, channel="bank", bank=years.bank,
            text="งานสาธารณประโยชน์หมู่บ้าน",
        )  # fmt: skip
        years.pay(rules.CASH_DESK, works)
    years.approve_list(rules.CASH_DESK)


def _interest_by_member(years: VillageYears) -> dict[str, int]:
    paid: dict[str, int] = {}
    for _day, loan, amount in years.interest:
        member = years.borrower[loan]
        paid[member] = paid.get(member, 0) + amount
    return paid


def _hold_general_meeting(years: VillageYears, year: int) -> None:
    """The village allocates the profit of the year that is closed."""
    years.today = day = general_meeting_day(years.village.moo, year + 1)
    cash, loans = years.desks[rules.CASH_DESK], years.desks[rules.LOAN_DESK]
    for desk in (cash, loans):
        desk.sit_down(day, 13)
    people = sum(admitted < (year + 1) * 12 for admitted in years.admitted.values())
    assembly = assembly_of(years.unit, people, day)
    profit = -years.balance(3320)
    heads = _heads(years, year, profit)
    dividends, refunds, weights = _parts(years, year, heads)
    allocation = YearEndAllocationApproved(
        year=year, profit_satang=profit, assembly=assembly, reserve_satang=heads["reserve"],
        welfare_satang=heads["welfare"], development_satang=heads["development"], committee_satang=heads["public"],
        risk_reserve_satang=heads["risk_reserve"], dividends=_lines(dividends), patronage=_lines(refunds),
    )  # fmt: skip
    inputs = to_base64url(entry_hash(msgspec.json.encode([dividends, refunds])))
    events: list[AnyEvent] = [allocation]
    if year + 1 == OPEN_YEAR:
        events.append(later_bylaws(years, assembly))
    if dividends:
        events.append(
            DividendDeclared(
                run=f"{years.unit}-d{year}", year=year, pool_satang=heads["dividend"],
                weights_total=weights // SHARE, inputs=inputs, assembly=assembly,
            )
        )  # fmt: skip
    if refunds:
        events.append(
            PatronageDeclared(
                run=f"{years.unit}-p{year}", year=year, pool_satang=heads["patronage"],
                interest_total_satang=sum(years.paid_interest.values()), inputs=inputs, assembly=assembly,
            )
        )  # fmt: skip
    years.follow(allocation)
    approve_on_both(years, cash, loans, [years.diary.act(cash, event, seconds=600) for event in events])
    if heads["welfare"]:
        years.sent.append((day, allocation))
    _note_payments(years, year, dividends, refunds, heads["public"])


def _heads(years: VillageYears, year: int, profit: int) -> dict[str, int]:
    welfare = profit * _WELFARE_PERCENT // 100 if date(year + 1, 1, 1) >= rules.WELFARE_START else 0
    patronage = profit * _PATRONAGE_PERCENT // 100 if years.paid_interest else 0
    wanted = -sum(years.held.get((account, ""), 0) for account in RESERVES)
    most = max(end.worth for of, end in years.ends.items() if of <= year)
    kept = wanted * most // max(end.worth for end in years.ends.values()) + years.balance(*RESERVES)
    dividend = min(profit * _DIVIDEND_PERCENT // 100, profit - welfare - patronage - kept)
    if dividend < 0 or kept < 0:
        raise OpeningRefused(f"{years.unit}: the profit of {year} is too small")
    reserve, risk_reserve = kept * 60 // 100, kept * 20 // 100
    return {
        "dividend": dividend, "patronage": patronage, "welfare": welfare, "reserve": reserve,
        "risk_reserve": risk_reserve, "development": kept - reserve - risk_reserve,
        "public": profit - dividend - patronage - welfare - kept,
    }  # fmt: skip


def _parts(years: VillageYears, year: int, heads: dict[str, int]) -> tuple[dict[str, int], dict[str, int], int]:
    last = date(year, 12, 31)
    holders = {
        member: Shareholder(movements=tuple(move for move in moves if move.on <= last))
        for member, moves in sorted(years.moves[3110].items())
        if moves[0].on <= last
    }
    weights = share_weights(holders, year_first_day=date(year, 1, 1), weight="share_month", leavers_share=True)
    dividends = dividends_of(heads["dividend"], weights) if heads["dividend"] else {}
    refunds = refunds_of(heads["patronage"], years.paid_interest) if heads["patronage"] else {}
    return (
        {member: part for member, part in dividends.items() if part},
        {member: part for member, part in refunds.items() if part},
        sum(weights.values()),
    )


def _lines(parts: dict[str, int]) -> tuple[MemberAmount, ...]:
    return tuple(MemberAmount(member=member, amount_satang=amount) for member, amount in parts.items())


def _note_payments(
    years: VillageYears, year: int, dividends: dict[str, int], refunds: dict[str, int], public: int
) -> None:
    """Dividends and refunds in cash; who does not come in February comes in March."""
    parts_of: dict[Share, dict[str, int]] = {"dividend": dividends, "patronage": refunds}
    february = (year + 1) * 12 + 1
    for share, parts in parts_of.items():
        for member, amount in parts.items():
            is_late = years.draw("dividend", year, member).happens(_LATE_PERCENT)
            paid = DividendPaid(ledger=years.ledger, member=member, share=share, amount_satang=amount, box=years.box)
            years.to_pay.setdefault(february + is_late, []).append((rules.LOAN_DESK, paid))
    if public:
        spent = AllocationPaid(year=year, amount_satang=public, channel="cash", box=years.box)
        years.to_pay.setdefault(february, []).append((rules.CASH_DESK, spent))


def closing_lines(years: VillageYears) -> list[OpeningLine]:
    """What the ledger holds at the end, as the lines of a paper book would say it.

    Raises:
        OpeningRefused: it is not what the thirteen months begin with.
    """
    balances = {key: amount for key, amount in years.balances.items() if amount}
    wanted = {key: amount for key, amount in years.held.items() if amount}
    differing = {
        key: (balances.get(key, 0), wanted.get(key, 0))
        for key in {*balances, *wanted}
        if key[0] not in RESERVES and balances.get(key, 0) != wanted.get(key, 0)
    }
    if differing:
        raise OpeningRefused(f"{years.unit} ends otherwise: {sorted(differing.items())[:8]}")
    return [
        OpeningLine(account=account, sub=sub or None, amount_satang=amount)
        for (account, sub), amount in sorted(balances.items())
    ]
