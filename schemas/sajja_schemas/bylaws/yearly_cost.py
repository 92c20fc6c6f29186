"""What a loan product costs a borrower in a year, in basis points: interest and penalty together.

 * Interest is the nominal yearly rate on what is still owed: twelve times the monthly rate on a declining balance, by
   annuity, by days, and on a single payment at the end.
 * A flat rate on instalments is charged on money that is already paid back, so its rate is the one at which the
   instalments are worth the loan: 1 % a month over twelve months is 21.46 % a year (docs/domain.md section 9.1). The
   dearest of the terms that the product allows is told, rounded up to a basis point.
 * The penalty is added for a whole year. The risk fund's premium is insurance and not counted.
 * The civil code's limit of 15 % a year (section 654) is our reading, and no legal advice.

Integers only: two powers are compared, and no root is drawn. For instalments that are all alike this is what
`calculations.loans.effective_rate_month` finds from a whole schedule; a test holds the two to one another.
"""

from typing import Final

from sajja_schemas.events.ruleset import LoanProduct, Penalty

CIVIL_CODE_MAX_BP: Final = 1_500
TERM_MONTHS_MAX: Final = 120  # beyond ten years a flat rate only gets cheaper
_MONTHS: Final = 12
_WHOLE_BP: Final = 10_000


def yearly_cost_bp(product: LoanProduct, penalty: Penalty | None) -> int:
    """Interest and penalty of a year."""
    return interest_bp_year(product) + (_MONTHS * penalty.bp_month if penalty else 0)


def interest_bp_year(product: LoanProduct) -> int:
    """The nominal yearly rate on what is owed."""
    if product.method != "flat_instalments":
        return _MONTHS * product.rate_bp_month
    terms = range(1, min(product.max_months, TERM_MONTHS_MAX) + 1)
    return max((flat_bp_year(product.rate_bp_month, months) for months in terms), default=0)


def flat_bp_year(rate_bp_month: int, months: int) -> int:
    """The yearly rate of a flat monthly rate over equal instalments, rounded up."""
    if rate_bp_month == 0:
        return 0
    too_low, enough = 0, 2 * _MONTHS * rate_bp_month
    while enough - too_low > 1:
        middle = (too_low + enough) // 2
        if _is_enough(middle, rate_bp_month, months):
            enough = middle
        else:
            too_low = middle
    return enough


def _is_enough(bp_year: int, rate_bp_month: int, months: int) -> bool:
    """Whether at this yearly rate the instalments are worth no more than the loan.

    With i the monthly rate, n months and p the instalment for 1 lent: p ((1 + i)^n - 1) <= i (1 + i)^n.
    """
    whole = _MONTHS * _WHOLE_BP
    grown: int = (whole + bp_year) ** months
    still: int = whole**months
    paid = (_WHOLE_BP + months * rate_bp_month) * (grown - still) * whole
    return paid <= months * _WHOLE_BP * bp_year * grown
