"""One number for what the books know: the same for whoever folds the same log, another for whatever differs."""

import copy
from collections.abc import Callable
from datetime import date

import pytest

from sajja_client.snapshot import untouched
from sajja_schemas import packing
from sajja_schemas.books import Admitted, apply
from sajja_schemas.entry import to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.holdings import Books
from sajja_schemas.standing import Gap, Trust
from sajja_schemas.state_hash import difference, sections, state_hash
from sajja_schemas.verdicts import Effect
from scenario.any_order import TOLD
from support.world import World


@pytest.fixture(scope="module")
def books() -> Books:
    """The books of the worked year: loans, welfare, closes, approvals, everything."""
    return TOLD.world.fold()


def test_books_that_were_kept_and_read_again_have_the_same_hash(books: Books) -> None:
    again = packing.unpacker(Books).decode(packing.pack(books))
    assert state_hash(again) == state_hash(books)


def test_the_order_in_which_mappings_and_sets_were_filled_is_no_part_of_it(books: Books) -> None:
    turned = copy.deepcopy(books)
    turned.balances = dict(reversed(turned.balances.items()))
    turned.quarantined = dict(reversed(turned.quarantined.items()))
    turned.registers.rows = {
        name: {key: dict(reversed(facts.items())) for key, facts in reversed(rows.items())}
        for name, rows in reversed(turned.registers.rows.items())
    }
    turned.trust.awaiting = dict(reversed(turned.trust.awaiting.items()))
    assert state_hash(turned) == state_hash(books)


def test_what_a_keeper_has_yet_to_write_is_no_part_of_it(books: Books) -> None:
    before = state_hash(books)
    assert state_hash(untouched(copy.deepcopy(books))) == before


def test_a_sum_that_is_nothing_is_as_if_it_never_was(books: Books) -> None:
    more = copy.deepcopy(books)
    more.balances["bank:v09", 3110, "nobody"] = 0
    more.trust.open_approvals["somebody"] = 0
    assert state_hash(more) == state_hash(books)


def _pay(books: Books) -> None:
    books.balances[next(iter(books.balances))] += 1


def _note(books: Books) -> None:
    rows = next(iter(books.registers.rows.values()))
    facts = next(iter(rows.values()))
    facts[next(iter(facts))] += 1


def _stop(books: Books) -> None:
    books.quarantined["an entry"] = Effect.UNDIGESTED


def _reach(books: Books) -> None:
    books.reached["v01"] = date(2030, 1, 1)


def _revoke(books: Books) -> None:
    next(iter(books.trust.devices.values())).revoked = True


def _lose(books: Books) -> None:
    books.trust.gaps["d"] = [Gap(1, "a", 2, "b")]


def _grow(books: Books) -> None:
    books.index += 1


@pytest.mark.parametrize("change", [_pay, _note, _stop, _reach, _revoke, _lose, _grow])
def test_whatever_differs_has_another_hash(books: Books, change: Callable[[Books], None]) -> None:
    other = copy.deepcopy(books)
    change(other)
    assert state_hash(other) != state_hash(books)


def test_every_field_of_the_books_is_in_it(books: Books) -> None:
    """Whatever the fold learns to remember is hashed from its first day; what is left out is named in the module."""
    found = {name for name, _rows in sections(books)}
    fields = [*Books.__struct_fields__, *(f"trust.{name}" for name in Trust.__struct_fields__)]
    missing = {name for name in fields if not any(one == name or one.startswith(f"{name}.") for one in found)}
    assert missing == {
        "judges", "index", "touched_balances", "touched_findings", "touched_failures", "trust.partial", "trust.decided",
    }  # fmt: skip


def test_a_number_beyond_64_bits_is_hashed_as_it_is_kept(books: Books) -> None:
    large = copy.deepcopy(books)
    large.balances["bank:v01", 3110, "thief"] = 2**70
    rows = next(iter(large.registers.rows.values()))
    next(iter(rows.values()))["much",] = 2**70
    again = packing.unpacker(Books).decode(packing.pack(large))
    assert state_hash(again) == state_hash(large) != state_hash(books)


def test_the_difference_of_two_books_is_told_row_by_row() -> None:
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    one = world.fold()
    entry = world.record(tablet, ShareDeposited(member="m1", amount_satang=100, box="b1"))
    other = world.fold()
    assert difference(one, one) == {}
    assert difference(one, other)["balances"] == (
        [],
        ['["balances",["bank:pp01",1110,"b1"],100]', '["balances",["bank:pp01",3110,"m1"],-100]'],
    )
    apply(one, Admitted(one.index, to_base64url(entry.hash), entry.body), lambda _name: None)
    assert state_hash(one) == state_hash(other)
