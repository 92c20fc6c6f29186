"""`make bench`: every hot path beside its limit, in one table or as JSON.

    python -m benchmarks [--json] [--quick]

A figure and its limit are measured in turn, pair by pair, and the median of the ratios is what is reported: a machine
that slows down slows both. Absolute figures are also scaled to a core that verifies 18,000 signatures a second.
"""

import argparse
import asyncio
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import limits, measures
from benchmarks.growing import growing
from benchmarks.many import many_devices
from benchmarks.meeting import meeting, tablet_books

WHERE = """## Where the time goes

Shares of the interpreter's time, as `py-spy record --gil -f raw -o FILE -p PID` samples the process that is measured.
They were read on 2026-12-01 on a machine with other work, are rounded, and do not move with the table.

* **Push at full load, frames of 500, projector on.** Half is the projector: 40 % the fold, 6 % writing what it changed.
  A quarter is examining lines (splitting, decoding, comparing; signatures are verified outside the interpreter's lock),
  an eighth HTTP and JSON, a twentieth the call that ingests. The next limit is that all of it shares one interpreter: a
  second server process nearly doubles the rate of full frames, because it does not fold.
* **The fold.** Of an entry's time a fifth is decoding its body and comparing the encoding, more than a quarter postings
  and registers, an eighth the rules; the rest is deciding who may say it and whether it counts. It is one thread by
  nature: which entries count is decided in the log's order.
* **A rebuild.** Three quarters is that fold. Rows that arrive from PostgreSQL and become entries take an eighth,
  looking for the entries that others speak of a twentieth, writing the tables 3 to 5 %; both state hashes and all else
  that the switch does, a fifth of a second. Without the collector the fold took as long as runs differ. The next
  limit is the fold; behind it, the reading, which shares the fold's interpreter.
* **Dashboards.** What a question waits for is the event loop: it passes it a dozen times, and each time may wait for a
  slice of the fold (a millisecond), or for a thread that reads books to give the interpreter up (half of one). The next
  limit is that projector, readers and requests share one interpreter.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table as Markdown")
    parser.add_argument("--quick", action="store_true", help="fewer entries and pairs: a look, not a figure")
    arguments = parser.parse_args()
    one_core = limits.verifications_per_cpu_second()
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {limits.cores()} cores, Python {platform.python_version()}",
        "verifications_per_second_core": round(one_core),
        "scale_to_18000": round(limits.SCALE_VERIFICATIONS / one_core, 3),
        "date": datetime.now(tz=UTC).date().isoformat(),
        "quick": arguments.quick,
        "figures": [],
    }
    for figures in (measures.fold, measures.tree, measures.append, tablet_books, meeting):
        report["figures"] += figures(quick=arguments.quick)
    for served in (measures.with_postgres, many_devices, growing):
        report["figures"] += asyncio.run(served(quick=arguments.quick))
    for figure in report["figures"]:
        if figure["unit"] == "entries/s" and "scaled" not in figure:
            figure["scaled"] = round(figure["value"] * report["scale_to_18000"])
    if arguments.write is not None:
        arguments.write.write_text(_markdown(report), encoding="utf-8")
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        _print(report)


def _markdown(report: dict[str, Any]) -> str:
    rows = "\n".join("| " + " | ".join(_cells(figure)) + " |" for figure in report["figures"])
    return f"""# Benchmarks

Written by `make bench`; run it again rather than believe it.
Every figure is measured in the same run as its limit, in pairs; the ratio is the median of the pairs' ratios.
*Scaled* is what the figure would be on a core that verifies {limits.SCALE_VERIFICATIONS:,} signatures a second.

Measured on {report["date"]}: {report["machine"]}.
One core verifies {report["verifications_per_second_core"]:,} signatures a second (Ed25519, PyNaCl, 400 bytes).

| figure | measured | scaled | limit of the same run | ratio | wanted |
|---|---|---|---|---|---|
{rows}

The server and its PostgreSQL (fsync on) share the machine with the clients that push.

{WHERE}"""


def _cells(figure: dict[str, Any]) -> tuple[str, ...]:
    return (
        figure["name"],
        f"{figure['value']:,} {figure['unit']}",
        f"{figure['scaled']:,}" if "scaled" in figure else "",
        _limit(figure),
        str(figure.get("ratio", "")),
        figure.get("wanted", ""),
    )


def _limit(figure: dict[str, Any]) -> str:
    return f"{figure['limit_name']}: {figure['limit']:,}" if "limit" in figure else ""


def _print(report: dict[str, Any]) -> None:
    console = Console(width=150)
    console.print(
        f"{report['machine']}; one core verifies {report['verifications_per_second_core']:,} signatures/s"
        f" (scaled figures are for {limits.SCALE_VERIFICATIONS:,})"
    )
    table = Table("figure", "measured", "scaled", "limit of the same run", "ratio", "wanted")
    for figure in report["figures"]:
        table.add_row(*_cells(figure))
    console.print(table)


if __name__ == "__main__":
    main()
