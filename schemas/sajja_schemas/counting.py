"""What an entry adds to the books as it counts, and a reversal takes away; one that cannot be digested leaves nothing.

Balances, registers and money under way are sums. So the same entry with the other sign takes away what it added, and
where our own mistake ends the adding, it ends the taking away at the same place.
"""

from contextlib import suppress
from traceback import extract_tb
from typing import Final

from sajja_schemas import transit
from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.holdings import Books
from sajja_schemas.postings import Line
from sajja_schemas.registers import note
from sajja_schemas.verdicts import Effect

Change = tuple[str, Effect]  # an entry's hash, and what it is now
_PLACES_MAX: Final = 3  # of a traceback: where a mistake of ours happened
_MOVES_MONEY: Final = frozenset(event_type for event_type in CATALOGUE.values() if transit.is_part(event_type))


def post(books: Books, body: Body, lines: list[Line], sign: int) -> None:
    """Add a counted entry to the sums, or with -1 take it away; all of it, or nothing."""
    _add(books, lines, sign)
    try:
        _note(books, body, lines, sign)
    except Exception:
        _add(books, lines, -sign)
        with suppress(Exception):
            _note(books, body, lines, -sign)
        raise


def fail(books: Books, entry_hash: str, error: Exception) -> list[Change]:
    """This entry we cannot digest: a mistake of ours, for whoever keeps these books to say loudly."""
    places = extract_tb(error.__traceback__)[-_PLACES_MAX:]
    where = " ".join(f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in places)
    books.touched_failures[entry_hash] = f"{type(error).__name__} {where}"
    books.quarantined[entry_hash] = Effect.UNDIGESTED
    return [(entry_hash, Effect.UNDIGESTED)]


def _note(books: Books, body: Body, lines: list[Line], sign: int) -> None:
    note(books.registers, body, lines, sign)
    if type(body.event) in _MOVES_MONEY:
        transit.tally(books.transit, body, sign)


def _add(books: Books, lines: list[Line], sign: int) -> None:
    balances, touched = books.balances, books.touched_balances
    for ledger, account, sub, amount in lines:
        key = (ledger, account, sub)
        balances[key] = balances.get(key, 0) + sign * amount
        touched.add(key)
