"""What the funds grant, held to the bylaws of the fund that are in force (docs/domain.md sections 5.9, 5.10 and 9.9).

* A risk claim is at most what is outstanding of the covered principal, and the interest that the bylaws allow: of
  every month that began since interest was last paid, until what happened.
* A cause that the bylaws do not name is not covered; default is only where they say so.
* A benefit is of somebody who had not lapsed on the day of the event, and at most what the fund's table gives.

What is granted has been granted: rules ask and find, and the committee says why. What is not ruled is not found.
"""

from datetime import date
from typing import Any, Final

from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.risk import claim_amount
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.events import Body
from sajja_schemas.events.risk import RiskClaimApproved, RiskClaimFiled
from sajja_schemas.events.ruleset import RiskRules
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import loans
from sajja_schemas.registers.lending import RISK_CLAIMS
from sajja_schemas.registers.noting import latest
from sajja_schemas.rules.declaring import EntryRule

_DAYS_PER_MONTH: Final = 30


def _risk_rules(books: Books, on: date) -> RiskRules | None:
    adopted = in_force(books.rulesets, "risk", on)
    return adopted.rules.risk if adopted is not None else None


def _interest_satang(loan: loans.Loan, on: date) -> int:
    """At most what is owed as interest on a day; a loan without known terms is taken to owe a tenth."""
    since = loan.interest_paid_on or loan.lent_on or loan.brought_on
    if loan.plan is None or since is None:
        return loan.outstanding_satang // 10
    terms = loan.plan.terms
    of_satang = terms.principal_satang if loan.plan.method == "flat_bullet" else loan.outstanding_satang
    months = max(-(-(on - since).days // _DAYS_PER_MONTH), 1)
    return half_up(ratio(max(of_satang, 0) * terms.rate_bp_month * months, BP))


def _beyond_cover(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, RiskClaimApproved)
    ledger = f"bank:{body.village}"
    loan = loans.loan_of(books.registers, books.balances, ledger, event.loan)
    if loan is None:
        return None  # of a loan that is not known here yet
    filed = latest(books.registers.row(RISK_CLAIMS, (ledger, event.loan)), "filed")
    rules = _risk_rules(books, body.date)
    allowed = claim_amount(
        covered_satang=_covered_satang(loan, event, rules),
        principal_owed_satang=max(loan.outstanding_satang, 0),
        interest_owed_satang=_interest_satang(loan, date.fromisoformat(str(filed[4])) if filed else body.date),
        interest_covered=loan.covered_satang > 0 and (rules is None or rules.interest_covered is not False),
    )
    if event.amount_satang <= allowed:
        return None
    return Hit(fields={"loan": event.loan}, amount_satang=event.amount_satang - allowed)


def _covered_satang(loan: loans.Loan, event: RiskClaimApproved, rules: RiskRules | None) -> int:
    most = rules.default_covered_max_satang if rules is not None and event.cause == "default" else None
    return loan.covered_satang if most is None else min(loan.covered_satang, most)


def _cause(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    rules = _risk_rules(books, body.date)
    if rules is None:
        return None
    if event.cause == "default":
        is_covered = rules.default_cover is not False
    else:
        is_covered = not rules.causes or event.cause in rules.causes
    asked = event.principal_satang + event.interest_satang if isinstance(event, RiskClaimFiled) else event.amount_satang
    return None if is_covered else Hit(fields={"loan": event.loan, "cause": event.cause}, amount_satang=asked)


RULES: Final = (
    EntryRule(
        code="CLAIM_BEYOND_COVER",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="อนุมัติสินไหมของสัญญา {loan} เกินความคุ้มครอง {amount} บาท",
        english="the claim of loan {loan} was granted {amount} baht beyond its cover",
        next_thai="กลับรายการอนุมัติ แล้วอนุมัติใหม่ไม่เกินเงินต้นคุ้มครองที่ยังค้างและดอกเบี้ย",
        next_english="reverse the approval, and grant at most the covered principal still owed, and its interest",
        source="5.10",
        events=(RiskClaimApproved,),
        check=_beyond_cover,
    ),
    EntryRule(
        code="CAUSE_NOT_COVERED",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="สินไหม {amount} บาท ของสัญญา {loan} มีเหตุ ({cause}) ที่ระเบียบกองทุนไม่คุ้มครอง",
        english="{amount} baht for loan {loan} are of a cause ({cause}) that the fund's bylaws do not cover",
        next_thai="ปฏิเสธพร้อมเหตุผล หรือกลับรายการอนุมัติ",
        next_english="refuse and say why, or reverse the approval",
        source="4, 5.10",
        events=(RiskClaimFiled, RiskClaimApproved),
        check=_cause,
    ),
)
