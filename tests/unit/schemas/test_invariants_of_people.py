"""I5 to I8 break by what people do: at every index exactly what happened is reported, and remedies settle it.

People here tell beside each entry what it means in plain sums. Their count, not the declared postings, says what the
books should report: boxes, savings and loans below nothing, loans beyond what was lent, openings that are incomplete.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.ledgers import EntryReversed, OpeningLine
from sajja_schemas.invariants import Breach, Invariant, check
from sajja_schemas.verdicts import Effect
from support.arrival import arrive
from support.posting_table import event
from support.world import QUORUMS, Tablet, World, ref_to

BANK = "bank:pp01"
LENT, BOX, SPECIAL, SHARES, LOANS, CLEARING = 0, 1110, 2110, 3110, 1210, 3900
FOUNDED = World.founded(("pp01",))
OF_PEOPLE = {
    Invariant.BOX_IS_NOT_NEGATIVE, Invariant.SAVINGS_ARE_NOT_NEGATIVE, Invariant.PRINCIPAL_IS_WITHIN_LOAN,
    Invariant.CLEARING_IS_NOTHING,
}  # fmt: skip
Meaning = Mapping[tuple[int, str], int]  # (an account, or LENT) and what it is of: satang, a debit is positive
seeds = st.integers(min_value=0, max_value=2**32 - 1)


class People:
    """Two tablets of one village, and what people do at them from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world = deepcopy(FOUNDED)
        self.meanings: dict[str, Meaning] = {}
        self.told: list[tuple[SignedEntry, Tablet, str]] = []  # what may be taken back, where, and its class

    def do(self, meaning: Meaning, tag: str, **fields: Any) -> SignedEntry:
        """Something happens at one of the tablets."""
        tablet, other = self.chance.sample(self.world.village("pp01").tablets, 2)
        made = event(tag, **fields)
        entry = self.world.record(tablet, made)
        self.meanings[to_base64url(entry.hash)] = meaning
        self.told.append((entry, other, made.declared.approvers))
        if roles := QUORUMS.get(made.declared.approvers):
            self.world.approve(tablet, [entry], roles if self.is_agreed() else roles[:1])
        return entry

    def is_agreed(self) -> bool:
        """Whether all officers sign."""
        return bool(self.chance.randrange(4))

    def live(self, acts: int) -> World:
        """Everything that may go wrong goes wrong at times."""
        for _act in range(acts):
            self._act(self.chance.choice(["m1", "m2"]), self.chance.choice(["b1", "b2"]))
        return self.world

    def _act(self, member: str, box: str) -> None:
        satang = self.chance.randrange(1, 500)
        loan = self.chance.choice(["l1", "l2"])
        common: dict[str, Any] = {"member": member, "amount_satang": satang}
        lending: dict[str, Any] = {"loan": loan, "member": member, "product": "ordinary"}
        match self.chance.randrange(10):
            case 0 | 1:
                self.do(
                    {(BOX, box): satang, (SPECIAL, member): -satang}, "special_savings_deposited", box=box, **common
                )
            case 2:
                self.do(
                    {(BOX, box): -satang, (SPECIAL, member): satang}, "special_savings_withdrawn", box=box, **common
                )
            case 3:
                self.do({(BOX, box): satang, (SHARES, member): -satang}, "share_deposited", box=box, **common)
            case 4:
                self.do({(BOX, box): -satang, (SHARES, member): satang}, "share_withdrawn", box=box, **common)
            case 5:
                lent = {(BOX, box): -satang, (LOANS, loan): satang, (LENT, loan): satang}
                paid = {"gross_satang": satang, "net_satang": satang, "channel": "cash"}
                self.do(lent, "loan_disbursed", box=box, **lending, **paid)
            case 6:
                back = {"total_satang": satang, "principal_satang": satang, "box": box}
                self.do({(BOX, box): satang, (LOANS, loan): -satang}, "loan_repayment_received", **lending, **back)
            case 7:
                self._recognise(member, loan, satang)
            case 8:
                self._open(member, loan, box, satang)
            case _:
                self._take_back()

    def _recognise(self, member: str, loan: str, satang: int) -> None:
        of_loan: dict[str, Any] = {"loan": loan, "member": member, "product": "ordinary", "amount_satang": satang}
        match self.chance.randrange(3):
            case 0:
                self.do({(SPECIAL, member): -satang}, "overdraft_recognised", member=member, amount_satang=satang)
            case 1:
                self.do({(LOANS, loan): satang}, "overpayment_recognised", **of_loan)
            case _:
                once = {(LOANS, loan): -satang, (LENT, loan): -satang}
                self.do(once, "double_disbursement_recognised", **of_loan)

    def _open(self, member: str, loan: str, box: str, satang: int) -> None:
        """A page of the paper book; often the page that balances it is missing."""
        page = [(BOX, box, satang), (LOANS, loan, satang), (SPECIAL, member, -satang), (SHARES, member, -satang)]
        page = self.chance.sample(page, self.chance.randrange(1, 5))
        self.open_page(page)

    def open_page(self, page: list[tuple[int, str, int]]) -> SignedEntry:
        """Bring forward what a page says."""
        meaning: dict[tuple[int, str], int] = {(account, sub): amount for account, sub, amount in page}
        meaning |= {(LENT, sub): amount for account, sub, amount in page if account == LOANS}
        meaning[CLEARING, ""] = -sum(amount for _account, _sub, amount in page)
        lines = tuple(OpeningLine(account=account, amount_satang=amount, sub=sub) for account, sub, amount in page)
        return self.do(meaning, "opening_balance_recorded", ledger=BANK, lines_of_page=lines)

    def _take_back(self) -> None:
        if self.told:
            entry, tablet, approvers = self.told.pop(self.chance.randrange(len(self.told)))
            self.take_back(entry, tablet, "A2" if approvers == "A2" else "A1")

    def take_back(self, entry: SignedEntry, tablet: Tablet, approvers: str) -> None:
        """Reverse an entry, on the other tablet."""
        back = self.world.record(tablet, EntryReversed(entry=ref_to(entry), reason="other"))
        roles = next(roles for name, roles in QUORUMS.items() if name == approvers)
        self.world.approve(tablet, [back], roles if self.is_agreed() else roles[:1])


