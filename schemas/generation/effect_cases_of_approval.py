"""Cases of the effect vectors: whose approval an entry needs, and when it is complete."""

from collections.abc import Sequence
from typing import Final

from generation.effect_cases import deposit, deposited, reversal
from generation.story import BANK, BOX, Balances, Story
from sajja_schemas.entry import EntryRef, SignedEntry, to_base64url
from sajja_schemas.events.base import Assembly
from sajja_schemas.events.ledgers import BankDepositMade, OpeningBalanceRecorded, OpeningLine
from sajja_schemas.events.members import MemberAdmitted, MemberExitSettled
from sajja_schemas.events.trust import (
    CommitteeMemberAppointed,
    CommitteeTermEnded,
    MeetingResolutionRecorded,
    OfficerKeyRevoked,
    Role,
)
from sajja_schemas.events.welfare import WelfareClaimApproved
from support.world import ASSEMBLY, DAY, key_of, ref_to

WAITS: Final = "awaiting_approval"
A2: Final[tuple[Role, ...]] = ("president", "treasurer", "bookkeeper")
A3: Final[tuple[Role, ...]] = ("vice_president", "secretary")
OPENED: Final[Balances] = {("bank:pp01", 1110, BOX): 900, ("bank:pp01", 3900, ""): -900}
GRANTED: Final[Balances] = {("welfare", 2310, "c1"): -700, ("welfare", 5212, "c1"): 700}


def opening(satang: int = 900) -> OpeningBalanceRecorded:
    page = (OpeningLine(account=1110, amount_satang=satang, sub=BOX),)
    return OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=page)


def claim() -> WelfareClaimApproved:
    return WelfareClaimApproved(claim="c1", member="pp01-m001", benefit="hospital", amount_satang=700, happened=DAY)


def appointment(
    person: str, role: Role, assembly: Assembly = ASSEMBLY, *, member: str | None = None, home: str | None = None
) -> CommitteeMemberAppointed:
    return CommitteeMemberAppointed(
        person=person, role=role, term_from=DAY, assembly=assembly, member=member, home=home
    )


def _exit(story: Story, member: str) -> SignedEntry:
    return story.record(story.first, MemberExitSettled(member=member, shares_satang=100, net_satang=100))


def _left(member: str) -> Balances:
    return {("bank:pp01", 2140, member): -100, ("bank:pp01", 3110, member): 100}


def _approve(story: Story, entry: SignedEntry, roles: Sequence[Role]) -> SignedEntry:
    return story.world.approve(story.first, [entry], roles)


def _a2(story: Story) -> Balances:
    _approve(story, story.record(story.first, opening()), A2)
    return OPENED


def _a2_of_two(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.first, opening()))
    _approve(story, entry, ("president", "treasurer"))
    return {}


def _a2_without_treasurer(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.first, opening()))
    _approve(story, entry, ("president", "vice_president", "secretary", "bookkeeper"))
    return {}


def _a2_in_two_parts(story: Story) -> Balances:
    entry = story.record(story.first, opening())
    _approve(story, entry, ("president",))
    story.world.approve(story.second, [entry], ("treasurer", "bookkeeper"))
    return OPENED


def _a2_party(story: Story) -> Balances:
    appointed = story.record(story.desk, appointment("pp01-o4", "treasurer", member="pp01-m009"), village="pp01")
    story.world.approve_by_office([appointed])
    own = story.expect(WAITS, _exit(story, "pp01-m009"))
    _approve(story, own, ("president", "secretary", "treasurer", "bookkeeper"))
    others = _exit(story, "pp01-m001")
    _approve(story, others, A2)
    return _left("pp01-m001")


def _a1(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    taken_back = story.record(story.first, reversal(ref_to(entry)))
    _approve(story, taken_back, ("bookkeeper", "secretary"))
    return {}


def _a1_one_person(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    taken_back = story.expect(WAITS, story.record(story.first, reversal(ref_to(entry))))
    _approve(story, taken_back, ("secretary",))
    story.world.approve(story.first, [taken_back], ("secretary",), keys_on=story.second)
    return deposited()


def _a1_auditor(story: Story) -> Balances:
    appointed = story.record(story.desk, appointment("pp01-o9", "auditor"), village="pp01")
    story.first.officers["pp01-o9"] = key_of("pp01-o9", story.first.name)
    enrolled = story.record(story.desk, story.world.officer_key(story.first, "pp01-o9"), village="pp01")
    story.world.approve_by_office([appointed, enrolled])
    story.world.village("pp01").officers["auditor"] = "pp01-o9"
    entry = story.record(story.first, deposit())
    taken_back = story.expect(WAITS, story.record(story.first, reversal(ref_to(entry))))
    _approve(story, taken_back, ("secretary", "auditor"))
    return deposited()


def _cash_counts_meanwhile(story: Story) -> Balances:
    story.record(story.first, BankDepositMade(ledger="bank:pp01", amount_satang=50, box=BOX, bank=BANK))
    return {("bank:pp01", 1110, BOX): -50, ("bank:pp01", 1120, BANK): 50}


def _another_unit(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.first, opening()))
    other = story.world.village("pp02")
    story.expect("not_authorised", story.world.approve(other.tablets[0], [entry], A2))
    story.world.approve(story.desk, [entry], A2)
    story.world.approve(story.desk, [entry], A2, keys_on=other.tablets[0])
    return {}


def _approved_in_another_feed(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.first, opening()))
    approval = _approve(story, entry, A2)
    story.world.entries.remove(approval)
    story.first.log.remove(approval)
    # The same signatures, carried by an entry of another village's feed: pp01 would never see them.
    event = story.approval_of(approval)
    story.record(story.desk, event, village="pp02")
    return {}


