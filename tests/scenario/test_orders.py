"""Scenario S1 in any admissible order of arrival: the same balances, the same periods (docs/domain.md section 8)."""

import random
from copy import deepcopy
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sajja_schemas.books import Books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.periods import is_late, period_of
from sajja_schemas.verdicts import Verdict
from scenario import reading
from scenario.closing import close_funds, pay_heirs, reckon, tell
from scenario.comparison import LAST_MONTH, compare, sub_ledgers
from scenario.people import FIRST, V02
from scenario.year import BANK, BOX, Year
from support.arrival import Arrival, arrive
from support.world import ASSEMBLY, Tablet

TOLD, RESULT = tell()
orders = st.integers(min_value=0, max_value=2**32 - 1)
each_order = settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def balances(books: Books) -> dict[tuple[str, int, str], int]:
    return {balance: amount for balance, amount in books.balances.items() if amount}


def assert_published(log: list[SignedEntry], books: Books) -> None:
    for rows in compare(log, books, RESULT).values():
        assert [row for row in rows if row.difference_satang] == []


def periods(year: Year, books: Books) -> dict[str, str]:
    """The month of the first village's bank to which every entry belongs, by hash."""
    counted = reading.counted(year.world.entries, books)
    return {name: period_of(books.periods, body, BANK) for name, body in counted.items()}


@each_order
@given(orders, st.integers(min_value=0, max_value=5))
def test_any_interleaving_with_duplicates_gives_the_published_figures(order: int, again_in_ten: int) -> None:
    arrival = arrive(TOLD.world, random.Random(order), again_in_ten=again_in_ten)
    assert len(arrival.log) == len(TOLD.world.entries)
    assert arrival.books.quarantined == {}
    assert arrival.books.transit == {}
    assert balances(arrival.books) == balances(TOLD.see())
    assert periods(TOLD, arrival.books) == periods(TOLD, TOLD.see())
    assert_published(arrival.log, arrival.books)


@each_order
@given(orders)
def test_profit_allocation_dividends_and_patronage_are_the_same_over_any_fold(order: int) -> None:
    arrival = arrive(TOLD.world, random.Random(order))
    assert reckon(arrival.log, arrival.books, TOLD.rules(BANK)) == RESULT


def test_one_village_weeks_late_changes_nothing() -> None:
    """Everything that V02 wrote comes after V01 has closed its year."""
    arrival = Arrival(TOLD.world)
    for unit in (TOLD.world.office, TOLD.village("v01")):
        for tablet in unit.tablets:
            assert arrival.push_all(tablet.log) == []
    closed = arrival.books
    assert balances_of(closed, f"bank:{V02}") == {}
    assert {transit.village for transit in closed.transit.values()} == {
        V02
    }  # what the pool sent is listed as under way
    assert balances_of(closed, BANK) == balances_of(TOLD.see(), BANK)
    for tablet in TOLD.village(V02).tablets:
        assert arrival.push_all(tablet.log) == []
    assert balances(arrival.books) == balances(TOLD.see())
    assert arrival.books.transit == {}
    assert_published(arrival.log, arrival.books)


def balances_of(books: Books, ledger: str) -> dict[tuple[str, int, str], int]:
    return {balance: amount for balance, amount in balances(books).items() if balance[0] == ledger}


def test_a_reversal_that_comes_before_its_original_counts_from_when_that_comes() -> None:
    """The wrong deposit is on the savings tablet; who took it back wrote on the other, which syncs first."""
    arrival = Arrival(TOLD.world)
    for tablet in (*TOLD.world.office.tablets, TOLD.lending):
        assert arrival.push_all(tablet.log) == []
    (reversal,) = [entry for entry in TOLD.lending.log if tag(entry) == "entry_reversed"]
    assert to_base64url(reversal.hash) in arrival.books.quarantined
    assert arrival.push_all(TOLD.savings.log) == []
    assert to_base64url(reversal.hash) in arrival.books.reversed.values()
    for tablet in TOLD.village(V02).tablets:
        assert arrival.push_all(tablet.log) == []
    assert_published(arrival.log, arrival.books)


def tag(entry: SignedEntry) -> str:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return tag_of(body.event)


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
    body = read_body(late.body)
    assert isinstance(body, Body)
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
    body = read_body(late.body)
    assert isinstance(body, Body)
    assert period_of(arrival.books.periods, body, BANK) == "2021-01"


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
    body = read_body(late.body)
    assert isinstance(body, Body)
    assert period_of(books.periods, body, BANK) == "2021-01"


@each_order
@given(orders)
def test_what_follows_the_close_is_free_of_order_too(order: int) -> None:
    year = deepcopy(TOLD)
    close_funds(year)
    pay_heirs(year)
    arrival = arrive(year.world, random.Random(order))
    assert balances(arrival.books) == balances(year.see())
    assert arrival.books.quarantined == {}


def test_a_log_that_is_pushed_again_is_duplicate_from_its_first_line_to_its_last() -> None:
    arrival = arrive(TOLD.world, random.Random(1))
    before = balances(arrival.books)
    assert {arrival.push(entry) for entry in TOLD.world.entries} == {Verdict.DUPLICATE}
    assert balances(arrival.books) == before
