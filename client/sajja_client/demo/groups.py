"""The seven occupational groups: inputs, labour and sales twice a month, with the sales of twelve months exact.

* A group is registered under a resolution of its village, which records for it at the treasurer's table.
* On the meeting day and on the 20th it sells; then it pays for labour, buys inputs for what left the stock, and brings
  to its bank what a box should not hold.
"""

from functools import partial
from typing import Final, Literal

from sajja_client.demo import rules
from sajja_client.demo.acts import Recipe, sum_up
from sajja_client.demo.chance import apportion
from sajja_client.demo.closing import of_ledger, pages_of, result_lines, sealed
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Group
from sajja_schemas.calculations.spans import first_day_of
from sajja_schemas.events.closing import YearEndClosed
from sajja_schemas.events.groups import (
    GroupExpenseRecorded,
    GroupInputPurchased,
    GroupRegistered,
    GroupSaleRecorded,
)
from sajja_schemas.events.ledgers import BankDepositMade, OpeningLine

Buyer = Literal["trader", "shop", "village", "fair", "online"]

_STEP: Final = 10 * rules.BAHT
_PER_CENT: Final = 100
_COST_PERCENT: Final = 55
_LABOUR_PERCENT: Final = 32
_SECOND_SALE_DAY: Final = 20
_FLOAT: Final = 1_500 * rules.BAHT
_SHARE: Final = 100 * rules.BAHT
_BUYERS: Final[tuple[Buyer, ...]] = ("trader", "shop", "village", "fair", "online")


class GroupLife:
    """One group from the first day to 22 August."""

    def __init__(self, season: Season, group: Group) -> None:
        self.season = season
        self.group = group
        chance = season.draw("group", group.name)
        staying = [member.id for member in season.roster.opening if member.exit_month is None]
        self.members = tuple(sorted(chance.sample(staying, group.members)))
        self.box = self.members[0]
        self.bank = f"{group.village}-{group.name}-bank"
        self.sales = _draw_sales(group, [chance.between(60, 140) for _ in range(2 * (len(rules.MONTHS) - 1))])
        self.buyers = [chance.pick(_BUYERS) for _ in rules.MONTHS]
        self.in_box = _FLOAT
        self.year_before = self._year_before()

    def note_dates(self) -> None:
        """Put every day of its business into the village's diary."""
        season = self.season
        for month in season.term.months:
            days = (rules.meeting_date(season.village.moo, month), first_day_of(month).replace(day=_SECOND_SALE_DAY))
            for half, day in enumerate(days):
                amount = self.sales[month, half]
                season.later(day, partial(self._trade, amount, month))
        if season.term.closes_a_year:
            season.later(rules.YEAR_END, self._close_year)

    def opening(self) -> list[OpeningLine]:
        """What the paper book of the group says."""
        stock = self.group.sales_12_months * _COST_PERCENT // _PER_CENT // 12 // _STEP * _STEP
        lines = [
            OpeningLine(account=1110, sub=self.box, amount_satang=_FLOAT),
            OpeningLine(account=1120, sub=self.bank, amount_satang=self.group.sales_12_months // 10 // _STEP * _STEP),
            OpeningLine(account=1410, amount_satang=stock),
            *(OpeningLine(account=3110, sub=member, amount_satang=-_SHARE) for member in self.members),
            *self.year_before,
        ]
        return [*lines, OpeningLine(account=3310, amount_satang=-sum(line.amount_satang for line in lines))]

    def registration(self, resolution: str) -> Recipe:
        """The group is entered into the village's register."""
        return lambda written: GroupRegistered(
            ledger=self.group.ledger,
            product=self.group.product,
            leader=self.box,
            members=self.members,
            resolution=written.ref(resolution),
        )

    def _trade(self, amount: int, month: int) -> None:
        season, group = self.season, self.group
        cost = amount * _COST_PERCENT // _PER_CENT // _STEP * _STEP
        labour = amount * _LABOUR_PERCENT // _PER_CENT // _STEP * _STEP
        season.record(
            rules.CASH_DESK,
            GroupSaleRecorded(
                ledger=group.ledger, item=group.product, quantity=max(1, amount // (120 * rules.BAHT)),
                amount_satang=amount, cost_satang=cost, box=self.box, buyer=self.buyers[rules.MONTHS.index(month)],
            ),
            approved=False,
        )  # fmt: skip
        season.record(
            rules.CASH_DESK,
            GroupExpenseRecorded(
                ledger=group.ledger, account=5127, amount_satang=labour, box=self.box, text="ค่าแรงสมาชิก"
            ),
        )
        season.record(
            rules.CASH_DESK,
            GroupInputPurchased(ledger=group.ledger, item="วัตถุดิบ", quantity=1, amount_satang=cost, box=self.box),
        )
        self.in_box += amount - labour - cost
        deposited = (self.in_box - _FLOAT) // _STEP * _STEP
        if deposited > _FLOAT:
            self.in_box -= deposited
            deposit = BankDepositMade(ledger=group.ledger, amount_satang=deposited, box=self.box, bank=self.bank)
            season.record(rules.CASH_DESK, deposit)
        season.approve_list(rules.CASH_DESK)

    def _close_year(self) -> None:
        season, ledger = self.season, self.group.ledger
        changes = of_ledger(sum_up(season.diary.movements()), ledger)
        season.record(rules.CASH_DESK, lambda _written: sealed(ledger, self.opening(), changes), seconds=300)
        for page in pages_of(result_lines(self.year_before, changes)):
            season.record(rules.CASH_DESK, YearEndClosed(ledger=ledger, year=rules.CLOSED_YEAR, lines=page), seconds=60)
        season.approve_list(rules.CASH_DESK)

    def _year_before(self) -> list[OpeningLine]:
        months = len(self.season.term.earlier_months)
        sold = self.group.sales_12_months * months // 12 // _STEP * _STEP
        return [
            OpeningLine(account=4210, amount_satang=-sold),
            OpeningLine(account=5410, amount_satang=sold * _COST_PERCENT // _PER_CENT),
            OpeningLine(account=5127, amount_satang=sold * _LABOUR_PERCENT // _PER_CENT),
        ]


def founding_lives(season: Season) -> list[GroupLife]:
    """The groups of a village."""
    return [GroupLife(season, group) for group in season.groups]


def _draw_sales(group: Group, weights: list[int]) -> dict[tuple[int, int], int]:
    """Each month's two sales; the first month is before the twelve that are reckoned, and like the second."""
    parts = [part * _STEP for part in apportion(group.sales_12_months // _STEP, weights)]
    sales = {(month, half): parts[2 * at + half] for at, month in enumerate(rules.MONTHS[1:]) for half in (0, 1)}
    return sales | {(rules.MONTHS[0], half): parts[half] for half in (0, 1)}
