"""What the bylaws in force say, on the business date of the entry (docs/domain.md section 4).

A breach of bylaws is asked about at the author and never refused: the room may know why. Where nothing is ruled,
nothing is found.
"""

from collections.abc import Callable
from typing import Any, Final

from sajja_schemas.bylaws.history import in_force
from sajja_schemas.bylaws.ruling import ledger_ruling, product_ruling
from sajja_schemas.bylaws.variance import contribution_satang, late_fine_satang, premium_satang, ruleset_variance
from sajja_schemas.calculations.loans import borrowing_limit
from sajja_schemas.calculations.spans import whole_months
from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.lending import LoanApplied
from sajja_schemas.events.loan_accounts import LoanFineCharged, LoanPrepaid, LoanRescheduled, LoanWrittenOff
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.ruleset import Bylaws, LoanProduct
from sajja_schemas.events.savings import SavingsFineCharged, SharePledgeSet
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.events.welfare_claims import WelfareClaimSubmitted
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import loans, savings
from sajja_schemas.registers.members import REGISTER as MEMBERS
from sajja_schemas.registers.members import member_of
from sajja_schemas.registers.noting import latest
from sajja_schemas.registers.owing import fines_of_arrears, penalty_cap_satang
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.members import saved_satang


def rules_for(books: Books, body: Body) -> Bylaws | None:
    """The bylaws by which an entry is done; None where nothing is ruled."""
    adopted = in_force(books.rulesets, ledger_ruling(body.event, body.village), body.date)
    return adopted.rules if adopted is not None else None


def ruled(ask: Callable[[Books, Body, Any, Bylaws], Hit | None]) -> Callable[[Books, Body], Hit | None]:
    """A check that is asked only where bylaws are in force."""

    def check(books: Books, body: Body) -> Hit | None:
        rules = rules_for(books, body)
        return None if rules is None else ask(books, body, body.event, rules)

    return check


def other_version(books: Books, body: Body) -> Hit | None:
    """An entry by another version of the bylaws than the one in force."""
    other = ruleset_variance(books.rulesets, body)
    if other is None:
        return None
    return Hit(
        fields={"ledger": other.ledger, "used": other.used, "in_force": other.in_force},
        amount_satang=other.variance_satang,
    )


def _off(wanted: int | None, taken: int, **fields: Any) -> Hit | None:
    """Where something is ruled and something else was taken."""
    if wanted is None or wanted == taken:
        return None
    return Hit(fields={**fields, "ruled_satang": wanted}, amount_satang=taken - wanted)


def _pledge(_books: Books, _body: Body, event: SharePledgeSet, rules: Bylaws) -> Hit | None:
    least, most = rules.pledge_min_satang or 0, rules.pledge_max_satang
    if event.amount_satang >= least and (most is None or event.amount_satang <= most):
        return None
    return Hit(
        fields={"member": event.member, "least_satang": least, "most_satang": most or 0},
        amount_satang=event.amount_satang,
    )


def _pledges(books: Books, body: Body, event: SharePledgeSet, rules: Bylaws) -> Hit | None:
    allowed = rules.shares.pledge_changes_per_year if rules.shares else None
    facts = books.registers.row(savings.SAVINGS, (body.village, event.member))
    pledged = [fact for fact in facts if fact[0] == "pledged"]
    year = f"{body.date.year}-"
    changes = sum(str(fact[2]).startswith(year) for fact in sorted(pledged)[1:]) + bool(pledged)
    if allowed is None or changes <= allowed:
        return None
    return Hit(fields={"member": event.member, "times": changes, "allowed": allowed})


def _fine(_books: Books, _body: Body, event: SavingsFineCharged, rules: Bylaws) -> Hit | None:
    return _off(late_fine_satang(rules, len(event.months)), event.amount_satang, member=event.member)


def _contribution(_books: Books, _body: Body, event: WelfareContributionReceived, rules: Bylaws) -> Hit | None:
    return _off(contribution_satang(rules, len(event.months)), event.amount_satang, member=event.member)


def _premium(books: Books, body: Body, event: LoanDisbursed, rules: Bylaws) -> Hit | None:
    granted_satang = loans.attached_satang(books.registers, f"bank:{body.village}", event.loan)
    if not event.premium_satang and not granted_satang:
        return None  # granted without cover: that was the committee's choice
    # Or with cover of a part: that was its choice, too.
    return _off(premium_satang(rules, event, granted_satang or None), event.premium_satang, loan=event.loan)


