"""Loans: that there is one, that it was approved, and who stands for it (docs/domain.md sections 5.8 and 9.10)."""

from datetime import date
from typing import Any, Final

from sajja_schemas.accounts import LOANS
from sajja_schemas.events import Body
from sajja_schemas.events.lending import LoanApplied, LoanGuarantorConsented, LoanMoratoriumGranted
from sajja_schemas.events.loan_accounts import (
    LoanDisbursedInKind,
    LoanFineCharged,
    LoanGuarantorCalled,
    LoanGuarantorPaid,
    LoanPrepaid,
    LoanRecoveryReceived,
    LoanRescheduled,
    LoanSavingsOffset,
    LoanWrittenOff,
)
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.risk import RiskClaimFiled
from sajja_schemas.events.savings import SavingsHoldPlaced
from sajja_schemas.findings import Finding, Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import lending, loans
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.members import knows_village

_OF_A_LOAN: Final = (
    LoanFineCharged, LoanGuarantorCalled, LoanGuarantorPaid, LoanPrepaid, LoanRecoveryReceived, LoanRepaymentReceived,
    LoanRescheduled, LoanSavingsOffset, LoanWrittenOff, RiskClaimFiled, SavingsHoldPlaced,
)  # fmt: skip
_PAID_OUT: Final = (LoanDisbursed, LoanDisbursedInKind)


def outstanding_satang(books: Books, village: str, loan: str) -> int:
    """The principal of a loan, over every account that it may stand in."""
    return sum(books.balances.get((f"bank:{village}", account, loan), 0) for account in LOANS)


def _is_known(books: Books, village: str, loan: str) -> bool:
    return bool(books.registers.row(loans.REGISTER, (f"bank:{village}", loan)))


def _unknown(books: Books, body: Body) -> Hit | None:
    loan: str = body.event.loan  # type: ignore[union-attr,assignment]  # events that need the field only
    if _is_known(books, body.village, loan):
        return None
    return Hit(fields={"loan": loan}, is_sure=knows_village(books, body.village))


def _still_unknown(books: Books, finding: Finding) -> bool:
    return not _is_known(books, finding.village, str(finding.fields["loan"]))


def _approved(books: Books, village: str, loan: str) -> int | None:
    return loans.approved_satang(books.registers, f"bank:{village}", loan)


