"""What the funds grant, held to the bylaws of the fund that are in force (docs/domain.md sections 5.9, 5.10 and 9.9).

* A risk claim is at most what is outstanding of the covered principal, and the interest that the bylaws allow: of
  every month that began since interest was last paid, until what happened. All is read as of the day of the approval,
  whatever arrived first; and what was granted before and is not paid has used its part up.
* A cause that the bylaws do not name is not covered; default is only where they say so. Cover begins when the waiting
  days behind the payment of the loan are over.
* A benefit is of somebody who had not lapsed on the day of the event, and at most what the fund's table gives.

What is granted has been granted: rules ask and find, and the committee says why. What is not ruled is not found.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.benefits import benefit_year
from sajja_schemas.calculations.risk import claim_amount
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.welfare import Tier, tier_amount
from sajja_schemas.events import Body
from sajja_schemas.events.risk import RiskClaimApproved, RiskClaimFiled
from sajja_schemas.events.ruleset import BenefitRule, RiskRules
from sajja_schemas.events.welfare import WelfareClaimApproved
from sajja_schemas.events.welfare_claims import WelfareClaimSubmitted
from sajja_schemas.findings import Finding, Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import loans
from sajja_schemas.registers.claims import granted_of
from sajja_schemas.registers.lending import RISK_CLAIMS
from sajja_schemas.registers.members import REGISTER as MEMBERS
from sajja_schemas.registers.members import Enrolment
from sajja_schemas.registers.noting import Fact, latest
from sajja_schemas.registers.owing import before, interest_paid_before
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.welfare_rights import Rights

_DAYS_PER_MONTH: Final = 30


def _risk_rules(books: Books, on: date) -> RiskRules | None:
    adopted = in_force(books.rulesets, "risk", on)
    return adopted.rules.risk if adopted is not None else None


def _interest_satang(loan: loans.Loan, paid_on: date | None, on: date) -> int:
    """At most what is owed as interest on a day; a loan without known terms is taken to owe a tenth."""
    since = paid_on or loan.lent_on or loan.brought_on
    if loan.plan is None or since is None:
        return loan.outstanding_satang // 10
    terms = loan.plan.terms
    of_satang = terms.principal_satang if loan.plan.method == "flat_bullet" else loan.outstanding_satang
    months = max(-(-(on - since).days // _DAYS_PER_MONTH), 1)
    return half_up(ratio(max(of_satang, 0) * terms.rate_bp_month * months, BP))


def _beyond_cover(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, RiskClaimApproved)
    beyond = _satang_beyond_cover(books, body.village, event.loan, event.cause, event.amount_satang, body.date)
    if beyond <= 0:
        return None
    said = {"cause": event.cause, "granted_satang": event.amount_satang, "approved_on": body.date.isoformat()}
    return Hit(fields={"loan": event.loan, **said}, amount_satang=beyond)


def _still_beyond_cover(books: Books, finding: Finding) -> bool:
    """What was paid on the loan before may have arrived later."""
    said: dict[str, Any] = finding.fields
    on, granted = date.fromisoformat(said["approved_on"]), said["granted_satang"]
    return _satang_beyond_cover(books, finding.village, said["loan"], said["cause"], granted, on, is_counted=True) > 0


def _satang_beyond_cover(
    books: Books, village: str, name: str, cause: str, granted: int, on: date, *, is_counted: bool = False
) -> int:
    """What a claim that is granted on a day is more than the loan's cover leaves, as the loan was before that day.

    `is_counted` says whether it is among what was granted; nothing is beyond on a loan that is not known here yet.
    """
    registers, ledger = books.registers, f"bank:{village}"
    loan = loans.loan_of(registers, books.balances, ledger, name)
    if loan is None:
        return 0
    row, rules = registers.row(RISK_CLAIMS, (ledger, name)), _risk_rules(books, on)
    filed, then = latest(row, "filed"), before(registers, loan, on)
    covered = min(loans.attached_satang(registers, ledger, name) or 0, max(then.outstanding_satang, 0))
    most = rules.default_covered_max_satang if rules is not None and cause == "default" else None
    happened = date.fromisoformat(str(filed[4])) if filed else on
    allowed = claim_amount(
        covered_satang=covered if most is None else min(covered, most),
        principal_owed_satang=max(then.outstanding_satang, 0),
        interest_owed_satang=_interest_satang(then, interest_paid_before(registers, loan, on), happened),
        interest_covered=covered > 0 and (rules is None or rules.interest_covered is not False),
    )
    # What was granted before and is not paid yet has used its part of the cover up.
    waiting = sum(_up_to(row, on, "approved")) - sum(_up_to(row, on, "sent")) - (granted if is_counted else 0)
    return granted - max(allowed - max(waiting, 0), 0)


def _up_to(row: Mapping[Fact, int], on: date, word: str) -> Iterator[int]:
    return (number for fact, number in row.items() if fact[0] == word and str(fact[1]) <= on.isoformat())


def _in_waiting(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, RiskClaimFiled)
    rules = _risk_rules(books, body.date)
    loan = loans.loan_of(books.registers, books.balances, f"bank:{body.village}", event.loan)
    if rules is None or not rules.waiting_days or loan is None or loan.lent_on is None:
        return None  # what was brought forward was covered before
    days = (event.happened - loan.lent_on).days
    if days >= rules.waiting_days:
        return None
    return Hit(
        fields={"loan": event.loan, "after": max(days, 0), "needed": rules.waiting_days},
        amount_satang=event.principal_satang + event.interest_satang,
    )


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


def _enrolled(books: Books, village: str, member: str) -> Enrolment | None:
    """Whose membership it is or was: the dead had theirs, too."""
    facts = books.registers.row(MEMBERS, (village, member))
    joined, back = latest(facts, "enrolled"), latest(facts, "back_in_welfare")
    if joined is None or not joined[2]:
        return None
    day = date.fromisoformat(str(joined[2]))
    waiting_from = date.fromisoformat(str(back[2])) if back is not None and back[2] else day
    return Enrolment(village=village, member=member, joined=day, waiting_from=waiting_from)


def _has_lapsed(books: Books, village: str, member: str, happened: date) -> bool:
    enrolled = _enrolled(books, village, member)
    return enrolled is not None and Rights(books, happened).of(enrolled).state == "lapsed"


def _lapsed(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if not _has_lapsed(books, body.village, event.member, event.happened):
        return None
    return Hit(
        fields={"claim": event.claim, "member": event.member, "happened_on": event.happened.isoformat()},
        amount_satang=event.amount_satang,
    )


def _still_lapsed(books: Books, finding: Finding) -> bool:
    happened = date.fromisoformat(str(finding.fields["happened_on"]))
    return _has_lapsed(books, finding.village, str(finding.fields["member"]), happened)


def _beyond_table(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, WelfareClaimApproved)
    adopted = in_force(books.rulesets, "welfare", event.happened)
    welfare = adopted.rules.welfare if adopted is not None else None
    line = next((one for one in welfare.benefits if one.benefit == event.benefit), None) if welfare else None
    enrolled = _enrolled(books, body.village, event.member)
    if welfare is None or line is None or enrolled is None or event.happened < enrolled.joined:
        return None
    basis = welfare.year_basis or "calendar"
    caps = [_case_max_satang(line, enrolled.joined, event.happened)]
    if line.year_max_satang is not None:
        year = benefit_year(event.happened, year_basis=basis, member_since=enrolled.joined)
        given = sum(
            satang
            for claim, happened, satang in granted_of(books.registers, body.village, event.member, event.benefit)
            if claim != event.claim
            and happened >= enrolled.joined
            and benefit_year(happened, year_basis=basis, member_since=enrolled.joined) == year
        )
        caps.append(max(line.year_max_satang - given, 0))
    most = min((cap for cap in caps if cap is not None), default=event.amount_satang)
    if event.amount_satang <= most:
        return None
    return Hit(
        fields={"claim": event.claim, "member": event.member, "most_satang": most},
        amount_satang=event.amount_satang - most,
    )


def _case_max_satang(line: BenefitRule, joined: date, happened: date) -> int | None:
    """The most of one claim; how many nights a stay had is said where it is asked for, and only the caps bind."""
    if line.per == "night":
        nights = line.nights_year_max
        caps = (line.case_max_satang, line.amount_satang * nights if nights is not None else None)
        return min((cap for cap in caps if cap is not None), default=None)
    tiers = [
        Tier(amount_satang=one.amount_satang, from_days=one.from_days or 0, from_months=one.from_months or 0)
        for one in line.tiers
    ]
    return tier_amount(tiers, member_since=joined, on=happened) if tiers else line.amount_satang


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
        still=_still_beyond_cover,
    ),
    EntryRule(
        code="CLAIM_WITHIN_WAITING",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="สินไหม {amount} บาท ของสัญญา {loan} มีเหตุหลังจ่ายกู้ {after} วัน ระเบียบให้รอ {needed} วัน",
        english="{amount} baht are claimed for loan {loan} of what happened {after} days after it was paid out; the"
        " bylaws wait {needed}",
        next_thai="กรรมการกองทุนพิจารณา แล้วลงนามปิดข้อสังเกตพร้อมเหตุผล",
        next_english="the fund's committee decides, and signs it off with its reason",
        source="4, 5.10",
        events=(RiskClaimFiled,),
        check=_in_waiting,
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
    EntryRule(
        code="CLAIM_AFTER_LAPSE",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="คำขอ {claim} ของ {member} {amount} บาท เหตุเกิด {happened_on} หลังขาดสภาพสมาชิกกองทุน",
        english="the claim {claim} of {member} for {amount} baht is of {happened_on}, after the membership lapsed",
        next_thai="ตรวจเงินสมทบที่ยังไม่บันทึก ถ้าไม่มีให้ปฏิเสธพร้อมเหตุผล",
        next_english="look for contributions that are not recorded; without any, refuse and say why",
        source="4, 5.9, 9.9",
        events=(WelfareClaimSubmitted, WelfareClaimApproved),
        check=_lapsed,
        still=_still_lapsed,
    ),
    EntryRule(
        code="BENEFIT_BEYOND_RULE",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="อนุมัติคำขอ {claim} ของ {member} เกิน {most_satang} บาทตามระเบียบ อยู่ {amount} บาท",
        english="the claim {claim} of {member} was granted {amount} baht beyond the {most_satang} that the bylaws give",
        next_thai="กลับรายการอนุมัติ แล้วอนุมัติใหม่ตามระเบียบ หรือลงนามพร้อมเหตุผล",
        next_english="reverse the approval and grant what the bylaws give, or sign why it is right",
        source="4, 5.9, 9.9",
        events=(WelfareClaimApproved,),
        check=_beyond_table,
    ),
)
