"""What has stood too long on a day: money, approvals, claims, months, tablets (docs/domain.md sections 5 and 7.2)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from sajja_schemas import periods
from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.spans import first_day_of, month_number
from sajja_schemas.entry import OFFICE
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import boxes, claims, meetings
from sajja_schemas.registers.noting import latest, sum_of
from sajja_schemas.rules.declaring import StandingRule
from sajja_schemas.rules.ledgers import village_of
from sajja_schemas.transit import CARRIED, Transit
from sajja_schemas.verdicts import Effect

CARRIED_DAYS_MAX: Final = 2  # 48 hours
UNMATCHED_DAYS_MAX: Final = 7
CLAIM_DAYS_MAX: Final = 30
CLOSE_DAYS_MAX: Final = 35
_HOURS_PER_DAY: Final = 24
_PAYABLE: Final = 2310


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


# Approvals are asked for where they are missing; what is stopped has findings of its own; what is refused is decided.
_TOLD_ELSEWHERE: Final = frozenset({Effect.AWAITING_APPROVAL, Effect.FORKED, Effect.REFUSED, Effect.REVOKED})


def _without_effect(books: Books, _on: date) -> Iterator[Hit]:
    counts: dict[Effect, int] = {}
    for code in books.quarantined.values():
        if code not in _TOLD_ELSEWHERE:
            counts[code] = counts.get(code, 0) + 1
    for code, count in counts.items():
        yield Hit(village=OFFICE, subject=(code.value,), fields={"reason": code.value, "entries": count})


def _box_over_limit(books: Books, on: date) -> Iterator[Hit]:
    for ledger, box in books.registers.all(boxes.REGISTER):
        ruled = in_force(books.rulesets, str(ledger), on)
        limit = ruled.rules.box_limit_satang if ruled else None
        if ruled is None or limit is None:
            continue
        hours = ruled.rules.deposit_within_hours
        days_max = CARRIED_DAYS_MAX if hours is None else -(-hours // _HOURS_PER_DAY)
        for since, until, most in boxes.spans_above(books.registers, str(ledger), str(box), limit, on):
            days = (until - since).days
            if days > days_max:
                yield Hit(
                    village=village_of(str(ledger)),
                    subject=(ledger, box, since.isoformat()),
                    amount_satang=most - limit,
                    fields={"box": box, "since_on": since, "until_on": until, "days": days, "limit_satang": limit},
                )


def _claims_unpaid(books: Books, on: date) -> Iterator[Hit]:
    for (claim,), facts in books.registers.all(claims.REGISTER).items():
        granted = latest(facts, "approved")
        owed = -books.balances.get(("welfare", _PAYABLE, str(claim)), 0)
        if granted is None or owed <= 0:
            continue
        days = (on - date.fromisoformat(str(granted[1]))).days
        if days > CLAIM_DAYS_MAX:
            yield Hit(
                village=str(granted[2]), subject=(claim,), amount_satang=owed,
                fields={"claim": claim, "since_on": date.fromisoformat(str(granted[1])), "days": days},
            )  # fmt: skip


def _ahead(books: Books, on: date) -> Iterator[Hit]:
    """Villages in which something counts that is dated behind the day."""
    for village, reached in books.reached.items():
        if reached > on:
            yield Hit(village=village, subject=(village,), fields={"dated_on": reached})


def _not_closed(books: Books, on: date) -> Iterator[Hit]:
    """The first open month of a ledger that began to close its months."""
    months: dict[str, list[str]] = {}
    for ledger, month in books.periods.closes:
        months.setdefault(ledger, []).append(month)
    for ledger, closed in months.items():
        number = month_number(date.fromisoformat(f"{min(closed)}-01"))
        while (name := f"{first_day_of(number):%Y-%m}") in closed and periods.cut_of(books.periods, ledger, name):
            number += 1
        ended = first_day_of(number + 1)
        days = (on - ended).days
        if days > CLOSE_DAYS_MAX:
            yield Hit(
                village=village_of(ledger),
                subject=(ledger, name),
                fields={"ledger": ledger, "month": name, "days": days},
            )


def _silent_villages(books: Books, on: date) -> Iterator[Hit]:
    for village in books.trust.villages:
        ruled = in_force(books.rulesets, f"bank:{village}", on)
        allowed = ruled.rules.audit.late_sync_days_warn if ruled and ruled.rules.audit else None
        reached = books.reached.get(village)
        if allowed is None or reached is None or (on - reached).days <= allowed:
            continue
        yield Hit(
            village=village,
            subject=("sync",),
            fields={"since_on": reached, "days": (on - reached).days, "allowed": allowed},
        )


def _meetings(word: str) -> Callable[[Books, date], Iterator[Hit]]:
    def read(books: Books, _on: date) -> Iterator[Hit]:
        for (village, meeting), facts in books.registers.all(meetings.REGISTER).items():
            times = sum_of(facts, word)
            if times > 1:
                yield Hit(village=str(village), subject=(meeting,), fields={"meeting": meeting, "times": times})

    return read


def _counted_otherwise(books: Books, _on: date) -> Iterator[Hit]:
    for (village, meeting), facts in books.registers.all(meetings.REGISTER).items():
        for fact in facts:
            if fact[0] != "counted":
                continue
            _word, day, ledger, box, total = fact
            counted_on = date.fromisoformat(str(day))
            off = int(total) - boxes.at_end_of(books.registers, str(ledger), str(box), counted_on)
            if off:
                yield Hit(
                    village=str(village), subject=(meeting, ledger, box), amount_satang=off,
                    fields={"box": box, "counted_on": counted_on, "meeting": meeting},
                )  # fmt: skip


STANDING: Final = (
    StandingRule(
        code="BOX_OVER_LIMIT",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="กล่องของ {box} เกินวงเงิน {limit_satang} บาท {since_on} ถึง {until_on} สูงสุดเกิน {amount} บาท",
        english="the box of {box} was over its {limit_satang} baht from {since_on} to {until_on}: by {amount} at most",
        next_thai="นำฝากธนาคารภายในเวลาที่ระเบียบกำหนด และบอกเหตุผลที่ล่าช้า",
        next_english="take it to the bank in the time that the bylaws allow, and say why it took so long",
        source="5.6, 7.2 Q4",
        read=_box_over_limit,
    ),
    StandingRule(
        code="COUNT_DIFFERS_FROM_BOOKS",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="เงินที่นับได้ในกล่องของ {box} เมื่อ {counted_on} ต่างจากสมุด {amount} บาท",
        english="what was counted in the box of {box} on {counted_on} is {amount} baht off the books",
        next_thai="บันทึกผลต่าง (cash_variance_recorded) หรือหารายการที่ยังไม่ลง",
        next_english="record the variance, or find the entry that is missing",
        source="5.6",
        read=_counted_otherwise,
    ),
    StandingRule(
        code="MEETING_OPENED_TWICE",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="ประชุม {meeting} ถูกเปิด {times} ครั้ง",
        english="the meeting {meeting} was opened {times} times",
        next_thai="ใช้แท็บเล็ตเครื่องเดียวเปิดประชุม ลงนามว่าเป็นประชุมเดียวกัน",
        next_english="open a meeting on one tablet; sign that it was one meeting",
        source="5.6, 5.16",
        read=_meetings("opened"),
    ),
    StandingRule(
        code="MEETING_CLOSED_TWICE",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="ประชุม {meeting} ถูกปิด {times} ครั้ง",
        english="the meeting {meeting} was closed {times} times",
        next_thai="เทียบยอดปิดทั้งสอง แล้วลงนามว่าฉบับใดถูก",
        next_english="compare the two closes, and sign which one holds",
        source="5.6, 5.16",
        read=_meetings("closed"),
    ),
    StandingRule(
        code="CLAIM_UNPAID",
        severity=Severity.LOW,
        owner=Owner.NETWORK,
        thai="สวัสดิการ {claim} อนุมัติเมื่อ {since_on} ยังค้างจ่าย {amount} บาท ({days} วัน)",
        english="the claim {claim} was granted on {since_on}: {amount} baht are still unpaid ({days} days)",
        next_thai="จ่ายให้ผู้มีสิทธิ หรือบอกเหตุที่ยังจ่ายไม่ได้",
        next_english="pay who it was granted to, or say why it cannot be paid",
        source="5.9, 9.9",
        read=_claims_unpaid,
    ),
    StandingRule(
        code="DATED_AHEAD",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="{village} มีรายการลงวันที่ล่วงหน้าถึง {dated_on}",
        english="{village} has entries that are dated ahead, up to {dated_on}",
        next_thai="ตรวจนาฬิกาของแท็บเล็ต กลับรายการที่วันที่ผิด ลงใหม่ แล้วกรรมการลงนามปิดข้อสังเกตนี้",
        next_english="check the tablet's clock; reverse what has a wrong date, record it again, and sign it off",
        source="9.11",
        read=_ahead,
    ),
    StandingRule(
        code="MONTH_NOT_CLOSED",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="งวด {month} ของ {ledger} ยังไม่ปิด เลยสิ้นเดือนมา {days} วัน",
        english="{month} of {ledger} is not closed, {days} days after its end",
        next_thai="กระทบยอดเงินสดและธนาคาร แล้วลงนามปิดงวด (period_closed)",
        next_english="reconcile cash and bank, and sign the close",
        source="5.13, 7.2 N5",
        read=_not_closed,
    ),
    StandingRule(
        code="SYNC_LATE",
        severity=Severity.LOW,
        owner=Owner.NETWORK,
        thai="{village} ไม่มีรายการใหม่ตั้งแต่ {since_on} ({days} วัน เกิน {allowed} วัน)",
        english="nothing came from {village} since {since_on} ({days} days, more than {allowed})",
        next_thai="โทรหาผู้บันทึก ให้ส่งข้อมูลหรือส่งไฟล์ทาง USB",
        next_english="call the recorder: sync, or send a file by USB",
        source="5.4, 7.2 N4",
        read=_silent_villages,
    ),
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
        next_thai="หาว่าใครบันทึกและทำไม รายการเหล่านี้ปล่อยไม่ได้ ถ้าเงินเคลื่อนไหวจริงให้บันทึกใหม่ให้ถูก",
        next_english="find out who recorded them and why; they cannot be released: record again what did happen",
        source="5.14",
        read=_without_effect,
    ),
)
