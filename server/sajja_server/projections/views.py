"""What people read: network totals, village status and balances, each with the last log index that it reflects.

Every query of a view runs in one snapshot, so a figure and the index beside it belong together.
"""

import msgspec

from sajja_schemas.calendar import business_date
from sajja_schemas.entry import to_base64url
from sajja_schemas.figures import ControlSums, read_bank, read_fund
from sajja_schemas.standing import Trust
from sajja_server.projections.memory import Memory
from sajja_server.store import evidence
from sajja_server.store.log import log_head
from sajja_server.store.pool import Connection, Pool

_FUNDS = ("welfare", "risk", "network")
_memory_decoder = msgspec.msgpack.Decoder(Memory)


async def network_totals(pool: Pool, network: str, now: int) -> dict[str, object]:
    """Members, money and funds of a network, and a row a village (docs/domain.md section 7)."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index, memory = await _state(connection, network)
        rows = await connection.fetch(
            "SELECT ledger, account, sum(amount_satang) FROM books.balance WHERE network = $1 GROUP BY 1, 2",
            network,
        )
        sums = {(ledger, account): int(amount) for ledger, account, amount in rows}
        people = await _people(connection, network)
        enrolled = await connection.fetchval(
            "SELECT count(*) FROM books.member WHERE network = $1 AND in_welfare > 0", network
        )
        quarantined = await connection.fetch(
            "SELECT code, count(*) FROM books.quarantined WHERE network = $1 GROUP BY 1 ORDER BY 1", network
        )
        rejected = await evidence.rejected_counts(connection, network)
        reflects = await connection.fetchval(
            "SELECT received_at FROM sajja.entry WHERE network = $1 AND index = $2", network, index
        )
        size = (await log_head(connection, network)).size
    trust = memory.trust if memory is not None else Trust(network=network, fingerprint="")
    last_date = max(memory.reached.values(), default=None) if memory is not None else None
    villages = _villages(trust, people, sums)
    funds: dict[str, dict[str, int]] = {fund: read_fund(fund, sums) for fund in _FUNDS}
    funds["welfare"]["enrolled"] = enrolled
    return {
        "network": network,
        "name": trust.name,
        "demonstration": trust.demonstration,
        "index": index,
        "entries": size,
        "reflects_received_at": reflects,
        # A tablet whose calendar is years ahead must not tell everybody what day it is.
        "last_business_date": min(last_date, business_date(now)) if last_date else None,
        "totals": _total(villages),
        "villages": villages,
        "funds": funds,
        "awaiting_approval": len(trust.awaiting),
        "in_transit": len(memory.transit) if memory is not None else 0,
        "quarantined": dict(map(tuple, quarantined)),
        "rejected": rejected,
    }


async def village_status(pool: Pool, network: str, now: int) -> dict[str, object]:
    """When each device was last heard, and what it has in the log."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index, _memory = await _state(connection, network)
        rows = await connection.fetch(
            """
            SELECT d.device, d.unit AS village, d.label, d.entries, d.sequence, d.last_index, d.last_received_at,
                   c.seen_at, d.revoked
            FROM books.device d LEFT JOIN sajja.device_contact c ON c.network = d.network AND c.device = d.device
            WHERE d.network = $1 ORDER BY d.unit, d.label, d.device
            """,
            network,
        )
    devices = [{**row, "device": to_base64url(row["device"])} for row in rows]
    return {"network": network, "index": index, "server_time": now, "devices": devices}


async def balances(pool: Pool, network: str, ledger: str | None) -> dict[str, object]:
    """Every balance that is not nothing, of one ledger or of all."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        index, _memory = await _state(connection, network)
        rows = await connection.fetch(
            """
            SELECT ledger, account, sub, amount_satang FROM books.balance
            WHERE network = $1 AND ($2::text IS NULL OR ledger = $2) AND amount_satang <> 0
            ORDER BY ledger, account, sub
            """,
            network,
            ledger,
        )
    return {
        "network": network,
        "index": index,
        "balances": [{**row, "amount_satang": int(row["amount_satang"])} for row in rows],
    }


async def _state(connection: Connection, network: str) -> tuple[int, Memory | None]:
    row = await connection.fetchrow("SELECT index, memory FROM books.state WHERE network = $1", network)
    # The tables know the index of the next entry; people are told the last one that is in the figures.
    return (row["index"] - 1, _memory_decoder.decode(row["memory"])) if row is not None else (-1, None)


async def _people(connection: Connection, network: str) -> dict[str, dict[str, int]]:
    rows = await connection.fetch(
        """
        SELECT village, count(*) AS members, count(*) FILTER (WHERE gender = 'female') AS women
        FROM books.member WHERE network = $1 AND in_bank > 0 GROUP BY village
        """,
        network,
    )
    return {row["village"]: {"members": row["members"], "women": row["women"]} for row in rows}


def _villages(trust: Trust, people: dict[str, dict[str, int]], sums: ControlSums) -> list[dict[str, object]]:
    nobody = {"members": 0, "women": 0}
    return [
        {"village": code, "moo": bank.moo, "name": bank.name, **people.get(code, nobody), **read_bank(code, sums)}
        for code, bank in sorted(trust.villages.items())
    ]


def _total(villages: list[dict[str, object]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for village in villages:
        for name, value in village.items():
            if isinstance(value, int) and name != "moo":
                totals[name] = totals.get(name, 0) + value
    return totals