def states(world: World, log: list[SignedEntry]) -> Iterator[tuple[set[str], Books]]:
    """What has arrived, and the books, at every index."""
    books = open_books(world.network, world.fingerprint)
    bodies: dict[str, bytes] = {}
    for index, entry in enumerate(log):
        name = to_base64url(entry.hash)
        apply(books, Admitted(index, name, entry.body), bodies.get)
        bodies[name] = entry.body
        yield set(bodies), books


def reported(books: Books) -> list[Breach]:
    return [breach for breach in check(books) if breach.invariant in OF_PEOPLE]


def expected(people: People, arrived: set[str], books: Books) -> list[Breach]:
    """What the people's own sums say is wrong, of what arrived, counts, and was not taken back."""
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for name, meaning in people.meanings.items():
        if name in arrived and name not in books.quarantined and name not in books.reversed:
            for what, amount in meaning.items():
                sums[what] += amount
    found = []
    for (account, sub), amount in sums.items():
        lent = max(sums.get((LENT, sub), 0), 0)
        match account:
            case 1110 if amount < 0:
                found.append(Breach(Invariant.BOX_IS_NOT_NEGATIVE, BANK, BOX, sub, amount))
            case 2110 | 3110 if amount > 0:
                found.append(Breach(Invariant.SAVINGS_ARE_NOT_NEGATIVE, BANK, account, sub, amount))
            case 1210 if amount < 0 or amount > lent:
                beyond = amount if amount < 0 else amount - lent
                found.append(Breach(Invariant.PRINCIPAL_IS_WITHIN_LOAN, BANK, LOANS, sub, beyond))
            case 3900 if amount:
                found.append(Breach(Invariant.CLEARING_IS_NOTHING, BANK, CLEARING, "", amount))
            case _:
                pass
    return sorted(found)


@given(seeds, seeds)
def test_at_every_index_of_any_order_exactly_what_happened_is_reported(seed: int, order: int) -> None:
    people = People(seed)
    world = people.live(25)
    for arrived, books in states(world, arrive(world, random.Random(order)).log):
        assert reported(books) == expected(people, arrived, books)
        assert Effect.UNDIGESTED not in books.quarantined.values()


