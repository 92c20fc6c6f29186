"""What must hold of the books: at every index of any history, and that a breach is reported where it is."""

import random
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.ledgers import EntryReversed, OpeningLine
from sajja_schemas.events.trust import CommitteeMemberAppointed, Role
from sajja_schemas.invariants import Breach, Invariant, check
from sajja_schemas.registers.members import Member, member_of
from sajja_schemas.verdicts import Effect
from support.posting_table import event, lines_of_page
from support.world import ASSEMBLY, DAY, Tablet, World, ref_to

A2: tuple[Role, ...] = ("president", "treasurer", "secretary")
FOUNDED = World.founded()
MOVED = (
    "network_deposit_placed", "network_deposit_withdrawn", "linkage_loan_disbursed", "linkage_loan_repaid",
    "linkage_loan_interest_paid", "interfund_settlement_confirmed", "network_contribution_paid",
    "risk_surplus_distributed", "network_deposit_interest_paid",
)  # fmt: skip
SENT_BY_OFFICE = {
    "network_deposit_withdrawn", "linkage_loan_disbursed", "risk_surplus_distributed", "network_deposit_interest_paid"
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return deepcopy(FOUNDED)


def moved(tag: str, side: str, chance: random.Random, number: int) -> AnyEvent:
    """One side of money that moves between village and office."""
    more: dict[str, Any] = {"bank": "k1"}
    if tag.startswith("linkage"):
        more["linkage_loan"] = "n1"
    if tag == "network_contribution_paid":
        more["channel"] = "bank"
    if tag == "interfund_settlement_confirmed":
        more |= {"fund": ("welfare", "risk", "network")[number % 3], "carrier": "p1"}
    return event(tag, settlement=f"s{number}", side=side, amount_satang=100 + number % 2 * chance.randrange(2), **more)


def tell(world: World, chance: random.Random, acts: int) -> None:
    """Money moves between a village and the office; sides are missing, differ, come in any order, are taken back."""
    tablet, desk = world.village("pp01").tablets[0], world.office.tablets[0]
    for number in range(acts):
        tag = chance.choice(MOVED)
        for side in chance.sample(["sent", "received"], chance.choice((1, 2))):
            author = desk if (tag in SENT_BY_OFFICE) is (side == "sent") else tablet
            entry = world.record(author, moved(tag, side, chance, number), village="pp01")
            if chance.randrange(4) == 0:
                back = world.record(author, EntryReversed(entry=ref_to(entry), reason="other"), village="pp01")
                world.approve(author, [back], A2)
        match chance.randrange(4):
            case 0:
                assessed = event("network_contribution_assessed", year=2020, amount_satang=70)
                world.approve_by_office([world.record(desk, assessed, village="pp01")])
            case 1:
                paid = event(
                    "welfare_contribution_received", member="m1", amount_satang=30, box="b1", months=("2020-06",)
                )
                world.record(tablet, paid)
            case 2:
                handed = event(
                    "interfund_settlement_initiated", settlement=f"s{number}", fund="risk", amount_satang=5, box="b1",
                    carrier="p1",
                )  # fmt: skip
                world.record(tablet, handed)
            case _:
                allocate(world, chance, 2000 + number)


def allocate(world: World, chance: random.Random, year: int) -> None:
    """The general meeting gives to the welfare fund, and the fund books it, or not yet."""
    first, second = world.village("pp01").tablets
    gift = event("year_end_allocation_approved", year=year, profit_satang=9, welfare_satang=9, assembly=ASSEMBLY)
    entry = world.record(first, gift)
    world.approve(first, [entry], ("president", "secretary"))
    world.approve(second, [entry], ("treasurer",))
    if chance.randrange(2):
        booked = event("welfare_profit_contribution_received", year=year, amount_satang=9, assembly=ASSEMBLY)
        world.approve_by_office([world.record(world.office.tablets[0], booked, village="pp01")])


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_what_one_owes_is_what_the_other_claims_or_on_its_way_at_every_index(seed: int) -> None:
    chance = random.Random(seed)
    world = deepcopy(FOUNDED)
    start = len(world.entries)
    tell(world, chance, 6)
    told = world.entries[start:]
    chance.shuffle(told)  # as arrival may order them, each device's own log aside: what is forked has no effect
    for at, entry in enumerate(in_order_of_devices(told)):
        world.entries[start + at] = entry
    books = open_books(world.network, world.fingerprint)
    bodies: dict[str, bytes] = {}
    for index, entry in enumerate(world.entries):
        name = to_base64url(entry.hash)
        apply(books, Admitted(index, name, entry.body), bodies.get)
        bodies[name] = entry.body
        broken = {breach.invariant for breach in check(books)}
        assert not broken & {Invariant.LEDGER_SUMS_TO_NOTHING, Invariant.ACCOUNT_IS_SUM_OF_SUBS, Invariant.PAIRS_AGREE}
    assert Effect.UNDIGESTED not in books.quarantined.values()


def in_order_of_devices(shuffled: list[SignedEntry]) -> list[SignedEntry]:
    """The same interleaving of devices, each with its entries in order."""
    logs: dict[bytes, list[SignedEntry]] = {}
    for entry in sorted(shuffled, key=lambda entry: entry.sequence, reverse=True):
        logs.setdefault(entry.device, []).append(entry)
    return [logs[entry.device].pop() for entry in shuffled]


def record(world: World, author: Tablet, made: AnyEvent, village: str | None = None) -> SignedEntry:
    return world.record(author, made, village=village)


def transfer(side: str) -> AnyEvent:
    return event(
        "member_transferred", settlement="s1", side=side, from_village="pp01", to_village="pp02", member="pp01-m1",
        new_member="pp02-m9", gender="female", amount_satang=500, shares_satang=500,
    )  # fmt: skip


def move(world: World, side: str) -> Books:
    """Record a side of a transfer by whom it belongs to, approve it, and fold."""
    code = {"sent": "pp01", "received": "pp02", "between": "office"}[side]
    author = world.units[code].tablets[0]
    entry = world.record(author, transfer(side), village="pp01" if side == "between" else code)
    if side == "between":
        world.approve_by_office([entry])
    else:
        world.approve(author, [entry], A2)
    return world.fold()


@pytest.mark.parametrize("order", [("sent", "received", "between"), ("between", "received", "sent")])
def test_a_member_moves_by_three_entries_and_the_pairs_agree_after_each(world: World, order: tuple[str, ...]) -> None:
    world.admit(world.village("pp01").tablets[0], ["pp01-m1"])
    world.record(
        world.village("pp01").tablets[0], event("share_deposited", member="pp01-m1", amount_satang=500, box="b")
    )
    for side in order:
        books = move(world, side)
        assert not [breach for breach in check(books) if breach.invariant is Invariant.PAIRS_AGREE]
    books = world.fold()
    assert check(books) == []
    assert books.transit == {}
    assert books.balances["bank:pp02", 3110, "pp02-m9"] == -500
    assert books.balances["network", 1610, "pp01"] == 500 == -books.balances["network", 1610, "pp02"]
    left, came = member(books, "pp01", "pp01-m1"), member(books, "pp02", "pp02-m9")
    assert (left.in_bank, came.in_bank, came.gender) == (0, 1, "female")


def member(books: Books, village: str, name: str) -> Member:
    found = member_of(books.registers, village, name)
    assert found is not None
    return found


def test_no_village_books_between_two_villages(world: World) -> None:
    entry = world.record(world.village("pp01").tablets[0], transfer("between"))
    assert world.fold().quarantined == {to_base64url(entry.hash): Effect.NOT_AUTHORISED}


def test_a_duplicate_leaves_the_register_and_its_balance_moves(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    world.admit(tablet, ["m1", "m2"])
    merged = event(
        "member_duplicate_merged", survivor="m1", duplicate="m2", basis="one number",
        lines=lines_of_page((3110, 900, "m2"), (3110, -900, "m1")),
    )  # fmt: skip
    entry = world.record(tablet, merged)
    world.approve(tablet, [entry], A2)
    assert to_base64url(entry.hash) in world.fold().quarantined  # its own officers are not enough
    world.approve_by_office([entry])
    books = world.fold()
    assert books.balances["bank:pp01", 3110, "m1"] == -900
    assert (member(books, "pp01", "m1").in_bank, member(books, "pp01", "m2").in_bank) == (1, 0)


def test_an_adjustment_needs_its_officers_and_an_auditor(world: World) -> None:
    unit = world.village("pp01")
    tablet = unit.tablets[0]
    lines = lines_of_page((5120, 900, None), (3210, -900, None))
    entry = record(world, tablet, event("adjustment_posted", ledger="bank:pp01", lines=lines, reason="T18"))
    world.approve(tablet, [entry], A2)
    assert world.fold().quarantined == {to_base64url(entry.hash): Effect.AWAITING_APPROVAL}
    appointed = CommitteeMemberAppointed(person="pp01-o5", role="auditor", term_from=DAY, assembly=ASSEMBLY)
    world.approve_by_office([record(world, world.office.tablets[0], appointed, "pp01")])
    world.approve(tablet, [entry], ("bookkeeper",))
    books = world.fold()
    assert books.quarantined == {}
    assert books.balances["bank:pp01", 5120, ""] == 900


def test_an_expensed_shortage_needs_a_resolution_and_a_repaid_one_two_officers(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    resolution = world.resolve(tablet)

    def resolved(how: str, **more: Any) -> str:
        made = event("cash_variance_resolved", ledger="bank:pp01", how=how, amount_satang=5, box="b1", **more)
        entry = record(world, tablet, made)
        world.approve(tablet, [entry], ("president", "secretary"))
        return to_base64url(entry.hash)

    repaid, without, expensed = resolved("repaid"), resolved("expensed"), resolved("expensed", resolution=resolution)
    awaiting = world.fold().trust.awaiting
    assert without in awaiting
    assert repaid not in awaiting
    assert expensed not in awaiting


def test_a_carrier_holds_what_has_left_one_box_and_not_reached_another(world: World) -> None:
    tablet, other = world.village("pp01").tablets
    common = {"ledger": "bank:pp01", "settlement": "s1", "place": "box", "carrier": "p1", "amount_satang": 70}
    record(world, other, event("cash_custody_handed_over", box="b1", **common))
    (transit,) = world.fold().transit.values()
    assert (transit.holder, transit.since, transit.difference_satang) == ("p1", DAY, 70)
    record(world, tablet, event("cash_custody_received", box="b2", **common))
    assert world.fold().transit == {}


@pytest.mark.parametrize(("arrived", "direction"), [(60, "short"), (80, "over")])
def test_what_a_carrier_brought_otherwise_is_no_longer_on_its_way_once_it_is_recorded(
    world: World, arrived: int, direction: str
) -> None:
    """In any order of arrival: the carrier owes what is missing, and what is over waits to be explained."""
    tablet, other = world.village("pp01").tablets
    common = {"ledger": "bank:pp01", "settlement": "s1"}
    record(
        world, other, event("cash_custody_handed_over", box="b1", place="box", carrier="p1", amount_satang=70, **common)
    )
    variance = event(
        "cash_variance_recorded", direction=direction, amount_satang=10, box="p1", place="carrier", **common
    )
    record(world, tablet, variance)
    assert [one.difference_satang for one in world.fold().transit.values()] == [60 if direction == "short" else 80]
    record(
        world,
        tablet,
        event("cash_custody_received", box="b2", place="box", carrier="p1", amount_satang=arrived, **common),
    )
    books = world.fold()
    assert books.transit == {}
    assert books.balances["bank:pp01", 1112, "p1"] == 0
    assert books.balances["bank:pp01", *((1250, "p1") if direction == "short" else (2160, "p1"))] in {10, -10}


def test_a_variance_of_a_box_is_nothing_on_its_way(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    short = {"ledger": "bank:pp01", "direction": "short", "amount_satang": 10}
    record(world, tablet, event("cash_variance_recorded", box="b1", settlement="s1", **short))
    record(world, tablet, event("cash_variance_recorded", box="p1", place="carrier", **short))
    assert world.fold().transit == {}


def breaches(world: World) -> list[Breach]:
    return check(world.fold())


def test_savings_and_boxes_below_nothing_are_reported_until_people_sign_the_remedy(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    record(world, tablet, event("special_savings_deposited", member="m1", amount_satang=100, box="b1"))
    record(world, tablet, event("special_savings_withdrawn", member="m1", amount_satang=130, box="b1"))
    assert breaches(world) == [
        Breach(Invariant.BOX_IS_NOT_NEGATIVE, "bank:pp01", 1110, "b1", -30),
        Breach(Invariant.SAVINGS_ARE_NOT_NEGATIVE, "bank:pp01", 2110, "m1", 30),
    ]
    remedy = record(world, tablet, event("overdraft_recognised", member="m1", amount_satang=30))
    world.approve(tablet, [remedy], ("president", "secretary"))
    record(world, tablet, event("overdraft_repaid", member="m1", amount_satang=30, box="b1"))
    assert breaches(world) == []


def test_a_loan_stands_between_nothing_and_what_was_paid_out(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    page = lines_of_page((1210, 500, "l0"), (2210, -500, "k1"))
    opened = record(world, tablet, event("opening_balance_recorded", ledger="bank:pp01", lines_of_page=opening(page)))
    goods = {"item": "fertiliser", "quantity": 1, "channel": "stock"}
    record(world, tablet, event("loan_disbursed_in_kind", loan="l1", member="m1", amount_satang=300, **goods))
    lent = event(
        "loan_disbursed", loan="l2", member="m1", product="ordinary", gross_satang=200, net_satang=200, channel="bank",
        bank="k1",
    )  # fmt: skip
    record(world, tablet, lent)
    world.approve(tablet, [opened], A2)
    assert breaches(world) == []
    for loan, product, satang in (("l1", "in_kind", 301), ("l2", "ordinary", 200)):
        paid = event(
            "loan_repayment_received", loan=loan, member="m1", product=product, total_satang=satang,
            principal_satang=satang, box="b1",
        )  # fmt: skip
        record(world, tablet, paid)
    assert breaches(world) == [Breach(Invariant.PRINCIPAL_IS_WITHIN_LOAN, "bank:pp01", 1210, "l1", -1)]
    lines = lines_of_page((1210, 7, "l0"), (1210, -7, "l1"))
    more = event("member_duplicate_merged", survivor="m1", duplicate="m2", basis="", lines=lines)
    world.approve_by_office([record(world, tablet, more)])
    assert Breach(Invariant.PRINCIPAL_IS_WITHIN_LOAN, "bank:pp01", 1210, "l0", 7) in breaches(world)


def opening(lines: Any) -> tuple[Any, ...]:
    return tuple(OpeningLine(account=line.account, amount_satang=line.amount_satang, sub=line.sub) for line in lines)


def test_an_opening_that_is_not_complete_is_reported(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    page = opening(lines_of_page((2210, -500, "k1")))
    entry = record(world, tablet, event("opening_balance_recorded", ledger="bank:pp01", lines_of_page=page))
    world.approve(tablet, [entry], A2)
    assert breaches(world) == [Breach(Invariant.CLEARING_IS_NOTHING, "bank:pp01", 3900, "", 500)]


def test_what_no_history_can_break_is_our_mistake() -> None:
    books = open_books("testnet", "")
    books.balances = {("risk", 1120, ""): 5, ("welfare", 1610, "pp01"): -3, ("bank:pp01", 2620, ""): 7}
    assert check(books) == [
        Breach(Invariant.LEDGER_SUMS_TO_NOTHING, "bank:pp01", 0, "", 7),
        Breach(Invariant.LEDGER_SUMS_TO_NOTHING, "risk", 0, "", 5),
        Breach(Invariant.LEDGER_SUMS_TO_NOTHING, "welfare", 0, "", -3),
        Breach(Invariant.ACCOUNT_IS_SUM_OF_SUBS, "risk", 1120, "", 5),
        Breach(Invariant.PAIRS_AGREE, "bank:pp01", 2610, "", -3),
        Breach(Invariant.PAIRS_AGREE, "bank:pp01", 2620, "", 7),
    ]
    assert {invariant for invariant in Invariant if invariant.is_our_mistake} == {"I2", "I3"}


def test_the_last_date_is_the_latest_that_counts_in_any_feed(world: World) -> None:
    assert open_books("testnet", "").last_date is None
    tablet = world.village("pp01").tablets[0]
    for day in (date(2020, 7, 9), date(2020, 7, 2)):
        world.record(tablet, event("share_deposited", member="m1", amount_satang=100, box="b1"), day=day)
    assert world.fold().last_date == date(2020, 7, 9)
