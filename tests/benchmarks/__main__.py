"""`make bench`: every hot path beside its limit, in one table or as JSON.

    python -m benchmarks [--json] [--quick]

A figure and its limit are measured in turn, pair by pair, and the median of the ratios is what is reported: a machine
that slows down slows both. Absolute figures are also scaled to a core that verifies 18,000 signatures a second.
"""

import argparse
import asyncio
import platform
import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import limits, measures

SCALE_VERIFICATIONS = 18_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer entries and pairs: a look, not a figure")
    arguments = parser.parse_args()
    one_core = limits.verifications_per_second(threads=1)
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {limits.cores()} cores, Python {platform.python_version()}",
        "verifications_per_second_core": round(one_core),
        "scale_to_18000": round(SCALE_VERIFICATIONS / one_core, 3),
        "quick": arguments.quick,
        "figures": [],
    }
    for figures in (measures.fold, measures.append):
        report["figures"] += figures(quick=arguments.quick)
    report["figures"] += asyncio.run(measures.with_postgres(quick=arguments.quick))
    for figure in report["figures"]:
        if figure["unit"] == "entries/s":
            figure["scaled"] = round(figure["value"] * report["scale_to_18000"])
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        _print(report)


def _print(report: dict[str, Any]) -> None:
    console = Console(width=150)
    console.print(
        f"{report['machine']}; one core verifies {report['verifications_per_second_core']:,} signatures/s"
        f" (scaled figures are for {SCALE_VERIFICATIONS:,})"
    )
    table = Table("figure", "measured", "unit", "scaled", "limit of the same run", "ratio", "wanted")
    for figure in report["figures"]:
        table.add_row(
            figure["name"],
            f"{figure['value']:,}",
            figure["unit"],
            f"{figure['scaled']:,}" if "scaled" in figure else "",
            f"{figure['limit_name']} {figure['limit']:,}" if "limit" in figure else "",
            str(figure.get("ratio", "")),
            figure.get("wanted", ""),
        )
    console.print(table)


if __name__ == "__main__":
    main()
