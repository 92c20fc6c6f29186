"""The demonstration's plan for tests: made once for each seed, folded once, read once."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from sajja_client.demo import rules
from sajja_client.demo.drive import tablet_names
from sajja_client.demo.figures import by_day, fold_logs
from sajja_client.demo.plan import DEFAULT_SEED, Plan, make_plan
from sajja_schemas.books import Books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, lines_of, read_body
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.postings import Line

# The whole term from the seed that people see, and the last three months from another: the same world, more on paper.
TERMS = {DEFAULT_SEED: rules.DEFAULT_TERM, 7: rules.Term(date(2020, 6, 1))}
SHORT = 7


@cache
def plan_of(seed: int) -> Plan:
    return make_plan(seed, TERMS[seed])


@cache
def logs_of(seed: int) -> list[Sequence[SignedEntry]]:
    plan = plan_of(seed)
    return [[line.entry for line in plan.log_of(tablet)] for tablet in tablet_names(plan_of(seed))]


@cache
def books_of(seed: int) -> Books:
    books, held = fold_logs(by_day(logs_of(seed)), rules.NETWORK, plan_of(seed).fingerprint)
    assert held == 0
    return books


@cache
def bodies_of(seed: int) -> list[tuple[str, Body]]:
    read = []
    for line in plan_of(seed).lines:
        body = read_body(line.entry.body)
        assert isinstance(body, Body)
        read.append((to_base64url(line.entry.hash), body))
    return read


def movements(seed: int) -> Iterator[tuple[Body, list[Line]]]:
    """Every entry with what it posts, in business order; a reversal posts the negation of its original."""
    entries = sorted(bodies_of(seed), key=lambda read: (read[1].date, read[1].recorded_at))
    known = dict(entries)
    for _hash, body in entries:
        if isinstance(body.event, EntryReversed):
            undone = lines_of(known[body.event.entry.hash])
            yield body, [(ledger, account, sub, -amount) for ledger, account, sub, amount in undone]
        else:
            yield body, lines_of(body)
