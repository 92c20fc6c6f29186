"""`sajja-server people`: who may sign in. The operator gives a one-time code, never a password.

* A new account has no password at all: whoever has the code, within three days, chooses one and sets an app up.
* The code is printed once and stored as a hash. It goes in the address's fragment, which no server and no log sees.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import msgspec
import typer

from sajja_schemas.calendar import be_year
from sajja_server.access import ROLES, Audience
from sajja_server.command import (
    EXIT_PROBLEM,
    EXIT_USAGE,
    Database,
    Embedded,
    Home,
    Json,
    fail,
    open_database,
    print_json,
    run_async,
    settings_of_environment,
)

T = TypeVar("T")

_NONCE_BYTES: Final = 16
_BANGKOK: Final = timezone(timedelta(hours=7))

people = typer.Typer(help="Who may sign in: add, list, disable, reset.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the person types to sign in.")]
Network = Annotated[str | None, typer.Option(help="Which network; not needed where there is one.")]


class Invited(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the operator hands over, to that person alone."""

    network: str
    name: str
    role: str
    code: str
    link: str
    expires_at: int
    village: str | None = None


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account, as the operator sees it."""

    network: str
    name: str
    role: str
    state: str  # `waiting`, `expired`, `active`, `disabled`
    village: str | None = None
    seen_at: int | None = None


@people.command()
def add(
    name: Name,
    *,
    role: Annotated[str, typer.Option(help="network_committee, village_committee, auditor, donor or operator.")],
    village: Annotated[str | None, typer.Option(help="The village of a village_committee.")] = None,
    network: Network = None,
    embedded: Embedded = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Add somebody, and print the one-time code that sets the account up."""
    from sajja_schemas.entry import OFFICE, is_village
    from sajja_server.people import account_name
    from sajja_server.store import people as store

    known = account_name(name)
    if known is None:
        fail("ชื่อต้องมี 2 ถึง 40 ตัว เป็นตัวอักษร ตัวเลข . - _ · A name has 2 to 40 letters, digits, . - or _", EXIT_USAGE)
    if role not in set(ROLES):
        fail(f"ไม่มีบทบาท {role} · The roles are: {', '.join(ROLES)}", EXIT_USAGE)
    if (role == "village_committee") != (village is not None):
        fail(
            "กรรมการหมู่บ้านต้องระบุ --village บทบาทอื่นไม่ต้อง · A village_committee needs --village, and no other", EXIT_USAGE
        )
    if village is not None and (not is_village(village) or village == OFFICE):
        fail(f"{village} ไม่ใช่รหัสหมู่บ้าน · is not a village's code", EXIT_USAGE)

    async def work(connection: Any, of: str, now: int, public_url: str) -> Invited:
        code, expires_at, kept, nonce = _code(now)
        account = store.Account(
            network=of,
            name=known,
            role=role,
            village=village,
            setup_expires_at=expires_at,
            factor_nonce=nonce,
            password_hash=None,
            disabled_at=None,
            seen_at=None,
        )
        try:
            await store.add(connection, account, kept, now)
        except store.AccountExists:
            fail(f"มีบัญชี {known} แล้ว ใช้ people reset · There is an account {known}: use people reset", EXIT_PROBLEM)
        return _invited(account, code, expires_at, public_url)

    _print_invited(_with_database(work, network, embedded=embedded, home=home), as_json=as_json)


@people.command()
def reset(
    name: Name, *, network: Network = None, embedded: Embedded = False, home: Home = None, as_json: Json = False
) -> None:
    """Take password, app and sessions away, and print a new one-time code: something was lost, or somebody knows it."""
    from sajja_server.people import account_name
    from sajja_server.store import people as store

    async def work(connection: Any, of: str, now: int, public_url: str) -> Invited:
        known = account_name(name) or name
        code, expires_at, kept, nonce = _code(now)
        if not await store.reset(connection, of, known, kept, expires_at, nonce):
            _fail_unknown(name)
        account = await store.find(connection, of, known)
        assert account is not None, "it was reset a moment ago"
        return _invited(account, code, expires_at, public_url)

    _print_invited(_with_database(work, network, embedded=embedded, home=home), as_json=as_json)


@people.command()
def disable(
    name: Name, *, network: Network = None, embedded: Embedded = False, home: Home = None, as_json: Json = False
) -> None:
    """Let nobody in as this account any more, from this moment on. `people reset` opens it again."""
    from sajja_server.people import account_name
    from sajja_server.store import people as store

    async def work(connection: Any, of: str, now: int, _public_url: str) -> str:
        if not await store.disable(connection, of, account_name(name) or name, now):
            _fail_unknown(name)
        return of

    of = _with_database(work, network, embedded=embedded, home=home)
    if as_json:
        print_json({"network": of, "name": name, "state": "disabled"})
    else:
        typer.echo(f"ปิดบัญชี {name} แล้ว ออกจากระบบทุกเครื่อง · {name} is disabled, and signed out everywhere")


