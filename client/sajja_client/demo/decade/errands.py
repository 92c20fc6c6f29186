"""A village's trips before the thirteen months: remittances, the bank, and dealings with the network's pool.

* The day after a meeting, what was collected for the funds leaves, and the box is brought to its float.
* A village lends to the pool in four summers, and the four that borrow from it pay interest every month.
"""

from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import apportion
from sajja_client.demo.decade.path import LAST_MONTH, OPEN_YEAR
from sajja_client.demo.decade.years import VillageYears
from sajja_client.demo.errands import fetch_what_lacks, go_to_bank
from sajja_client.demo.funds import BANKS
from sajja_client.demo.people import VICE
from sajja_schemas.calculations.spans import first_day_of, last_day_of
from sajja_schemas.events.ledgers import IncomeReceived
from sajja_schemas.events.transfers import (
    InterfundSettlementConfirmed,
    InterfundSettlementInitiated,
    LinkageLoanDisbursed,
    LinkageLoanInterestPaid,
    NetworkDepositPlaced,
)

BANK_BP_HALF_YEAR: Final = 25
_FUNDS: Final[tuple[Literal["welfare", "risk"], ...]] = ("welfare", "risk")
_WHOLE_BP: Final = 10_000
_PLACING_MONTH: Final = 5  # June
# When a village lends to the pool, and in how many parts; when the pool lends to it.
_PLACED_YEARS: Final = (2014, 2015, 2016, 2017)
_THOUSAND: Final = 1_000 * rules.BAHT
_LINKED: Final = date(2017, 3, 15)
_LINKED_MORE: Final = date(OPEN_YEAR, 7, 24)


def return_from_meeting(years: VillageYears, month: int) -> None:
    """Money of the funds leaves, then the box is brought to its float; three days later it has arrived."""
    meeting = rules.meeting_date(years.village.moo, month)
    years.today = day = meeting + timedelta(days=1)
    desk, carrier = years.desks[rules.CASH_DESK], years.roster.officers[VICE]
    desk.sit_down(day, 10)
    confirmed = []
    for fund in _FUNDS:
        amount, years.agency[fund] = years.agency[fund], 0
        if amount:
            fetch_what_lacks(years, amount)
            settlement = years.next_settlement()
            left = InterfundSettlementInitiated(
                settlement=settlement, fund=fund, amount_satang=amount, box=years.box, carrier=carrier
            )
            years.pay(rules.CASH_DESK, left)
            confirmed.append(
                InterfundSettlementConfirmed(
                    settlement=settlement, side="sent", fund=fund, amount_satang=amount, carrier=carrier
                )
            )
    years.approve_list(rules.CASH_DESK)
    kept = years.chance.between(20, 42) * 100 * rules.BAHT
    go_to_bank(years, years.season.opening_box if month == LAST_MONTH else kept)
    if confirmed:
        years.today = day = meeting + timedelta(days=3)
        desk.sit_down(day, 10)
        for event in confirmed:
            years.pay(rules.CASH_DESK, event)
            years.sent.append((day, event))
        years.approve_list(rules.CASH_DESK)


def serve_pool(years: VillageYears, month: int) -> None:
    """Deposits with the network's pool, its loans, and their interest."""
    village = years.village
    day = rules.meeting_date(village.moo, month) + timedelta(days=5)
    held = years.held.get((1130, ""), 0)
    if month % 12 == _PLACING_MONTH and day.year in _PLACED_YEARS and held:
        parts = apportion(held // _THOUSAND, [1] * len(_PLACED_YEARS))
        amount = parts[_PLACED_YEARS.index(day.year)] * _THOUSAND
        amount += held % _THOUSAND if day.year == _PLACED_YEARS[-1] else 0
        years.today = day
        placed = NetworkDepositPlaced(
            settlement=years.next_settlement(), side="sent", amount_satang=amount, bank=years.bank
        )
        _send(years, placed)
    if not village.linkage:
        return
    if first_day_of(month) > _LINKED:
        years.today = day
        interest = LinkageLoanInterestPaid(
            settlement=years.next_settlement(), side="sent",
            amount_satang=village.linkage * rules.LINKAGE_RATE_BP_MONTH // _WHOLE_BP, bank=years.bank,
            linkage_loan=f"link-{years.unit}",
        )  # fmt: skip
        _send(years, interest)
    for lent, amount in ((_LINKED, village.linkage), (_LINKED_MORE, years.owed_to_pool)):
        if (lent.year * 12 + lent.month - 1) == month:
            _borrow(years, lent, amount)


def _send(years: VillageYears, event: NetworkDepositPlaced | LinkageLoanInterestPaid) -> None:
    years.desks[rules.CASH_DESK].sit_down(years.today, 10)
    years.pay(rules.CASH_DESK, event)
    years.approve_list(rules.CASH_DESK)
    years.sent.append((years.today, event))


def _borrow(years: VillageYears, sent_on: date, amount: int) -> None:
    """The office sends, and the village books it the day after."""
    settlement = years.next_settlement()
    sent = LinkageLoanDisbursed(
        settlement=settlement,
        side="sent",
        amount_satang=amount,
        bank=BANKS["network"],
        linkage_loan=f"link-{years.unit}",
    )
    years.lent.append((sent_on, sent))
    years.today = sent_on + timedelta(days=1)
    years.desks[rules.CASH_DESK].sit_down(years.today, 11)
    years.pay(rules.CASH_DESK, msgspec.structs.replace(sent, side="received", bank=years.bank))
    years.approve_list(rules.CASH_DESK)


def take_bank_interest(years: VillageYears, month: int) -> None:
    """What the bank wrote into the passbook at a month's end."""
    years.today = last_day_of(month)
    years.desks[rules.CASH_DESK].sit_down(years.today, 9)
    book_bank_interest(years, years.banked * BANK_BP_HALF_YEAR // _WHOLE_BP)


def book_bank_interest(years: VillageYears, amount: int) -> None:
    """What the bank wrote into the passbook."""
    if amount:
        years.take(
            rules.CASH_DESK,
            IncomeReceived(
                ledger=years.ledger, account=4140, amount_satang=amount, channel="bank", sub=years.bank,
                bank=years.bank, text="ดอกเบี้ยเงินฝากธนาคาร",
            ),
        )  # fmt: skip
