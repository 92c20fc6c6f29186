"""The network log in PostgreSQL: ingest, and reading by index, by feed and by device.

* An entry is added by one call of `sajja.ingest`, which takes the network's head row before anything else. Index
  order is commit order, so whoever reads up to an index has read everything up to it.
* Nothing here updates or removes an entry, and the role could not.
* No `ON CONFLICT DO NOTHING`: a repeated entry has a verdict of its own.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from sajja_schemas.chain import Judgement
from sajja_schemas.entry import SignedEntry
from sajja_schemas.verdicts import HeldCode, Verdict
from sajja_server.store.pool import Connection

_INGEST: Final = "SELECT * FROM sajja.ingest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"

_VERDICTS: Final = {verdict.value: verdict for verdict in Verdict}
_NOT_JUDGED: Final = Judgement(Verdict.HELD)  # no judgement of the database: it would have a code


class UnknownNetwork(LookupError):
    """No such network was admitted on this server."""


class LogHead(msgspec.Struct, frozen=True):
    """Where a network's log stands."""

    fingerprint: bytes
    size: int


class StoredEntry(msgspec.Struct, frozen=True):
    """An entry of the network log with what the server says of it."""

    index: int
    feed_sequence: int
    received_at: int
    device: bytes
    sequence: int
    hash: bytes
    key: bytes
    signature: bytes
    body: bytes


class StoredLeaf(msgspec.Struct, frozen=True):
    """An entry as far as its leaf needs it, with the hash that it is stored under."""

    index: int
    village: str
    feed_sequence: int
    received_at: int
    hash: bytes
    signature: bytes
    body: bytes


class LoggedBody(msgspec.Struct, frozen=True):
    """An entry as far as a fold needs it."""

    index: int
    received_at: int
    device: bytes
    hash: bytes
    body: bytes


class DeviceState(msgspec.Struct, frozen=True):
    """Where a device's log stands, and the hashes stored at a sequence that was asked for."""

    sequence: int
    hash: bytes | None
    at: list[bytes]
    forks: int = 0


async def add_network(connection: Connection, network: str, fingerprint: bytes) -> None:
    """Admit a network by its fingerprint; to admit it again changes nothing."""
    if await connection.fetchval("SELECT fingerprint FROM sajja.log_head WHERE network = $1", network) is None:
        await connection.execute(
            "INSERT INTO sajja.log_head (network, fingerprint) VALUES ($1, $2)", network, fingerprint
        )


async def networks(connection: Connection) -> dict[str, LogHead]:
    """Every network on this server."""
    rows = await connection.fetch("SELECT network, fingerprint, size FROM sajja.log_head ORDER BY network")
    return {row["network"]: LogHead(row["fingerprint"], row["size"]) for row in rows}


async def log_head(connection: Connection, network: str) -> LogHead:
    """Where a network's log stands.

    Raises:
        UnknownNetwork: it was never admitted here.
    """
    row = await connection.fetchrow("SELECT fingerprint, size FROM sajja.log_head WHERE network = $1", network)
    if row is None:
        raise UnknownNetwork(network)
    return LogHead(row["fingerprint"], row["size"])


async def last_received(connection: Connection, network: str) -> int:
    """When the newest entry came in, by the clock of whoever took it in; 0 where there is none."""
    found: int | None = await connection.fetchval(
        "SELECT received_at FROM sajja.entry WHERE network = $1 ORDER BY index DESC LIMIT 1", network
    )
    return found or 0


async def ingest(
    connection: Connection,
    network: str,
    entries: Sequence[SignedEntry],
    enrolled: Sequence[bool],
    received_at: int,
) -> list[Judgement]:
    """Judge, number and store entries whose signatures are valid; a judgement for each, in their order.

    When this returns, what was merged is durable. When it raises, nothing was stored, or all of it was: the caller
    cannot know which, and need not, for the same entries offered again are `duplicate`.
    """
    runs = _runs(entries, enrolled)
    firsts = [entries[run.first] for run in runs]
    rows = await connection.fetch(
        _INGEST,
        network,
        received_at,
        [entry.device for entry in firsts],
        [entry.key for entry in firsts],
        [enrolled[run.first] for run in runs],
        [entry.village for entry in firsts],
        [run.count for run in runs],
        [entry.sequence for entry in firsts],
        [entry.previous for entry in firsts],
        [entries[run.first + run.count - 1].hash for run in runs],
        [entry.hash for entry in entries],
        [entry.body for entry in entries],
        [entry.signature for entry in entries],
    )
    judgements = [_NOT_JUDGED] * len(entries)
    for place, count, name, code, index in rows:
        verdict = _VERDICTS[name]
        for at in range(count):
            judgements[place - 1 + at] = Judgement(
                verdict, HeldCode(code) if code else None, index + at if index is not None else None
            )
    assert _NOT_JUDGED not in judgements, "every entry of a call is judged"
    return judgements


class _Run(msgspec.Struct):
    """Entries that follow each other in one device's log, in one feed: from which on, and how many."""

    first: int
    count: int


