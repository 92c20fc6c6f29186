"""For each rule that is asked of an entry: one in which it finds something, and its neighbour in which it does not."""

from datetime import date
from typing import Any

from sajja_schemas.events.ruleset import CashRules, RiskRules, ShareRules
from sajja_schemas.standing import Device
from unit.schemas.rules.scenes import (
    ASSEMBLY,
    BANK,
    DAY,
    NAME,
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

LATER = date(2021, 6, 2)
NEXT_YEAR = date(2021, 6, 1)
NEXT_DAY = date(2020, 6, 2)
Said = tuple[str, dict[str, Any]]
Scene = tuple[tuple[Act, ...], Said, date]


def scene(before: tuple[Act, ...], tag: str, on: date = DAY, **fields: Any) -> Scene:
    return before, (tag, fields), on


def left(stage: Stage) -> None:
    stage.count(event("member_exit_settled", member="m1"))


def closed(stage: Stage) -> None:
    stage.count(event("period_closed", ledger=BANK, month="2020-06", devices=[{**REF, "sequence": 1}]))


def sealed(stage: Stage) -> None:
    stage.count(
        event("year_end_trial_balance_sealed", ledger=BANK, year=2020, lines=[{"account": 1, "amount_satang": 0}])
    )


def reported_dead(day: str) -> Act:
    return counted("member_death_reported", member="m1", reported=day)


def device_at(sequence: int) -> Act:
    def act(stage: Stage) -> None:
        stage.books.trust.devices["A" * 42 + "Q"] = Device(unit="pp01", key="", sequence=sequence)

    return act


def receipt(principal: int, interest: int = 0, difference: int = 0, loan: str = "l1") -> dict[str, Any]:
    return {
        "loan": loan, "member": "m1", "product": "ordinary", "box": "b1", "principal_satang": principal,
        "interest_satang": interest, "cash_difference_satang": difference,
        "total_satang": principal + interest - difference,
    }  # fmt: skip


COINS = bylaws(cash=CashRules(rounding_satang=25, rounding_mode="half_up"))


def group(ledger: str = "group:pp01-g1") -> Act:
    return counted("group_registered", ledger=ledger, product="x", leader="m1", members=["m1"], resolution=REF)


def reversed_before(stage: Stage) -> None:
    stage.books.reversed[NAME] = NAME


def welfare_member(stage: Stage) -> None:
    stage.count(event("welfare_enrolled", member="m1", joined="2020-06-01", resolution=REF))


def saving(satang: int, account: int = 3110, who: str = "m1") -> Act:
    return balance(BANK, account, who, -satang)


def granted_claim(stage: Stage) -> None:
    stage.count(
        event(
            "welfare_claim_approved", claim="c1", member="m1", benefit="birth", amount_satang=9, happened="2020-06-01"
        )
    )


def stand(loan_name: str, guarantor: str) -> dict[str, Any]:
    return {"loan": loan_name, "guarantor": guarantor, "amount_satang": 1}


def stands(loan_name: str, guarantor: str) -> Act:
    return counted("loan_guarantor_consented", **stand(loan_name, guarantor))


def applied(name: str = "l1", who: str = "m1", satang: int = 100_000) -> dict[str, Any]:
    return {
        "loan": name, "member": who, "product": "ordinary", "amount_satang": satang, "months": 10, "purpose": "boat",
    }  # fmt: skip


def held(satang: int) -> Act:
    return counted("savings_hold_placed", member="m1", loan="l1", amount_satang=satang)


def repaid(satang: int) -> Act:
    return counted(
        "loan_repayment_received", loan="l1", member="m1", product="ordinary", total_satang=satang,
        principal_satang=satang, box="b1",
    )  # fmt: skip


def deposit(satang: int = 100) -> dict[str, Any]:
    return {"member": "m1", "amount_satang": satang, "box": "b1"}


def lines(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"account": account, "amount_satang": satang} for account, satang in pairs]


