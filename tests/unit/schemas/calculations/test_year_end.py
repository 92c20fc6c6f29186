"""The end of a year (docs/domain.md sections 5.13 and 9.7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.problems import NoProfitToAllocate, NotAWhole, NotBalanced, NotYetClosed
from sajja_schemas.calculations.rounding import ratio
from sajja_schemas.calculations.year_end import (
    AllocationHead,
    AllocationWarning,
    Line,
    allocate_profit,
    allocation_warnings,
    closing_lines,
    expense,
    income,
    net_profit,
    opening_lines,
)

BALANCES = {
    (1110, "b1"): 900,
    (3110, "m1"): -800,
    (4110, "l1"): -150,
    (4110, "l2"): -50,
    (4130, ""): 0,
    (5120, ""): 100,
}


def test_every_income_and_expense_account_is_taken_to_zero() -> None:
    assert (income(BALANCES), expense(BALANCES), net_profit(BALANCES)) == (200, 100, 100)
    assert closing_lines(BALANCES, into_account=3320) == (
        Line(account=4110, sub="l1", amount_satang=150),
        Line(account=4110, sub="l2", amount_satang=50),
        Line(account=5120, amount_satang=-100),
        Line(account=3320, amount_satang=-100),
    )


def test_a_fund_closes_into_its_balance_and_a_loss_is_a_debit() -> None:
    assert closing_lines({(5214, "c1"): 70, (4162, "m1"): -30}, into_account=3410)[-1] == Line(
        account=3410, amount_satang=40
    )
    assert closing_lines({(4140, "k1"): -30, (5120, ""): 30}, into_account=3420) == (
        Line(account=4140, sub="k1", amount_satang=30),
        Line(account=5120, amount_satang=-30),
    )


@given(
    st.dictionaries(
        st.tuples(st.sampled_from([1110, 3110, 4110, 4162, 5120, 5214]), st.text("ab", max_size=1)),
        st.integers(-(10**9), 10**9),
    )
)
def test_a_close_sums_to_zero_and_leaves_no_result(balances: dict[tuple[int, str], int]) -> None:
    lines = closing_lines(balances, into_account=3320)
    assert sum(line.amount_satang for line in lines) == 0
    after = dict(balances)
    for line in lines:
        after[line.account, line.sub] = after.get((line.account, line.sub), 0) + line.amount_satang
    assert net_profit(after) == income(after) == expense(after) == 0


def test_a_tie_goes_to_the_head_that_is_named_first() -> None:
    heads = [AllocationHead(head="reserve", share_bp=5_000), AllocationHead(head="dividend", share_bp=5_000)]
    assert allocate_profit(101, heads) == {"reserve": 51, "dividend": 50}


@given(st.integers(1, 10**11), st.lists(st.integers(0, 10_000), min_size=6, max_size=6))
def test_an_allocation_is_the_profit_to_the_last_satang(profit: int, cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), 10_000]
    heads = [AllocationHead(head=f"h{place}", share_bp=ends[place + 1] - ends[place]) for place in range(7)]
    parts = allocate_profit(profit, heads)
    assert sum(parts.values()) == profit
    assert all(abs(parts[head.head] - ratio(profit * head.share_bp, 10_000)) < 1 for head in heads)


def test_parts_are_a_whole_and_a_loss_allocates_nothing() -> None:
    with pytest.raises(NotAWhole, match="9900 of 10000"):
        allocate_profit(100, [AllocationHead(head="reserve", share_bp=9_900)])
    for profit in (0, -1):
        with pytest.raises(NoProfitToAllocate):
            allocate_profit(profit, [AllocationHead(head="reserve", share_bp=10_000)])


def test_a_small_reserve_and_a_large_dividend_warn() -> None:
    assert allocation_warnings(reserve_share_bp=1_000, dividend_rate=ratio(10, 100)) == ()
    assert allocation_warnings(reserve_share_bp=1_000, dividend_rate=None) == ()
    assert allocation_warnings(reserve_share_bp=999, dividend_rate=ratio(1_001, 10_000)) == (
        AllocationWarning.RESERVE_LOW,
        AllocationWarning.DIVIDEND_HIGH,
    )


def test_a_year_opens_with_what_stands_after_the_close() -> None:
    assert opening_lines({(3110, "m1"): -900, (1110, "b1"): 900, (3320, ""): 0}) == (
        Line(account=1110, sub="b1", amount_satang=900),
        Line(account=3110, sub="m1", amount_satang=-900),
    )
    with pytest.raises(NotYetClosed, match="account 4110"):
        opening_lines(BALANCES)
    with pytest.raises(NotBalanced, match="900 satang are left"):
        opening_lines({(1110, "b1"): 900})
