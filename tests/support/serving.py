"""The real application on a free port, and a small client that speaks the protocol by hand.

The village client has its own tests; this one can also say what no honest client would.
"""

import gzip
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import ClientResponse, ClientSession, ClientTimeout
from aiohttp.test_utils import TestServer

from sajja_schemas import signing
from sajja_schemas.entry import SignedEntry, from_base64url, read_entry, split_line, to_base64url
from sajja_schemas.session import server_name, session_message
from sajja_schemas.wire import MEDIA_NDJSON, EntryVerdict, PushReply, decode_feed_line
from sajja_server.admit import admit_network
from sajja_server.app import build_app
from sajja_server.person_hash import PersonHasher
from sajja_server.settings import Settings
from sajja_server.store.pool import Pool, open_pool
from support.waiting import until
from support.world import Tablet, World

SECRET = b"this is a secret of nobody at all"[:32]


@dataclass
class Speaker:
    """Somebody who speaks to a server as one device."""

    http: ClientSession
    base: str
    world: World
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def network(self) -> str:
        return f"{self.base}/v1/networks/{self.world.network}"

    async def session(self, tablet: Tablet) -> dict[str, str]:
        """The headers of a device's session, opened at first."""
        if tablet.name not in self.tokens:
            headers = await session_headers(self.http, self.network, tablet.name, tablet.key, self.world.fingerprint)
            self.tokens[tablet.name] = headers["Authorization"].removeprefix("Bearer ")
        return {"Authorization": f"Bearer {self.tokens[tablet.name]}"}

    async def answer(self, tablet: Tablet, challenge: str) -> tuple[int, Any]:
        """Sign a challenge and send it."""
        signed = signed_challenge(tablet.key, challenge, self.world.fingerprint, self.base)
        return await self.post_json(f"{self.network}/devices/{tablet.name}/session", signed)

    async def push(self, tablet: Tablet, entries: Iterable[SignedEntry]) -> PushReply:
        """Push entries, in frames as large as the server takes."""
        lines = self.world.lines(entries)
        verdicts: list[EntryVerdict] = []
        size = 0
        for at in range(0, len(lines), 500):
            reply = await self.push_lines(tablet, lines[at : at + 500])
            verdicts += reply.verdicts
            size = reply.size
        return PushReply(verdicts=verdicts, size=size)

    async def push_lines(self, tablet: Tablet, lines: Sequence[bytes]) -> PushReply:
        """Push lines as they are."""
        async with self.http.post(
            f"{self.network}/entries",
            data=gzip.compress(b"\n".join(lines), 1),
            headers={"Content-Type": MEDIA_NDJSON, "Content-Encoding": "gzip", **await self.session(tablet)},
        ) as response:
            assert response.status == 200, await response.text()
            return msgspec.json.decode(await response.read(), type=PushReply)

    async def pull(self, tablet: Tablet, village: str) -> list[SignedEntry]:
        """A whole feed, page by page."""
        entries: list[SignedEntry] = []
        has_more = True
        while has_more:
            async with self.http.get(
                f"{self.network}/feeds/{village}", params={"after": len(entries)}, headers=await self.session(tablet)
            ) as response:
                assert response.status == 200, await response.text()
                has_more = response.headers["Sajja-Next"] == "true"
                for line in (await response.read()).splitlines():
                    feed_line = decode_feed_line(line)
                    assert feed_line.feed_sequence == len(entries) + 1
                    entries.append(read_entry(*split_line(feed_line.line)))
        return entries

    async def get_json(self, path: str, **more: Any) -> tuple[int, Any]:
        """An answer; a projection is asked for as the office's device, which may read them all."""
        if "/projections/" in path and "headers" not in more:
            more["headers"] = await self.session(self.world.office.tablets[0])
        async with self.http.get(self.base + path, **more) as response:
            return response.status, await _json(response)

    async def post_json(self, url: str, document: object) -> tuple[int, Any]:
        async with self.http.post(url, data=msgspec.json.encode(document)) as response:
            return response.status, await _json(response)

    async def totals(self, *, at_index: int) -> Any:
        """Network totals, once they reflect every entry below an index (the size that a push answered)."""
        return await self.projection("network_totals", at_index=at_index)

    async def projection(self, name: str, *, at_index: int) -> Any:
        """A projection, once it reflects every entry below an index."""

        async def ask() -> Any:
            status, answer = await self.get_json(f"/v1/networks/{self.world.network}/projections/{name}")
            assert status == 200, answer
            return answer

        return await until(ask, lambda answer: answer["index"] + 1 >= at_index)


def signed_challenge(key: signing.SigningKey, challenge: str, fingerprint: str, server: str) -> dict[str, str]:
    """A device's answer to a challenge of the server at an address."""
    message = session_message(from_base64url(challenge, 32), from_base64url(fingerprint, 32), server_name(server))
    return {"challenge": challenge, "signature": to_base64url(key.sign(signing.SESSION_TAG, message))}


async def session_headers(
    http: ClientSession, network_url: str, device: str, key: signing.SigningKey, fingerprint: str
) -> dict[str, str]:
    """The headers of a new session of a device."""
    url = f"{network_url}/devices/{device}"
    async with http.post(f"{url}/challenge") as response:
        challenge = await _json(response)
        assert response.status == 200, challenge
    answer = signed_challenge(key, challenge["challenge"], fingerprint, network_url)
    async with http.post(f"{url}/session", data=msgspec.json.encode(answer)) as response:
        session = await _json(response)
        assert response.status == 200, session
    return {"Authorization": f"Bearer {session['token']}"}


@asynccontextmanager
async def serving(pool: Pool, *, secret: bytes = SECRET, **settings: Any) -> AsyncIterator[TestServer]:
    """The application over a pool, as the command would serve it."""
    server = TestServer(build_app(pool, pool.acquire, Settings(port=0, **settings), PersonHasher(secret)))
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def speaking(server_url: str, world: World) -> AsyncIterator[Speaker]:
    """A speaker for a world's devices."""
    async with ClientSession(timeout=ClientTimeout(total=60)) as http:
        yield Speaker(http=http, base=server_url.rstrip("/"), world=world)


async def admit(database_url: str, world: World) -> None:
    """What the operator does once: pin the world's network on the server."""
    await admit_network(database_url, "sajja_app", world.entries[0])


async def serve_world(database_url: str, *, networks: int = 2) -> Pool:
    """A pool as the server has it, with the two connections besides that it holds for each network."""
    return await open_pool(database_url, 2 + 2 * networks, role="sajja_app")


async def _json(response: ClientResponse) -> Any:
    return msgspec.json.decode(await response.read())