def _loan(books: Books, body: Body, event: LoanApplied | LoanApproved, rules: Bylaws) -> Hit | None:
    product = product_ruling(rules, event)
    if product is None:
        return None
    most = borrowing_limit(
        shares_satang=max(saved_satang(books, body.village, 3110, event.member), 0),
        multiple_of_savings=product.multiple_of_savings,
        max_satang=product.max_satang,
    )
    if event.amount_satang <= most:
        return None
    return Hit(
        fields={"loan": event.loan, "asked_satang": event.amount_satang, "most_satang": most},
        amount_satang=event.amount_satang - most,
    )


def _too_new(books: Books, body: Body, event: LoanApplied | LoanApproved, rules: Bylaws) -> Hit | None:
    product = product_ruling(rules, event)
    needed = product.membership_months_min if product is not None else None
    member = member_of(books.registers, body.village, event.member)
    if needed is None or member is None or member.joined is None:
        return None
    months = max(whole_months(member.joined, body.date), 0)
    if months >= needed:
        return None
    return Hit(
        fields={"loan": event.loan, "member": event.member, "since": months, "needed": needed},
        amount_satang=event.amount_satang,
    )


def _terms(_books: Books, _body: Body, event: LoanApproved, rules: Bylaws) -> Hit | None:
    product = product_ruling(rules, event)
    if product is None or (event.months <= product.max_months and event.rate_bp_month == product.rate_bp_month):
        return None
    return Hit(
        fields={"loan": event.loan, "months": event.months, "rate": _percent(event), "most": product.max_months,
                "ruled_rate": _percent(product)},
        amount_satang=event.amount_satang,
    )  # fmt: skip


def _percent(of: LoanApproved | LoanProduct) -> str:
    return f"{of.rate_bp_month / 100:.2f}"


def _lapsed(books: Books, body: Body, event: LoanDisbursed, rules: Bylaws) -> Hit | None:
    product = product_ruling(rules, event)
    loan = loans.loan_of(books.registers, books.balances, f"bank:{body.village}", event.loan)
    if product is None or product.approval_days_max is None or loan is None or loan.approved_on is None:
        return None
    days = (body.date - loan.approved_on).days
    if days <= product.approval_days_max:
        return None
    return Hit(fields={"loan": event.loan, "waited": days, "allowed": product.approval_days_max})


