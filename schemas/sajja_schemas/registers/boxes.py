"""What each cash box took in and gave out, by business day: so how long it was too full does not depend on arrival.

Rows are (ledger, custodian), each day with its net in satang (docs/domain.md sections 5.6 and 7.2, Q4).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sajja_schemas.postings import Line
from sajja_schemas.registers.noting import Day, Registers

REGISTER: Final = "boxes"
CASH_BOX: Final = 1110


def note_boxes(registers: Registers, day: Day, lines: list[Line], sign: int) -> None:
    """Note what the lines of an entry move in boxes."""
    for ledger, account, box, amount in lines:
        if account == CASH_BOX:
            registers.add(REGISTER, (ledger, box), day.fact, sign * amount)


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
