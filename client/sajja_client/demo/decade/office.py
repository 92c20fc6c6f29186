"""The office before the thirteen months: it enrols villages in their years, and begins its three ledgers one by one.

* The welfare fund begins in 2556, the pool in 2557 and the risk fund in 2559. What a fund has on the first day and its
  years do not bring, it began with, from paper.
* Benefits are granted on the 20th of a month and paid three days later; they are what contributions and gifts leave.
* Every month and year of a ledger that has begun is closed.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from sajja_client.demo import rules
from sajja_client.demo.acts import Diary
from sajja_client.demo.closing import assembly_of, close_of, pages_of, result_lines, sealed
from sajja_client.demo.decade.benefits import draw_benefits
from sajja_client.demo.decade.path import founded_on
from sajja_client.demo.decade.years import VillageYears
from sajja_client.demo.founding import adoption, enrol_villages, found_network
from sajja_client.demo.funds import BANKS, OfficeSeason
from sajja_client.demo.openings import CAPITAL_BY_VILLAGE, OpeningRefused, pages
from sajja_client.demo.sessions import PAID_AFTER
from sajja_client.demo.targets import Targets
from sajja_schemas.accounts import is_result
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.entry import OFFICE
from sajja_schemas.events.base import Fund
from sajja_schemas.events.closing import FundYearClosed, YearEndAllocationApproved
from sajja_schemas.events.ledgers import ExpenseAccount, ExpensePaid, OpeningLine
from sajja_schemas.events.network import Bylaws
from sajja_schemas.postings import Line

Openings = Mapping[Fund, list[OpeningLine]]
Sums = dict[tuple[int, str], int]

STARTS: Final[dict[Fund, date]] = {
    "welfare": rules.WELFARE_START, "network": rules.POOL_START, "risk": rules.RISK_START,
}  # fmt: skip
_BYLAWS: Final[dict[Fund, Bylaws]] = {
    "welfare": rules.WELFARE_BYLAWS, "risk": rules.RISK_BYLAWS, "network": rules.POOL_BYLAWS,
}  # fmt: skip
_WORTH: Final[dict[Fund, int]] = {"welfare": 3410, "risk": 3420, "network": 3310}
_POOL_CAPITAL: Final = 3430
BANK: Final = 1120
_EXPENSES_DAY: Final = 15
BEGUN_WITH: Final = 20_000 * rules.BAHT  # at least
_ASSEMBLED: Final = 60
# A month: least and most, in tens of baht.
EXPENSES: Final[dict[Fund, tuple[ExpenseAccount, int, int]]] = {
    "welfare": (5121, 60, 110), "risk": (5122, 8, 20), "network": (5120, 60, 110),
}  # fmt: skip


class OfficeYears(OfficeSeason):
    """The office from the founding to the day before the thirteen months."""

    def __init__(
        self, seed: int, villages: Mapping[str, VillageYears], targets: Targets, wanted: Openings,
        begun_with: Mapping[Fund, int],
    ) -> None:  # fmt: skip
        first = next(iter(villages.values()))
        super().__init__(seed, first.term, villages, (), {})
        self.villages = villages
        self.targets = targets
        self.wanted = wanted  # the openings of the thirteen months
        self.begun_with = begun_with
        self.chance = first.draw("office before")
        self.diary = Diary(OFFICE, "before/")
        self.number = 0
        self.posted = list(_fund_postings(villages))  # by villages to the office's ledgers, in the order of their days
        self.sums: dict[Fund, Sums] = {fund: {} for fund in STARTS}
        self._summed = 0  # of the office's own acts
        benefits = draw_benefits(first.draw("benefits before"), villages, self._left_for_benefits())
        self.claims = {day: list(those) for day, those in groupby(benefits, key=attrgetter("session"))}

    def _left_for_benefits(self) -> int:
        """What the welfare fund takes in until the first day, less what it keeps and its meetings cost."""
        taken = -sum(
            amount
            for _day, lines in self.posted
            for ledger, account, _sub, amount in lines
            if ledger == "welfare" and is_result(account)
        )
        given = sum(
            event.welfare_satang
            for years in self.villages.values()
            for _day, event in years.sent
            if isinstance(event, YearEndAllocationApproved)
        )
        months = month_number(self.term.opening_day) - month_number(STARTS["welfare"])
        cost = months * EXPENSES["welfare"][1] * 10 * rules.BAHT  # at least: what is more, it begins with
        return taken + given - bank_of(self.wanted["welfare"]) - cost + BEGUN_WITH

    def live_through(self) -> None:
        """Plan every day from the founding on."""
        day = self._found()
        arrivals = self._arrivals()
        lent: dict[date, list[VillageYears]] = {}
        for village in self.villages.values():
            for sent_on, _event in village.lent:
                lent.setdefault(sent_on, []).append(village)
        while day < self.term.opening_day:
            if (day.month, day.day) == (1, 1):
                self.number = 0
            self._begin(day)
            self.desk.sit_down(day, 13)
            for unit, sent in arrivals.get(day, []):
                self._receive(unit, sent)
            for village in lent.get(day, []):
                self._lend(village, day)
            if day in self.claims:
                self._grant(day)
            if day - PAID_AFTER in self.claims:
                self._pay()
            if day.day == _EXPENSES_DAY:
                self._pay_expenses()
            tomorrow = day + timedelta(days=1)
            if tomorrow.day == 1:
                self._close_month(day)
            if (tomorrow.month, tomorrow.day) == (1, 1):
                self._end_year(day)
            day = tomorrow
        self._sum_until(day)

    def has_begun(self, fund: Fund, day: date) -> bool:
        """Whether a fund's ledger is kept on a day."""
        return day > STARTS[fund]

    def _found(self) -> date:
        """The first day: the network, and the villages of the first year."""
        by_day: dict[date, list[VillageYears]] = {}
        for years in self.villages.values():
            by_day.setdefault(founded_on(years.village), []).append(years)
        days = sorted(by_day)
        for day in days:
            rosters = {years.village: years.roster for years in by_day[day]}
            if day == days[0]:
                found_network(self.diary, day, rosters)
            else:
                enrol_villages(self.diary, day, rosters)
        return days[0]

    def _begin(self, day: date) -> None:
        """A fund's bylaws are adopted on the day after its first, with what it begins with."""
        for fund, start in STARTS.items():
            if day != start + timedelta(days=1):
                continue
            self.desk.sit_down(day, 9)
            assembly = assembly_of(OFFICE, _ASSEMBLED, day)
            names = [self.diary.act(self.desk, adoption(fund, _BYLAWS[fund], assembly, day))]
            first_pages = pages(fund, self._first_page(fund))
            names += [self.diary.act(self.desk, page, seconds=300) for page in first_pages]
            self._approve_on_both(names)

    def _first_page(self, fund: Fund) -> list[OpeningLine]:
        amount = self.begun_with.get(fund, 0)
        if not amount:
            return []
        lines = [OpeningLine(account=1120, sub=BANKS[fund], amount_satang=amount)]
        if fund == "network":
            capital = -CAPITAL_BY_VILLAGE
            lines += [OpeningLine(account=_POOL_CAPITAL, sub=unit, amount_satang=capital) for unit in self.villages]
        rest = -sum(line.amount_satang for line in lines)
        return [*lines, OpeningLine(account=_WORTH[fund], amount_satang=rest)] if rest else lines

    def _lend(self, village: VillageYears, day: date) -> None:
        names = [
            self.diary.act(self.desk, event, seconds=120, village=village.unit)
            for sent_on, event in village.lent
            if sent_on == day
        ]
        self._approve(names, village.unit)

    def _pay_expenses(self) -> None:
        names = []
        for fund, (account, least, most) in EXPENSES.items():
            amount = self.chance.between(least, most) * 10 * rules.BAHT
            if self.has_begun(fund, self.desk.day):
                paid = ExpensePaid(ledger=fund, account=account, amount_satang=amount, channel="bank", bank=BANKS[fund])
                names.append(self.diary.act(self.desk, paid))
        if names:
            self._approve(names)

    def _close_month(self, day: date) -> None:
        month = rules.month_name(month_number(day))
        last = [name for name in (self.diary.last_of(desk.tablet) for desk in (self.desk, self.second)) if name]
        self.desk.sit_down(day, 18)
        begun = [fund for fund in STARTS if self.has_begun(fund, day)]
        if begun:
            self._approve([self.diary.act(self.desk, close_of(fund, month, last), seconds=200) for fund in begun])

    def _end_year(self, day: date) -> None:
        """Seal and close the ledgers that have begun."""
        self._sum_until(day + timedelta(days=1))
        seals, closes = [], []
        for fund, sums in self.sums.items():
            lines = result_lines([], sums)
            if not lines:
                continue
            seals.append(self.diary.act(self.desk, sealed(fund, [], sums, day.year), seconds=600))
            for page in pages_of(lines):
                closed = FundYearClosed(ledger=fund, year=day.year, lines=page)
                closes.append(self.diary.act(self.desk, closed, seconds=300))
        if seals:
            self._approve(seals)
            self._approve_on_both(closes)

    def _sum_until(self, day: date) -> None:
        """Add up what was posted to the office's ledgers before a day."""
        at = 0
        while at < len(self.posted) and self.posted[at][0] < day:
            self._add(self.posted[at][1])
            at += 1
        del self.posted[:at]
        acts = self.diary.acts()
        for act in acts[self._summed :]:
            self._add(self.diary.lines(act))
        self._summed = len(acts)

    def _add(self, lines: list[Line]) -> None:
        for ledger, account, sub, amount in lines:
            for fund, sums in self.sums.items():
                if ledger == fund:
                    sums[account, sub] = sums.get((account, sub), 0) + amount


def bank_of(opening: list[OpeningLine]) -> int:
    """What stands in the banks of a ledger."""
    return sum(line.amount_satang for line in opening if line.account == BANK)


def begin_with(office: OfficeYears) -> dict[Fund, int]:
    """With what each fund must begin, so that it ends with what the thirteen months begin with.

    Raises:
        OpeningRefused: it would begin with less than nothing.
    """
    begun: dict[Fund, int] = {}
    for fund, sums in office.sums.items():
        begun[fund] = bank_of(office.wanted[fund]) - sums.get((1120, BANKS[fund]), 0)
        if begun[fund] < 0:
            raise OpeningRefused(f"the {fund} fund would begin with {begun[fund]} satang")
    return begun


def _fund_postings(villages: Mapping[str, VillageYears]) -> Iterator[tuple[date, list[Line]]]:
    found = []
    for years in villages.values():
        for day, _moment, lines in years.diary.movements():
            theirs = [line for line in lines if line[0] in STARTS]
            if theirs:
                found.append((day, theirs))
    return iter(sorted(found, key=itemgetter(0)))
