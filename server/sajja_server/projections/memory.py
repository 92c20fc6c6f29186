"""The books of a network, kept in PostgreSQL: read once at the start, then only what changed is written.

State and index commit together, so after any crash the fold goes on exactly where its tables stand. What has no table
of its own (who may do what, what waits for approval) is kept in rows as well: see `kept`.

Tables are named here without a schema: a connection of the pool reads the live build of each network, and a transaction
that was aimed (`builds.aim`) reads and writes the build that it was aimed at.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from sajja_schemas.books import Books, open_books
from sajja_schemas.chain import DeclaredGap
from sajja_schemas.entry import device_of, from_base64url, to_base64url
from sajja_schemas.standing import Trust
from sajja_schemas.verdicts import Effect
from sajja_server.projections import findings, kept, registers
from sajja_server.store import checkpoints
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection

# Raised whenever the fold's meaning or the shape of its memory changes: a server then builds the books anew beside the
# live ones, and switches to them for the reason that is written here.
VERSION: Final = 20
CHANGED: Final = "a death, what was paid on a loan, whose approval came first and when it rests are known by their day"
# What the publisher asks of the books; it has no fold of its own.
_FACTS: Final = frozenset({("trust", "public_log"), ("trust", "demonstration")})
_GAPS: Final = ("trust", "gaps")


class DeviceCount(msgspec.Struct):
    """What a device has in the log."""

    entries: int = 0
    last_index: int | None = None
    last_received_at: int | None = None


class Memory(msgspec.Struct):
    """The books, and what is known of their tables: what stands there need not be written again."""

    books: Books
    counts: dict[str, DeviceCount] = {}
    written: dict[kept.Row, bytes] = {}


async def load(connection: Connection, network: str, fingerprint: str) -> Memory:
    """The books as they stand, or empty ones where there are none of this version."""
    memory = await stored(connection, network)
    if memory is None:
        memory = Memory(open_books(network, fingerprint))
        kept.track(memory.books)
        return memory
    for device, *rest in await connection.fetch(
        "SELECT device, entries, last_index, last_received_at FROM device WHERE network = $1", network
    ):
        memory.counts[to_base64url(device)] = DeviceCount(*rest)
    return memory


async def stored(connection: Connection, network: str, *, of_any_version: bool = False) -> Memory | None:
    """The books as the tables hold them; None where there are none of this version.

    `of_any_version` is for who only reads: what another version wrote is not to be gone on with.
    """
    row = await connection.fetchrow("SELECT version, index FROM state WHERE network = $1", network)
    if row is None or (row["version"] != VERSION and not of_any_version):
        return None
    books, written = await kept.load(connection, network)
    books.index = row["index"]
    books.registers = await registers.load(connection, network)
    books.findings = await findings.load_kept(connection, network)
    for ledger, account, sub, amount in await connection.fetch(
        "SELECT ledger, account, sub, amount_satang FROM balance WHERE network = $1", network
    ):
        books.balances[ledger, account, sub] = int(amount)
    rows = await connection.fetch("SELECT hash, code FROM quarantined WHERE network = $1", network)
    books.quarantined = kept.Kept({to_base64url(entry_hash): Effect(code) for entry_hash, code in rows})
    return Memory(books, written=written)


async def enrolled_units(connection: Connection, network: str) -> dict[bytes, str]:
    """Every device that was ever enrolled, and the unit it speaks for."""
    rows = await connection.fetch("SELECT device, unit FROM device WHERE network = $1", network)
    return {row["device"]: row["unit"] for row in rows}


async def is_revoked(connection: Connection, network: str, device: bytes) -> bool:
    """Whether a device has been revoked, as far as the books have come."""
    return bool(
        await connection.fetchval("SELECT revoked FROM device WHERE network = $1 AND device = $2", network, device)
    )


async def folded_to(connection: Connection, network: str) -> int:
    """The index of the next entry that the books will fold."""
    return await connection.fetchval("SELECT index FROM state WHERE network = $1", network) or 0


async def enrolled_key(connection: Connection, network: str, device: bytes) -> bytes:
    """The key of an enrolled device."""
    key: bytes = await connection.fetchval("SELECT key FROM device WHERE network = $1 AND device = $2", network, device)
    assert device_of(key) == device, "a device is named after its key"
    return key


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


async def save(connection: Connection, memory: Memory, devices_touched: set[str]) -> dict[kept.Row, bytes]:
    """Write what changed, and the index, in the caller's aimed transaction; gives what to `settle` once committed."""
    books = memory.books
    network = books.trust.network
    await _save_balances(connection, network, books)
    await registers.save(connection, network, books.registers)
    await findings.save_kept(connection, books)
    await _save_effects(connection, network, books)
    compared = await kept.save(connection, books, memory.written)
    devices_changed = {name for part, name in compared if part == kept.DEVICES}
    await _save_devices(connection, books, memory.counts, devices_touched | devices_changed)
    if _GAPS in compared:
        await save_gaps(connection, network, _declared(books.trust))
    if not _FACTS.isdisjoint(compared):
        facts = checkpoints.PublicFacts(log=books.trust.public_log, demonstration=books.trust.demonstration)
        await checkpoints.save_facts(connection, network, facts)
    await connection.execute(
        """
        INSERT INTO state (network, version, index) VALUES ($1, $2, $3)
        ON CONFLICT (network) DO UPDATE SET version = excluded.version, index = excluded.index
        """,
        network,
        VERSION,
        books.index,
    )
    return compared


