"""A late loan that is paid off with a new one is allowed and seen, and PAR shows the old days (docs/domain.md 9.10)."""

from datetime import date, timedelta
from typing import Any

import pytest

from sajja_schemas.calculations.portfolio import at_risk
from sajja_schemas.findings import Finding
from sajja_schemas.registers.loans import loan_of
from sajja_schemas.registers.refinancing import standing
from sajja_schemas.rules import ENTRY_RULES, ask
from unit.schemas.rules.entry_cases import receipt
from unit.schemas.rules.scenes import BANK, Stage, counted, event, granted, loan, paid_out

LENT, DUE = date(2020, 1, 5), date(2020, 2, 5)
LATE = date(2020, 5, 10)  # 95 days after the first due
_RULE = next(rule for rule in ENTRY_RULES if rule.code == "LATE_LOAN_REFINANCED")


def late_borrower() -> Stage:
    """1,000.00 in ten parts, none of them paid."""
    stage = Stage()
    loan("l1", "m1", 100_000, LENT, first_due=DUE.isoformat())(stage)
    return stage


def found(stage: Stage, tag: str, day: date, **fields: Any) -> Finding | None:
    return ask(_RULE, stage.books, stage.body(event(tag, **fields), day), "entry")


def pay_off(stage: Stage, day: date) -> None:
    stage.count(event("loan_repayment_received", **receipt(100_000)), day)


def lend_anew(stage: Stage, day: date, who: str = "m1") -> None:
    loan("l2", who, 120_000, day)(stage)


def days_at_risk(stage: Stage, on: date) -> int:
    books = stage.books
    new = loan_of(books.registers, books.balances, BANK, "l2")
    assert new is not None
    return standing(books.registers, books.balances, new, on).days_at_risk


@pytest.mark.parametrize(("days", "old_days"), [(0, 95), (7, 95), (8, 0)])
def test_a_loan_within_seven_days_of_the_closing_is_as_old_as_the_closed_one(days: int, old_days: int) -> None:
    stage, day = late_borrower(), LATE + timedelta(days=days)
    pay_off(stage, LATE)
    stage.count(event("loan_approved", **granted("l2", "m1", 120_000, day)), day)
    told = found(stage, "loan_disbursed", day, **paid_out("l2", "m1", 120_000))
    assert (told is not None) is (old_days > 0)
    if told is not None:
        assert (told.fields["late"], told.fields["days"], told.amount_satang) == ("l1", 95, 100_000)
    stage.count(event("loan_disbursed", **paid_out("l2", "m1", 120_000)), day)
    assert days_at_risk(stage, day) == old_days


def test_so_is_one_that_was_paid_out_first() -> None:
    stage = late_borrower()
    lend_anew(stage, LATE)
    assert days_at_risk(stage, LATE) == 0
    assert found(stage, "loan_repayment_received", LATE, **receipt(99_999)) is None
    told = found(stage, "loan_repayment_received", LATE + timedelta(days=2), **receipt(100_000))
    assert told is not None
    assert (told.fields["loan"], told.fields["late"], told.fields["days"]) == ("l2", "l1", 97)
    pay_off(stage, LATE + timedelta(days=2))
    assert days_at_risk(stage, LATE + timedelta(days=2)) == 97
    books = stage.books
    new = loan_of(books.registers, books.balances, BANK, "l2")
    assert new is not None
    standings = [standing(books.registers, books.balances, new, LATE)]
    assert [at_risk(standings, days_over=days) for days in (90, 180)] == [120_000, 0]


def test_paying_off_a_loan_that_is_not_late_is_nobodys_business() -> None:
    stage = late_borrower()
    lend_anew(stage, DUE)
    assert found(stage, "loan_repayment_received", DUE, **receipt(100_000)) is None
    pay_off(stage, DUE)
    assert found(stage, "loan_disbursed", DUE, **paid_out("l2", "m1", 120_000)) is None
    assert days_at_risk(stage, DUE) == 0


def test_another_members_loan_is_no_concern() -> None:
    stage = late_borrower()
    pay_off(stage, LATE)
    lend_anew(stage, LATE, "m2")
    assert days_at_risk(stage, LATE) == 0
    assert found(stage, "loan_disbursed", LATE, **paid_out("l2", "m2", 120_000)) is None


def test_a_reversed_payment_closed_nothing() -> None:
    stage = late_borrower()
    pay_off(stage, LATE)
    lend_anew(stage, LATE)
    assert days_at_risk(stage, LATE) == 95
    stage.count(event("loan_repayment_received", **receipt(100_000)), LATE, sign=-1)
    assert days_at_risk(stage, LATE) == 0


def test_a_loan_without_terms_has_no_borrower_to_ask_about() -> None:
    stage = Stage()
    counted("loan_disbursed", LATE, **paid_out("l2", "m1", 120_000))(stage)
    assert days_at_risk(stage, LATE) == 0
    assert found(stage, "loan_disbursed", LATE, **paid_out("l3", "m1", 1)) is None
