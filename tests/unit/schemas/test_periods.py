"""Which month an entry belongs to: by the cut that a close lists for each device, and by nothing else."""

import random
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.books import open_books
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import Body
from sajja_schemas.periods import Periods, cut_of, is_late, period_of, take
from support.posting_table import event, lines_of_page
from support.world import World

BANK = "bank:pp01"
NAME = "A" * 43
A, B, C = (letter * 42 + "A" for letter in "abc")  # three devices

months = st.sampled_from(["2020-10", "2020-11", "2020-12", "2021-01"])
seeds = st.integers(min_value=0, max_value=2**32 - 1)


def body(device: str, sequence: int, day: str, tag: str = "share_deposited", **fields: Any) -> Body:
    usual = {"member": "m1", "amount_satang": 100, "box": "b1"} if tag == "share_deposited" else {}
    return Body(
        v=1, network="testnet", village="pp01", device=device, sequence=sequence, previous=NAME, by="o1",
        date=date.fromisoformat(day), recorded_at=0, event=event(tag, **usual, **fields),
    )  # fmt: skip


def close(device: str, sequence: int, month: str, ledger: str = BANK, /, **cut: int) -> Body:
    """A close whose cut names devices by their letter: `a=5`."""
    devices = tuple(EntryRef(device={"a": A, "b": B, "c": C}[name], sequence=at, hash=NAME) for name, at in cut.items())
    return body(device, sequence, "2021-01-05", "period_closed", ledger=ledger, month=month, devices=devices)


def reopen(device: str, sequence: int, month: str) -> Body:
    return body(device, sequence, "2021-01-06", "period_reopened", ledger=BANK, month=month, reason="found")


def seal(device: str, sequence: int, year: int = 2020) -> Body:
    lines = lines_of_page((1110, 5, "b1"), (3110, -5, "m1"))
    return body(device, sequence, "2020-12-31", "year_end_trial_balance_sealed", ledger=BANK, year=year, lines=lines)


def told(*bodies: Body) -> Periods:
    periods = Periods()
    for one in bodies:
        take(periods, one)
    return periods


def test_an_entry_belongs_to_the_month_of_its_date_while_that_is_open() -> None:
    assert period_of(Periods(), body(A, 9, "2020-12-05"), BANK) == "2020-12"
    assert not is_late(Periods(), body(A, 9, "2020-12-05"), BANK)


def test_an_entry_within_the_cut_stays_and_one_beyond_it_is_late_with_its_date_kept() -> None:
    periods = told(close(A, 6, "2020-12", a=5, b=811))
    kept, late = body(B, 811, "2020-12-05"), body(B, 812, "2020-12-05")
    assert (period_of(periods, kept, BANK), is_late(periods, kept, BANK)) == ("2020-12", False)
    assert (period_of(periods, late, BANK), is_late(periods, late, BANK)) == ("2021-01", True)
    assert late.date == date(2020, 12, 5)


def test_an_entry_that_missed_its_month_belongs_to_the_first_close_that_knows_it() -> None:
    periods = told(
        close(A, 6, "2020-10", a=5, b=2), close(A, 8, "2020-11", a=7, b=4), close(A, 10, "2020-12", a=9, b=4)
    )
    assert [period_of(periods, body(B, at, "2020-10-05"), BANK) for at in (2, 3, 4, 5)] == [
        "2020-10", "2020-11", "2020-11", "2021-01"
    ]  # fmt: skip


def test_a_device_that_the_close_does_not_name_is_beyond_its_cut() -> None:
    periods = told(close(A, 6, "2020-12", a=5))
    assert period_of(periods, body(C, 1, "2020-12-05"), BANK) == "2021-01"


def test_a_month_is_closed_in_one_ledger_and_open_in_another() -> None:
    periods = told(close(A, 6, "2020-12", a=5))
    assert period_of(periods, body(A, 7, "2020-12-05"), "welfare") == "2020-12"


