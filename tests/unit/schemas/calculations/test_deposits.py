"""Interest on special savings (docs/domain.md sections 4.1 and 9.4), and on the scenario's year."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.deposits import (
    InterestMethod,
    minimum_balances,
    overdrawn,
    special_savings_interest,
)
from sajja_schemas.calculations.problems import DaysOutOfOrder, NegativeInput
from sajja_schemas.calculations.spans import Movement
from unit.schemas.calculations.published import YEAR, move

YEAR_END = date(2020, 12, 31)
METHODS: list[InterestMethod] = ["daily_365", "daily_366", "min_monthly_from_day5"]
DAYS = st.dates(min_value=date(2019, 6, 1), max_value=date(2021, 6, 1))
DEPOSITS = st.lists(st.builds(Movement, on=DAYS, amount_satang=st.integers(1, 10**8)), max_size=8)


def interest(movements: list[Movement], method: InterestMethod, *, last_day: date = YEAR_END) -> int:
    return special_savings_interest(movements, method=method, rate_bp_year=600, first_day=YEAR, last_day=last_day)


def test_the_deposit_of_the_fifth_counts_from_its_month() -> None:
    assert interest([move("2020-12-05", 1_200)], "min_monthly_from_day5") == 6_00
    assert interest([move("2020-12-06", 1_200)], "min_monthly_from_day5") == 0


def test_by_days_the_day_of_a_deposit_counts_and_that_of_a_withdrawal_does_not() -> None:
    one_day = [move("2020-12-30", 365_000), move("2020-12-31", -365_000)]
    assert interest(one_day, "daily_365") == 60_00


def test_what_came_before_the_period_is_the_opening_balance() -> None:
    assert interest([move("2019-05-01", 1_000)], "daily_366") == 60_00
    assert interest([move("2021-01-01", 1_000)], "daily_366") == 0


def test_a_month_that_the_period_does_not_hold_from_its_fifth_is_not_counted() -> None:
    saved = [move("2019-12-31", 1_200)]
    minimums = minimum_balances(saved, first_day=date(2020, 1, 6), last_day=date(2020, 3, 30))
    assert [minimum.month_first_day for minimum in minimums] == [date(2020, 2, 1)]
    assert minimum_balances(saved, first_day=date(2020, 1, 5), last_day=date(2020, 1, 31))[0].balance_satang == 1_200_00


@pytest.mark.parametrize("method", METHODS)
def test_an_overdrawn_account_bears_no_interest(method: InterestMethod) -> None:
    assert interest([move("2019-12-31", -1_000)], method) == 0


def test_a_period_does_not_end_before_it_begins_and_a_rate_is_not_below_nothing() -> None:
    with pytest.raises(DaysOutOfOrder, match="2019-12-31 is before 2020-01-01"):
        interest([], "daily_365", last_day=date(2019, 12, 31))
    with pytest.raises(NegativeInput, match="rate_bp_year"):
        special_savings_interest([], method="daily_365", rate_bp_year=-1, first_day=YEAR, last_day=YEAR_END)


def test_two_withdrawals_of_3000_from_5000_leave_1000_to_move_to_1260() -> None:
    balance_satang = 5_000_00 - 2 * 3_000_00
    assert overdrawn(balance_satang) == 1_000_00
    assert overdrawn(balance_satang + overdrawn(balance_satang)) == 0


@given(DEPOSITS, DAYS, st.integers(1, 10**8), st.sampled_from(METHODS))
def test_one_more_deposit_never_earns_less(
    saved: list[Movement], on: date, satang: int, method: InterestMethod
) -> None:
    more = [*saved, Movement(on=on, amount_satang=satang)]
    assert interest(more, method) >= interest(saved, method)


@given(DEPOSITS)
def test_no_method_earns_more_than_the_highest_balance_all_year(saved: list[Movement]) -> None:
    most = sum(movement.amount_satang for movement in saved)
    assert all(interest(saved, method) <= most * 600 * 366 // (10_000 * 365) + 1 for method in METHODS)
    assert interest(saved, "daily_366") <= interest(saved, "daily_365")
