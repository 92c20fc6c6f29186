"""Guarantees, limits, holds and exits: what is asked before anything is paid out, and until when a finding stands."""

from datetime import date
from typing import Any

import pytest

from sajja_schemas import rules
from sajja_schemas.events.ruleset import ShareRules
from sajja_schemas.findings import Finding
from unit.schemas.rules.entry_cases import applied, held, saving, stand, stands
from unit.schemas.rules.scenes import BANK, DAY, REF, Act, Stage, balance, bylaws, counted, event, granted, loan, member

ON = date(2020, 8, 22)
CONSENT = "loan_guarantor_consented"


def stage_of(*before: Act) -> Stage:
    stage = Stage()
    for act in before:
        act(stage)
    return stage


def asked(stage: Stage, tag: str, day: date = DAY, **fields: Any) -> list[str]:
    body = stage.body(event(tag, **fields), day)
    return [one.code for one in (*rules.refusals(stage.books, body), *rules.questions(stage.books, body))]


def standing(stage: Stage, code: str) -> list[Finding]:
    return [one for one in rules.findings(stage.books, ON) if one.code == code]


def judged(stage: Stage, tag: str, **fields: Any) -> None:
    """Let an event be judged and count, as a fold does."""
    said = event(tag, **fields)
    rules.judge(stage.books, tag, stage.body(said))
    stage.count(said)


def test_two_who_stand_for_each_other_are_found_before_anything_is_paid() -> None:
    stage = stage_of(counted("loan_applied", **applied("l1", "m1")), counted("loan_applied", **applied("l2", "m2")))
    assert "GUARANTEED_EACH_OTHER" not in asked(stage, CONSENT, **stand("l2", "m1"))
    stands("l2", "m1")(stage)
    assert "GUARANTEED_EACH_OTHER" in asked(stage, CONSENT, **stand("l1", "m2"))


def test_without_applications_the_second_approval_says_that_they_stand_for_each_other() -> None:
    """Once for the two, however many approvals follow."""
    stage = stage_of(stands("l2", "m1"), stands("l1", "m2"))
    assert "GUARANTEED_EACH_OTHER" not in asked(stage, "loan_approved", **granted("l1", "m1"))
    counted("loan_approved", **granted("l1", "m1"))(stage)
    assert "GUARANTEED_EACH_OTHER" in asked(stage, "loan_approved", **granted("l2", "m2"))
    counted("loan_approved", **granted("l2", "m2"))(stage)
    assert "GUARANTEED_EACH_OTHER" not in asked(stage, "loan_approved", **granted("l2", "m2"))


@pytest.mark.parametrize(
    "ending",
    [
        counted("loan_rejected", loan="l2", member="m2", reason="x", resolution=REF),
        counted("loan_guarantor_withdrawn", loan="l2", guarantor="m1"),
        loan("l2", "m2"),
    ],
)
def test_a_guarantee_ends_with_its_loan(ending: Act) -> None:
    """Refused, withdrawn, or repaid: then nobody stands for each other."""
    stage = stage_of(
        counted("loan_applied", **applied("l1", "m1")), counted("loan_applied", **applied("l2", "m2")),
        stands("l2", "m1"), ending, balance(BANK, 1210, "l2", 0),
    )  # fmt: skip
    assert "GUARANTEED_EACH_OTHER" not in asked(stage, CONSENT, **stand("l1", "m2"))
    assert "GUARANTEE_OPEN" not in asked(stage, "member_exit_settled", member="m1")


def test_consents_before_payment_use_up_the_quota() -> None:
    stage = stage_of(bylaws(), stands("l1", "m9"))
    assert "GUARANTOR_OVER_QUOTA" not in asked(stage, CONSENT, **stand("l2", "m9"))
    stands("l2", "m9")(stage)
    assert "GUARANTOR_OVER_QUOTA" in asked(stage, CONSENT, **stand("l3", "m9"))
    assert "GUARANTOR_OVER_QUOTA" not in asked(stage, CONSENT, **stand("l2", "m9")), "the same contract"


def test_who_leaves_while_standing_for_another_is_asked_until_somebody_takes_it_over() -> None:
    stage = stage_of(member(), loan("l2", "m2"), stands("l2", "m1"))
    assert "GUARANTEE_OPEN" in asked(stage, "member_resignation_requested", member="m1", effective="2020-06-30")
    judged(stage, "member_exit_settled", member="m1")
    (found,) = standing(stage, "GUARANTEE_OPEN")
    assert found.fields["loans"] == "l2"
    counted("loan_guarantor_withdrawn", loan="l2", guarantor="m1")(stage)
    assert standing(stage, "GUARANTEE_OPEN") == []


def test_who_leaves_owing_is_found_until_it_is_paid() -> None:
    stage = stage_of(member(), loan(satang=10_000))
    judged(
        stage, "member_exit_settled", member="m1", shares_satang=4_000, loan="l1", product="ordinary",
        set_off_principal_satang=4_000,
    )  # fmt: skip
    (found,) = standing(stage, "LEFT_OWING")
    assert found.amount_satang == 6_000
    balance(BANK, 1210, "l1", 0)(stage)
    assert standing(stage, "LEFT_OWING") == []


def test_what_was_taken_out_too_much_is_owed_too() -> None:
    stage = stage_of(member(), balance(BANK, 1260, "m1", 500))
    assert "LEFT_OWING" in asked(stage, "member_exit_settled", member="m1")


def test_what_is_held_stays_whichever_savings_it_lies_in_and_a_release_clears_it() -> None:
    stage = stage_of(member(), saving(50), saving(50, 2110), held(60))
    taken: dict[str, Any] = {"member": "m1", "amount_satang": 50, "box": "b1"}
    assert "BELOW_HOLD" in asked(stage, "special_savings_withdrawn", **taken)
    judged(stage, "special_savings_withdrawn", **taken)
    (found,) = standing(stage, "BELOW_HOLD")
    assert found.amount_satang == 10
    counted("savings_hold_released", member="m1", loan="l1", amount_satang=60)(stage)
    assert standing(stage, "BELOW_HOLD") == []


def test_shares_may_be_withdrawn_in_part_after_so_many_months_or_where_nothing_is_ruled() -> None:
    taken: dict[str, Any] = {"member": "m1", "amount_satang": 50, "box": "b1"}
    later = ShareRules(partial_withdrawal=True, partial_withdrawal_after_months=6)
    for day, is_asked in ((date(2019, 12, 2), True), (date(2019, 12, 1), False)):
        stage = stage_of(bylaws(shares=later), member(day=day))
        assert ("PARTIAL_WITHDRAWAL" in asked(stage, "share_withdrawn", **taken)) is is_asked
    assert "PARTIAL_WITHDRAWAL" not in asked(stage_of(bylaws(shares=None), member()), "share_withdrawn", **taken)


def test_an_application_beyond_the_limit_is_asked_about_before_anybody_approves_it() -> None:
    """A limit is a multiple of the shares alone: special savings may be taken out tomorrow."""
    stage = stage_of(bylaws(), member(day=date(2019, 1, 1)), saving(20_000), saving(90_000, 2110))
    for tag, more in (("loan_applied", {"purpose": "boat", "months": 10}), ("loan_approved", granted())):
        fields = {"loan": "l1", "member": "m1", "product": "ordinary", **more}
        assert "LOAN_BEYOND_LIMIT" not in asked(stage, tag, **fields | {"amount_satang": 100_000})
        assert "LOAN_BEYOND_LIMIT" in asked(stage, tag, **fields | {"amount_satang": 100_001})
