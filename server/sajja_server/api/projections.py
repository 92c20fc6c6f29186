"""Projections over HTTP, each as much of it as `access.MAY` gives to whoever asks.

A projection that narrows is narrowed here, where it is read: a scope that has no case is refused, not shown whole.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from sajja_schemas import limits
from sajja_schemas.accounts import is_ledger
from sajja_schemas.entry import is_village
from sajja_schemas.findings import Severity
from sajja_schemas.projections import PROJECTIONS as TABLES
from sajja_server import duplicates, narrowing
from sajja_server.access import Scope
from sajja_server.api import problems
from sajja_server.api.context import HASHER, POOL, json_response, network_of
from sajja_server.api.guard import CALLER, SCOPE
from sajja_server.api.reading import date_of, integer_of
from sajja_server.clock import now_ms
from sajja_server.projections import builds, views, witness

FINDINGS_MAX: Final = 10_000
ROWS: Final = 500  # of a page, where no limit is asked for
ROWS_MAX: Final = 5_000


async def projection(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/projections/{name}`: a projection, with the index that it reflects."""
    try:
        return json_response(await PROJECTIONS[request.match_info["name"]].read(request))
    except (msgspec.DecodeError, KeyError) as error:
        async with request.app[POOL].acquire() as connection:
            if not await builds.is_readable(connection, network_of(request).name):
                raise problems.BooksBeingMade from None  # an older version's rows, until ours are there
        raise RuntimeError("a row of our own cannot be read") from error  # not the fault of who asks


