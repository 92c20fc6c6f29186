"""Every case of `schemas/vectors/domain/golden_cases.json`, with the number that was published or worked by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from sajja_schemas.calculations.deposits import InterestMethod, minimum_balances, special_savings_interest
from sajja_schemas.calculations.identity import check_digit, read_identity
from sajja_schemas.calculations.loans import (
    Instalment,
    MonthMethod,
    Payment,
    Terms,
    act365_statement,
    effective_rate_month,
    schedule,
)
from sajja_schemas.calculations.matching import matching_round
from sajja_schemas.calculations.portfolio import LoanStanding, at_risk, par, portfolio
from sajja_schemas.calculations.rounding import LineRounding, exact_part, half_up, largest_remainder, ratio
from sajja_schemas.calculations.shares import RoundedAt, ShareLine, fixed_rate_dividend, share_lines, share_months
from sajja_schemas.calculations.spans import Movement
from unit.schemas.calculations.published import GOLDEN, YEAR, move, satang, savings_of_a_year

LOAN = Terms(principal_satang=2_000_000, months=12, rate_bp_month=100)
RULES: dict[str, tuple[LineRounding, RoundedAt]] = {
    "half_up_each": ("half_up", "line"),
    "floor_satang_each": ("floor_satang", "line"),
    "floor_baht_each": ("floor_baht", "line"),
    "sum_then_half_up": ("half_up", "sum"),
}
FIXED_RATES = [
    pytest.param(
        case,
        rule,
        id=f"{case['case']}: {case['opening']} and {case['monthly']} a month at {case['rate_pct']} %, {rule}",
    )
    for case in GOLDEN["dividend_fixed_rate"]
    for rule in RULES
]


@pytest.mark.parametrize(("case", "rule"), FIXED_RATES)
def test_a_dividend_at_a_fixed_rate_is_the_published_one(case: dict[str, Any], rule: str) -> None:
    lines = share_lines(savings_of_a_year(opening=case["opening"], monthly=[case["monthly"]] * 12), year_first_day=YEAR)
    rounding, rounded_at = RULES[rule]
    earned_satang = fixed_rate_dividend(
        lines, rate_bp_year=satang(case["rate_pct"]), rounding=rounding, rounded_at=rounded_at
    )
    assert earned_satang == satang(case[rule])


def test_one_cooperative_prints_each_line_down_to_the_baht() -> None:
    printed = [
        fixed_rate_dividend([ShareLine(amount_satang=100_000, months=months)], rate_bp_year=650, rounding="floor_baht")
        for months in (11, 10, 9, 8, 7, 6)
    ]
    assert printed == [5_900, 5_400, 4_800, 4_300, 3_700, 3_200]


POOL = GOLDEN["dividend_pool_share_months"]
MEMBERS: dict[str, list[Movement]] = {
    "M001": savings_of_a_year(opening=12_000, monthly=[100] * 12),
    "M002": savings_of_a_year(opening=8_500, monthly=[100] * 12),
    "M003": savings_of_a_year(opening=0, monthly=[0] * 3 + [200] * 9),
    "M004": savings_of_a_year(opening=5_000, monthly=[50] * 6 + [0] * 6, withdrawn={7: 5_300}),
    "M005": savings_of_a_year(opening=20, monthly=[0] * 12),
}
POOL_ROWS = [
    pytest.param(row, id=f"{row['member']} weighs {row['share_month_baht']} and earns {row['largest_remainder']}")
    for row in POOL["rows"]
]


def weights_of_the_pool() -> dict[str, int]:
    return {member: share_months(movements, year_first_day=YEAR) for member, movements in MEMBERS.items()}


@pytest.mark.parametrize("row", POOL_ROWS)
def test_a_member_weighs_and_earns_what_the_list_says(row: dict[str, Any]) -> None:
    weights, pool_satang = weights_of_the_pool(), satang(POOL["pool"])
    exact = exact_part(pool_satang=pool_satang, weight=weights[row["member"]], weight_total=sum(weights.values()))
    assert weights[row["member"]] == 100 * row["share_month_baht"]
    assert exact == Fraction(row["exact_satang"])
    assert half_up(exact) == satang(row["naive_half_up"])
    assert largest_remainder(pool_satang, weights)[row["member"]] == satang(row["largest_remainder"])


def test_the_pool_of_1234_57_is_divided_to_the_last_satang() -> None:
    weights, pool_satang = weights_of_the_pool(), satang(POOL["pool"])
    total = sum(weights.values())
    each_line = [half_up(ratio(pool_satang * weight, total)) for weight in weights.values()]
    assert total == 100 * POOL["total_weight"]
    assert sum(each_line) == satang(POOL["sum_naive"])
    assert sum(largest_remainder(pool_satang, weights).values()) == satang(POOL["sum_lr"]) == pool_satang


def test_a_shop_cooperative_paid_10_00_baht_a_share_and_left_the_walk_in_row_unpaid() -> None:
    published, pool_satang = GOLDEN["be2565"], satang("102,456.60")
    shares = {"weight": 2_010, "weight_total": 102_444}  # tenths of a share: 201 of 10,244.4
    assert half_up(exact_part(pool_satang=pool_satang, **shares)) == satang(published["m91014_dividend"])
    bought, walked_in = (
        half_up(exact_part(pool_satang=pool_satang, weight=baht, weight_total=5_647_465)) for baht in (34_429, 289_635)
    )
    assert bought == satang(published["m91014_rebate"])
    assert walked_in == satang(published["walkin_rebate"])
    assert half_up(ratio(satang("409,826.40") * 30, 100)) == satang(published["reserve30"])
    rate_per_share_satang = ratio(pool_satang * 10, 102_444)
    assert half_up(rate_per_share_satang * 10**12) == int(published["rate_per_share"].replace(".", "")) // 10


def row_of(instalment: Instalment) -> list[int]:
    return [
        instalment.month,
        instalment.principal_satang,
        instalment.interest_satang,
        instalment.payment_satang,
        instalment.balance_satang,
    ]


ROUNDED_UP = Terms(principal_satang=2_000_000, months=12, rate_bp_month=100, rounding_satang=10_000, rounding_mode="up")
SCHEDULES: list[tuple[str, MonthMethod, Terms]] = [
    ("loan_flat", "flat_instalments", LOAN),
    ("loan_declining_equal_principal", "declining", LOAN),
    ("loan_annuity", "annuity", LOAN),
    ("loan_decl_ceil100", "declining", ROUNDED_UP),
]
INSTALMENTS = [
    pytest.param(method, terms, row, id=f"{name}, instalment {row[0]}: {row[1]} and {row[2]} leave {row[4]}")
    for name, method, terms in SCHEDULES
    for row in GOLDEN[name]["rows"]
]


@pytest.mark.parametrize(("method", "terms", "row"), INSTALMENTS)
def test_an_instalment_of_20000_over_12_months_at_1_pct(method: MonthMethod, terms: Terms, row: list[Any]) -> None:
    instalment = schedule(method, terms)[row[0] - 1]
    assert row_of(instalment) == [row[0], *(satang(amount) for amount in row[1:])]


@pytest.mark.parametrize(
    ("name", "method", "terms"),
    [pytest.param(*case, id=f"{case[0]} costs {GOLDEN[case[0]]['total_interest']}") for case in SCHEDULES],
)
def test_the_total_of_20000_over_12_months_at_1_pct(name: str, method: MonthMethod, terms: Terms) -> None:
    instalments = schedule(method, terms)
    assert len(instalments) == len(GOLDEN[name]["rows"])
    assert sum(row.interest_satang for row in instalments) == satang(GOLDEN[name]["total_interest"])
    assert sum(row.payment_satang for row in instalments) == satang(GOLDEN[name]["total_paid"])


def test_a_flat_1_pct_costs_1_788101_pct_a_month_and_21_4572_pct_a_year() -> None:
    rate = effective_rate_month(received_satang=2_000_000, instalments=schedule("flat_instalments", LOAN))
    assert f"{half_up(rate * 10**8) / 10**6}" == str(GOLDEN["flat_effective"]["irr_month_pct"])
    assert f"{half_up(rate * 12 * 10**6) / 10**4}" == str(GOLDEN["flat_effective"]["nominal_year_pct"])


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, id=f"{row['date']}: {row['days']} days, pays {row['pay']}, owes {row['balance']}")
        for place, row in enumerate(GOLDEN["act365"])
    ],
)
def test_interest_by_actual_days_is_carried_and_never_compounded(place: int) -> None:
    rows = GOLDEN["act365"]
    line = act365_statement(
        principal_satang=2_000_000,
        rate_bp_year=1_200,
        disbursed_on=date(2020, 1, 5),
        payments=[Payment(on=date.fromisoformat(row["date"]), amount_satang=satang(row["pay"])) for row in rows],
    )[place]
    row = rows[place]
    assert (line.on.isoformat(), line.days) == (row["date"], row["days"])
    assert line.to_interest_satang == satang(row["to_interest"])
    assert line.to_principal_satang == satang(row["to_principal"])
    assert line.interest_unpaid_satang == satang(row["interest_unpaid"])
    assert line.balance_satang == satang(row["balance"])


SAVED = [move("2020-01-01", 10_000), move("2020-03-16", 5_000), move("2020-06-01", -3_000)]
METHODS: list[tuple[str, InterestMethod]] = [
    ("daily_365", "daily_365"),
    ("daily_366", "daily_366"),
    ("min_monthly", "min_monthly_from_day5"),
]


@pytest.mark.parametrize(
    ("name", "method"),
    [pytest.param(*case, id=f"{case[1]} earns {GOLDEN['special_savings'][case[0]]}") for case in METHODS],
)
def test_special_savings_at_6_pct_in_2563(name: str, method: InterestMethod) -> None:
    earned_satang = special_savings_interest(
        SAVED, method=method, rate_bp_year=600, first_day=YEAR, last_day=date(2020, 12, 31)
    )
    assert earned_satang == satang(GOLDEN["special_savings"][name])


def test_the_lowest_balance_of_each_month_is_taken_from_the_fifth_on() -> None:
    minimums = minimum_balances(SAVED, first_day=YEAR, last_day=date(2020, 12, 31))
    published = [satang(baht) for baht in GOLDEN["special_savings"]["min_balances"]]
    assert [minimum.balance_satang for minimum in minimums] == published


LOANS = [
    LoanStanding(outstanding_satang=satang(balance), days_late=days, overdue_satang=satang(overdue))
    for balance, days, overdue in [
        (12_000, 0, 0), (8_000, 15, 700), (20_000, 31, 1_667), (5_000, 30, 500),
        (15_000, 95, 4_500), (4_000, 200, 4_000), (30_000, 0, 0), (6_000, 65, 1_000),
    ]
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "days_over"),
    [
        pytest.param(name, days, id=f"more than {days} days: {GOLDEN['par'][name][1]} %")
        for name, days in [("PAR0(>0)", 0), ("PAR30(>30)", 30), ("PAR60", 60), ("PAR90", 90)]
    ],
)
def test_portfolio_at_risk_is_the_whole_balance_of_late_loans(name: str, days_over: int) -> None:
    baht, percent = GOLDEN["par"][name]
    assert portfolio(LOANS) == satang(GOLDEN["par"]["portfolio"])
    assert at_risk(LOANS, days_over=days_over) == satang(baht)
    assert par(LOANS, days_over=days_over) == Fraction(str(percent)) / 100


def test_the_two_wrong_readings_of_par_are_not_ours() -> None:
    late = [loan for loan in LOANS if loan.days_late > 30]
    arrears_satang = sum(loan.overdue_satang for loan in late)
    ours = par(LOANS, days_over=30)
    assert arrears_satang == satang(GOLDEN["par"]["wrong_arrears_rate"][0])
    assert ours != ratio(arrears_satang, portfolio(LOANS)) == Fraction("0.11167")
    assert ours != ratio(len(late), len(LOANS)) == ratio(GOLDEN["par"]["wrong_count_rate"][0], 8) == Fraction("0.5")


def test_a_matching_round_of_1120_members_asks_for_1226400() -> None:
    published = GOLDEN["matching"]
    asked = matching_round(eligible=published["eligible"], member_year_satang=satang(365))
    assert asked.members_satang == satang(published["member_round"])
    assert asked.state_satang == satang(published["state"])
    assert asked.local_satang == satang(published["local"])
    assert asked.total_satang == satang(published["total"])


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['first12']} ends in {case['check']}") for case in GOLDEN["thai_id"]]
)
def test_the_check_digit_of_an_identity_number(case: dict[str, Any]) -> None:
    assert check_digit(case["first12"]) == case["check"]
    reading = read_identity(case["full"], document="national_id", allow_synthetic_id=True)
    assert (reading.number, reading.doubt) == (case["full"], None)


def test_no_case_of_the_file_is_left_out() -> None:
    assert set(GOLDEN) == {
        "dividend_fixed_rate", "dividend_pool_share_months", "be2565", "loan_flat", "loan_declining_equal_principal",
        "loan_annuity", "loan_decl_ceil100", "flat_effective", "act365", "special_savings", "par", "matching",
        "thai_id", "note",
    }  # fmt: skip
