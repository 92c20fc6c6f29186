"""The server as a device sees it: a session, and the calls of the sync protocol.

* A device opens a session by signing the server's challenge; a session that has ended is opened again.
* Every call may be repeated, so every call is: a bounded number of times, with jitter, as long as the server asks for
  where it says so. What cannot become better is not tried again.
* Every wait has an end, and every answer a bound.
"""

import gzip
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import aiohttp
import msgspec
import stamina

from sajja_client.log import Log
from sajja_client.mirror import Cursor
from sajja_client.problems import EXIT_OFFLINE, AnswerUnreadable, Problem, Unreachable
from sajja_schemas import limits, wire
from sajja_schemas.entry import SignedEntry, Unreadable, encode_line, from_base64url, to_base64url
from sajja_schemas.personal import PersonalPart, decode_part, encode_part
from sajja_schemas.signing import SESSION_TAG
from sajja_schemas.tiles import Tile

GZIP_FROM_BYTES: Final = 4 * 1024
TIMEOUT: Final = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=60)
ATTEMPTS: Final = 6
RETRY_SECONDS: Final = 90.0
RETRY_AFTER_SECONDS_MAX: Final = 30.0
# What a line has beside its body: key, signature and their names.
LINE_BYTES: Final = len(encode_line(bytes(32), bytes(64), b"")) + 1

_ANSWER_BYTES_MAX: Final = limits.FEED_PAGE_BYTES_MAX + limits.FEED_PAGE_ENTRIES_MAX * 512
_CHALLENGE_BYTES: Final = 32
_REFUSED_FROM: Final = 400
_UNAUTHORISED: Final = 401
_RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
_NEXT_HEADER: Final = "Sajja-Next"

_Shape = TypeVar("_Shape")
_Answer = tuple[bytes, Mapping[str, str]]


class ServerProblem(Problem):
    """The server refused a request; its own words are in `problem`."""

    code = "server_problem"
    thai = "เซิร์ฟเวอร์ปฏิเสธ: {title_th}"
    english = "the server refused: {title}"
    exit_code = EXIT_OFFLINE

    def __init__(self, problem: wire.Problem, retry_after_seconds: float | None = None) -> None:
        super().__init__(title=problem.title, title_th=problem.title_th, code=problem.code, status=problem.status)
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


