"""The ten years of `sajja demo --full`, piece by piece: a village meets the path it is given, and ends as it must."""

from collections import Counter
from datetime import date
from functools import cache, partial

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sajja_client.cli import app
from sajja_client.demo import drive, rules
from sajja_client.demo.acts import Act, Approval
from sajja_client.demo.cover import cover_loans
from sajja_client.demo.decade.borrowing import standing_loans
from sajja_client.demo.decade.closing import RESERVES, closing_lines, live_through
from sajja_client.demo.decade.leavers import with_leavers
from sajja_client.demo.decade.path import FIRST_TABLET_MONTH, YearEnd, founded_on, settle_joining, year_ends
from sajja_client.demo.decade.saving import deposits, held_at_end
from sajja_client.demo.decade.years import VillageYears, share_plan
from sajja_client.demo.history import PATH
from sajja_client.demo.lending import draw_loans
from sajja_client.demo.openings import OpeningRefused
from sajja_client.demo.people import Roster, draw_rosters
from sajja_client.demo.plan import DEFAULT_SEED, live_village
from sajja_client.demo.season import Season
from sajja_client.demo.settlement import SHARE
from sajja_client.demo.table import print_growth
from sajja_client.demo.targets import load_targets
from sajja_schemas.accounts import CHART, CLEARING, Side, is_result
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.base import Approvers

UNIT = "pp12"  # the youngest: founded in 2557
COVER = 2_000_000 * rules.BAHT


@cache
def season_of(unit: str) -> Season:
    """A village's thirteen months, with their opening."""
    targets = load_targets()
    rosters = draw_rosters(DEFAULT_SEED, targets)
    loans = {village.unit: draw_loans(DEFAULT_SEED, village, rosters[village.unit], []) for village in targets.villages}
    cover_loans(DEFAULT_SEED, [loan for those in loans.values() for loan in those], targets.funds.risk)
    village = next(one for one in targets.villages if one.unit == unit)
    make = partial(Season, DEFAULT_SEED, rules.DEFAULT_TERM, village, rosters[unit], loans[unit])
    return live_village(make)


@cache
def roster_of(unit: str) -> Roster:
    season = season_of(unit)
    return with_leavers(season, settle_joining(season.village, season.roster))


