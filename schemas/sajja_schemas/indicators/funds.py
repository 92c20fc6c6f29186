"""W1 to W6 and R1 to R3: the welfare fund and the risk fund (docs/domain.md sections 7.2, 9.8 and 9.9)."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from sajja_schemas.calculations.rounding import ratio
from sajja_schemas.calculations.spans import MONTHS_PER_YEAR
from sajja_schemas.events.welfare import BENEFIT_ACCOUNTS
from sajja_schemas.figures import read_fund
from sajja_schemas.indicators.declaring import Answer, Indicator, Lens, Scope, Unit, share
from sajja_schemas.registers import claims
from sajja_schemas.registers.members import Enrolment, enrolments
from sajja_schemas.welfare_rights import Right, Rights

_WELFARE: Final = ("welfare",)
_RISK: Final = ("risk",)
_BENEFITS: Final = tuple(range(5211, 5225))
_ADMIN: Final = tuple(range(5120, 5128))
_MEMBERS_PAID: Final = (4162,)
_CONTRIBUTIONS: Final = (4130, 4150, 4160, 4161, 4162, 4163)
_PREMIUM: Final = (4170,)
_CLAIMS: Final = (5310, 5311, 5312)
_AT_BANK: Final = (1120,)
_PAYABLE: Final = (2310,)


def _enrolled(lens: Lens) -> list[Enrolment]:
    return [one for one in enrolments(lens.registers) if one.village in lens.villages]


def _rights(lens: Lens) -> list[Right]:
    rights = Rights(lens.books, lens.on)
    return [rights.of(one) for one in _enrolled(lens)]


def _in_benefit(lens: Lens) -> Fraction | None:
    found = _rights(lens)
    return share(sum(one.state == "in_benefit" for one in found), len(found))


def _coverage(lens: Lens) -> Fraction | None:
    """Who is in the fund and not in the bank counts, too, so it may pass the whole."""
    return share(len(_enrolled(lens)), len(lens.present))


def _granted(benefit: str) -> Callable[[Lens], Answer]:
    def count(lens: Lens) -> int:
        return sum(
            fact[0] == "approved" and fact[4] == benefit and lens.is_within_year(fact[1])
            for facts in lens.registers.all(claims.REGISTER).values()
            for fact in facts
        )

    return count


def _benefit_satang(account: int) -> Callable[[Lens], Answer]:
    return lambda lens: lens.flow((account,), _WELFARE)


def _runway(lens: Lens) -> Fraction | None:
    """Months until the bank is empty; no answer while the fund takes in what it gives out."""
    out = lens.flow((*_BENEFITS, *_ADMIN), _WELFARE) + lens.flow(_CONTRIBUTIONS, _WELFARE)
    there = lens.debit(_AT_BANK, _WELFARE) - lens.credit(_PAYABLE, _WELFARE)
    return ratio(there * MONTHS_PER_YEAR, out) if out > 0 else None


def _covered(lens: Lens) -> int:
    return sum(loan.covered_satang for loan in lens.owed)


def _largest_covered(lens: Lens) -> int:
    return max((loan.covered_satang for loan in lens.owed), default=0)


def _balance(lens: Lens, fund: str) -> int:
    return read_fund(fund, lens.control_sums)["balance_satang"]


INDICATORS: Final = (
    Indicator(
        code="ind_w1", unit=Unit.RATIO, thai="มีสิทธิรับสวัสดิการ", english="in benefit",
        formula="enrolled, past the waiting days and not lapsed / enrolled", read=_in_benefit,
    ),
    Indicator(
        code="ind_w1_coverage", unit=Unit.RATIO, thai="ความครอบคลุมสวัสดิการ", english="welfare coverage",
        formula="enrolled / members of the banks", read=_coverage,
    ),
    *(
        Indicator(
            code=f"ind_w2_{benefit}", unit=Unit.SATANG, scope=Scope.NETWORK, thai=f"สวัสดิการ {account} ใน 12 เดือน",
            english=f"benefits of 12 months: {benefit}", formula=f"{account} of 12 months",
            read=_benefit_satang(int(account)),
        )
        for benefit, account in BENEFIT_ACCOUNTS.of
    ),
    *(
        Indicator(
            code=f"ind_w2_{benefit}_claims", unit=Unit.COUNT, scope=Scope.NETWORK,
            thai=f"จำนวนคำขอ {account} ใน 12 เดือน", english=f"claims granted in 12 months: {benefit}",
            formula=f"claims of {account} granted in 12 months",
            read=_granted(benefit),
        )
        for benefit, account in BENEFIT_ACCOUNTS.of
    ),
    Indicator(
        code="ind_w3", unit=Unit.RATIO, scope=Scope.NETWORK, thai="สวัสดิการต่อเงินเข้า", english="claims ratio",
        formula="5211 to 5224 / (4130 + 4150 + 4160 to 4163), of 12 months",
        read=lambda lens: share(lens.flow(_BENEFITS, _WELFARE), -lens.flow(_CONTRIBUTIONS, _WELFARE)),
    ),
    Indicator(
        code="ind_w3_members", unit=Unit.RATIO, scope=Scope.NETWORK, thai="สวัสดิการต่อเงินสมาชิก",
        english="claims ratio, members' contributions", formula="5211 to 5224 / 4162, of 12 months",
        read=lambda lens: share(lens.flow(_BENEFITS, _WELFARE), -lens.flow(_MEMBERS_PAID, _WELFARE)),
    ),
    Indicator(
        code="ind_w4", unit=Unit.MONTHS, scope=Scope.NETWORK, thai="กองทุนอยู่ได้อีกกี่เดือน", english="runway",
        formula="(1120 - 2310) / monthly (benefits + administration - contributions), only while that is positive",
        read=_runway,
    ),
    Indicator(
        code="ind_w5", unit=Unit.RATIO, scope=Scope.NETWORK, thai="ค่าบริหารต่อกองทุน", english="cost of administration",
        formula="5120 to 5127 of 12 months / balance of the fund",
        read=lambda lens: share(lens.flow(_ADMIN, _WELFARE), _balance(lens, "welfare")),
    ),
    Indicator(
        code="ind_w6", unit=Unit.PEOPLE, thai="ครบหนึ่งปี ณ 30 กันยายน", english="a full year at 30 September",
        formula="enrolled on every day of the year that ends on 30 September of the day's year",
        read=lambda lens: sum(one.has_full_year for one in _rights(lens)),
    ),
    Indicator(
        code="ind_w6_eligible", unit=Unit.PEOPLE, thai="มีสิทธิขอสมทบ", english="eligible for matching",
        formula="a full year at 30 September, and matched in fewer rounds than the bylaws allow",
        read=lambda lens: sum(one.is_eligible for one in _rights(lens)),
    ),
    Indicator(
        code="ind_r1", unit=Unit.SATANG, thai="เงินต้นที่คุ้มครอง", english="covered principal",
        formula="cover attached to loans, at most what is outstanding", read=_covered,
    ),
    Indicator(
        code="ind_r1_cover", unit=Unit.RATIO, scope=Scope.NETWORK, thai="กองทุนต่อเงินที่คุ้มครอง", english="cover",
        formula="balance of the risk fund / covered principal",
        read=lambda lens: share(_balance(lens, "risk"), _covered(lens)),
    ),
    Indicator(
        code="ind_r2", unit=Unit.RATIO, scope=Scope.NETWORK, thai="สินไหมต่อเบี้ย", english="premium loss",
        formula="5310 to 5312 / 4170, of 12 months",
        read=lambda lens: share(lens.flow(_CLAIMS, _RISK), -lens.flow(_PREMIUM, _RISK)),
    ),
    Indicator(
        code="ind_r3", unit=Unit.SATANG, thai="สินไหมสูงสุดที่เป็นไปได้", english="largest possible claim",
        formula="largest covered principal of one loan", read=_largest_covered,
    ),
    Indicator(
        code="ind_r3_share", unit=Unit.RATIO, scope=Scope.NETWORK, thai="สินไหมสูงสุดต่อกองทุน",
        english="largest claim of the fund", formula="largest covered principal / balance of the risk fund; below 1",
        read=lambda lens: share(_largest_covered(lens), _balance(lens, "risk")),
    ),
)  # fmt: skip
