"""The interest that is still owed of a loan, with the worked numbers of docs/domain.md section 9.1."""

from datetime import date

import pytest

from sajja_schemas.registers.loans import loan_of
from sajja_schemas.registers.moratoria import is_resting
from sajja_schemas.registers.owing import interest_owed
from unit.schemas.rules.scenes import BANK, Stage, event, granted, paid_out

LENT = date(2020, 1, 5)


def lent(method: str, **terms: object) -> Stage:
    stage = Stage()
    approved = granted("l1", "m1", 2_000_000, LENT) | {"months": 12, "first_due": "2020-02-05", "method": method}
    stage.count(event("loan_approved", **approved | terms), LENT)
    stage.count(event("loan_disbursed", **paid_out("l1", "m1", 2_000_000)), LENT)
    return stage


def pay(stage: Stage, on: date, *, interest: int = 0, principal: int = 0, sign: int = 1) -> None:
    fields = {"loan": "l1", "member": "m1", "product": "ordinary", "box": "b1"}
    parts = {"total_satang": interest + principal, "interest_satang": interest, "principal_satang": principal}
    stage.count(event("loan_repayment_received", **fields, **parts), on, sign=sign)


def owed(stage: Stage, on: date) -> int:
    loan = loan_of(stage.books.registers, stage.books.balances, BANK, "l1")
    assert loan is not None
    return interest_owed(stage.books.registers, loan, on)


def test_one_satang_of_interest_forgives_one_satang() -> None:
    """Section 9.1 by days: 246.51 unpaid on 19 April and 87.65 more on 5 May are 334.16, and 0.01 was paid."""
    stage = lent("act_365")
    assert owed(stage, date(2020, 2, 5)) == 20_384
    pay(stage, date(2020, 2, 5), interest=20_384, principal=166_283)
    assert owed(stage, date(2020, 3, 5)) == 17_483
    pay(stage, date(2020, 3, 5), interest=17_483, principal=167_517)
    assert owed(stage, date(2020, 4, 19)) == 24_651
    pay(stage, date(2020, 4, 19), interest=1)
    assert owed(stage, date(2020, 5, 5)) == 33_415
    pay(stage, date(2020, 4, 19), interest=1, sign=-1)  # then 61 days are one span, rounded once: 334.153
    assert owed(stage, date(2020, 5, 5)) == 33_415


def test_principal_that_was_paid_does_not_lower_the_interest_before_it() -> None:
    """30 days of 20,000 are 197.26, and one of 1,000 is 0.33."""
    stage = lent("act_365")
    pay(stage, date(2020, 2, 4), principal=1_900_000)
    assert owed(stage, date(2020, 2, 5)) == 19_759


@pytest.mark.parametrize(
    ("method", "terms", "before", "after"),
    [
        ("declining", {}, 40_000, 59_000),
        ("act_365", {}, 39_452, 58_836),
        ("flat_bullet", {"months": 2, "first_due": "2020-03-05"}, 40_000, 39_000),
    ],
)
def test_a_part_paid_leaves_the_rest_owed(method: str, terms: dict[str, object], before: int, after: int) -> None:
    """10.00 paid on 5 March: the same day and a month later, it is 10.00 less and nothing else."""
    stage, march = lent(method, **terms), date(2020, 3, 5)
    assert owed(stage, march) == before
    pay(stage, march, interest=1_000)
    assert owed(stage, march) == before - 1_000
    assert owed(stage, date(2020, 4, 5)) == after


MARCH = {"granted_by": "committee", "rest_from": "2020-03-01", "rest_to": "2020-03-31"}


@pytest.mark.parametrize(
    ("method", "terms", "ran", "free"),
    [
        ("declining", {}, 60_000, 40_000),  # three months at 200.00, of which one rests
        ("act_365", {}, 59_836, 39_452),  # 91 days of 20,000 at 12 % a year; 25 + 31 + 30 are not: 55 and 5 remain
        ("flat_bullet", {"months": 3, "first_due": "2020-04-05"}, 60_000, 40_000),
    ],
)
def test_no_interest_runs_while_it_rests(method: str, terms: dict[str, object], ran: int, free: int) -> None:
    april = date(2020, 4, 5)
    assert owed(lent(method, **terms), april) == ran
    for named in ({"loan": "l1"}, {"product": "ordinary"}):
        stage = lent(method, **terms)
        stage.count(event("loan_moratorium_granted", interest_runs=False, **MARCH, **named), LENT)
        assert owed(stage, april) == free
        stage.count(event("loan_moratorium_granted", interest_runs=False, **MARCH, **named), LENT, sign=-1)
        stage.count(event("loan_moratorium_granted", interest_runs=True, **MARCH, **named), LENT)
        assert owed(stage, april) == ran


def test_a_rest_is_of_the_loan_or_product_that_it_names_from_its_first_day_to_its_last() -> None:
    stage = lent("declining")
    stage.count(event("loan_moratorium_granted", interest_runs=True, loan="l2", **MARCH), LENT)
    stage.count(event("loan_moratorium_granted", interest_runs=True, product="emergency", **MARCH), LENT)
    loan = loan_of(stage.books.registers, stage.books.balances, BANK, "l1")
    assert loan is not None
    assert not is_resting(stage.books.registers, loan, date(2020, 3, 15))
    stage.count(event("loan_moratorium_granted", interest_runs=True, loan="l1", **MARCH), LENT)
    resting = [is_resting(stage.books.registers, loan, date(2020, *day)) for day in ((2, 29), (3, 1), (3, 31), (4, 1))]
    assert resting == [False, True, True, False]
