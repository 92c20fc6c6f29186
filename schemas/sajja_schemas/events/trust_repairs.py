"""What is put right in trust itself: lost and replaced devices, forks, gaps (docs/domain.md sections 5.4 and 9.12).

* A revocation acts forward. What was admitted before stays, is named by a finding where the last trusted sequence says
  so, and is reversed entry by entry.
* A fork is decided entry by entry, and its device ends with it. Nothing is recorded again: what was signed counts, or
  does not.
* `village` is that of the device's unit, or `office`; of what names entries it is that of the entries.
"""

from typing import Annotated

import msgspec

from sajja_schemas import limits
from sajja_schemas.events.base import Approvers, Author, EntryRef, Event, Hash, Text, declare

Trusted = Annotated[int, msgspec.Meta(ge=0, le=limits.SEQUENCE_MAX, description="a sequence; 0 where none is")]
Decided = Annotated[tuple[EntryRef, ...], msgspec.Meta(max_length=limits.DECIDED_ENTRIES_MAX)]


class DeviceLostReported(Event, tag="device_lost_reported", frozen=True, kw_only=True):
    """A device is not where it should be; what it records beyond a sequence is not trusted.

    It stops nothing: a thief with one tablet of a village must not be able to silence the other one with it. The office
    revokes (`device_revoked`); until then, and for what came before, a finding names the entries beyond.
    """

    device: Hash
    last_trusted_sequence: Trusted
    reason: Text

    declared = declare(thai="แจ้งแท็บเล็ตหาย", author=Author.EITHER, approvers=Approvers.A2)


class DeviceReplaced(Event, tag="device_replaced", frozen=True, kw_only=True):
    """A device gives way to another one: the old one ends as if revoked, and `last` is how much of its log is kept."""

    device: Hash
    successor: Hash
    reason: Text
    last: EntryRef | None = None

    declared = declare(
        thai="แทนเครื่อง",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("เครื่องใหม่ลงทะเบียนแล้ว และเป็นของหน่วยเดียวกัน", "the successor is enrolled, in the same unit"),
    )


class ForkResolved(Event, tag="fork_resolved", frozen=True, kw_only=True):
    """People decided a fork: what of its second branch counts all the same, and what of either is taken back."""

    device: Hash
    reason: Text
    released: Decided = ()
    reversed: Decided = ()

    declared = declare(thai="ชี้ขาดสมุดแยกสาย", author=Author.OFFICE, approvers=Approvers.A4)


class GapDeclared(Event, tag="gap_declared", frozen=True, kw_only=True):
    """Entries of a device are lost for ever; its log goes on behind them.

    `last_…` is the last entry of it that is stored (0 and the fingerprint where none is), `next_…` the place and the
    `previous` of the first entry behind the gap. A lost entry that turns up all the same still finds its place.
    """

    device: Hash
    last_sequence: Trusted
    last_hash: Hash
    next_sequence: Annotated[int, msgspec.Meta(ge=2, le=limits.SEQUENCE_MAX)]
    next_previous: Hash
    reason: Text

    declared = declare(
        thai="รับรองช่วงที่หาย",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("ลำดับถัดไปมากกว่าลำดับสุดท้ายอย่างน้อยสอง", "the next sequence is at least two above the last"),
    )


TrustRepairEvent = DeviceLostReported | DeviceReplaced | ForkResolved | GapDeclared