def a_path(unit: str) -> dict[int, YearEnd]:
    """Some path: a quarter more than the shares is saved, and a tenth of that is the bank's own."""
    plan = share_plan(season_of(unit), roster_of(unit))
    ends = {}
    for year in range(season_of(unit).village.founded - BE_OFFSET, rules.CLOSED_YEAR):
        savings = sum(held_at_end(paid, year) for paid in plan.values()) * 5 // 4 // SHARE * SHARE
        ends[year] = YearEnd(savings, savings // 10 // SHARE * SHARE)
    return ends


@cache
def lived(unit: str) -> VillageYears:
    years = VillageYears(season_of(unit), roster_of(unit), a_path(unit), COVER)
    live_through(years)
    return years


@pytest.mark.parametrize(("held", "pledge", "years"), [(1_540, 50, 9), (12_540, 70, 9), (60, 70, 1), (10, 1_000, 3)])
def test_deposits_are_whole_shares_and_sum_to_what_is_held(held: int, pledge: int, years: int) -> None:
    """Whoever has enough pays the whole pledge in the open year; before that, and otherwise, in even parts."""
    admitted = FIRST_TABLET_MONTH - 12 * years
    paid = deposits(held * rules.BAHT, pledge * rules.BAHT, admitted)
    assert sum(paid.values()) == held * rules.BAHT
    assert all(amount > 0 and amount % SHARE == 0 for amount in paid.values())
    assert min(paid) >= admitted
    assert max(paid) < FIRST_TABLET_MONTH
    if held > pledge * 7 + 120 * years:
        assert paid[FIRST_TABLET_MONTH - 1] == pledge * rules.BAHT


def test_the_villages_parts_of_the_path_sum_to_the_network_exactly() -> None:
    """In every year, of savings and of the fund; a village that is not founded yet has none."""
    targets = load_targets()
    shares = {v.unit: dict.fromkeys(range(2010, 2019), v.members * 100 + v.moo) for v in targets.villages}
    ends = year_ends(targets, shares)
    for be_year, count, savings, fund in PATH[:-1]:
        there = [v for v in targets.villages if be_year - BE_OFFSET in ends[v.unit] and v.founded <= be_year]
        at_end = [ends[v.unit][be_year - BE_OFFSET] for v in there]
        assert len(there) == count
        assert sum(end.savings for end in at_end) == savings
        assert sum(end.savings + end.worth for end in at_end) + sum(v.seed for v in there) == fund


def test_whoever_goes_is_followed_in_the_same_year() -> None:
    """So every year ends with the members of the growth path, though some have died or left."""
    season, roster = season_of(UNIT), roster_of(UNIT)
    gone = [m for m in roster.members if m.exit_month is not None and m.exit_month < FIRST_TABLET_MONTH]
    assert gone
    for year in range(2014, 2019):
        there = [
            member
            for member in roster.members
            if member.joined.year <= year and (member.exit_month or FIRST_TABLET_MONTH) >= (year + 1) * 12
        ]
        assert len(there) == sum(member.joined.year <= year for member in season.roster.opening)
    founded = founded_on(season.village)
    officers = [member for member in roster.members if member.id in roster.officer_members]
    assert {member.joined for member in officers} == {founded}


def test_a_loan_that_stands_on_the_first_day_was_served_since_it_was_paid_out() -> None:
    """From its gross amount down to what the thirteen months open with; interest is of what was owed."""
    opening = {line.sub: line.amount_satang for line in season_of(UNIT).opening if line.account == 1210}
    loans = list(standing_loans(season_of(UNIT)))
    assert {loan.id for loan in loans} == set(opening)
    for loan in loans:
        owed = loan.gross
        for payment in loan.payments:
            assert payment.interest * 100 == owed
            owed -= payment.principal
            assert payment.owed_after == owed
        assert owed == opening[loan.id]
        assert [payment.month for payment in loan.payments] == [*range(loan.disbursed_month + 1, FIRST_TABLET_MONTH)]


def test_a_village_ends_with_what_its_thirteen_months_open_with() -> None:
    """Every member, loan, box and bank, and the open year's result; the reserves in their sum."""
    closing = {(line.account, line.sub): line.amount_satang for line in closing_lines(lived(UNIT))}
    opening = {(line.account, line.sub): line.amount_satang for line in season_of(UNIT).opening if line.amount_satang}
    reserves = [sum(a for (code, _sub), a in held.items() if code in RESERVES) for held in (closing, opening)]
    assert reserves[0] == reserves[1] < 0
    assert {key: amount for key, amount in closing.items() if key[0] not in RESERVES} == {
        key: amount for key, amount in opening.items() if key[0] not in RESERVES
    }


def test_a_village_that_would_end_otherwise_is_refused() -> None:
    """What the thirteen months open with is compared line by line."""
    years = lived(UNIT)
    held = dict(years.held)
    years.held[3110, "pp12-m001"] -= SHARE
    try:
        with pytest.raises(OpeningRefused, match="pp12-m001"):
            closing_lines(years)
    finally:
        years.held = held


def test_every_year_of_a_village_ends_on_the_path_and_nothing_is_ever_below_zero() -> None:
    """Savings and fund to the satang at each 31 December; boxes, banks, savings, loans and debts in business order."""
    years, path = lived(UNIT), a_path(UNIT)
    balances: Counter[tuple[int, str]] = Counter()
    met = []
    closed = sorted({*path})
    for day, _moment, lines in years.diary.movements():
        while closed and day.year > closed[0]:
            met.append(_year_end(balances, closed.pop(0)))
        for ledger, account, sub, amount in lines:
            if ledger == years.ledger:
                balances[account, sub] += amount
                if account != CLEARING and not is_result(account):
                    natural = balances[account, sub] * (1 if CHART[account].side is Side.DEBIT else -1)
                    assert natural >= 0, (day, account, sub)
    assert met == [(year, end.savings, end.savings + end.worth + years.village.seed) for year, end in path.items()]


def _year_end(balances: Counter[tuple[int, str]], year: int) -> tuple[int, int, int]:
    def total(*accounts: int) -> int:
        return -sum(amount for (account, _sub), amount in balances.items() if account in accounts)

    assert not any(amount for (account, _sub), amount in balances.items() if is_result(account)), "the year is closed"
    return year, total(2110, 3110), total(2110, 3110, 3120, 3210, 3220, 3230, 3310, 3320)


def test_every_act_lies_in_its_years_and_is_approved_by_its_day_s_end() -> None:
    """From the founding to 31 July 2562, each tablet in the order of its moments."""
    years = lived(UNIT)
    steps = {step.name: step for step in years.diary.steps}
    days = [step.day for step in steps.values()]
    assert (min(days), max(days)) == (date(2014, 1, 4), date(2019, 7, 31))
    for letter in "ab":
        moments = [step.moment for step in steps.values() if step.tablet == f"{UNIT}-{letter}"]
        assert moments == sorted(moments)
    approved: set[str] = set()
    for step in steps.values():
        if isinstance(step, Approval):
            approved.update(step.names)
            assert all(0 < step.moment - steps[name].moment < 15 * 60 * 60 * 1000 for name in step.names)
    for step in steps.values():
        if isinstance(step, Act) and not callable(step.event):
            assert step.name in approved or step.event.declared.approvers is Approvers.A0, step


def test_every_month_is_closed_and_every_member_of_it_met() -> None:
    """A village of ninety has about thirty acts a meeting at first, and some two hundred at last."""
    years = lived(UNIT)
    by_month = Counter(month_number(step.day) for step in years.diary.steps)
    assert set(by_month) == set(range(years.first_month, FIRST_TABLET_MONTH))
    assert by_month[years.first_month + 3] < by_month[FIRST_TABLET_MONTH - 2]
    assert by_month[FIRST_TABLET_MONTH - 2] > 150


def test_ten_years_and_a_shorter_term_are_not_asked_for_together() -> None:
    """A folder holds the one or the other."""
    asked = CliRunner().invoke(app, ["demo", "--full", "--from", "2020-06-01"])
    assert asked.exit_code == 2
    assert "--from" in asked.output


async def test_a_load_waits_as_long_as_the_server_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years are more than a minute of bookkeeping; a server that stands still is given up."""
    monkeypatch.setattr(drive, "_POLL_SECONDS", 0)
    monkeypatch.setattr(drive, "_POLLS_MAX", 3)
    asked = 0

    async def is_so() -> bool:
        nonlocal asked
        asked += 1
        return asked == 20

    assert await drive.comes_true(is_so, lambda: asked)
    asked = 0
    assert not await drive.comes_true(is_so, lambda: 0)


def test_the_years_are_shown_in_the_era_of_the_people() -> None:
    """With villages, members, savings and fund of each."""
    console = Console(record=True, width=100)
    end = {"year": 2010, "villages": 2, "members": 148, "savings_satang": 12_000_000, "fund_satang": 42_000_000}
    print_growth(console, [end])
    assert console.export_text().split()[-5:] == ["2553", "2", "148", "120,000.00", "420,000.00"]