def _penalty(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    fine: int = event.amount_satang if isinstance(event, LoanFineCharged) else event.fine_satang
    # Nine in ten repayments have no penalty: nobody looks up rules for them.
    rules = rules_for(books, body) if fine else None
    cap = rules.loans.yearly_cost_max_bp if rules and rules.loans else None
    loan = loans.loan_of(books.registers, books.balances, f"bank:{body.village}", event.loan) if cap else None
    if cap is None or loan is None or loan.plan is None:
        return None
    most = penalty_cap_satang(loan, body.date, cap_bp_year=cap)
    # Ten small fines are one large one.
    taken = fine + fines_of_arrears(books.registers, loan, body.date)
    if taken <= most:
        return None
    return Hit(fields={"loan": event.loan, "most_satang": most}, amount_satang=min(taken - most, fine))


def _reschedules(_books: Books, _body: Body, event: LoanRescheduled, rules: Bylaws) -> Hit | None:
    allowed = rules.loans.reschedules_max if rules.loans else None
    if allowed is None or event.times <= allowed:
        return None
    return Hit(
        fields={"loan": event.loan, "times": event.times, "allowed": allowed}, amount_satang=event.principal_satang
    )


def _write_off(books: Books, body: Body, event: LoanWrittenOff, rules: Bylaws) -> Hit | None:
    needed = rules.loans.write_off_after_days if rules.loans else None
    loan = loans.loan_of(books.registers, books.balances, f"bank:{body.village}", event.loan)
    late = loans.days_late(loan, body.date) if loan is not None else 0
    if needed is None or late >= needed:
        return None
    return Hit(fields={"loan": event.loan, "late": late, "needed": needed}, amount_satang=event.principal_satang)


def _window(_books: Books, body: Body, event: WelfareClaimSubmitted, rules: Bylaws) -> Hit | None:
    window = rules.welfare.claim_window_days if rules.welfare else None
    days = (body.date - event.happened).days
    if window is None or 0 <= days <= window:
        return None
    return Hit(fields={"claim": event.claim, "after": days, "allowed": window}, amount_satang=event.amount_satang)


def _waiting(books: Books, body: Body, event: WelfareClaimSubmitted, rules: Bylaws) -> Hit | None:
    enrolled = latest(books.registers.row(MEMBERS, (body.village, event.member)), "enrolled", "back_in_welfare")
    if rules.welfare_waiting_days is None or enrolled is None:
        return None
    member = (event.happened.toordinal() - body.date.fromisoformat(str(enrolled[2])).toordinal()) if enrolled[2] else 0
    if member >= rules.welfare_waiting_days:
        return None
    return Hit(
        fields={"claim": event.claim, "member": event.member, "after": member, "needed": rules.welfare_waiting_days},
        amount_satang=event.amount_satang,
    )


def _rule(
    code: str, severity: Severity, owner: Owner, source: str, events: tuple[type[Event], ...],
    check: Callable[[Books, Body], Hit | None], said: tuple[str, str], to_do: tuple[str, str],
) -> EntryRule:  # fmt: skip
    return EntryRule(
        code=code, severity=severity, owner=owner, source=source, events=events, check=check,
        thai=said[0], english=said[1], next_thai=to_do[0], next_english=to_do[1],
    )  # fmt: skip


_MEDIUM, _LOW = Severity.MEDIUM, Severity.LOW
_COMMITTEE, _TREASURER, _NETWORK = Owner.COMMITTEE, Owner.TREASURER, Owner.NETWORK
_DECIDE: Final = ("กรรมการพิจารณา แล้วลงนามปิดข้อสังเกตพร้อมเหตุผล", "the committee decides, and signs it off with its reason")
_TAKE: Final = ("เก็บเพิ่มหรือคืนส่วนต่าง หรือลงนามพร้อมเหตุผล", "take or give back the difference, or sign why it is right")

OLD_BYLAWS: Final = _rule(
    "OLD_BYLAWS", _MEDIUM, _COMMITTEE, "4.5, 5.16, 9.12", (), other_version,
    (
        "ใช้ระเบียบฉบับที่ {used} ของ {ledger} ทั้งที่ฉบับที่ {in_force} ใช้บังคับ ต่างกัน {amount} บาท",
        "version {used} of the bylaws of {ledger} was used where {in_force} is in force: {amount} baht",
    ),
    ("กรรมการตัดสินว่าจะกลับรายการแล้วลงใหม่ หรือยอมรับส่วนต่าง", "the committee decides: reverse and rebook, or accept it"),
)  # fmt: skip

RULES: Final = (
    _rule(
        "PLEDGE_OUT_OF_BOUNDS", _LOW, _COMMITTEE, "4, 5.7", (SharePledgeSet,), ruled(_pledge),
        (
            "{member} ตั้งยอดสัจจะ {amount} บาท นอกช่วง {least_satang} ถึง {most_satang} บาท",
            "{member} pledges {amount} baht, not between {least_satang} and {most_satang}",
        ),
        _DECIDE,
    ),
    _rule(
        "PLEDGE_CHANGED_TOO_OFTEN", _LOW, _COMMITTEE, "4, 5.7, 9.10", (SharePledgeSet,), ruled(_pledges),
        (
            "{member} เปลี่ยนยอดสัจจะครั้งที่ {times} ในปีนี้ ระเบียบให้ {allowed} ครั้ง",
            "{member} changes the pledge {times} times this year; the bylaws allow {allowed}",
        ),
        _DECIDE,
    ),
    _rule(
        "FINE_DIFFERS", _LOW, _TREASURER, "4, 5.7", (SavingsFineCharged,), ruled(_fine),
        (
            "ค่าปรับสัจจะของ {member} ควรเป็น {ruled_satang} บาท ต่างไป {amount} บาท",
            "the fine of {member} is {ruled_satang} baht by the bylaws: {amount} off",
        ),
        _TAKE,
    ),
    _rule(
        "CONTRIBUTION_DIFFERS", _LOW, _TREASURER, "4, 5.9, 9.9", (WelfareContributionReceived,), ruled(_contribution),
        (
            "สมทบสวัสดิการของ {member} ควรเป็น {ruled_satang} บาท ต่างไป {amount} บาท",
            "the contribution of {member} is {ruled_satang} baht by the bylaws: {amount} off",
        ),
        _TAKE,
    ),
    _rule(
        "PREMIUM_DIFFERS", _MEDIUM, _TREASURER, "4, 5.10", (LoanDisbursed,), ruled(_premium),
        (
            "เบี้ยประกันของสัญญา {loan} ควรเป็น {ruled_satang} บาท ต่างไป {amount} บาท",
            "the premium of loan {loan} is {ruled_satang} baht by the bylaws: {amount} off",
        ),
        _TAKE,
    ),
    _rule(
        "LOAN_BEYOND_LIMIT", _MEDIUM, _COMMITTEE, "4, 5.8", (LoanApplied, LoanApproved), ruled(_loan),
        (
            "เงินกู้ {loan} {asked_satang} บาท เกินวงเงิน {most_satang} บาท อยู่ {amount} บาท",
            "loan {loan} of {asked_satang} baht is {amount} baht beyond its limit of {most_satang}",
        ),
        _DECIDE,
    ),
    _rule(
        "BORROWER_TOO_NEW", _LOW, _COMMITTEE, "4, 5.8", (LoanApplied, LoanApproved), ruled(_too_new),
        (
            "{member} ขอกู้ {loan} เมื่อเป็นสมาชิก {since} เดือน ระเบียบให้ครบ {needed} เดือน",
            "{member} borrows (loan {loan}) after {since} months of membership; the bylaws ask for {needed}",
        ),
        _DECIDE,
    ),
    _rule(
        "LOAN_TERMS_DIFFER", _LOW, _COMMITTEE, "4, 5.8", (LoanApproved,), ruled(_terms),
        (
            "เงินกู้ {loan} {months} งวด {rate} % ต่อเดือน ระเบียบให้ไม่เกิน {most} งวด {ruled_rate} %",
            "loan {loan} runs {months} months at {rate} %; the bylaws say {most} at most, at {ruled_rate} %",
        ),
        _DECIDE,
    ),
    _rule(
        "APPROVAL_LAPSED", _LOW, _COMMITTEE, "4, 9.10", (LoanDisbursed,), ruled(_lapsed),
        (
            "จ่ายเงินกู้ {loan} หลังอนุมัติ {waited} วัน ระเบียบให้ {allowed} วัน",
            "loan {loan} was paid out {waited} days after its approval; the bylaws allow {allowed}",
        ),
        _DECIDE,
    ),
    _rule(
        "PENALTY_OVER_CAP", _MEDIUM, _COMMITTEE, "4, 5.8, 9.7",
        (LoanFineCharged, LoanRepaymentReceived, LoanPrepaid), _penalty,
        (
            "ค่าปรับสัญญา {loan} เกินเพดาน {most_satang} บาท อยู่ {amount} บาท",
            "the penalty of loan {loan} is {amount} baht beyond the {most_satang} that the cap leaves",
        ),
        ("คืนส่วนที่เกิน (กฎหมายจำกัดดอกเบี้ยและค่าปรับรวม)", "give back the excess: the law caps interest and penalty together"),
    ),
    _rule(
        "RESCHEDULED_TOO_OFTEN", _LOW, _COMMITTEE, "4, 5.8", (LoanRescheduled,), ruled(_reschedules),
        (
            "ปรับโครงสร้างสัญญา {loan} ครั้งที่ {times} ระเบียบให้ {allowed} ครั้ง",
            "loan {loan} is rescheduled for the {times}. time; the bylaws allow {allowed}",
        ),
        _DECIDE,
    ),
    _rule(
        "WRITTEN_OFF_EARLY", _MEDIUM, _COMMITTEE, "4, 5.8", (LoanWrittenOff,), ruled(_write_off),
        (
            "ตัดหนี้สูญสัญญา {loan} {amount} บาท ที่ค้าง {late} วัน ระเบียบให้ค้าง {needed} วันก่อน",
            "loan {loan} of {amount} baht was written off at {late} days late; the bylaws ask for {needed}",
        ),
        _DECIDE,
    ),
    _rule(
        "CLAIM_OUTSIDE_WINDOW", _LOW, _NETWORK, "4, 5.9, 9.9", (WelfareClaimSubmitted,), ruled(_window),
        (
            "ยื่นคำขอ {claim} หลังเหตุ {after} วัน ระเบียบให้ {allowed} วัน",
            "the claim {claim} comes {after} days after the event; the bylaws allow {allowed}",
        ),
        ("เครือข่ายยกเว้นพร้อมเหตุผล (เช่น น้ำท่วม) หรือปฏิเสธ", "the network waives it with a reason (a flood), or refuses"),
    ),
    _rule(
        "CLAIM_BEFORE_BENEFIT", _MEDIUM, _NETWORK, "4, 5.9, 9.9", (WelfareClaimSubmitted,), ruled(_waiting),
        (
            "{member} ยื่นคำขอ {claim} เหตุเกิดหลังเข้ากองทุน {after} วัน ต้องครบ {needed} วัน",
            "{member} claims {claim} for an event {after} days after joining; benefit begins after {needed}",
        ),
        ("ปฏิเสธพร้อมเหตุผล", "refuse, and say why"),
    ),
)  # fmt: skip
