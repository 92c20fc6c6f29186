"""People settle an alarm about the network log: with a reason that three officers sign, and the proof kept."""

from pathlib import Path

import pytest

from sajja_client import witness
from sajja_client.log import Log
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.corrections import FindingResolved
from support.commands import answer, run
from support.homes import pulled_home_of
from support.world import World

pytestmark = pytest.mark.slow
REASON = "เซิร์ฟเวอร์กู้คืนจากสำรอง ผู้ตรวจสอบเทียบแล้ว"


def test_an_alarm_stands_until_three_officers_sign_why_it_was(tmp_path: Path) -> None:
    world = World.founded(["pp01"])
    home = pulled_home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])
    with Log.open(home) as log:
        witness.raise_alarm(log.connection, witness.SPLIT_VIEW, kept=b"one root", shown=b"another root")
    assert run("village", "status", "--json", home=home.path).returncode == 4
    words = ("village", "settle-alarm", "--reason", REASON, "--day", "1/6/2563")
    unsaid = run(*words, "--person", "pp01-o1", home=home.path)
    assert unsaid.returncode == 1, "nobody said yes"
    assert "one root" in unsaid.stderr
    few = answer(run(*words, "--yes", "--person", "pp01-o1", "--json", home=home.path))
    assert len(few["settled"]) == 1
    assert run("village", "status", "--json", home=home.path).returncode == 4, "one officer settles nothing"
    three = [word for at in (1, 3, 4) for word in ("--person", f"pp01-o{at}")]
    settled = answer(run(*words, "--yes", *three, "--json", home=home.path))["settled"]
    told = run("village", "status", "--json", home=home.path)
    assert (told.returncode, answer(told)["alarms"]) == (0, [])
    assert answer(run(*words, "--yes", *three, "--json", home=home.path)) == {"settled": []}
    with Log.open(home) as log:
        assert len(witness.alarms(log.connection)) == 1, "the proof stays"
        entry = log.entry(settled[0])
        assert entry is not None
        body = read_body(entry.body)
        assert isinstance(body, Body)
        assert isinstance(body.event, FindingResolved)
        assert body.event.text == REASON
        witness.raise_alarm(log.connection, witness.SPLIT_VIEW, kept=b"one root more", shown=b"another root")
    assert run("village", "status", "--json", home=home.path).returncode == 4, "another contradiction is another alarm"
