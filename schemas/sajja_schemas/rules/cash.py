"""Counts and meetings: totals that are their sums, and two who count (docs/domain.md section 5.6)."""

from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.bank_accounts import BankReconciled
from sajja_schemas.events.groups import GroupStockCounted
from sajja_schemas.events.meetings import ActivityHeld, CashCounted, MeetingOpened
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.rules.declaring import EntryRule

_TWO: Final = 2


def _count(_books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    said: int = event.total_satang if isinstance(event, CashCounted) else event.opening_cash_satang
    total = sum(line.denomination_satang * line.pieces for line in event.cash)
    if said == total or (isinstance(event, MeetingOpened) and not event.cash):
        return None
    return Hit(fields={"said_satang": said, "total_satang": total}, amount_satang=said - total)


def _counters(_books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    return Hit(fields={"counter": event.counters[0]}) if len(set(event.counters)) < _TWO else None


def _people(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, ActivityHeld)
    return None if event.women <= event.people else Hit(fields={"women": event.women, "people": event.people})


def _reconciled(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, BankReconciled)
    off = event.bank_satang - sum(item.amount_satang for item in event.items) - event.book_satang
    return Hit(fields={"bank": event.bank}, amount_satang=off) if off else None


def _booked(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, BankReconciled)
    off = books.balances.get((event.ledger, 1120, event.bank), 0) - event.book_satang
    return Hit(fields={"bank": event.bank}, amount_satang=off) if off and event.as_of == body.date else None


RULES: Final = (
    EntryRule(
        code="COUNT_DOES_NOT_ADD_UP",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ยอดนับ {said_satang} บาท ไม่เท่ากับผลรวมธนบัตรและเหรียญ {total_satang} บาท",
        english="the count says {said_satang} baht, its notes and coins are {total_satang} baht",
        next_thai="นับใหม่ต่อหน้าสองคน แล้วพิมพ์จำนวนใบของแต่ละชนิด",
        next_english="count again with two people, and type the pieces of each kind",
        source="5.6",
        refuses=True,
        events=(CashCounted, MeetingOpened),
        check=_count,
    ),
    EntryRule(
        code="COUNTED_ALONE",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="{counter} นับคนเดียว",
        english="{counter} counted alone",
        next_thai="ให้คนที่สองนับด้วย แล้วบันทึกชื่อทั้งสอง",
        next_english="have a second person count, and name both",
        source="5.6, 5.12",
        refuses=True,
        events=(CashCounted, GroupStockCounted),
        check=_counters,
    ),
    EntryRule(
        code="MORE_WOMEN_THAN_PEOPLE",
        severity=Severity.LOW,
        owner=Owner.NETWORK,
        thai="ผู้หญิง {women} คน มากกว่าผู้ร่วมทั้งหมด {people} คน",
        english="{women} women of {people} people",
        next_thai="ตรวจจำนวนในใบลงชื่อ",
        next_english="look at the attendance list again",
        source="5.3",
        refuses=True,
        events=(ActivityHeld,),
        check=_people,
    ),
    EntryRule(
        code="RECONCILIATION_DOES_NOT_ADD_UP",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="กระทบยอดบัญชี {bank} ยังต่าง {amount} บาท",
        english="the reconciliation of {bank} is still {amount} baht off",
        next_thai="เพิ่มรายการกระทบยอดที่ขาด หรือแก้ยอดธนาคาร",
        next_english="add the item that is missing, or correct the bank's balance",
        source="5.6",
        refuses=True,
        events=(BankReconciled,),
        check=_reconciled,
    ),
    EntryRule(
        code="RECONCILED_ANOTHER_BALANCE",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ยอดบัญชี {bank} ในใบกระทบยอดต่างจากสมุด {amount} บาท",
        english="the book's balance in the reconciliation of {bank} is {amount} baht off the ledger",
        next_thai="ดูว่ามีรายการที่แท็บเล็ตอีกเครื่องยังไม่ส่งหรือไม่ แล้วกระทบยอดใหม่",
        next_english="see whether another tablet has not synced yet, and reconcile again",
        source="5.6",
        events=(BankReconciled,),
        check=_booked,
    ),
)