def _runs(entries: Sequence[SignedEntry], enrolled: Sequence[bool]) -> list[_Run]:
    runs: list[_Run] = []
    last: SignedEntry | None = None
    for at, entry in enumerate(entries):
        if (
            last is not None
            and entry.previous == last.hash
            and entry.sequence == last.sequence + 1
            and entry.device == last.device
            and entry.village == last.village
            and enrolled[at] is enrolled[at - 1]
        ):
            runs[-1].count += 1
        else:
            runs.append(_Run(at, 1))
        last = entry
    return runs


async def indexes_of(
    connection: Connection, network: str, places: Sequence[tuple[bytes, int, bytes]]
) -> list[int | None]:
    """The index of each (device, sequence, hash) that is stored, None for the others."""
    rows = await connection.fetch(
        """
        SELECT (SELECT e.index FROM sajja.entry e WHERE e.network = $1 AND e.device = p.device
                AND e.sequence = p.sequence AND e.hash = p.hash) AS index
        FROM unnest($2::bytea[], $3::bigint[], $4::bytea[]) WITH ORDINALITY AS p (device, sequence, hash, ord)
        ORDER BY ord
        """,
        network,
        [place[0] for place in places],
        [place[1] for place in places],
        [place[2] for place in places],
    )
    return [row["index"] for row in rows]


async def read_log(connection: Connection, network: str, first: int, limit: int) -> list[StoredEntry]:
    """Entries from an index on, in index order."""
    return await _read(
        connection, "e.network = $1 AND e.index >= $2 ORDER BY e.index LIMIT $3", (network, first, limit)
    )


async def read_bodies(connection: Connection, network: str, first: int, limit: int) -> list[LoggedBody]:
    """What a fold needs of entries from an index on, in index order."""
    rows = await connection.fetch(
        """
        SELECT index, received_at, device, hash, body FROM sajja.entry
        WHERE network = $1 AND index >= $2 ORDER BY index LIMIT $3
        """,
        network,
        first,
        limit,
    )
    return [LoggedBody(*row) for row in rows]


async def read_leaves(connection: Connection, network: str, first: int, limit: int) -> list[StoredLeaf]:
    """What the tree needs of entries from an index on, in index order."""
    rows = await connection.fetch(
        """
        SELECT index, village, feed_sequence, received_at, hash, signature, body FROM sajja.entry
        WHERE network = $1 AND index >= $2 ORDER BY index LIMIT $3
        """,
        network,
        first,
        limit,
    )
    return [StoredLeaf(*row) for row in rows]


async def read_feed(connection: Connection, network: str, village: str, after: int, limit: int) -> list[StoredEntry]:
    """A village's entries after a feed sequence, in feed order."""
    return await _read(
        connection,
        "e.network = $1 AND e.village = $2 AND e.feed_sequence > $3 ORDER BY e.feed_sequence LIMIT $4",
        (network, village, after, limit),
    )


async def feed_hash(connection: Connection, network: str, village: str, feed_sequence: int) -> bytes | None:
    """The hash of the entry at a feed sequence: whether a cursor still matches costs one indexed read."""
    found: bytes | None = await connection.fetchval(
        "SELECT hash FROM sajja.entry WHERE network = $1 AND village = $2 AND feed_sequence = $3",
        network,
        village,
        feed_sequence,
    )
    return found


async def bodies_of(
    connection: Connection, network: str, refs: Sequence[tuple[bytes, int, bytes]], *, before: int
) -> list[bytes]:
    """The bodies of those (device, sequence, hash) that are stored before an index."""
    rows = await connection.fetch(
        """
        SELECT e.body FROM unnest($2::bytea[], $3::bigint[], $4::bytea[]) AS r (device, sequence, hash)
        JOIN sajja.entry e ON e.network = $1 AND e.device = r.device AND e.sequence = r.sequence AND e.hash = r.hash
        WHERE e.index < $5
        """,
        network,
        [ref[0] for ref in refs],
        [ref[1] for ref in refs],
        [ref[2] for ref in refs],
        before,
    )
    return [row["body"] for row in rows]


async def device_state(connection: Connection, network: str, device: bytes, at: int | None) -> DeviceState:
    """Where a device's log stands."""
    row = await connection.fetchrow(
        "SELECT sequence, hash, forks FROM sajja.device_head WHERE network = $1 AND device = $2", network, device
    )
    hashes: list[bytes] = []
    if at is not None:
        rows = await connection.fetch(
            "SELECT hash FROM sajja.entry WHERE network = $1 AND device = $2 AND sequence = $3 ORDER BY index LIMIT 10",
            network,
            device,
            at,
        )
        hashes = [found["hash"] for found in rows]
    if row is None:
        return DeviceState(0, None, hashes)
    return DeviceState(row["sequence"], row["hash"], hashes, row["forks"])


async def _read(connection: Connection, where: str, arguments: tuple[object, ...]) -> list[StoredEntry]:
    # `where` is one of the two constants above, never anything that came from outside.
    rows = await connection.fetch(
        f"""
        SELECT e.index, e.feed_sequence, e.received_at, e.device, e.sequence, e.hash, d.key, e.signature, e.body
        FROM sajja.entry e JOIN sajja.device_head d ON d.network = e.network AND d.device = e.device
        WHERE {where}
        """,  # noqa: S608  # see the comment above
        *arguments,
    )
    return [StoredEntry(*row) for row in rows]
