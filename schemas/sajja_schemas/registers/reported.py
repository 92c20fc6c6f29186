"""Registers of what only reports ask for: deposits, variances, closes, dividends, shared profit, matching.

Each row is small: a ledger's or a round's, with a fact for each day or year (docs/domain.md section 7.2).
"""

from typing import Final

from sajja_schemas.events.closing import DividendDeclared, PeriodClosed
from sajja_schemas.events.groups import GroupProfitDistributed
from sajja_schemas.events.ledgers import BankDepositMade
from sajja_schemas.events.meetings import CashVarianceRecorded
from sajja_schemas.events.welfare_money import WelfareMatchingReceived, WelfareMatchingRequested
from sajja_schemas.registers.noting import DATE, VILLAGE, Note

DEPOSITS: Final = "deposits"
VARIANCES: Final = "variances"
CLOSES: Final = "closes"
DIVIDENDS: Final = "dividends"
MATCHING: Final = "matching"
SHARED: Final = "shared_profit"

NOTES: Final = (
    Note(register=DEPOSITS, event=BankDepositMade, key=("ledger",), fact=(DATE,), number="amount_satang"),
    Note(
        register=VARIANCES, event=CashVarianceRecorded, key=("ledger",), fact=(DATE, "direction"),
        number="amount_satang",
    ),
    Note(register=CLOSES, event=PeriodClosed, key=("ledger",), fact=("month", DATE)),
    Note(
        register=DIVIDENDS, event=DividendDeclared, key=(VILLAGE,), fact=("year", "pool_satang", "weights_total"),
    ),
    Note(register=MATCHING, event=WelfareMatchingRequested, key=("matching_round",), fact=("=asked", "as_of")),
    Note(register=MATCHING, event=WelfareMatchingReceived, key=("matching_round",), fact=("=received", "matched_by")),
    Note(register=SHARED, event=GroupProfitDistributed, key=("ledger",), fact=(DATE,), number="pool_satang"),
)  # fmt: skip
