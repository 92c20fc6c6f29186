"""What stands against erasing a person's data: money that is still open between the person and the books.

* A balance of the member's own (shares, savings, payables, unpaid dividends), of a loan of theirs, or of a claim.
* A guarantee of somebody else's loan that is not repaid.
* A claim that was made and neither paid nor refused.

Income and expense that carry a member's id are history, not open money. Only what counts is looked at: the caller gives
the events of counted entries, and the books that they made.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from sajja_schemas.accounts import CHART, Sub, is_loan
from sajja_schemas.books import Books
from sajja_schemas.events import tag_of
from sajja_schemas.events.base import Event

_HISTORY_FROM: Final = 4000  # accounts of income, and of expense behind them
_PERSONAL_SUBS: Final = frozenset({Sub.MEMBER, Sub.LOAN, Sub.CLAIM})
_ASKED: Final = frozenset({"welfare_claim_submitted", "risk_claim_filed"})
_ANSWERED: Final = frozenset({"welfare_claim_rejected", "welfare_claim_paid", "risk_claim_rejected", "risk_claim_paid"})

_GUARANTEED: Final = "loan_guarantor_consented"
_RELEASED: Final = "loan_guarantor_withdrawn"


class OpenMoney(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reason: a balance, a guarantee or a claim."""

    kind: Literal["balance", "guarantee", "claim"]
    id: str  # of the member, the loan or the claim
    account: int | None = None
    ledger: str | None = None
    amount_satang: int = 0  # positive for a debit


def open_money(books: Books, events: Iterable[Event], member: str) -> list[OpenMoney]:
    """Everything that is open of a member, in a stable order; nothing where the data may be erased."""
    own, guaranteed, claims = {member}, set[str](), set[str]()
    for event in events:
        tag = tag_of(event)
        named = {field: getattr(event, field, None) for field in ("member", "guarantor", "loan", "claim")}
        # A claim on the risk fund is known by its loan.
        loan, claim = str(named["loan"]), str(named["claim"] or named["loan"])
        if named["member"] == member:
            own |= {name for name in (named["loan"], named["claim"]) if name is not None}
        if tag in _ASKED and named["member"] == member:
            claims.add(claim)
        elif tag in _ANSWERED:
            claims.discard(claim)
        elif tag == _GUARANTEED and named["guarantor"] == member:
            guaranteed.add(loan)
        elif tag == _RELEASED and named["guarantor"] == member:
            guaranteed.discard(loan)
    standing = [(key, amount) for key, amount in sorted(books.balances.items()) if amount and _is_personal(key[1])]
    return [
        *(
            OpenMoney(kind="balance", id=sub, account=account, ledger=ledger, amount_satang=amount)
            for (ledger, account, sub), amount in standing
            if sub in own
        ),
        *(
            OpenMoney(kind="guarantee", id=sub, account=account, ledger=ledger, amount_satang=amount)
            for (ledger, account, sub), amount in standing
            if sub in guaranteed - own and is_loan(account)
        ),
        *(OpenMoney(kind="claim", id=claim) for claim in sorted(claims)),
    ]


def _is_personal(account: int) -> bool:
    return account < _HISTORY_FROM and CHART[account].sub in _PERSONAL_SUBS
