"""Every wrong request gets a problem from the one table, quickly, and damages nothing that is stored."""

import asyncio
import gzip
import io
import re
import zlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from sajja_schemas import limits
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.wire import MEDIA_NDJSON, MEDIA_PROBLEM, Problem
from sajja_server.api import problems
from sajja_server.api.routes import ROUTES
from sajja_server.store.pool import Pool, StoreUnfit, open_pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.waiting import until
from support.world import World

pytestmark = pytest.mark.postgres


@pytest.fixture
def world() -> World:
    return World.founded(("pp01",))


@pytest.fixture
async def speaker(pool: Pool, database: Database, world: World) -> AsyncIterator[Speaker]:
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        office = world.office.tablets[0]
        await speaker.push(office, office.log)
        yield speaker


async def problem_of(speaker: Speaker, method: str, url: str, **more: Any) -> Problem:
    """The problem that a request is answered with; its shape is checked here, for every test."""
    async with speaker.http.request(method, url, **more) as response:
        data = await response.read()
        assert response.content_type == MEDIA_PROBLEM, data
        problem = msgspec.json.decode(data, type=Problem)
        assert problem.status == response.status
        assert problem.type == f"urn:sajja:problem:{problem.code}"
        assert problem.title
        assert any("฀" <= letter <= "๿" for letter in problem.title_th)
        if problem.status in {503, 429}:
            assert "Retry-After" in response.headers
        return problem


async def push_headers(speaker: Speaker, world: World) -> dict[str, str]:
    return {"Content-Type": MEDIA_NDJSON, **await speaker.session(world.village("pp01").tablets[0])}


def concrete(path: str, world: World) -> str:
    tablet = world.village("pp01").tablets[0]
    plain = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)  # without the pattern that a part must match
    return plain.format(
        network=world.network,
        device=tablet.name,
        village="pp01",
        name="books",
        file="page.css",
        epoch="1",
        path="tile/0/000",
        hash="A" * 43,
    )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_refuses_another_method_in_the_one_shape(route: Any, speaker: Speaker, world: World) -> None:
    problem = await problem_of(speaker, "DELETE", speaker.base + concrete(route.path, world))
    assert problem.code == "method_not_allowed"


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if "{network}" in route.path], ids=lambda route: route.path
)
async def test_every_route_of_a_network_names_a_network_that_is_not_here(
    route: Any, speaker: Speaker, world: World
) -> None:
    path = concrete(route.path.replace("{network}", "nowhere"), world)
    assert (await problem_of(speaker, route.method, speaker.base + path)).code == "network_unknown"


@pytest.mark.parametrize("path", ["/entries", "/feeds/pp01", "/devices/{device}/head"])
async def test_nobody_reads_or_writes_entries_without_a_session(path: str, speaker: Speaker, world: World) -> None:
    method = "POST" if path == "/entries" else "GET"
    url = speaker.network + path.format(device=world.village("pp01").tablets[0].name)
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        assert (await problem_of(speaker, method, url, headers=headers)).code == "session_missing"


async def test_a_push_of_too_many_lines_or_bytes_is_refused_whole(speaker: Speaker, world: World) -> None:
    headers = await push_headers(speaker, world)
    url = f"{speaker.network}/entries"
    many = b"x\n" * (limits.PUSH_ENTRIES_MAX + 1)
    assert (await problem_of(speaker, "POST", url, data=many, headers=headers)).code == "batch_too_large"
    large = io.BytesIO(b"x" * (limits.PUSH_BYTES_MAX + 1))
    assert (await problem_of(speaker, "POST", url, data=large, headers=headers)).code == "batch_too_large"


async def test_a_decompression_bomb_is_stopped_at_the_bound(speaker: Speaker, world: World) -> None:
    bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), 9)
    assert len(bomb) < limits.PUSH_BYTES_MAX
    headers = {**await push_headers(speaker, world), "Content-Encoding": "gzip"}
    problem = await problem_of(speaker, "POST", f"{speaker.network}/entries", data=bomb, headers=headers)
    assert problem.code == "batch_too_large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_bytes_that_are_not_what_their_encoding_says_are_refused(
    encoding: str, speaker: Speaker, world: World
) -> None:
    headers = {**await push_headers(speaker, world), "Content-Encoding": encoding}
    problem = await problem_of(speaker, "POST", f"{speaker.network}/entries", data=b"not that", headers=headers)
    assert problem.code == "request_malformed"


