"""Corners of authority and approval that no vector reaches; the rest stands in `vectors/effects.json`."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest

from sajja_schemas import limits
from sajja_schemas.books import Admitted, apply, open_books, originals
from sajja_schemas.entry import SignedEntry, read_entry, to_base64url
from sajja_schemas.events import Body, encode_body, read_body
from sajja_schemas.events.base import Approvers, Assembly
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.loans import LoanApproved
from sajja_schemas.events.members import MemberAdmitted
from sajja_schemas.events.network import Bylaws, FoundingDevice, FoundingKey, NetworkEstablished, RulesetAdopted
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from sajja_schemas.events.transfers import InterfundSettlementConfirmed, InterfundSettlementInitiated, LinkageLoanRepaid
from sajja_schemas.events.trust import (
    CommitteeMemberAppointed,
    CommitteeTermEnded,
    DeviceEnrolled,
    DeviceRevoked,
    EntryApproved,
    OfficerKeyRevoked,
)
from sajja_schemas.quorum import is_complete, is_interested
from sajja_schemas.standing import Approved, Awaiting, Trust
from sajja_schemas.verdicts import Effect
from support.world import ASSEMBLY, DAY, ROLES, Tablet, World, key_of, ref_to

FOUNDED = World.founded(("pp01",))
SPARE_BITS = "A" * 42 + "B"  # 43 characters that are not the base64url of 32 bytes


@pytest.fixture
def world() -> World:
    return deepcopy(FOUNDED)


def no_body(_name: str) -> bytes | None:
    return None


def deposit(satang: int = 100) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang, box="pp01-o4")


def lend(world: World, borrower: str) -> SignedEntry:
    """A loan that the village's own committee has approved."""
    tablet = world.village("pp01").tablets[0]
    terms = LoanApproved(
        loan="l1", member=borrower, product="ordinary", amount_satang=100, rate_bp_month=100, method="declining",
        months=10, first_due=DAY, resolution=world.resolve(tablet),
    )  # fmt: skip
    entry = world.record(tablet, terms)
    world.approve(tablet, [entry], ("president", "secretary"))
    return entry


def effect(world: World, entry: SignedEntry) -> Effect:
    return world.fold().quarantined.get(to_base64url(entry.hash), Effect.COUNTED)


def effect_of_founding(**changed: Any) -> Effect:
    """What a network's first entry is, if its founders had written it so and pinned it."""
    body = read_body(FOUNDED.entries[0].body)
    assert isinstance(body, Body)
    outside = {name: changed.pop(name) for name in ("network", "device", "event") if name in changed}
    founding = msgspec.structs.replace(body, **{"event": msgspec.structs.replace(body.event, **changed), **outside})
    data = encode_body(founding)
    entry = read_entry(bytes(32), bytes(64), data)
    books = open_books("testnet", to_base64url(entry.hash))
    apply(books, Admitted(0, to_base64url(entry.hash), data), no_body)
    assert books.trust.established is not bool(books.quarantined)
    return books.quarantined.get(to_base64url(entry.hash), Effect.COUNTED)


def founding() -> NetworkEstablished:
    body = read_body(FOUNDED.entries[0].body)
    assert isinstance(body, Body)
    assert isinstance(body.event, NetworkEstablished)
    return body.event


class TestTheFoundingEntry:
    def test_counts_because_it_is_pinned(self) -> None:
        assert effect_of_founding() is Effect.COUNTED

    def test_is_of_this_network(self) -> None:
        assert effect_of_founding(network="other") is Effect.NOT_AUTHORISED

    def test_names_its_own_device(self) -> None:
        assert effect_of_founding(device="A" * 43) is Effect.NOT_AUTHORISED

    def test_is_a_founding(self) -> None:
        assert effect_of_founding(event=deposit()) is Effect.NOT_AUTHORISED

    def test_has_derived_keys_in_a_demonstration_only(self) -> None:
        devices = tuple(msgspec.structs.replace(device, derived=True) for device in founding().devices)
        assert effect_of_founding(devices=devices) is Effect.NOT_AUTHORISED
        assert effect_of_founding(devices=devices, demonstration=True) is Effect.COUNTED

    @pytest.mark.parametrize("key", ["A" * 43])
    def test_has_no_key_that_is_weak(self, key: str) -> None:
        devices = (founding().devices[0], FoundingDevice(key=key, label="x"))
        assert effect_of_founding(devices=devices) is Effect.NOT_AUTHORISED
        officer = founding().officers[0]
        weak = msgspec.structs.replace(officer, keys=(FoundingKey(device=officer.keys[0].device, key=key),))
        assert effect_of_founding(officers=(weak, *founding().officers[1:])) is Effect.NOT_AUTHORISED

    def test_has_no_key_twice(self) -> None:
        assert effect_of_founding(devices=(founding().devices[0],) * 2) is Effect.NOT_AUTHORISED

    def test_says_where_its_officers_live(self) -> None:
        officers = tuple(msgspec.structs.replace(officer, home="pp01") for officer in founding().officers)
        assert effect_of_founding(officers=officers) is Effect.COUNTED


