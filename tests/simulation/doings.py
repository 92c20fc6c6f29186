"""What people record, from a seed: ordinary days of a savings bank, and everything out of order that such days bring.

* A village records whether or not the network has heard of it: its bank, its tablets, its officers and their keys are
  enrolled by the office when the office gets round to it, all at once or piece by piece, and one tablet perhaps never.
* Approvals are given on the same tablet or on the other, at once or days later, in one list or in two, or never. So
  they reach the network before their entry, after it, or before the keys that give them are known.
* A reversal is recorded on either tablet, so it may arrive before its original; and both tablets may reverse one.
* The two sides of a transfer are recorded by two units that know nothing of each other's syncs.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from sajja_client.log import ref_to
from sajja_schemas.entry import OFFICE, EntryRef, SignedEntry
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Approvers, Channel
from sajja_schemas.events.ledgers import (
    BankDepositMade,
    BankWithdrawalMade,
    EntryReversed,
    ExpensePaid,
    IncomeReceived,
    OpeningBalanceRecorded,
    OpeningLine,
)
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.members import Gender, MemberAdmitted, MemberExitSettled
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.savings import (
    ShareDeposited,
    ShareWithdrawn,
    SpecialSavingsDeposited,
    SpecialSavingsWithdrawn,
)
from sajja_schemas.events.transfers import (
    InterfundSettlementConfirmed,
    InterfundSettlementInitiated,
    LinkageLoanDisbursed,
    NetworkDepositPlaced,
)
from sajja_schemas.events.trust import CommitteeMemberAppointed, MeetingResolutionRecorded, Role
from sajja_schemas.events.welfare import (
    WelfareClaimApproved,
    WelfareClaimPaid,
    WelfareContributionReceived,
    WelfareEnrolled,
)
from simulation.people import Device, People
from simulation.plan import stream
from support.world import ASSEMBLY, DAY

MEMBERS: Final = 6
LATE_STEPS_MAX: Final = 6
_ROLES_OF: Final[dict[Approvers, tuple[Role, ...]]] = {
    Approvers.A1: ("secretary", "bookkeeper"),
    Approvers.A2: ("president", "treasurer", "secretary"),
    Approvers.A3: ("vice_president", "secretary"),
}
_Errand = Callable[[], object]


class Doings:
    """Lets people act, step by step. It asks nobody what came through."""

    def __init__(self, people: People, seed: int, steps: int) -> None:
        """Plan when the office enrols whom; `steps` is how long the story goes on."""
        self.people = people
        self.steps = steps
        self.never_enrolled: str | None = None
        self._chance = stream(seed, "doings")
        self._errands: dict[int, list[_Errand]] = {}
        self._reversible: dict[str, list[SignedEntry]] = {code: [] for code in people.villages}
        self._number = 0
        self._plan_enrolments(stream(seed, "enrolments"))

    def do_step(self, step: int, acts: int) -> None:
        """One step of everybody's days."""
        self.people.step = step
        for errand in self._errands.pop(step, []):
            errand()
        for _act in range(acts):
            self._act()

    def finish(self) -> None:
        """What was put off is done on the last day."""
        for step in sorted(self._errands):
            for errand in self._errands.pop(step):
                errand()

    def _plan_enrolments(self, chance: random.Random) -> None:
        people = self.people
        for at, code in enumerate(people.villages):
            # The first village is there from the start, the others when the office gets round to them.
            due = 1 if at == 0 else chance.randrange(1, self.steps // 2)
            first, second = people.tablets_of(code)
            is_second_lost = at == len(people.villages) - 1 and chance.random() < 0.5
            self._later(due, self._enrolment(code, [first], by_vault=chance.random() < 0.5))
            if is_second_lost:
                self.never_enrolled = second.label
            else:
                self._later(due + chance.randrange(self.steps // 4), self._tablet_enrolment(second))
            for device in (first, second):
                self._later(due + chance.randrange(self.steps // 4), self._keys_enrolment(device))

    def _enrolment(self, code: str, devices: Sequence[Device], *, by_vault: bool) -> _Errand:
        def enrol() -> None:
            people = self.people
            desk = people.devices["office-a"]
            done = [people.record(desk, VillageBankEstablished(moo=1, founded=DAY), village=code)]
            done += [people.record(desk, people.world.enrolment(device.tablet), village=code) for device in devices]
            for role, person in people.officers_of(code).items():
                appointed = CommitteeMemberAppointed(person=person, role=role, term_from=DAY, assembly=ASSEMBLY)
                done.append(people.record(desk, appointed, village=code))
            people.approve_by_office(done, by_vault_itself=by_vault)

        return enrol

    def _tablet_enrolment(self, device: Device) -> _Errand:
        def enrol() -> None:
            desk = self.people.devices["office-a"]
            enrolment = self.people.world.enrolment(device.tablet)
            self.people.approve_by_office([self.people.record(desk, enrolment, village=device.unit)])

        return enrol

    def _keys_enrolment(self, device: Device) -> _Errand:
        def enrol() -> None:
            desk = self.people.devices["office-a"]
            keys = [self.people.world.officer_key(device.tablet, person) for person in device.tablet.officers]
            self.people.approve_by_office([self.people.record(desk, key, village=device.unit) for key in keys])

        return enrol

    def _act(self) -> None:
        code = self._chance.choice(self.people.villages)
        tablets = self.people.tablets_of(code)
        tablet = self._chance.choice(tablets)
        self._number += 1
        acts = (
            (8, self._take_deposits),
            (3, self._pay_out),
            (3, self._lend),
            (2, self._reverse),
            (2, self._admit),
            (2, self._keep_house),
            (1, self._open_a_page),
            (2, self._move_between_units),
            (1, self._claim_welfare),
        )
        act = self._chance.choices([act for _weight, act in acts], weights=[weight for weight, _act in acts])[0]
        act(tablet)

    def _take_deposits(self, tablet: Device) -> None:
        for _deposit in range(self._chance.randrange(1, 6)):
            satang, member = self._satang(), self._member(tablet)
            box = self._box(tablet)
            deposits: tuple[AnyEvent, ...] = (
                ShareDeposited(member=member, amount_satang=satang, box=box),
                SpecialSavingsDeposited(member=member, amount_satang=satang, box=box),
                WelfareContributionReceived(member=member, amount_satang=satang, box=box, months=("2020-06",)),
            )
            self._note(tablet, self._chance.choice(deposits))

    def _pay_out(self, tablet: Device) -> None:
        member, satang, box = self._member(tablet), self._satang(), self._box(tablet)
        payments: tuple[tuple[Approvers, AnyEvent], ...] = (
            (Approvers.A1, SpecialSavingsWithdrawn(member=member, amount_satang=satang, box=box)),
            (Approvers.A2, ShareWithdrawn(member=member, amount_satang=satang, box=box)),
            (Approvers.A2, MemberExitSettled(member=member, shares_satang=satang, net_satang=satang)),
        )
        approvers, event = self._chance.choice(payments)
        self._approve(tablet, [self._note(tablet, event)], approvers)

    def _lend(self, tablet: Device) -> None:
        satang, member, loan = self._satang() + 100, self._member(tablet), f"{tablet.unit}-l{self._number}"
        channel: Channel = self._chance.choice(("cash", "bank"))
        lent = LoanDisbursed(
            loan=loan, member=member, product="ordinary", gross_satang=satang, net_satang=satang - 50,
            premium_satang=50, channel=channel, box=self._box(tablet), bank="baac",
        )  # fmt: skip
        self._approve(tablet, [self._note(tablet, lent)], Approvers.A2)
        if self._chance.random() < 0.7:
            repaid = LoanRepaymentReceived(
                loan=loan, member=member, product="ordinary", total_satang=70, principal_satang=60,
                interest_satang=10, box=self._box(tablet),
            )  # fmt: skip
            self._note(self._chance.choice(self.people.tablets_of(tablet.unit)), repaid)

    def _reverse(self, tablet: Device) -> None:
        if not self._reversible[tablet.unit]:
            return
        original = self._chance.choice(self._reversible[tablet.unit])
        taken_back = self.people.record(tablet, EntryReversed(entry=ref_to(original), reason="wrong_amount"))
        self._approve(tablet, [taken_back], Approvers.A2)

    def _admit(self, tablet: Device) -> None:
        resolution = self._resolve(tablet)
        joined = self.people.today
        member = f"{tablet.unit}-n{self._number}"
        gender: Gender = self._chance.choice(("female", "male"))
        self._approve(
            tablet,
            [
                self.people.record(
                    tablet,
                    MemberAdmitted(member=member, gender=gender, joined=joined, resolution=resolution),
                ),
                self.people.record(tablet, WelfareEnrolled(member=member, joined=joined, resolution=resolution)),
            ],
            Approvers.A3,
        )

    def _resolve(self, tablet: Device) -> EntryRef:
        present = tuple(self.people.officers_of(tablet.unit).values())
        resolved = MeetingResolutionRecorded(no=self._number, subject="resolved", present=present)
        entry = self.people.record(tablet, resolved)
        self._approve(tablet, [entry], Approvers.A3)
        return ref_to(entry)

    def _keep_house(self, tablet: Device) -> None:
        ledger, satang, box = f"bank:{tablet.unit}", self._satang(), self._box(tablet)
        chores: tuple[tuple[Approvers, AnyEvent], ...] = (
            (Approvers.A1, BankDepositMade(ledger=ledger, amount_satang=satang, box=box, bank="baac")),
            (Approvers.A2, BankWithdrawalMade(ledger=ledger, amount_satang=satang, box=box, bank="baac")),
            (Approvers.A2, ExpensePaid(ledger=ledger, account=5120, amount_satang=satang, channel="cash", box=box)),
            (Approvers.A0, IncomeReceived(ledger=ledger, account=4180, amount_satang=satang, channel="cash", box=box)),
        )
        approvers, event = self._chance.choice(chores)
        entry = self._note(tablet, event)
        if approvers is not Approvers.A0:
            self._approve(tablet, [entry], approvers)

    def _open_a_page(self, tablet: Device) -> None:
        lines = tuple(
            OpeningLine(account=3110, amount_satang=-self._satang(), sub=self._member(tablet)) for _line in range(4)
        )
        page = OpeningBalanceRecorded(ledger=f"bank:{tablet.unit}", lines_of_page=lines)
        self._approve(tablet, [self._note(tablet, page)], Approvers.A2)

    def _move_between_units(self, tablet: Device) -> None:
        satang, name = self._satang(), f"s{self._number}"
        desk = self._chance.choice(self.people.tablets_of(OFFICE))
        match self._chance.randrange(3):
            case 0:
                sides = [(tablet, "sent"), (desk, "received")]
                self._both_sides(sides, NetworkDepositPlaced, settlement=name, amount_satang=satang, bank="baac")
            case 1:
                sides = [(desk, "sent"), (tablet, "received")]
                self._both_sides(
                    sides, LinkageLoanDisbursed, settlement=name, amount_satang=satang, bank="baac", linkage_loan=name
                )
            case _:
                carried = InterfundSettlementInitiated(
                    settlement=name, fund="welfare", amount_satang=satang, box=self._box(tablet), carrier="carrier"
                )
                self._approve(tablet, [self._note(tablet, carried)], Approvers.A1)
                sides = [(tablet, "sent"), (desk, "received")]
                self._both_sides(
                    sides, InterfundSettlementConfirmed, settlement=name, fund="welfare", amount_satang=satang,
                    carrier="carrier", bank="baac",
                )  # fmt: skip

    def _both_sides(self, sides: list[tuple[Device, str]], event: type, **said: object) -> None:
        """Each unit records its side when it does; the second side perhaps days later."""
        village = next(device.unit for device, _side in sides if device.unit != OFFICE)
        self._chance.shuffle(sides)
        for device, side in sides:

            def record(device: Device = device, side: str = side) -> None:
                entry = self.people.record(device, event(side=side, **said), village=village)
                self.people.approve(device, [entry], _ROLES_OF[Approvers.A2])

            self._later(self.people.step + self._chance.choice((0, 0, 1, LATE_STEPS_MAX)), record)

    def _claim_welfare(self, tablet: Device) -> None:
        desk = self._chance.choice(self.people.tablets_of(OFFICE))
        member, claim, satang = self._member(tablet), f"c{self._number}", self._satang()
        granted = WelfareClaimApproved(
            claim=claim, member=member, benefit="birth", amount_satang=satang, happened=self.people.today
        )
        entry = self.people.record(desk, granted, village=tablet.unit)
        self.people.approve_by_office([entry], by_vault_itself=self._chance.random() < 0.5)
        paid = WelfareClaimPaid(claim=claim, member=member, amount_satang=satang, channel="bank", bank="baac")
        entry = self.people.record(desk, paid, village=tablet.unit)
        self.people.approve(desk, [entry], _ROLES_OF[Approvers.A2])

    def _note(self, tablet: Device, event: AnyEvent) -> SignedEntry:
        entry = self.people.record(tablet, event)
        self._reversible[tablet.unit].append(entry)
        return entry

    def _approve(self, tablet: Device, entries: Sequence[SignedEntry], approvers: Approvers) -> None:
        """Approve somewhere, some time: in one list or one officer after the other, or never."""
        roles = _ROLES_OF[approvers]
        lists = [roles] if self._chance.random() < 0.7 else [(role,) for role in roles]
        if self._chance.random() < 0.1:
            lists = lists[:-1]
        for listed in lists:
            where = self._chance.choice((tablet, *self.people.tablets_of(tablet.unit)))
            due = self.people.step + self._chance.choice((0, 0, 0, 0, 1, self._chance.randrange(1, LATE_STEPS_MAX)))

            def approve(where: Device = where, listed: tuple[Role, ...] = listed) -> None:
                self.people.approve(where, entries, listed)

            self._later(due, approve)

    def _later(self, due: int, errand: _Errand) -> None:
        """Do it in that step, or now if that is this one. Steps are numbered from 1."""
        if due <= self.people.step:
            errand()
        else:
            self._errands.setdefault(due, []).append(errand)

    def _satang(self) -> int:
        return self._chance.randrange(1, 50_000)

    def _member(self, tablet: Device) -> str:
        return f"{tablet.unit}-m{self._chance.randrange(MEMBERS)}"

    @staticmethod
    def _box(tablet: Device) -> str:
        return f"{tablet.unit}-o4"
