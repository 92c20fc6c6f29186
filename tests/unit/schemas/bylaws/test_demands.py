"""Whose approval an entry needs, whatever rulesets were adopted and whatever dates people write."""

import json
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.books import Admitted, Books, apply, demand, open_books
from sajja_schemas.bylaws.approvals import RISING, floor_of, is_within_reach
from sajja_schemas.bylaws.demands import FREE, Demand, demand_of, demand_of_reversal, is_raisable
from sajja_schemas.bylaws.history import RulesetHistory
from sajja_schemas.chain import read_line
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import AnyEvent, Body, read_body
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.ledgers import ExpensePaid
from sajja_schemas.events.members import MemberExitSettled
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import ApproverBand, Bylaws
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.transfers import LinkageLoanRepaid
from sajja_schemas.events.trust import CommitteeMemberAppointed, EntryApproved
from sajja_schemas.verdicts import Effect
from support.world import ASSEMBLY

VECTORS = json.loads((Path(__file__).parents[4] / "schemas" / "vectors" / "effects.json").read_text(encoding="utf-8"))
START = date(2020, 1, 1)
days = st.integers(min_value=0, max_value=9).map(lambda number: START + timedelta(days=number))
bands = st.builds(
    ApproverBand,
    event=st.sampled_from(["expense_paid", "share_deposited", "member_exit_settled"]),
    approvers=st.sampled_from(Approvers),
    from_satang=st.integers(min_value=0, max_value=3),
)
rulesets = st.lists(st.tuples(days, st.lists(bands, max_size=3)), max_size=4)
EVENTS: tuple[AnyEvent, ...] = (
    ExpensePaid(ledger="bank:pp01", account=5120, amount_satang=2, channel="cash", box="b"),
    ShareDeposited(member="m1", amount_satang=2, box="b"),
    MemberExitSettled(member="m1", shares_satang=1, net_satang=1),
)


def adopted(*rulesets: tuple[date, list[ApproverBand]], quorum_bp: int | None = None) -> RulesetHistory:
    history = RulesetHistory()
    for version, (effective, named) in enumerate(rulesets, start=1):
        rules = Bylaws(approvals=tuple(named), general_meeting_quorum_bp=quorum_bp)
        event = RulesetAdopted(
            ledger="bank:pp01", version=version, effective_from=effective, rules=rules, assembly=ASSEMBLY
        )
        history.take(event, version, START)
    return history


def written(event: AnyEvent, on: date) -> Body:
    return Body(
        v=1, network="n", village="pp01", device="A" * 43, sequence=1, previous="A" * 43, by="b", date=on,
        recorded_at=0, event=event,
    )  # fmt: skip


def height(asked: Demand) -> int:
    return max(RISING.index(one) for one in asked.classes)


@given(rulesets, st.sampled_from(EVENTS), days, days)
def test_the_declared_class_is_always_asked(
    rules: list[tuple[date, list[ApproverBand]]], event: AnyEvent, on: date, reached: date
) -> None:
    asked = demand_of(adopted(*rules), written(event, on), "pp01", [reached])
    floor = floor_of(event)
    assert floor in asked.classes or floor is Approvers.A0
    assert height(asked) >= RISING.index(floor)
    assert len(set(asked.classes)) == len(asked.classes)
    assert (asked is FREE) is (asked.classes == (Approvers.A0,))


@given(rulesets, st.sampled_from(EVENTS), days, days)
def test_no_date_makes_it_easier_than_the_day_reached(
    rules: list[tuple[date, list[ApproverBand]]], event: AnyEvent, claimed: date, reached: date
) -> None:
    """Whatever date a thief writes, what is in force on the day that the feed has reached is asked."""
    history = adopted(*rules)
    honest = demand_of(history, written(event, reached), "pp01", [reached])
    thief = demand_of(history, written(event, claimed), "pp01", [reached])
    assert height(thief) >= height(honest)
    assert height(thief) >= height(demand_of(history, written(event, claimed), "pp01", []))


@given(rulesets, st.sampled_from(EVENTS), days, days)
def test_a_villages_bylaws_ask_nothing_of_the_office(
    rules: list[tuple[date, list[ApproverBand]]], event: AnyEvent, on: date, reached: date
) -> None:
    asked = demand_of(adopted(*rules), written(event, on), "office", [reached])
    assert asked.classes == (floor_of(event),)


def test_nobody_looks_rules_up_where_no_band_names_the_event() -> None:
    history = adopted((START, [ApproverBand(event="loan_disbursed", approvers=Approvers.A4)]))
    assert [is_raisable(history, event) for event in EVENTS] == [False] * len(EVENTS)
    assert is_raisable(adopted((START, [ApproverBand(event="share_deposited", approvers=Approvers.A1)])), EVENTS[1])
    assert demand_of(history, written(EVENTS[1], START), "pp01", []) is FREE