class TestKeys:
    @pytest.mark.parametrize("changed", [{"key": "A" * 43}, {"proof": "A" * 86}, {"device": "B" * 42 + "A"}])
    def test_what_is_no_key_no_proof_or_no_name_is_refused(self, world: World, changed: dict[str, str]) -> None:
        asked = world.enrolment(Tablet("pp01", key_of("third")))
        enrolled: DeviceEnrolled = msgspec.structs.replace(asked, **changed)
        assert effect(world, world.record(world.office.tablets[0], enrolled, village="pp01")) is Effect.NOT_AUTHORISED

    def test_a_derived_key_is_welcome_in_a_demonstration(self, world: World) -> None:
        tablet = Tablet("pp01", key_of("third"))
        entry = world.record(world.office.tablets[0], world.enrolment(tablet, derived=True), village="pp01")
        books = world.fold()
        assert books.quarantined == {to_base64url(entry.hash): Effect.NOT_AUTHORISED}
        books = open_books(world.network, world.fingerprint)
        for index, listed in enumerate(world.entries):
            apply(books, Admitted(index, to_base64url(listed.hash), listed.body), no_body)
            books.trust.demonstration = True
        assert books.quarantined == {to_base64url(entry.hash): Effect.AWAITING_APPROVAL}

    def test_what_nobody_knows_can_be_revoked_and_nothing_happens(self, world: World) -> None:
        desk = world.office.tablets[0]
        for event in (DeviceRevoked(device="A" * 43, reason="x"), OfficerKeyRevoked(key="A" * 43, reason="x")):
            entry = world.record(desk, event, village="pp01")
            world.approve_by_office([entry])
        before = {name: device.revoked for name, device in FOUNDED.fold().trust.devices.items()}
        assert {name: device.revoked for name, device in world.fold().trust.devices.items()} == before

    def test_an_approval_that_names_no_hash_approves_nothing(self, world: World) -> None:
        tablet = world.village("pp01").tablets[0]
        entry = world.record(tablet, deposit())
        approval = read_body(world.approve(tablet, [entry], ("president",)).body)
        assert isinstance(approval, Body)
        assert isinstance(approval.event, EntryApproved)
        ref = msgspec.structs.replace(approval.event.entries[0], hash=SPARE_BITS)
        event = EntryApproved(entries=(ref,), approvals=approval.event.approvals)
        assert effect(world, world.record(tablet, event)) is Effect.MALFORMED

    def test_a_signature_that_is_none_does_not_spoil_the_others(self, world: World) -> None:
        tablet = world.village("pp01").tablets[0]
        taken_back = world.record(tablet, EntryReversed(entry=ref_to(world.record(tablet, deposit())), reason="other"))
        approval = read_body(world.approve(tablet, [taken_back], ("president", "secretary")).body)
        assert isinstance(approval, Body)
        assert isinstance(approval.event, EntryApproved)
        spoilt = msgspec.structs.replace(approval.event.approvals[0], sig="A" * 86)
        world.entries.pop()
        tablet.log.pop()
        event = EntryApproved(entries=approval.event.entries, approvals=(spoilt, *approval.event.approvals))
        world.record(tablet, event)
        assert effect(world, taken_back) is Effect.COUNTED


