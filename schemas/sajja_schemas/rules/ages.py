"""What has stood too long on a day: money, approvals, claims, months, tablets (docs/domain.md sections 5 and 7.2)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from sajja_schemas.entry import OFFICE
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.rules.declaring import StandingRule
from sajja_schemas.transit import CARRIED, Transit
from sajja_schemas.verdicts import Effect

CARRIED_DAYS_MAX: Final = 2  # 48 hours
UNMATCHED_DAYS_MAX: Final = 7


def _under_way(is_due: Callable[[Transit], bool], days_max: int) -> Callable[[Books, date], Iterator[Hit]]:
    def read(books: Books, on: date) -> Iterator[Hit]:
        for name, transit in books.transit.items():
            days = (on - transit.since).days
            if days > days_max and is_due(transit):
                yield Hit(
                    village=transit.village,
                    subject=(name,),
                    amount_satang=transit.difference_satang,
                    fields={
                        "settlement": transit.settlement, "holder": transit.holder or transit.village,
                        "since_on": transit.since, "days": days,
                    },
                )  # fmt: skip

    return read


def _not_approved(books: Books, _on: date) -> Iterator[Hit]:
    for waiting in books.trust.awaiting.values():
        if not waiting.control:
            classes = "+".join(filter(None, (waiting.approvers, *waiting.also)))
            yield Hit(
                village=waiting.village,
                subject=(waiting.device, waiting.sequence),
                entries=((waiting.device, waiting.sequence),),
                fields={"type": waiting.type, "classes": classes, "sequence": waiting.sequence},
            )


def _without_effect(books: Books, _on: date) -> Iterator[Hit]:
    counts: dict[Effect, int] = {}
    for code in books.quarantined.values():
        if code is not Effect.AWAITING_APPROVAL:
            counts[code] = counts.get(code, 0) + 1
    for code, count in counts.items():
        yield Hit(village=OFFICE, subject=(code.value,), fields={"reason": code.value, "entries": count})


STANDING: Final = (
    StandingRule(
        code="CASH_CARRIED_LONG",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="{holder} ถือเงินนำส่ง {amount} บาท ตั้งแต่ {since_on} ({days} วัน)",
        english="{holder} has been carrying {amount} baht since {since_on} ({days} days)",
        next_thai="โทรหาผู้ถือเงิน นับเงิน แล้วบันทึกการรับ (ภายใน 48 ชั่วโมง)",
        next_english="call the carrier, count, and record the receipt: it should take 48 hours",
        source="5.6, 7.2 Q6",
        read=_under_way(lambda transit: transit.type == CARRIED, CARRIED_DAYS_MAX),
    ),
    StandingRule(
        code="TRANSFER_UNMATCHED",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="เงินโอน {settlement} {amount} บาท บันทึกฝั่งเดียวตั้งแต่ {since_on} ({days} วัน)",
        english="the transfer {settlement} of {amount} baht is booked on one side only since {since_on} ({days} days)",
        next_thai="ดูสมุดธนาคารของฝั่งรับ ถ้าเงินไม่เข้าให้ฝั่งส่งแสดงสลิป",
        next_english="look at the receiver's bank book; if it is not there, the sender shows the slip",
        source="5.11, 9.12",
        read=_under_way(lambda transit: transit.type != CARRIED, UNMATCHED_DAYS_MAX),
    ),
    StandingRule(
        code="CASH_NOT_APPROVED",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="รายการเงิน {type} ลำดับที่ {sequence} ยังขาดลายมือชื่อชั้น {classes}",
        english="the cash entry {type}, line {sequence}, still lacks its approvals ({classes})",
        next_thai="กรรมการตรวจใบสำคัญแล้วลงนาม (sajja village approve) หรือกลับรายการ",
        next_english="officers look at the voucher and approve it, or reverse it",
        source="5.1, 5.2",
        read=_not_approved,
    ),
    StandingRule(
        code="ENTRY_WITHOUT_EFFECT",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="มี {entries} รายการที่ไม่มีผล ({reason})",
        english="{entries} entries have no effect ({reason})",
        next_thai="ดูแต่ละรายการ แล้วปล่อยหรือปฏิเสธ (entry_released / entry_refused)",
        next_english="look at each, and release or refuse it",
        source="5.14",
        read=_without_effect,
    ),
)
