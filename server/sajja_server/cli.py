"""`sajja-server`: run, migrate, admit, log-key, verify, status, import, export.

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

app = typer.Typer(
    name="sajja-server",
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Embedded = Annotated[bool, typer.Option(help="Use the embedded PostgreSQL even where SAJJA_DATABASE_URL is set.")]
Home = Annotated[Path | None, typer.Option(help="Where the embedded PostgreSQL lives.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Database(msgspec.Struct, frozen=True):
    """Where the tables are: as whom to migrate, and as whom to serve."""

    owner_url: str
    server_url: str
    role: str | None  # to step down to, where the URL is not that of a mere server
    is_ours: bool  # the embedded one, or one that we are asked to prepare


@app.command()
def run(
    *,
    embedded: Embedded = False,
    home: Home = None,
    prepare: Annotated[
        bool, typer.Option(help="First create the roles, migrate, and serve as sajja_app: one URL does for all.")
    ] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes any free port.")] = None,
) -> None:
    """Serve. Without SAJJA_DATABASE_URL an embedded PostgreSQL is started and migrated."""
    settings = _settings()
    if port is not None:
        settings = msgspec.structs.replace(settings, port=port)
    if embedded or not settings.database_url:
        settings = _beside_the_embedded(settings, home)
    from sajja_server.logs import configure_logs
    from sajja_server.person_hash import PersonHasher
    from sajja_server.serve import serve

    configure_logs(settings.log_format)
    with _database(settings, embedded=embedded, home=home, prepare=prepare) as database:
        if database.is_ours:
            _run(lambda: _prepare(database))
        hasher = PersonHasher(_person_secret(settings, home))
        _run(lambda: serve(settings, database.server_url, hasher, role=database.role))


@app.command()
def migrate(*, embedded: Embedded = False, home: Home = None, as_json: Json = False) -> None:
    """Create or update the tables, as their owner (SAJJA_MIGRATE_URL, or SAJJA_DATABASE_URL)."""
    with _database(_settings(), embedded=embedded, home=home, prepare=True) as database:
        applied = _run(lambda: _prepare(database))
    if as_json:
        _print_json({"applied": applied})
    else:
        typer.echo("\n".join(applied) or "ฐานข้อมูลเป็นรุ่นล่าสุดแล้ว · The database is up to date.")


@app.command()
def admit(
    founding: Annotated[Path, typer.Argument(help="The founding line that `sajja office establish` wrote.")],
    *,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Admit a network to this server by its founding entry. Its hash is the network's fingerprint from now on."""
    from sajja_server.admit import admit_network, read_founding

    try:
        entry = read_founding(founding.read_bytes())
    except (OSError, ValueError) as error:
        _fail(f"อ่านแฟ้มก่อตั้งเครือข่ายไม่ได้ · This is not a network's founding line: {error}", EXIT_PROBLEM)
    with _database(_settings(), embedded=embedded, home=home, prepare=False) as database:
        if database.is_ours:
            _run(lambda: _prepare(database))  # whoever comes first, this or the server
        fingerprint = _run(lambda: admit_network(database.server_url, database.role, entry))
    if as_json:
        _print_json({"network": entry.network, "fingerprint": fingerprint})
    else:
        typer.echo(f"รับเครือข่าย {entry.network} แล้ว · Admitted {entry.network}, fingerprint {fingerprint}")


