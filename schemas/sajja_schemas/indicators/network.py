"""N1 to N6: the pool, what is unmatched, order, and the groups (docs/domain.md section 7.2).

N4 (hours since a device was heard) is of the server alone: no signed entry says when it arrived. It stands in the
projection of the villages' sync, and not here.
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Final

from sajja_schemas import rules
from sajja_schemas.calculations.portfolio import at_risk
from sajja_schemas.calculations.spans import MONTHS_PER_YEAR, first_day_of, last_day_of, month_number
from sajja_schemas.entry import OFFICE
from sajja_schemas.figures import read_fund
from sajja_schemas.indicators.declaring import Indicator, Lens, Scope, Unit, share
from sajja_schemas.registers import members, papers
from sajja_schemas.registers.reported import CLOSES, SHARED, VARIANCES
from sajja_schemas.rules.ages import CLOSE_DAYS_MAX

_POOL: Final = ("network",)
_LENT: Final = (1310,)
_SALES: Final = (4210, 4220)
_GROUP_PORTFOLIO: Final = "group"
_OLD_DAYS: Final = 90
_PAR_DAYS: Final = 30


def pool_satang(lens: Lens) -> int:
    """What the pool has to lend: its capital, and what villages deposited."""
    figures = read_fund("network", lens.control_sums)
    return figures["capital_satang"] + figures["deposits_satang"]


def _concentration(lens: Lens) -> Fraction | None:
    lent = [
        amount
        for (ledger, account, _village), amount in lens.books.balances.items()
        if ledger in _POOL and account in _LENT
    ]
    return share(max(lent, default=0), pool_satang(lens))


def _unmatched(lens: Lens) -> int:
    return sum(abs(one.difference_satang) for one in lens.books.transit.values())


def _oldest_unmatched(lens: Lens) -> int:
    return max(((lens.on - one.since).days for one in lens.books.transit.values()), default=0)


def _closed_on_time(lens: Lens) -> Fraction | None:
    """Of the months of the last year that may be closed by now, from the first that a bank closed."""
    on_time = asked = 0
    last = month_number(lens.on - timedelta(days=CLOSE_DAYS_MAX))
    for bank in lens.banks:
        closed = {str(fact[0]): str(fact[1]) for fact in sorted(lens.registers.row(CLOSES, (bank,)), reverse=True)}
        for month in range(last - MONTHS_PER_YEAR, last):
            name = f"{first_day_of(month):%Y-%m}"
            if closed and min(closed) <= name:
                until = last_day_of(month) + timedelta(days=CLOSE_DAYS_MAX)
                asked += 1
                on_time += name in closed and closed[name] <= until.isoformat()
    return share(on_time, asked)


def _variances(lens: Lens) -> Iterator[int]:
    for _key, facts in lens.rows(VARIANCES):
        for (day, _direction), satang in facts.items():
            if lens.is_within_year(day):
                yield satang


def _old_findings(lens: Lens) -> int:
    """Findings that say since when they stand, and have for more than ninety days."""
    since = (lens.on - timedelta(days=_OLD_DAYS)).isoformat()
    return sum(
        str(finding.fields["since_on"]) < since
        for finding in rules.findings(lens.books, lens.on)
        if "since_on" in finding.fields and finding.village in lens.villages | {OFFICE}
    )


def _women_in_committees(lens: Lens) -> Fraction | None:
    """Of officers whose own membership is known."""
    women = known = 0
    for unit in lens.villages:
        for person, roles in lens.books.trust.roles.get(unit, {}).items():
            genders = [
                member.gender
                for name in lens.books.trust.memberships.get(person, ())
                if (member := members.member_of(lens.registers, unit, name)) is not None
            ]
            if roles and genders:
                known += 1
                women += "female" in genders
    return share(women, known)


def _groups(lens: Lens) -> list[str]:
    return [
        str(ledger)
        for (ledger,) in lens.registers.all(papers.GROUPS)
        if not papers.has_ended(lens.registers, papers.GROUPS, (ledger,))
        and str(ledger).removeprefix("group:").partition("-")[0] in lens.villages
    ]


def _shared(lens: Lens) -> int:
    return sum(
        satang
        for ledger in _groups(lens)
        for (day,), satang in lens.registers.row(SHARED, (ledger,)).items()
        if lens.is_within_year(day)
    )


def _group_par(lens: Lens) -> Fraction | None:
    lent = [lens.standing(loan) for loan in lens.owed if loan.product == _GROUP_PORTFOLIO]
    return share(at_risk(lent, days_over=_PAR_DAYS), sum(one.outstanding_satang for one in lent))


INDICATORS: Final = (
    Indicator(
        code="ind_n1", unit=Unit.RATIO, scope=Scope.NETWORK, thai="การใช้กองกลาง", english="use of the pool",
        formula="1310 / (2230 + capital)", read=lambda lens: share(lens.debit(_LENT, _POOL), pool_satang(lens)),
    ),
    Indicator(
        code="ind_n2", unit=Unit.RATIO, scope=Scope.NETWORK, thai="หมู่บ้านที่กู้กองกลางมากสุด",
        english="largest village of the pool", formula="largest village's 1310 / (2230 + capital)", read=_concentration,
    ),
    Indicator(
        code="ind_n3", unit=Unit.SATANG, scope=Scope.NETWORK, thai="เงินที่บันทึกฝั่งเดียว", english="booked on one side",
        formula="sum of the differences of all money under way, each without its sign", read=_unmatched,
    ),
    Indicator(
        code="ind_n3_age", unit=Unit.DAYS, scope=Scope.NETWORK, thai="เงินฝั่งเดียวค้างนานสุด",
        english="oldest booked on one side", formula="days since the oldest of them was booked",
        read=_oldest_unmatched,
    ),
    Indicator(
        code="ind_n5", unit=Unit.RATIO, thai="ปิดงวดตรงเวลา", english="months closed on time",
        formula=f"months of the last 12 closed within {CLOSE_DAYS_MAX} days / months since the first that was closed",
        read=_closed_on_time,
    ),
    Indicator(
        code="ind_n5_variances", unit=Unit.COUNT, thai="จำนวนครั้งเงินขาดเกิน", english="cash variances",
        formula="cash variances recorded in 12 months", read=lambda lens: len(list(_variances(lens))),
    ),
    Indicator(
        code="ind_n5_variance_satang", unit=Unit.SATANG, thai="เงินขาดเกินรวม", english="cash variances together",
        formula="sum of the cash variances of 12 months, short and over alike", read=lambda lens: sum(_variances(lens)),
    ),
    Indicator(
        code="ind_n5_old_findings", unit=Unit.COUNT, thai="ข้อสังเกตเกิน 90 วัน", english="findings older than 90 days",
        formula="findings that stand since a day more than 90 days ago", read=_old_findings,
    ),
    Indicator(
        code="ind_n5_women", unit=Unit.RATIO, thai="ผู้หญิงในกรรมการ", english="women in committees",
        formula="women / officers in term who are members by name; half is wanted", read=_women_in_committees,
    ),
    Indicator(
        code="ind_n6", unit=Unit.COUNT, thai="กลุ่มอาชีพ", english="occupational groups",
        formula="groups registered and not dissolved", read=lambda lens: len(_groups(lens)),
    ),
    Indicator(
        code="ind_n6_sales", unit=Unit.SATANG, thai="ยอดขายกลุ่มใน 12 เดือน", english="sales of groups in 12 months",
        formula="4210 + 4220 of 12 months", read=lambda lens: -lens.flow(_SALES, _groups(lens)),
    ),
    Indicator(
        code="ind_n6_distributed", unit=Unit.SATANG, thai="ผลกำไรกลุ่มที่แบ่งใน 12 เดือน", english="profit of groups shared",
        formula="pools distributed in 12 months", read=_shared,
    ),
    Indicator(
        code="ind_n6_par30", unit=Unit.RATIO, thai="หนี้เสี่ยงของกลุ่ม", english="PAR30 of groups",
        formula="outstanding principal of group loans more than 30 days late / group loans", read=_group_par,
    ),
)  # fmt: skip
