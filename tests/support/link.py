"""A TCP link between a tablet and its servers, as a village has it: slow, cut, deaf, or heard twice.

    async with Link(lambda: [("127.0.0.1", 8080)], weather) as link:
        async with Sync(log, server_url=link.url) as sync: ...

* Each connection meets one `Weather`, which `weather(n)` gives for the n-th connection: a seed decides, not the clock.
* It understands no HTTP. A client says nothing new before it is answered, so bytes that come up after bytes went down
  begin a new request: that is all it takes to lose the reply to one request, or to deliver one twice.
* A reply that has begun means that the server did what was asked: a reply is lost, and a request repeated, only then.
* Bytes take their time: each way has a bandwidth, so whoever reads slowly makes the sender wait, and a latency, which
  what is under way shares; to connect takes one round trip.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

STALL_SECONDS: Final = 0.2
_CHUNK_BYTES: Final = 16 * 1024
_GHOST_SECONDS: Final = 5.0
_PIECE_BYTES: Final = 1024  # a slow link hands on little at a time

Address = tuple[str, int]


class Fate(StrEnum):
    """What becomes of one connection."""

    PASSES = "passes"
    REFUSED = "refused"
    STALLS = "stalls"  # nothing gets through, and after a while it breaks
    HALF_OPEN = "half_open"  # what the tablet says is taken, nothing ever comes back, and nobody hangs up
    CUT_UP = "cut_up"  # it breaks after so many bytes of what the tablet says
    CUT_DOWN = "cut_down"  # or of what the server says
    REPLY_LOST = "reply_lost"  # the server did it, and nobody hears of it
    CUT_REPLY = "cut_reply"  # it breaks after so many bytes of the reply to one request
    REPLY_TWICE = "reply_twice"  # what the server says to one request comes twice
    TWICE = "twice"  # the server is asked twice, and may be another server the second time


@dataclass(frozen=True)
class Weather:
    """What one connection meets."""

    fate: Fate = Fate.PASSES
    after_bytes: int = 0  # of CUT_UP, CUT_DOWN and CUT_REPLY
    at_request: int = 0  # of REPLY_LOST, CUT_REPLY, REPLY_TWICE and TWICE: which request of the connection
    server: int = 0  # which of the servers is at the other end, modulo their number
    latency_ms: float = 0.0  # each way
    bits_per_second: int = 0  # each way; 0: as fast as it goes


FAIR: Final = Weather()


class Link:
    """A listening address that leads to one of several servers."""

    def __init__(self, servers: Callable[[], Sequence[Address]], weather: Callable[[int], Weather]) -> None:
        """`servers` is asked at each connection, for they come and go; `weather` is given the connection's number."""
        self.servers = servers
        self.weather = weather
        self.connections = 0
        self.happened: Counter[str] = Counter()
        self.down_bytes = 0  # what the tablet was given
        self.flows = asyncio.Event()  # cleared: what is under way waits, and nobody hangs up
        self.flows.set()
        self.heard: bytes | None = None  # the last push that a server has answered, as it was said
        self._listener: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where the tablet connects to."""
        assert self._listener is not None
        host, port = self._listener.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    async def ghost(self, server: int) -> bool:
        """Deliver the last push once more, long after; gives whether anybody was there to hear it."""
        return self.heard is not None and await self.say_again(self.heard, server)

    async def say_again(self, request: bytes, server: int) -> bool:
        """Say something to a server on a connection of its own, and wait for the beginning of the reply."""
        servers = self.servers()
        if not servers:
            return False
        try:
            async with asyncio.timeout(_GHOST_SECONDS):
                reader, writer = await asyncio.open_connection(*servers[server % len(servers)])
                try:
                    writer.write(request)
                    return bool(await reader.read(_CHUNK_BYTES))
                finally:
                    await _close(writer)
        except (OSError, TimeoutError):
            return False

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await self._listener.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        weather = self.weather(self.connections)
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            await self._carry(reader, writer, weather)
        except asyncio.CancelledError:
            pass  # the link is taken down, and nobody waits for this task
        finally:
            self._carrying.discard(task)
            await _close(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, weather: Weather) -> None:
        servers = self.servers()
        if weather.fate is Fate.STALLS:
            await asyncio.sleep(STALL_SECONDS)
        await asyncio.sleep(2 * weather.latency_ms / 1000)
        if weather.fate is Fate.HALF_OPEN:
            self.happened[Fate.HALF_OPEN] += 1
            while await reader.read(_CHUNK_BYTES):
                pass
            return
        if weather.fate in {Fate.STALLS, Fate.REFUSED} or not servers:
            self.happened[weather.fate if servers else "no_server"] += 1
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*servers[weather.server % len(servers)])
        except OSError:
            self.happened["no_server"] += 1
            return
        try:
            await _Passage(self, weather, reader, writer, far_reader, far_writer).run()
        finally:
            await _close(far_writer)


class _Passage:
    """One connection that got through, until it ends."""

    def __init__(
        self,
        link: Link,
        weather: Weather,
        near: asyncio.StreamReader,
        to_near: asyncio.StreamWriter,
        far: asyncio.StreamReader,
        to_far: asyncio.StreamWriter,
    ) -> None:
        self.link = link
        self.weather = weather
        self.near, self.to_near, self.far, self.to_far = near, to_near, far, to_far
        self.request = bytearray()
        self.requests_before = 0
        self.is_answered = False

    async def run(self) -> None:
        """Carry bytes both ways until one side ends, or the weather does."""
        pumps = {asyncio.create_task(self._up()), asyncio.create_task(self._down())}
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _up(self) -> None:
        room = self.weather.after_bytes if self.weather.fate is Fate.CUT_UP else None
        async for data in self._through(self.near):
            if self.is_answered:
                self.requests_before += 1
                self.request.clear()
                self.is_answered = False
            self.request += data
            room = await self._give(self.to_far, data, room)
            if room == 0:
                self.link.happened[Fate.CUT_UP] += 1
                return

    async def _down(self) -> None:
        fate = self.weather.fate
        room = self.weather.after_bytes if fate is Fate.CUT_DOWN else None
        async for data in self._through(self.far):
            if not self.is_answered and await self._answer_begins():
                return
            is_the_one = self.requests_before == self.weather.at_request
            if fate is Fate.CUT_REPLY and is_the_one and room is None:
                room = self.weather.after_bytes
            await self.link.flows.wait()
            if room != 0:
                room = await self._give(self.to_near, data, room)
            self.link.down_bytes += len(data)
            if fate is Fate.REPLY_TWICE and is_the_one:
                self.link.happened[fate] += 1
                await self._give(self.to_near, data, None)
            if room == 0:
                self.link.happened[fate] += 1
                return

    async def _through(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """What comes, as late and as slowly as the weather has it."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue(64)
        rate = self.weather.bits_per_second

        async def send() -> None:
            # A killed server resets its connections: that ends a passage as a goodbye does.
            with contextlib.suppress(OSError):
                while data := await reader.read(_PIECE_BYTES if rate else _CHUNK_BYTES):
                    if rate:
                        await asyncio.sleep(len(data) * 8 / rate)
                    await under_way.put((loop.time() + self.weather.latency_ms / 1000, data))
            await under_way.put(None)

        sending = asyncio.create_task(send())
        try:
            while (next_one := await under_way.get()) is not None:
                await asyncio.sleep(max(0.0, next_one[0] - loop.time()))
                yield next_one[1]
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _answer_begins(self) -> bool:
        """The server did it. Gives whether the tablet shall never know."""
        self.is_answered = True
        said = bytes(self.request)
        if said.startswith(b"POST ") and b"/entries HTTP" in said.split(b"\r\n", 1)[0]:
            self.link.heard = said
        if self.requests_before != self.weather.at_request:
            return False
        if self.weather.fate is Fate.TWICE:
            self.link.happened[Fate.TWICE] += 1
            await self.link.say_again(said, self.weather.server + 1)
        if self.weather.fate is Fate.REPLY_LOST:
            self.link.happened[Fate.REPLY_LOST] += 1
            return True
        return False

    @staticmethod
    async def _give(to: asyncio.StreamWriter, data: bytes, room: int | None) -> int | None:
        given = data if room is None else data[:room]
        to.write(given)
        await to.drain()
        return None if room is None else room - len(given)


async def _close(writer: asyncio.StreamWriter) -> None:
    # A radio link that breaks says no goodbye; what was written before may or may not have left.
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
