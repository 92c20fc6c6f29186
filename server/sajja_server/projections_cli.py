"""`sajja-server rebuild`, `rollback` and `projections`: the books built anew beside the live ones, and which are read.

Exit codes: 0 done; 1 refused, or something differs; 2 usage; 3 the database cannot be reached, or its disk is full.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sajja_schemas.entry import is_village
from sajja_server.command import (
    EXIT_PROBLEM,
    EXIT_USAGE,
    Database,
    Embedded,
    Home,
    Json,
    fail,
    open_database,
    prepare_database,
    print_json,
    run_async,
    settings_of_environment,
    with_places,
)
from sajja_server.projections_told import progress, shown, tell_built, tell_checked, tell_difference, tell_history
from sajja_server.settings import Settings

Network = Annotated[str | None, typer.Option(help="Which network; all of them where none is named.")]


def rebuild(
    name: Annotated[str, typer.Argument(help="Which projection: all are read from `books`.")] = "books",
    *,
    network: Network = None,
    village: Annotated[
        str | None, typer.Option(help="Replay in memory and compare this village's figures only; nothing is written.")
    ] = None,
    accept_change: Annotated[
        str | None, typer.Option(metavar="REASON", help="Switch even if the figures differ; why is written down.")
    ] = None,
    no_switch: Annotated[bool, typer.Option("--no-switch", help="Build, and let people read the old books.")] = False,
    certificate: Annotated[Path | None, typer.Option(help="Where to write the signed certificate.")] = None,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Build the books anew from the log, beside the live ones; switch to them if they say the same."""
    from sajja_server.projections.builds import NAME

    if name != NAME or (village is not None and not is_village(village)):
        fail(f"ไม่รู้จัก {name} {village or ''} · There is no such projection or village: {NAME}", EXIT_USAGE)
    settings = with_places(_settings(), embedded=embedded, home=home)
    with open_database(settings, embedded=embedded, home=home, prepare=False) as database:
        if database.is_ours:
            run_async(lambda: prepare_database(database))
        names = _networks(database, network)
        if village is not None:
            _compare(database, names, village, as_json=as_json)
            return
        with progress(quiet=as_json) as tell:
            built = [
                _rebuild(database, one, tell, accepted=accept_change, switches=not no_switch, signer=settings.signer)
                for one in names
            ]
    if certificate is not None:
        _write(certificate, [one["certificate"] for one in built])
    if as_json:
        print_json({"networks": built})
    for one in built if not as_json else []:
        tell_built(one)


