"""The books of a network, kept in PostgreSQL: read once at the start, then only what changed is written.

State and index commit together, so after any crash the fold goes on exactly where its tables stand. What the tables
cannot hold as rows (who may do what, what waits for approval) is one blob of plain data beside the index.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from sajja_schemas.books import Books, Change, open_books
from sajja_schemas.bylaws.history import RulesetHistory
from sajja_schemas.chain import DeclaredGap
from sajja_schemas.entry import device_of, from_base64url, to_base64url
from sajja_schemas.periods import Periods
from sajja_schemas.standing import Trust
from sajja_schemas.transit import Transit
from sajja_schemas.verdicts import Effect
from sajja_server.projections import findings, registers
from sajja_server.store import checkpoints
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection

# Raised whenever the fold's meaning or the shape of its memory changes: older tables are then folded again from zero.
VERSION: Final = 15


class Memory(msgspec.Struct):
    """The part of the books that is no table."""

    trust: Trust
    reached: dict[str, date]
    rulesets: RulesetHistory
    transit: dict[str, Transit]
    periods: Periods
    reversed: dict[str, str]
    expected: dict[str, list[str]]


class DeviceCount(msgspec.Struct):
    """What a device has in the log, and what its row says of it."""

    entries: int = 0
    last_index: int | None = None
    last_received_at: int | None = None
    is_revoked: bool = False


_decoder: Final = msgspec.msgpack.Decoder(Memory)
_encoder: Final = msgspec.msgpack.Encoder()


async def load(connection: Connection, network: str, fingerprint: str) -> tuple[Books, dict[str, DeviceCount]]:
    """The books as they stand, or empty ones where there are none of this version."""
    books = await stored(connection, network)
    if books is None:
        await forget(connection, network)
        return open_books(network, fingerprint), {}
    counts = {
        to_base64url(device): DeviceCount(*rest)
        for device, *rest in await connection.fetch(
            "SELECT device, entries, last_index, last_received_at, revoked FROM books.device WHERE network = $1",
            network,
        )
    }
    return books, counts


async def stored(connection: Connection, network: str) -> Books | None:
    """The books as the tables hold them; None where there are none of this version."""
    row = await connection.fetchrow("SELECT version, index, memory FROM books.state WHERE network = $1", network)
    if row is None or row["version"] != VERSION:
        return None
    memory = _decoder.decode(row["memory"])
    books = Books(
        trust=memory.trust,
        index=row["index"],
        reached=memory.reached,
        rulesets=memory.rulesets,
        transit=memory.transit,
        registers=await registers.load(connection, network),
        findings=await findings.load_kept(connection, network),
        periods=memory.periods,
        reversed=memory.reversed,
        expected=memory.expected,
    )
    for ledger, account, sub, amount in await connection.fetch(
        "SELECT ledger, account, sub, amount_satang FROM books.balance WHERE network = $1", network
    ):
        books.balances[ledger, account, sub] = int(amount)
    for entry_hash, code in await connection.fetch(
        "SELECT hash, code FROM books.quarantined WHERE network = $1", network
    ):
        books.quarantined[to_base64url(entry_hash)] = Effect(code)
    return books


async def enrolled_units(connection: Connection, network: str) -> dict[bytes, str]:
    """Every device that was ever enrolled, and the unit it speaks for."""
    rows = await connection.fetch("SELECT device, unit FROM books.device WHERE network = $1", network)
    return {row["device"]: row["unit"] for row in rows}


async def is_revoked(connection: Connection, network: str, device: bytes) -> bool:
    """Whether a device has been revoked, as far as the books have come."""
    return bool(
        await connection.fetchval(
            "SELECT revoked FROM books.device WHERE network = $1 AND device = $2", network, device
        )
    )


async def folded_to(connection: Connection, network: str) -> int:
    """The index of the next entry that the books will fold."""
    return await connection.fetchval("SELECT index FROM books.state WHERE network = $1", network) or 0


async def enrolled_key(connection: Connection, network: str, device: bytes) -> bytes:
    """The key of an enrolled device."""
    key: bytes = await connection.fetchval(
        "SELECT key FROM books.device WHERE network = $1 AND device = $2", network, device
    )
    assert device_of(key) == device, "a device is named after its key"
    return key


async def forget(connection: Connection, network: str) -> None:
    """Drop everything derived of one network. The log is not touched."""
    for table in (
        "state", "balance", "register", "quarantined", "device", "kept_finding", "finding", "finding_state",
        "erased", "public_log", "witness", "contradiction", "gap",
    ):  # fmt: skip
        await connection.execute(f"DELETE FROM books.{table} WHERE network = $1", network)  # noqa: S608  # our own names


def count_devices(counts: dict[str, DeviceCount], entries: Iterable[LoggedBody]) -> set[str]:
    """Count entries by device; gives the devices that changed."""
    touched = set()
    for entry in entries:
        device = to_base64url(entry.device)
        count = counts.setdefault(device, DeviceCount())
        count.entries += 1
        count.last_index, count.last_received_at = entry.index, entry.received_at
        touched.add(device)
    return touched


async def save(
    connection: Connection,
    books: Books,
    changes: Iterable[Change],
    counts: dict[str, DeviceCount],
    touched_devices: set[str],
) -> None:
    """Write what changed, and the index, in the caller's transaction."""
    network = books.trust.network
    await _save_balances(connection, network, books)
    await registers.save(connection, network, books.registers)
    await findings.save_kept(connection, books)
    await _save_effects(connection, network, changes)
    await _save_devices(connection, books, counts, touched_devices)
    await save_gaps(connection, network, _declared(books.trust))
    facts = checkpoints.PublicFacts(log=books.trust.public_log, demonstration=books.trust.demonstration)
    await checkpoints.save_facts(connection, network, facts)
    memory = Memory(
        trust=books.trust,
        reached=books.reached,
        rulesets=books.rulesets,
        transit=books.transit,
        periods=books.periods,
        reversed=books.reversed,
        expected=books.expected,
    )
    await connection.execute(
        """
        INSERT INTO books.state (network, version, index, memory) VALUES ($1, $2, $3, $4)
        ON CONFLICT (network) DO UPDATE
            SET version = excluded.version, index = excluded.index, memory = excluded.memory
        """,
        network,
        VERSION,
        books.index,
        _encoder.encode(memory),
    )


