"""People change their own password: with the present one and a second factor, and nobody else is left signed in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from sajja_server.api.limiter import LIMITER
from sajja_server.rates import Buckets, Rate
from sajja_server.store import people as store
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.signing_in import PASSWORD, Person, get, post, sign_in, signed_in
from support.world import World

pytestmark = pytest.mark.postgres

ME = "/v1/networks/testnet/people/me"
NEW = "ทะเลน้อย-ควายน้ำ-แปดตัว"


@pytest.fixture
async def server(pool: Pool, database: Database) -> AsyncIterator[TestServer]:
    await admit(database.server_url, WORLD)
    async with serving(pool) as server:
        yield server


@pytest.fixture
async def speaker(server: TestServer) -> AsyncIterator[Speaker]:
    async with speaking(str(server.make_url("/")), WORLD) as speaker:
        yield speaker


WORLD = World.founded(("pp01",))


@pytest.fixture
async def person(pool: Pool, speaker: Speaker) -> Person:
    return await signed_in(pool, speaker.http, speaker.base, "testnet", "network_committee")


async def change(speaker: Speaker, person: Person, **asked: str) -> tuple[int, str]:
    """Ask for another password; gives the status, and the problem's code or the account's name."""
    wanted = {"present": PASSWORD, "password": NEW, "code": asked.get("code") or person.digits(), **asked}
    status, answer = await post(speaker.http, speaker.base, person, "password", wanted)
    if status == 200:
        person.csrf = answer["csrf"]
    return status, answer["name"] if status == 200 else answer["code"]


async def test_the_new_password_opens_and_the_old_one_does_not(person: Person, speaker: Speaker) -> None:
    assert await change(speaker, person) == (200, person.name)
    recovery = person.recovery[0]
    assert (await sign_in(speaker.http, speaker.base, person, code=recovery))[1]["code"] == "sign_in_failed"
    assert (await sign_in(speaker.http, speaker.base, person, password=NEW, code=recovery))[0] == 200


async def test_every_other_session_ends_and_this_one_is_new(person: Person, speaker: Speaker, pool: Pool) -> None:
    """Whoever else is signed in, or has copied this session's cookie, is out."""
    elsewhere = Person(person.network, person.name, person.role, None, "")
    assert (await sign_in(speaker.http, speaker.base, elsewhere, code=person.recovery[1]))[0] == 200
    copied = Person(person.network, person.name, person.role, None, "", cookies=dict(person.cookies))
    assert (await change(speaker, person, code=person.recovery[0]))[0] == 200
    for other in (elsewhere, copied):
        status, problem = await get(speaker.http, speaker.base, other, ME)
        assert (status, problem["code"]) == (401, "sign_in_needed")
    status, me = await get(speaker.http, speaker.base, person, ME)
    assert (status, me["name"], me["csrf"]) == (200, person.name, person.csrf)
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM sajja.account_session") == 1
        kept = await store.find(connection, "testnet", person.name)
    assert kept is not None
    assert (kept.password_hash or "").startswith("$argon2id$")


async def test_an_open_screen_does_not_give_the_account_away(person: Person, speaker: Speaker) -> None:
    """The cookie and its token are not enough: neither factor may be missing, and nothing changes half."""
    digits = person.digits()
    wrong = [
        {"present": "a guess of mine", "code": digits},
        {"code": "000000"},
        {"code": "ABCD-EFGH-JKLM-NPQR"},
        {"present": "", "code": " "},
    ]
    assert [await change(speaker, person, **one) for one in wrong] == [(403, "password_not_changed")] * 4
    assert (await get(speaker.http, speaker.base, person, ME))[0] == 200
    # The code was not used up by the guess, and the present password still opens.
    assert (await sign_in(speaker.http, speaker.base, person, code=digits))[0] == 200


async def test_a_code_that_signed_in_changes_no_password(person: Person, speaker: Speaker) -> None:
    digits = person.digits()
    assert (await sign_in(speaker.http, speaker.base, person, code=digits))[0] == 200
    assert await change(speaker, person, code=digits) == (403, "password_not_changed")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "x" * 129, PASSWORD])
async def test_a_password_that_is_easily_guessed_or_the_same_is_refused(
    password: str, person: Person, speaker: Speaker
) -> None:
    assert await change(speaker, person, password=password) == (422, "password_unfit")


async def test_guessing_at_an_open_screen_is_slowed_down_and_keeps_nobody_out(
    server: TestServer, person: Person, speaker: Speaker
) -> None:
    server.app[LIMITER].password_change = Buckets(Rate(burst=2, seconds_each=3600))
    told = [await change(speaker, person, present=f"guess number {at}", code="1") for at in range(3)]
    assert [status for status, _code in told] == [403, 403, 429]
    assert await change(speaker, person) == (429, "too_many_requests")
    assert (await sign_in(speaker.http, speaker.base, person, code=person.recovery[0]))[0] == 200


async def test_two_changes_at_once_with_one_code_are_one(person: Person, speaker: Speaker) -> None:
    code = person.recovery[0]
    copies = [
        Person(person.network, person.name, person.role, None, "", cookies=dict(person.cookies), csrf=person.csrf)
        for _ in range(2)
    ]
    told = await asyncio.gather(
        *(change(speaker, one, code=code, password=f"{NEW}-{at}") for at, one in enumerate(copies))
    )
    assert [status for status, _code in told].count(200) == 1


@pytest.mark.parametrize("headers", [{"Sajja-Csrf": ""}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_page_changes_no_password(headers: dict[str, str], person: Person, speaker: Speaker) -> None:
    asked = {"present": PASSWORD, "password": NEW, "code": person.digits()}
    status, problem = await post(speaker.http, speaker.base, person, "password", asked, **headers)
    assert (status, problem["code"]) == (403, "request_forged")


async def test_an_account_that_was_reset_meanwhile_keeps_what_the_operator_did(
    person: Person, speaker: Speaker, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        account = await store.find(connection, "testnet", person.name)
        assert account is not None
        await store.reset(connection, "testnet", person.name, b"code", 2**40, bytes(16))
        assert await store.change_password(connection, account, "$argon2id$another") is None
        found = await store.find(connection, "testnet", person.name)
    assert found is not None
    assert found.password_hash is None
    assert await change(speaker, person) == (401, "sign_in_needed")
