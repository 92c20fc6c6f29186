"""What stands round every request: one log line, one shape of refusal, and the headers of a careful server.

The log line is named like an event and has units. It carries no body, no query, no token, no name.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog
from aiohttp import web

from sajja_schemas.entry import Unreadable
from sajja_server.api import problems
from sajja_server.merge import MergeBusy
from sajja_server.page import HEADERS
from sajja_server.settings import is_loopback
from sajja_server.store.log import UnknownNetwork
from sajja_server.store.pool import STORE_ERRORS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LINE: Final = web.RequestKey("line", dict[str, object])  # what a handler adds to the log line

# A browser that shows any of our answers, even a problem, is held to what the page itself is held to.
SECURITY_HEADERS: Final = {**HEADERS, "Cross-Origin-Resource-Policy": "same-origin"}

logger = structlog.get_logger()


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer, whatever happens, and say so once."""
    started = time.perf_counter()
    request[LINE] = {}
    response = await _answer(request, handler)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    resource = request.match_info.route.resource
    logger.info(
        "request_answered",
        method=request.method,
        route=resource.canonical if resource is not None else None,
        status=response.status,
        elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
        **request[LINE],
    )
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        _check_host(request)
        return await handler(request)
    except problems.Problem as problem:
        return problem.response()
    except UnknownNetwork:
        return problems.NetworkUnknown().response()
    except (Unreadable, msgspec.DecodeError, UnicodeDecodeError, web.RequestPayloadError):
        return problems.RequestMalformed().response()
    except MergeBusy:
        return problems.ServerBusy().response()
    except STORE_ERRORS as error:
        logger.warning("store_unavailable", error=type(error).__name__)
        return problems.StoreUnavailable().response()
    except web.HTTPException as error:
        if error.status in problems.BY_STATUS:
            return problems.BY_STATUS[error.status]().response()
        return problems.RequestMalformed().response()
    except Exception:
        # The class and the place go to the log; the message may quote what somebody sent.
        logger.exception("request_failed", route=str(request.rel_url.path)[:80])
        return problems.ServerFailed().response()


def _check_host(request: web.Request) -> None:
    """Another name for this machine may be a page elsewhere that asks through its reader's browser (DNS rebinding).

    Raises:
        HostUnknown: the request was not meant for a server on loopback, which is all that this one is yet.
    """
    try:
        host = request.url.host
    except ValueError:
        host = None
    if host is None or not is_loopback(host):
        raise problems.HostUnknown
