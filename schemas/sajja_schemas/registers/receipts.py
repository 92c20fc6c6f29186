"""The register of paper receipts: which counted entries name each number (docs/domain.md section 5.16).

One paper may be written for several lines of one visit: of one person on one day. A number that two visits name is a
question, never a refusal.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sajja_schemas.events import Body
from sajja_schemas.events.base import Receipt
from sajja_schemas.registers.noting import Day, Fact, Registers

REGISTER: Final = "receipts"


def note_receipt(registers: Registers, body: Body, receipt: Receipt, day: Day, sign: int) -> None:
    """Note the receipt that an entry names; any event may."""
    visitor = getattr(body.event, "member", "")
    fact = (receipt.no, day.word, visitor, body.device, body.sequence)
    registers.add(REGISTER, (body.village, receipt.book), fact, sign)


def times_used(registers: Registers, village: str, book: int, no: int) -> int:
    """How many counted entries name a receipt."""
    return sum(number for fact, number in registers.row(REGISTER, (village, book)).items() if fact[0] == no)


def of_two_visits(registers: Registers) -> Iterator[tuple[str, int, int, list[Fact]]]:
    """The receipts that more than one visit names: village, book, number, and what names it."""
    for (village, book), facts in registers.all(REGISTER).items():
        named: dict[int, list[Fact]] = defaultdict(list)
        for fact in facts:
            named[int(fact[0])].append(fact)
        for no, uses in named.items():
            if len({fact[1:3] for fact in uses}) > 1:
                yield str(village), int(book), no, sorted(uses)
