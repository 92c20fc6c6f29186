"""A server that publishes its log, with a world's office already on it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp.test_utils import TestServer

from sajja_schemas.checkpoint import Checkpoint, open_note
from sajja_server.store.pool import Pool
from support.database import Database
from support.publishing import keep_key
from support.serving import Speaker, admit, serving, speaking
from support.waiting import until
from support.world import World


class Site:
    """A server that publishes, with the world's office already on it."""

    def __init__(self, world: World, server: TestServer, speaker: Speaker, folder: Path) -> None:
        self.world = world
        self.server = server
        self.speaker = speaker
        self.folder = folder
        self.url = str(server.make_url("/")).rstrip("/")
        self.log_url = f"{speaker.network}/log"

    async def get(self, path: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
        async with self.speaker.http.get(f"{self.speaker.network}/{path}", headers=headers) as response:
            return response.status, await response.read(), response.headers

    async def published(self, size: int) -> Checkpoint:
        """The checkpoint, once it holds so many entries."""

        async def newest() -> Checkpoint | None:
            status, note, _headers = await self.get("log/checkpoint")
            return open_note(note, self.world.origin, self.world.log_key.public) if status == 200 else None

        found = await until(newest, lambda seen: seen is not None and seen.size >= size)
        assert found is not None
        return found


@asynccontextmanager
async def publishing_site(database: Database, pool: Pool, world: World, folder: Path) -> AsyncIterator[Site]:
    """A server over a database, with key and tiles in a folder."""
    (folder / "signer").mkdir()
    keep_key(folder, world.network, world.log_key)
    await admit(database.server_url, world)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            serving(pool, signer=str(folder / "signer"), tiles=str(folder / "tiles"))
        )
        speaker = await stack.enter_async_context(speaking(str(server.make_url("/")), world))
        reply = await speaker.push(world.office.tablets[0], world.entries)
        await speaker.totals(at_index=reply.size)
        yield Site(world, server, speaker, folder)