def _approved_in_the_office_feed(story: Story) -> Balances:
    entry = story.record(story.first, opening())
    approval = _approve(story, entry, A2)
    story.world.entries.remove(approval)
    story.first.log.remove(approval)
    story.record(story.desk, story.approval_of(approval), village="office")
    return OPENED


def _approved_before(story: Story) -> Balances:
    entry = story.record(story.second, opening())
    _approve(story, entry, A2)
    story.arrive_last(entry)
    return OPENED


def _revoked_key(story: Story) -> Balances:
    key = to_base64url(story.first.officers["pp01-o4"].public)
    revoked = story.record(story.desk, OfficerKeyRevoked(key=key, reason="lost"), village="pp01")
    story.world.approve_by_office([revoked])
    entry = story.expect(WAITS, story.record(story.first, opening()))
    _approve(story, entry, A2)
    return {}


def _term_ended(story: Story) -> Balances:
    ended = CommitteeTermEnded(person="pp01-o4", role="treasurer", assembly=ASSEMBLY)
    story.world.approve_by_office([story.record(story.desk, ended, village="pp01")])
    entry = story.expect(WAITS, story.record(story.first, opening()))
    _approve(story, entry, A2)
    return {}


def _wrong_place(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.first, opening()))
    approval = _approve(story, entry, A2)
    story.world.entries.remove(approval)
    story.first.log.remove(approval)
    named = EntryRef(device=story.first.name, sequence=entry.sequence + 7, hash=to_base64url(entry.hash))
    story.record(story.first, story.approval_of(approval, entries=(named,)))
    return {}


def _bad_signature(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.first, opening()))
    other = story.record(story.first, deposit())
    approval = _approve(story, other, A2)
    story.record(story.first, story.approval_of(approval, entries=(ref_to(entry),)))
    return deposited()


def _list(story: Story) -> Balances:
    both = [story.record(story.first, opening()), story.record(story.second, opening(50))]
    story.world.approve(story.first, both, A2)
    return {("bank:pp01", 1110, BOX): 950, ("bank:pp01", 3900, ""): -950}


def _a3(story: Story) -> Balances:
    story.world.admit(story.first, ["pp01-m001"])
    return {}


def _admission(story: Story, resolution: EntryRef, roles: Sequence[Role] = A3) -> SignedEntry:
    event = MemberAdmitted(member="pp01-m001", gender="female", joined=DAY, resolution=resolution)
    entry = story.record(story.first, event)
    _approve(story, entry, roles)
    return entry


def _a3_without_resolution(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    story.expect(WAITS, _admission(story, ref_to(entry)))
    return deposited()


def _a3_of_another_unit(story: Story) -> Balances:
    story.expect(WAITS, _admission(story, story.world.resolve(story.world.village("pp02").tablets[0])))
    return {}


def _a3_without_secretary(story: Story) -> Balances:
    story.expect(WAITS, _admission(story, story.world.resolve(story.first), ("president", "vice_president")))
    return {}


def _resolve(story: Story, present: tuple[str, ...]) -> SignedEntry:
    entry = story.record(story.first, MeetingResolutionRecorded(no=1, subject="resolved", present=present))
    _approve(story, entry, A3)
    return entry


def _a3_without_majority(story: Story) -> Balances:
    resolution = story.expect(WAITS, _resolve(story, ("pp01-o1", "pp01-o2", "pp02-o1", "pp01-m001")))
    story.expect(WAITS, _admission(story, ref_to(resolution)))
    return {}


def _a3_resolution_last(story: Story) -> Balances:
    resolution = story.record(
        story.second, MeetingResolutionRecorded(no=1, subject="resolved", present=("pp01-o1", "pp01-o2", "pp01-o3"))
    )
    _admission(story, ref_to(resolution))
    _approve(story, resolution, A3)
    story.arrive_last(resolution)
    return {}


def _a4(story: Story) -> Balances:
    entry = story.record(story.desk, claim(), village="pp01")
    story.world.approve(story.desk, [entry], ("president", "bookkeeper"))
    story.world.approve(story.desk, [entry], ("treasurer",), keys_on=story.vault)
    return GRANTED


def _a4_one_device(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.desk, claim(), village="pp01"))
    story.world.approve(story.desk, [entry], ("president", "secretary", "treasurer", "bookkeeper"))
    return {}


