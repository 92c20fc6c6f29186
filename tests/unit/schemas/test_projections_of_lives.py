"""What the tables say of lives that few villages have: each row that a person may read, in words."""

from datetime import date, timedelta
from typing import Any

import pytest

from sajja_schemas.indicators import Lens
from sajja_schemas.projections import PROJECTIONS, read
from sajja_schemas.projections.stages import stage_of
from unit.schemas.rules.entry_cases import WRITTEN, reported_dead
from unit.schemas.rules.scenes import (
    BANK,
    DAY,
    REF,
    Act,
    Stage,
    balance,
    bylaws,
    counted,
    established,
    loan,
    member,
)

NEXT = DAY + timedelta(days=40)
LEFT = "member_exit_settled"


def told(name: str, *acts: Act, on: date = NEXT) -> list[dict[str, Any]]:
    stage = Stage()
    for act in (established(), *acts):
        act(stage)
    return [dict(PROJECTIONS[name].named(row)) for row in read(name, stage.books, on)]


PAID_OFF = counted(
    "loan_repayment_received", loan="l1", member="m1", product="ordinary", box="b1", total_satang=100_000,
    principal_satang=100_000,
)  # fmt: skip
ASKED: dict[str, Any] = {"loan": "l1", "member": "m1", "product": "ordinary", "amount_satang": 5, "months": 3}
RESTS = counted("member_suspended", member="m1", suspended_from="2020-06-01", reason="away", resolution=REF)
APPROVED = {
    **ASKED, "rate_bp_month": 100, "method": "declining", "first_due": "2020-07-01", "resolution": REF,
}  # fmt: skip


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ((loan(),), "owed"),
        ((loan(), PAID_OFF, PAID_OFF), "overpaid"),
        ((loan(), PAID_OFF), "repaid"),
        ((loan(satang=100), counted("loan_written_off", **WRITTEN)), "written_off"),
        ((counted("loan_applied", **ASKED, purpose="boat"),), "asked_for"),
        ((counted("loan_approved", **APPROVED),), "approved"),
        (
            (
                counted("loan_applied", **ASKED, purpose="boat"),
                counted("loan_rejected", loan="l1", member="m1", reason="flood", resolution=REF),
            ),
            "refused",
        ),
        ((balance(BANK, 1210, "l1", 5),), "owed"),  # an account names it, and no record does
    ],
)
def test_a_loan_has_its_state(acts: tuple[Act, ...], state: str) -> None:
    (row,) = told("loans", *acts)
    assert row["state"] == state


def test_behind_its_last_instalment_nothing_is_due_next() -> None:
    (row,) = told("loans", loan(), on=DAY.replace(year=2024))
    assert "next_due_on" not in row
    assert row["overdue_satang"] == 100_000


def test_a_risk_claim_is_told_by_its_stage_its_cause_and_its_age() -> None:
    filed = counted(
        "risk_claim_filed", loan="l1", member="m1", cause="death", happened="2020-06-01", principal_satang=100_000
    )
    (row,) = told("risk_claims", loan(), filed)
    assert (row["stage"], row["cause"], row["age_days"]) == ("filed", "death", 40)
    approved = counted("risk_claim_approved", loan="l1", member="m1", cause="disability", amount_satang=90_000)
    (row,) = told("risk_claims", loan(), approved)
    assert (row["stage"], row["cause"]) == ("approved", "disability")


def test_a_claim_of_which_nothing_is_said_has_no_stage() -> None:
    assert stage_of({}, 0, "paid") == ("unknown", None)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ((member("m1"),), "active"),
        (
            (
                member("m1"),
                counted("member_suspended", member="m1", suspended_from="2020-06-01", reason="away", resolution=REF),
            ),
            "suspended",
        ),
        ((member("m1"), counted(LEFT, member="m1")), "left"),
        ((member("m1"), reported_dead("2020-06-20")), "died"),
        ((counted("welfare_enrolled", member="m1", joined="2020-06-01", resolution=REF),), "not_in_bank"),
        ((balance(BANK, 3110, "m1", -5),), "unknown"),
    ],
)
def test_a_member_has_a_state_in_the_passbook(acts: tuple[Act, ...], state: str) -> None:
    (row,) = told("passbooks", *acts)
    assert row["state"] == state


