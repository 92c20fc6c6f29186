"""What the office decides about entries without effect, forks, gaps and devices: found here, signed at the desk.

* The office sees what it has pulled: `sajja office decisions` pulls every village's feed first.
* An entry is named by the beginning of its hash, as the lists show it. One that is not unique is asked for again.
* What would do nothing is refused here, while the people are in the room; the fold decides by the same table
  (`schemas/LOG_FORMAT.md` 9.4).
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date
from typing import Final

import msgspec

from sajja_client.home import Home
from sajja_client.problems import EXIT_CONFLICT, EXIT_USAGE, Problem
from sajja_client.store import open_store
from sajja_client.wording import amount_of, details
from sajja_schemas.books import Books
from sajja_schemas.entry import EntryRef, Unreadable, read_entry, read_head, split_line, to_base64url
from sajja_schemas.events import AnyEvent, read_body, tag_of
from sajja_schemas.events.corrections import EntryRefused, EntryReleased
from sajja_schemas.events.trust_repairs import ForkResolved, GapDeclared
from sajja_schemas.standing import Device
from sajja_schemas.verdicts import Effect

SHOWN_CHARACTERS: Final = 8  # of a hash, in lists
_REFUSABLE: Final = frozenset({Effect.AWAITING_APPROVAL, Effect.FORKED, Effect.REVOKED})


class NoSuchThing(Problem):
    """What was named is not known here, or several things are called so."""

    code = "not_found_here"
    thai = "ไม่พบ {what} {named} ในเครื่องนี้ หรือมีหลายรายการ ดูที่ sajja office decisions"
    english = "no one {what} {named} is known here; look at sajja office decisions"
    exit_code = EXIT_USAGE


class NothingToDecide(Problem):
    """The decision would do nothing."""

    code = "nothing_to_decide"
    thai = "รายการ {named} อยู่ในสถานะ {effect} การตัดสินนี้จะไม่มีผล"
    english = "the entry {named} is {effect}: this decision would do nothing"
    exit_code = EXIT_CONFLICT


class Stated(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry as people are shown it before they sign."""

    device: str
    label: str
    sequence: int
    hash: str
    village: str
    effect: str
    type: str = ""
    thai: str = ""
    day: date | None = None
    by: str = ""
    amount_satang: int | None = None
    details: str = ""

    @property
    def ref(self) -> EntryRef:
        """How a body names it."""
        return EntryRef(device=self.device, hash=self.hash, sequence=self.sequence)


class Branches(msgspec.Struct, frozen=True):
    """A fork: what of its device counts from where it began, and what does not."""

    device: str
    label: str
    village: str
    sequence: int
    disputed_satang: int
    first: list[Stated]
    second: list[Stated]


class Decisions(msgspec.Struct, frozen=True):
    """What waits for the office."""

    forks: list[Branches]
    stopped: list[Stated]
    awaiting: list[Stated]


class Archive:
    """Every entry that this device has: pulled, or its own."""

    def __init__(self, home: Home, books: Books) -> None:
        self.books = books
        self._bodies: dict[str, bytes] = {}
        with closing(open_store(home.log_path)) as connection:
            rows = connection.execute("SELECT hash, body FROM feed_line UNION SELECT hash, body FROM log")
            self._bodies = {to_base64url(hash_): body for hash_, body in rows}

    def entry(self, named: str) -> Stated:
        """The one entry whose hash begins so.

        Raises:
            NoSuchThing: none does, or several.
        """
        found = [name for name in self._bodies if name.startswith(named)]
        if len(found) != 1 or not named:
            raise NoSuchThing(what="entry", named=named)
        return self.stated(found[0])

    def stated(self, name: str) -> Stated:
        """An entry by its whole hash."""
        data = self._bodies[name]
        body = read_body(data)
        effect = self.books.quarantined.get(name, Effect.COUNTED).value
        if isinstance(body, Effect):
            head = read_head(data)
            label = self.label(head.device)
            return Stated(head.device, label, head.sequence, name, head.village, effect, type=body.value)
        return Stated(
            device=body.device, label=self.label(body.device), sequence=body.sequence, hash=name,
            village=body.village, effect=effect, type=tag_of(body.event), thai=body.event.declared.thai,
            day=body.date, by=body.by, amount_satang=amount_of(body.event), details=details(body.event),
        )  # fmt: skip

    def label(self, device: str) -> str:
        """What people call a device."""
        known = self.books.trust.devices.get(device)
        return (known.label if known is not None else "") or device[:SHOWN_CHARACTERS]

    def device(self, named: str) -> tuple[str, Device]:
        """The one device that is called so, or whose name begins so.

        Raises:
            NoSuchThing: none is, or several.
        """
        devices = self.books.trust.devices
        found = [name for name in devices if name.startswith(named)] or [
            name for name, device in devices.items() if named in {device.label, f"{device.unit}/{device.label}"}
        ]
        if len(found) != 1 or not named:
            raise NoSuchThing(what="device", named=named)
        return found[0], devices[found[0]]

    def branch(self, device: str, since: int) -> list[Stated]:
        """What counts of a device from a sequence on."""
        heads = {name: read_head(data) for name, data in self._bodies.items() if device.encode() in data}
        kept = [
            self.stated(name)
            for name, head in heads.items()
            if head.device == device
            and head.sequence >= since
            and self.books.quarantined.get(name) is not Effect.FORKED
        ]
        return sorted(kept, key=lambda one: one.sequence)


