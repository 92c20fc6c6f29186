"""What anybody on this machine may read: hello, health, projections and the page.

The server listens on loopback only until people can sign in (settings.py); so projections ask nobody who he is.
"""

from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from typing import Final

from aiohttp import web

from sajja_schemas import limits
from sajja_schemas.accounts import is_ledger
from sajja_schemas.entry import is_village
from sajja_schemas.events import CATALOGUE
from sajja_schemas.findings import Severity
from sajja_schemas.wire import Hello
from sajja_server import duplicates
from sajja_server.api import problems
from sajja_server.api.context import HASHER, NETWORKS, PAGE, POOL, json_response, network_of
from sajja_server.api.reading import date_of, integer_of
from sajja_server.clock import now_ms
from sajja_server.page import HEADERS
from sajja_server.projections import views, witness
from sajja_server.store.pool import STORE_ERRORS

_LIMITS_TOLD: Final = (
    "BODY_BYTES_MAX", "WIRE_BODY_BYTES_MAX", "PUSH_ENTRIES_MAX", "PUSH_BYTES_MAX", "FEED_PAGE_ENTRIES_MAX",
    "PERSONAL_DATA_BYTES_MAX", "PERSONAL_PARTS_MAX", "PERSONAL_ASKED_MAX",
)  # fmt: skip
_READY_LAG_ENTRIES: Final = 50_000
_FINDINGS_MAX: Final = 10_000


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
                SELECT l.network, l.size, COALESCE(s.index, 0) AS index
                FROM sajja.log_head l LEFT JOIN books.state s ON s.network = l.network
                """,
                timeout=2,
            )
    except STORE_ERRORS:
        raise problems.StoreUnavailable from None
    for row in rows:
        networks[row["network"]] = {"size": row["size"], "lag_entries": row["size"] - row["index"]}
    if any(found["lag_entries"] > _READY_LAG_ENTRIES for found in networks.values()):
        raise problems.ServerBusy
    return json_response({"status": "ready", "networks": networks})


async def projection(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/projections/{name}`: a projection, with the index that it reflects."""
    network = network_of(request)
    pool = request.app[POOL]
    match request.match_info["name"]:
        case "network_totals":
            answer = await views.network_totals(pool, network.name, now_ms(), date_of(request, "on"))
        case "village_status":
            answer = await views.village_status(pool, network.name, now_ms())
        case "witnesses":
            answer = await witness.witnesses(pool, network.name)
        case "books":
            answer = await views.balances(pool, network.name, _one_of(request, "ledger", is_ledger))
        case "indicators":
            answer = await views.indicators(
                pool, network.name, now_ms(), on=date_of(request, "on"), village=_one_of(request, "village", is_village)
            )
        case "findings":
            beside = await duplicates.find(pool, network.name, request.app[HASHER])
            answer = await views.standing_findings(
                pool,
                network.name,
                beside=beside.findings,
                on=date_of(request, "on"),
                village=_one_of(request, "village", is_village),
                severity=_one_of(request, "severity", lambda text: text in set(Severity)),
                limit=integer_of(request, "limit", maximum=_FINDINGS_MAX),
            )
        case _:
            raise problems.NotFound
    return json_response(answer)


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


def _one_of(request: web.Request, name: str, is_one: Callable[[str], bool]) -> str | None:
    text = request.query.get(name)
    if text is not None and not is_one(text):
        raise problems.RequestMalformed(query=name)
    return text
