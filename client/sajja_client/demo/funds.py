"""The office's twelve weeks: it confirms what arrived, grants and pays benefits, and keeps the pool.

* What a village sent is received by the office's own entry, when the fund's own bank shows it.
* Benefits are granted every second Friday by the network committee, with keys on both of its devices, and paid three
  days later. What was granted on 21 August still stands as payable on the 22nd.
* A death claim of June is for a member who died before the opening: it carries the number of the paper register.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Desk, Diary
from sajja_client.demo.chance import Chance
from sajja_client.demo.people import BOOKKEEPER, PRESIDENT, SECRETARY, TREASURER, VICE, officers_of
from sajja_client.demo.season import Season, Sent
from sajja_schemas.entry import OFFICE
from sajja_schemas.events.ledgers import ExpenseAccount, ExpensePaid, IncomeReceived
from sajja_schemas.events.transfers import InterfundSettlementConfirmed
from sajja_schemas.events.welfare import Benefit, WelfareClaimApproved, WelfareClaimPaid

BANKS = {"welfare": "welfare-baac", "risk": "risk-baac", "network": "network-gsb"}
FIRST_CLAIM = 61  # the sixty before it were paid from January to May
_GRANTING = tuple(date(rules.YEAR, 6, 12) + timedelta(days=14 * at) for at in range(6))
_PAID_AFTER = timedelta(days=3)
_HALF_YEAR_END = date(rules.YEAR, 6, 30)
_EXPENSES_DAY = 15  # of every month
_HOSPITAL_EACH_TIME = 11
_DEATH = 10_000 * rules.BAHT
_OTHERS: tuple[tuple[Benefit, int], ...] = (
    ("birth", 1_000 * rules.BAHT),
    ("disaster", 1_000 * rules.BAHT),
    ("education", 500 * rules.BAHT),
)
# Every month: least and most, in tens of baht.
_EXPENSES: tuple[tuple[str, ExpenseAccount, int, int], ...] = (
    ("welfare", 5121, 80, 140),
    ("risk", 5122, 10, 25),
    ("network", 5120, 60, 110),
)
_BANK_INTEREST = {"welfare": 2_874_52, "risk": 641_18, "network": 655_75}


class OfficeSeason:
    """The office from 1 June to 22 August."""

    def __init__(self, seed: int, seasons: Mapping[str, Season]) -> None:
        self.seasons = seasons
        self.chance = Chance(seed, OFFICE, "season")
        self.diary = Diary(OFFICE)
        self.officers = officers_of(OFFICE)
        self.desk = Desk(OFFICE, "a", self.officers[BOOKKEEPER])
        self.second = Desk(OFFICE, "b", self.officers[SECRETARY])
        self.claims = 0
        self.granted: list[WelfareClaimApproved] = []  # and not yet paid

    def live_through(self) -> None:
        """Plan every day of the twelve weeks."""
        arrivals = self._arrivals()
        day = rules.OPENING_DAY
        while day <= rules.LAST_DAY:
            self.desk.sit_down(day, 13)
            for village, sent in arrivals.get(day, []):
                self._receive(village, sent)
            if day in _GRANTING:
                self._grant(day)
            if day - _PAID_AFTER in _GRANTING:
                self._pay()
            if day == _HALF_YEAR_END:
                self._take_bank_interest()
            if day.day == _EXPENSES_DAY:
                self._pay_expenses()
            day += timedelta(days=1)

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
        names = []
        for event in sent:
            received: Sent
            if isinstance(event, InterfundSettlementConfirmed):
                bank = BANKS[event.fund]
                received = msgspec.structs.replace(event, side="received", carrier=None, bank=bank)
            else:
                received = msgspec.structs.replace(event, side="received", bank=BANKS["network"])
            names.append(self.diary.act(self.desk, received, seconds=45, village=village))
        self._approve(names, village)

    def _approve(self, names: list[str], village: str = OFFICE) -> None:
        persons = [self.officers[role] for role in (PRESIDENT, SECRETARY, TREASURER)]
        self.diary.approve(self.desk, names, persons, village=village)

    def _grant(self, day: date) -> None:
        """The network committee grants benefits; an officer's vote does not count for the own village."""
        for village, claims in groupby(self._claims(day), key=itemgetter(0)):
            listed = [claim for _village, claim in claims]
            names = [self.diary.act(self.desk, claim, seconds=60, village=village) for claim in listed]
            self.granted += listed
            first = [self.officers[role] for role in (PRESIDENT, VICE, SECRETARY)]
            self.diary.approve(self.desk, names, first, village=village)
            self.second.sit_down(day, 13)
            self.second.moment = max(self.second.moment, self.desk.moment)
            second = [self.officers[role] for role in (TREASURER, BOOKKEEPER)]
            self.diary.approve(self.second, names, second, village=village)

    def _claims(self, day: date) -> list[tuple[str, WelfareClaimApproved]]:
        drawn: list[tuple[str, str, Benefit, int]] = []
        for _ in range(_HOSPITAL_EACH_TIME):
            nights = self.chance.between(1, 4)
            amount = min(nights * rules.HOSPITAL_NIGHT, rules.HOSPITAL_VISIT_MAX)
            drawn.append((*self._claimant(), "hospital", amount))
        drawn += [(*self._claimant(), benefit, amount) for benefit, amount in _OTHERS]
        if day.month == rules.MONTHS[0]:
            village = self.chance.pick(sorted(self.seasons))
            drawn.append((village, f"{village}-r{self.chance.between(10, 90):03}", "death", _DEATH))
        drawn.sort(key=itemgetter(0))
        first = FIRST_CLAIM + self.claims
        self.claims += len(drawn)
        return [
            (
                village,
                WelfareClaimApproved(
                    claim=f"wc-2563-{number:03}",
                    member=member,
                    benefit=benefit,
                    amount_satang=amount,
                    happened=day - timedelta(days=self.chance.between(4, 13) + (20 if benefit == "death" else 0)),
                ),
            )
            for number, (village, member, benefit, amount) in enumerate(drawn, start=first)
        ]

    def _claimant(self) -> tuple[str, str]:
        unit = self.chance.pick(sorted(self.seasons))
        enrolled = [m for m in self.seasons[unit].roster.opening if m.in_welfare and m.enrols_month is None]
        return unit, self.chance.pick(enrolled).id

    def _pay(self) -> None:
        names: dict[str, list[str]] = {}
        for claim in self.granted:
            village = claim.member.partition("-")[0]
            paid = WelfareClaimPaid(
                claim=claim.claim,
                member=claim.member,
                amount_satang=claim.amount_satang,
                channel="bank",
                bank=BANKS["welfare"],
            )
            names.setdefault(village, []).append(self.diary.act(self.desk, paid, seconds=120, village=village))
        for village, paid_there in names.items():
            self._approve(paid_there, village)
        self.granted = []

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
