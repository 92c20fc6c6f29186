"""G1 to G6: how many, how faithful (docs/domain.md section 7.2)."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Final

from sajja_schemas.calculations.spans import MONTHS_PER_YEAR, first_day_of, month_number
from sajja_schemas.indicators.declaring import Indicator, Lens, Unit, mean, share
from sajja_schemas.registers import meetings, members, savings
from sajja_schemas.registers.noting import Key

_CAME: Final = frozenset({"self", "proxy"})
_MEETINGS: Final = 4


def _women(lens: Lens) -> Fraction | None:
    return share(sum(member.gender == "female" for member in lens.present), len(lens.present))


def _growth(lens: Lens) -> Fraction | None:
    before = lens.present_on(lens.year_ago)
    return share(lens.present_on(lens.on) - before, before)


def _dropout(lens: Lens) -> Fraction | None:
    exits = sum(
        number
        for _key, facts in lens.rows(members.REGISTER)
        for fact, number in facts.items()
        if fact[0] == "left" and lens.is_within_year(fact[1])
    )
    return share(2 * exits, lens.present_on(lens.year_ago) + lens.present_on(lens.on))


def _attendance(lens: Lens) -> Fraction | None:
    """The mean over the last four monthly meetings of each village."""
    shares = []
    for village in sorted(lens.villages):
        for day, key in sorted(_monthly(lens, village), reverse=True)[:_MEETINGS]:
            came = {fact[0] for fact in lens.registers.row(meetings.ATTENDANCE, key) if fact[1] in _CAME}
            there = share(len(came), lens.present_on(day, village))
            if there is not None:
                shares.append(there)
    return mean(shares)


def _monthly(lens: Lens, village: str) -> Iterator[tuple[date, Key]]:
    for key, facts in lens.registers.all(meetings.REGISTER).items():
        for fact in facts:
            if key[0] == village and fact[0] == "opened" and fact[2] == "monthly" and str(fact[1]) <= str(lens.on):
                yield date.fromisoformat(str(fact[1])), key


def _compliance(lens: Lens) -> Fraction | None:
    """Of those who pledged: who paid every month of the last twelve in which there was a meeting."""
    last = month_number(lens.on)
    window = {f"{first_day_of(month):%Y-%m}" for month in range(last - MONTHS_PER_YEAR, last)}
    faithful = asked = 0
    for village in lens.villages:
        met = {f"{day:%Y-%m}" for day, _key in _monthly(lens, village)} & window
        for member in lens.present:
            if member.village == village and (due := _due(lens, member, met)):
                asked += 1
                faithful += due <= savings.months_paid(lens.registers, savings.SAVINGS, village, member.member).keys()
    return share(faithful, asked)


def _due(lens: Lens, member: members.Member, met: set[str]) -> set[str]:
    """The months whose share was due: pledged, after joining, and with a meeting."""
    pledged = savings.pledges(lens.registers, member.village, member.member)
    if not pledged or member.joined is None:
        return set()
    first, joined = min(month for month, _satang in pledged), f"{member.joined:%Y-%m}"
    return {month for month in met if first <= month > joined}


INDICATORS: Final = (
    Indicator(
        code="ind_g1", unit=Unit.PEOPLE, thai="สมาชิกปัจจุบัน", english="members",
        formula="admitted or moved in, less exits: active and suspended",
        read=lambda lens: len(lens.present),
    ),
    Indicator(
        code="ind_g1_ever", unit=Unit.PEOPLE, thai="สมาชิกสะสม", english="members ever",
        formula="everyone who was ever admitted",
        read=lambda lens: sum(member.joined is not None for member in lens.everyone),
    ),
    Indicator(
        code="ind_g2", unit=Unit.RATIO, thai="สัดส่วนผู้หญิง", english="women", formula="women / members", read=_women,
    ),
    Indicator(
        code="ind_g3", unit=Unit.RATIO, thai="สมาชิกเพิ่มใน 12 เดือน", english="growth of members in 12 months",
        formula="(members - members 12 months ago) / members 12 months ago", read=_growth,
    ),
    Indicator(
        code="ind_g4", unit=Unit.RATIO, thai="อัตราลาออก", english="drop-out",
        formula="exits in 12 months / mean of members now and 12 months ago", read=_dropout,
    ),
    Indicator(
        code="ind_g5", unit=Unit.RATIO, thai="การเข้าประชุม", english="attendance",
        formula="(came themselves or by proxy) / members on that day, mean of the last 4 monthly meetings of a village",
        read=_attendance,
    ),
    Indicator(
        code="ind_g6", unit=Unit.RATIO, thai="ส่งสัจจะครบทุกเดือน", english="kept their pledge",
        formula="members who paid every month due / members with a month due, of the last 12 months with a meeting",
        read=_compliance,
    ),
)  # fmt: skip
