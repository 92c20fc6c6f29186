"""`make simulate seed=N`: one number decides a network's life; the exit code is 1 if the oracle found anything."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from simulation import disputes
from simulation.faults import FAULTS
from simulation.plan import FULL, SMALL, Size
from simulation.story import Outcome, Story
from support.database import fresh_database, template_server


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="which life; a random one if not given")
    parser.add_argument("--seeds", type=_seeds, metavar="A..B", help="several, one after the other; or one")
    parser.add_argument("--small", action="store_true", help="a short life, as the tests run it")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="put a fault in; it is found if the exit code is 1")
    parser.add_argument("--only", choices=("days", "disputes"), help="ordinary days, or thieves; else both")
    parser.add_argument("--json", action="store_true", help="print one JSON document a run")
    arguments = parser.parse_args()
    seeds = arguments.seeds or [arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)]
    console = Console(stderr=arguments.json)
    failed = []
    with template_server() as template_url:
        for seed in seeds:
            # First of all, so that it is known whatever happens next.
            console.print(f"simulation: seed={seed}", highlight=False)
            told = {"days": _run_one, "disputes": _run_disputes}
            only = arguments.only or (FAULTS[arguments.fault].tale if arguments.fault else None)
            runs = [run for name, run in told.items() if only in {None, name}]
            outcomes = [run(template_url, seed, arguments, console) for run in runs]  # both, whatever the first finds
            if not all(outcomes):
                failed.append(seed)
    for seed in failed:
        console.print(_how_to_reproduce(seed, arguments), highlight=False)
    return 1 if failed else 0


def _run_disputes(template_url: str, seed: int, arguments: argparse.Namespace, console: Console) -> bool:
    async def tell() -> disputes.Outcome:
        async with fresh_database(template_url) as database:
            with tempfile.TemporaryDirectory(prefix="sajja-simulation-") as folder:
                scale = disputes.SHORT if arguments.small else disputes.LONG
                return await disputes.Disputes(
                    seed, scale, Path(folder), database.owner_url, fault=arguments.fault
                ).run()

    outcome = asyncio.run(tell())
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
    lines = {
        "disputes": f"{outcome.villages} villages, {outcome.devices} devices,"
        f" {outcome.signed} signed, {outcome.stored} stored in {outcome.seconds} s",
        "mishaps": _counts(outcome.mishaps),
        "verdicts": _counts(outcome.verdicts),
        "servers": _counts(outcome.machines),
        "without effect": _counts(outcome.effects),
        "oracle": f"{len(outcome.findings)} findings",
    }
    _print_lines(lines, outcome.findings, console)
    return not outcome.findings


def _run_one(template_url: str, seed: int, arguments: argparse.Namespace, console: Console) -> bool:
    size = SMALL if arguments.small else FULL
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("steps", total=None)
        try:
            outcome = asyncio.run(
                live(
                    template_url, seed, size, fault=arguments.fault,
                    progress=lambda step, steps: progress.update(task, completed=step, total=steps),
                )
            )  # fmt: skip
        except BaseException:
            console.print(_how_to_reproduce(seed, arguments), highlight=False)
            raise
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
    _print(outcome, console)
    return not outcome.findings


async def live(
    template_url: str,
    seed: int,
    size: Size,
    *,
    fault: str | None,
    progress: Callable[[int, int], None],
) -> Outcome:
    """One run in a database and a folder of its own."""
    async with fresh_database(template_url) as database:
        with tempfile.TemporaryDirectory(prefix="sajja-simulation-") as folder:
            story = Story(seed, size, Path(folder), database.owner_url, fault=fault, progress=progress)
            try:
                return await story.run()
            finally:
                story.people.close()


def _counts(of: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(of.items())) or "none"


def _print_lines(lines: dict[str, str], findings: list[str], console: Console) -> None:
    for name, line in lines.items():
        console.print(f"  {name:15}{line}", highlight=False, soft_wrap=True)
    for finding in findings:
        console.print(f"  ! {finding}", highlight=False, soft_wrap=True)


def _print(outcome: Outcome, console: Console) -> None:
    lines = {
        "network": f"{outcome.villages} villages, {outcome.devices} devices, {outcome.servers} server processes,"
        f" {outcome.steps} steps in {outcome.seconds} s",
        "entries": f"{outcome.entries} recorded, {outcome.stored} stored, {outcome.acknowledged} acknowledged,"
        f" recorded sha256 {outcome.recorded_sha256[:16]}",
        "held": ", ".join(f"{label}: {count} {code}" for label, (count, code) in outcome.held.items()) or "none",
        "syncs": _counts(outcome.syncs),
        "carried": _counts(outcome.carriers),
        "links": _counts(outcome.links),
        "servers": _counts(outcome.machines),
        "died at": ", ".join(outcome.points) or "no named point",
        "without effect": _counts(outcome.effects),
        "oracle": f"{outcome.looks} looks on the way, {len(outcome.findings)} findings",
    }
    _print_lines(lines, outcome.findings, console)


def _how_to_reproduce(seed: int, arguments: argparse.Namespace) -> str:
    if not arguments.small and arguments.fault is None and arguments.only is None:
        return f"FAILED; reproduce with make simulate seed={seed}"
    if not arguments.small and arguments.only is None:
        return f"FOUND; see it again with make simulate seed={seed} fault={arguments.fault}"
    more = " --small" * arguments.small + (f" --only {arguments.only}" if arguments.only else "")
    more += f" --fault {arguments.fault}" if arguments.fault else ""
    return f"FAILED; reproduce with PYTHONPATH=tests python -m simulation --seed {seed}{more}"


def _seeds(text: str) -> list[int]:
    first, _dots, last = text.partition("..")
    return list(range(int(first), int(last or first) + 1))


if __name__ == "__main__":
    sys.exit(main())
