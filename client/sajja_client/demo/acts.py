"""What the plan is made of: acts and approvals, each on a tablet at a simulated moment.

* A moment is milliseconds since 1970, and becomes `recorded_at`. `day` is the business date; it may be earlier.
* An act has a name, so that later acts can refer to it. A recipe makes its event once the entries it refers to have
  their hashes.
* `Diary` collects the steps of one unit; whoever plans may do so in any order, for `moment` decides.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, Protocol

import msgspec

from sajja_schemas import limits
from sajja_schemas.calendar import BANGKOK
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import AnyEvent, Body, lines_of
from sajja_schemas.personal_data import Person
from sajja_schemas.postings import Line

_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAY_SECONDS: Final = 24 * 60 * 60
_BANGKOK_SECONDS: Final = 7 * 60 * 60
assert BANGKOK.utcoffset(None).seconds == _BANGKOK_SECONDS


class Written(Protocol):
    """What a recipe may ask for: what has been written before."""

    fingerprint: str

    def ref(self, name: str) -> EntryRef:
        """How a body names the entry of an earlier act."""

    def public_key(self, *names: str) -> str:
        """The public key of a tablet, or of an officer on a tablet."""

    def device(self, tablet: str) -> str:
        """The name of a tablet as bodies spell it."""

    def proof(self, unit: str, holder: str, *names: str) -> str:
        """A key's signature over its own enrolment request."""


Recipe = Callable[[Written], AnyEvent]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One entry to record."""

    name: str
    tablet: str
    moment: int
    day: date
    by: str
    village: str
    event: AnyEvent | Recipe
    undoes: str | None = None  # of a reversal: the act whose postings it negates
    personal: Person | None = None  # what travels beside it


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Officers approve a list of acts, with their keys on this tablet."""

    name: str
    tablet: str
    moment: int
    day: date
    by: str
    village: str
    names: tuple[str, ...]
    persons: tuple[str, ...]


Step = Act | Approval


def moment_at(day: date, hour: int, minute: int = 0, second: int = 0) -> int:
    """The moment of a time of day in Bangkok."""
    days = day.toordinal() - _EPOCH
    return (days * _DAY_SECONDS + hour * 3600 + minute * 60 + second - _BANGKOK_SECONDS) * 1000


class Desk:
    """A tablet at a table: who types, and how far its day has come."""

    def __init__(self, unit: str, letter: str, by: str) -> None:
        self.tablet = f"{unit}-{letter}"
        self.by = by
        self.day = date.min
        self.moment = 0

    def sit_down(self, day: date, hour: int, minute: int = 0) -> None:
        """Go on at this time; a table that is still busy then goes on after what it does."""
        self.day = day
        self.moment = max(self.moment, moment_at(day, hour, minute))

    def tick(self, seconds: int) -> int:
        """Let time pass, and say what time it is then."""
        self.moment += seconds * 1000
        return self.moment


class Diary:
    """The steps of one unit."""

    def __init__(self, unit: str, prefix: str = "") -> None:
        self.unit = unit
        self.prefix = prefix  # of the names, where a unit has a diary before this one
        self.steps: list[Step] = []
        self._last: dict[str, str] = {}  # of each tablet, by name
        self._acts: dict[str, Act] = {}
        self._lines: dict[str, list[Line]] = {}  # what each posts, once it was asked for

    def act(
        self,
        desk: Desk,
        event: AnyEvent | Recipe,
        *,
        seconds: int = 20,
        day: date | None = None,
        village: str | None = None,
        undoes: str | None = None,
        personal: Person | None = None,
        lines: list[Line] | None = None,
    ) -> str:
        """Plan an entry as the next thing at this desk, with its lines where they are known; gives its name."""
        act = Act(
            name=f"{self.prefix}{self.unit}/{len(self.steps)}",
            tablet=desk.tablet,
            moment=desk.tick(seconds),
            day=day or desk.day,
            by=desk.by,
            village=village or self.unit,
            event=event,
            undoes=undoes,
            personal=personal,
        )
        self.steps.append(act)
        self._last[act.tablet] = act.name
        self._acts[act.name] = act
        if lines is not None:
            self._lines[act.name] = lines
        return act.name

    def approve(self, desk: Desk, names: Sequence[str], persons: Iterable[str], *, village: str | None = None) -> None:
        """Plan that officers approve these acts, in as many lists as the format needs."""
        for start in range(0, len(names), limits.APPROVED_ENTRIES_MAX):
            approval = Approval(
                name=f"{self.prefix}{self.unit}/{len(self.steps)}",
                tablet=desk.tablet,
                moment=desk.tick(60),
                day=desk.day,
                by=desk.by,
                village=village or self.unit,
                names=tuple(names[start : start + limits.APPROVED_ENTRIES_MAX]),
                persons=tuple(persons),
            )
            self.steps.append(approval)
            self._last[approval.tablet] = approval.name

    def record_again(self, old: str, new: str, since: int, until: int, *, delay: int) -> None:
        """A tablet is lost: what it held from one moment to another is typed in later on another, which goes on."""
        for at, step in enumerate(self.steps):
            if step.tablet != old or step.moment < since:
                continue
            moved = msgspec.structs.replace(step, tablet=new)
            if step.moment < until:
                moved = msgspec.structs.replace(moved, moment=step.moment + delay)
                if isinstance(moved, Act):
                    moved = msgspec.structs.replace(moved, event=_from_paper(moved.event))
            self.steps[at] = moved
            if isinstance(moved, Act):
                self._acts[moved.name] = moved

    def last_of(self, tablet: str) -> str | None:
        """The name of the last step that was planned for a tablet."""
        return self._last.get(tablet)

    def acts(self) -> list[Act]:
        """Every act, in the order in which they were planned."""
        return list(self._acts.values())

    def movements(self) -> list[tuple[date, int, list[Line]]]:
        """What every act posts once everything is approved, in business order."""
        found = [(act.day, act.moment, self.lines(act)) for act in self._acts.values()]
        return sorted(found, key=lambda movement: movement[:2])

    def lines(self, act: Act) -> list[Line]:
        """What one act posts; a reversal posts the negation of what it undoes."""
        lines = self._lines.get(act.name)
        if lines is None:
            lines = self._lines[act.name] = self._post(act)
        return lines

    def _post(self, act: Act) -> list[Line]:
        if act.undoes is not None:
            lines = self.lines(self._acts[act.undoes])
            return [(ledger, account, sub, -amount) for ledger, account, sub, amount in lines]
        return [] if callable(act.event) else post(act.event, act.village)


def _from_paper(event: AnyEvent | Recipe) -> AnyEvent | Recipe:
    if callable(event):
        return lambda written: msgspec.structs.replace(event(written), source="paper")
    return msgspec.structs.replace(event, source="paper")


def post(event: AnyEvent, village: str) -> list[Line]:
    """What an event posts, before anybody has signed it."""
    body = Body(
        v=1, network="-", village=village, device="-", sequence=1, previous="-", by="-", date=date.min, recorded_at=0,
        event=event,
    )  # fmt: skip
    return lines_of(body)


def sum_up(movements: Iterable[tuple[date, int, list[Line]]]) -> dict[tuple[str, int, str], int]:
    """The change of every balance."""
    sums: dict[tuple[str, int, str], int] = {}
    for _day, _moment, lines in movements:
        for ledger, account, sub, amount in lines:
            sums[ledger, account, sub] = sums.get((ledger, account, sub), 0) + amount
    return sums
