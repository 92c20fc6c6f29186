"""How well loans are paid (docs/domain.md sections 7.3, 9.5 and 9.10); the worked case of 9.5 is a golden case."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.portfolio import (
    Due,
    LoanStanding,
    Provision,
    arrears_on,
    arrears_rate,
    at_risk,
    collection_rate,
    par,
    par_and_rescheduled,
    portfolio,
    provision,
    provision_change,
    risk_buckets,
)
from sajja_schemas.calculations.rounding import ratio

DUES = [Due(on=date(2020, month, 5), due_satang=100_00) for month in (3, 1, 2)]
STANDINGS = st.builds(LoanStanding, outstanding_satang=st.integers(0, 10**9), days_late=st.integers(0, 400))


@pytest.mark.parametrize(
    ("paid", "on", "overdue", "days"),
    [
        pytest.param(0, date(2020, 1, 5), 0, 0, id="an instalment due today is not late"),
        pytest.param(0, date(2020, 1, 6), 100_00, 1, id="the day after it is one day late"),
        pytest.param(100_00, date(2020, 2, 20), 100_00, 15, id="money fills the oldest first"),
        pytest.param(150_00, date(2020, 2, 20), 50_00, 15, id="half an instalment leaves half of it late"),
        pytest.param(0, date(2020, 3, 10), 300_00, 65, id="the days are those of the oldest"),
        pytest.param(999_00, date(2020, 3, 10), 0, 0, id="what is paid ahead is not late"),
    ],
)
def test_days_late_are_counted_from_the_oldest_instalment_that_is_not_paid(
    paid: int, on: date, overdue: int, days: int
) -> None:
    standing = arrears_on(DUES, paid_satang=paid, on=on)
    assert (standing.overdue_satang, standing.days_late) == (overdue, days)


def test_where_nothing_is_lent_there_is_no_ratio() -> None:
    assert par([], days_over=30) is None
    assert arrears_rate([]) is None
    assert collection_rate([]) is None
    assert par_and_rescheduled([], days_over=30, on=date(2020, 1, 1)) is None


def test_a_new_loan_that_repays_an_old_one_keeps_its_days() -> None:
    evergreen = LoanStanding(outstanding_satang=100, days_late=0, refinanced_days_late=95)
    assert par([evergreen], days_over=90) == 1


def test_a_rescheduled_loan_is_shown_for_twelve_months_and_counted_once() -> None:
    loans = [
        LoanStanding(outstanding_satang=50, rescheduled_on=date(2020, 1, 5)),
        LoanStanding(outstanding_satang=30, days_late=40, rescheduled_on=date(2020, 1, 5)),
        LoanStanding(outstanding_satang=20),
    ]
    assert par(loans, days_over=30) == ratio(30, 100)
    assert par_and_rescheduled(loans, days_over=30, on=date(2021, 1, 4)) == ratio(80, 100)
    assert par_and_rescheduled(loans, days_over=30, on=date(2021, 1, 5)) == ratio(30, 100)


def test_arrears_have_a_rate_of_their_own() -> None:
    assert arrears_rate([LoanStanding(outstanding_satang=100, days_late=31, overdue_satang=7)]) == ratio(7, 100)


def test_a_bucket_reaches_to_the_next_limit() -> None:
    loans = [LoanStanding(outstanding_satang=days + 1, days_late=days) for days in (0, 1, 30, 31, 60, 91, 400)]
    assert [(bucket.days_over, bucket.loans, bucket.outstanding_satang) for bucket in risk_buckets(loans)] == [
        (0, 2, 2 + 31), (30, 2, 32 + 61), (60, 0, 0), (90, 2, 92 + 401),
    ]  # fmt: skip


@given(st.lists(STANDINGS, max_size=10))
def test_buckets_are_what_is_at_risk(loans: list[LoanStanding]) -> None:
    buckets = risk_buckets(loans)
    for place, bucket in enumerate(buckets):
        beyond = sum(later.outstanding_satang for later in buckets[place:])
        assert at_risk(loans, days_over=bucket.days_over) == beyond <= portfolio(loans)


def test_the_allowance_follows_the_last_limit_that_a_loan_has_passed() -> None:
    rules = [Provision(overdue_days_over=90, share_bp=10_000), Provision(overdue_days_over=30, share_bp=2_550)]
    loans = [LoanStanding(outstanding_satang=1_001, days_late=days) for days in (30, 31, 91)]
    required = provision(loans, rules)
    assert required == 1_256  # 255.255 and 1,001
    assert provision_change(required_satang=required, held_satang=2_000) == -744
    assert provision(loans, []) == 0


def test_an_advance_collects_nothing() -> None:
    dues = [
        Due(on=date(2020, 8, 5), due_satang=100, received_satang=300),
        Due(on=date(2020, 8, 5), due_satang=100, received_satang=50),
    ]
    assert collection_rate(dues) == ratio(150, 200)
