"""The connections to PostgreSQL, and what must be true before any is used.

The server refuses to run as a role that could change or remove an entry: that the log only grows rests on privilege.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import asyncpg

SERVER_VERSION_MIN: Final = 15
CONNECT_SECONDS: Final = 10
Pool = asyncpg.Pool
Record = asyncpg.Record
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Hold = Callable[[], AbstractAsyncContextManager[Connection]]  # a connection for as long as the context lasts
# How a database fails: refused, lost, in error, or silent. Whether it did what was asked is then unknown. The driver's
# internal error is among them: a session that PostgreSQL has just ended gives it until its socket is seen closed.
STORE_ERRORS: Final = (
    OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError,
)  # fmt: skip

DISK_FULL: Final = asyncpg.DiskFullError

COMMAND_SECONDS: Final = 60  # a dead peer must not hold a request for ever


class StoreUnfit(Exception):
    """The database is not fit to serve from. · ฐานข้อมูลยังไม่พร้อมใช้งาน"""


async def open_pool(database_url: str, size: int, *, role: str | None = None) -> Pool:
    """Connections for a server; with `role`, each gives up what its own role may do beyond that one's.

    Raises:
        StoreUnfit: saying what the operator has to do first.
    """
    try:
        pool = await asyncpg.create_pool(
            database_url,
            min_size=2,
            max_size=size,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            reset=_leave_as_it_is,
            server_settings=_settings(role),
        )
    except STORE_ERRORS as error:
        raise StoreUnfit(f"cannot connect to PostgreSQL: {error}") from error
    try:
        async with pool.acquire() as connection:
            await _check(connection)
    except BaseException:
        await pool.close()
        raise
    return pool


@asynccontextmanager
async def connection_beside(database_url: str, *, role: str | None = None) -> AsyncIterator[Connection]:
    """One connection beside the pool, for who holds on to it."""
    connection = await asyncpg.connect(
        database_url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings=_settings(role)
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


def _settings(role: str | None) -> dict[str, str]:
    # What is derived is named without a schema: here that means the live build of each network (projections.builds).
    settings = {"application_name": "sajja-server", "jit": "off", "search_path": "books"}
    return settings | ({"role": role} if role else {})


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """No call here changes its session, so there is nothing to put back: a round trip saved at every release."""


async def _check(connection: asyncpg.pool.PoolConnectionProxy) -> None:
    if connection.get_server_version().major < SERVER_VERSION_MIN:
        raise StoreUnfit(f"PostgreSQL {SERVER_VERSION_MIN} or newer is needed")
    if await connection.fetchval("SELECT to_regclass('projection.live')") is None:
        raise StoreUnfit("tables are missing: run `sajja-server migrate` as the owner first")
    may_change: bool = await connection.fetchval(
        """
        SELECT has_table_privilege('sajja.entry', 'UPDATE') OR has_table_privilege('sajja.entry', 'DELETE')
            OR has_table_privilege('sajja.entry', 'TRUNCATE')
        """
    )
    if may_change:
        raise StoreUnfit(
            "this role could change or remove entries: serve as a member of sajja_app only (see deploy/README.md)"
        )
