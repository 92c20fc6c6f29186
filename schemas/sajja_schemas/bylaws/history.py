"""The rulesets that were adopted, and the one in force on a day.

 * A ruleset is in force from its effective date, but never from a day before the meeting that adopted it: what was done
   under another rule was done rightly.
 * Of those in force, the one that came into force last applies. Where two came into force on one day, the higher
   version; where a version was adopted twice, the one whose adoption counts later in the log.
 * So the answer depends on arrival only where two meetings claim one version for one day, and taking another ruleset
   never changes an answer for a day before that ruleset's own.
 * Nothing is ever taken out: a ruleset is changed by the next.

Pure state of the fold: `take` is called once for each `ruleset_adopted` that counts, at the index where it counts.
"""

from bisect import insort
from datetime import date

import msgspec

from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws


class Adopted(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a ledger's bylaws, as a general meeting adopted it."""

    ledger: str
    version: int
    effective_from: date
    met_on: date
    index: int  # of the log, where the adoption counts
    rules: Bylaws

    @property
    def in_force_from(self) -> date:
        """The first day on which these rules apply."""
        return max(self.effective_from, self.met_on)


class RulesetHistory(msgspec.Struct):
    """Every adopted ruleset of every ledger. Plain data: it can be stored and read again."""

    by_ledger: dict[str, list[Adopted]] = {}  # in the order in which they came into force
    banded: set[str] = set()  # tags that a band of approvals has ever named: of any other, nobody need look rules up

    def take(self, event: RulesetAdopted, index: int, recorded_on: date) -> Adopted:
        """Remember an adoption that counts, in place.

        Args:
            event: the adoption.
            index: of the log, where it counts.
            recorded_on: the entry's business date: the day of the meeting, where the event names no other.
        """
        adopted = Adopted(
            ledger=event.ledger,
            version=event.version,
            effective_from=event.effective_from,
            met_on=event.met_on or recorded_on,
            index=index,
            rules=event.rules,
        )
        self.banded.update(band.event for band in event.rules.approvals)
        insort(self.by_ledger.setdefault(event.ledger, []), adopted, key=_precedence)
        return adopted

    def last(self, ledger: str) -> Adopted | None:
        """The highest version of a ledger, whether or not it is in force yet."""
        return max(self.by_ledger.get(ledger, ()), key=lambda one: (one.version, one.index), default=None)

    def version(self, ledger: str, version: int) -> Adopted | None:
        """A version that an entry names."""
        same = (one for one in self.by_ledger.get(ledger, ()) if one.version == version)
        return max(same, key=lambda one: one.index, default=None)


def in_force(adopted: RulesetHistory, ledger: str, on: date) -> Adopted | None:
    """The ruleset that applies to a ledger on a business date; None where nothing is ruled yet."""
    for one in reversed(adopted.by_ledger.get(ledger, ())):
        if one.effective_from <= on and one.met_on <= on:  # `in_force_from`, asked of every entry
            return one
    return None


def in_force_within(adopted: RulesetHistory, ledger: str, first: date, last: date) -> list[Adopted | None]:
    """Each ruleset that applies to a ledger on some day from the first to the last; None for days without any."""
    at_first = in_force(adopted, ledger, first)
    began = {one.in_force_from: one for one in adopted.by_ledger.get(ledger, ()) if first < one.in_force_from <= last}
    return [at_first, *began.values()]  # of those that began on one day the last takes precedence


def _precedence(one: Adopted) -> tuple[date, int, int]:
    return one.in_force_from, one.version, one.index
