"""When a borrower pays: penalties, the order of use, and coins (docs/domain.md section 9.1)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.problems import IncompleteOrder, NegativeInput
from sajja_schemas.calculations.repayments import (
    Dues,
    Part,
    PenaltyCount,
    allocate_payment,
    breaks_cap,
    penalty,
    penalty_max,
    round_cash,
)
from sajja_schemas.calculations.rounding import MultipleRounding

PARTS: list[Part] = ["fine", "interest", "principal"]
ORDERS = list(itertools.permutations(PARTS))
SATANG = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("bp_month", "counted", "satang"),
    [
        pytest.param(25, "started_months", 8_33, id="25 bp a month, two started months: 8.33"),
        pytest.param(25, "days", 5_21, id="by the day at 3 pct a year: 5.21"),
        pytest.param(50, "started_months", 16_67, id="50 bp a month: 16.67"),
        pytest.param(50, "days", 10_41, id="by the day at 6 pct a year: 10.41"),
    ],
)
def test_a_penalty_on_1666_67_that_is_45_days_late(bp_month: int, counted: PenaltyCount, satang: int) -> None:
    charged = penalty(overdue_satang=1_666_67, days_late=45, bp_month=bp_month, grace_days=7, counted=counted)
    assert charged == satang


@pytest.mark.parametrize(("days_late", "satang"), [(0, 0), (7, 0), (8, 2_50), (37, 2_50), (38, 5_00)])
def test_a_month_is_started_by_its_first_day_after_grace(days_late: int, satang: int) -> None:
    charged = penalty(overdue_satang=1_000_00, days_late=days_late, bp_month=25, grace_days=7, counted="started_months")
    assert charged == satang


def test_12_and_3_pct_keep_the_cap_of_15_and_12_and_6_break_it() -> None:
    assert not breaks_cap(rate_bp_month=100, penalty_bp_month=25, cap_bp_year=1_500)
    assert breaks_cap(rate_bp_month=100, penalty_bp_month=50, cap_bp_year=1_500)


def test_the_flat_fine_of_50_in_september_is_more_than_the_6_25_that_the_cap_leaves() -> None:
    most_satang = penalty_max(overdue_satang=2_500_00, months=1, rate_bp_month=100, cap_bp_year=1_500)
    assert most_satang == 6_25
    assert most_satang < 50_00
    assert penalty_max(overdue_satang=2_500_00, months=1, rate_bp_month=200, cap_bp_year=1_500) == 0


def test_1700_pay_the_fine_the_interest_and_1508_34_of_principal() -> None:
    dues = Dues(fine_satang=8_33, interest_satang=183_33, principal_satang=1_666_67)
    used = allocate_payment(1_700_00, dues, order=("fine", "interest", "principal"))
    assert used.paid == Dues(fine_satang=8_33, interest_satang=183_33, principal_satang=1_508_34)
    assert used.short == Dues(principal_satang=158_33)
    assert used.excess_satang == 0


def test_another_order_pays_principal_before_the_fine() -> None:
    dues = Dues(fine_satang=8_33, interest_satang=183_33, principal_satang=1_666_67)
    used = allocate_payment(1_850_00, dues, order=("interest", "principal", "fine"))
    assert used.short == Dues(fine_satang=8_33)


@given(SATANG, SATANG, SATANG, SATANG, st.sampled_from(ORDERS))
def test_an_allocation_never_exceeds_what_was_paid_or_due(
    paid: int, fine: int, interest: int, principal: int, order: tuple[Part, ...]
) -> None:
    dues = Dues(fine_satang=fine, interest_satang=interest, principal_satang=principal)
    used = allocate_payment(paid, dues, order=order)
    assert used.paid.total_satang + used.excess_satang == paid
    assert used.paid.total_satang + used.short.total_satang == dues.total_satang
    assert not (used.excess_satang and used.short.total_satang)


def test_an_order_names_each_part_once_and_sizes_are_not_below_nothing() -> None:
    with pytest.raises(IncompleteOrder):
        allocate_payment(1, Dues(), order=("fine", "fine", "principal"))
    with pytest.raises(NegativeInput, match="paid_satang"):
        allocate_payment(-1, Dues(), order=PARTS)
    with pytest.raises(NegativeInput, match="fine_satang"):
        Dues(fine_satang=-1)
    with pytest.raises(NegativeInput, match="days_late"):
        penalty(overdue_satang=1, days_late=-1, bp_month=25, grace_days=7, counted="days")


@pytest.mark.parametrize(
    ("mode", "cash", "difference"),
    [
        pytest.param("down", 183_25, 8, id="183.25 in cash, 0.08 on the debit side of 4190"),
        pytest.param("half_up", 183_25, 8, id="the nearest coin is 183.25 too"),
        pytest.param("up", 183_50, -17, id="183.50 in cash, 0.17 on the credit side of 4190"),
    ],
)
def test_183_33_due_in_coins_of_25_satang(mode: MultipleRounding, cash: int, difference: int) -> None:
    taken = round_cash(183_33, unit_satang=25, mode=mode)
    assert (taken.cash_satang, taken.difference_satang) == (cash, difference)


def test_a_unit_of_nothing_rounds_nothing() -> None:
    assert round_cash(183_33, unit_satang=0, mode="up").cash_satang == 183_33
