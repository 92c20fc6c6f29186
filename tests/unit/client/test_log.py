"""Several appends that share one durable transaction."""

from datetime import date
from pathlib import Path

import pytest

from sajja_client.log import Log
from sajja_schemas.events.savings import ShareDeposited
from support.homes import home_of
from support.world import World


def of(amount_satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=amount_satang, box="pp01-o4")


def append(log: Log, amount_satang: int) -> int:
    return log.append(of(amount_satang), by="pp01-o5", day=date(2020, 6, 5), recorded_at=amount_satang).sequence


def break_off(log: Log) -> None:
    with log.together():
        append(log, 4)
        append(log, 5 // 0)


def test_what_is_appended_together_is_all_there_or_not_at_all(tmp_path: Path) -> None:
    """A stretch that breaks off leaves no line, and the next append goes on where the log ends."""
    world = World.founded(["pp01"])
    home = home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])
    with Log.open(home) as log:
        first = append(log, 1)
        with log.together():
            assert [append(log, 2), append(log, 3)] == [first + 1, first + 2]
        with pytest.raises(ZeroDivisionError):
            break_off(log)
        assert log.head() is not None
        assert append(log, 6) == first + 3
        log.verify()
        amounts = [entry.body for entry in log.entries(first)]
        assert [b'"amount_satang":%d,' % amount in body for amount, body in zip((2, 3, 6), amounts, strict=True)] == [
            True,
            True,
            True,
        ]
