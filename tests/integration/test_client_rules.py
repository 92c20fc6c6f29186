"""What the rules do at a village's tablet, as a person meets them: refused with what to do, or recorded from paper."""

from pathlib import Path

import pytest

from sajja_client.books import fold
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events.savings import SpecialSavingsDeposited
from support.commands import answer, run
from support.world import World
from unit.client.test_books import mirrored

pytestmark = pytest.mark.slow

DAY = ("--day", "02/06/2563")
WITHDRAWAL = ("village", "record", "special_savings_withdrawn", "member=pp01-m001", "amount=3.00", "box=pp01-o4", *DAY)
PAPER = ("--from-paper", "--reason", "แท็บเล็ตหาย", "--second", "pp01-o3", "--by", "pp01-o4")


@pytest.fixture(scope="module")
def world() -> World:
    world = World.founded(["pp01"])
    tablet = world.village("pp01").tablets[1]
    world.admit(tablet, ["pp01-m001"])
    world.record(tablet, SpecialSavingsDeposited(member="pp01-m001", amount_satang=200, box="pp01-o4"))
    return world


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return mirrored(tmp_path / "tablet", world)


def recorded(home: Home) -> list[SignedEntry]:
    """What the tablet's own log holds, once the command has ended."""
    with Log.open(home) as log:
        return list(log.entries())


