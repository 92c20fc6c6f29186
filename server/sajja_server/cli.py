"""`sajja-server`: run, migrate, admit, people, log-key, verify, status, rebuild, rollback, projections, import, export.

Exit codes: 0 done; 1 the database or a network is not as it should be; 2 usage; 3 the database cannot be reached.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sajja_server.command import (
    EXIT_PROBLEM,
    EXIT_USAGE,
    Embedded,
    Home,
    Json,
    fail,
    open_database,
    person_secret,
    prepare_database,
    print_json,
    run_async,
    settings_of_environment,
    with_places,
)
from sajja_server.people_cli import people
from sajja_server.projections_cli import check_certificate, register

app = typer.Typer(
    name="sajja-server",
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(people, name="people")
register(app)


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
    settings = settings_of_environment()
    if port is not None:
        settings = msgspec.structs.replace(settings, port=port)
    settings = with_places(settings, embedded=embedded, home=home)
    from sajja_server.logs import configure_logs
    from sajja_server.person_hash import PersonHasher
    from sajja_server.serve import serve

    configure_logs(settings.log_format)
    with open_database(settings, embedded=embedded, home=home, prepare=prepare) as database:
        if database.is_ours:
            run_async(lambda: prepare_database(database))
        hasher = PersonHasher(person_secret(settings, home))
        run_async(lambda: serve(settings, database.server_url, hasher, role=database.role))


@app.command()
def migrate(*, embedded: Embedded = False, home: Home = None, as_json: Json = False) -> None:
    """Create or update the tables, as their owner (SAJJA_MIGRATE_URL, or SAJJA_DATABASE_URL)."""
    with open_database(settings_of_environment(), embedded=embedded, home=home, prepare=True) as database:
        applied = run_async(lambda: prepare_database(database))
    if as_json:
        print_json({"applied": applied})
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
        fail(f"อ่านแฟ้มก่อตั้งเครือข่ายไม่ได้ · This is not a network's founding line: {error}", EXIT_PROBLEM)
    with open_database(settings_of_environment(), embedded=embedded, home=home, prepare=False) as database:
        if database.is_ours:
            run_async(lambda: prepare_database(database))  # whoever comes first, this or the server
        fingerprint = run_async(lambda: admit_network(database.server_url, database.role, entry))
    if as_json:
        print_json({"network": entry.network, "fingerprint": fingerprint})
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

    settings = with_places(settings_of_environment(), embedded=embedded, home=home)
    if not settings.signer or not is_network(network):
        fail(
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
            fail("ยังไม่มีกุญแจ · There is no key yet: --from FILE, or --new", EXIT_PROBLEM)
    except FileExistsError as error:
        fail(f"มีกุญแจอยู่แล้ว จะไม่เขียนทับ · There is a key already, and it is never written over: {error}", EXIT_PROBLEM)
    except SignerRefuses as refusal:
        fail(str(refusal), EXIT_PROBLEM)
    if request is not None:
        try:
            print_json(signer.request(request))
        except Unreadable:
            fail(f"{request}: ไม่ใช่ลายนิ้วมือเครือข่าย · not a network's fingerprint", EXIT_USAGE)
    elif as_json:
        print_json({"network": network, "log_key": to_base64url(public)})
    else:
        typer.echo(f"กุญแจสมุดกลางของ {network} · The log key of {network}: {to_base64url(public)}")


@app.command()
def verify(
    *,
    certificate: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Check this rebuild certificate instead, by replay."),
    ] = None,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Rebuild every network's tree from the stored bytes; compare with every checkpoint and what was signed last."""
    from sajja_server.status import verify_networks

    settings = with_places(settings_of_environment(), embedded=embedded, home=home)
    with open_database(settings, embedded=embedded, home=home, prepare=False) as database:
        if certificate is not None:
            check_certificate(database, certificate, as_json=as_json)
            return
        found = run_async(lambda: verify_networks(database.server_url, database.role, settings.signer))
    if as_json:
        print_json({"networks": found})
    for network in found if not as_json else []:
        sentence = network.problem or "ตรงกันทั้งหมด · all of it holds"
        typer.echo(f"{network.network}: {network.size} entries, {network.checkpoints} checkpoints: {sentence}")
    if any(network.problem for network in found):
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def status(*, embedded: Embedded = False, home: Home = None, as_json: Json = False) -> None:
    """Say what is stored: networks, sizes, how far the books are, and what was rejected."""
    from sajja_server.status import network_status

    with open_database(settings_of_environment(), embedded=embedded, home=home, prepare=False) as database:
        found = run_async(lambda: network_status(database.server_url, database.role))
    if as_json:
        print_json(found)
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

    settings = with_places(settings_of_environment(), embedded=embedded, home=home)
    configure_logs(settings.log_format)  # which go to standard error: the answer stands alone
    press = Press(signer=Path(settings.signer) if settings.signer else None)
    hasher = PersonHasher(person_secret(settings, home))
    with open_database(settings, embedded=embedded, home=home, prepare=False) as database:
        try:
            taken = run_async(
                lambda: take_in(database.server_url, database.role, network, file, hasher=hasher, press=press)
            )
        except BundleWrong as wrong:
            thai, english = wrong.sentences
            fail(f"{thai} · [{wrong.code}] {english}", EXIT_PROBLEM)
        except CannotCarry as problem:
            fail(f"[{problem.code}] {problem}", EXIT_PROBLEM)
    if as_json:
        print_json(taken)
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

    settings = with_places(settings_of_environment(), embedded=embedded, home=home)
    configure_logs(settings.log_format)  # which go to standard error: the answer stands alone
    press = Press(tiles=Path(settings.tiles) if settings.tiles else None)
    with open_database(settings, embedded=embedded, home=home, prepare=False) as database:
        try:
            asked = device_id(device)
            data = run_async(lambda: make_for(database.server_url, database.role, network, asked, press))
            write_file(file, data, mode=0o600)
        except Unreadable:
            fail(f"{device}: ไม่ใช่ชื่อเครื่อง · not a device's name", EXIT_USAGE)
        except CannotCarry as problem:
            fail(f"[{problem.code}] {problem}", EXIT_PROBLEM)
        except OSError as error:
            fail(f"เขียนแฟ้มไม่ได้ · {file} cannot be written: {error.strerror}", EXIT_PROBLEM)
    if as_json:
        print_json({"file": str(file), "bytes": len(data)})
    else:
        typer.echo(f"เขียน {file} แล้ว ({len(data)} ไบต์) · written")


def _counts(found: dict[str, int]) -> str:
    return "  ".join(f"{name}={count}" for name, count in sorted(found.items())) or "0"


@app.command("evidence")
def show_evidence(
    network: Annotated[str, typer.Argument(help="The network's name.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show lines that were rejected: why, when, and by whose session. At most a thousand of a network are kept."""
    from sajja_server.status import rejected_lines

    with open_database(settings_of_environment(), embedded=embedded, home=home, prepare=False) as database:
        found = run_async(lambda: rejected_lines(database.server_url, database.role, network, limit))
    if as_json:
        print_json({"network": network, "rejected": found})
        return
    for row in found:
        typer.echo(f"{row['id']}  {row['code']}  {row['unit'] or '-'}  {row['sent_by'][:8]}  {row['line'][:200]!r}")
    if not found:
        typer.echo("ไม่มีบรรทัดที่ถูกปฏิเสธ · No line was rejected")


def main() -> None:
    """The console script."""
    app()
