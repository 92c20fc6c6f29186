"""The server's clock, as it is. It numbers nothing and decides nothing about an entry; it is only written down.

So nothing is wrong where it steps, but what is written down is: a step back, or forward over an hour, is told loudly.
"""

import time
from typing import Final

import msgspec

BACK_MS: Final = 1_000  # an adjustment, not a step
FORWARD_MS: Final = 3_600_000
BEHIND_THE_LOG_MS: Final = 60_000  # by which two servers' clocks may differ
_NANOSECONDS: Final = 1_000_000


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // _NANOSECONDS


class ClockWatch(msgspec.Struct):
    """Compares the clock with one that cannot be set."""

    ahead_ms: int | None = None  # of the one that cannot be set, when last asked

    def step_ms(self, now: int, steady: int) -> int:
        """How far the clock stepped since it was last asked, back where negative; 0 where that is no alarm.

        Args:
            now: what the clock shows.
            steady: milliseconds of a clock that cannot be set.
        """
        ahead, self.ahead_ms = self.ahead_ms, now - steady
        step = self.ahead_ms - ahead if ahead is not None else 0
        return step if step < -BACK_MS or step > FORWARD_MS else 0


def steady_ms() -> int:
    """Milliseconds of a clock that cannot be set."""
    return time.monotonic_ns() // _NANOSECONDS
