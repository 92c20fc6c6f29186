"""Whose approval an entry needs under the bylaws, as of the index at which it is admitted.

 * Authority is judged at the index: only what has been adopted *and counts* by then is asked, and what is asked of an
   entry is decided once. Adopting afterwards changes nothing for it.
 * A business date is the author's claim, and so is the day that its feed has reached (the latest date that counts
   there). The office's feed has reached a day, too, which no village can move. So the rules of **every day** from the
   earliest to the latest of these three are asked, and the strictest hold. Whoever dates back does not escape a rule
   that has come into force; whoever dates forward, once or twice, does not escape the one that still is: today lies
   between. Days of these two feeds, not the network's: a tablet that folds them must come to the same answer.
 * A raised class is **joined**: the declared class stays, and both must be complete. To put another in its place could
   lower the floor: three network officers are not an assembly of the village, a president and a secretary are not the
   treasurer.
 * Of what an officer of the village is a party to, as a member, an event may declare classes that are joined: whom the
   committee lends to among themselves, the network countersigns. Roles and memberships are those at the index, too.
 * The approval itself is never raised: it would wait for an approval.

Sources: docs/domain.md sections 4.5 and 5.2, LOG_FORMAT.md section 9.2, docs/adr/0016 and 0024.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from sajja_schemas.bylaws.approvals import RISING, approvers_of, floor_of
from sajja_schemas.bylaws.history import RulesetHistory, in_force_within
from sajja_schemas.bylaws.ruling import ledgers_raising, own_ledger
from sajja_schemas.events import TAGS, Body
from sajja_schemas.events.base import Approvers, Event
from sajja_schemas.events.ruleset import Bylaws


class Demand(msgspec.Struct, frozen=True):
    """The classes that must be complete, each by itself, and the quorum of an assembly."""

    approvers: Approvers
    also: tuple[Approvers, ...] = ()
    quorums_bp: tuple[int | None, ...] = ()  # as the bylaws of these days say; None where the founding entry does

    @property
    def classes(self) -> tuple[Approvers, ...]:
        """Every class that is asked for."""
        return (self.approvers, *self.also)


FREE: Final = Demand(Approvers.A0)  # the device's signature is enough


def is_raisable(history: RulesetHistory, event: Event) -> bool:
    """Whether a band has ever named this event: of any other nobody need look rules up."""
    return TAGS[type(event)] in history.banded


def demand_of(
    history: RulesetHistory, body: Body, unit: str, reached: Iterable[date], *, is_of_an_officer: bool = False
) -> Demand:
    """What an entry needs that is admitted now.

    Args:
        history: the rulesets that count by now.
        body: of the entry.
        unit: its author's.
        reached: the latest business date that counts by now, in its feed and in the office's, as far as one does.
        is_of_an_officer: whether a party to it is an officer of its village.
    """
    event = body.event
    floor = floor_of(event)
    days = sorted({body.date, *reached})
    classes = dict.fromkeys((floor, *event.declared.also))
    if is_raisable(history, event):
        for ledger in ledgers_raising(event, body.village, unit):
            classes |= dict.fromkeys(approvers_of(event, floor, rules) for rules in _rules_of(history, ledger, days))
    if is_of_an_officer:
        classes |= dict.fromkeys(event.declared.of_an_officer)
    if event.paper_reason is not None:
        classes |= {Approvers.A1: None}  # recorded against a rule: two officers stand for it
    if len(classes) > 1:
        classes.pop(Approvers.A0, None)  # another class asks for more than the device
    approvers, *also = classes
    if approvers is Approvers.A0:
        return FREE
    quorums_bp: tuple[int | None, ...] = ()
    if hasattr(event, "assembly"):
        ruled = _rules_of(history, own_ledger(body.village), days)
        quorums_bp = tuple(rules.general_meeting_quorum_bp if rules else None for rules in ruled)
    return Demand(approvers, tuple(also), quorums_bp)


def demand_of_reversal(original: Demand) -> Approvers:
    """The class of a reversal: A2 where its original's is A2 or stands above it, else A1.

    Never A3 or more: there is no resolution and no assembly in a reversal, and a mistake must be put right in days.
    """
    least = RISING.index(Approvers.A2)
    is_weighty = any(one in RISING and RISING.index(one) >= least for one in original.classes)
    return Approvers.A2 if is_weighty else Approvers.A1


def _rules_of(history: RulesetHistory, ledger: str, days: Sequence[date]) -> list[Bylaws | None]:
    return [one.rules if one is not None else None for one in in_force_within(history, ledger, days[0], days[-1])]
