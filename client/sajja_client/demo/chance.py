"""Draws that a seed fixes on every machine and in every version of Python: SHA-256 of a name and a counter.

Only integers come out of here, so that no amount of money ever passes through a fraction.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")

_PER_CENT = 100


class Chance:
    """A stream of draws with a name; another name is another stream, so that no draw disturbs another's."""

    def __init__(self, seed: int, *names: object) -> None:
        self._stem = "/".join(map(str, ("sajja demo", seed, *names))).encode()
        self._count = 0

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1."""
        self._count += 1
        digest = sha256(b"%b/%d" % (self._stem, self._count)).digest()
        return int.from_bytes(digest[:8]) % bound

    def between(self, first: int, last: int) -> int:
        """A number from `first` to `last`, both included."""
        return first + self.below(last - first + 1)

    def happens(self, of_100: int) -> bool:
        """Whether something happens that happens so many times in a hundred."""
        return self.below(_PER_CENT) < of_100

    def happens_in_1000(self, of_1000: int) -> bool:
        """Whether something rarer happens."""
        return self.below(1000) < of_1000

    def pick(self, among: Sequence[T]) -> T:
        """One of them."""
        return among[self.below(len(among))]

    def pick_weighted(self, among: Sequence[tuple[T, int]]) -> T:
        """One of them, by their weights."""
        at = self.below(sum(weight for _item, weight in among))
        for item, weight in among:
            if at < weight:
                return item
            at -= weight
        raise AssertionError("the weights add up")

    def sample(self, among: Sequence[T], count: int) -> list[T]:
        """So many different ones of them, in a random order."""
        left = list(among)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of a total in proportion to weights, by the largest remainder; they sum to the total exactly."""
    whole = sum(weights)
    if whole == 0:
        assert total == 0, "nobody is there to take it"
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts
