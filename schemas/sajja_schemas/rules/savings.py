"""Savings: months, holds, children, and accounts that were silent for long (docs/domain.md sections 5.7 and 9.10)."""

from datetime import timedelta
from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.savings import (
    ChildSavingsWithdrawn,
    SavingsFineCharged,
    SavingsHoldPlaced,
    ShareAdvanceReceived,
    ShareDeposited,
    ShareTransferred,
    ShareWithdrawn,
    SpecialSavingsWithdrawn,
)
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers.activity import last_act_before
from sajja_schemas.registers.members import is_known
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.members import saved_satang
from sajja_schemas.rules.ruled import rules_for

SILENT_DAYS: Final = 365


def _months(_books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if len(event.months) == 1 or len(set(event.months)) == len(event.months):
        return None
    month = next(month for month in event.months if event.months.count(month) > 1)
    return Hit(fields={"member": event.member, "month": month})


def _hold(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, SavingsHoldPlaced)
    there = sum(saved_satang(books, body.village, account, event.member) for account in (2110, 3110))
    if event.amount_satang <= there:
        return None
    return Hit(fields={"member": event.member, "there_satang": there}, amount_satang=event.amount_satang - there)


def _guardian(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, ChildSavingsWithdrawn)
    return None if event.guardian else Hit(fields={"member": event.member}, amount_satang=event.amount_satang)


def _silent(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    last = last_act_before(books.registers, body.village, event.member, body.date)
    if last is None or body.date - last < timedelta(days=SILENT_DAYS):
        return None
    return Hit(
        fields={"member": event.member, "silent_on": last, "silence": (body.date - last).days},
        amount_satang=event.amount_satang,
    )


def _advance(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, ShareAdvanceReceived)
    rules = rules_for(books, body)
    par_satang = rules.share_par_satang if rules is not None else None
    if par_satang is None or event.amount_satang < par_satang:
        return None
    return Hit(fields={"member": event.member, "par_satang": par_satang}, amount_satang=event.amount_satang)


def _heir(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, ShareTransferred)
    if event.to_member != event.member and is_known(books.registers, body.village, event.to_member):
        return None
    return Hit(fields={"member": event.member, "to": event.to_member}, amount_satang=event.amount_satang)


RULES: Final = (
    EntryRule(
        code="MONTH_NAMED_TWICE",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="รายการของ {member} ระบุเดือน {month} ซ้ำ",
        english="the entry of {member} names the month {month} twice",
        next_thai="ถามว่าจ่ายของเดือนใดบ้าง แล้วพิมพ์เดือนละครั้ง",
        next_english="ask which months are paid, and name each once",
        source="5.7, 9.10",
        refuses=True,
        events=(ShareDeposited, SavingsFineCharged, WelfareContributionReceived),
        check=_months,
    ),
    EntryRule(
        code="HOLD_BEYOND_SAVINGS",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="อายัดเงินของ {member} เกินเงินออมที่มี {there_satang} บาท อยู่ {amount} บาท",
        english="{member} has {there_satang} baht saved: the hold is {amount} baht more",
        next_thai="อายัดไม่เกินเงินออม หรือใช้หลักประกันอื่น",
        next_english="hold at most what is saved, or take another security",
        source="5.7",
        refuses=True,
        events=(SavingsHoldPlaced,),
        check=_hold,
    ),
    EntryRule(
        code="CHILD_WITHOUT_GUARDIAN",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="ถอนเงินเด็ก {member} {amount} บาท โดยไม่ระบุผู้ปกครอง",
        english="{amount} baht were paid out of the savings of the child {member} without a guardian",
        next_thai="ให้ผู้ปกครองลงนามในใบถอน และระบุ guardian=",
        next_english="have the guardian sign the slip, and name guardian=",
        source="5.7, 9.10",
        events=(ChildSavingsWithdrawn,),
        check=_guardian,
    ),
    EntryRule(
        code="DORMANT_WITHDRAWAL",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="{member} ถอนเงิน {amount} บาท หลังบัญชีเงียบตั้งแต่ {silent_on} ({silence} วัน)",
        english="{member} took out {amount} baht after silence since {silent_on} ({silence} days)",
        next_thai="โทรหรือไปพบสมาชิก ยืนยันว่าเจ้าตัวถอนจริง และเก็บใบถอนที่ลงนาม",
        next_english="meet the member: was it really they who took it? Keep the signed slip",
        source="10 T19",
        events=(ShareWithdrawn, SpecialSavingsWithdrawn),
        check=_silent,
    ),
    EntryRule(
        code="SHARES_TO_A_STRANGER",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="โอนเงินสัจจะของ {member} {amount} บาท ให้ {to} ซึ่งไม่มีในทะเบียนหรือเป็นคนเดียวกัน",
        english="{amount} baht of shares of {member} go to {to}, who is unknown or the same person",
        next_thai="ตรวจรหัสผู้รับโอน ต้องเป็นทายาทหรือครอบครัวที่เป็นสมาชิก",
        next_english="check the receiver's id: an heir or family who is a member",
        source="5.7",
        refuses=True,
        events=(ShareTransferred,),
        check=_heir,
    ),
    EntryRule(
        code="ADVANCE_OF_WHOLE_SHARES",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="{member} จ่ายล่วงหน้า {amount} บาท ซึ่งครบหุ้นละ {par_satang} บาทแล้ว",
        english="{member} pays {amount} baht in advance: a share of {par_satang} is whole",
        next_thai="กลับรายการ แล้วบันทึกเป็นเงินสัจจะ",
        next_english="reverse it, and record it as shares",
        source="5.7, 9.10",
        events=(ShareAdvanceReceived,),
        check=_advance,
    ),
)
