"""What every command of `sajja-server` needs: its settings, its database, an event loop, and an end that says why.

Exit codes: 0 done; 1 the database or a network is not as it should be; 2 usage; 3 the database cannot be reached.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import msgspec
import typer

from sajja_server.settings import Settings, SettingsInvalid, read_settings

T = TypeVar("T")

EXIT_PROBLEM: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNREACHABLE: Final = 3

Embedded = Annotated[bool, typer.Option(help="Use the embedded PostgreSQL even where SAJJA_DATABASE_URL is set.")]
Home = Annotated[Path | None, typer.Option(help="Where the embedded PostgreSQL lives.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Database(msgspec.Struct, frozen=True):
    """Where the tables are: as whom to migrate, and as whom to serve."""

    owner_url: str
    server_url: str
    role: str | None  # to step down to, where the URL is not that of a mere server
    is_ours: bool  # the embedded one, or one that we are asked to prepare


def beside_the_embedded(settings: Settings, home: Path | None) -> Settings:
    """Where the log's key and tiles are when nobody said: beside the embedded database, not in it."""
    from sajja_server.embedded import default_home

    folder = home or default_home()
    return msgspec.structs.replace(
        settings, signer=settings.signer or str(folder / "signer"), tiles=settings.tiles or str(folder / "tiles")
    )


def with_places(settings: Settings, *, embedded: bool, home: Path | None) -> Settings:
    """The settings, with places beside the embedded database where that is the one."""
    return beside_the_embedded(settings, home) if embedded or not settings.database_url else settings


@contextmanager
def open_database(settings: Settings, *, embedded: bool, home: Path | None, prepare: bool) -> Iterator[Database]:
    """Where the tables are: those of the settings, or the embedded PostgreSQL, which is started and stopped."""
    if settings.database_url and not embedded:
        # With one URL for everything the connections step down to the server's role by themselves.
        role = "sajja_app" if prepare or settings.migrate_url == "" else None
        owner = settings.migrate_url or settings.database_url
        yield Database(owner_url=owner, server_url=settings.database_url, role=role, is_ours=prepare)
        return
    from sajja_server.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, default_home

    try:
        with EmbeddedPostgres.shared(home or default_home()) as postgres:
            yield Database(owner_url=postgres.owner_url, server_url=postgres.server_url, role=None, is_ours=True)
    except EmbeddedPostgresFailed as error:
        fail(str(error), EXIT_UNREACHABLE)


async def prepare_database(database: Database) -> list[str]:
    """Create the roles and bring the tables up to date; gives the migrations that were applied."""
    from sajja_server.migrations import apply_roles, migrate

    await apply_roles(database.owner_url)
    return await migrate(database.owner_url)


def settings_of_environment() -> Settings:
    """The settings, or an end that names the one that cannot be used."""
    try:
        return read_settings(os.environ)
    except SettingsInvalid as error:
        fail(f"ค่าตั้งใช้ไม่ได้ · A setting cannot be used: {error}", EXIT_USAGE)


def person_secret(settings: Settings, home: Path | None) -> bytes:
    """The secret of this server, made at the first start."""
    from sajja_server.embedded_place import default_home
    from sajja_server.person_hash import SecretUnfit, read_secret

    try:
        return read_secret(Path(settings.person_secret_file or (home or default_home()) / "person.secret"))
    except SecretUnfit as error:
        fail(f"ใช้แฟ้มความลับสำหรับหาคนซ้ำไม่ได้ · SAJJA_PERSON_SECRET_FILE cannot be used: {error}", EXIT_USAGE)


def run_async(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do something in an event loop; a database that is not ready, or not there, is an end that says so."""
    from sajja_server.migrations import MigrationFailed
    from sajja_server.store.pool import DISK_FULL, STORE_ERRORS, StoreUnfit

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(work())
    except (StoreUnfit, MigrationFailed) as error:
        fail(f"ฐานข้อมูลยังไม่พร้อม · The database is not ready: {error}", EXIT_PROBLEM)
    except DISK_FULL:
        fail(
            "[disk_full] ดิสก์ของฐานข้อมูลเต็ม ที่บันทึกไว้แล้วยังอยู่ครบ เพิ่มที่ว่างแล้วสั่งซ้ำ · the database's disk is full. What"
            " was stored is all there: make room, and say the same again",
            EXIT_UNREACHABLE,
        )
    except STORE_ERRORS as error:
        fail(f"ใช้ฐานข้อมูลหรือพอร์ตไม่ได้ · The database or the port cannot be used: {error}", EXIT_UNREACHABLE)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where the extra `fast` is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def print_json(answer: object) -> None:
    """Print an answer for a program."""
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")


def fail(sentence: str, code: int) -> NoReturn:
    """End with a sentence on stderr and an exit code."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
