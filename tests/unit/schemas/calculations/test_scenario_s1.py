"""The figures of scenario S1 that are computed, from the inputs of its year (docs/domain.md sections 9.7 and 9.8)."""

from datetime import date

import pytest

from sajja_schemas.calculations.deposits import special_savings_interest
from sajja_schemas.calculations.loans import Terms, schedule
from sajja_schemas.calculations.shares import Shareholder, pool_dividend, pool_patronage, share_weights
from sajja_schemas.calculations.year_end import (
    AllocationHead,
    allocate_profit,
    closing_lines,
    expense,
    income,
    net_profit,
    opening_lines,
)
from unit.schemas.calculations.published import SCENARIO, YEAR, move, satang, savings_of_a_year

MEMBERS = {
    "M001": Shareholder(movements=tuple(savings_of_a_year(opening=40_000, monthly=[200] * 12))),
    "M002": Shareholder(
        movements=tuple(savings_of_a_year(opening=35_000, monthly=[100] * 6, withdrawn={7: 35_600})),
        left_on=date(2020, 7, 20),
    ),
    "M003": Shareholder(movements=tuple(savings_of_a_year(opening=25_000, monthly=[300] * 12))),
    "M004": Shareholder(movements=tuple(savings_of_a_year(opening=0, monthly=[0] * 9 + [100] * 3))),
}
HEADS = [
    AllocationHead(head=head, share_bp=share_bp)
    for head, share_bp in [
        ("dividend", 4_000), ("patronage", 1_000), ("reserve", 1_500), ("welfare_fund", 1_000),
        ("village_development", 1_000), ("committee", 1_000), ("risk_reserve", 500),
    ]
]  # fmt: skip
ACCOUNTS = {"dividend": 2130, "patronage": 2131, "reserve": 3210, "welfare_fund": 2610, "village_development": 3230,
            "committee": 2710, "risk_reserve": 3220}  # fmt: skip
BEFORE = {(int(account), ""): satang(amount) for account, amount in SCENARIO["pre_close_tb"]["V01"].items()}


def interest_of(principal: int, instalment: int, months: int) -> int:
    """The interest of the first months of a declining loan, in satang."""
    terms = Terms(
        principal_satang=satang(principal),
        months=-(-principal // instalment),
        rate_bp_month=100,
        rounding_satang=satang(instalment),
        rounding_mode="up",
    )
    return sum(row.interest_satang for row in schedule("declining", terms)[:months])


def weights() -> dict[str, int]:
    return share_weights(MEMBERS, year_first_day=YEAR, weight="share_month", leavers_share=True)


def allocation() -> dict[str, int]:
    return allocate_profit(net_profit(BEFORE), HEADS)


def test_the_net_profit_is_income_10012_37_less_expense_5973_25() -> None:
    assert income(BEFORE) == satang(SCENARIO["V01_income"]) == 10_012_37
    assert expense(BEFORE) == satang(SCENARIO["V01_expense"]) == 5_973_25
    assert net_profit(BEFORE) == satang(SCENARIO["V01_net_profit"]) == 4_039_12


@pytest.mark.parametrize(
    "head", [pytest.param(head.head, id=f"{head.head} {SCENARIO['allocation'][head.head]}") for head in HEADS]
)
def test_the_profit_is_allocated_40_10_15_10_10_10_5(head: str) -> None:
    assert allocation()[head] == satang(SCENARIO["allocation"][head])


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(member, id=f"{member} weighs {SCENARIO['share_months'][member]}, earns {earned}")
        for member, earned in SCENARIO["dividend"].items()
    ],
)
def test_a_member_weighs_share_months_and_earns_a_dividend(member: str) -> None:
    pool = pool_dividend(allocation()["dividend"], weights(), rounding="half_up", residue="largest_remainder")
    assert weights()[member] == 100 * SCENARIO["share_months"][member]
    assert pool.parts_satang[member] == satang(SCENARIO["dividend"][member])
    assert pool.residue_satang == 0


def interest_paid() -> dict[str, int]:
    return {
        "M001": interest_of(60_000, 5_000, 12),
        "M002": interest_of(50_000, 2_000, 6),  # July's 380.00 was paid by the risk fund
        # August was missed: September pays two months of interest on 17,500 and two instalments.
        "M003": interest_of(30_000, 2_500, 5) + 2 * 175_00 + interest_of(12_500, 2_500, 3),
        "M004": 0,
    }


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(member, id=f"{member} paid {SCENARIO['interest_paid_basis'][member]}, gets {refund} back")
        for member, refund in SCENARIO["patronage"].items()
    ],
)
def test_a_borrower_is_refunded_by_the_interest_paid(member: str) -> None:
    pool = pool_patronage(allocation()["patronage"], interest_paid(), rounding="half_up", residue="largest_remainder")
    assert interest_paid()[member] == satang(SCENARIO["interest_paid_basis"][member])
    assert pool.parts_satang[member] == satang(SCENARIO["patronage"][member])
    assert set(pool.parts_satang) == set(SCENARIO["patronage"])


def test_the_heirs_of_m002_receive_461_74_after_the_general_meeting() -> None:
    shares = pool_dividend(allocation()["dividend"], weights(), rounding="half_up", residue="largest_remainder")
    refunds = pool_patronage(
        allocation()["patronage"], interest_paid(), rounding="half_up", residue="largest_remainder"
    )
    assert shares.parts_satang["M002"] + refunds.parts_satang["M002"] == 461_74


def test_the_special_savings_of_m003_earn_1922_50() -> None:
    movements = [
        move("2019-12-31", 30_000),
        move("2020-03-16", 5_000),
        move("2020-06-01", -3_000),
        move("2020-08-05", 100),  # the wrong 1,000 and its reversal are no movements
    ]
    earned_satang = special_savings_interest(
        movements, method="min_monthly_from_day5", rate_bp_year=600, first_day=YEAR, last_day=date(2020, 12, 31)
    )
    assert earned_satang == satang(SCENARIO["special_savings_interest"]) == 1_922_50


def test_closing_and_allocating_gives_the_published_trial_balance() -> None:
    after = dict(BEFORE)
    for line in closing_lines(BEFORE, into_account=3320):
        after[line.account, ""] = after.get((line.account, ""), 0) + line.amount_satang
    after[3320, ""] += net_profit(BEFORE)
    for head, part_satang in allocation().items():
        after[ACCOUNTS[head], ""] = after.get((ACCOUNTS[head], ""), 0) - part_satang
    published = {int(account): satang(amount) for account, amount in SCENARIO["V01_post_close"].items()}
    assert {line.account: line.amount_satang for line in opening_lines(after)} == published
