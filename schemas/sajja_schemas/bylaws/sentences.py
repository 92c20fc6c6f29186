"""What can be wrong with a ruleset: a stable code, and a sentence in Thai and in English.

A code is never reused, and a retired one stays listed. `{…}` is what was found.
"""

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from sajja_schemas.calendar import format_thai


class ProblemCode(StrEnum):
    """Everything that `problems` may find, the gravest first."""

    VERSION_NOT_NEXT = "version_not_next"
    EFFECTIVE_BEFORE_MEETING = "effective_before_meeting"
    NOT_OF_THIS_LEDGER = "not_of_this_ledger"
    QUORUM_LOWERED = "quorum_lowered"
    APPROVERS_LOWERED = "approvers_lowered"
    APPROVERS_OUT_OF_REACH = "approvers_out_of_reach"
    EVENT_UNKNOWN = "event_unknown"
    ALLOCATION_NOT_WHOLE = "allocation_not_whole"
    NAMED_TWICE = "named_twice"
    ORDER_INCOMPLETE = "order_incomplete"
    NO_SUCH_DAY = "no_such_day"
    RANGE_REVERSED = "range_reversed"
    STEPS_NOT_RISING = "steps_not_rising"
    YEARLY_COST_OVER_MAX = "yearly_cost_over_max"
    FLAT_ON_INSTALMENTS = "flat_on_instalments"
    DEFAULT_COVER_UNLIMITED = "default_cover_unlimited"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, where, and how to say so. A warning may be adopted all the same."""

    code: ProblemCode
    where: str  # the parameter, as `loans.penalty` or `loan_products.ordinary`
    thai: str
    english: str
    is_warning: bool = False


WARNINGS: Final = frozenset(
    {ProblemCode.YEARLY_COST_OVER_MAX, ProblemCode.FLAT_ON_INSTALMENTS, ProblemCode.DEFAULT_COVER_UNLIMITED}
)

SENTENCES: Final[dict[ProblemCode, tuple[str, str]]] = {
    ProblemCode.VERSION_NOT_NEXT: (
        "ระเบียบฉบับใหม่ต้องเป็นฉบับที่ {expected} ไม่ใช่ฉบับที่ {found}",
        "The next version of these bylaws is {expected}, not {found}.",
    ),
    ProblemCode.EFFECTIVE_BEFORE_MEETING: (
        "ระเบียบมีผลวันที่ {found} ไม่ได้ เพราะก่อนวันประชุม {expected} ระเบียบมีผลตั้งแต่วันประชุมเป็นต้นไป",
        "Bylaws cannot be in force from {found}, before their meeting of {expected}; they apply from that day.",
    ),
    ProblemCode.NOT_OF_THIS_LEDGER: (
        "ข้อ {found} ไม่ใช่ระเบียบของบัญชี {expected}",
        "{found} is no rule of the ledger {expected}.",
    ),
    ProblemCode.QUORUM_LOWERED: (
        "องค์ประชุมใหญ่ต้องไม่ต่ำกว่า {expected} ในหมื่น ระเบียบกำหนด {found}",
        "A general meeting's quorum is at least {expected} basis points; these bylaws say {found}.",
    ),
    ProblemCode.APPROVERS_LOWERED: (
        "ผู้อนุมัติของ {where} ต้องไม่ต่ำกว่าชั้น {expected} ระเบียบกำหนด {found}",
        "{where} needs class {expected} at least; bylaws may raise it, not lower it to {found}.",
    ),
    ProblemCode.APPROVERS_OUT_OF_REACH: (
        "รายการ {where} อนุมัติชั้น {found} ไม่ได้ เพราะอ้างมติที่ประชุมไม่ได้",
        "{where} can never complete class {found}: it has no place to name the meeting.",
    ),
    ProblemCode.EVENT_UNKNOWN: (
        "ไม่รู้จักรายการชื่อ {found}",
        "There is no event called {found}.",
    ),
    ProblemCode.ALLOCATION_NOT_WHOLE: (
        "การจัดสรรกำไรต้องรวมเป็น 100.00 % พอดี ระเบียบรวมได้ {found} %",
        "The allocation of profit must come to exactly 100.00 %; it comes to {found} %.",
    ),
    ProblemCode.NAMED_TWICE: (
        "{found} กำหนดซ้ำสองครั้ง",
        "{found} stands twice.",
    ),
    ProblemCode.ORDER_INCOMPLETE: (
        "ลำดับการตัดชำระต้องมีค่าปรับ ดอกเบี้ย และเงินต้น อย่างละครั้ง",
        "The order of a payment names fine, interest and principal, each once.",
    ),
    ProblemCode.NO_SUCH_DAY: (
        "ไม่มีวันที่ {found} ในทุกปี",
        "There is no {found} in every year.",
    ),
    ProblemCode.RANGE_REVERSED: (
        "ค่าต่ำสุด {found} มากกว่าค่าสูงสุด {expected}",
        "The least, {found}, is more than the most, {expected}.",
    ),
    ProblemCode.STEPS_NOT_RISING: (
        "ขั้นของ {where} ต้องเรียงจากน้อยไปมาก และไม่ซ้ำกัน",
        "The steps of {where} must rise, and none stand twice.",
    ),
    ProblemCode.YEARLY_COST_OVER_MAX: (
        "ดอกเบี้ยและค่าปรับรวม {found} % ต่อปี เกิน {expected} % ตามที่เราอ่าน ป.พ.พ. มาตรา 654 (ไม่ใช่คำปรึกษากฎหมาย)",
        "Interest and penalty come to {found} % a year, over {expected} %, as we read section 654 (no legal advice).",
    ),
    ProblemCode.FLAT_ON_INSTALMENTS: (
        "ดอกเบี้ยคงที่ในเงินกู้ที่ผ่อนเป็นงวด แพงกว่าอัตราที่บอก: คิดเป็น {found} % ต่อปี",
        "A flat rate on instalments costs more than it says: {found} % a year.",
    ),
    ProblemCode.DEFAULT_COVER_UNLIMITED: (
        "กองทุนประกันความเสี่ยงคุ้มครองหนี้ผิดนัดโดยไม่จำกัดวงเงิน ควรกำหนดวงเงิน",
        "The risk fund covers default without a limit; give it one.",
    ),
}


def problem(code: ProblemCode, where: str, *, found: object = "", expected: object = "") -> Problem:
    """A problem with its sentences; a day is in them as people write it."""
    in_thai, in_english = SENTENCES[code]
    thai = in_thai.format(where=where, found=_thai(found), expected=_thai(expected))
    english = in_english.format(where=where, found=found, expected=expected)
    return Problem(code=code, where=where, thai=thai, english=english, is_warning=code in WARNINGS)


def _thai(said: object) -> object:
    return format_thai(said) if isinstance(said, date) else said
