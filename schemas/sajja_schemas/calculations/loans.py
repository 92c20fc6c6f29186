"""What a loan costs: schedules of instalments, interest by days, and the rate behind a flat one.

* Interest of a period is rounded half-up to the satang; the last instalment pays whatever principal is left, so that
  principals sum to the loan (docs/domain.md section 9.1).
* An instalment may be rounded to a multiple, since villagers like whole baht. Rounded up, the loan may end early.
* Methods are those of the bylaws (section 4.2). `flat_instalments` charges the first balance to the end and costs far
  more than it says; `flat_bullet` is one payment at the end, and there flat is plain interest.
* By days: balance x yearly rate x days / 365, in a leap year too. Interest that was not paid is carried and never
  bears interest.
"""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, Literal

import msgspec

from sajja_schemas.calculations.problems import DaysOutOfOrder, NeverPaidBack, NoSuchTerm, refuse_negative
from sajja_schemas.calculations.rounding import BP, half_up, ratio, round_to_multiple

INSTALMENTS_MAX: Final = 600
DAYS_PER_YEAR: Final = 365
_RATE_STEPS: Final = 10**10  # the effective rate is found to a hundred-millionth of a per cent
_RATE_STEPS_MAX: Final = 1_000 * _RATE_STEPS  # and looked for up to a thousandfold a month

MonthMethod = Literal["declining", "annuity", "flat_bullet", "flat_instalments"]
InstalmentRounding = Literal["half_up", "up"]


class Instalment(msgspec.Struct, frozen=True, kw_only=True):
    """What is due so many months after the loan was paid out."""

    month: int
    principal_satang: int
    interest_satang: int
    balance_satang: int  # principal left after it

    @property
    def payment_satang(self) -> int:
        """Principal and interest together."""
        return self.principal_satang + self.interest_satang


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a contract says about its instalments."""

    principal_satang: int
    months: int
    rate_bp_month: int
    rounding_satang: int = 1
    rounding_mode: InstalmentRounding = "half_up"

    def __post_init__(self) -> None:
        refuse_negative(principal_satang=self.principal_satang, rate_bp_month=self.rate_bp_month)
        _refuse_term(self.months)


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What a borrower paid on a day; nothing is a payment too, and shows the interest of that day."""

    on: date
    amount_satang: int


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which a loan with interest by days was looked at."""

    on: date
    days: int
    accrued_satang: int
    to_interest_satang: int
    to_principal_satang: int
    excess_satang: int  # more than was owed: an advance
    interest_unpaid_satang: int
    balance_satang: int


class EarlySettlement(msgspec.Struct, frozen=True, kw_only=True):
    """What closes a loan before its end, and what its borrower no longer pays."""

    principal_satang: int
    interest_saved_satang: int


def schedule(method: MonthMethod, terms: Terms) -> tuple[Instalment, ...]:
    """The instalments of a loan with monthly interest (docs/domain.md section 9.1)."""
    return _SCHEDULES[method](terms)


def act365_schedule(terms: Terms, *, disbursed_on: date, due_on: Sequence[date]) -> tuple[Instalment, ...]:
    """Equal principals on given days, with interest by actual days over 365; the yearly rate is twelve monthly ones.

    Raises:
        NoSuchTerm: there are not as many days as months.
        DaysOutOfOrder: the days do not follow each other.
    """
    if len(due_on) != terms.months:
        raise NoSuchTerm(instalments=len(due_on), most=terms.months)
    rate_bp_year = 12 * terms.rate_bp_month

    def interest(month: int, balance_satang: int) -> int:
        since = due_on[month - 2] if month > 1 else disbursed_on
        days = _days_between(since, due_on[month - 1])
        return act365_interest(balance_satang=balance_satang, rate_bp_year=rate_bp_year, days=days)

    return _equal_principals(terms, interest)


def act365_interest(*, balance_satang: int, rate_bp_year: int, days: int) -> int:
    """Interest of so many days on one balance."""
    refuse_negative(balance_satang=balance_satang, rate_bp_year=rate_bp_year, days=days)
    return half_up(ratio(balance_satang * rate_bp_year * days, BP * DAYS_PER_YEAR))


def act365_statement(
    *, principal_satang: int, rate_bp_year: int, disbursed_on: date, payments: Sequence[Payment]
) -> tuple[StatementLine, ...]:
    """A loan's life by days: interest first, then principal; unpaid interest is carried and not compounded.

    Raises:
        DaysOutOfOrder: a payment is before the one above it, or before the loan.
        NegativeInput: an amount or the rate is.
    """
    lines: list[StatementLine] = []
    balance_satang, unpaid_satang, since = principal_satang, 0, disbursed_on
    for payment in payments:
        refuse_negative(amount_satang=payment.amount_satang)
        days = _days_between(since, payment.on)
        accrued_satang = act365_interest(balance_satang=balance_satang, rate_bp_year=rate_bp_year, days=days)
        owed_satang = unpaid_satang + accrued_satang
        to_interest_satang = min(payment.amount_satang, owed_satang)
        to_principal_satang = min(payment.amount_satang - to_interest_satang, balance_satang)
        balance_satang -= to_principal_satang
        unpaid_satang = owed_satang - to_interest_satang
        since = payment.on
        lines.append(
            StatementLine(
                on=payment.on,
                days=days,
                accrued_satang=accrued_satang,
                to_interest_satang=to_interest_satang,
                to_principal_satang=to_principal_satang,
                excess_satang=payment.amount_satang - to_interest_satang - to_principal_satang,
                interest_unpaid_satang=unpaid_satang,
                balance_satang=balance_satang,
            )
        )
    return tuple(lines)


def settle_early(instalments: Sequence[Instalment], *, months_paid: int) -> EarlySettlement:
    """Close a loan with interest on what is still owed: it owes interest to that day only (docs/domain.md section 5.8).

    `months_paid` instalments have been paid, the last of them now.
    """
    refuse_negative(months_paid=months_paid)
    left = [instalment for instalment in instalments if instalment.month > months_paid]
    return EarlySettlement(
        principal_satang=sum(instalment.principal_satang for instalment in left),
        interest_saved_satang=sum(instalment.interest_satang for instalment in left),
    )


def effective_rate_month(*, received_satang: int, instalments: Sequence[Instalment]) -> Fraction:
    """The monthly rate on what is still owed that these instalments come to: 1.788101 % for a flat 1 %.

    Found between two neighbours of a fixed grid, by comparing integers; the lower neighbour is the answer.

    Raises:
        NeverPaidBack: nothing was received, or the instalments are less.
    """
    if not 0 < received_satang <= sum(instalment.payment_satang for instalment in instalments):
        raise NeverPaidBack
    last_month = max(instalment.month for instalment in instalments)

    def is_worth_it(steps: int) -> bool:
        """Whether the instalments, discounted at this rate, are still worth what was received."""
        grown = _RATE_STEPS + steps
        discounted = (
            instalment.payment_satang * pow(_RATE_STEPS, instalment.month) * pow(grown, last_month - instalment.month)
            for instalment in instalments
        )
        return bool(sum(discounted) >= received_satang * pow(grown, last_month))

    low, high = 0, _RATE_STEPS
    while high < _RATE_STEPS_MAX and is_worth_it(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_worth_it(middle) else (low, middle)
    return ratio(low, _RATE_STEPS)


def borrowing_limit(*, shares_satang: int, multiple_of_savings: int | None, max_satang: int) -> int:
    """The lesser of the multiple of share savings and the product's cap (docs/domain.md sections 4.2 and 5.8)."""
    refuse_negative(shares_satang=shares_satang, max_satang=max_satang)
    if multiple_of_savings is None:
        return max_satang
    return min(shares_satang * multiple_of_savings, max_satang)


