"""Whose bylaws an event is done by, and whose may raise its class."""

import pytest

from sajja_schemas.accounts import is_ledger
from sajja_schemas.bylaws.ruling import ledger_ruling, ledgers_raising, product_of
from sajja_schemas.events.base import Event
from sajja_schemas.events.ledgers import IncomeReceived
from sajja_schemas.events.ruleset import Bylaws, LoanProduct
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.transfers import InterfundSettlementInitiated, NetworkDepositPlaced
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.events.welfare import WelfareContributionReceived

SAVED = ShareDeposited(member="m1", amount_satang=1, box="b")
CONTRIBUTED = WelfareContributionReceived(member="m1", amount_satang=1, box="b", months=("2020-06",))
PLACED = NetworkDepositPlaced(settlement="s", side="sent", amount_satang=1, bank="k")
CARRIED = InterfundSettlementInitiated(settlement="s", fund="risk", amount_satang=1, box="b", carrier="c")
REVOKED = DeviceRevoked(device="A" * 43, reason="lost")


def income(ledger: str) -> IncomeReceived:
    return IncomeReceived(ledger=ledger, account=4140, amount_satang=1, channel="bank", bank="k")


@pytest.mark.parametrize(
    ("event", "village", "unit", "ruling", "raising"),
    [
        (SAVED, "pp01", "pp01", "bank:pp01", ["bank:pp01"]),
        (income("group:pp01-shrimp"), "pp01", "pp01", "group:pp01-shrimp", ["group:pp01-shrimp"]),
        (CONTRIBUTED, "pp01", "pp01", "welfare", ["welfare", "bank:pp01"]),
        (PLACED, "pp01", "pp01", "network", ["network", "bank:pp01"]),
        (PLACED, "pp01", "office", "network", ["network"]),
        (CARRIED, "pp01", "pp01", "risk", ["risk", "bank:pp01"]),
        (income("risk"), "office", "office", "risk", ["risk", "network"]),
        (REVOKED, "pp01", "office", "bank:pp01", ["network"]),
        (REVOKED, "office", "office", "network", ["network"]),
    ],
)
def test_an_event_is_ruled_by_its_ledger_and_raised_by_its_authors_own(
    event: Event, village: str, unit: str, ruling: str, raising: list[str]
) -> None:
    assert ledger_ruling(event, village) == ruling
    assert list(ledgers_raising(event, village, unit)) == raising
    assert all(map(is_ledger, {ruling, *raising}))


def test_a_product_is_found_by_its_code() -> None:
    product = LoanProduct(code="ordinary", max_satang=1, max_months=1, rate_bp_month=1)
    assert product_of(Bylaws(loan_products=(product,)), "ordinary") is product
    assert product_of(Bylaws(loan_products=(product,)), "emergency") is None
