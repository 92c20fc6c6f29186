"""The peers that devices sync with over HTTP: CouchDB's protocol as PouchDB's server speaks it, and Actual's."""

import asyncio
import hashlib
import json
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from benchmarks.peers import places
from benchmarks.peers.peer import Facts, timed

START_SECONDS = 60
PASSWORD = "as good as any"  # of a server that lives for a minute on this machine


class Couch:
    """A replicator's write: documents with the revisions that the device gave them, in bulk."""

    name = "PouchDB server 4.2.0 (CouchDB's protocol)"
    keeps = "not synced to disk before it answers; unsigned"

    async def start(self, stack: AsyncExitStack) -> None:
        """The server in a folder of its own, with one database."""
        program = places.npm_package(places.POUCHDB) / "pouchdb-server" / "bin" / "pouchdb-server"
        self._http, self._url = await _served(
            stack, lambda folder, port: ([program, "--port", str(port), "--dir", folder, "--no-stdout-logs"], {})
        )
        async with self._http.put(f"{self._url}/facts") as response:
            assert response.status == 201, await response.text()

    async def rate(self, facts: Facts, size: int) -> float:
        """Facts a second."""
        return await timed(self, facts, size)

    def prepare(self, writer: int, batch: Sequence[bytes]) -> bytes:
        """The body of `_bulk_docs`."""
        docs = []
        for fact in batch:
            own = hashlib.md5(fact, usedforsecurity=False).hexdigest()  # what CouchDB names a revision by
            docs.append({"_id": f"{writer}-{uuid4().hex}", "_rev": f"1-{own}", "fact": json.loads(fact)})
        return json.dumps({"new_edits": False, "docs": docs}).encode()

    async def write(self, _writer: int, prepared: bytes) -> None:
        """One request; with `new_edits: false` only what failed is answered."""
        headers = {"Content-Type": "application/json"}
        async with self._http.post(f"{self._url}/facts/_bulk_docs", data=prepared, headers=headers) as response:
            assert response.status == 201, await response.text()
            assert json.loads(await response.read()) == []


class Actual:
    """A budget's sync: messages with hybrid logical timestamps, kept in SQLite beside a Merkle trie."""

    name = "Actual sync server 26.9.0"
    keeps = "durable (SQLite); unsigned, content not read"

    async def start(self, stack: AsyncExitStack) -> None:
        """The server in a folder of its own, with a password and one budget that all devices share."""
        program = places.npm_package(places.ACTUAL) / "@actual-app" / "sync-server" / "build" / "app.js"
        self._http, self._url = await _served(
            stack,
            lambda folder, port: (
                [program],
                {
                    "ACTUAL_DATA_DIR": folder,
                    "ACTUAL_PORT": str(port),
                    "ACTUAL_HOSTNAME": "127.0.0.1",
                    "ACTUAL_TRUSTED_PROXIES": "127.0.0.0/8",
                },
            ),
        )
        token = (await self._post_json("account/bootstrap", {"password": PASSWORD}))["token"]
        self._headers = {"X-Actual-Token": token}
        self._file = str(uuid4())
        headers = {
            "Content-Type": "application/encrypted-file", "X-Actual-File-Id": self._file, "X-Actual-Name": "facts",
            "X-Actual-Format": "2",
        }  # fmt: skip
        url = f"{self._url}/sync/upload-user-file"
        async with self._http.post(url, data=b"facts", headers=headers | self._headers) as response:
            self._group = (await response.json())["groupId"]
        self._clock = self._requests = 0

    async def rate(self, facts: Facts, size: int) -> float:
        """Facts a second."""
        return await timed(self, facts, size)

    def prepare(self, writer: int, batch: Sequence[bytes]) -> bytes:
        """A `SyncRequest`; `since` is past everything, so that the answer carries no other device's messages."""
        messages = b"".join(_field(1, _field(1, self._timestamp(writer).encode()) + _field(3, fact)) for fact in batch)
        since = b"2099-01-01T00:00:00.000Z-0000-0000000000000000"
        return messages + _field(2, self._file.encode()) + _field(3, self._group.encode()) + _field(6, since)

    async def write(self, _writer: int, prepared: bytes) -> None:
        """One request."""
        # It serves an address 500 requests a minute. We stand for many devices, each at home.
        self._requests += 1
        home = f"10.{self._requests >> 16 & 255}.{self._requests >> 8 & 255}.{self._requests & 255}"
        headers = self._headers | {"Content-Type": "application/actual-sync", "X-Forwarded-For": home}
        async with self._http.post(f"{self._url}/sync/sync", data=prepared, headers=headers) as response:
            assert response.status == 200, await response.text()
            assert await response.read()

    def _timestamp(self, writer: int) -> str:
        self._clock += 1
        minutes, ms = divmod(self._clock, 60_000)
        hours, minute = divmod(minutes, 60)
        return f"2020-06-05T{hours:02d}:{minute:02d}:{ms // 1000:02d}.{ms % 1000:03d}Z-0000-{writer:016x}"

    async def _post_json(self, path: str, document: object) -> Any:
        async with self._http.post(f"{self._url}/{path}", json=document) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer["data"]


def _field(number: int, value: bytes) -> bytes:
    """A length-delimited field of Protocol Buffers."""
    length, size = b"", len(value)
    while size >= 0x80:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


async def _served(stack: AsyncExitStack, command: Any) -> tuple[ClientSession, str]:
    """Start a Node server on a free port and wait until it speaks."""
    folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments, environment = command(str(folder), port)
    child = await asyncio.create_subprocess_exec(
        places.node(), *arguments, cwd=folder, env=os.environ | environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    stack.push_async_callback(child.wait)
    stack.callback(child.send_signal, signal.SIGTERM)
    # Node closes what was silent for five seconds, as connections are while another's turn is measured.
    connector = TCPConnector(limit=0, keepalive_timeout=3)
    http = await stack.enter_async_context(ClientSession(timeout=ClientTimeout(total=300), connector=connector))
    url = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with http.get(url):
                    break
            except ClientError:
                await asyncio.sleep(0.1)
    return http, url
