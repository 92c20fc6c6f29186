"""Every approval that is awaited, in somebody's list: what it waits for, who may still sign, and who may not and why.

* The list is made from the books alone: a tablet, the office and an auditor see the same of what they hold.
* Whoever approves signs the hashes of entries, wherever those were written: on this tablet, on the village's other one,
  at the office. So what was forgotten at a meeting is signed later elsewhere, and nothing is recorded again.
* Persons are counted, not keys. Whom an entry concerns does not sign it: refused here, where the person can be told,
  and without effect in the fold whatever a changed client does.
* A control event has no effect until it is complete; a cash fact has happened, counts, and is a finding meanwhile.
"""

from base64 import b32encode
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from sajja_client.key_problems import NotPending, PartyRefused
from sajja_client.log import Log
from sajja_client.meeting.approving import Waiting, waiting_list
from sajja_schemas.books import Books
from sajja_schemas.entry import SignedEntry, from_base64url, read_entry
from sajja_schemas.events import Body, read_body
from sajja_schemas.quorum import is_interested, may_sign
from sajja_schemas.trust import approvals_of

_REF_BYTES: Final = 5  # of a hash: enough to name one of a list, in eight letters and digits
_REF_MIN: Final = 6
_OWN: Final = "SELECT signature, body FROM log WHERE hash = ?"
_IN_A_FEED: Final = "SELECT key, signature, body FROM feed_line WHERE hash = ? LIMIT 1"


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that waits for approvals."""

    ref: str  # how its hash begins, as people can type it
    village: str  # whose feed it stands in
    unit: str  # whose officers sign it; the network's for class A4
    is_here: bool  # it is a line of this device's own log
    counts: bool  # a cash fact: it counts already, and is a finding until it is complete
    may_sign: tuple[str, ...]  # persons whose signature it still takes
    parties: tuple[str, ...]  # officers who may not sign it, for it concerns them
    abstained: tuple[str, ...]  # who abstained from the resolution
    waiting: Waiting


def pending_list(books: Books, log: Log, villages: Iterable[str] | None = None) -> list[Pending]:
    """What waits in these villages' feeds, or in all that this device holds; the oldest first."""
    trust = books.trust
    wanted = set(villages) if villages is not None else {one.village for one in trust.awaiting.values()}

    def body_of(name: str) -> bytes | None:
        entry = entry_named(log, name)
        return entry.body if entry is not None else None

    found = [(village, one) for village in sorted(wanted) for one in waiting_list(books, village, body_of)]
    found.sort(key=lambda pair: trust.awaiting[pair[1].hash].index)
    return [_pending(books, log, village, one, body_of) for village, one in found]


def chosen(pending: Sequence[Pending], refs: Iterable[str]) -> list[Pending]:
    """Those that a person names: by the sequence of a line of this log, or by its ref, or how that begins.

    Raises:
        NotPending: one names none of them, or several.
    """
    picked: dict[str, Pending] = {}
    for ref in refs:
        named = [one for one in pending if _is_named(one, ref)]
        if len(named) != 1:
            raise NotPending(ref=ref, known=", ".join(one.ref for one in pending) or "-")
        picked[named[0].ref] = named[0]
    return list(picked.values())


def refuse_parties(books: Books, pending: Iterable[Pending], persons: Iterable[str]) -> None:
    """Refuse a signature that would not count, before anybody signs.

    Raises:
        PartyRefused: an entry concerns a person who was named.
    """
    named = list(persons)
    for one in pending:
        waits = books.trust.awaiting[one.waiting.hash]
        for person in named:
            if is_interested(books.trust, waits, person):
                raise PartyRefused(person=person, ref=one.ref, thai_name=one.waiting.thai, type=one.waiting.type)


def apart(books: Books, pending: Iterable[Pending], persons: Sequence[str]) -> dict[tuple[str, ...], list[Pending]]:
    """Lists to sign, by who signs them: whom a line concerns does not, and who has signed it need not."""
    lists: dict[tuple[str, ...], list[Pending]] = {}
    for one in pending:
        waits = books.trust.awaiting[one.waiting.hash]
        signers = tuple(p for p in persons if not is_interested(books.trust, waits, p))
        if signers and not set(signers) <= set(one.waiting.approved_by):
            lists.setdefault(signers, []).append(one)
    return lists


def entry_named(log: Log, name: str) -> SignedEntry | None:
    """An entry of this log or of a feed that it has pulled, by its hash."""
    raw = from_base64url(name, 32)
    row = log.connection.execute(_OWN, (raw,)).fetchone()
    if row is not None:
        return read_entry(log.key.public, *row)
    row = log.connection.execute(_IN_A_FEED, (raw,)).fetchone()
    return read_entry(*row) if row is not None else None


def _is_named(one: Pending, ref: str) -> bool:
    if ref.isdigit() and one.is_here:
        return one.waiting.sequence == int(ref)
    return len(ref) >= _REF_MIN and one.ref.startswith(ref.lower())


def _ref(name: str) -> str:
    # Not the hash as bodies spell it, which may begin with a hyphen and tells capitals from small letters.
    return b32encode(from_base64url(name, 32)[:_REF_BYTES]).decode("ascii").lower()


def _pending(books: Books, log: Log, village: str, waiting: Waiting, body_of: Callable[[str], bytes | None]) -> Pending:
    trust, waits = books.trust, books.trust.awaiting[waiting.hash]
    classes = [asked for asked in (waits.approvers, *waits.also) if asked is not None]
    signed = {given.person for given in approvals_of(trust, waiting.hash).values()}
    people = {person for unit in trust.roles.values() for person in unit}
    data = body_of(waiting.hash) or waits.body
    body = read_body(data) if data else None
    return Pending(
        ref=_ref(waiting.hash),
        village=village,
        unit=waits.unit,
        is_here=waiting.device == log.device,
        counts=not waits.control,
        may_sign=tuple(
            sorted(
                person for person in people - signed if any(may_sign(trust, waits, asked, person) for asked in classes)
            )
        ),
        parties=tuple(sorted(p for p in trust.roles.get(waits.unit, {}) if is_interested(trust, waits, p))),
        abstained=tuple(getattr(body.event, "abstained", ())) if isinstance(body, Body) else (),
        waiting=waiting,
    )
