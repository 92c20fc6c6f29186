"""How a request is read: bounded, and with a problem of the table where it cannot be."""

from typing import TypeVar

import msgspec
from aiohttp import web

from sajja_schemas import limits
from sajja_server.api import problems

T = TypeVar("T")


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
