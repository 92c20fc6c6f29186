"""One run of the demonstration: start the server, load the network, check it, show it, and serve its page.

* What a person reads goes to the console; with `as_json` one JSON document goes to standard output instead.
* A check compares two things with the table, and neither with the other: every figure over HTTP, and the fold of the
  clients' own logs with no data of the server.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import platformdirs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sajja_client.demo import rules
from sajja_client.demo.claims import ClaimsRefused
from sajja_client.demo.cover import CoverRefused
from sajja_client.demo.drive import Load, read_logs
from sajja_client.demo.figures import (
    Difference,
    Figures,
    differences,
    expected_figures,
    figures_of_logs,
    figures_of_server,
    unplanted,
)
from sajja_client.demo.openings import OpeningRefused
from sajja_client.demo.plan import DEFAULT_SEED, Plan, make_plan
from sajja_client.demo.problems import LoadStuck, NotThisPlan, SeedRefused
from sajja_client.demo.reading import read_projection
from sajja_client.demo.server import ServerProcess, serving
from sajja_client.demo.table import print_cases, print_check, print_findings, print_growth, print_network, print_serving
from sajja_client.demo.targets import load_targets
from sajja_client.durable import replace_file
from sajja_client.problems import EXIT_PROBLEM, Unreachable
from sajja_schemas.calendar import format_thai

_ROOTS_HOME: Final = Path("/var/lib/sajja-demo")
_MARK_FILE: Final = "demo.json"
_FILE_MODE: Final = 0o644
_LAST_BREATH_SECONDS: Final = 2


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    home: Path
    port: int
    seed: int | None
    first_day: date | None  # of another term than the whole; a folder keeps it, as it keeps its seed
    full: bool  # ten years; a folder keeps that, too
    check: bool
    serve: bool
    as_json: bool


class _Mark(msgspec.Struct, frozen=True):
    """Which demonstration a folder holds."""

    seed: int
    fingerprint: str
    first_day: date = rules.FIRST_DAY
    full: bool = False


def default_home() -> Path:
    """Where the demonstration lives unless another place is given."""
    return _ROOTS_HOME if os.geteuid() == 0 else platformdirs.user_data_path("sajja") / "demo"


async def run(wish: Wish) -> int:
    """Run the demonstration; gives the exit code.

    Raises:
        Problem: a sentence for the person who started it.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    console = Console(stderr=wish.as_json)
    started = time.monotonic()
    with console.status("วางแผนข้อมูลสาธิต · planning the demonstration"):
        plan = _plan(wish)
    planned = time.monotonic()
    served = asyncio.Event()
    showing = asyncio.create_task(_show(wish, plan, console, (started, planned), served))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({showing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    showing.cancel()
    try:
        return await showing
    except asyncio.CancelledError:
        if not stop.is_set():
            raise  # our own mistake, and loud
        # A load that is cut off is taken up by the next run where it was.
        return 0 if served.is_set() else EXIT_PROBLEM


async def _show(wish: Wish, plan: Plan, console: Console, times: tuple[float, float], served: asyncio.Event) -> int:
    started, planned = times
    async with serving(wish.home, wish.port, plan.scribe.key("log")) as server:
        up = time.monotonic()
        await _unless_died(_load(plan, wish.home, server, console), server)
        loaded = time.monotonic()
        totals = await _totals(server.url)
        differing = _check(plan, wish.home, totals) if wish.check else None
        findings = await _findings(server.url) if wish.check else None
        if differing is not None and findings is not None:
            differing += unplanted(findings["by_code"])
        checked = time.monotonic()
        if wish.as_json:
            spans = {"plan": planned - started, "server": up - planned, "load": loaded - up, "check": checked - loaded}
            _print_json(plan, server.url, totals, spans | {"all": checked - started}, differing, findings)
        else:
            print_network(console, totals)
            if plan.is_full:
                print_growth(console, totals["growth"])
            if differing is not None and findings is not None:
                print_check(console, differing, len(_expected(plan)))
                print_findings(console, findings)
                print_cases(console, plan.cases)
        if wish.serve and not differing:
            print_serving(console, server.url)
            served.set()
            await server.wait()
    return EXIT_PROBLEM if differing else 0


def _plan(wish: Wish) -> Plan:
    """The plan of this folder; a folder keeps the seed with which it began."""
    path = wish.home / _MARK_FILE
    held = msgspec.json.decode(path.read_bytes(), type=_Mark) if path.exists() else None
    seed = wish.seed if wish.seed is not None else held.seed if held is not None else DEFAULT_SEED
    first_day = wish.first_day or (held.first_day if held is not None else rules.FIRST_DAY)
    is_full = wish.full or (held is not None and held.full and wish.first_day is None)
    try:
        plan = make_plan(seed, rules.Term(first_day), is_full=is_full)
    except (ClaimsRefused, CoverRefused, OpeningRefused) as refused:
        raise SeedRefused(seed=seed, reason=str(refused)) from refused
    if held is not None and held.fingerprint != plan.fingerprint:
        raise NotThisPlan(path=wish.home)
    if held is None:
        # Others may pass through: as root, the database of this folder runs as an account of its own.
        wish.home.mkdir(mode=0o755, parents=True, exist_ok=True)
        mark = _Mark(seed=seed, fingerprint=plan.fingerprint, first_day=first_day, full=is_full)
        replace_file(path, msgspec.json.encode(mark) + b"\n", mode=_FILE_MODE)
    return plan


async def _load(plan: Plan, home: Path, server: ServerProcess, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("บันทึกและส่งข้อมูล · recording and pushing", total=len(plan.lines))

        def show(loaded: int, day: date) -> None:
            bar.update(task, completed=loaded, description=f"{format_thai(day, short=True)} · {day}")

        await Load(plan, home, server, show).run()


async def _unless_died(work: Coroutine[Any, Any, None], server: ServerProcess) -> None:
    """Do something, unless the server dies meanwhile: then that is what there is to say."""
    working = asyncio.create_task(work)
    watching = asyncio.create_task(server.wait())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
        await working
    except Unreachable:
        # The connection breaks a moment before the process is seen to have ended.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(watching, _LAST_BREATH_SECONDS)
        raise
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _totals(url: str) -> dict[str, Any]:
    totals = await read_projection(url, "network_totals")
    if totals is None:
        raise LoadStuck(reason="the server tells no totals")
    return totals


async def _findings(url: str) -> dict[str, Any]:
    found = await read_projection(url, "findings")
    if found is None:
        raise LoadStuck(reason="the server tells no findings")
    return found


def _expected(plan: Plan) -> Figures:
    return expected_figures(load_targets(), plan.term, is_full=plan.is_full)


def _check(plan: Plan, home: Path, totals: dict[str, Any]) -> list[Difference]:
    expected = _expected(plan)
    logs = figures_of_logs(read_logs(plan, home), rules.NETWORK, plan.fingerprint)
    return [
        *differences(expected, figures_of_server(totals), "server"),
        *differences(expected, logs, "logs"),
    ]


def _print_json(
    plan: Plan,
    url: str,
    totals: dict[str, Any],
    spans: dict[str, float],
    differing: list[Difference] | None,
    findings: dict[str, Any] | None,
) -> None:
    document = {
        "network": rules.NETWORK,
        "fingerprint": plan.fingerprint,
        "demonstration": True,
        "seed": plan.seed,
        "full": plan.is_full,
        "as_of": str(rules.LAST_DAY),
        "entries": len(plan.lines),
        "url": url,
        "timings": {f"{name}_ms": round(seconds * 1000) for name, seconds in spans.items()},
        "network_totals": totals,
    }
    if differing is not None and findings is not None:
        document["findings"] = findings["by_code"]
        document["checked"] = 2 * len(_expected(plan))
        document["differences"] = differing
        document["planted"] = plan.cases
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
    sys.stdout.flush()
