"""The risk-insurance fund: cover, premium, claims, shortage, and the settlement of a borrower's death.

* Only the first baht up to the product's cap are covered; the rest is a second contract without premium [S11]
  (docs/domain.md sections 5.10 and 9.8). The premium is deducted when the loan is paid out.
* A claim pays the covered principal that is still owed, and the interest that the bylaws allow [S37].
* Where the fund is short, claims wait in line (`queue`) or share what there is (`pro_rata`); what is not paid stays
  payable.
* At a death the fund pays the covered part; savings pay what is not covered; guarantors owe the rest. The welfare
  benefit goes to the beneficiary, and is set off only if the bylaws say so.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from sajja_schemas.calculations.problems import refuse_negative, refuse_negative_in
from sajja_schemas.calculations.rounding import BP, half_up, largest_remainder, ratio

ShortageRule = Literal["queue", "pro_rata"]


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """A loan as its covered and its uncovered contract, and what the borrower receives."""

    covered_satang: int
    uncovered_satang: int
    premium_satang: int
    net_satang: int


class RiskClaim(msgspec.Struct, frozen=True, kw_only=True):
    """An approved claim."""

    claim: str
    amount_satang: int


class ClaimPayment(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim gets now, and what stays payable (2320)."""

    claim: str
    paid_satang: int
    payable_satang: int


class Estate(msgspec.Struct, frozen=True, kw_only=True):
    """What a borrower owed and owned at death."""

    covered_principal_satang: int
    covered_interest_satang: int
    uncovered_satang: int  # principal and interest without cover
    savings_satang: int
    welfare_benefit_satang: int = 0


class DeathSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays and who receives after a death."""

    risk_fund_pays_satang: int
    savings_used_satang: int
    heirs_receive_satang: int
    welfare_set_off_satang: int
    beneficiary_receives_satang: int
    guarantors_owe_satang: dict[str, int]
    unpaid_satang: int  # where nobody guaranteed

    @property
    def family_receives_satang(self) -> int:
        """What heirs and beneficiary receive now."""
        return self.heirs_receive_satang + self.beneficiary_receives_satang


def cover_loan(*, gross_satang: int, covered_max_satang: int, premium_bp: int, fees_satang: int = 0) -> Cover:
    """Split a loan at the cap: of 70,000 are 50,000 covered for a premium of 500, and 69,500 is paid out."""
    refuse_negative(
        gross_satang=gross_satang, covered_max_satang=covered_max_satang, premium_bp=premium_bp, fees_satang=fees_satang
    )
    covered_satang = min(gross_satang, covered_max_satang)
    premium_satang = half_up(ratio(covered_satang * premium_bp, BP))
    return Cover(
        covered_satang=covered_satang,
        uncovered_satang=gross_satang - covered_satang,
        premium_satang=premium_satang,
        net_satang=gross_satang - premium_satang - fees_satang,
    )


def claim_amount(
    *, covered_satang: int, principal_owed_satang: int, interest_owed_satang: int, interest_covered: bool
) -> int:
    """What a claim comes to: at most what was covered, and interest if the bylaws cover it."""
    refuse_negative(
        covered_satang=covered_satang,
        principal_owed_satang=principal_owed_satang,
        interest_owed_satang=interest_owed_satang,
    )
    interest_satang = interest_owed_satang if interest_covered else 0
    return min(principal_owed_satang, covered_satang) + interest_satang


def pay_claims(
    claims: Sequence[RiskClaim], *, available_satang: int, shortage_rule: ShortageRule
) -> tuple[ClaimPayment, ...]:
    """Pay claims, in the order of their approval, from what the fund has (docs/domain.md section 9.8).

    Raises:
        NegativeInput: a claim or what is available is.
    """
    refuse_negative(available_satang=available_satang)
    refuse_negative_in({place: claim.amount_satang for place, claim in enumerate(claims)})
    total_satang = sum(claim.amount_satang for claim in claims)
    if shortage_rule == "pro_rata":
        places = {place: claim.amount_satang for place, claim in enumerate(claims)}
        paid = largest_remainder(min(available_satang, total_satang), places)
    else:
        paid, left_satang = {}, available_satang
        for place, claim in enumerate(claims):
            paid[place] = min(claim.amount_satang, left_satang)
            left_satang -= paid[place]
    return tuple(
        ClaimPayment(claim=claim.claim, paid_satang=paid[place], payable_satang=claim.amount_satang - paid[place])
        for place, claim in enumerate(claims)
    )


def settle_death(estate: Estate, *, guarantors: Sequence[str], welfare_set_off: bool) -> DeathSettlement:
    """Settle a borrower's loans at death (docs/domain.md section 9.8); guarantors owe equal parts."""
    refuse_negative(
        covered_principal_satang=estate.covered_principal_satang,
        covered_interest_satang=estate.covered_interest_satang,
        uncovered_satang=estate.uncovered_satang,
        savings_satang=estate.savings_satang,
        welfare_benefit_satang=estate.welfare_benefit_satang,
    )
    savings_used_satang = min(estate.savings_satang, estate.uncovered_satang)
    short_satang = estate.uncovered_satang - savings_used_satang
    set_off_satang = min(estate.welfare_benefit_satang, short_satang) if welfare_set_off else 0
    short_satang -= set_off_satang
    owed = largest_remainder(short_satang, dict.fromkeys(guarantors, 1)) if guarantors else {}
    return DeathSettlement(
        risk_fund_pays_satang=estate.covered_principal_satang + estate.covered_interest_satang,
        savings_used_satang=savings_used_satang,
        heirs_receive_satang=estate.savings_satang - savings_used_satang,
        welfare_set_off_satang=set_off_satang,
        beneficiary_receives_satang=estate.welfare_benefit_satang - set_off_satang,
        guarantors_owe_satang=owed,
        unpaid_satang=short_satang - sum(owed.values()),
    )
