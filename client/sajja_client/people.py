"""Who the members are, as far as this device may know: from its own village's personal parts.

* Names are read where they are shown and kept nowhere else. Where a part is missing or erased, the id stands alone.
* The newest part of a member wins, field by field, so that a profile that changes the telephone keeps the name; and
  what has no effect tells nothing (`names`).
* What is sensitive (health, causes of death) is shown only to who asks for it by name.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from sajja_client.log import Log
from sajja_client.names import name_of, told_of
from sajja_client.parts import PersonalLine, note_pulled, personal_lines
from sajja_client.problems import PersonalWrong
from sajja_schemas import limits
from sajja_schemas.books import Books
from sajja_schemas.events import AnyEvent, tag_of
from sajja_schemas.events.member_records import MemberBeneficiaryDesignated
from sajja_schemas.personal_data import SENSITIVE, AnyPersonal, Beneficiary, subject_of
from sajja_schemas.registers.members import members_of
from sajja_schemas.typed_personal import PersonalRefused, fields_of, type_personal

ASK: Final = "ask"
# How people are asked; whoever has nothing to say presses Enter.
FIELD_WORDS: Final[Mapping[str, str]] = {
    "title": "คำนำหน้า · title",
    "first_name": "ชื่อ · first name",
    "last_name": "นามสกุล · last name",
    "document": "เอกสาร national_id หรือ other · document",
    "number": "เลขที่บัตร · number",
    "birth_date": "วันเกิด เช่น 22/08/2503 · birth date",
    "phone": "โทรศัพท์ · telephone",
    "address": "ที่อยู่ · address",
    "relation": "ความสัมพันธ์ · relation",
    "hospital": "โรงพยาบาล · hospital",
    "illness": "อาการ/โรค · illness",
    "note": "หมายเหตุ · note",
    "cause": "สาเหตุ · cause",
    "place": "สถานที่ · place",
}


class MemberRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the village's register."""

    member: str
    is_member: bool
    in_welfare: bool
    gender: str = ""
    name: str = ""
    parts: int = 0
    missing: int = 0
    erased: int = 0


class PersonDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known here of one member."""

    member: str
    person: dict[str, Any]
    parts: list[dict[str, Any]]
    missing: int = 0
    erased: int = 0
    hidden: int = 0  # sensitive, and not asked for


def register(log: Log, books: Books) -> list[MemberRow]:
    """The members and applicants of this device's own village."""
    lines = _by_member(log)
    here = {found.member: found for found in members_of(books.registers, log.pin.village)}
    return [_row(member, here, lines.get(member, []), books) for member in sorted(here.keys() | lines.keys())]


def person_of(log: Log, books: Books, member: str, *, sensitive: bool) -> PersonDocument:
    """What is known here of one member, and what was or is not."""
    lines = _by_member(log).get(member, [])
    known = [line for line in lines if line.personal is not None]
    shown = [line for line in known if sensitive or not isinstance(line.personal, SENSITIVE)]
    return PersonDocument(
        member=member,
        person=told_of(lines, books),
        parts=[
            {
                "type": tag_of(line.event),
                "sequence": line.entry.sequence,
                "personal": msgspec.to_builtins(line.personal),
            }
            for line in shown
        ],
        missing=sum(line.personal is None and not line.is_erased for line in lines),
        erased=sum(line.is_erased for line in lines),
        hidden=len(known) - len(shown),
    )


def typed_file(path: Path) -> Mapping[str, Any]:
    """The personal data that somebody wrote into a JSON file.

    Raises:
        PersonalWrong: it cannot be read as one object, or is far too long.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limits.PERSONAL_LINE_BYTES_MAX + 1)
        if len(data) > limits.PERSONAL_LINE_BYTES_MAX:
            raise PersonalWrong(
                code="personal_file_too_large",
                reason=f"{path.name} is longer than the data of one person ever is",
                reason_thai=f"แฟ้ม {path.name} ยาวเกินกว่าข้อมูลของคนหนึ่งคน",
            )
        return msgspec.json.decode(data, type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise PersonalWrong(
            code="personal_file_unreadable",
            reason=f"{path.name} holds no JSON object with fields",
            reason_thai=f"แฟ้ม {path.name} ไม่ใช่ JSON ที่มีชื่อช่อง",
        ) from error


def typed_answers(event: AnyEvent, ask: Callable[[str], str]) -> Mapping[str, Any]:
    """The personal data that somebody tells when asked field by field."""
    if isinstance(event, MemberBeneficiaryDesignated):
        fields = [field for field in Beneficiary.__struct_fields__ if field in FIELD_WORDS]
        answered = [
            {"beneficiary": share.beneficiary, **_answers(fields, ask, f"{share.beneficiary}: ")}
            for share in event.shares
        ]
        return {"beneficiaries": answered}
    return _answers(fields_of(tag_of(event)), ask, "")


def personal_of(log: Log, event: AnyEvent, typed: Mapping[str, Any], today: Any) -> AnyPersonal:
    """What was typed, as it is kept.

    Raises:
        PersonalWrong: with a sentence that says which field, and never what stood there.
    """
    try:
        return type_personal(event, typed, today=today, allow_synthetic_id=log.pin.demonstration)
    except PersonalRefused as refused:
        # Without its cause: a traceback might quote what was typed.
        raise PersonalWrong(code=refused.code, reason=refused.english, reason_thai=refused.thai) from None


def _by_member(log: Log) -> dict[str, list[PersonalLine]]:
    note_pulled(log.connection)
    lines: dict[str, list[PersonalLine]] = {}
    for line in personal_lines(log.connection):
        member = subject_of(line.event)
        if member is not None:
            lines.setdefault(member, []).append(line)
    return lines


def _row(member: str, here: Mapping[str, Any], lines: list[PersonalLine], books: Books) -> MemberRow:
    found = here.get(member)
    return MemberRow(
        member=member,
        is_member=found is not None and found.in_bank > 0,
        in_welfare=found is not None and found.in_welfare > 0,
        gender=found.gender if found is not None else "",
        name=name_of(told_of(lines, books)),
        parts=sum(line.personal is not None for line in lines),
        missing=sum(line.personal is None and not line.is_erased for line in lines),
        erased=sum(line.is_erased for line in lines),
    )


def _answers(fields: list[str] | tuple[str, ...], ask: Callable[[str], str], before: str) -> dict[str, str]:
    answers = {field: ask(before + FIELD_WORDS[field]).strip() for field in fields}
    return {field: answer for field, answer in answers.items() if answer}
