"""What the books know besides balances: which loans, members, claims and meetings there are, and how they stand.

One module a register, each with its declared notes (`noting`). `note` takes an entry's notes with +1 when it counts and
with -1 when it is reversed; `books` calls it beside posting, and nobody else does.
"""

from typing import Final

from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.events.base import Event
from sajja_schemas.postings import Line
from sajja_schemas.registers import (
    activity,
    claims,
    growth,
    lending,
    loans,
    meetings,
    members,
    papers,
    reported,
    resolutions,
    said,
    savings,
)
from sajja_schemas.registers.boxes import may_move_cash, note_boxes
from sajja_schemas.registers.movements import note_movements
from sajja_schemas.registers.noting import Note, Registers, Taker, compile_notes
from sajja_schemas.registers.receipts import note_receipt
from sajja_schemas.registers.savings import MONTHS, note_months

__all__ = ["NOTES", "Registers", "note"]

NOTES: Final[tuple[Note, ...]] = (
    *members.NOTES,
    *savings.NOTES,
    *loans.NOTES,
    *lending.NOTES,
    *claims.NOTES,
    *meetings.NOTES,
    *papers.NOTES,
    *reported.NOTES,
    *said.NOTES,
    *activity.NOTES,
    *resolutions.NOTES,
    *growth.NOTES,
)


def _takers() -> dict[type[Event], tuple[Taker, ...]]:
    """All that is taken of each type of event, so that a replay asks once for an entry."""
    takers = compile_notes(NOTES)
    for event_type in MONTHS:
        takers[event_type] = (*takers.get(event_type, ()), note_months)
    for event_type in CATALOGUE.values():
        if event_type.declared.postings:
            takers[event_type] = (*takers.get(event_type, ()), note_movements)
        if may_move_cash(event_type):
            takers[event_type] = (*takers.get(event_type, ()), note_boxes)
    return takers


_TAKERS: Final = _takers()


def note(registers: Registers, body: Body, lines: list[Line], sign: int) -> None:
    """Note an entry as it counts (+1) or is reversed (-1)."""
    event = body.event
    for take in _TAKERS.get(type(event), ()):
        take(registers, body, lines, sign)
    if event.receipt is not None:
        note_receipt(registers, body, event.receipt, sign)