def _not_approved(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if _approved(books, body.village, event.loan) is not None:
        return None
    is_sure = knows_village(books, body.village)
    return Hit(fields={"loan": event.loan}, amount_satang=_paid_out(event), is_sure=is_sure)


def _still_not_approved(books: Books, finding: Finding) -> bool:
    return _approved(books, finding.village, str(finding.fields["loan"])) is None


def _differs(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    approved = _approved(books, body.village, event.loan)
    off = _paid_out(event) - approved if approved is not None else 0
    return Hit(fields={"loan": event.loan, "approved_satang": approved or 0}, amount_satang=off) if off else None


def _paid_out(event: LoanDisbursed | LoanDisbursedInKind) -> int:
    return event.gross_satang if isinstance(event, LoanDisbursed) else event.amount_satang


def _guarantor(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanGuarantorConsented)
    ledger = f"bank:{body.village}"
    said = [*books.registers.row(lending.LENDING, (ledger, event.loan))]
    said += [*books.registers.row(loans.REGISTER, (ledger, event.loan))]
    borrowers = {str(fact[2]) for fact in said if fact[0] in {"applied", "approved", "opened"}}
    return Hit(fields={"loan": event.loan, "guarantor": event.guarantor}) if event.guarantor in borrowers else None


def _moratorium(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanMoratoriumGranted)
    is_clear = (event.loan is None) is not (event.product is None) and event.rest_from <= event.rest_to
    return None if is_clear else Hit(fields={"from_on": event.rest_from, "to_on": event.rest_to})


def _prepaid(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanPrepaid)
    rest = outstanding_satang(books, body.village, event.loan) - event.principal_satang
    return Hit(fields={"loan": event.loan}, amount_satang=rest) if rest > 0 else None


def overdue(books: Books, village: str, member: str, on: date) -> tuple[str, int] | None:
    """A loan of a member that is overdue on a day, and by how much."""
    for loan in loans.loans_of(books.registers, books.balances, f"bank:{village}"):
        if loan.member == member and (late := loans.arrears(loan, on)).days_late > 0:
            return loan.loan, late.overdue_satang
    return None


def _applies_overdue(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanApplied)
    late = overdue(books, body.village, event.member, body.date)
    if late is None:
        return None
    return Hit(fields={"member": event.member, "loan": event.loan, "late": late[0]}, amount_satang=late[1])


RULES: Final = (
    EntryRule(
        code="UNKNOWN_LOAN",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ไม่มีสัญญา {loan} ในสมุดของ {village}",
        english="{village} has no loan {loan}",
        next_thai="ตรวจเลขที่สัญญาในใบเสร็จ ถ้าลงผิดสัญญาให้กลับรายการแล้วลงใหม่",
        next_english="look the number up on the receipt; reverse what went to the wrong loan, and record it again",
        source="5.1, 5.8",
        refuses=True,
        events=_OF_A_LOAN,
        check=_unknown,
        still=_still_unknown,
    ),
    EntryRule(
        code="LOAN_NOT_APPROVED",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="จ่ายเงินกู้ {loan} {amount} บาท โดยไม่มีมติอนุมัติ",
        english="loan {loan} of {amount} baht was paid out without an approval",
        next_thai="ประชุมกรรมการ แล้วบันทึก loan_approved หรือเรียกเงินคืน",
        next_english="let the committee meet and record loan_approved, or claim the money back",
        source="5.8",
        refuses=True,
        events=_PAID_OUT,
        check=_not_approved,
        still=_still_not_approved,
    ),
    EntryRule(
        code="DISBURSED_DIFFERS_FROM_APPROVED",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="จ่ายเงินกู้ {loan} ต่างจากที่อนุมัติ {approved_satang} บาท อยู่ {amount} บาท",
        english="loan {loan} was approved at {approved_satang} baht and paid out {amount} baht off",
        next_thai="เทียบมติกับสัญญา แล้วลงนามปิดข้อสังเกตพร้อมเหตุผล",
        next_english="compare the resolution with the contract, and sign off with the reason",
        source="9.10",
        events=_PAID_OUT,
        check=_differs,
    ),
    EntryRule(
        code="GUARANTOR_IS_BORROWER",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="{guarantor} ค้ำประกันสัญญา {loan} ของตนเอง",
        english="{guarantor} stands for their own loan {loan}",
        next_thai="หาผู้ค้ำประกันคนอื่น",
        next_english="find another guarantor",
        source="5.8, 9.10",
        refuses=True,
        events=(LoanGuarantorConsented,),
        check=_guarantor,
    ),
    EntryRule(
        code="MORATORIUM_UNCLEAR",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="พักชำระต้องระบุสัญญาหรือประเภทอย่างใดอย่างหนึ่ง และวันเริ่มไม่หลังวันสิ้นสุด ({from_on} - {to_on})",
        english="a moratorium names a loan or a product, and begins before it ends ({from_on} - {to_on})",
        next_thai="บันทึกใหม่โดยระบุ loan= หรือ product= อย่างเดียว",
        next_english="record it again with loan= or product=, not both",
        source="5.8",
        refuses=True,
        events=(LoanMoratoriumGranted,),
        check=_moratorium,
    ),
    EntryRule(
        code="PREPAID_NOT_WHOLE",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ปิดสัญญา {loan} ก่อนกำหนด แต่เงินต้นยังเหลือ {amount} บาท",
        english="loan {loan} was paid off, but {amount} baht of its principal are left",
        next_thai="รับส่วนที่เหลือ หรือบันทึกเป็นการชำระปกติ (loan_repayment_received)",
        next_english="take the rest, or record an ordinary repayment",
        source="5.8",
        events=(LoanPrepaid,),
        check=_prepaid,
    ),
    EntryRule(
        code="APPLICANT_IS_OVERDUE",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="{member} ขอกู้ {loan} ทั้งที่สัญญา {late} ค้างชำระ {amount} บาท",
        english="{member} applies for loan {loan} while loan {late} is {amount} baht overdue",
        next_thai="กรรมการพิจารณาหนี้ค้างก่อนอนุมัติ",
        next_english="the committee looks at what is overdue before it decides",
        source="5.8",
        events=(LoanApplied,),
        check=_applies_overdue,
    ),
)
