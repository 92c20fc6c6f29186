"""A small network in memory: the office, villages, officers and tablets with keys from a seed, and a log to fold.

Nothing here is mocked: bodies are the real bytes, signatures are real, approvals are real entries. The world only
stands in for the people and for the clock.

    world = World.founded()
    tablet = world.village("pp01").tablets[0]
    world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=10_000, box="pp01-o4"))
    books = world.fold()
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sajja_schemas import books as bookkeeping
from sajja_schemas import signing
from sajja_schemas.enrolment import enrolment_message
from sajja_schemas.entry import (
    NO_PREVIOUS,
    OFFICE,
    EntryRef,
    SignedEntry,
    device_name,
    encode_line,
    read_entry,
    to_base64url,
)
from sajja_schemas.events import Ack, AnyEvent, Body, encode_body
from sajja_schemas.events.base import Approvers, Assembly
from sajja_schemas.events.members import MemberAdmitted
from sajja_schemas.events.network import (
    FoundingDevice,
    FoundingKey,
    FoundingOfficer,
    NetworkEstablished,
    VillageBankEstablished,
)
from sajja_schemas.events.public_log import LogContinued, LogKeyAdopted
from sajja_schemas.events.trust import (
    Approval,
    CommitteeMemberAppointed,
    DeviceEnrolled,
    EntryApproved,
    MeetingResolutionRecorded,
    OfficerKeyEnrolled,
    Role,
)
from sajja_schemas.signing import SigningKey

DAY = date(2020, 6, 1)
ASSEMBLY = Assembly(attended=60, entitled=100, minutes=to_base64url(sha256(b"minutes").digest()))
QUORUMS: dict[Approvers, tuple[Role, ...]] = {  # of the classes that one device can complete
    Approvers.A1: ("president", "secretary"),
    Approvers.A2: ("president", "treasurer", "secretary"),
    Approvers.A3: ("president", "secretary"),
}
ROLES: tuple[Role, ...] = ("president", "vice_president", "secretary", "treasurer", "bookkeeper")


def key_of(*names: object) -> SigningKey:
    """A key that the test can make again."""
    return SigningKey(sha256("/".join(map(str, names)).encode()).digest())


@dataclass
class Tablet:
    """A device with its log, and its officers' keys."""

    unit: str
    key: SigningKey
    officers: dict[str, SigningKey] = field(default_factory=dict)
    log: list[SignedEntry] = field(default_factory=list)

    @property
    def name(self) -> str:
        return device_name(self.key.public)


@dataclass
class Unit:
    """A village or the office: its tablets and its officers by role."""

    code: str
    tablets: list[Tablet]
    officers: dict[Role, str]


