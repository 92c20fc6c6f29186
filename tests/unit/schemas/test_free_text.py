"""What looks like a person in text that is for ever, and what only looks as if it did."""

import msgspec
import pytest

from sajja_schemas.entry import EntryRef, to_base64url
from sajja_schemas.events.base import Event
from sajja_schemas.events.lending import LoanGuarantorWithdrawn
from sajja_schemas.events.member_records import MemberApplicationSubmitted
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import MeetingResolutionRecorded
from sajja_schemas.free_text import Leak, leak_in, leak_of

TITLED = Leak.TITLED_NAME
NUMBER = Leak.IDENTITY_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "จ่ายให้นายสมมุติ ใจดี", "นายสมมุติ", "นาย สมมุติ", "นางสาวมะลิ", "น.ส.มะลิ แก้ว", "น.ส. มะลิ", "นส.มะลิ",
        "ด.ช.แดง", "ด.ญ. ดำ", "ด. ช. แดง", "ฝากโดยนางเอกอนงค์", "เด็กหญิงแก้ว", "เด็กชาย ก้อง", "เงินของนางบุญมา",
        "ยายนางบุญมา ทองดี", "คุณนายก้อง", "(นายแดง)", "นายกิตติ", "นางพยอม", "นายทองดี", "นายเรืองชัย", "นางนวลจันทร์",
        "นางรองรัตน์", "แท็บเล็ตของนายไข่",
    ],
)  # fmt: skip
def test_a_name_behind_a_title_is_found(text: str) -> None:
    assert leak_in(text) is TITLED


@pytest.mark.parametrize(
    "text",
    [
        "นายทะเบียนแจ้งว่า", "ตลาดนางเลิ้ง", "นายอำเภอเมือง", "นายก อบต.", "นายกเทศมนตรี", "นายก", "นายจ้าง", "ค่านายหน้าที่ดิน",
        "ทำนายผล", "คำทำนายว่าจะดี มาก", "น.ส.3ก เลขที่ 12", "น.ส. ๓ ก.", "นส.3", "ชาวนายากจน", "ที่นางาม", "ชำนาญ",
        "นางรอง", "นางแบบ", "นางสงกรานต์", "อำนาจ", "พี่นางฟ้า", "เจ้านาย", "นายช่างใหญ่", "กลางนา", "นางสาวไทย",
        "ถนนนางลิ้นจี่", "นายท่า", "เรือนางนวล", "", "ฝากเงินสัจจะประจำเดือน สิงหาคม 2563",
    ],
)  # fmt: skip
def test_offices_places_and_words_are_no_names(text: str) -> None:
    assert leak_in(text) is None


@pytest.mark.parametrize(
    "text",
    ["0123456789016", "เลข ๐๑๒๓๔๕๖๗๘๙๐๑๖", "0-1234-56789-01-6", "บัตร 0 1234 56789 01 6 หมดอายุ", "(0123456789013)"],
)
def test_thirteen_digits_are_found_however_they_are_written(text: str) -> None:
    """Whether or not the check digit holds: a mistyped number tells who somebody is, too."""
    assert leak_in(text) is NUMBER


@pytest.mark.parametrize(
    "text",
    ["0812345678", "081-234-5678 ต่อ 100", "012345678901", "01234567890123", "เล่ม 12 เลขที่ 057", "1,234,567,890,123"],
)
def test_other_numbers_are_only_numbers(text: str) -> None:
    assert leak_in(text) is None


APPLICATION = MemberApplicationSubmitted(applicant="pp01-m001", gender="male", group="general", scopes=("bank",))


def resolution(subject: str) -> MeetingResolutionRecorded:
    return MeetingResolutionRecorded(no=1, subject=subject, present=("o1", "o2"))


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (resolution("รับนางสมมุติ เป็นสมาชิก"), ("subject", TITLED)),
        (LoanGuarantorWithdrawn(loan="l1", guarantor="g1", reason="ย้ายไปอยู่กับ น.ส.มะลิ"), ("reason", TITLED)),
        (ShareDeposited(member="1234567890121", amount_satang=1, box="b"), ("member", NUMBER)),
        (ShareDeposited(member="m-1234567890121", amount_satang=1, box="b"), ("member", NUMBER)),
        (MeetingResolutionRecorded(no=1, subject="x", present=("o1", "9999999999994")), ("present", NUMBER)),
        (resolution("รับสมาชิกใหม่ 3 คน"), None),
        (ShareDeposited(member="pp01-m001", amount_satang=1_234_567_890_121, box="b"), None),
        (ShareDeposited(member="slip-1234567890123", amount_satang=1, box="b"), None),
        (APPLICATION, None),
        (msgspec.structs.replace(APPLICATION, caused_by=EntryRef(device="1" * 43, hash="1" * 43, sequence=1)), None),
        (msgspec.structs.replace(APPLICATION, person_hash=to_base64url(bytes(32))), ("person_hash", Leak.PERSON_HASH)),
    ],
)  # fmt: skip
def test_every_field_of_an_event_is_looked_at(event: Event, found: tuple[str, Leak] | None) -> None:
    """Texts wholly; ids, which may be numbers of papers, for a number whose check digit holds."""
    assert leak_of(event) == found
