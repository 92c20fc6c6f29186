"""Passkeys: a person adds, names and removes them, and signs in with one instead of name, password and code.

* To add one takes what it takes to change the password: an open screen is not enough.
* Whether a passkey is unknown, another person's, of another page or signed wrongly, the answer is the same.
* A challenge and a use are written down with the session that they open: all of it, or nothing.
"""

from aiohttp import web

from sajja_schemas import limits
from sajja_schemas.entry import to_base64url
from sajja_schemas.wire import PasskeyAdd, PasskeyAsk, PasskeyOffer, PasskeyRemove, Passkeys, PasskeyShown, PasskeyUse
from sajja_server import passkeys, people
from sajja_server.api import problems
from sajja_server.api.context import FACTORS, PASSKEY_CHALLENGES, PASSWORDS, POOL, SETTINGS, json_response, network_of
from sajja_server.api.limiter import forgive_password_change, limit_password_change
from sajja_server.api.people import digits_of, opened, person_of, use_factor
from sajja_server.api.reading import json_of
from sajja_server.clock import now_ms
from sajja_server.passkeys import Place
from sajja_server.store import passkeys as store
from sajja_server.store import people as accounts
from sajja_server.store.passkeys import Passkey

_NOBODY = ""  # who signs in with a passkey has not said who it is


async def sign_in_offer(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/passkeys/sign-in/offer`: what a browser's authenticator is asked to sign."""
    place, network = _place(request), network_of(request).name
    challenge = request.app[PASSKEY_CHALLENGES].make("sign-in", network, _NOBODY, now_ms())
    return json_response(PasskeyOffer(passkeys.offer_to_sign_in(place, challenge)))


async def sign_in(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/passkeys/sign-in`: what it has signed; gives the session's cookie."""
    place, network, now = _place(request), network_of(request).name, now_ms()
    brought = (await json_of(request, PasskeyUse)).credential
    try:
        challenge = passkeys.challenge_in(brought)
        until = request.app[PASSKEY_CHALLENGES].until(challenge, "sign-in", network, _NOBODY, now)
        name, kept = await _kept(request, network, passkeys.credential_of(brought))
        uses = passkeys.verify_use(brought, place, challenge, kept, passkeys.user_handle(network, name))
    except passkeys.PasskeyRefused:
        raise problems.PasskeyRefused from None
    async with request.app[POOL].acquire() as connection, connection.transaction():
        account = await accounts.find(connection, network, name)
        is_good = (
            account is not None
            and await store.answer(connection, network, challenge, until, now)
            and await store.note_use(connection, network, kept, uses, now)
        )
        if account is None or not is_good:
            raise problems.PasskeyRefused
        return await opened(request, connection, account, now)


async def offer(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/passkeys/offer`: password and code again; gives what makes a passkey."""
    place, person = _place(request), person_of(request)
    asked = await json_of(request, PasskeyAsk)
    limit_password_change(request, person)
    now = now_ms()
    async with request.app[POOL].acquire() as connection:
        account = await accounts.find(connection, person.network, person.name)
    assert account is not None, "accounts are disabled, not removed"
    present = asked.present[: limits.PASSWORD_CHARACTERS_MAX]
    if not await request.app[PASSWORDS].is_right(present, account.password_hash):
        raise problems.PasskeyNotAdded
    code = digits_of(asked.code)
    step = request.app[FACTORS].step_of(person.network, person.name, account.factor_nonce, code, now)
    async with request.app[POOL].acquire() as connection:
        has = await store.of(connection, person.network, person.name)
        if len(has) >= limits.PASSKEYS_MAX or not await use_factor(connection, account, step, asked.code):
            raise problems.PasskeyNotAdded
    forgive_password_change(request, person)
    challenge = request.app[PASSKEY_CHALLENGES].make("add", person.network, person.name, now)
    credentials = [one.credential for one in has]
    return json_response(
        PasskeyOffer(passkeys.offer_to_add(place, person.network, person.name, challenge, credentials))
    )


async def add(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/passkeys`: the passkey that was made; gives all that the person has."""
    place, person, now = _place(request), person_of(request), now_ms()
    asked = await json_of(request, PasskeyAdd)
    label = people.normal(asked.label).strip()[: limits.PASSKEY_LABEL_CHARACTERS_MAX]
    if not label.isprintable() or not label:
        raise problems.RequestMalformed
    try:
        challenge = passkeys.challenge_in(asked.credential)
        until = request.app[PASSKEY_CHALLENGES].until(challenge, "add", person.network, person.name, now)
        made = passkeys.verify_new(asked.credential, place, challenge)
    except passkeys.PasskeyRefused:
        raise problems.PasskeyNotAdded from None
    async with request.app[POOL].acquire() as connection, connection.transaction():
        is_good = await store.answer(connection, person.network, challenge, until, now) and await store.add(
            connection, person.network, person.name, made, label, now
        )
        if not is_good:
            raise problems.PasskeyNotAdded
    return await listed(request)


async def listed(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/people/passkeys`: the passkeys of who has signed in."""
    person = person_of(request)
    async with request.app[POOL].acquire() as connection:
        found = await store.of(connection, person.network, person.name)
    return json_response(
        Passkeys([PasskeyShown(to_base64url(one.credential), one.label, one.added_at, one.used_at) for one in found])
    )


async def remove(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/people/passkeys/remove`: forget one; gives those that are left."""
    person, asked = person_of(request), await json_of(request, PasskeyRemove)
    async with request.app[POOL].acquire() as connection:
        await store.remove(connection, person.network, person.name, passkeys.id_bytes(asked.id))
    return await listed(request)


async def _kept(request: web.Request, network: str, credential: bytes) -> tuple[str, Passkey]:
    """Whose a passkey is, and the passkey.

    Raises:
        PasskeyRefused: nobody's.
    """
    async with request.app[POOL].acquire() as connection:
        found = await store.find(connection, network, credential)
    if found is None:
        raise passkeys.PasskeyRefused
    return found


def _place(request: web.Request) -> Place:
    """Where the page is looked at.

    Raises:
        PasskeysNotHere: by an address, or without TLS.
    """
    place = passkeys.place_of(request.app[SETTINGS].public_url, request.host)
    if place is None:
        raise problems.PasskeysNotHere
    return place
