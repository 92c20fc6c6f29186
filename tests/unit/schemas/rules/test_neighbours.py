"""More neighbours: what lies just beside a rule, where two cases of the table are not enough to say it."""

from datetime import date
from typing import Any

import pytest

from sajja_schemas import rules
from sajja_schemas.entry import OFFICE
from sajja_schemas.events import AnyEvent
from sajja_schemas.findings import Finding
from unit.schemas.rules.scenes import (
    BANK,
    DAY,
    REF,
    Act,
    Stage,
    balance,
    bylaws,
    counted,
    event,
    granted,
    loan,
    member,
    paid_out,
)
from unit.schemas.rules.standing_cases import banked, counts, deposit, opened, spent

ON = date(2020, 8, 22)
FAIR: dict[str, Any] = {"kind": "fair", "villages": ["pp02"], "people": 2, "women": 1}


def stage_of(*before: Act) -> Stage:
    stage = Stage()
    for act in before:
        act(stage)
    return stage


def asked(stage: Stage, tag: str, day: date = DAY, **fields: Any) -> list[str]:
    body = stage.body(event(tag, **fields), day)
    return [one.code for one in (*rules.refusals(stage.books, body), *rules.questions(stage.books, body))]


def standing(stage: Stage, code: str, on: date = ON) -> list[Finding]:
    return [one for one in rules.findings(stage.books, on) if one.code == code]


@pytest.mark.parametrize(
    ("before", "tag", "fields"),
    [
        (balance(BANK, 1210, "l1", -100), "overpayment_recognised", {"loan": "l1", "product": "ordinary"}),
        (balance(BANK, 3110, "m1", -100), "late_deposit_recognised", {"saved_in": "shares"}),
        (balance(BANK, 1210, "l1", 100), "double_disbursement_recognised", {"loan": "l1", "product": "ordinary"}),
    ],
)
def test_a_correction_is_at_most_what_was_found(before: Act, tag: str, fields: dict[str, Any]) -> None:
    stage = stage_of(before)
    assert "CORRECTED_BEYOND_FINDING" not in asked(stage, tag, member="m1", amount_satang=100, **fields)
    assert "CORRECTED_BEYOND_FINDING" in asked(stage, tag, member="m1", amount_satang=101, **fields)


def test_savings_of_a_member_are_no_late_deposit() -> None:
    stage = stage_of(member(), balance(BANK, 3110, "m1", -100))
    assert "CORRECTED_BEYOND_FINDING" in asked(
        stage, "late_deposit_recognised", member="m1", amount_satang=1, saved_in="shares"
    )


def test_a_box_that_is_still_too_full_counts_its_days_to_today() -> None:
    """And that a day passes is no reason to ask again."""
    stage = stage_of(bylaws(), deposit(satang=500_001), deposit(date(2020, 6, 2)), deposit(date(2020, 8, 30)))
    (first,) = standing(stage, "BOX_OVER_LIMIT", date(2020, 6, 9))
    (later,) = standing(stage, "BOX_OVER_LIMIT", date(2020, 6, 10))
    assert (first.fields["days"], later.fields["days"]) == (8, 9)
    assert first.name == later.name


def test_a_box_may_stay_under_its_limit_and_go_over_it_twice() -> None:
    stage = stage_of(
        bylaws(), deposit(satang=100), deposit(date(2020, 6, 2), 500_000), banked(date(2020, 6, 9), 400_000),
        deposit(date(2020, 7, 2), 450_000), banked(date(2020, 7, 9), 400_000),
    )  # fmt: skip
    assert [one.fields["since_on"] for one in standing(stage, "BOX_OVER_LIMIT")] == ["2020-07-02", "2020-06-02"]


def test_where_nothing_is_ruled_nothing_is_found() -> None:
    stage = stage_of(deposit(satang=500_001), spent(9), balance("network", 1310, "pp01", 9))
    for code in ("BOX_OVER_LIMIT", "ADMINISTRATION_OVER_CAP", "LINKAGE_OVER_POOL_LIMIT", "LINKAGE_OVER_VILLAGE_LIMIT"):
        assert standing(stage, code) == []
    assert "LOAN_BEYOND_LIMIT" not in asked(stage_of(bylaws(loan_products=())), "loan_approved", **granted())


