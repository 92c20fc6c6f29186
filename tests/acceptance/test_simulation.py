"""A network's life from a seed: whatever the links and the machines do, the sums are those of what was recorded.

`make simulate seed=N` tells the long stories; these are short ones. The faults show that the oracle is awake.
"""

from pathlib import Path

import pytest

from simulation.faults import FAULTS
from simulation.plan import SMALL
from simulation.story import Outcome, Story
from support.database import Database

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


async def live(seed: int, folder: Path, database: Database, fault: str | None = None) -> Outcome:
    story = Story(seed, SMALL, folder, database.owner_url, fault=fault)
    try:
        return await story.run()
    finally:
        story.people.close()


@pytest.mark.parametrize("seed", [1, 8])
async def test_through_cut_links_and_killed_servers_the_books_are_the_sum_of_what_was_recorded(
    seed: int, tmp_path: Path, database: Database
) -> None:
    outcome = await live(seed, tmp_path, database)
    assert outcome.findings == [], f"reproduce with python -m simulation --small --seed {seed}"
    assert outcome.machines["killed"] >= 1
    assert outcome.points, "a process died at a named point"
    assert outcome.carriers["written"] + outcome.carriers["damaged"] == SMALL.sticks
    assert sum(outcome.links.values()) >= 5, "the weather was bad"
    assert outcome.stored + sum(count for count, _code in outcome.held.values()) == outcome.entries


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if fault.is_quick else pytest.mark.long)
        for name, fault in FAULTS.items()
        if fault.tale == "days"
    ],
)
async def test_the_oracle_finds_a_fault_that_was_put_in(name: str, tmp_path: Path, database: Database) -> None:
    outcome = await live(1, tmp_path, database, name)
    assert any(FAULTS[name].finding in finding for finding in outcome.findings), outcome.findings


def test_a_seed_fixes_every_byte_that_anybody_records(tmp_path: Path) -> None:
    """What came through decides nothing about what is recorded: a failing seed tells the same story again."""
    stories = [Story(seed, SMALL, tmp_path / str(at), "") for at, seed in enumerate((5, 5, 6))]
    first, again, other = (story.record_only() for story in stories)
    for story in stories:
        story.people.close()
    assert first == again
    assert first != other