async def save_gaps(connection: Connection, network: str, gaps: Iterable[DeclaredGap]) -> None:
    """Let admission know where logs go on behind entries that are lost."""
    for gap in gaps:  # few, if any
        await connection.execute(
            """
            INSERT INTO books.gap (network, device, last_sequence, last_hash, next_sequence, next_previous)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """,
            network,
            gap.device,
            gap.last_sequence,
            gap.last_hash,
            gap.next_sequence,
            gap.next_previous,
        )


def _declared(trust: Trust) -> list[DeclaredGap]:
    return [
        DeclaredGap(
            device=from_base64url(device, 32),
            last_sequence=gap.last_sequence,
            last_hash=from_base64url(gap.last_hash, 32),
            next_sequence=gap.next_sequence,
            next_previous=from_base64url(gap.next_previous, 32),
        )
        for device, gaps in trust.gaps.items()
        for gap in gaps
    ]


async def _save_balances(connection: Connection, network: str, books: Books) -> None:
    touched = list(books.touched_balances)
    if touched:
        await connection.execute(
            """
            INSERT INTO books.balance (network, ledger, account, sub, amount_satang)
            SELECT $1, * FROM unnest($2::text[], $3::int[], $4::text[], $5::numeric[])
            ON CONFLICT (network, ledger, account, sub) DO UPDATE SET amount_satang = excluded.amount_satang
            """,
            network,
            [key[0] for key in touched],
            [key[1] for key in touched],
            [key[2] for key in touched],
            [books.balances[key] for key in touched],
        )


async def _save_effects(connection: Connection, network: str, changes: Iterable[Change]) -> None:
    last = dict(changes)  # an entry may wait and count within one batch: only how it ends is written
    counted = [from_base64url(name, 32) for name, code in last.items() if code is Effect.COUNTED]
    others = {from_base64url(name, 32): code for name, code in last.items() if code is not Effect.COUNTED}
    if counted:
        await connection.execute(
            "DELETE FROM books.quarantined WHERE network = $1 AND hash = ANY ($2::bytea[])", network, counted
        )
    if others:
        await connection.execute(
            """
            INSERT INTO books.quarantined (network, hash, code) SELECT $1, * FROM unnest($2::bytea[], $3::text[])
            ON CONFLICT (network, hash) DO UPDATE SET code = excluded.code
            """,
            network,
            list(others),
            [code.value for code in others.values()],
        )


async def _save_devices(
    connection: Connection, books: Books, counts: dict[str, DeviceCount], touched: set[str]
) -> None:
    names = [
        name
        for name, device in books.trust.devices.items()
        if name in touched or name not in counts or counts[name].is_revoked is not device.revoked
    ]
    devices = [books.trust.devices[name] for name in names]
    found = [counts.setdefault(name, DeviceCount()) for name in names]
    for count, device in zip(found, devices, strict=True):
        count.is_revoked = device.revoked
    await connection.execute(
        """
        INSERT INTO books.device (network, device, key, unit, label, revoked, entries, sequence, last_index,
                                  last_received_at)
        SELECT $1, * FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::boolean[], $7::bigint[],
                                 $8::bigint[], $9::bigint[], $10::bigint[])
        ON CONFLICT (network, device) DO UPDATE SET revoked = excluded.revoked, entries = excluded.entries,
            sequence = excluded.sequence, last_index = excluded.last_index,
            last_received_at = excluded.last_received_at
        """,
        books.trust.network,
        [from_base64url(name, 32) for name in names],
        [from_base64url(device.key, 32) for device in devices],
        [device.unit for device in devices],
        [device.label for device in devices],
        [device.revoked for device in devices],
        [count.entries for count in found],
        [device.sequence for device in devices],
        [count.last_index for count in found],
        [count.last_received_at for count in found],
    )