@dataclass
class World:
    """Everything that was recorded, in the order in which it was recorded: one possible network log."""

    network: str = "testnet"
    entries: list[SignedEntry] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    fingerprint: str = ""
    today: date = DAY  # the business date of what is recorded with no other
    clock_ms: int | None = None  # what every tablet's clock shows, where it is not a good one

    @classmethod
    def founded(cls, villages: Sequence[str] = ("pp01", "pp02"), *, network: str = "testnet") -> "World":
        """A network with its office and these villages, all enrolled and approved."""
        world = cls(network=network)
        world._found()
        for village in villages:
            world.add_village(village)
        return world

    @property
    def office(self) -> Unit:
        return self.units[OFFICE]

    def village(self, code: str) -> Unit:
        return self.units[code]

    def record(
        self,
        tablet: Tablet,
        event: AnyEvent,
        *,
        village: str | None = None,
        by: str = "recorder",
        day: date | None = None,
        previous: str | None = None,
        sequence: int | None = None,
        personal: bytes | None = None,
        ack: Ack | None = None,
    ) -> SignedEntry:
        """Sign an event as the next line of a tablet's log; `previous` and `sequence` make it another line."""
        last = tablet.log[-1] if tablet.log else None
        entry = self.sign(
            tablet,
            Body(
                v=1,
                network=self.network,
                village=village or tablet.unit,
                device=tablet.name,
                sequence=sequence or len(tablet.log) + 1,
                previous=previous or (to_base64url(last.hash) if last else self.fingerprint or NO_PREVIOUS),
                by=by,
                date=day or self.today,
                recorded_at=1_590_969_600_000 + len(self.entries) if self.clock_ms is None else self.clock_ms,
                event=event,
                personal=to_base64url(personal) if personal is not None else None,
                ack=ack,
            ),
        )
        if previous is None and sequence is None:
            tablet.log.append(entry)
        self.entries.append(entry)
        return entry

    def sign(self, tablet: Tablet, body: Body) -> SignedEntry:
        data = encode_body(body)
        return read_entry(tablet.key.public, tablet.key.sign(signing.ENTRY_TAG, data), data)

    def approve(
        self,
        tablet: Tablet,
        entries: Iterable[SignedEntry],
        roles: Sequence[Role],
        *,
        keys_on: Tablet | None = None,
        unit: Unit | None = None,
    ) -> SignedEntry:
        """Officers approve entries with their keys on a tablet; the approval is the next line of `tablet`."""
        listed = list(entries)
        officers = (unit or self.units[(keys_on or tablet).unit]).officers
        message = signing.approval_message([entry.hash for entry in listed])
        keys = [(keys_on or tablet).officers[officers[role]] for role in roles]
        event = EntryApproved(
            entries=tuple(ref_to(entry) for entry in listed),
            approvals=tuple(
                Approval(key=to_base64url(key.public), sig=to_base64url(key.sign(signing.APPROVAL_TAG, message)))
                for key in keys
            ),
        )
        return self.record(tablet, event, village=listed[0].village)

    def approve_by_office(self, entries: Iterable[SignedEntry]) -> list[SignedEntry]:
        """The whole network committee approves, with keys on its two devices: enough for A4 and A5."""
        listed = list(entries)
        first, second = self.office.tablets
        return [
            self.approve(first, listed, ("president", "secretary")),
            self.approve(first, listed, ("vice_president", "treasurer"), keys_on=second),
        ]

    def approve_by_class(self, entries: Sequence[SignedEntry], approvers: Approvers) -> None:
        """Who must approve entries of one class, by one unit about one village, does so on that unit's devices."""
        unit = self._unit_of(entries[0])
        first, second = unit.tablets[:2]
        match approvers:
            case Approvers.A0:
                pass
            case Approvers.A4:
                self.approve_by_office(entries)
            case Approvers.A5:
                self.approve(first, entries, ("president", "secretary"))
                self.approve(second, entries, ("treasurer",))
            case _:
                self.approve(first, entries, QUORUMS[approvers])

    def _unit_of(self, entry: SignedEntry) -> Unit:
        name = to_base64url(entry.device)
        return next(unit for unit in self.units.values() for tablet in unit.tablets if tablet.name == name)

    def add_village(self, code: str, *, tablets: int = 2) -> Unit:
        """Establish a village's bank, enrol its tablets, appoint five officers with a key on each tablet."""
        officers = {role: f"{code}-o{at}" for at, role in enumerate(ROLES, start=1)}
        unit = Unit(code, [Tablet(code, key_of(code, "tablet", at)) for at in range(tablets)], officers)
        self.units[code] = unit
        desk = self.office.tablets[0]
        done = [self.record(desk, VillageBankEstablished(moo=1, founded=DAY), village=code)]
        done += [self.record(desk, self.enrolment(tablet), village=code) for tablet in unit.tablets]
        for role, person in officers.items():
            appointed = CommitteeMemberAppointed(person=person, role=role, term_from=DAY, assembly=ASSEMBLY)
            done.append(self.record(desk, appointed, village=code))
            for tablet in unit.tablets:
                tablet.officers[person] = key_of(code, person, tablet.name)
                done.append(self.record(desk, self.officer_key(tablet, person), village=code))
        self.approve_by_office(done)
        return unit

    def enrolment(self, tablet: Tablet, *, derived: bool = False) -> DeviceEnrolled:
        proof = tablet.key.sign(
            signing.ENROLMENT_TAG, self._request(tablet.unit, tablet.key.public, "device", derived=derived)
        )
        return DeviceEnrolled(
            device=tablet.name,
            key=to_base64url(tablet.key.public),
            label="tablet",
            proof=to_base64url(proof),
            derived=derived,
        )

    def officer_key(self, tablet: Tablet, person: str) -> OfficerKeyEnrolled:
        key = tablet.officers[person]
        proof = key.sign(signing.ENROLMENT_TAG, self._request(tablet.unit, key.public, tablet.name, person=person))
        return OfficerKeyEnrolled(
            person=person, device=tablet.name, key=to_base64url(key.public), proof=to_base64url(proof)
        )

    def adopt_log_key(self, key: SigningKey, *, derived: bool = False) -> SignedEntry:
        """Another key signs the checkpoints."""
        request = self._request(OFFICE, key.public, "log", derived=derived)
        event = LogKeyAdopted(
            key=to_base64url(key.public),
            proof=to_base64url(key.sign(signing.ENROLMENT_TAG, request)),
            reason="the disk broke",
            derived=derived,
        )
        entry = self.record(self.office.tablets[0], event)
        self.approve_by_office([entry])
        return entry

    def continue_log(self, size: int, root: bytes, *, old_origin: str, new_origin: str) -> SignedEntry:
        """The log has lost what was published, and goes on under another origin."""
        event = LogContinued(
            old_origin=old_origin, size=size, root=to_base64url(root), new_origin=new_origin, reason="restored"
        )
        entry = self.record(self.office.tablets[0], event)
        self.approve_by_office([entry])
        return entry

    @property
    def origin(self) -> str:
        return f"sajja.test/{self.network}/1"

    @property
    def log_key(self) -> SigningKey:
        return key_of(self.network, "log")

    def resolve(self, tablet: Tablet) -> EntryRef:
        """A counted resolution of the tablet's own committee."""
        unit = self.units[tablet.unit]
        entry = self.record(
            tablet, MeetingResolutionRecorded(no=1, subject="resolved", present=tuple(unit.officers.values()))
        )
        self.approve(tablet, [entry], ("president", "secretary"))
        return ref_to(entry)

    def admit(self, tablet: Tablet, members: Sequence[str]) -> list[SignedEntry]:
        """Admit members under one resolution."""
        resolution = self.resolve(tablet)
        admitted = [
            self.record(tablet, MemberAdmitted(member=name, gender="female", joined=DAY, resolution=resolution))
            for name in members
        ]
        self.approve(tablet, admitted, ("president", "secretary"))
        return admitted

    def fold(self, entries: Sequence[SignedEntry] | None = None) -> bookkeeping.Books:
        """The books of a log, in the order given (the order of recording where none is)."""
        books, _changes = self.fold_with_changes(entries)
        return books

    def fold_with_changes(
        self, entries: Sequence[SignedEntry] | None = None
    ) -> tuple[bookkeeping.Books, list[list[bookkeeping.Change]]]:
        listed = self.entries if entries is None else entries
        folded: dict[str, bytes] = {}  # what is looked up is never later than the entry that asks
        books = bookkeeping.open_books(self.network, self.fingerprint)
        changes = []
        for index, entry in enumerate(listed):
            name = to_base64url(entry.hash)
            changes.append(bookkeeping.apply(books, bookkeeping.Admitted(index, name, entry.body), folded.get))
            folded[name] = entry.body
        return books, changes

    def lines(self, entries: Iterable[SignedEntry] | None = None) -> list[bytes]:
        """The wire lines of entries."""
        return [encode_line(e.key, e.signature, e.body) for e in (self.entries if entries is None else entries)]

    def _request(self, unit: str, key: bytes, holder: str, *, person: str = "", derived: bool = False) -> bytes:
        return enrolment_message(
            network=self.network,
            fingerprint=self.fingerprint,
            village=unit,
            key=to_base64url(key),
            holder=holder,
            person=person,
            derived=derived,
        )

    def _found(self) -> None:
        tablets = [Tablet(OFFICE, key_of(self.network, "office", at)) for at in (1, 2)]
        officers = {role: f"office-o{at}" for at, role in enumerate(ROLES, start=1)}
        self.units[OFFICE] = Unit(OFFICE, tablets, officers)
        for tablet in tablets:
            for person in officers.values():
                tablet.officers[person] = key_of(self.network, person, tablet.name)
        event = NetworkEstablished(
            name="เครือข่ายทดสอบ",
            founded=DAY,
            devices=tuple(FoundingDevice(key=to_base64url(t.key.public), label="office") for t in tablets),
            officers=tuple(
                FoundingOfficer(
                    person=person,
                    role=role,
                    keys=tuple(
                        FoundingKey(device=t.name, key=to_base64url(t.officers[person].public)) for t in tablets
                    ),
                )
                for role, person in officers.items()
            ),
            origin=self.origin,
            log_key=to_base64url(self.log_key.public),
            assembly=ASSEMBLY,
        )
        founding = self.record(tablets[0], event)
        self.fingerprint = to_base64url(founding.hash)
        self.approve_by_office([founding])


def ref_to(entry: SignedEntry) -> EntryRef:
    """How a body names an entry."""
    return EntryRef(device=to_base64url(entry.device), sequence=entry.sequence, hash=to_base64url(entry.hash))
