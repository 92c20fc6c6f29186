"""Carry by hand what no link carries: write a bundle, and take one in (LOG_FORMAT.md section 17).

Out goes what the network is not known to have: this log's lines, those that others gave us to carry, and those that it
has shown once and lost; personal parts, sealed to the log's key; and the proofs of what was handed on for others. In
comes whatever stands in a file:

* lines of other devices are verified and carried on; those of this device are here already;
* sealed parts are opened if they are for this device, else carried on unread;
* feed lines are pulled as from a server, once each is found in the tree of a checkpoint that the log's key has signed:
  the carrier can leave out the end, and nothing else. That checkpoint is not acknowledged: only a server shows that it
  continues the last one;
* proofs of this log's lines are verified, and make them *proven*. An answer without proof is believed if it is bad.

Everything is checked before anything is kept. What cannot be taken in at all is a `BundleWrong`; a single line that
does not hold is counted and left out.
"""

import asyncio
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from sajja_client import carried, parts, progress, witness
from sajja_client.clock import now_ms
from sajja_client.log import Log
from sajja_client.mirror import Cursor, FeedDiverged, FeedPage, Mirror, read_page
from sajja_client.sync.personal import erase_counted
from sajja_client.sync.pull import Pull
from sajja_client.sync.report import Fork, SyncReport
from sajja_schemas import limits, signing
from sajja_schemas.bundle import (
    Bundle,
    BundleCode,
    BundleWrong,
    EntryProof,
    Sealed,
    Shown,
    Told,
    encode_bundle,
    read_bundle,
    seal_of,
)
from sajja_schemas.chain import Rejected, read_line
from sajja_schemas.checkpoint import Checkpoint, NoteInvalid, epoch_of, open_note
from sajja_schemas.entry import OFFICE, SignedEntry, Unreadable, encode_line, from_base64url, to_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.merkle import is_included, leaf_hash
from sajja_schemas.personal import PersonalPart, decode_part, encode_part
from sajja_schemas.proof import ProofInvalid, check_receipt, read_proof
from sajja_schemas.standing import PublicLog
from sajja_schemas.verdicts import Verdict
from sajja_schemas.wire import decode_feed_line

_PIECE_BYTES: Final = 64 * 1024
_SIGNATURES_AT_ONCE: Final = 250
_PAGE_ENTRIES: Final = 500
_BAD_NEWS: Final = frozenset({Verdict.HELD.value, Verdict.REJECTED.value})


class CarriedOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle holds."""

    own: int
    others: int  # lines of other devices
    parts: int
    proofs: int
    parts_left: int = 0  # personal parts that nobody could be trusted with: the log's key is not known here yet


class CarriedIn(msgspec.Struct, kw_only=True):
    """What was taken in."""

    lines: int = 0  # of other devices, new here, to be handed on
    refused: int = 0  # lines that are not what was signed, or not of this network
    parts: int = 0  # sealed for others
    parts_filled: int = 0
    parts_erased: int = 0
    pulled: int = 0
    proven: int = 0  # lines of this log
    told: int = 0  # lines of this log that the server has not taken
    forks: list[Fork] = []


def carry_out(log: Log, *, everything: bool = False) -> tuple[bytes, CarriedOut]:
    """The file of what is to be carried, and what it holds.

    Args:
        log: whose device it is.
        everything: the whole own log, for a server that has lost what it once had.
    """
    connection = log.connection
    after = 0 if everything else _sent_until(log)
    own = [_line_of(entry) for entry in log.entries(after)]
    mirror = Mirror(connection, log.pin, log.device)
    waiting = carried.signed(connection, carried.waiting(connection))
    others = [_line_of(entry) for entry in chain(waiting, mirror.signed(mirror.lost()))]
    known = witness.public_log(connection, log.pin)
    device = from_base64url(log.device, 32)
    ours = parts.ungiven(connection, device, limits.SEQUENCE_MAX, limits.CARRIED_PARTS_MAX)
    sealed = carried.sealed_parts(connection)
    if known is not None:
        key = from_base64url(known.key, 32)
        sealed = [*(seal_of(signing.seal_to(key, encode_part(part)), key) for part in ours), *sealed]
    bundle = Bundle(
        network=log.pin.network, fingerprint=log.pin.fingerprint, made_at=now_ms(), entries=[*own, *others],
        sealed=sealed, proofs=carried.proofs(connection), told=carried.told(connection),
    )  # fmt: skip
    summary = CarriedOut(
        own=len(own), others=len(others), parts=len(sealed), proofs=len(bundle.proofs),
        parts_left=len(ours) if known is None else 0,
    )  # fmt: skip
    return encode_bundle(bundle), summary


def carry_in(log: Log, path: Path) -> CarriedIn:
    """Take a file in.

    Raises:
        BundleWrong: nothing of it was taken in.
        FeedRefused: a line of a feed is not what was signed.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        bundle = read_bundle(iter(lambda: file.read(_PIECE_BYTES), b""), log.pin.network, log.pin.fingerprint)
    return asyncio.run(_TakeIn(log, bundle).run())


