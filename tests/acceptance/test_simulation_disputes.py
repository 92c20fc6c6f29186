"""Thieves, copies, lost lines and the office's decisions, in any order, over servers that are killed.

`make simulate seed=N` tells the long ones; these are short.
"""

import secrets
from pathlib import Path

import pytest

from simulation.disputes import SHORT, Disputes
from simulation.faults import FAULTS
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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if fault.is_quick else pytest.mark.long)
        for name, fault in FAULTS.items()
        if fault.tale == "disputes"
    ],
)
async def test_the_oracle_finds_a_fault_among_thieves(name: str, tmp_path: Path, database: Database) -> None:
    outcome = await Disputes(3, SHORT, tmp_path, database.owner_url, fault=name).run()
    assert any(FAULTS[name].finding in finding for finding in outcome.findings), outcome.findings


def test_a_seed_fixes_every_byte_that_thieves_sign(tmp_path: Path) -> None:
    first, again, other = (
        [entry.hash for entry in Disputes(seed, SHORT, tmp_path, "").world.entries] for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other
