"""Auditors and members look at the books (docs/domain.md section 5.13).

An auditor holds no other role. A sample's seed is the hash of a published head, so nobody can choose it.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Count,
    EntryRef,
    Event,
    Hash,
    Identifier,
    SatangOrNone,
    SignedSatang,
    Text,
    declare,
)

Severity = Literal["low", "medium", "high", "critical"]


class SeenBalance(msgspec.Struct, frozen=True, kw_only=True):
    """What a member says of an account, and what the ledger says."""

    account: Count
    seen_satang: SatangOrNone
    ledger_satang: SignedSatang


SeenBalances = Annotated[tuple[SeenBalance, ...], msgspec.Meta(min_length=1, max_length=20)]


class MemberBalanceConfirmed(Event, tag="member_balance_confirmed", frozen=True, kw_only=True):
    """A member signs a slip: these balances are right."""

    member: Identifier
    as_of: date
    balances: SeenBalances
    slip: Hash

    declared = declare(
        thai="ยืนยันยอด",
        author=Author.EITHER,
        approvers=Approvers.AU,
        must=("รายชื่อมาจากการสุ่มของผู้ตรวจ", "the list comes from the auditor's sample"),
    )


class MemberBalanceDisputed(Event, tag="member_balance_disputed", frozen=True, kw_only=True):
    """A member says that a balance is wrong; it is compared line by line."""

    member: Identifier
    as_of: date
    balances: SeenBalances
    slip: Hash | None = None
    text: Text | None = None

    declared = declare(
        thai="ปฏิเสธยอด",
        author=Author.EITHER,
        approvers=Approvers.AU,
        must=("เปิดข้อสังเกต", "it opens a finding"),
    )


class AuditEngagementOpened(Event, tag="audit_engagement_opened", frozen=True, kw_only=True):
    """The network committee orders an audit."""

    engagement: Identifier
    auditor: Identifier
    period_from: date
    period_to: date
    independence: Hash  # of the signed statement

    declared = declare(
        thai="เปิดงานตรวจสอบ",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        parties=("auditor",),
        must=("ผู้ตรวจไม่มีหน้าที่อื่น", "the auditor holds no other role"),
    )


class AuditEngagementClosed(Event, tag="audit_engagement_closed", frozen=True, kw_only=True):
    """An audit ends."""

    engagement: Identifier
    auditor: Identifier

    declared = declare(thai="ปิดงานตรวจสอบ", author=Author.OFFICE, approvers=Approvers.A4, parties=("auditor",))


class AuditSampleDrawn(Event, tag="audit_sample_drawn", frozen=True, kw_only=True):
    """The auditor draws whom to ask, by a seed that nobody chose."""

    engagement: Identifier
    seed: Hash
    method: Identifier
    sample_list: Hash
    size: Count

    declared = declare(
        thai="สุ่มตัวอย่าง",
        author=Author.EITHER,
        approvers=Approvers.AU,
        must=("เมล็ดสุ่มคือแฮชของหัวสมุดที่เผยแพร่", "the seed is the hash of a published head"),
    )


class AuditFindingRecorded(Event, tag="audit_finding_recorded", frozen=True, kw_only=True):
    """The auditor writes down what is wrong, who answers for it, and by when."""

    finding: Identifier
    severity: Severity
    text: Text
    owner: Identifier | None = None
    due: date | None = None
    entries: Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=50)] = ()
    evidence: Hash | None = None

    declared = declare(thai="ข้อสังเกต", author=Author.EITHER, approvers=Approvers.AU)


class AuditFindingResponded(Event, tag="audit_finding_responded", frozen=True, kw_only=True):
    """Who answers for a finding explains it."""

    finding: Identifier
    text: Text

    declared = declare(thai="ชี้แจงข้อสังเกต", author=Author.EITHER, approvers=Approvers.A0)


class AuditFindingClosed(Event, tag="audit_finding_closed", frozen=True, kw_only=True):
    """The auditor is content."""

    finding: Identifier
    text: Text

    declared = declare(thai="ปิดข้อสังเกต", author=Author.EITHER, approvers=Approvers.AU)


class AuditOpinionIssued(Event, tag="audit_opinion_issued", frozen=True, kw_only=True):
    """The auditor's opinion on the books up to an index, after a replay that gave the same hash."""

    engagement: Identifier
    as_of_index: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="index in the network log")]
    opinion: Literal["unqualified", "qualified", "adverse", "disclaimer"]
    state: Hash
    file: Hash

    declared = declare(
        thai="ความเห็นผู้ตรวจสอบ",
        author=Author.EITHER,
        approvers=Approvers.AU,
        must=("แฮชจากการเล่นซ้ำตรงกัน", "the replay's hash is equal"),
    )


AuditEvent = (
    MemberBalanceConfirmed
    | MemberBalanceDisputed
    | AuditEngagementOpened
    | AuditEngagementClosed
    | AuditSampleDrawn
    | AuditFindingRecorded
    | AuditFindingResponded
    | AuditFindingClosed
    | AuditOpinionIssued
)