class _TakeIn:
    def __init__(self, log: Log, bundle: Bundle) -> None:
        self.log = log
        self.bundle = bundle
        self.device = from_base64url(log.device, 32)
        self.mirror = Mirror(log.connection, log.pin, log.device)
        self.done = CarriedIn()

    async def run(self) -> CarriedIn:
        entries = self._entries()
        feeds = self._feeds()  # the last thing that may refuse the whole file; nothing was kept so far
        self._carry(entries)
        await self._pull(feeds)
        self._take_parts()
        self._take_proofs()
        self.done.parts_erased = erase_counted(self.log)
        return self.done

    def _entries(self) -> list[SignedEntry]:
        """The entries of the lines that hold."""
        read: list[SignedEntry] = []
        for line in self.bundle.entries:
            try:
                read.append(read_line(line, self.log.pin.network))
            except Rejected:
                self.done.refused += 1
        good: list[SignedEntry] = []
        for at in range(0, len(read), _SIGNATURES_AT_ONCE):
            some = read[at : at + _SIGNATURES_AT_ONCE]
            valid = signing.are_entries_valid((one.key, one.signature, one.body) for one in some)
            good += [one for one, is_valid in zip(some, valid, strict=True) if is_valid]
        self.done.refused += len(read) - len(good)
        return good

    def _carry(self, entries: Sequence[SignedEntry]) -> None:
        own = [entry for entry in entries if entry.device == self.device]
        # Somebody else writes with this key, or this folder is an old copy. The line is kept and handed on, as proof.
        strange = [entry for entry in own if self.log.hash_at(entry.sequence) != entry.hash]
        self.done.forks = [Fork(self.log.device, entry.sequence, "bundle") for entry in strange[:1]]
        others = [entry for entry in entries if entry.device != self.device]
        self.done.lines = carried.keep_lines(self.log.connection, [*others, *strange])

    def _feeds(self) -> dict[str, list["_Line"]]:
        """The feed lines by village, each found in the log.

        Raises:
            BundleWrong: one is not in it, or that log has been continued.
        """
        lines = [_read_shown(shown, self.log.pin.network) for shown in self.bundle.shown]
        if not lines:
            return {}
        log = self._public_log([line for line in lines if line.entry.village == OFFICE])
        known = witness.public_log(self.log.connection, self.log.pin)
        if known is not None and epoch_of(log.origin) < epoch_of(known.origin):
            raise BundleWrong(BundleCode.OLD)
        try:
            checkpoint = open_note(self.bundle.note.encode(), log.origin, from_base64url(log.key, 32))
        except NoteInvalid as error:
            raise BundleWrong(BundleCode.UNPROVEN) from error
        if not all(line.is_in(checkpoint) for line in lines):
            raise BundleWrong(BundleCode.UNPROVEN)
        read = (OFFICE, self.log.pin.village)  # another village's feed is no concern of this device
        return {village: found for village in read if (found := [x for x in lines if x.entry.village == village])}

    def _public_log(self, office: Sequence["_Line"]) -> PublicLog:
        """What the office says of the log: in the file, or here, whichever is longer."""
        known = witness.public_log(self.log.connection, self.log.pin)
        if known is not None and self.mirror.cursor(OFFICE).after >= len(office):
            return known
        page = b"\n".join(line.feed_line for line in office)
        read = read_page(self.log.pin, Cursor(OFFICE, 0, 0, None, -1), page)
        log = witness.public_log_of(self.log.pin, ((one.index, one.entry.hash, one.entry.body) for one in read))
        if not log.origin:
            raise BundleWrong(BundleCode.UNPROVEN)
        return log

    async def _pull(self, feeds: dict[str, list["_Line"]]) -> None:
        longer = {village: lines for village, lines in feeds.items() if len(lines) > self.mirror.cursor(village).after}
        report = SyncReport()
        await Pull(self.mirror, _Feeds(longer), list(longer), report, lambda _step, _done, _all: None).run()
        self.done.pulled = report.pulled
        self.done.forks += report.forks
        parts.note_pulled(self.log.connection)

    def _take_parts(self) -> None:
        mine: list[Sealed] = []
        others: list[Sealed] = []
        for sealed in self.bundle.sealed:
            (mine if from_base64url(sealed.to, 32) == self.log.key.public else others).append(sealed)
        opened = [part for part in map(self._open, mine) if part is not None]
        self.done.refused += len(mine) - len(opened)
        self.done.parts_filled = parts.fill(self.log.connection, [], opened)
        carried.keep_parts(self.log.connection, others)
        self.done.parts = len(others)

    def _open(self, sealed: Sealed) -> PersonalPart | None:
        try:
            line = self.log.key.open_sealed(sealed.box)
            return decode_part(line) if line is not None else None
        except Unreadable:
            return None

    def _take_proofs(self) -> None:
        known = witness.public_log(self.log.connection, self.log.pin)
        for proof in self.bundle.proofs:
            entry = self._own(proof)
            if entry is not None and known is not None:
                self._take_proof(entry, proof, known)
        for told in self.bundle.told:
            if self._own(told) is not None and told.verdict in _BAD_NEWS:
                progress.note_hearsay(self.log.connection, told.sequence, told.verdict, told.code)
                self.done.told += 1

    def _take_proof(self, entry: SignedEntry, proof: EntryProof, known: PublicLog) -> None:
        try:
            proven = check_receipt(read_proof(proof.proof.encode()), entry, known.origin, from_base64url(known.key, 32))
        except ProofInvalid:
            self.done.refused += 1
            return
        progress.note_proven(self.log.connection, entry.sequence, proven)
        self.done.proven += 1

    def _own(self, named: EntryProof | Told) -> SignedEntry | None:
        entry = self.log.entry(named.sequence) if named.device == self.log.device else None
        return entry if entry is not None and to_base64url(entry.hash) == named.hash else None


