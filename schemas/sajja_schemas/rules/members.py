"""Members: who is one, and what an exit, a merger or a passbook must agree with (docs/domain.md section 5.5)."""

from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.base import Author
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed
from sajja_schemas.events.member_records import (
    MemberBeneficiaryDesignated,
    MemberConsentRecorded,
    MemberConsentWithdrawn,
    MemberPassbookChecked,
    MemberPassbookIssued,
    MemberPassbookReplaced,
    PersonalDataErased,
    PersonalDataErasureRequested,
)
from sajja_schemas.events.members import (
    MemberAdmitted,
    MemberDuplicateMerged,
    MemberExitSettled,
    MemberExpelled,
    MemberTransferred,
)
from sajja_schemas.events.savings import ChildSavingsDeposited, ShareDeposited, SharePledgeSet, SpecialSavingsDeposited
from sajja_schemas.events.welfare import WelfareEnrolled
from sajja_schemas.findings import Finding, Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers.loans import REGISTER as LOANS
from sajja_schemas.registers.loans import loans_of
from sajja_schemas.registers.members import REGISTER as MEMBERS
from sajja_schemas.registers.members import is_in_bank, is_known
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.ledgers import events_with

_NOBODY_YET: Final = {MemberAdmitted, MemberTransferred, WelfareEnrolled}
_OF_MEMBERS: Final = tuple(
    event_type
    for event_type in events_with("member", but=_NOBODY_YET)
    if event_type.declared.author is Author.VILLAGE and "ledger" not in event_type.__struct_fields__
)
_BRINGS: Final = (ChildSavingsDeposited, ShareDeposited, SpecialSavingsDeposited)
_BEGINS: Final = (LoanApproved, LoanDisbursed, SharePledgeSet)
_PRINTED: Final = (MemberPassbookIssued, MemberPassbookReplaced)
_WHOLE_BP: Final = 10_000
_OVERDRAWN: Final = 1260


def saved_satang(books: Books, village: str, account: int, member: str) -> int:
    """What stands to a member's credit on an account."""
    return -books.balances.get((f"bank:{village}", account, member), 0)


def _unknown(books: Books, body: Body) -> Hit | None:
    member: str = body.event.member  # type: ignore[union-attr,assignment]  # events that need the field only
    if is_known(books.registers, body.village, member):
        return None
    return Hit(fields={"member": member}, is_sure=knows_village(books, body.village))


def knows_village(books: Books, village: str) -> bool:
    """Whether these books know any member or loan there: a tablet that has never synced knows none."""
    return any(of == village for of, _member in books.registers.all(MEMBERS)) or any(
        ledger == f"bank:{village}" for ledger, _loan in books.registers.all(LOANS)
    )


def _left(books: Books, body: Body) -> Hit | None:
    member: str = body.event.member  # type: ignore[union-attr,assignment]  # events that need the field only
    if is_in_bank(books.registers, body.village, member) or not is_known(books.registers, body.village, member):
        return None
    amount: int | None = getattr(body.event, "amount_satang", None)
    return Hit(fields={"member": member}, amount_satang=amount)


def _still_left(books: Books, finding: Finding) -> bool:
    """While the leaver has savings: what came in before the exit, and was folded after it, left with it."""
    member = str(finding.fields["member"])
    return not is_in_bank(books.registers, finding.village, member) and _savings(books, finding.village, member) != 0


def _still_differs(books: Books, finding: Finding) -> bool:
    return _savings(books, finding.village, str(finding.fields["member"])) != 0


def _savings(books: Books, village: str, member: str) -> int:
    return sum(saved_satang(books, village, account, member) for account in (3110, 2110, 2111))


def _still_unknown(books: Books, finding: Finding) -> bool:
    return not is_known(books.registers, finding.village, str(finding.fields["member"]))


def _exit(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberExitSettled)
    off = 0
    for account, said in ((3110, event.shares_satang), (2110, event.special_satang)):
        off = off or said - max(saved_satang(books, body.village, account, event.member), 0)
    return Hit(fields={"member": event.member}, amount_satang=off) if off else None


def _owes(books: Books, village: str, member: str, but: tuple[str | None, int] = (None, 0)) -> int:
    """What a member owes the bank: loans, less what is set off of one of them, and what was taken out too much."""
    ledger = f"bank:{village}"
    owed = max(books.balances.get((ledger, _OVERDRAWN, member), 0), 0)
    for loan in loans_of(books.registers, books.balances, ledger, owed_only=True):
        if loan.member == member:
            owed += max(loan.outstanding_satang - (but[1] if loan.loan == but[0] else 0), 0)
    return owed


