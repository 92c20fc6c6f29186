"""The interface as it is described: the document is right, and a running server is what it says, whatever is sent."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from sajja_server.api import openapi
from sajja_server.api.limiter import LIMITER
from sajja_server.api.routes import ROUTES, plain_path
from sajja_server.rates import Buckets, Rate
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.signing_in import signed_in
from support.world import World

STORED = Path(__file__).parents[2] / "schemas" / "json" / "openapi.json"
TESTS = Path(__file__).parents[1]
SEED = "1"
NOT_OURS = (
    "positive_data_acceptance",  # a right request may come at the wrong time: the challenge was used
)


def test_the_document_is_openapi_3_1() -> None:
    assert list(OpenAPIV31SpecValidator(openapi.document()).iter_errors()) == []


def test_the_document_has_every_route_and_is_what_is_served_and_stored() -> None:
    document = openapi.document()
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(route.method, plain_path(route.path)) for route in openapi.described()}
    assert {route.resource for route in ROUTES} - {"projection"} < {route.resource for route in openapi.described()}
    assert STORED.read_bytes() == openapi.encoded()


def test_every_operation_has_a_name_of_its_own_and_says_who_may() -> None:
    operations = [one for methods in openapi.document()["paths"].values() for one in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] and operation["description"] for operation in operations)


def narrowed(world: World, folder: Path) -> Path:
    """The document with names that are there, so that the requests come further than to an unknown network.

    Who asks is a header of every request here, and cannot be left out; and whoever signs out would ask no more.
    """
    document = openapi.document()
    document["paths"].pop("/v1/networks/{network}/people/sign-out")
    document["components"].pop("securitySchemes")
    known: Mapping[str, list[str]] = {
        "network": [world.network],
        "device": [world.village("pp01").tablets[0].name],
        "village": ["pp01", "pp02", "office"],
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            operation.pop("security")
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in known:
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
    path = folder / "openapi.json"
    path.write_bytes(msgspec.json.encode(document))
    return path


async def run_schemathesis(
    document: Path, url: str, headers: Mapping[str, str], *, seconds: int, examples: int
) -> None:
    """Fails with what it found."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", str(document), "--url", url, "--seed", SEED,
        "--checks", "all", "--exclude-checks", ",".join(NOT_OURS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(examples), "--max-time", str(seconds), "--request-timeout", "10", "--no-color",
        "--no-shrink", "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "filter_too_much,too_slow",
        *(part for name, value in headers.items() for part in ("-H", f"{name}: {value}")),
    ]  # fmt: skip
    child = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=document.parent,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "support.schemathesis_hooks", "PYTHONPATH": str(TESTS)},
    )
    output, _ = await child.communicate()
    assert child.returncode == 0, output.decode()


@pytest.fixture
async def speaker(pool: Pool, database: Database) -> AsyncIterator[Speaker]:
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        limiter = server.app[LIMITER]
        for name in vars(limiter):
            setattr(limiter, name, Buckets(Rate(burst=1_000_000, seconds_each=0.001)))
        office = world.office.tablets[0]
        reply = await speaker.push(office, office.log)
        await speaker.totals(at_index=reply.size)
        yield speaker


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_running_server_is_what_the_document_says(speaker: Speaker, pool: Pool, tmp_path: Path) -> None:
    document = narrowed(speaker.world, tmp_path)
    person = await signed_in(pool, speaker.http, speaker.base, "testnet", "network_committee")
    callers = [await speaker.session(speaker.world.village("pp01").tablets[0]), person.meaning_it]
    for headers in callers:
        await run_schemathesis(document, speaker.base, headers, seconds=18, examples=4)


@pytest.mark.postgres
@pytest.mark.long
@pytest.mark.parametrize("who", ["device", "office", "network_committee", "village_committee", "operator"])
async def test_and_so_it_is_for_minutes(who: str, speaker: Speaker, pool: Pool, tmp_path: Path) -> None:
    units = {"device": "pp01", "office": "office"}
    if who in units:
        headers = await speaker.session(speaker.world.units[units[who]].tablets[0])
    else:
        village = "pp01" if who == "village_committee" else None
        person = await signed_in(pool, speaker.http, speaker.base, "testnet", who, village)
        headers = person.meaning_it
    document = narrowed(speaker.world, tmp_path)
    await run_schemathesis(document, speaker.base, headers, seconds=120, examples=200)
