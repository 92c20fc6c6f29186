"""The books: one pure fold of the network log, for the tablet, the server and the auditor.

 * `apply(books, entry, lookup)` takes the next entry in index order and says what changed: the entry's own effect, and
   that of earlier entries which it completed.
 * A balance is the sum of the declared postings of the counted entries, so it is free of their order. Which entries
   count is decided in index order.
 * A cash fact counts at once. A control entry counts at the index where its quorum is complete.
 * A reversal is the exact negation of its original. It counts once per original, from when the original counts,
   whichever came first. A reversal is not reversed.
 * Balances are kept, not postings. An earlier body that is needed again is asked from `lookup` by its hash.
 * Nothing here may raise. If it does, it is our mistake: that entry is `undigested`, loudly, and the fold goes on. What
   it had added to balances, registers and money under way is taken away again, so no figure holds a part of it; what it
   had said of devices and keys stays, alike for everybody who folds with the same mistake.

Sources: docs/domain.md sections 3, 5 and 6.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from sajja_schemas import periods, quorum
from sajja_schemas.bylaws.demands import FREE, Demand, demand_of, demand_of_reversal, is_raisable
from sajja_schemas.counting import Change, fail, post
from sajja_schemas.entry import OFFICE, Unreadable, read_head
from sajja_schemas.events import CATALOGUE, Body, lines_of, read_body
from sajja_schemas.events.base import Approvers, EntryRef
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.holdings import Balance, Books, open_books
from sajja_schemas.places import begin_fork, has_come, place
from sajja_schemas.postings import Contradiction, Line
from sajja_schemas.rules import judge, withdraw
from sajja_schemas.standing import Awaiting, Decision, Fork, Says, Stopped, Trust
from sajja_schemas.trust import (
    CHANGES_TRUST,
    author_of,
    authority,
    decisions_of,
    forget_awaiting,
    may_author,
    register,
    settle,
    take,
)
from sajja_schemas.verdicts import Effect

__all__ = ["Admitted", "Balance", "Books", "Change", "Lookup", "apply", "open_books", "originals"]

Lookup = Callable[[str], bytes | None]
_NAMING: Final = (b'"entry_reversed"', b'"entry_released"', b'"entry_refused"', b'"fork_resolved"')
# Read once: every entry of a replay asks for them, and an enum looks each member up.
_COUNTED: Final = Effect.COUNTED
_FORKED: Final = Effect.FORKED
_STOPPED: Final = frozenset({Effect.FORKED, Effect.REVOKED})
# From which codes a decision takes an entry, and nothing else does: no quorum replaces an approval or an authority.
_DECIDES: Final = {
    Says.RELEASED: frozenset({Effect.REVOKED}),
    Says.RESOLVED: _STOPPED,
    Says.REFUSED: _STOPPED | {Effect.AWAITING_APPROVAL},
}
_OF_THE_DEVICE: Final = frozenset(kind for kind in CATALOGUE.values() if kind.declared.approvers is Approvers.A0)
_Counted = tuple[list[Change], set[str]]  # and the waiting entries that may be complete now


class Admitted(msgspec.Struct, frozen=True):
    """An entry of the network log, as the fold sees it."""

    index: int
    hash: str
    body: bytes


def apply(books: Books, entry: Admitted, lookup: Lookup) -> list[Change]:
    """Fold the next entry into the books, in place.

    Args:
        books: the state just before this entry.
        entry: the next entry in index order.
        lookup: the body of an earlier entry by its hash, never of a later one; asked only for `originals`.

    Returns:
        What each entry is now whose effect this entry decided, its own first.
    """
    books.index = entry.index + 1
    try:
        return _apply(books, entry, lookup)
    except Exception as error:  # noqa: BLE001  # one entry that we cannot digest must not stop a network
        books.trust.decided.clear()
        return fail(books, entry.hash, error)


def originals(books: Books, bodies: Iterable[bytes]) -> dict[str, EntryRef]:
    """The entries, by hash, that `lookup` may be asked for while these bodies are folded."""
    wanted: dict[str, EntryRef] = {}
    for waiting in books.trust.awaiting.values():
        if waiting.original is not None:
            wanted[waiting.original.hash] = waiting.original
        wanted |= {ref.hash: ref for ref in waiting.decides}
    for stopped in books.trust.stopped.values():
        wanted |= {ref.hash: ref for ref in stopped.named}
    for data in bodies:
        if any(tag in data for tag in _NAMING):
            body = read_body(data)
            if isinstance(body, Body):
                wanted |= {ref.hash: ref for ref in _named(body)}
    return wanted


def _named(body: Body) -> list[EntryRef]:
    """The entries that a body asks for: what it reverses, or decides."""
    if isinstance(body.event, EntryReversed):
        return [body.event.entry]
    return [decision.entry for decision in decisions_of("", body)]


def _apply(books: Books, entry: Admitted, lookup: Lookup) -> list[Change]:
    trust, name = books.trust, entry.hash
    body = read_body(entry.body)
    if isinstance(body, Effect):
        changes = _quarantine(books, name, _place_unread(trust, entry) or body)
    else:
        changes = _judge(books, entry, body, place(trust, body, name), lookup)
    if changes[0][1] in _STOPPED:
        _stop(books, entry, changes[0][1])
    if name in books.expected:
        changes += _meet_reversals(books, entry, lookup)
    if name in trust.decisions:
        trust.decided += trust.decisions.pop(name)
    if trust.decided:
        changes += _act_on_decisions(books, entry, lookup)
    return changes


def _judge(
    books: Books, entry: Admitted, body: Body, placed: Effect | None, lookup: Lookup, *, is_released: bool = False
) -> list[Change]:
    lines = _lines(body) if placed is not _FORKED else []
    if lines is None:
        return _quarantine(books, entry.hash, Effect.MALFORMED)
    if code := placed or authority(books.trust, entry.hash, body, is_released=is_released):
        return _quarantine(books, entry.hash, code)
    return _digest(books, entry, body, lines, lookup)


def _stop(books: Books, entry: Admitted, code: Effect) -> None:
    """Remember that people may decide this entry, and what money a fork disputes."""
    trust = books.trust
    head = read_head(entry.body)
    body = read_body(entry.body)
    named = tuple(_named(body)) if isinstance(body, Body) else ()
    trust.stopped[entry.hash] = Stopped(head.device, head.sequence, named)
    if code is Effect.FORKED:
        fork = begin_fork(trust, head, entry.hash)
        _dispute(fork, _disputed_lines(trust, body), 1)


def _disputed_lines(trust: Trust, body: Body | Effect) -> list[Line]:
    """What an entry beside its device's log would post, if its device may say that at all."""
    if isinstance(body, Effect) or not may_author(trust.devices[body.device].unit, body):
        return []
    return _lines(body) or []


