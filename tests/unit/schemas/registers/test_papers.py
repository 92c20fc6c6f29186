"""Claims, meetings, books of papers and groups as their entries say them (docs/domain.md section 5)."""

from sajja_schemas.events.documents import DocbookClosed, DocbookIssued
from sajja_schemas.events.groups import (
    GroupDissolved,
    GroupMemberJoined,
    GroupMemberLeft,
    GroupRegistered,
    GroupSaleRecorded,
)
from sajja_schemas.events.meetings import AttendanceRecorded, MeetingClosed, MeetingOpened, Present
from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareClaimPaid
from sajja_schemas.events.welfare_claims import (
    PensionLine,
    WelfareClaimRejected,
    WelfareClaimSubmitted,
    WelfareClaimVerified,
    WelfarePensionRun,
)
from sajja_schemas.figures import read_groups
from sajja_schemas.registers.claims import CLAIMED, Claim, claim_of
from sajja_schemas.registers.meetings import ATTENDANCE, Meeting, meeting_of
from sajja_schemas.registers.papers import DOCBOOKS, GROUPS, group_members, has_ended, issued_numbers
from unit.schemas.registers.noted import DAY, ENTRY, Noted

GROUP = "group:pp01-shrimp"


def test_a_claim_stands_as_its_entries_say() -> None:
    noted = Noted()
    assert claim_of(noted.registers, "c1") is None
    submitted = WelfareClaimSubmitted(claim="c1", member="m1", benefit="birth", amount_satang=900, happened=DAY)
    noted.count(submitted)
    noted.count(WelfareClaimVerified(claim="c1", member="m1", note="seen", met_in_person=True))
    noted.count(WelfareClaimApproved(claim="c1", member="m1", benefit="birth", amount_satang=800, happened=DAY))
    noted.count(WelfareClaimPaid(claim="c1", member="m1", amount_satang=300, channel="cash", box="b"))
    assert claim_of(noted.registers, "c1") == Claim(
        submitted_satang=900, is_verified=True, approved_satang=800, is_rejected=False, paid_satang=300,
        returned_satang=0,
    )  # fmt: skip
    noted.count(WelfareClaimSubmitted(claim="c2", member="m1", benefit="birth", amount_satang=900, happened=DAY))
    claims = [fact[2] for fact in noted.registers.row(CLAIMED, ("pp01", "m1"))]
    assert claims == ["c1", "c2"]  # one birth, claimed twice


def test_nobody_was_met_so_nothing_is_verified() -> None:
    noted = Noted()
    noted.count(WelfareClaimVerified(claim="c1", member="m1", note="absent", met_in_person=False))
    assert claim_of(noted.registers, "c1") is None
    noted.count(WelfareClaimRejected(claim="c1", member="m1", reason="absent"))
    found = claim_of(noted.registers, "c1")
    assert found is not None
    assert (found.is_verified, found.is_rejected) == (False, True)


def test_a_pension_is_a_claim_that_was_granted_by_a_list() -> None:
    noted = Noted()
    lines = (
        PensionLine(claim="c7", member="m1", amount_satang=200),
        PensionLine(claim="c8", member="m2", amount_satang=201),
    )
    noted.count(WelfarePensionRun(year=2020, lines=lines), village="office")
    approved = [found.approved_satang for claim in ("c7", "c8") if (found := claim_of(noted.registers, claim))]
    assert approved == [200, 201]


def test_a_meeting_that_two_tablets_close_shows() -> None:
    noted = Noted()
    assert meeting_of(noted.registers, "pp01", "2020-06") is None
    noted.count(MeetingOpened(kind="monthly", opening_cash_satang=700))  # of no meeting
    noted.count(MeetingOpened(kind="monthly", opening_cash_satang=700, meeting="2020-06"))
    for _tablet in range(2):
        noted.count(MeetingClosed(totals=(), devices=(), meeting="2020-06"))
    assert meeting_of(noted.registers, "pp01", "2020-06") == Meeting(
        kind="monthly", opening_cash_satang=700, times_opened=1, times_closed=2
    )
    present = (Present(member="m1", mode="self"), Present(member="m2", mode="absent"))
    noted.count(AttendanceRecorded(present=present, meeting="2020-06"))
    assert noted.registers.row(ATTENDANCE, ("pp01", "2020-06")) == {("m1", "self"): 1, ("m2", "absent"): 1}


def test_a_book_of_receipts_has_its_numbers_and_ends() -> None:
    noted = Noted()
    assert issued_numbers(noted.registers, "pp01", "receipt", 3) is None
    noted.count(DocbookIssued(kind="receipt", book=3, first_no=1, last_no=50, holder="o5"))
    assert issued_numbers(noted.registers, "pp01", "receipt", 3) == range(1, 51)
    assert not has_ended(noted.registers, DOCBOOKS, ("pp01", "receipt", 3))
    noted.count(DocbookClosed(kind="receipt", book=3, last_used_no=48))
    assert has_ended(noted.registers, DOCBOOKS, ("pp01", "receipt", 3))


def test_who_joined_a_group_and_did_not_leave_is_in_it() -> None:
    noted = Noted()
    noted.count(
        GroupRegistered(ledger=GROUP, product="shrimp paste", leader="m1", members=("m1", "m2"), resolution=ENTRY)
    )
    noted.count(GroupMemberJoined(ledger=GROUP, member="m3"))
    noted.count(GroupMemberLeft(ledger=GROUP, member="m2"))
    assert group_members(noted.registers, GROUP) == {"m1", "m3"}
    sold = GroupSaleRecorded(ledger=GROUP, item="paste", quantity=3, amount_satang=900, box="b", cost_satang=500)
    noted.count(sold)
    assert read_groups(noted.registers, DAY) == [{"ledger": GROUP, "members": 2, "sales_12m_satang": 900}]
    noted.count(GroupDissolved(ledger=GROUP, reason="done", resolution=ENTRY))
    assert has_ended(noted.registers, GROUPS, (GROUP,))
    assert read_groups(noted.registers, DAY) == []
