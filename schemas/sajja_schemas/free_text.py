"""What looks like a person in text that is for ever: an identity number, or a name behind a title.

Entries are never erased, so who somebody is stands in a personal part and not in a reason, a note or a label. Nothing
can find every name; this finds what people write without thinking:

* thirteen digits in a row, in Thai digits too, or grouped as on an identity card (1-2345-67890-12-1); in an id, where
  digits are usual, only if the check digit holds;
* a hash of an identity number, which whoever tries thirteen digits turns back: the field of that name stays empty;
* นาย, นาง, นางสาว, น.ส., ด.ช., ด.ญ., เด็กชาย or เด็กหญิง, and a Thai name behind it.

Titles are also parts of words (นายทะเบียน, นายก อบต., นางรำ, ทำนาย) and of places (นางเลิ้ง). Thai has no spaces
between words, so inside a run of letters a title counts only behind a word that a name follows, or before a name and
a surname.
"""

import re
from enum import StrEnum
from typing import Any, Final

import msgspec

from sajja_schemas.calculations.identity import Doubt, read_identity

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_NUMBER: Final = re.compile(r"(?<![0-9])(?:[0-9]{13}|[0-9][ .-][0-9]{4}[ .-][0-9]{5}[ .-][0-9]{2}[ .-][0-9])(?![0-9])")
_IDENTIFIER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HASH_OR_SIGNATURE: Final = re.compile(r"[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86}")

_PERSON_HASH: Final = "person_hash"

_LETTER: Final = "[ก-ฺเ-๎]"
_NAME: Final = f"[ก-ฮเ-ไ]{_LETTER}+"
# No name begins with these: offices, trades, places and things.
_NOT_PERSONS: Final = (
    r"ทะเบียน|อำเภอ|จ้าง|หน้า|ช่าง|ตรวจ|ประกัน|ทหาร|ตำรวจ|ทุน|สถานี|สนาม|สัตวแพทย์|แพทย์|ด่าน|ท่า|ธนาคาร|ไปรษณีย์|พราน"
    r"|เลิ้ง|แบบ|พยาบาล|กวัก|ไม้|ตะเคียน|สงกรานต์|สาวไทย"
    r"|ก(?:เทศ|อบ|อง|สมา|รัฐ|เหล่า|สโม|เมือง|ฯ)"
)
# These begin names as well, so they are excused only where the word ends with them.
_NOT_PERSONS_ALONE: Final = r"ก|รอง|ฟ้า|งาม|เอก|รำ|พญา|ร้อย|พล|สิบ|พัน|ใหญ่|ทาส|สนม|ใน|นวล|เรือ|ไทย"
_TITLE: Final = r"(?:เด็กชาย|เด็กหญิง|นางสาว|นาย|นาง|น\.?\s?ส\.|ด\.\s?ช\.|ด\.\s?ญ\.)"
_PERSON: Final = rf"{_TITLE}\s*(?!(?:{_NOT_PERSONS})|(?:{_NOT_PERSONS_ALONE})(?!{_LETTER})){_NAME}"
_BEFORE_A_NAME: Final = "ของ|ให้|โดย|จาก|กับ|แก่|และ|คือ|ชื่อ|ถึง|แทน|ว่า|ต่อ|คุณ|ตาม|พบ|เพื่อ|หรือ"
_TITLED: Final = re.compile(
    rf"(?<!{_LETTER}){_PERSON}|(?:{_BEFORE_A_NAME}){_PERSON}|(?<!ทำ){_TITLE}(?!(?:{_NOT_PERSONS})){_NAME}\s+{_NAME}"
)


class Leak(StrEnum):
    """What a text seems to tell."""

    IDENTITY_NUMBER = "identity_number_in_text"
    TITLED_NAME = "titled_name_in_text"
    PERSON_HASH = "person_hash_in_body"


def leak_in(text: str) -> Leak | None:
    """What a free text seems to tell of a person, if anything."""
    if _NUMBER.search(text.translate(_THAI_DIGITS)):
        return Leak.IDENTITY_NUMBER
    return Leak.TITLED_NAME if _TITLED.search(text) else None


def leak_of(event: msgspec.Struct) -> tuple[str, Leak] | None:
    """The first field of an event that seems to tell who somebody is, and what it tells."""
    return _first_leak(msgspec.to_builtins(event), "event")


def _first_leak(value: Any, field: str) -> tuple[str, Leak] | None:
    if field == _PERSON_HASH:
        return field, Leak.PERSON_HASH
    if isinstance(value, str):
        leak = _leak_in_value(value)
        return (field, leak) if leak is not None else None
    members = value.items() if isinstance(value, dict) else ()
    listed = ((field, member) for member in value) if isinstance(value, list | tuple) else members
    return next((found for name, member in listed if (found := _first_leak(member, name)) is not None), None)


def _leak_in_value(text: str) -> Leak | None:
    if _HASH_OR_SIGNATURE.fullmatch(text):
        return None
    if _IDENTIFIER.fullmatch(text):
        # An id may well have thirteen digits: a receipt's, a bank's. One that is also somebody's number is a leak.
        found = _NUMBER.search(text)
        if found is None:
            return None
        doubt = read_identity(found[0], document="national_id", allow_synthetic_id=False).doubt
        return Leak.IDENTITY_NUMBER if doubt in {None, Doubt.FIRST_DIGIT} else None
    return leak_in(text)