def test_of_two_tablets_that_close_unknown_to_each_other_each_brings_what_it_knew() -> None:
    periods = told(close(A, 6, "2020-12", a=5, b=3), close(B, 8, "2020-12", a=4, b=7))
    assert cut_of(periods, BANK, "2020-12") == {A: 5, B: 7}


def test_what_is_closed_is_not_closed_again_wider() -> None:
    periods = told(close(A, 6, "2020-12", a=5, b=3), close(A, 9, "2020-12", a=8, b=7))
    assert cut_of(periods, BANK, "2020-12") == {A: 5, B: 3}


def test_closes_that_claim_to_know_each_other_are_both_heard() -> None:
    periods = told(close(A, 6, "2020-12", a=5, b=9), close(B, 9, "2020-12", a=7, b=8))
    assert cut_of(periods, BANK, "2020-12") == {A: 7, B: 9}


def test_a_reopening_undoes_the_close_that_does_not_know_it_and_the_next_close_stands() -> None:
    late = body(B, 4, "2020-12-05")
    first, again, second = close(A, 6, "2020-12", a=5, b=3), reopen(A, 7, "2020-12"), close(A, 9, "2020-12", a=8, b=4)
    assert period_of(told(first), late, BANK) == "2021-01"
    assert period_of(told(first, again), late, BANK) == "2020-12"
    assert cut_of(told(first, again), BANK, "2020-12") is None
    assert cut_of(told(first, again, second), BANK, "2020-12") == {A: 8, B: 4}
    assert period_of(told(first, again, second), body(B, 5, "2020-12-05"), BANK) == "2021-01"


def test_a_close_of_a_tablet_that_had_not_heard_of_the_reopening_is_undone_by_it() -> None:
    assert cut_of(told(reopen(A, 7, "2020-12"), close(B, 6, "2020-12", a=5, b=5)), BANK, "2020-12") is None


def test_nothing_of_a_sealed_year_is_reopened_nor_closed_wider() -> None:
    first, again, wider = close(A, 6, "2020-12", a=5), reopen(A, 9, "2020-12"), close(A, 11, "2020-12", a=10)
    assert cut_of(told(first, seal(A, 7), again), BANK, "2020-12") == {A: 5}
    assert cut_of(told(first, seal(A, 7), again, wider), BANK, "2020-12") == {A: 5}
    assert cut_of(told(first, seal(A, 7, 2019), again), BANK, "2020-12") is None


def test_a_reopening_and_its_new_close_before_the_seal_stand_after_it() -> None:
    first, again, second = close(A, 6, "2020-12", a=5), reopen(A, 7, "2020-12"), close(A, 9, "2020-12", a=8)
    assert cut_of(told(first, again, second, seal(A, 10)), BANK, "2020-12") == {A: 8}


def test_a_month_that_nobody_closed_before_the_seal_is_closed_once_after_it() -> None:
    first, again, wider = close(A, 6, "2020-12", a=5), reopen(A, 9, "2020-12"), close(A, 11, "2020-12", a=10)
    assert cut_of(told(seal(A, 4)), BANK, "2020-12") is None
    assert cut_of(told(seal(A, 4), first, again, wider), BANK, "2020-12") == {A: 5}


@pytest.mark.parametrize("tag", ["year_end_closed", "fund_year_closed"])
def test_what_closes_a_year_belongs_to_its_last_month_whenever_it_was_written(tag: str) -> None:
    ledger = BANK if tag == "year_end_closed" else "welfare"
    closing = body(A, 99, "2021-01-24", tag, ledger=ledger, year=2020, lines=lines_of_page((4140, 5, "k1")))
    periods = told(close(A, 6, "2020-12", ledger, a=5))
    assert (period_of(periods, closing, ledger), is_late(periods, closing, ledger)) == ("2020-12", False)


