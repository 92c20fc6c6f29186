"""The risk-insurance fund, and a borrower's death (docs/domain.md sections 5.10 and 9.8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.problems import NegativeInput
from sajja_schemas.calculations.risk import (
    ClaimPayment,
    Estate,
    RiskClaim,
    ShortageRule,
    claim_amount,
    cover_loan,
    pay_claims,
    settle_death,
)
from sajja_schemas.calculations.shares import exit_net

CLAIMS = [RiskClaim(claim="c1", amount_satang=25_000_00), RiskClaim(claim="c2", amount_satang=20_000_00)]
SATANG = st.integers(0, 10**9)


def test_a_long_loan_of_70000_is_50000_covered_for_500_and_pays_out_69500() -> None:
    cover = cover_loan(gross_satang=70_000_00, covered_max_satang=50_000_00, premium_bp=100)
    assert (cover.covered_satang, cover.uncovered_satang) == (50_000_00, 20_000_00)
    assert (cover.premium_satang, cover.net_satang) == (500_00, 69_500_00)


def test_a_loan_below_the_cap_is_covered_whole_and_fees_are_deducted_too() -> None:
    cover = cover_loan(gross_satang=30_000_00, covered_max_satang=50_000_00, premium_bp=100, fees_satang=20_00)
    assert (cover.uncovered_satang, cover.premium_satang, cover.net_satang) == (0, 300_00, 29_680_00)


def test_the_claim_of_m002_is_38380_and_without_its_interest_38000() -> None:
    owed = {"covered_satang": 50_000_00, "principal_owed_satang": 38_000_00, "interest_owed_satang": 380_00}
    assert claim_amount(interest_covered=True, **owed) == 38_380_00
    assert claim_amount(interest_covered=False, **owed) == 38_000_00


def test_a_claim_is_at_most_what_was_covered() -> None:
    assert (
        claim_amount(
            covered_satang=50_000_00, principal_owed_satang=60_000_00, interest_owed_satang=0, interest_covered=True
        )
        == 50_000_00
    )


@pytest.mark.parametrize(
    ("rule", "paid"),
    [
        pytest.param("queue", [25_000_00, 5_000_00], id="in line: 25,000 and 5,000, and 15,000 stay payable"),
        pytest.param("pro_rata", [16_666_67, 13_333_33], id="by parts: 16,666.67 and 13,333.33"),
    ],
)
def test_a_fund_of_30000_and_claims_of_25000_and_20000(rule: ShortageRule, paid: list[int]) -> None:
    payments = pay_claims(CLAIMS, available_satang=30_000_00, shortage_rule=rule)
    assert [payment.paid_satang for payment in payments] == paid
    assert sum(payment.payable_satang for payment in payments) == 15_000_00


@given(st.lists(SATANG, max_size=6), SATANG, st.sampled_from(["queue", "pro_rata"]))
def test_a_fund_pays_what_it_has_and_no_claim_twice(sizes: list[int], available: int, rule: ShortageRule) -> None:
    claims = [RiskClaim(claim=f"c{place}", amount_satang=size) for place, size in enumerate(sizes)]
    payments = pay_claims(claims, available_satang=available, shortage_rule=rule)
    assert sum(payment.paid_satang for payment in payments) == min(available, sum(sizes))
    for claim, payment in zip(claims, payments, strict=True):
        assert payment.paid_satang + payment.payable_satang == claim.amount_satang
        assert payment.paid_satang >= 0 <= payment.payable_satang


def test_a_fund_without_claims_and_claims_without_a_fund() -> None:
    assert pay_claims([], available_satang=10, shortage_rule="pro_rata") == ()
    assert pay_claims(CLAIMS[:1], available_satang=0, shortage_rule="queue") == (
        ClaimPayment(claim="c1", paid_satang=0, payable_satang=25_000_00),
    )
    with pytest.raises(NegativeInput, match="available_satang"):
        pay_claims(CLAIMS, available_satang=-1, shortage_rule="queue")


def test_with_cover_the_family_of_m002_receives_45600_at_once() -> None:
    settled = settle_death(
        Estate(
            covered_principal_satang=38_000_00,
            covered_interest_satang=380_00,
            uncovered_satang=0,
            savings_satang=35_600_00,
            welfare_benefit_satang=10_000_00,
        ),
        guarantors=["g1", "g2"],
        welfare_set_off=False,
    )
    assert settled.risk_fund_pays_satang == 38_380_00
    assert settled.heirs_receive_satang == 35_600_00
    assert settled.family_receives_satang == 45_600_00
    assert settled.guarantors_owe_satang == {"g1": 0, "g2": 0}


UNCOVERED = Estate(
    covered_principal_satang=0,
    covered_interest_satang=0,
    uncovered_satang=38_380_00,
    savings_satang=35_600_00,
    welfare_benefit_satang=10_000_00,
)


def test_without_cover_the_guarantors_owe_2780_and_the_beneficiary_keeps_10000() -> None:
    net = exit_net(shares_satang=35_600_00, special_satang=0, interest_satang=0, loans_satang=38_380_00, fines_satang=0)
    settled = settle_death(UNCOVERED, guarantors=["g1", "g2"], welfare_set_off=False)
    assert net == -2_780_00
    assert settled.guarantors_owe_satang == {"g1": 1_390_00, "g2": 1_390_00}
    assert (settled.heirs_receive_satang, settled.beneficiary_receives_satang) == (0, 10_000_00)


def test_the_benefit_is_set_off_only_if_the_bylaws_say_so() -> None:
    settled = settle_death(UNCOVERED, guarantors=["g1"], welfare_set_off=True)
    assert (settled.welfare_set_off_satang, settled.beneficiary_receives_satang) == (2_780_00, 7_220_00)
    assert settled.guarantors_owe_satang == {"g1": 0}


def test_of_a_split_loan_the_fund_pays_a_savings_pay_10000_of_b_and_guarantors_owe_2000() -> None:
    settled = settle_death(
        Estate(
            covered_principal_satang=30_000_00,
            covered_interest_satang=300_00,
            uncovered_satang=12_000_00,
            savings_satang=10_000_00,
        ),
        guarantors=["g1", "g2", "g3"],
        welfare_set_off=False,
    )
    assert settled.risk_fund_pays_satang == 30_300_00
    assert settled.savings_used_satang == 10_000_00
    assert settled.family_receives_satang == 0
    assert settled.guarantors_owe_satang == {"g1": 666_67, "g2": 666_67, "g3": 666_66}


def test_what_nobody_guaranteed_stays_unpaid() -> None:
    settled = settle_death(UNCOVERED, guarantors=[], welfare_set_off=False)
    assert (settled.guarantors_owe_satang, settled.unpaid_satang) == ({}, 2_780_00)


@given(SATANG, SATANG, SATANG, st.integers(0, 4), st.booleans())
def test_a_settlement_pays_every_debt_once(
    uncovered: int, savings: int, welfare: int, guarantors: int, set_off: bool
) -> None:
    estate = Estate(
        covered_principal_satang=5,
        covered_interest_satang=1,
        uncovered_satang=uncovered,
        savings_satang=savings,
        welfare_benefit_satang=welfare,
    )
    settled = settle_death(estate, guarantors=[f"g{n}" for n in range(guarantors)], welfare_set_off=set_off)
    owed = sum(settled.guarantors_owe_satang.values()) + settled.unpaid_satang
    assert settled.savings_used_satang + settled.welfare_set_off_satang + owed == uncovered
    assert settled.family_receives_satang == savings + welfare - settled.savings_used_satang - (
        settled.welfare_set_off_satang
    )
