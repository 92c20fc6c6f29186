"""What the books know besides balances: which loans, members, claims and meetings there are, and how they stand.

One module a register, each with its declared notes (`noting`). `note` takes an entry's notes with +1 when it counts and
with -1 when it is reversed; `books` calls it beside posting, and nobody else does.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

from sajja_schemas.accounts import CHART, is_result
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
    papers,
    resolutions,
    said,
    savings,
)
from sajja_schemas.registers.boxes import CASH_BOX, note_box
from sajja_schemas.registers.flows import NO_FLOW, note_flow
from sajja_schemas.registers.growth import FUND, note_growth
from sajja_schemas.registers.noting import Day, Note, Registers, Taker, compile_note, day_of
from sajja_schemas.registers.receipts import note_receipt
from sajja_schemas.registers.savings import MONTHS, note_months

__all__ = ["NOTES", "Registers", "note"]

LineTaker = Callable[[Registers, Day, Line, int], None]

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
    *growth.NOTES,
)


# What is taken of every line that posts to an account, whatever the event: boxes, income and expense, growth.
_OF_LINES: Final[dict[int, tuple[LineTaker, ...]]] = {
    code: tuple(
        take
        for take, is_taken in (
            (note_box, code == CASH_BOX),
            (note_flow, is_result(code)),
            (note_growth, code in FUND),
        )
        if is_taken
    )
    for code in CHART
}
_NO_FLOWS: Final = {code: tuple(take for take in takers if take is not note_flow) for code, takers in _OF_LINES.items()}


@cache
def _takers(event_type: type[Event]) -> tuple[Taker, ...]:
    """All that is taken of an entry of this type, beside its lines. Made when the first one comes."""
    takers = [compile_note(declared) for declared in NOTES if declared.event is event_type]
    return (*takers, note_months) if event_type in MONTHS else tuple(takers)


def note(registers: Registers, body: Body, lines: list[Line], sign: int) -> None:
    """Note an entry as it counts (+1) or is reversed (-1)."""
    event, day = body.event, day_of(body.date)
    event_type = type(event)
    for take in _takers(event_type):
        take(registers, body, day, sign)
    of_lines = _NO_FLOWS if event_type in NO_FLOW else _OF_LINES
    for line in lines:
        for take_line in of_lines[line[1]]:
            take_line(registers, day, line, sign)
    if event.receipt is not None:
        note_receipt(registers, body, event.receipt, day, sign)
