"""The register of moratoria: when payments rest, of one loan or of a product, and whether interest runs meanwhile.

Rows are (bank's ledger). A rest counts from its first day to its last, both included (docs/domain.md section 5.8).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from sajja_schemas.events.lending import LoanMoratoriumGranted
from sajja_schemas.registers.loans import Loan
from sajja_schemas.registers.noting import BANK, Note, Registers

REGISTER: Final = "moratoria"
NOTES: Final = (
    Note(
        register=REGISTER,
        event=LoanMoratoriumGranted,
        key=(BANK,),
        fact=("rest_from", "rest_to", "loan", "product", "interest_runs"),
    ),
)


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """A span in which a loan's payments rest."""

    first: date
    last: date
    interest_runs: bool

    def covers(self, on: date) -> bool:
        """Whether a day is within it."""
        return self.first <= on <= self.last


def rests_of(registers: Registers, loan: Loan) -> Iterator[Rest]:
    """The moratoria that were granted to a loan, or to all loans of its product."""
    for (first, last, named, product, runs), number in registers.row(REGISTER, (loan.ledger,)).items():
        if number > 0 and (named == loan.loan or (product and product == loan.product)):
            yield Rest(
                first=date.fromisoformat(str(first)), last=date.fromisoformat(str(last)), interest_runs=bool(runs)
            )


def is_resting(registers: Registers, loan: Loan, on: date) -> bool:
    """Whether nothing is asked of a loan on a day."""
    return any(rest.covers(on) for rest in rests_of(registers, loan))