def history(seed: int) -> list[Body]:
    """Closes and reopenings of three devices, as each knew the others, from a seed."""
    chance = random.Random(seed)
    heads = {"a": 0, "b": 0, "c": 0}
    names = {"a": A, "b": B, "c": C}
    said: list[Body] = []
    for _act in range(chance.randrange(1, 12)):
        letter = chance.choice("abc")
        heads[letter] += chance.randrange(1, 4)
        month = chance.choice(["2020-10", "2020-11", "2020-12"])
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                cut = {name: chance.randrange(head + 1) for name, head in heads.items()}
                cut[letter] = heads[letter] - 1
                known = {name: at for name, at in cut.items() if at}
                said.append(close(names[letter], heads[letter], month, **known))
            case 4 | 5:
                said.append(reopen(names[letter], heads[letter], month))
            case 6:
                said.append(seal(names[letter], heads[letter]))
            case _:
                said.append(close(names[letter], heads[letter], month, "welfare"))
    return said


@given(seeds, seeds)
def test_the_answer_is_free_of_the_order_of_arrival(seed: int, order: int) -> None:
    said = history(seed)
    shuffled = random.Random(order).sample(said, len(said))
    assert told(*shuffled) == told(*said)
    for at in range(1, 20):
        for device in (A, B, C):
            asked = body(device, at, "2020-10-20")
            assert period_of(told(*shuffled), asked, BANK) == period_of(told(*said), asked, BANK)


@given(seeds)
def test_an_entry_is_never_moved_to_a_month_before_its_date_nor_into_one_closed_without_it(seed: int) -> None:
    periods = told(*history(seed))
    for device in (A, B, C):
        for at in range(1, 20):
            asked = body(device, at, "2020-11-20")
            month = period_of(periods, asked, BANK)
            cut = cut_of(periods, BANK, month)
            assert month >= "2020-11"
            assert cut is None or at <= cut.get(device, 0)
            assert is_late(periods, asked, BANK) is (month != "2020-11")


@given(seeds)
def test_of_one_log_a_later_line_never_belongs_to_an_earlier_month_than_one_before_it(seed: int) -> None:
    periods = told(*history(seed))
    belonged = [period_of(periods, body(A, at, "2020-10-20"), BANK) for at in range(1, 20)]
    assert belonged == sorted(belonged)


@given(seeds, months)
def test_a_close_that_knows_those_before_it_changes_no_closed_month(seed: int, month: str) -> None:
    said = history(seed)
    before, after = told(*said), told(*said, close(C, 50, month, a=49, b=49, c=49))
    was = cut_of(before, BANK, month)
    assert cut_of(after, BANK, month) == (was if was is not None else {A: 49, B: 49, C: 49})


@given(seeds, seeds)
def test_nothing_changes_a_closed_month_of_a_sealed_year(seed: int, more: int) -> None:
    """What is said afterwards, by tablets that heard of the seal, is said in vain."""
    sealed = told(*history(seed), seal(A, 30))
    chance = random.Random(more)
    for at in range(31, 40):
        known = {"a": at - 1, "b": 29, "c": 29}
        take(sealed, chance.choice([reopen(A, at, "2020-11"), close(A, at, "2020-11", **known), seal(A, at)]))
        take(sealed, reopen(B, at, "2020-11"))
    was = cut_of(told(*history(seed), seal(A, 30)), BANK, "2020-11")
    assert was is None or cut_of(sealed, BANK, "2020-11") == was


def test_the_fold_keeps_what_counted_entries_say_of_months_and_can_be_stored() -> None:
    world = World.founded(("pp01",))
    tablet = world.village("pp01").tablets[0]
    ref = EntryRef(device=tablet.name, sequence=1, hash=NAME)
    closed = world.record(tablet, event("period_closed", ledger=BANK, month="2020-06", devices=(ref,)))
    assert world.fold().periods == Periods()  # it needs its officers
    world.approve(tablet, [closed], ("president", "treasurer", "secretary"))
    periods = world.fold().periods
    assert cut_of(periods, BANK, "2020-06") == {tablet.name: 1}
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(periods), type=Periods) == periods
    assert open_books("testnet", "").periods == Periods()
