"""Every route by everybody: what the table does not name is refused, and what it narrows is narrowed."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import msgspec
import pytest

from sajja_schemas.entry import OFFICE
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.access import MAY, ROLES, Audience, Scope, scope_of
from sajja_server.api.projections import PROJECTIONS
from sajja_server.api.routes import ROUTES, Route, plain_path
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.signing_in import Person, get, signed_in
from support.world import World

REFUSALS = {"session_missing", "sign_in_needed", "not_your_village", "office_only", "role_not_allowed"}


def test_every_route_and_projection_stands_in_the_table_and_nothing_else_does() -> None:
    routes = {route.resource for route in ROUTES if route.resource != "projection"}
    assert set(MAY) == routes | {f"projection.{name}" for name in PROJECTIONS}


def test_what_is_not_in_the_table_is_for_nobody() -> None:
    assert {scope_of("projection.new", audience) for audience in Audience} == {None}


def test_a_device_of_a_village_reads_no_projection_and_a_person_records_nothing() -> None:
    assert not [name for name in MAY if name.startswith("projection.") and Audience.DEVICE in MAY[name]]
    writing = {"entries.push", "personal.give", "feed", "personal.ask", "log.entries", "device.head"}
    assert not [name for name in writing if set(MAY[name]) & set(ROLES)]


def test_a_donor_is_given_aggregates_and_an_operator_no_money() -> None:
    for name in PROJECTIONS:
        assert MAY[f"projection.{name}"].get(Audience.DONOR) in {None, Scope.AGGREGATES}
    operator = {name for name in PROJECTIONS if Audience.OPERATOR in MAY[f"projection.{name}"]}
    assert operator == {"builds", "village_status", "witnesses"}


@pytest.fixture
async def speaker(pool: Pool, database: Database) -> AsyncIterator[Speaker]:
    world = World.founded(("pp01", "pp02"))
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        office = world.office.tablets[0]
        reply = await speaker.push(office, office.log)
        for village in ("pp01", "pp02"):
            tablet = world.village(village).tablets[0]
            world.admit(tablet, [f"{village}-m{at:03d}" for at in range(6)])
            world.record(tablet, ShareDeposited(member=f"{village}-m001", amount_satang=12_300, box=f"{village}-o4"))
            reply = await speaker.push(tablet, tablet.log)
        await speaker.totals(at_index=reply.size)
        yield speaker


def addresses(route: Route, world: World) -> list[tuple[str, str]]:
    """What the table calls it, and where it is."""
    tablet = world.village("pp01").tablets[0]
    names = [*PROJECTIONS] if route.resource == "projection" else [""]
    made = [
        plain_path(route.path).format(
            network=world.network, device=tablet.name, village="office", name=name, file="page.css", epoch="1",
            path="tile/0/000", hash="A" * 43,
        )
        for name in names
    ]  # fmt: skip
    return [(f"{route.resource}.{name}".rstrip("."), path) for name, path in zip(names, made, strict=True)]


@pytest.mark.postgres
@pytest.mark.slow
async def test_every_route_is_for_whom_the_table_says(pool: Pool, speaker: Speaker) -> None:
    """A wrong request is allowed to fail in another way, but only where its sender may ask at all."""
    callers: dict[Audience, dict[str, str]] = {Audience.ANYBODY: {}}
    for audience, unit in ((Audience.DEVICE, "pp01"), (Audience.OFFICE_DEVICE, OFFICE)):
        callers[audience] = await speaker.session(speaker.world.units[unit].tablets[0])
    people: dict[Audience, Person] = {}
    for role in ROLES:
        village = "pp01" if role is Audience.VILLAGE_COMMITTEE else None
        people[role] = await signed_in(pool, speaker.http, speaker.base, "testnet", role, village)
        callers[role] = people[role].meaning_it
    wrong: list[tuple[str, Audience, int, Any]] = []
    for route in sorted(ROUTES, key=lambda route: route.resource == "people.sign_out"):
        for resource, path in addresses(route, speaker.world):
            for audience, headers in callers.items():
                async with speaker.http.request(route.method, speaker.base + path, headers=headers) as response:
                    data = await response.read()
                is_json = response.content_type.endswith("json")
                code = msgspec.json.decode(data).get("code") if is_json and response.status >= 400 else None
                if (code in REFUSALS) is (scope_of(resource, audience) is not None):
                    wrong.append((resource, audience, response.status, code))
    assert wrong == []


@pytest.mark.postgres
async def test_a_committee_of_a_village_sees_its_village_only(pool: Pool, speaker: Speaker) -> None:
    person = await signed_in(pool, speaker.http, speaker.base, "testnet", "village_committee", "pp01")
    base = "/v1/networks/testnet/projections"
    told = {name: await get(speaker.http, speaker.base, person, f"{base}/{name}") for name in PROJECTIONS}
    assert {name: status for name, (status, _answer) in told.items() if status != 200} == {
        "builds": 403,
        "witnesses": 403,
    }
    answers = {name: answer for name, (status, answer) in told.items() if status == 200}
    assert answers["network_totals"]["totals"]["shares_satang"] == 12_300
    assert {device["village"] for device in answers["village_status"]["devices"]} == {"pp01"}
    assert {row["ledger"] for row in answers["books"]["balances"]} == {"bank:pp01"}
    assert {finding["village"] for finding in answers["findings"]["findings"]} <= {"pp01"}
    assert not re.search(r"\bpp02\b", msgspec.json.encode(answers).decode())
    for query in ("findings?village=pp02", "findings?village=office"):
        assert (await get(speaker.http, speaker.base, person, f"{base}/{query}"))[1]["code"] == "role_not_allowed"
    status, asked = await get(speaker.http, speaker.base, person, f"{base}/books?ledger=bank:pp02")
    assert (status, asked["balances"]) == (200, [])


@pytest.mark.postgres
async def test_a_donor_sees_sums_and_no_village(pool: Pool, speaker: Speaker) -> None:
    person = await signed_in(pool, speaker.http, speaker.base, "testnet", "donor")
    path = "/v1/networks/testnet/projections/network_totals"
    status, answer = await get(speaker.http, speaker.base, person, path)
    assert status == 200
    assert answer["totals"]["members"] == 10  # of twelve
    assert answer["totals"]["savings_satang"] == 0  # of 246.00
    assert not re.search(r"\bpp0\d", msgspec.json.encode(answer).decode())
    assert await get(speaker.http, speaker.base, person, f"{path}?on=2020-06-01") == (200, answer)


@pytest.mark.postgres
async def test_a_demonstration_is_open_on_its_own_machine_and_nowhere_else(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only a demonstration: what is real asks for a sign-in on this machine, too."""
    real = World.founded(("pp01",))
    monkeypatch.setattr("support.world.NetworkEstablished", partial(NetworkEstablished, demonstration=True))
    shown = World.founded(("pp01",), network="shown")
    path = "/v1/networks/{}/projections/network_totals"
    for world in (real, shown):
        await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), real) as speaker:
        assert (await speaker.get_json(path.format("testnet"), headers={}))[1]["code"] == "sign_in_needed"
        status, totals = await speaker.get_json(path.format("shown"), headers={})
        assert (status, totals["network"]) == (200, "shown")
        assert (await speaker.get_json("/v1/networks/shown/people/me", headers={}))[1]["code"] == "sign_in_needed"
        assert (await speaker.get_json("/v1/networks/shown/feeds/office", headers={}))[1]["code"] == "session_missing"
    public = serving(pool, public_url="https://sajja.example", proxies="127.0.0.1")
    async with public as server, speaking(str(server.make_url("/")), shown) as speaker:
        asked = {"Host": "sajja.example"}
        assert (await speaker.get_json(path.format("shown"), headers=asked))[1]["code"] == "sign_in_needed"
        async with speaker.http.get(speaker.base + "/", headers=asked) as response:
            assert response.headers["Strict-Transport-Security"].startswith("max-age=")
        assert (await speaker.get_json("/v1/hello", headers={}))[1]["code"] == "host_unknown"
        assert (await speaker.get_json("/healthz", headers={}))[0] == 200
