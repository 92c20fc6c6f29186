"""What a device is told of its standing, what a fork disputes, and what the operator sees of rejected lines."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sajja_client.cli.standing import tell_trust
from sajja_schemas import limits
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import Body, lines_of
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.verdicts import Effect
from sajja_schemas.wire import MEDIA_NDJSON
from sajja_server.status import network_status, rejected_lines
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import Tablet, World, key_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def world() -> World:
    return World.founded(("pp01",))


@pytest.fixture
async def speaker(world: World, pool: Pool, database: Database) -> AsyncIterator[Speaker]:
    await admit(database.owner_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as one:
        await one.push(world.office.tablets[0], world.entries)
        yield one


async def status_of(speaker: Speaker, device: str) -> str:
    headers = await speaker.session(speaker.world.office.tablets[0])
    path = f"/v1/networks/{speaker.world.network}/devices/{device}/head"
    code, head = await speaker.get_json(path, headers=headers)
    assert code == 200
    return str(head.get("status", "enrolled"))


def deposit(satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang, box="pp01-o4")


async def test_a_device_is_told_how_it_stands(speaker: Speaker, world: World) -> None:
    """Unenrolled, enrolled, forked, revoked: the gravest that holds."""
    first, second = world.village("pp01").tablets
    assert await status_of(speaker, Tablet("pp01", key_of("a stranger")).name) == "unenrolled"
    base = world.record(first, deposit(1))
    assert await status_of(speaker, first.name) == "enrolled"
    lines = [base, world.record(first, deposit(2))]
    lines.append(world.record(first, deposit(700), previous=to_base64url(base.hash), sequence=2))
    await speaker.push(first, lines)
    assert await status_of(speaker, first.name) == "forked"
    revoked = world.record(world.office.tablets[0], DeviceRevoked(device=second.name, reason="lost"), village="pp01")
    reply = await speaker.push(world.office.tablets[0], [revoked, *world.approve_by_office([revoked])])
    await speaker.totals(at_index=reply.size)
    assert await status_of(speaker, second.name) == "revoked"


async def test_what_a_fork_disputes_stands_beside_the_balances(speaker: Speaker, world: World) -> None:
    first = world.village("pp01").tablets[0]
    base = world.record(first, deposit(100))
    lines = [base, world.record(first, deposit(200))]
    lines.append(world.record(first, deposit(700), previous=to_base64url(base.hash), sequence=2))
    reply = await speaker.push(first, lines)
    await speaker.totals(at_index=reply.size)
    path = f"/v1/networks/{world.network}/projections/books?ledger=bank:pp01"
    _code, told = await speaker.get_json(path)
    assert {row["account"]: row["amount_satang"] for row in told["balances"]} == {1110: 300, 3110: -300}
    assert {row["account"]: row["amount_satang"] for row in told["disputed"]} == {1110: 700, 3110: -700}
    _code, totals = await speaker.get_json(f"/v1/networks/{world.network}/projections/network_totals")
    (row,) = totals["villages"]
    assert (row["savings_satang"], row["cash_satang"]) == (300, 300)
    assert row["disputed"] == dict.fromkeys(("cash_satang", "fund_satang", "savings_satang", "shares_satang"), 700)
    assert totals["funds"]["welfare"]["disputed"] == {}


async def test_an_entry_that_our_code_cannot_read_is_told_to_everybody(
    speaker: Speaker, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts nowhere, stops nothing, and no page, no health check and no operator is left in doubt."""

    def broken(body: Body, *rest: Any, **more: Any) -> Any:
        if isinstance(body.event, ShareDeposited) and body.event.amount_satang == 666:
            raise RuntimeError("a mistake of ours")
        return lines_of(body, *rest, **more)

    monkeypatch.setattr("sajja_schemas.books.lines_of", broken)
    first = world.village("pp01").tablets[0]
    reply = await speaker.push(first, [world.record(first, deposit(666)), world.record(first, deposit(5))])
    totals = await speaker.totals(at_index=reply.size)
    assert (totals["undigested"], totals["quarantined"]) == (1, {"undigested": 1})
    assert totals["totals"]["savings_satang"] == 5
    _code, status = await speaker.get_json(f"/v1/networks/{world.network}/projections/village_status")
    assert status["undigested"] == 1
    _code, ready = await speaker.get_json("/readyz")
    assert ready["networks"][world.network]["undigested"] == 1
    (told,) = (await network_status(database.server_url, "sajja_app"))["networks"]
    assert told["undigested"] == 1


async def test_the_operator_reads_what_was_rejected(speaker: Speaker, world: World, database: Database) -> None:
    first = world.village("pp01").tablets[0]
    (line,) = world.lines([world.record(first, deposit(1))])
    await speaker.push_lines(first, [b"nonsense", line.replace(b'"amount_satang":1,', b'"amount_satang":9,')])
    newest, oldest = await rejected_lines(database.owner_url, "sajja_app", world.network, 20)
    assert (newest["code"], oldest["code"], oldest["line"]) == ("bad_signature", "unreadable_line", "nonsense")
    assert (newest["unit"], newest["sent_by"]) == ("pp01", first.name)
    assert len(await rejected_lines(database.owner_url, "sajja_app", world.network, 1)) == 1


def test_a_tablet_says_it_of_itself(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    first = world.village("pp01").tablets[0]
    base = world.record(first, deposit(1))
    world.record(first, deposit(2))
    world.record(first, deposit(700), previous=to_base64url(base.hash), sequence=2)
    revoked = world.record(world.office.tablets[0], DeviceRevoked(device=first.name, reason="lost"), village="pp01")
    world.approve_by_office([revoked])
    books = world.fold()
    books.quarantined["from the future"] = Effect.UNKNOWN_TYPE
    tell_trust(books, first.name)
    said = capsys.readouterr().err
    for word in ("ถูกเพิกถอน", "REVOKED", "FORKED from line 2", "7.00", "older than 1 entries"):
        assert word in said
    tell_trust(world.fold(), world.village("pp01").tablets[1].name)
    assert capsys.readouterr().err == ""


async def test_a_flood_of_a_stolen_key_is_asked_to_go_on_later(
    speaker: Speaker, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An enrolled device goes on; the same after its revocation is slowed, and nothing of it is refused."""
    monkeypatch.setattr(limits, "REVOKED_ENTRIES_PER_DAY", 3)
    first = world.village("pp01").tablets[0]
    lines = [world.record(first, deposit(satang)) for satang in range(1, 8)]
    await speaker.push(first, lines[:4])
    await speaker.push(first, lines[4:5])
    revoked = world.record(world.office.tablets[0], DeviceRevoked(device=first.name, reason="lost"), village="pp01")
    reply = await speaker.push(world.office.tablets[0], [revoked, *world.approve_by_office([revoked])])
    await speaker.totals(at_index=reply.size)
    async with speaker.http.post(
        f"{speaker.network}/entries",
        data=b"\n".join(world.lines(lines[5:])),
        headers={"Content-Type": MEDIA_NDJSON, **await speaker.session(first)},
    ) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "600"
        assert (await answer.json(content_type=None))["code"] == "too_many_entries"
