"""What handlers share: the pool, the networks, the page's files; and how they find which device is asking."""

from typing import Final

import msgspec
from aiohttp import web

from sajja_schemas.session import server_name
from sajja_server.api import problems
from sajja_server.challenges import Challenger
from sajja_server.networks import Network, Networks
from sajja_server.page import PageFile
from sajja_server.passkeys import Challenges
from sajja_server.people import Factors, Passwords
from sajja_server.person_hash import PersonHasher
from sajja_server.quota import Quota
from sajja_server.settings import Settings
from sajja_server.store import sessions
from sajja_server.store.pool import Pool
from sajja_server.store.sessions import DeviceSession

POOL: Final = web.AppKey("pool", Pool)
NETWORKS: Final = web.AppKey("networks", Networks)
HASHER: Final = web.AppKey("hasher", PersonHasher)
SETTINGS: Final = web.AppKey("settings", Settings)
CHALLENGER: Final = web.AppKey("challenger", Challenger)
PASSWORDS: Final = web.AppKey("passwords", Passwords)
FACTORS: Final = web.AppKey("factors", Factors)
PASSKEY_CHALLENGES: Final = web.AppKey("passkey_challenges", Challenges)
DEMONSTRATIONS: Final = web.AppKey("demonstrations", dict[str, bool])  # by network, as its founding entry says
PAGE: Final = web.AppKey("page", dict[str, PageFile])
OPENAPI: Final = web.AppKey("openapi", bytes)
SESSIONS: Final = web.AppKey("sessions", dict[bytes, DeviceSession])  # a cache of the table, bounded below

QUOTA: Final = web.AppKey("quota", Quota)
CONTACTS: Final = web.AppKey("contacts", dict[bytes, int])  # when a device was last written down; one per session

CONTACT_EVERY_MS: Final = 30_000
SESSIONS_CACHED_MAX: Final = 10_000
_BEARER: Final = "Bearer "
_TOKEN_CHARACTERS: Final = 43  # 32 bytes, base64url
_encoder: Final = msgspec.json.Encoder()


def network_of(request: web.Request) -> Network:
    """The network that a route names.

    Raises:
        UnknownNetwork: none such.
    """
    return request.app[NETWORKS].get(request.match_info["network"])


def own_name(request: web.Request) -> str:
    """This server's name, as devices sign it: of its public URL, or, for this machine alone, as it was asked.

    Raises:
        RequestMalformed: asked by something that is no name.
    """
    try:
        return server_name(request.app[SETTINGS].public_url or f"http://{request.host}")
    except ValueError as error:
        raise problems.RequestMalformed from error


async def note_contact(request: web.Request, session: DeviceSession, now: int) -> None:
    """Write down that a device was heard, at most once in a while: it is a courtesy, and costs a commit."""
    noted = request.app[CONTACTS]
    if noted.get(session.device, 0) + CONTACT_EVERY_MS <= now:
        noted[session.device] = now
        async with request.app[POOL].acquire() as connection:
            await sessions.save_contact(connection, session.network, session.device, now)


async def session_of(request: web.Request, now: int) -> DeviceSession:
    """The device that is asking.

    Raises:
        SessionMissing: no token, one that is not known, expired, or of another network.
    """
    header = request.headers.get("Authorization", "")
    given = header.removeprefix(_BEARER)
    if given == header or len(given) != _TOKEN_CHARACTERS or not given.isascii():
        raise problems.SessionMissing
    token = given.encode("ascii")
    session = request.app[SESSIONS].get(token) or await _read_session(request, token)
    if session is None or session.expires_at < now or session.network != request.match_info["network"]:
        raise problems.SessionMissing
    return session


def known_session(request: web.Request) -> DeviceSession | None:
    """The session of a token that was seen before, without asking the database; it may have ended."""
    given = request.headers.get("Authorization", "").removeprefix(_BEARER)
    return request.app[SESSIONS].get(given.encode()) if len(given) == _TOKEN_CHARACTERS else None


async def _read_session(request: web.Request, token: bytes) -> DeviceSession | None:
    async with request.app[POOL].acquire() as connection:
        session = await sessions.find_session(connection, token)
    known = request.app[SESSIONS]
    if session is not None:
        if len(known) >= SESSIONS_CACHED_MAX:
            known.clear()
        known[token] = session
    return session


def json_response(answer: object, *, headers: dict[str, str] | None = None) -> web.Response:
    """An answer in JSON, not to be kept by anybody on the way."""
    return web.Response(
        body=_encoder.encode(answer),
        content_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
