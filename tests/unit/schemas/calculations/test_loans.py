"""What a loan costs (docs/domain.md sections 4.2, 5.8, 9.1 and 9.10)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.loans import (
    Instalment,
    InstalmentRounding,
    MonthMethod,
    Payment,
    Terms,
    act365_interest,
    act365_schedule,
    act365_statement,
    borrowing_limit,
    effective_rate_month,
    schedule,
    settle_early,
)
from sajja_schemas.calculations.problems import DaysOutOfOrder, NegativeInput, NeverPaidBack, NoSuchTerm
from sajja_schemas.calculations.rounding import half_up

LOAN = Terms(principal_satang=2_000_000, months=12, rate_bp_month=100)
METHODS: list[MonthMethod] = ["declining", "annuity", "flat_bullet", "flat_instalments"]
MODES: list[InstalmentRounding] = ["half_up", "up"]
TERMS = st.builds(
    Terms,
    principal_satang=st.integers(1, 10**10),
    months=st.integers(1, 60),
    rate_bp_month=st.integers(0, 500),
    rounding_satang=st.sampled_from([1, 25, 100, 10_000, 100_000]),
    rounding_mode=st.sampled_from(MODES),
)


def test_a_single_payment_of_20000_after_12_months_costs_2400() -> None:
    assert schedule("flat_bullet", LOAN) == (
        Instalment(month=12, principal_satang=2_000_000, interest_satang=240_000, balance_satang=0),
    )


def test_interest_of_the_declining_loan_month_by_month() -> None:
    interests = [row.interest_satang for row in schedule("declining", LOAN)]
    assert interests == [20_000, 18_333, 16_667, 15_000, 13_333, 11_667, 10_000, 8_333, 6_667, 5_000, 3_333, 1_667]


@given(TERMS, st.sampled_from(METHODS))
def test_principals_sum_to_the_loan_and_balances_fall_to_nothing(terms: Terms, method: MonthMethod) -> None:
    rows = schedule(method, terms)
    assert sum(row.principal_satang for row in rows) == terms.principal_satang
    assert rows[-1].balance_satang == 0
    assert all(row.principal_satang >= 0 <= row.interest_satang for row in rows)
    balances = [terms.principal_satang, *(row.balance_satang for row in rows)]
    assert balances == sorted(balances, reverse=True)
    assert len(rows) <= terms.months


def test_an_annuity_without_interest_is_equal_principals() -> None:
    terms = Terms(principal_satang=120_000, months=12, rate_bp_month=0)
    assert [row.payment_satang for row in schedule("annuity", terms)] == [10_000] * 12


@pytest.mark.parametrize("method", ["declining", "annuity"])
def test_a_loan_rounded_up_to_whole_hundreds_may_end_early(method: MonthMethod) -> None:
    terms = Terms(principal_satang=100_000, months=12, rate_bp_month=0, rounding_satang=10_000, rounding_mode="up")
    assert [row.payment_satang for row in schedule(method, terms)] == [10_000] * 10


def test_an_instalment_that_would_round_to_nothing_is_one_unit() -> None:
    terms = Terms(principal_satang=30_000, months=12, rate_bp_month=0, rounding_satang=10_000)
    assert [row.payment_satang for row in schedule("declining", terms)] == [10_000] * 3


def test_an_annuity_rounded_below_its_interest_pays_interest_until_the_last() -> None:
    terms = Terms(principal_satang=1_049_900, months=600, rate_bp_month=100, rounding_satang=10_000)
    first, *_, last = schedule("annuity", terms)
    assert (first.principal_satang, first.interest_satang) == (0, 10_499)
    assert (last.month, last.principal_satang) == (600, 1_049_900)


@pytest.mark.parametrize("months", [0, -1, 601])
def test_a_loan_has_a_term(months: int) -> None:
    with pytest.raises(NoSuchTerm, match=f"not {months}"):
        Terms(principal_satang=1, months=months, rate_bp_month=100)


def test_a_loan_is_not_less_than_nothing() -> None:
    with pytest.raises(NegativeInput, match="principal_satang"):
        Terms(principal_satang=-1, months=1, rate_bp_month=100)
    with pytest.raises(NegativeInput, match="days"):
        act365_interest(balance_satang=1, rate_bp_year=1, days=-1)


def test_equal_principals_with_interest_by_days_take_the_longer_month_dearer() -> None:
    due_on = [date(2020, 2, 5), date(2020, 3, 5), date(2020, 4, 5)]
    terms = Terms(principal_satang=30_000_00, months=3, rate_bp_month=100)
    rows = act365_schedule(terms, disbursed_on=date(2020, 1, 5), due_on=due_on)
    assert [row.principal_satang for row in rows] == [10_000_00] * 3
    assert [row.interest_satang for row in rows] == [305_75, 190_68, 101_92]  # 31, 29 and 31 days


def test_a_schedule_by_days_needs_a_day_for_each_month_in_order() -> None:
    terms = Terms(principal_satang=1_000, months=2, rate_bp_month=100)
    with pytest.raises(NoSuchTerm):
        act365_schedule(terms, disbursed_on=date(2020, 1, 5), due_on=[date(2020, 2, 5)])
    with pytest.raises(DaysOutOfOrder):
        act365_schedule(terms, disbursed_on=date(2020, 1, 5), due_on=[date(2020, 3, 5), date(2020, 2, 5)])


def test_more_than_is_owed_by_days_is_an_advance() -> None:
    payments = [Payment(on=date(2020, 2, 5), amount_satang=20_500_00)]
    (line,) = act365_statement(
        principal_satang=20_000_00, rate_bp_year=1_200, disbursed_on=date(2020, 1, 5), payments=payments
    )
    assert (line.accrued_satang, line.excess_satang, line.balance_satang) == (203_84, 296_16, 0)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 5_000_00)), max_size=12))
def test_a_loan_by_days_never_loses_a_satang(visits: list[tuple[int, int]]) -> None:
    day, payments = date(2020, 1, 5), []
    for days, amount in visits:
        day += timedelta(days=days)
        payments.append(Payment(on=day, amount_satang=amount))
    lines = act365_statement(
        principal_satang=20_000_00, rate_bp_year=1_200, disbursed_on=date(2020, 1, 5), payments=payments
    )
    for payment, line in zip(payments, lines, strict=True):
        assert line.to_interest_satang + line.to_principal_satang + line.excess_satang == payment.amount_satang
    if lines:
        assert lines[-1].balance_satang == 20_000_00 - sum(line.to_principal_satang for line in lines)
        accrued, paid = (sum(line.accrued_satang for line in lines), sum(line.to_interest_satang for line in lines))
        assert lines[-1].interest_unpaid_satang == accrued - paid


def test_a_declining_loan_closed_after_3_months_owes_interest_to_that_day_only() -> None:
    closing = settle_early(schedule("declining", LOAN), months_paid=3)
    assert (closing.principal_satang, closing.interest_saved_satang) == (14_999_99, 750_00)


def test_the_rate_behind_a_declining_loan_is_the_rate_it_names() -> None:
    for method in ("declining", "annuity"):
        rate = effective_rate_month(received_satang=2_000_000, instalments=schedule(method, LOAN))
        assert half_up(rate * 10**6) == 10_000


def test_a_loan_without_interest_costs_no_rate_and_one_paid_back_threefold_a_month_costs_200_pct() -> None:
    free = Terms(principal_satang=1_200, months=12, rate_bp_month=0)
    assert effective_rate_month(received_satang=1_200, instalments=schedule("declining", free)) == 0
    assert (
        effective_rate_month(
            received_satang=1, instalments=schedule("flat_bullet", Terms(principal_satang=1, months=1, rate_bp_month=0))
        )
        == 0
    )
    dear = [Instalment(month=1, principal_satang=100, interest_satang=200, balance_satang=0)]
    assert effective_rate_month(received_satang=100, instalments=dear) == 2


@pytest.mark.parametrize("received_satang", [0, 2_400_01 * 100])
def test_what_is_never_paid_back_has_no_rate(received_satang: int) -> None:
    with pytest.raises(NeverPaidBack):
        effective_rate_month(received_satang=received_satang, instalments=schedule("flat_instalments", LOAN))


def test_the_limit_is_the_lesser_of_five_times_the_shares_and_the_cap() -> None:
    assert borrowing_limit(shares_satang=14_000_00, multiple_of_savings=5, max_satang=100_000_00) == 70_000_00
    assert borrowing_limit(shares_satang=40_000_00, multiple_of_savings=5, max_satang=100_000_00) == 100_000_00
    assert borrowing_limit(shares_satang=0, multiple_of_savings=None, max_satang=5_000_00) == 5_000_00
