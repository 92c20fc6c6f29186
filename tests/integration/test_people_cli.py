"""`sajja-server people`, as an operator types it: a code is printed once, and no password ever is."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from sajja_server.cli import app
from support.database import Database
from support.serving import admit, serve_world, serving, speaking
from support.signing_in import Person, get, set_up
from support.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

PUBLIC = "https://sajja.example"


async def run(database: Database, *arguments: str) -> tuple[int, str]:
    """The command in a thread, with an event loop of its own."""
    environment = {"SAJJA_DATABASE_URL": database.server_url, "SAJJA_PUBLIC_URL": PUBLIC}
    ran = await asyncio.to_thread(CliRunner().invoke, app, ["people", *arguments], env=environment)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.output


async def test_an_account_is_added_listed_reset_and_disabled(database: Database) -> None:
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    status, printed = await run(database, "add", "Somsri", "--role", "village_committee", "--village", "pp01", "--json")
    assert status == 0, printed
    invited = json.loads(printed)
    assert invited["name"] == "somsri"
    assert invited["link"] == f"{PUBLIC}/#network=testnet&setup={invited['code']}"
    assert json.loads((await run(database, "list", "--json"))[1])["people"][0]["state"] == "waiting"

    person = Person("testnet", "somsri", "village_committee", "pp01", invited["code"])
    pool = await serve_world(database.server_url)
    try:
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await set_up(speaker.http, speaker.base, person)
            me = "/v1/networks/testnet/people/me"
            assert (await get(speaker.http, speaker.base, person, me))[1]["village"] == "pp01"
            assert json.loads((await run(database, "list", "--json"))[1])["people"][0]["state"] == "active"
            status, printed = await run(database, "reset", "somsri")
            assert status == 0
            assert "รหัสตั้งค่าครั้งแรก · One-time code: " in printed
            assert invited["code"] not in printed
            assert (await get(speaker.http, speaker.base, person, me))[0] == 401
    finally:
        await pool.close()
    status, printed = await run(database, "disable", "somsri")
    assert status == 0, printed
    _status, printed = await run(database, "list")
    assert "กรรมการหมู่บ้าน · village committee" in printed
    assert "ปิดแล้ว · disabled" in printed


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("add", "x", "--role", "auditor"), 2, "2 ถึง 40"),
        (("add", "mana", "--role", "king"), 2, "network_committee"),
        (("add", "mana", "--role", "village_committee"), 2, "--village"),
        (("add", "mana", "--role", "auditor", "--village", "pp01"), 2, "--village"),
        (("add", "mana", "--role", "village_committee", "--village", "office"), 2, "ไม่ใช่รหัสหมู่บ้าน"),
        (("add", "mana", "--role", "auditor", "--network", "nowhere"), 2, "testnet"),
        (("reset", "nobody"), 1, "ไม่มีบัญชี"),
        (("disable", "nobody"), 1, "ไม่มีบัญชี"),
    ],
)
async def test_a_wrong_command_says_what_to_do(
    arguments: tuple[str, ...], exit_code: int, said: str, database: Database
) -> None:
    await admit(database.server_url, World.founded(("pp01",)))
    status, printed = await run(database, *arguments)
    assert (status, said in printed) == (exit_code, True), printed
    assert "Traceback" not in printed
