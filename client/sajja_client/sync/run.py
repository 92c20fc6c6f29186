"""One run of a device's sync: push what the server has not, pull what the villages have, then personal parts.

* A push resumes after the server's head. If that is not a line of this log, the last common line is looked for with
  `?at=` and the push goes on from there: both branches become proof. A fork is told loudly and never repaired.
* A server whose log is longer than ours is no reason to push: this log is an old copy, or the key is somebody else's.
* An answer of `held` or `rejected` ends the push. Nothing behind it could be merged, and nothing is skipped: the next
  run begins again at the server's head.
* If the server has forgotten what this device knows, it is offered again: our own lines by the push, those of every
  other device after the pull has shown which ones are gone (`heal`).
* Whatever is said here can be said again: an entry's name is its hash, so a lost answer costs a `duplicate`.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec

from sajja_client import lineage, parts, witness
from sajja_client.log import Log
from sajja_client.mirror import Mirror, SeenFork, read_page
from sajja_client.problems import AnswerUnreadable
from sajja_client.store import transaction
from sajja_client.sync.heal import give_back
from sajja_client.sync.personal import exchange
from sajja_client.sync.server import ATTEMPTS, LINE_BYTES, Server, ServerProblem
from sajja_client.sync.witness import look
from sajja_client.witness import Alarm
from sajja_schemas import limits, wire
from sajja_schemas.entry import OFFICE, SignedEntry, to_base64url
from sajja_schemas.verdicts import HeldCode, Verdict

FEED_DIVERGED: Final = "feed_diverged"


class _Diverged(Exception):
    """A feed is not the one that was pulled before."""


class Fork(msgspec.Struct, frozen=True, omit_defaults=True):
    """Two histories under one key. People decide; this program only says so.

    `where` says what showed it: `server_head` (another line stands there), `server_ahead` (the server has lines that
    this log has not), `verdict` (a line of ours was answered `forked`), `feed`.
    """

    device: str
    sequence: int
    where: str
    is_own: bool = True


class SyncReport(msgspec.Struct, kw_only=True):
    """What one run did. The counts are of lines as they were answered."""

    enrolled: bool = True
    pushed: int = 0
    merged: int = 0
    duplicate: int = 0
    held: int = 0
    forked: int = 0
    rejected: int = 0
    pulled: int = 0
    head: int = 0  # the last sequence of this log that the server is known to hold
    waiting: int = 0  # lines of this log behind it
    forgotten: int = 0  # lines that the server had acknowledged and no longer has; they were offered again
    healed: int = 0  # lines of other devices that the server had lost, and has again from here
    missing: int = 0  # lines that are kept here, and that the server still lacks
    parts_given: int = 0  # personal parts that the server has from here now
    parts_filled: int = 0  # and those that this device has from it
    parts_erased: int = 0  # deleted here, because a counted erasure says so
    parts_missing: int = 0  # of this village, and nobody has given them yet
    codes: dict[str, int] = {}  # why lines were held or rejected
    forks: list[Fork] = []
    log_state: str = "none"  # of the network log: `verified`, `stale`, `unsigned`, `alarm`, or `none` is published
    log_size: int = 0  # how many entries of it were verified
    proven: int = 0  # lines of this log that were newly found in it
    log_alarms: list[Alarm] = []  # all that were ever raised here


class Sync:
    """One device's conversation with the server.

    async with Sync(log) as sync:
        report = await sync.run()
    """

    def __init__(
        self,
        log: Log,
        *,
        server_url: str | None = None,
        http: aiohttp.ClientSession | None = None,
        attempts: int = ATTEMPTS,
        villages: list[str] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        witnesses: bool = True,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            log: whose device speaks.
            server_url: another address than the pin's.
            http: a session to share; it is left open.
            attempts: how often a call is tried when no answer comes.
            villages: the feeds to pull; the office's and the device's own where it is not given.
            witnesses: whether the network log is looked at, too.
            progress: called with a step's name, what is done, and what there is in all (0: not known).
        """
        self.log = log
        self.mirror = Mirror(log.connection, log.pin, log.device)
        self.server = Server(log, server_url or log.pin.server_url, http=http, attempts=attempts)
        self._villages = villages
        self.witnesses = witnesses
        self._progress = progress or (lambda _step, _done, _all: None)

    async def __aenter__(self) -> Self:
        await self.server.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.close()

    async def run(self) -> SyncReport:
        """Push, then pull.

        Raises:
            Unreachable: no answer came in time. What was answered before stays known.
            ServerProblem: the server refused a request.
            FeedRefused, PinContradicted: what was pulled is not what was signed.
        """
        report = SyncReport()
        try:
            await self._push(report)
            await self._pull_all(report)
            await self._heal(report)
            await self._exchange_parts(report)
            await self._witness(report)
            if self.log.pin.village != OFFICE and not lineage.is_proven(self.log.connection, self.mirror.device):
                lineage.settle_alarm(self.log.connection)  # the server has shown nothing for what it said
        except ServerProblem as problem:
            if problem.problem.code != HeldCode.DEVICE_NOT_ENROLLED:
                raise
            # The office has not enrolled this device yet. Nothing is wrong, and everything is kept.
            report.enrolled = False
            report.held = report.waiting = self._waiting(0)
            report.codes = {HeldCode.DEVICE_NOT_ENROLLED.value: report.held} if report.held else {}
        return report

    async def _push(self, report: SyncReport) -> None:
        head = await self.server.head()
        report.enrolled = head.enrolled
        after = await self._resume_after(head, report)
        report.head = after
        total = self._waiting(after)
        while frame := self._next_frame(after):
            reply = await self.server.push(frame)
            is_done = self._count(frame, reply, report)
            self._remember(frame, reply)
            report.head = max(report.head, self._stored_until(frame, reply, report.head))
            after = frame[-1].sequence
            self._progress("push", min(total, report.pushed), total)
            if is_done:
                break
        report.waiting = self._waiting(report.head)

    async def _resume_after(self, head: wire.DeviceHead, report: SyncReport) -> int:
        """The sequence after which to push; a fork that the server's head shows is put into the report."""
        own = self.log.head()
        end = own[0] if own is not None else 0
        report.forgotten = max(0, self._acknowledged() - head.sequence)
        if head.sequence == 0:
            return 0
        ours_there = self.log.hash_at(head.sequence)
        if ours_there is not None and to_base64url(ours_there) == head.hash:
            lineage.settle_alarm(self.log.connection)
            return head.sequence
        lineage.raise_alarm(self.log.connection, head.sequence)
        # Alone at a sequence: there the histories are one. Present at it: this branch is stored as far as that.
        common = await self._last(end, lambda ours, at: at == [ours])
        where = "server_head" if common < end else "server_ahead"
        report.forks.append(Fork(self.log.device, common + 1, where))
        return end if where == "server_ahead" else await self._last(end, lambda ours, at: ours in at, common)

    async def _last(self, end: int, holds: Callable[[str, list[str]], bool], start: int = 0) -> int:
        """The greatest sequence at which it holds: it holds from 1 on, up to some sequence."""
        low, high = start, end
        while low < high:
            middle = (low + high + 1) // 2
            ours = self.log.hash_at(middle)
            assert ours is not None, "a log has no gap"
            at = (await self.server.head(middle)).at
            low, high = (middle, high) if holds(to_base64url(ours), at) else (low, middle - 1)
        return low

    def _acknowledged(self) -> int:
        row = self.log.connection.execute(
            "SELECT max(sequence) FROM answer WHERE verdict IN ('merged', 'duplicate', 'forked')"
        ).fetchone()
        return row[0] or 0

    def _next_frame(self, after: int) -> list[SignedEntry]:
        frame: list[SignedEntry] = []
        size = 0
        for entry in self.log.entries(after):
            size += len(entry.body) + LINE_BYTES
            if len(frame) == limits.PUSH_ENTRIES_MAX or (frame and size > limits.PUSH_BYTES_MAX):
                break
            frame.append(entry)
        return frame

    def _remember(self, frame: list[SignedEntry], reply: wire.PushReply) -> None:
        with transaction(self.log.connection):
            self.log.connection.executemany(
                "INSERT INTO answer (sequence, verdict, code, network_index) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (sequence) DO UPDATE SET verdict = excluded.verdict, code = excluded.code,"
                " network_index = excluded.network_index",
                [
                    (entry.sequence, told.verdict, told.code, told.index)
                    for entry, told in zip(frame, reply.verdicts, strict=True)
                ],
            )

    def _count(self, frame: list[SignedEntry], reply: wire.PushReply, report: SyncReport) -> bool:
        """Count the answers. Gives whether the push ends here."""
        is_done = False
        for entry, told in zip(frame, reply.verdicts, strict=True):
            report.pushed += 1
            match told.verdict:
                case Verdict.MERGED:
                    report.merged += 1
                case Verdict.DUPLICATE:
                    report.duplicate += 1
                case Verdict.FORKED:
                    report.forked += 1
                    if not report.forks:
                        report.forks.append(Fork(self.log.device, entry.sequence, "verdict"))
                case Verdict.HELD:
                    report.held += 1
                    is_done = True
                case Verdict.REJECTED:
                    report.rejected += 1
                    is_done = True
                case _:
                    raise AnswerUnreadable(url=self.server.url, reason=f"an unknown verdict {told.verdict}")
            if is_done and told.code is not None:
                report.codes[told.code] = report.codes.get(told.code, 0) + 1
        return is_done

    def _stored_until(self, frame: list[SignedEntry], reply: wire.PushReply, head: int) -> int:
        for entry, told in zip(frame, reply.verdicts, strict=True):
            if not Verdict(told.verdict).is_stored:
                break
            head = entry.sequence
        return head

    def _waiting(self, after: int) -> int:
        own = self.log.head()
        return max(0, own[0] - after) if own is not None else 0

    def _feeds(self) -> list[str]:
        # The office first: its feed says who may do what in the villages'.
        return self._villages if self._villages is not None else list(dict.fromkeys((OFFICE, self.log.pin.village)))

    async def _pull_all(self, report: SyncReport) -> None:
        """Pull every feed to its end; all of them again from zero, once, if one is not what it was."""
        villages = self._feeds()
        try:
            for village in villages:
                await self._pull(village, report)
        except _Diverged:
            self.mirror.start_over(villages)
            for village in villages:
                await self._pull(village, report)
        self.mirror.finish(villages)

    async def _heal(self, report: SyncReport) -> None:
        healed = await give_back(self.mirror, self.server, self._progress)
        report.healed, report.missing = healed.given, healed.missing
        if healed.given:
            await self._pull_all(report)

    async def _exchange_parts(self, report: SyncReport) -> None:
        if report.forgotten or report.healed:
            parts.give_again(self.log.connection)  # what was lost with the entries was lost beside them, too
        exchanged = await exchange(self.log, self.server, stored_until=report.head)
        report.parts_given, report.parts_filled = exchanged.given, exchanged.filled
        report.parts_erased, report.parts_missing = exchanged.erased, exchanged.missing

    async def _witness(self, report: SyncReport) -> None:
        if self.witnesses:
            seen = await look(self.log.connection, self.log.pin, self.server)
            report.log_state, report.log_size, report.proven = seen.state, seen.size, seen.proven
        report.log_alarms = witness.alarms(self.log.connection)

    async def _pull(self, village: str, report: SyncReport) -> None:
        cursor, last = self.mirror.resume(village)
        while True:
            try:
                page, has_next = await self.server.feed_page(cursor)
            except ServerProblem as problem:
                raise (_Diverged if problem.problem.code == FEED_DIVERGED else problem) from problem
            entries = await asyncio.to_thread(read_page, self.log.pin, cursor, page)
            if has_next and not entries:
                raise AnswerUnreadable(url=self.server.url, reason="a feed that goes on with nothing")
            if last is not None:
                if not entries or not last.is_shown_by(entries[0]):
                    raise _Diverged
                cursor, last, entries = self.mirror.cursor(village), None, entries[1:]
            self._alarm(self.mirror.keep(cursor, entries), report)
            report.pulled += len(entries)
            self._progress(f"pull {village}", report.pulled, 0)
            if not has_next:
                return
            cursor = self.mirror.cursor(village)

    def _alarm(self, seen: list[SeenFork], report: SyncReport) -> None:
        told = {(fork.device, fork.sequence) for fork in report.forks}
        report.forks += [
            Fork(fork.device, fork.sequence, "feed", fork.is_own)
            for fork in seen
            if (fork.device, fork.sequence) not in told
        ]
