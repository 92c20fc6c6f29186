"""Cases of the effect vectors: keys enrolled and revoked in any order, and interests in conflict."""

from typing import Final

from generation.effect_cases_of_approval import A2, GRANTED, OPENED, WAITS, appointment, claim, opening
from generation.story import Balances, Story
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.members import MemberExitSettled
from sajja_schemas.events.trust import DeviceRevoked, OfficerKeyRevoked, Role
from support.world import Tablet, key_of

REFUSED: Final = "not_authorised"


def _third(story: Story) -> Tablet:
    """A tablet of pp01 that nobody has enrolled, with the keys of the officers that class A2 asks for."""
    third = Tablet("pp01", key_of("a third tablet"))
    officers = story.world.village("pp01").officers
    for role in A2:
        third.officers[officers[role]] = key_of(officers[role], third.name)
    return third


def _keys_of(story: Story, tablet: Tablet) -> list[SignedEntry]:
    return [
        story.record(story.desk, story.world.officer_key(tablet, person), village="pp01") for person in tablet.officers
    ]


def _device_of(story: Story, tablet: Tablet) -> SignedEntry:
    return story.record(story.desk, story.world.enrolment(tablet), village="pp01")


def _key_after_approval(story: Story) -> Balances:
    third = _third(story)
    entry = story.record(story.first, opening())
    story.world.approve(story.first, [entry], A2, keys_on=third)
    story.world.approve_by_office([_device_of(story, third), *_keys_of(story, third)])
    return OPENED


def _device_after_key(story: Story) -> Balances:
    third = _third(story)
    entry = story.record(story.first, opening())
    story.world.approve(story.first, [entry], A2, keys_on=third)
    story.world.approve_by_office(_keys_of(story, third))
    story.world.approve_by_office([_device_of(story, third)])
    return OPENED


def _key_on_no_device(story: Story) -> Balances:
    third = _third(story)
    entry = story.expect(WAITS, story.record(story.first, opening()))
    story.world.approve(story.first, [entry], A2, keys_on=third)
    keys = [story.expect(WAITS, key) for key in _keys_of(story, third)]
    story.world.approve_by_office(keys)
    return {}


def _key_on_another_units_device(story: Story) -> Balances:
    other = story.world.village("pp02").tablets[0]
    person = story.world.village("pp01").officers["president"]
    other.officers[person] = key_of(person, other.name)
    asked = story.world.officer_key(Tablet("pp01", other.key, other.officers), person)
    key = story.expect(WAITS, story.record(story.desk, asked, village="pp01"))
    story.world.approve_by_office([key])
    return {}


def _key_of_another_person(story: Story) -> Balances:
    """The key has asked to be one officer's; the office cannot make it another's."""
    third = _third(story)
    asked = story.world.officer_key(third, story.world.village("pp01").officers["president"])
    renamed = type(asked)(person="pp01-o3", device=asked.device, key=asked.key, proof=asked.proof)
    story.expect(REFUSED, story.record(story.desk, renamed, village="pp01"))
    return {}


def _two_officers_enrol_no_key(story: Story) -> Balances:
    """Two officers with one stolen device cannot make themselves a third."""
    third = _third(story)
    story.world.approve_by_office([_device_of(story, third)])
    keys = [story.expect(WAITS, key) for key in _keys_of(story, third)]
    story.world.approve(story.desk, keys, ("president", "secretary"))
    return {}


def _revoked_before_enrolment(story: Story) -> Balances:
    third = _third(story)
    entry = story.expect(WAITS, story.record(story.first, opening()))
    story.world.approve(story.first, [entry], A2, keys_on=third)
    device, keys = _device_of(story, third), _keys_of(story, third)
    revoked = story.record(story.desk, DeviceRevoked(device=third.name, reason="lost on the way"), village="pp01")
    story.world.approve_by_office([revoked])
    for key in keys:
        story.expect(WAITS, key)
    story.world.approve_by_office([device, *keys])
    return {}


def _key_revoked_before_enrolment(story: Story) -> Balances:
    third = _third(story)
    entry = story.expect(WAITS, story.record(story.first, opening()))
    story.world.approve(story.first, [entry], A2, keys_on=third)
    lost = to_base64url(third.officers[story.world.village("pp01").officers["president"]].public)
    revoked = story.record(story.desk, OfficerKeyRevoked(key=lost, reason="lost on the way"), village="pp01")
    story.world.approve_by_office([revoked])
    story.world.approve_by_office([_device_of(story, third), *_keys_of(story, third)])
    return {}


def _claim_of_the_office(story: Story) -> Balances:
    entry = story.expect(REFUSED, story.record(story.desk, claim()))
    story.world.approve_by_office([entry])
    return {}


def _home_is_kept(story: Story) -> Balances:
    """An officer who lives in the village stays an officer of the village, whatever is said of him elsewhere."""
    officers = story.world.office.officers
    roles: tuple[Role, ...] = ("vice_president", "treasurer")
    said = [
        story.record(story.desk, appointment(officers[role], "committee", home=home))
        for role in roles
        for home in ("pp01", "pp02")
    ]
    story.world.approve_by_office(said)
    entry = story.expect(WAITS, story.record(story.desk, claim(), village="pp01"))
    story.world.approve(story.desk, [entry], ("president", "secretary"))
    story.world.approve(story.desk, [entry], roles, keys_on=story.vault)
    return {}


def _membership_is_kept(story: Story) -> Balances:
    """The president leaves the bank: he approves nothing of it, though another village knows him by another member."""
    person = story.world.village("pp01").officers["president"]
    said = [
        story.record(story.desk, appointment(person, "committee", member=member), village=village)
        for village, member in (("pp01", "pp01-m001"), ("pp02", "pp02-m009"))
    ]
    for one in said:
        story.world.approve_by_office([one])
    left = MemberExitSettled(member="pp01-m001", shares_satang=100, net_satang=100)
    entry = story.expect(WAITS, story.record(story.first, left))
    story.world.approve(story.first, [entry], A2)
    return {}


def _claim_granted(story: Story) -> Balances:
    entry = story.record(story.desk, claim(), village="pp01")
    story.world.approve_by_office([entry])
    return GRANTED


CASES = (
    ("A key may be enrolled after its approval", _key_after_approval),
    ("A key may be enrolled before its device", _device_after_key),
    ("A key on a device that nobody enrolled approves nothing", _key_on_no_device),
    ("A key on another unit's device approves nothing", _key_on_another_units_device),
    ("A key is the officer's that it asked to be", _key_of_another_person),
    ("Two officers with one device enrol no key", _two_officers_enrol_no_key),
    ("A device that was revoked first is never trusted", _revoked_before_enrolment),
    ("A key that was revoked first approves nothing", _key_revoked_before_enrolment),
    ("A village's claim is not the office's own", _claim_of_the_office),
    ("A claim is granted by three of the office on two devices", _claim_granted),
    ("Where an officer lives is not overwritten", _home_is_kept),
    ("Whose membership an officer has is not overwritten", _membership_is_kept),
)
