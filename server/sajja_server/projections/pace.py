"""When the projector folds, rests and looks: pushes come first, and its lag stays a fraction of a second.

* Having caught up, it rests for a few times as long as the batch took. Many small pushes become one batch, and its
  share of the time stays bounded. What has fallen behind is folded without a rest, in large batches.
* Findings are read from the whole books, so only once they rest. Where they never do, seldom: what a look costs grows
  with the books, and so does how long the next one waits.

Times are seconds of one monotonic clock.
"""

from typing import Final

import msgspec

REST_FACTOR: Final = 4
REST_SECONDS_MAX: Final = 0.25
QUIET_SECONDS: Final = 0.25  # without an entry, until the books are at rest
LOOK_SECONDS_MIN: Final = 1.0  # nobody looks more often
LOOK_SECONDS_MAX: Final = 30.0  # between two looks at books that never rest
LOOK_FACTOR: Final = 20


class Pace(msgspec.Struct):
    """When the books of a network moved, and were looked at."""

    moved_seconds: float = 0.0
    looked_index: int = -1
    looked_seconds: float = float("-inf")
    next_look_seconds: float = 0.0

    def folded(self, began: float, ended: float) -> float:
        """A batch caught up with the log; gives how long to rest."""
        self.moved_seconds = ended
        return min(REST_FACTOR * (ended - began), REST_SECONDS_MAX)

    def is_look_due(self, index: int, now: float) -> bool:
        """Whether to read findings from the books as they stand."""
        is_quiet = now - self.moved_seconds >= QUIET_SECONDS
        is_overdue = now - self.looked_seconds >= LOOK_SECONDS_MAX
        return index != self.looked_index and now >= self.next_look_seconds and (is_quiet or is_overdue)

    def looked(self, index: int, began: float, ended: float) -> None:
        """Findings were read, as of an index."""
        self.looked_index, self.looked_seconds = index, ended
        self.next_look_seconds = began + max(LOOK_SECONDS_MIN, LOOK_FACTOR * (ended - began))