def decisions(archive: Archive) -> Decisions:
    """Everything that waits for the office, as far as this device has pulled it."""
    books = archive.books
    forks = [
        Branches(
            device=name, label=archive.label(name), village=books.trust.devices[name].unit, sequence=fork.sequence,
            disputed_satang=fork.amount_satang, first=archive.branch(name, fork.sequence),
            second=[archive.stated(entry) for entry in sorted(fork.entries, key=fork.entries.__getitem__)],
        )
        for name, fork in books.trust.forks.items()
    ]  # fmt: skip
    stopped = [archive.stated(name) for name in books.trust.stopped if books.quarantined[name] is Effect.REVOKED]
    awaiting = [archive.stated(name) for name, one in books.trust.awaiting.items() if one.control]
    return Decisions(forks, stopped, awaiting)


def releases(entries: Iterable[Stated], reason: str) -> list[AnyEvent]:
    """An `entry_released` for each.

    Raises:
        NothingToDecide: one is not `revoked`: a fork has a decision of its own, and no approval is replaced.
    """
    return [EntryReleased(entry=_decidable(one, {Effect.REVOKED}), reason=reason) for one in entries]


def refusals_of(entries: Iterable[Stated], reason: str) -> list[AnyEvent]:
    """An `entry_refused` for each.

    Raises:
        NothingToDecide: one counts, or is refused already.
    """
    return [EntryRefused(entry=_decidable(one, _REFUSABLE), reason=reason) for one in entries]


def resolutions(
    archive: Archive, device: str, released: Sequence[Stated], reversed_: Sequence[Stated], reason: str
) -> dict[str, AnyEvent]:
    """The `fork_resolved` of each feed that a fork is in; the unit's own feed, which ends the device, last.

    Raises:
        NothingToDecide: an entry is another device's, or is in no state that the decision changes.
    """
    for one in (*released, *reversed_):
        if one.device != device:
            raise NoSuchThing(what="entry of that device", named=one.hash[:SHOWN_CHARACTERS])
    refs = [_decidable(one, {Effect.FORKED, Effect.REVOKED}) for one in released]
    unit = archive.books.trust.devices[device].unit
    feeds = dict.fromkeys([*(one.village for one in (*released, *reversed_) if one.village != unit), unit])
    return {
        village: ForkResolved(
            device=device, reason=reason,
            released=tuple(ref for ref, one in zip(refs, released, strict=True) if one.village == village),
            reversed=tuple(one.ref for one in reversed_ if one.village == village),
        )
        for village in feeds
    }  # fmt: skip


def gap_before(archive: Archive, line: bytes, reason: str) -> tuple[str, GapDeclared]:
    """The `gap_declared` that lets a held entry in, and the feed that it belongs to.

    Raises:
        NoSuchThing: the line cannot be read, or its device is not known here.
        NothingToDecide: nothing is missing before it.
    """
    try:
        entry = read_entry(*split_line(line))
    except Unreadable as error:
        raise NoSuchThing(what="entry in that file", named=str(error)) from error
    name, device = archive.device(to_base64url(entry.device))
    if entry.sequence <= device.sequence + 1:
        raise NothingToDecide(named=entry.sequence, effect=f"next to line {device.sequence}")
    return device.unit, GapDeclared(
        device=name, last_sequence=device.sequence, last_hash=device.head or archive.books.trust.fingerprint,
        next_sequence=entry.sequence, next_previous=to_base64url(entry.previous), reason=reason,
    )  # fmt: skip


def _decidable(one: Stated, codes: Iterable[Effect]) -> EntryRef:
    if one.effect not in {code.value for code in codes}:
        raise NothingToDecide(named=one.hash[:SHOWN_CHARACTERS], effect=one.effect)
    return one.ref