class Server:
    """The calls of the protocol, for one device."""

    def __init__(self, log: Log, url: str, *, http: aiohttp.ClientSession | None, attempts: int) -> None:
        self.url = url.rstrip("/")
        self._log = log
        self._network_url = f"{self.url}/v1/networks/{log.pin.network}"
        self._device_url = f"{self._network_url}/devices/{log.device}"
        self._http = http
        self._is_ours = http is None
        self._attempts = attempts
        self._token: str | None = None

    async def open(self) -> None:
        """Be ready for calls."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT)

    async def close(self) -> None:
        """Let connections go; a session that was shared stays open."""
        if self._http is not None and self._is_ours:
            await self._http.close()
            self._http = None

    async def head(self, at: int | None = None) -> wire.DeviceHead:
        """Where this device's log stands on the server, and what is stored at a sequence."""
        return await self._call("GET", f"{self._device_url}/head", wire.DeviceHead, params=_given(at=at))

    async def push(self, frame: list[SignedEntry]) -> wire.PushReply:
        """Send entries and get a verdict on each."""
        data = b"".join(encode_line(one.key, one.signature, one.body) + b"\n" for one in frame)
        headers = {"Content-Type": wire.MEDIA_NDJSON}
        if len(data) > GZIP_FROM_BYTES:
            data = gzip.compress(data, compresslevel=6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        url = f"{self._network_url}/entries"
        reply = await self._call("POST", url, wire.PushReply, data=data, headers=headers)
        if len(reply.verdicts) != len(frame):
            raise AnswerUnreadable(url=self.url, reason=f"{len(reply.verdicts)} verdicts on {len(frame)} entries")
        return reply

    async def feed_page(self, cursor: Cursor) -> tuple[bytes, bool]:
        """The next page of a feed as bytes, and whether there are more."""
        params = _given(after=cursor.after, hash=cursor.hash, limit=limits.FEED_PAGE_ENTRIES_MAX)
        page, headers = await self._repeat("GET", f"{self._network_url}/feeds/{cursor.village}", params=params)
        return page, headers.get(_NEXT_HEADER, "false") == "true"

    async def give_parts(self, parts: list[PersonalPart]) -> list[wire.PartAnswer]:
        """Send personal parts and get an answer on each."""
        data = b"".join(encode_part(part) + b"\n" for part in parts)
        headers = {"Content-Type": wire.MEDIA_NDJSON}
        url = f"{self._network_url}/personal"
        reply = await self._call("POST", url, wire.PartsReply, data=data, headers=headers)
        if len(reply.parts) != len(parts):
            raise AnswerUnreadable(url=self.url, reason=f"{len(reply.parts)} answers on {len(parts)} parts")
        return reply.parts

    async def ask_parts(self, commitments: list[bytes]) -> list[PersonalPart]:
        """What the server has of some parts, as far as this device may see them."""
        params = _given(commitment=",".join(map(to_base64url, commitments)))
        data, _headers = await self._repeat("GET", f"{self._network_url}/personal", params=params)
        try:
            return [decode_part(line) for line in data.splitlines()]
        except Unreadable as error:
            raise AnswerUnreadable(url=self.url, reason="a personal part that is none") from error

    async def duplicates(self) -> wire.DuplicatePersons:
        """Persons who stand in several places: for the office."""
        return await self._call("GET", f"{self._network_url}/personal/duplicates", wire.DuplicatePersons)

    async def consistency(self, sizes: list[int]) -> wire.Consistency:
        """The newest checkpoint, and what shows that those sizes are beginnings of it."""
        params = [("from", str(size)) for size in sizes]
        return await self._call("GET", f"{self._network_url}/log/consistency", wire.Consistency, params=params)

    async def tile(self, epoch: int, tile: Tile) -> bytes:
        """A tile of the log; of a partial one that is gone, the beginning of the whole one."""
        url = f"{self._network_url}/log/{epoch}/"
        data, _headers = await self._repeat("GET", url + tile.path)
        return data

    async def receipt(self, entry: SignedEntry) -> bytes:
        """The proof that an entry is in the log, not yet verified."""
        params = {"device": to_base64url(entry.device), "sequence": str(entry.sequence)}
        url = f"{self._network_url}/receipts/{to_base64url(entry.hash)}"
        data, _headers = await self._repeat("GET", url, params=params)
        return data

    async def _call(self, method: str, url: str, shape: type[_Shape], **request: Any) -> _Shape:
        data, _headers = await self._repeat(method, url, **request)
        return self._decode(data, shape)

    async def _repeat(self, method: str, url: str, **request: Any) -> _Answer:
        """One call, repeated while that can help."""
        try:
            async for attempt in stamina.retry_context(_is_worth_repeating, self._attempts, RETRY_SECONDS):
                with attempt:
                    return await self._in_session(method, url, request)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(url=self.url, reason=_reason(error)) from error
        raise AssertionError("it ends with an answer or an error")

    async def _in_session(self, method: str, url: str, request: dict[str, Any]) -> _Answer:
        if self._token is not None:
            try:
                return await self._ask(method, url, request, self._token)
            except ServerProblem as problem:
                if problem.problem.status != _UNAUTHORISED:
                    raise
        # The session has ended, or the server has forgotten it: once more with a new one.
        self._token = None
        self._token = await self._open_session()
        return await self._ask(method, url, request, self._token)

    async def _open_session(self) -> str:
        data, _headers = await self._ask("POST", f"{self._device_url}/challenge", {})
        told = self._decode(data, wire.Challenge)
        try:
            challenge = from_base64url(told.challenge, _CHALLENGE_BYTES)
        except Unreadable as error:
            raise AnswerUnreadable(url=self.url, reason="a challenge that is none") from error
        # The fingerprint is under the signature, so that a challenge for one network opens no session in another.
        message = challenge + from_base64url(self._log.pin.fingerprint, 32)
        signature = to_base64url(self._log.key.sign(SESSION_TAG, message))
        answer = msgspec.json.encode(wire.SessionRequest(challenge=told.challenge, signature=signature))
        headers = {"Content-Type": "application/json"}
        data, _headers = await self._ask("POST", f"{self._device_url}/session", {"data": answer, "headers": headers})
        return self._decode(data, wire.Session).token

    async def _ask(self, method: str, url: str, request: dict[str, Any], token: str | None = None) -> _Answer:
        assert self._http is not None, "it is used with `async with`"
        headers = dict(request.get("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        async with self._http.request(method, url, **{**request, "headers": headers}) as response:
            data = await self._read(response)
            if response.status >= _REFUSED_FROM:
                raise _problem_of(response, data)
            return data, response.headers

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        data = bytearray()
        async for chunk in response.content.iter_any():
            data += chunk
            if len(data) > _ANSWER_BYTES_MAX:
                raise AnswerUnreadable(url=self.url, reason=f"more than {_ANSWER_BYTES_MAX} bytes")
        return bytes(data)

    def _decode(self, data: bytes, shape: type[_Shape]) -> _Shape:
        try:
            return msgspec.json.decode(data, type=shape)
        except msgspec.DecodeError as error:
            raise AnswerUnreadable(url=self.url, reason=str(error)) from error


def _given(**params: int | str | None) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value is not None}


def _reason(error: Exception) -> str:
    """A few words, where the library would quote its own objects."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _is_worth_repeating(error: Exception) -> bool | float:
    """Whether to try again, or in how many seconds."""
    if isinstance(error, ServerProblem):
        if error.problem.status not in _RETRIED_STATUSES:
            return False
        wait = error.retry_after_seconds
        return True if wait is None else min(wait, RETRY_AFTER_SECONDS_MAX)
    return isinstance(error, aiohttp.ClientError | TimeoutError)


def _problem_of(response: aiohttp.ClientResponse, data: bytes) -> ServerProblem:
    try:
        problem = msgspec.json.decode(data, type=wire.Problem)
    except msgspec.DecodeError:
        # Whatever stands between us and the server answered for it.
        reason = response.reason or "refused"
        problem = wire.Problem(
            type="about:blank",
            code=f"http_{response.status}",
            status=response.status,
            title=f"{response.status} {reason}",
            title_th=f"ข้อผิดพลาด {response.status}",
        )
    return ServerProblem(problem, _seconds(response.headers.get("Retry-After")))


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isascii() and retry_after.isdigit() else None
