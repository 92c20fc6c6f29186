"""What a finding is: its name, its order, what resolves it, and that no rule stops a fold."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given

from sajja_schemas import rules
from sajja_schemas.books import open_books
from sajja_schemas.calendar import reached_day
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.events.corrections import FindingResolved, LateEntryAccepted
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import Role
from sajja_schemas.findings import Finding, Hit
from sajja_schemas.holdings import Books
from sajja_schemas.rules.beside import log_contradicted, person_in_several
from sajja_schemas.rules.held import APPROVERS, AUDIT, HELD, TYPE
from support.world import DAY, World, ref_to
from unit.schemas.rules.scenes import Stage, balance, counted, event, member
from unit.schemas.test_books_laws import FOUNDED, fold_on, folded, histories, reached

ON = date(2020, 8, 22)
A2: tuple[Role, ...] = ("president", "treasurer", "secretary")
FOUND = Finding(
    code="BOX_OVER_LIMIT", village="pp01", subject=("bank:pp01", "b1"), amount_satang=5, fields={"box": "b1", "days": 3}
)


def codes(books: Books) -> list[str]:
    return [finding.code for finding in rules.findings(books, ON)]


def deposit(box: str = "b1") -> ShareDeposited:
    return ShareDeposited(member="nobody", amount_satang=100, box=box)


def test_its_id_is_for_ever_and_its_name_changes_with_its_facts() -> None:
    later = msgspec.structs.replace(FOUND, fields={"box": "b1", "days": 9})
    other = msgspec.structs.replace(FOUND, amount_satang=6)
    assert FOUND.name == later.name, "that days pass is no fact"
    assert FOUND.id == other.id
    assert FOUND.name != other.name
    assert msgspec.structs.replace(FOUND, village="pp02").id != FOUND.id


def test_the_gravest_and_largest_come_first() -> None:
    stage = Stage()
    for account, sub, satang in ((1112, "c1", -9_000), (1110, "b1", -5), (1110, "b2", -7)):
        balance("bank:pp01", account, sub, satang)(stage)
    first = [(one.code, one.amount_satang) for one in rules.findings(stage.books, ON)]
    assert first[1:] == [
        ("CASH_BOX_NEGATIVE", 7),
        ("CASH_BOX_NEGATIVE", 5),
        ("CARRIER_RECEIVED_MORE", 9_000),
    ]


def test_a_finding_is_told_in_both_languages() -> None:
    stage = Stage()
    balance("bank:pp01", 2110, "m1", 12_345)(stage)
    told = next(rules.told(one) for one in rules.findings(stage.books, ON) if one.code == "OVERDRAWN_AFTER_MERGE")
    assert told["thai"] == "m1 ถอนเงินเกินยอด 123.45 บาท (บัญชี 2110 เงินรับฝากออมพิเศษ)"
    assert told["english"] == "m1 took out 123.45 baht more than stood in account 2110"


def test_officers_resolve_a_finding_by_its_name_until_its_facts_change() -> None:
    stage = Stage()
    balance("bank:pp01", 1110, "b1", -5)(stage)
    balance("bank:pp01", 3110, "m1", 5)(stage)
    for finding in rules.findings(stage.books, ON):
        stage.count(FindingResolved(code=finding.code, text="counted again", finding=finding.name))
    assert codes(stage.books) == []
    balance("bank:pp01", 1110, "b1", -6)(stage)
    balance("bank:pp01", 3110, "m1", 6)(stage)
    assert "CASH_BOX_NEGATIVE" in codes(stage.books)


def test_officers_resolve_a_finding_by_its_entries() -> None:
    world, entry = with_a_finding()
    tablet = world.village("pp01").tablets[0]
    assert codes(world.fold()) == ["UNKNOWN_MEMBER"]
    resolved = world.record(
        tablet, FindingResolved(code="UNKNOWN_MEMBER", entries=(ref_to(entry),), text="a child of m001")
    )
    assert codes(world.fold()) == ["UNKNOWN_MEMBER"], "without officers nothing is resolved"
    world.approve(tablet, [resolved], A2)
    assert codes(world.fold()) == []


def with_a_finding() -> tuple[World, SignedEntry]:
    world = World.founded()
    tablet = world.village("pp01").tablets[0]
    return world, world.record(tablet, deposit())


def test_a_reversal_takes_the_finding_with_it() -> None:
    world, entry = with_a_finding()
    tablet = world.village("pp01").tablets[0]
    assert codes(world.fold()) == ["UNKNOWN_MEMBER"]
    taken_back = world.record(tablet, EntryReversed(entry=ref_to(entry), reason="wrong_member"))
    world.approve(tablet, [taken_back], ("president", "secretary"))
    assert codes(world.fold()) == []


def test_a_finding_goes_when_what_it_missed_comes() -> None:
    """A deposit on one tablet, the admission on another: whichever arrives first, nothing stands in the end."""
    world, _entry = with_a_finding()
    world.admit(world.village("pp01").tablets[1], ["nobody"])
    books = world.fold()
    assert codes(books) == []
    assert books.findings, "kept all the same: the reversal of the admission brings it back"


def test_who_only_wants_balances_keeps_no_findings() -> None:
    world, _entry = with_a_finding()
    bodies = {to_base64url(one.hash): one.body for one in world.entries}
    books = fold_on(open_books(world.network, world.fingerprint, judges=False), world.entries, 0, bodies)
    assert books.findings == {}


def test_what_comes_from_paper_counts_at_once_and_two_officers_sign_for_it() -> None:
    world = World.founded()
    tablet = world.village("pp01").tablets[0]
    world.admit(tablet, ["m1"])
    paper = ShareDeposited(member="m1", amount_satang=100, box="b1", source="paper", paper_reason="tablet was lost")
    entry = world.record(tablet, paper)
    books = world.fold()
    assert books.balances["bank:pp01", 3110, "m1"] == -100
    assert codes(books) == ["CASH_NOT_APPROVED", "RECORDED_FROM_PAPER"]
    world.approve(tablet, [entry], ("secretary", "treasurer"))
    assert codes(world.fold()) == ["RECORDED_FROM_PAPER"]


def test_a_late_entry_is_settled_by_its_acceptance() -> None:
    stage = Stage()
    ref = {"device": "A" * 43, "sequence": 1, "hash": "A" * 43}
    counted("period_closed", ledger="bank:pp01", month="2020-06", devices=[ref])(stage)
    member()(stage)
    body = stage.body(event("share_deposited", member="m1", amount_satang=1, box="b1"))
    rules.judge(stage.books, "late", body)
    (late,) = [one for one in rules.findings(stage.books, date(2020, 7, 1)) if one.code == "LATE_ENTRY"]
    ((device, sequence),) = late.entries
    accepted = msgspec.convert({**ref, "device": device, "sequence": sequence}, type(ref_to(FOUNDED.entries[0])))
    stage.count(LateEntryAccepted(entry=accepted, posted_month="2020-07", delay="late"))
    assert "LATE_ENTRY" not in codes(stage.books)


def test_a_tablet_that_knows_nobody_refuses_nobody() -> None:
    stage = Stage()
    body = stage.body(deposit())
    assert rules.refusals(stage.books, body) == []
    assert [one.code for one in rules.questions(stage.books, body)] == ["UNKNOWN_MEMBER"]
    member()(stage)
    assert [one.code for one in rules.refusals(stage.books, body)] == ["UNKNOWN_MEMBER"]


def test_a_rule_that_raises_is_a_finding_and_the_entry_counts() -> None:
    def breaks(_books: Books, _body: Body) -> Hit | None:
        raise ZeroDivisionError

    stage = Stage()
    rule = msgspec.structs.replace(rules.ENTRY_RULES[0], check=breaks)
    body = stage.body(deposit())
    finding = rules.ask(rule, stage.books, body, "entry")
    assert finding is not None
    assert finding.code == "RULE_FAILED"
    assert finding.fields == {"rule": "UNKNOWN_MEMBER", "error": "ZeroDivisionError"}
    assert finding.entries == ((body.device, body.sequence),)


def raising(*_asked: object) -> Any:
    raise ZeroDivisionError


def test_a_standing_rule_that_raises_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told gravely, and the others are asked: whoever reads findings never meets an error in their place."""
    stage = Stage()
    balance("bank:pp01", 1110, "b1", -5)(stage)
    sound = codes(stage.books)
    assert "CASH_BOX_NEGATIVE" in sound
    broken = msgspec.structs.replace(rules.STANDING_RULES[0], read=raising)
    monkeypatch.setattr(rules, "STANDING_RULES", (broken, *rules.STANDING_RULES[1:]))
    told = rules.findings(stage.books, ON)
    assert {one.code for one in told} == ({*sound, "RULE_FAILED"} - {broken.code})
    (failed,) = [one for one in told if one.code == "RULE_FAILED"]
    assert rules.told(failed)["english"] == (
        f"the rule {broken.code} could not be asked: a mistake of the program (ZeroDivisionError)"
    )


