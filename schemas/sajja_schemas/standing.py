"""What is known of devices, persons and approvals as of an index: the state of `trust`, as plain data.

It can be stored and read again. Hashes, keys and devices stand as bodies spell them (base64url). The values of what
grows with the log (`awaiting`, `approvals`) are never changed in place: a keeper writes the keys that were set again.
"""

from enum import StrEnum

import msgspec

from sajja_schemas.entry import EntryRef
from sajja_schemas.events.base import Approvers, Assembly


class Device(msgspec.Struct):
    """A device, the unit it speaks for, and where its log stands."""

    key: str
    unit: str
    label: str = ""
    revoked: bool = False
    head: str = ""  # hash of the last entry on its one log; another entry on the same predecessor is a fork
    sequence: int = 0
    ended_at: int | None = None  # where its log stood when it was revoked


class VillageBank(msgspec.Struct):
    """A village's bank, as the office established it."""

    moo: int
    name: str = ""


class OfficerKey(msgspec.Struct):
    """A person's key on a device."""

    person: str
    device: str
    revoked: bool = False


class Approved(msgspec.Struct, frozen=True):
    """An approval with a valid signature. `person` is empty until its key is known."""

    key: str
    author: str  # the device that wrote it down: what it holds open is bounded
    person: str = ""
    device: str = ""


class Awaiting(msgspec.Struct, frozen=True, kw_only=True):
    """An admitted entry whose approvals are not complete."""

    index: int
    device: str
    sequence: int
    type: str
    village: str
    unit: str  # the author's: its officers approve classes A1 to A3 and A5
    approvers: Approvers | None  # None: a reversal whose original has not come
    control: bool  # without effect until complete; a cash fact counts meanwhile
    also: tuple[Approvers, ...] = ()  # joined classes that must be complete, too
    parties: tuple[str, ...] = ()
    resolution: str | None = None
    present: tuple[str, ...] | None = None  # of a resolution
    assembly: Assembly | None = None
    quorums_bp: tuple[int | None, ...] = ()  # of an assembly, by the bylaws of two days; None: by the founding
    concerned: tuple[str, ...] = ()  # other villages than its own
    holder: str | None = None  # of an officer's key: the device it is on
    original: EntryRef | None = None  # of a reversal
    decides: tuple[EntryRef, ...] = ()  # of what says something of other entries: those
    body: bytes = b""  # of a control entry, for the day on which it counts


class Says(StrEnum):
    """What the office says of an entry."""

    RELEASED = "released"  # by `entry_released`
    RESOLVED = "resolved"  # released by `fork_resolved`
    REFUSED = "refused"
    REVERSED = "reversed"  # by `fork_resolved`


class Decision(msgspec.Struct):
    """What a counted entry of the office says of another one, which may have come or not."""

    says: Says
    entry: EntryRef
    village: str  # the feed of both
    by: str  # hash of the entry that says it


class Stopped(msgspec.Struct):
    """An entry that is `forked` or `revoked`, and that nobody has decided."""

    device: str
    sequence: int
    named: tuple[EntryRef, ...] = ()  # what it will ask for if it is released: what it reverses, or decides


class Fork(msgspec.Struct):
    """What a device has signed beside its one log, as far as nobody has decided it."""

    sequence: int  # where the second branch began
    entries: dict[str, int] = {}  # hash: sequence
    lines: dict[tuple[str, int, str], int] = {}  # what they would post, by balance
    amount_satang: int = 0  # the sum of their debits


class Gap(msgspec.Struct):
    """Entries of a device that are lost for ever, and how far they have turned up all the same."""

    last_sequence: int
    last_hash: str
    next_sequence: int
    next_previous: str
    filled_sequence: int = 0
    filled_hash: str = ""  # empty until the log has gone on behind the gap


class Continued(msgspec.Struct):
    """Where the log of an earlier origin ended."""

    origin: str
    size: int
    root: str


class PublicLog(msgspec.Struct):
    """Under which name and key the log is published, and the origins that it had before, the first one first."""

    origin: str = ""
    key: str = ""
    continued: list[Continued] = []


class Trust(msgspec.Struct, kw_only=True):
    """What is known at an index. Plain data: it can be stored and read again."""

    network: str
    fingerprint: str
    partial: bool = False  # folded from some feeds only, so other units' logs show gaps
    established: bool = False
    name: str = ""
    demonstration: bool = False
    public_log: PublicLog = msgspec.field(default_factory=PublicLog)
    quorum_bp: int = 0  # as the founding entry says
    villages: dict[str, VillageBank] = {}
    devices: dict[str, Device] = {}
    keys: dict[str, OfficerKey] = {}
    roles: dict[str, dict[str, set[str]]] = {}  # unit, person
    memberships: dict[str, set[str]] = {}  # person: the officer's own member ids
    homes: dict[str, set[str]] = {}  # person: a network officer's own villages, as the office's feed says
    revoked: set[str] = set()  # devices and keys, whether or not they were enrolled when that was said
    trusted: dict[str, int] = {}  # device: the last trusted sequence, where people have said one
    gaps: dict[str, list[Gap]] = {}  # device
    forks: dict[str, Fork] = {}  # device
    stopped: dict[str, Stopped] = {}  # by hash
    decisions: dict[str, list[Decision]] = {}  # about entries that have not come, by their hash
    decided: list[Decision] = []  # what was said just now; `books` acts on it before the next entry
    resolutions: dict[str, str] = {}  # hash of a counted resolution: unit
    awaiting: dict[str, Awaiting] = {}
    open_approvals: dict[str, int] = {}  # device: how many of its approvals wait for something
    approvals: dict[str, dict[str, Approved]] = {}  # `approval_place` of the entry approved, key
