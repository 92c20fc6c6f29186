"""What the books know besides balances: which loans, members, claims and meetings there are, and how they stand.

One module a register, each with its declared notes (`noting`). `note` takes an entry's notes with +1 when it counts and
with -1 when it is reversed; `books` calls it beside posting, and nobody else does.
"""

from typing import Final

from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.postings import Line, codes_of
from sajja_schemas.registers import (
    activity,
    claims,
    lending,
    loans,
    meetings,
    members,
    papers,
    resolutions,
    said,
    savings,
)
from sajja_schemas.registers.boxes import CASH_BOX, note_boxes
from sajja_schemas.registers.flows import may_flow, note_flows
from sajja_schemas.registers.noting import Note, Registers, compile_notes
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
    *said.NOTES,
    *activity.NOTES,
    *resolutions.NOTES,
)
_TAKERS: Final = compile_notes(NOTES)
_MOVES_CASH: Final = frozenset(
    event_type
    for event_type in CATALOGUE.values()
    if any(code == CASH_BOX or isinstance(code, str) for one in event_type.declared.postings for code in codes_of(one))
)
_MAY_FLOW: Final = frozenset(event_type for event_type in CATALOGUE.values() if may_flow(event_type))


def note(registers: Registers, body: Body, lines: list[Line], sign: int) -> None:
    """Note an entry as it counts (+1) or is reversed (-1)."""
    event_type = type(body.event)
    for take in _TAKERS.get(event_type, ()):
        take(body, sign, registers)
    if event_type in MONTHS:
        note_months(registers, body, sign)
    if event_type in _MAY_FLOW:
        note_flows(registers, body, lines, sign)
    if event_type in _MOVES_CASH:
        note_boxes(registers, body, lines, sign)
    if body.event.receipt is not None:
        note_receipt(registers, body, body.event.receipt, sign)