def _dispute(fork: Fork, lines: list[Line], sign: int) -> None:
    for ledger, account, sub, amount in lines:
        key = (ledger, account, sub)
        fork.lines[key] = fork.lines.get(key, 0) + sign * amount
        fork.amount_satang += sign * max(amount, 0)


def _act_on_decisions(books: Books, entry: Admitted, lookup: Lookup) -> list[Change]:
    """Do what was decided at this index, and what follows from that, in the order in which it was said."""

    def known(name: str) -> bytes | None:
        return entry.body if name == entry.hash else lookup(name)

    changes: list[Change] = []
    while books.trust.decided:
        decision = books.trust.decided.pop(0)
        changes += _decide(books, decision, known(decision.entry.hash), known)
    return changes


def _decide(books: Books, decision: Decision, data: bytes | None, lookup: Lookup) -> list[Change]:
    name = decision.entry.hash
    if data is None:  # it stands until the entry comes
        books.trust.decisions.setdefault(name, []).append(decision)
        return []
    head = read_head(data)
    if (head.device, head.sequence, head.village) != (decision.entry.device, decision.entry.sequence, decision.village):
        return []
    if decision.says is Says.REVERSED:
        return _take_back(books, decision, read_body(data), lookup)
    if books.quarantined.get(name) not in _DECIDES[decision.says]:
        return []
    _let_go(books.trust, head.device, name, data)
    if decision.says is Says.REFUSED:
        if name in books.trust.awaiting:
            _await_no_more(books, name)
        return _quarantine(books, name, Effect.REFUSED)
    body = read_body(data)
    if isinstance(body, Effect):
        return _quarantine(books, name, body)
    return _judge(books, Admitted(books.index - 1, name, data), body, None, lookup, is_released=True)


