"""What anybody may read from the server: its projections, by the standard library's HTTP.

Apart from the clients' own sync on purpose: this is how a check sees the figures, as a stranger with a browser would.
"""

import asyncio
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from sajja_client.demo import rules
from sajja_client.problems import Unreachable

_SECONDS: Final = 30


async def read_projection(url: str, name: str) -> dict[str, Any] | None:
    """A projection of the network; None where the server knows none yet.

    Raises:
        Unreachable: no answer came.
    """
    return await asyncio.to_thread(_read, url, f"/v1/networks/{rules.NETWORK}/projections/{name}")


def _read(url: str, path: str) -> dict[str, Any] | None:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        data = answer.read()
    except (OSError, HTTPException) as error:
        raise Unreachable(url=url, reason=str(error) or type(error).__name__) from error
    finally:
        connection.close()
    return msgspec.json.decode(data, type=dict[str, Any]) if answer.status == HTTPStatus.OK else None
