"""What was said twice, and may be said once (docs/domain.md sections 5.5 to 5.16, 9.12)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers.receipts import of_two_visits
from sajja_schemas.registers.said import PREFIX
from sajja_schemas.registers.savings import WELFARE
from sajja_schemas.rules.declaring import StandingRule

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_NETWORK, _COMMITTEE, _TREASURER = Owner.NETWORK, Owner.COMMITTEE, Owner.TREASURER
_REVERSE: Final = (
    "กลับรายการที่ซ้ำ (entry_reversed) หรือลงนามปิดข้อสังเกตพร้อมเหตุผล",
    "reverse the one too many, or sign why both are right",
)


def _twice(code: str) -> Callable[[Books, date], Iterator[Hit]]:
    def read(books: Books, _on: date) -> Iterator[Hit]:
        for (village, *about), facts in books.registers.all(PREFIX + code).items():
            if len(facts) > 1:
                words = tuple(about)
                yield Hit(
                    village=str(village),
                    subject=words,
                    entries=tuple(sorted((str(device), int(sequence)) for device, sequence in facts)),
                    fields={"about": " ".join(str(word) for word in words if word != ""), "times": len(facts)},
                )

    return read


def _rule(
    code: str, severity: Severity, owner: Owner, thai: str, english: str, source: str, to_do: tuple[str, str] = _REVERSE
) -> StandingRule:
    return StandingRule(
        code=code, severity=severity, owner=owner, source=source, read=_twice(code),
        thai=f"{thai} {{about}}: {{times}} รายการ", english=f"{english} {{about}}: {{times}} entries",
        next_thai=to_do[0], next_english=to_do[1],
    )  # fmt: skip


def _receipts(books: Books, _on: date) -> Iterator[Hit]:
    for village, book, no, uses in of_two_visits(books.registers):
        yield Hit(
            village=village,
            subject=(book, no),
            entries=tuple((str(use[3]), int(use[4])) for use in uses),
            fields={"book": book, "no": no, "times": len(uses)},
        )


def _months(books: Books, _on: date) -> Iterator[Hit]:
    for (village, member), facts in books.registers.all(WELFARE).items():
        for (word, month), times in facts.items():
            if word == "paid" and times > 1:
                fields = {"member": member, "month": month, "times": times}
                yield Hit(village=str(village), subject=(member, month), fields=dict(fields))


STANDING: Final = (
    StandingRule(
        code="DUPLICATE_RECEIPT",
        severity=_MEDIUM,
        owner=_TREASURER,
        thai="ใบเสร็จเล่มที่ {book} เลขที่ {no} ถูกใช้ในหลายครั้ง: {times} รายการ",
        english="receipt {no} of book {book} stands on several visits: {times} entries",
        next_thai="เหรัญญิกเทียบกับสำเนาใบเสร็จ แล้วกลับรายการที่ซ้ำ",
        next_english="the treasurer compares with the counterfoil, and reverses what was entered twice",
        source="5.16",
        read=_receipts,
    ),
    _rule(
        "MEMBER_ADMITTED_TWICE", _LOW, _COMMITTEE,
        "รับเข้าเป็นสมาชิกซ้ำ", "admitted more than once:", "5.5, 5.16",
    ),
    _rule(
        "EXIT_SETTLED_TWICE", _HIGH, _COMMITTEE,
        "ปิดบัญชีสมาชิกซ้ำ", "left more than once:", "5.5",
    ),
    _rule(
        "ENTRY_FEE_TWICE", _LOW, _TREASURER,
        "เก็บค่าแรกเข้าซ้ำ", "entry fee taken more than once:", "5.5",
    ),
    _rule(
        "WELFARE_ENROLLED_TWICE", _MEDIUM, _NETWORK,
        "สมัครสวัสดิการซ้ำ", "enrolled in welfare more than once:", "5.9",
    ),
    StandingRule(
        code="WELFARE_MONTH_PAID_TWICE",
        severity=_LOW,
        owner=_TREASURER,
        thai="{member} จ่ายสมทบเดือน {month} ซ้ำ {times} ครั้ง",
        english="{member} paid the welfare contribution of {month} {times} times",
        next_thai=_REVERSE[0],
        next_english=_REVERSE[1],
        source="5.9",
        read=_months,
    ),
    _rule(
        "INTEREST_CREDITED_TWICE", _HIGH, _TREASURER,
        "ลงดอกเบี้ยงวดเดียวกันซ้ำ", "interest of one period credited more than once:", "5.7",
    ),
    _rule(
        "LOAN_APPROVED_TWICE", _LOW, _COMMITTEE, "อนุมัติเงินกู้ซ้ำ", "loan approved more than once:", "5.16",
        ("ใช้ฉบับแรก ปิดข้อสังเกตโดยอ้างมติ", "the first holds; sign it off with the resolution"),
    ),
    _rule(
        "LOAN_DISBURSED_TWICE", _HIGH, _COMMITTEE, "จ่ายเงินกู้ซ้ำ", "loan paid out more than once:", "5.16",
        (
            "เรียกเงินคืน และลงนาม double_disbursement_recognised",
            "claim the money back, and sign double_disbursement_recognised",
        ),
    ),
    _rule(
        "CLAIM_SUBMITTED_TWICE", _MEDIUM, _NETWORK,
        "ยื่นขอสวัสดิการเหตุเดียวกันซ้ำ", "welfare claimed more than once for one event:", "5.9, 9.9",
        ("อนุมัติฉบับเดียว ปฏิเสธฉบับอื่น", "grant one, and refuse the other"),
    ),
    _rule(
        "CLAIM_APPROVED_TWICE", _HIGH, _NETWORK,
        "อนุมัติสวัสดิการซ้ำ", "welfare granted more than once:", "5.9",
    ),
    _rule(
        "PENSION_RUN_TWICE", _HIGH, _NETWORK,
        "จ่ายรายปีผู้สูงอายุซ้ำ", "yearly benefit granted more than once:", "5.9",
    ),
    _rule(
        "MATCHING_RECEIVED_TWICE", _HIGH, _NETWORK,
        "รับเงินสมทบรอบเดียวกันซ้ำ", "matching of one round received more than once:", "5.9",
    ),
    _rule(
        "CONTRIBUTION_ASSESSED_TWICE", _MEDIUM, _NETWORK,
        "เรียกเก็บค่าบำรุงปีเดียวกันซ้ำ", "contribution of one year assessed more than once:", "5.11",
    ),
    _rule(
        "PROFIT_ALLOCATED_TWICE", _HIGH, _COMMITTEE,
        "จัดสรรกำไรปีเดียวกันซ้ำ", "profit of one year allocated more than once:", "5.13",
    ),
    _rule(
        "DIVIDEND_DECLARED_TWICE", _MEDIUM, _COMMITTEE,
        "ประกาศปันผลซ้ำ", "dividend declared more than once:", "5.13",
    ),
    _rule(
        "PATRONAGE_DECLARED_TWICE", _MEDIUM, _COMMITTEE,
        "ประกาศเฉลี่ยคืนซ้ำ", "refund declared more than once:", "5.13",
    ),
    _rule(
        "DOCBOOK_ISSUED_TWICE", _LOW, _TREASURER,
        "จ่ายเล่มเอกสารเลขเดียวกันซ้ำ", "book of papers issued more than once:", "5.4",
    ),
    _rule(
        "SLIP_USED_TWICE", _HIGH, _TREASURER,
        "ใบฝากธนาคารใช้ซ้ำ", "bank slip used for more than one deposit:", "9.12",
    ),
)  # fmt: skip