def _a4_two_persons(story: Story) -> Balances:
    entry = story.expect(WAITS, story.record(story.desk, claim(), village="pp01"))
    for tablet in (story.desk, story.vault):
        story.world.approve(story.desk, [entry], ("president", "secretary"), keys_on=tablet)
    return {}


def _a4_of_the_village(story: Story) -> Balances:
    at_home = story.record(story.desk, appointment("office-o5", "bookkeeper", home="pp01"), village="office")
    there_too = story.record(story.desk, appointment("office-o4", "committee"), village="pp01")
    for entry in (at_home, there_too):
        story.world.approve_by_office([entry])
    concerned = story.expect(WAITS, story.record(story.desk, claim(), village="pp01"))
    story.world.approve(story.desk, [concerned], ("president", "secretary", "bookkeeper"))
    story.world.approve(story.desk, [concerned], ("president", "treasurer"), keys_on=story.vault)
    elsewhere = story.record(story.desk, claim(), village="pp02")
    story.world.approve(story.desk, [elsewhere], ("president", "bookkeeper"))
    story.world.approve(story.desk, [elsewhere], ("treasurer",), keys_on=story.vault)
    return GRANTED


def _a5(story: Story, assembly: Assembly = ASSEMBLY) -> SignedEntry:
    return story.record(story.desk, appointment("pp01-o9", "president", assembly), village="pp01")


def _a5_complete(story: Story) -> Balances:
    story.world.approve_by_office([_a5(story)])
    return {}


def _a5_one_device(story: Story) -> Balances:
    entry = story.expect(WAITS, _a5(story))
    story.world.approve(story.desk, [entry], ("president", "secretary", "treasurer"))
    return {}


def _a5_vice_president(story: Story) -> Balances:
    entry = story.expect(WAITS, _a5(story))
    story.world.approve(story.desk, [entry], ("vice_president", "secretary"))
    story.world.approve(story.desk, [entry], ("treasurer",), keys_on=story.vault)
    return {}


def _a5_not_quorate(story: Story) -> Balances:
    few = Assembly(attended=49, entitled=100, minutes=ASSEMBLY.minutes)
    story.world.approve_by_office([story.expect(WAITS, _a5(story, few))])
    half = Assembly(attended=50, entitled=100, minutes=ASSEMBLY.minutes)
    story.world.approve_by_office([_a5(story, half)])
    return {}


CASES: Final = (
    ("A control event counts when its approvals are complete", _a2),
    ("A2: two officers are not three", _a2_of_two),
    ("A2: the treasurer must be among them", _a2_without_treasurer),
    ("Approvals may come in parts, from several devices", _a2_in_two_parts),
    ("A2: no officer approves what he is a party to", _a2_party),
    ("A1: two officers", _a1),
    ("A1: one person with two keys is one person", _a1_one_person),
    ("An auditor is no officer", _a1_auditor),
    ("A cash fact counts before it is approved", _cash_counts_meanwhile),
    ("Officers approve for their own unit only", _another_unit),
    ("An approval in another village's feed counts for nothing", _approved_in_another_feed),
    ("An approval in the office's feed counts", _approved_in_the_office_feed),
    ("Approvals may arrive before the entry", _approved_before),
    ("A revoked key approves nothing", _revoked_key),
    ("Who is no longer in term approves nothing", _term_ended),
    ("An approval names the place of its entry", _wrong_place),
    ("An approval of something else approves nothing", _bad_signature),
    ("A meeting's list is approved at once", _list),
    ("A3: president or vice-president and secretary, over a resolution", _a3),
    ("A3: what is named must be a resolution", _a3_without_resolution),
    ("A3: the resolution must be the unit's own", _a3_of_another_unit),
    ("A3: the secretary must be among them", _a3_without_secretary),
    ("A3: a resolution needs more than half of the officers in term", _a3_without_majority),
    ("A3: the resolution may arrive last", _a3_resolution_last),
    ("A4: three network officers on two devices", _a4),
    ("A4: three padlocks on one device are not enough", _a4_one_device),
    ("A4: two persons on two devices are not three", _a4_two_persons),
    ("A4: none of the village concerned", _a4_of_the_village),
    ("A5: president, secretary and one more, on two devices", _a5_complete),
    ("A5: one device is not enough", _a5_one_device),
    ("A5: the vice-president does not stand in", _a5_vice_president),
    ("A5: the assembly must have been quorate", _a5_not_quorate),
)
