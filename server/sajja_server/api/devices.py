"""Devices: where a device's log stands, and sessions by signed challenge.

* A device proves that it holds its key by signing `sajja session v2`, the challenge, the fingerprint of the network and
  this server's name, so an answer is good for one challenge of one network at one server.
* A challenge is good for two minutes and for one right answer (`challenges.py`): what was overheard opens nothing.
"""

import os

from aiohttp import web

from sajja_schemas import limits, signing
from sajja_schemas.entry import from_base64url, to_base64url
from sajja_schemas.session import session_message
from sajja_schemas.wire import Challenge, DeviceHead, Session, SessionRequest
from sajja_server.api import problems
from sajja_server.api.context import CHALLENGER, POOL, json_response, network_of, own_name, session_of
from sajja_server.api.reading import integer_of, json_of
from sajja_server.challenges import CHALLENGE_BYTES, NONCE_BYTES
from sajja_server.clock import now_ms
from sajja_server.devices import device_id
from sajja_server.projections.memory import enrolled_key, is_revoked
from sajja_server.store import log as store
from sajja_server.store import sessions

_MS = 1000


async def head(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/devices/{device}/head?at=`: where to resume, where a fork began."""
    network = network_of(request)
    await session_of(request, now_ms())
    device = device_id(request.match_info["device"])
    at = integer_of(request, "at", maximum=limits.SEQUENCE_MAX)
    unit = await network.directory.unit_of(device)
    async with request.app[POOL].acquire() as connection:
        state = await store.device_state(connection, network.name, device, at)
        revoked = await is_revoked(connection, network.name, device)
    return json_response(
        DeviceHead(
            device=to_base64url(device),
            enrolled=unit is not None,
            sequence=state.sequence,
            hash=to_base64url(state.hash) if state.hash is not None else None,
            status=(
                "unenrolled" if unit is None else "revoked" if revoked else "forked" if state.forks else "enrolled"
            ),
            at=[to_base64url(found) for found in state.at],
        )
    )


async def challenge(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/devices/{device}/challenge`: something to sign."""
    network = network_of(request)
    device = device_id(request.match_info["device"])
    if await network.directory.unit_of(device) is None:
        raise problems.DeviceNotEnrolled
    asked, expires_at = request.app[CHALLENGER].ask(network.name, device, now_ms(), os.urandom(NONCE_BYTES))
    return json_response(Challenge(challenge=to_base64url(asked), expires_at=expires_at))


async def session(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/devices/{device}/session`: a token for a signed challenge."""
    network = network_of(request)
    device = device_id(request.match_info["device"])
    answer = await json_of(request, SessionRequest)
    asked = from_base64url(answer.challenge, CHALLENGE_BYTES)
    signature = from_base64url(answer.signature, signing.SIGNATURE_BYTES)
    unit = await network.directory.unit_of(device)
    if unit is None:
        raise problems.DeviceNotEnrolled
    now = now_ms()
    good_until = request.app[CHALLENGER].expiry_of(asked, network.name, device, now)
    if good_until is None:
        raise problems.ChallengeFailed
    async with request.app[POOL].acquire() as connection:
        key = await enrolled_key(connection, network.name, device)
        # The signature first: whoever has no key uses nothing up, neither the challenge nor a row.
        message = session_message(asked, network.fingerprint, own_name(request))
        if not signing.is_valid(key, signature, signing.SESSION_TAG, message):
            raise problems.ChallengeFailed
        if not await sessions.use_challenge(connection, asked, network.name, device, good_until, now):
            raise problems.ChallengeFailed
        token = to_base64url(os.urandom(32))
        opened = sessions.DeviceSession(
            network=network.name,
            device=device,
            village=unit,
            expires_at=now + limits.SESSION_SECONDS * _MS,
        )
        await sessions.save_session(connection, token.encode(), opened, now)
        await sessions.save_contact(connection, network.name, device, now)
    return json_response(Session(token=token, expires_at=opened.expires_at, village=unit))
