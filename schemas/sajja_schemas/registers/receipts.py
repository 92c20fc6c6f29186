"""The register of paper receipts: how many counted entries name each number (docs/domain.md section 5.16).

One paper may be written for several lines of one visit, so a number that stands twice is a question, never a refusal.
"""

from typing import Final

from sajja_schemas.events import Body
from sajja_schemas.events.base import Receipt
from sajja_schemas.registers.noting import Registers

REGISTER: Final = "receipts"


def note_receipt(registers: Registers, body: Body, receipt: Receipt, sign: int) -> None:
    """Note the receipt that an entry names; any event may."""
    registers.add(REGISTER, (body.village, receipt.book), (receipt.no,), sign)


def times_used(registers: Registers, village: str, book: int, no: int) -> int:
    """How many counted entries name a receipt."""
    return registers.row(REGISTER, (village, book)).get((no,), 0)
