"""What migrating promises, with the real dbmate and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from sajja_server import migrations
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.migrations import MigrationFailed, dbmate_url, migrate, pending
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

FIRST = "20250101000000_first.sql"
SECOND = "20250102000000_second.sql"

UP = "-- migrate:up\n{up}\n-- migrate:down\n{down}\n"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.temporary(settings={"fsync": "off"}) as running:
        yield running


@pytest.fixture
async def database(server: EmbeddedPostgres) -> AsyncIterator[str]:
    """The URL of an empty database."""
    name = f"m{time.monotonic_ns()}"
    await run(server.owner_url, f"CREATE DATABASE {name}")
    yield server.owner_url.replace("/sajja?", f"/{name}?")
    await run(server.owner_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, FIRST, "CREATE TABLE first (line text);", "DROP TABLE first;")
    write(tmp_path, SECOND, "CREATE TABLE second (line text);", "DROP TABLE second;")
    (tmp_path / "README.md").write_text("not a migration")
    return tmp_path


def write(folder: Path, name: str, up: str, down: str = "") -> None:
    (folder / name).write_text(UP.format(up=up, down=down))


async def run(url: str, *statements: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url, timeout=10, command_timeout=10)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetch(statements[-1])
    finally:
        await connection.close()


async def tables(url: str) -> list[str]:
    rows = await run(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [row["tablename"] for row in rows]


async def test_everything_pending_is_applied_once_and_in_order(database: str, folder: Path) -> None:
    assert await pending(database, directory=folder) == [FIRST, SECOND]
    assert await migrate(database, directory=folder) == [FIRST, SECOND]
    assert await tables(database) == ["first", "schema_migrations", "second"]
    assert await pending(database, directory=folder) == []
    assert await migrate(database, directory=folder) == []


async def test_only_what_is_new_is_applied(database: str, folder: Path) -> None:
    await migrate(database, directory=folder)
    third = "20250103000000_third.sql"
    write(folder, third, "CREATE TABLE third (line text);")
    assert await pending(database, directory=folder) == [third]
    assert await migrate(database, directory=folder) == [third]


async def test_two_that_migrate_at_once_apply_everything_once(database: str, folder: Path) -> None:
    write(folder, FIRST, "SELECT pg_sleep(0.5); CREATE TABLE first (line text);")
    both = await asyncio.gather(migrate(database, directory=folder), migrate(database, directory=folder))
    assert sorted(both) == [[], [FIRST, SECOND]]


async def test_one_that_waits_does_not_block_an_index_built_concurrently(database: str, folder: Path) -> None:
    (folder / SECOND).write_text(
        "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY lines ON first (line);\n-- migrate:down\n"
    )
    write(folder, FIRST, "SELECT pg_sleep(0.5); CREATE TABLE first (line text);")
    async with asyncio.timeout(20):
        both = await asyncio.gather(migrate(database, directory=folder), migrate(database, directory=folder))
    assert sorted(both) == [[], [FIRST, SECOND]]


async def test_one_that_fails_keeps_what_came_before_and_nothing_of_itself(database: str, folder: Path) -> None:
    write(folder, SECOND, "CREATE TABLE half (line text); SELECT no_such_column;")
    with pytest.raises(MigrationFailed, match='column "no_such_column" does not exist'):
        await migrate(database, directory=folder)
    assert await tables(database) == ["first", "schema_migrations"]
    assert await pending(database, directory=folder) == [SECOND]


async def test_one_that_never_ends_is_ended_in_the_database_as_well(database: str, folder: Path) -> None:
    write(folder, SECOND, "SELECT pg_sleep(600); CREATE TABLE second (line text);")
    with pytest.raises(MigrationFailed, match="did not finish within 1 seconds"):
        await migrate(database, directory=folder, seconds=1)
    left = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'sajja-migrate-%'"
    assert await run(database, left) == []
    assert await pending(database, directory=folder) == [SECOND]


async def test_one_that_is_cancelled_leaves_nothing_running(database: str, folder: Path) -> None:
    write(folder, SECOND, "SELECT pg_sleep(600);")
    task = asyncio.create_task(migrate(database, directory=folder))
    running = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'sajja-migrate-%'"
    await until(lambda: tables(database), lambda there: "first" in there)
    await until(lambda: run(database, running))
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await run(database, running) == []
    write(folder, SECOND, "SELECT 1;")
    assert await migrate(database, directory=folder) == [SECOND]


async def test_one_that_waits_too_long_for_the_lock_gives_up(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0.5)
    holder = await asyncpg.connect(database)
    try:
        await holder.execute("SELECT pg_advisory_lock($1)", migrations.ADVISORY_LOCK)
        with pytest.raises(MigrationFailed, match="held the lock"):
            await migrate(database, directory=folder)
    finally:
        await holder.close()


async def test_the_server_may_see_what_is_pending_and_may_not_migrate(
    server: EmbeddedPostgres, database: str, folder: Path
) -> None:
    as_server = database.replace("sajja_owner@", "sajja_server@")
    assert await pending(as_server, directory=folder) == [FIRST, SECOND]
    with pytest.raises(MigrationFailed, match="permission denied for schema public"):
        await migrate(as_server, directory=folder)
    write(folder, SECOND, "GRANT SELECT ON schema_migrations TO sajja_app;")
    await migrate(database, directory=folder)
    assert await pending(as_server, directory=folder) == []


async def test_the_environment_and_a_dotenv_file_change_nothing(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("DBMATE_MIGRATIONS_TABLE=elsewhere\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@nowhere.invalid/none")
    monkeypatch.setenv("DBMATE_MIGRATIONS_TABLE", "elsewhere")
    monkeypatch.setenv("DBMATE_DRIVER", "mysql")
    assert await migrate(database, directory=folder) == [FIRST, SECOND]
    assert await tables(database) == ["first", "schema_migrations", "second"]
    assert not (folder / "db").exists()


async def test_tcp_with_a_password_works_and_the_password_is_never_told(server: EmbeddedPostgres, folder: Path) -> None:
    """Without TLS at the other end: which `sslmode` dbmate needs must be found out."""
    password, quoted = "s p@ce/ธ", "s%20p%40ce%2F%E0%B8%98"
    [[hba]] = await run(server.owner_url, "SHOW hba_file")
    demand_password(Path(hba))
    await run(
        server.owner_url,
        f"CREATE ROLE careful SUPERUSER LOGIN PASSWORD '{password}'",
        "CREATE DATABASE careful OWNER careful",
        "SELECT pg_reload_conf()",
    )
    async with tcp_to(server.owner_url) as port:
        url = f"postgresql://careful:{quoted}@127.0.0.1:{port}/careful"
        assert await migrate(url, directory=folder) == [FIRST, SECOND]
        write(folder, "20250104000000_leaky.sql", f"SELECT '{password} {quoted}'::integer;")
        with pytest.raises(MigrationFailed, match="invalid input syntax") as failed:
            await migrate(url, directory=folder)
        with pytest.raises(MigrationFailed, match="authentication failed") as refused:
            await migrate(url.replace("careful:", "careful:x"), directory=folder)
    for told in (str(failed.value), str(refused.value)):
        assert password not in told
        assert quoted not in told
    assert '"*** ***"' in str(failed.value)


def demand_password(hba: Path) -> None:
    hba.write_text(f"local all careful scram-sha-256\n{hba.read_text()}")


@contextlib.asynccontextmanager
async def tcp_to(socket_url: str) -> AsyncIterator[int]:
    """Carry bytes from a TCP port to the socket: the embedded server itself opens no port."""
    [socket_folder] = parse_qs(urlsplit(socket_url).query)["host"]

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        carriers.add(task)
        inner = await asyncio.open_unix_connection(f"{socket_folder}/.s.PGSQL.5432")
        await asyncio.gather(carry(reader, inner[1]), carry(inner[0], writer))

    carriers: set[asyncio.Task[None]] = set()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]
        await asyncio.wait(carriers, timeout=10)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://o@/d?host=/run/pg", "postgres://o@/d?socket=/run/pg&sslmode=disable"),
        (
            "postgresql://o@/d?host=/Run/A%20b&port=6",
            "postgres://o@/d?port=6&socket=/Run/A%20b&sslmode=disable",
        ),
        ("postgres://o:p@%2FRun%2Fpg/d", "postgres://o:p@/d?socket=/Run/pg&sslmode=disable"),
        ("postgres://o@%2Frun:6/d", "postgres://o@/d?socket=/run&sslmode=disable&port=6"),
        ("postgres://o:p%40@h:6/d", "postgres://o:p%40@h:6/d?sslmode=require"),
        ("postgres://o@h/d?sslmode=prefer", "postgres://o@h/d?sslmode=require"),
        ("postgres://o@h/d?sslmode=verify-full", "postgres://o@h/d?sslmode=verify-full"),
        ("postgres://o@[::1]:6/d?host=/elsewhere", "postgres://o@[::1]:6/d?sslmode=require"),
    ],
)
def test_dbmate_is_led_to_the_database_that_asyncpg_would_reach(url: str, expected: str) -> None:
    assert dbmate_url(url, encrypted=True, session="s") == f"{expected}&application_name=s"


async def test_a_database_that_is_not_there_is_an_error_of_its_own(folder: Path) -> None:
    with pytest.raises(MigrationFailed, match="No such file"):
        await pending(f"postgresql://o@/d?host={folder}", directory=folder)
    with pytest.raises(MigrationFailed, match="scheme"):
        await migrate("mysql://o@h/d", directory=folder)
    with pytest.raises(MigrationFailed, match="there is no folder"):
        await pending("postgresql://o@/d", directory=folder / "none")
