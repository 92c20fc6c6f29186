"""Whose bylaws an event is done by, and whose may raise its class.

* **Ruled by**: the ledger in its field `ledger` or `fund` where it has one; else the fund whose affair it is, whoever
  writes it down (a contribution is the welfare fund's); else the bank of its village, and at the office the network.
* **Raised by**: that ledger's bylaws, and those of the author's own bank where a fund rules. A village's bylaws never
  raise what the office authors: else a village could keep the office from revoking its tablet.
* A loan's product is the one that its `product_code` names, else the one that is called like the account's choice.
"""

from typing import Final, get_args

from sajja_schemas.entry import OFFICE
from sajja_schemas.events import CATALOGUE
from sajja_schemas.events.base import Event
from sajja_schemas.events.pool import PoolEvent
from sajja_schemas.events.risk import RiskEvent
from sajja_schemas.events.ruleset import Bylaws, LoanProduct
from sajja_schemas.events.transfers import TransferEvent
from sajja_schemas.events.welfare import WelfareEvent
from sajja_schemas.events.welfare_claims import WelfareClaimEvent
from sajja_schemas.events.welfare_money import WelfareMoneyEvent
from sajja_schemas.postings import bank_of

FUND_OF: Final[dict[type, str]] = {
    **dict.fromkeys(get_args(WelfareEvent | WelfareClaimEvent | WelfareMoneyEvent), "welfare"),
    **dict.fromkeys(get_args(RiskEvent), "risk"),
    **dict.fromkeys(get_args(PoolEvent | TransferEvent), "network"),
}
_NAMING: Final = frozenset(
    kind for kind in CATALOGUE.values() if "ledger" in kind.__struct_fields__ or "fund" in kind.__struct_fields__
)


def own_ledger(unit: str) -> str:
    """The ledger that a unit keeps for itself."""
    return "network" if unit == OFFICE else bank_of(unit)


def ledger_ruling(event: Event, village: str) -> str:
    """The ledger whose bylaws an event is done by."""
    kind = type(event)
    if kind in _NAMING:
        named: str = getattr(event, "ledger", None) or event.fund  # type: ignore[attr-defined]  # it has one of them
        return named
    return FUND_OF.get(kind) or own_ledger(village)


def ledgers_raising(event: Event, village: str, unit: str) -> tuple[str, ...]:
    """The ledgers whose bylaws may raise the class of what a unit authors."""
    ruling, own = ledger_ruling(event, village), own_ledger(unit)
    if ":" in ruling:
        return (own,) if unit == OFFICE else (ruling,)
    return (ruling,) if ruling == own else (ruling, own)


def product_of(rules: Bylaws, code: str) -> LoanProduct | None:
    """A loan product of a ruleset."""
    return next((product for product in rules.loan_products if product.code == code), None)


def product_ruling(rules: Bylaws, event: Event) -> LoanProduct | None:
    """The product by whose rules a loan is granted, paid out or repaid; None where it is not ruled."""
    code: str | None = getattr(event, "product_code", None) or getattr(event, "product", None)
    return None if code is None else product_of(rules, code)
