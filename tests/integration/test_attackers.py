"""What somebody may try who has no key, an old token, another network's, or all the time in the world."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sajja_schemas import limits, signing
from sajja_schemas.entry import from_base64url, to_base64url
from sajja_schemas.wire import MEDIA_NDJSON, MEDIA_PROBLEM
from sajja_server.api.context import SESSIONS
from sajja_server.api.limiter import LIMITER
from sajja_server.api.routes import ROUTES
from sajja_server.clock import now_ms
from sajja_server.rates import Buckets, Rate
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, signed_challenge, speaking
from support.waiting import PATIENCE_SECONDS
from support.world import World

pytestmark = pytest.mark.postgres


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
        office = world.office.tablets[0]
        reply = await speaker.push(office, office.log)
        await speaker.totals(at_index=reply.size)
        yield speaker


async def challenge_of(speaker: Speaker, device: str) -> str:
    status, told = await speaker.post_json(f"{speaker.network}/devices/{device}/challenge", None)
    assert status == 200
    return str(told["challenge"])


async def session_code(speaker: Speaker, device: str, answer: dict[str, str]) -> str:
    status, told = await speaker.post_json(f"{speaker.network}/devices/{device}/session", answer)
    return "opened" if status == 200 else str(told["code"])


async def test_an_answer_that_was_overheard_opens_nothing(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    answer = signed_challenge(tablet.key, await challenge_of(speaker, tablet.name), world.fingerprint, speaker.base)
    assert await session_code(speaker, tablet.name, answer) == "opened"
    told = await asyncio.gather(*(session_code(speaker, tablet.name, answer) for _ in range(3)))
    assert told == ["challenge_failed"] * 3


async def test_one_answer_sent_twice_at_once_opens_one_session(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    answer = signed_challenge(tablet.key, await challenge_of(speaker, tablet.name), world.fingerprint, speaker.base)
    told = await asyncio.gather(*(session_code(speaker, tablet.name, answer) for _ in range(4)))
    assert sorted(told) == [*["challenge_failed"] * 3, "opened"]


async def test_only_this_device_in_this_network_with_this_purpose_answers(speaker: Speaker, world: World) -> None:
    tablet, neighbour = world.village("pp01").tablets
    asked = await challenge_of(speaker, tablet.name)
    message = from_base64url(asked, 32) + from_base64url(world.fingerprint, 32)
    wrong = [
        signed_challenge(neighbour.key, asked, world.fingerprint, speaker.base),  # another device's key
        signed_challenge(tablet.key, asked, to_base64url(bytes(32)), speaker.base),  # for another network
        {"challenge": asked, "signature": to_base64url(tablet.key.sign(signing.ENTRY_TAG, message))},  # as an entry
        signed_challenge(tablet.key, to_base64url(b"\1" * 32), world.fingerprint, speaker.base),  # of one's own making
        # of a neighbour
        signed_challenge(tablet.key, await challenge_of(speaker, neighbour.name), world.fingerprint, speaker.base),
    ]
    assert [await session_code(speaker, tablet.name, one) for one in wrong] == ["challenge_failed"] * 5
    # None of it used the challenge up: a stranger's wrong answers keep the device out of nothing.
    answer = signed_challenge(tablet.key, asked, world.fingerprint, speaker.base)
    assert await session_code(speaker, tablet.name, answer) == "opened"


async def test_an_answer_that_comes_too_late_opens_nothing(
    speaker: Speaker, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sajja_server.api import devices

    tablet = world.village("pp01").tablets[0]
    answer = signed_challenge(tablet.key, await challenge_of(speaker, tablet.name), world.fingerprint, speaker.base)
    monkeypatch.setattr(devices, "now_ms", lambda: now_ms() + limits.CHALLENGE_SECONDS * 1000 + 1)
    assert await session_code(speaker, tablet.name, answer) == "challenge_failed"


async def test_a_flood_of_questions_stores_nothing_and_pushes_nothing_out(
    speaker: Speaker, world: World, pool: Pool
) -> None:
    tablet = world.village("pp01").tablets[0]
    mine = await challenge_of(speaker, tablet.name)
    for _ in range(150):
        await challenge_of(speaker, tablet.name)
    async with pool.acquire() as connection:
        stored = await connection.fetchval("SELECT count(*) FROM sajja.session_challenge")
    assert stored <= 1  # the office's, which was answered
    answer = signed_challenge(tablet.key, mine, world.fingerprint, speaker.base)
    assert await session_code(speaker, tablet.name, answer) == "opened"


async def test_a_device_has_a_bounded_number_of_sessions(speaker: Speaker, world: World, pool: Pool) -> None:
    tablet = world.village("pp01").tablets[0]
    for _ in range(limits.DEVICE_SESSIONS_MAX + 3):
        answer = signed_challenge(tablet.key, await challenge_of(speaker, tablet.name), world.fingerprint, speaker.base)
        assert await session_code(speaker, tablet.name, answer) == "opened"
    async with pool.acquire() as connection:
        stored = await connection.fetchval(
            "SELECT count(*) FROM sajja.device_session WHERE device = $1", from_base64url(tablet.name, 32)
        )
    assert stored == limits.DEVICE_SESSIONS_MAX


async def test_a_session_that_ran_out_reads_and_writes_nothing(
    speaker: Speaker, world: World, pool: Pool, server: TestServer
) -> None:
    headers = await speaker.session(world.office.tablets[0])
    async with pool.acquire() as connection:
        await connection.execute("UPDATE sajja.device_session SET expires_at = $1", now_ms() - 1)
    server.app[SESSIONS].clear()
    for method, path in (("GET", "/feeds/office"), ("POST", "/entries"), ("GET", "/log/entries")):
        async with speaker.http.request(method, speaker.network + path, headers=headers) as response:
            assert (response.status, (await response.json(content_type=None))["code"]) == (401, "session_missing")


async def test_another_villages_feed_is_not_read_and_an_unknown_one_looks_alike(speaker: Speaker, world: World) -> None:
    headers = await speaker.session(world.village("pp01").tablets[0])
    told = []
    for village in ("pp02", "pp99"):
        async with speaker.http.get(f"{speaker.network}/feeds/{village}", headers=headers) as response:
            told.append((response.status, await response.read()))
    assert told[0] == told[1]
    assert told[0][0] == 403


async def raw(speaker: Speaker, head: str, *pieces: bytes, pause_seconds: float = 0) -> bytes:
    """Send bytes, and wait for an answer: a server that goes on waiting gives none."""
    host, port = speaker.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}\r\n\r\n".replace("\n", "\r\n").replace("\r\r", "\r").encode())
    try:
        for piece in pieces:
            await asyncio.sleep(pause_seconds)
            writer.write(piece)
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(4_000), PATIENCE_SECONDS)
    finally:
        writer.close()
    return answer


async def test_a_body_that_never_comes_is_not_waited_for(
    speaker: Speaker, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BODY_IDLE_SECONDS", 0.3)
    headers = await speaker.session(world.office.tablets[0])
    head = (
        f"POST /v1/networks/{world.network}/entries HTTP/1.1\nHost: 127.0.0.1\nContent-Type: {MEDIA_NDJSON}\n"
        f"Authorization: {headers['Authorization']}\nContent-Length: 5000"
    )
    answer = await raw(speaker, head, b"x")
    assert b" 408 " in answer.split(b"\r\n", 1)[0]
    assert b"request_too_slow" in answer


async def test_a_body_that_drips_is_cut_off(speaker: Speaker, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is in time, and the whole never comes to an end."""
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.6)
    head = (
        f"POST /v1/networks/{world.network}/people/sign-in HTTP/1.1\nHost: 127.0.0.1\n"
        "Content-Type: application/json\nTransfer-Encoding: chunked"
    )
    assert b"request_too_slow" in await raw(speaker, head, *[b"1\r\n \r\n"] * 8, pause_seconds=0.2)


