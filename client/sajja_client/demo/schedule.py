"""When a tablet finds a connection: often within hours, sometimes after weeks (docs/domain.md section 12.6).

A tablet syncs when it is online and has something to push. The two tablets of a village do so independently, so what
one of them refers to may reach the network before it. One tablet is away for 26 days.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from sajja_client.demo import planted, rules
from sajja_client.demo.acts import moment_at
from sajja_client.demo.chance import Chance

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
LONGEST: Final = ("pp09-b", moment_at(rules.meeting_date(9, rules.LAST_MONTH - 1), 7), 26 * _DAY)
# Hours without a connection, and how many stretches of a hundred last so long. Two fifths of the hours are online, so
# the median of nine hours from recording to sync asks for stretches of days.
_OFFLINE_HOURS: Final = ((16, 30), (42, 30), (72, 25), (125, 10), (200, 5))
_ONLINE_OF_OFFLINE: Final = (2, 3)  # online 40 % of the hours, offline 60 %


def draw_syncs(seed: int, term: rules.Term, tablet: str, recorded: Sequence[int], handed_over: date) -> tuple[int, ...]:
    """The moments at which a tablet pushes what it has, the last one after everything; one that is lost, before.

    It was online on the day on which it was handed over.
    """
    chance = Chance(seed, tablet, "syncs")
    is_lost = tablet == planted.LOST_TABLET and planted.loses_a_tablet(term)
    end = moment_at(planted.LOST_ON, 6) if is_lost else moment_at(rules.LAST_DAY, 23)
    opened = moment_at(handed_over, 19)
    windows: list[tuple[int, int]] = [(opened, opened + _HOUR)]
    while (now := windows[-1][1]) < end:
        offline = chance.pick_weighted(_OFFLINE_HOURS) * _HOUR * chance.between(70, 130) // 100
        online = offline * _ONLINE_OF_OFFLINE[0] // _ONLINE_OF_OFFLINE[1]
        windows.append((now + offline, now + offline + online))
    name, away, span = LONGEST
    if tablet == name:
        back = (away + span, away + span + _HOUR)
        windows = sorted([back, *((first, last) for first, last in windows if last < away or first > back[1])])
    syncs = [_first_chance(windows, moment, end) for moment in _last_of_each_stretch(recorded)]
    return tuple(sorted({*syncs, end}))


def _last_of_each_stretch(recorded: Sequence[int]) -> list[int]:
    """Nobody syncs while people queue: the end of each stretch of work."""
    return [first for first, following in pairwise((*recorded, recorded[-1] + _DAY)) if following - first > _HOUR]


def _first_chance(windows: list[tuple[int, int]], moment: int, end: int) -> int:
    ready = moment + 10 * _MINUTE
    for first, last in windows:
        if last > ready:
            return min(max(first, ready), end)
    return end
