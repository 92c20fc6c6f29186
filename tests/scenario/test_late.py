"""What comes late is late by the cut of a close, never by its arrival (docs/domain.md 5.13 and 9.12, ADR 0015)."""

import random
from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import given

from sajja_schemas.books import Books
from sajja_schemas.calculations.shares import share_weights
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.periods import is_late, period_of
from scenario import reading
from scenario.any_order import RESULT, TOLD, body_of, each_order, orders, tag
from scenario.closing import reckon
from scenario.comparison import LAST_MONTH, compare, sub_ledgers
from scenario.people import FIRST
from scenario.year import BANK, BOX, Year
from support.arrival import Arrival, arrive
from support.world import ASSEMBLY, Tablet, ref_to


def late_deposit(year: Year, tablet: Tablet) -> SignedEntry:
    """A deposit of 5 December that stands on a tablet behind the cut of December's close."""
    year.world.today = date(2020, 12, 5)
    return year.say(tablet, "share_deposited", member=FIRST, amount_satang=200_00, box=BOX, months=("2020-12",))


@each_order
@given(orders)
def test_an_entry_beyond_the_cut_is_late_in_whichever_order_it_comes(order: int) -> None:
    """It keeps its date and posts in January; December, the sealed year and the allocation stay as they were."""
    year = deepcopy(TOLD)
    late = late_deposit(year, year.lending)
    arrival = arrive(year.world, random.Random(order))
    books = arrival.books
    body = body_of(late)
    assert (body.date, is_late(books.periods, body, BANK)) == (date(2020, 12, 5), True)
    assert period_of(books.periods, body, BANK) == "2021-01"
    december = reading.balances_through(arrival.log, books, LAST_MONTH, with_closing=False)
    assert [row for row in compare(arrival.log, books, RESULT)["before"] if row.difference_satang] == []
    assert [row for row in sub_ledgers(december) if row.difference_satang] == []
    assert books.balances[BANK, 3110, FIRST] == -(42_400_00 + 200_00)
    # Its weight goes by its date: what is declared is not computed again, and the list is shown to the meeting.
    moved = reading.movements(arrival.log, books, BANK, 3110)[FIRST]
    assert sum(move.amount_satang for move in moved if move.on == date(2020, 12, 5)) == 400_00


def test_what_a_tablet_synced_before_the_close_but_wrote_behind_its_cut_is_late_all_the_same() -> None:
    """Never by arrival: the late line is in the log before anything that V01 closed."""
    year = deepcopy(TOLD)
    late = late_deposit(year, year.lending)
    arrival = Arrival(year.world)
    for tablet in (*year.world.office.tablets, year.lending, year.savings):
        assert arrival.push_all(tablet.log) == []
    place = {entry.hash: index for index, entry in enumerate(arrival.log)}
    closes = [place[entry.hash] for entry in year.savings.log if tag(entry) == "period_closed"]
    assert place[late.hash] < min(closes)
    body = body_of(late)
    assert period_of(arrival.books.periods, body, BANK) == "2021-01"


def test_a_late_deposit_weighs_by_its_date_and_after_the_declaration_from_the_next_year() -> None:
    """What is declared is not computed again; the list is shown to the meeting (section 9.12)."""
    year = deepcopy(TOLD)
    year.world.today = date(2020, 11, 5)
    year.say(year.lending, "share_deposited", member=FIRST, amount_satang=200_00, box=BOX, months=("2020-11",))
    holders = reading.shareholders(year.world.entries, year.see(), BANK)
    of_2020, of_2021 = (
        share_weights(holders, year_first_day=first, weight="share_month", leavers_share=True)[FIRST]
        for first in (date(2020, 1, 1), date(2021, 1, 1))
    )
    assert of_2020 == RESULT.weights[FIRST] + 200_00 * 1  # were it not declared yet
    assert of_2021 == 12 * (42_400_00 + 200_00)
    assert reckon(year.world.entries, year.see(), TOLD.rules(BANK)).profit_satang == RESULT.profit_satang


