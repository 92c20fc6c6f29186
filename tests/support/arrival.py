"""How entries may reach the network log: every device pushes whenever it likes, and the server's own rules admit them.

What is held (its device not enrolled yet, its predecessor missing) stays with its device and is tried again, as real
clients do; what was stored before may be pushed once more.
"""

import random
from collections.abc import Sequence

from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.chain import Admission
from sajja_schemas.entry import SignedEntry, from_base64url, to_base64url
from sajja_schemas.verdicts import Verdict
from support.world import World


class Arrival:
    """A network log that grows as devices push, with its fold beside it."""

    def __init__(self, world: World) -> None:
        self.admission = Admission(from_base64url(world.fingerprint, 32))
        self.books: Books = open_books(world.network, world.fingerprint)
        self._bodies: dict[str, bytes] = {}
        self._enrolled: set[str] = set()

    @property
    def log(self) -> list[SignedEntry]:
        """What was admitted, in index order."""
        return self.admission.log

    def push(self, entry: SignedEntry) -> Verdict:
        """Judge one entry, and fold it if it is new."""
        judged = self.admission.judge(entry)
        if judged.verdict is Verdict.MERGED:
            name = to_base64url(entry.hash)
            apply(self.books, Admitted(len(self._bodies), name, entry.body), self._bodies.get)
            self._bodies[name] = entry.body
            for device in self.books.trust.devices.keys() - self._enrolled:
                self._enrolled.add(device)
                self.admission.enrolled.add(from_base64url(device, 32))
        return judged.verdict

    def push_all(self, entries: Sequence[SignedEntry]) -> list[SignedEntry]:
        """Push a device's entries in their order; gives those that were held, to be tried again."""
        for at, entry in enumerate(entries):
            if self.push(entry) is Verdict.HELD:
                return list(entries[at:])
        return []


def logs_of(world: World) -> list[list[SignedEntry]]:
    """The log of every device."""
    return [list(tablet.log) for unit in world.units.values() for tablet in unit.tablets]


def arrive(world: World, chance: random.Random, *, again_in_ten: int = 0) -> Arrival:
    """Let everything that was recorded arrive in some admissible order.

    Args:
        world: whose devices push.
        chance: who pushes next, and how much.
        again_in_ten: how many of ten entries are pushed together with one that was stored before.
    """
    arrival, logs = Arrival(world), logs_of(world)
    while any(logs):
        log = chance.choice([log for log in logs if log])
        for _push in range(chance.randrange(1, 20)):
            if not log or arrival.push(log[0]) is Verdict.HELD:
                break  # kept, and tried again
            log.pop(0)
            if chance.randrange(10) < again_in_ten:
                assert arrival.push(chance.choice(arrival.log)) is Verdict.DUPLICATE
    return arrival
