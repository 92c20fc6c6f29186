"""Figures read off a log and its fold: postings by period, a member's movements, interest that borrowers paid.

Nothing here depends on the order of the entries, so nothing that is read depends on how they arrived.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from sajja_schemas.books import Balance, Books
from sajja_schemas.calculations.shares import Shareholder
from sajja_schemas.calculations.spans import Movement
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, lines_of, read_body
from sajja_schemas.events.closing import FundYearClosed, YearEndClosed
from sajja_schemas.events.ledgers import EntryReversed, OpeningBalanceRecorded
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.members import MemberExitSettled
from sajja_schemas.periods import period_of
from sajja_schemas.postings import Line

CLOSING = (YearEndClosed, FundYearClosed)


def counted(entries: Iterable[SignedEntry], books: Books) -> dict[str, Body]:
    """The bodies that count, by hash."""
    bodies: dict[str, Body] = {}
    for entry in entries:
        name = to_base64url(entry.hash)
        if name not in books.quarantined:
            body = read_body(entry.body)
            assert isinstance(body, Body), "what counts can be read"
            bodies[name] = body
    return bodies


def postings(bodies: dict[str, Body]) -> Iterator[tuple[Body, list[Line]]]:
    """What each counted entry posts; a reversal posts the negation of its original."""
    for body in bodies.values():
        if not isinstance(body.event, EntryReversed):
            yield body, lines_of(body)
        elif original := bodies.get(body.event.entry.hash):
            yield body, [(ledger, account, sub, -amount) for ledger, account, sub, amount in lines_of(original)]


def balances_through(
    entries: Sequence[SignedEntry], books: Books, month: str, *, with_closing: bool
) -> dict[Balance, int]:
    """What stood on each account at the end of a month, by the periods to which entries belong."""
    balances: dict[Balance, int] = {}
    for body, lines in postings(counted(entries, books)):
        if isinstance(body.event, CLOSING) and not with_closing:
            continue
        for ledger, account, sub, amount in lines:
            if period_of(books.periods, body, ledger) <= month:
                balances[ledger, account, sub] = balances.get((ledger, account, sub), 0) + amount
    return balances


def movements(entries: Sequence[SignedEntry], books: Books, ledger: str, account: int) -> dict[str, list[Movement]]:
    """By sub-ledger, what came in and went out; an entry that was reversed is none, nor is its reversal."""
    found: dict[str, list[Movement]] = {}
    for name, body in counted(entries, books).items():
        if name in books.reversed or isinstance(body.event, EntryReversed):
            continue
        # What a ledger held before its first entry was there the evening before.
        on = body.date - timedelta(days=isinstance(body.event, OpeningBalanceRecorded))
        for line_ledger, line_account, sub, amount in lines_of(body):
            if (line_ledger, line_account) == (ledger, account):
                found.setdefault(sub, []).append(Movement(on=on, amount_satang=-amount))
    return found


def shareholders(entries: Sequence[SignedEntry], books: Books, ledger: str) -> dict[str, Shareholder]:
    """The shares of everybody who had any, with the day of leaving."""
    left: dict[str, date] = {
        body.event.member: body.date
        for body in counted(entries, books).values()
        if isinstance(body.event, MemberExitSettled)
    }
    return {
        member: Shareholder(movements=tuple(moved), left_on=left.get(member))
        for member, moved in sorted(movements(entries, books, ledger, 3110).items())
    }


def interest_paid(entries: Sequence[SignedEntry], books: Books, village: str) -> dict[str, int]:
    """What each borrower paid in interest; what the risk fund paid is nobody's."""
    paid: dict[str, int] = {}
    for name, body in sorted(counted(entries, books).items()):
        event = body.event
        if isinstance(event, LoanRepaymentReceived) and body.village == village and name not in books.reversed:
            paid[event.member] = paid.get(event.member, 0) + event.interest_satang
    return dict(sorted(paid.items()))
