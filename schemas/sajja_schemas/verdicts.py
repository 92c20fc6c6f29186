"""What the server answers for one entry, and what the fold makes of it.

Admission (`Verdict`) and effect (`Effect`) are two questions. The first needs the chain and the key; the
second needs meaning, and only a later entry can change its answer.

Each list is in order of precedence: where two would fit, the earlier one is given. Codes are for ever:
a retired code stays listed with the date, and is never used for something else.
"""

from enum import StrEnum


class Verdict(StrEnum):
    """The server's answer for one entry at admission (ARCHITECTURE section 6)."""

    DUPLICATE = "duplicate"  # this hash is stored: the answer to every repetition, for ever
    REJECTED = "rejected"  # not in the log: unreadable, another network's, or not signed by its key
    HELD = "held"  # not stored: something must come first; the sender keeps it and tries again
    FORKED = "forked"  # in the log, without effect: its predecessor was already continued
    MERGED = "merged"  # in the log at its index

    @property
    def is_stored(self) -> bool:
        """Whether the entry is in the network log after this answer."""
        return self in {Verdict.DUPLICATE, Verdict.FORKED, Verdict.MERGED}

    @property
    def is_retryable(self) -> bool:
        """Whether sending the same bytes again can be answered otherwise."""
        return self is Verdict.HELD  # a device may yet be enrolled; a predecessor may yet come


class RejectedCode(StrEnum):
    """Why an entry is not in the log."""

    UNREADABLE_LINE = "unreadable_line"  # not the slice form of LOG_FORMAT.md section 2
    TOO_LARGE = "too_large"  # a body over `WIRE_BODY_BYTES_MAX`
    UNREADABLE_HEAD = "unreadable_head"  # device, sequence, previous, village or network cannot be read
    WRONG_NETWORK = "wrong_network"  # signed for another network: a replay
    WRONG_KEY = "wrong_key"  # the key on the line is not the key that the device is named after
    BAD_SIGNATURE = "bad_signature"  # the bytes are not signed by the key they name


class HeldCode(StrEnum):
    """What must come first."""

    DEVICE_NOT_ENROLLED = "device_not_enrolled"
    PREDECESSOR_MISSING = "predecessor_missing"  # no stored entry of this device at sequence - 1 has that hash
    FORK_QUOTA = "fork_quota"  # this device has forked more often than is stored as proof


class PartVerdict(StrEnum):
    """The server's answer for one personal part (LOG_FORMAT.md section 14)."""

    REJECTED = "rejected"  # not kept
    HELD = "held"  # not kept: the entry that it names must come first
    ERASED = "erased"  # not kept, and never again: a counted `personal_data_erased` names its entry
    DUPLICATE = "duplicate"  # kept before
    KEPT = "kept"


class RejectedPartCode(StrEnum):
    """Why a personal part is not kept."""

    UNREADABLE_PART = "unreadable_part"  # not the line's one form, or out of bounds
    NOT_YOURS = "not_yours"  # brought by another unit than the author's, the village concerned, or the office
    SEALED_TO_ANOTHER = "sealed_to_another"  # sealed to a key that this server has not: the log's key was changed
    NOT_COMMITTED = "not_committed"  # the entry that it names commits to nothing, or to something else


class Effect(StrEnum):
    """What the fold makes of an admitted entry: counted, or quarantined with one of the other codes."""

    COUNTED = "counted"
    FORKED = "forked"  # on a branch that is not the device's log, or behind one
    NOT_CANONICAL = "not_canonical"
    TOO_LARGE = "too_large"  # a body over `BODY_BYTES_MAX`
    UNKNOWN_TYPE = "unknown_type"  # an event from the future: kept, and counted by the version that knows it
    MALFORMED = "malformed"
    REVOKED = "revoked"
    NOT_AUTHORISED = "not_authorised"
    AWAITING_APPROVAL = "awaiting_approval"
    REFUSED = "refused"  # a counted `entry_refused` names it, and it had no effect before
    UNDIGESTED = "undigested"  # our fold raised: our mistake, loudly, and the fold goes on