def _let_go(trust: Trust, device: str, entry_hash: str, data: bytes) -> None:
    """An entry is decided: nothing of it is disputed any more."""
    trust.stopped.pop(entry_hash, None)
    fork = trust.forks.get(device)
    if fork is not None and fork.entries.pop(entry_hash, None) is not None:
        _dispute(fork, _disputed_lines(trust, read_body(data)), -1)
        if not fork.entries:
            del trust.forks[device]


def _await_no_more(books: Books, entry_hash: str) -> None:
    original = books.trust.awaiting[entry_hash].original
    if original is not None and entry_hash in books.expected.get(original.hash, ()):
        books.expected[original.hash].remove(entry_hash)
    forget_awaiting(books.trust, entry_hash)


def _take_back(books: Books, decision: Decision, body: Body | Effect, lookup: Lookup) -> list[Change]:
    """Reverse an entry of a fork's branches, unless it posts nothing or is reversed already."""
    name = decision.entry.hash
    if isinstance(body, Body) and body.event.declared.postings and name not in books.reversed:
        _reverse(books, decision.by, decision.entry, lookup)
    return []


def _meet_reversals(books: Books, entry: Admitted, lookup: Lookup) -> list[Change]:
    """Judge the reversals that waited for this entry, of which `lookup` may know nothing yet."""

    def known(name: str) -> bytes | None:
        return entry.body if name == entry.hash else lookup(name)

    changes: list[Change] = []
    for reversal in books.expected.pop(entry.hash):
        changes += _judge_reversal(books, reversal, entry.body, known)
    return changes


def _place_unread(trust: Trust, entry: Admitted) -> Effect | None:
    """Put an entry without meaning into its log all the same: what follows it follows it."""
    try:
        placed = place(trust, read_head(entry.body), entry.hash)
    except Unreadable:
        return None
    return placed if placed is Effect.FORKED else None


def _digest(books: Books, entry: Admitted, body: Body, lines: list[Line], lookup: Lookup) -> list[Change]:
    """Let an authorised entry count, or wait."""
    asked = demand(books, body)
    if asked is FREE or register(books.trust, entry.index, entry.hash, body, entry.body, asked):
        return _count_all(books, entry.hash, body, lines, lookup)
    changes = _quarantine(books, entry.hash, Effect.AWAITING_APPROVAL)
    if isinstance(body.event, EntryReversed):
        changes = _meet_original(books, entry.hash, body.event.entry, lookup) or changes
    return changes


def demand(books: Books, body: Body) -> Demand:
    """Whose approval an entry needs that is admitted now (`bylaws.demands`)."""
    event = body.event
    if type(event) in _OF_THE_DEVICE and event.paper_reason is None and not is_raisable(books.rulesets, event):
        return FREE
    reached = [day for feed in (body.village, OFFICE) if (day := books.reached.get(feed)) is not None]
    is_officers = quorum.is_of_an_officer(books.trust, body)
    return demand_of(books.rulesets, body, author_of(books.trust, body), reached, is_of_an_officer=is_officers)


def _quarantine(books: Books, entry_hash: str, code: Effect) -> list[Change]:
    books.quarantined[entry_hash] = code
    return [(entry_hash, code)]


def _lines(body: Body) -> list[Line] | None:
    """What a body posts; None where it contradicts itself."""
    try:
        return lines_of(body)
    except Contradiction:
        return None


def _count_all(books: Books, entry_hash: str, body: Body, lines: list[Line], lookup: Lookup) -> list[Change]:
    """Let an entry have its effect, then whatever it completes, in rounds; each round in index order."""
    changes, ripe = _count(books, entry_hash, body, lines, lookup)
    while ripe:
        waiting = books.trust.awaiting
        todo = sorted((name for name in ripe if name in waiting), key=lambda name: waiting[name].index)
        ripe = set()
        for name in todo:
            counted, more = _try_waiting(books, name, lookup)
            changes += counted
            ripe |= more
    return changes


def _count(books: Books, entry_hash: str, body: Body, lines: list[Line], lookup: Lookup) -> _Counted:
    """Let an entry have its effect, or none. Gives the waiting entries that it may have completed, too."""
    reached = books.reached.get(body.village)
    try:
        return _take_effect(books, entry_hash, body, lines, lookup)
    except Exception as error:  # noqa: BLE001  # it costs this entry its effect, and not the one that completed it
        if reached is not None:
            books.reached[body.village] = reached
        else:
            books.reached.pop(body.village, None)
        if isinstance(body.event, EntryReversed) and books.reversed.get(body.event.entry.hash) == entry_hash:
            books.reversed.pop(body.event.entry.hash)
        withdraw(books, entry_hash, body)
        return fail(books, entry_hash, error), set()


