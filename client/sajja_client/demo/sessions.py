"""The network committee's sessions: every second Friday, and what follows three and five days later."""

from datetime import date, timedelta
from typing import Final

from sajja_client.demo import rules
from sajja_client.demo.lending import Loan
from sajja_schemas.events.base import TransferSide
from sajja_schemas.events.risk import RiskClaimPaid

_LAST: Final = date(rules.YEAR, 8, 21)
_EVERY: Final = timedelta(days=14)
PAID_AFTER: Final = timedelta(days=3)
CLAIM_ARRIVES: Final = timedelta(days=5)


def sessions(term: rules.Term) -> list[date]:
    """Every session of a term."""
    days = []
    day = _LAST
    while day >= term.opening_day:
        days.append(day)
        day -= _EVERY
    return days[::-1]


def next_session(day: date) -> date:
    """The first session after a day."""
    return _LAST - (_LAST - day - timedelta(days=1)) // _EVERY * _EVERY


def claim_paid(loan: Loan, side: TransferSide, bank: str) -> RiskClaimPaid:
    """What the risk fund pays for a borrower who died: principal alone, for the interest was paid to the end."""
    return RiskClaimPaid(
        settlement=f"rc-{loan.id}", side=side, loan=loan.id, member=loan.member.id, product=loan.product,
        amount_satang=loan.claimed, principal_satang=loan.claimed, bank=bank,
    )  # fmt: skip
