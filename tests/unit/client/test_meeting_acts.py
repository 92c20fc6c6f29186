"""The acts of a meeting on a real log: counts, names of meetings, attendance, and what officers still have to sign."""

from datetime import date
from pathlib import Path

import pytest

from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.meeting import acts, approving
from sajja_client.meeting.cash import read_cash, total_of
from sajja_client.meeting.desk import Desk
from sajja_client.meeting.problems import (
    AlreadyClosed,
    AlreadyOpen,
    CashWrong,
    NobodyUnlocked,
    NoBox,
    NoMeeting,
    NotCounted,
    UnknownMeeting,
    UnknownMember,
)
from sajja_client.meeting.sheet import sheet_of
from sajja_client.office import Moment
from sajja_schemas.events.loans import LoanApproved
from sajja_schemas.events.meetings import MeetingClosed, Present
from sajja_schemas.events.trust import CommitteeTermEnded
from support.meetings import BOX, tablet_of, village
from support.world import ASSEMBLY, World

M1, M2 = "pp01-m001", "pp01-m002"
DAY = date(2020, 6, 5)
THREE = ("pp01-o1", "pp01-o3", BOX)


@pytest.fixture
def world() -> World:
    return village()


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return tablet_of(tmp_path / "tablet", world)


def at(log: Log, day: date = DAY) -> Desk:
    return Desk(log, Moment(by="recorder", day=day, recorded_at=0))


def opened(desk: Desk, cash: str = "-", kind: acts.Kind = "monthly") -> str:
    name, _found = acts.open_meeting(desk, kind=kind, place=None, counted=read_cash([cash]), box=BOX)
    return name


def closed(desk: Desk, cash: str = "-") -> None:
    """Counted, closed and signed by three."""
    view = desk.view()
    acts.count(desk, view, read_cash([cash]), box=BOX, counters=("a", "b"))
    acts.close(desk, desk.view(), box=BOX)
    left = desk.approve(desk.waiting(), desk.unlock(desk.session(view.meeting), THREE), DAY)
    assert not left


@pytest.mark.parametrize(
    ("typed", "satang"),
    [("1000=3 500=2", 400_000), ("๒๐=๗,0.25=4", 14_100), ("-", 0), ("", 0), ("10=0", 0)],
)
def test_cash_is_typed_by_kind_and_pieces(typed: str, satang: int) -> None:
    assert total_of(read_cash([typed])) == satang


@pytest.mark.parametrize("typed", ["1000", "30=1", "1000=x", "1000=-1", "100=1 100=2", "=3", "1000=99999999999"])
def test_a_count_that_cannot_be_read_is_refused_with_the_word(typed: str) -> None:
    with pytest.raises(CashWrong) as refused:
        read_cash([typed])
    assert "1000=3 500=2" in refused.value.thai_sentence


def test_an_opening_count_that_equals_the_last_close_records_no_variance(home: Home) -> None:
    with Log.open(home) as log:
        desk = at(log)
        opened(desk)
        view = desk.view()
        acts.take(desk, view, acts.payer_of(desk, view, M1, box=BOX, dues=acts.dues_at(desk, view)), {"share": 10_000})
        closed(desk, "100=1")
        later = at(log, date(2020, 7, 5))
        lines = log.head()
        _name, found = acts.open_meeting(later, kind="monthly", place=None, counted=read_cash(["100=1"]), box=BOX)
        assert (found.last_count_satang, found.moved_satang, found.unexplained_satang) == (10_000, 0, 0)
        after = log.head()
    assert lines is not None
    assert after is not None
    assert after[0] == lines[0] + 1


def test_one_meeting_at_a_time_and_a_second_of_the_day_has_a_name_of_its_own(home: Home) -> None:
    with Log.open(home) as log:
        desk = at(log)
        with pytest.raises(NoMeeting):
            desk.view()
        assert opened(desk) == "pp01-2020-06-05"
        with pytest.raises(AlreadyOpen):
            opened(desk, kind="committee")
        closed(desk)
        assert opened(desk, kind="committee") == "pp01-2020-06-05-committee"
        closed(desk)
        assert opened(desk) == "pp01-2020-06-05-n2"
        with pytest.raises(UnknownMeeting):
            desk.view("pp01-1999-01-01")


