"""Claims on the welfare fund, from the village centre to what comes back (docs/domain.md section 5.9).

Three sign that they met the payee in person, since envelopes were found empty. Diagnoses are in the personal part.
"""

from datetime import date
from typing import Annotated

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Count,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Month,
    Satang,
    SatangOrNone,
    Text,
    Year,
    declare,
)
from sajja_schemas.events.welfare import BENEFIT_ACCOUNTS, Benefit
from sajja_schemas.postings import BANK_OF_VILLAGE, VILLAGE, credit, debit


class WelfareReinstated(Event, tag="welfare_reinstated", frozen=True, kw_only=True):
    """A lapsed member comes back, pays what was missed, and waits again."""

    member: Identifier
    resolution: EntryRef
    waiting_from: date
    amount_satang: SatangOrNone = 0
    box: Identifier | None = None
    months: Annotated[tuple[Month, ...], msgspec.Meta(max_length=36)] = ()

    declared = declare(
        thai="กลับเข้ากองทุนสวัสดิการ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        parties=("member",),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 2610, "amount_satang"),
            debit("welfare", 1610, "amount_satang", sub=VILLAGE),
            credit("welfare", 4162, "amount_satang", sub="member"),
        ),
    )


class WelfareClaimSubmitted(Event, tag="welfare_claim_submitted", frozen=True, kw_only=True):
    """A member, or the heirs, ask for a benefit."""

    claim: Identifier
    member: Identifier
    benefit: Benefit
    amount_satang: Satang
    happened: date
    nights: Count | None = None
    child_order: Count | None = None
    degree: Identifier | None = None
    papers: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=20)] = ()

    declared = declare(
        thai="ยื่นคำขอสวัสดิการ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=(
            "อยู่ในกำหนดยื่น มีสิทธิในวันเกิดเหตุ ไม่ซ้ำ (สมาชิก ประเภท วัน)",
            "within the window, in benefit on that day, and no second claim of (member, kind, day)",
        ),
    )


class WelfareClaimVerified(Event, tag="welfare_claim_verified", frozen=True, kw_only=True):
    """Three of the village centre met the payee in person, and say so."""

    claim: Identifier
    member: Identifier
    note: Text
    met_in_person: bool

    declared = declare(
        thai="ศูนย์หมู่รับรอง",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("ผู้ลงนามไม่ใช่ครอบครัว พบผู้รับเงินจริง", "the signers are not family, and met the payee in person"),
    )


class WelfareClaimRejected(Event, tag="welfare_claim_rejected", frozen=True, kw_only=True):
    """The network committee refuses a benefit, and says why."""

    claim: Identifier
    member: Identifier
    reason: Text

    declared = declare(
        thai="ไม่อนุมัติสวัสดิการ",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        parties=("member",),
    )


class WelfareClaimReturned(Event, tag="welfare_claim_returned", frozen=True, kw_only=True):
    """A benefit that was paid comes back to the fund's bank."""

    claim: Identifier
    member: Identifier
    benefit: Benefit
    amount_satang: Satang
    bank: Identifier
    reason: Text | None = None

    declared = declare(
        thai="คืนสวัสดิการ",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A2,
        parties=("member",),
        must=("ไม่เกินที่จ่าย", "at most what was paid"),
        postings=(
            debit("welfare", 1120, "amount_satang", sub="bank"),
            credit("welfare", BENEFIT_ACCOUNTS, "amount_satang", sub="claim"),
        ),
    )


class PensionLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one elderly member is granted for a year."""

    claim: Identifier
    member: Identifier
    amount_satang: Satang


class WelfarePensionRun(Event, tag="welfare_pension_run", frozen=True, kw_only=True):
    """The year's benefit of the elderly is granted by a list; each is then paid as a claim."""

    year: Year
    lines: Annotated[tuple[PensionLine, ...], msgspec.Meta(min_length=1, max_length=200)]

    declared = declare(
        thai="จ่ายรายปีผู้สูงอายุ",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("ครั้งเดียวต่อปี อายุและปีสมาชิก ณ วันจ่าย", "once a year; age and years of membership on that day"),
        postings=(
            debit("welfare", 5213, "amount_satang", sub="claim", each="lines"),
            credit("welfare", 2310, "amount_satang", sub="claim", each="lines"),
        ),
    )


WelfareClaimEvent = (
    WelfareReinstated
    | WelfareClaimSubmitted
    | WelfareClaimVerified
    | WelfareClaimRejected
    | WelfareClaimReturned
    | WelfarePensionRun
)