async def test_another_media_type_is_refused(speaker: Speaker, world: World) -> None:
    headers = {**await push_headers(speaker, world), "Content-Type": "application/json"}
    problem = await problem_of(speaker, "POST", f"{speaker.network}/entries", data=b"[]", headers=headers)
    assert problem.code == "media_type_unknown"


@pytest.mark.parametrize("cut", [0.2, 0.9])
async def test_a_frame_cut_off_in_the_middle_stores_nothing(cut: float, speaker: Speaker, world: World) -> None:
    """The line breaks while a push is sent: the server waits for the rest, and the village offers it again."""
    tablet = world.village("pp01").tablets[0]
    entries = [
        world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=5, box="pp01-o4")) for _ in range(20)
    ]
    frame = gzip.compress(b"\n".join(world.lines(entries)))
    headers = await speaker.session(tablet)
    host, port = speaker.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /v1/networks/{world.network}/entries HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA_NDJSON}\r\n"
        f"Content-Encoding: gzip\r\nAuthorization: {headers['Authorization']}\r\n"
        f"Content-Length: {len(frame)}\r\n\r\n".encode()
    )
    writer.write(frame[: int(len(frame) * cut)])
    await writer.drain()
    writer.close()
    await reader.read()
    reply = await speaker.push(tablet, entries)
    assert {verdict.verdict for verdict in reply.verdicts} == {"merged"}


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=99999999999999999999", "limit=5000", "after=1&hash=short", "after=๑"]
)
async def test_a_cursor_that_is_none_is_refused(query: str, speaker: Speaker, world: World) -> None:
    headers = await speaker.session(world.village("pp01").tablets[0])
    problem = await problem_of(speaker, "GET", f"{speaker.network}/feeds/pp01?{query}", headers=headers)
    assert problem.code == "request_malformed"


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b"null", b'{"challenge":1}', b"\xff", b"{" * 5000])
async def test_a_session_request_that_cannot_be_read_is_refused(
    document: bytes, speaker: Speaker, world: World
) -> None:
    url = f"{speaker.network}/devices/{world.village('pp01').tablets[0].name}/session"
    assert (await problem_of(speaker, "POST", url, data=document)).code == "request_malformed"


async def test_a_device_that_is_not_enrolled_is_told_what_to_do(speaker: Speaker) -> None:
    url = f"{speaker.network}/devices/{'A' * 43}/challenge"
    assert (await problem_of(speaker, "POST", url)).code == "device_not_enrolled"


async def test_a_session_of_one_network_is_none_in_another(speaker: Speaker, database: Database, world: World) -> None:
    other = World.founded(("pp01",), network="othernet")
    await admit(database.server_url, other)
    headers = await push_headers(speaker, world)
    await until(lambda: speaker.get_json("/v1/hello"), lambda hello: "othernet" in hello[1]["networks"])
    url = f"{speaker.base}/v1/networks/othernet/entries"
    assert (await problem_of(speaker, "POST", url, data=b"", headers=headers)).code == "session_missing"


async def test_a_page_file_outside_the_page_is_not_found(speaker: Speaker) -> None:
    for path in ("/page/..%2fcli.py", "/page/cli.py", "/page/__init__.py", "/page/none.css", "/nothing"):
        assert (await problem_of(speaker, "GET", speaker.base + path)).code == "not_found"


async def test_rejected_lines_are_counted_and_a_sample_is_kept(speaker: Speaker, world: World, pool: Pool) -> None:
    tablet = world.village("pp01").tablets[0]
    reply = await speaker.push_lines(tablet, [b"garbage", zlib.compress(b"x").replace(b"\n", b"")])
    assert [verdict.code for verdict in reply.verdicts] == ["unreadable_line", "unreadable_line"]
    async with pool.acquire() as connection:
        kept = await connection.fetch("SELECT code, line FROM sajja.evidence")
    assert [row["code"] for row in kept] == ["unreadable_line"] * 2
    totals = await speaker.totals(at_index=0)
    assert totals["rejected"] == {"unreadable_line": 2}