@people.command("list")
def list_accounts(
    *, network: Network = None, embedded: Embedded = False, home: Home = None, as_json: Json = False
) -> None:
    """Everybody who may sign in, and who was invited."""
    from sajja_server.store import people as store

    async def work(connection: Any, of: str, now: int, _public_url: str) -> list[Listed]:
        return [_listed(account, now) for account in await store.all_of(connection, of)]

    found = _with_database(work, network, embedded=embedded, home=home)
    if as_json:
        print_json({"people": found})
        return
    for one in found:
        seen = _moment(one.seen_at) if one.seen_at is not None else "–"
        typer.echo(f"{one.name}  {_role(one.role)}  {one.village or ''}  {_STATES[one.state]}  {seen}")
    if not found:
        typer.echo("ยังไม่มีบัญชี · No account yet: `sajja-server people add NAME --role ROLE`")


_STATES: Final = {
    "waiting": "รอตั้งรหัส · waits for its person",
    "expired": "รหัสตั้งค่าหมดอายุ · the one-time code ran out",
    "active": "ใช้งานได้ · active",
    "disabled": "ปิดแล้ว · disabled",
}


def _with_database(
    work: Callable[[Any, str, int, str], Awaitable[T]], network: str | None, *, embedded: bool, home: Path | None
) -> T:
    """Do something to the accounts of a network, as the server's role."""
    from sajja_server.clock import now_ms
    from sajja_server.store import log
    from sajja_server.store.pool import open_pool

    settings = settings_of_environment()

    async def with_connection(database: Database) -> T:
        pool = await open_pool(database.server_url, 2, role=database.role)
        try:
            async with pool.acquire() as connection:
                return await work(
                    connection, _chosen(network, await log.networks(connection)), now_ms(), _url(settings)
                )
        finally:
            await pool.close()

    with open_database(settings, embedded=embedded, home=home, prepare=False) as database:
        return run_async(lambda: with_connection(database))


def _chosen(network: str | None, known: dict[str, Any]) -> str:
    if network is None and len(known) == 1:
        return next(iter(known))
    if network is None or network not in known:
        fail(f"ระบุ --network: {', '.join(sorted(known)) or '–'} · Say which network with --network", EXIT_USAGE)
    return network


def _url(settings: Any) -> str:
    return settings.public_url.rstrip("/") or f"http://127.0.0.1:{settings.port}"


def _code(now: int) -> tuple[str, int, bytes, bytes]:
    """A one-time code, until when it is good, what is kept of it, and a nonce for the second factor."""
    from sajja_schemas import limits
    from sajja_server.people import code_bytes, new_code

    code = new_code()
    return code, now + limits.SETUP_SECONDS * 1000, code_bytes(code), secrets.token_bytes(_NONCE_BYTES)


def _invited(account: Any, code: str, expires_at: int, public_url: str) -> Invited:
    return Invited(
        network=account.network,
        name=account.name,
        role=account.role,
        village=account.village,
        code=code,
        link=f"{public_url}/#network={account.network}&setup={code}",
        expires_at=expires_at,
    )


def _listed(account: Any, now: int) -> Listed:
    if account.disabled_at is not None:
        state = "disabled"
    elif account.password_hash is not None:
        state = "active"
    else:
        state = "waiting" if (account.setup_expires_at or 0) >= now else "expired"
    return Listed(
        network=account.network,
        name=account.name,
        role=account.role,
        village=account.village,
        state=state,
        seen_at=account.seen_at,
    )


def _print_invited(invited: Invited, *, as_json: bool) -> None:
    if as_json:
        print_json(invited)
        return
    typer.echo(
        f"บัญชี · Account: {invited.name} ({_role(invited.role)}{' ' + invited.village if invited.village else ''})"
    )
    typer.echo(f"รหัสตั้งค่าครั้งแรก · One-time code: {invited.code}")
    typer.echo(f"ลิงก์ · Link: {invited.link}")
    typer.echo(
        f"ใช้ได้ครั้งเดียว ถึง {_moment(invited.expires_at)} ส่งให้เจ้าตัวเท่านั้น"
        " · Good once, until then; give it to that person alone."
    )


def _role(role: str) -> str:
    thai, english = ROLES[Audience(role)]
    return f"{thai} · {english}"


def _moment(at: int) -> str:
    """A moment in Bangkok, in years of the Buddhist era."""
    moment = datetime.fromtimestamp(at // 1000, _BANGKOK)
    return f"{moment.day}/{moment.month}/{be_year(moment.date())} {moment:%H:%M}"


def _fail_unknown(name: str) -> NoReturn:
    fail(f"ไม่มีบัญชี {name} · There is no account {name}", EXIT_PROBLEM)