def test_who_left_and_came_after_the_day_is_not_counted_in_a_month() -> None:
    deposit = counted("share_deposited", member="m1", amount_satang=1_000, box="b1")
    left = counted(LEFT, date(2020, 7, 10), member="m1")
    later = member("m2", date(2020, 9, 1))
    twice = member("m1", date(2020, 6, 20))  # said of somebody who is one already
    rows = told("series", member("m1"), deposit, twice, left, left, later, on=date(2020, 8, 1))
    assert [(row["month"], row["members"]) for row in rows] == [("2020-06", 1), ("2020-07", 0), ("2020-08", 0)]


def test_a_village_of_which_only_paper_tells_has_that_year_and_no_month() -> None:
    history = counted("history_recorded", year=2015, members=40, savings_satang=5_000, fund_satang=6_000)
    ahead = counted("history_recorded", year=2021, members=50, savings_satang=7_000, fund_satang=8_000)
    (row,) = told("series", history, ahead)
    assert (row["month"], row["members"], row["savings_satang"]) == ("2015-12", 40, 5_000)


def test_a_counted_box_is_told_beside_its_books_and_its_limit() -> None:
    cash = [{"denomination_satang": 100_000, "pieces": 7}]
    count = counted(
        "cash_counted",
        meeting="m1",
        ledger=BANK,
        box="b1",
        cash=cash,
        total_satang=700_000,
        counters=["v01-o1", "v01-o2"],
    )
    opened = counted("meeting_opened", meeting="m1", kind="monthly", opening_cash_satang=0)
    acts = (bylaws(), opened, counted("share_deposited", member="m1", amount_satang=600_000, box="b1"), count)
    (row,) = told("cash", *acts)
    assert (row["amount_satang"], row["limit_satang"], row["over_limit_satang"]) == (600_000, 500_000, 100_000)
    assert (row["counted_on"], row["counted_satang"], row["off_satang"]) == (DAY, 700_000, 100_000)


def test_money_that_one_side_has_booked_is_told_with_its_age() -> None:
    fields: dict[str, Any] = {"settlement": "s1", "fund": "welfare", "amount_satang": 300, "box": "b1", "carrier": "o1"}
    sent = counted("interfund_settlement_initiated", **fields)
    rows = told("in_transit", sent)
    assert [(row["village"], row["age_days"], row["difference_satang"]) for row in rows] == [("pp01", 40, 300)]


def test_a_passbook_shows_what_is_owed_of_loans() -> None:
    (row,) = told("passbooks", member("m1"), loan(), loan("l2", satang=500))
    assert row["loans_satang"] == 100_500


def test_a_key_is_spelled_and_read_again() -> None:
    stage = Stage()
    for act in (established(), loan()):
        act(stage)
    declared = PROJECTIONS["loans"]
    (row,) = declared.read(Lens(stage.books, NEXT))
    assert declared.key_from(declared.spelled(row)) == declared.key_of(row)
    assert declared.key_from("pp01") is None
    numbered = PROJECTIONS["par_buckets"]
    assert numbered.key_from(numbered.spelled(("pp01", 31))) == ("pp01", 31)
    assert numbered.key_from(numbered.spelled(("pp01", "many"))) is None


def test_a_merged_member_is_there_no_more() -> None:
    merged = counted("member_duplicate_merged", survivor="m1", duplicate="m2", basis="one card")
    rows = told("passbooks", member("m1"), member("m2"), merged)
    assert [row["state"] for row in rows] == ["active", "left"]
