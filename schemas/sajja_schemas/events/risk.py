"""The risk-insurance fund (กองทุนประกันความเสี่ยง): claims, refunds, top-ups and surplus (docs/domain.md section 5.10).

The premium is posted where the loan is paid out, and cover follows from it: neither has an event of its own.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    Event,
    Hash,
    Identifier,
    Satang,
    SatangOrNone,
    Text,
    TransferSide,
    Year,
    declare,
)
from sajja_schemas.events.loans import INTEREST_BY_PRODUCT, LOANS_BY_PRODUCT, Product
from sajja_schemas.events.transfers import RECEIVED, SENT, Transfer
from sajja_schemas.postings import BANK_OF_VILLAGE, VILLAGE, choice, credit, debit

Cause = Literal["death", "disability", "default"]
CLAIM_ACCOUNTS = choice("cause", death=5310, disability=5311, default=5312)
PREMIUM_ACCOUNTS = choice("taken_as", unearned=2330, income=4170)


class RiskPremiumRefunded(Event, tag="risk_premium_refunded", frozen=True, kw_only=True):
    """A premium goes back to a borrower, who has it as an advance with the village's bank."""

    loan: Identifier
    member: Identifier
    taken_as: Literal["unearned", "income"]
    amount_satang: Satang
    reason: Text | None = None

    declared = declare(
        thai="คืนเบี้ย",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        parties=("member",),
        must=("เมื่อระเบียบให้คืน", "only where the bylaws refund"),
        postings=(
            debit("risk", PREMIUM_ACCOUNTS, "amount_satang", sub="loan"),
            credit("risk", 1610, "amount_satang", sub=VILLAGE),
            debit(BANK_OF_VILLAGE, 2620, "amount_satang"),
            credit(BANK_OF_VILLAGE, 2150, "amount_satang", sub="member"),
        ),
    )


class RiskClaimFiled(Event, tag="risk_claim_filed", frozen=True, kw_only=True):
    """A village asks the fund to pay a borrower's loan."""

    loan: Identifier
    member: Identifier
    cause: Cause
    happened: date
    principal_satang: Satang
    interest_satang: SatangOrNone = 0
    papers: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=20)] = ()

    declared = declare(
        thai="ยื่นเรียกสินไหม",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("มีความคุ้มครองในวันเกิดเหตุ", "the cover was active on that day"),
    )


class RiskClaimApproved(Event, tag="risk_claim_approved", frozen=True, kw_only=True):
    """The network committee grants a claim; it is owed from now on."""

    loan: Identifier
    member: Identifier
    cause: Cause
    amount_satang: Satang

    declared = declare(
        thai="อนุมัติสินไหม",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        parties=("member",),
        must=("ไม่เกินเงินต้นที่คุ้มครองและดอกเบี้ยที่ยอมให้", "at most the covered principal and the interest allowed"),
        postings=(
            debit("risk", CLAIM_ACCOUNTS, "amount_satang", sub="loan"),
            credit("risk", 2320, "amount_satang", sub="loan"),
        ),
    )


class RiskClaimRejected(Event, tag="risk_claim_rejected", frozen=True, kw_only=True):
    """The network committee refuses a claim, and says why."""

    loan: Identifier
    member: Identifier
    reason: Text

    declared = declare(
        thai="ไม่อนุมัติสินไหม",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        parties=("member",),
    )


class RiskClaimPaid(Event, tag="risk_claim_paid", frozen=True, kw_only=True):
    """The fund pays the village's bank, which books it against the loan. Two entries, one settlement."""

    settlement: Identifier
    side: TransferSide
    loan: Identifier
    member: Identifier
    product: Product
    amount_satang: Satang
    bank: Identifier
    principal_satang: SatangOrNone = 0
    interest_satang: SatangOrNone = 0

    declared = declare(
        thai="จ่ายสินไหม",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.OFFICE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("ตามลำดับหรือเฉลี่ยเมื่อเงินไม่พอ สองฝั่งเท่ากัน", "by the shortage rule; both sides are equal"),
        postings=(
            debit("risk", 2320, "amount_satang", sub="loan", when=SENT),
            credit("risk", 1120, "amount_satang", sub="bank", when=SENT),
            debit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan", when=RECEIVED),
            credit(BANK_OF_VILLAGE, INTEREST_BY_PRODUCT, "interest_satang", sub="loan", when=RECEIVED),
        ),
    )


class RiskRecoveryReceived(Event, tag="risk_recovery_received", frozen=True, kw_only=True):
    """The fund gets back, from borrower or guarantor, what it paid."""

    loan: Identifier
    amount_satang: Satang
    bank: Identifier

    declared = declare(
        thai="เรียกคืน",
        author=Author.OFFICE,
        approvers=Approvers.A1,
        must=("ไม่เกินสินไหมที่จ่าย", "at most the claim that was paid"),
        postings=(
            debit("risk", 1120, "amount_satang", sub="bank"),
            credit("risk", 4171, "amount_satang", sub="loan"),
        ),
    )


class RiskTopupCalled(Event, tag="risk_topup_called", frozen=True, kw_only=True):
    """The villages are called to fill the fund: one event for each village."""

    year: Year
    amount_satang: Satang
    assembly: Assembly
    formula: Text | None = None

    declared = declare(
        thai="เรียกเงินเพิ่ม",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        also=(Approvers.A5,),
        must=("ตามสูตรเดียวกันทุกหมู่บ้าน", "by one formula for every village"),
        postings=(
            debit("risk", 1610, "amount_satang", sub=VILLAGE),
            credit("risk", 3420, "amount_satang"),
            debit(BANK_OF_VILLAGE, 5126, "amount_satang"),
            credit(BANK_OF_VILLAGE, 2620, "amount_satang"),
        ),
    )


class RiskSurplusDistributed(Transfer, tag="risk_surplus_distributed", frozen=True, kw_only=True):
    """The fund gives back what it does not need: one settlement for each village."""

    declared = declare(
        thai="คืนส่วนเกิน",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.OFFICE,
        approvers=Approvers.A4,
        approvers_where=(("side", "received", Approvers.A2),),
        must=("อัตราส่วนเงินสำรองยังเหนือเกณฑ์", "the reserve ratio stays above its floor"),
        postings=(
            debit("risk", 3420, "amount_satang", when=SENT),
            credit("risk", 1120, "amount_satang", sub="bank", when=SENT),
            debit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit(BANK_OF_VILLAGE, 4140, "amount_satang", sub="bank", when=RECEIVED),
        ),
    )


RiskEvent = (
    RiskPremiumRefunded
    | RiskClaimFiled
    | RiskClaimApproved
    | RiskClaimRejected
    | RiskClaimPaid
    | RiskRecoveryReceived
    | RiskTopupCalled
    | RiskSurplusDistributed
)