def test_a_close_says_its_totals_its_first_lines_and_the_end_of_every_log(home: Home, world: World) -> None:
    with Log.open(home) as log:
        desk = at(log)
        opened(desk)
        view = desk.view()
        with pytest.raises(NotCounted):
            acts.close(desk, view, box=BOX)
        acts.attend(desk, view, [Present(member=M1, mode="self"), Present(member=M2, mode="absent")], DAY)
        acts.attend(desk, view, [Present(member=M2, mode="proxy")], DAY)
        acts.take(desk, view, acts.payer_of(desk, view, M1, box=BOX, dues=acts.dues_at(desk, view)), {"share": 10_000})
        sheet = sheet_of(desk, desk.view(), acts.dues_at(desk, desk.view()), BOX)
        assert sheet.attended == {"proxy": 1, "self": 1}
        closed(desk, "100=1")
        view = desk.view()
        close = view.closes[0].event
        assert isinstance(close, MeetingClosed)
        assert {(one.type, one.entries, one.amount_satang) for one in close.totals} == {
            ("attendance_recorded", 2, 0), ("share_deposited", 1, 10_000),
        }  # fmt: skip
        assert close.event_count == 5  # the opening, twice the list, the deposit, the count
        assert [ref.device for ref in close.first_entries] == [log.device]
        assert {ref.device for ref in close.devices} == {tablet.name for tablet in world.village("pp01").tablets}
        with pytest.raises(AlreadyClosed):
            acts.refuse_closed(view)


def test_who_is_not_in_the_register_is_not_noted_as_present(home: Home) -> None:
    with Log.open(home) as log:
        desk = at(log)
        opened(desk)
        with pytest.raises(UnknownMember) as refused:
            acts.attend(desk, desk.view(), [Present(member="pp01-m00l", mode="self")], DAY)
        assert M1 in refused.value.thai_sentence


def test_the_list_says_what_each_line_still_needs(home: Home, world: World) -> None:
    """An A1 wants two; an A3 a president, a secretary and a resolution; a signature of the party does not count."""
    second = world.village("pp01").tablets[1]
    resolution = world.resolve(second)
    with Log.open(home) as log:
        desk = at(log)
        loan = LoanApproved(
            loan="l1", member=M1, product="ordinary", amount_satang=100_000, rate_bp_month=100, method="declining",
            months=10, first_due=DAY, resolution=resolution,
        )  # fmt: skip
        name = opened(desk)
        desk.write([loan], DAY)
        with pytest.raises(NobodyUnlocked):
            desk.unlock(desk.session(name), [])
        meeting, approval = desk.waiting()
        assert (meeting.classes, meeting.needs) == (("A1",), "2 more officers")
        assert (approval.subject, approval.amount_satang, approval.classes) == (M1, 100_000, ("A3",))
        assert "the secretary" in approval.needs
        assert "a resolution that is approved" in approval.needs  # this tablet has not pulled it
        assert approval.parties == (M1,)
        left = desk.approve(desk.waiting(), desk.unlock(desk.session(name), ["pp01-o1"]), DAY)
        assert [one.approved_by for one in left] == [("pp01-o1",), ("pp01-o1",)]
        lines = log.head()
        desk.approve(desk.waiting(), desk.session(name), DAY)  # who has signed does not sign again
        assert log.head() == lines


def test_officers_unlock_once_a_meeting_and_for_that_meeting_only(home: Home) -> None:
    with Log.open(home) as log:
        desk = at(log)
        name = opened(desk)
        desk.unlock(desk.session(name), ["pp01-o1"])
        assert at(log).session(name).officers == ("pp01-o1",)
        assert at(log).session("another").officers == ()
        (home.path / "meeting.json").write_text("{torn", encoding="utf-8")
        assert approving.session_of(home, name).officers == ()


def test_without_a_treasurer_somebody_must_say_whose_box_it_is(world: World, tmp_path: Path) -> None:
    ended = CommitteeTermEnded(person=BOX, role="treasurer", assembly=ASSEMBLY)
    world.approve_by_office([world.record(world.office.tablets[0], ended, village="pp01")])
    with Log.open(tablet_of(tmp_path / "later", world)) as log:
        desk = at(log)
        with pytest.raises(NoBox):
            desk.box(None)
        assert desk.box("pp01-o2") == "pp01-o2"
