"""What may follow what; the rest of the rule stands in `vectors/chains.json`."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from sajja_schemas import limits
from sajja_schemas.chain import Admission, ChainBroken, Judgement, check_log
from sajja_schemas.entry import NO_PREVIOUS, SignedEntry, from_base64url, to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.verdicts import HeldCode, Verdict
from support.world import Tablet, World, key_of


def deposit(satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang, box="pp01-o4")


@pytest.fixture(scope="module")
def world() -> World:
    world = World.founded(("pp01",))
    for satang in (1, 2, 3):
        world.record(world.village("pp01").tablets[0], deposit(satang))
    return world


def broken(entries: list[SignedEntry], fingerprint: bytes | None) -> int:
    with pytest.raises(ChainBroken) as caught:
        check_log(entries, fingerprint)
    assert str(caught.value.sequence) in str(caught.value)
    assert caught.value.reason
    return caught.value.sequence


def test_a_whole_log_gives_its_last_entry(world: World) -> None:
    log = world.village("pp01").tablets[0].log
    assert check_log(log, from_base64url(world.fingerprint, 32)) is log[-1]
    assert check_log([], from_base64url(world.fingerprint, 32)) is None


def test_the_founding_log_is_checked_with_and_without_the_pin(world: World) -> None:
    log = world.office.tablets[0].log
    assert check_log(log, None) is log[-1]
    assert check_log(log, log[0].hash) is log[-1]
    assert broken(log, b"\1" * 32) == 1


def test_a_torn_log_is_named_at_the_first_sequence_that_does_not_hold(world: World) -> None:
    log = world.village("pp01").tablets[0].log
    pin = from_base64url(world.fingerprint, 32)

    def changed(at: int, **fields: Any) -> list[SignedEntry]:
        return [*log[:at], msgspec.structs.replace(log[at], **fields), *log[at + 1 :]]

    assert broken(log[1:], pin) == 1
    assert broken([log[0], log[2]], pin) == 2
    assert broken(log, bytes(32)) == 1
    assert broken(changed(1, previous=bytes(32)), pin) == 2
    assert broken(changed(2, device=bytes(32)), pin) == 3
    assert broken(changed(0, key=log[0].key[::-1]), pin) == 1
    assert broken(changed(2, signature=bytes(64)), pin) == 3
    assert broken(changed(2, body=log[2].body.replace(b":3,", b":4,")), pin) == 3


def test_the_pinned_entry_needs_no_enrolment(world: World) -> None:
    admission = Admission(world.entries[0].hash)
    assert admission.judge(world.entries[1]) == Judgement(Verdict.HELD, HeldCode.DEVICE_NOT_ENROLLED)
    assert admission.judge(world.entries[0]) == Judgement(Verdict.MERGED, index=0)


def test_a_founding_entry_that_points_somewhere_is_held(world: World) -> None:
    entry = msgspec.structs.replace(world.entries[0], previous=b"\1" * 32)
    assert Admission(entry.hash).judge(entry).code is HeldCode.PREDECESSOR_MISSING


def test_a_flood_of_forks_is_held_and_stops_nothing() -> None:
    """Both branches are proof; a flood is not."""
    world = World.founded(("pp01",))
    tablet: Tablet = replace(world.village("pp01").tablets[0], key=key_of("a device of forks"), log=[])
    admission = Admission(from_base64url(world.fingerprint, 32))
    admission.judge(world.entries[0])
    first = world.record(tablet, deposit(1))
    admission.enrolled.add(first.device)
    assert admission.judge(first).verdict is Verdict.MERGED
    place: dict[str, Any] = {"previous": world.fingerprint, "sequence": 1}
    forks = [world.record(tablet, deposit(satang + 2), **place) for satang in range(limits.FORKED_ENTRIES_MAX)]
    assert {admission.judge(fork).verdict for fork in forks} == {Verdict.FORKED}
    one_more = world.record(tablet, deposit(limits.INTEGER_MAX), **place)
    assert admission.judge(one_more) == Judgement(Verdict.HELD, HeldCode.FORK_QUOTA)
    assert admission.judge(forks[-1]).verdict is Verdict.DUPLICATE
    assert admission.judge(world.record(tablet, deposit(5))).verdict is Verdict.MERGED


def test_verdicts_say_what_is_stored_and_what_is_worth_retrying() -> None:
    assert {verdict for verdict in Verdict if verdict.is_stored} == {
        Verdict.DUPLICATE, Verdict.FORKED, Verdict.MERGED,
    }  # fmt: skip
    assert {verdict for verdict in Verdict if verdict.is_retryable} == {Verdict.HELD}


def test_nothing_is_named_by_zeros() -> None:
    assert from_base64url(NO_PREVIOUS, 32) == bytes(32)
    assert to_base64url(bytes(32)) == NO_PREVIOUS
