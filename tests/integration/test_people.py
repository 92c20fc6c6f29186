"""People: an account is set up by its person, signing in needs both factors, and a session ends when it should."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from sajja_schemas import limits
from sajja_server.api.limiter import LIMITER
from sajja_server.clock import now_ms
from sajja_server.people import csrf_of
from sajja_server.rates import Buckets, Rate
from sajja_server.store import people as store
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.signing_in import PASSWORD, Person, get, invite, post, set_up, sign_in, signed_in
from support.waiting import until
from support.world import World

pytestmark = pytest.mark.postgres

ME = "/v1/networks/testnet/people/me"


@pytest.fixture
def world() -> World:
    return World.founded(("pp01",))


@pytest.fixture
async def server(pool: Pool, database: Database, world: World) -> AsyncIterator[TestServer]:
    await admit(database.server_url, world)
    async with serving(pool) as server:
        yield server


@pytest.fixture
async def speaker(server: TestServer, world: World) -> AsyncIterator[Speaker]:
    async with speaking(str(server.make_url("/")), world) as speaker:
        yield speaker


async def committee(pool: Pool, speaker: Speaker) -> Person:
    return await signed_in(pool, speaker.http, speaker.base, "testnet", "network_committee")


async def test_an_account_is_set_up_by_its_person_with_a_code_that_is_good_once(pool: Pool, speaker: Speaker) -> None:
    person = await invite(pool, "testnet", "สมศรี", "auditor")
    _status, offer = await post(speaker.http, speaker.base, person, "setup", {"setup": person.code.lower()})
    assert offer["uri"].startswith("otpauth://totp/")
    assert len(base64.b32decode(offer["secret"])) == 20
    assert {len(row) for row in offer["qr"]} == {len(offer["qr"])}
    await set_up(speaker.http, speaker.base, person)
    assert len(set(person.recovery)) == limits.RECOVERY_CODES
    assert await get(speaker.http, speaker.base, person, ME) == (
        200,
        {
            "network": "testnet",
            "name": "สมศรี",
            "role": "auditor",
            "expires_at": pytest.approx(now_ms() + limits.PERSON_SESSION_SECONDS * 1000, abs=60_000),
            "csrf": csrf_of(person.cookies["__Host-sajja"]),
        },
    )
    for path, more in (("setup", {}), ("setup/finish", {"password": PASSWORD, "code": "123456"})):
        status, problem = await post(speaker.http, speaker.base, person, path, {"setup": person.code, **more})
        assert (status, problem["code"]) == (403, "setup_failed")


async def test_a_one_time_code_that_ran_out_sets_nothing_up(pool: Pool, speaker: Speaker) -> None:
    late = now_ms() - limits.SETUP_SECONDS * 1000 - 1
    person = await invite(pool, "testnet", "late", "auditor", now=late)
    assert (await post(speaker.http, speaker.base, person, "setup", {"setup": person.code}))[1][
        "code"
    ] == "setup_failed"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "my name is mana", "x" * 129])
async def test_a_password_that_is_easily_guessed_is_refused(password: str, pool: Pool, speaker: Speaker) -> None:
    person = await invite(pool, "testnet", "mana", "auditor")
    asked = {"setup": person.code, "password": password, "code": "000000"}
    assert (await post(speaker.http, speaker.base, person, "setup/finish", asked))[1]["code"] == "password_unfit"


async def test_signing_in_needs_the_name_the_password_and_the_code(pool: Pool, speaker: Speaker) -> None:
    """And tells alike, whichever was wrong."""
    person = await committee(pool, speaker)
    digits = person.digits()
    wrong = [
        {"name": "nobody", "password": PASSWORD, "code": digits},
        {"name": person.name, "password": "not the password", "code": digits},
        {"name": person.name, "password": PASSWORD, "code": ""},
        {"name": person.name, "password": PASSWORD, "code": "ABCD-EFGH-JKLM-NPQR"},
    ]
    told = [await post(speaker.http, speaker.base, person, "sign-in", one) for one in wrong]
    assert {(status, problem["code"]) for status, problem in told} == {(401, "sign_in_failed")}
    thai = "".join(chr(ord("๐") + int(digit)) for digit in digits)
    assert (await sign_in(speaker.http, speaker.base, person, code=thai))[0] == 200


async def test_a_code_is_good_for_one_sign_in(pool: Pool, speaker: Speaker) -> None:
    """Whoever looks over a shoulder, or records the request, has nothing."""
    person = await committee(pool, speaker)
    digits = person.digits()
    assert (await sign_in(speaker.http, speaker.base, person, code=digits))[0] == 200
    assert (await sign_in(speaker.http, speaker.base, person, code=digits))[1]["code"] == "sign_in_failed"
    recovery = person.recovery[0].lower().replace("-", " ")
    assert (await sign_in(speaker.http, speaker.base, person, code=recovery))[0] == 200
    assert (await sign_in(speaker.http, speaker.base, person, code=recovery))[1]["code"] == "sign_in_failed"
    async with pool.acquire() as connection:
        assert await store.recovery_left(connection, "testnet", person.name) == limits.RECOVERY_CODES - 1


async def test_two_sign_ins_with_one_code_at_once_are_one(pool: Pool, speaker: Speaker) -> None:
    person = await committee(pool, speaker)
    digits = person.digits()
    told = await asyncio.gather(*(sign_in(speaker.http, speaker.base, person, code=digits) for _ in range(3)))
    assert sorted(status for status, _answer in told) == [200, 401, 401]


async def test_the_cookie_is_for_our_own_pages_over_tls_and_for_no_script(pool: Pool, speaker: Speaker) -> None:
    person = await committee(pool, speaker)
    url = f"{speaker.network}/people/sign-in"
    asked = {"name": person.name, "password": PASSWORD, "code": person.digits()}
    async with speaker.http.post(url, json=asked) as response:
        cookies = {cookie.partition("=")[0]: cookie for cookie in response.headers.getall("Set-Cookie")}
    for cookie in cookies.values():
        for wanted in ("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"):
            assert wanted in cookie
        assert "Domain" not in cookie
    assert set(cookies) == {"__Host-sajja", "__Host-sajja-known"}


async def test_a_session_is_stored_as_a_hash_and_nothing_else_of_it(pool: Pool, speaker: Speaker) -> None:
    person = await committee(pool, speaker)
    async with pool.acquire() as connection:
        rows = [
            *await connection.fetch("SELECT * FROM sajja.account"),
            *await connection.fetch("SELECT * FROM sajja.account_session"),
            *await connection.fetch("SELECT * FROM sajja.account_recovery"),
        ]
    stored = " ".join(repr(value) for row in rows for value in row.values())
    for secret in (person.cookies["__Host-sajja"], person.secret, PASSWORD, person.code, *person.recovery):
        assert secret not in stored
        assert secret.replace("-", "") not in stored
    assert "$argon2id$" in stored


@pytest.mark.parametrize(("column", "ago_seconds"), [("seen_at", limits.PERSON_IDLE_SECONDS), ("expires_at", 0)])
async def test_a_session_ends_when_idle_and_for_good(
    column: str, ago_seconds: int, pool: Pool, speaker: Speaker
) -> None:
    person = await committee(pool, speaker)
    assert (await get(speaker.http, speaker.base, person, ME))[0] == 200
    async with pool.acquire() as connection:
        await connection.execute(
            f"UPDATE sajja.account_session SET {column} = $1", now_ms() - ago_seconds * 1000 - 1_000
        )
    assert (await get(speaker.http, speaker.base, person, ME))[1]["code"] == "sign_in_needed"


async def test_signing_out_ends_the_session_here_or_everywhere(pool: Pool, speaker: Speaker) -> None:
    person = await committee(pool, speaker)
    other = Person(person.network, person.name, person.role, None, "", person.secret, person.recovery)
    assert (await sign_in(speaker.http, speaker.base, other, code=person.recovery[0]))[0] == 200
    kept = dict(person.cookies)
    assert (await post(speaker.http, speaker.base, person, "sign-out", {}))[1] == {"everywhere": False}
    assert person.cookies["__Host-sajja"] == ""
    person.cookies = kept  # whoever copied the cookie has nothing, either
    assert (await get(speaker.http, speaker.base, person, ME))[0] == 401
    assert (await get(speaker.http, speaker.base, other, ME))[0] == 200
    third = Person(person.network, person.name, person.role, None, "", person.secret, person.recovery)
    assert (await sign_in(speaker.http, speaker.base, third, code=person.recovery[1]))[0] == 200
    assert (await post(speaker.http, speaker.base, third, "sign-out", {"everywhere": True}))[0] == 200
    assert (await get(speaker.http, speaker.base, other, ME))[0] == 401


async def test_who_is_disabled_is_out_at_once_and_stays_out(pool: Pool, speaker: Speaker) -> None:
    person = await committee(pool, speaker)
    async with pool.acquire() as connection:
        assert await store.disable(connection, "testnet", person.name, now_ms())
    assert (await get(speaker.http, speaker.base, person, ME))[0] == 401
    assert (await sign_in(speaker.http, speaker.base, person))[1]["code"] == "sign_in_failed"


async def test_a_session_of_one_network_is_none_in_another(pool: Pool, database: Database, speaker: Speaker) -> None:
    other = World.founded(("pp01",), network="othernet")
    await admit(database.server_url, other)
    person = await committee(pool, speaker)
    status, answer = await until(
        lambda: get(speaker.http, speaker.base, person, "/v1/networks/othernet/people/me"),
        lambda told: told[0] != 404,  # it is taken up in a moment
    )
    assert (status, answer["code"]) == (401, "sign_in_needed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sajja-Csrf": "0" * 64},
        {"Sajja-Csrf": ""},
    ],
)
async def test_another_page_changes_nothing_through_the_readers_browser(
    headers: dict[str, str], pool: Pool, speaker: Speaker
) -> None:
    person = await committee(pool, speaker)
    status, problem = await post(speaker.http, speaker.base, person, "sign-out", {"everywhere": True}, **headers)
    assert (status, problem["code"]) == (403, "request_forged")
    assert (await get(speaker.http, speaker.base, person, ME))[0] == 200


async def test_another_page_signs_nobody_in(pool: Pool, speaker: Speaker) -> None:
    """Into the attacker's own account, where the reader would type what is theirs."""
    person = await committee(pool, speaker)
    asked = {"name": person.name, "password": PASSWORD, "code": person.digits()}
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    status, problem = await post(speaker.http, speaker.base, person, "sign-in", asked, **headers)
    assert (status, problem["code"]) == (403, "request_forged")


