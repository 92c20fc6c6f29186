"""How often somebody may ask: token buckets, in this process's memory, bounded.

* A bucket holds so many tokens and gains one every so often; a request takes one, or is told how long to wait.
* Buckets are never more than a bound. A bucket that would be full again says nothing and is dropped first; where a
  flood of new names fills the rest, the oldest go, which forgives a few and keeps the memory.
* Several processes count each for itself: the bounds are against floods, not a measure of anything.
* Time is passed in, monotonic, in seconds.
"""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

import msgspec

_BUCKETS_MAX = 20_000
_ROUNDING_SECONDS = 1e-9
_IPV6_NETWORK_BITS = 64  # what one household is given; a stranger must not have 2^64 buckets


class Rate(msgspec.Struct, frozen=True):
    """So many at once, and one more every so many seconds."""

    burst: int
    seconds_each: float


class Buckets:
    """A bucket for each name, all of one rate."""

    def __init__(self, rate: Rate, *, buckets_max: int = _BUCKETS_MAX) -> None:
        self.rate = rate
        self._max = buckets_max
        # When each bucket will be full again: what is taken is time. The least lately used comes first.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, name: str, now_seconds: float) -> float:
        """Take a token. Gives 0, or the seconds until there is one (then nothing was taken)."""
        full_at = max(self._full_at.get(name, now_seconds), now_seconds)
        spent_seconds = self.rate.burst * self.rate.seconds_each
        wait_seconds = full_at + self.rate.seconds_each - now_seconds - spent_seconds
        if wait_seconds > _ROUNDING_SECONDS:
            return wait_seconds
        self._full_at[name] = full_at + self.rate.seconds_each
        self._full_at.move_to_end(name)
        self._forget(now_seconds)
        return 0

    def give_back(self, name: str) -> None:
        """Put a token back: what was asked turned out to be nobody's attack."""
        if name in self._full_at:
            self._full_at[name] -= self.rate.seconds_each

    def _forget(self, now_seconds: float) -> None:
        while self._full_at:
            name, full_at = next(iter(self._full_at.items()))
            if full_at > now_seconds and len(self._full_at) <= self._max:
                return
            del self._full_at[name]


def neighbourhood(address: str) -> str:
    """The name of an address's bucket: itself, or the network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{parsed.packed[: _IPV6_NETWORK_BITS // 8].hex()}::/{_IPV6_NETWORK_BITS}"
