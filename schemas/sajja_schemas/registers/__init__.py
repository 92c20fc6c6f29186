"""What the books know besides balances: which loans, members, claims and meetings there are, and how they stand.

One module a register, each with its declared notes (`noting`). `note` takes an entry's notes with +1 when it counts and
with -1 when it is reversed; `books` calls it beside posting, and nobody else does.
"""

from typing import Final

from sajja_schemas.events import Body
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
    moratoria,
    owing,
    papers,
    refinancing,
    reported,
    resolutions,
    said,
    savings,
)
from sajja_schemas.registers.boxes import note_boxes
from sajja_schemas.registers.movements import note_movements
from sajja_schemas.registers.noting import Note, Registers, Taker, compile_note, day_of
from sajja_schemas.registers.receipts import note_receipt
from sajja_schemas.registers.savings import MONTHS, note_months

__all__ = ["NOTES", "Registers", "note"]

NOTES: Final[tuple[Note, ...]] = (
    *members.NOTES,
    *savings.NOTES,
    *loans.NOTES,
    *lending.NOTES,
    *moratoria.NOTES,
    *owing.NOTES,
    *refinancing.NOTES,
    *claims.NOTES,
    *meetings.NOTES,
    *papers.NOTES,
    *reported.NOTES,
    *said.NOTES,
    *activity.NOTES,
    *resolutions.NOTES,
    *growth.NOTES,
)


class _Takers(dict[type[Event], tuple[Taker, ...]]):
    """All that is taken of an entry of each type, beside its lines. Made when the first one comes."""

    def __missing__(self, event_type: type[Event]) -> tuple[Taker, ...]:
        takers = [compile_note(declared) for declared in NOTES if declared.event is event_type]
        self[event_type] = (*takers, note_months) if event_type in MONTHS else tuple(takers)
        return self[event_type]


_TAKERS: Final = _Takers()


def note(registers: Registers, body: Body, lines: list[Line], sign: int) -> None:
    """Note an entry as it counts (+1) or is reversed (-1)."""
    event, day = body.event, day_of(body.date)
    event_type = type(event)
    for take in _TAKERS[event_type]:
        take(registers, body, day, sign)
    if lines:
        note_movements(registers, event_type, day, lines, sign)
        note_boxes(registers, day, lines, sign)
    if event.receipt is not None:
        note_receipt(registers, body, event.receipt, day, sign)
