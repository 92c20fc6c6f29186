"""`make bench-peers`: facts a second in ours and in each peer, at batches of 1, 20 and 500.

    python -m benchmarks.peers [--json] [--quick] [--write FILE]

The share of verification is what checking the signatures of so many entries would take of all cores, at the rate of
this run: that part of our time the peers do not spend, and nobody can check what they keep.
"""

import argparse
import asyncio
import platform
import statistics
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import limits
from benchmarks.peers.databases import EventSourcing, MessageDb
from benchmarks.peers.ours import Sajja
from benchmarks.peers.peer import WRITERS, Peer
from benchmarks.peers.replay import replay
from benchmarks.peers.sync_servers import Actual, Couch
from sajja_server.embedded import EmbeddedPostgres

COUNTS = {1: 150, 20: 600, 500: 2_000}  # facts of each writer in a round, by batch
COUNTS_QUICK = {1: 20, 20: 100, 500: 500}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table as Markdown")
    parser.add_argument("--quick", action="store_true", help="fewer facts and rounds: a look, not a figure")
    arguments = parser.parse_args()
    report = asyncio.run(measure(quick=arguments.quick)) | {"replay": replay(quick=arguments.quick)}
    if arguments.write is not None:
        arguments.write.write_text(_markdown(report), encoding="utf-8")
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        table = Table("written into", *(f"batches of {size}" for size in COUNTS), "of ours", "it keeps them")
        for row in _rows(report):
            table.add_row(*row)
        Console(width=160).print(table)
        totals = Table("totals from a file", "seconds", "of ours")
        for row in _replay_rows(report):
            totals.add_row(*row)
        Console(width=160).print(totals)


async def measure(*, quick: bool) -> dict[str, Any]:
    """Every peer in turn with ours, round by round; medians."""
    counts, rounds = (COUNTS_QUICK, 1) if quick else (COUNTS, 5)
    verified = limits.verifications_per_second(threads=limits.cores())
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(EmbeddedPostgres.temporary())
        ours = Sajja(postgres)
        url = postgres.owner_url
        peers: list[Peer] = [ours, EventSourcing(url), MessageDb(url), Couch(), Actual()]
        for peer in peers:
            await peer.start(stack)
        rates = {size: await _rounds(peers, ours, size, count, rounds) for size, count in counts.items()}
    return {
        "machine": f"{platform.machine()}, {limits.cores()} cores, Python {platform.python_version()}",
        "date": datetime.now(tz=UTC).date().isoformat(),
        "quick": quick,
        "verifications_per_second_all_cores": round(verified),
        "share_of_verification": {
            str(size): round(_median(of_size[ours.name]) / verified, 3) for size, of_size in rates.items()
        },
        "peers": [
            {
                "name": peer.name,
                "keeps": peer.keeps,
                "facts_per_second": {str(size): round(_median(of[peer.name])) for size, of in rates.items()},
                "of_ours": {str(size): _ratio(of[peer.name], of[ours.name]) for size, of in rates.items()},
            }
            for peer in peers
        ],
    }


async def _rounds(peers: Sequence[Peer], ours: Sajja, size: int, count: int, rounds: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        facts = ours.facts(count)
        for peer in peers:
            rates[peer.name].append(await peer.rate(facts, size))
    return rates


def _median(rates: list[float]) -> float:
    return statistics.median(rates)


def _ratio(rates: list[float], ours: list[float]) -> float:
    return round(statistics.median(one / own for one, own in zip(rates, ours, strict=True)), 2)


def _rows(report: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            peer["name"],
            *(f"{rate:,}/s" for rate in peer["facts_per_second"].values()),
            " · ".join(f"{ratio:.2f}" for ratio in peer["of_ours"].values()),
            peer["keeps"],
        )
        for peer in report["peers"]
    ]


def _replay_rows(report: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (one["name"], f"{_median(one['seconds']):.1f}", f"{_median(one['of_ours']):.1f}") for one in report["replay"]
    ]


def _markdown(report: dict[str, Any]) -> str:
    rows = "\n".join("| " + " | ".join(row) + " |" for row in _rows(report))
    replayed = "\n".join("| " + " | ".join(row) + " |" for row in _replay_rows(report))
    shares = ", ".join(f"{share:.1%} at {size}" for size, share in report["share_of_verification"].items())
    sizes = " | ".join(f"batches of {size}" for size in report["share_of_verification"])
    return f"""# Beside what somebody would pick instead

Written by `make bench-peers`; run it again rather than believe it.
The same facts, {WRITERS} writers at once, each with one batch on its way; medians of rounds in which all take turns.
*Of ours* is the peer's rate divided by ours, at batches of 1, 20 and 500: below 1, ours is faster.

Measured on {report["date"]}: {report["machine"]}.
All cores verify {report["verifications_per_second_all_cores"]:,} signatures a second; of our time that is {shares}.

| written into | {sizes} | of ours | it keeps them |
|---|---|---|---|---|---|
{rows}

Where a peer is faster, this is what the difference buys: an entry of ours was signed by the device that recorded it;
its signature, chain and key are verified before it is stored; it gets a place in one order and in its village's feed;
and the books of the whole network are folded from it while the next one is pushed. The peers store what they are
given: whoever may write into them may write anything, and nobody can tell afterwards. The two that live in PostgreSQL
are called in the process that writes, without HTTP and without a session.

## Totals from a file

The same transactions, in three languages: each program reads its file in a process of its own, and all come to the same
totals, satang for satang. Ours also decides who may do what, and keeps members, loans and contributions.

| totals from a file | seconds | of ours |
|---|---|---|
{replayed}
"""


if __name__ == "__main__":
    main()