class TestClasses:
    def test_the_receiving_side_may_have_another_class(self, world: World) -> None:
        got = LinkageLoanRepaid(settlement="s", side="received", amount_satang=5, bank="k", linkage_loan="n")
        entry = world.record(world.office.tablets[0], got, village="pp01")
        assert world.fold().trust.awaiting[to_base64url(entry.hash)].approvers is Approvers.A1

    @pytest.mark.parametrize(("borrower", "waits"), [("pp01-m007", True), ("pp01-o4", True), ("pp01-m008", False)])
    def test_the_office_countersigns_what_a_committee_lends_to_its_own(
        self, world: World, borrower: str, *, waits: bool
    ) -> None:
        """By membership or by person; the declared class stays, and who is no officer borrows as before."""
        desk = world.office.tablets[0]
        appointed = CommitteeMemberAppointed(
            person="pp01-o4", role="treasurer", member="pp01-m007", term_from=DAY, assembly=ASSEMBLY
        )
        world.approve_by_office([world.record(desk, appointed, village="pp01")])
        entry = lend(world, borrower)
        assert effect(world, entry) is (Effect.AWAITING_APPROVAL if waits else Effect.COUNTED)
        world.approve_by_office([entry])
        assert effect(world, entry) is Effect.COUNTED

    def test_who_is_no_officer_any_more_borrows_as_others_do(self, world: World) -> None:
        desk = world.office.tablets[0]
        assert effect(world, lend(world, "pp01-o5")) is Effect.AWAITING_APPROVAL
        ended = CommitteeTermEnded(person="pp01-o5", role=ROLES[4], assembly=ASSEMBLY)
        ending = world.record(desk, ended, village="pp01")
        world.approve_by_office([ending])
        assert effect(world, ending) is Effect.COUNTED
        assert effect(world, lend(world, "pp01-o5")) is Effect.COUNTED

    def test_bylaws_raise_the_quorum_and_never_lower_it(self, world: World) -> None:
        first, second = world.village("pp01").tablets

        def adopt(version: int, quorum_bp: int | None, ledger: str = "bank:pp01") -> SignedEntry:
            rules = Bylaws(general_meeting_quorum_bp=quorum_bp)
            whole = Assembly(attended=1, entitled=1, minutes=ASSEMBLY.minutes)
            event = RulesetAdopted(ledger=ledger, version=version, effective_from=DAY, rules=rules, assembly=whole)
            entry = world.record(first, event)
            world.approve(first, [entry], ("president", "secretary"))
            world.approve(first, [entry], ("treasurer",), keys_on=second)
            return entry

        def appoint(attended: int) -> Effect:
            assembly = Assembly(attended=attended, entitled=100, minutes=ASSEMBLY.minutes)
            event = CommitteeMemberAppointed(person="pp01-o9", role="committee", term_from=DAY, assembly=assembly)
            entry = world.record(world.office.tablets[0], event, village="pp01")
            world.approve_by_office([entry])
            return effect(world, entry)

        assert appoint(50) is Effect.COUNTED
        assert effect(world, adopt(1, 1_000)) is Effect.COUNTED
        assert appoint(49) is Effect.AWAITING_APPROVAL
        adopt(2, 6_000)
        assert appoint(59) is Effect.AWAITING_APPROVAL
        adopt(3, None)
        adopt(4, 9_000, ledger="group:pp01-shrimp")
        assert appoint(60) is Effect.COUNTED

    def test_a_quorum_is_counted_for_every_class(self) -> None:
        trust = Trust(network="n", fingerprint="f", roles={"office": {"a": {"auditor"}, "p": {"president"}}})

        def complete(approvers: Approvers | None, *persons: str) -> bool:
            waiting = Awaiting(
                index=0, device="d", sequence=1, type="t", village="office", unit="office", approvers=approvers,
                control=True,
            )  # fmt: skip
            given = {person: Approved(key=person, author="d", person=person, device="d") for person in persons}
            return is_complete(trust, waiting, given)

        assert complete(Approvers.A0)
        assert not complete(None, "a", "p")
        assert complete(Approvers.AU, "a")
        assert not complete(Approvers.AU, "p")
        assert not complete(Approvers.A1, "a", "p")
        assert not complete(Approvers.A5, "a", "p")

    def test_an_event_without_an_assembly_is_not_quorate(self) -> None:
        roles = {"office": {"p": {"president"}, "s": {"secretary"}, "t": {"treasurer"}}}
        trust = Trust(network="n", fingerprint="f", roles=roles)
        waiting = Awaiting(
            index=0, device="d", sequence=1, type="t", village="office", unit="office", approvers=Approvers.A5,
            control=True,
        )  # fmt: skip
        given = {person: Approved(key=person, author="d", person=person, device=f"d{person}") for person in "pst"}
        assert not is_complete(trust, waiting, given)


