"""A fold that raises costs one entry its effect, all of it, and nothing else."""

from typing import Any

import pytest

from sajja_client.snapshot import untouched
from sajja_schemas import books as bookkeeping
from sajja_schemas import counting, registers
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.meetings import ActivityHeld
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import MeetingResolutionRecorded, Role
from sajja_schemas.holdings import Books
from sajja_schemas.registers.boxes import note_boxes
from sajja_schemas.trust import take
from sajja_schemas.verdicts import Effect
from support.world import World, ref_to

A2: tuple[Role, ...] = ("president", "treasurer", "secretary")
POISON = 666


@pytest.fixture
def world() -> World:
    world = World.founded(("pp01",))
    world.record(world.village("pp01").tablets[0], ShareDeposited(member="m1", amount_satang=100, box="b1"))
    return world


def sums(books: Books) -> tuple[Any, ...]:
    """Every figure, and the day that it is of."""
    balances = {key: amount for key, amount in books.balances.items() if amount}
    return balances, books.registers.rows, books.transit, books.reached, books.findings


def name_of(entry: SignedEntry) -> str:
    return to_base64url(entry.hash)


def break_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The boxes are noted after balances, registers and movements: there our mistake is."""

    def broken(into: Any, day: Any, lines: Any, sign: int) -> None:
        note_boxes(into, day, lines[:1], sign)
        if any(abs(line[3]) == POISON for line in lines):
            raise ZeroDivisionError
        note_boxes(into, day, lines[1:], sign)

    monkeypatch.setattr(registers, "note_boxes", broken)


def test_a_village_whose_first_line_it_is_has_reached_no_day(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.founded(())
    books = world.fold()
    before = sums(books)
    fair = ActivityHeld(kind="fair", villages=("pp07",), people=2, women=1)
    poison = world.record(world.office.tablets[0], fair, village="pp07")

    def broken(*_anything: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bookkeeping, "post", broken)
    bookkeeping.apply(books, bookkeeping.Admitted(books.index, name_of(poison), poison.body), lambda _name: None)
    assert books.quarantined == {name_of(poison): Effect.UNDIGESTED}
    assert sums(books) == before


def test_nothing_of_it_is_left_in_any_figure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = world.village("pp01").tablets[0]
    before = sums(world.fold())
    poison = world.record(tablet, ShareDeposited(member="m2", amount_satang=POISON, box="b1"))
    break_in_the_middle(monkeypatch)
    books = world.fold()
    assert books.quarantined == {name_of(poison): Effect.UNDIGESTED}
    assert sums(books) == before


def test_it_is_told_with_what_was_raised_and_where(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place in the code, and nothing of what the entry says."""
    tablet = world.village("pp01").tablets[0]
    poison = world.record(tablet, ShareDeposited(member="m2", amount_satang=POISON, box="b1"))
    break_in_the_middle(monkeypatch)
    (told,) = world.fold().touched_failures.items()
    assert told[0] == name_of(poison)
    assert told[1].startswith("ZeroDivisionError ")
    assert "test_counting.py:" in told[1]


def test_what_comes_behind_it_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = world.village("pp01").tablets[0]
    world.record(tablet, ShareDeposited(member="m2", amount_satang=POISON, box="b1"))
    world.record(tablet, ShareDeposited(member="m1", amount_satang=5, box="b1"))
    break_in_the_middle(monkeypatch)
    assert world.fold().balances["bank:pp01", 3110, "m1"] == -105


def test_it_counts_once_the_mistake_is_mended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = world.village("pp01").tablets[0]
    world.record(tablet, ShareDeposited(member="m2", amount_satang=POISON, box="b1"))
    right = untouched(world.fold())
    with monkeypatch.context() as mistake:
        break_in_the_middle(mistake)
        assert Effect.UNDIGESTED in world.fold().quarantined.values()
    assert untouched(world.fold()) == right


def test_a_reversal_that_raises_leaves_its_original_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = world.village("pp01").tablets[0]
    wrong = world.record(tablet, ShareDeposited(member="m2", amount_satang=POISON, box="b1"))
    before = sums(world.fold())
    reversal = world.record(tablet, EntryReversed(entry=ref_to(wrong), reason="other"))
    world.approve(tablet, [reversal], A2)
    post = counting.post

    def broken(books: Books, body: Any, lines: Any, sign: int) -> None:
        if sign < 0:
            raise KeyError
        post(books, body, lines, sign)

    monkeypatch.setattr(bookkeeping, "post", broken)
    books = world.fold()
    assert books.quarantined == {name_of(reversal): Effect.UNDIGESTED}
    assert books.reversed == {}
    assert sums(books) == before


def test_what_an_approval_completes_costs_the_approval_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not who approved, but what was approved is what we could not digest."""
    tablet = world.village("pp01").tablets[0]
    present = tuple(world.village("pp01").officers.values())
    resolution = world.record(tablet, MeetingResolutionRecorded(no=1, subject="resolved", present=present))
    approval = world.approve(tablet, [resolution], ("president", "secretary"))

    def broken(trust: Any, entry_hash: str, body: Any) -> set[str]:
        if isinstance(body.event, MeetingResolutionRecorded):
            raise ZeroDivisionError
        return take(trust, entry_hash, body)

    monkeypatch.setattr(bookkeeping, "take", broken)
    books = world.fold()
    assert books.quarantined == {name_of(resolution): Effect.UNDIGESTED}
    assert name_of(approval) not in books.quarantined