def january(year: Year) -> set[bytes]:
    """A meeting of which the lending tablet's lines are not known when January is closed; gives their hashes."""
    year.begin()
    year.turn_to(date(2020, 1, 5))
    before = len(year.lending.log)
    year.meet(1)
    year.sign()
    unknown = {entry.hash for entry in year.lending.log[before:]}
    known = [*year.savings.log[-1:], year.lending.log[before - 1], *(log[-1] for log in office_logs(year))]
    close_january(year, known, absent=(year.lending.name,))
    return unknown


def office_logs(year: Year) -> list[list[SignedEntry]]:
    return [tablet.log for tablet in year.world.office.tablets]


def close_january(year: Year, heads: list[SignedEntry], **more: Any) -> None:
    devices = tuple(ref_to(entry) for entry in heads)
    year.say(year.savings, "period_closed", ledger=BANK, month="2020-01", devices=devices, **more)
    year.sign()


def months(year: Year, books: Books, hashes: set[bytes]) -> set[str]:
    names = {to_base64url(one) for one in hashes}
    return {
        period_of(books.periods, body, BANK)
        for name, body in reading.counted(year.world.entries, books).items()
        if name in names
    }


@each_order
@given(orders)
def test_an_absent_tablets_lines_are_late_until_three_kinds_of_padlocks_reopen_the_month(order: int) -> None:
    year = Year()
    late = january(year)
    others = {entry.hash for entry in year.savings.log if tag(entry) == "share_deposited"}
    books = arrive(year.world, random.Random(order)).books
    assert (months(year, books, late), months(year, books, others)) == ({"2020-02"}, {"2020-01"})

    reopened = reopen_january(year)
    assert to_base64url(reopened.hash) in arrive(year.world, random.Random(order)).books.quarantined
    year.world.approve_by_office([reopened])
    year.world.approve(year.savings, [reopened], ("bookkeeper",))  # who is an auditor now
    books = arrive(year.world, random.Random(order)).books
    assert (months(year, books, late), months(year, books, others)) == ({"2020-01"}, {"2020-01"})

    close_january(year, [year.savings.log[-1], year.lending.log[-1], *(log[-1] for log in office_logs(year))])
    year.world.today = date(2020, 1, 31)
    year.say(year.lending, "share_deposited", member=FIRST, amount_satang=1_00, box=BOX)
    books = arrive(year.world, random.Random(order)).books
    assert months(year, books, late) == {"2020-01"}
    assert months(year, books, {year.lending.log[-1].hash}) == {"2020-02"}


def reopen_january(year: Year) -> SignedEntry:
    """The village's own three sign; the network's and an auditor's signatures are still missing."""
    auditor = {"person": "v01-o5", "role": "auditor", "term_from": year.world.today, "assembly": ASSEMBLY}
    year.say(year.desk, "committee_member_appointed", "v01", **auditor)
    reopened = year.say(year.savings, "period_reopened", ledger=BANK, month="2020-01", reason="แท็บเล็ตเครื่องที่สอง")
    year.sign()
    return reopened


def test_a_month_of_the_sealed_year_stays_closed_whoever_reopens_it() -> None:
    year = deepcopy(TOLD)
    late = late_deposit(year, year.lending)
    entry = year.say(year.savings, "period_reopened", ledger=BANK, month=LAST_MONTH, reason="found")
    appointed = {"person": "v01-o5", "role": "auditor", "term_from": date(2021, 1, 25), "assembly": ASSEMBLY}
    year.say(year.desk, "committee_member_appointed", "v01", **appointed)
    year.sign()
    year.world.approve_by_office([entry])
    year.world.approve(year.savings, [entry], ("bookkeeper",))
    books = year.see()
    assert books.quarantined == {}
    assert books.periods.reopened
    body = body_of(late)
    assert period_of(books.periods, body, BANK) == "2021-01"
