"""What befalls the machines of a story: killed at any moment and at named points, stopped, cut off, restarted, rebuilt.

The seed says what happens in which step, and how long a process stays away. Which process comes first to a point that
is armed is the machine's own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from simulation.machines import Machines
from simulation.plan import Size, stream
from simulation.points import POINTS, ROWS

_MOMENT_SECONDS: Final = 0.15  # within which something happens while devices sync


class Troubles:
    """The troubles of one story."""

    def __init__(self, machines: Machines, size: Size, seed: int, steps: int) -> None:
        """Plan which step brings what. The first is always a kill: a story must not be without a restart."""
        chance = stream(seed, "troubles")
        kinds = ["kill", *POINTS, *ROWS, "kill", "stop", "drop_sessions", "rebuild"]
        kinds += ["crash_database"] * size.may_crash_database
        planned = sorted(chance.sample(range(3, steps), size.troubles))
        rest = kinds[1:] if size.troubles >= len(kinds) else chance.sample(kinds[1:], size.troubles - 1)
        chance.shuffle(rest)
        self.planned = dict(zip(planned, [kinds[0], *rest], strict=False))
        self._machines = machines
        self._seed = seed
        self._back: dict[int, int] = {}  # when a process that is away comes back, by number
        self._asked: list[str] = []

    async def begin_step(self, step: int) -> None:
        """Who has died meanwhile is seen, and who was away long enough comes back."""
        chance = stream(self._seed, "away", step)
        for number in self._machines.reap():
            self._back[number] = step + chance.choice((0, 0, 1, 3))
        for number, due in list(self._back.items()):
            if step >= due:
                del self._back[number]
                await self._machines.start(number)
                if not self._machines.is_up(number):  # it died as it came up
                    self._back[number] = step + 1

    async def strike(self, step: int) -> None:
        """What the step brings, while devices sync."""
        kind = self.planned.get(step)
        if kind is None:
            return
        chance = stream(self._seed, "trouble", step)
        number, moment = chance.randrange(self._machines.count), chance.uniform(0.0, _MOMENT_SECONDS)
        if kind in POINTS:
            self._asked.append(kind)
            self._machines.arm(kind)  # at once, and for as long as it takes
            return
        if kind in ROWS:
            await self._machines.die_with_rows_written(kind)
        else:
            await asyncio.sleep(moment)
            await self._do(kind, number)
        for away in range(self._machines.count):
            if not self._machines.is_up(away):
                self._back.setdefault(away, step + chance.choice((1, 1, 2, 4)))

    async def _do(self, kind: str, number: int) -> None:
        of_one: dict[str, Callable[[int], Awaitable[None]]] = {"kill": self._machines.kill, "stop": self._machines.stop}
        of_all: dict[str, Callable[[], Awaitable[None]]] = {
            "drop_sessions": self._machines.drop_sessions,
            "crash_database": self._machines.crash_database,
            "rebuild": self._machines.rebuild,
        }
        if kind in of_all:
            await of_all[kind]()
        elif self._machines.is_up(number):
            await of_one[kind](number)

    async def end(self) -> list[str]:
        """Nothing more happens, and everybody comes back. Gives the points at which somebody has died."""
        armed = set(self._machines.armed())
        self._machines.disarm()
        self._machines.reap()
        for number in range(self._machines.count):
            await self._machines.start(number)
        return [point for point in self._asked if point not in armed]