class _Line(msgspec.Struct, frozen=True):
    """A feed's line in a file, read and not yet verified."""

    feed_line: bytes
    entry: SignedEntry
    index: int
    leaf: bytes
    path: tuple[bytes, ...]

    def is_in(self, checkpoint: Checkpoint) -> bool:
        """Whether its path leads to the root."""
        return is_included(leaf_hash(self.leaf), self.index, checkpoint.size, self.path, checkpoint.root)


class _Feeds:
    """Feeds in a file, as a server would show them."""

    url = "bundle"

    def __init__(self, feeds: dict[str, list[_Line]]) -> None:
        self._feeds = feeds

    async def feed_page(self, cursor: Cursor, limit: int | None = None) -> FeedPage:
        """The page behind a cursor.

        Raises:
            FeedDiverged: the cursor is not of this feed.
        """
        lines = self._feeds[cursor.village]
        if cursor.hash is not None and to_base64url(lines[cursor.after - 1].entry.hash) != cursor.hash:
            raise FeedDiverged
        page = lines[cursor.after : cursor.after + (limit or _PAGE_ENTRIES)]
        has_next = cursor.after + len(page) < len(lines)
        return FeedPage(lines=b"\n".join(line.feed_line for line in page), has_next=has_next, epoch=None)


def _read_shown(shown: Shown, network: str) -> _Line:
    try:
        told = decode_feed_line(shown.line)
        entry = read_line(told.line, network)
    except (Unreadable, Rejected) as error:
        raise BundleWrong(BundleCode.UNPROVEN) from error
    leaf = encode_leaf(entry.signature, entry.body, entry.village, told.feed_sequence, told.received_at)
    return _Line(shown.line, entry, told.index, leaf, shown.path)


def _sent_until(log: Log) -> int:
    """The line up to which the network is known to have everything."""
    states = progress.states(log.connection)
    done = {progress.State.MERGED, progress.State.PROVEN}
    return next((sequence - 1 for sequence in sorted(states) if states[sequence] not in done), len(states))


def _line_of(entry: SignedEntry) -> bytes:
    return encode_line(entry.key, entry.signature, entry.body)