def test_the_histories_break_each_of_the_four() -> None:
    """So the law above is no law about nothing."""
    seen: set[Invariant] = set()
    for seed in range(10):
        people = People(seed)
        world = people.live(25)
        seen |= {breach.invariant for _arrived, books in states(world, world.entries) for breach in reported(books)}
    assert seen == OF_PEOPLE


class Careful(People):
    """People who look before they act: they pay out what is there, and all officers sign."""

    def is_agreed(self) -> bool:
        return True

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._books = open_books(self.world.network, self.world.fingerprint)
        self._bodies: dict[str, bytes] = {}

    def _look(self) -> Books:
        """The books with all that was recorded since."""
        for entry in self.world.entries[len(self._bodies) :]:
            name = to_base64url(entry.hash)
            apply(self._books, Admitted(len(self._bodies), name, entry.body), self._bodies.get)
            self._bodies[name] = entry.body
        return self._books

    def _act(self, member: str, box: str) -> None:
        books = self._look()
        in_box = books.balances.get((BANK, BOX, box), 0)
        saved = -books.balances.get((BANK, SPECIAL, member), 0)
        loan = self.chance.choice(["l1", "l2"])
        owed = books.balances.get((BANK, LOANS, loan), 0)
        satang = self.chance.randrange(1, 500)
        of_loan: dict[str, Any] = {"loan": loan, "member": member, "product": "ordinary", "box": box}
        match self.chance.randrange(6):
            case 0 if min(in_box, saved) > 0:
                some = self.chance.randint(1, min(in_box, saved))
                out = {(BOX, box): -some, (SPECIAL, member): some}
                self.do(out, "special_savings_withdrawn", member=member, amount_satang=some, box=box)
            case 1 if in_box > 0:
                some = self.chance.randint(1, in_box)
                lent = {(BOX, box): -some, (LOANS, loan): some, (LENT, loan): some}
                paid = {"gross_satang": some, "net_satang": some, "channel": "cash"}
                self.do(lent, "loan_disbursed", **of_loan, **paid)
            case 2 if owed > 0:
                some = self.chance.randint(1, owed)
                back = {"total_satang": some, "principal_satang": some}
                self.do({(BOX, box): some, (LOANS, loan): -some}, "loan_repayment_received", **of_loan, **back)
            case 3:
                self.open_page([(BOX, box, satang), (SHARES, member, -satang)])
            case 4:
                saving = {(BOX, box): satang, (SPECIAL, member): -satang}
                common = {"member": member, "amount_satang": satang, "box": box}
                entry = self.do(saving, "special_savings_deposited", **common)
                self.take_back(entry, self.told[-1][1], "A1")
            case _:
                saving = {(BOX, box): satang, (SHARES, member): -satang}
                self.do(saving, "share_deposited", member=member, amount_satang=satang, box=box)


@given(seeds, seeds)
def test_who_looks_before_paying_out_breaks_nothing_at_any_index_and_nothing_once_all_has_arrived(
    seed: int, order: int
) -> None:
    world = Careful(seed).live(15)
    for _arrived, books in states(world, world.entries):
        assert reported(books) == []
    assert reported(arrive(world, random.Random(order)).books) == []


@given(seeds)
def test_the_remedy_of_a_finding_by_its_amount_leaves_no_finding_there(seed: int) -> None:
    people = People(seed)
    world = people.live(25)
    tablet = world.village("pp01").tablets[0]
    settled = set()
    for breach in reported(world.fold()):
        if (remedy := remedy_of(breach)) is not None:
            world.approve(tablet, [world.record(tablet, remedy)], ("president", "secretary"))
            settled.add((breach.account, breach.sub))
    assert not settled & {(breach.account, breach.sub) for breach in reported(world.fold())}


def remedy_of(breach: Breach) -> Any:
    """The event that people sign for a finding; what is short in a box or a page is brought, not signed away."""
    of_loan = {"loan": breach.sub, "member": "m1", "product": "ordinary"}
    match breach.invariant:
        case Invariant.SAVINGS_ARE_NOT_NEGATIVE if breach.account == SPECIAL:
            return event("overdraft_recognised", member=breach.sub, amount_satang=breach.amount_satang)
        case Invariant.PRINCIPAL_IS_WITHIN_LOAN if breach.amount_satang < 0:
            return event("overpayment_recognised", **of_loan, amount_satang=-breach.amount_satang)
        case _:
            return None
