"""Invented people for a `World`: entries that commit to parts, and erasures with every approval they need."""

from collections.abc import Sequence
from hashlib import sha256

from sajja_schemas.calculations.identity import check_digit
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events.member_records import MemberApplicationSubmitted, PersonalDataErased
from sajja_schemas.events.trust import CommitteeMemberAppointed
from sajja_schemas.personal import PersonalPart, commitment_of
from sajja_schemas.personal_data import Person, encode_personal
from support.world import ASSEMBLY, DAY, Tablet, World, key_of, ref_to

AUDITOR = "office-a1"


def number_of(at: int) -> str:
    """An identity number that nobody has: it begins with 0 (docs/domain.md section 9.6)."""
    first = f"0{at:011d}"
    return f"{first}{check_digit(first)}"


def application(member: str) -> MemberApplicationSubmitted:
    return MemberApplicationSubmitted(applicant=member, gender="female", group="general", scopes=("bank",))


def person(at: int) -> Person:
    return Person(title="นาง", first_name=f"สมมุติ{at}", last_name="ตัวอย่าง", number=number_of(at), phone="0000000000")


def apply_for(world: World, tablet: Tablet, member: str, who: Person) -> tuple[SignedEntry, PersonalPart]:
    """Somebody applies at a tablet: the entry, and the part beside it."""
    data = encode_personal(who)
    salt = sha256(f"{tablet.name}/{member}/{len(tablet.log)}".encode()).digest()[:16]
    entry = world.record(tablet, application(member), personal=commitment_of(salt, data))
    return entry, PersonalPart(entry=ref_to(entry), salt=salt, data=data)


def appoint_auditor(world: World) -> None:
    """The network's auditor, with a key on the office's first device."""
    desk = world.office.tablets[0]
    appointed = world.record(
        desk, CommitteeMemberAppointed(person=AUDITOR, role="auditor", term_from=DAY, assembly=ASSEMBLY)
    )
    desk.officers[AUDITOR] = key_of(AUDITOR, desk.name)
    world.office.officers["auditor"] = AUDITOR
    world.approve_by_office([appointed, world.record(desk, world.officer_key(desk, AUDITOR))])


def erase(world: World, village: str, member: str, entries: Sequence[SignedEntry]) -> SignedEntry:
    """The office erases: recorded, not approved yet."""
    erased = PersonalDataErased(member=member, entries=tuple(ref_to(entry) for entry in entries))
    return world.record(world.office.tablets[0], erased, village=village)


def approve_erasure(world: World, erasure: SignedEntry) -> None:
    """The committee on two devices, and the auditor: A4 and AU."""
    world.approve_by_office([erasure])
    world.approve(world.office.tablets[0], [erasure], ("auditor",))
