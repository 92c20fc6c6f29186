"""Personal data as a person types it, made into what is kept: or a sentence that says what to write instead.

* Thai digits, spaces and hyphens in numbers, and dates of the Buddhist Era are understood; text gets one spelling.
* Hostile and odd text (`plain_text`) is refused with the field's name. A refusal never repeats what was typed: it may
  be printed, photographed or logged.
* The check digit of an identity number catches typing errors and proves nobody. Where it does not hold, the number is
  refused once, with the two ways on: `document` says that it is another paper's, or the application says why it was
  not checked. Nobody is kept out by a checksum.
* Which event may carry what is `personal_data.CARRIED_BY`.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from sajja_schemas.calculations.identity import Doubt, normalise, read_identity
from sajja_schemas.calendar import NotADate, parse_date
from sajja_schemas.events import tag_of
from sajja_schemas.events.base import Event
from sajja_schemas.events.member_records import MemberApplicationSubmitted, MemberBeneficiaryDesignated
from sajja_schemas.personal_data import (
    CARRIED_BY,
    LINE_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    AnyPersonal,
    Beneficiaries,
    Beneficiary,
    encode_personal,
)
from sajja_schemas.plain_text import TextRefused, plain

BORN_FROM: Final = 1900
_NAMES: Final = frozenset({"title", "first_name", "last_name", "relation"})
_AS_TYPED: Final = frozenset({"kind", "document", "beneficiary"})
_LETTER: Final = re.compile(r"[^\W\d_]")
_YEAR_IN_FULL: Final = re.compile(r"[0-9๐-๙]{4}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s().-]+")
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "personal_not_here": (
        "รายการ {field} ไม่เก็บข้อมูลส่วนบุคคล รายการที่เก็บได้คือ {known}",
        "{field} carries no personal data; these do: {known}",
    ),
    "personal_unknown_field": ("ไม่มีช่อง {field} ช่องที่มีคือ {known}", "there is no field {field}; there are {known}"),
    "personal_empty": ("ยังไม่มีข้อมูล กรอกอย่างน้อยหนึ่งช่อง", "nothing was filled in; give one field at least"),
    "personal_malformed": ("ช่อง {field} รูปแบบไม่ถูกต้อง", "{field} is not of its form"),
    "text_control": ("ช่อง {field} มีอักขระควบคุมซ่อนอยู่ ลบแล้วพิมพ์ใหม่", "{field} holds control characters; type it anew"),
    "text_direction": (
        "ช่อง {field} มีอักขระที่เปลี่ยนทิศการอ่าน พิมพ์ใหม่ด้วยแป้นพิมพ์ อย่าวางจากที่อื่น",
        "{field} holds marks that change the direction of reading; type it, do not paste it",
    ),
    "text_unprintable": (
        "ช่อง {field} มีอักขระที่แสดงไม่ได้ พิมพ์ใหม่",
        "{field} holds a character that screens cannot show; type it anew",
    ),
    "text_marks": (
        "ช่อง {field} มีสระหรือวรรณยุกต์ซ้อนกันมากเกินไป พิมพ์ใหม่",
        "{field} has too many marks over one letter; type it anew",
    ),
    "text_too_long": ("ช่อง {field} ยาวเกิน {most} ตัวอักษร", "{field} is longer than {most} characters"),
    "text_empty": ("ช่อง {field} ว่าง เว้นไว้ไม่ต้องใส่", "{field} is empty; leave it out"),
    "name_without_letters": ("ช่อง {field} ไม่มีตัวอักษร", "{field} has no letter in it"),
    "number_empty": ("ยังไม่ได้ใส่เลขประจำตัว", "the number is missing"),
    "number_not_thirteen_digits": (
        "เลขประจำตัวประชาชนต้องมี 13 หลัก ตรวจกับบัตรอีกครั้ง ถ้าเป็นเอกสารอื่นใส่ document: other",
        "an identity number has 13 digits; look at the card again, and for another paper say document: other",
    ),
    "number_check_digit": (
        "หลักตรวจสอบของเลขไม่ตรง ดูบัตรอีกครั้ง ถ้าบัตรเป็นเช่นนั้นใส่ document: other หรือ unchecked_reason ในใบสมัคร",
        "the number's check digit does not hold; look at the card again, or say document: other or unchecked_reason",
    ),
    "number_synthetic": (
        "เลขที่ขึ้นต้นด้วย 0 ไม่ใช่เลขบัตรประชาชน ถ้าเป็นบัตรอื่นใส่ document: other",
        "a number that begins with 0 is no identity card's; for another paper say document: other",
    ),
    "number_first_digit": (
        "เลขที่ขึ้นต้นด้วย 9 ไม่มีในบัตรประชาชน ตรวจกับบัตรอีกครั้ง ถ้าเป็นเอกสารอื่นใส่ document: other",
        "no identity card's number begins with 9; look at the card again, and for another paper say document: other",
    ),
    "phone_not_a_number": ("เบอร์โทรศัพท์เป็นตัวเลข 6 ถึง 15 ตัว เช่น 081-234-5678", "a telephone number has 6 to 15 digits"),
    "birth_date_not_a_date": (
        "วันเกิดเป็นวันที่ที่มีจริง ปีเต็มสี่หลัก เช่น 22/08/2503",
        "a birth date is a day of the calendar with the whole year, as 22/08/2503 or 1960-08-22",
    ),
    "birth_date_not_lived": (
        "วันเกิดต้องไม่อยู่ในอนาคต และไม่ก่อน พ.ศ. 2443",
        "a birth date is not in the future, nor before 1900",
    ),
    "beneficiary_not_named": (
        "รหัสผู้รับประโยชน์ในข้อมูลส่วนบุคคลต้องตรงกับในรายการ ไม่ซ้ำกัน",
        "each beneficiary of the part stands in the entry's shares, once",
    ),
}


class PersonalRefused(ValueError):
    """This is not kept as it was typed: a code, and a sentence in both languages, without what was typed."""

    def __init__(self, code: str, field: str, **detail: object) -> None:
        thai, english = _SENTENCES[code]
        self.code = code
        self.field = field
        self.thai = thai.format(field=field, **detail)
        self.english = english.format(field=field, **detail)
        super().__init__(self.english)


def type_personal(
    event: Event, typed: Mapping[str, Any], *, today: date, allow_synthetic_id: bool = False
) -> AnyPersonal:
    """The personal data beside an event.

    Args:
        event: which is about to be recorded.
        typed: its fields as a person filled them in, texts or lists of such.
        today: the business date; nobody is born behind it.
        allow_synthetic_id: whether numbers of nobody are allowed: in a demonstration.

    Raises:
        PersonalRefused: at the first field that cannot be kept.
    """
    tag = tag_of(event)
    kind = CARRIED_BY.get(tag)
    if kind is None:
        raise PersonalRefused("personal_not_here", tag, known=", ".join(CARRIED_BY))
    reading = _Reading(today, allow_synthetic_id, _is_unchecked(event))
    fields = reading.fields(kind, typed)
    if set(fields) <= {"kind"}:
        raise PersonalRefused("personal_empty", tag)
    try:
        personal = msgspec.convert({**fields, "kind": kind.__struct_config__.tag}, type=kind)
        encode_personal(personal)
    except ValueError as error:
        # The library's sentence quotes patterns, never values; the path in it names the field.
        field = re.search(r"`\$\.(\w+)", str(error))
        raise PersonalRefused("personal_malformed", field[1] if field else tag) from error
    if isinstance(personal, Beneficiaries) and isinstance(event, MemberBeneficiaryDesignated):
        named = [one.beneficiary for one in personal.beneficiaries]
        if len(set(named)) < len(named) or not {share.beneficiary for share in event.shares}.issuperset(named):
            raise PersonalRefused("beneficiary_not_named", "beneficiary")
    return personal


def fields_of(tag: str) -> tuple[str, ...]:
    """The fields that a part beside an event has, in the order in which people are asked; none where it has no part."""
    kind = CARRIED_BY.get(tag)
    return kind.__struct_fields__ if kind is not None else ()


def _is_unchecked(event: Event) -> bool:
    return isinstance(event, MemberApplicationSubmitted) and event.unchecked_reason is not None


class _Reading:
    """One reading of what was typed."""

    def __init__(self, today: date, allow_synthetic_id: bool, is_unchecked: bool) -> None:
        self._today = today
        self._allow_synthetic_id = allow_synthetic_id
        self._is_unchecked = is_unchecked

    def fields(self, kind: type[msgspec.Struct], typed: Mapping[str, Any]) -> dict[str, Any]:
        known = kind.__struct_fields__
        for field in typed:
            if field not in known and field != "kind":
                raise PersonalRefused("personal_unknown_field", _printable(field), known=", ".join(known))
        return {field: self._value(field, value, typed) for field, value in typed.items()}

    def _value(self, field: str, value: Any, typed: Mapping[str, Any]) -> Any:
        if field == "beneficiaries":
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                raise PersonalRefused("personal_malformed", field)
            return [self.fields(Beneficiary, one) for one in value]
        if not isinstance(value, str):
            raise PersonalRefused("personal_malformed", field)
        if field in _AS_TYPED:
            return value
        most = NAME_CHARACTERS_MAX if field in _NAMES else LINE_CHARACTERS_MAX
        text = _plain(field, value, most)
        match field:
            case "number":
                return self._number(text, typed.get("document", "national_id"))
            case "birth_date":
                return self._birth_date(text)
            case "phone":
                return _phone(text)
            case _:
                if field in _NAMES and not _LETTER.search(text):
                    raise PersonalRefused("name_without_letters", field)
                return text

    def _number(self, text: str, document: str) -> str:
        if document == "other":
            return _BETWEEN_DIGITS.sub("", normalise(text))
        reading = read_identity(text, document="national_id", allow_synthetic_id=self._allow_synthetic_id)
        if reading.doubt is not None and (reading.doubt is Doubt.EMPTY or not self._is_unchecked):
            raise PersonalRefused(f"number_{reading.doubt.value}", "number")
        return reading.number

    def _birth_date(self, text: str) -> date:
        try:
            day = parse_date(text)
        except NotADate as error:
            raise PersonalRefused("birth_date_not_a_date", "birth_date") from error
        if not _YEAR_IN_FULL.search(text):
            # Two digits of a year are of this century or of the last: nobody but the typist knows.
            raise PersonalRefused("birth_date_not_a_date", "birth_date")
        if day > self._today or day.year < BORN_FROM:
            raise PersonalRefused("birth_date_not_lived", "birth_date")
        return day


def _printable(field: str) -> str:
    """A field's name as it can be printed: what stands where a name should may be anything."""
    return field if re.fullmatch(r"[a-z_]{1,40}", field) else "?"


def _plain(field: str, text: str, most: int) -> str:
    try:
        return plain(text, most)
    except TextRefused as refused:
        raise PersonalRefused(f"text_{refused.doubt.value}", field, most=most) from refused


def _phone(text: str) -> str:
    number = _BETWEEN_DIGITS.sub("", text.translate(_THAI_DIGITS))
    if re.fullmatch(r"\+?[0-9]{6,15}", number) is None:
        raise PersonalRefused("phone_not_a_number", "phone")
    return number
