"""The server takes entries in: read, verify, judge, store, answer.

* Reading and verifying need no database and run in threads, one call a push: libsodium releases the interpreter lock.
  A line by itself is verified in place, for the way to a thread and back costs more.
* Judging and storing is one call of the database under the network's head. Pushes that wait for it meanwhile share the
  next call, up to a bound; if a shared call fails, each push is tried alone, so that one cannot fail another.
* A line that cannot be read, or is not signed by its key, costs its own verdict and nothing else.
* Whoever is not answered offers the same entries again: what was stored is then `duplicate`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final

import msgspec
import structlog
from typing_extensions import TypeIs

from sajja_schemas import limits, signing
from sajja_schemas.chain import Judgement, Rejected, read_line
from sajja_schemas.entry import SignedEntry, Unreadable, read_entry, split_line, to_base64url
from sajja_schemas.personal import looks_like_part
from sajja_schemas.verdicts import RejectedCode, Verdict
from sajja_schemas.wire import EntryVerdict, PushReply
from sajja_server.clock import now_ms
from sajja_server.devices import DeviceDirectory
from sajja_server.store import evidence
from sajja_server.store import log as store
from sajja_server.store.pool import STORE_ERRORS, Pool

# What a line turned out to be: an entry whose signature holds, or why not (with its entry, where one could be read).
Examined = SignedEntry | tuple[RejectedCode, SignedEntry | None]
_IN_PLACE_BYTES_MAX: Final = 4096  # some 60 microseconds

logger = structlog.get_logger()


class MergeBusy(Exception):
    """Too many pushes wait; come back in a moment. · มีการส่งข้อมูลรออยู่มาก โปรดลองใหม่อีกสักครู่"""


class _Push(msgspec.Struct, frozen=True):
    entries: list[SignedEntry]
    enrolled: list[bool]
    answer: "asyncio.Future[list[Judgement]]"


class Merger:
    """Takes the entries of one network in, for as long as `run` runs."""

    def __init__(
        self,
        pool: Pool,
        network: str,
        size: int,
        directory: DeviceDirectory,
        executor: Executor,
        on_merged: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._network = network
        self._directory = directory
        self._executor = executor
        self._on_merged = on_merged
        self._size = size  # of the network log, as this process last saw it
        self._waiting: deque[_Push] = deque()
        self._woken = asyncio.Event()
        self._pushing = self._pushing_bytes = 0  # pushes under way: reading, verifying, waiting

    async def run(self) -> None:
        """Ingest what waits, one shared call after the other, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                await self._ingest(self._take_together())

    async def push(self, lines: Sequence[bytes], sent_by: bytes) -> PushReply:
        """Merge the lines of one push; a verdict for each, in their order.

        Raises:
            MergeBusy: nothing was stored.
            STORE_ERRORS: the database failed; whether anything was stored is unknown.
        """
        size = sum(map(len, lines))
        if self._pushing >= limits.INGEST_WAITING_MAX or self._pushing_bytes + size > limits.INGEST_WAITING_BYTES_MAX:
            raise MergeBusy
        self._pushing += 1
        self._pushing_bytes += size
        try:
            return await self._push(lines, sent_by)
        finally:
            self._pushing -= 1
            self._pushing_bytes -= size

    async def _push(self, lines: Sequence[bytes], sent_by: bytes) -> PushReply:
        if len(lines) != 1 or len(lines[0]) > _IN_PLACE_BYTES_MAX:
            loop = asyncio.get_running_loop()
            examined = await loop.run_in_executor(self._executor, examine, lines, self._network)
        else:
            examined = examine(lines, self._network)
        entries = [item for item in examined if is_entry(item)]
        rejected = [item for item in examined if not is_entry(item)]
        stored = iter(await self._indexes_of_rejected(rejected))
        judgements = iter(await self._judge(entries))
        verdicts = [
            _verdict_of(item, next(judgements)) if is_entry(item) else _verdict_of_rejected(item, next(stored))
            for item in examined
        ]
        refused = [
            (item[0], b"" if looks_like_part(line) else line)
            for item, line, verdict in zip(examined, lines, verdicts, strict=True)
            if not is_entry(item) and verdict.verdict == Verdict.REJECTED
        ]
        if refused:
            async with self._pool.acquire() as connection:
                await evidence.save_rejected(connection, self._network, sent_by, refused, now_ms())
        return PushReply(verdicts=verdicts, size=self._size)

    async def _judge(self, entries: list[SignedEntry]) -> list[Judgement]:
        if not entries:
            return []
        units = await self._directory.units_of({entry.device for entry in entries})
        answer: asyncio.Future[list[Judgement]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Push(entries, [entry.device in units for entry in entries], answer))
        self._woken.set()
        return await answer

    def _take_together(self) -> list[_Push]:
        together = [self._waiting.popleft()]
        count = len(together[0].entries)
        while self._waiting and count + len(self._waiting[0].entries) <= limits.INGEST_ENTRIES_MAX:
            together.append(self._waiting.popleft())
            count += len(together[-1].entries)
        return together

    async def _ingest(self, pushes: list[_Push]) -> None:
        try:
            judgements = await self._call(pushes)
        except asyncio.CancelledError:
            for push in pushes:
                push.answer.cancel()
            raise
        except STORE_ERRORS as error:
            if len(pushes) > 1:
                for push in pushes:
                    await self._ingest([push])
            elif not pushes[0].answer.done():
                pushes[0].answer.set_exception(error)
            return
        except Exception as error:
            # Our mistake. Whoever waits is told, and the next push finds the merger at work.
            for push in pushes:
                if not push.answer.done():
                    push.answer.set_exception(error)
            logger.exception("ingest_failed", network=self._network)
            return
        self._size = max(
            [self._size, *(judgement.index + 1 for judgement in judgements if judgement.index is not None)]
        )
        self._on_merged()
        for push in pushes:
            mine, judgements = judgements[: len(push.entries)], judgements[len(push.entries) :]
            if not push.answer.done():  # its sender may have gone away; what is stored is stored
                push.answer.set_result(mine)

    async def _call(self, pushes: list[_Push]) -> list[Judgement]:
        entries = [entry for push in pushes for entry in push.entries]
        enrolled = [known for push in pushes for known in push.enrolled]
        async with self._pool.acquire() as connection:
            # From the moment this commits, the entries are part of history, whether or not anybody is told.
            return await store.ingest(connection, self._network, entries, enrolled, now_ms())

    async def _indexes_of_rejected(
        self, rejected: Sequence[tuple[RejectedCode, SignedEntry | None]]
    ) -> list[int | None]:
        """Where what fails verification is stored all the same: the hash decides, whatever the line's signature is."""
        entries = [entry for _code, entry in rejected if entry is not None]
        if not entries:
            return [None] * len(rejected)
        async with self._pool.acquire() as connection:
            found = iter(
                await store.indexes_of(
                    connection, self._network, [(entry.device, entry.sequence, entry.hash) for entry in entries]
                )
            )
        return [next(found) if entry is not None else None for _code, entry in rejected]