PARTS: dict[str, Any] = {
    "run": "r1",
    "year": 2020,
    "weights_total": 1,
    "inputs": NAME,
    "assembly": ASSEMBLY,
    "pool_satang": 10,
}
OVERDRAFT: dict[str, Any] = {"member": "m1", "amount_satang": 100}
CASH = [{"denomination_satang": 100, "pieces": 3}]
COUNT: dict[str, Any] = {"ledger": BANK, "box": "b1", "cash": CASH, "counters": ["o1", "o2"]}
BOOK: dict[str, Any] = {"shares_satang": 100}
REPAID: dict[str, Any] = {
    "member": "m1",
    "product": "ordinary",
    "total_satang": 100,
    "principal_satang": 100,
    "box": "b1",
}
CLAIM: dict[str, Any] = {"claim": "c1", "member": "m1", "benefit": "birth", "amount_satang": 9}
RISK_CLAIM: dict[str, Any] = {"loan": "l1", "member": "m1", "cause": "death"}
PAID_TO_MARCH = (
    bylaws("welfare"),
    counted("welfare_enrolled", member="m1", joined="2015-01-05", resolution=REF),
    counted("welfare_contribution_received", member="m1", amount_satang=3_000, box="b1", months=["2020-03"]),
)
STAY: dict[str, Any] = {"member": "m1", "benefit": "hospital", "happened": "2020-07-01"}
IN_HOSPITAL = (
    *PAID_TO_MARCH,
    *(counted("welfare_claim_approved", **STAY, claim=claim, amount_satang=50_000) for claim in ("c1", "c2", "c3")),
)
COVERED = loan(covered_satang=100_000)
WAITS = bylaws("risk", risk=RiskRules(waiting_days=30))
YEAR_LINES: dict[str, Any] = {"ledger": BANK, "year": 2020}
RESCHEDULED: dict[str, Any] = {
    "loan": "l1",
    "member": "m1",
    "product": "ordinary",
    "principal_satang": 100,
    "months": 5,
    "rate_bp_month": 100,
    "method": "declining",
    "first_due": "2020-07-01",
    "reason": "flood",
    "resolution": REF,
}
WRITTEN: dict[str, Any] = {
    "loan": "l1",
    "member": "m1",
    "product": "ordinary",
    "principal_satang": 100,
    "expense_satang": 100,
    "assembly": ASSEMBLY,
}
MERGED: dict[str, Any] = {"survivor": "m1", "duplicate": "m2", "basis": "card"}
GROUP: dict[str, Any] = {"ledger": "group:pp01-shrimp", "product": "paste", "leader": "m1", "resolution": REF}

