"""What stands before every handler: is there such a network, who asks, may they, how often, and did they mean it.

* `access.MAY` decides, once, here; what it does not name is refused. A handler reads `request[CALLER]` and
  `request[SCOPE]`, and asks nobody again.
* What is open to anybody asks nobody who they are, and the database nothing.
* A request that a browser sends with a person's cookie must come from our own page: its `Sec-Fetch-Site` or `Origin`
  says so, and what changes something repeats the token of `people.csrf_of`. The cookie is SameSite=Strict, too.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from sajja_server import access, people
from sajja_server.access import Audience, Scope
from sajja_server.api import problems
from sajja_server.api.caller import COOKIE, Caller, caller_of
from sajja_server.api.context import SETTINGS, known_session, network_of
from sajja_server.api.edge import LINE
from sajja_server.api.limiter import limit_address, limit_caller
from sajja_server.clock import now_ms

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CALLER: Final = web.RequestKey("caller", Caller)
SCOPE: Final = web.RequestKey("scope", Scope)
CSRF_HEADER: Final = "Sajja-Csrf"
_OWN_SITES: Final = {"same-origin", "none"}
_NAMED_IN_PATH: Final = "projection"


def guarded(resource: str, handler: Handler, refusal: type[problems.Problem]) -> Handler:
    """A handler that is reached by those who may; `refusal` is what a device hears that may not."""

    async def guard(request: web.Request) -> web.StreamResponse:
        network = network_of(request).name if "network" in request.match_info else None
        named = resource_of(request, resource)
        scope = access.scope_of(named, Audience.ANYBODY)
        if scope is not None or network is None:
            limit_address(request)
            caller = Caller(Audience.ANYBODY)
            check_from_own_page(request)
        else:
            if known_session(request) is None:
                limit_address(request)
            caller = await caller_of(request, network, now_ms())
            limit_caller(request, caller)
            scope = access.scope_of(named, caller.audience)
        if scope is None:
            raise _refused(named, caller, refusal)
        if caller.person is not None:
            check_meant(request)
        request[CALLER], request[SCOPE] = caller, scope
        request[LINE]["audience"] = caller.audience.value
        return await handler(request)

    return guard


def resource_of(request: web.Request, resource: str) -> str:
    """The resource that a request is for: a projection is one by its name.

    Raises:
        NotFound: no such projection.
    """
    if resource != _NAMED_IN_PATH:
        return resource
    named = f"{resource}.{request.match_info['name']}"
    if named not in access.MAY:
        raise problems.NotFound
    return named


def check_from_own_page(request: web.Request) -> None:
    """What changes something is taken from our own page, or from what is no browser.

    Raises:
        RequestForged: a browser says that another page sent it.
    """
    if request.method not in {hdrs.METH_GET, hdrs.METH_HEAD} and not _is_own(request):
        raise problems.RequestForged


def check_meant(request: web.Request) -> None:
    """What a person's cookie came with was sent by our own page, and not by another through the reader's browser.

    Raises:
        RequestForged: it was not, or it changes something and does not repeat the session's token.
    """
    if not _is_own(request):
        raise problems.RequestForged
    if request.method not in {hdrs.METH_GET, hdrs.METH_HEAD}:
        wanted = people.csrf_of(request.cookies[COOKIE])
        if not hmac.compare_digest(wanted.encode(), request.headers.get(CSRF_HEADER, "").encode()):
            raise problems.RequestForged


def _is_own(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in _OWN_SITES:
        return False
    return origin is None or _is_own_origin(origin, request)


def _is_own_origin(origin: str, request: web.Request) -> bool:
    if public_url := request.app[SETTINGS].public_url:
        return origin == public_url.rstrip("/")
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.netloc == request.host


def _refused(resource: str, caller: Caller, refusal: type[problems.Problem]) -> problems.Problem:
    if caller.device is not None:
        return refusal()
    if caller.person is not None:
        return problems.RoleNotAllowed()
    return problems.SignInNeeded() if access.is_for_people(resource) else problems.SessionMissing()