async def test_the_server_refuses_to_serve_as_a_role_that_could_remove_entries(database: Database) -> None:
    with pytest.raises(StoreUnfit, match="could change or remove"):
        await open_pool(database.owner_url, 2)


def test_every_problem_has_a_code_of_its_own_and_a_sentence_in_both_languages() -> None:
    found = [kind for kind in vars(problems).values() if isinstance(kind, type) and issubclass(kind, problems.Problem)]
    kinds = [kind for kind in found if kind is not problems.Problem]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.thai and kind.__doc__ for kind in kinds)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "192.0.2.1", "[2001:db8::1]", "x y", ""])
async def test_a_page_elsewhere_cannot_reach_us_by_another_name_for_this_machine(host: str, speaker: Speaker) -> None:
    url = f"{speaker.base}/v1/networks/{speaker.world.network}/projections/network_totals"
    problem = await problem_of(speaker, "GET", url, headers={"Host": host})
    assert problem.code in {"host_unknown", "request_malformed"}


@pytest.mark.parametrize("token", ["é" * 43, "A" * 42, "A" * 44, "A" * 8000])
async def test_a_token_that_is_none_is_no_session(token: str, speaker: Speaker) -> None:
    problem = await problem_of(
        speaker, "POST", f"{speaker.network}/entries", data=b"", headers={"Authorization": f"Bearer {token}"}
    )
    assert problem.code == "session_missing"


async def test_a_ledger_of_a_group_may_be_asked_for(speaker: Speaker) -> None:
    status, answer = await speaker.get_json(
        f"/v1/networks/{speaker.world.network}/projections/books?ledger=group:pp01-shrimp"
    )
    assert (status, answer["balances"]) == (200, [])
    url = f"{speaker.network}/projections/books?ledger=nothing"
    headers = await speaker.session(speaker.world.office.tablets[0])
    assert (await problem_of(speaker, "GET", url, headers=headers)).code == "request_malformed"


async def test_amounts_that_no_bigint_holds_do_not_stop_the_books(speaker: Speaker, world: World) -> None:
    """A tablet may say 2^53 - 1 satang a thousand times; it is nonsense, and it is only that tablet's ledger."""
    tablet = world.village("pp01").tablets[0]
    most = 2**53 - 1
    for _ in range(1_100):
        world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=most, box="pp01-o4"))
    reply = await speaker.push(tablet, tablet.log)
    totals = await speaker.totals(at_index=reply.size)
    assert totals["totals"]["shares_satang"] == 1_100 * most


async def test_a_revoked_device_gives_what_it_holds_and_reads_nothing(speaker: Speaker, world: World) -> None:
    tablet, desk = world.village("pp01").tablets[0], world.office.tablets[0]
    entry = world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=5, box="pp01-o4"))
    revoked = world.record(desk, DeviceRevoked(device=tablet.name, reason="stolen"), village="pp01")
    world.approve_by_office([revoked])
    reply = await speaker.push(desk, desk.log[-3:])
    await speaker.totals(at_index=reply.size)
    late = await speaker.push(tablet, [entry])
    assert late.verdicts[0].verdict == "merged"
    totals = await speaker.totals(at_index=late.size)
    assert totals["quarantined"] == {"revoked": 1}
    assert totals["totals"]["shares_satang"] == 0
    problem = await problem_of(speaker, "GET", f"{speaker.network}/feeds/pp01", headers=await speaker.session(tablet))
    assert problem.code == "device_revoked"
    _status, found = await speaker.get_json(f"/v1/networks/{world.network}/projections/village_status")
    assert [device["device"] for device in found["devices"] if device["revoked"]] == [tablet.name]


async def test_whoever_asks_in_a_devices_name_cannot_keep_it_out(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    url = f"{speaker.network}/devices/{tablet.name}"
    _status, mine = await speaker.post_json(f"{url}/challenge", None)
    for _ in range(20):
        await speaker.post_json(f"{url}/challenge", None)
    assert (await speaker.answer(tablet, mine["challenge"]))[0] == 200
