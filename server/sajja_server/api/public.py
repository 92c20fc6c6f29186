"""What anybody may read: hello, health and the page."""

from http import HTTPStatus
from importlib.metadata import version
from typing import Final

from aiohttp import web

from sajja_schemas import limits
from sajja_schemas.events import CATALOGUE
from sajja_schemas.wire import Hello
from sajja_server.api import problems
from sajja_server.api.context import NETWORKS, OPENAPI, PAGE, POOL, json_response
from sajja_server.clock import now_ms
from sajja_server.page import HEADERS
from sajja_server.store.pool import STORE_ERRORS

_LIMITS_TOLD: Final = (
    "BODY_BYTES_MAX", "WIRE_BODY_BYTES_MAX", "PUSH_ENTRIES_MAX", "PUSH_BYTES_MAX", "FEED_PAGE_ENTRIES_MAX",
    "PERSONAL_DATA_BYTES_MAX", "PERSONAL_PARTS_MAX", "PERSONAL_ASKED_MAX",
)  # fmt: skip
_READY_LAG_ENTRIES: Final = 50_000


async def hello(request: web.Request) -> web.Response:
    """`GET /v1/hello`: what a client should know before it speaks."""
    return json_response(
        Hello(
            server_time=now_ms(),
            version=version("sajja"),
            format_versions=[1],
            event_types=sorted(CATALOGUE),
            limits={name.lower(): getattr(limits, name) for name in _LIMITS_TOLD},
            networks=request.app[NETWORKS].names(),
            checkpoints={
                network.name: network.publisher.newest.note.decode()
                for network in request.app[NETWORKS].all()
                if network.publisher.newest is not None
            },
        )
    )


async def openapi(request: web.Request) -> web.Response:
    """`GET /openapi.json`: this interface, described."""
    return web.Response(
        body=request.app[OPENAPI], content_type="application/json", headers={"Cache-Control": "no-cache"}
    )


async def healthz(_request: web.Request) -> web.Response:
    """`GET /healthz`: the process is alive."""
    return json_response({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """`GET /readyz`: the database answers, and the books are not far behind the log."""
    networks = {}
    try:
        async with request.app[POOL].acquire(timeout=2) as connection:
            rows = await connection.fetch(
                """
                SELECT l.network, l.size, COALESCE(s.index, 0) AS index, (
                    SELECT count(*) FROM books.quarantined q WHERE q.network = l.network AND q.code = 'undigested'
                ) AS undigested
                FROM sajja.log_head l LEFT JOIN books.state s ON s.network = l.network
                """,
                timeout=2,
            )
    except STORE_ERRORS:
        raise problems.StoreUnavailable from None
    for row in rows:
        networks[row["network"]] = {
            "size": row["size"],
            "lag_entries": row["size"] - row["index"],
            "undigested": row["undigested"],  # the server is ready all the same: an alarm, not a reason to stop
        }
    if any(found["lag_entries"] > _READY_LAG_ENTRIES for found in networks.values()):
        raise problems.ServerBusy
    return json_response({"status": "ready", "networks": networks})


async def page(request: web.Request) -> web.Response:
    """`GET /` and the page's own files."""
    file = request.app[PAGE].get(request.path)
    if file is None:
        raise problems.NotFound
    if f'"{file.etag}"' == request.headers.get("If-None-Match"):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=HEADERS)
    response = web.Response(body=file.body, content_type=file.content_type, charset="utf-8", headers=HEADERS)
    response.etag = file.etag
    return response
