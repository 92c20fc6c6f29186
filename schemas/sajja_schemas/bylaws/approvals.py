"""The approver class of an event: its declared floor, which bylaws may raise and never lower.

 * A band names an event, an amount and a class. Of the bands whose amount is reached, the highest class applies,
   and never less than the floor. A band below the floor therefore changes nothing; it is a problem of the ruleset.
 * Classes stand in the order A0 to A5. AU is an auditor's key: it is not in that order, neither raised nor asked for.
 * A class must be within reach: A3 needs an event that can name a resolution, A5 one that can name an assembly, and
   `entry_approved` is never raised. A band out of reach is a problem of the ruleset; what it asks for waits, in sight.

Source: docs/domain.md sections 4.3 and 5.2.
"""

from typing import Final

import msgspec

from sajja_schemas.events.base import Approvers, Event
from sajja_schemas.events.ruleset import Bylaws

RISING: Final = (Approvers.A0, Approvers.A1, Approvers.A2, Approvers.A3, Approvers.A4, Approvers.A5)
_AMOUNTS: Final = ("amount_satang", "gross_satang", "total_satang")
_ASKS_FOR: Final = {Approvers.A3: "resolution", Approvers.A5: "assembly"}
_NEVER_RAISED: Final = frozenset({"entry_approved"})  # an approval that waited for an approval would wait for ever


def floor_of(event: Event) -> Approvers:
    """The class that an event declares, by the fields that choose it."""
    declared = event.declared
    return next(
        (there for field, value, there in declared.approvers_where if getattr(event, field) == value),
        declared.approvers,
    )


def approvers_of(event: Event, floor: Approvers, rules: Bylaws | None) -> Approvers:
    """The class that an event needs under these rules, where its declaration asks for `floor`."""
    tag = event.__struct_config__.tag
    if rules is None or not rules.approvals or floor is Approvers.AU or tag in _NEVER_RAISED:
        return floor
    amount_satang = amount_of(event)
    asked = [
        band.approvers
        for band in rules.approvals
        if band.event == tag and band.from_satang <= amount_satang and band.approvers in RISING
    ]
    return max(floor, *asked, key=RISING.index) if asked else floor


def amount_of(event: Event) -> int:
    """The money that bands are about, in satang; 0 where an event has none."""
    return next((getattr(event, field) for field in _AMOUNTS if hasattr(event, field)), 0)


def is_lower(asked: Approvers, floor: Approvers) -> bool:
    """Whether a band asks for less than the floor, or mistakes an auditor for an officer."""
    if Approvers.AU in {asked, floor}:
        return asked is not floor
    return RISING.index(asked) < RISING.index(floor)


def is_within_reach(asked: Approvers, event_type: type[Event]) -> bool:
    """Whether an event of this type can ever complete a class."""
    if event_type.__struct_config__.tag in _NEVER_RAISED:
        return asked is event_type.declared.approvers
    field = _ASKS_FOR.get(asked)
    if field is None or asked is event_type.declared.approvers:
        return True
    return any(field == one.name for one in msgspec.structs.fields(event_type))
