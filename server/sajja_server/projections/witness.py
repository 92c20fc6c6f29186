"""The villages witness the server: what each device acknowledged is compared with what was published.

* A body may carry `ack`: the last checkpoint that its device has verified. It is signed with the entry, so nobody can
  say it for a village, and it stays in the log for ever.
* A checkpoint is in the table before anybody can see it. So an acknowledgement that is not there, or has another root,
  is of a log that this one is not: it was rewritten, it lost what was published, or two of them are shown.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from sajja_schemas.entry import OFFICE, from_base64url, to_base64url
from sajja_schemas.events import Ack
from sajja_schemas.findings import Finding
from sajja_schemas.registers import resolutions
from sajja_schemas.rules.beside import LOG_CONTRADICTED, log_contradicted
from sajja_server.projections import registers
from sajja_server.store.checkpoints import published_roots
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection, Pool

_START: Final = b'{"ack":{'  # in canonical JSON no other field can come first
SHOWN_MAX: Final = 100


class _Acknowledging(msgspec.Struct, frozen=True):
    ack: Ack


class Acknowledged(msgspec.Struct, frozen=True):
    """What a device says that it has verified."""

    index: int
    device: bytes
    origin: str
    size: int
    root: bytes


_decoder: Final = msgspec.json.Decoder(_Acknowledging)


def acknowledgements(entries: Sequence[LoggedBody]) -> list[Acknowledged]:
    """The acknowledgements in entries, in their order. One that cannot be read is none."""
    found = []
    for entry in entries:
        if entry.body.startswith(_START):
            try:
                ack = _decoder.decode(entry.body).ack
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            found.append(Acknowledged(entry.index, entry.device, ack.origin, ack.size, from_base64url(ack.root, 32)))
    return found


async def save_witnesses(connection: Connection, network: str, acks: Sequence[Acknowledged]) -> list[Acknowledged]:
    """Write down who has witnessed what, in the caller's transaction; gives what contradicts the published."""
    if not acks:
        return []
    published = await published_roots(connection, network, [(ack.origin, ack.size) for ack in acks])
    agreeing = {ack.device: ack for ack, root in zip(acks, published, strict=True) if ack.root == root}
    others = [ack for ack, root in zip(acks, published, strict=True) if ack.root != root]
    await connection.executemany(
        """
        INSERT INTO witness (network, index, device, origin, size, root) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (network, device) DO UPDATE
            SET index = excluded.index, origin = excluded.origin, size = excluded.size, root = excluded.root
        """,
        [(network, *msgspec.structs.astuple(ack)) for ack in agreeing.values()],
    )
    await connection.executemany(
        "INSERT INTO contradiction (network, index, device, origin, size, root) VALUES ($1, $2, $3, $4, $5, $6)",
        [(network, *msgspec.structs.astuple(ack)) for ack in others],
    )
    return others


async def witnesses(pool: Pool, network: str) -> dict[str, Any]:
    """Which device has witnessed what, and every acknowledgement that contradicts what was published."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index = await connection.fetchval("SELECT index FROM state WHERE network = $1", network)
        agreeing = await connection.fetch(
            """
            SELECT w.device, d.unit, w.origin, w.size, w.index FROM witness w
            LEFT JOIN device d ON d.network = w.network AND d.device = w.device
            WHERE w.network = $1 ORDER BY w.size DESC, w.device
            """,
            network,
        )
        others = await connection.fetch(
            """
            SELECT o.index, o.device, d.unit, o.origin, o.size, o.root, c.root AS published
            FROM contradiction o
            LEFT JOIN device d ON d.network = o.network AND d.device = o.device
            LEFT JOIN sajja.checkpoint c ON c.network = o.network AND c.origin = o.origin AND c.size = o.size
            WHERE o.network = $1 ORDER BY o.index LIMIT $2
            """,
            network,
            SHOWN_MAX,
        )
    return {
        "network": network,
        "index": (index or 0) - 1,
        "witnesses": [_row(row) for row in agreeing],
        "contradictions": [_row(row) for row in others],
    }


async def contradicted(pool: Pool, network: str) -> list[Finding]:
    """The acknowledgements that contradict what was published, as far as no officers have settled that."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.fetch(
            """
            SELECT e.device, e.sequence, d.unit, d.label, o.origin, o.size, o.root FROM contradiction o
            JOIN sajja.entry e ON e.network = o.network AND e.index = o.index
            LEFT JOIN device d ON d.network = o.network AND d.device = o.device
            WHERE o.network = $1 ORDER BY o.index LIMIT $2
            """,
            network,
            SHOWN_MAX,
        )
        found = []
        for row in rows:
            name = to_base64url(row["device"])
            place = (name, row["sequence"])
            root = to_base64url(row["root"])
            label = row["label"] or name[:8]
            found.append(log_contradicted(row["unit"] or OFFICE, label, place, row["origin"], row["size"], root))
        if not found:
            return []
        names = [LOG_CONTRADICTED.code, *(one.name for one in found)]
        settled = await registers.load(connection, network, [resolutions.REGISTER], names)
    return [one for one in found if not resolutions.is_settled(settled, one.code, one.name, one.entries)]


def _row(row: Any) -> dict[str, Any]:
    return {name: to_base64url(value) if isinstance(value, bytes) else value for name, value in row.items()}