def _declining(terms: Terms) -> tuple[Instalment, ...]:
    return _equal_principals(
        terms, lambda _month, balance_satang: half_up(ratio(balance_satang * terms.rate_bp_month, BP))
    )


def _flat_instalments(terms: Terms) -> tuple[Instalment, ...]:
    interest_satang = half_up(ratio(terms.principal_satang * terms.rate_bp_month, BP))
    return _equal_principals(terms, lambda _month, _balance_satang: interest_satang)


def _flat_bullet(terms: Terms) -> tuple[Instalment, ...]:
    interest_satang = half_up(ratio(terms.principal_satang * terms.rate_bp_month * terms.months, BP))
    return (
        Instalment(
            month=terms.months,
            principal_satang=terms.principal_satang,
            interest_satang=interest_satang,
            balance_satang=0,
        ),
    )


def _annuity(terms: Terms) -> tuple[Instalment, ...]:
    rate = ratio(terms.rate_bp_month, BP)
    growth = (1 + rate) ** terms.months
    exact_satang = (
        terms.principal_satang * rate * growth / (growth - 1) if rate else ratio(terms.principal_satang, terms.months)
    )
    payment_satang = _rounded(exact_satang, terms)
    instalments: list[Instalment] = []
    balance_satang = terms.principal_satang
    while balance_satang:
        month = len(instalments) + 1
        interest_satang = half_up(balance_satang * rate)
        part_satang = min(max(payment_satang - interest_satang, 0), balance_satang)
        balance_satang = _add(instalments, month, balance_satang, part_satang, interest_satang, terms)
    return tuple(instalments)


def _equal_principals(terms: Terms, interest: Callable[[int, int], int]) -> tuple[Instalment, ...]:
    part_satang = _rounded(ratio(terms.principal_satang, terms.months), terms)
    instalments: list[Instalment] = []
    balance_satang = terms.principal_satang
    while balance_satang:
        month = len(instalments) + 1
        interest_satang = interest(month, balance_satang)
        balance_satang = _add(instalments, month, balance_satang, part_satang, interest_satang, terms)
    return tuple(instalments)


def _add(
    instalments: list[Instalment], month: int, balance_satang: int, part_satang: int, interest_satang: int, terms: Terms
) -> int:
    """Add an instalment, the last with all that is left; return the balance after it."""
    principal_satang = balance_satang if month == terms.months else min(part_satang, balance_satang)
    left_satang = balance_satang - principal_satang
    instalments.append(
        Instalment(
            month=month,
            principal_satang=principal_satang,
            interest_satang=interest_satang,
            balance_satang=left_satang,
        )
    )
    return left_satang


def _rounded(exact_satang: Fraction, terms: Terms) -> int:
    """An instalment in multiples, and never nothing: a loan that is not paid back month by month is another product."""
    rounded = round_to_multiple(exact_satang, multiple_satang=terms.rounding_satang, mode=terms.rounding_mode)
    return max(rounded, terms.rounding_satang)


def _days_between(first: date, last: date) -> int:
    if last < first:
        raise DaysOutOfOrder(first=first, last=last)
    return (last - first).days


def _refuse_term(months: int) -> None:
    if not 1 <= months <= INSTALMENTS_MAX:
        raise NoSuchTerm(instalments=months, most=INSTALMENTS_MAX)


_SCHEDULES: Final[dict[MonthMethod, Callable[[Terms], tuple[Instalment, ...]]]] = {
    "declining": _declining,
    "annuity": _annuity,
    "flat_bullet": _flat_bullet,
    "flat_instalments": _flat_instalments,
}
