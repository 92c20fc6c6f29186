"""The parameters of the demonstration: docs/domain.md section 12, as constants of the activity.

Amounts are satang. The article gives 1,496 members, over 11 and over 13 million baht, two funds and the date;
every other number here is an assumption.
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_schemas.accounts import LedgerKind
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.calculations.spans import first_day_of, month_number
from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.network import Bylaws

NETWORK: Final = "pakphun"
NETWORK_NAME: Final = "เครือข่ายธนาคารพัฒนาหมู่บ้านปากพูน (ข้อมูลสาธิต)"
BAHT: Final = 100

FIRST_DAY: Final = date(2019, 8, 1)  # 1 August 2562: the tablets take over from paper
LAST_DAY: Final = date(2020, 8, 22)
YEAR: Final = 2020
CLOSED_YEAR: Final = 2019  # whose end falls into the plan
YEAR_END: Final = date(CLOSED_YEAR, 12, 31)
FLOWS_FROM: Final = date(2019, 8, 23)  # twelve months to the last day


class Term(msgspec.Struct, frozen=True):
    """What of the invented world is recorded on tablets: from a first of a month on. What was before is on paper."""

    opening_day: date = FIRST_DAY

    @property
    def founding_day(self) -> date:
        """The day before: everything is taken over from paper."""
        return self.opening_day - timedelta(days=1)

    @property
    def months(self) -> tuple[int, ...]:
        """The months of business, counted through as the calculations count them."""
        return tuple(month for month in MONTHS if first_day_of(month) >= self.opening_day)

    @property
    def earlier_months(self) -> tuple[int, ...]:
        """The months of the open fiscal year before the first day."""
        return tuple(range(self.opening_day.year * 12, month_number(self.opening_day)))

    @property
    def closes_a_year(self) -> bool:
        """Whether a fiscal year ends in it."""
        return self.opening_day <= YEAR_END


DEFAULT_TERM: Final = Term()
MONTHS: Final = tuple(range(month_number(FIRST_DAY), month_number(LAST_DAY) + 1))
LAST_MONTH: Final = MONTHS[-1]

# Members of the whole network at the end of each Buddhist year (section 12.3).
GROWTH: Final = (
    (2553, 148), (2554, 402), (2555, 655), (2556, 842), (2557, 1012),
    (2558, 1118), (2559, 1214), (2560, 1297), (2561, 1374), (2562, 1446),
)  # fmt: skip

# Pledged shares a month, baht and how many of a hundred pledge it: the median is 70.
PLEDGES: Final = ((50, 24), (60, 16), (70, 22), (80, 8), (100, 18), (150, 5), (200, 4), (300, 2), (1000, 1))
ON_TIME_PERCENT: Final = 96
DEATHS: Final = 20  # 1.3 of 100 members in a year
LEAVERS: Final = 12
LOANS_PER_100: Final = 43
LATE_LOANS_PERCENT: Final = 12
SKIPPED_LOANS_PERCENT: Final = 2
MONTHLY_RATE_BP: Final = 100
PENALTY_BP: Final = 25
GRACE_DAYS: Final = 7
MONTHS_A_MEMBER: Final = 6  # before somebody may borrow
PREMIUM_BP: Final = 100
COVERED_MAX: Final = 50_000 * BAHT
ORDINARY_MAX: Final = 100_000 * BAHT
SAVINGS_MULTIPLE: Final = 5
LOAN_STEP: Final = 100 * BAHT
LINKAGE_RATE_BP_MONTH: Final = 50
WELFARE_MONTHLY: Final = 30 * BAHT
WELFARE_PREPAID: Final = 365 * BAHT
PREPAID_PERCENT: Final = 12
ENTRANCE_FEE: Final = 20 * BAHT
PASSBOOK_FEE: Final = 10 * BAHT
PUBLIC_WORKS_PERCENT: Final = 15  # of the interest that a meeting took goes to the village's public works
WELFARE_START: Final = date(2013, 1, 1)
POOL_START: Final = date(2014, 1, 1)  # the year in which the last villages are founded
RISK_START: Final = date(2016, 1, 1)
RISK_START_MONTH: Final = month_number(RISK_START)
BOX_LIMIT: Final = 5_000 * BAHT
SPECIAL_PERCENT: Final = 45  # of the members have special savings
REVERSED_IN_1000: Final = 8  # of the receipts, which makes 0.4 % of all entries
LATE_RECORDED_PERCENT: Final = 3
HOSPITAL_NIGHT: Final = 200 * BAHT
HOSPITAL_VISIT_MAX: Final = 600 * BAHT

# The box of this village stood over its limit from 8 to 14 July 2563: nobody went to the bank (section 12.2).
SLOW_BOX: Final = (4, LAST_MONTH - 1, 14)  # moo, month, day of the trip
# What these villages collected in August is still on its way to the funds on the 22nd.
IN_TRANSIT: Final = frozenset({3, 8})

CASH_DESK: Final = "a"  # the tablet of the treasurer's table
LOAN_DESK: Final = "b"  # the tablet of the loan committee's table


def be_year_start(be_year: int) -> date:
    """The first of January of a Buddhist year."""
    return date(be_year - BE_OFFSET, 1, 1)


def receipt_book(letter: str, month: int) -> int:
    """The number of a table's book of receipts in a month: the Buddhist year, the month, the table."""
    day = first_day_of(month)
    return ((day.year + BE_OFFSET) % 100 * 100 + day.month) * 10 + "ab".index(letter) + 1


def meeting_day(moo: int) -> int:
    """The village's meeting day: the 5th to the 9th."""
    return 5 + (moo - 1) % 5


def meeting_date(moo: int, month: int) -> date:
    """The village's meeting in a month."""
    return first_day_of(month).replace(day=meeting_day(moo))


def month_name(month: int) -> str:
    """A month as entries spell it."""
    return f"{first_day_of(month):%Y-%m}"


def bylaws_of(moo: int) -> Bylaws:
    """The rules of a village's bank."""
    return default_rules(LedgerKind.BANK, meeting_day=meeting_day(moo))


WELFARE_BYLAWS: Final = default_rules(LedgerKind.WELFARE)
RISK_BYLAWS: Final = default_rules(LedgerKind.RISK)
POOL_BYLAWS: Final = default_rules(LedgerKind.NETWORK)
GROUP_BYLAWS: Final = default_rules(LedgerKind.GROUP)
