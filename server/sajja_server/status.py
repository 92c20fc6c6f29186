"""What an operator asks first: which networks, how long their logs are, how far the books are behind."""

from typing import Any

from sajja_schemas.entry import to_base64url
from sajja_server.store import evidence
from sajja_server.store import log as store
from sajja_server.store.pool import open_pool


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
                rejected = await evidence.rejected_counts(connection, name)
                found.append(
                    {
                        "network": name,
                        "fingerprint": to_base64url(head.fingerprint),
                        "size": head.size,
                        "lag_entries": head.size - (index or 0),
                        "rejected": sum(rejected.values()),
                    }
                )
    finally:
        await pool.close()
    return {"networks": found}
