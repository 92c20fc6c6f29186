"""What stands round every request: one log line, one shape of refusal, and the headers of a careful server.

The log line is named like an event and has units. It carries no body, no address, no token, no name: the route as it is
declared, never the path that somebody sent.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog
from aiohttp import hdrs, web

from sajja_schemas.entry import Unreadable
from sajja_server.api import problems
from sajja_server.api.context import SETTINGS
from sajja_server.merge import MergeBusy
from sajja_server.page import HEADERS
from sajja_server.people import PasswordsBusy
from sajja_server.projections.reading import BeyondTheLog, BooksUnready
from sajja_server.settings import Settings, is_loopback
from sajja_server.store.log import UnknownNetwork
from sajja_server.store.pool import STORE_ERRORS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LINE: Final = web.RequestKey("line", dict[str, object])  # what a handler adds to the log line

# A browser that shows any of our answers, even a problem, is held to what the page itself is held to.
SECURITY_HEADERS: Final = {
    **HEADERS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "sajja",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Said behind TLS only: on loopback there is none to insist on.
TLS_HEADERS: Final = {"Strict-Transport-Security": "max-age=31536000"}

_WATCHED: Final = ("/healthz", "/readyz")

logger = structlog.get_logger()


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer, whatever happens, and say so once."""
    started = time.perf_counter()
    request[LINE] = {}
    response = await _answer(request, handler)
    for name, value in (SECURITY_HEADERS | (TLS_HEADERS if request.app[SETTINGS].public_url else {})).items():
        response.headers.setdefault(name, value)
    resource = request.match_info.route.resource
    logger.info(
        "request_answered",
        method=request.method if request.method in hdrs.METH_ALL else "other",
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
    except BeyondTheLog as error:
        return problems.IndexBeyondLog(last=error.last).response()
    except BooksUnready:
        return problems.BooksBeingMade().response()
    except UnknownNetwork:
        return problems.NetworkUnknown().response()
    except (Unreadable, msgspec.DecodeError, UnicodeDecodeError, web.RequestPayloadError):
        return problems.RequestMalformed().response()
    except (MergeBusy, PasswordsBusy):
        return problems.ServerBusy().response()
    except STORE_ERRORS as error:
        logger.warning("store_unavailable", error=type(error).__name__)
        return problems.StoreUnavailable().response()
    except web.HTTPException as error:
        response = problems.BY_STATUS.get(error.status, problems.RequestMalformed)().response()
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception:
        resource = request.match_info.route.resource
        # The class and the places go to the log (`logs.py`); the message may quote what somebody sent.
        logger.exception("request_failed", route=resource.canonical if resource is not None else None)
        return problems.ServerFailed().response()


def _check_host(request: web.Request) -> None:
    """Another name for this machine may be a page elsewhere that asks through its reader's browser (DNS rebinding).

    Raises:
        HostUnknown: the request was not meant for this server.
    """
    try:
        host = request.url.host
    except ValueError:
        host = None
    if host is None or not _is_ours(host, request.app[SETTINGS], request.path):
        raise problems.HostUnknown


def _is_ours(host: str, settings: Settings, path: str) -> bool:
    if settings.public_host is None:
        return is_loopback(host)
    # Whoever watches the server asks it on its own machine, and is told nothing of anybody.
    return host == settings.public_host or (is_loopback(host) and path in _WATCHED)
