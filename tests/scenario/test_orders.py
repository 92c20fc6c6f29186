"""Scenario S1 in any admissible order of arrival: the same balances, the same periods (docs/domain.md section 8)."""

import random
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.periods import period_of
from sajja_schemas.verdicts import Verdict
from scenario import reading
from scenario.any_order import RESULT, TOLD, balances, balances_of, each_order, orders, tag
from scenario.closing import close_funds, pay_heirs, reckon
from scenario.comparison import compare
from scenario.people import V02
from scenario.year import BANK, Year
from support.arrival import Arrival, arrive


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


def test_a_tablet_that_folds_its_two_feeds_has_the_same_bank_and_the_same_months() -> None:
    books = open_books(TOLD.world.network, TOLD.world.fingerprint, partial=True)
    bodies = {to_base64url(entry.hash): entry.body for entry in TOLD.world.entries}
    for index, entry in enumerate(TOLD.world.entries):
        name = to_base64url(entry.hash)
        if entry.village in {"v01", "office"}:
            apply(books, Admitted(index, name, entry.body), bodies.get)
    assert balances_of(books, BANK) == balances_of(TOLD.see(), BANK)
    own = {name: closes for name, closes in TOLD.see().periods.closes.items() if name[0] == BANK}
    assert len(own) == 12
    assert books.periods.closes == own


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
