"""Who stands for whom: how many, for how many, for each other, and until when (docs/domain.md sections 5.5 and 5.8).

A guarantee is open from the consent until the loan is refused, repaid, or written off, and the guarantor may withdraw:
people consent before anything is paid out.
"""

from typing import Final

from sajja_schemas.bylaws.ruling import product_ruling
from sajja_schemas.events import Body
from sajja_schemas.events.lending import LoanGuarantorConsented
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed
from sajja_schemas.events.members import MemberExitSettled, MemberResignationRequested
from sajja_schemas.findings import Finding, Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import loans
from sajja_schemas.registers.lending import GUARANTEES, LENDING, guarantees_of, guarantors_of
from sajja_schemas.registers.noting import latest
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.lending import overdue
from sajja_schemas.rules.ruled import rules_for


def _is_open(books: Books, ledger: str, name: str) -> bool:
    """Whether a loan is, or may yet be, owed."""
    loan = loans.loan_of(books.registers, books.balances, ledger, name)
    if loan is not None and (loan.outstanding_satang > 0 or loan.lent_satang > 0):
        return loan.outstanding_satang > 0
    if loan is not None and loan.approved_on is not None:
        return True
    said = latest(books.registers.row(LENDING, (ledger, name)), "applied", "rejected")
    return said is None or said[0] == "applied"


def _open_guarantees(books: Books, ledger: str, guarantor: str) -> dict[str, int]:
    """The loans that somebody stands for which are, or may yet be, owed; and up to how much of each."""
    stands = guarantees_of(books.registers, ledger, guarantor)
    return {name: satang for name, satang in stands.items() if _is_open(books, ledger, name)}


def _borrower(books: Books, ledger: str, name: str) -> str:
    """Who borrows, or has applied to; empty where nothing says so."""
    loan = loans.loan_of(books.registers, books.balances, ledger, name)
    if loan is not None and loan.member:
        return loan.member
    applied = latest(books.registers.row(LENDING, (ledger, name)), "applied")
    return str(applied[2]) if applied is not None else ""


def _too_few(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanDisbursed)
    rules = rules_for(books, body)
    product = product_ruling(rules, event) if rules is not None else None
    stand = len(guarantors_of(books.registers, f"bank:{body.village}", event.loan))
    # Many a bank keeps its consents on paper: of such, no loan is asked for them.
    is_kept = any(ledger == f"bank:{body.village}" for ledger, _loan in books.registers.all(GUARANTEES))
    if product is None or stand >= product.guarantors or not is_kept:
        return None
    return Hit(
        fields={"loan": event.loan, "people": stand, "needed": product.guarantors}, amount_satang=event.gross_satang
    )


def _quota(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanGuarantorConsented)
    rules = rules_for(books, body)
    products = rules.loan_products if rules is not None else ()
    quotas = [product.guarantor_quota for product in products if product.guarantor_quota is not None]
    contracts = {*_open_guarantees(books, f"bank:{body.village}", event.guarantor), event.loan}
    if not quotas or len(contracts) <= max(quotas):
        return None
    return Hit(fields={"guarantor": event.guarantor, "contracts": len(contracts), "allowed": max(quotas)})


def _mutual(books: Books, body: Body) -> Hit | None:
    """Two people who stand for each other: neither is a security.

    Where nobody wrote an application down, only the approval says who borrows: then it is asked.
    """
    event = body.event
    ledger = f"bank:{body.village}"
    if isinstance(event, LoanApproved):
        is_known = bool(_borrower(books, ledger, event.loan))
        borrower = "" if is_known else event.member
        guarantors = [*guarantors_of(books.registers, ledger, event.loan)]
    else:
        assert isinstance(event, LoanGuarantorConsented)
        borrower, guarantors = _borrower(books, ledger, event.loan), [event.guarantor]
    if not borrower:
        return None
    for name in _open_guarantees(books, ledger, borrower):
        other = _borrower(books, ledger, name)
        if other in guarantors and other != borrower:
            return Hit(fields={"guarantor": other, "member": borrower, "loan": event.loan, "other": name})
    return None


def _overdue(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, LoanGuarantorConsented)
    late = overdue(books, body.village, event.guarantor, body.date)
    if late is None:
        return None
    return Hit(fields={"guarantor": event.guarantor, "loan": event.loan, "late": late[0]}, amount_satang=late[1])


def _leaves(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, MemberExitSettled | MemberResignationRequested)
    stands = _open_guarantees(books, f"bank:{body.village}", event.member)
    if not stands:
        return None
    return Hit(fields={"member": event.member, "loans": " ".join(sorted(stands))}, amount_satang=sum(stands.values()))


def _still_stands(books: Books, finding: Finding) -> bool:
    return bool(_open_guarantees(books, f"bank:{finding.village}", str(finding.fields["member"])))


RULES: Final = (
    EntryRule(
        code="GUARANTORS_TOO_FEW",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="เงินกู้ {loan} มีผู้ค้ำประกัน {people} คน ระเบียบให้มี {needed} คน",
        english="loan {loan} has {people} guarantors; the bylaws ask for {needed}",
        next_thai="บันทึกการยินยอมค้ำ (loan_guarantor_consented)",
        next_english="record the consents that are missing",
        source="4, 5.8",
        events=(LoanDisbursed,),
        check=_too_few,
    ),
    EntryRule(
        code="GUARANTOR_OVER_QUOTA",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="{guarantor} ค้ำประกัน {contracts} สัญญา ระเบียบให้ {allowed}",
        english="{guarantor} stands for {contracts} loans; the bylaws allow {allowed}",
        next_thai="กรรมการพิจารณา แล้วลงนามปิดข้อสังเกตพร้อมเหตุผล",
        next_english="the committee decides, and signs it off with its reason",
        source="4, 5.8",
        events=(LoanGuarantorConsented,),
        check=_quota,
    ),
    EntryRule(
        code="GUARANTEED_EACH_OTHER",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="{guarantor} และ {member} ค้ำประกันกันเอง (สัญญา {loan} และ {other})",
        english="{guarantor} and {member} stand for each other (loans {loan} and {other})",
        next_thai="หาผู้ค้ำประกันคนอื่นให้สัญญาหนึ่ง",
        next_english="find another guarantor for one of them",
        source="5.8, 9.10",
        events=(LoanGuarantorConsented, LoanApproved),
        check=_mutual,
    ),
    EntryRule(
        code="GUARANTOR_IS_OVERDUE",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="{guarantor} ค้ำประกันสัญญา {loan} ทั้งที่สัญญา {late} ของตนค้างชำระ {amount} บาท",
        english="{guarantor} stands for loan {loan} while their own loan {late} is {amount} baht overdue",
        next_thai="หาผู้ค้ำประกันคนอื่น หรือให้ชำระหนี้ค้างก่อน",
        next_english="find another guarantor, or have what is overdue paid first",
        source="5.8",
        events=(LoanGuarantorConsented,),
        check=_overdue,
    ),
    EntryRule(
        code="GUARANTEE_OPEN",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="{member} จะออกทั้งที่ยังค้ำประกันสัญญา {loans} วงเงิน {amount} บาท",
        english="{member} leaves while standing for {loans}, for {amount} baht",
        next_thai="หาผู้ค้ำประกันแทนก่อน แล้วบันทึก loan_guarantor_consented และ loan_guarantor_withdrawn",
        next_english="find another guarantor first: loan_guarantor_consented, then loan_guarantor_withdrawn",
        source="5.5, 9.10",
        events=(MemberExitSettled, MemberResignationRequested),
        check=_leaves,
        still=_still_stands,
    ),
)
