"""Shares: weights, dividend, patronage, late months and leaving (docs/domain.md sections 9.2, 9.3 and 9.10)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.problems import NegativeInput, NoSuchMultiple, NotTheFirstOfAMonth
from sajja_schemas.calculations.rounding import ratio
from sajja_schemas.calculations.shares import (
    Shareholder,
    Weight,
    dividend_rate,
    exit_net,
    fixed_rate_dividend,
    late_fine,
    late_months,
    patronage_by_rate,
    pool_patronage,
    share_days,
    share_lines,
    share_months,
    share_weights,
    split_by_par,
)
from sajja_schemas.calculations.spans import Movement
from unit.schemas.calculations.published import YEAR, move

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2021, 12, 31))
DEPOSITS = st.lists(st.builds(Movement, on=DAYS, amount_satang=st.integers(1, 10**8)), max_size=8)


@pytest.mark.parametrize(
    ("on", "months"),
    [
        ("2019-12-31", 12),
        ("2020-01-01", 11),
        ("2020-01-31", 11),
        ("2020-06-20", 6),
        ("2020-12-01", 0),
        ("2021-01-01", 0),
    ],
)
def test_a_deposit_counts_from_the_month_after_it(on: str, months: int) -> None:
    assert share_months([move(on, 100)], year_first_day=YEAR) == 100_00 * months


def test_who_joins_after_the_meeting_in_mid_month_counts_from_the_next_month() -> None:
    joined = [move("2020-04-20", 100)]
    assert share_months(joined, year_first_day=YEAR) == share_months([move("2020-04-05", 100)], year_first_day=YEAR)


def test_what_goes_out_counts_no_more_from_that_month_on() -> None:
    left_in_july = [move("2019-12-31", 100), move("2020-07-20", -100)]
    assert share_months(left_in_july, year_first_day=YEAR) == 100_00 * 6


def test_what_came_in_and_went_out_in_one_month_is_taken_together() -> None:
    corrected = [move("2019-12-31", 500), move("2020-03-05", 1_000), move("2020-03-05", -1_000)]
    assert share_months(corrected, year_first_day=YEAR) == 500_00 * 12


def test_a_fiscal_year_may_begin_in_october_but_on_a_first() -> None:
    assert share_months([move("2019-11-05", 100)], year_first_day=date(2019, 10, 1)) == 100_00 * 10
    for weigh in (share_months, share_days):
        with pytest.raises(NotTheFirstOfAMonth, match="2020-01-05"):
            weigh([], year_first_day=date(2020, 1, 5))


def test_share_days_are_the_balances_of_every_evening() -> None:
    held = [move("2019-12-31", 10), move("2020-12-30", 5), move("2020-12-31", -15), move("2021-01-01", 99)]
    assert share_days(held, year_first_day=YEAR) == 10_00 * 365 + 5_00
    assert share_days([move("2020-01-01", 10)], year_first_day=YEAR) == 10_00 * 366
    assert share_days([move("2020-01-02", 10)], year_first_day=YEAR) == 10_00 * 365


def test_a_weight_is_never_below_nothing() -> None:
    overdrawn = [move("2020-03-05", -100)]
    assert share_months(overdrawn, year_first_day=YEAR) == share_days(overdrawn, year_first_day=YEAR) == 0


@given(DEPOSITS, DAYS, st.integers(1, 10**8), st.integers(0, 400), st.sampled_from(["share_month", "share_day"]))
def test_weights_are_monotone_in_the_amount_and_in_the_day(
    held: list[Movement], on: date, satang: int, earlier_days: int, weight: Weight
) -> None:
    def weigh(movements: list[Movement]) -> int:
        holders = {"m": Shareholder(movements=tuple(movements))}
        return share_weights(holders, year_first_day=YEAR, weight=weight, leavers_share=True)["m"]

    late = [*held, Movement(on=on, amount_satang=satang)]
    early = [*held, Movement(on=on - timedelta(days=earlier_days), amount_satang=satang)]
    assert weigh(held) <= weigh(late) <= weigh(early)


def test_leavers_take_part_up_to_their_month_unless_the_bylaws_leave_them_out() -> None:
    held = (move("2019-12-31", 100), move("2020-05-20", -100))
    holders = {
        "stays": Shareholder(movements=held[:1]),
        "left": Shareholder(movements=held, left_on=date(2020, 5, 20)),
        "leaves next year": Shareholder(movements=held[:1], left_on=date(2021, 1, 1)),
    }
    with_them = share_weights(holders, year_first_day=YEAR, weight="share_month", leavers_share=True)
    assert with_them == {"stays": 1_200_00, "left": 400_00, "leaves next year": 1_200_00}
    without = share_weights(holders, year_first_day=YEAR, weight="share_month", leavers_share=False)
    assert without == {"stays": 1_200_00, "left": 0, "leaves next year": 1_200_00}


def test_a_withdrawal_lowers_a_dividend_at_a_fixed_rate() -> None:
    lines = share_lines([move("2019-12-31", 1_200), move("2020-07-20", -600)], year_first_day=YEAR)
    assert [(line.amount_satang, line.months) for line in lines] == [(1_200_00, 12), (-600_00, 6)]
    assert fixed_rate_dividend(lines, rate_bp_year=1_000, rounding="half_up") == 90_00


def test_the_yearly_rate_of_a_pool_is_the_pool_over_share_years() -> None:
    assert dividend_rate(pool_satang=60_00, satang_months=1_200_00 * 12) == ratio(5, 100)
    assert dividend_rate(pool_satang=60_00, satang_months=0) is None


@pytest.mark.parametrize(
    ("interest_paid", "rate_bp", "refund"),
    [
        pytest.param(18_521_15, 500, 926_06, id="5 pct of 18,521.15 is 926.06"),
        pytest.param(50_000_00, 1_300, 6_500_00, id="13 pct of 50,000 is 6,500"),
    ],
)
def test_a_patronage_refund_at_a_published_rate(interest_paid: int, rate_bp: int, refund: int) -> None:
    assert patronage_by_rate(interest_paid_satang=interest_paid, rate_bp=rate_bp) == refund


def test_who_paid_no_interest_is_not_on_the_list_of_refunds() -> None:
    division = pool_patronage(100, {"m1": 3, "m2": 0}, rounding="half_up", residue="largest_remainder")
    assert division.parts_satang == {"m1": 100}


def test_a_deposit_of_150_at_par_100_is_one_share_and_a_half_or_one_and_an_advance() -> None:
    fractional = split_by_par(150_00, par_satang=100_00, fractional_shares=True)
    assert (fractional.shares_satang, fractional.advance_satang) == (150_00, 0)
    whole = split_by_par(150_00, par_satang=100_00, fractional_shares=False)
    assert (whole.shares_satang, whole.advance_satang) == (100_00, 50_00)
    assert split_by_par(3, par_satang=1, fractional_shares=False).shares_satang == 3
    with pytest.raises(NoSuchMultiple):
        split_by_par(150_00, par_satang=0, fractional_shares=False)


def test_two_missed_months_paid_with_the_current_one_are_fined_twice() -> None:
    missed = late_months(["2020-08", "2020-06", "2020-07"], paid_in="2020-08")
    assert missed == ("2020-06", "2020-07")
    assert late_fine(missed, fine_satang=5_00) == 10_00


def test_a_flood_without_meetings_is_not_fined() -> None:
    months = ["2020-11", "2020-12", "2021-01"]
    missed = late_months(months, paid_in="2021-01", months_without_meeting=["2020-11", "2020-12"])
    assert late_fine(missed, fine_satang=5_00) == 0


def test_who_leaves_receives_savings_and_interest_less_loans_and_fines() -> None:
    sizes = {"special_satang": 200_00, "interest_satang": 3_50, "loans_satang": 100_00, "fines_satang": 5_00}
    assert exit_net(shares_satang=1_000_00, **sizes) == 1_098_50
    with pytest.raises(NegativeInput, match="shares_satang"):
        exit_net(shares_satang=-1, **sizes)
