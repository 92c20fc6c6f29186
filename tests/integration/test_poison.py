"""What the program cannot digest, or does not know yet, is kept, told loudly, and counted by the program that can."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any, get_args

import msgspec
import pytest

from sajja_schemas import events, registers
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.registers.boxes import note_boxes
from sajja_schemas.state_hash import state_hash
from sajja_schemas.verdicts import Effect
from sajja_server.projections import builds, memory
from sajja_server.store.pool import Pool
from support.database import Database
from support.publishing import fold, merge
from support.rebuilding import answer, command
from support.serving import serving, speaking
from support.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

POISON = 666


@pytest.fixture
def world() -> World:
    world = World.founded(("pp01",))
    world.record(world.village("pp01").tablets[0], ShareDeposited(member="m1", amount_satang=100, box="b1"))
    return world


@pytest.fixture
def mistake(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """This process has a mistake in a register; the command, which is another process, has not."""

    def broken(into: Any, day: Any, lines: Any, sign: int) -> None:
        if any(abs(line[3]) == POISON for line in lines):
            raise ZeroDivisionError
        note_boxes(into, day, lines, sign)

    with monkeypatch.context() as context:
        context.setattr(registers, "note_boxes", broken)
        yield context


def forget(monkeypatch: pytest.MonkeyPatch, event_type: type[Event]) -> None:
    """Let this process be of a release that has no such event yet."""
    known = reduce(or_, (one for one in get_args(events.AnyEvent) if one is not event_type))
    older = msgspec.defstruct("OlderBody", [("event", known)], bases=(Body,), frozen=True, kw_only=True)
    monkeypatch.setattr(events, "_decoder", msgspec.json.Decoder(older))
    monkeypatch.delitem(events.CATALOGUE, str(event_type.__struct_config__.tag))


async def test_a_fold_that_raises_is_loud_and_counted_by_the_rebuild_of_the_program_that_was_mended(
    database: Database, pool: Pool, world: World, mistake: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tablet = world.village("pp01").tablets[0]
    poison = world.record(tablet, ShareDeposited(member="m1", amount_satang=POISON, box="b1"))
    world.record(tablet, ShareDeposited(member="m1", amount_satang=5, box="b1"))
    await merge(pool, world, world.entries)
    told = capsys.readouterr().out
    assert "entry_undigested" in told
    assert to_base64url(poison.hash) in told
    assert "ZeroDivisionError" in told
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        totals = await speaker.totals(at_index=len(world.entries))
        assert totals["undigested"] == 1
        assert totals["totals"]["shares_satang"] == totals["totals"]["cash_satang"] == 105
        _status, ready = await speaker.get_json("/readyz")
        assert ready["networks"][world.network]["undigested"] == 1
    status = answer(command(database.server_url, "status", "--json"))
    assert status["networks"][0]["undigested"] == 1

    # The command is another process, and has no mistake: what it comes to is another state, for a reason.
    refused = command(database.server_url, "rebuild")
    assert refused.returncode == 1
    assert "[state_differs]" in refused.stderr
    assert '"undigested"]' in refused.stderr
    mended = answer(command(database.server_url, "rebuild", "--accept-change", "mended", "--json"))["networks"][0]
    assert mended["undigested"] == 0
    mistake.undo()
    assert mended["switched"]["state_hash"] == to_base64url(state_hash(world.fold()))
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        totals = await speaker.totals(at_index=len(world.entries))
    assert totals["undigested"] == 0
    assert totals["totals"]["shares_satang"] == totals["totals"]["cash_satang"] == 105 + POISON


async def test_what_was_not_digested_is_so_after_a_restart_too(
    pool: Pool, world: World, mistake: pytest.MonkeyPatch
) -> None:
    """What the tables hold is what the fold remembers, also where the fold raised in the middle."""
    world.record(world.village("pp01").tablets[0], ShareDeposited(member="m1", amount_satang=POISON, box="b1"))
    await merge(pool, world, world.entries)
    async with pool.acquire() as connection:
        found = await memory.stored(connection, world.network)
    assert found is not None
    assert state_hash(found.books) == state_hash(world.fold())
    assert list(found.books.quarantined.values()) == [Effect.UNDIGESTED]


async def test_an_event_of_the_future_is_kept_and_counted_by_the_version_that_knows_it(
    database: Database, pool: Pool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older server does not know `share_deposited` yet: it admits it, and counts nothing of it."""
    with monkeypatch.context() as context:
        forget(context, ShareDeposited)
        await merge(pool, world, world.entries)
        async with pool.acquire() as connection:
            found = await memory.stored(connection, world.network)
        assert found is not None
        assert list(found.books.quarantined.values()) == [Effect.UNKNOWN_TYPE]
        assert found.books.balances == {}
    # The next release knows it, and is a new version.
    following = memory.VERSION + 1
    monkeypatch.setattr(memory, "VERSION", following)
    monkeypatch.setattr(builds, "VERSION", following)
    await fold(pool, world, len(world.entries))
    async with pool.acquire() as connection:
        found = await memory.stored(connection, world.network)
        live = await builds.live(connection, world.network)
    assert found is not None
    assert live is not None
    assert (live.number, live.version) == (2, following)
    assert found.books.quarantined == {}
    assert found.books.balances["bank:pp01", 3110, "m1"] == -100
    assert state_hash(found.books) == state_hash(world.fold())
