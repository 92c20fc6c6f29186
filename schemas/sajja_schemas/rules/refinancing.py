"""A late loan that is paid off with a new one: allowed, and seen (docs/domain.md section 9.10)."""

from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.loan_accounts import LoanPrepaid
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import loans
from sajja_schemas.registers.refinancing import REGISTER, WITHIN, closed_within
from sajja_schemas.rules.declaring import EntryRule


def _refinanced(books: Books, body: Body) -> Hit | None:
    return _new_first(books, body) if not isinstance(body.event, LoanDisbursed) else _old_first(books, body)


def _old_first(books: Books, body: Body) -> Hit | None:
    """The old loan was paid off, and now the new one is paid out."""
    event: Any = body.event
    new = loans.loan_of(books.registers, books.balances, f"bank:{body.village}", event.loan)
    closed = closed_within(books.registers, books.balances, new, body.date) if new is not None else ()
    old = max(closed, key=lambda one: one.days_late, default=None)
    if old is None:
        return None
    return Hit(
        fields={"loan": event.loan, "member": event.member, "late": old.loan, "days": old.days_late},
        amount_satang=old.satang,
    )


def _new_first(books: Books, body: Body) -> Hit | None:
    """The new loan was paid out, and now the old one is paid off."""
    event: Any = body.event
    ledger = f"bank:{body.village}"
    owed_satang = loans.outstanding_satang(books.balances, ledger, event.loan)
    if not 0 < owed_satang <= event.principal_satang:
        return None  # asked of every repayment: few close a loan
    old = loans.loan_of(books.registers, books.balances, ledger, event.loan)
    late = loans.days_late(old, body.date) if old is not None else 0
    if old is None or not late:
        return None
    for (name,) in books.registers.row(REGISTER, (ledger, old.member)):
        new = loans.loan_of(books.registers, books.balances, ledger, str(name))
        if new is None or new.loan == old.loan or new.lent_on is None or not abs(body.date - new.lent_on) <= WITHIN:
            continue
        return Hit(
            fields={"loan": new.loan, "member": old.member, "late": old.loan, "days": late}, amount_satang=owed_satang
        )
    return None


RULES: Final = (
    EntryRule(
        code="LATE_LOAN_REFINANCED",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="{member} ปิดสัญญา {late} ที่ค้าง {days} วัน ยอด {amount} บาท ด้วยสัญญาใหม่ {loan}",
        english="{member} paid off loan {late} of {amount} baht, {days} days late, with the new loan {loan}",
        next_thai="กรรมการพิจารณาว่าผู้กู้ชำระได้จริงหรือไม่ รายงานหนี้ค้างยังนับวันของสัญญาเดิม",
        next_english="the committee looks at whether the borrower can pay; PAR goes on showing the old loan's days",
        source="9.10",
        events=(LoanDisbursed, LoanRepaymentReceived, LoanPrepaid),
        check=_refinanced,
    ),
)
