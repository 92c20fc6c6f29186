"""What is planted in the network for somebody to find, in words (docs/domain.md section 12.6).

* Each case lies before 22 August 2563 and leaves the table exact: what was withdrawn had been paid in, what was kept
  back is put back, what has not arrived is still owed.
* A term that begins later has only the cases that lie in it; what is before is on paper, and paper shows nothing.
* Nobody is anybody: the numbers of applicants begin with 0, which no identity card does.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_schemas.calculations.identity import check_digit
from sajja_schemas.calendar import format_thai
from sajja_schemas.money import format_baht
from sajja_schemas.personal_data import Person

# A saver who was silent for more than a year, and whose savings are taken out at the meeting of August.
SILENT_MOO: Final = 5
SILENT_WITHDRAWAL: Final = 6_500 * rules.BAHT
_SILENT_DAYS: Final = 365

# Welfare contributions that were kept back from February on; in July a round part of them left, and never arrived.
STRAY_MOO: Final = 11
STRAY_FUND: Final = "welfare"
STRAY_AMOUNT: Final = 12_400 * rules.BAHT
STRAY_MONTH: Final = rules.LAST_MONTH - 1
KEPT_BACK_MONTHS: Final = range(STRAY_MONTH - 5, STRAY_MONTH)

# One person who applies in two villages.
TWICE_MOOS: Final = (2, 7)

# Payments of three members that one recorder keeps from March on, each covered by the next one's a meeting later.
LAPPING_MOO: Final = 8
LAPPED_MOST: Final = 1_500 * rules.BAHT  # the most that a payment comes to
LAPPING_MONTHS: Final = tuple(range(rules.LAST_MONTH - 5, rules.LAST_MONTH))

# A tablet that was lost on the evening of a meeting with all that was written on it that day.
LOST_TABLET: Final = "pp10-b"
NEW_TABLET: Final = "pp10-c"
LOST_UNIT: Final = "pp10"
LOST_ON: Final = rules.meeting_date(10, rules.LAST_MONTH - 3)
REPLACED_ON: Final = LOST_ON + timedelta(days=2)
TYPED_AGAIN_AFTER: Final = timedelta(days=3)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One planted case: what was done, and where to look."""

    name: str
    thai: str
    english: str
    where: tuple[str, ...]


def is_silent_for_long(term: rules.Term) -> bool:
    """Whether a year passes between the first day and the last meeting."""
    last = rules.meeting_date(SILENT_MOO, rules.LAST_MONTH)
    return (last - term.founding_day).days > _SILENT_DAYS


def goes_astray(term: rules.Term, moo: int) -> bool:
    """Whether a village keeps its contributions back from February to July: all of it lies in the term."""
    return moo == STRAY_MOO and term.months[0] <= KEPT_BACK_MONTHS[0]


def is_lapped(term: rules.Term, moo: int) -> bool:
    """Whether a village's payments are recorded late onto each other, all of it in the term."""
    return moo == LAPPING_MOO and term.months[0] < LAPPING_MONTHS[0]


def loses_a_tablet(term: rules.Term) -> bool:
    """Whether a tablet is lost in the term."""
    return term.opening_day < LOST_ON


def synthetic_number(moo: int, number: int) -> str:
    """A number with a check digit that is nobody's."""
    first_twelve = f"0{moo:02}{number:09}"
    return f"{first_twelve}{check_digit(first_twelve)}"


def applicant(identity: str) -> Person:
    """Who an applicant says that they are: plainly nobody."""
    return Person(
        first_name="ผู้สมัครตัวอย่าง", last_name=identity[:-1].lstrip("0"), document="national_id", number=identity
    )


def over_limit(unit: str, first: date, last: date) -> Case:
    """A box that nobody took to the bank."""
    limit = format_baht(rules.BOX_LIMIT)
    return Case(
        name="over_limit_box",
        thai=f"กล่องเงินของ {unit} เกินวงเงิน {limit} บาท ตั้งแต่ {format_thai(first)} ถึง {format_thai(last)}",
        english=f"the box of {unit} stood over {limit} baht from {first} to {last}",
        where=(f"bank:{unit} 1110",),
    )


def silent_withdrawal(unit: str, member: str, on: date) -> Case:
    """Savings that were taken out after long silence."""
    amount = format_baht(SILENT_WITHDRAWAL)
    return Case(
        name="dormant_withdrawal",
        thai=f"ถอนเงินออมพิเศษ {amount} บาท ของ {member} เมื่อ {format_thai(on)} หลังบัญชีเงียบเกินหนึ่งปี",
        english=f"{amount} baht of special savings of {member} were taken out on {on}, after a year of silence",
        where=(f"bank:{unit} 2110 {member}",),
    )


def astray(unit: str, settlement: str, on: date, carrier: str) -> Case:
    """A remittance that left the box and never arrived."""
    amount = format_baht(STRAY_AMOUNT)
    return Case(
        name="unmatched_remittance",
        thai=f"{carrier} รับเงินนำส่งกองทุนสวัสดิการ {amount} บาท ไปเมื่อ {format_thai(on)} ยังไม่มีใครยืนยันว่าถึง",
        english=f"{carrier} took {amount} baht for the welfare fund on {on}; nobody has said that it arrived",
        where=(f"bank:{unit} 1112 {carrier}", f"bank:{unit} 2610", f"settlement {settlement}"),
    )


def twice_admitted(members: Sequence[str]) -> Case:
    """One person with two memberships."""
    both = " · ".join(members)
    return Case(
        name="duplicate_person",
        thai=f"บุคคลเดียวกันเป็นสมาชิกสองหมู่บ้าน: {both}",
        english=f"one person is a member of two villages: {both}",
        where=(
            "DUPLICATE_PERSON",
            "sajja office duplicates",
            *(f"member_application_submitted {member}" for member in members),
        ),
    )


def lapping(unit: str, members: Sequence[str], by: str) -> Case:
    """Payments that were kept, and covered with the next one's."""
    names = " ".join(members)
    return Case(
        name="lapping",
        thai=f"{by} บันทึกเงินรับของ {names} ช้าไปหนึ่งการประชุม ตั้งแต่มีนาคม 2563 แล้วใช้เงินของคนถัดไปแทน",
        english=f"from March 2563 on {by} records payments of {names} one meeting late, out of the next one's money",
        where=(
            f"{unit}-{rules.LOAN_DESK}: receipts of a later month's book on an earlier business date",
            *(f"bank:{unit} 3110 {member}" for member in members),
        ),
    )


def lost_tablet() -> Case:
    """A tablet that is gone with what had not been synced."""
    again = LOST_ON + TYPED_AGAIN_AFTER
    return Case(
        name="lost_tablet",
        thai=f"{LOST_TABLET} หายเมื่อ {format_thai(LOST_ON)} รายการวันนั้นบันทึกใหม่จากกระดาษเมื่อ {format_thai(again)}",
        english=f"{LOST_TABLET} was lost on {LOST_ON}; what it held of that day was typed in again on {again}",
        where=(f"device_revoked {LOST_UNIT}", f"{NEW_TABLET}: source paper"),
    )
