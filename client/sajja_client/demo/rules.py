"""The parameters of the demonstration: docs/domain.md section 12, as constants of the activity.

Amounts are satang. The article gives 1,496 members, over 11 and over 13 million baht, two funds and the date;
every other number here is an assumption.
"""

from datetime import date
from typing import Final

from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.network import Bylaws, LoanProduct

NETWORK: Final = "pakphun"
NETWORK_NAME: Final = "เครือข่ายธนาคารพัฒนาหมู่บ้านปากพูน (ข้อมูลสาธิต)"
BAHT: Final = 100

FOUNDING_DAY: Final = date(2020, 5, 31)
OPENING_DAY: Final = date(2020, 6, 1)
LAST_DAY: Final = date(2020, 8, 22)
YEAR: Final = 2020
MONTHS: Final = (6, 7, 8)
EARLIER_MONTHS: Final = (1, 2, 3, 4, 5)  # of the open year, before the opening

# Members of the whole network at the end of each Buddhist year (section 12.3).
GROWTH: Final = (
    (2553, 148), (2554, 402), (2555, 655), (2556, 842), (2557, 1012),
    (2558, 1118), (2559, 1214), (2560, 1297), (2561, 1374), (2562, 1446),
)  # fmt: skip

# Pledged shares a month, baht and how many of a hundred pledge it: the median is 70.
PLEDGES: Final = ((50, 24), (60, 16), (70, 22), (80, 8), (100, 18), (150, 5), (200, 4), (300, 2), (1000, 1))
ON_TIME_PERCENT: Final = 96
LOANS_PER_100: Final = 43
LATE_LOANS_PERCENT: Final = 12
SKIPPED_LOANS_PERCENT: Final = 2
MONTHLY_RATE_BP: Final = 100
PENALTY_BP: Final = 25
PREMIUM_BP: Final = 100
COVERED_MAX: Final = 50_000 * BAHT
ORDINARY_MAX: Final = 100_000 * BAHT
SAVINGS_MULTIPLE: Final = 5
LOAN_STEP: Final = 500 * BAHT
LINKAGE_RATE_BP_MONTH: Final = 50
WELFARE_MONTHLY: Final = 30 * BAHT
WELFARE_PREPAID: Final = 365 * BAHT
PREPAID_PERCENT: Final = 12
ENTRANCE_FEE: Final = 20 * BAHT
PASSBOOK_FEE: Final = 10 * BAHT
WELFARE_START: Final = date(2013, 1, 1)
BOX_LIMIT: Final = 5_000 * BAHT
SPECIAL_PERCENT: Final = 45  # of the members have special savings
REVERSED_IN_1000: Final = 8  # of the receipts, which makes 0.4 % of all entries
LATE_RECORDED_PERCENT: Final = 3
HOSPITAL_NIGHT: Final = 200 * BAHT
HOSPITAL_VISIT_MAX: Final = 600 * BAHT

# The box of this village stood over its limit from 8 to 14 July 2563: nobody went to the bank (section 12.2).
SLOW_BOX: Final = (4, 7, 14)  # moo, month, day of the trip
# What these villages collected in August is still on its way to the funds on the 22nd.
IN_TRANSIT: Final = frozenset({3, 8, 11})

CASH_DESK: Final = "a"  # the tablet of the treasurer's table
LOAN_DESK: Final = "b"  # the tablet of the loan committee's table


def be_year_start(be_year: int) -> date:
    """The first of January of a Buddhist year."""
    return date(be_year - BE_OFFSET, 1, 1)


def meeting_date(moo: int, month: int, year: int = YEAR) -> date:
    """The village's meeting day in a month: the 5th to the 9th."""
    return date(year, month, 5 + (moo - 1) % 5)


def bylaws_of(moo: int) -> Bylaws:
    """The rules of a village's bank."""
    return Bylaws(
        fiscal_year_end="12-31",
        general_meeting_quorum_bp=5_000,
        meeting_day=5 + (moo - 1) % 5,
        share_par_satang=10 * BAHT,
        pledge_min_satang=50 * BAHT,
        pledge_max_satang=1_000 * BAHT,
        share_late_fine_satang=5 * BAHT,
        special_savings_rate_bp=600,
        loan_products=(
            _product("ordinary", ORDINARY_MAX, 24, guarantors=2, premium_bp=PREMIUM_BP, covered=COVERED_MAX),
            _product("short", 40_000 * BAHT, 12, guarantors=2, premium_bp=PREMIUM_BP, covered=40_000 * BAHT),
            _product("emergency", 5_000 * BAHT, 3, guarantors=1),
        ),
        box_limit_satang=BOX_LIMIT,
        deposit_within_hours=48,
    )


WELFARE_BYLAWS: Final = Bylaws(
    fiscal_year_end="12-31", welfare_contribution_satang_month=WELFARE_MONTHLY, welfare_waiting_days=180
)
RISK_BYLAWS: Final = Bylaws(fiscal_year_end="12-31")
POOL_BYLAWS: Final = Bylaws(fiscal_year_end="12-31", pool_rate_in_bp=400, pool_rate_out_bp=600)


def _product(
    code: str, max_satang: int, months: int, *, guarantors: int, premium_bp: int = 0, covered: int = 0
) -> LoanProduct:
    return LoanProduct(
        code=code,
        max_satang=max_satang,
        max_months=months,
        rate_bp_month=MONTHLY_RATE_BP,
        guarantors=guarantors,
        multiple_of_savings=SAVINGS_MULTIPLE,
        premium_bp=premium_bp,
        covered_max_satang=covered,
    )
