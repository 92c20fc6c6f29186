"""The community welfare fund (กองทุนสวัสดิการชุมชน). Villages collect for it as agents (docs/domain.md section 5.9).

A contribution is no village income: it is owed to the fund until the fund's own entry confirms that it arrived.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Channel,
    EntryRef,
    Event,
    Identifier,
    Month,
    Satang,
    declare,
)
from sajja_schemas.postings import (
    BANK_OF_VILLAGE,
    BOX_OR_BANK,
    CASH_OR_BANK,
    VILLAGE,
    choice,
    credit,
    debit,
)

Benefit = Literal[
    "birth", "hospital", "elderly", "death", "funeral", "disadvantage", "occupation",
    "education", "tradition", "housing", "disaster", "public", "environment", "other",
]  # fmt: skip

BENEFIT_ACCOUNTS = choice(
    "benefit",
    birth=5211, hospital=5212, elderly=5213, death=5214, funeral=5215, disadvantage=5216, occupation=5217,
    education=5218, tradition=5219, housing=5220, disaster=5221, public=5222, environment=5223, other=5224,
)  # fmt: skip


class WelfareEnrolled(Event, tag="welfare_enrolled", frozen=True, kw_only=True):
    """A person joins the welfare fund through the village."""

    member: Identifier
    joined: date
    resolution: EntryRef

    declared = declare(thai="เข้ากองทุนสวัสดิการ", author=Author.VILLAGE, approvers=Approvers.A3)


class WelfareContributionReceived(Event, tag="welfare_contribution_received", frozen=True, kw_only=True):
    """The village takes a contribution for the fund, for the months that it covers."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    months: Annotated[tuple[Month, ...], msgspec.Meta(min_length=1, max_length=36)]

    declared = declare(
        thai="รับเงินสมทบสวัสดิการ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 2610, "amount_satang"),
            debit("welfare", 1610, "amount_satang", sub=VILLAGE),
            credit("welfare", 4162, "amount_satang", sub="member"),
        ),
    )


class WelfareClaimApproved(Event, tag="welfare_claim_approved", frozen=True, kw_only=True):
    """The network committee grants a benefit; it is owed from now on."""

    claim: Identifier
    member: Identifier
    benefit: Benefit
    amount_satang: Satang
    happened: date

    declared = declare(
        thai="อนุมัติสวัสดิการ",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        parties=("member",),
        postings=(
            debit("welfare", BENEFIT_ACCOUNTS, "amount_satang", sub="claim"),
            credit("welfare", 2310, "amount_satang", sub="claim"),
        ),
    )


class WelfareClaimPaid(Event, tag="welfare_claim_paid", frozen=True, kw_only=True):
    """A benefit is paid to the person it was granted to, wholly or in part."""

    claim: Identifier
    member: Identifier
    amount_satang: Satang
    channel: Channel
    box: Identifier | None = None
    bank: Identifier | None = None

    declared = declare(
        thai="จ่ายสวัสดิการ",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A2,
        parties=("member",),
        postings=(
            debit("welfare", 2310, "amount_satang", sub="claim"),
            credit("welfare", CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
        ),
    )


WelfareEvent = WelfareEnrolled | WelfareContributionReceived | WelfareClaimApproved | WelfareClaimPaid
