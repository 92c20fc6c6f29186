"""The office's months: it confirms what arrived, grants and pays benefits, keeps the pool, and closes the funds.

* What a village sent is received by the office's own entry, when the fund's own bank shows it.
* Benefits and risk claims are granted every second Friday by the network committee, with keys on both of its devices,
  and paid three days later. What was granted on 21 August still stands as payable on the 22nd.
* At the end of the year the three ledgers are sealed and closed, and in January the fund books what the villages'
  general meetings gave it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

import msgspec

from sajja_client.demo import planted, rules
from sajja_client.demo.acts import Desk, Diary, Written, sum_up
from sajja_client.demo.chance import Chance
from sajja_client.demo.claims import PENSION_SESSION, Claim, claim_name, paper_claims
from sajja_client.demo.closing import close_of, of_ledger, pages_of, result_lines, sealed
from sajja_client.demo.enrolling import LABELS, device_enrolment, officer_key, revocation
from sajja_client.demo.lending import Loan
from sajja_client.demo.people import BOOKKEEPER, PRESIDENT, SECRETARY, TREASURER, VICE, officers_of
from sajja_client.demo.season import Season, Sent
from sajja_client.demo.sessions import PAID_AFTER, claim_paid, next_session, sessions
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.entry import OFFICE
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Fund
from sajja_schemas.events.closing import FundYearClosed, YearEndAllocationApproved
from sajja_schemas.events.ledgers import ExpenseAccount, ExpensePaid, IncomeReceived, OpeningLine
from sajja_schemas.events.risk import RiskClaimApproved
from sajja_schemas.events.transfers import InterfundSettlementConfirmed
from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareClaimPaid
from sajja_schemas.events.welfare_claims import PensionLine, WelfarePensionRun
from sajja_schemas.events.welfare_money import WelfareProfitContributionReceived

OwedLoan = tuple[str, Loan]  # and its village

BANKS: Final[dict[Fund, str]] = {"welfare": "welfare-baac", "risk": "risk-baac", "network": "network-gsb"}
_HALF_YEAR_ENDS: Final = (rules.YEAR_END, date(rules.YEAR, 6, 30))
_EXPENSES_DAY: Final = 15  # of every month
_PENSION_LINES: Final = 200
# Every month: least and most, in tens of baht.
_EXPENSES: Final[tuple[tuple[Fund, ExpenseAccount, int, int], ...]] = (
    ("welfare", 5121, 80, 140),
    ("risk", 5122, 10, 25),
    ("network", 5120, 60, 110),
)
_BANK_INTEREST: Final[dict[Fund, int]] = {"welfare": 2_874_52, "risk": 641_18, "network": 655_75}


class OfficeSeason:
    """The office from the first day to 22 August."""

    def __init__(
        self,
        seed: int,
        term: rules.Term,
        seasons: Mapping[str, Season],
        claims: Sequence[Claim],
        before: Mapping[Fund, list[OpeningLine]],
    ) -> None:
        self.seasons = seasons
        self.term = term
        self.before = before  # income and expense of the open year, from paper
        self.opening: Mapping[Fund, list[OpeningLine]] = {}
        self.chance = Chance(seed, OFFICE, "season")
        self.diary = Diary(OFFICE)
        self.officers = officers_of(OFFICE)
        self.desk = Desk(OFFICE, "a", self.officers[BOOKKEEPER])
        self.second = Desk(OFFICE, "b", self.officers[SECRETARY])
        self.claims = {day: list(those) for day, those in groupby(claims, key=attrgetter("session"))}
        self.number = paper_claims(term)  # of the year's last claim
        self.granted: list[tuple[str, str, int]] = []  # claim, member, amount: not yet paid
        self.granted_loans: list[OwedLoan] = []

    def live_through(self) -> None:
        """Plan every day of the term."""
        arrivals = self._arrivals()
        granting = set(sessions(self.term))
        day = self.term.opening_day
        while day <= rules.LAST_DAY:
            self.desk.sit_down(day, 13)
            if (day.month, day.day) == (1, 1):
                self.number = 0
            for village, sent in arrivals.get(day, []):
                self._receive(village, sent)
            if day == planted.REPLACED_ON and planted.loses_a_tablet(self.term):
                self._replace_tablet()
            if day in granting:
                self._grant(day)
            if day - PAID_AFTER in granting:
                self._pay()
            if day in _HALF_YEAR_ENDS:
                self._take_bank_interest()
            if day.day == _EXPENSES_DAY:
                self._pay_expenses()
            tomorrow = day + timedelta(days=1)
            if tomorrow.day == 1:
                self._close_month(day)
            if day == rules.YEAR_END:
                self._close_year()
            day = tomorrow

    def _arrivals(self) -> dict[date, list[tuple[str, list[Sent]]]]:
        """What arrives on which day, by village."""
        rows = []
        for unit, season in self.seasons.items():
            for day, event in season.sent:
                rows.append((min(rules.LAST_DAY, day + timedelta(days=self.chance.between(1, 2))), unit, event))
        rows.sort(key=itemgetter(0, 1))
        arrivals: dict[date, list[tuple[str, list[Sent]]]] = {}
        for (day, unit), group in groupby(rows, key=itemgetter(0, 1)):
            arrivals.setdefault(day, []).append((unit, [event for _day, _unit, event in group]))
        return arrivals

    def _receive(self, village: str, sent: list[Sent]) -> None:
        names, given = [], []
        for event in sent:
            received: Sent
            if isinstance(event, YearEndAllocationApproved):
                gift = WelfareProfitContributionReceived(
                    year=event.year, amount_satang=event.welfare_satang, assembly=event.assembly
                )
                given.append(self.diary.act(self.desk, gift, seconds=120, village=village))
                continue
            if isinstance(event, InterfundSettlementConfirmed):
                bank = BANKS[event.fund]
                received = msgspec.structs.replace(event, side="received", carrier=None, bank=bank)
            else:
                received = msgspec.structs.replace(event, side="received", bank=BANKS["network"])
            names.append(self.diary.act(self.desk, received, seconds=45, village=village))
        if names:
            self._approve(names, village)
        if given:
            self._approve_on_both(given, village)

    def _approve(self, names: list[str], village: str = OFFICE) -> None:
        persons = [self.officers[role] for role in (PRESIDENT, SECRETARY, TREASURER)]
        self.diary.approve(self.desk, names, persons, village=village)

    def _approve_on_both(self, names: list[str], village: str = OFFICE) -> None:
        first = [self.officers[role] for role in (PRESIDENT, VICE, SECRETARY)]
        self.diary.approve(self.desk, names, first, village=village)
        self.second.sit_down(self.desk.day, 13)
        self.second.moment = max(self.second.moment, self.desk.moment)
        second = [self.officers[role] for role in (TREASURER, BOOKKEEPER)]
        self.diary.approve(self.second, names, second, village=village)

    def _grant(self, day: date) -> None:
        """The network committee grants benefits; an officer's vote does not count for the own village."""
        by_village: dict[str, list[AnyEvent]] = {}
        elderly = []
        for claim in self.claims.get(day, ()):
            self.number += 1
            name = claim_name(day, self.number)
            self.granted.append((name, claim.member, claim.amount))
            if claim.benefit == "elderly":
                elderly.append(PensionLine(claim=name, member=claim.member, amount_satang=claim.amount))
                continue
            granted = WelfareClaimApproved(
                claim=name, member=claim.member, benefit=claim.benefit, amount_satang=claim.amount,
                happened=claim.happened,
            )  # fmt: skip
            by_village.setdefault(claim.village, []).append(granted)
        for unit, season in self.seasons.items():
            for death in season.deaths:
                if death.loan is not None and next_session(death.known) == day:
                    loan = death.loan
                    self.granted_loans.append((unit, loan))
                    by_village.setdefault(unit, []).append(
                        RiskClaimApproved(
                            loan=loan.id, member=loan.member.id, cause="death", amount_satang=loan.claimed
                        )
                    )
        for village, events in sorted(by_village.items()):
            self._approve_on_both([self.diary.act(self.desk, e, seconds=60, village=village) for e in events], village)
        if day == PENSION_SESSION:
            self._grant_pensions(elderly)

    def _grant_pensions(self, lines: list[PensionLine]) -> None:
        names = []
        for start in range(0, len(lines), _PENSION_LINES):
            page = tuple(lines[start : start + _PENSION_LINES])
            names.append(self.diary.act(self.desk, WelfarePensionRun(year=rules.YEAR, lines=page), seconds=600))
        self._approve_on_both(names)

    def _pay(self) -> None:
        names: dict[str, list[str]] = {}
        for claim, member, amount in self.granted:
            village = member.partition("-")[0]
            paid = WelfareClaimPaid(
                claim=claim, member=member, amount_satang=amount, channel="bank", bank=BANKS["welfare"]
            )
            names.setdefault(village, []).append(self.diary.act(self.desk, paid, seconds=20, village=village))
        for village, loan in self.granted_loans:
            sent = claim_paid(loan, "sent", BANKS["risk"])
            names.setdefault(village, []).append(self.diary.act(self.desk, sent, seconds=120, village=village))
        for village, paid_there in names.items():
            self._approve(paid_there, village)
        self.granted, self.granted_loans = [], []

    def _replace_tablet(self) -> None:
        """A village lost a tablet: it may say nothing more, and another with keys of its own takes its place."""
        unit, new = planted.LOST_UNIT, planted.NEW_TABLET
        names = [
            self.diary.act(self.desk, revocation, seconds=60, village=unit),
            self.diary.act(self.desk, partial(device_enrolment, unit, new, LABELS["b"]), seconds=60, village=unit),
        ]
        names += [
            self.diary.act(self.desk, partial(officer_key, unit, person, new), village=unit)
            for person in self.seasons[unit].roster.officers
        ]
        self._approve_on_both(names, unit)

    def _take_bank_interest(self) -> None:
        for fund, amount in _BANK_INTEREST.items():
            bank = BANKS[fund]
            income = IncomeReceived(
                ledger=fund,
                account=4140,
                amount_satang=amount,
                channel="bank",
                sub=bank,
                bank=bank,
                text="ดอกเบี้ยเงินฝากธนาคาร",
            )
            self.diary.act(self.desk, income)

    def _pay_expenses(self) -> None:
        names = []
        for fund, account, least, most in _EXPENSES:
            amount = self.chance.between(least, most) * 10 * rules.BAHT
            expense = ExpensePaid(ledger=fund, account=account, amount_satang=amount, channel="bank", bank=BANKS[fund])
            names.append(self.diary.act(self.desk, expense))
        self._approve(names)

    def _close_month(self, day: date) -> None:
        month = rules.month_name(month_number(day))
        last = [name for name in (self.diary.last_of(desk.tablet) for desk in (self.desk, self.second)) if name]
        self.desk.sit_down(day, 18)
        names = [self.diary.act(self.desk, close_of(fund, month, last), seconds=200) for fund in BANKS]
        self._approve(names)

    def _close_year(self) -> None:
        """Seal and close the three ledgers."""
        diaries = [self.diary, *(season.diary for season in self.seasons.values())]
        moved = [move for diary in diaries for move in diary.movements() if move[0] <= rules.YEAR_END]
        sums = sum_up(moved)
        seals, closes = [], []
        for fund, before in self.before.items():
            changes = of_ledger(sums, fund)
            seals.append(self.diary.act(self.desk, partial(self._seal, fund, changes), seconds=600))
            for page in pages_of(result_lines(before, changes)):
                closed = FundYearClosed(ledger=fund, year=rules.CLOSED_YEAR, lines=page)
                closes.append(self.diary.act(self.desk, closed, seconds=300))
        self._approve(seals)
        self._approve_on_both(closes)

    def _seal(self, fund: Fund, changes: dict[tuple[int, str], int], _written: Written) -> AnyEvent:
        return sealed(fund, self.opening[fund], changes)
