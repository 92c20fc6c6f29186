"""The physical limits, measured in the same run as what is held against them."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import asyncpg

from benchmarks.material import Material
from sajja_schemas import signing
from sajja_schemas.entry import SignedEntry

MESSAGES = 4_000
MESSAGE_BYTES = 400
SLICE_MESSAGES = 200
COPY_BATCH = 2_000
SCALE_VERIFICATIONS = 18_000  # of the core for which absolute figures are given


def verifications_per_second(*, threads: int) -> float:
    """Ed25519 verifications of 400-byte messages, on so many threads."""
    batches = _signed_batches()
    with ThreadPoolExecutor(threads) as executor:
        started = time.perf_counter()
        assert all(all(valid) for valid in executor.map(signing.are_entries_valid, batches))
        return MESSAGES / (time.perf_counter() - started)


def verifications_per_cpu_second() -> float:
    """The same on one core, by the processor's time: what single-threaded work is scaled by."""
    batches = _signed_batches()
    started = time.process_time()
    assert all(all(signing.are_entries_valid(batch)) for batch in batches)
    return MESSAGES / (time.process_time() - started)


class Verifying:
    """Verifications on one core, a slice now and then beside what is measured."""

    def __init__(self) -> None:
        self._slice = _signed_batches()[0][:SLICE_MESSAGES]
        self._messages = 0
        self._seconds = 0.0

    def go_on(self) -> None:
        """Verify another slice."""
        started = time.process_time()
        assert all(signing.are_entries_valid(self._slice))
        self._seconds += time.process_time() - started
        self._messages += len(self._slice)

    def per_cpu_second(self) -> float:
        """How fast that was, by the processor's time."""
        return self._messages / self._seconds


def _signed_batches() -> list[list[tuple[bytes, bytes, bytes]]]:
    key = signing.SigningKey(bytes(range(32)))
    messages = [at.to_bytes(4, "big") * (MESSAGE_BYTES // 4) for at in range(MESSAGES)]
    signed = [(key.public, key.sign(signing.ENTRY_TAG, message), message) for message in messages]
    return [signed[at : at + 500] for at in range(0, MESSAGES, 500)]


def cores() -> int:
    return len(os.sched_getaffinity(0))


async def copy_per_second(connection: asyncpg.Connection, material: Material, entries: Sequence[SignedEntry]) -> float:
    """COPY of the same rows in equal batches into a table with the same keys, each batch durable."""
    await connection.execute(
        "DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (LIKE sajja.entry INCLUDING ALL)"
    )
    counts: dict[str, int] = {}
    rows = []
    for index, entry in enumerate(entries):
        counts[entry.village] = counts.get(entry.village, 0) + 1
        rows.append(
            (
                material.world.network,
                index,
                entry.village,
                counts[entry.village],
                entry.device,
                entry.sequence,
                entry.hash,
                entry.previous,
                entry.body,
                entry.signature,
                1,
            )
        )
    started = time.perf_counter()
    for at in range(0, len(rows), COPY_BATCH):
        await connection.copy_records_to_table("bench_copy", records=rows[at : at + COPY_BATCH])
    return len(rows) / (time.perf_counter() - started)
