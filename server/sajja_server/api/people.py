"""People: setting an account up, signing in, who one is, another password, signing out.

* Nothing tells whether it was the name, the password or the code that was wrong, in words or in time.
* The session is a cookie that no script reads and no other site sends. A new sign-in is a new token, always.
* Whoever guesses is slowed down before anything is compared (`limiter.py`).
* A second factor's code, a recovery code, a setup code: each is good once, and using it up is one statement.
"""

from typing import Final

import segno
from aiohttp import web

from sajja_schemas import limits
from sajja_schemas.wire import PasswordChange, SetupDone, SetupFinish, SetupOffer, SignedIn, SignedOut, SignIn, SignOut
from sajja_schemas.wire import Setup as SetupRequest
from sajja_server import people
from sajja_server.api import problems
from sajja_server.api.caller import COOKIE
from sajja_server.api.context import FACTORS, PASSWORDS, POOL, json_response, network_of
from sajja_server.api.edge import LINE
from sajja_server.api.guard import CALLER
from sajja_server.api.limiter import (
    forgive_password_change,
    forgive_sign_in,
    limit_password_change,
    limit_setup,
    limit_sign_in,
)
from sajja_server.api.reading import json_of
from sajja_server.clock import now_ms
from sajja_server.store import people as store
from sajja_server.store.people import Account, PersonSession
from sajja_server.store.pool import Connection

MARK_COOKIE: Final = "__Host-sajja-known"
_MARK_SECONDS: Final = 365 * 24 * 60 * 60
_MS: Final = 1000
_DIGITS: Final = 6
_NOBODY: Final = "?"