def rollback(
    network: Annotated[str, typer.Argument(help="The network's name.")],
    *,
    reason: Annotated[str, typer.Option(prompt="เหตุผล · Why", help="Why; it is written down.")],
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let people read again the books that were live before, brought to where the log is."""
    from sajja_server.projections.rebuild import roll_back

    with (
        open_database(_settings(), embedded=embedded, home=home, prepare=False) as database,
        progress(quiet=as_json) as tell,
    ):
        switched = _guarded(lambda: roll_back(_hold(database), network, tell=tell, reason=reason))
    if as_json:
        print_json(shown(switched))
    else:
        typer.echo(f"ย้อนกลับไปชุดที่ {switched.number} แล้ว · {network}: build {switched.number} is read again")


def projections(
    *, network: Network = None, embedded: Embedded = False, home: Home = None, as_json: Json = False
) -> None:
    """Say which builds there are and were, how far they are, who switched to them and why."""
    with open_database(settings_of_environment(), embedded=embedded, home=home, prepare=False) as database:
        found = [_history(database, one) for one in _networks(database, network)]
    if as_json:
        print_json({"networks": found})
        return
    tell_history(found)


def check_certificate(database: Database, file: Path, *, as_json: bool) -> None:
    """Check a certificate's signature, root and state against the log that is stored here, by replaying it."""
    from sajja_schemas.checkpoint import NoteInvalid
    from sajja_server.certificates import Checked, check

    try:
        note = file.read_bytes()
        with progress(quiet=as_json) as tell:

            async def compare() -> Checked:
                async with _hold(database)() as connection:
                    return await check(connection, note, tell)

            checked: Checked = _guarded(compare)
    except OSError as error:
        fail(f"อ่านแฟ้มไม่ได้ · {file} cannot be read: {error.strerror}", EXIT_PROBLEM)
    except NoteInvalid as error:
        fail(f"[certificate_unreadable] {file}: ไม่ใช่ใบรับรอง · not a certificate: {error}", EXIT_PROBLEM)
    if as_json:
        print_json(checked)
    else:
        tell_checked(checked)
    if checked.problem is not None:
        raise typer.Exit(EXIT_PROBLEM)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (rebuild, rollback, projections):
        app.command()(command)


def _rebuild(
    database: Database,
    network: str,
    tell: Callable[[Any], None],
    *,
    accepted: str | None,
    switches: bool,
    signer: str,
) -> dict[str, Any]:
    from sajja_server.projections.rebuild import rebuild as build

    began = time.monotonic()
    built = _guarded(lambda: build(_hold(database), network, tell=tell, accepted=accepted, switches=switches))
    seconds = round(time.monotonic() - began, 3)
    note, unsigned = _certify(database, network, signer) if built.switched is not None else (None, None)
    answer: dict[str, Any] = shown(built)
    return answer | {
        "seconds": seconds,
        "certificate": note.decode() if note is not None else None,
        "not_certified": unsigned,
    }


def _certify(database: Database, network: str, signer: str) -> tuple[bytes | None, str | None]:
    """The signed certificate of what people read now; or why there is none."""
    from sajja_server.certificates import certify
    from sajja_server.growth import LogDamaged
    from sajja_server.projections.builds import live
    from sajja_server.signer import SignerRefuses

    if not signer:
        return None, "ไม่ได้ตั้ง SAJJA_SIGNER จึงไม่มีใบรับรอง · SAJJA_SIGNER is not set, so nothing is signed"

    async def sign() -> bytes:
        async with _hold(database)() as connection:
            build = await live(connection, network)
            assert build is not None, "it was switched to"
            return await certify(connection, build, Path(signer))

    try:
        return run_async(sign), None
    except (SignerRefuses, LogDamaged) as refusal:
        return None, f"[{refusal.code}] {refusal}"


def _compare(database: Database, networks: list[str], village: str, *, as_json: bool) -> None:
    from sajja_server.projections.rebuild import compare_village

    async def compare(network: str, tell: Callable[[Any], None]) -> Any:
        async with _hold(database)() as connection:
            return await compare_village(connection, network, village, tell)

    with progress(quiet=as_json) as tell:
        found = {network: _guarded(partial(compare, network, tell)) for network in networks}
    if as_json:
        print_json(
            {
                "village": village,
                "networks": [
                    {
                        "network": network,
                        "differences": {
                            name: {"live": live, "replayed": replayed} for name, (live, replayed) in different.items()
                        },
                    }
                    for network, different in found.items()
                ],
            }
        )
    for network, different in found.items() if not as_json else ():
        tell_difference(different)
        if not different:
            typer.echo(f"{network}/{village}: ยอดตรงกับที่คำนวณจากรายการทั้งหมด · the figures are what the log says")
    if any(found.values()):
        raise typer.Exit(EXIT_PROBLEM)


def _settings() -> Settings:
    """The settings; what is logged goes to standard error, and the answer stands alone."""
    from sajja_server.logs import configure_logs

    settings = settings_of_environment()
    configure_logs(settings.log_format)
    return settings


def _guarded(work: Callable[[], Any]) -> Any:
    """Do something with builds, or end with the sentence that says why not."""
    from sajja_server.projections.builds import BuildRefused
    from sajja_server.projections.switching import StateDiffers
    from sajja_server.store.log import UnknownNetwork

    try:
        return run_async(work)
    except StateDiffers as refusal:
        tell_difference(refusal.difference)
        fail(f"[{refusal.code}] {refusal}", EXIT_PROBLEM)
    except BuildRefused as refusal:
        fail(f"[{refusal.code}] {refusal}", EXIT_PROBLEM)
    except UnknownNetwork as unknown:
        _unknown(str(unknown))


def _hold(database: Database) -> Any:
    from sajja_server.store.pool import connection_beside

    return partial(connection_beside, database.server_url, role=database.role)


def _networks(database: Database, network: str | None) -> list[str]:
    from sajja_server.store.log import networks
    from sajja_server.store.pool import open_pool

    async def read() -> list[str]:
        pool = await open_pool(database.server_url, 2, role=database.role)
        try:
            async with pool.acquire() as connection:
                return list(await networks(connection))
        finally:
            await pool.close()

    found = run_async(read)
    if network is not None and network not in found:
        _unknown(network)
    return found if network is None else [network]


def _unknown(network: str) -> NoReturn:
    fail(f"[unknown_network] ไม่มีเครือข่าย {network} ในเซิร์ฟเวอร์นี้ · there is no network {network} here", EXIT_PROBLEM)


def _history(database: Database, network: str) -> dict[str, Any]:
    from sajja_server.projections.builds import history

    async def read() -> list[Any]:
        async with _hold(database)() as connection:
            return await history(connection, network)

    return {"network": network, "builds": [shown(build) for build in run_async(read)]}


def _write(path: Path, notes: list[str | None]) -> None:
    from sajja_server.durable import write_file

    signed = [note for note in notes if note is not None]
    if len(signed) != 1:
        fail("ไม่มีใบรับรองให้เขียน หรือมีหลายใบ ให้ระบุ --network · one certificate is written: name a --network", EXIT_PROBLEM)
    try:
        write_file(path, signed[0].encode(), mode=0o644)
    except OSError as error:
        fail(f"เขียนแฟ้มไม่ได้ · {path} cannot be written: {error.strerror}", EXIT_PROBLEM)
