"""Cash leaves one box for another in somebody's hands: the carrier holds it, and answers for what is missing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.transit import CARRIED
from support.life import Life, Whole
from support.life_page import is_on_page

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK = "bank:v01"
BOX, OTHER_BOX, CARRIER = "v01-o4", "v01-o2", "v01-o5"
HANDED_ON, COUNTED_ON, REPAID_ON = date(2020, 6, 5), date(2020, 6, 8), date(2020, 7, 5)
SETTLEMENT = "c-1"
SILENT = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January
BOX_OF_THE_PAPER_BOOK = "v01 BOX_OVER_LIMIT"  # 8,000 stood in it since January, where 5,000 may


class Told:
    """5,000 are handed over on one tablet, 4,900 arrive on the other, and the carrier brings the rest a month later."""

    def __init__(self, life: Life) -> None:
        self.life = life
        giving, taking = life.tablets["v01"]
        life.open_books(BANK, (1110, 8_000 * BAHT, BOX), rest=3210)
        carried: dict[str, Any] = {"ledger": BANK, "settlement": SETTLEMENT}
        with life.chapter("money-carried"):
            life.turn_to(HANDED_ON)
            handed = {"amount_satang": 5_000 * BAHT, "box": BOX, "carrier": CARRIER, "seal": "ซีล 17"}
            life.say(giving, "cash_custody_handed_over", place="box", **handed, **carried)
            self.on_the_way = life.gather()
            life.turn_to(COUNTED_ON)
            arrived = {"amount_satang": 4_900 * BAHT, "box": OTHER_BOX, "carrier": CARRIER}
            life.say(taking, "cash_custody_received", place="box", **arrived, **carried)
            self.arrived = life.gather()
            short = {"direction": "short", "amount_satang": 100 * BAHT, "box": CARRIER}
            life.say(taking, "cash_variance_recorded", place="carrier", **short, **carried)
            self.answered = life.gather()
            life.turn_to(REPAID_ON)
            repaid = {"how": "repaid", "amount_satang": 100 * BAHT, "box": CARRIER}
            life.say(taking, "cash_variance_resolved", ledger=BANK, paid_into="other", into=OTHER_BOX, **repaid)
        self.repaid = life.gather()


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("carried"))


def held(whole: Whole) -> dict[str, int]:
    """Who has how many baht, by the network's books."""
    names = {(1110, BOX): "box", (1110, OTHER_BOX): "other box", (1112, CARRIER): "carrier", (1250, CARRIER): "owed"}
    return {
        name: whole.books.balances.get((BANK, account, sub), 0) // BAHT
        for (account, sub), name in names.items()
        if whole.books.balances.get((BANK, account, sub), 0)
    }


def on_its_way(whole: Whole) -> list[tuple[str, str, date, int]]:
    return [(one.type, one.holder, one.since, one.difference_satang // BAHT) for one in whole.books.transit.values()]


def test_handed_over_it_is_the_carriers_with_holder_and_age(told: Told) -> None:
    """In nobody's box, and not lost either: on 8 June it is three days old, which is more than 48 hours."""
    assert held(told.on_the_way) == {"box": 3_000, "carrier": 5_000}
    ((kind, holder, since, amount),) = on_its_way(told.on_the_way)
    assert (kind, holder, since, amount) == (CARRIED, CARRIER, HANDED_ON, 5_000)
    assert (COUNTED_ON - since).days == 3
    assert told.on_the_way.totals["in_transit"] == 1


def test_what_was_counted_less_stays_with_the_carrier_until_it_is_recorded_as_a_debt(told: Told) -> None:
    assert held(told.arrived) == {"box": 3_000, "other box": 4_900, "carrier": 100}
    assert on_its_way(told.arrived) == [(CARRIED, CARRIER, HANDED_ON, 100)]
    assert held(told.answered) == {"box": 3_000, "other box": 4_900, "owed": 100}
    assert on_its_way(told.answered) == []


def test_the_carrier_repays_into_the_box_and_all_8000_are_there_again(told: Told) -> None:
    assert held(told.repaid) == {"box": 3_000, "other box": 5_000}
    (village,) = [one for one in told.repaid.totals["villages"] if one["village"] == "v01"]
    assert (village["cash_satang"], told.repaid.totals["in_transit"]) == (8_000 * BAHT, 0)


def test_who_carries_too_long_is_found_until_the_money_is_answered_for(told: Told) -> None:
    """Not on the first day; three days on, for what was not counted; and no more when it is a debt in the books."""
    opened = [BOX_OF_THE_PAPER_BOOK, SILENT]
    assert told.on_the_way.findings() == opened
    assert told.arrived.findings() == sorted([*opened, "v01 CASH_CARRIED_LONG"])
    assert told.arrived.sentences("CASH_CARRIED_LONG") == [
        f"{CARRIER} has been carrying 100.00 baht since 2020-06-05 (3 days)"
    ]
    assert told.answered.findings() == told.repaid.findings() == opened


def test_the_page_tells_it_so(told: Told) -> None:
    assert is_on_page("money-carried", told.life.told["money-carried"])