async def sign_in(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/sign-in`: name, password and second factor; gives the session's cookie."""
    network = network_of(request).name
    asked = await json_of(request, SignIn)
    name = people.account_name(asked.name) or _NOBODY
    limit_sign_in(request, network, name, _mark_of(request, network, name))
    now = now_ms()
    async with request.app[POOL].acquire() as connection:
        account = await store.find(connection, network, name)
    # The same work whether or not there is such an account.
    password_hash = account.password_hash if account is not None and account.disabled_at is None else None
    is_right = await request.app[PASSWORDS].is_right(asked.password[: limits.PASSWORD_CHARACTERS_MAX], password_hash)
    nonce = account.factor_nonce if account is not None else bytes(16)
    step = request.app[FACTORS].step_of(network, name, nonce, digits_of(asked.code), now)
    async with request.app[POOL].acquire() as connection:
        if account is None or not is_right:
            # One statement more, as for a right password with a wrong code: time tells neither.
            await store.use_recovery(connection, network, name, b"")
            raise problems.SignInFailed
        if not await use_factor(connection, account, step, asked.code):
            raise problems.SignInFailed
        forgive_sign_in(request, network, name, _mark_of(request, network, name))
        return await opened(request, connection, account, now)


async def setup(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/setup`: what a one-time code sets up, and the secret for the app."""
    network = network_of(request).name
    asked = await json_of(request, SetupRequest)
    account = await _waiting(request, network, asked.setup)
    factors = request.app[FACTORS]
    uri = factors.uri(network, account.name, account.factor_nonce)
    return json_response(
        SetupOffer(
            name=account.name,
            role=account.role,
            village=account.village,
            secret=factors.secret(network, account.name, account.factor_nonce),
            uri=uri,
            qr=["".join("1" if dark else "0" for dark in row) for row in segno.make(uri, error="m").matrix],
        )
    )


async def finish(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/setup/finish`: a password; signs in, and gives recovery codes."""
    network = network_of(request).name
    asked = await json_of(request, SetupFinish)
    account = await _waiting(request, network, asked.setup)
    if not people.is_password_fit(asked.password, account.name):
        raise problems.PasswordUnfit
    now = now_ms()
    step = request.app[FACTORS].step_of(network, account.name, account.factor_nonce, digits_of(asked.code), now)
    if step is None:
        raise problems.CodeWrong
    password_hash = await request.app[PASSWORDS].hash(asked.password)
    recovery = [people.new_code() for _ in range(limits.RECOVERY_CODES)]
    kept = [people.code_bytes(code) for code in recovery]
    async with request.app[POOL].acquire() as connection:
        code = people.code_bytes(asked.setup)
        if await store.finish_setup(connection, network, code, password_hash, step, kept, now) is None:
            raise problems.SetupFailed
        done = await store.find(connection, network, account.name)
        assert done is not None, "accounts are disabled, not removed"
        return await opened(request, connection, done, now, recovery)


async def me(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/people/me`: who has signed in."""
    return json_response(_signed_in(person_of(request), request.cookies[COOKIE]))


async def password(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/password`: another password; every other session ends, this one is new.

    Whoever sits down at an open screen cannot: it asks for the present password and the second factor again.
    """
    asked = await json_of(request, PasswordChange)
    person = person_of(request)
    is_another = people.normal(asked.password) != people.normal(asked.present)
    if not is_another or not people.is_password_fit(asked.password, person.name):
        raise problems.PasswordUnfit
    limit_password_change(request, person)
    now = now_ms()
    async with request.app[POOL].acquire() as connection:
        account = await store.find(connection, person.network, person.name)
    assert account is not None, "accounts are disabled, not removed"
    passwords = request.app[PASSWORDS]
    if not await passwords.is_right(asked.present[: limits.PASSWORD_CHARACTERS_MAX], account.password_hash):
        raise problems.PasswordNotChanged
    step = request.app[FACTORS].step_of(person.network, person.name, account.factor_nonce, digits_of(asked.code), now)
    password_hash = await passwords.hash(asked.password)
    # One transaction: a code is not used up by a change that did not happen, nor a session ended.
    async with request.app[POOL].acquire() as connection, connection.transaction():
        if not await use_factor(connection, account, step, asked.code):
            raise problems.PasswordNotChanged
        changed = await store.change_password(connection, account, password_hash)
        if changed is None:
            raise problems.PasswordNotChanged
        response = await opened(request, connection, changed, now)
    forgive_password_change(request, person)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/sign-out`: end this session, or every session of the account."""
    asked = await json_of(request, SignOut)
    person = person_of(request)
    async with request.app[POOL].acquire() as connection:
        if asked.everywhere:
            await store.end_sessions(connection, person.network, person.name)
        else:
            await store.end_session(connection, person.network, person.token_hash)
    response = json_response(SignedOut(everywhere=asked.everywhere))
    _set_cookie(response, COOKIE, "", 0)
    return response


async def opened(
    request: web.Request, connection: Connection, account: Account, now: int, recovery: list[str] | None = None
) -> web.Response:
    """A new session, as its cookie and what the page shows."""
    token = people.new_token()
    expires_at = now + limits.PERSON_SESSION_SECONDS * _MS
    if not await store.open_session(connection, token.encode(), account, now, expires_at):
        raise problems.SignInFailed
    session = await store.find_session(connection, account.network, token.encode(), now)
    assert session is not None, "it was opened a moment ago"
    signed_in = _signed_in(session, token)
    response = json_response(SetupDone(signed_in, recovery) if recovery is not None else signed_in)
    _set_cookie(response, COOKIE, token, limits.PERSON_SESSION_SECONDS)
    mark = _mark_of(request, account.network, account.name)
    if mark is None:
        mark = request.app[FACTORS].mark(account.network, account.name)
        _set_cookie(response, MARK_COOKIE, mark, _MARK_SECONDS)
    request[LINE]["audience"] = account.role
    return response


async def use_factor(connection: Connection, account: Account, step: int | None, code: str) -> bool:
    """Use a second factor's code up, or a recovery code. Gives whether it was good."""
    if step is not None:
        return await store.use_step(connection, account.network, account.name, step)
    return await store.use_recovery(connection, account.network, account.name, people.code_bytes(code))


async def _waiting(request: web.Request, network: str, code: str) -> Account:
    """The account that a one-time code sets up.

    Raises:
        TooManyRequests, SetupFailed: guessed too often, or none.
    """
    limit_setup(request)
    async with request.app[POOL].acquire() as connection:
        account = await store.find_by_setup(connection, network, people.code_bytes(code), now_ms())
    if account is None:
        raise problems.SetupFailed
    return account


def _mark_of(request: web.Request, network: str, name: str) -> str | None:
    mark = request.cookies.get(MARK_COOKIE)
    return mark if mark and request.app[FACTORS].is_mark(network, name, mark) else None


def digits_of(code: str) -> str:
    """Six digits as they are compared; Thai digits are digits."""
    kept = "".join(letter for letter in people.normal(code) if not letter.isspace())
    is_six = len(kept) == _DIGITS and kept.isdecimal()
    return "".join(str(int(letter)) for letter in kept) if is_six else ""


def person_of(request: web.Request) -> PersonSession:
    """Who has signed in."""
    person = request[CALLER].person
    assert person is not None, "the table gives this to people only"
    return person


def _signed_in(session: PersonSession, token: str) -> SignedIn:
    return SignedIn(
        network=session.network,
        name=session.name,
        role=session.role,
        village=session.village,
        expires_at=session.expires_at,
        csrf=people.csrf_of(token),
    )


def _set_cookie(response: web.Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="Strict")
