"""Members, what they promised and paid, and what stands around their loans (docs/domain.md sections 5.5 to 5.9)."""

from datetime import date
from typing import Literal

from sajja_schemas.events.lending import LoanGuarantorConsented, LoanGuarantorWithdrawn
from sajja_schemas.events.loan_accounts import LoanRecoveryReceived, LoanWrittenOff
from sajja_schemas.events.member_records import MemberPassbookIssued, MemberPassbookReplaced, MemberProfileUpdated
from sajja_schemas.events.members import (
    MemberAdmitted,
    MemberDeathConfirmed,
    MemberDeathReported,
    MemberExitSettled,
    MemberReinstated,
    MemberSuspended,
    MemberTransferred,
)
from sajja_schemas.events.savings import (
    SavingsFineCharged,
    SavingsFineWaived,
    SavingsHoldPlaced,
    SavingsHoldReleased,
    ShareDeposited,
    SharePledgeSet,
)
from sajja_schemas.events.welfare import Benefit, WelfareClaimApproved, WelfareContributionReceived, WelfareEnrolled
from sajja_schemas.figures import read_welfare_members
from sajja_schemas.registers.claims import granted_of
from sajja_schemas.registers.lending import guarantees_of, guarantors_of, written_off_satang
from sajja_schemas.registers.members import (
    PASSBOOKS,
    Headcount,
    Member,
    enrolments,
    headcount,
    member_of,
    members_of,
)
from sajja_schemas.registers.savings import (
    SAVINGS,
    WELFARE,
    held_satang,
    months_fined,
    months_paid,
    pledged_satang,
    pledges,
)
from support.world import ASSEMBLY
from unit.schemas.registers.noted import DAY, ENTRY, NAME, Noted

BANK = "bank:pp01"


def admitted(*, interest_free: bool = False) -> MemberAdmitted:
    return MemberAdmitted(
        member="m1", gender="male", joined=date(2019, 1, 5), resolution=ENTRY, interest_free=interest_free
    )


def member(noted: Noted, village: str = "pp01", name: str = "m1") -> Member:
    found = member_of(noted.registers, village, name)
    assert found is not None
    return found


def test_a_member_comes_rests_returns_and_leaves() -> None:
    noted = Noted()
    noted.count(admitted())
    assert (member(noted).in_bank, member(noted).joined, member(noted).gender) == (1, date(2019, 1, 5), "male")
    noted.count(MemberSuspended(member="m1", suspended_from=date(2020, 2, 1), reason="debt", resolution=ENTRY))
    assert member(noted).is_suspended
    noted.count(MemberReinstated(member="m1", reinstated_from=date(2020, 3, 1), resolution=ENTRY))
    assert not member(noted).is_suspended
    noted.count(MemberExitSettled(member="m1"))
    assert member(noted).in_bank == 0
    assert [one.member for one in members_of(noted.registers, "pp01")] == ["m1"]
    assert list(members_of(noted.registers, "pp02")) == []
    assert member_of(noted.registers, "pp01", "m2") is None


def test_a_confirmed_death_ends_welfare_and_a_full_year_is_counted_to_30_september() -> None:
    """Who joined on 1 October has a full year; who died is not enrolled, whichever was told first."""
    noted = Noted()
    for name, joined in (("m1", date(2019, 10, 1)), ("m2", date(2019, 10, 2)), ("m3", date(2013, 1, 1))):
        noted.count(WelfareEnrolled(member=name, joined=joined, resolution=ENTRY))
    noted.count(MemberDeathConfirmed(member="m3", died=DAY, certificate=NAME))
    assert member(noted, name="m3").in_welfare == 0
    assert sorted(one.joined for one in enrolments(noted.registers)) == [date(2019, 10, 1), date(2019, 10, 2)]
    assert headcount(noted.registers)["pp01"].enrolled == 2
    assert read_welfare_members(noted.registers, date(2020, 8, 22)) == {"enrolled": 2, "full_year": 1}


def test_bank_and_welfare_are_apart() -> None:
    noted = Noted()
    noted.count(WelfareEnrolled(member="m1", joined=DAY, resolution=ENTRY))
    assert (member(noted).in_bank, member(noted).in_welfare, member(noted).joined) == (0, 1, None)


