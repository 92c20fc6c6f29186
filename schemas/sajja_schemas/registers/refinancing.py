"""The register of who borrowed what, and so which loan was paid off with another one (docs/domain.md section 9.10).

A new loan does not make an old one young: one that is paid out within seven days of the closing of a late loan of the
same member stands, in PAR, as late as the old one was then. Paying off a loan that is not late is nobody's business.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_schemas.calculations.portfolio import LoanStanding
from sajja_schemas.events.ledgers import OpeningBalanceRecorded
from sajja_schemas.events.loans import LoanApproved
from sajja_schemas.registers.loans import (
    Balances,
    Loan,
    arrears,
    days_late,
    has_terms,
    loan_of,
    outstanding_satang,
)
from sajja_schemas.registers.noting import BANK, Note, Registers
from sajja_schemas.registers.owing import principal_paid

REGISTER: Final = "borrowers"
WITHIN: Final = timedelta(days=7)
NOTES: Final = (
    Note(register=REGISTER, event=LoanApproved, key=(BANK, "member"), fact=("loan",)),
    Note(
        register=REGISTER, event=OpeningBalanceRecorded, key=("ledger", ".loan.member"), each="lines_of_page",
        when=has_terms, fact=(".sub",),
    ),
)  # fmt: skip


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """A loan that was paid off, and how late it was until then."""

    loan: str
    days_late: int
    satang: int


def closed_within(registers: Registers, balances: Balances, new: Loan, on: date) -> Iterator[Closing]:
    """The late loans of a loan's borrower that were paid off within seven days of a day."""
    first, last = on - WITHIN, on + WITHIN
    for (name,) in registers.row(REGISTER, (new.ledger, new.member)):
        if name == new.loan or outstanding_satang(balances, new.ledger, str(name)) > 0:
            continue
        paid = principal_paid(registers, new.ledger, str(name), first, last)
        old = loan_of(registers, balances, new.ledger, str(name)) if paid else None
        if old is None:
            continue
        before = msgspec.structs.replace(old, outstanding_satang=sum(satang for _day, satang in paid))
        late = days_late(before, min(day for day, _satang in paid))
        if late > 0:
            yield Closing(loan=old.loan, days_late=late, satang=before.outstanding_satang)


def standing(registers: Registers, balances: Balances, loan: Loan, on: date) -> LoanStanding:
    """A loan on a day, as `calculations.portfolio` asks for it."""
    late = arrears(loan, on)
    closed = closed_within(registers, balances, loan, loan.lent_on) if loan.lent_on is not None else ()
    return LoanStanding(
        outstanding_satang=loan.outstanding_satang,
        days_late=late.days_late,
        overdue_satang=late.overdue_satang,
        rescheduled_on=loan.rescheduled_on,
        refinanced_days_late=max((old.days_late for old in closed), default=0),
    )
