"""Push a log from where the server's head is, frame by frame.

* A push resumes after the server's head. If that is not a line of this log, the last common line is looked for with
  `?at=` and the push goes on from there: both branches become proof. A fork is told loudly and never repaired.
* A server whose log is longer than ours is no reason to push: this log is an old copy, or the key is somebody else's.
* A frame is as large as the link bears (`pace`). One that was lost is said again, smaller, from its first entry: so an
  interruption costs at most one frame. What was sent and not answered is noted as sent, before it leaves; where the
  server's head is behind it, its reply was lost, and it is merged.
* An answer of `held` or `rejected` ends the push. Nothing behind it could be merged, and nothing is skipped: the next
  run begins again at the server's head.
"""

from collections.abc import Callable

from sajja_client import lineage
from sajja_client.log import Log
from sajja_client.problems import AnswerUnreadable
from sajja_client.progress import forget_answers, note_answers, note_sent, note_stored, stored_until
from sajja_client.sync.report import Fork, SyncReport
from sajja_client.sync.server import Server, fitting
from sajja_schemas import wire
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.verdicts import Verdict


class Push:
    """One run's push of one log."""

    def __init__(self, log: Log, server: Server, report: SyncReport, progress: Callable[[str, int, int], None]) -> None:
        self.log = log
        self.server = server
        self.report = report
        self._progress = progress

    async def run(self) -> None:
        """Push what the server has not."""
        report = self.report
        head = await self.server.head()
        report.enrolled = head.enrolled
        after = await self._resume_after(head)
        note_stored(self.log.connection, after)
        report.head = after
        total = waiting_behind(self.log, after)
        while waiting_behind(self.log, after):
            frame, reply = await self.server.push(self._frames_from(after))
            is_done = self._count(frame, reply)
            note_answers(self.log.connection, frame, reply)
            report.head = max(report.head, self._stored_until(frame, reply, report.head))
            after = frame[-1].sequence
            self._progress("push", min(total, report.pushed), total)
            if is_done:
                break
        report.waiting = waiting_behind(self.log, report.head)

    async def _resume_after(self, head: wire.DeviceHead) -> int:
        """The sequence after which to push; a fork that the server's head shows is put into the report."""
        own = self.log.head()
        end = own[0] if own is not None else 0
        ours_there = self.log.hash_at(head.sequence)
        if head.sequence == 0 or (ours_there is not None and to_base64url(ours_there) == head.hash):
            self.report.forgotten = max(0, stored_until(self.log.connection) - head.sequence)
            if self.report.forgotten:
                forget_answers(self.log.connection, head.sequence)
            if head.sequence:
                lineage.settle_alarm(self.log.connection)
            return head.sequence
        lineage.raise_alarm(self.log.connection, head.sequence)
        # Alone at a sequence: there the histories are one. Present at it: this branch is stored as far as that.
        common = await self._last(end, lambda ours, at: at == [ours])
        where = "server_head" if common < end else "server_ahead"
        self.report.forks.append(Fork(self.log.device, common + 1, where))
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

    def _frames_from(self, after: int) -> Callable[[int], list[SignedEntry]]:
        def next_frame(bytes_max: int) -> list[SignedEntry]:
            frame = fitting(self.log.entries(after), bytes_max)
            note_sent(self.log.connection, frame)
            return frame

        return next_frame

    def _count(self, frame: list[SignedEntry], reply: wire.PushReply) -> bool:
        """Count the answers. Gives whether the push ends here."""
        report = self.report
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


def waiting_behind(log: Log, after: int) -> int:
    """How many lines of a log stand behind a sequence."""
    own = log.head()
    return max(0, own[0] - after) if own is not None else 0
