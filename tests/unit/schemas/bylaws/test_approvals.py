"""Bylaws raise the approver class of an event, by amount, and never lower it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.bylaws.approvals import RISING, amount_of, approvers_of, is_lower
from sajja_schemas.events.base import Approvers, Event
from sajja_schemas.events.ledgers import ExpensePaid
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.ruleset import ApproverBand, Bylaws

BANDS = (
    ApproverBand(event="expense_paid", approvers=Approvers.A4, from_satang=500_000),
    ApproverBand(event="expense_paid", approvers=Approvers.A3, from_satang=100_000),
    ApproverBand(event="loan_disbursed", approvers=Approvers.A4),
)
bands = st.builds(
    ApproverBand,
    event=st.sampled_from(["expense_paid", "loan_disbursed"]),
    approvers=st.sampled_from(Approvers),
    from_satang=st.integers(min_value=0, max_value=3),
)


def expense(amount_satang: int) -> ExpensePaid:
    return ExpensePaid(ledger="bank:pp01", account=5120, amount_satang=amount_satang, channel="cash", box="b")


def rank(event: Event, rules: Bylaws | None, floor: Approvers | None = None) -> str:
    return approvers_of(event, floor or event.declared.approvers, rules).value


@pytest.mark.parametrize(
    ("amount_satang", "expected"), [(1, "A2"), (99_999, "A2"), (100_000, "A3"), (499_999, "A3"), (500_000, "A4")]
)
def test_the_highest_band_that_is_reached_applies(amount_satang: int, expected: str) -> None:
    assert rank(expense(amount_satang), Bylaws(approvals=BANDS)) == expected


def test_without_a_band_the_floor_stands() -> None:
    assert rank(expense(500_000), None) == "A2"
    assert rank(expense(500_000), Bylaws()) == "A2"
    assert rank(expense(500_000), Bylaws(approvals=BANDS[2:])) == "A2"


def test_an_auditor_is_neither_raised_nor_asked_for() -> None:
    by_auditor = Bylaws(approvals=(ApproverBand(event="expense_paid", approvers=Approvers.AU),))
    assert rank(expense(1), by_auditor) == "A2"
    assert rank(expense(500_000), Bylaws(approvals=BANDS), Approvers.AU) == "AU"
    assert [is_lower(Approvers.AU, Approvers.AU), is_lower(Approvers.A5, Approvers.AU)] == [False, True]


@given(st.lists(bands, max_size=5).map(tuple), st.integers(min_value=1, max_value=4), st.sampled_from(RISING))
def test_no_bylaw_lowers_a_floor(approvals: tuple[ApproverBand, ...], amount: int, floor: Approvers) -> None:
    needed = approvers_of(expense(amount), floor, Bylaws(approvals=approvals))
    assert RISING.index(needed) >= RISING.index(floor)
    for one in approvals:
        if one.event == "expense_paid" and one.from_satang <= amount and not is_lower(one.approvers, floor):
            assert RISING.index(needed) >= RISING.index(one.approvers)


def test_the_amount_of_an_event_is_what_moves() -> None:
    lent = LoanDisbursed(
        loan="l1", member="m1", product="ordinary", gross_satang=7, net_satang=6, premium_satang=1, channel="cash"
    )
    paid = LoanRepaymentReceived(
        loan="l1", member="m1", product="ordinary", total_satang=5, principal_satang=5, box="b"
    )
    founded = VillageBankEstablished(moo=1, founded=date(2010, 1, 1))
    assert [amount_of(event) for event in (expense(3), lent, paid, founded)] == [3, 7, 5, 0]
