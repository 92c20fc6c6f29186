"""L1 to L11: what is lent, what is late, who owes most (docs/domain.md sections 7.2 and 9.5)."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Final

from sajja_schemas.accounts import LOANS
from sajja_schemas.calculations.portfolio import arrears_rate, at_risk, par, par_and_rescheduled
from sajja_schemas.indicators.declaring import Answer, Indicator, Lens, Unit, share
from sajja_schemas.registers.lending import GUARANTEES, LENDING, guarantors_of
from sajja_schemas.registers.loans import Loan, dues_between

PAR30: Final = 30
_LARGEST: Final = 10
_ALLOWANCE: Final = (1219,)
INTEREST: Final = (4110, 4111, 4112)


def _par(days_over: int) -> Callable[[Lens], Answer]:
    return lambda lens: par(lens.standings, days_over=days_over)


def _par_with_rescheduled(days_over: int) -> Callable[[Lens], Answer]:
    return lambda lens: par_and_rescheduled(lens.standings, days_over=days_over, on=lens.on)


def _collection(lens: Lens) -> Fraction | None:
    """Money fills the oldest dues first, so an advance on later months collects nothing of this one."""
    first = lens.on.replace(day=1)
    received = due = 0
    for loan in lens.loans:
        found = dues_between(lens.registers, loan, first, lens.on)
        received += found.received_satang
        due += found.due_satang
    return share(received, due)


def _losses(lens: Lens) -> Fraction | None:
    written_off = sum(
        number
        for _key, facts in lens.rows(LENDING)
        for fact, number in facts.items()
        if fact[0] == "written_off" and lens.is_within_year(fact[1])
    )
    return share(written_off, lens.average(LOANS))


def _coverage(lens: Lens) -> Fraction | None:
    return share(lens.credit(_ALLOWANCE), at_risk(lens.standings, days_over=PAR30))


def _yield(lens: Lens) -> Fraction | None:
    return share(-lens.flow(INTEREST), lens.average(LOANS))


def _borrowers(lens: Lens) -> Fraction | None:
    return share(len({(loan.ledger, loan.member) for loan in lens.owed}), len(lens.present))


def _largest(lens: Lens) -> Fraction | None:
    sums: dict[tuple[str, str], int] = {}
    for loan in lens.owed:
        borrower = (loan.ledger, loan.member or loan.loan)
        sums[borrower] = sums.get(borrower, 0) + loan.outstanding_satang
    return share(sum(sorted(sums.values(), reverse=True)[:_LARGEST]), lens.debit(LOANS))


def _guaranteed(lens: Lens) -> Fraction | None:
    """Up to what the member who stands for most stands for loans that are still owed."""
    sums: dict[tuple[str, str], int] = {}
    for loan in _guaranteed_loans(lens):
        for guarantor, satang in guarantors_of(lens.registers, loan.ledger, loan.loan).items():
            sums[loan.ledger, guarantor] = sums.get((loan.ledger, guarantor), 0) + satang
    return share(max(sums.values(), default=0), lens.debit(LOANS))


def _guaranteed_loans(lens: Lens) -> Iterable[Loan]:
    known = lens.registers.all(GUARANTEES)
    return (loan for loan in lens.owed if (loan.ledger, loan.loan) in known)


INDICATORS: Final = (
    Indicator(
        code="ind_l1", unit=Unit.SATANG, thai="เงินให้กู้คงค้าง", english="portfolio", formula="1210 to 1215",
        read=lambda lens: lens.debit(LOANS),
    ),
    *(
        Indicator(
            code=f"ind_l2_par{days}", unit=Unit.RATIO, thai=f"หนี้เสี่ยงเกิน {days} วัน", english=f"PAR{days}",
            formula=f"outstanding principal of loans with an instalment more than {days} days late / portfolio",
            read=_par(days),
        )
        for days in (30, 60, 90)
    ),
    *(
        Indicator(
            code=f"ind_l3_par{days}", unit=Unit.RATIO, thai=f"หนี้เสี่ยงเกิน {days} วัน รวมที่ปรับโครงสร้าง",
            english=f"PAR{days} with rescheduled loans",
            formula=f"PAR{days}, and loans rescheduled within 12 months, each counted once / portfolio",
            read=_par_with_rescheduled(days),
        )
        for days in (30, 60, 90)
    ),
    Indicator(
        code="ind_l4", unit=Unit.RATIO, thai="อัตราค้างชำระ", english="arrears (no portfolio at risk)",
        formula="overdue instalments / portfolio", read=lambda lens: arrears_rate(lens.standings),
    ),
    Indicator(
        code="ind_l5", unit=Unit.RATIO, thai="อัตราเก็บหนี้ได้ของเดือน", english="collected of the month's dues",
        formula="(principal + interest received on the month's dues) / dues of the month until the day; no advances",
        read=_collection,
    ),
    Indicator(
        code="ind_l6", unit=Unit.RATIO, thai="อัตราหนี้สูญ", english="loan loss",
        formula="written off in 12 months / average portfolio", read=_losses,
    ),
    Indicator(
        code="ind_l7", unit=Unit.RATIO, thai="ค่าเผื่อต่อหนี้เสี่ยง", english="risk coverage",
        formula="1219 / outstanding principal at risk over 30 days", read=_coverage,
    ),
    Indicator(
        code="ind_l8", unit=Unit.RATIO, thai="ผลตอบแทนเงินให้กู้", english="portfolio yield",
        formula="(4110 + 4111 + 4112) of 12 months / average portfolio", read=_yield,
    ),
    Indicator(
        code="ind_l9", unit=Unit.SATANG, thai="เงินกู้เฉลี่ยต่อสัญญา", english="average loan",
        formula="portfolio / loans that are owed", read=lambda lens: share(lens.debit(LOANS), len(lens.owed)),
    ),
    Indicator(
        code="ind_l9_borrowers", unit=Unit.RATIO, thai="สัดส่วนผู้กู้", english="borrowers",
        formula="borrowers / members", read=_borrowers,
    ),
    Indicator(
        code="ind_l10", unit=Unit.RATIO, thai="ผู้กู้รายใหญ่สิบราย", english="largest ten borrowers",
        formula="what the ten largest borrowers owe / portfolio", read=_largest,
    ),
    Indicator(
        code="ind_l11", unit=Unit.RATIO, thai="ผู้ค้ำประกันสูงสุด", english="largest guarantor",
        formula="most that one member stands for of loans still owed / portfolio", read=_guaranteed,
    ),
)  # fmt: skip