def test_a_product_without_a_multiple_has_its_maximum_only() -> None:
    products = tuple(
        rules_product.__class__(code="ordinary", max_satang=100_000, max_months=24, rate_bp_month=100, guarantors=0)
        for rules_product in _products()[:1]
    )
    stage = stage_of(bylaws(loan_products=products))
    assert "LOAN_BEYOND_LIMIT" not in asked(stage, "loan_approved", **granted())
    assert "LOAN_BEYOND_LIMIT" in asked(stage, "loan_approved", **granted(satang=100_001))


def _products() -> tuple[Any, ...]:
    stage = stage_of(bylaws())
    return stage.books.rulesets.by_ledger[BANK][0].rules.loan_products


def test_an_old_version_of_the_bylaws_is_told_with_its_variance() -> None:
    stage = stage_of(bylaws())
    fields: dict[str, Any] = {"member": "m1", "amount_satang": 500, "box": "b1", "months": ["2020-05"]}
    assert "OLD_BYLAWS" in asked(stage, "savings_fine_charged", bylaws=9, **fields)
    assert "OLD_BYLAWS" not in asked(stage, "savings_fine_charged", bylaws=1, **fields)


def test_a_passbook_without_printed_balances_says_nothing() -> None:
    assert "PASSBOOK_PRINTED_DIFFERS" not in asked(stage_of(), "member_passbook_issued", member="m1", serial="s")


def test_a_claim_that_is_granted_later_clears_its_payment() -> None:
    stage = stage_of()
    paid = event("welfare_claim_paid", claim="c1", member="m1", amount_satang=9, channel="bank", bank="k")
    rules.judge(stage.books, "paid", stage.body(paid))
    assert standing(stage, "UNKNOWN_CLAIM")
    counted("welfare_claim_approved", claim="c1", member="m1", benefit="birth", amount_satang=9, happened="2020-06-01")(
        stage
    )
    assert standing(stage, "UNKNOWN_CLAIM") == []


def test_a_loan_that_is_approved_later_clears_its_payment() -> None:
    stage = stage_of()
    from_the_other_tablet = counted("loan_approved", **granted())
    paid = event("loan_disbursed", **granted_payment())
    rules.judge(stage.books, "paid", stage.body(paid))
    repaid = event(
        "loan_repayment_received",
        loan="l1",
        member="m1",
        product="ordinary",
        total_satang=1,
        principal_satang=1,
        box="b1",
    )
    rules.judge(stage.books, "repaid", stage.body(repaid))
    assert standing(stage, "LOAN_NOT_APPROVED")
    assert standing(stage, "UNKNOWN_LOAN")
    from_the_other_tablet(stage)
    assert standing(stage, "LOAN_NOT_APPROVED") == []
    assert standing(stage, "UNKNOWN_LOAN") == []


def granted_payment() -> dict[str, Any]:
    return {
        "loan": "l1", "member": "m1", "product": "ordinary", "gross_satang": 100_000, "net_satang": 100_000,
        "channel": "cash", "box": "b1",
    }  # fmt: skip


def test_a_claim_that_is_only_submitted_is_not_unpaid_nor_one_that_is_paid() -> None:
    claim: dict[str, Any] = {
        "claim": "c1",
        "member": "m1",
        "benefit": "birth",
        "amount_satang": 9,
        "happened": "2020-06-01",
    }
    stage = stage_of(counted("welfare_claim_submitted", **claim))
    assert standing(stage, "CLAIM_UNPAID") == []
    counted("welfare_claim_approved", **claim)(stage)
    assert standing(stage, "CLAIM_UNPAID")
    counted("welfare_claim_paid", claim="c1", member="m1", amount_satang=9, channel="bank", bank="k")(stage)
    assert standing(stage, "CLAIM_UNPAID") == []


def test_a_meeting_that_was_opened_and_counted_is_compared_by_its_count_only() -> None:
    stage = stage_of(deposit(), opened("m-1"), counts(100))
    assert standing(stage, "COUNT_DIFFERS_FROM_BOOKS") == []


def test_a_funds_box_is_the_offices_finding() -> None:
    (found,) = standing(stage_of(balance("welfare", 1110, "b1", -1)), "CASH_BOX_NEGATIVE")
    assert found.village == "office"


