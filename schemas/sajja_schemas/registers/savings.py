"""What was promised and paid month by month, and what is held as security (docs/domain.md sections 5.7 and 5.9).

* A row of `savings` and of `welfare` is (village, member), with a number for each month that was paid: a month that
  stands twice was paid twice. Months whose fine was paid or waived stand beside them.
  Of who moved here, the last month that was paid before stands there, too.
* `holds` is (village, loan): what is held for it of each member's savings.
"""

from functools import lru_cache
from typing import Any, Final

from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.members import MemberTransferred
from sajja_schemas.events.savings import (
    SavingsFineCharged,
    SavingsFineWaived,
    SavingsHoldPlaced,
    SavingsHoldReleased,
    ShareDeposited,
    SharePledgeSet,
)
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.events.welfare_claims import WelfareReinstated
from sajja_schemas.registers.noting import DATE, VILLAGE, Day, Fact, Note, Registers, latest

SAVINGS: Final = "savings"
WELFARE: Final = "welfare"
HOLDS: Final = "holds"

_KEY: Final = (VILLAGE, "member")

MONTHS: Final[dict[type[Event], str]] = {
    ShareDeposited: SAVINGS, WelfareContributionReceived: WELFARE, WelfareReinstated: WELFARE,
}  # fmt: skip
"""The events that pay months, and the register of each."""

NOTES: Final = (
    Note(
        register=SAVINGS, event=SharePledgeSet, key=_KEY,
        fact=("=pledged", "first_month", DATE, "amount_satang"),
    ),
    Note(register=SAVINGS, event=SavingsFineCharged, key=_KEY, fact=("=fined", "."), each="months"),
    Note(register=SAVINGS, event=SavingsFineWaived, key=_KEY, fact=("=waived", "."), each="months"),
    Note(
        register=WELFARE, event=MemberTransferred, key=(VILLAGE, "new_member"), fact=("=paid", "welfare_paid_to"),
        when=lambda event: event.side == "received", named="welfare_paid_to",
    ),
    Note(register=HOLDS, event=SavingsHoldPlaced, key=(VILLAGE, "loan"), fact=("member",), number="amount_satang"),
    Note(
        register=HOLDS, event=SavingsHoldReleased, key=(VILLAGE, "loan"), fact=("member",), number="amount_satang",
        sign=-1,
    ),
)  # fmt: skip


def note_months(registers: Registers, body: Body, _day: Day, sign: int) -> None:
    """Note the months that an entry pays. Half of a replay does, so it takes the short way."""
    event: Any = body.event
    register, key = MONTHS[type(event)], (body.village, event.member)
    for month in event.months:
        registers.add(register, key, _paid(month), sign)


@lru_cache(maxsize=10_000)
def _paid(month: str) -> Fact:
    """One fact for all members: they are many, and months few."""
    return ("paid", month)


def months_paid(registers: Registers, register: str, village: str, member: str) -> dict[str, int]:
    """How often each month was paid."""
    row = registers.row(register, (village, member))
    return {str(fact[1]): number for fact, number in sorted(row.items()) if fact[0] == "paid" and number > 0}


def welfare_paid_to(registers: Registers, village: str, member: str) -> str | None:
    """The last month of welfare that was paid, here or before the member moved here; None where none is known."""
    row = registers.row(WELFARE, (village, member))
    return max((str(fact[1]) for fact, number in row.items() if fact[0] == "paid" and number > 0), default=None)


def months_fined(registers: Registers, village: str, member: str) -> frozenset[str]:
    """The months whose fine was paid, or waived by the committee."""
    row = registers.row(SAVINGS, (village, member))
    return frozenset(str(fact[1]) for fact, number in row.items() if fact[0] in {"fined", "waived"} and number > 0)


def pledges(registers: Registers, village: str, member: str) -> list[tuple[str, int]]:
    """What was pledged from which month on, in satang a month; the later word on a month stands last."""
    row = registers.row(SAVINGS, (village, member))
    said = sorted(fact[1:] for fact, number in row.items() if fact[0] == "pledged" and number > 0)
    return [(str(first_month), int(amount_satang)) for first_month, _on, amount_satang in said]


def pledged_satang(registers: Registers, village: str, member: str) -> int | None:
    """What a member last pledged to save each month; None where nothing was pledged."""
    said = latest(registers.row(SAVINGS, (village, member)), "pledged")
    return int(said[3]) if said is not None else None


def held_satang(registers: Registers, village: str, member: str) -> int:
    """What is held of a member's savings, for all loans together."""
    return sum(row.get((member,), 0) for (unit, _loan), row in registers.all(HOLDS).items() if unit == village)