@pytest.mark.parametrize(
    ("event", "fields", "rule"),
    [
        ("special_savings_withdrawn", ("member=pp01-m001", "amount=3.00", "box=pp01-o4"), "MORE_THAN_THERE_IS"),
        ("share_deposited", ("member=pp01-m999", "amount=3.00", "box=pp01-o4"), "UNKNOWN_MEMBER"),
        ("loan_fine_charged", ("loan=l9", "member=pp01-m001", "amount=5", "box=pp01-o4"), "UNKNOWN_LOAN"),
        ("group_member_joined", ("ledger=group:pp01-x", "member=pp01-m001", "shares=5", "box=b"), "UNKNOWN_GROUP"),
        ("period_closed", ("ledger=bank:pp01", "month=2563-05", "devices=[]"), "CLOSE_LEAVES_OUT_A_DEVICE"),
        ("share_deposited", ("member=pp01-m001", "amount=3", "box=b", "--day", "01/01/2700"), "DATED_TOMORROW"),
        ("activity_held", ("kind=fair", "villages=pp01", "people=2", "women=3"), "MORE_WOMEN_THAN_PEOPLE"),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_what_to_do(
    home: Home, event: str, fields: tuple[str, ...], rule: str
) -> None:
    refused = run("village", "record", event, *fields, home=home.path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert rule in refused.stderr
    assert "[refused_by_rule]" in refused.stderr
    assert "ยังไม่ได้บันทึก" in refused.stderr
    assert recorded(home) == []


def test_what_has_happened_is_recorded_from_paper_found_and_resolved(home: Home) -> None:
    """With a reason and two officers; and the finding is gone once officers signed it off."""
    document = answer(run(*WITHDRAWAL, *PAPER, "--json", home=home.path))
    assert document["event"]["source"] == "paper"
    assert document["event"]["paper_reason"] == "แท็บเล็ตหาย"
    assert {one["code"] for one in document["findings"]} == {"MORE_THAN_THERE_IS"}
    assert fold(home).trust.awaiting == {}, "the recorder and the second officer have signed"
    found = answer(run("village", "findings", "--json", home=home.path))["findings"]
    assert [one["code"] for one in found] == ["CASH_BOX_NEGATIVE", "OVERDRAWN_AFTER_MERGE", "RECORDED_FROM_PAPER"]
    for one in found:
        words = (f"code={one['code']}", "text=ตรวจแล้ว", f"finding={one['name']}")
        sequence = answer(run("village", "record", "finding_resolved", *words, "--json", home=home.path))["sequence"]
        persons = ("--person", "pp01-o1", "--person", "pp01-o3", "--person", "pp01-o4")
        assert run("village", "approve", str(sequence), *persons, home=home.path).returncode == 0
    told = run("village", "findings", home=home.path)
    assert (told.returncode, told.stdout.count("ไม่มีข้อสังเกต")) == (0, 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("share_deposited member=pp01-m001 amount=0 box=b", "field_wrong"),
        ("share_deposited member=pp01-m001 amount=-1 box=b", "field_wrong"),
        ("share_deposited member=pp01-m001 amount=๑.๐๐๕ box=b", "field_wrong"),
        ("share_deposited member=pp01-m001 amount=90071992547409.92 box=b", "field_wrong"),
        ("share_deposited member=pp01-m001 amount=1 box=b --day 29/02/2564", "option_wrong"),
        ("share_deposited member=pp01-m001 amount=1 box=b --day 01/01/0001", "option_wrong"),
        ("welfare_contribution_received member=pp01-m001 amount=30 months=2563-13 box=b", "field_wrong"),
        ("welfare_claim_submitted claim=c1 member=pp01-m001 benefit=birth amount=5 happened=31/4/63", "field_wrong"),
        ("loan_applied loan=l1 member=pp01-m001 product=ordinary amount=5 months=0 purpose=x", "field_wrong"),
        ("loan_disbursed loan=l1 member=m product=ordinary channel=cash box=b gross=100 net=50", "not_recordable"),
        ("expense_paid ledger=bank:pp01 account=5120 channel=cash amount=5", "not_recordable"),
        ("expense_paid ledger=bank:pp02 account=5120 channel=cash amount=5 box=b", "not_yours"),
        ("welfare_claim_paid claim=c9 member=pp01-m001 amount=5 channel=cash box=b", "not_yours"),
        ("expense_paid ledger=welfare account=5120 channel=cash amount=5 box=b", "not_yours"),
        ('year_end_closed ledger=bank:pp01 year=2563 lines=[{"account":4110,"amount_satang":5}]', "not_recordable"),
        ("group_sale_recorded ledger=group:pp01-x item=x quantity=1 amount=-5 box=b", "field_wrong"),
        ("history_recorded year=1800 members=1 savings=1 fund=1", "field_wrong"),
        ("entry_reversed entry=9 reason=other", "field_wrong"),
    ],
)
def test_what_cannot_be_is_one_sentence_in_each_language_and_no_entry(home: Home, words: str, code: str) -> None:
    refused = run("village", "record", *words.split(), home=home.path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"[{code}]" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert any("฀" <= letter <= "๿" for letter in refused.stderr.partition("[")[0])
    assert recorded(home) == []


def test_a_line_that_posts_nothing_is_not_reversed(home: Home) -> None:
    fair = ("activity_held", "kind=fair", "villages=pp01", "people=2", "women=1")
    noted = answer(run("village", "record", *fair, "--json", home=home.path))
    refused = run("village", "record", "entry_reversed", f"entry={noted['sequence']}", "reason=other", home=home.path)
    assert refused.returncode == 2
    assert "[nothing_to_reverse]" in refused.stderr


@pytest.mark.parametrize("options", [("--from-paper",), ("--reason", "x"), ("--from-paper", "--second", "pp01-o3")])
def test_paper_needs_a_reason_and_a_second_officer(home: Home, options: tuple[str, ...]) -> None:
    refused = run(*WITHDRAWAL, *options, home=home.path)
    assert refused.returncode == 2
    assert "[option_wrong]" in refused.stderr


def test_the_second_officer_must_have_a_key_here(home: Home) -> None:
    """Nothing is recorded that could then not be signed."""
    refused = run(*WITHDRAWAL, "--from-paper", "--reason", "x", "--second", "nobody", home=home.path)
    assert "[key_missing]" in refused.stderr
    assert recorded(home) == []


def test_findings_are_printed_in_the_readers_language(home: Home) -> None:
    run(*WITHDRAWAL, *PAPER, home=home.path)
    thai = run("village", "findings", home=home.path).stdout
    english = run("village", "findings", "--all", home=home.path, language="en_US.UTF-8").stdout
    assert "เหรัญญิก" in thai
    assert "OVERDRAWN_AFTER_MERGE" in english