def examine(lines: Sequence[bytes], network: str) -> list[Examined]:
    """Read and verify lines, as far as that needs no store. Made for a thread."""
    read: list[Examined] = []
    for line in lines:
        try:
            read.append(read_line(line, network))
        except Rejected as error:
            read.append((error.code, _readable(line) if error.code is RejectedCode.WRONG_KEY else None))
    entries = [item for item in read if is_entry(item)]
    valid = iter(signing.are_entries_valid((entry.key, entry.signature, entry.body) for entry in entries))
    return [(RejectedCode.BAD_SIGNATURE, item) if is_entry(item) and not next(valid) else item for item in read]


def is_entry(item: Examined) -> TypeIs[SignedEntry]:
    """Whether an entry was read and its signature holds. (msgspec's structs make isinstance slow.)"""
    return type(item) is SignedEntry


def _readable(line: bytes) -> SignedEntry | None:
    try:
        return read_entry(*split_line(line))
    except Unreadable:
        return None


def _verdict_of(entry: SignedEntry, judgement: Judgement) -> EntryVerdict:
    return EntryVerdict(
        verdict=judgement.verdict.value,
        code=judgement.code.value if judgement.code is not None else None,
        hash=to_base64url(entry.hash),
        index=judgement.index,
    )


def _verdict_of_rejected(item: tuple[RejectedCode, SignedEntry | None], index: int | None) -> EntryVerdict:
    code, entry = item
    name = to_base64url(entry.hash) if entry is not None else None
    if index is not None:
        return EntryVerdict(verdict=Verdict.DUPLICATE.value, hash=name, index=index)
    return EntryVerdict(verdict=Verdict.REJECTED.value, code=code.value, hash=name)
