"""The figures that people watch, each declared as a sum of accounts: one definition for page, check and auditor.

A figure is positive when it stands on its accounts' normal side. Formulas: docs/domain.md section 7 (S1, S4, L1 and the
funds). The revolving fund is what the bank works with: savings, seed capital, reserves and the open year's result.

What balances do not hold is read from the registers, as of a day: the portfolio at risk (L2), the flows of the twelve
months to that day, the principal that the risk fund covers (R1).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from sajja_schemas.accounts import CHART, Side, is_result
from sajja_schemas.calculations.matching import has_full_year, matching_cut
from sajja_schemas.calculations.portfolio import at_risk
from sajja_schemas.registers import Registers
from sajja_schemas.registers.loans import Balances, loans_of
from sajja_schemas.registers.members import enrolments
from sajja_schemas.registers.movements import flow_of_year_to
from sajja_schemas.registers.papers import GROUPS, group_members, has_ended
from sajja_schemas.registers.refinancing import standing

ControlSums = Mapping[tuple[str, int], int]  # (ledger, account): satang, positive for a debit


class Figure(msgspec.Struct, frozen=True):
    """A sum of accounts, on one side."""

    accounts: tuple[int, ...]
    side: Side
    with_result: bool = False  # plus income less expense of the open year


def _between(first: int, last: int) -> tuple[int, ...]:
    return tuple(code for code in CHART if first <= code <= last)


_SAVINGS: Final = (3110, 2110, 2111, 2112)
_RESERVES: Final = (*_between(3200, 3299), *_between(3300, 3399))

BANK_FIGURES: Final[dict[str, Figure]] = {
    "shares_satang": Figure((3110,), Side.CREDIT),
    "special_satang": Figure((2110,), Side.CREDIT),
    "savings_satang": Figure(_SAVINGS, Side.CREDIT),
    "seed_satang": Figure((3120,), Side.CREDIT),
    "reserve_satang": Figure(_RESERVES, Side.CREDIT, with_result=True),
    "fund_satang": Figure((*_SAVINGS, 3120, 3130, *_RESERVES), Side.CREDIT, with_result=True),
    "linkage_satang": Figure((2220,), Side.CREDIT),
    "loans_satang": Figure(_between(1210, 1215), Side.DEBIT),
    "network_deposit_satang": Figure((1130,), Side.DEBIT),
    "bank_satang": Figure((1120, 1121), Side.DEBIT),
    "cash_satang": Figure((1110, 1111), Side.DEBIT),
    "in_transit_satang": Figure((1112,), Side.DEBIT),
    "due_to_funds_satang": Figure((2610, 2620, 2630), Side.CREDIT),
}

FUND_FIGURES: Final[dict[str, dict[str, Figure]]] = {
    "welfare": {
        "balance_satang": Figure((3410,), Side.CREDIT, with_result=True),
        "bank_satang": Figure((1120, 1121), Side.DEBIT),
        "due_from_villages_satang": Figure((1610,), Side.DEBIT),
        "payable_satang": Figure((2310,), Side.CREDIT),
    },
    "risk": {
        "balance_satang": Figure((3420,), Side.CREDIT, with_result=True),
        "bank_satang": Figure((1120, 1121), Side.DEBIT),
        "due_from_villages_satang": Figure((1610,), Side.DEBIT),
    },
    "network": {
        "capital_satang": Figure((3430, *_RESERVES), Side.CREDIT, with_result=True),
        "deposits_satang": Figure((2230,), Side.CREDIT),
        "linkage_satang": Figure((1310,), Side.DEBIT),
        "bank_satang": Figure((1120, 1121), Side.DEBIT),
    },
}

FLOW_FIGURES: Final[dict[str, dict[str, Figure]]] = {
    "welfare": {"benefits_12m_satang": Figure(_between(5211, 5224), Side.DEBIT)},
    "risk": {
        "premium_12m_satang": Figure((4170,), Side.CREDIT),
        "claims_12m_satang": Figure(_between(5310, 5312), Side.DEBIT),
    },
}
"""Of the twelve months that end with a day."""

GROUP_SALES: Final = Figure((4210,), Side.CREDIT)
PAR_DAYS: Final = 30


class LoanFigures(msgspec.Struct):
    """What the loans of a bank come to besides their balance."""

    par30_satang: int = 0
    covered_satang: int = 0
    largest_covered_satang: int = 0


def control_sums(balances: Iterable[tuple[tuple[str, int, str], int]]) -> dict[tuple[str, int], int]:
    """The control account of every (ledger, account): the sum of its sub-ledgers."""
    sums: dict[tuple[str, int], int] = {}
    for (ledger, account, _sub), amount in balances:
        sums[ledger, account] = sums.get((ledger, account), 0) + amount
    return sums


def read_figure(figure: Figure, ledger: str, sums: ControlSums) -> int:
    """A figure of one ledger, in satang."""
    amount = sum(sums.get((ledger, account), 0) for account in figure.accounts)
    if figure.with_result:
        amount += sum(value for (name, account), value in sums.items() if name == ledger and is_result(account))
    return amount if figure.side is Side.DEBIT else -amount


def read_bank(village: str, sums: ControlSums) -> dict[str, int]:
    """Every figure of a village's bank."""
    return {name: read_figure(figure, f"bank:{village}", sums) for name, figure in BANK_FIGURES.items()}


def read_fund(fund: str, sums: ControlSums) -> dict[str, int]:
    """Every figure of a fund."""
    return {name: read_figure(figure, fund, sums) for name, figure in FUND_FIGURES[fund].items()}


def read_flow(figure: Figure, ledger: str, registers: Registers, on: date) -> int:
    """What a ledger earned or spent in the twelve months that end with a day, in satang."""
    amount = flow_of_year_to(registers, ledger, figure.accounts, on)
    return amount if figure.side is Side.DEBIT else -amount


def read_fund_flows(fund: str, registers: Registers, on: date) -> dict[str, int]:
    """Every flow of a fund in the twelve months that end with a day."""
    return {name: read_flow(figure, fund, registers, on) for name, figure in FLOW_FIGURES.get(fund, {}).items()}


def read_groups(registers: Registers, on: date) -> list[dict[str, str | int]]:
    """Every occupational group: its members, and its sales of the twelve months that end with a day."""
    return [
        {
            "ledger": ledger,
            "members": len(group_members(registers, ledger)),
            "sales_12m_satang": read_flow(GROUP_SALES, ledger, registers, on),
        }
        for ledger in sorted(str(key[0]) for key in registers.all(GROUPS))
        if not has_ended(registers, GROUPS, (ledger,))
    ]


def read_loans(registers: Registers, balances: Balances, on: date) -> dict[str, LoanFigures]:
    """The loan figures of every ledger to which a loan is owed, on a day."""
    figures: dict[str, LoanFigures] = {}
    for loan in loans_of(registers, balances, owed_only=True):
        of_bank = figures.setdefault(loan.ledger, LoanFigures())
        of_bank.par30_satang += at_risk([standing(registers, balances, loan, on)], days_over=PAR_DAYS)
        of_bank.covered_satang += loan.covered_satang
        of_bank.largest_covered_satang = max(of_bank.largest_covered_satang, loan.covered_satang)
    return figures


def read_welfare_members(registers: Registers, on: date) -> dict[str, int]:
    """Who is enrolled in the welfare fund, and who will have a full year at the 30 September of a day's year (W6)."""
    since = [one.joined for one in enrolments(registers)]
    cut = matching_cut(on.year)
    full = [day for day in since if has_full_year(member_since=day, cut=cut)]
    return {"enrolled": len(since), "full_year": len(full)}
