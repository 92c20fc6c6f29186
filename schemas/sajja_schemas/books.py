"""The books: one pure fold of the network log, for the tablet, the server and the auditor.

 * `apply(books, entry, lookup)` takes the next entry in index order and says what changed: the entry's own effect, and
   that of earlier entries which it completed.
 * A balance is the sum of the declared postings of the counted entries, so it is free of their order. Which entries
   count is decided in index order.
 * A cash fact counts at once. A control entry counts at the index where its quorum is complete.
 * A reversal is the exact negation of its original. It counts once per original, from when the original counts,
   whichever came first. A reversal is not reversed.
 * Balances are kept, not postings. An earlier body that is needed again is asked from `lookup` by its hash.
 * Nothing here may raise. If it does, it is our mistake: that entry is `undigested`, loudly, and the fold goes on.

Sources: docs/domain.md sections 3, 5 and 6.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

import msgspec

from sajja_schemas.entry import Unreadable, read_head
from sajja_schemas.events import Body, lines_of, read_body, tag_of
from sajja_schemas.events.base import Approvers, EntryRef
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.members import MemberAdmitted, MemberExitSettled
from sajja_schemas.events.welfare import WelfareEnrolled
from sajja_schemas.postings import Contradiction, Line
from sajja_schemas.standing import Trust
from sajja_schemas.trust import (
    CHANGES_TRUST,
    author_of,
    authority,
    place,
    register,
    settle,
    take,
)
from sajja_schemas.verdicts import Effect

Balance = tuple[str, int, str]  # ledger, account, sub-ledger
Lookup = Callable[[str], bytes | None]
Change = tuple[str, Effect]  # an entry's hash, and what it is now


class Admitted(msgspec.Struct, frozen=True):
    """An entry of the network log, as the fold sees it."""

    index: int
    hash: str
    body: bytes


class Member(msgspec.Struct):
    """A person in a village: in its bank, in the welfare fund, or both."""

    gender: str = ""
    in_bank: bool = False
    in_welfare: bool = False


class Transit(msgspec.Struct):
    """Money that one side of a settlement has booked and the other has not."""

    village: str
    type: str
    since: date
    sent_satang: int = 0
    received_satang: int = 0


class Books(msgspec.Struct, kw_only=True):
    """The state at an index. Plain data: it can be stored and read again."""

    trust: Trust
    index: int = 0  # of the next entry
    balances: dict[Balance, int] = {}
    members: dict[tuple[str, str], Member] = {}  # village, member
    transit: dict[str, Transit] = {}  # settlement
    quarantined: dict[str, Effect] = {}  # every entry without effect, by hash
    reversed: dict[str, str] = {}  # original: the reversal that counts
    expected: dict[str, list[str]] = {}  # an original that has not come: the reversals that wait for it
    # What changed since the keeper of this state last emptied them.
    touched_balances: set[Balance] = set()
    touched_members: set[tuple[str, str]] = set()


def open_books(network: str, fingerprint: str) -> Books:
    """Empty books of a pinned network."""
    return Books(trust=Trust(network=network, fingerprint=fingerprint))


def apply(books: Books, entry: Admitted, lookup: Lookup) -> list[Change]:
    """Fold the next entry into the books, in place.

    Args:
        books: the state just before this entry.
        entry: the next entry in index order.
        lookup: the body of an earlier entry by its hash; asked only for the originals of reversals.

    Returns:
        What each entry is now whose effect this entry decided, its own first.
    """
    books.index = entry.index + 1
    try:
        return _apply(books, entry, lookup)
    except Exception:  # noqa: BLE001  # one entry that we cannot digest must not stop a network
        books.quarantined[entry.hash] = Effect.UNDIGESTED
        return [(entry.hash, Effect.UNDIGESTED)]


def originals(books: Books, bodies: Iterable[bytes]) -> set[str]:
    """The hashes that `lookup` may be asked for while these bodies are folded."""
    wanted = {waiting.original for waiting in books.trust.awaiting.values() if waiting.original}
    for data in bodies:
        if b'"entry_reversed"' in data:
            body = read_body(data)
            if isinstance(body, Body) and isinstance(body.event, EntryReversed):
                wanted.add(body.event.entry.hash)
    return wanted


def _apply(books: Books, entry: Admitted, lookup: Lookup) -> list[Change]:
    body = read_body(entry.body)
    if isinstance(body, Effect):
        try:
            forked = place(books.trust, read_head(entry.body), entry.hash)
        except Unreadable:
            forked = None
        return _quarantine(books, entry.hash, forked or body)
    code = place(books.trust, body, entry.hash) or authority(books.trust, entry.hash, body)
    lines = _lines(body) if code is None else None
    if lines is None:
        changes = _quarantine(books, entry.hash, code or Effect.MALFORMED)
    elif register(books.trust, entry.index, entry.hash, body, entry.body):
        changes = _count(books, entry.hash, body, lines, lookup)
    else:
        changes = _quarantine(books, entry.hash, Effect.AWAITING_APPROVAL)
        if isinstance(body.event, EntryReversed):
            changes = _meet_original(books, entry.hash, body.event.entry, lookup) or changes
    if entry.hash in books.expected:
        for reversal in books.expected.pop(entry.hash):
            changes += _judge_reversal(books, reversal, entry.body, lookup)
    return changes


def _quarantine(books: Books, entry_hash: str, code: Effect) -> list[Change]:
    books.quarantined[entry_hash] = code
    return [(entry_hash, code)]


def _lines(body: Body) -> list[Line] | None:
    """What a body posts; None where it contradicts itself."""
    if not body.event.declared.postings:
        return []
    try:
        return lines_of(body)
    except Contradiction:
        return None


def _count(books: Books, entry_hash: str, body: Body, lines: list[Line], lookup: Lookup) -> list[Change]:
    """Let an entry have its effect, then whatever it completes."""
    books.quarantined.pop(entry_hash, None)
    changes = [(entry_hash, Effect.COUNTED)]
    event = body.event
    if isinstance(event, EntryReversed):
        _reverse(books, entry_hash, event.entry, lookup)
        return changes
    _post(books, body, lines, 1)
    if entry_hash in books.reversed:
        _post(books, body, lines, -1)
    if type(event) in CHANGES_TRUST:
        for ripe in sorted(take(books.trust, entry_hash, body)):
            changes += _try_waiting(books, ripe, lookup)
    return changes


def _try_waiting(books: Books, entry_hash: str, lookup: Lookup) -> list[Change]:
    waiting = books.trust.awaiting.get(entry_hash)
    if waiting is None or not settle(books.trust, entry_hash) or not waiting.control:
        return []
    body = read_body(waiting.body)
    assert isinstance(body, Body), "what waits was read before"
    return _count(books, entry_hash, body, _lines(body) or [], lookup)


def _post(books: Books, body: Body, lines: list[Line], sign: int) -> None:
    event = body.event
    _add(books, lines, sign)
    tally = _TALLIES.get(type(event))
    if tally is not None:
        tally(books, body, sign)
    elif (settlement := getattr(event, "settlement", None)) is not None and hasattr(event, "side"):
        _tally_transit(books, settlement, body, sign)


def _add(books: Books, lines: list[Line], sign: int) -> None:
    balances, touched = books.balances, books.touched_balances
    for ledger, account, sub, amount in lines:
        key = (ledger, account, sub)
        balances[key] = balances.get(key, 0) + sign * amount
        touched.add(key)


def _meet_original(books: Books, entry_hash: str, ref: EntryRef, lookup: Lookup) -> list[Change]:
    """Judge a reversal against its original, or let it wait for it."""
    device = books.trust.devices.get(ref.device)
    if device is None or device.sequence < ref.sequence or (original := lookup(ref.hash)) is None:
        books.expected.setdefault(ref.hash, []).append(entry_hash)
        return []
    return _judge_reversal(books, entry_hash, original, lookup)


def _judge_reversal(books: Books, entry_hash: str, original: bytes, lookup: Lookup) -> list[Change]:
    """Give a reversal the class of its original, and let it count if that is complete."""
    waiting = books.trust.awaiting[entry_hash]
    body = read_body(original)
    if (
        isinstance(body, Effect)
        or isinstance(body.event, EntryReversed)
        or not body.event.declared.postings
        or author_of(books.trust, body) != waiting.unit
        or waiting.original in books.reversed
    ):
        del books.trust.awaiting[entry_hash]
        return _quarantine(books, entry_hash, Effect.NOT_AUTHORISED)
    is_money_out = body.event.declared.approvers is Approvers.A2
    waiting.approvers = Approvers.A2 if is_money_out else Approvers.A1
    return _try_waiting(books, entry_hash, lookup)


def _reverse(books: Books, entry_hash: str, ref: EntryRef, lookup: Lookup) -> None:
    if ref.hash in books.reversed:
        # Two reversals waited for one original and both were approved: the second has nothing left to negate.
        return
    books.reversed[ref.hash] = entry_hash
    if ref.hash in books.quarantined:
        return  # it counts from when the original counts
    original = lookup(ref.hash)
    body = read_body(original) if original is not None else Effect.MALFORMED
    assert isinstance(body, Body), "a reversal is judged against a readable original before it counts"
    _post(books, body, lines_of(body), -1)


def _tally_admission(books: Books, body: Body, sign: int) -> None:
    event = body.event
    assert isinstance(event, MemberAdmitted)
    member = _member(books, body.village, event.member)
    member.gender, member.in_bank = event.gender, sign > 0


def _tally_exit(books: Books, body: Body, sign: int) -> None:
    event = body.event
    assert isinstance(event, MemberExitSettled)
    _member(books, body.village, event.member).in_bank = sign < 0


def _tally_welfare(books: Books, body: Body, sign: int) -> None:
    event = body.event
    assert isinstance(event, WelfareEnrolled)
    _member(books, body.village, event.member).in_welfare = sign > 0


def _member(books: Books, village: str, name: str) -> Member:
    key = (village, name)
    books.touched_members.add(key)
    member = books.members.get(key)
    if member is None:
        member = books.members[key] = Member()
    return member


_TALLIES: Final[dict[type, Callable[[Books, Body, int], None]]] = {
    MemberAdmitted: _tally_admission,
    MemberExitSettled: _tally_exit,
    WelfareEnrolled: _tally_welfare,
}


def _tally_transit(books: Books, settlement: str, body: Body, sign: int) -> None:
    event: Any = body.event
    transit = books.transit.get(settlement)
    if transit is None:
        transit = books.transit[settlement] = Transit(village=body.village, type=tag_of(event), since=body.date)
    if event.side == "sent":
        transit.sent_satang += sign * event.amount_satang
    else:
        transit.received_satang += sign * event.amount_satang
    transit.since = min(transit.since, body.date)
    if transit.sent_satang == transit.received_satang:
        del books.transit[settlement]