@app.command("log-key")
def log_key(
    network: Annotated[str, typer.Argument(help="The network's name.")],
    *,
    line: Annotated[
        Path | None,
        typer.Option("--from", exists=True, dir_okay=False, help="log.key of `sajja office establish`."),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Make a key.")] = False,
    request: Annotated[
        str | None, typer.Option(metavar="FINGERPRINT", help="Ask the office to adopt this key: prints the request.")
    ] = None,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Keep the key that signs the log's checkpoints in SAJJA_SIGNER, outside the database; or show its public part."""
    from sajja_schemas.entry import Unreadable, to_base64url
    from sajja_server.networks import is_network
    from sajja_server.signer import Signer, SignerRefuses

    settings = _with_places(_settings(), embedded=embedded, home=home)
    if not settings.signer or not is_network(network):
        _fail(
            "ตั้ง SAJJA_SIGNER เป็นโฟลเดอร์ของกุญแจก่อน · Set SAJJA_SIGNER to the key's folder, and name a network",
            EXIT_USAGE,
        )
    signer = Signer(Path(settings.signer), network)
    try:
        if line is not None or new:
            public = signer.create(line.read_bytes() if line is not None else None).public
        elif (held := signer.key()) is not None:
            public = held.key.public
        else:
            _fail("ยังไม่มีกุญแจ · There is no key yet: --from FILE, or --new", EXIT_PROBLEM)
    except FileExistsError as error:
        _fail(f"มีกุญแจอยู่แล้ว จะไม่เขียนทับ · There is a key already, and it is never written over: {error}", EXIT_PROBLEM)
    except SignerRefuses as refusal:
        _fail(str(refusal), EXIT_PROBLEM)
    if request is not None:
        try:
            _print_json(signer.request(request))
        except Unreadable:
            _fail(f"{request}: ไม่ใช่ลายนิ้วมือเครือข่าย · not a network's fingerprint", EXIT_USAGE)
    elif as_json:
        _print_json({"network": network, "log_key": to_base64url(public)})
    else:
        typer.echo(f"กุญแจสมุดกลางของ {network} · The log key of {network}: {to_base64url(public)}")


@app.command()
def verify(*, embedded: Embedded = False, home: Home = None, as_json: Json = False) -> None:
    """Rebuild every network's tree from the stored bytes; compare with every checkpoint and what was signed last."""
    from sajja_server.status import verify_networks

    settings = _with_places(_settings(), embedded=embedded, home=home)
    with _database(settings, embedded=embedded, home=home, prepare=False) as database:
        found = _run(lambda: verify_networks(database.server_url, database.role, settings.signer))
    if as_json:
        _print_json({"networks": found})
    for network in found if not as_json else []:
        sentence = network.problem or "ตรงกันทั้งหมด · all of it holds"
        typer.echo(f"{network.network}: {network.size} entries, {network.checkpoints} checkpoints: {sentence}")
    if any(network.problem for network in found):
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def status(*, embedded: Embedded = False, home: Home = None, as_json: Json = False) -> None:
    """Say what is stored: networks, sizes, how far the books are, and what was rejected."""
    from sajja_server.status import network_status

    with _database(_settings(), embedded=embedded, home=home, prepare=False) as database:
        found = _run(lambda: network_status(database.server_url, database.role))
    if as_json:
        _print_json(found)
        return
    for network in found["networks"]:
        typer.echo("  ".join(f"{name}={value}" for name, value in network.items()))
    if not found["networks"]:
        typer.echo("ยังไม่มีเครือข่าย · No network yet: `sajja-server admit FILE`")


@app.command("import")
def import_bundle(
    network: Annotated[str, typer.Argument(help="The network's name.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bundle of `sajja village carry out`.")],
    *,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take in what was carried here by hand. The server may run meanwhile, and nothing is counted twice."""
    from sajja_schemas.bundle import BundleWrong
    from sajja_server.bundles import CannotCarry, take_in
    from sajja_server.logs import configure_logs
    from sajja_server.person_hash import PersonHasher
    from sajja_server.publish import Press

    settings = _with_places(_settings(), embedded=embedded, home=home)
    configure_logs(settings.log_format)  # which go to standard error: the answer stands alone
    press = Press(signer=Path(settings.signer) if settings.signer else None)
    hasher = PersonHasher(_person_secret(settings, home))
    with _database(settings, embedded=embedded, home=home, prepare=False) as database:
        try:
            taken = _run(lambda: take_in(database.server_url, database.role, network, file, hasher=hasher, press=press))
        except BundleWrong as wrong:
            thai, english = wrong.sentences
            _fail(f"{thai} · [{wrong.code}] {english}", EXIT_PROBLEM)
        except CannotCarry as problem:
            _fail(f"[{problem.code}] {problem}", EXIT_PROBLEM)
    if as_json:
        _print_json(taken)
    else:
        typer.echo(f"รับรายการ · entries: {_counts(taken.entries)}")
        typer.echo(f"ข้อมูลส่วนบุคคล · personal parts: {_counts(taken.parts)}")
        for code, count in taken.codes.items():
            typer.echo(f"  {code}: {count}")
    if taken.codes or set(taken.parts) - {"kept", "duplicate", "erased"}:
        raise typer.Exit(EXIT_PROBLEM)


@app.command("export")
def export_bundle(
    network: Annotated[str, typer.Argument(help="The network's name.")],
    device: Annotated[str, typer.Argument(help="The device's name, as `sajja village status` says it.")],
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write what a device would pull, with proofs, for somebody to carry; its `carry in` takes it."""
    from sajja_schemas.entry import Unreadable
    from sajja_server.bundles import CannotCarry, make_for
    from sajja_server.devices import device_id
    from sajja_server.durable import write_file
    from sajja_server.logs import configure_logs
    from sajja_server.publish import Press

    settings = _with_places(_settings(), embedded=embedded, home=home)
    configure_logs(settings.log_format)  # which go to standard error: the answer stands alone
    press = Press(tiles=Path(settings.tiles) if settings.tiles else None)
    with _database(settings, embedded=embedded, home=home, prepare=False) as database:
        try:
            asked = device_id(device)
            data = _run(lambda: make_for(database.server_url, database.role, network, asked, press))
            write_file(file, data, mode=0o600)
        except Unreadable:
            _fail(f"{device}: ไม่ใช่ชื่อเครื่อง · not a device's name", EXIT_USAGE)
        except CannotCarry as problem:
            _fail(f"[{problem.code}] {problem}", EXIT_PROBLEM)
        except OSError as error:
            _fail(f"เขียนแฟ้มไม่ได้ · {file} cannot be written: {error.strerror}", EXIT_PROBLEM)
    if as_json:
        _print_json({"file": str(file), "bytes": len(data)})
    else:
        typer.echo(f"เขียน {file} แล้ว ({len(data)} ไบต์) · written")


def _counts(found: dict[str, int]) -> str:
    return "  ".join(f"{name}={count}" for name, count in sorted(found.items())) or "0"


def main() -> None:
    """The console script."""
    app()


def _with_places(settings: Settings, *, embedded: bool, home: Path | None) -> Settings:
    return _beside_the_embedded(settings, home) if embedded or not settings.database_url else settings


def _beside_the_embedded(settings: Settings, home: Path | None) -> Settings:
    """Where the log's key and tiles are when nobody said: beside the embedded database, not in it."""
    from sajja_server.embedded import default_home

    folder = home or default_home()
    return msgspec.structs.replace(
        settings, signer=settings.signer or str(folder / "signer"), tiles=settings.tiles or str(folder / "tiles")
    )


@contextmanager
def _database(settings: Settings, *, embedded: bool, home: Path | None, prepare: bool) -> Iterator[Database]:
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
        _fail(str(error), EXIT_UNREACHABLE)


async def _prepare(database: Database) -> list[str]:
    from sajja_server.migrations import apply_roles, migrate

    await apply_roles(database.owner_url)
    return await migrate(database.owner_url)


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except SettingsInvalid as error:
        _fail(f"ค่าตั้งใช้ไม่ได้ · A setting cannot be used: {error}", EXIT_USAGE)


def _person_secret(settings: Settings, home: Path | None) -> bytes:
    from sajja_server.embedded_place import default_home
    from sajja_server.person_hash import SecretUnfit, read_secret

    try:
        return read_secret(Path(settings.person_secret_file or (home or default_home()) / "person.secret"))
    except SecretUnfit as error:
        _fail(f"ใช้แฟ้มความลับสำหรับหาคนซ้ำไม่ได้ · SAJJA_PERSON_SECRET_FILE cannot be used: {error}", EXIT_USAGE)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    from sajja_server.migrations import MigrationFailed
    from sajja_server.store.pool import STORE_ERRORS, StoreUnfit

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(work())
    except (StoreUnfit, MigrationFailed) as error:
        _fail(f"ฐานข้อมูลยังไม่พร้อม · The database is not ready: {error}", EXIT_PROBLEM)
    except STORE_ERRORS as error:
        _fail(f"ใช้ฐานข้อมูลหรือพอร์ตไม่ได้ · The database or the port cannot be used: {error}", EXIT_UNREACHABLE)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where the extra `fast` is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _print_json(answer: object) -> None:
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")


def _fail(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
