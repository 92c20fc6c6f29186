"""A member moves to another village: the balances in two halves, the history stays, and welfare goes on."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest

from sajja_client.books import fold
from sajja_client.paper.movements import Reading
from sajja_schemas.calculations.welfare import is_in_benefit
from sajja_schemas.figures import read_welfare_members
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.registers.members import member_of
from sajja_schemas.registers.savings import WELFARE, months_paid
from support.life import Life, Whole
from support.life_page import is_on_page

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

FROM, TO = "bank:v01", "bank:v02"
BOX, OTHER_BOX = "v01-o4", "v02-o4"
SILENT = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January
BOX_OF_THE_PAPER_BOOK = "v01 BOX_OVER_LIMIT"
MEMBER, NEW = "v01-m001", "v02-m050"
JOINED, IN_WELFARE = date(2015, 1, 5), date(2015, 1, 5)
MOVED_ON, ARRIVED_ON = date(2020, 5, 5), date(2020, 5, 20)
MOVE: Final[dict[str, Any]] = {
    "settlement": "move-1", "from_village": "v01", "to_village": "v02", "member": MEMBER, "new_member": NEW,
    "gender": "female", "shares_satang": 20_100 * BAHT, "special_satang": 3_000 * BAHT,
    "amount_satang": 23_100 * BAHT, "joined": JOINED, "welfare_joined": IN_WELFARE, "welfare_paid_to": "2020-04",
}  # fmt: skip


class Told:
    """The village that is left books out, the office books between, the other village books in."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.here, self.there = life.tablets["v01"][0], life.tablets["v02"][0]
        life.admit("v01", {MEMBER: JOINED})
        life.open_books(
            FROM, (1110, 30_000 * BAHT, BOX), (3110, -20_000 * BAHT, MEMBER), (2110, -3_000 * BAHT, MEMBER), rest=3210
        )
        life.turn_to(date(2020, 4, 5))
        paid = {"member": MEMBER, "box": BOX, "months": ("2020-04",)}
        life.say(self.here, "share_deposited", amount_satang=100 * BAHT, **paid)
        life.say(self.here, "welfare_contribution_received", amount_satang=30 * BAHT, **paid)
        life.sync()
        self.before = life.gather()
        with life.chapter("moving"):
            life.turn_to(MOVED_ON)
            life.say(self.here, "member_transferred", side="sent", **MOVE)
            self.sent = life.gather()
            life.say(life.desk, "member_transferred", "v01", side="between", **MOVE)
            life.turn_to(ARRIVED_ON)
            life.say(self.there, "member_transferred", side="received", **MOVE)
            self.arrived = life.gather()
            paid = {"member": NEW, "box": OTHER_BOX, "months": ("2020-05",)}
            life.say(self.there, "share_deposited", amount_satang=100 * BAHT, **paid)
            life.say(self.there, "welfare_contribution_received", amount_satang=30 * BAHT, **paid)
        self.after = life.gather()
        with life.chapter("moving-remitted"):
            self._remit()
        self.remitted = life.gather()

    def _remit(self) -> None:
        life, carrier = self.life, {"carrier": "v01-o5"}
        owed: dict[str, Any] = {"settlement": "move-1-cash", "fund": "network", "amount_satang": 23_100 * BAHT}
        life.say(self.here, "interfund_settlement_initiated", box=BOX, **carrier, **owed)
        life.say(self.here, "interfund_settlement_confirmed", side="sent", **carrier, **owed)
        life.say(life.desk, "interfund_settlement_confirmed", "v01", side="received", bank="network-baac", **owed)
        life.say(life.desk, "network_contribution_assessed", "v02", year=2020, amount_satang=2_000 * BAHT)


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("moving"))


def of_member(whole: Whole) -> tuple[int, int]:
    """In baht: what stands for the person in the two villages."""
    sums = {FROM: 0, TO: 0}
    for (ledger, account, sub), amount in whole.books.balances.items():
        if ledger in sums and account in {3110, 2110} and sub in {MEMBER, NEW}:
            sums[ledger] -= amount // BAHT
    return sums[FROM], sums[TO]


