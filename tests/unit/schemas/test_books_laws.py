"""The laws of the books, for any history and any order in which it may reach the network log."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.accounts import CHART, Sub
from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.chain import Admission
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.base import TransferSide
from sajja_schemas.events.ledgers import (
    BankDepositMade,
    EntryReversed,
    ExpensePaid,
    OpeningBalanceRecorded,
    OpeningLine,
)
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.members import MemberExitSettled
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited
from sajja_schemas.events.transfers import NetworkDepositPlaced
from sajja_schemas.events.trust import Role
from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareContributionReceived, WelfareEnrolled
from sajja_schemas.figures import control_sums
from sajja_schemas.registers.members import members_of
from sajja_schemas.verdicts import Effect, Verdict
from support.arrival import arrive
from support.world import DAY, Tablet, World, ref_to

A2: tuple[Role, ...] = ("president", "treasurer", "secretary")
A3: tuple[Role, ...] = ("vice_president", "secretary")
FOUNDED = World.founded()
histories = st.integers(min_value=0, max_value=23)  # few, told once each; the orders of their arrival are many
orders = st.integers(min_value=0, max_value=2**32 - 1)


@dataclass
class Historian:
    """Makes up what people of one village and the office may do, from a seed."""

    world: World
    chance: random.Random
    code: str = "pp01"

    def tell(self, acts: int) -> World:
        tablets = self.world.village(self.code).tablets
        members = [f"{self.code}-m{number:03}" for number in range(3)]
        self.world.admit(tablets[0], members)
        for number in range(acts):
            self._act(self.chance.choice(tablets), self.chance.choice(tablets), self.chance.choice(members), number)
        return self.world

    def _act(self, tablet: Tablet, other: Tablet, member: str, number: int) -> None:
        satang = self.chance.randrange(1, 10_000)
        box = f"{self.code}-o4"
        match self.chance.randrange(9):
            case 0:
                saved = ShareDeposited(member=member, amount_satang=satang, box=box)
                self._maybe_reverse(self.world.record(tablet, saved), other, A3)
            case 1:
                self.world.record(tablet, SpecialSavingsDeposited(member=member, amount_satang=satang, box=box))
            case 2:
                loan = LoanDisbursed(
                    loan=f"l{number}", member=member, product="ordinary", gross_satang=satang + 1, net_satang=satang,
                    premium_satang=1, channel="cash", box=box,
                )  # fmt: skip
                entry = self.world.record(tablet, loan)
                self.world.approve(other, [entry], A2)
                self._maybe_reverse(entry, other, A2)
            case 3:
                paid = LoanRepaymentReceived(
                    loan="l1", member=member, product="emergency", total_satang=satang + 5, principal_satang=satang,
                    interest_satang=5, box=box,
                )  # fmt: skip
                self.world.record(tablet, paid)
            case 4:
                left = MemberExitSettled(member=member, shares_satang=satang, net_satang=satang)
                entry = self.world.record(tablet, left)
                self.world.approve(other, [entry], A2)
                self._maybe_reverse(entry, tablet, A2)
            case 5:
                self._welfare(tablet, other, member, number)
            case 6:
                self._transfer(tablet, satang, number)
            case 7:
                page = (OpeningLine(account=3110, amount_satang=-satang, sub=member),)
                entry = self.world.record(
                    tablet, OpeningBalanceRecorded(ledger=f"bank:{self.code}", lines_of_page=page)
                )
                self.world.approve(tablet, [entry], A2[: self.chance.randrange(1, 4)], keys_on=other)
            case _:
                spent = ExpensePaid(
                    ledger=f"bank:{self.code}", account=5120, amount_satang=satang, channel="cash", box=box
                )
                self.world.record(tablet, spent)
                banked = BankDepositMade(ledger=f"bank:{self.code}", amount_satang=satang, box=box, bank="baac")
                self.world.record(other, banked)

    def _maybe_reverse(self, entry: SignedEntry, tablet: Tablet, roles: Sequence[Role]) -> None:
        if self.chance.randrange(2):
            taken_back = self.world.record(tablet, EntryReversed(entry=ref_to(entry), reason="other"))
            if self.chance.randrange(3):
                self.world.approve(self.chance.choice(self.world.village(self.code).tablets), [taken_back], roles)

    def _welfare(self, tablet: Tablet, other: Tablet, member: str, number: int) -> None:
        enrolled = WelfareEnrolled(member=member, joined=DAY, resolution=self.world.resolve(tablet))
        self.world.approve(other, [self.world.record(tablet, enrolled)], A3)
        paid = WelfareContributionReceived(
            member=member, amount_satang=3_000, box=f"{self.code}-o4", months=("2020-06",)
        )
        self.world.record(tablet, paid)
        granted = WelfareClaimApproved(
            claim=f"c{number}", member=member, benefit="birth", amount_satang=500, happened=DAY
        )
        desk, vault = self.world.office.tablets
        entry = self.world.record(self.chance.choice((desk, vault)), granted, village=self.code)
        self.world.approve(desk, [entry], ("president", "secretary"))
        self.world.approve(vault, [entry], ("treasurer",))

    def _transfer(self, tablet: Tablet, satang: int, number: int) -> None:
        sides: tuple[tuple[Tablet, TransferSide], ...] = ((tablet, "sent"), (self.world.office.tablets[0], "received"))
        for author, side in sides:
            event = NetworkDepositPlaced(settlement=f"s{number}", side=side, amount_satang=satang, bank="baac")
            self.world.record(author, event, village=self.code)


@cache
def history(seed: int, acts: int = 12) -> World:
    chance = random.Random(seed)
    world = World.founded()
    Historian(world, chance).tell(acts)
    Historian(world, chance, "pp02").tell(acts // 3)
    return world


@cache
def folded(seed: int) -> Books:
    """The books of a history in the order in which it was told; to be read."""
    return history(seed).fold()


@cache
def reached(seed: int, order: int) -> tuple[list[SignedEntry], Books]:
    """Every device pushes whenever it likes; the fold's own devices are the ones that are enrolled. To be read."""
    arrival = arrive(history(seed), random.Random(order))
    return arrival.log, arrival.books