def test_a_loan_of_a_stranger_is_no_mutual_guarantee() -> None:
    stage = stage_of(counted("savings_hold_placed", member="m1", loan="l9", amount_satang=1))
    assert "GUARANTEED_EACH_OTHER" not in asked(
        stage, "loan_guarantor_consented", loan="l9", guarantor="m2", amount_satang=1
    )


def test_a_fine_within_the_cap_and_a_repayment_without_one_are_left_alone() -> None:
    stage = stage_of(bylaws(), loan(day=date(2020, 1, 1)))
    repaid: dict[str, Any] = {
        "loan": "l1",
        "member": "m1",
        "product": "ordinary",
        "box": "b1",
        "total_satang": 600,
        "principal_satang": 100,
    }
    assert "PENALTY_OVER_CAP" not in asked(stage, "loan_repayment_received", **repaid | {"fine_satang": 500})
    assert "PENALTY_OVER_CAP" not in asked(stage, "loan_repayment_received", **repaid | {"principal_satang": 600})


def test_ten_small_fines_are_one_large_one() -> None:
    """Due on 5 February and unpaid on 4 March: 1,666.67 at 3 % a year leaves 4.17, so the second 4.00 is too much."""
    joined, day = date(2020, 1, 5), date(2020, 3, 4)
    stage = stage_of(bylaws(), member("m1", joined))
    terms = granted("l1", "m1", 2_000_000, joined) | {"months": 12, "first_due": "2020-02-05"}
    stage.count(event("loan_approved", **terms), joined)
    stage.count(event("loan_disbursed", **paid_out("l1", "m1", 2_000_000)), joined)
    fine = {"loan": "l1", "member": "m1", "amount_satang": 400, "box": "b1"}
    found = []
    for _ in range(10):
        found.append("PENALTY_OVER_CAP" in asked(stage, "loan_fine_charged", day, **fine))
        stage.count(event("loan_fine_charged", **fine), day)
    assert found == [False] + [True] * 9
    prepaid = {"loan": "l1", "member": "m1", "product": "ordinary", "box": "b1", "total_satang": 2_500_000,
               "principal_satang": 2_000_000, "fine_satang": 500_000}  # fmt: skip
    assert "PENALTY_OVER_CAP" in asked(stage, "loan_prepaid", day, **prepaid)


JUNE_3 = date(2020, 6, 3)
PART: dict[str, Any] = {
    "loan": "l1", "member": "m1", "product": "ordinary", "box": "b1", "total_satang": 60_000,
    "principal_satang": 60_000,
}  # fmt: skip


def grant(satang: int) -> AnyEvent:
    return event("risk_claim_approved", loan="l1", member="m1", cause="death", amount_satang=satang)


def claimed(stage: Stage, satang: int, day: date = JUNE_3) -> Finding | None:
    rule = next(one for one in rules.ENTRY_RULES if one.code == "CLAIM_BEYOND_COVER")
    return rules.ask(rule, stage.books, stage.body(grant(satang), day), "entry")


def test_a_claim_is_held_to_the_loan_as_it_was_before_its_day_whatever_arrived_first() -> None:
    """100,000 are covered, and 60,000 were paid on 2 June. The claim was paid before the office's word of it came."""
    stage = stage_of(bylaws("risk"), loan(covered_satang=100_000))
    paid = event(
        "risk_claim_paid", side="received", settlement="s1", loan="l1", member="m1", product="ordinary",
        amount_satang=40_000, principal_satang=40_000, channel="bank", bank="k1",
    )  # fmt: skip
    stage.count(paid, date(2020, 6, 5))
    told = claimed(stage, 101_001)
    assert told is not None
    assert told.amount_satang == 1  # the whole cover is open, and a month's interest
    stage.count(event("loan_repayment_received", **PART), date(2020, 6, 2))
    assert claimed(stage, 40_401) is not None
    assert claimed(stage, 40_400) is None


def test_a_finding_on_a_claim_goes_when_what_explains_it_arrives() -> None:
    stage = stage_of(bylaws("risk"), loan(covered_satang=100_000))
    stage.count(event("loan_repayment_received", **PART), date(2020, 6, 2))
    told = claimed(stage, 101_000)
    assert told is not None
    still = next(one for one in rules.ENTRY_RULES if one.code == told.code).still
    assert still is not None
    stage.count(grant(101_000), JUNE_3)
    assert still(stage.books, told)
    stage.count(event("loan_repayment_received", **PART), date(2020, 6, 2), sign=-1)
    assert not still(stage.books, told)


