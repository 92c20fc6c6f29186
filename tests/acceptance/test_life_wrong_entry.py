"""1,000 is typed where 100 was paid: the wrong line stays, its reversal beside it, and the right one is a third."""

from collections.abc import Callable
from datetime import date

import pytest

from sajja_client.log import ref_to
from sajja_client.paper.movements import Reading
from sajja_schemas.events import tag_of
from sajja_schemas.events.base import Receipt
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.registers.receipts import times_used
from support.life import Life
from support.life_page import is_on_page

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK = "bank:v01"
BOX, SAVER = "v01-o4", "v01-m001"
DAY = date(2020, 8, 5)
SILENT = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January
PAID = {"member": SAVER, "box": BOX, "receipt": Receipt(book=2, no=7)}


class Told:
    """What happened: the savings desk mistypes, and the other desk sees the line when both have synced."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.savings, self.lending = life.tablets["v01"]
        life.admit("v01", {SAVER: date(2015, 1, 5)})
        life.turn_to(DAY)
        self.wrong = life.say(self.savings, "special_savings_deposited", amount_satang=1_000 * BAHT, **PAID)
        life.sync(self.savings, self.lending)
        with life.chapter("wrong-entry"):
            self.reversal = life.say(self.lending, "entry_reversed", entry=ref_to(self.wrong), reason="wrong_amount")
            right = life.say(self.savings, "special_savings_deposited", amount_satang=100 * BAHT, **PAID)
            life.say(self.savings, "entry_rebooked", replaced=ref_to(self.wrong), replacement=ref_to(right))
        self.whole = life.gather()


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("wrong"))


def test_100_stand_and_three_lines_are_to_be_seen_on_either_tablet(told: Told) -> None:
    whole = told.whole
    assert whole.books.balances[BANK, 2110, SAVER] == -100 * BAHT
    assert whole.books.balances[BANK, 1110, BOX] == 100 * BAHT
    for tablet in (told.savings, told.lending):
        moved = Reading(tablet.home, DAY).movements([SAVER])
        seen = {
            (tag_of(one.body.event), amount, one.is_reversed)
            for one in moved
            for _ledger, account, _sub, amount in one.lines
            if account == 2110
        }
        assert seen == {
            ("special_savings_deposited", -1_000 * BAHT, True),
            ("entry_reversed", 1_000 * BAHT, False),
            ("special_savings_deposited", -100 * BAHT, False),
        }


def test_the_paper_receipt_stands_for_one_counted_entry(told: Told) -> None:
    """Its number is named by the wrong line and the right one; the reversal takes one use away."""
    assert times_used(told.whole.books.registers, "v01", 2, 7) == 1


def test_what_was_put_right_leaves_nothing_to_look_at(told: Told) -> None:
    """Neither the receipt that two lines name, nor the wrong amount: the reversal has cleared both."""
    assert told.whole.findings() == [SILENT]


def test_the_page_tells_it_so(told: Told) -> None:
    assert is_on_page("wrong-entry", told.life.told["wrong-entry"])


def test_reversing_it_once_more_or_reversing_the_reversal_changes_nothing(told: Told) -> None:
    """Both tablets may mean well; an original is taken back once."""
    life = told.life
    again = life.say(told.savings, "entry_reversed", entry=ref_to(told.wrong), reason="wrong_amount")
    back = life.say(told.lending, "entry_reversed", entry=ref_to(told.reversal), reason="other")
    after = life.gather()
    assert {after.effect(again), after.effect(back)} == {"not_authorised"}
    assert after.books.balances == told.whole.books.balances
    assert after.findings() == ["office ENTRY_WITHOUT_EFFECT", SILENT]
    assert after.sentences("ENTRY_WITHOUT_EFFECT") == ["2 entries have no effect (not_authorised)"]
