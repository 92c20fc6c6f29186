"""What may follow what in a device's log, and how an entry is judged at admission.

 * A device's first entry has sequence 1 and names the network's fingerprint as its predecessor. The founding entry
   alone names nothing (32 zero bytes), for its own hash is the fingerprint.
 * Every other entry names the hash of the entry of the same device at sequence - 1.
 * Where the office has declared a gap (`gap_declared`), the first entry behind it needs only the last one before it.
 * Two different entries on one predecessor are a fork. A fork is never resolved here: people decide.
 * The answers, in order: a stored hash is `duplicate`; an unknown device or an unknown predecessor is `held`; a
   predecessor that was already continued makes `forked`; all else is `merged`.

`Admission` is the model of that rule. The store in PostgreSQL judges the same way in SQL (tests/contract holds both to
one contract), and the simulation uses it as its oracle. No I/O here: others bring the bytes.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from sajja_schemas import limits, signing
from sajja_schemas.entry import (
    NO_PREVIOUS,
    SignedEntry,
    Unreadable,
    device_of,
    from_base64url,
    read_entry,
    split_line,
)
from sajja_schemas.verdicts import HeldCode, RejectedCode, Verdict

FOUNDING_PREVIOUS: Final = from_base64url(NO_PREVIOUS, 32)


class Judgement(msgspec.Struct, frozen=True):
    """A verdict with its code, and the index where the entry stands if it is stored."""

    verdict: Verdict
    code: RejectedCode | HeldCode | None = None
    index: int | None = None


class DeclaredGap(msgspec.Struct, frozen=True):
    """Entries of a device that are lost for ever: the last one before them, and the first place behind them."""

    device: bytes
    last_sequence: int  # 0 where nothing of the device is stored
    last_hash: bytes  # the network's fingerprint, then
    next_sequence: int
    next_previous: bytes


class Rejected(ValueError):
    """This line never enters the log."""

    def __init__(self, code: RejectedCode) -> None:
        super().__init__(code.value)
        self.code = code


class ChainBroken(ValueError):
    """A log does not hold together at this sequence: it was torn or tampered with."""

    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(f"the log breaks at sequence {sequence}: {reason}")
        self.sequence = sequence
        self.reason = reason


def read_line(line: bytes, network: str) -> SignedEntry:
    """The entry of a wire line, judged as far as that needs no store and no signature check.

    Raises:
        Rejected: with the first code that fits, in the order of `RejectedCode`.
    """
    try:
        key, signature, body = split_line(line)
    except Unreadable as error:
        raise Rejected(RejectedCode.UNREADABLE_LINE) from error
    if len(body) > limits.WIRE_BODY_BYTES_MAX:
        raise Rejected(RejectedCode.TOO_LARGE)
    try:
        entry = read_entry(key, signature, body)
    except Unreadable as error:
        raise Rejected(RejectedCode.UNREADABLE_HEAD) from error
    if entry.network != network:
        raise Rejected(RejectedCode.WRONG_NETWORK)
    if entry.device != device_of(key):
        raise Rejected(RejectedCode.WRONG_KEY)
    return entry


class Admission:
    """The rule of admission over everything that one network has stored: a model in memory."""

    def __init__(self, fingerprint: bytes) -> None:
        self.fingerprint = fingerprint
        self.enrolled: set[bytes] = set()
        self.gaps: set[DeclaredGap] = set()
        self.log: list[SignedEntry] = []
        self._index: dict[bytes, int] = {}
        self._place: dict[tuple[bytes, int], set[bytes]] = {}
        self._continued: set[tuple[bytes, bytes]] = set()
        self._forks: dict[bytes, int] = {}

    def judge(self, entry: SignedEntry) -> Judgement:
        """The verdict on an entry whose signature is valid; a stored one is given its index."""
        if (index := self._index.get(entry.hash)) is not None:
            return Judgement(Verdict.DUPLICATE, index=index)
        if entry.device not in self.enrolled and entry.hash != self.fingerprint:  # the pin itself enrols its device
            return Judgement(Verdict.HELD, HeldCode.DEVICE_NOT_ENROLLED)
        if not self._has_predecessor(entry):
            return Judgement(Verdict.HELD, HeldCode.PREDECESSOR_MISSING)
        verdict = Verdict.MERGED
        if (entry.device, entry.previous) in self._continued:
            forks = self._forks.get(entry.device, 0)
            if forks >= limits.FORKED_ENTRIES_MAX:
                return Judgement(Verdict.HELD, HeldCode.FORK_QUOTA)
            self._forks[entry.device] = forks + 1
            verdict = Verdict.FORKED
        return Judgement(verdict, index=self._store(entry))

    def _has_predecessor(self, entry: SignedEntry) -> bool:
        if entry.hash == self.fingerprint:
            return entry.sequence == 1 and entry.previous == FOUNDING_PREVIOUS
        if entry.sequence == 1:
            return entry.previous == self.fingerprint and self.fingerprint in self._index
        return entry.previous in self._place.get((entry.device, entry.sequence - 1), ()) or self._is_behind_gap(entry)

    def _is_behind_gap(self, entry: SignedEntry) -> bool:
        place = (entry.device, entry.sequence, entry.previous)
        return any(
            (gap.device, gap.next_sequence, gap.next_previous) == place
            and (
                gap.last_hash in self._place.get((entry.device, gap.last_sequence), ())
                or (gap.last_sequence == 0 and gap.last_hash == self.fingerprint)
            )
            for gap in self.gaps
        )

    def _store(self, entry: SignedEntry) -> int:
        index = len(self.log)
        self.log.append(entry)
        self._index[entry.hash] = index
        self._place.setdefault((entry.device, entry.sequence), set()).add(entry.hash)
        self._continued.add((entry.device, entry.previous))
        return index


def check_log(entries: Iterable[SignedEntry], fingerprint: bytes | None) -> SignedEntry | None:
    """Verify one device's whole log, signatures included, and give its last entry.

    Args:
        entries: in the order of their sequence.
        fingerprint: the pinned network; None for the log that founds it.

    Raises:
        ChainBroken: naming the first sequence that does not hold.
    """
    last: SignedEntry | None = None
    for expected, entry in enumerate(entries, start=1):
        if entry.sequence != expected:
            raise ChainBroken(expected, f"sequence {entry.sequence} stands in its place")
        if last is not None and entry.device != last.device:
            raise ChainBroken(expected, "it is another device's")
        if last is not None:
            before = last.hash
        else:
            before = FOUNDING_PREVIOUS if fingerprint in {None, entry.hash} else fingerprint
        if entry.previous != before:
            raise ChainBroken(expected, "it does not name the entry before it")
        if device_of(entry.key) != entry.device:
            raise ChainBroken(expected, "the key is not this device's")
        if not signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body):
            raise ChainBroken(expected, "the signature does not hold")
        last = entry
    return last