def test_a_death_that_is_reported_is_known_before_it_is_confirmed() -> None:
    noted = Noted()
    noted.count(MemberDeathReported(member="m1", reported=date(2020, 7, 11)))
    assert (member(noted).death_reported, member(noted).died) == (date(2020, 7, 11), None)
    noted.count(MemberDeathConfirmed(member="m1", died=date(2020, 7, 10), certificate=NAME))
    assert member(noted).died == date(2020, 7, 10)


def test_a_profile_says_the_latest_word_by_its_date() -> None:
    noted = Noted()
    noted.count(MemberProfileUpdated(member="m1", fields=("gender",), gender="other", interest_free=False), DAY)
    noted.count(admitted(interest_free=True), date(2020, 1, 1))
    assert (member(noted).gender, member(noted).is_interest_free) == ("other", False)


def test_a_member_who_moves_is_a_member_there() -> None:
    noted = Noted()
    noted.count(admitted())
    for side, village in (("sent", "pp01"), ("received", "pp02")):
        moved = MemberTransferred(
            settlement="s1", side="sent" if side == "sent" else "received", from_village="pp01", to_village="pp02",
            member="m1", new_member="m9", gender="male", amount_satang=5, shares_satang=5,
        )  # fmt: skip
        noted.count(moved, village=village)
    assert (member(noted).in_bank, member(noted, "pp02", "m9").in_bank) == (0, 1)
    assert member(noted, "pp02", "m9").joined == DAY


def test_a_fine_is_settled_when_it_is_paid_or_waived_and_open_again_when_that_is_reversed() -> None:
    noted = Noted()
    noted.count(SavingsFineCharged(member="m1", amount_satang=500, box="b1", months=("2020-06",)))
    waived = SavingsFineWaived(member="m1", amount_satang=500, reason="flood", resolution=ENTRY, months=("2020-07",))
    noted.count(waived)
    assert months_fined(noted.registers, "pp01", "m1") == {"2020-06", "2020-07"}
    noted.count(waived, sign=-1)
    assert months_fined(noted.registers, "pp01", "m1") == {"2020-06"}
    assert months_fined(noted.registers, "pp01", "m2") == frozenset()


def test_pledges_stand_in_the_order_of_their_months_and_the_later_word_last() -> None:
    noted = Noted()
    for first_month, day, amount_satang in (("2020-07", 2, 200), ("2020-06", 1, 100), ("2020-07", 3, 300)):
        pledge = SharePledgeSet(member="m1", amount_satang=amount_satang, first_month=first_month)
        noted.count(pledge, date(2020, 6, day))
    assert pledges(noted.registers, "pp01", "m1") == [("2020-06", 100), ("2020-07", 200), ("2020-07", 300)]


def test_of_who_moves_membership_and_welfare_go_on_and_a_reversal_leads_back() -> None:
    """Nobody waits 180 days once more for having moved, and no month is paid twice."""
    noted = Noted()
    noted.count(admitted())
    noted.count(WelfareEnrolled(member="m1", joined=date(2019, 3, 5), resolution=ENTRY))
    before = noted.registers.rows.copy()
    sides: list[tuple[Literal["sent", "received"], str]] = [("sent", "pp01"), ("received", "pp02")]
    moves = [
        (
            MemberTransferred(
                settlement="s1", side=side, from_village="pp01", to_village="pp02", member="m1", new_member="m9",
                gender="male", amount_satang=5, shares_satang=5, joined=date(2019, 1, 5),
                welfare_joined=date(2019, 3, 5), welfare_paid_to="2020-07",
            ),
            village,
        )
        for side, village in sides
    ]  # fmt: skip
    for moved, village in moves:
        noted.count(moved, village=village)
    here, there = member(noted), member(noted, "pp02", "m9")
    assert (here.in_bank, here.in_welfare, there.in_bank, there.in_welfare) == (0, 0, 1, 1)
    assert there.joined == date(2019, 1, 5)
    assert [one.joined for one in enrolments(noted.registers)] == [date(2019, 3, 5)]
    assert months_paid(noted.registers, WELFARE, "pp02", "m9") == {"2020-07": 1}
    assert months_paid(noted.registers, WELFARE, "pp01", "m1") == {}
    for moved, village in moves:
        noted.count(moved, village=village, sign=-1)
    assert noted.registers.rows == before


