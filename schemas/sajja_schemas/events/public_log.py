"""The network log's public face: the key that signs its checkpoints, and its origin (docs/domain.md section 5.4).

Whoever verifies a checkpoint asks the log itself which key and which origin are in force. Both change only here, by the
office, with keys on two devices.
"""

from typing import Annotated

import msgspec

from sajja_schemas import limits
from sajja_schemas.events.base import Approvers, Author, Event, Hash, Signature, Text, declare


class LogKeyAdopted(Event, tag="log_key_adopted", frozen=True, kw_only=True):
    """Another key signs the log's checkpoints from now on: the old one is lost, or somebody else may have it."""

    key: Hash
    proof: Signature  # by the key, over the enrolment message (LOG_FORMAT.md section 6) with the holder `log`
    reason: Text
    derived: bool = False  # from a seed: allowed in a demonstration only

    declared = declare(thai="เปลี่ยนกุญแจสมุดกลาง", author=Author.OFFICE, approvers=Approvers.A4)


class LogContinued(Event, tag="log_continued", frozen=True, kw_only=True):
    """The log has lost entries that were published; it goes on under another origin, and says where the old one ended.

    `size` and `root` are of the last checkpoint of the old origin that anybody holds.
    """

    old_origin: Text
    size: Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAX)]
    root: Hash
    new_origin: Text  # the same name with a greater epoch
    reason: Text

    declared = declare(thai="เปิดสมุดกลางต่อ", author=Author.OFFICE, approvers=Approvers.A4)


PublicLogEvent = LogKeyAdopted | LogContinued