async def test_a_stranger_who_guesses_all_day_keeps_nobody_out(
    server: TestServer, pool: Pool, speaker: Speaker
) -> None:
    """The account's tries are used up; the browser that signed in before has its own."""
    person = await committee(pool, speaker)
    server.app[LIMITER].sign_in_account = Buckets(Rate(burst=2, seconds_each=3600))
    stranger = Person(person.network, person.name, person.role, None, "")
    told = [await sign_in(speaker.http, speaker.base, stranger, password="guess", code="1") for _ in range(3)]
    assert [status for status, _answer in told] == [401, 401, 429]
    assert 3_000 < told[2][1]["detail"]["wait_seconds"] <= 3_600
    assert (await sign_in(speaker.http, speaker.base, person))[0] == 200
    forged = Person(person.network, person.name, person.role, None, "", cookies={"__Host-sajja-known": "00" * 32})
    assert (await sign_in(speaker.http, speaker.base, forged, password="guess", code="1"))[0] == 429


async def test_an_address_that_asks_too_often_is_told_when_to_come_back(server: TestServer, speaker: Speaker) -> None:
    """A device with a session is not counted by its address: its village goes on."""
    office = speaker.world.office.tablets[0]
    headers = await speaker.session(office)
    assert (await speaker.push(office, office.log)).size > 1
    server.app[LIMITER].address = Buckets(Rate(burst=3, seconds_each=60))
    told = []
    for _ in range(4):
        async with speaker.http.get(f"{speaker.base}/v1/hello") as response:
            told.append((response.status, int(response.headers.get("Retry-After", 0))))
    assert [status for status, _wait in told] == [200, 200, 200, 429]
    assert 0 < told[3][1] <= 60
    async with speaker.http.get(f"{speaker.network}/feeds/office", headers=headers) as response:
        assert response.status == 200