def settle(memory: Memory, compared: dict[kept.Row, bytes]) -> None:
    """What was saved is committed: nothing is touched any more."""
    books = memory.books
    memory.written |= compared
    kept.settle(books)
    books.touched_balances.clear()
    books.touched_findings.clear()
    books.touched_failures.clear()
    books.registers.touched.clear()


async def save_gaps(connection: Connection, network: str, gaps: Iterable[DeclaredGap]) -> None:
    """Let admission know where logs go on behind entries that are lost."""
    for gap in gaps:  # few, if any
        await connection.execute(
            """
            INSERT INTO gap (network, device, last_sequence, last_hash, next_sequence, next_previous)
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
            INSERT INTO balance (network, ledger, account, sub, amount_satang)
            SELECT $1, * FROM unnest($2::text[], $3::int[], $4::text[], $5::numeric[])
            ON CONFLICT (network, ledger, account, sub) DO UPDATE SET amount_satang = excluded.amount_satang
            """,
            network,
            [key[0] for key in touched],
            [key[1] for key in touched],
            [key[2] for key in touched],
            [books.balances[key] for key in touched],
        )


async def _save_effects(connection: Connection, network: str, books: Books) -> None:
    quarantined = books.quarantined
    assert isinstance(quarantined, kept.Kept), "who saves books has tracked them"
    others = {from_base64url(name, 32): quarantined[name] for name in quarantined.touched if name in quarantined}
    counted = [from_base64url(name, 32) for name in quarantined.touched if name not in quarantined]
    if counted:
        await connection.execute(
            "DELETE FROM quarantined WHERE network = $1 AND hash = ANY ($2::bytea[])", network, counted
        )
    if others:
        await connection.execute(
            """
            INSERT INTO quarantined (network, hash, code) SELECT $1, * FROM unnest($2::bytea[], $3::text[])
            ON CONFLICT (network, hash) DO UPDATE SET code = excluded.code
            """,
            network,
            list(others),
            [code.value for code in others.values()],
        )


async def _save_devices(
    connection: Connection, books: Books, counts: dict[str, DeviceCount], touched: set[str]
) -> None:
    names = [name for name in touched if name in books.trust.devices]
    devices = [books.trust.devices[name] for name in names]
    found = [counts.setdefault(name, DeviceCount()) for name in names]
    await connection.execute(
        """
        INSERT INTO device (network, device, key, unit, label, revoked, entries, sequence, last_index,
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
