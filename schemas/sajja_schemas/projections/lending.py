"""Loans with their schedules, the portfolio at risk by age, and what the risk fund covers (docs/domain.md 7.2, 9.5)."""

from collections.abc import Iterator
from typing import Final

import msgspec

from sajja_schemas.accounts import LOANS
from sajja_schemas.calculations.portfolio import PAR_DAYS
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.indicators.declaring import Lens
from sajja_schemas.projections.declaring import (
    MEMBER,
    VILLAGE,
    Projection,
    Row,
    basis_points,
    count,
    day,
    days,
    satang,
    text,
)
from sajja_schemas.projections.stages import AGE, SINCE, STAGE, age_days, stage_of
from sajja_schemas.registers.lending import LENDING, RISK_CLAIMS, guarantors_of, written_off_satang
from sajja_schemas.registers.loans import (
    Instalment,
    Loan,
    approved_satang,
    arrears,
    attached_satang,
    instalments,
    outstanding_satang,
)
from sajja_schemas.registers.noting import latest, sum_of
from sajja_schemas.rules.ledgers import village_of

_LOAN: Final = text("loan", "สัญญา", "loan")


def _loans(lens: Lens) -> Iterator[Row]:
    known = {(loan.ledger, loan.loan): loan for loan in lens.loans}
    asked = {(str(key[0]), str(key[1])): latest(facts, "applied") for key, facts in lens.rows(LENDING)}
    for ledger, name in sorted(known.keys() | asked.keys() | _owed(lens)):
        loan = known.get((ledger, name)) or _without_record(lens, ledger, name)
        applied = asked.get((ledger, name))
        late, next_due, plan = arrears(loan, lens.on), _next_due(lens, loan), loan.plan
        yield (
            village_of(ledger), name,
            loan.member or (str(applied[2]) if applied else None),
            loan.product or (str(applied[3]) if applied else None),
            _state(lens, loan),
            int(applied[4]) if applied else None,
            approved_satang(lens.registers, ledger, name), loan.approved_on,
            loan.lent_satang, loan.lent_on or loan.brought_on, loan.outstanding_satang,
            plan.terms.months if plan else None, plan.terms.rate_bp_month if plan else None,
            plan.method if plan else None, plan.first_due if plan else None, loan.rescheduled_on,
            next_due.on if next_due else None, next_due.principal_satang if next_due else None,
            late.overdue_satang, late.days_late, loan.interest_paid_on,
            sum(guarantors_of(lens.registers, ledger, name).values()),
            loan.covered_satang, written_off_satang(lens.registers, ledger, name),
        )  # fmt: skip


def _owed(lens: Lens) -> set[tuple[str, str]]:
    """Every loan that an account names, whether or not any record does."""
    banks = frozenset(lens.banks)
    return {
        (ledger, sub)
        for (ledger, account, sub), amount in lens.books.balances.items()
        if amount and account in LOANS and ledger in banks
    }


def _without_record(lens: Lens, ledger: str, name: str) -> Loan:
    """Asked for and no more, or named by an account alone."""
    return Loan(
        ledger=ledger, loan=name, member="", product="", lent_satang=0, covered_satang=0, plan=None, approved_on=None,
        rescheduled_on=None, outstanding_satang=outstanding_satang(lens.books.balances, ledger, name),
    )  # fmt: skip


def _state(lens: Lens, loan: Loan) -> str:
    if loan.outstanding_satang:
        return "owed" if loan.outstanding_satang > 0 else "overpaid"
    if loan.lent_on is not None or loan.brought_on is not None:
        given_up = written_off_satang(lens.registers, loan.ledger, loan.loan) > 0
        return "written_off" if given_up else "repaid"
    if sum_of(lens.registers.row(LENDING, (loan.ledger, loan.loan)), "rejected") > 0:
        return "refused"
    return "approved" if loan.approved_on is not None else "asked_for"


def _next_due(lens: Lens, loan: Loan) -> Instalment | None:
    """The first instalment from the day on that is not wholly paid, and what is missing of its principal."""
    if loan.plan is None or loan.outstanding_satang <= 0:
        return None
    left = max(loan.plan.terms.principal_satang - loan.outstanding_satang, 0)
    for one in instalments(loan.plan):
        unpaid = max(one.principal_satang - left, 0)
        left = max(left - one.principal_satang, 0)
        if unpaid and one.on >= lens.on:
            return msgspec.structs.replace(one, principal_satang=unpaid)
    return None


