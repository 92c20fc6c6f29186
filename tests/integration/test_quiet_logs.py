"""Nothing secret and nothing personal is in a log: every route is driven with marked words, and the log is read."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from sajja_schemas.entry import to_base64url
from sajja_schemas.personal import encode_part
from sajja_schemas.wire import MEDIA_NDJSON
from sajja_server.api.projections import PROJECTIONS
from sajja_server.api.routes import ROUTES, plain_path
from sajja_server.store.pool import open_pool
from support.database import Database
from support.personal import apply_for, person
from support.process import server_process
from support.serving import Speaker, admit, speaking
from support.signing_in import PASSWORD, Person, invite, post, set_up, sign_in
from support.world import World

pytestmark = pytest.mark.postgres

MARK = "XYZZY"
MARKED = f"ลับ{MARK}"
RAISES = f"""
import structlog
from sajja_server.logs import configure_logs
import logging
configure_logs("json")
try:
    try:
        raise ValueError("{MARK}")
    except ValueError as error:
        raise RuntimeError("{MARK} again") from error
except RuntimeError:
    structlog.get_logger().exception("request_failed", route="/here")
    logging.getLogger("aiohttp.server").exception("Error handling request from %s", "{MARK}")
    logging.getLogger("asyncio").error("Task %r was never retrieved", "{MARK}")