def test_months_are_paid_pledged_and_counted_once_each() -> None:
    noted = Noted()
    noted.count(ShareDeposited(member="m1", amount_satang=1, box="b", months=("2020-05", "2020-06")))
    noted.count(ShareDeposited(member="m1", amount_satang=1, box="b", months=("2020-06",)))
    noted.count(WelfareContributionReceived(member="m1", amount_satang=1, box="b", months=("2020-04",)))
    assert months_paid(noted.registers, SAVINGS, "pp01", "m1") == {"2020-05": 1, "2020-06": 2}
    assert months_paid(noted.registers, WELFARE, "pp01", "m1") == {"2020-04": 1}
    assert pledged_satang(noted.registers, "pp01", "m1") is None
    noted.count(SharePledgeSet(member="m1", amount_satang=100, first_month="2020-09"))
    noted.count(SharePledgeSet(member="m1", amount_satang=70, first_month="2020-01"))
    assert pledged_satang(noted.registers, "pp01", "m1") == 100


def test_what_is_held_is_what_was_placed_less_what_was_released() -> None:
    noted = Noted()
    noted.count(SavingsHoldPlaced(member="m1", loan="l1", amount_satang=500))
    noted.count(SavingsHoldReleased(member="m1", loan="l1", amount_satang=200))
    assert held_satang(noted.registers, "pp01", "m1") == 300


def test_a_guarantor_stands_until_withdrawn() -> None:
    noted = Noted()
    for guarantor in ("m2", "m3"):
        noted.count(LoanGuarantorConsented(loan="l1", guarantor=guarantor, amount_satang=900))
    noted.count(LoanGuarantorWithdrawn(loan="l1", guarantor="m2"))
    assert guarantors_of(noted.registers, BANK, "l1") == {"m3": 900}
    assert guarantees_of(noted.registers, BANK, "m3") == {"l1": 900}
    assert guarantees_of(noted.registers, BANK, "m2") == {}


def test_a_recovery_is_against_what_was_written_off() -> None:
    noted = Noted()
    noted.count(
        LoanWrittenOff(
            loan="l1", member="m1", product="ordinary", principal_satang=700, expense_satang=700, assembly=ASSEMBLY
        )
    )
    noted.count(LoanRecoveryReceived(loan="l1", member="m1", amount_satang=300, box="b"))
    assert written_off_satang(noted.registers, BANK, "l1") == 400


def test_a_replaced_passbook_is_void() -> None:
    noted = Noted()
    noted.count(MemberPassbookIssued(member="m1", serial="a1"))
    noted.count(MemberPassbookReplaced(member="m1", old_serial="a1", serial="a2", reason="full"))
    day = DAY.isoformat()
    assert noted.registers.row(PASSBOOKS, ("pp01", "a1")) == {("issued", day, "m1"): 1, ("void", day, "full"): 1}
    assert noted.registers.row(PASSBOOKS, ("pp01", "a2")) == {("issued", day, "m1"): 1}


def test_people_are_counted_where_they_are() -> None:
    noted = Noted()
    noted.count(admitted())
    noted.count(MemberAdmitted(member="m2", gender="female", joined=DAY, resolution=ENTRY))
    noted.count(WelfareEnrolled(member="m3", joined=DAY, resolution=ENTRY), village="pp02")
    assert headcount(noted.registers) == {
        "pp01": Headcount(members=2, women=1), "pp02": Headcount(enrolled=1),
    }  # fmt: skip
    noted.count(MemberExitSettled(member="m2"))
    assert headcount(noted.registers)["pp01"] == Headcount(members=1)
    noted.count(MemberProfileUpdated(member="m1", fields=("gender",), gender="female"))
    assert headcount(noted.registers)["pp01"] == Headcount(members=1, women=1)


def test_what_was_granted_is_told_of_one_benefit_alone() -> None:
    noted = Noted()
    granted: tuple[tuple[str, Benefit, int], ...] = (("c1", "birth", 100_000), ("c2", "hospital", 30_000))
    for claim, benefit, satang in granted:
        noted.count(WelfareClaimApproved(claim=claim, member="m1", benefit=benefit, amount_satang=satang, happened=DAY))
    assert list(granted_of(noted.registers, "pp01", "m1", "birth")) == [("c1", DAY, 100_000)]
