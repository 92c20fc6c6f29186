"""The interest that is still owed of a loan, with the worked numbers of docs/domain.md section 9.1."""

from datetime import date
from typing import Any

import pytest

from sajja_schemas.events.ruleset import LoanRules, Penalty
from sajja_schemas.registers.loans import Loan, loan_of
from sajja_schemas.registers.moratoria import is_resting
from sajja_schemas.registers.owing import (
    before,
    fines_of_arrears,
    interest_owed,
    penalty_cap_satang,
    penalty_owed,
    unpaid_dues,
)
from unit.schemas.rules.scenes import BANK, REF, Stage, event, granted, paid_out

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


def loan(stage: Stage) -> Loan:
    found = loan_of(stage.books.registers, stage.books.balances, BANK, "l1")
    assert found is not None
    return found


def owed(stage: Stage, on: date) -> int:
    return interest_owed(stage.books.registers, loan(stage), on)


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
    assert not is_resting(stage.books.registers, loan(stage), date(2020, 3, 15))
    stage.count(event("loan_moratorium_granted", interest_runs=True, loan="l1", **MARCH), LENT)
    resting = [
        is_resting(stage.books.registers, loan(stage), date(2020, *day)) for day in ((2, 29), (3, 1), (3, 31), (4, 1))
    ]
    assert resting == [False, True, True, False]


def test_of_a_loan_without_terms_nothing_is_asked() -> None:
    stage = Stage()
    stage.count(event("loan_disbursed", **paid_out("l1", "m1", 2_000_000)), LENT)
    registers, day = stage.books.registers, date(2024, 1, 1)
    assert owed(stage, day) == 0
    assert list(unpaid_dues(loan(stage), day)) == []
    assert penalty_cap_satang(loan(stage), day, cap_bp_year=1_500) == 0
    assert fines_of_arrears(registers, loan(stage), day) == 0


def test_a_loan_is_seen_as_it_was_before_a_day() -> None:
    stage = lent("declining")
    pay(stage, date(2020, 2, 5), principal=166_667)
    pay(stage, date(2020, 3, 5), principal=166_667)
    was = [before(stage.books.registers, loan(stage), date(2020, month, 5)).outstanding_satang for month in (2, 3, 4)]
    assert was == [2_000_000, 1_833_333, 1_666_666]
    assert [
        due.on.month
        for due in unpaid_dues(before(stage.books.registers, loan(stage), date(2020, 3, 5)), date(2020, 4, 30))
    ] == [3, 4]
    assert len(list(unpaid_dues(loan(stage), date(2030, 1, 1)))) == 10


@pytest.mark.parametrize(("on", "penalty"), [("overdue_principal", 417), ("overdue_instalment", 467)])
def test_a_penalty_is_on_the_principal_or_on_the_whole_instalment(on: Any, penalty: int) -> None:
    """0.25 % for one started month on 1,666.67, or also on the 200.00 of interest; less what was taken or waived."""
    stage, day = lent("declining"), date(2020, 2, 20)
    rules = LoanRules(penalty=Penalty(bp_month=25, on=on, counted="started_months", grace_days=7))

    def asked() -> int:
        return penalty_owed(stage.books.registers, loan(stage), rules, day)

    assert asked() == penalty
    assert penalty_owed(stage.books.registers, loan(stage), LoanRules(), day) == 0
    assert penalty_owed(stage.books.registers, loan(stage), rules, date(2020, 2, 5)) == 0
    stage.count(event("loan_fine_charged", loan="l1", member="m1", amount_satang=100, box="b1"), day)
    waived = event("loan_fine_waived", loan="l1", member="m1", amount_satang=200, reason="flood", resolution=REF)
    stage.count(waived, day)
    assert asked() == penalty - 300
    assert penalty_owed(stage.books.registers, loan(stage), rules, day, without_satang=100) == penalty - 200


def test_interest_is_owed_anew_from_a_rescheduling_and_of_a_loan_brought_forward_from_its_month() -> None:
    """After 15 March the new plan runs; what was paid on that day belongs to the old terms."""
    stage, day = lent("declining"), date(2020, 3, 15)
    pay(stage, day, interest=40_000)
    stage.count(
        event(
            "loan_rescheduled", loan="l1", member="m1", product="ordinary", principal_satang=2_000_000, months=20,
            rate_bp_month=100, method="declining", first_due="2020-04-05", times=1, reason="flood", resolution=REF,
        ),
        day,
    )  # fmt: skip
    assert owed(stage, date(2020, 4, 5)) == 20_000
    brought = Stage()
    terms: dict[str, Any] = {
        "member": "m1", "principal_satang": 2_000_000, "months": 12, "rate_bp_month": 100, "method": "declining",
        "first_due": "2020-02-05",
    }  # fmt: skip
    line = {"account": 1210, "sub": "l1", "amount_satang": 1_000_000, "loan": terms}
    brought.count(event("opening_balance_recorded", ledger=BANK, lines_of_page=[line]), date(2020, 5, 10))
    assert (owed(brought, date(2020, 5, 31)), owed(brought, date(2020, 6, 1))) == (0, 10_000)


def test_a_bullet_owes_no_interest_before_its_month() -> None:
    assert owed(lent("flat_bullet", months=3, first_due="2020-04-05"), date(2020, 3, 31)) == 0
