"""How much a device has brought lately: what a stolen key may write into the log is bounded, and no village meets it.

* Nothing signed is refused for what it says, so a flood is slowed and not judged: the device is asked to go on later.
* A level that drains over a day, kept by each process in memory: a bound need not be exact, and it must cost nothing.
"""

from typing import Final

_DAY_SECONDS: Final = 86_400
_DEVICES_MAX: Final = 10_000
Device = tuple[str, bytes]  # network, device


class Quota:
    """The level of each device, as of when it last brought something."""

    def __init__(self, per_day: int) -> None:
        self._per_second = per_day / _DAY_SECONDS
        self._levels: dict[Device, tuple[float, float]] = {}

    def brought(self, device: Device, now_seconds: float) -> float:
        """What a device has brought lately."""
        level, at = self._levels.get(device, (0.0, now_seconds))
        return max(0.0, level - (now_seconds - at) * self._per_second)

    def take(self, device: Device, count: int, now_seconds: float) -> None:
        """Note that a device brings so many entries."""
        level = self.brought(device, now_seconds) + count
        self._levels.pop(device, None)
        if len(self._levels) >= _DEVICES_MAX:
            self._levels.pop(next(iter(self._levels)))  # who was heard least lately
        self._levels[device] = (level, now_seconds)
