"""How large a run is, and where its randomness comes from.

Each part of the story draws from a stream of its own, named after what it decides: a new choice in one place does not
change the others.
"""

import random
from dataclasses import dataclass
from typing import Final

from support.link import FAIR, Fate, Weather

NETWORK: Final = "simnet"


@dataclass(frozen=True)
class Size:
    """The bounds between which a seed chooses."""

    villages: tuple[int, int]
    servers: tuple[int, ...]
    steps: tuple[int, int]
    acts: tuple[int, int]  # in a step; an act is one to eight entries
    syncs: tuple[int, int]  # devices that sync at once in a step
    troubles: int  # processes that are killed, connections that are dropped
    sticks: int  # that somebody writes and carries
    may_crash_database: bool  # not where other tests share it


FULL = Size(
    villages=(4, 6), servers=(2, 3), steps=(70, 110), acts=(1, 6), syncs=(1, 4), troubles=20, sticks=8,
    may_crash_database=True,
)  # fmt: skip
SMALL = Size(
    villages=(2, 2), servers=(1, 2), steps=(14, 18), acts=(2, 6), syncs=(1, 3), troubles=4, sticks=2,
    may_crash_database=False,
)  # fmt: skip


YEAR_1970_MS: Final = 0
YEAR_2030_MS: Final = 1_893_456_000_000
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class Clock:
    """A tablet's clock: how far from the time it is, and where it steps, by how much. It decides nothing."""

    ahead_ms: int = 0
    steps_at: int = 0
    steps_ms: int = 0

    def shows(self, true_ms: int, step: int) -> int:
        """What it shows at a moment of a step."""
        return max(0, true_ms + self.ahead_ms + (self.steps_ms if step >= self.steps_at else 0))


def clock_of(chance: random.Random, founded_ms: int, steps: int) -> Clock:
    """As often good as not; else it lost its battery, is years ahead, or somebody sets it back on the way."""
    steps_at = chance.randrange(1, steps)
    return chance.choice(
        (
            Clock(), Clock(), Clock(),
            Clock(YEAR_1970_MS - founded_ms),
            Clock(YEAR_2030_MS - founded_ms),
            Clock(0, steps_at, -chance.randrange(1, 400 * _DAY_MS)),
            Clock(YEAR_2030_MS - founded_ms, steps_at, founded_ms - YEAR_2030_MS),
        )
    )  # fmt: skip


def server_clock_of(chance: random.Random) -> int:
    """How far a server's clock is ahead, in milliseconds; no entry may notice."""
    return chance.choice((0, 0, 0, 0, 3_000, -7_200_000, 4 * 365 * _DAY_MS, -50 * 365 * _DAY_MS))


# How often each comes. A link that stays half open takes as long as a timeout: the tests of bad links have it.
_FATES: Final = {
    Fate.PASSES: 10, Fate.REFUSED: 1, Fate.STALLS: 1, Fate.CUT_UP: 3, Fate.CUT_DOWN: 3,
    Fate.REPLY_LOST: 3, Fate.TWICE: 3,
}  # fmt: skip


def stream(seed: int, *names: object) -> random.Random:
    """The randomness of one part of the story."""
    return random.Random("/".join(map(str, ("sajja simulation v1", seed, *names))))


def weather_of(chance: random.Random) -> Weather:
    """What one connection meets: as often fair as not."""
    fate = chance.choices(list(_FATES), weights=tuple(_FATES.values()))[0]
    # A session takes some 700 bytes, a head 400: cuts fall into every part of a sync, pushes and pages included.
    after_bytes = int(chance.triangular(1, 12_000, 1_500))
    return Weather(
        fate=fate,
        after_bytes=after_bytes,
        at_request=chance.choice((0, 1, 2, 3, 3, 3, 4, 5)),  # 3 is the first push
        server=chance.randrange(2),
        latency_ms=chance.choice((0.0, 0.0, 1.0, 4.0)),
    )


def fair_weather(connection: int) -> Weather:
    """The last days: everything gets through, by one server and the other."""
    return Weather(FAIR.fate, server=connection)