class TestWhoIsInterested:
    """Who could sign for no class of an entry is told so before he signs; who can for one of them may sign."""

    @staticmethod
    def waiting(approvers: Approvers | None, *also: Approvers, parties: tuple[str, ...] = ()) -> Awaiting:
        return Awaiting(
            index=1, device="d", sequence=1, type="t", village="pp01", unit="pp01", approvers=approvers, control=True,
            also=also, parties=parties,
        )  # fmt: skip

    def test_whom_it_concerns(self, world: World) -> None:
        trust = world.fold().trust
        waiting = self.waiting(Approvers.A2, parties=("pp01-o1",))
        assert is_interested(trust, waiting, "pp01-o1")
        assert not is_interested(trust, waiting, "pp01-o2")

    def test_the_village_where_the_network_decides(self, world: World) -> None:
        trust = world.fold().trust
        assert is_interested(trust, self.waiting(Approvers.A4), "pp01-o1")
        assert not is_interested(trust, self.waiting(Approvers.A4), "office-o1")

    def test_not_one_who_may_sign_for_a_joined_class(self, world: World) -> None:
        """The village's officers sign their own part of what the network decides with them."""
        trust = world.fold().trust
        assert not is_interested(trust, self.waiting(Approvers.A4, Approvers.A2), "pp01-o1")
        assert is_interested(trust, self.waiting(Approvers.A4, Approvers.A2, parties=("pp01-o1",)), "pp01-o1")

    def test_nobody_while_it_is_not_known_what_is_asked(self, world: World) -> None:
        """A reversal whose original has not come yet."""
        assert not is_interested(world.fold().trust, self.waiting(None, parties=("pp01-o1",)), "pp01-o1")


class TestWhatAdmissionWouldHaveStopped:
    """The fold is told of admitted entries only, and still must not stumble over others."""

    def test_an_unknown_device_has_no_authority(self, world: World) -> None:
        entry = world.record(Tablet("pp01", key_of("stranger")), deposit())
        assert effect(world, entry) is Effect.NOT_AUTHORISED

    def test_an_unreadable_head_has_no_place(self, world: World) -> None:
        books = world.fold()
        assert apply(books, Admitted(99, "h", b"{"), no_body) == [("h", Effect.NOT_CANONICAL)]

    def test_an_unknown_device_is_first_of_all_not_canonical(self, world: World) -> None:
        entry = world.record(Tablet("pp01", key_of("stranger")), deposit())
        books = world.fold(world.entries[:-1])
        changes = apply(books, Admitted(99, "h", entry.body.replace(b'"v":1', b'"v": 1')), no_body)
        assert changes == [("h", Effect.NOT_CANONICAL)]


def test_a_fold_that_raises_goes_on(world: World) -> None:
    """Our mistake is loud, costs one entry, and stops nothing."""

    def broken(_name: str) -> bytes | None:
        raise LookupError

    tablet = world.village("pp01").tablets[0]
    entry = world.record(tablet, deposit())
    taken_back = world.record(tablet, EntryReversed(entry=ref_to(entry), reason="other"))
    after = world.record(tablet, deposit(7))
    books = open_books(world.network, world.fingerprint)
    for index, listed in enumerate(world.entries):
        apply(books, Admitted(index, to_base64url(listed.hash), listed.body), broken)
    assert books.quarantined == {to_base64url(taken_back.hash): Effect.UNDIGESTED}
    assert to_base64url(after.hash) not in books.quarantined
    assert books.balances["bank:pp01", 3110, "pp01-m001"] == -107


