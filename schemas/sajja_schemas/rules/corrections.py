"""Corrections: of what, by how much, and never of cash (docs/domain.md section 5.14)."""

from typing import Any, Final

from sajja_schemas.accounts import HELD
from sajja_schemas.calendar import business_date
from sajja_schemas.events import CATALOGUE, Body, tag_of
from sajja_schemas.events.corrections import (
    AdjustmentPosted,
    LateDepositRecognised,
    OverdraftRecognised,
    OverpaymentRecognised,
)
from sajja_schemas.events.corrections import DoubleDisbursementRecognised as DoubleRecognised
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers.members import is_in_bank
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.lending import outstanding_satang
from sajja_schemas.rules.members import saved_satang

_SAVED_IN: Final = {"shares": 3110, "special": 2110}


def _again(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, EntryReversed)
    if event.entry.hash not in books.reversed:
        return None
    return Hit(fields={"sequence": event.entry.sequence})


def _cash(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, AdjustmentPosted)
    moved = [line for line in event.lines if line.account in HELD]
    if not moved or event.reconciliation is not None:
        return None
    return Hit(fields={"account": moved[0].account}, amount_satang=moved[0].amount_satang)


def _more_than_found(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    village = body.village
    match event:
        case OverdraftRecognised():
            there = -saved_satang(books, village, 2110, event.member)
        case OverpaymentRecognised():
            there = -outstanding_satang(books, village, event.loan)
        case LateDepositRecognised():
            is_out = not is_in_bank(books.registers, village, event.member)
            there = saved_satang(books, village, _SAVED_IN[event.saved_in], event.member) if is_out else 0
        case _:
            there = outstanding_satang(books, village, event.loan)
    off = event.amount_satang - max(there, 0)
    return Hit(fields={"there_satang": max(there, 0)}, amount_satang=off) if off > 0 else None


def _paper(_books: Books, body: Body) -> Hit | None:
    reason = body.event.paper_reason
    return None if reason is None else Hit(fields={"type": tag_of(body.event), "by": body.by})


FROM_PAPER: Final = EntryRule(
    code="RECORDED_FROM_PAPER",
    severity=Severity.LOW,
    owner=Owner.COMMITTEE,
    thai="{by} บันทึก {type} จากกระดาษ ทั้งที่ระบบทักท้วง",
    english="{by} recorded {type} from paper against the rules",
    next_thai="กรรมการเทียบกับใบเสร็จหรือใบสำคัญ แล้วลงนามปิดข้อสังเกต",
    next_english="officers compare it with the paper, and sign it off",
    source="5.16, 9.12",
    events=(),
    check=_paper,
)


def _tomorrow(books: Books, body: Body) -> Hit | None:
    """A day that the author's own clock has not reached. A clock behind what these books have reached is not asked."""
    today = business_date(body.recorded_at)
    if body.date <= today or (books.last_date is not None and today < books.last_date):
        return None
    return Hit(fields={"dated_on": body.date, "today_on": today})


RULES: Final = (
    EntryRule(
        code="DATED_TOMORROW",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="ลงวันที่ {dated_on} แต่วันนี้ของเครื่องคือ {today_on}",
        english="the entry is dated {dated_on}, and this device has {today_on}",
        next_thai="แก้วันที่ หรือแก้นาฬิกาของเครื่องถ้านาฬิกาผิด",
        next_english="correct the date, or the device's clock where that is wrong",
        source="9.11",
        refuses=True,
        kept=False,  # a device's clock decides nothing in the fold: DATED_AHEAD asks the reader's
        events=tuple(CATALOGUE.values()),
        check=_tomorrow,
    ),
    EntryRule(
        code="REVERSED_BEFORE",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="รายการลำดับที่ {sequence} ถูกกลับไปแล้ว กลับซ้ำไม่ได้",
        english="line {sequence} was reversed before; it is reversed once",
        next_thai="ดู sajja village log ถ้ารายการที่ลงใหม่ผิด ให้กลับรายการใหม่นั้น",
        next_english="look at sajja village log; if its replacement is wrong, reverse that",
        source="5.14",
        refuses=True,
        kept=False,
        events=(EntryReversed,),
        check=_again,
    ),
    EntryRule(
        code="ADJUSTMENT_MOVES_CASH",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="รายการปรับปรุงแตะบัญชีเงิน {account} {amount} บาท โดยไม่มีการกระทบยอดธนาคาร",
        english="an adjustment moves account {account} by {amount} baht without a bank reconciliation",
        next_thai="ระบุการกระทบยอด (reconciliation=) หรือบันทึกเป็นรายการเงินจริง",
        next_english="name the reconciliation, or record what really moved",
        source="5.14",
        refuses=True,
        events=(AdjustmentPosted,),
        check=_cash,
    ),
    EntryRule(
        code="CORRECTED_BEYOND_FINDING",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="รับรู้ยอดมากกว่าที่ผิดจริง ({there_satang} บาท) อยู่ {amount} บาท",
        english="what was wrong is {there_satang} baht: {amount} baht more were recognised",
        next_thai="ดู sajja village findings แล้วใช้จำนวนตามข้อสังเกต",
        next_english="look at sajja village findings, and use its amount",
        source="5.14, 5.16",
        refuses=True,
        events=(DoubleRecognised, LateDepositRecognised, OverdraftRecognised, OverpaymentRecognised),
        check=_more_than_found,
    ),
)
