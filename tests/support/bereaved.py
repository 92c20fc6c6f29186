"""What a village and the office do again and again when a borrower dies (docs/domain.md 9.8)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sajja_client.books import fold
from sajja_schemas.calculations.risk import DeathSettlement, Estate, claim_amount, settle_death
from sajja_schemas.calculations.welfare import Tier, tier_amount
from sajja_schemas.events.ledgers import OpeningLine, OpeningLoan
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.registers.loans import loan_of
from sajja_schemas.registers.members import member_of
from support.life import Life
from support.world import ASSEMBLY

BANK: Final = "bank:v01"
BOX, BAAC = "v01-o4", "v01-baac"
FUND_BANK: Final = {"risk": "risk-baac", "welfare": "welfare-baac"}
JOINED: Final = date(2011, 1, 5)
DIED: Final = date(2020, 7, 10)
CERTIFICATE: Final = ASSEMBLY.minutes  # any hash will do


def brought_forward(loan: str, member: str, *, owed: int, lent: int, covered: int) -> OpeningLine:
    """A loan of the paper book, in baht, with its contract."""
    contract = OpeningLoan(
        member=member, principal_satang=lent * BAHT, months=24, rate_bp_month=100, method="declining",
        first_due=date(2020, 8, 5), covered_satang=covered * BAHT,
    )  # fmt: skip
    return OpeningLine(account=1210, amount_satang=owed * BAHT, sub=loan, loan=contract)


class Village:
    """The first village and the office, as a death keeps them busy."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.tablet, self.other = life.tablets["v01"]

    def confirm(self, member: str, *, on: date = date(2020, 7, 12), reported: date = DIED) -> None:
        """Somebody says so, which locks the account; the certificate confirms it."""
        self.life.turn_to(reported)
        self.life.say(self.tablet, "member_death_reported", member=member, reported=reported)
        self.life.turn_to(on)
        self.life.say(self.tablet, "member_death_confirmed", member=member, died=DIED, certificate=CERTIFICATE)

    def owed(self, loan: str) -> tuple[int, int]:
        """What is owed of a loan, and a month's interest on it, at 1 %."""
        owed_satang = self.life.balance(self.tablet, 1210, loan)
        return owed_satang, owed_satang // 100

    def shares(self, member: str) -> int:
        """What the member had saved."""
        return -self.life.balance(self.tablet, 3110, member)

    def settle(
        self, member: str, *, covered: str = "", uncovered: str = "", guarantors: Sequence[str] = ()
    ) -> DeathSettlement:
        """What each pays and receives: the fund for one contract, savings and guarantors for another."""
        principal_satang, interest_satang = self.owed(covered) if covered else (0, 0)
        rest_satang = 0
        if uncovered:
            # Where nothing is covered interest is due on all of it; beside a covered contract, the principal alone.
            rest_satang, rest_interest_satang = self.owed(uncovered)
            rest_satang += 0 if covered else rest_interest_satang
        estate = Estate(
            covered_principal_satang=principal_satang, covered_interest_satang=interest_satang,
            uncovered_satang=rest_satang, savings_satang=self.shares(member),
            welfare_benefit_satang=self.benefit(member),
        )  # fmt: skip
        return settle_death(estate, guarantors=guarantors, welfare_set_off=False)

    def benefit(self, member: str) -> int:
        """The death benefit by the years in the fund: 9.5 years are of the tier from five years on."""
        known = member_of(fold(self.tablet.home).registers, "v01", member)
        assert known is not None
        rules = self.life.rules("welfare").welfare
        assert rules is not None
        if not known.in_welfare and known.died is None:
            return 0
        (line,) = [line for line in rules.benefits if line.benefit == "death"]
        tiers = [
            Tier(amount_satang=tier.amount_satang, from_months=tier.from_months, from_days=tier.from_days)
            for tier in line.tiers
        ]
        return tier_amount(tiers, member_since=JOINED, on=DIED)

    def claim_risk(self, loan: str, member: str) -> int:
        """The village files; the network grants what the cover and the bylaws allow."""
        owed_satang, interest_satang = self.owed(loan)
        books = fold(self.tablet.home)
        known = loan_of(books.registers, books.balances, BANK, loan)
        rules = self.life.rules("risk").risk
        assert known is not None
        assert rules is not None
        granted_satang = claim_amount(
            covered_satang=known.covered_satang, principal_owed_satang=owed_satang,
            interest_owed_satang=interest_satang, interest_covered=bool(rules.interest_covered),
        )  # fmt: skip
        cause = {"loan": loan, "member": member, "cause": "death"}
        parts = {"principal_satang": owed_satang, "interest_satang": interest_satang}
        self.life.say(self.tablet, "risk_claim_filed", happened=DIED, papers=(CERTIFICATE,), **cause, **parts)
        self.life.say(self.life.desk, "risk_claim_approved", "v01", amount_satang=granted_satang, **cause)
        return granted_satang

    def pay_risk(
        self, loan: str, member: str, amount_satang: int, *, interest_satang: int = 0, sent: bool = True
    ) -> None:
        """The fund's bank pays the village's bank: two entries, one settlement."""
        common: dict[str, Any] = {
            "settlement": f"claim-{loan}", "loan": loan, "member": member, "product": "ordinary",
            "amount_satang": amount_satang, "principal_satang": amount_satang - interest_satang,
            "interest_satang": interest_satang,
        }  # fmt: skip
        if sent:
            self.life.say(self.life.desk, "risk_claim_paid", "v01", side="sent", bank=FUND_BANK["risk"], **common)
        self.life.say(self.tablet, "risk_claim_paid", side="received", bank=BAAC, **common)

    def pay_benefit(self, claim: str, member: str, amount_satang: int) -> None:
        """Asked for in the village, which met the beneficiary; granted and paid by the fund."""
        benefit = {"claim": claim, "member": member, "amount_satang": amount_satang}
        why = {"benefit": "death", "happened": DIED}
        self.life.say(self.tablet, "welfare_claim_submitted", **benefit, **why)
        verified = {"note": "พบผู้รับประโยชน์", "met_in_person": True}
        self.life.say(self.tablet, "welfare_claim_verified", claim=claim, member=member, **verified)
        self.life.say(self.life.desk, "welfare_claim_approved", "v01", **benefit, **why)
        self.life.say(self.life.desk, "welfare_claim_paid", "v01", channel="bank", bank=FUND_BANK["welfare"], **benefit)

    def pay_heirs(self, member: str) -> int:
        """The heirs are paid all that stands for them."""
        owed_satang = -self.life.balance(self.tablet, 2140, member)
        self.life.say(
            self.tablet, "member_heirs_paid", member=member, amount_satang=owed_satang, channel="cash", box=BOX
        )
        return owed_satang

    def call_guarantors(self, loan: str, owed_satang: dict[str, int]) -> None:
        """Each takes over a part by a resolution, and pays it."""
        resolution = self.life.resolve(self.tablet, "เรียกผู้ค้ำประกัน")
        for guarantor, amount_satang in owed_satang.items():
            called = {"loan": loan, "guarantor": guarantor, "amount_satang": amount_satang}
            self.life.say(self.tablet, "loan_guarantor_called", product="ordinary", resolution=resolution, **called)
        self.life.sign()
        for guarantor, amount_satang in owed_satang.items():
            self.life.say(
                self.tablet, "loan_guarantor_paid", loan=loan, guarantor=guarantor, amount_satang=amount_satang, box=BOX
            )
