"""What this device knows, line by line: the feeds that it has pulled in network order, then its own unsynced lines.

The same lines that the books are folded from, with their keys and signatures, so that nothing that leaves by `export`
is less than what is here.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import msgspec

from sajja_client.home import Home
from sajja_client.store import open_store
from sajja_schemas.entry import SignedEntry, from_base64url, read_entry, to_base64url
from sajja_schemas.events import Body, read_body


class Recorded(msgspec.Struct, frozen=True):
    """A line that this device holds."""

    entry: SignedEntry
    index: int | None  # its place in the network log; None where only this device has it

    @property
    def hash(self) -> str:
        """How bodies and receipts name it."""
        return to_base64url(self.entry.hash)

    @property
    def body(self) -> Body | None:
        """Its meaning; None where this version knows none."""
        body = read_body(self.entry.body)
        return body if isinstance(body, Body) else None


_FEEDS = (
    "SELECT key, signature, body, network_index FROM feed_line"
    " JOIN feed ON feed.village = feed_line.village AND feed.folded = feed_line.epoch ORDER BY network_index"
)
_OWN = (
    "SELECT signature, body FROM log WHERE NOT EXISTS (SELECT 1 FROM feed_line"
    " JOIN feed ON feed.village = feed_line.village AND feed.folded = feed_line.epoch"
    " WHERE feed_line.hash = log.hash) ORDER BY sequence"
)
_COUNT = (
    "SELECT (SELECT count(*) FROM feed_line JOIN feed ON feed.village = feed_line.village"
    " AND feed.folded = feed_line.epoch) + (SELECT count(*) FROM log)"
)


def recorded(home: Home) -> Iterator[Recorded]:
    """Every line, in one reading of the file. It needs no connection and no lock.

    Raises:
        NotAHome, KeyMissing, KeyFileTooOpen, DemonstrationKeyRefused: as `Home` says.
    """
    key = home.device_key().key.public
    with closing(_open(home)) as connection:
        for line_key, signature, body, index in connection.execute(_FEEDS):
            yield Recorded(read_entry(line_key, signature, body), index)
        for signature, body in connection.execute(_OWN):
            yield Recorded(read_entry(key, signature, body), None)


def count(home: Home) -> int:
    """How many lines there are to read, at most."""
    with closing(_open(home)) as connection:
        return int(connection.execute(_COUNT).fetchone()[0])


def with_hash(home: Home, name: str) -> Recorded | None:
    """The line of an entry."""
    wanted = from_base64url(name, 32)
    return next((line for line in recorded(home) if line.entry.hash == wanted), None)


def _open(home: Home) -> sqlite3.Connection:
    home.pin()
    connection = open_store(home.log_path)
    connection.execute("BEGIN")  # one snapshot: what is pulled meanwhile is read next time, wholly
    return connection