async def test_a_device_that_asks_too_often_is_told_when_to_come_back(server: TestServer, speaker: Speaker) -> None:
    headers = await speaker.session(speaker.world.office.tablets[0])
    server.app[LIMITER].device = Buckets(Rate(burst=1, seconds_each=60))
    statuses = []
    for _ in range(2):
        async with speaker.http.get(f"{speaker.network}/feeds/office", headers=headers) as response:
            statuses.append(response.status)
    assert statuses == [200, 429]


async def test_an_unknown_name_costs_as_much_as_a_known_one(
    pool: Pool, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work is counted, not timed: one password hashed with the same parameters, the same statements."""
    from sajja_server import people

    person = await committee(pool, speaker)
    hashed: list[str] = []
    asked: list[str] = []
    verified, recovered = people._verified, store.use_recovery

    def counting(password: str, password_hash: str) -> bool:
        hashed.append(password_hash.rpartition("$")[0].rpartition("$")[0])
        return verified(password, password_hash)

    async def noting(connection: Any, network: str, name: str, code: bytes) -> bool:
        asked.append(name)
        return await recovered(connection, network, name, code)

    monkeypatch.setattr(people, "_verified", counting)
    monkeypatch.setattr(store, "use_recovery", noting)
    for name, password in (("nobody", PASSWORD), (person.name, "not the password"), (person.name, PASSWORD)):
        await post(speaker.http, speaker.base, person, "sign-in", {"name": name, "password": password, "code": "no"})
    assert len(hashed) == len(asked) == 3
    assert len(set(hashed)) == 1