def _take_effect(books: Books, entry_hash: str, body: Body, lines: list[Line], lookup: Lookup) -> _Counted:
    event = body.event
    if type(event) is EntryReversed and event.entry.hash in books.reversed:
        # Two reversals waited for one original and both were approved: the second has nothing left to negate.
        return _quarantine(books, entry_hash, Effect.NOT_AUTHORISED), set()
    books.quarantined.pop(entry_hash, None)
    reached = books.reached.get(body.village)
    if reached is None or body.date > reached:
        books.reached[body.village] = body.date
    changes = [(entry_hash, _COUNTED)]
    if type(event) is RulesetAdopted:
        books.rulesets.take(event, books.index - 1, body.date)
    if type(event) in periods.DECIDING:
        periods.take(books.periods, body)  # it posts nothing, so it is never reversed
    if type(event) is EntryReversed:
        _reverse(books, entry_hash, event.entry, lookup)
        return changes, set()
    is_reversed = entry_hash in books.reversed
    if books.judges and not is_reversed:
        judge(books, entry_hash, body)
    ripe: set[str] = take(books.trust, entry_hash, body) if type(event) in CHANGES_TRUST else set()
    post(books, body, lines, 1)
    if is_reversed:
        post(books, body, lines, -1)
    return changes, ripe


def _try_waiting(books: Books, entry_hash: str, lookup: Lookup) -> _Counted:
    waiting = books.trust.awaiting[entry_hash]
    if not settle(books.trust, entry_hash) or not waiting.control:
        return [], set()
    body = read_body(waiting.body)
    assert isinstance(body, Body), "what waits was read before"
    return _count(books, entry_hash, body, lines_of(body), lookup)


def _meet_original(books: Books, entry_hash: str, ref: EntryRef, lookup: Lookup) -> list[Change]:
    """Judge a reversal against its original, or let it wait for it."""
    if not has_come(books.trust, ref) and ref.hash not in books.trust.stopped:
        books.expected.setdefault(ref.hash, []).append(entry_hash)
        return []
    return _judge_reversal(books, entry_hash, lookup(ref.hash) or b"", lookup)


def _judge_reversal(books: Books, entry_hash: str, original: bytes, lookup: Lookup) -> list[Change]:
    """Give a reversal the class and the parties of its original, and let it count if that is complete."""
    waiting = books.trust.awaiting[entry_hash]
    body = read_body(original)
    if isinstance(body, Effect) or not _may_reverse(books, waiting, body):
        del books.trust.awaiting[entry_hash]
        return _quarantine(books, entry_hash, Effect.NOT_AUTHORISED)
    books.trust.awaiting[entry_hash] = msgspec.structs.replace(
        waiting,
        approvers=demand_of_reversal(demand(books, body)),
        parties=tuple(getattr(body.event, field) for field in body.event.declared.parties),
    )
    changes, _ripe = _try_waiting(books, entry_hash, lookup)  # a reversal completes nothing else
    return changes


def _may_reverse(books: Books, waiting: Awaiting, body: Body) -> bool:
    """Whether this is what the reversal names, posts money, is its author's own, and is not reversed yet."""
    ref = waiting.original
    return (
        ref is not None
        and (body.device, body.sequence) == (ref.device, ref.sequence)
        and body.village == waiting.village  # one feed has both
        and bool(body.event.declared.postings)  # so neither is a reversal reversed
        and author_of(books.trust, body) == waiting.unit
        and ref.hash not in books.reversed
    )


def _reverse(books: Books, entry_hash: str, ref: EntryRef, lookup: Lookup) -> None:
    books.reversed[ref.hash] = entry_hash
    if ref.hash in books.quarantined:
        return  # it counts from when the original counts
    body = read_body(lookup(ref.hash) or b"")
    assert isinstance(body, Body), "a reversal is judged against a readable original before it counts"
    post(books, body, lines_of(body), -1)
    withdraw(books, ref.hash, body)
