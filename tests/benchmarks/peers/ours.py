"""Ours, written to as the others are: eight devices push signed entries over HTTP, and the books are kept meanwhile."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec

from benchmarks.material import Material, frames, make_material, record
from benchmarks.peers.peer import WRITERS, Facts, timed
from benchmarks.serving import prepare, server_process, speaker
from sajja_schemas.entry import SignedEntry
from sajja_schemas.wire import MEDIA_NDJSON, PushReply
from sajja_server.embedded import EmbeddedPostgres


class Sajja:
    """One server process with its projector on."""

    name = "Sajja, push over HTTP"
    keeps = "durable; every signature and chain verified, books kept"

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres
        self._material: Material = make_material()
        assert len(self._material.tablets) == WRITERS
        self._entries: dict[bytes, SignedEntry] = {}

    async def start(self, stack: AsyncExitStack) -> None:
        """The network founded, every device signed in."""
        await prepare(self._postgres, self._material)
        ((url, _pid),) = await stack.enter_async_context(server_process(self._postgres.server_url))
        self._speaks = await stack.enter_async_context(speaker(url, self._material))
        for tablet in self._material.tablets:
            await self._speaks.session(tablet)

    def facts(self, count: int) -> Facts:
        """So many new facts of each writer: the bodies of entries that its device has signed."""
        found = []
        for tablet in self._material.tablets:
            entries = record(self._material, tablet, count)
            self._entries |= {entry.body: entry for entry in entries}
            found.append([entry.body for entry in entries])
        return found

    async def rate(self, facts: Facts, size: int) -> float:
        """Facts a second."""
        return await timed(self, facts, size)

    def prepare(self, _writer: int, batch: Sequence[bytes]) -> bytes:
        """A gzipped frame."""
        entries = [self._entries.pop(body) for body in batch]
        (frame,) = frames(self._material, entries, len(entries))
        return frame

    async def write(self, writer: int, prepared: bytes) -> None:
        """One push."""
        token = self._speaks.tokens[self._material.tablets[writer].name]
        headers = {"Content-Type": MEDIA_NDJSON, "Content-Encoding": "gzip", "Authorization": f"Bearer {token}"}
        async with self._speaks.http.post(f"{self._speaks.network}/entries", data=prepared, headers=headers) as answer:
            data = await answer.read()
            assert answer.status == 200, data
            assert all(one.verdict == "merged" for one in msgspec.json.decode(data, type=PushReply).verdicts)