LOAN_LIST: Final = Projection(
    name="loans", thai="เงินกู้", english="loans", key=2, read=_loans,
    about="Every loan that was asked for, approved, paid out or brought forward: a row each. `outstanding_satang` sums "
    "to 1210 to 1215 of the bank. A loan without known terms is never late.",
    columns=(
        VILLAGE, _LOAN, MEMBER, text("product", "ประเภท", "product"),
        text(
            "state", "สถานะ", "state",
            "asked_for, refused, approved, owed, repaid, written_off, overpaid (more came in than went out)",
        ),
        satang("asked_satang", "ขอกู้", "asked for", "of the latest application"),
        satang("approved_satang", "อนุมัติ", "approved", "of the approval that holds: the first"),
        day("approved_on", "วันอนุมัติ", "approved on"),
        satang("lent_satang", "จ่ายกู้", "paid out", "paid out, or brought forward as outstanding"),
        day("lent_on", "วันจ่ายกู้", "paid out on", "or brought forward on"),
        satang("outstanding_satang", "เงินต้นคงเหลือ", "outstanding principal", "1210 to 1215 of the loan"),
        count("months", "จำนวนงวด", "instalments", "of the terms in force"),
        basis_points("rate_bp_month", "ดอกเบี้ยต่อเดือน", "monthly rate", "of the terms in force, in basis points"),
        text("method", "วิธีคิด", "method"),
        day("first_due", "งวดแรก", "first due"),
        day("rescheduled_on", "ปรับโครงสร้าง", "rescheduled on"),
        day("next_due_on", "งวดถัดไป", "next due", "first instalment from the day on that is not wholly paid"),
        satang(
            "next_due_satang", "เงินต้นงวดถัดไป", "principal next due",
            "what is missing of that instalment's principal",
        ),
        satang(
            "overdue_satang", "เงินต้นค้างชำระ", "overdue",
            "unpaid principal of instalments due before the day; money fills the oldest first",
        ),
        days("late_days", "ค้างกี่วัน", "days late", "the day less the date of the oldest instalment not wholly paid"),
        day("interest_paid_on", "จ่ายดอกเบี้ยล่าสุด", "interest last paid"),
        satang(
            "guaranteed_satang", "วงเงินค้ำ", "guaranteed",
            "sum of what guarantors stand for who have not withdrawn",
        ),
        satang("covered_satang", "คุ้มครอง", "covered", "cover that was attached, at most what is outstanding"),
        satang("written_off_satang", "ตัดหนี้สูญ", "written off", "given up, less what came in since"),
    ),
)  # fmt: skip


class _Bucket(msgspec.Struct):
    loans: int = 0
    outstanding_satang: int = 0
    overdue_satang: int = 0


# Days late, from the first to the last of each bucket; the last has no end.
BUCKETS: Final = ((0, 0), *((low + 1, high) for low, high in zip(PAR_DAYS, (*PAR_DAYS[1:], None), strict=True)))


def _par_buckets(lens: Lens) -> Iterator[Row]:
    known = {(loan.ledger, loan.loan): loan for loan in lens.owed}
    found: dict[str, dict[int, _Bucket]] = {ledger: {} for ledger in lens.banks}
    overpaid = dict.fromkeys(lens.banks, 0)
    for ledger, name in _owed(lens):
        loan = known.get((ledger, name)) or _without_record(lens, ledger, name)
        if loan.outstanding_satang <= 0:
            overpaid[ledger] -= loan.outstanding_satang
            continue
        late = lens.standing(loan)
        first = max(start for start, _end in BUCKETS if start <= late.days_at_risk)
        bucket = found[ledger].setdefault(first, _Bucket())
        bucket.loans += 1
        bucket.outstanding_satang += late.outstanding_satang
        bucket.overdue_satang += late.overdue_satang
    for ledger, buckets in found.items():
        whole = sum(bucket.outstanding_satang for bucket in buckets.values())
        for first, last in BUCKETS:
            bucket = buckets.get(first, _Bucket())
            share_bp = half_up(ratio(bucket.outstanding_satang, whole) * BP) if whole else None
            yield (
                village_of(ledger), first, last, bucket.loans, bucket.outstanding_satang, bucket.overdue_satang,
                share_bp, 0 if first else overpaid[ledger],
            )  # fmt: skip


