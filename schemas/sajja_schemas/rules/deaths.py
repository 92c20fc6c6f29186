"""A death locks from the day on which it is reported, before anybody confirms it (docs/domain.md sections 5.5, 5.16).

* At the author nothing is taken out, moved, lent or guaranteed from that day on; and nothing after the day of death.
* What happened all the same counts, and is found: money that went out from the day of the report, whichever tablet
  wrote it, and whatever else the member is said to have done after the day of death.
* What goes to heirs has events of its own. A confirmed death lets shares pass to an heir who is a member.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.lending import LoanApplied, LoanGuarantorConsented
from sajja_schemas.events.loan_accounts import LoanDisbursedInKind
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed
from sajja_schemas.events.members import MemberTransferred
from sajja_schemas.events.savings import (
    ChildSavingsWithdrawn,
    ShareTransferred,
    ShareWithdrawn,
    SpecialSavingsWithdrawn,
)
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import activity, members
from sajja_schemas.rules.declaring import EntryRule, StandingRule

_LOCKED: Final = (
    ChildSavingsWithdrawn, LoanApplied, LoanApproved, LoanDisbursed, LoanDisbursedInKind, LoanGuarantorConsented,
    MemberTransferred, ShareTransferred, ShareWithdrawn, SpecialSavingsWithdrawn,
)  # fmt: skip


def _dead(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    member: str = event.guarantor if isinstance(event, LoanGuarantorConsented) else event.member
    if isinstance(event, MemberTransferred) and event.side != "sent":
        return None  # the id is another village's
    if isinstance(event, ShareTransferred) and members.is_death_confirmed(books.registers, body.village, member):
        return None  # to an heir
    since = members.locked_since(books.registers, body.village, member)
    if since is None or body.date < since:
        return None
    return Hit(fields={"member": member, "since_on": since}, amount_satang=getattr(event, "amount_satang", None))


def _acts_of_the_dead(books: Books, _on: date) -> Iterator[Hit]:
    for village, member in books.registers.all(members.REGISTER):
        died = members.died_by(books.registers, str(village), str(member))
        since = members.locked_since(books.registers, str(village), str(member))
        if died is None or since is None:
            continue
        key = (village, member)
        acts = {str(day) for (day,) in books.registers.row(activity.REGISTER, key) if str(day) > died.isoformat()}
        taken = {str(day) for (day,) in books.registers.row(activity.TAKEN, key) if str(day) >= since.isoformat()}
        if after := acts | taken:
            yield Hit(
                village=str(village),
                subject=(member,),
                fields={"member": member, "died_on": died, "act_on": max(after), "times": len(after)},
            )


RULES: Final = (
    EntryRule(
        code="MEMBER_IS_DEAD",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="มีการแจ้งตายของ {member} ตั้งแต่ {since_on} ถอน โอน กู้ หรือค้ำประกันไม่ได้",
        english="{member} is reported dead: from {since_on} on nothing is taken out, moved, lent or guaranteed",
        next_thai=(
            "ตรวจรหัส ถ้าแจ้งผิดให้กลับรายการแจ้งตาย ถ้าจ่ายไปแล้วให้บันทึกจากกระดาษ (--from-paper) "
            "เงินของผู้ตายจ่ายทายาทด้วย member_exit_settled และ member_heirs_paid"
        ),
        next_english=(
            "check the id; reverse a report that was wrong; what is paid already is recorded from paper; "
            "heirs are paid by member_exit_settled and member_heirs_paid"
        ),
        source="5.5, 5.16",
        refuses=True,
        kept=False,
        events=_LOCKED,
        check=_dead,
    ),
)

STANDING: Final = (
    StandingRule(
        code="ACT_AFTER_DEATH",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="มีรายการของ {member} วันที่ {act_on} หลังแจ้งตายหรือวันตาย {died_on} ({times} วัน)",
        english="{member} died on {died_on}, and acted on {act_on} ({times} days in all)",
        next_thai="ตรวจว่าใครเป็นผู้ทำรายการ กลับรายการ แล้วจ่ายทายาทตามระเบียบ",
        next_english="see who did it, reverse it, and pay the heirs by the bylaws",
        source="5.5, 5.16",
        read=_acts_of_the_dead,
    ),
)
