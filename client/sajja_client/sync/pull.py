"""Pull the feeds of a village to their ends, page by page.

* A page is as large as the link bears, and is kept whole or not at all: an interruption costs at most one page.
* The last kept line is asked for once more: the feed goes on only if the server still shows it as it did.
* A server that was restored, or whose log goes on under a later epoch, has another feed. Then all feeds are pulled into
  the next epoch of this device, for indexes of two histories do not mix. What is the same in both at the beginning is
  found by halving and taken over from what is kept here: on a slow link nobody pulls ten years again.
* Where a line stands in a feed with the index and the moment that it had before, all lines before it are the same,
  too: the log only grows, and what a restored server is given again it receives at another moment.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sajja_client.mirror import Cursor, FeedDiverged, FeedPage, Mirror, SeenFork, read_page
from sajja_client.problems import AnswerUnreadable
from sajja_client.sync.report import Fork, SyncReport

_ONE: Final = 1


class FeedSource(Protocol):
    """Where feeds are pulled from: a server, or a bundle that was carried here."""

    @property
    def url(self) -> str:
        """What people call it."""
        ...

    async def feed_page(self, cursor: Cursor, limit: int | None = None) -> FeedPage:
        """The page behind a cursor, of as many entries as the source finds good where no limit is given.

        Raises:
            FeedDiverged: the cursor is not of this feed.
        """
        ...


class Pull:
    """One run's pull of some feeds."""

    def __init__(
        self,
        mirror: Mirror,
        source: FeedSource,
        villages: Sequence[str],
        report: SyncReport,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self.mirror = mirror
        self.source = source
        self.villages = villages
        self.report = report
        self._progress = progress

    async def run(self) -> None:
        """Pull every feed to its end; into the next epoch, once, if one is not what it was."""
        try:
            for village in self.villages:
                await self._pull(village)
        except FeedDiverged:
            # Found before anything is changed: a link that breaks meanwhile leaves everything as it was.
            common = {village: await self._common(village) for village in self.villages}
            self.mirror.start_over(common)
            for village in self.villages:
                await self._pull(village)
        self.mirror.finish(self.villages)

    async def _pull(self, village: str) -> None:
        cursor, last = self.mirror.resume(village)
        while True:
            page = await self.source.feed_page(cursor)
            entries = await asyncio.to_thread(read_page, self.mirror.pin, cursor, page.lines)
            if page.has_next and not entries:
                raise AnswerUnreadable(url=self.source.url, reason="a feed that goes on with nothing")
            if last is not None:
                if not entries or not last.is_shown_by(entries[0]):
                    raise FeedDiverged
                cursor, last, entries = self.mirror.cursor(village), None, entries[1:]
            self._alarm(self.mirror.keep(cursor, entries, network_epoch=page.epoch))
            self.report.pulled += len(entries)
            self._progress(f"pull {village}", self.report.pulled, 0)
            if not page.has_next:
                return
            cursor = self.mirror.cursor(village)

    async def _common(self, village: str) -> int:
        """The last feed sequence at which the source shows what is kept here; 0 where there is none."""
        low, high = 0, self.mirror.cursor(village).after
        middle = high  # a later epoch of the same history: nothing has changed but the name
        while low < high:
            low, high = (middle, high) if await self._is_shown(village, middle) else (low, middle - 1)
            middle = (low + high + 1) // 2
        return low

    async def _is_shown(self, village: str, feed_sequence: int) -> bool:
        kept = self.mirror.kept_at(village, feed_sequence)
        cursor = Cursor(village, 0, feed_sequence - 1, None, -1)
        page = await self.source.feed_page(cursor, _ONE)
        shown = await asyncio.to_thread(read_page, self.mirror.pin, cursor, page.lines)
        return bool(shown) and kept.is_shown_by(shown[0])

    def _alarm(self, seen: list[SeenFork]) -> None:
        told = {(fork.device, fork.sequence) for fork in self.report.forks}
        self.report.forks += [
            Fork(fork.device, fork.sequence, "feed", fork.is_own)
            for fork in seen
            if (fork.device, fork.sequence) not in told
        ]