PAR_BUCKETS: Final = Projection(
    name="par_buckets", thai="อายุหนี้ค้างชำระ", english="portfolio at risk by age", key=2, read=_par_buckets,
    about="Five rows a village: loans that are not late, and those late 1 to 30, 31 to 60, 61 to 90 and more than 90 "
    "days. `outstanding_satang` less `overpaid_satang` sums to 1210 to 1215 of the bank; PAR30 is the sum of the rows "
    "from 31 days on over the sum of all.",
    columns=(
        VILLAGE, days("from_days", "ตั้งแต่ (วัน)", "from", "days late of the bucket's first day; 0 is not late"),
        days("to_days", "ถึง (วัน)", "to", "of its last day; the last bucket has none"),
        count("loans", "สัญญา", "loans", "loans that are owed, by the age of their oldest instalment not wholly paid"),
        satang(
            "outstanding_satang", "เงินต้นคงเหลือ", "outstanding principal",
            "whole outstanding principal of those loans",
        ),
        satang("overdue_satang", "ค้างชำระ", "overdue", "unpaid principal of their instalments due before the day"),
        basis_points("share_bp", "สัดส่วน", "share", "outstanding / outstanding of all buckets of the village"),
        satang(
            "overpaid_satang", "ชำระเกิน", "overpaid", "what came in on loans beyond what went out; in the first bucket"
        ),
    ),
)  # fmt: skip


def _risk_cover(lens: Lens) -> Iterator[Row]:
    for loan in lens.owed:
        if loan.covered_satang:
            attached = attached_satang(lens.registers, loan.ledger, loan.loan)
            yield (
                village_of(loan.ledger), loan.loan, loan.member, attached, loan.outstanding_satang,
                loan.covered_satang, loan.outstanding_satang - loan.covered_satang, arrears(loan, lens.on).days_late,
            )  # fmt: skip


RISK_COVER: Final = Projection(
    name="risk_cover", thai="ความคุ้มครองเงินกู้", english="loans that the risk fund covers", key=2, read=_risk_cover,
    about="Every loan that is owed and covered: a row each. `covered_satang` sums to the indicator `ind_r1`.",
    columns=(
        VILLAGE, _LOAN, MEMBER,
        satang(
            "attached_satang", "วงเงินคุ้มครอง", "cover attached",
            "the largest cover that was attached to the loan",
        ),
        satang("outstanding_satang", "เงินต้นคงเหลือ", "outstanding principal", "1210 to 1215 of the loan"),
        satang("covered_satang", "คุ้มครองอยู่", "covered", "cover of the latest word, at most what is outstanding"),
        satang("uncovered_satang", "ไม่คุ้มครอง", "not covered", "outstanding less covered"),
        days("late_days", "ค้างกี่วัน", "days late", "the day less the date of the oldest instalment not wholly paid"),
    ),
)  # fmt: skip


def _risk_claims(lens: Lens) -> Iterator[Row]:
    for (ledger, loan), facts in lens.rows(RISK_CLAIMS):
        filed, approved = latest(facts, "filed"), latest(facts, "approved")
        granted, sent = sum_of(facts, "approved"), sum_of(facts, "sent")
        stage, since = stage_of(facts, granted, "sent")
        yield (
            village_of(str(ledger)), str(loan),
            str(filed[2]) if filed else None,
            str(filed[3]) if filed else (str(approved[2]) if approved else None),
            stage, since, age_days(since, lens.on),
            sum_of(facts, "filed"), granted, sent, sum_of(facts, "received"), granted - sent,
        )  # fmt: skip


RISK_CLAIM_LIST: Final = Projection(
    name="risk_claims", thai="สินไหมประกันความเสี่ยง", english="claims on the risk fund", key=2, read=_risk_claims,
    about="Every loan for which the risk fund was asked to pay: a row each.",
    columns=(
        VILLAGE, _LOAN, MEMBER, text("cause", "สาเหตุ", "cause"), STAGE, SINCE, AGE,
        satang("filed_satang", "ยื่นขอ", "filed", "principal of what was filed"),
        satang("approved_satang", "อนุมัติ", "approved", "sum of what was approved"),
        satang("sent_satang", "กองทุนจ่ายแล้ว", "paid by the fund", "sum of what the fund says that it paid"),
        satang(
            "received_satang", "ธนาคารรับแล้ว", "received by the bank",
            "sum of what the bank says that it received",
        ),
        satang("unpaid_satang", "ค้างจ่าย", "still to be paid", "approved less paid by the fund"),
    ),
)  # fmt: skip
