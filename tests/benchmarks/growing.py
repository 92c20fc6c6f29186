"""How a network grows: what an entry costs, and what a dashboard waits, at 10,000 entries and at a million; and there,
what it takes to build all books anew.

    python -m benchmarks.growing [--json] [--write FILE] [--entries N]

Entries come through the database's own `ingest`, as a push would bring them but without HTTP; a server process keeps
the books meanwhile. Nobody verifies these signatures, so they are blank: signing ten million would take the longest.
Eight tablets go from meeting to meeting, month after month, so that registers grow as a network's do. Beyond a million
entries there are more members in proportion: nobody saves for two hundred years.
"""

import argparse
import asyncio
import os
import platform
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from benchmarks import dashboards, limits
from benchmarks.material import MEMBERS, Material, event_at, found_members, frames, make_material
from benchmarks.rebuilding import rebuilding
from benchmarks.serving import peak_memory_mib, prepare, server_process, speaker
from sajja_schemas.entry import SignedEntry, read_entry, to_base64url
from sajja_schemas.events import Body, encode_body
from sajja_schemas.signing import ENTRY_TAG
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.store import log as store
from support.serving import Speaker
from support.world import Tablet, World

SIZES = (10_000, 100_000, 1_000_000)
BATCH_ENTRIES = 2_000
UNSIGNED = bytes(64)
PER_MEMBER = 4  # entries of a meeting
QUERIES = 60
FRAME_ENTRIES = 20
FRAMES_PER_SECOND = 50
PUSHED_SECONDS = 30
Figure = dict[str, Any]


