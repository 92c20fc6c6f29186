"""What the tests about order share: the year told once, how many orders are tried, and balances to compare."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sajja_schemas.books import Balance, Books
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events import Body, read_body, tag_of
from scenario.closing import tell

TOLD, RESULT = tell()  # who changes it takes a copy

orders = st.integers(min_value=0, max_value=2**32 - 1)
each_order = settings(
    max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def balances(books: Books) -> dict[Balance, int]:
    """What stands anywhere."""
    return {balance: amount for balance, amount in books.balances.items() if amount}


def balances_of(books: Books, ledger: str) -> dict[Balance, int]:
    """What stands in one ledger."""
    return {balance: amount for balance, amount in balances(books).items() if balance[0] == ledger}


def body_of(entry: SignedEntry) -> Body:
    """What an entry says."""
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body


def tag(entry: SignedEntry) -> str:
    """The tag of an entry's event."""
    return tag_of(body_of(entry).event)
