"""Who is asking: a device by its session, a person by a cookie, a visitor of a demonstration, or anybody.

* A token in `Authorization` is a device's; it is that or nothing, whatever cookie stands beside it.
* A person's session is read from the database each time: whoever signed out, was disabled or got another role is that
  from now on, in every process.
* Where the request came from is the peer's address, or what a proxy of ours says in `X-Forwarded-For`; nobody else is
  believed, and of a chain only the part that our proxies wrote.
"""

from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

import msgspec
from aiohttp import web

from sajja_schemas.entry import OFFICE
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.network import NetworkEstablished
from sajja_server.access import Audience
from sajja_server.api.context import DEMONSTRATIONS, POOL, SETTINGS, session_of
from sajja_server.store import log, people
from sajja_server.store.people import PersonSession

COOKIE: Final = "__Host-sajja"  # a browser takes this name only with Secure, Path=/ and no Domain
SEEN_EVERY_MS: Final = 60_000


class Caller(msgspec.Struct, frozen=True):
    """Who is asking, and what that is to the network."""

    audience: Audience
    device: bytes | None = None
    person: PersonSession | None = None
    village: str | None = None


async def caller_of(request: web.Request, network: str, now: int) -> Caller:
    """Who is asking.

    Raises:
        SessionMissing: a device's token that is not good.
    """
    if "Authorization" in request.headers:
        session = await session_of(request, now)
        audience = Audience.OFFICE_DEVICE if session.village == OFFICE else Audience.DEVICE
        return Caller(audience, device=session.device, village=session.village)
    if token := request.cookies.get(COOKIE):
        async with request.app[POOL].acquire() as connection:
            person = await people.find_session(connection, network, token.encode(), now)
            if person is not None and person.seen_at + SEEN_EVERY_MS <= now:
                await people.note_seen(connection, person, now)
        if person is not None:
            return Caller(Audience(person.role), person=person, village=person.village)
    is_open = not request.app[SETTINGS].public_url and await _is_demonstration(request, network)
    return Caller(Audience.VISITOR if is_open else Audience.ANYBODY)


def address_of(request: web.Request) -> str:
    """Where the request came from."""
    proxies = request.app[SETTINGS].proxy_networks()
    address = request.remote or ""
    chain = [part.strip() for header in request.headers.getall("X-Forwarded-For", []) for part in header.split(",")]
    while chain and _is_in(address, proxies):
        address = chain.pop()
    return address


def _is_in(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


async def _is_demonstration(request: web.Request, network: str) -> bool:
    """Whether the network's founding entry says that it is a demonstration; it cannot change its mind."""
    known = request.app[DEMONSTRATIONS]
    if network not in known:
        async with request.app[POOL].acquire() as connection:
            first = await log.read_log(connection, network, 0, 1)
        body = read_body(first[0].body) if first else None
        known[network] = (
            isinstance(body, Body) and isinstance(body.event, NetworkEstablished) and body.event.demonstration
        )
    return known[network]
