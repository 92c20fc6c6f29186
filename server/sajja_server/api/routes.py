"""Every route, as data: what is served, and what `openapi.py` tells of it. Who may use it stands in `access.MAY`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import hdrs, web

from sajja_schemas import limits, wire
from sajja_schemas.proof import MEDIA_PROOF
from sajja_server.api import devices, entries, passkeys, people, personal, problems, projections, public, public_log
from sajja_server.api.guard import Handler, guarded

_NETWORK: Final = "/v1/networks/{network}"
_GET: Final = hdrs.METH_GET
_POST: Final = hdrs.METH_POST
_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"

Schema = Mapping[str, Any]
_HASH: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}


def _up_to(maximum: int) -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": maximum}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path."""

    resource: str  # in access.MAY; a projection is one by its name
    method: str
    path: str
    handler: Handler
    query: Mapping[str, Schema] | None = None
    body: type | str | None = None  # a shape of the wire, or a media type
    answer: type | str | Schema  # likewise, or a schema
    refusals: tuple[type[problems.Problem], ...] = ()  # besides those that any route of its kind has
    refusal: type[problems.Problem] = problems.NotYourVillage  # what a device hears that may not


ROUTES: Final = (
    Route(resource="page", method=_GET, path="/", handler=public.page, answer="text/html"),
    Route(resource="page", method=_GET, path="/page/{file}", handler=public.page, answer="*/*"),
    Route(resource="healthz", method=_GET, path="/healthz", handler=public.healthz, answer={"type": "object"}),
    Route(resource="readyz", method=_GET, path="/readyz", handler=public.readyz, answer={"type": "object"}),
    Route(resource="openapi", method=_GET, path="/openapi.json", handler=public.openapi, answer={"type": "object"}),
    Route(resource="hello", method=_GET, path="/v1/hello", handler=public.hello, answer=wire.Hello),
    Route(
        resource="device.head",
        method=_GET,
        path=_NETWORK + "/devices/{device}/head",
        handler=devices.head,
        query={"at": _up_to(limits.SEQUENCE_MAX)},
        answer=wire.DeviceHead,
    ),
    Route(
        resource="device.challenge",
        method=_POST,
        path=_NETWORK + "/devices/{device}/challenge",
        handler=devices.challenge,
        answer=wire.Challenge,
        refusals=(problems.DeviceNotEnrolled,),
    ),
    Route(
        resource="device.session",
        method=_POST,
        path=_NETWORK + "/devices/{device}/session",
        handler=devices.session,
        body=wire.SessionRequest,
        answer=wire.Session,
        refusals=(problems.DeviceNotEnrolled, problems.ChallengeFailed),
    ),
    Route(
        resource="entries.push",
        method=_POST,
        path=_NETWORK + "/entries",
        handler=entries.push,
        body=wire.MEDIA_NDJSON,
        answer=wire.PushReply,
    ),
    Route(
        resource="feeds",
        method=_GET,
        path=_NETWORK + "/feeds",
        handler=entries.feeds,
        answer=wire.Feeds,
        refusals=(problems.DeviceRevoked,),
    ),
    Route(
        resource="feed",
        method=_GET,
        path=_NETWORK + "/feeds/{village}",
        handler=entries.feed,
        query={
            "epoch": _up_to(limits.SEQUENCE_MAX),
            "after": _up_to(limits.SEQUENCE_MAX),
            "hash": _HASH,
            "limit": _up_to(limits.FEED_PAGE_ENTRIES_MAX),
        },
        answer=wire.MEDIA_NDJSON,
        refusals=(problems.NotYourVillage, problems.DeviceRevoked, problems.FeedDiverged),
    ),
    Route(
        resource="personal.give",
        method=_POST,
        path=_NETWORK + "/personal",
        handler=personal.give,
        body=wire.MEDIA_NDJSON,
        answer=wire.PartsReply,
    ),
    Route(
        resource="personal.ask",
        method=_GET,
        path=_NETWORK + "/personal",
        handler=personal.ask,
        query={"commitment": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}(,[A-Za-z0-9_-]{43})*$"}},
        answer=wire.MEDIA_NDJSON,
        refusals=(problems.DeviceRevoked, problems.BatchTooLarge),
    ),
    Route(
        resource="personal.duplicates",
        method=_GET,
        path=_NETWORK + "/personal/duplicates",
        handler=personal.duplicate_persons,
        answer=wire.DuplicatePersons,
        refusals=(problems.DeviceRevoked,),
        refusal=problems.OfficeOnly,
    ),
    Route(
        resource="people.sign_in",
        method=_POST,
        path=_NETWORK + "/people/sign-in",
        handler=people.sign_in,
        body=wire.SignIn,
        answer=wire.SignedIn,
        refusals=(problems.SignInFailed,),
    ),
    Route(
        resource="people.setup",
        method=_POST,
        path=_NETWORK + "/people/setup",
        handler=people.setup,
        body=wire.Setup,
        answer=wire.SetupOffer,
        refusals=(problems.SetupFailed,),
    ),
    Route(
        resource="people.finish",
        method=_POST,
        path=_NETWORK + "/people/setup/finish",
        handler=people.finish,
        body=wire.SetupFinish,
        answer=wire.SetupDone,
        refusals=(problems.SetupFailed, problems.PasswordUnfit, problems.CodeWrong),
    ),
    Route(resource="people.me", method=_GET, path=_NETWORK + "/people/me", handler=people.me, answer=wire.SignedIn),
    Route(
        resource="people.password",
        method=_POST,
        path=_NETWORK + "/people/password",
        handler=people.password,
        body=wire.PasswordChange,
        answer=wire.SignedIn,
        refusals=(problems.PasswordUnfit, problems.PasswordNotChanged),
    ),
    Route(
        resource="people.sign_out",
        method=_POST,
        path=_NETWORK + "/people/sign-out",
        handler=people.sign_out,
        body=wire.SignOut,
        answer=wire.SignedOut,
    ),
    Route(
        resource="passkey.sign_in_offer",
        method=_POST,
        path=_NETWORK + "/people/passkeys/sign-in/offer",
        handler=passkeys.sign_in_offer,
        answer=wire.PasskeyOffer,
        refusals=(problems.PasskeysNotHere,),
    ),
    Route(
        resource="passkey.sign_in",
        method=_POST,
        path=_NETWORK + "/people/passkeys/sign-in",
        handler=passkeys.sign_in,
        body=wire.PasskeyUse,
        answer=wire.SignedIn,
        refusals=(problems.PasskeysNotHere, problems.PasskeyRefused),
    ),
    Route(
        resource="passkey.offer",
        method=_POST,
        path=_NETWORK + "/people/passkeys/offer",
        handler=passkeys.offer,
        body=wire.PasskeyAsk,
        answer=wire.PasskeyOffer,
        refusals=(problems.PasskeysNotHere, problems.PasskeyNotAdded),
    ),
    Route(
        resource="passkey.add",
        method=_POST,
        path=_NETWORK + "/people/passkeys",
        handler=passkeys.add,
        body=wire.PasskeyAdd,
        answer=wire.Passkeys,
        refusals=(problems.PasskeysNotHere, problems.PasskeyNotAdded),
    ),
    Route(
        resource="passkey.list",
        method=_GET,
        path=_NETWORK + "/people/passkeys",
        handler=passkeys.listed,
        answer=wire.Passkeys,
    ),
    Route(
        resource="passkey.remove",
        method=_POST,
        path=_NETWORK + "/people/passkeys/remove",
        handler=passkeys.remove,
        body=wire.PasskeyRemove,
        answer=wire.Passkeys,
    ),
    Route(
        resource="projections.certificate",
        method=_GET,
        path=_NETWORK + "/projections/certificate",
        handler=projections.certificate,
        answer=_TEXT,
        refusals=(problems.NotPublished,),
    ),
    Route(
        resource="projection",
        method=_GET,
        path=_NETWORK + "/projections/{name}",
        handler=projections.projection,
        answer={
            "type": "object",
            "properties": {"network": {"type": "string"}, "index": {"type": "integer", "minimum": -1}},
            "required": ["network"],
        },
        refusals=(problems.IndexBeyondLog, problems.BooksBeingMade),
    ),
    Route(
        resource="log.checkpoint",
        method=_GET,
        path=_NETWORK + "/log/checkpoint",
        handler=public_log.checkpoint,
        answer=_TEXT,
        refusals=(problems.NotPublished,),
    ),
    Route(
        resource="log.consistency",
        method=_GET,
        path=_NETWORK + "/log/consistency",
        handler=public_log.consistency,
        query={
            "from": {
                "type": "array",
                "items": _up_to(limits.SEQUENCE_MAX),
                "maxItems": limits.CONSISTENCY_SIZES_MAX,
            }
        },
        answer=wire.Consistency,
        refusals=(problems.NotPublished,),
    ),
    Route(
        resource="log.entries",
        method=_GET,
        path=_NETWORK + "/log/entries",
        handler=public_log.log_entries,
        query={"from": _up_to(limits.SEQUENCE_MAX), "to": _up_to(limits.SEQUENCE_MAX)},
        answer=wire.MEDIA_NDJSON,
        refusals=(problems.DeviceRevoked,),
    ),
    Route(
        resource="log.tile",
        method=_GET,
        path=_NETWORK + "/log/{path:tile/.+}",
        handler=public_log.tile,
        answer=_BYTES,
        refusals=(problems.NotPublished,),
    ),
    Route(
        resource="log.checkpoint",
        method=_GET,
        path=_NETWORK + "/log/{epoch}/checkpoint",
        handler=public_log.checkpoint,
        answer=_TEXT,
        refusals=(problems.NotPublished,),
    ),
    Route(
        resource="log.tile",
        method=_GET,
        path=_NETWORK + "/log/{epoch}/{path:tile/.+}",
        handler=public_log.tile,
        answer=_BYTES,
        refusals=(problems.NotPublished,),
    ),
    Route(
        resource="log.receipt",
        method=_GET,
        path=_NETWORK + "/receipts/{hash}",
        handler=public_log.receipt,
        query={"device": _HASH, "sequence": _up_to(limits.SEQUENCE_MAX)},
        answer=MEDIA_PROOF,
        refusals=(problems.NotPublished,),
    ),
)


def served() -> list[web.RouteDef]:
    """The routes, guarded, for the application."""
    return [
        web.route(route.method, route.path, guarded(route.resource, route.handler, route.refusal))
        if route.method != _GET
        else web.get(route.path, guarded(route.resource, route.handler, route.refusal))
        for route in ROUTES
    ]


def plain_path(path: str) -> str:
    """A path without the patterns that its parts must match."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)
