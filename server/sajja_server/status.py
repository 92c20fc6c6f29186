"""What an operator asks: which networks, how long their logs are, how far books and publishing are behind; and whether
what is stored is what was published.
"""

from pathlib import Path
from typing import Any

import msgspec

from sajja_schemas.entry import to_base64url
from sajja_server.growth import LogDamaged, roots_of_stored
from sajja_server.projections.views import undigested_entries
from sajja_server.signer import Signer, SignerRefuses
from sajja_server.store import checkpoints, evidence
from sajja_server.store import log as store
from sajja_server.store.pool import Connection, open_pool


class Verified(msgspec.Struct, frozen=True):
    """What came of comparing a network's stored entries with what was published of them."""

    network: str
    size: int
    checkpoints: int
    problem: str | None


async def verify_networks(database_url: str, role: str | None, signer: str) -> list[Verified]:
    """Rebuild every tree from the stored bytes, and compare.

    Raises:
        StoreUnfit: the database is not fit to serve from.
    """
    pool = await open_pool(database_url, 2, role=role)
    try:
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            return [
                await _verify(connection, name, head.size, signer)
                for name, head in (await store.networks(connection)).items()
            ]
    finally:
        await pool.close()


async def _verify(connection: Connection, name: str, size: int, signer: str) -> Verified:
    facts = await checkpoints.public_facts(connection, name)
    origin = facts.log.origin if facts is not None else ""
    published = await checkpoints.every_checkpoint(connection, name, origin)
    expected = [(one.size, one.root) for one in published]
    problem = None
    try:
        last = Signer(Path(signer), name).last() if signer else None
        if last is not None and last.origin == origin:
            expected.append((last.size, last.root))
        roots = await roots_of_stored(connection, name, [size, *(at for at, _root in expected if at <= size)])
        differing = next((at for at, root in expected if roots.get(at) != root), None)
        if differing is not None:
            problem = (
                f"ราก ณ {differing} รายการไม่ตรงกับที่ประกาศ · the root over the first {differing} entries is not the one"
                " that was published"
            )
    except (LogDamaged, SignerRefuses) as error:
        problem = str(error)
    return Verified(name, size, len(published), problem)


async def network_status(database_url: str, role: str | None) -> dict[str, Any]:
    """Every network with its fingerprint, size, lag and rejected lines.

    Raises:
        StoreUnfit: the database is not fit to serve from.
    """
    pool = await open_pool(database_url, 2, role=role)
    try:
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            found = []
            for name, head in (await store.networks(connection)).items():
                index = await connection.fetchval("SELECT index FROM books.state WHERE network = $1", name)
                contradictions = await connection.fetchval(
                    "SELECT count(*) FROM books.contradiction WHERE network = $1", name
                )
                undigested = await undigested_entries(connection, name)
                rejected = await evidence.rejected_counts(connection, name)
                newest = await checkpoints.newest(connection, name)
                found.append(
                    {
                        "network": name,
                        "fingerprint": to_base64url(head.fingerprint),
                        "size": head.size,
                        "lag_entries": head.size - (index or 0),
                        "published": newest.size if newest is not None else 0,
                        "contradictions": contradictions,  # villages that have verified another log
                        "undigested": undigested,  # entries that our own code could not read: a mistake of ours
                        "rejected": sum(rejected.values()),
                    }
                )
    finally:
        await pool.close()
    return {"networks": found}


async def rejected_lines(database_url: str, role: str | None, network: str, limit: int) -> list[dict[str, Any]]:
    """The newest lines that were rejected, of the bounded sample that is kept as evidence.

    Raises:
        StoreUnfit: the database is not fit to serve from.
    """
    pool = await open_pool(database_url, 2, role=role)
    try:
        async with pool.acquire() as connection:
            found = await evidence.sample(connection, network, limit)
    finally:
        await pool.close()
    return [
        {
            "id": row.id,
            "code": row.code,
            "received_at": row.received_at,
            "sent_by": to_base64url(row.sent_by),
            "unit": row.unit,
            "line": row.line.decode("utf-8", "backslashreplace"),
        }
        for row in found
    ]