def what_people_see(books: Books) -> tuple[object, ...]:
    balances = {balance: amount for balance, amount in books.balances.items() if amount}
    waiting = {name for name, waiting in books.trust.awaiting.items() if waiting.control}
    return balances, dict(books.quarantined), waiting, books.reversed, books.registers.rows


@given(histories, orders)
def test_any_order_of_arrival_gives_the_same_books(seed: int, order: int) -> None:
    _log, books = reached(seed, order)
    assert what_people_see(books) == what_people_see(folded(seed))


@given(histories)
def test_every_ledger_sums_to_nothing_at_every_index(seed: int) -> None:
    log, _books = reached(seed, seed)
    bodies = {to_base64url(entry.hash): entry.body for entry in log}
    books = open_books(FOUNDED.network, FOUNDED.fingerprint)
    for index, entry in enumerate(log):
        apply(books, Admitted(index, to_base64url(entry.hash), entry.body), bodies.get)
        sums: dict[str, int] = {}
        for (ledger, _account, _sub), amount in books.balances.items():
            sums[ledger] = sums.get(ledger, 0) + amount
        assert not any(sums.values())


@given(histories)
def test_an_account_is_the_sum_of_its_sub_ledgers(seed: int) -> None:
    books = folded(seed)
    for (ledger, account), total in control_sums(books.balances.items()).items():
        parts = {key[2]: amount for key, amount in books.balances.items() if key[:2] == (ledger, account)}
        assert sum(parts.values()) == total
        assert ("" in parts) is (CHART[account].sub is Sub.NONE)


@given(histories, st.integers(min_value=0, max_value=100))
def test_the_state_can_be_stored_and_read_again_at_any_index(seed: int, percent: int) -> None:
    """As the projector does: whatever stops in between, the fold goes on as if nothing had."""
    log, whole = reached(seed, seed)
    bodies = {to_base64url(entry.hash): entry.body for entry in log}
    cut = percent * len(log) // 100
    books = fold_on(open_books(FOUNDED.network, FOUNDED.fingerprint), log[:cut], 0, bodies)
    stored = msgspec.msgpack.encode(books)
    read = msgspec.msgpack.decode(stored, type=Books)
    assert read == books
    assert fold_on(read, log[cut:], cut, bodies) == whole


def fold_on(books: Books, entries: Sequence[SignedEntry], start: int, bodies: dict[str, bytes]) -> Books:
    for index, entry in enumerate(entries, start=start):
        apply(books, Admitted(index, to_base64url(entry.hash), entry.body), bodies.get)
    return books


@given(histories)
def test_what_changed_is_said_once_it_changed(seed: int) -> None:
    """Whoever keeps only the changes knows every effect."""
    world = history(seed)
    books, changes = world.fold_with_changes()
    known: dict[str, Effect] = {}
    for entry, changed in zip(world.entries, changes, strict=True):
        assert changed[0][0] == to_base64url(entry.hash)
        known.update(changed)
    assert {name: effect for name, effect in known.items() if effect is not Effect.COUNTED} == books.quarantined


@given(histories, orders)
def test_duplicates_change_nothing(seed: int, order: int) -> None:
    log, _books = reached(seed, order)
    admission = Admission(log[0].hash)
    admission.enrolled = {entry.device for entry in log}
    chance = random.Random(order)
    for index, entry in enumerate(log):
        assert admission.judge(entry).index == index
        again = log[chance.randrange(index + 1)]
        judged = admission.judge(again)
        assert judged.verdict is Verdict.DUPLICATE
        assert admission.log[judged.index or 0] is again
    assert admission.log == log


@given(histories)
def test_a_village_that_folds_two_feeds_has_the_same_bank(seed: int) -> None:
    """Its own feed and the office's, in network order, say of its bank what the whole log says."""
    log, whole = reached(seed, seed)
    bodies = {to_base64url(entry.hash): entry.body for entry in log}
    part = open_books(FOUNDED.network, FOUNDED.fingerprint, partial=True)
    for index, entry in enumerate(log):
        if entry.village in {"pp02", "office"}:
            apply(part, Admitted(index, to_base64url(entry.hash), entry.body), bodies.get)

    def of_the_bank(books: Books) -> dict[tuple[str, int, str], int]:
        return {key: amount for key, amount in books.balances.items() if key[0] == "bank:pp02" and amount}

    assert of_the_bank(part) == of_the_bank(whole)
    assert list(members_of(part.registers, "pp02")) == list(members_of(whole.registers, "pp02"))
