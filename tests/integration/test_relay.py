"""A server that only passes questions on gets no session: what a tablet signs is good at the server that it asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from sajja_client.log import Log
from sajja_client.sync import Sync
from sajja_client.sync.server import ServerProblem
from sajja_schemas.entry import from_base64url
from sajja_schemas.signing import SigningKey
from sajja_server.store.pool import Pool
from support.database import Database
from support.homes import home_of
from support.serving import admit, serving, signed_challenge, speaking
from support.world import Tablet, World

pytestmark = pytest.mark.postgres

NAME = "sajja.example"
PUBLIC = f"https://{NAME}"


@pytest.fixture
def world() -> World:
    return World.founded(("pp01",))


@pytest.fixture
async def server(pool: Pool, database: Database, world: World) -> AsyncIterator[str]:
    """The true server, behind its name, with the office's log on it; gives the address at which it listens."""
    await admit(database.server_url, world)
    async with serving(pool) as founding, speaking(str(founding.make_url("/")), world) as speaker:
        await speaker.push(world.office.tablets[0], world.office.tablets[0].log)
    async with serving(pool, public_url=PUBLIC, proxies="127.0.0.1") as opened:
        yield str(opened.make_url("/")).rstrip("/")


@pytest.fixture
async def relay(server: str) -> AsyncIterator[str]:
    """Somebody in between, who sends every request on under the true server's name, and brings its answers back."""
    async with ClientSession() as http:

        async def pass_on(request: web.Request) -> web.Response:
            headers = {**request.headers, "Host": NAME}
            data = await request.read()
            async with http.request(request.method, server + request.path_qs, data=data, headers=headers) as answer:
                return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", pass_on)
        listening = TestServer(app)
        await listening.start_server()
        yield str(listening.make_url("/")).rstrip("/")
        await listening.close()


async def sessions(pool: Pool, device: str) -> int:
    async with pool.acquire() as connection:
        counted: int = await connection.fetchval(
            "SELECT count(*) FROM sajja.device_session WHERE device = $1", from_base64url(device, 32)
        )
    return counted


async def test_a_challenge_that_was_passed_on_opens_no_session_for_who_passed_it_on(
    relay: str, world: World, pool: Pool, tmp_path: Path
) -> None:
    """The tablet was given a wrong address. It signs for that one, and the true server knows no such name."""
    tablet = world.village("pp01").tablets[0]
    with Log.open(home_of(tmp_path / "tablet", world, tablet)) as log:
        with pytest.raises(ServerProblem) as refused:
            async with Sync(log, server_url=relay, attempts=1) as conversation:
                await conversation.run()
        assert refused.value.problem.code == "challenge_failed"
        assert await sessions(pool, log.device) == 0


async def answered(server: str, world: World, tablet: Tablet, key: SigningKey, name: str) -> str:
    """What the true server says to a challenge of its own that was signed for a server of this name."""
    url = f"{server}/v1/networks/{world.network}/devices/{tablet.name}"
    async with ClientSession(headers={"Host": NAME}) as http:
        async with http.post(f"{url}/challenge") as response:
            asked = msgspec.json.decode(await response.read())["challenge"]
        answer = msgspec.json.encode(signed_challenge(key, asked, world.fingerprint, name))
        async with http.post(f"{url}/session", data=answer) as response:
            told = msgspec.json.decode(await response.read())
            return "opened" if response.status == 200 else str(told["code"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (PUBLIC, "opened"),
        ("https://SAJJA.example:443/", "opened"),  # the same name, written otherwise
        ("http://sajja.example", "challenge_failed"),
        ("https://sajja.example:8443", "challenge_failed"),
        ("https://sajja.example.org", "challenge_failed"),
        ("http://127.0.0.1:8080", "challenge_failed"),
    ],
)
async def test_a_signature_is_good_at_the_name_that_it_was_made_for(
    name: str, said: str, server: str, world: World
) -> None:
    tablet = world.village("pp01").tablets[0]
    assert await answered(server, world, tablet, tablet.key, name) == said


async def test_a_server_that_sends_a_tablet_elsewhere_is_not_followed(world: World, tmp_path: Path) -> None:
    reached: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        reached.append(request.path)
        raise web.HTTPPermanentRedirect(f"http://{request.host}/elsewhere")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere)
    listening = TestServer(app)
    await listening.start_server()
    with Log.open(home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])) as log:
        async with Sync(log, server_url=str(listening.make_url("/")), attempts=1) as conversation:
            with pytest.raises(ServerProblem) as refused:
                await conversation.run()
    await listening.close()
    assert refused.value.problem.code == "http_308"
    assert "/elsewhere" not in reached
