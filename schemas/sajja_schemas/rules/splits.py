"""How a payment was used: the split on the receipt beside the one that the bylaws come to (docs/domain.md 5.8, 9.1).

* The split is a fact and is never computed again; what is compared is the interest and the fine. How the rest is used
  (principal, or an advance) follows from the two.
* A fine that was not taken is the committee's to let go, and nothing is found; a fine beyond what was owed is.
* Nothing is compared where the loan's terms are unknown, or no bylaws are in force. Payments are known by their day:
  what is found while an earlier one has not arrived is gone when it has.
"""

from datetime import date
from typing import Any, Final

from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.repayments import Dues, Part, allocate_payment, round_cash
from sajja_schemas.calculations.spans import last_day_of, month_number
from sajja_schemas.events import Body
from sajja_schemas.events.loan_accounts import LoanPrepaid
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.ruleset import Bylaws, CashRules, LoanRules
from sajja_schemas.findings import Finding, Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import loans
from sajja_schemas.registers.lending import written_off_satang
from sajja_schemas.registers.members import member_of
from sajja_schemas.registers.owing import before, interest_owed, penalty_owed, unpaid_dues
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.ruled import ruled, rules_for

ORDER: Final[tuple[Part, ...]] = ("fine", "interest", "principal")
_PAYMENTS: Final = (LoanRepaymentReceived, LoanPrepaid)


def _split(books: Books, body: Body, event: LoanRepaymentReceived, _rules: Bylaws) -> Hit | None:
    took = Dues(interest_satang=event.interest_satang, fine_satang=event.fine_satang)
    used_satang = event.total_satang + event.cash_difference_satang
    ruled_split = _ruled_split(books, body.village, event.loan, body.date, used_satang, took, is_counted=False)
    if ruled_split in {None, took}:
        return None
    assert ruled_split is not None, "or nothing is compared"
    return Hit(
        fields={
            "loan": event.loan,
            "paid_on": body.date.isoformat(),
            "used_satang": used_satang,
            "took_interest_satang": took.interest_satang,
            "took_fine_satang": took.fine_satang,
            "interest_satang": ruled_split.interest_satang,
            "fine_satang": ruled_split.fine_satang,
        },
        amount_satang=took.total_satang - ruled_split.total_satang,
    )


def _still_differs(books: Books, finding: Finding) -> bool:
    """An earlier payment may have arrived later."""
    said: dict[str, Any] = finding.fields
    took = Dues(interest_satang=said["took_interest_satang"], fine_satang=said["took_fine_satang"])
    on = date.fromisoformat(said["paid_on"])
    return took != _ruled_split(books, finding.village, said["loan"], on, said["used_satang"], took, is_counted=True)


def _ruled_split(
    books: Books, village: str, name: str, on: date, used_satang: int, took: Dues, *, is_counted: bool
) -> Dues | None:
    """The fine and the interest of a payment by the bylaws; None where nothing can be compared.

    `is_counted` says whether what was taken is among what the registers say was paid.
    """
    registers, adopted = books.registers, in_force(books.rulesets, f"bank:{village}", on)
    loan = loans.loan_of(registers, books.balances, f"bank:{village}", name)
    if loan is None or loan.plan is None or adopted is None:
        return None
    of_loans = adopted.rules.loans or LoanRules()
    member = member_of(registers, village, loan.member)
    own = took if is_counted else Dues()
    fine = interest = 0
    then = before(registers, loan, on)
    if member is None or not member.is_interest_free:
        interest = interest_owed(registers, loan, on, without_satang=own.interest_satang)
        if took.fine_satang:  # few have one, and to let it go is no finding
            fine = penalty_owed(registers, then, of_loans, on, without_satang=own.fine_satang)
    owed = Dues(
        fine_satang=min(fine, took.fine_satang),
        interest_satang=interest,
        principal_satang=sum(due.due_satang for due in unpaid_dues(then, last_day_of(month_number(on)))),
    )
    paid = allocate_payment(max(used_satang, 0), owed, order=of_loans.allocation_order or ORDER).paid
    return Dues(fine_satang=paid.fine_satang, interest_satang=paid.interest_satang)


def _difference(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if not event.cash_difference_satang:
        return None
    rules = rules_for(books, body)
    cash = (rules.cash if rules else None) or CashRules()
    rounded = round_cash(
        max(event.total_satang + event.cash_difference_satang, 0),
        unit_satang=cash.rounding_satang or 0,
        mode=cash.rounding_mode or "half_up",
    )
    if rounded.difference_satang == event.cash_difference_satang:
        return None
    return Hit(
        fields={"loan": event.loan, "ruled_satang": rounded.difference_satang},
        amount_satang=event.cash_difference_satang,
    )


def _after_write_off(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if written_off_satang(books.registers, f"bank:{body.village}", event.loan) <= 0:
        return None
    return Hit(fields={"loan": event.loan}, amount_satang=event.total_satang)


RULES: Final = (
    EntryRule(
        code="SPLIT_DIFFERS",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="ตามระเบียบ สัญญา {loan} ชำระดอกเบี้ย {interest_satang} ค่าปรับ {fine_satang} บาท ใบเสร็จต่างไป {amount} บาท",
        english="by the bylaws loan {loan} was paid {interest_satang} baht of interest and {fine_satang} of fine: the"
        " receipt is {amount} off",
        next_thai="เทียบใบเสร็จกับตารางชำระ แล้วลงนามพร้อมเหตุผล หรือกลับรายการแล้วลงใหม่",
        next_english="compare the receipt with the schedule; sign why it is right, or reverse it and record it again",
        source="5.8, 9.1",
        events=(LoanRepaymentReceived,),
        check=ruled(_split),
        still=_still_differs,
    ),
    EntryRule(
        code="CASH_ROUNDING_DIFFERS",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="ปัดเศษเงินสดของสัญญา {loan} ไป {amount} บาท ตามระเบียบเป็น {ruled_satang} บาท",
        english="the cash of loan {loan} was rounded by {amount} baht; by the bylaws it is {ruled_satang}",
        next_thai="ลงนามพร้อมเหตุผล หรือกลับรายการแล้วลงใหม่",
        next_english="sign why it is right, or reverse it and record it again",
        source="4.3, 9.1",
        events=_PAYMENTS,
        check=_difference,
    ),
    EntryRule(
        code="PAID_AFTER_WRITE_OFF",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="รับชำระ {amount} บาท ของสัญญา {loan} ที่ตัดเป็นหนี้สูญแล้ว",
        english="{amount} baht were taken as a repayment of loan {loan}, which was written off",
        next_thai="กลับรายการ แล้วบันทึกเป็นรับหนี้สูญ (loan_recovery_received)",
        next_english="reverse it, and record a recovery (loan_recovery_received)",
        source="5.8",
        events=_PAYMENTS,
        check=_after_write_off,
    ),
)
