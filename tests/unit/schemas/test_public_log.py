"""Which key signs the checkpoints, and under which origin: the log itself says so, and the office alone."""

from copy import deepcopy

import msgspec
import pytest

from sajja_schemas.entry import SignedEntry, from_base64url, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.public_log import LogContinued, LogKeyAdopted
from sajja_schemas.standing import Continued, PublicLog
from sajja_schemas.verdicts import Effect
from support.world import World, key_of

FOUNDED = World.founded(("pp01",))
ROOT = bytes(range(32))
NEXT = "sajja.test/testnet/2"


@pytest.fixture
def world() -> World:
    return deepcopy(FOUNDED)


def effect(world: World, entry: SignedEntry) -> Effect:
    return world.fold().quarantined.get(to_base64url(entry.hash), Effect.COUNTED)


def public_log(world: World) -> PublicLog:
    return world.fold().trust.public_log


def event_of(entry: SignedEntry) -> LogKeyAdopted | LogContinued:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    assert isinstance(body.event, LogKeyAdopted | LogContinued)
    return body.event


def test_the_founding_entry_names_key_and_origin(world: World) -> None:
    assert public_log(world) == PublicLog(origin=world.origin, key=to_base64url(world.log_key.public))


def test_another_key_is_adopted_when_the_office_has_approved_it(world: World) -> None:
    key = key_of("another log key")
    entry = world.adopt_log_key(key)
    assert effect(world, entry) is Effect.COUNTED
    assert public_log(world).key == to_base64url(key.public)
    without_approval = world.fold(world.entries[:-2])
    assert without_approval.trust.public_log.key == to_base64url(world.log_key.public)


def test_a_key_that_did_not_ask_for_it_is_not_adopted(world: World) -> None:
    entry = world.adopt_log_key(key_of("another log key"))
    stolen = msgspec.structs.replace(event_of(entry), key=to_base64url(key_of("victim").public))
    assert effect(world, world.record(world.office.tablets[0], stolen)) is Effect.NOT_AUTHORISED


def test_a_key_from_a_seed_is_for_demonstrations(world: World) -> None:
    assert effect(world, world.adopt_log_key(key_of("seed"), derived=True)) is Effect.NOT_AUTHORISED


def test_what_concerns_the_log_stands_in_the_feed_of_the_office(world: World) -> None:
    adopted = event_of(world.adopt_log_key(key_of("another log key")))
    continued = event_of(world.continue_log(7, ROOT, old_origin=world.origin, new_origin=NEXT))
    for event in (adopted, continued):
        in_a_village = world.record(world.office.tablets[0], event, village="pp01")
        by_a_village = world.record(world.village("pp01").tablets[0], event)
        assert effect(world, in_a_village) is effect(world, by_a_village) is Effect.NOT_AUTHORISED


def test_a_log_goes_on_under_another_origin(world: World) -> None:
    world.continue_log(7, ROOT, old_origin=world.origin, new_origin=NEXT)
    log = public_log(world)
    assert log.origin == NEXT
    assert log.continued == [Continued(world.origin, 7, to_base64url(ROOT))]
    assert from_base64url(log.continued[0].root, 32) == ROOT


def test_of_two_that_continue_one_origin_the_first_has_done_it(world: World) -> None:
    world.continue_log(7, ROOT, old_origin=world.origin, new_origin=NEXT)
    world.continue_log(9, ROOT, old_origin=world.origin, new_origin="sajja.test/testnet/3")
    assert public_log(world).origin == NEXT
    world.continue_log(8, ROOT, old_origin=NEXT, new_origin="sajja.test/testnet/3")
    assert [one.origin for one in public_log(world).continued] == [world.origin, NEXT]


@pytest.mark.parametrize("new_origin", ["sajja.test/testnet/1", "sajja.test/testnet", "sajja test/2"])
def test_an_epoch_only_grows(world: World, new_origin: str) -> None:
    entry = world.continue_log(7, ROOT, old_origin=world.origin, new_origin=new_origin)
    assert effect(world, entry) is Effect.NOT_AUTHORISED


def test_a_name_that_was_no_origin_may_be_followed_by_one(world: World) -> None:
    entry = world.continue_log(0, ROOT, old_origin="testnet", new_origin="sajja.test/testnet/1")
    assert effect(world, entry) is Effect.COUNTED
