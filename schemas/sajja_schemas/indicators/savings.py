"""S1 to S4: what is saved, and what the bank works with (docs/domain.md section 7.2)."""

from fractions import Fraction
from typing import Final

from sajja_schemas.figures import BANK_FIGURES, read_figure
from sajja_schemas.indicators.declaring import SAVINGS, Indicator, Lens, Unit, share


def _per_member(lens: Lens) -> Fraction | None:
    return share(lens.credit(SAVINGS), len(lens.present))


def _growth(lens: Lens) -> Fraction | None:
    before = -lens.debit_on(lens.year_ago, SAVINGS)
    return share(-lens.debit_on(lens.on, SAVINGS) - before, before)


def revolving_fund(lens: Lens) -> int:
    """S4, in satang."""
    return sum(read_figure(BANK_FIGURES["fund_satang"], bank, lens.control_sums) for bank in lens.banks)


INDICATORS: Final = (
    Indicator(
        code="ind_s1", unit=Unit.SATANG, thai="เงินออมรวม", english="savings", formula="3110 + 2110 + 2111 + 2112",
        read=lambda lens: lens.credit(SAVINGS),
    ),
    Indicator(
        code="ind_s2", unit=Unit.SATANG, thai="เงินออมต่อคน", english="savings per member", formula="savings / members",
        read=_per_member,
    ),
    Indicator(
        code="ind_s3", unit=Unit.RATIO, thai="เงินออมเพิ่มใน 12 เดือน", english="growth of savings in 12 months",
        formula="(savings - savings 12 months ago) / savings 12 months ago", read=_growth,
    ),
    Indicator(
        code="ind_s4", unit=Unit.SATANG, thai="เงินกองทุนหมุนเวียน", english="revolving fund",
        formula="savings + 3120 + 3130 + 32xx + 33xx + income - expense of the open year", read=revolving_fund,
    ),
)  # fmt: skip