def test_two_claims_share_one_cover() -> None:
    stage = stage_of(bylaws("risk"), loan(covered_satang=100_000))
    assert claimed(stage, 60_000) is None
    stage.count(grant(60_000), JUNE_3)
    assert claimed(stage, 41_000, date(2020, 6, 4)) is None
    told = claimed(stage, 60_000, date(2020, 6, 4))
    assert told is not None
    assert told.amount_satang == 60_000 - 41_000


def test_a_claim_on_a_loan_that_is_not_known_here_is_not_held_to_its_cover() -> None:
    claim: dict[str, Any] = {"loan": "l9", "member": "m1", "cause": "death", "amount_satang": 1}
    assert "CLAIM_BEYOND_COVER" not in asked(stage_of(bylaws("risk")), "risk_claim_approved", **claim)


def test_the_last_date_is_the_latest_that_counts_in_any_village() -> None:
    stage = stage_of(deposit(date(2020, 6, 3)), counted("activity_held", date(2020, 6, 5), "pp02", **FAIR))
    assert stage.books.last_date == date(2020, 6, 5)
    assert Stage().books.last_date is None


@pytest.mark.parametrize(("ledger", "is_late"), [("welfare", True), ("risk", False), (BANK, False)])
def test_the_office_is_late_by_the_close_of_the_fund_that_it_posts_to_alone(ledger: str, is_late: bool) -> None:
    """A bank's close names the village's tablets and a fund's the office's devices: neither cuts the other's lines."""
    stage = stage_of(member())
    stage.count(event("period_closed", ledger=ledger, month=f"{DAY:%Y-%m}", devices=[]))
    given = event("welfare_donation_received", amount_satang=1, bank="w1")
    saved = event("share_deposited", member="m1", amount_satang=1, box="b1")
    office = rules.refusals(stage.books, stage.body(given, village=OFFICE))
    village = rules.refusals(stage.books, stage.body(saved))
    assert ("LATE_ENTRY" in [one.code for one in office]) is is_late
    assert ("LATE_ENTRY" in [one.code for one in village]) is (ledger == BANK)


def test_a_lapse_is_taken_back_by_contributions_that_arrive_later() -> None:
    """A tablet that was away holds the months that were missed."""
    stage = Stage()
    bylaws("welfare")(stage)
    counted("welfare_enrolled", member="m1", joined="2015-01-05", resolution=REF)(stage)
    paid: dict[str, Any] = {"member": "m1", "box": "b1"}
    counted("welfare_contribution_received", **paid, amount_satang=3_000, months=["2020-03"])(stage)
    claim: dict[str, Any] = {"claim": "c1", "member": "m1", "benefit": "birth", "happened": "2020-08-01"}
    body = stage.body(event("welfare_claim_submitted", **claim, amount_satang=9), date(2020, 8, 2))
    rules.judge(stage.books, "claim", body)
    assert standing(stage, "CLAIM_AFTER_LAPSE")
    counted("welfare_contribution_received", **paid, amount_satang=3_000, months=["2020-04"])(stage)
    assert standing(stage, "CLAIM_AFTER_LAPSE") == []


def test_each_year_of_a_cap_stands_alone() -> None:
    """2,000 baht of one year's stays leave nothing of it, and the next year's untouched."""
    stage = Stage()
    bylaws("welfare")(stage)
    counted("welfare_enrolled", member="m1", joined="2015-01-05", resolution=REF)(stage)
    stay: dict[str, Any] = {"member": "m1", "benefit": "hospital", "amount_satang": 50_000}
    for claim in ("c1", "c2", "c3", "c4"):
        counted("welfare_claim_approved", **stay, claim=claim, happened="2020-07-01")(stage)
    grant, on = "welfare_claim_approved", date(2021, 1, 5)
    assert "BENEFIT_BEYOND_RULE" in asked(
        stage, "welfare_claim_approved", on, **stay, claim="c5", happened="2020-12-31"
    )
    assert "BENEFIT_BEYOND_RULE" not in asked(stage, grant, on, **stay, claim="c5", happened="2021-01-01")