def _owing(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberExitSettled)
    owed = _owes(books, body.village, event.member, (event.loan, event.set_off_principal_satang))
    return Hit(fields={"member": event.member}, amount_satang=owed) if owed else None


def _still_owes(books: Books, finding: Finding) -> bool:
    return _owes(books, finding.village, str(finding.fields["member"])) > 0


def _expelled(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberExpelled)
    return Hit(fields={"member": event.member}) if event.hearing is None else None


def _merged(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberDuplicateMerged)
    others = [line.sub or "" for line in event.lines if line.sub not in {event.survivor, event.duplicate}]
    sums: dict[int, int] = {}
    for line in event.lines:
        sums[line.account] = sums.get(line.account, 0) + line.amount_satang
    if not others and not any(sums.values()):
        return None
    return Hit(fields={"member": event.survivor, "duplicate": event.duplicate})


def _beneficiaries(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberBeneficiaryDesignated)
    total = sum(share.share_bp for share in event.shares)
    return None if total == _WHOLE_BP else Hit(fields={"member": event.member, "percent": f"{total / 100:.2f}"})


def _printed(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if event.balances is None:
        return None
    return _passbook(books, body, event)


def _checked(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberPassbookChecked)
    if event.difference_satang:
        return Hit(fields={"member": event.member}, amount_satang=event.difference_satang)
    return _passbook(books, body, event)


def _passbook(books: Books, body: Body, event: Any) -> Hit | None:
    for account, said in ((3110, event.balances.shares_satang), (2110, event.balances.special_satang)):
        off = said - saved_satang(books, body.village, account, event.member)
        if off:
            return Hit(fields={"member": event.member}, amount_satang=off)
    return None


def _erasure(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    money = sum(
        abs(amount)
        for (ledger, _account, sub), amount in books.balances.items()
        if sub == event.member and ledger == f"bank:{body.village}"
    )
    return Hit(fields={"member": event.member}, amount_satang=money) if money else None


RULES: Final = (
    EntryRule(
        code="UNKNOWN_MEMBER",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ไม่มีสมาชิก {member} ในทะเบียนของ {village}",
        english="{village} has no member {member}",
        next_thai="ตรวจรหัสสมาชิกในสมุดทะเบียน ถ้าเป็นสมาชิกใหม่ให้บันทึก member_admitted ก่อน",
        next_english="look the id up in the register; a new member is admitted first (member_admitted)",
        source="5.1, 5.5",
        refuses=True,
        events=tuple(one for one in _OF_MEMBERS if one not in {MemberConsentRecorded, MemberConsentWithdrawn}),
        check=_unknown,
        still=_still_unknown,
    ),
    EntryRule(
        code="NOT_A_MEMBER_NOW",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="{member} ไม่ได้เป็นสมาชิกธนาคารหมู่บ้าน {village} ในขณะนี้ (ลาออก ย้าย หรืออยู่ในกองทุนสวัสดิการเท่านั้น)",
        english="{member} is no member of the bank of {village} now: left, moved, or in the welfare fund only",
        next_thai="ถ้ารับเงินแล้ว ลงนาม late_deposit_recognised ให้เป็นเงินค้างจ่ายผู้ลาออก หรือคืนเงิน",
        next_english="if money was taken, sign late_deposit_recognised: it is owed to the leaver; or give it back",
        source="5.7, 5.16",
        refuses=True,
        events=_BRINGS,
        check=_left,
        still=_still_left,
    ),
    EntryRule(
        code="BEGUN_WITH_A_LEAVER",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="{member} ไม่ได้เป็นสมาชิกธนาคารหมู่บ้าน {village} ในขณะนี้ จึงตั้งยอดสัจจะหรือกู้ไม่ได้",
        english="{member} is no member of the bank of {village} now, and can pledge or borrow nothing",
        next_thai="ตรวจรหัส หรือรับกลับเข้าเป็นสมาชิกก่อน",
        next_english="check the id, or admit the person first",
        source="5.7, 5.8",
        refuses=True,
        kept=False,
        events=_BEGINS,
        check=_left,
    ),
    EntryRule(
        code="EXIT_DIFFERS_FROM_LEDGER",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="ยอดปิดบัญชีของ {member} ต่างจากบัญชี {amount} บาท",
        english="the exit of {member} differs from the ledger by {amount} baht",
        next_thai="เทียบกับสมุดสมาชิก แล้วกลับรายการและปิดบัญชีใหม่ด้วยยอดที่ถูก",
        next_english="compare with the passbook; reverse, and settle again with the right parts",
        source="5.5",
        events=(MemberExitSettled,),
        check=_exit,
        still=_still_differs,
    ),
    EntryRule(
        code="LEFT_OWING",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="ปิดบัญชี {member} ทั้งที่ยังเป็นหนี้ {amount} บาท",
        english="the account of {member} is closed while {amount} baht are owed",
        next_thai="หักหนี้จากเงินสัจจะก่อนจ่าย (member_exit_settled ระบุ loan=) หรือเรียกจากผู้ค้ำประกันหรือกองทุนประกัน",
        next_english="set the debt off first (member_exit_settled with loan=), or ask the guarantors or the risk fund",
        source="5.5, 9.8",
        events=(MemberExitSettled,),
        check=_owing,
        still=_still_owes,
    ),
    EntryRule(
        code="EXPELLED_WITHOUT_HEARING",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="ให้ {member} พ้นสภาพโดยไม่มีบันทึกการชี้แจง",
        english="{member} was put out without a recorded hearing",
        next_thai="แนบบันทึกการชี้แจง หรือรับกลับเข้าเป็นสมาชิก",
        next_english="record the hearing, or take the member back",
        source="5.5",
        events=(MemberExpelled,),
        check=_expelled,
    ),
    EntryRule(
        code="MERGER_MOVES_OTHERS",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="การรวมทะเบียน {duplicate} เข้า {member} ย้ายยอดของผู้อื่นหรือยอดไม่ลงตัว",
        english="merging {duplicate} into {member} moves what is not theirs, or does not come out even",
        next_thai="กลับรายการ แล้วรวมใหม่เฉพาะยอดของสองรหัสนี้ บัญชีต่อบัญชี",
        next_english="reverse it, and move the balances of these two ids only, account by account",
        source="5.5",
        refuses=True,
        events=(MemberDuplicateMerged,),
        check=_merged,
    ),
    EntryRule(
        code="BENEFICIARIES_NOT_WHOLE",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="สัดส่วนผู้รับประโยชน์ของ {member} รวมได้ {percent} % ไม่ใช่ 100.00 %",
        english="the beneficiaries' shares of {member} sum to {percent} %, not 100.00 %",
        next_thai="ถามสมาชิก แล้วบันทึกสัดส่วนใหม่",
        next_english="ask the member, and record the shares again",
        source="5.5",
        refuses=True,
        events=(MemberBeneficiaryDesignated,),
        check=_beneficiaries,
    ),
    EntryRule(
        code="PASSBOOK_PRINTED_DIFFERS",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ยอดที่พิมพ์ในสมุดของ {member} ต่างจากบัญชี {amount} บาท",
        english="what is printed in the book of {member} differs from the ledger by {amount} baht",
        next_thai="ตรวจรายการล่าสุดของสมาชิก แล้วพิมพ์สมุดใหม่",
        next_english="go through the member's last entries, and print the book again",
        source="5.5",
        events=_PRINTED,
        check=_printed,
    ),
    EntryRule(
        code="PASSBOOK_DIFFERS",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="สมุดของ {member} ต่างจากบัญชี {amount} บาท",
        english="the book of {member} differs from the ledger by {amount} baht",
        next_thai="ตรวจใบเสร็จทุกใบของสมาชิกกับรายการ ก่อนประชุมครั้งหน้า",
        next_english="compare every receipt of this member with the entries before the next meeting",
        source="5.5",
        events=(MemberPassbookChecked,),
        check=_checked,
    ),
    EntryRule(
        code="ERASURE_WHILE_MONEY_IS_OPEN",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="ขอลบข้อมูลของ {member} ทั้งที่ยังมียอดเงินค้าง {amount} บาท",
        english="the data of {member} is to be erased while {amount} baht are open",
        next_thai="ปฏิเสธพร้อมเหตุผล หรือปิดบัญชีให้เสร็จก่อนลบ",
        next_english="refuse and say why, or settle the account first",
        source="5.5, 11",
        events=(PersonalDataErased, PersonalDataErasureRequested),
        check=_erasure,
    ),
)
