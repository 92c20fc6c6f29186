"""Thieves, copies, lost lines and the office's decisions, in any order, over servers that are killed.

`make simulate seed=N` tells the long ones; these are short.
"""

import secrets
from pathlib import Path

import pytest

from simulation.disputes import SHORT, Disputes
from support.database import Database

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.mark.parametrize("seed", [3, secrets.randbelow(1_000_000)], ids=["fixed", "random"])
async def test_whatever_order_disputes_arrive_in_the_books_are_the_fold_of_the_log(
    seed: int, tmp_path: Path, database: Database
) -> None:
    outcome = await Disputes(seed, SHORT, tmp_path, database.owner_url).run()
    assert outcome.findings == [], f"reproduce with make simulate seed={seed}, or SHORT with that seed"
    assert set(outcome.mishaps) == {"copied", "stolen", "lost_lines", "stranger"}
    assert outcome.machines["killed"] >= 1
    assert outcome.verdicts["forked"] >= 1


async def test_the_oracle_finds_books_that_let_a_fork_count(tmp_path: Path, database: Database) -> None:
    outcome = await Disputes(3, SHORT, tmp_path, database.owner_url, broken="fork_counts").run()
    assert any("the server's books against the fold of its log" in finding for finding in outcome.findings)