async def growing(*, quick: bool, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Cost of an entry, bytes, memory and waiting, at each size."""
    material = make_material()
    members = MEMBERS * max(1, max(sizes) // SIZES[-1])
    found_members(material, members)
    figures: list[Figure] = []
    with EmbeddedPostgres.temporary() as postgres:
        await prepare(postgres, material)
        connection = await asyncpg.connect(postgres.owner_url)
        async with server_process(postgres.server_url) as ((url, pid),), speaker(url, material) as speaks:
            for tablet in material.tablets:
                await speaks.push(tablet, tablet.log)
            writers = [_Writer(material.world, tablet, members) for tablet in material.tablets]
            costs = {}
            sizes = sizes[:2] if quick else sizes
            for size in sizes:
                had, spent = await _size(connection), _cpu_seconds(pid) + _postgres_cpu_seconds(connection)
                if had >= size:
                    continue  # so many members have come that the log is longer already
                await _grow(connection, material.world, writers, size)
                added = size - had
                costs[size] = (_cpu_seconds(pid) + _postgres_cpu_seconds(connection) - spent) / added * 1e6
                figures += await _at_size(connection, speaks, pid, size, costs[size])
                if size == min(SIZES[-1], sizes[-1]):
                    seconds = PUSHED_SECONDS // 5 if quick else PUSHED_SECONDS
                    figures += await _while_pushed(speaks, material, writers, f"at {size:,} entries", seconds=seconds)
                    figures += await rebuilding(postgres, material.world.network, wanted=size == SIZES[-1])
        await connection.close()
    smallest = min(size for size in costs if size >= SIZES[1])
    figures.append(
        _figure(f"CPU of an entry at {max(costs):,}, of that at {smallest:,}", costs[max(costs)] / costs[smallest], "")
        | {"wanted": "<= 1.5"}
    )
    return figures


class _Writer:
    """A tablet that remembers its head only."""

    def __init__(self, world: World, tablet: Tablet, members: int) -> None:
        self._world, self.tablet, self._members = world, tablet, members
        self._sequence, self._previous = len(tablet.log), tablet.log[-1].hash

    def entries(self, count: int, *, signed: bool = False) -> list[SignedEntry]:
        """So many new entries, with blank signatures where nobody verifies them."""
        found = []
        for _ in range(count):
            self._sequence += 1
            meeting = self._sequence // (PER_MEMBER * self._members)
            body = Body(
                v=1,
                network=self._world.network,
                village=self.tablet.unit,
                device=self.tablet.name,
                sequence=self._sequence,
                previous=to_base64url(self._previous),
                by="recorder",
                date=date(2020 + (5 + meeting) // 12, (5 + meeting) % 12 + 1, 5),
                recorded_at=1_590_969_600_000 + self._sequence,
                event=event_at(self.tablet.unit, self._sequence, self._members),
            )
            data = encode_body(body)
            signature = self.tablet.key.sign(ENTRY_TAG, data) if signed else UNSIGNED
            entry = read_entry(self.tablet.key.public, signature, data)
            self._previous = entry.hash
            found.append(entry)
        return found


async def _grow(connection: asyncpg.Connection, world: World, writers: list[_Writer], size: int) -> None:
    """Ingest until the log is so long, and wait for its books. Never far ahead of them: a network grows in years."""
    at = await _size(connection)
    while at < size:
        count = min(BATCH_ENTRIES // len(writers), -(-(size - at) // len(writers)))
        entries = [entry for writer in writers for entry in writer.entries(count)]
        judged = await store.ingest(connection, world.network, entries, [True] * len(entries), int(time.time() * 1000))
        assert all(one.verdict == "merged" for one in judged)
        at += len(entries)
        await _books_at(connection, at - 20 * BATCH_ENTRIES)
    await _books_at(connection, at)


async def _at_size(
    connection: asyncpg.Connection, speaks: Speaker, pid: int, size: int, cost_us: float
) -> list[Figure]:
    name = f"at {size:,} entries"
    bytes_on_disk = await connection.fetchval("SELECT pg_database_size(current_database())")
    bytes_of_entries = await connection.fetchval("SELECT pg_total_relation_size('sajja.entry')")
    figures = [
        _figure(f"{name}: CPU of server and database, an entry", cost_us, "us"),
        _figure(f"{name}: on disk, an entry, all told", bytes_on_disk / size, "bytes"),
        _figure(f"{name}: of that, the log itself", bytes_of_entries / size, "bytes"),
        _figure(f"{name}: most memory of the server", peak_memory_mib(pid), "MiB"),
    ]
    return figures + await dashboards.quietly(speaks, name, QUERIES)


async def _while_pushed(
    speaks: Speaker, material: Material, writers: list[_Writer], name: str, *, seconds: int
) -> list[Figure]:
    """What the dashboards take while the same tablets push what they have signed."""
    per_device = seconds * FRAMES_PER_SECOND // len(writers) * FRAME_ENTRIES
    work = []
    for writer in writers:
        await speaks.session(writer.tablet)
        made = frames(material, writer.entries(per_device, signed=True), FRAME_ENTRIES)
        work.append((speaks.tokens[writer.tablet.name], made))
    name = f"{name}, {FRAMES_PER_SECOND * FRAME_ENTRIES:,} a second pushed"
    return await dashboards.while_pushed(speaks, name, work, frames_per_second=FRAMES_PER_SECOND)


async def _size(connection: asyncpg.Connection) -> int:
    found: int = await connection.fetchval("SELECT size FROM sajja.log_head")
    return found


async def _books_at(connection: asyncpg.Connection, index: int) -> None:
    while True:
        if (await connection.fetchval("SELECT index FROM books.state") or 0) >= index:
            return
        await asyncio.sleep(0.02)


def _cpu_seconds(pid: int) -> float:
    """What a process and its ended children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _postgres_cpu_seconds(connection: asyncpg.Connection) -> float:
    backend = connection.get_server_pid()
    postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(") ")[2].split()[1])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return sum(map(_cpu_seconds, [postmaster, *map(int, children)]))


def _figure(name: str, value: float, unit: str) -> Figure:
    return {"name": name, "value": round(value, 1) if value < 100 else round(value), "unit": unit}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growing", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table as Markdown")
    parser.add_argument("--entries", type=int, default=10_000_000, help="how long the log becomes")
    arguments = parser.parse_args()
    sizes = (*(size for size in SIZES if size < arguments.entries), arguments.entries)
    figures = asyncio.run(growing(quick=False, sizes=sizes))
    rows = "".join(f"| {one['name']} | {one['value']:,} {one['unit']} | {one.get('wanted', '')} |\n" for one in figures)
    table = f"""# Growth

Written by `make bench-growth`; run it again rather than believe it. It takes about an hour.

Measured on {datetime.now(tz=UTC).date().isoformat()}: {platform.machine()}, {limits.cores()} cores.

| figure | measured | wanted |
|---|---|---|
{rows}"""
    if arguments.write is not None:
        arguments.write.write_text(table, encoding="utf-8")
    sys.stdout.write(msgspec.json.encode(figures).decode() + "\n" if arguments.json else table)


if __name__ == "__main__":
    main()
