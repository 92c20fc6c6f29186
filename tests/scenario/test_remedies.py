"""What two tablets do to one account is found first, and put right by what people sign (docs/domain.md section 6).

Each case has two steps: the finding, with the money where the cash facts left it; then the remedy, which has no effect
until its two officers have approved, and then gives the published balances. Each step, whatever arrives first.
"""

import random
from typing import Any

import pytest

from sajja_schemas.books import Books
from sajja_schemas.calculations.deposits import overdrawn
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.invariants import Breach, Invariant, check
from sajja_schemas.registers.loans import lent_satang
from sajja_schemas.registers.members import is_in_bank
from support.arrival import arrive
from support.posting_table import event
from support.world import ASSEMBLY, QUORUMS, Tablet, World

BANK = "bank:v01"
BAHT = 100
ORDERS = range(8)


@pytest.fixture
def world() -> World:
    """A village whose box has enough for every case."""
    world = World.founded(("v01",), network="remedies")
    world.admit(world.village("v01").tablets[0], ["m1", "m2"])
    say(world, tablets(world)[0], "special_savings_deposited", member="m2", amount_satang=200_000 * BAHT)
    return world


def tablets(world: World) -> tuple[Tablet, Tablet]:
    first, second = world.village("v01").tablets
    return first, second


def say(world: World, tablet: Tablet, tag: str, **fields: Any) -> SignedEntry:
    """Record what happened at the box, with the approvals that its class asks for."""
    made = event(tag, box="v01-o4", **fields)
    entry = world.record(tablet, made)
    if roles := QUORUMS.get(made.declared.approvers):
        world.approve(tablet, [entry], roles)
    return entry


def remedy(world: World, tag: str, **fields: Any) -> SignedEntry:
    """Propose a remedy; nobody has approved it yet."""
    return world.record(tablets(world)[0], event(tag, **fields))


def in_any_order(world: World) -> list[Books]:
    """The books of the order of recording, and of several others."""
    return [world.fold(), *(arrive(world, random.Random(order)).books for order in ORDERS)]


def stands(world: World, account: int, sub: str = "m1") -> int:
    """One balance, the same in any order of arrival."""
    (amount,) = {books.balances.get((BANK, account, sub), 0) for books in in_any_order(world)}
    return amount


def breaches(world: World) -> list[Breach]:
    found = [check(books) for books in in_any_order(world)]
    assert all(one == found[0] for one in found)
    return found[0]


def is_without_effect(world: World, entry: SignedEntry) -> bool:
    return all(to_base64url(entry.hash) in books.quarantined for books in in_any_order(world))


def test_5000_withdrawn_as_3000_on_two_tablets_is_found_and_then_1000_stands_as_the_members_debt(world: World) -> None:
    first, second = tablets(world)
    say(world, first, "special_savings_deposited", member="m1", amount_satang=5_000 * BAHT)
    for tablet in (first, second):
        say(world, tablet, "special_savings_withdrawn", member="m1", amount_satang=3_000 * BAHT)
    assert stands(world, 2110) == 1_000 * BAHT
    assert breaches(world) == [Breach(Invariant.SAVINGS_ARE_NOT_NEGATIVE, BANK, 2110, "m1", 1_000 * BAHT)]

    missing_satang = overdrawn(-stands(world, 2110))
    recognised = remedy(world, "overdraft_recognised", member="m1", amount_satang=missing_satang)
    assert is_without_effect(world, recognised)
    world.approve(first, [recognised], ("president", "secretary"))
    assert (stands(world, 2110), stands(world, 1260)) == (0, 1_000 * BAHT)
    assert breaches(world) == []

    say(world, second, "overdraft_repaid", member="m1", amount_satang=1_000 * BAHT)
    assert (stands(world, 2110), stands(world, 1260)) == (0, 0)