"""


def test_an_exception_is_told_by_its_class_and_place_and_never_by_its_message() -> None:
    """Whoever wrote it may have put in what somebody sent; so it is for what libraries log."""
    ran = subprocess.run([sys.executable, "-c", RAISES], capture_output=True, text=True, check=True)
    lines = [msgspec.json.decode(line) for line in ran.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["request_failed", "library_warned", "library_warned"]
    assert lines[0]["exception"].startswith("RuntimeError <string>:")
    assert lines[1]["library"] == "aiohttp.server"
    assert lines[1]["exception"].startswith("RuntimeError")
    assert MARK not in ran.stderr + ran.stdout


@pytest.mark.slow
async def test_no_route_writes_down_what_it_was_told(database: Database, tmp_path: Path) -> None:
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    log = tmp_path / "server.log"
    pool = await open_pool(database.server_url, 2, role="sajja_app")
    try:
        with server_process(database.server_url, settings={"migrate_url": ""}, log=log) as server:
            async with speaking(server.url, world) as speaker:
                office = world.office.tablets[0]
                await speaker.push(office, office.log)
                whoever = await invite(pool, "testnet", f"สม{MARK.lower()}", "auditor")
                await set_up(speaker.http, speaker.base, whoever)
                for path, headers in marked(speaker, whoever):
                    await ask(speaker, path, headers)
                await speak_of_people(speaker, world)
                await sign_in_wrongly(speaker, whoever)
                await talk_nonsense(server.url)
                secrets = [*known_secrets(whoever), *speaker.tokens.values()]
            assert await asyncio.to_thread(server.stop) == 0
    finally:
        await pool.close()
    told = log.read_text(encoding="utf-8")
    lines = [msgspec.json.decode(line) for line in told.splitlines()]
    assert sum(line["event"] == "request_answered" for line in lines) > 2 * len(ROUTES)
    assert [secret for secret in secrets if secret in told] == []
    for word in (MARK, MARK.lower(), quote(MARKED), "สมมุติ", "127.0.0.1:", PASSWORD):
        found = [
            line for line in told.splitlines() if word in line and '"event":"serving"' not in line.replace(" ", "")
        ]
        assert found == [], word
    assert re.search(r"\b\d{13}\b(?!\.)", re.sub(r'"timestamp": ?"[^"]*"', "", told)) is None, "a number of a person"


def marked(speaker: Speaker, whoever: Person) -> list[tuple[tuple[str, str], dict[str, str]]]:
    """Every route with the marked word in its path, its query and its headers, asked by each kind of caller."""
    tablet = speaker.world.office.tablets[0]
    parts = {"network": "testnet", "device": tablet.name, "village": "office", "hash": "A" * 43, "epoch": "1"}
    callers: list[dict[str, str]] = [
        {"User-Agent": MARK, "Referer": f"http://{MARK}/", "Cookie": f"__Host-sajja={MARK}", "Authorization": MARK},
        {"Authorization": f"Bearer {speaker.tokens[tablet.name]}"},
        whoever.meaning_it,
    ]
    made = []
    for route in ROUTES:
        names = [*PROJECTIONS] if route.resource == "projection" else ["page.css"]
        for name in names:
            right = plain_path(route.path).format(**parts, name=name, file="page.css", path="tile/0/000")
            wrong = re.sub(r"\{(?!network)\w+\}", MARKED, plain_path(route.path)).format(network="testnet")
            queries = "&".join(f"{key}={MARKED}" for key in (route.query or {"on": {}}))
            made += [(route.method, right), (route.method, wrong), (route.method, f"{right}?{queries}")]
        made.append((route.method, plain_path(route.path).replace("{network}", MARKED)))
    # Signing out comes last, or nobody would be signed in.
    made.sort(key=lambda one: "sign-out" in one[1])
    return [(one, headers) for one in made for headers in callers]


async def ask(speaker: Speaker, one: tuple[str, str], headers: dict[str, str]) -> None:
    method, path = one
    data = msgspec.json.encode({"name": MARKED, "password": MARKED, "code": MARKED, "setup": MARKED})
    async with speaker.http.request(
        method, speaker.base + path, headers=headers, data=data if method == "POST" else None
    ) as response:
        await response.read()


async def speak_of_people(speaker: Speaker, world: World) -> None:
    """Parts with names and numbers, right and wrong, and lines that are none."""
    tablet = world.village("pp01").tablets[0]
    _entry, part = apply_for(world, tablet, "pp01-m001", person(1))
    await speaker.push(tablet, tablet.log)
    await speaker.push_lines(tablet, [MARKED.encode(), b'{"key":"' + MARK.encode() * 9 + b'"}'])
    headers = {"Content-Type": MEDIA_NDJSON, **await speaker.session(tablet)}
    lines = [encode_part(part), MARKED.encode(), encode_part(part).replace(b'"salt"', b'"XYZZY"')]
    async with speaker.http.post(f"{speaker.network}/personal", data=b"\n".join(lines), headers=headers) as response:
        assert response.status == 200
    query = {"commitment": to_base64url(part.commitment)}
    async with speaker.http.get(f"{speaker.network}/personal", params=query, headers=headers) as response:
        assert await response.read() == encode_part(part) + b"\n"


async def sign_in_wrongly(speaker: Speaker, whoever: Person) -> None:
    for name, password, code in ((MARKED, PASSWORD, "123456"), (whoever.name, MARKED, MARKED)):
        asked = {"name": name, "password": password, "code": code}
        await post(speaker.http, speaker.base, whoever, "sign-in", asked)
    await sign_in(speaker.http, speaker.base, whoever, code=whoever.recovery[0])


async def talk_nonsense(url: str) -> None:
    """Bytes that are no HTTP, and HTTP that no library would send."""
    host, port = url.removeprefix("http://").split(":")
    for data in (
        f"{MARK} nonsense\r\n\r\n",
        f"GET /{MARK} HTTP/1.1\r\nHost: x\r\n{MARK}\0: {MARK}\r\n\r\n",
        f"GET / HTTP/9.9\r\n{MARK}\r\n\r\n",
        f"{MARK * 3} / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {MARK}\r\n\r\n",
        f"GET /{MARK * 4_000} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(data.encode())
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(200), 10)
        assert re.match(rb"HTTP/1\.[01] 4", answer), (data[:40], answer)
        writer.close()


def known_secrets(whoever: Person) -> list[str]:
    return [
        whoever.code,
        whoever.secret,
        whoever.name,
        whoever.csrf,
        *whoever.recovery,
        *filter(None, whoever.cookies.values()),
    ]
