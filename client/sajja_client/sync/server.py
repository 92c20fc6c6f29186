"""The server as a device sees it: a session, and the calls of the sync protocol.

* A device opens a session by signing the server's challenge, for the address that it asks; a session that has ended is
  opened again. It follows no redirection.
* Every call may be repeated, so every call is: a bounded number of times, with jitter, as long as the server asks for
  where it says so. What cannot become better is not tried again.
* What was lost is said again in smaller frames (`pace`): a loss costs one frame.
* Every wait has an end, and every answer a bound.
"""

import gzip
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import aiohttp
import msgspec
import stamina

from sajja_client.log import Log
from sajja_client.mirror import Cursor, FeedDiverged, FeedPage
from sajja_client.problems import EXIT_OFFLINE, AnswerUnreadable, Problem, Unreachable
from sajja_client.sync import pace
from sajja_schemas import limits, wire
from sajja_schemas.bundle import Sealed, encode_sealed
from sajja_schemas.entry import SignedEntry, Unreadable, encode_line, from_base64url, to_base64url
from sajja_schemas.personal import PersonalPart, decode_part, encode_part
from sajja_schemas.session import server_name, session_message
from sajja_schemas.signing import SESSION_TAG
from sajja_schemas.tiles import Tile

GZIP_FROM_BYTES: Final = 4 * 1024
# A frame takes as long as the link needs; one on which nothing moves is dead. Half-open links are found out so.
TIMEOUT: Final = aiohttp.ClientTimeout(total=120, sock_connect=15, sock_read=30)
ATTEMPTS: Final = 6
RETRY_SECONDS: Final = 90.0
RETRY_AFTER_SECONDS_MAX: Final = 30.0
# What a line has beside its body: key, signature and their names.
LINE_BYTES: Final = len(encode_line(bytes(32), bytes(64), b"")) + 1

