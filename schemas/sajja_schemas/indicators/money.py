"""Q1 to Q6 and P1 to P5: can it pay, and does it earn (docs/domain.md section 7.2)."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from sajja_schemas.accounts import CHART, LOANS, is_result
from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.rounding import ratio
from sajja_schemas.calculations.spans import MONTHS_PER_YEAR
from sajja_schemas.indicators.declaring import AT_BANK, CASH, SAVINGS, Indicator, Lens, Unit, share
from sajja_schemas.indicators.savings import revolving_fund
from sajja_schemas.money import SATANG_PER_BAHT
from sajja_schemas.registers import boxes, meetings
from sajja_schemas.registers.loans import approved_satang
from sajja_schemas.registers.reported import DEPOSITS, DIVIDENDS
from sajja_schemas.transit import CARRIED

_ON_DEMAND: Final = (2110, 2111, 2112, 2130, 2131, 2140)
_SPECIAL: Final = (2110,)
_HELD_BACK: Final = ratio(1, 10)  # of special savings
_UNTAKEN_DAYS: Final = 60  # then an approval lapses (docs/domain.md section 9.10)
_DEPOSIT_DAYS: Final = 2  # 48 hours
_IN_TRANSIT: Final = (1112,)
_INCOME: Final = (4110, 4111, 4112, 4113, 4120, 4121, 4130, 4131, 4140, 4172, 4180, 4190, 4210, 4220)
_FINANCIAL: Final = (5110, 5111, 5112, 5113)
_PROVISION: Final = (5130, 5131)
_OPERATING: Final = (*range(5120, 5128), 5140, 5160)
_RESULT: Final = tuple(code for code in CHART if is_result(code))
_OWN: Final = (3120, *(code for code in CHART if code // 100 in {32, 33}))
_ASSETS: Final = tuple(code for code in CHART if code // 1000 == 1)


def _liquidity(lens: Lens) -> Fraction | None:
    return share(lens.debit((*CASH, *AT_BANK)), lens.credit(_ON_DEMAND))


def _lendable(lens: Lens) -> Fraction:
    there = lens.debit((*CASH, *AT_BANK)) - sum(limit for _bank, limit in _box_limits(lens))
    return there - _HELD_BACK * lens.credit(_SPECIAL) - _promised(lens)


def _promised(lens: Lens) -> int:
    """Loans that were approved and may still be fetched."""
    since = lens.on - timedelta(days=_UNTAKEN_DAYS)
    return sum(
        approved_satang(lens.registers, loan.ledger, loan.loan) or 0
        for loan in lens.promised
        if loan.approved_on is not None and since <= loan.approved_on <= lens.on
    )


def _box_limits(lens: Lens) -> Iterator[tuple[str, int]]:
    for bank in lens.banks:
        ruled = in_force(lens.books.rulesets, bank, lens.on)
        if ruled is not None and ruled.rules.box_limit_satang is not None:
            yield bank, ruled.rules.box_limit_satang


def _days_over_limit(lens: Lens) -> int:
    """At whose end some box held more than its limit; days of several boxes add up."""
    days = 0
    for bank, limit in _box_limits(lens):
        for ledger, box in lens.registers.all(boxes.REGISTER):
            if ledger == bank:
                for since, until, _most in boxes.spans_above(lens.registers, bank, str(box), limit, lens.on):
                    days += max((until - max(since, lens.year_ago + timedelta(days=1))).days, 0)
    return days


def _deposited_late(lens: Lens) -> Fraction | None:
    """Of the meetings that left more than the limit in the box: those whose cash was not banked within 48 hours."""
    late = asked = 0
    for bank, limit in _box_limits(lens):
        deposits = sorted(str(day) for (day,) in lens.registers.row(DEPOSITS, (bank,)))
        for day in sorted(_closed_on(lens, bank)):
            if _in_boxes(lens, bank, day) > limit and lens.is_within_year(day):
                last = (date.fromisoformat(day) + timedelta(days=_DEPOSIT_DAYS)).isoformat()
                asked += 1
                late += not any(day <= deposited <= last for deposited in deposits)
    return share(late, asked)


def _closed_on(lens: Lens, bank: str) -> set[str]:
    rows = lens.registers.all(meetings.REGISTER).items()
    return {str(fact[1]) for key, facts in rows if f"bank:{key[0]}" == bank for fact in facts if fact[0] == "closed"}


def _in_boxes(lens: Lens, bank: str, day: str) -> int:
    keys = [key for key in lens.registers.all(boxes.REGISTER) if key[0] == bank]
    return sum(boxes.at_end_of(lens.registers, bank, str(box), date.fromisoformat(day)) for _bank, box in keys)


def _oldest_carried(lens: Lens) -> int:
    carried = [one for one in lens.books.transit.values() if one.type == CARRIED and one.village in lens.villages]
    return max(((lens.on - one.since).days for one in carried), default=0)


def _self_sufficiency(lens: Lens) -> Fraction | None:
    return share(-lens.flow(_INCOME), lens.flow((*_FINANCIAL, *_PROVISION, *_OPERATING)))


def _dividend_rate(lens: Lens) -> Fraction | None:
    """Of the last year that each village declared; weights are baht-months."""
    pool = weights = 0
    for village in lens.villages:
        declared = list(lens.registers.row(DIVIDENDS, (village,)))
        if declared:
            _year, pool_satang, baht_months = max(declared)
            pool += int(pool_satang)
            weights += int(baht_months)
    return share(pool * MONTHS_PER_YEAR, weights * SATANG_PER_BAHT)


INDICATORS: Final = (
    Indicator(
        code="ind_q1", unit=Unit.RATIO, thai="สภาพคล่อง", english="liquidity",
        formula="(1110 + 1111 + 1120 + 1121) / (2110 + 2111 + 2112 + 2130 + 2131 + 2140)", read=_liquidity,
    ),
    Indicator(
        code="ind_q2", unit=Unit.SATANG, thai="เงินที่ปล่อยกู้ได้", english="lendable",
        formula="bank + cash - box limits - 10 % of 2110 - loans approved in the last 60 days and not fetched",
        read=_lendable,
    ),
    Indicator(
        code="ind_q3", unit=Unit.RATIO, thai="การใช้กองทุน", english="utilisation", formula="portfolio / revolving fund",
        read=lambda lens: share(lens.debit(LOANS), revolving_fund(lens)),
    ),
    Indicator(
        code="ind_q4", unit=Unit.DAYS, thai="วันที่กล่องเกินวงเงิน", english="days with a box over its limit",
        formula="days of the last 12 months at whose end 1110 of a custodian exceeded the limit", read=_days_over_limit,
    ),
    Indicator(
        code="ind_q5", unit=Unit.RATIO, thai="นำฝากธนาคารช้า", english="late deposits",
        formula="of closes in 12 months that left boxes over the limit: those without a deposit within 48 hours",
        read=_deposited_late,
    ),
    Indicator(
        code="ind_q6", unit=Unit.SATANG, thai="เงินระหว่างนำส่ง", english="in transit", formula="1112",
        read=lambda lens: lens.debit(_IN_TRANSIT),
    ),
    Indicator(
        code="ind_q6_age", unit=Unit.DAYS, thai="เงินนำส่งค้างนานสุด", english="oldest in transit",
        formula="days since the oldest cash that is carried was handed over", read=_oldest_carried,
    ),
    Indicator(
        code="ind_p1", unit=Unit.RATIO, thai="ความสามารถเลี้ยงตัวเอง", english="operating self-sufficiency",
        formula="operating income / (interest 511x + provision 513x + expense 512x, 5140, 5160), of 12 months",
        read=_self_sufficiency,
    ),
    Indicator(
        code="ind_p2", unit=Unit.RATIO, thai="ค่าใช้จ่ายต่อเงินให้กู้", english="operating expense",
        formula="(512x + 5140 + 5160) of 12 months / average portfolio",
        read=lambda lens: share(lens.flow(_OPERATING), lens.average(LOANS)),
    ),
    Indicator(
        code="ind_p3", unit=Unit.RATIO, thai="ผลตอบแทนเงินออม", english="return on savings",
        formula="(income - expense) of 12 months / average savings",
        read=lambda lens: share(-lens.flow(_RESULT), -lens.average(SAVINGS)),
    ),
    Indicator(
        code="ind_p4", unit=Unit.RATIO, thai="อัตราปันผล", english="dividend",
        formula="dividend pool / (share-months / 12), of the last year declared", read=_dividend_rate,
    ),
    Indicator(
        code="ind_p5", unit=Unit.RATIO, thai="ความเพียงพอของเงินกองทุน", english="capital adequacy",
        formula="(32xx + 33xx + 3120) / assets 1xxx, net of allowance and depreciation",
        read=lambda lens: share(lens.credit(_OWN), lens.debit(_ASSETS)),
    ),
)  # fmt: skip
