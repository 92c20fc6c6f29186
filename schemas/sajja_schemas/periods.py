"""Which month an entry belongs to: that of its date, unless that month was closed without it.

 * `period_closed` cuts the log of every device at the last entry that the closing unit had of it. An entry within the
   cut belongs to the closed month. One beyond it is late: it keeps its date, and belongs to the first month after it
   that is open, or that was closed with it.
 * A device that the close does not name is beyond its cut, whoever owns it: what is closed stays closed. So a close
   names every device that may post in the ledger, an absent one at the last entry that there was of it.
 * A close knows what its cut reaches. A reopening undoes each close that does not know it. Of the closes that stand,
   one that knows another has no effect: what is closed is not closed again, wider. Two tablets that close without
   knowing of each other each bring what they had. So the answer never depends on the order of arrival.
 * Once a year's trial balance is sealed nothing of it is reopened, and no close that knows the seal changes a month
   that had one before it.
 * What takes a year's income and expense to zero belongs to that year's last month, whenever it was written.
 * Each ledger has its own months. Entries of one log are ordered by their sequence; no clock and no index counts here.

Source: docs/domain.md sections 1.6, 5.13 and 9.12.
"""

from typing import Final

import msgspec

from sajja_schemas.events import Body
from sajja_schemas.events.base import Month
from sajja_schemas.events.closing import FundYearClosed, PeriodClosed, PeriodReopened, YearEndClosed
from sajja_schemas.events.closing import YearEndTrialBalanceSealed as Sealed

DECIDING: Final = frozenset({PeriodClosed, PeriodReopened, Sealed})
_LAST_MONTH: Final = 12
_MONTH_LETTERS: Final = len("2020-08")

Place = tuple[str, int]  # a device, and a sequence of its log


class Close(msgspec.Struct, frozen=True):
    """Where a close stands, and where it cut the log of each device."""

    place: Place
    cut: tuple[Place, ...]

    def knows(self, place: Place) -> bool:
        """Whether its cut reaches a line of a log."""
        return any(device == place[0] and sequence >= place[1] for device, sequence in self.cut)


class Periods(msgspec.Struct):
    """What was said of months and years, by counted entries. Plain data: it can be stored and read again."""

    closes: dict[tuple[str, Month], set[Close]] = {}  # by ledger and month
    reopened: dict[tuple[str, Month], set[Place]] = {}
    sealed: dict[tuple[str, int], set[Place]] = {}  # by ledger and year


def take(periods: Periods, body: Body) -> None:
    """Note a counted entry of `DECIDING`, in place."""
    place = (body.device, body.sequence)
    match event := body.event:
        case PeriodClosed():
            close = Close(place, tuple(sorted((ref.device, ref.sequence) for ref in event.devices)))
            periods.closes.setdefault((event.ledger, event.month), set()).add(close)
        case PeriodReopened():
            periods.reopened.setdefault((event.ledger, event.month), set()).add(place)
        case _:
            assert isinstance(event, Sealed), "of DECIDING, this is the last"
            periods.sealed.setdefault((event.ledger, event.year), set()).add(place)


def cut_of(periods: Periods, ledger: str, month: Month) -> dict[str, int] | None:
    """Where the log of each device was cut when a month was closed; None while it is open."""
    closes = periods.closes.get((ledger, month))
    if not closes:
        return None
    reopened = periods.reopened.get((ledger, month), set())
    if seals := periods.sealed.get((ledger, int(month[:4]))):
        before = {close for close in closes if not any(map(close.knows, seals))}
        reopened = {place for place in reopened if any(close.knows(place) for close in before)}
        closes = before or closes
    standing = {close for close in closes if all(map(close.knows, reopened))}
    first = {close for close in standing if not any(close.knows(other.place) for other in standing - {close})}
    # Logs are chains, so no two honest closes know each other; where their cuts claim so, both are heard.
    cut: dict[str, int] = {}
    for close in first or standing:
        for device, sequence in close.cut:
            cut[device] = max(cut.get(device, 0), sequence)
    return cut if standing else None


def period_of(periods: Periods, body: Body, ledger: str) -> Month:
    """The month of a ledger to which a counted entry belongs."""
    event = body.event
    if isinstance(event, YearEndClosed | FundYearClosed):
        return f"{event.year:04}-{_LAST_MONTH}"
    month = f"{body.date.year:04}-{body.date.month:02}"
    while (cut := cut_of(periods, ledger, month)) is not None and body.sequence > cut.get(body.device, 0):
        month = _month_after(month)
    return month


def is_late(periods: Periods, body: Body, ledger: str) -> bool:
    """Whether an entry came beyond the cut of its own month."""
    cut = cut_of(periods, ledger, body.date.isoformat()[:_MONTH_LETTERS])
    if cut is None or body.sequence <= cut.get(body.device, 0):
        return False
    return not isinstance(body.event, YearEndClosed | FundYearClosed)


def _month_after(month: Month) -> Month:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04}-01" if number == _LAST_MONTH else f"{year:04}-{number + 1:02}"