_ANSWER_BYTES_MAX: Final = limits.FEED_PAGE_BYTES_MAX + limits.FEED_PAGE_ENTRIES_MAX * 512
_CHALLENGE_BYTES: Final = 32
_REFUSED_FROM: Final = 300
_UNAUTHORISED: Final = 401
_RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
_TOO_LARGE: Final = 413
_LOST: Final = (aiohttp.ClientError, TimeoutError)

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
        self.frames = pace.of_frames()
        self.pages = pace.of_pages()

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

    async def push(self, next_frame: Callable[[int], list[SignedEntry]]) -> tuple[list[SignedEntry], wire.PushReply]:
        """Send entries and get a verdict on each; gives what was sent, too.

        `next_frame` gives the entries that are next, as many as fit so many bytes. After a loss it is asked for fewer.
        """

        async def once() -> tuple[list[SignedEntry], wire.PushReply]:
            frame = next_frame(self.frames.size)
            return frame, await self._push_once(frame)

        return await self._patiently(once, self.frames)

    async def feed_page(self, cursor: Cursor, limit: int | None = None) -> FeedPage:
        """The next page of a feed as bytes, and whether there are more.

        Raises:
            FeedDiverged: the feed is not the one that the cursor is of.
        """
        url = f"{self._network_url}/feeds/{cursor.village}"

        async def once() -> _Answer:
            params = _given(
                epoch=cursor.network_epoch, after=cursor.after, hash=cursor.hash, limit=limit or self.pages.size
            )
            return await self._in_session("GET", url, {"params": params})

        try:
            page, headers = await self._patiently(once, self.pages)
        except ServerProblem as problem:
            if problem.problem.code == wire.FEED_DIVERGED:
                raise FeedDiverged from problem
            raise
        epoch = headers.get(wire.EPOCH_HEADER, "")
        return FeedPage(
            lines=page,
            has_next=headers.get(wire.NEXT_HEADER, "false") == "true",
            epoch=int(epoch) if epoch.isascii() and epoch.isdigit() else None,
        )

    async def feeds(self) -> wire.Feeds:
        """How long this device's feeds are: whether there is anything to pull costs this."""
        return await self._call("GET", f"{self._network_url}/feeds", wire.Feeds)

    async def give_parts(self, parts: list[PersonalPart]) -> list[wire.PartAnswer]:
        """Send personal parts and get an answer on each."""
        return await self._give([encode_part(part) for part in parts])

    async def give_sealed(self, sealed: list[Sealed]) -> list[wire.PartAnswer]:
        """Hand on personal parts of other devices, which nobody on the way can read."""
        return await self._give([encode_sealed(one) for one in sealed])

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

    async def _give(self, lines: list[bytes]) -> list[wire.PartAnswer]:
        data = b"".join(line + b"\n" for line in lines)
        headers = {"Content-Type": wire.MEDIA_NDJSON}
        url = f"{self._network_url}/personal"
        reply = await self._call("POST", url, wire.PartsReply, data=data, headers=headers)
        if len(reply.parts) != len(lines):
            raise AnswerUnreadable(url=self.url, reason=f"{len(reply.parts)} answers on {len(lines)} parts")
        return reply.parts

    async def _push_once(self, frame: list[SignedEntry]) -> wire.PushReply:
        data = b"".join(encode_line(one.key, one.signature, one.body) + b"\n" for one in frame)
        headers = {"Content-Type": wire.MEDIA_NDJSON}
        if len(data) > GZIP_FROM_BYTES:
            data = gzip.compress(data, compresslevel=6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        answer, _headers = await self._in_session(
            "POST", f"{self._network_url}/entries", {"data": data, "headers": headers}
        )
        reply = self._decode(answer, wire.PushReply)
        if len(reply.verdicts) != len(frame):
            raise AnswerUnreadable(url=self.url, reason=f"{len(reply.verdicts)} verdicts on {len(frame)} entries")
        return reply

    async def _repeat(self, method: str, url: str, **request: Any) -> _Answer:
        """One call, repeated while that can help."""
        return await self._patiently(lambda: self._in_session(method, url, request))

    async def _patiently(self, once: Callable[[], Awaitable[_Shape]], size: pace.Pace | None = None) -> _Shape:
        """Try until it is answered, with pauses that grow and differ; `size` follows what becomes of it."""
        try:
            async for attempt in stamina.retry_context(_is_worth_repeating, self._attempts, RETRY_SECONDS):
                with attempt:
                    try:
                        answer = await once()
                    except (*_LOST, ServerProblem) as error:
                        if size is not None and _is_of_size(error):
                            size.shrink()
                        raise
                    if size is not None:
                        size.grow()
                    return answer
        except _LOST as error:
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
        # For the name that was asked, never one that the answer brings: whoever passes a challenge on gets an answer
        # that opens nothing anywhere else.
        message = session_message(challenge, from_base64url(self._log.pin.fingerprint, 32), self._name())
        signature = to_base64url(self._log.key.sign(SESSION_TAG, message))
        answer = msgspec.json.encode(wire.SessionRequest(challenge=told.challenge, signature=signature))
        headers = {"Content-Type": "application/json"}
        data, _headers = await self._ask("POST", f"{self._device_url}/session", {"data": answer, "headers": headers})
        return self._decode(data, wire.Session).token

    def _name(self) -> str:
        try:
            return server_name(self.url)
        except ValueError as error:
            raise Unreachable(url=self.url, reason=str(error)) from error

    async def _ask(self, method: str, url: str, request: dict[str, Any], token: str | None = None) -> _Answer:
        assert self._http is not None, "it is used with `async with`"
        headers = dict(request.get("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        # A server answers itself: one that sends us to another address is refused like any other answer that is none.
        asked = self._http.request(method, url, **{**request, "headers": headers}, allow_redirects=False)
        async with asked as response:
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


def fitting(entries: Iterable[SignedEntry], bytes_max: int) -> list[SignedEntry]:
    """The first entries of some, as many as make a frame of so many bytes; at least one if there is one."""
    frame: list[SignedEntry] = []
    size = 0
    for entry in entries:
        size += len(entry.body) + LINE_BYTES
        if len(frame) == limits.PUSH_ENTRIES_MAX or (frame and size > bytes_max):
            break
        frame.append(entry)
    return frame


def _is_of_size(error: Exception) -> bool:
    """Whether less at once may get through."""
    return not isinstance(error, ServerProblem) or error.problem.status == _TOO_LARGE


def _is_worth_repeating(error: Exception) -> bool | float:
    """Whether to try again, or in how many seconds."""
    if isinstance(error, ServerProblem):
        if error.problem.status not in _RETRIED_STATUSES:
            return False
        wait = error.retry_after_seconds
        return True if wait is None else min(wait, RETRY_AFTER_SECONDS_MAX)
    return isinstance(error, _LOST)


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