def test_what_may_be_looked_up_is_known_before(world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    entry = world.record(tablet, deposit())
    taken_back = world.record(tablet, EntryReversed(entry=ref_to(entry), reason="other"))
    bodies = [taken_back.body, entry.body, b'{"a":"entry_reversed"}', taken_back.body.replace(b'"v":1', b'"v":"x"')]
    wanted = {to_base64url(entry.hash): ref_to(entry)}
    assert originals(world.fold(world.entries[:-2]), bodies) == wanted
    assert originals(world.fold(), []) == wanted


def test_a_body_over_the_limit_is_not_signed(world: World) -> None:
    body = read_body(world.entries[0].body)
    assert isinstance(body, Body)
    districts = tuple("อ" * 499 + str(number) for number in range(9, 29))
    event = msgspec.structs.replace(body.event, districts=districts, name="อ" * 500, origin="อ" * 500)
    longer = msgspec.structs.replace(body, event=event)
    with pytest.raises(ValueError, match="32768"):
        encode_body(longer)


def test_a_difference_in_transit_is_listed_until_both_sides_count(world: World) -> None:
    tablet, desk = world.village("pp01").tablets[0], world.office.tablets[0]

    def moved(author: Tablet, side: Any, satang: int) -> SignedEntry:
        event = LinkageLoanRepaid(settlement="s", side=side, amount_satang=satang, bank="k", linkage_loan="n")
        return world.record(author, event, village="pp01")

    moved(desk, "received", 40)
    moved(tablet, "sent", 100)
    transit = world.fold().transit
    assert [(t.village, t.type, t.sent_satang, t.received_satang) for t in transit.values()] == [
        ("pp01", "linkage_loan_repaid", 100, 40)
    ]
    moved(desk, "received", 60)
    assert world.fold().transit == {}


def test_approvals_that_wait_for_nothing_real_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stolen tablet may approve what does not exist, with keys that it made itself: it is not remembered for ever."""
    monkeypatch.setattr(limits, "OPEN_APPROVALS_MAX", 100)
    tablet = world.village("pp01").tablets[0]
    ghosts = [world.record(Tablet("pp01", key_of("ghost")), deposit(at + 1), sequence=at + 1) for at in range(120)]
    world.approve(tablet, ghosts, ("president",))
    entry = world.record(tablet, ShareWithdrawn(member="pp01-m001", amount_satang=5, box="pp01-o4"))
    trust = world.fold().trust
    assert trust.open_approvals[tablet.name] == 100
    assert sum(map(len, trust.approvals.values())) == 100
    # The village's other tablet still can.
    other = world.village("pp01").tablets[1]
    world.approve(other, [entry], ("president", "treasurer", "secretary"))
    books = world.fold()
    assert not books.trust.awaiting
    assert books.trust.open_approvals[tablet.name] == 100
    assert books.trust.open_approvals[other.name] == 0


def test_money_sent_to_one_fund_is_not_what_another_received(world: World) -> None:
    def confirmed(author: Tablet, side: Any, fund: Any, **more: Any) -> None:
        event = InterfundSettlementConfirmed(settlement="s", side=side, fund=fund, amount_satang=5, **more)
        world.record(author, event, village="pp01")

    handed = InterfundSettlementInitiated(
        settlement="s", fund="welfare", amount_satang=5, box="pp01-o4", carrier="pp01-o2"
    )
    world.record(world.village("pp01").tablets[0], handed)
    assert [(t.holder, t.difference_satang) for t in world.fold().transit.values()] == [("pp01-o2", 5)]
    confirmed(world.village("pp01").tablets[0], "sent", "welfare", carrier="pp01-o2")
    confirmed(world.office.tablets[0], "received", "risk", bank="risk-1")
    under_way = world.fold().transit.values()
    assert [(t.about, t.difference_satang) for t in under_way] == [("welfare", 5), ("risk", -5)]


def test_where_two_admissions_disagree_the_order_decides_nothing(world: World) -> None:
    one, two = world.village("pp01").tablets
    resolution = world.resolve(one)
    man = MemberAdmitted(member="pp01-m001", gender="male", joined=DAY, resolution=resolution)
    admitted = [world.record(one, man), world.record(two, msgspec.structs.replace(man, gender="female"))]
    for entry, tablet in zip(admitted, (one, two), strict=True):
        world.approve(tablet, [entry], ("president", "secretary"))
    swapped = [*world.entries[:-4], world.entries[-3], world.entries[-4], *reversed(world.entries[-2:])]
    assert world.fold().registers.rows == world.fold(swapped).registers.rows