def test_a_finding_whose_clearing_raises_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _entry = with_a_finding()
    books = world.fold()
    rule = next(one for one in rules.ENTRY_RULES if one.code == "UNKNOWN_MEMBER")
    monkeypatch.setitem(rules._STILL, "UNKNOWN_MEMBER", msgspec.structs.replace(rule, still=raising))
    assert sorted(codes(books)) == ["RULE_FAILED", "UNKNOWN_MEMBER"]


def test_a_rule_that_raises_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the tablet the act is recorded: the people are in the room, and cannot mend our program."""
    stage = Stage()
    member()(stage)
    broken = msgspec.structs.replace(rules.ENTRY_RULES[0], check=raising)
    monkeypatch.setattr(rules, "ENTRY_RULES", (broken,))
    body = stage.body(deposit())
    assert rules.refusals(stage.books, body) == []
    assert [one.code for one in rules.questions(stage.books, body)] == ["RULE_FAILED"]


def test_a_reversal_takes_a_failed_rule_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = msgspec.structs.replace(rules.ENTRY_RULES[0], check=raising)
    monkeypatch.setattr(rules, "_KEPT", {ShareDeposited: (broken,)})
    world, entry = with_a_finding()
    tablet = world.village("pp01").tablets[0]
    assert codes(world.fold()) == ["RULE_FAILED"]
    taken_back = world.record(tablet, EntryReversed(entry=ref_to(entry), reason="wrong_member"))
    world.approve(tablet, [taken_back], ("president", "secretary"))
    assert codes(world.fold()) == []


def test_one_person_in_several_places_is_told_by_ids_and_said_not_to_follow_from_the_log() -> None:
    places = {("pp07", "pp07-m1"): ("d" * 43, 5), ("pp02", "pp02-m9"): ("c" * 43, 3)}
    finding = person_in_several(places)
    told = rules.told(finding)
    assert (told["code"], told["basis"], told["village"]) == ("DUPLICATE_PERSON", "personal_parts", "office")
    assert told["english"] == "one identity number stands for 2 members or applicants: pp02/pp02-m9 · pp07/pp07-m1"
    assert finding.entries == (("c" * 43, 3), ("d" * 43, 5))
    assert person_in_several(dict(reversed(places.items()))).name == finding.name
    later = person_in_several({**places, ("pp07", "pp07-m1"): ("d" * 43, 6)})
    assert (later.id, later.name != finding.name) == (finding.id, True), "told anew, it stands anew"


def test_another_log_than_the_published_one_is_told_of_the_entry_that_says_so() -> None:
    place = ("a-device", 7)
    told = rules.told(log_contradicted("pp01", "tablet b", place, "sajja.test/n/1", 40, "root"))
    assert (told["code"], told["basis"], told["village"]) == ("LOG_CONTRADICTED", "checkpoints", "pp01")
    assert told["entries"] == [{"device": "a-device", "sequence": 7}]
    other = log_contradicted("pp01", "tablet b", place, "sajja.test/n/1", 40, "another root")
    assert other.name != told["name"]


def test_no_fold_finds_what_lies_beside_the_log() -> None:
    """Even where a foreign client put a hash of a number into a body."""
    stage = Stage()
    for village in ("pp01", "pp02"):
        counted(
            "member_application_submitted", village=village, applicant="a1", gender="female", group="general",
            scopes=["bank"], person_hash="A" * 43,
        )(stage)  # fmt: skip
    assert codes(stage.books) == []


def test_the_day_of_the_books_never_runs_ahead_of_the_clock() -> None:
    noon = 1_590_969_600_000  # 1 June 2020
    assert reached_day([date(2020, 5, 1), date(2029, 1, 1)], noon) == DAY
    assert reached_day([date(2020, 5, 1)], noon) == date(2020, 5, 1)
    assert reached_day([], noon) == DAY


@given(histories)
def test_no_history_makes_a_rule_raise(seed: int) -> None:
    books = folded(seed)
    assert not [one for one in books.findings.values() if one.code == "RULE_FAILED"]
    rules.findings(books, ON)


@given(histories)
def test_live_and_rebuilt_find_the_same(seed: int) -> None:
    """Whatever stops in between, the fold goes on as if nothing had."""
    log, whole = reached(seed, seed)
    bodies = {to_base64url(entry.hash): entry.body for entry in log}
    cut = len(log) // 2
    books = fold_on(open_books(FOUNDED.network, FOUNDED.fingerprint), log[:cut], 0, bodies)
    again: Any = msgspec.msgpack.decode(msgspec.msgpack.encode(books), type=Books)
    rebuilt = fold_on(again, log[cut:], cut, bodies)
    assert rules.findings(rebuilt, ON) == rules.findings(whole, ON)


@pytest.mark.parametrize("code", sorted(rules.RULES))
def test_a_code_is_words_and_a_rule_says_all_it_must(code: str) -> None:
    rule = rules.RULES[code]
    assert code == rule.code
    assert code.replace("_", "A").isalpha()
    assert code.isupper()
    assert all((rule.thai, rule.english, rule.next_thai, rule.next_english, rule.source))


def test_every_invariant_of_the_catalogue_is_held_by_something() -> None:
    """By a rule that exists, or by what makes one needless; and a rule of entries is asked of that event."""
    assert set(HELD) == {tag for tag, event_type in CATALOGUE.items() if event_type.declared.must is not None}
    for held in HELD.values():
        assert set(held) <= {TYPE, APPROVERS, AUDIT, *rules.RULES}
    asked = [(tag, rule) for tag, held in HELD.items() for rule in rules.ENTRY_RULES if rule.code in held]
    assert [(tag, rule.code) for tag, rule in asked if CATALOGUE[tag] not in rule.events] == []
