"""A reported death locks what goes out at once; what went out all the same is found, and a heir is let be."""

from datetime import date
from typing import Any

import pytest

from sajja_schemas import rules
from sajja_schemas.findings import Finding, Severity
from unit.schemas.rules.entry_cases import reported_dead
from unit.schemas.rules.scenes import DAY, REF, Stage, counted, event, granted, loan, member, paid_out

ON = date(2020, 8, 22)
TAKEN: dict[str, Any] = {"member": "m1", "amount_satang": 100, "box": "b1"}


def stage_of(*before: Any) -> Stage:
    stage = Stage()
    for act in before:
        act(stage)
    return stage


def refused(stage: Stage, tag: str, day: date = DAY, **fields: Any) -> bool:
    codes = [one.code for one in rules.refusals(stage.books, stage.body(event(tag, **fields), day))]
    return "MEMBER_IS_DEAD" in codes


def found(stage: Stage) -> list[Finding]:
    return [one for one in rules.findings(stage.books, ON) if one.code == "ACT_AFTER_DEATH"]


@pytest.mark.parametrize(
    ("tag", "fields"),
    [
        ("share_withdrawn", TAKEN),
        ("special_savings_withdrawn", TAKEN),
        ("child_savings_withdrawn", TAKEN),
        ("share_transferred", {"member": "m1", "to_member": "m2", "amount_satang": 1, "resolution": REF}),
        ("loan_approved", granted()),
        ("loan_disbursed", paid_out()),
        ("loan_guarantor_consented", {"loan": "l9", "guarantor": "m1", "amount_satang": 1}),
    ],
)
def test_from_the_day_of_the_report_nothing_goes_out(tag: str, fields: dict[str, Any]) -> None:
    """Before anybody confirms the death; what was dated before it is not asked about."""
    stage = stage_of(member(), member("m2"), loan(day=date(2020, 1, 5)), reported_dead("2020-06-01"))
    assert refused(stage, tag, DAY, **fields)
    assert not refused(stage, tag, date(2020, 5, 31), **fields)
    assert not refused(stage, tag, DAY, **fields | {"guarantor" if "guarantor" in fields else "member": "m2"})


def test_what_comes_in_is_not_refused() -> None:
    stage = stage_of(member(), reported_dead("2020-06-01"))
    assert not refused(stage, "share_deposited", DAY, **TAKEN)


def test_on_the_day_of_death_a_withdrawal_may_have_come_before_it() -> None:
    stage = stage_of(member(), counted("member_death_confirmed", member="m1", died="2020-06-01", certificate="A" * 43))
    assert not refused(stage, "special_savings_withdrawn", DAY, **TAKEN)
    assert refused(stage, "special_savings_withdrawn", date(2020, 6, 2), **TAKEN)


def test_shares_of_a_confirmed_death_pass_to_an_heir() -> None:
    stage = stage_of(member(), member("m2"), reported_dead("2020-06-01"))
    heir: dict[str, Any] = {"member": "m1", "to_member": "m2", "amount_satang": 1, "resolution": REF}
    assert refused(stage, "share_transferred", date(2020, 6, 9), **heir)
    counted("member_death_confirmed", member="m1", died="2020-05-30", certificate="A" * 43)(stage)
    assert not refused(stage, "share_transferred", date(2020, 6, 9), **heir)


def test_who_moves_here_under_the_id_of_a_dead_member_of_another_village_is_not_dead() -> None:
    stage = stage_of(member(), reported_dead("2020-06-01"))
    moved: dict[str, Any] = {
        "settlement": "s1", "from_village": "pp02", "to_village": "pp01", "member": "m1", "new_member": "m9",
        "gender": "female", "amount_satang": 1, "shares_satang": 1,
    }  # fmt: skip
    assert not refused(stage, "member_transferred", date(2020, 6, 9), side="received", **moved)
    assert refused(stage, "member_transferred", date(2020, 6, 9), side="sent", **moved)


@pytest.mark.parametrize("reported_first", [True, False])
def test_death_on_one_tablet_and_a_withdrawal_on_another_the_same_day_are_found(*, reported_first: bool) -> None:
    """Whichever came first, and also once the death is confirmed; both count."""
    acts = [reported_dead("2020-06-01"), counted("special_savings_withdrawn", **TAKEN)]
    stage = stage_of(member(), *(acts if reported_first else reversed(acts)))
    assert [rules.RULES[one.code].severity for one in found(stage)] == [Severity.HIGH]
    counted("member_death_confirmed", member="m1", died="2020-06-01", certificate="A" * 43)(stage)
    assert len(found(stage)) == 1
    stage.count(event("special_savings_withdrawn", **TAKEN), sign=-1)
    assert found(stage) == []


def test_a_loan_that_is_paid_to_the_dead_is_found() -> None:
    stage = stage_of(member(), reported_dead("2020-06-05"), loan(day=date(2020, 6, 4)))
    assert found(stage) == []
    loan("l2", day=date(2020, 6, 5))(stage)
    assert len(found(stage)) == 1
