"""The register of what members do themselves: the days on which somebody paid in, took out or repaid.

What the system or the paper book says of a member is no act of the member's: an account is silent all the
same (docs/domain.md section 10, T19). In `taken` are the days on which something of a member's went out, loans with it.
"""

from datetime import date
from typing import Final

from sajja_schemas.events.loan_accounts import LoanDisbursedInKind
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.members import MemberAdmitted, MemberTransferred
from sajja_schemas.events.savings import (
    ChildSavingsDeposited,
    ChildSavingsWithdrawn,
    ShareDeposited,
    ShareWithdrawn,
    SpecialSavingsDeposited,
    SpecialSavingsWithdrawn,
)
from sajja_schemas.registers.noting import DATE, VILLAGE, Note, Registers

REGISTER: Final = "activity"
TAKEN: Final = "taken"
ACTS: Final = (
    ChildSavingsDeposited,
    ChildSavingsWithdrawn,
    LoanRepaymentReceived,
    MemberAdmitted,
    ShareDeposited,
    ShareWithdrawn,
    SpecialSavingsDeposited,
    SpecialSavingsWithdrawn,
)
TAKES: Final = (ChildSavingsWithdrawn, LoanDisbursed, LoanDisbursedInKind, ShareWithdrawn, SpecialSavingsWithdrawn)
_KEY: Final = (VILLAGE, "member")
NOTES: Final = (
    *(Note(register=REGISTER, event=event_type, key=_KEY, fact=(DATE,)) for event_type in ACTS),
    *(Note(register=TAKEN, event=event_type, key=_KEY, fact=(DATE,)) for event_type in TAKES),
    Note(register=TAKEN, event=MemberTransferred, key=_KEY, fact=(DATE,), when=lambda event: event.side == "sent"),
)


def last_act_before(registers: Registers, village: str, member: str, on: date) -> date | None:
    """The last day before this one on which a member did anything; None where none is known."""
    days = [str(day) for (day,) in registers.row(REGISTER, (village, member)) if str(day) < on.isoformat()]
    return date.fromisoformat(max(days)) if days else None
