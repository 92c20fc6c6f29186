"""Officers unlock once at a meeting; the commands that follow sign for them, and after the close nobody does."""

from pathlib import Path
from typing import Final

import pytest

from sajja_client.home import Home
from sajja_client.key_problems import PinNeeded
from sajja_client.log import Log
from sajja_client.meeting import acts, unlocking
from sajja_client.meeting.desk import Desk
from sajja_client.office import Moment
from sajja_client.pinpad import Nobody
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from support.meetings import BOX, tablet_of, village
from support.world import DAY

NOW: Final = Moment(by="pp01-o5", day=DAY, recorded_at=1_590_969_600_000)
PINS: Final = {"pp01-o1": "482915", "pp01-o3": "730264", BOX: "550817"}


class InTheRoom(Nobody):
    """The officers, who type when they are asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def pin(self, person: str, where: str) -> str:
        del where
        self.asked.append(person)
        return PINS[person]


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real village's tablet whose three officers have PINs, as strong as everybody's."""
    world = village()
    home = tablet_of(tmp_path_factory.mktemp("village") / "tablet", world)
    for person, pin in PINS.items():
        home.set_pin(person, pin)
    return home.path


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv(unlocking.RUNTIME_VARIABLE, str(folder))
    return folder


def test_once_a_meeting(tablet: Path, memory: Path) -> None:
    room = InTheRoom()
    with Log.open(Home(tablet, pad=room)) as log:
        desk = Desk(log, NOW)
        meeting, _found = acts.open_meeting(desk, kind="monthly", place=None, counted=(), box=BOX)
        desk.approve(desk.waiting(), desk.unlock(desk.session(meeting), list(PINS)), DAY)
    assert room.asked == list(PINS)
    assert len(list(memory.iterdir())) == 1

    with Log.open(Home(tablet)) as log:  # another command, at which nobody is asked
        desk = Desk(log, NOW)
        paid: list[AnyEvent] = [
            ShareDeposited(member="pp01-m001", amount_satang=10_000, box=BOX),
            ShareWithdrawn(member="pp01-m001", amount_satang=100, box=BOX),
        ]
        desk.write(paid, DAY)
        assert [one.type for one in desk.waiting()] == ["share_withdrawn"]
        session = desk.unlock(desk.session(meeting), [])
        assert desk.approve(desk.waiting(), session, DAY) == []
        desk.lock()

    assert list(memory.iterdir()) == []
    with Log.open(Home(tablet)) as log, pytest.raises(PinNeeded):
        Desk(log, NOW).unlock(Desk(log, NOW).session(meeting), [])
