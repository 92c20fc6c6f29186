"""Who may do what: devices, officers' keys, roles, approvals, resolutions (docs/domain.md sections 5.3 and 5.4).

Devices, keys, roles and revocations are events of the office, so whoever has the log and the fingerprint can decide who
was allowed to do what, at which index. A revocation acts forward: what was admitted before it stays.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas import limits
from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    Count,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Signature,
    Text,
    declare,
)

Role = Literal[
    "president", "vice_president", "secretary", "treasurer", "bookkeeper", "loan_committee", "committee", "auditor"
]


class DeviceEnrolled(Event, tag="device_enrolled", frozen=True, kw_only=True):
    """A tablet belongs to the entry's village (or to the office). The key has signed its own request."""

    device: Hash
    key: Hash
    label: Text
    proof: Signature  # by the key, over the enrolment message (LOG_FORMAT.md section 6)
    derived: bool = False  # its key comes from a seed: allowed in a demonstration only
    succeeds: Hash | None = None  # the device that it replaces

    declared = declare(thai="ลงทะเบียนแท็บเล็ต", author=Author.OFFICE, approvers=Approvers.A4)


class DeviceRevoked(Event, tag="device_revoked", frozen=True, kw_only=True):
    """A device is lost or retired, and the officers' keys on it with it."""

    device: Hash
    reason: Text
    last_trusted_sequence: Annotated[int, msgspec.Meta(ge=0, le=limits.SEQUENCE_MAX)] | None = None

    declared = declare(thai="เพิกถอนแท็บเล็ต", author=Author.OFFICE, approvers=Approvers.A4)


class OfficerKeyEnrolled(Event, tag="officer_key_enrolled", frozen=True, kw_only=True):
    """An officer has a key on a device of the same unit. One key for each officer and device.

    Of class A4 like a device: whoever may name an officer's keys may speak for every officer.
    """

    person: Identifier
    device: Hash
    key: Hash
    proof: Signature
    derived: bool = False  # from a seed: allowed in a demonstration only

    declared = declare(thai="กุญแจกรรมการ", author=Author.OFFICE, approvers=Approvers.A4)


class OfficerKeyRevoked(Event, tag="officer_key_revoked", frozen=True, kw_only=True):
    """An officer's key no longer approves anything."""

    key: Hash
    reason: Text

    declared = declare(thai="เพิกถอนกุญแจกรรมการ", author=Author.OFFICE, approvers=Approvers.A4)


class CommitteeMemberAppointed(Event, tag="committee_member_appointed", frozen=True, kw_only=True):
    """A person takes a role in the entry's village (or in the office). The term ends by an event, never by a clock."""

    person: Identifier
    role: Role
    term_from: date
    assembly: Assembly
    member: Identifier | None = None  # the officer's own membership: no officer approves what he is a party to
    term_to: date | None = None
    home: Identifier | None = None  # a network officer's own village

    declared = declare(thai="แต่งตั้งกรรมการ", author=Author.OFFICE, approvers=Approvers.A5)


class CommitteeTermEnded(Event, tag="committee_term_ended", frozen=True, kw_only=True):
    """A person leaves a role."""

    person: Identifier
    role: Role
    assembly: Assembly

    declared = declare(thai="พ้นวาระกรรมการ", author=Author.OFFICE, approvers=Approvers.A5)


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's signature over the listed hashes, in the order listed."""

    key: Hash
    sig: Signature


class EntryApproved(Event, tag="entry_approved", frozen=True, kw_only=True):
    """Officers approve a list of entries at once: usually the next line of the same log, or later elsewhere."""

    entries: Annotated[tuple[EntryRef, ...], msgspec.Meta(min_length=1, max_length=limits.APPROVED_ENTRIES_MAX)]
    approvals: Annotated[tuple[Approval, ...], msgspec.Meta(min_length=1, max_length=limits.APPROVALS_MAX)]

    declared = declare(thai="ลงลายมือชื่ออนุมัติ", author=Author.EITHER, approvers=Approvers.A0)


class MeetingResolutionRecorded(Event, tag="meeting_resolution_recorded", frozen=True, kw_only=True):
    """A committee meeting resolved something: more than half of the officers in term present, abstainers listed.

    It is of class A3 itself, and is the one event of that class that names no other resolution.
    """

    no: Count
    subject: Text
    present: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=limits.PRESENT_MAX)]
    abstained: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=limits.PRESENT_MAX)] = ()

    declared = declare(thai="มติที่ประชุม", author=Author.EITHER, approvers=Approvers.A3)


TrustEvent = (
    DeviceEnrolled
    | DeviceRevoked
    | OfficerKeyEnrolled
    | OfficerKeyRevoked
    | CommitteeMemberAppointed
    | CommitteeTermEnded
    | EntryApproved
    | MeetingResolutionRecorded
)