def test_between_the_two_halves_the_money_is_on_its_way_and_then_it_is_there(told: Told) -> None:
    assert (of_member(told.before), of_member(told.sent), of_member(told.arrived)) == (
        (23_100, 0),
        (0, 0),
        (0, 23_100),
    )
    ((since, holder, amount),) = [
        (one.since, one.holder, one.difference_satang // BAHT) for one in told.sent.books.transit.values()
    ]
    assert (since, holder, amount) == (MOVED_ON, "v01", 23_100)
    assert told.arrived.books.transit == {}
    for ledger in (FROM, TO, "network"):  # one village owes the network what the network owes the other
        assert sum(amount for (name, _a, _s), amount in told.after.books.balances.items() if name == ledger) == 0
    assert told.after.books.balances[FROM, 2630, ""] == -23_100 * BAHT
    assert told.after.books.balances["network", 1610, "v01"] == 23_100 * BAHT
    assert told.after.books.balances["network", 1610, "v02"] == -23_100 * BAHT


def test_the_history_stays_where_it_was_lived(told: Told) -> None:
    """The passbook of the village that was left still shows every line, and ends at nothing."""
    moved = Reading(told.here.home, ARRIVED_ON).movements([MEMBER])
    shares = [amount for one in moved for _l, account, sub, amount in one.lines if (account, sub) == (3110, MEMBER)]
    assert shares == [-20_000 * BAHT, -100 * BAHT, 20_100 * BAHT]
    registers = told.after.books.registers
    left, came = member_of(registers, "v01", MEMBER), member_of(registers, "v02", NEW)
    assert left is not None
    assert came is not None
    assert (left.in_bank, came.in_bank) == (0, 1)
    assert (left.joined, came.joined) == (JOINED, JOINED)
    assert months_paid(registers, WELFARE, "v01", MEMBER) == {"2020-04": 1}


def test_welfare_goes_on_without_a_gap_and_without_a_second_waiting_period(told: Told) -> None:
    """In the fund since 2558 in the one village, then in the other; never in both, never in neither."""
    for whole in (told.before, told.arrived, told.after):
        assert read_welfare_members(whole.books.registers, ARRIVED_ON)["enrolled"] == 1
    registers = told.after.books.registers
    assert months_paid(registers, WELFARE, "v02", NEW) == {"2020-04": 1, "2020-05": 1}
    rules = told.life.rules("welfare")
    assert rules.welfare is not None
    assert is_in_benefit(
        on=ARRIVED_ON, admitted_on=IN_WELFARE, waiting_days=rules.welfare_waiting_days or 0,
        paid_to_month=max(months_paid(registers, WELFARE, "v02", NEW)), lapse_missed=rules.welfare.lapse_missed or 0,
        lapse_operator=rules.welfare.lapse_operator or ">",
    )  # fmt: skip
    known = member_of(fold(told.there.home).registers, "v02", NEW)
    assert known is not None
    assert (known.in_welfare, known.joined) == (1, JOINED)


def test_the_money_follows_to_the_network_and_its_contribution_is_set_against_what_it_owes(told: Told) -> None:
    """The village that was left owes nothing more; of 23,100 the network still owes the other 21,100."""
    balances = told.remitted.books.balances
    assert (balances[FROM, 2630, ""], balances["network", 1610, "v01"]) == (0, 0)
    assert balances["network", 1120, "network-baac"] == 23_100 * BAHT
    assert (balances[TO, 2630, ""], balances["network", 1610, "v02"]) == (21_100 * BAHT, -21_100 * BAHT)


def test_what_the_network_owes_the_new_village_is_found_until_it_is_paid(told: Told) -> None:
    """Two halves of one move are no unmatched transfer within a week or two, and nothing is to be reversed."""
    assert told.before.findings() == told.sent.findings() == [BOX_OF_THE_PAPER_BOOK, SILENT]
    for whole, owed in ((told.arrived, "23,100.00"), (told.after, "23,100.00"), (told.remitted, "21,100.00")):
        assert whole.findings() == [BOX_OF_THE_PAPER_BOOK, "v02 NETWORK_OWES_VILLAGE"]
        assert whole.sentences("NETWORK_OWES_VILLAGE") == [
            f"the network owes bank:v02 {owed} baht: members moved in, or too much was remitted"
        ]


def test_the_page_tells_it_so(told: Told) -> None:
    for name in ("moving", "moving-remitted"):
        assert is_on_page(name, told.life.told[name])