ENTRY_CASES: dict[str, tuple[Scene, Scene]] = {
    "UNKNOWN_MEMBER": (
        scene((member("m2"),), "share_deposited", **deposit()),
        scene((member(),), "share_deposited", **deposit()),
    ),
    "NOT_A_MEMBER_NOW": (
        scene((member(), left), "share_deposited", **deposit()),
        scene((member(),), "share_deposited", **deposit()),
    ),
    "BEGUN_WITH_A_LEAVER": (
        scene((member(), left), "share_pledge_set", member="m1", amount_satang=1, first_month="2020-06"),
        scene((), "share_pledge_set", member="m1", amount_satang=1, first_month="2020-06"),
    ),
    "EXIT_DIFFERS_FROM_LEDGER": (
        scene((saving(100),), "member_exit_settled", member="m1", shares_satang=90, net_satang=90),
        scene((saving(100),), "member_exit_settled", member="m1", shares_satang=100, net_satang=100),
    ),
    "LEFT_OWING": (
        scene((loan(),), "member_exit_settled", member="m1"),
        scene(
            (loan(), loan("l2", "m2")),
            "member_exit_settled",
            member="m1",
            loan="l1",
            product="ordinary",
            set_off_principal_satang=100_000,
        ),
    ),
    "EXPELLED_WITHOUT_HEARING": (
        scene((), "member_expelled", member="m1", decided_by="committee", reason="x"),
        scene((), "member_expelled", member="m1", decided_by="committee", reason="x", hearing=NAME),
    ),
    "MERGER_MOVES_OTHERS": (
        scene(
            (),
            "member_duplicate_merged",
            **MERGED,
            lines=[
                {"account": 3110, "amount_satang": 5, "sub": "m2"},
                {"account": 3110, "amount_satang": -5, "sub": "m3"},
            ],
        ),
        scene(
            (),
            "member_duplicate_merged",
            **MERGED,
            lines=[
                {"account": 3110, "amount_satang": 5, "sub": "m2"},
                {"account": 3110, "amount_satang": -5, "sub": "m1"},
            ],
        ),
    ),
    "BENEFICIARIES_NOT_WHOLE": (
        scene(
            (),
            "member_beneficiary_designated",
            member="m1",
            witness="o1",
            shares=[{"beneficiary": "x", "share_bp": 9_999}],
        ),
        scene(
            (),
            "member_beneficiary_designated",
            member="m1",
            witness="o1",
            shares=[{"beneficiary": "x", "share_bp": 10_000}],
        ),
    ),
    "PASSBOOK_PRINTED_DIFFERS": (
        scene((saving(90),), "member_passbook_issued", member="m1", serial="s", balances=BOOK),
        scene((saving(100),), "member_passbook_issued", member="m1", serial="s", balances=BOOK),
    ),
    "PASSBOOK_DIFFERS": (
        scene((saving(100),), "member_passbook_checked", member="m1", serial="s", balances=BOOK, difference_satang=1),
        scene((saving(100),), "member_passbook_checked", member="m1", serial="s", balances=BOOK),
    ),
    "ERASURE_WHILE_MONEY_IS_OPEN": (
        scene((saving(100),), "personal_data_erasure_requested", member="m1", due="2020-08-30"),
        scene((saving(100, who="m2"),), "personal_data_erasure_requested", member="m1", due="2020-08-30"),
    ),
    "MONTH_NAMED_TWICE": (
        scene((), "share_deposited", **deposit(), months=["2020-06", "2020-06"]),
        scene((), "share_deposited", **deposit(), months=["2020-06", "2020-07"]),
    ),
    "HOLD_BEYOND_SAVINGS": (
        scene((saving(99),), "savings_hold_placed", member="m1", loan="l1", amount_satang=100),
        scene((saving(100),), "savings_hold_placed", member="m1", loan="l1", amount_satang=100),
    ),
    "BELOW_HOLD": (
        scene((saving(100), held(60)), "share_withdrawn", **deposit(41)),
        scene((saving(100), held(60)), "share_withdrawn", **deposit(40)),
    ),
    "PARTIAL_WITHDRAWAL": (
        scene((bylaws(), member()), "share_withdrawn", **deposit()),
        scene((bylaws(shares=ShareRules(partial_withdrawal=True)), member()), "share_withdrawn", **deposit()),
    ),
    "CHILD_WITHOUT_GUARDIAN": (
        scene((), "child_savings_withdrawn", **deposit()),
        scene((), "child_savings_withdrawn", **deposit(), guardian="m2"),
    ),
    "MEMBER_IS_DEAD": (
        scene((member(), reported_dead("2020-06-01")), "special_savings_withdrawn", **deposit()),
        scene((member(), reported_dead("2020-06-02")), "special_savings_withdrawn", **deposit()),
    ),
    "DORMANT_WITHDRAWAL": (
        scene((counted("share_deposited", **deposit()),), "special_savings_withdrawn", LATER, **deposit()),
        scene(
            (counted("share_deposited", date(2020, 7, 1), **deposit()),),
            "special_savings_withdrawn",
            LATER,
            **deposit(),
        ),
    ),
    "SHARES_TO_A_STRANGER": (
        scene((member(),), "share_transferred", member="m1", to_member="m2", amount_satang=1, resolution=REF),
        scene(
            (member(), member("m2")), "share_transferred", member="m1", to_member="m2", amount_satang=1, resolution=REF
        ),
    ),
    "UNKNOWN_LOAN": (
        scene((loan(),), "loan_repayment_received", loan="l2", **REPAID),
        scene((loan(),), "loan_repayment_received", loan="l1", **REPAID),
    ),
    "LOAN_NOT_APPROVED": (
        scene((loan(),), "loan_disbursed", **paid_out("l2")),
        scene((counted("loan_approved", **granted("l2")),), "loan_disbursed", **paid_out("l2")),
    ),
    "DISBURSED_DIFFERS_FROM_APPROVED": (
        scene((counted("loan_approved", **granted()),), "loan_disbursed", **paid_out(satang=99_999)),
        scene((counted("loan_approved", **granted()),), "loan_disbursed", **paid_out()),
    ),
    "GUARANTOR_IS_BORROWER": (
        scene((loan(),), "loan_guarantor_consented", loan="l1", guarantor="m1", amount_satang=1),
        scene((loan(),), "loan_guarantor_consented", loan="l1", guarantor="m2", amount_satang=1),
    ),
    "MORATORIUM_UNCLEAR": (
        scene(
            (),
            "loan_moratorium_granted",
            granted_by="committee",
            rest_from="2020-06-01",
            rest_to="2020-07-01",
            interest_runs=False,
            loan="l1",
            product="ordinary",
        ),
        scene(
            (),
            "loan_moratorium_granted",
            granted_by="committee",
            rest_from="2020-06-01",
            rest_to="2020-07-01",
            interest_runs=False,
            loan="l1",
        ),
    ),
    "PREPAID_NOT_WHOLE": (
        scene((loan(),), "loan_prepaid", loan="l1", **REPAID),
        scene((loan(satang=100),), "loan_prepaid", loan="l1", **REPAID),
    ),
    "APPLICANT_IS_OVERDUE": (
        scene(
            (loan(),),
            "loan_applied",
            LATER,
            loan="l2",
            member="m1",
            product="ordinary",
            amount_satang=1,
            months=1,
            purpose="x",
        ),
        scene(
            (loan(),),
            "loan_applied",
            loan="l2",
            member="m1",
            product="ordinary",
            amount_satang=1,
            months=1,
            purpose="x",
        ),
    ),
    "UNKNOWN_CLAIM": (
        scene(
            (granted_claim,), "welfare_claim_paid", claim="c2", member="m1", amount_satang=9, channel="bank", bank="k"
        ),
        scene(
            (granted_claim,), "welfare_claim_paid", claim="c1", member="m1", amount_satang=9, channel="bank", bank="k"
        ),
    ),
    "PAYEE_NOT_MET": (
        scene((), "welfare_claim_verified", claim="c1", member="m1", note="x", met_in_person=False),
        scene((), "welfare_claim_verified", claim="c1", member="m1", note="x", met_in_person=True),
    ),
    "NOT_IN_WELFARE_FUND": (
        scene((member(),), "welfare_contribution_received", **deposit(), months=["2020-06"]),
        scene((member(), welfare_member), "welfare_contribution_received", **deposit(), months=["2020-06"]),
    ),
    "LOAN_NOT_COVERED": (
        scene(
            (loan(),),
            "risk_claim_filed",
            loan="l1",
            member="m1",
            cause="death",
            happened="2020-06-01",
            principal_satang=1,
        ),
        scene(
            (loan(covered_satang=100_000),),
            "risk_claim_filed",
            loan="l1",
            member="m1",
            cause="death",
            happened="2020-06-01",
            principal_satang=1,
        ),
    ),
    "CLAIM_BEYOND_COVER": (  # of 100,000 are 40,000 left, with a month's interest at 1 %
        scene((COVERED, repaid(60_000)), "risk_claim_approved", NEXT_DAY, **RISK_CLAIM, amount_satang=40_401),
        scene((COVERED, repaid(60_000)), "risk_claim_approved", NEXT_DAY, **RISK_CLAIM, amount_satang=40_400),
    ),
    "CLAIM_WITHIN_WAITING": (
        scene((WAITS, COVERED), "risk_claim_filed", **RISK_CLAIM, happened="2020-06-30", principal_satang=100),
        scene((WAITS, COVERED), "risk_claim_filed", **RISK_CLAIM, happened="2020-07-01", principal_satang=100),
    ),
    "CAUSE_NOT_COVERED": (
        scene(
            (bylaws("risk"), loan(covered_satang=100_000)),
            "risk_claim_approved",
            **RISK_CLAIM | {"cause": "default"},
            amount_satang=1,
        ),
        scene((bylaws("risk"), loan(covered_satang=100_000)), "risk_claim_approved", **RISK_CLAIM, amount_satang=1),
    ),
    "CLAIM_AFTER_LAPSE": (  # paid to March; beyond three missed months, the close of July is the last day
        scene(PAID_TO_MARCH, "welfare_claim_submitted", LATER, **CLAIM, happened="2020-08-01"),
        scene(PAID_TO_MARCH, "welfare_claim_submitted", LATER, **CLAIM, happened="2020-07-31"),
    ),
    "BENEFIT_BEYOND_RULE": (  # 600 a stay and 2,000 a year: after 1,500 are 500 left
        scene(IN_HOSPITAL, "welfare_claim_approved", LATER, **STAY | {"claim": "c4"}, amount_satang=50_001),
        scene(IN_HOSPITAL, "welfare_claim_approved", LATER, **STAY | {"claim": "c4"}, amount_satang=50_000),
    ),
    "COUNT_DOES_NOT_ADD_UP": (
        scene((), "cash_counted", **COUNT, total_satang=301),
        scene((), "cash_counted", **COUNT, total_satang=300),
    ),
    "COUNTED_ALONE": (
        scene((), "cash_counted", **COUNT | {"counters": ["o1", "o1"]}, total_satang=300),
        scene((), "cash_counted", **COUNT, total_satang=300),
    ),
    "MORE_WOMEN_THAN_PEOPLE": (
        scene((), "activity_held", kind="fair", villages=[], people=2, women=3),
        scene((), "activity_held", kind="fair", villages=[], people=3, women=3),
    ),
    "RECONCILIATION_DOES_NOT_ADD_UP": (
        scene((), "bank_reconciled", ledger=BANK, bank="k", as_of="2020-06-01", bank_satang=10, book_satang=9),
        scene(
            (),
            "bank_reconciled",
            ledger=BANK,
            bank="k",
            as_of="2020-06-01",
            bank_satang=10,
            book_satang=9,
            items=[{"amount_satang": 1, "text": "fee"}],
        ),
    ),
    "RECONCILED_ANOTHER_BALANCE": (
        scene(
            (balance(BANK, 1120, "k", 8),),
            "bank_reconciled",
            ledger=BANK,
            bank="k",
            as_of="2020-06-01",
            bank_satang=9,
            book_satang=9,
        ),
        scene(
            (balance(BANK, 1120, "k", 9),),
            "bank_reconciled",
            ledger=BANK,
            bank="k",
            as_of="2020-06-01",
            bank_satang=9,
            book_satang=9,
        ),
    ),
    "MORE_THAN_THERE_IS": (
        scene((saving(99, 2110), balance(BANK, 1110, "b1", 900)), "special_savings_withdrawn", **deposit()),
        scene((saving(100, 2110), balance(BANK, 1110, "b1", 900)), "special_savings_withdrawn", **deposit()),
    ),
    "LATE_ENTRY": (
        scene((closed,), "share_deposited", **deposit()),
        scene((closed,), "share_deposited", date(2020, 7, 1), **deposit()),
    ),
    "TRIAL_BALANCE_UNEVEN": (
        scene((), "year_end_trial_balance_sealed", **YEAR_LINES, lines=lines((1110, 5), (3110, -4))),
        scene((), "year_end_trial_balance_sealed", **YEAR_LINES, lines=lines((1110, 5), (3110, -5))),
    ),
    "TRIAL_BALANCE_DIFFERS": (
        scene(
            (balance(BANK, 1110, "b1", 5), saving(5)),
            "year_end_trial_balance_sealed",
            **YEAR_LINES,
            lines=lines((1110, 4), (3110, -4)),
        ),
        scene(
            (balance(BANK, 1110, "b1", 5), saving(5), balance("risk", 1610, "pp01", 9)),
            "year_end_trial_balance_sealed",
            **YEAR_LINES,
            lines=lines((1110, 5), (3110, -5)),
        ),
    ),
    "PARTS_DIFFER_FROM_POOL": (
        scene((), "dividend_declared", **PARTS, lines=[{"member": "m1", "amount_satang": 9}]),
        scene((), "dividend_declared", **PARTS, lines=[{"member": "m1", "amount_satang": 10}]),
    ),
    "ALLOCATED_BEYOND_PROFIT": (
        scene(
            (balance(BANK, 3320, "", -9),),
            "year_end_allocation_approved",
            year=2020,
            profit_satang=10,
            assembly=ASSEMBLY,
            reserve_satang=10,
        ),
        scene(
            (balance(BANK, 3320, "", -10),),
            "year_end_allocation_approved",
            year=2020,
            profit_satang=10,
            assembly=ASSEMBLY,
            reserve_satang=10,
        ),
    ),
    "YEAR_CLOSED_BEYOND_ZERO": (
        scene((balance(BANK, 4180, "", -9),), "year_end_closed", **YEAR_LINES, lines=lines((4180, 10))),
        scene((balance(BANK, 4180, "", -10),), "year_end_closed", **YEAR_LINES, lines=lines((4180, 9))),
    ),
    "REOPENED_A_SEALED_YEAR": (
        scene((sealed,), "period_reopened", ledger=BANK, month="2020-05", reason="x"),
        scene((sealed,), "period_reopened", ledger=BANK, month="2021-05", reason="x"),
    ),
    "GROUP_HAS_BALANCES": (
        scene(
            (balance("group:pp01-shrimp", 1110, "b", 1),),
            "group_dissolved",
            ledger="group:pp01-shrimp",
            reason="x",
            resolution=REF,
        ),
        scene(
            (balance("group:pp01-goats", 1110, "b", 1),),
            "group_dissolved",
            ledger="group:pp01-shrimp",
            reason="x",
            resolution=REF,
        ),
    ),
    "GROUP_TOO_SMALL": (
        scene((), "group_registered", **GROUP, members=["m1", "m2", "m3", "m4", "m4"]),
        scene((), "group_registered", **GROUP, members=["m1", "m2", "m3", "m4", "m5"]),
    ),
    "VILLAGE_LEFT_WITH_BALANCES": (
        scene((balance(BANK, 2610, "", -1),), "village_left_network", effective="2020-06-01", assembly=ASSEMBLY),
        scene((balance("bank:pp02", 2610, "", -1),), "village_left_network", effective="2020-06-01", assembly=ASSEMBLY),
    ),
    "REVERSED_BEFORE": (
        scene((reversed_before,), "entry_reversed", entry=REF, reason="other"),
        scene((), "entry_reversed", entry=REF, reason="other"),
    ),
    "ADJUSTMENT_MOVES_CASH": (
        scene((), "adjustment_posted", ledger=BANK, lines=lines((1120, 5), (5124, -5)), reason="x"),
        scene((), "adjustment_posted", ledger=BANK, lines=lines((1120, 5), (5124, -5)), reason="x", reconciliation=REF),
    ),
    "CORRECTED_BEYOND_FINDING": (
        scene((balance(BANK, 2110, "m1", 99),), "overdraft_recognised", **OVERDRAFT),
        scene((balance(BANK, 2110, "m1", 100),), "overdraft_recognised", **OVERDRAFT),
    ),
    "PLEDGE_OUT_OF_BOUNDS": (
        scene((bylaws(),), "share_pledge_set", member="m1", amount_satang=4_999, first_month="2020-06"),
        scene((bylaws(),), "share_pledge_set", member="m1", amount_satang=5_000, first_month="2020-06"),
    ),
    "ADVANCE_OF_WHOLE_SHARES": (
        scene((bylaws(),), "share_advance_received", member="m1", amount_satang=1_000, box="b1"),
        scene((bylaws(),), "share_advance_received", member="m1", amount_satang=999, box="b1"),
    ),
    "PLEDGE_CHANGED_TOO_OFTEN": (
        scene(
            (
                bylaws(),
                *(
                    counted(
                        "share_pledge_set",
                        date(2020, month, 1),
                        member="m1",
                        amount_satang=5_000 + month,
                        first_month="2020-06",
                    )
                    for month in (1, 2)
                ),
            ),
            "share_pledge_set",
            member="m1",
            amount_satang=5_000,
            first_month="2020-06",
        ),
        scene(
            (bylaws(), counted("share_pledge_set", member="m1", amount_satang=6_000, first_month="2020-06")),
            "share_pledge_set",
            member="m1",
            amount_satang=5_000,
            first_month="2020-06",
        ),
    ),
    "FINE_DIFFERS": (
        scene((bylaws(),), "savings_fine_charged", **deposit(501), months=["2020-05"]),
        scene((bylaws(),), "savings_fine_charged", **deposit(500), months=["2020-05"]),
    ),
    "CONTRIBUTION_DIFFERS": (
        scene((bylaws("welfare"),), "welfare_contribution_received", **deposit(2_999), months=["2020-05"]),
        scene((bylaws("welfare"),), "welfare_contribution_received", **deposit(3_000), months=["2020-05"]),
    ),
    "DATED_TOMORROW": (
        scene((), "share_deposited", date(2026, 1, 2), **deposit(1)),
        scene((), "share_deposited", date(2026, 1, 1), **deposit(1)),
    ),
    "UNKNOWN_GROUP": (
        scene((member(),), "group_member_joined", ledger="group:pp01-g1", member="m1", shares_satang=1, box="b"),
        scene((group(),), "group_member_joined", ledger="group:pp01-g1", member="m1"),
    ),
    "CLOSE_LEAVES_OUT_A_DEVICE": (
        scene((device_at(1),), "period_closed", ledger=BANK, month="2020-06", devices=[]),
        scene((device_at(0),), "period_closed", ledger=BANK, month="2020-06", devices=[]),
    ),
    "PREMIUM_DIFFERS": (
        scene((bylaws(),), "loan_disbursed", **paid_out(premium=999)),
        scene((bylaws(),), "loan_disbursed", **paid_out(premium=1_000)),
    ),
    "LOAN_BEYOND_LIMIT": (
        scene((bylaws(), saving(19_999)), "loan_approved", **granted()),
        scene((bylaws(), saving(20_000)), "loan_approved", **granted()),
    ),
    "BORROWER_TOO_NEW": (
        scene((bylaws(), member(day=date(2019, 12, 2))), "loan_applied", **applied()),
        scene((bylaws(), member(day=date(2019, 12, 1))), "loan_applied", **applied()),
    ),
    "LOAN_TERMS_DIFFER": (
        scene((bylaws(),), "loan_approved", **granted() | {"months": 25}),
        scene((bylaws(),), "loan_approved", **granted() | {"months": 24}),
    ),
    "APPROVAL_LAPSED": (
        scene((bylaws(), counted("loan_approved", **granted())), "loan_disbursed", date(2020, 8, 1), **paid_out()),
        scene((bylaws(), counted("loan_approved", **granted())), "loan_disbursed", date(2020, 7, 31), **paid_out()),
    ),
    "GUARANTORS_TOO_FEW": (
        scene((bylaws(), stands("l1", "m2")), "loan_disbursed", **paid_out()),
        scene((bylaws(), stands("l1", "m2"), stands("l1", "m3")), "loan_disbursed", **paid_out()),
    ),
    "GUARANTOR_OVER_QUOTA": (
        scene(
            (bylaws(), loan("l2"), loan("l3"), stands("l2", "m9"), stands("l3", "m9")),
            "loan_guarantor_consented",
            loan="l1",
            guarantor="m9",
            amount_satang=1,
        ),
        scene(
            (bylaws(), loan("l2"), stands("l2", "m9")),
            "loan_guarantor_consented",
            loan="l1",
            guarantor="m9",
            amount_satang=1,
        ),
    ),
    "GUARANTOR_IS_OVERDUE": (
        scene((loan("l2", "m9", day=date(2020, 4, 1)),), "loan_guarantor_consented", **stand("l1", "m9")),
        scene((loan("l2", "m9"),), "loan_guarantor_consented", **stand("l1", "m9")),
    ),
    "GUARANTEE_OPEN": (
        scene((loan("l2", "m2"), stands("l2", "m1")), "member_exit_settled", member="m1"),
        scene((loan("l2", "m2"), stands("l2", "m1"), balance(BANK, 1210, "l2", 0)), "member_exit_settled", member="m1"),
    ),
    "GUARANTEED_EACH_OTHER": (
        scene(
            (loan("l1", "m1"), loan("l2", "m2"), stands("l2", "m1")),
            "loan_guarantor_consented",
            loan="l1",
            guarantor="m2",
            amount_satang=1,
        ),
        scene(
            (loan("l1", "m1"), loan("l2", "m3"), stands("l2", "m1")),
            "loan_guarantor_consented",
            loan="l1",
            guarantor="m2",
            amount_satang=1,
        ),
    ),
    "PENALTY_OVER_CAP": (
        scene((bylaws(), loan(day=date(2020, 1, 1))), "loan_fine_charged", loan="l1", **deposit(501)),
        scene((bylaws(), loan(day=date(2020, 1, 1))), "loan_fine_charged", loan="l1", **deposit(500)),
    ),
    "SPLIT_DIFFERS": (
        scene((bylaws(), loan()), "loan_repayment_received", date(2020, 7, 1), **receipt(10_000, interest=999)),
        scene((bylaws(), loan()), "loan_repayment_received", date(2020, 7, 1), **receipt(10_000, interest=1_000)),
    ),
    "CASH_ROUNDING_DIFFERS": (
        scene((COINS, loan()), "loan_repayment_received", **receipt(11_000, difference=24)),
        scene((COINS, loan()), "loan_repayment_received", **receipt(10_990, difference=-10)),
    ),
    "PAID_AFTER_WRITE_OFF": (
        scene((loan(), counted("loan_written_off", **WRITTEN)), "loan_repayment_received", **receipt(1)),
        scene((loan("l2"), counted("loan_written_off", **WRITTEN)), "loan_repayment_received", **receipt(1, loan="l2")),
    ),
    "LATE_LOAN_REFINANCED": (
        scene((loan(), loan("l2", day=NEXT_YEAR)), "loan_repayment_received", NEXT_YEAR, **receipt(100_000)),
        scene((loan(), loan("l2", "m2", day=NEXT_YEAR)), "loan_repayment_received", NEXT_YEAR, **receipt(100_000)),
    ),
    "RESCHEDULED_TOO_OFTEN": (
        scene((bylaws(),), "loan_rescheduled", **RESCHEDULED, times=9),
        scene((bylaws(),), "loan_rescheduled", **RESCHEDULED, times=1),
    ),
    "WRITTEN_OFF_EARLY": (
        scene((bylaws(), loan()), "loan_written_off", **WRITTEN),
        scene((bylaws(), loan()), "loan_written_off", date(2024, 6, 1), **WRITTEN),
    ),
    "CLAIM_OUTSIDE_WINDOW": (
        scene((bylaws("welfare"),), "welfare_claim_submitted", **CLAIM, happened="2020-03-02"),
        scene((bylaws("welfare"),), "welfare_claim_submitted", **CLAIM, happened="2020-03-03"),
    ),
    "CLAIM_BEFORE_BENEFIT": (
        scene(
            (bylaws("welfare"), welfare_member),
            "welfare_claim_submitted",
            date(2020, 11, 28),
            **CLAIM,
            happened="2020-11-27",
        ),
        scene(
            (bylaws("welfare"), welfare_member),
            "welfare_claim_submitted",
            date(2020, 11, 28),
            **CLAIM,
            happened="2020-11-28",
        ),
    ),
}
