"""What all folders share: temporary files in memory, and a real PostgreSQL with a fresh database for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from sajja_server.store.pool import Pool, open_pool
from support.bytecode import keep_bytecode
from support.database import Database, fresh_database, template_server
from support.memory_disk import use_memory


def pytest_configure() -> None:
    """Before anything asks for a temporary folder or starts a process; the workers of a run inherit both."""
    use_memory()
    keep_bytecode()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A migrated PostgreSQL for the whole run: SAJJA_TEST_DSN, or the embedded one."""
    with template_server() as owner_url:
        yield owner_url


@pytest.fixture
async def database(postgres_server: str) -> AsyncIterator[Database]:
    """A database of its own, with the tables of this version and nothing in them."""
    async with fresh_database(postgres_server) as database:
        yield database


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """Connections as the server has them: as a role that can add entries and nothing more."""
    pool = await open_pool(database.server_url, 6, role="sajja_app")
    try:
        yield pool
    finally:
        await pool.close()
