"""What each cash box took in and gave out, by business day: so how long it was too full does not depend on arrival.

Rows are (ledger, custodian), each day with its net in satang (docs/domain.md sections 5.6 and 7.2, Q4).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.postings import Line, codes_of
from sajja_schemas.registers.noting import Registers

REGISTER: Final = "boxes"
CASH_BOX: Final = 1110


def may_move_cash(event_type: type[Event]) -> bool:
    """Whether entries of this type may post to a box, so that most are never looked at."""
    codes = {code for posting in event_type.declared.postings for code in codes_of(posting)}
    return CASH_BOX in codes or any(isinstance(code, str) for code in codes)


def note_boxes(registers: Registers, body: Body, lines: list[Line], sign: int) -> None:
    """Note what an entry moves in boxes."""
    for ledger, account, sub, amount in lines:
        if account == CASH_BOX:
            registers.add(REGISTER, (ledger, sub), (body.date.isoformat(),), sign * amount)


def at_end_of(registers: Registers, ledger: str, box: str, day: date) -> int:
    """What a box held when a day was over."""
    last = day.isoformat()
    return sum(net for (on,), net in registers.row(REGISTER, (ledger, box)).items() if str(on) <= last)


def spans_above(
    registers: Registers, ledger: str, box: str, limit_satang: int, to: date
) -> Iterator[tuple[date, date, int]]:
    """The spans of days at whose end a box held more than a limit: first day, first day below again, and the most."""
    held, most, since = 0, 0, None
    for (word,), net in sorted(registers.row(REGISTER, (ledger, box)).items()):
        on = date.fromisoformat(str(word))
        if on > to:
            break
        held += net
        if held > limit_satang:
            since, most = since or on, max(most, held)
        elif since is not None:
            yield since, on, most
            most, since = 0, None
    if since is not None:
        yield since, to, most
