"""Forks, gaps, releases and refusals: what a vector cannot say. The effects stand in `vectors/effects.json`."""

import random
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.effect_cases import deposit
from generation.effect_cases_of_repairs import CASES, gap, refuse, resolved, revoke, said
from generation.story import Story
from sajja_schemas.books import Admitted, Books, apply, open_books, originals
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.trust_repairs import ForkResolved
from sajja_schemas.places import disputed, has_come
from sajja_schemas.rules import findings
from sajja_schemas.verdicts import Effect
from support.world import DAY, World, ref_to

FOUNDED = World.founded()
SATANG = 1_000


@pytest.fixture
def story() -> Story:
    return Story(deepcopy(FOUNDED))


def codes(books: Books) -> dict[str, int | None]:
    return {one.code: one.amount_satang for one in findings(books, DAY) if one.code.isupper()}


def fork(story: Story, satang: int = SATANG) -> SignedEntry:
    """A copy of the first tablet goes on from its first line but one."""
    base = story.record(story.first, deposit(1))
    story.record(story.first, deposit(2))
    place = {"previous": to_base64url(base.hash), "sequence": base.sequence + 1}
    return story.record(story.first, deposit(satang), **place)


def folded_as_a_server_does(entries: list[SignedEntry], batch: int) -> Books:
    """In batches, knowing of earlier entries only those that `originals` names."""
    books = open_books(FOUNDED.network, FOUNDED.fingerprint)
    stored: dict[str, bytes] = {}
    for start in range(0, len(entries), batch):
        part = entries[start : start + batch]
        wanted = originals(books, [entry.body for entry in part])
        bodies = {name: stored[name] for name in wanted if name in stored}
        for index, entry in enumerate(part, start):
            name = to_base64url(entry.hash)
            apply(books, Admitted(index, name, entry.body), bodies.get)
            stored[name] = entry.body
            if name in wanted:
                bodies[name] = entry.body
    return books


@pytest.mark.parametrize("case", CASES, ids=[name for name, _tell in CASES])
@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_a_server_that_folds_in_batches_comes_to_the_same(case: tuple[str, object], batch: int, story: Story) -> None:
    tell = case[1]
    assert callable(tell)
    tell(story)
    whole = story.world.fold()
    part = folded_as_a_server_does(story.world.entries, batch)
    assert (part.quarantined, part.balances, part.trust.forks) == (
        whole.quarantined, whole.balances, whole.trust.forks,
    )  # fmt: skip


@given(st.sampled_from(CASES), st.integers(0, 2**32 - 1))
def test_every_ledger_balances_and_nothing_is_undigested_in_any_order(case: tuple[str, object], seed: int) -> None:
    """Decisions, gaps and branches in orders that no honest server gives: no order breaks the books."""
    told = Story(deepcopy(FOUNDED))
    tell = case[1]
    assert callable(tell)
    tell(told)
    chance = random.Random(seed)
    entries = list(told.world.entries)
    prologue, rest = entries[: len(FOUNDED.entries)], entries[len(FOUNDED.entries) :]
    chance.shuffle(rest)
    books = told.world.fold([*prologue, *rest])
    assert Effect.UNDIGESTED not in books.quarantined.values()
    sums: dict[str, int] = {}
    for (ledger, _account, _sub), amount in books.balances.items():
        sums[ledger] = sums.get(ledger, 0) + amount
    assert not any(sums.values())
    assert not books.trust.decided


def test_a_forks_amount_is_disputed_until_people_decide(story: Story) -> None:
    second = fork(story)
    first_branch = story.first.log[-1]
    books = story.world.fold()
    of_fork = books.trust.forks[story.first.name]
    assert of_fork.entries == {to_base64url(second.hash): second.sequence}
    assert of_fork.lines == {("bank:pp01", 1110, "pp01-o4"): SATANG, ("bank:pp01", 3110, "pp01-m001"): -SATANG}
    assert disputed(books.trust.forks) == of_fork.lines
    assert codes(books)["FORKED"] == SATANG
    said(story, resolved(released=(second,), reversed_=(first_branch,)))
    books = story.world.fold()
    assert books.trust.forks == {}
    assert disputed(books.trust.forks) == {}
    assert "FORKED" not in codes(books)
    assert books.balances["bank:pp01", 1110, "pp01-o4"] == SATANG + 1


def test_what_was_refused_of_a_fork_is_not_disputed(story: Story) -> None:
    second = fork(story)
    refuse(story, second)
    assert story.world.fold().trust.forks == {}


def test_what_comes_after_a_decided_fork_is_disputed_anew(story: Story) -> None:
    second = fork(story)
    said(story, ForkResolved(device=story.first.name, reason="a copied tablet"))
    place = {"previous": to_base64url(second.hash), "sequence": second.sequence + 1}
    story.record(story.first, deposit(5), **place)
    books = story.world.fold()
    assert codes(books)["FORKED"] == 5
    assert books.trust.forks[story.first.name].sequence == second.sequence + 1


def test_what_was_stopped_after_a_revocation_waits_for_a_decision(story: Story) -> None:
    for satang in (1, 2):
        story.record(story.first, deposit(satang))
    revoke(story, story.first)
    stopped = [story.record(story.first, deposit(satang)) for satang in (4, 8)]
    assert "AFTER_LAST_TRUSTED" not in codes(story.world.fold())
    assert "STOPPED_AFTER_REVOCATION" in codes(story.world.fold())
    for entry in stopped:
        refuse(story, entry)
    assert "STOPPED_AFTER_REVOCATION" not in codes(story.world.fold())


def test_a_village_believes_the_server_of_gaps_in_the_offices_logs(story: Story) -> None:
    """It sees only what the office's second device says of it, so it cannot follow that log line by line."""
    vault = story.vault
    last, lost, beyond = (said_by_vault(story, at) for at in range(3))
    story.world.entries.remove(lost)
    said(story, gap(last, beyond), village="office")
    story.arrive_last(beyond)
    story.world.entries.append(lost)
    place = {"previous": to_base64url(last.previous), "sequence": last.sequence}
    fork = story.record(vault, ForkResolved(device=vault.name, reason="beside"), village="pp01", **place)
    part = open_books(FOUNDED.network, FOUNDED.fingerprint, partial=True)
    bodies: dict[str, bytes] = {}
    for index, entry in enumerate(story.world.entries):
        if entry.village in {"pp01", "office"}:
            name = to_base64url(entry.hash)
            apply(part, Admitted(index, name, entry.body), bodies.get)
            bodies[name] = entry.body
    for books in (part, story.world.fold()):
        assert books.quarantined.get(to_base64url(lost.hash), Effect.COUNTED) is Effect.COUNTED
        assert books.quarantined[to_base64url(fork.hash)] is Effect.FORKED
        assert books.trust.devices[vault.name].sequence == beyond.sequence
    assert has_come(part.trust, ref_to(last))


def said_by_vault(story: Story, at: int) -> SignedEntry:
    event = story.approval_of(story.world.approve_by_office([story.record(story.first, deposit(at + 1))])[0])
    return story.record(story.vault, event, village="pp01")
