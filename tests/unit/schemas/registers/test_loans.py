"""Loans as their entries say them: what was lent, what is due, what is late (docs/domain.md sections 7.2, 9.5)."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations

import msgspec
import pytest

from sajja_schemas.calculations.portfolio import at_risk as risked
from sajja_schemas.calculations.portfolio import par as ratio_at_risk
from sajja_schemas.events import Body
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine, OpeningLoan
from sajja_schemas.events.loan_accounts import LoanDisbursedInKind, LoanRescheduled
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived, Method
from sajja_schemas.figures import LoanFigures, read_loans
from sajja_schemas.registers.loans import (
    Loan,
    approved_satang,
    arrears,
    attached_satang,
    days_late,
    dues,
    lent_satang,
    loan_of,
    loans_of,
)
from sajja_schemas.registers.refinancing import standing
from unit.schemas.registers.noted import ENTRY, Noted, body_of

BANK = "bank:pp01"
ON = date(2020, 8, 22)


def approve(noted: Noted, *, months: int = 10, first_due: date = date(2020, 1, 31), method: Method = "declining",
            satang: int = 1_000_000, covered: int = 0, day: date = date(2019, 12, 31)) -> None:  # fmt: skip
    noted.count(
        LoanApproved(
            loan="l1", member="m1", product="ordinary", amount_satang=satang, rate_bp_month=100, method=method,
            months=months, first_due=first_due, resolution=ENTRY, covered_satang=covered,
        ),
        day,
    )  # fmt: skip


def pay_out(noted: Noted, satang: int = 1_000_000, day: date = date(2019, 12, 31)) -> None:
    noted.count(
        LoanDisbursed(
            loan="l1", member="m1", product="ordinary", gross_satang=satang, net_satang=satang, channel="cash", box="b"
        ),
        day,
    )


def repay(noted: Noted, satang: int, day: date = ON) -> None:
    noted.count(
        LoanRepaymentReceived(
            loan="l1", member="m1", product="ordinary", total_satang=satang, principal_satang=satang, box="b"
        ),
        day,
    )


def bring_forward(noted: Noted, loan: str, outstanding: int, part: OpeningLoan | None, account: int = 1210) -> None:
    line = OpeningLine(account=account, sub=loan, amount_satang=outstanding, loan=part)
    noted.count(OpeningBalanceRecorded(ledger=BANK, lines_of_page=(line,)), date(2019, 8, 1))


def loan(noted: Noted, name: str = "l1") -> Loan:
    found = loan_of(noted.registers, noted.balances, BANK, name)
    assert found is not None
    return found


def test_a_loan_stands_as_its_entries_say() -> None:
    noted = Noted()
    approve(noted, covered=900_000)
    pay_out(noted)
    repay(noted, 150_000)
    found = loan(noted)
    assert (found.member, found.product, found.lent_satang, found.outstanding_satang) == (
        "m1", "ordinary", 1_000_000, 850_000,
    )  # fmt: skip
    assert (found.approved_on, found.rescheduled_on) == (date(2019, 12, 31), None)
    assert found.covered_satang == 850_000  # cover ends with what is owed
    assert lent_satang(noted.registers, BANK, "l1") == 1_000_000


def test_interest_is_owed_since_it_was_last_paid() -> None:
    noted = Noted()
    approve(noted)
    assert (loan(noted).lent_on, loan(noted).interest_paid_on) == (None, None)
    pay_out(noted)
    lent_on = loan(noted).lent_on
    paid = LoanRepaymentReceived(
        loan="l1", member="m1", product="ordinary", total_satang=100, box="b1", interest_satang=100
    )
    noted.count(paid, date(2020, 2, 3))
    assert (loan(noted).lent_on, loan(noted).interest_paid_on) == (lent_on, date(2020, 2, 3))
    noted.count(paid, date(2020, 2, 3), sign=-1)
    assert loan(noted).interest_paid_on is None


def test_money_fills_the_oldest_instalment_first() -> None:
    noted = Noted()
    approve(noted)
    pay_out(noted)
    repay(noted, 150_000)  # the whole of January, half of February
    on = date(2020, 3, 31)  # due today is not late
    assert (arrears(loan(noted), on).overdue_satang, days_late(loan(noted), on)) == (50_000, 31)
    repay(noted, 50_000)
    assert days_late(loan(noted), on) == 0


def test_an_instalment_of_the_31st_falls_due_at_the_months_end() -> None:
    noted = Noted()
    approve(noted, months=3)
    pay_out(noted, 300_000)
    plan = loan(noted).plan
    assert plan is not None
    assert [due.on for due in dues(plan)] == [date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31)]


def test_a_bullet_is_due_on_the_day_that_the_contract_names() -> None:
    noted = Noted()
    approve(noted, method="flat_bullet", months=12, first_due=date(2020, 7, 23))
    pay_out(noted)
    assert days_late(loan(noted), ON) == 30
    days = (ON, ON + timedelta(days=1))
    assert [read_loans(noted.registers, noted.balances, day)[BANK].par30_satang for day in days] == [0, 1_000_000]


def test_a_loan_is_scheduled_on_what_was_paid_out_and_not_on_what_was_approved() -> None:
    noted = Noted()
    approve(noted)
    pay_out(noted, 500_000)
    assert arrears(loan(noted), date(2020, 2, 1)).overdue_satang == 50_000


def test_a_loan_without_known_terms_is_never_late() -> None:
    noted = Noted()
    pay_out(noted)
    bring_forward(noted, "l2", 70_000, None)
    for found in loans_of(noted.registers, noted.balances):
        assert (found.plan, days_late(found, date(2030, 1, 1))) == (None, 0)
    assert loan(noted, "l2").lent_satang == 70_000
    assert loan_of(noted.registers, noted.balances, BANK, "l3") is None


def test_a_loan_that_was_rescheduled_follows_its_new_plan_and_is_listed_apart() -> None:
    noted = Noted()
    approve(noted, first_due=date(2019, 1, 31), day=date(2018, 12, 31), covered=400_000)
    pay_out(noted)
    repay(noted, 200_000)
    plan = LoanRescheduled(
        loan="l1", member="m1", product="ordinary", principal_satang=800_000, months=8, rate_bp_month=100,
        method="declining", first_due=date(2020, 8, 1), times=1, reason="flood", resolution=ENTRY,
    )  # fmt: skip
    noted.count(plan, date(2020, 7, 1))
    stands = standing(noted.registers, noted.balances, loan(noted), ON)
    assert (stands.outstanding_satang, stands.days_late, stands.rescheduled_on) == (800_000, 21, date(2020, 7, 1))
    assert loan(noted).covered_satang == 400_000
    noted.count(plan, date(2020, 7, 1), sign=-1)
    assert standing(noted.registers, noted.balances, loan(noted), ON).rescheduled_on is None


def approval(satang: int, day: date, device: str, sequence: int) -> Body:
    event = LoanApproved(
        loan="l1", member="m1", product="ordinary", amount_satang=satang, rate_bp_month=100, method="declining",
        months=satang // 10_000, first_due=date(2020, 7, 1), resolution=ENTRY, covered_satang=satang,
    )  # fmt: skip
    return msgspec.structs.replace(body_of(event, day), device=device * 43, sequence=sequence)


def test_the_first_approval_holds_whatever_arrives_first_and_cover_is_never_added_up() -> None:
    """By date, then device, then sequence; a second is a no-op, and holds once the first is reversed."""
    bodies = [
        approval(200_000, date(2020, 6, 1), "A", 9),
        approval(100_000, date(2020, 6, 1), "A", 10),  # 10 is after 9, though not as a word
        approval(900_000, date(2020, 6, 1), "B", 1),
        approval(300_000, date(2020, 6, 2), "A", 1),
    ]
    for order in permutations(bodies):
        noted = Noted.of(order)
        pay_out(noted, 1_000_000, date(2020, 6, 3))
        for body in bodies:  # each reversed in its turn leaves the next to hold
            found, event = loan(noted), body.event
            assert isinstance(event, LoanApproved)
            assert (approved_satang(noted.registers, BANK, "l1"), found.covered_satang, found.approved_on) == (
                event.amount_satang, event.amount_satang, body.date,
            )  # fmt: skip
            assert found.plan is not None
            assert found.plan.terms.months == event.months
            assert attached_satang(noted.registers, BANK, "l1") == event.amount_satang
            noted.take(body, -1)
        assert (approved_satang(noted.registers, BANK, "l1"), loan(noted).covered_satang) == (None, 0)


def test_two_like_approvals_cover_a_loan_once() -> None:
    noted = Noted()
    approve(noted, satang=5_000_000, covered=5_000_000)
    approve(noted, satang=5_000_000, covered=5_000_000)
    assert attached_satang(noted.registers, BANK, "l1") == 5_000_000


def test_an_approval_after_a_rescheduling_changes_no_terms() -> None:
    noted = Noted()
    approve(noted)
    pay_out(noted)
    noted.count(
        LoanRescheduled(
            loan="l1", member="m1", product="ordinary", principal_satang=800_000, months=8, rate_bp_month=100,
            method="declining", first_due=date(2020, 8, 1), times=1, reason="flood", resolution=ENTRY,
        ),
        date(2020, 7, 1),
    )  # fmt: skip
    approve(noted, months=20, day=date(2020, 7, 2))
    plan = loan(noted).plan
    assert plan is not None
    assert plan.terms.months == 8


def test_goods_are_lent_as_money_is() -> None:
    noted = Noted()
    lent = LoanDisbursedInKind(
        loan="l9", member="m1", item="fertiliser", quantity=2, amount_satang=90_000, channel="cash", box="b"
    )
    noted.count(lent)
    assert loan(noted, "l9").outstanding_satang == 90_000


def test_a_loan_that_is_paid_back_is_not_late_whatever_its_terms() -> None:
    noted = Noted()
    approve(noted, covered=1_000_000)
    pay_out(noted)
    repay(noted, 1_100_000)  # too much
    assert (days_late(loan(noted), ON), loan(noted).covered_satang) == (0, 0)


@pytest.mark.parametrize("method", ["declining", "annuity", "flat_bullet", "act_365"])
@pytest.mark.parametrize("months", [0, 1, 10_000_000])
def test_whatever_was_signed_can_be_read(method: Method, months: int) -> None:
    noted = Noted()
    approve(noted, method=method, months=months, first_due=date(9999, 12, 31), satang=1)
    pay_out(noted, 1)
    assert days_late(loan(noted), ON) == 0


# Balance in baht, days late, and terms that come to them on the day: months, and an instalment's multiple in satang.
GOLDEN = [
    (12_000, 0, 12, 1),
    (8_000, 15, 11, 70_000),
    (20_000, 31, 12, 100),
    (5_000, 30, 10, 1),
    (15_000, 95, 13, 37_500),
    (4_000, 200, 1, 1),
    (30_000, 0, 24, 1),
    (6_000, 65, 18, 1),
]


def test_portfolio_at_risk_of_the_published_case() -> None:
    """Section 9.5: 30 days late exactly is not more than 30."""
    noted = Noted()
    for number, (baht, late, months, multiple) in enumerate(GOLDEN):
        terms = OpeningLoan(
            member=f"m{number}", principal_satang=baht * 100, months=months, rate_bp_month=100, method="declining",
            first_due=ON - timedelta(days=late), rounding_satang=multiple, covered_satang=10_000_00,
        )  # fmt: skip
        bring_forward(noted, f"l{number}", baht * 100, terms)
    assert [days_late(loan(noted, f"l{number}"), ON) for number in range(8)] == [row[1] for row in GOLDEN]
    overdue_baht = [arrears(loan(noted, f"l{number}"), ON).overdue_satang // 100 for number in (1, 2, 3, 4, 5)]
    assert overdue_baht == [700, 1_667, 500, 4_500, 4_000]
    stands = [standing(noted.registers, noted.balances, one, ON) for one in loans_of(noted.registers, noted.balances)]
    at_risk = {days: risked(stands, days_over=days) // 100 for days in (0, 30, 60, 90)}
    assert at_risk == {0: 58_000, 30: 45_000, 60: 25_000, 90: 19_000}
    assert ratio_at_risk(stands, days_over=30) == Fraction(45, 100)
    assert read_loans(noted.registers, noted.balances, ON) == {
        BANK: LoanFigures(par30_satang=45_000_00, covered_satang=63_000_00, largest_covered_satang=10_000_00)
    }
