"""A small real server of the page: its own files, its own headers, and recorded answers that a test may change.

It answers as the API does: an ETag for every answer, 304 to one who has it, problem+json for a problem. `stop` closes
the socket, so that the page meets a server that is not there, and `start` opens it again at the same port.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from sajja_server import page

RECORDED = Path(__file__).parent / "recorded"
TOTALS = "/v1/networks/pakphun/projections/network_totals"
FINDINGS = "/v1/networks/pakphun/projections/findings"
STATUS = "/v1/networks/pakphun/projections/village_status"


def recorded(name: str) -> dict[str, Any]:
    """A recorded answer, free to be changed."""
    answer: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return answer


class Problem(msgspec.Struct, frozen=True):
    """An answer that is a problem."""

    status: int
    code: str
    title: str
    title_th: str


class Site:
    """The page at `address`, with answers by path."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Any] | Problem | str] = {
            "/v1/hello": recorded("hello"),
            TOTALS: recorded("network_totals"),
            STATUS: recorded("village_status"),
            FINDINGS: recorded("findings"),
        }
        self.answered: list[tuple[str, int]] = []
        self._files = page.read_page()
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def moment(self) -> datetime:
        """When the answers were recorded: the browser's clock is set to it."""
        return datetime.fromtimestamp(recorded("hello")["server_time"] / 1000, tz=UTC)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await listener.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        response = self._file(request.path) or self._data(request)
        self.answered.append((request.path, response.status))
        return response

    def _file(self, path: str) -> web.Response | None:
        file = self._files.get(path)
        if file is None:
            return None
        return web.Response(body=file.body, content_type=file.content_type, charset="utf-8", headers=page.HEADERS)

    def _data(self, request: web.Request) -> web.Response:
        answer = self.answers.get(request.path)
        if answer is None:
            return web.Response(status=404)
        if isinstance(answer, Problem):
            body = json.dumps(msgspec.to_builtins(answer)).encode()
            return web.Response(status=answer.status, body=body, content_type="application/problem+json")
        body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/json", headers={"ETag": etag})
