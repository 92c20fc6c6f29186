"""`sajja demo` as a person runs it: a real server, real clients over HTTP, and a table that is exact.

One home serves the whole module, as it would a person: loaded once, cut off and taken up, stopped, checked, served.
"""

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sajja_client.demo import rules
from sajja_client.demo.figures import differences, expected_figures, figures_of_server
from sajja_client.demo.targets import load_targets
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_schemas.events.savings import ShareDeposited
from support.demo_runs import free_port, is_listening, recorded, run, start
from support.waiting import PATIENCE_SECONDS, wait_until

# The whole load, twice: `long`, for every run of `.ci/run` loads and checks the demonstration besides.
pytestmark = [pytest.mark.slow, pytest.mark.long]

SHORT = ("--from", "2020-06-01")  # the same world with more of it on paper, where a test is not about the load


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home whose first load was killed in the middle, without a goodbye."""
    # Not under pytest's own folder: where root runs this, PostgreSQL runs as another account, which must get there.
    place = Path(tempfile.mkdtemp(prefix="sajja-demo-"))
    place.chmod(0o711)
    home = place / "home"
    port = free_port()
    child = start(home, "--no-serve", port=port)
    try:
        wait_until(lambda: (recorded(home), child.poll()), lambda seen: seen[0] > 5_000 or seen[1] is not None)
        assert child.poll() is None, child.communicate()
    finally:
        child.kill()
        child.communicate()
    wait_until(lambda: not is_listening(port))  # or the server outlived the demonstration
    yield home
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def loaded(home: Path) -> dict[str, Any]:
    """What the next run says: it goes on where the first was cut off, and checks everything."""
    code, said, complained = run(home, "--no-serve", "--check", "--json")
    assert code == 0, (said[-2000:], complained)
    document: dict[str, Any] = json.loads(said)
    return document


def test_a_load_that_was_killed_is_taken_up_and_every_figure_is_exact(loaded: dict[str, Any]) -> None:
    """Over HTTP and by the fold of the clients' own logs, to the satang; nothing awaits approval."""
    assert loaded["differences"] == []
    assert loaded["checked"] == 2 * len(expected_figures(load_targets()))
    totals = loaded["network_totals"]
    assert totals["demonstration"] is True
    assert totals["index"] + 1 == totals["entries"] == loaded["entries"] >= 50_000
    assert totals["totals"]["fund_satang"] == 1_311_827_550
    assert totals["totals"]["members"] == 1_496
    assert totals["awaiting_approval"] == 0
    assert differences(expected_figures(load_targets()), figures_of_server(totals), "server") == []
    assert {case["name"] for case in loaded["planted"]} >= {"dormant_withdrawal", "lapping", "unmatched_remittance"}
    assert loaded["findings"]["DUPLICATE_PERSON"] == 1, "found by the server alone, and told among the others"


def test_another_run_starts_from_what_is_there_and_serves_until_it_is_stopped(
    home: Path, loaded: dict[str, Any]
) -> None:
    """In seconds; the page is marked; SIGTERM stops the server and its database cleanly."""
    port = free_port()
    child = start(home, port=port)
    try:
        wait_until(lambda: is_listening(port))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS) as page:
            assert page.status == 200
        assert child.stdout is not None
        table = ""
        for line in iter(child.stdout.readline, ""):
            table += line
            if "Ctrl-C" in line:
                break
        assert "ข้อมูลสาธิต" in table
        assert "DEMO DATA" in table
        assert "22 สิงหาคม 2563" in table
        assert "13,118,275.50" in table
        assert_the_office_finds_the_person_who_stands_twice(home, port, loaded)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=PATIENCE_SECONDS) == 0
    finally:
        child.kill()
        child.communicate()
    assert not is_listening(port)
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


def assert_the_office_finds_the_person_who_stands_twice(home: Path, port: int, loaded: dict[str, Any]) -> None:
    """By a keyed hash of numbers that stand in no entry: that one pair of some eighty applicants, and no other."""
    asked = ("office", "duplicates", "--home", str(home / "clients" / "office-a"), "--json")
    server = ("--server", f"http://127.0.0.1:{port}")
    said = subprocess.run(
        [Path(sys.executable).with_name("sajja"), *asked, *server], check=True, capture_output=True, text=True
    ).stdout
    found = json.loads(said)
    planted = next(case for case in loaded["planted"] if case["name"] == "duplicate_person")
    pairs = [{place["member"] for place in one["members"]} for one in found["duplicates"]]
    assert pairs == [{where.split()[1] for where in planted["where"][2:]}]
    assert found["unread"] == 0


def test_a_port_in_use_is_a_sentence_in_both_languages(tmp_path: Path) -> None:
    """And nothing is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _said, complained = run(tmp_path / "home", "--no-serve", *SHORT, port=taken.getsockname()[1])
    assert code == 4
    assert "พอร์ต" in complained
    assert "[port_in_use]" in complained


def test_another_seed_in_the_same_home_is_refused(home: Path, loaded: dict[str, Any]) -> None:
    """A folder keeps the demonstration with which it began."""
    code, _said, complained = run(home, "--no-serve", "--seed", "7", *SHORT)
    assert code == 4
    assert "[not_this_plan]" in complained


def test_a_figure_that_differs_is_named_and_ends_with_1(home: Path, loaded: dict[str, Any]) -> None:
    """Somebody tries a deposit of one baht on a tablet: the network takes it, and the check says so."""
    # The last test on this home, for what a device has recorded stays.
    with Log.open(Home(home / "clients" / "pp01-a")) as log:
        last = log.head()
        assert last is not None
        log.append(
            ShareDeposited(member="pp01-m001", amount_satang=100, box="pp01-o4"),
            by="pp01-o5",
            day=rules.LAST_DAY,
            recorded_at=1_598_100_000_000,
        )
    code, said, _complained = run(home, "--no-serve", "--check", "--json")
    assert code == 1
    differing = json.loads(said)["differences"]
    named = {(one["name"], one["where"], one["found"] - one["expected"]) for one in differing}
    names = ("cash_satang", "fund_satang", "savings_satang", "shares_satang")
    units = ("pp01", "totals")
    assert named == {(f"{u}.{n}", where, 100) for u in units for n in names for where in ("server", "logs")}
