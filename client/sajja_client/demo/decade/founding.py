"""The first and the last day of a village's bank before the thirteen months.

* It opens with its seed capital in the bank, and adopts a first version of its bylaws: the general meeting divides each
  year's profit as it sees fit, and the committee lends by its judgement.
* Its last general meeting before the thirteen months adopts the bylaws by which they are judged. On the last day its
  occupational groups, whose books were kept on paper until then, take them over.
"""

from typing import TYPE_CHECKING, Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.closing import approve_on_both, assembly_of
from sajja_client.demo.decade.path import LAST_MONTH, founded_on
from sajja_client.demo.decade.years import VillageYears
from sajja_client.demo.founding import adoption, books_of_receipts
from sajja_client.demo.groups import founding_lives
from sajja_client.demo.openings import pages
from sajja_client.demo.people import PRESIDENT, SECRETARY, TREASURER
from sajja_schemas.calculations.spans import last_day_of
from sajja_schemas.events.base import Assembly
from sajja_schemas.events.documents import DocbookIssued
from sajja_schemas.events.ledgers import OpeningLine
from sajja_schemas.events.network import Bylaws, RulesetAdopted
from sajja_schemas.events.trust import MeetingResolutionRecorded

if TYPE_CHECKING:
    from sajja_client.demo.founding import Paper

_LEAVES: Final = 500
_PLEDGE_LEAST: Final = 10 * rules.BAHT
_TRIO: Final = (PRESIDENT, SECRETARY, TREASURER)


def first_bylaws(moo: int) -> Bylaws:
    """What a village adopts at its founding."""
    later = rules.bylaws_of(moo)
    products = tuple(msgspec.structs.replace(one, multiple_of_savings=None) for one in later.loan_products)
    return msgspec.structs.replace(later, pledge_min_satang=_PLEDGE_LEAST, loan_products=products, allocation=())


def found_village(years: VillageYears) -> None:
    """Bylaws, the seed capital, and the first year's books of receipts."""
    village, day = years.village, founded_on(years.village)
    years.today = day
    cash, loans = years.desks[rules.CASH_DESK], years.desks[rules.LOAN_DESK]
    for desk in (cash, loans):
        desk.sit_down(day, 13)
    assembly = assembly_of(years.unit, sum(month < years.first_month + 12 for month in years.admitted.values()), day)
    adopted = years.diary.act(cash, adoption(years.ledger, first_bylaws(village.moo), assembly, day))
    approve_on_both(years, cash, loans, [adopted])
    seed = [
        OpeningLine(account=1120, sub=years.bank, amount_satang=village.seed),
        OpeningLine(account=3120, amount_satang=-village.seed),
    ]
    for page in pages(years.ledger, seed):
        years.pay(rules.CASH_DESK, page, seconds=300)
    issue_books(years, years.first_month)


def issue_books(years: VillageYears, first: int) -> None:
    """A book of receipts for each table and month of a year."""
    for month in range(first, min(first - first % 12 + 12, LAST_MONTH + 1)):
        for letter in years.desks:
            book = DocbookIssued(
                kind="receipt", book=rules.receipt_book(letter, month), first_no=1, last_no=_LEAVES, holder=years.box
            )
            years.record(rules.CASH_DESK, book, seconds=5)
    years.approve_list(rules.CASH_DESK)


def later_bylaws(years: VillageYears, assembly: Assembly) -> RulesetAdopted:
    """What the last general meeting adopts for the thirteen months: by then every tablet has long heard of it."""
    bylaws = rules.bylaws_of(years.village.moo)
    return adoption(years.ledger, bylaws, assembly, years.season.term.opening_day, version=2)


def go_over(years: VillageYears) -> None:
    """On the last day: the books of receipts of the thirteen months, and the groups with their bylaws."""
    season = years.season
    day, groups = last_day_of(LAST_MONTH), founding_lives(season)
    years.today = day
    cash, loans = years.desks[rules.CASH_DESK], years.desks[rules.LOAN_DESK]
    for desk in (cash, loans):
        desk.sit_down(day, 9)
    assembly = assembly_of(years.unit, len(years.roster.members), day)
    adopted = [years.diary.act(cash, adoption(one.group.ledger, rules.GROUP_BYLAWS, assembly, day)) for one in groups]
    if adopted:
        approve_on_both(years, cash, loans, adopted)
    paper: list[Paper] = [*books_of_receipts(season)]
    if groups:
        years.resolutions += 1
        resolved = MeetingResolutionRecorded(
            no=years.resolutions, subject="รับกลุ่มอาชีพเข้าทะเบียน", present=years.roster.officers
        )
        resolution = years.diary.act(cash, resolved)
        years.diary.approve(cash, [resolution], years.persons(PRESIDENT, SECRETARY))
        for one in groups:
            paper += [one.registration(resolution), *pages(one.group.ledger, one.opening())]
    years.diary.approve(cash, [years.diary.act(cash, page, seconds=60) for page in paper], years.persons(*_TRIO))
