"""`sajja village sync --watch`: it keeps at it, polls cheaply, and ends cleanly."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.problems import Problem
from sajja_client.progress import standing
from sajja_client.sync import ServerProblem, SyncReport
from sajja_client.sync import watch as watching
from sajja_client.sync.watch import Watch
from sajja_schemas.events.savings import ShareDeposited
from support.homes import NOWHERE, deposit, home_of, pin_to_server
from support.server_double import Fault, ServerDouble
from support.waiting import PATIENCE_SECONDS, until_seen
from support.world import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    return World.founded(["pp01"])


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])


@pytest.fixture
def log(home: Home) -> Iterator[Log]:
    with Log.open(home) as opened:
        yield opened


@pytest.fixture
async def server(world: World) -> AsyncIterator[ServerDouble]:
    async with ServerDouble(world.network, world.fingerprint) as double:
        double.admit(world.entries)
        yield double


async def test_what_is_recorded_goes_out_by_itself_and_polls_ask_for_no_page(
    log: Log, server: ServerDouble, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.02)
    reports: list[SyncReport] = []
    watch = Watch(log, server_url=server.url, synced=reports.append, waits=lambda *_: None, poll_seconds=0.05)
    running = asyncio.create_task(watch.run())
    await until_seen(lambda: (len(reports), server.polls), lambda seen: seen[0] == 1 and seen[1] > 5)
    pages = len(server.pages)
    polls = server.polls
    await until_seen(lambda: server.polls, lambda seen: seen > polls + 5)
    assert len(server.pages) == pages, "nothing was new, so nothing was asked for"
    deposit(log)
    await until_seen(lambda: len(reports), lambda seen: seen == 2)
    assert reports[1].merged == 1
    other = world.village("pp01").tablets[1]
    known = len(world.entries)
    server.admit([world.record(other, ShareDeposited(member="m", amount_satang=1, box="b"))])
    del world.entries[known:]
    other.log.pop()
    await until_seen(lambda: len(reports), lambda seen: seen == 3)
    assert reports[2].pulled == 1
    watch.end()
    await running
    assert standing(log).merged == 1


async def test_without_a_connection_it_waits_longer_each_time_and_goes_on_when_there_is_one(
    home: Home, log: Log, server: ServerDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "WAIT_SECONDS_FIRST", 0.05)
    monkeypatch.setattr(watching, "_ATTEMPTS", 1)
    deposit(log)
    waited: list[tuple[Problem, float]] = []
    reports: list[SyncReport] = []
    server.faults.extend([Fault.BUSY, *[Fault.CUT] * 3, Fault.LOSES_REPLY])
    watch = Watch(
        log, server_url=server.url, synced=reports.append, waits=lambda *told: waited.append(told), poll_seconds=60
    )
    running = asyncio.create_task(watch.run())
    await until_seen(lambda: len(reports), lambda seen: seen == 1)
    watch.end()
    await running
    assert [problem.code for problem, _seconds in waited] == ["server_problem", *["unreachable"] * 4]
    assert waited[0][1] == 1.0, "the server said when to come back"
    pauses = [seconds for _problem, seconds in waited[1:]]
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == 4
    assert [entry.sequence for entry in server.admission.log if entry.device == log_device(log)] == [1]


def log_device(log: Log) -> bytes:
    return next(iter(log.entries())).device


async def test_a_tablet_that_was_revoked_does_not_ask_for_ever(log: Log, server: ServerDouble) -> None:
    """What it recorded was taken in; then its problem ends the watch, with the server's own words."""
    deposit(log)
    server.revoked.add(log_device(log))
    watch = Watch(log, server_url=server.url, synced=lambda _: None, waits=lambda *_: None)
    with pytest.raises(ServerProblem) as refused:
        await watch.run()
    assert refused.value.problem.code == "device_revoked"
    assert standing(log).merged == 1


def test_ctrl_c_ends_it_and_says_that_everything_is_here(home: Home) -> None:
    with Log.open(home) as log:
        deposit(log)
    pin_to_server(home, NOWHERE)
    child = subprocess.Popen(
        [sys.executable, "-m", "sajja_client", "village", "sync", "--watch"],
        env=os.environ | {"SAJJA_HOME": str(home.path), "PYTHONUNBUFFERED": "1", "LANG": "th_TH.UTF-8"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    told = []
    for line in child.stdout:
        told.append(line)
        if "จะลองใหม่ใน" in line:
            break
    child.send_signal(signal.SIGINT)
    rest, _nothing = child.communicate(timeout=PATIENCE_SECONDS)
    said = "".join(told) + rest
    assert child.returncode == 0, said
    assert "บันทึกในเครื่องแล้ว 1" in said
    assert "ทุกรายการยังอยู่ในเครื่อง" in said
    assert "Traceback" not in said


def test_json_is_a_line_for_each_thing_that_happens(home: Home) -> None:
    pin_to_server(home, NOWHERE)
    with Log.open(home) as log:
        deposit(log)
    child = subprocess.Popen(
        [sys.executable, "-m", "sajja_client", "village", "sync", "--watch", "--json"],
        env=os.environ | {"SAJJA_HOME": str(home.path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    first = json.loads(child.stdout.readline())
    child.terminate()
    child.communicate(timeout=PATIENCE_SECONDS)
    assert first["problem"] == "unreachable"
    assert first["waiting_seconds"] > 0
    assert child.returncode == 0
