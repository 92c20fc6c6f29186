"""Whose a ledger is: the village that a finding about it is shown to."""

from typing import Any, Final

from sajja_schemas.entry import OFFICE
from sajja_schemas.events import CATALOGUE
from sajja_schemas.events.base import Event

_GROUP: Final = "group:"
_BANK: Final = "bank:"


def village_of(ledger: str) -> str:
    """The village that keeps a ledger; the office, where it is a fund."""
    if ledger.startswith(_BANK):
        return ledger.removeprefix(_BANK)
    if ledger.startswith(_GROUP):
        return ledger.removeprefix(_GROUP).partition("-")[0]
    return OFFICE


def events_with(*fields: str, but: frozenset[Any] | set[Any] = frozenset()) -> tuple[type[Event], ...]:
    """The events that have all of these fields."""
    return tuple(
        event_type
        for event_type in CATALOGUE.values()
        if event_type not in but and set(fields) <= set(event_type.__struct_fields__)
    )