@pytest.mark.parametrize(
    ("data", "headers", "code"),
    [
        (b"[" * 8_000, {}, "request_malformed"),
        (b'{"name":' * 2_000, {}, "request_malformed"),
        (b"\xff\xfe", {}, "request_malformed"),
        (b'{"name":"a","password":"b","code":"c","more":1}', {}, "request_malformed"),
        (b'{"name":1,"password":2,"code":3}', {}, "request_malformed"),
        (b"x" * (limits.JSON_BODY_BYTES_MAX + 1), {}, "batch_too_large"),
        (gzip.compress(b"\0" * 50_000_000, 9), {"Content-Encoding": "gzip"}, "batch_too_large"),
        (b"not gzip", {"Content-Encoding": "gzip"}, "request_malformed"),
    ],
)
@pytest.mark.parametrize("path", ["people/sign-in", "people/setup", "people/setup/finish"])
async def test_a_body_that_is_no_request_is_refused_quickly(
    path: str, data: bytes, headers: dict[str, str], code: str, speaker: Speaker
) -> None:
    started = time.process_time()  # the server is in this process, and others are on this machine
    async with speaker.http.post(f"{speaker.network}/{path}", data=data, headers=headers) as response:
        assert (response.content_type, (await response.json(content_type=None))["code"]) == (MEDIA_PROBLEM, code)
    assert time.process_time() - started < 2


