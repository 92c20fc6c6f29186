"""Two tablets pay out the same savings on one day, neither knowing of the other; and a box is short on paper."""

from collections.abc import Callable
from datetime import date

import pytest

from sajja_schemas.events.corrections import FindingResolved
from sajja_schemas.invariants import Breach, Invariant
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from support.life import Life

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK = "bank:v01"
BOX, SAVER = "v01-o4", "v01-m001"
DAY = date(2020, 2, 1)


def breach(invariant: Invariant, account: int, sub: str, baht: int) -> Breach:
    return Breach(invariant, BANK, account, sub, baht * BAHT)


class Told:
    """1,000 are saved; each tablet pays out 800; officers recognise the debt, the member brings it back."""

    def __init__(self, life: Life) -> None:
        self.life = life
        one, other = life.tablets["v01"]
        life.admit("v01", {SAVER: date(2015, 1, 5)})
        life.open_books(BANK, (1110, 5_000 * BAHT, BOX), (2110, -1_000 * BAHT, SAVER), rest=3210)
        life.sync()
        life.turn_to(DAY)
        taken = {"member": SAVER, "amount_satang": 800 * BAHT, "box": BOX}
        life.say(one, "special_savings_withdrawn", **taken)
        life.say(other, "special_savings_withdrawn", **taken)
        self.merged = life.gather(breaches=[breach(Invariant.SAVINGS_ARE_NOT_NEGATIVE, 2110, SAVER, 600)])
        life.say(one, "overdraft_recognised", member=SAVER, amount_satang=600 * BAHT)
        self.recognised = life.gather()
        life.say(one, "overdraft_repaid", member=SAVER, amount_satang=600 * BAHT, box=BOX)
        self.repaid = life.gather()


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("overdrawn"))


def test_what_was_taken_out_twice_is_found_until_it_is_the_members_debt(told: Told) -> None:
    assert told.merged.findings() == ["v01 OVERDRAWN_AFTER_MERGE"]
    assert told.merged.sentences("OVERDRAWN_AFTER_MERGE") == [
        f"{SAVER} took out 600.00 baht more than stood in account 2110"
    ]
    assert told.recognised.findings() == told.repaid.findings() == []
    balances = told.repaid.books.balances
    assert (balances[BANK, 2110, SAVER], balances[BANK, 1260, SAVER]) == (0, 0)
    assert balances[BANK, 1110, BOX] == 4_000 * BAHT


def test_officers_may_sign_a_finding_off_until_its_facts_change(found: Callable[[str], Life]) -> None:
    """They know why the box is below zero on one day; when another deposit is missed, it stands again."""
    life = found("signed-off")
    tablet, _other = life.tablets["v01"]
    box_short = breach(Invariant.BOX_IS_NOT_NEGATIVE, 1110, BOX, -100)
    life.admit("v01", {SAVER: date(2015, 1, 5)})
    life.open_books(BANK, (2110, -1_000 * BAHT, SAVER), rest=3210)
    taken = {"member": SAVER, "amount_satang": 100 * BAHT, "box": BOX}
    life.say(tablet, "special_savings_withdrawn", **taken)
    short = life.gather(breaches=[box_short])
    assert short.findings() == ["v01 CASH_BOX_NEGATIVE"]
    (finding,) = short.found
    resolved = {"code": finding.code, "finding": finding.name, "text": "the deposit comes tomorrow"}
    entry = life.say(tablet, str(FindingResolved.__struct_config__.tag), **resolved)
    life.leave_unsigned(entry)
    assert life.gather(breaches=[box_short]).findings() == ["v01 CASH_BOX_NEGATIVE"], "nobody has signed"
    life.say(tablet, str(FindingResolved.__struct_config__.tag), **resolved)
    assert life.gather(breaches=[box_short]).findings() == []
    life.say(tablet, "special_savings_withdrawn", **taken)
    more = breach(Invariant.BOX_IS_NOT_NEGATIVE, 1110, BOX, -200)
    assert life.gather(breaches=[more]).findings() == ["v01 CASH_BOX_NEGATIVE"]
