"""What an event is about, in words that a person reads: its fields by their Thai names, money in baht, days in B.E.

Receipts, exported tables and printed documents say the same of the same entry.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from sajja_schemas.books import Books
from sajja_schemas.calendar import format_thai
from sajja_schemas.events.base import Approvers, Event, Receipt
from sajja_schemas.field_words import FIELD_WORDS
from sajja_schemas.money import format_baht
from sajja_schemas.registers.loans import loan_of
from sajja_schemas.verdicts import Effect

SATANG: Final = "_satang"
# The field that says what the money of an event was, in the order in which a reader looks for it.
AMOUNTS: Final = ("amount_satang", "total_satang", "gross_satang", "net_satang")
# What would move the cursor, turn the direction of writing or not be seen at all.
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
# What people call the choices that are printed most.
_CHOICES: Final = {
    "channel": {"cash": "เงินสด", "bank": "ธนาคาร"},
    "product": {
        "ordinary": "สามัญ",
        "emergency": "ฉุกเฉิน",
        "occupation": "อาชีพ/ธุรกิจ",
        "rescheduled": "ปรับโครงสร้าง",
        "group": "กลุ่มอาชีพ",
        "in_kind": "เป็นสิ่งของ",
    },
    "method": {
        "declining": "ลดต้นลดดอก",
        "annuity": "ผ่อนเท่ากันทุกงวด",
        "flat_bullet": "คงที่ จ่ายครั้งเดียว",
        "act_365": "รายวัน",
    },
    "direction": {"short": "เงินขาด", "over": "เงินเกิน"},
    "place": {"box": "กล่องเงิน", "collector": "ผู้เก็บเงิน", "carrier": "ผู้ถือเงิน"},
    "paid_into": {"own": "กล่องของตน", "other": "กล่องอื่น"},
    "gender": {"female": "หญิง", "male": "ชาย"},
}
_SUBJECTS: Final = ("member", "box", "person", "loan", "claim", "to_member")
_APART: Final = frozenset({"receipt", "meeting", "bylaws", "caused_by", "source"})  # these have places of their own
EFFECTS: Final[dict[Effect, str]] = {
    Effect.COUNTED: "นับแล้ว",
    Effect.AWAITING_APPROVAL: "รอยืนยัน",
    Effect.REFUSED: "ปฏิเสธแล้ว",
    Effect.FORKED: "บันทึกแยกสาย",
    Effect.NOT_CANONICAL: "รูปแบบไม่ถูกต้อง",
    Effect.TOO_LARGE: "ใหญ่เกินไป",
    Effect.UNKNOWN_TYPE: "ยังไม่รู้จักชนิด",
    Effect.MALFORMED: "ข้อมูลไม่ถูกต้อง",
    Effect.REVOKED: "กุญแจถูกเพิกถอน",
    Effect.NOT_AUTHORISED: "ไม่มีอำนาจ",
    Effect.UNDIGESTED: "คำนวณไม่ได้",
}
REVERSED: Final = "กลับรายการแล้ว"
# Who signs for a class, as people say it; the letters of a class are for programs.
SIGNED_BY: Final[dict[str, tuple[str, str]]] = {
    Approvers.A0: ("ผู้บันทึก", "the recorder"),
    Approvers.A1: ("กรรมการสองคน", "two officers"),
    Approvers.A2: ("กรรมการสามคน", "three officers"),
    Approvers.A3: ("ตามมติกรรมการ", "over a resolution"),
    Approvers.A4: ("กรรมการเครือข่าย", "the network"),
    Approvers.A5: ("ประชุมใหญ่", "the general meeting"),
    Approvers.AU: ("ผู้ตรวจ", "an auditor"),
}
_LEDGERS: Final = {
    "bank": ("ธนาคารหมู่บ้าน", "village bank"),
    "group": ("กลุ่มอาชีพ", "group"),
    "welfare": ("กองทุนสวัสดิการชุมชน", "welfare fund"),
    "risk": ("กองทุนประกันความเสี่ยง", "risk fund"),
    "network": ("กองกลางเครือข่าย", "network pool"),
}


class Fact(msgspec.Struct, frozen=True):
    """One field of an event, for a person."""

    thai: str
    english: str
    text: str


def amount_of(event: object) -> int | None:
    """The amount that an event is about."""
    return next((found for name in AMOUNTS if (found := getattr(event, name, None)) is not None), None)


def borrower_of(books: Books, village: str, event: object) -> str:
    """Whose loan an event is about that names no member; nothing where it is about none."""
    loan = getattr(event, "loan", None)
    if not isinstance(loan, str) or isinstance(getattr(event, "member", None), str):
        return ""
    found = loan_of(books.registers, books.balances, f"bank:{village}", loan)
    return found.member if found is not None else ""


def whom(books: Books, village: str, event: object) -> str:
    """Whom an event is about, by id: a loan's is its borrower; nothing where it is about nobody."""
    said = next((found for name in _SUBJECTS if isinstance(found := getattr(event, name, None), str)), "")
    return borrower_of(books, village, event) or said


def ledger_words(ledger: str) -> tuple[str, str]:
    """What people call a ledger: `ธนาคารหมู่บ้าน pp01` for `bank:pp01`."""
    kind, _colon, unit = ledger.partition(":")
    thai, english = _LEDGERS.get(kind, (kind, kind))
    return f"{thai} {unit}".rstrip(), f"{english} {unit}".rstrip()


def facts_of(event: Event, shown: Callable[[str], str] = str) -> list[Fact]:
    """The fields that say more than the event's name and its amount; `shown` says who stands behind an id."""
    told = next((name for name in AMOUNTS if getattr(event, name, None) is not None), None)
    found = []
    for name, value in msgspec.structs.asdict(event).items():
        if name in _APART or name == told or value is None or value == ():
            continue
        text = _text(name, value, shown)
        if text:
            found.append(Fact(FIELD_WORDS.get(name, name), name.removesuffix(SATANG), text))
    return found


def details(event: Event) -> str:
    """The same on one line."""
    return " · ".join(f"{fact.thai} {fact.text}" for fact in facts_of(event))


def visible(text: str) -> str:
    """A text in which nothing plays tricks on its reader: what cannot be seen is written as its number."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def choice_word(field: str, value: str) -> str:
    """What people call a choice; the choice itself where they have no word."""
    return _CHOICES.get(field, {}).get(value, value)


def receipt_number(receipt: Receipt | None) -> str:
    """Book and number of the paper receipt."""
    return f"{receipt.book}/{receipt.no}" if receipt is not None else ""


def _text(name: str, value: object, shown: Callable[[str], str]) -> str:
    match value:
        case bool():
            return "ใช่" if value else ""
        case int() if name.endswith(SATANG):
            return f"{format_baht(value)} บาท" if value else ""
        case date():
            return format_thai(value, short=True)
        case str():
            return shown(visible(choice_word(name, value)))
        case int():
            return str(value)
        case tuple() if all(isinstance(one, str) for one in value):
            return ", ".join(shown(visible(one)) for one in value)
        case tuple():
            return f"{len(value)} รายการ"
        case _:
            return ""