@given(rulesets, st.sampled_from(EVENTS), days, days, days, days)
def test_no_note_of_a_far_day_makes_the_next_entry_easier(
    rules: list[tuple[date, list[ApproverBand]]], event: AnyEvent, claimed: date, moved: date, today: date, heard: date
) -> None:
    """A thief moves the feed's day first, by a note that nobody signs, and then writes what date pleases."""
    history = adopted(*rules)
    office = min(heard, today)  # no village moves it, and the office has heard of nothing after today
    honest = demand_of(history, written(event, today), "pp01", [])
    thief = demand_of(history, written(event, claimed), "pp01", [max(moved, today), office])
    assert height(thief) >= height(honest)


def test_a_rule_that_is_eased_from_a_later_day_on_holds_until_that_day() -> None:
    """The meeting has resolved already that next year two may sign; a note of next year does not bring it forward."""
    strict = ApproverBand(event="expense_paid", approvers=Approvers.A4)
    history = adopted((START, [strict]), (START + timedelta(days=9), []))
    body = written(EVENTS[0], START + timedelta(days=10))
    far = START + timedelta(days=300)
    assert Approvers.A4 in demand_of(history, body, "pp01", [far, START]).classes
    assert Approvers.A4 not in demand_of(history, body, "pp01", [far, START + timedelta(days=9)]).classes


def test_an_assembly_answers_to_the_quorums_of_both_days() -> None:
    event = CommitteeMemberAppointed(person="p", role="committee", term_from=START, assembly=ASSEMBLY)
    history = adopted((START + timedelta(days=2), []), quorum_bp=7_000)
    body = written(event, START)
    assert demand_of(history, body, "office", []).quorums_bp == (None,)
    assert demand_of(history, body, "office", [START + timedelta(days=1)]).quorums_bp == (None,)
    assert demand_of(history, body, "office", [START + timedelta(days=2)]).quorums_bp == (None, 7_000)
    assert demand_of(history, written(EVENTS[0], START), "pp01", []).quorums_bp == ()


def test_no_band_reaches_the_approval() -> None:
    bylaws = [ApproverBand(event="entry_approved", approvers=Approvers.A1)]
    assert not is_within_reach(Approvers.A1, EntryApproved)
    assert is_within_reach(Approvers.A0, EntryApproved)
    event = EntryApproved(entries=(), approvals=())
    assert demand_of(adopted((START, bylaws)), written(event, START), "pp01", []) is FREE


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        (Demand(Approvers.A0), "A1"), (Demand(Approvers.A1), "A1"), (Demand(Approvers.AU), "A1"),
        (Demand(Approvers.A2), "A2"), (Demand(Approvers.A5), "A2"), (Demand(Approvers.A1, (Approvers.A4,)), "A2"),
        (Demand(Approvers.A1, (Approvers.AU,)), "A1"),
    ],
)  # fmt: skip
def test_a_reversal_is_of_class_a2_where_its_original_is_that_or_more(original: Demand, expected: str) -> None:
    assert demand_of_reversal(original) == expected


def test_a_reversal_of_money_of_a_lighter_side_is_lighter() -> None:
    """Where a field chooses the class, the class is the one that it chooses."""
    repaid = LinkageLoanRepaid(settlement="s", side="received", amount_satang=5, bank="k", linkage_loan="n")
    assert demand_of_reversal(Demand(floor_of(repaid))) is Approvers.A1


def fold(lines: list[str], *, partial: bool) -> tuple[Books, dict[str, str]]:
    """The books of a log, or of a village's feed and the office's, and the feed of each entry."""
    books = open_books(VECTORS["network"], VECTORS["fingerprint"], partial=partial)
    bodies: dict[str, bytes] = {}
    feeds: dict[str, str] = {}
    for index, line in enumerate(lines):
        entry = read_line(line.encode(), VECTORS["network"])
        if partial and entry.village not in {"pp01", "office"}:
            continue
        name = to_base64url(entry.hash)
        apply(books, Admitted(index, name, entry.body), bodies.get)
        bodies[name], feeds[name] = entry.body, entry.village
    return books, feeds


BYLAW_CASES = [case for case in VECTORS["cases"] if case["name"].startswith(("Bylaws", "A reversal", "A4"))]


@pytest.mark.parametrize("case", BYLAW_CASES, ids=[case["name"] for case in BYLAW_CASES])
def test_who_folds_two_feeds_asks_the_same_as_who_folds_all(case: dict[str, list[dict[str, str]]]) -> None:
    lines = [*VECTORS["prologue"], *(line["line"] for line in case["lines"])]
    whole, _feeds = fold(lines, partial=False)
    part, feeds = fold(lines, partial=True)
    assert [part.quarantined.get(name) for name in feeds] == [whole.quarantined.get(name) for name in feeds]
    assert set(part.trust.awaiting) == {name for name in whole.trust.awaiting if name in feeds}


@pytest.mark.parametrize("case", BYLAW_CASES, ids=[case["name"] for case in BYLAW_CASES])
def test_what_was_adopted_survives_being_stored(case: dict[str, list[dict[str, str]]]) -> None:
    books, _feeds = fold([*VECTORS["prologue"], *(line["line"] for line in case["lines"])], partial=False)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(books), type=Books) == books
    for line in case["lines"]:
        body = read_body(read_line(line["line"].encode(), VECTORS["network"]).body)
        assert isinstance(body, Body)
        assert demand(books, body).classes
    assert Effect.UNDIGESTED not in books.quarantined.values()