def test_a_loan_that_was_paid_out_on_two_tablets_is_one_loan_and_a_debt_of_the_borrower(world: World) -> None:
    lent = {"loan": "l1", "member": "m1", "product": "ordinary"}
    for tablet in tablets(world):
        paid_out = {"gross_satang": 20_000 * BAHT, "net_satang": 20_000 * BAHT, "channel": "cash"}
        say(world, tablet, "loan_disbursed", **lent, **paid_out)
    assert stands(world, 1210, "l1") == 40_000 * BAHT
    assert breaches(world) == []  # each was lent: that there are two is a finding about the loan, not about a balance

    recognised = remedy(world, "double_disbursement_recognised", **lent, amount_satang=20_000 * BAHT)
    assert is_without_effect(world, recognised)
    world.approve(tablets(world)[0], [recognised], ("president", "secretary"))
    assert (stands(world, 1210, "l1"), stands(world, 1260)) == (20_000 * BAHT, 20_000 * BAHT)
    assert {lent_satang(books.registers, BANK, "l1") for books in in_any_order(world)} == {20_000 * BAHT}
    assert breaches(world) == []


def test_a_repayment_on_a_tablet_that_did_not_know_of_the_close_becomes_an_advance(world: World) -> None:
    first, second = tablets(world)
    loan = {"loan": "l1", "member": "m1", "product": "ordinary"}
    paid_out = {"gross_satang": 1_000 * BAHT, "net_satang": 1_000 * BAHT, "channel": "cash"}
    say(world, first, "loan_disbursed", **loan, **paid_out)
    for tablet in (first, second):
        last = {"total_satang": 1_010 * BAHT, "principal_satang": 1_000 * BAHT, "interest_satang": 10 * BAHT}
        say(world, tablet, "loan_repayment_received", **loan, **last)
    assert stands(world, 1210, "l1") == -1_000 * BAHT
    assert breaches(world) == [Breach(Invariant.PRINCIPAL_IS_WITHIN_LOAN, BANK, 1210, "l1", -1_000 * BAHT)]

    recognised = remedy(world, "overpayment_recognised", **loan, amount_satang=1_000 * BAHT)
    assert is_without_effect(world, recognised)
    world.approve(first, [recognised], ("president", "secretary"))
    assert (stands(world, 1210, "l1"), stands(world, 2150)) == (0, -1_000 * BAHT)
    assert breaches(world) == []

    say(world, second, "advance_refunded", member="m1", amount_satang=1_000 * BAHT)
    assert stands(world, 2150) == 0


@pytest.mark.parametrize(
    ("saved_in", "tag", "account"),
    [("shares", "share_deposited", 3110), ("special", "special_savings_deposited", 2110)],
)
def test_a_deposit_of_who_had_resigned_on_another_tablet_is_owed_to_the_leaver(
    world: World, saved_in: str, tag: str, account: int
) -> None:
    first, second = tablets(world)
    say(world, first, "share_deposited", member="m1", amount_satang=700 * BAHT)
    settled = event("member_exit_settled", member="m1", shares_satang=700 * BAHT, net_satang=700 * BAHT)
    world.approve(first, [world.record(first, settled)], ("president", "treasurer", "secretary"))
    say(world, second, tag, member="m1", amount_satang=100 * BAHT)
    assert (stands(world, account), stands(world, 2140)) == (-100 * BAHT, -700 * BAHT)
    assert {is_in_bank(books.registers, "v01", "m1") for books in in_any_order(world)} == {
        False
    }  # nobody's savings: the finding

    recognised = remedy(world, "late_deposit_recognised", member="m1", saved_in=saved_in, amount_satang=100 * BAHT)
    assert is_without_effect(world, recognised)
    world.approve(first, [recognised], ("president", "secretary"))
    assert (stands(world, account), stands(world, 2140)) == (0, -800 * BAHT)

    say(world, second, "member_heirs_paid", member="m1", amount_satang=800 * BAHT, channel="cash")
    assert stands(world, 2140) == 0
    assert breaches(world) == []


def test_a_member_does_not_approve_the_remedy_about_himself(world: World) -> None:
    """The treasurer's own overdraft needs two others."""
    first, _second = tablets(world)
    appointed = event(
        "committee_member_appointed", person="v01-o4", role="committee", term_from=world.today,
        assembly=ASSEMBLY, member="m1",
    )  # fmt: skip
    world.approve_by_office([world.record(world.office.tablets[0], appointed, village="v01")])
    say(world, first, "special_savings_withdrawn", member="m1", amount_satang=10 * BAHT)
    recognised = remedy(world, "overdraft_recognised", member="m1", amount_satang=10 * BAHT)
    world.approve(first, [recognised], ("treasurer", "secretary"))
    assert is_without_effect(world, recognised)
    world.approve(first, [recognised], ("president",))
    assert (stands(world, 2110), stands(world, 1260)) == (0, 10 * BAHT)
