"""How a request is read: bounded, and with a problem of the table where it cannot be."""

from datetime import date
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from sajja_schemas import limits
from sajja_server.api import problems

T = TypeVar("T")
_DAYS: Final = (date(1900, 1, 1), date(2399, 12, 31))  # as business dates are written, in years of the common era


async def json_of(request: web.Request, shape: type[T]) -> T:
    """A small JSON body.

    Raises:
        BatchTooLarge, RequestMalformed: too large, or not of that shape.
    """
    data = await request.read()
    if len(data) > limits.JSON_BODY_BYTES_MAX:
        raise problems.BatchTooLarge(bytes_max=limits.JSON_BODY_BYTES_MAX)
    return msgspec.json.decode(data, type=shape)


def integer_of(request: web.Request, name: str, *, maximum: int, default: int | None = None) -> int | None:
    """A query's non-negative integer, or the default where it is absent.

    Raises:
        RequestMalformed: not one, or beyond the maximum.
    """
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 16) or int(text) > maximum:  # noqa: PLR2004  # 2^53
        raise problems.RequestMalformed(query=name, maximum=maximum)
    return int(text)


def date_of(request: web.Request, name: str) -> date | None:
    """A query's day, written as 2020-08-22; None where it is absent.

    Raises:
        RequestMalformed: not one.
    """
    text = request.query.get(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2020-08-22") else None
    except ValueError:
        day = None
    if day is None or not _DAYS[0] <= day <= _DAYS[1]:
        raise problems.RequestMalformed(query=name)
    return day
