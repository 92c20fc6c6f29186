"""A meeting of 150 members on a tablet whose log has a year of entries, and a tablet's books from 50,000 own lines."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import limits
from benchmarks.measures import Figure
from sajja_client import books
from sajja_client.books import SHOWN, TAIL
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.meeting import acts
from sajja_client.meeting.desk import Desk
from sajja_client.office import Moment
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.meetings import MeetingClosed
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited
from sajja_schemas.events.welfare import WelfareContributionReceived
from support.meetings import BOX, lend, met, tablet_of, village
from support.world import World

MEMBERS = tuple(f"pp01-m{at:03d}" for at in range(1, 151))
BORROWERS = MEMBERS[:60]
MONTHS = 24
THE_DAY = date(2022, 6, 5)
DUE = ("-m", "sajja_client", "village", "meeting", "due", "--json")
IMPORTS = ("-c", "import sajja_client.cli.meeting_tables, sajja_client.meeting.sheet")


def meeting(*, quick: bool) -> list[Figure]:
    """Open a meeting and list what everybody owes."""
    with tempfile.TemporaryDirectory() as folder:
        home = tablet_of(Path(folder) / "tablet", _year_of_a_village(3 if quick else MONTHS))
        with Log.open(home) as log:
            lines = log.connection.execute("SELECT count(*) FROM feed_line").fetchone()[0]
        first = _ms(lambda: _open_and_list(home, write=False))
        warm = [_ms(lambda: _open_and_list(home, write=False)) for _ in range(9)]
        opened = _ms(lambda: _open_and_list(home, write=True))
        _python(home, *DUE)
        shown = [_ms(lambda: _python(home, *DUE)) for _ in range(5)]
        bare = [_ms(lambda: _python(home, *IMPORTS)) for _ in range(5)]
    name = f"a meeting of {len(MEMBERS)} members, log of {lines:,}"
    return [
        _figure(f"{name}: books and due list, no snapshot", [first]),
        _figure(f"{name}: books and due list", warm, wanted="<= 300"),
        _figure(f"{name}: open, signed and listed", [opened], wanted="<= 300"),
        _figure(f"{name}: `due`, a whole process", shown),
        _figure("of that, Python and its imports", bare),
    ]


def tablet_books(*, quick: bool) -> list[Figure]:
    """The books of a tablet from its own log, which no feed has shown."""
    count = 5_000 if quick else 50_000
    with tempfile.TemporaryDirectory() as folder:
        home = tablet_of(Path(folder) / "tablet", village(MEMBERS[:3]))
        events = [_deposit(MEMBERS[at % 3], f"{2000 + at // 12 % 80}-{at % 12 + 1:02d}") for at in range(count)]
        with Log.open(home) as log, log.together():
            for event in events:
                log.append(event, by="recorder", day=THE_DAY, recorded_at=0)
        from_zero, scaled = [], []
        for _ in range(5):
            before = limits.verifications_per_cpu_second()
            from_zero.append(_ms(lambda: books.fold(home, from_zero=True)))
            verified = statistics.mean((before, limits.verifications_per_cpu_second()))
            scaled.append(from_zero[-1] * verified / limits.SCALE_VERIFICATIONS)
        books.fold(home)
        assert (home.path / TAIL).exists()
        warm = [_ms(lambda: books.fold(home)) for _ in range(5)]
    return [
        _figure(f"a tablet's books from its own log of {count:,}, from zero", from_zero, wanted="<= 2,000")
        | {"scaled": round(statistics.median(scaled))},
        _figure(f"a tablet's books from its own log of {count:,}, from a snapshot", warm),
    ]


def _open_and_list(home: Home, *, write: bool) -> None:
    with Log.open(home) as log:
        desk = Desk(log, Moment(by="recorder", day=THE_DAY, recorded_at=0))
        if write:
            name, _found = acts.open_meeting(desk, kind="monthly", place=None, counted=(), box=BOX)
            desk.unlock(desk.session(name), ["pp01-o1", "pp01-o3"])
            desk.approve(desk.waiting(), desk.session(name), THE_DAY)
            dues = acts.dues_at(desk, desk.view(name))
        else:
            dues = acts.dues_at(desk, desk.view())
        assert len(dues) == len(MEMBERS)
    assert (home.path / SHOWN).exists()


def _year_of_a_village(months: int) -> World:
    world = village(MEMBERS)
    for at, member in enumerate(BORROWERS):
        lend(world, member, loan=f"pp01-l{at:03d}", gross_satang=2_400_000, months=36)
    tablet = world.village("pp01").tablets[1]
    for month in range(months):
        day = date(2020 + (month + 5) // 12, (month + 5) % 12 + 1, 5)
        met(world, day)
        name = f"pp01-{day.isoformat()}"
        for at, member in enumerate(MEMBERS):
            for event in _paid(member, f"{day:%Y-%m}", name, at):
                world.record(tablet, event, day=day)
        closed = world.record(tablet, MeetingClosed(totals=(), devices=(), meeting=name), day=day)
        world.approve_by_class([closed], Approvers.A2)
    return world


def _paid(member: str, month: str, meeting_id: str, at: int) -> list[AnyEvent]:
    common: dict[str, Any] = {"member": member, "box": BOX, "meeting": meeting_id}
    events: list[AnyEvent] = [
        ShareDeposited(amount_satang=10_000, months=(month,), **common),
        WelfareContributionReceived(amount_satang=3_000, months=(month,), **common),
    ]
    if at < len(BORROWERS):
        split: dict[str, Any] = {"total_satang": 90_667, "principal_satang": 66_667, "interest_satang": 24_000}
        events.append(LoanRepaymentReceived(loan=f"pp01-l{at:03d}", product="ordinary", **split, **common))
    else:
        events.append(SpecialSavingsDeposited(amount_satang=5_000, **common))
    return events


def _deposit(member: str, month: str) -> ShareDeposited:
    return ShareDeposited(member=member, amount_satang=100, box=BOX, months=(month,))


def _python(home: Home, *words: str) -> None:
    """A process whose modules were compiled before, as they are where the package was installed."""
    compiled = home.path.with_name("compiled")  # by the first of these processes
    environment = {"SAJJA_HOME": str(home.path), "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, *words], env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _figure(name: str, times_ms: list[float], wanted: str = "") -> Figure:
    return {"name": name, "value": round(statistics.median(times_ms)), "unit": "ms", "wanted": wanted}
