"""`sajja demo --full` as a person runs it: ten years as entries, cut off in the middle, taken up again, and exact."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sajja_client.demo import rules
from sajja_client.demo.figures import expected_figures
from sajja_client.demo.targets import load_targets
from sajja_schemas.rules import RULES
from support.demo_runs import free_port, is_listening, recorded, start
from support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.long]

LOAD_SECONDS = 60 * 60


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home whose first load was killed in its first years."""
    place = Path(tempfile.mkdtemp(prefix="sajja-demo-"))
    place.chmod(0o711)  # PostgreSQL runs as another account where root runs this
    home = place / "home"
    port = free_port()
    child = start(home, "--full", "--no-serve", port=port)
    try:
        wait_until(lambda: (recorded(home), child.poll()), lambda seen: seen[0] > 20_000 or seen[1] is not None)
        assert child.poll() is None, child.communicate()
    finally:
        child.kill()
        child.communicate()
    wait_until(lambda: not is_listening(port))  # or the server outlived the demonstration
    yield home
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def loaded(home: Path) -> dict[str, Any]:
    """What the next run says; the folder knows that it holds ten years."""
    child = start(home, "--no-serve", "--check", "--json", port=free_port())
    said, complained = child.communicate(timeout=LOAD_SECONDS)
    assert child.returncode == 0, (said[-2000:], complained)
    document: dict[str, Any] = json.loads(said)
    return document


def test_ten_years_that_were_cut_off_are_taken_up_and_every_figure_is_exact(loaded: dict[str, Any]) -> None:
    """22 August 2563 and the end of every year from 2553 to 2561, over HTTP and by the fold of the clients' logs."""
    assert loaded["differences"] == []
    assert loaded["checked"] == 2 * len(expected_figures(load_targets(), is_full=True))
    totals = loaded["network_totals"]
    assert totals["index"] + 1 == totals["entries"] == loaded["entries"] >= 300_000
    assert [end["year"] for end in totals["growth"]] == [*range(2010, rules.YEAR + 1)]
    assert not any(end["from_paper"] for end in totals["growth"])


def test_no_grave_finding_of_ten_years_stands_but_what_was_planted(loaded: dict[str, Any]) -> None:
    """The thirteen months have what they have without the years before, and the years before have nothing."""
    grave = {
        code: count
        for code, count in loaded["network_totals"]["findings"].items()
        if RULES[code].severity.value == "high"
    }
    assert set(grave) <= {"DORMANT_WITHDRAWAL", "DUPLICATE_PERSON"}
    assert sum(grave.values()) <= len(loaded["planted"])