async def test_an_encoding_that_nobody_here_knows_is_refused_before_it_reaches_us(speaker: Speaker) -> None:
    """By the HTTP library, with its own words: the request has not become one yet."""
    headers = {"Content-Encoding": "br"}
    async with speaker.http.post(f"{speaker.network}/people/sign-in", data=b"{}", headers=headers) as response:
        assert (response.status, response.content_type) == (400, "text/plain")


async def test_every_answer_has_the_headers_of_a_careful_server(speaker: Speaker) -> None:
    wanted = {
        "Content-Security-Policy": "frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    for path in ("/", "/page/page.js", "/v1/hello", "/nothing", "/v1/networks/testnet/projections/books"):
        for method in ("GET", "DELETE"):
            async with speaker.http.request(method, speaker.base + path) as response:
                for name, part in wanted.items():
                    assert part in response.headers[name], (path, name)
                assert "unsafe" not in response.headers["Content-Security-Policy"]
                assert response.headers["Server"] == "sajja"
                assert "Strict-Transport-Security" not in response.headers  # there is no TLS on loopback


async def test_another_method_is_told_which_are_taken(speaker: Speaker) -> None:
    async with speaker.http.delete(f"{speaker.base}/v1/hello") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD")


@pytest.mark.parametrize(
    ("proxies", "chain", "counted"),
    [
        ("", "192.0.2.7", "127.0.0.1"),  # nobody is believed
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"),  # what the client made up stands before it
        ("127.0.0.1,10.0.0.0/8", "203.0.113.9, 192.0.2.7, 10.1.1.1", "192.0.2.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "unknown"),
    ],
)
async def test_an_address_is_believed_of_our_proxies_only(
    proxies: str, chain: str, counted: str, pool: Pool, database: Database, world: World
) -> None:
    await admit(database.server_url, world)
    async with serving(pool, public_url="https://sajja.example", proxies=proxies) as server:
        limiter = server.app[LIMITER]
        limiter.address = Buckets(Rate(burst=5, seconds_each=60))
        async with speaking(str(server.make_url("/")), world) as speaker:
            headers = {"Host": "sajja.example", **({"X-Forwarded-For": chain} if chain else {})}
            async with speaker.http.get(f"{speaker.base}/v1/hello", headers=headers) as response:
                assert response.status == 200
        assert list(limiter.address._full_at) == [counted]


def test_no_route_takes_a_token_in_its_address() -> None:
    named = {name for route in ROUTES for name in (route.query or {})}
    assert not {name for name in named if any(word in name for word in ("token", "password", "code", "secret"))}
    assert all(isinstance(route, web.RouteDef) is False for route in ROUTES)


async def test_a_problem_never_repeats_what_was_sent(speaker: Speaker) -> None:
    asked = msgspec.json.encode({"name": "XYZZY", "password": "XYZZY", "code": "XYZZY"})
    for path in ("people/sign-in", "people/XYZZY", "feeds/XYZZY", "projections/XYZZY"):
        for method in ("POST", "GET"):
            async with speaker.http.request(method, f"{speaker.network}/{path}", data=asked) as response:
                assert b"XYZZY" not in await response.read()
