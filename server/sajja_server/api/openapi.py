"""The interface as an OpenAPI 3.1 document, made from the routes, the wire's shapes and the table of problems.

Nothing is written twice: who may use a route is read from `access.MAY`, what a refusal says from its class. It is
served at `/openapi.json`, lies in `schemas/json/openapi.json`, and the tests hold the running server to it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import msgspec
from aiohttp import hdrs

from sajja_schemas import wire
from sajja_server import access
from sajja_server.access import Audience
from sajja_server.api import problems
from sajja_server.api.caller import COOKIE
from sajja_server.api.guard import CSRF_HEADER
from sajja_server.api.projections import PROJECTIONS
from sajja_server.api.routes import ROUTES, Route, Schema, plain_path

_COMPONENT: Final = "#/components/schemas/{name}"
_ANY_ROUTE: Final = (
    problems.RequestMalformed, problems.HostUnknown, problems.TooManyRequests, problems.ServerFailed,
    problems.ServerBusy, problems.StoreUnavailable,
)  # fmt: skip
_WITH_BODY: Final = (
    problems.RequestTooSlow, problems.BatchTooLarge, problems.MediaTypeUnknown, problems.RequestForged,
)  # fmt: skip
_WITH_CALLER: Final = (problems.SessionMissing, problems.SignInNeeded)
_NAME: Final = "^[A-Za-z0-9_-]{43}$"
_PARTS: Final[Mapping[str, Schema]] = {
    "network": {"type": "string", "pattern": "^[a-z][a-z0-9-]{1,39}$"},
    "device": {"type": "string", "pattern": _NAME},
    "village": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
    "hash": {"type": "string", "pattern": _NAME},
    "epoch": {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
    "path": {"type": "string", "pattern": "^tile/[0-9a-z/.]{1,60}$", "description": "tlog-tiles: it has slashes in it"},
    "file": {"type": "string", "pattern": "^[a-z]+\\.(css|js|svg)$"},
}


@cache
def encoded() -> bytes:
    """The document, as it is served and stored; the same for as long as the code is."""
    return (json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=False) + "\n").encode()


def document() -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in described():
        paths[plain_path(route.path)][route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sajja (สัจจะ)",
            "version": version("sajja"),
            "summary": "The sync server of a network of village savings banks",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(paths),
        "components": {
            "schemas": _components(),
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": "a session by signed challenge"},
                "person": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def described() -> Iterator[Route]:
    """Every route as it is told: each projection is one by itself, with what may be asked of it."""
    for route in ROUTES:
        if route.resource != "projection":
            yield route
            continue
        for name, projection in PROJECTIONS.items():
            path = route.path.replace("{name}", name)
            yield replace(route, resource=f"projection.{name}", path=path, query=projection.query)


def _operation(route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": _summary(route),
        "description": _who(route),
        "parameters": _parameters(route),
        "responses": _responses(route),
        "security": _security(route),
    }
    if route.body is not None:
        told["requestBody"] = {"required": True, "content": _content(route.body)}
    return told


def _operation_id(route: Route) -> str:
    parts = re.findall(r"\{(\w+)", route.path.removeprefix("/v1/networks/{network}"))
    return "-".join([route.resource.replace(".", "_"), *parts])


def _summary(route: Route) -> str:
    first = (route.handler.__doc__ or "").strip().splitlines()[0]
    return first.partition(": ")[2] or first


def _who(route: Route) -> str:
    return ", ".join(f"{audience} ({scope})" for audience, scope in access.MAY[route.resource].items())


def _audiences(route: Route) -> set[Audience]:
    return set(access.MAY[route.resource])


def _security(route: Route) -> list[dict[str, list[str]]]:
    who = _audiences(route)
    if Audience.ANYBODY in who:
        return []
    schemes = [("device", {Audience.DEVICE, Audience.OFFICE_DEVICE}), ("person", set(access.ROLES))]
    return [{name: []} for name, kinds in schemes if who & kinds]


def _parameters(route: Route) -> list[dict[str, Any]]:
    named = re.findall(r"\{(\w+)", route.path)
    told: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _PARTS[name]} for name in named
    ]
    told += [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in (route.query or {}).items()
    ]
    if route.body is not None and set(access.ROLES) & _audiences(route):
        told.append({"name": CSRF_HEADER, "in": "header", "required": True, "schema": {"type": "string"}})
    return told


def _responses(route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {"200": {"description": "as asked", "content": _content(route.answer)}}
    if route.method == hdrs.METH_GET:
        told["304"] = {"description": "as it was"}
    by_status: dict[int, list[type[problems.Problem]]] = defaultdict(list)
    for kind in dict.fromkeys(_refusals(route)):
        by_status[kind.status.value].append(kind)
    for status, kinds in sorted(by_status.items()):
        told[str(status)] = {
            "description": "; ".join(f"`{kind.code}`: {' '.join((kind.__doc__ or '').split())}" for kind in kinds),
            "content": {wire.MEDIA_PROBLEM: {"schema": {"$ref": _COMPONENT.format(name="Problem")}}},
        }
        if any(kind.retry_after_seconds or kind is problems.TooManyRequests for kind in kinds):
            told[str(status)]["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return told


def _refusals(route: Route) -> Iterable[type[problems.Problem]]:
    yield from _ANY_ROUTE
    yield problems.MethodNotAllowed
    if "{" in route.path:
        yield from (problems.NetworkUnknown, problems.NotFound)
    if route.body is not None:
        yield from _WITH_BODY
    if Audience.ANYBODY not in _audiences(route):
        yield from (*_WITH_CALLER, route.refusal, problems.RoleNotAllowed, problems.RequestForged)
    yield from route.refusals


def _content(shape: type | str | Schema) -> dict[str, Any]:
    if isinstance(shape, str):  # lines, bytes or text: each line has its own verdict, so none is wrong for the whole
        return {shape: {"schema": {}}}
    if isinstance(shape, type):
        return {"application/json": {"schema": {"$ref": _COMPONENT.format(name=shape.__name__)}}}
    return {"application/json": {"schema": dict(shape)}}


def _components() -> dict[str, Any]:
    shapes = {shape for route in ROUTES for shape in (route.body, route.answer) if isinstance(shape, type)}
    ordered = sorted({*shapes, wire.Problem}, key=lambda shape: shape.__name__)
    _schemas, named = msgspec.json.schema_components(ordered, ref_template=_COMPONENT)
    return {name: _without_null(named[name]) for name in sorted(named)}


def _without_null(schema: Any) -> Any:
    """Absent means absent: no answer of ours says null."""
    if isinstance(schema, list):
        return [_without_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {key: _without_null(value) for key, value in schema.items() if not (key == "default" and value is None)}
    options = cleaned.get("anyOf")
    if options is not None:
        kept = [option for option in options if option != {"type": "null"}]
        cleaned = {key: value for key, value in cleaned.items() if key != "anyOf"}
        cleaned |= kept[0] if len(kept) == 1 else {"anyOf": kept}
    return cleaned