async def certificate(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/projections/certificate`: what the server signed of its newest rebuild."""
    async with request.app[POOL].acquire() as connection:
        note = await builds.newest_certificate(connection, network_of(request).name)
    if note is None:
        raise problems.NotPublished
    return web.Response(
        body=note, content_type="text/plain", charset="utf-8", headers={"Cache-Control": "public, max-age=60"}
    )


async def _network_totals(request: web.Request) -> Mapping[str, Any]:
    served = network_of(request)
    pool, reader, network = request.app[POOL], served.reader, served.name
    match request[SCOPE]:
        case Scope.ALL:
            return await views.network_totals(pool, reader, network, _when(request))
        case Scope.OWN_VILLAGE:
            answer = await views.network_totals(pool, reader, network, _when(request))
            return narrowing.totals_of_village(answer, _village_of(request))
        case Scope.AGGREGATES:  # as of now only: two days beside each other would tell who came between them
            return narrowing.aggregates(await views.network_totals(pool, reader, network, views.When(now_ms())))


async def _village_status(request: web.Request) -> Mapping[str, Any]:
    answer = await views.village_status(request.app[POOL], network_of(request).name, now_ms())
    return answer if _is_whole(request) else narrowing.status_of_village(answer, _village_of(request))


async def _witnesses(request: web.Request) -> Mapping[str, Any]:
    assert _is_whole(request), "the table gives it whole or not at all"
    return await witness.witnesses(request.app[POOL], network_of(request).name)


async def _books(request: web.Request) -> Mapping[str, Any]:
    served = network_of(request)
    ledger = _one_of(request, "ledger", is_ledger)
    answer = await views.balances(served.reader, served.name, _when(request), ledger)
    return answer if _is_whole(request) else narrowing.books_of_village(answer, _village_of(request))


async def _indicators(request: web.Request) -> Mapping[str, Any]:
    served = network_of(request)
    return await views.indicators(served.reader, served.name, _when(request), village=_village_asked(request))


async def _builds(request: web.Request) -> Mapping[str, Any]:
    assert _is_whole(request), "the table gives it whole or not at all"
    return await views.builds_of(request.app[POOL], network_of(request).name)


async def _findings(request: web.Request) -> Mapping[str, Any]:
    served = network_of(request)
    pool, network, when = request.app[POOL], served.name, _when(request)
    village = _village_asked(request)
    # One person in two villages is the office's to see: either village would learn of the other's member.
    beside = await witness.contradicted(pool, network) if _is_whole(request) and when.at is None else []
    if _is_whole(request) and when.at is None:
        beside += (await duplicates.find(pool, network, request.app[HASHER])).findings
    return await views.standing_findings(
        served.reader,
        network,
        when,
        beside=beside,
        village=village,
        severity=_one_of(request, "severity", lambda text: text in set(Severity)),
        limit=integer_of(request, "limit", maximum=FINDINGS_MAX),
    )


def _table(name: str) -> Callable[[web.Request], Awaitable[Mapping[str, Any]]]:
    """What reads a projection that is declared as a table."""
    declared = TABLES[name]

    async def read(request: web.Request) -> Mapping[str, Any]:
        served = network_of(request)
        text = request.query.get("after")
        after = declared.key_from(text) if text is not None else None
        if text is not None and after is None:
            raise problems.RequestMalformed(query="after")
        limit = integer_of(request, "limit", maximum=ROWS_MAX, default=ROWS)
        assert limit is not None, "there is a default"
        village = _village_asked(request)
        return await views.table(
            served.reader, served.name, name, _when(request), village=village, after=after, limit=limit
        )

    return read


def _when(request: web.Request) -> views.When:
    """Of which books and of which day."""
    at = integer_of(request, "at", maximum=limits.SEQUENCE_MAX)
    return views.When(now_ms(), date_of(request, "on"), at)


class Projection(msgspec.Struct, frozen=True):
    """How a projection is read, and what may be asked of it besides (JSON Schema by name)."""

    read: Callable[[web.Request], Awaitable[Mapping[str, Any]]]
    query: Mapping[str, Mapping[str, Any]] = {}


_DAY: Final = {"type": "string", "format": "date"}
_VILLAGE: Final = {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"}
_AT: Final = {"type": "integer", "minimum": 0, "maximum": limits.SEQUENCE_MAX}
_ROWS: Final = {"type": "integer", "minimum": 0, "maximum": ROWS_MAX}
_OF_TABLE: Final[Mapping[str, Mapping[str, Any]]] = {
    "on": _DAY, "at": _AT, "village": _VILLAGE, "limit": _ROWS, "after": {"type": "string", "maxLength": 200},
}  # fmt: skip
PROJECTIONS: Final[Mapping[str, Projection]] = {
    "network_totals": Projection(_network_totals, {"on": _DAY, "at": _AT}),
    "village_status": Projection(_village_status),
    "witnesses": Projection(_witnesses),
    "books": Projection(_books, {"at": _AT, "ledger": {"type": "string", "minLength": 1}}),
    "builds": Projection(_builds),
    "indicators": Projection(_indicators, {"on": _DAY, "at": _AT, "village": _VILLAGE}),
    "findings": Projection(
        _findings,
        {
            "on": _DAY,
            "at": _AT,
            "village": _VILLAGE,
            "severity": {"type": "string", "enum": [one.value for one in Severity]},
            "limit": {"type": "integer", "minimum": 0, "maximum": FINDINGS_MAX},
        },
    ),
    **{name: Projection(_table(name), _OF_TABLE) for name in TABLES},
}


def _is_whole(request: web.Request) -> bool:
    return request[SCOPE] is Scope.ALL


def _village_of(request: web.Request) -> str:
    """The village of who asks.

    Raises:
        RoleNotAllowed: an account without a village, which has no village of its own to see.
    """
    village = request[CALLER].village
    if request[SCOPE] is not Scope.OWN_VILLAGE or village is None:
        raise problems.RoleNotAllowed
    return village


def _village_asked(request: web.Request) -> str | None:
    """The village that is asked for, None for all; who may see one village only is given that one.

    Raises:
        RoleNotAllowed: another village than one's own.
    """
    village = _one_of(request, "village", is_village)
    if _is_whole(request):
        return village
    own = _village_of(request)
    if village not in {None, own}:
        raise problems.RoleNotAllowed
    return own


def _one_of(request: web.Request, name: str, is_one: Callable[[str], bool]) -> str | None:
    text = request.query.get(name)
    if text is not None and not is_one(text):
        raise problems.RequestMalformed(query=name)
    return text
