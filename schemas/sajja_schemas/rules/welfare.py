"""Claims: that there is one, that the payee was met, that cover stood (docs/domain.md sections 5.9 and 5.10)."""

from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.risk import RiskClaimFiled
from sajja_schemas.events.welfare import WelfareClaimPaid, WelfareContributionReceived
from sajja_schemas.events.welfare_claims import WelfareClaimReturned, WelfareClaimSubmitted, WelfareClaimVerified
from sajja_schemas.findings import Finding, Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import claims, loans
from sajja_schemas.registers.members import is_in_welfare, is_known
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.members import knows_village

_PAYABLE: Final = 2310


def _is_granted(books: Books, claim: str) -> bool:
    """Whether a claim was granted, or brought forward from the paper register: then it is owed, or was paid off.

    A payment of what was never owed leaves a debit: it must not make its own claim known.
    """
    granted = claims.claim_of(books.registers, claim)
    owed = books.balances.get(("welfare", _PAYABLE, claim))
    return (granted is not None and granted.approved_satang > 0) or (owed is not None and owed <= 0)


def _unknown(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if _is_granted(books, event.claim):
        return None
    is_sure = bool(books.registers.all(claims.REGISTER)) or knows_village(books, body.village)
    return Hit(fields={"claim": event.claim}, amount_satang=event.amount_satang, is_sure=is_sure)


def _still_unknown(books: Books, finding: Finding) -> bool:
    return not _is_granted(books, str(finding.fields["claim"]))


def _not_met(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, WelfareClaimVerified)
    return None if event.met_in_person else Hit(fields={"claim": event.claim})


def _not_enrolled(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    registers = books.registers
    if is_in_welfare(registers, body.village, event.member) or not is_known(registers, body.village, event.member):
        return None  # who is unknown altogether is another finding
    return Hit(fields={"member": event.member}, amount_satang=event.amount_satang)


def _still_not_enrolled(books: Books, finding: Finding) -> bool:
    return not is_in_welfare(books.registers, finding.village, str(finding.fields["member"]))


def _not_covered(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, RiskClaimFiled)
    covered_satang = loans.attached_satang(books.registers, f"bank:{body.village}", event.loan)
    if covered_satang is None or covered_satang > 0:
        return None
    return Hit(fields={"loan": event.loan}, amount_satang=event.principal_satang)


RULES: Final = (
    EntryRule(
        code="UNKNOWN_CLAIM",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="จ่ายสวัสดิการ {amount} บาท ตามคำขอ {claim} ซึ่งไม่เคยอนุมัติ",
        english="{amount} baht of welfare move for the claim {claim}, which was never granted",
        next_thai="ตรวจรหัสคำขอ ถ้าจ่ายแล้วให้คณะกรรมการพิจารณาอนุมัติหรือเรียกเงินคืน",
        next_english="check the claim's id; if it is paid, the committee grants it or claims it back",
        source="5.9",
        refuses=True,
        events=(WelfareClaimPaid, WelfareClaimReturned),
        check=_unknown,
        still=_still_unknown,
    ),
    EntryRule(
        code="PAYEE_NOT_MET",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="คำขอ {claim} รับรองโดยไม่ได้พบผู้รับเงิน",
        english="the claim {claim} was verified without meeting the payee",
        next_thai="ไปพบผู้รับเงินสามคนแล้วรับรองใหม่ ก่อนจ่าย",
        next_english="three of the centre meet the payee before anything is paid",
        source="5.9",
        events=(WelfareClaimVerified,),
        check=_not_met,
    ),
    EntryRule(
        code="NOT_IN_WELFARE_FUND",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="{member} ไม่ได้อยู่ในกองทุนสวัสดิการ แต่มีรายการ {amount} บาท",
        english="{member} is not in the welfare fund, and the entry is of {amount} baht",
        next_thai="บันทึก welfare_enrolled ถ้าเข้าแล้วจริง หรือกลับรายการและคืนเงิน",
        next_english="record welfare_enrolled if they did join, or reverse and give the money back",
        source="5.9, 9.9",
        events=(WelfareClaimSubmitted, WelfareContributionReceived),
        check=_not_enrolled,
        still=_still_not_enrolled,
    ),
    EntryRule(
        code="LOAN_NOT_COVERED",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="ยื่นสินไหม {amount} บาท ของสัญญา {loan} ซึ่งไม่มีความคุ้มครอง",
        english="{amount} baht are claimed for loan {loan}, which has no cover",
        next_thai="ตรวจเบี้ยที่เก็บตอนจ่ายกู้ ถ้าไม่มีให้ปฏิเสธพร้อมเหตุผล",
        next_english="look for the premium taken with the loan; without one, refuse and say why",
        source="5.10",
        events=(RiskClaimFiled,),
        check=_not_covered,
    ),
)
