"""How a request is read: bounded, and with a problem of the table where it cannot be."""

import asyncio
from datetime import date
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from sajja_schemas import limits
from sajja_server.api import problems

T = TypeVar("T")
_DAYS: Final = (date(1900, 1, 1), date(2399, 12, 31))  # as business dates are written, in years of the common era


async def body_of(request: web.Request, *, bytes_max: int = limits.PUSH_BYTES_MAX) -> bytes:
    """A body, decompressed and whole. A village's line may be slow; who sends nothing for long is not waited for.

    Raises:
        BatchTooLarge, RequestTooSlow: more bytes, or later, than a request may be.
    """
    data = bytearray()
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            while piece := await _next_piece(request):
                data += piece
                if len(data) > bytes_max:
                    raise problems.BatchTooLarge(bytes_max=bytes_max)
    except TimeoutError:
        raise problems.RequestTooSlow from None
    return bytes(data)


async def _next_piece(request: web.Request) -> bytes:
    async with asyncio.timeout(limits.BODY_IDLE_SECONDS):
        return await request.content.readany()


async def json_of(request: web.Request, shape: type[T]) -> T:
    """A small JSON body.

    Raises:
        BatchTooLarge, RequestTooSlow, RequestMalformed: too large, too slow, or not of that shape.
    """
    data = await body_of(request, bytes_max=limits.JSON_BODY_BYTES_MAX)
    try:
        return msgspec.json.decode(data, type=shape)
    except RecursionError:
        raise problems.RequestMalformed from None


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
