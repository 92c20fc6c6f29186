"""What a loan costs in a year, against the published figures and against a schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.bylaws.yearly_cost import flat_bp_year, interest_bp_year, yearly_cost_bp
from sajja_schemas.calculations.loans import Terms, effective_rate_month, schedule
from sajja_schemas.events.ruleset import LoanMethod, LoanProduct, Penalty


def product(method: LoanMethod | None, *, months: int = 12, rate_bp_month: int = 100) -> LoanProduct:
    return LoanProduct(code="ordinary", max_satang=1, max_months=months, rate_bp_month=rate_bp_month, method=method)


def penalty(bp_month: int) -> Penalty:
    return Penalty(bp_month=bp_month, on="overdue_principal", counted="started_months", grace_days=7)


@pytest.mark.parametrize("method", ["declining", "annuity", "flat_bullet", "act_365", None])
def test_what_is_charged_on_what_is_owed_costs_what_it_says(method: LoanMethod | None) -> None:
    assert interest_bp_year(product(method)) == 1_200
    assert yearly_cost_bp(product(method), None) == 1_200
    assert yearly_cost_bp(product(method), penalty(25)) == 1_500


def test_a_flat_rate_on_instalments_costs_the_published_figure() -> None:
    """1 % a month over twelve months: 21.4572 % a year (docs/domain.md section 9.1), rounded up."""
    assert flat_bp_year(100, 12) == 2_146


def test_the_dearest_term_of_a_product_is_told() -> None:
    costs = [flat_bp_year(100, months) for months in range(1, 25)]
    assert max(costs) == interest_bp_year(product("flat_instalments", months=24)) == 2_165
    assert interest_bp_year(product("flat_instalments", months=10_000_000)) == 2_165
    assert yearly_cost_bp(product("flat_instalments", months=24), penalty(25)) == 2_465
    assert interest_bp_year(product("flat_instalments", months=0)) == 0
    assert interest_bp_year(product("flat_instalments", months=2)) == flat_bp_year(100, 2) == 1_597


def test_one_instalment_is_a_plain_rate_and_nothing_costs_nothing() -> None:
    assert flat_bp_year(100, 1) == 1_200
    assert flat_bp_year(1, 1) == 12
    assert flat_bp_year(0, 12) == 0


@given(st.integers(min_value=1, max_value=500), st.integers(min_value=1, max_value=60))
def test_it_is_the_rate_of_the_schedule(rate_bp_month: int, months: int) -> None:
    """The calculation finds the monthly rate from instalments in satang; a large loan hides their rounding."""
    terms = Terms(principal_satang=10**13, months=months, rate_bp_month=rate_bp_month)
    month = effective_rate_month(received_satang=10**13, instalments=schedule("flat_instalments", terms))
    difference = flat_bp_year(rate_bp_month, months) - 12 * 10_000 * month
    assert -1 < 1_000 * difference <= 1_001
