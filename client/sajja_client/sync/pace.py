"""How much is said at once on a link that may break: little at first, twice that after a success, half after a loss.

A link tells nothing about itself but by what gets through. Whatever is lost has to be said again, so on a bad link a
frame is small; on a good one it grows to the bound in a few steps.
"""

from typing import Final

from sajja_schemas import limits

FRAME_BYTES_FIRST: Final = 16 * 1024  # of lines before they are packed: two dozen entries
FRAME_BYTES_LEAST: Final = 2 * 1024  # a frame always holds one entry, however large that is
PAGE_ENTRIES_FIRST: Final = 128
PAGE_ENTRIES_LEAST: Final = 8


class Pace:
    """A size that follows the link, within bounds."""

    def __init__(self, *, first: int, least: int, most: int) -> None:
        self.size = min(first, most)
        self._least = min(least, most)
        self._most = most

    def grow(self) -> None:
        """It got through."""
        self.size = min(self.size * 2, self._most)

    def shrink(self) -> None:
        """It was lost, or nobody knows."""
        self.size = max(self.size // 2, self._least)


def of_frames() -> Pace:
    """For what is pushed, in bytes of lines."""
    return Pace(first=FRAME_BYTES_FIRST, least=FRAME_BYTES_LEAST, most=limits.PUSH_BYTES_MAX)


def of_pages() -> Pace:
    """For what is pulled, in entries."""
    return Pace(first=PAGE_ENTRIES_FIRST, least=PAGE_ENTRIES_LEAST, most=limits.FEED_PAGE_ENTRIES_MAX)
