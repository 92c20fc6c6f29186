"""A real PostgreSQL for tests: started once, with a template from which every test gets a database of its own."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from sajja_server.embedded import EmbeddedPostgres
from sajja_server.migrations import apply_roles, migrate

# A test's database is thrown away; the tests that pull the plug start one of their own, with fsync on. What is made
# several hundred times is made from little: no log for a standby, and a cache no larger than what is in it.
_THROWN_AWAY: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "max_connections": "200",
}
READING = {"search_path": "books"}  # where a connection of the server's pool finds what is derived


@dataclass
class Database:
    """One database: as its owner, and as the server reaches it (stepping down to `sajja_app`)."""

    owner_url: str
    server_url: str


@contextmanager
def template_server() -> Iterator[str]:
    """The owner's URL of a migrated template database."""
    dsn = os.environ.get("SAJJA_TEST_DSN")
    if dsn:
        asyncio.run(_prepare(dsn))
        yield dsn
        return
    with EmbeddedPostgres.temporary(settings=_THROWN_AWAY) as postgres:
        asyncio.run(_prepare(postgres.owner_url))
        yield postgres.owner_url


@asynccontextmanager
async def fresh_database(template_url: str) -> AsyncIterator[Database]:
    """A copy of the template, dropped afterwards."""
    template = urlsplit(template_url).path.lstrip("/")
    name = f"sajja_test_{secrets.token_hex(6)}"
    await _on_another(template_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    url = urlunsplit(urlsplit(template_url)._replace(path=f"/{name}"))
    try:
        yield Database(owner_url=url, server_url=url)
    finally:
        await _on_another(template_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _prepare(url: str) -> None:
    await apply_roles(url)
    await migrate(url)


async def _on_another(template_url: str, statement: str) -> None:
    # A template may have no session while it is copied, so this connects elsewhere.
    connection = await asyncpg.connect(urlunsplit(urlsplit(template_url)._replace(path="/postgres")))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
