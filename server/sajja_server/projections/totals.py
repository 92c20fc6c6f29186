"""The network on one page: members, money and funds, and a row a village (docs/domain.md section 7), read from books.

Pure: what the server alone knows (when an entry came, what was refused) is added by `views`.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sajja_schemas.figures import (
    ControlSums,
    LoanFigures,
    control_sums,
    read_bank,
    read_fund,
    read_fund_flows,
    read_groups,
    read_loans,
    read_welfare_members,
)
from sajja_schemas.holdings import Books
from sajja_schemas.places import disputed
from sajja_schemas.registers import growth
from sajja_schemas.registers.members import Headcount, headcount
from sajja_schemas.standing import VillageBank
from sajja_schemas.verdicts import Effect

_FUNDS: Final = ("welfare", "risk", "network")


def network_totals(books: Books, on: date) -> dict[str, Any]:
    """The figures of a network; `on` is the day as of which loans are late and twelve months end."""
    known = books.registers
    sums = control_sums(books.balances.items())
    lent = read_loans(known, books.balances, on)
    in_forks = control_sums(disputed(books.trust.forks).items())
    stopped = Counter(code.value for code in books.quarantined.values())
    villages = _villages(books.trust.villages, headcount(known), sums, lent, in_forks)
    funds: dict[str, dict[str, Any]] = {
        fund: {
            **read_fund(fund, sums),
            **read_fund_flows(fund, known, on),
            "disputed": _open(read_fund(fund, in_forks)),
        }
        for fund in _FUNDS
    }
    funds["welfare"] |= read_welfare_members(known, on)
    funds["risk"]["covered_satang"] = sum(of_bank.covered_satang for of_bank in lent.values())
    funds["risk"]["largest_covered_satang"] = max((one.largest_covered_satang for one in lent.values()), default=0)
    return {
        "name": books.trust.name,
        "demonstration": books.trust.demonstration,
        "totals": _total(villages),
        "villages": villages,
        "funds": funds,
        "groups": read_groups(known, on),
        "growth": growth.year_ends(known),
        "awaiting_approval": len(books.trust.awaiting),
        "in_transit": len(books.transit),
        "quarantined": dict(sorted(stopped.items())),
        "undigested": stopped[Effect.UNDIGESTED.value],
    }


def _villages(
    banks: Mapping[str, VillageBank],
    people: Mapping[str, Headcount],
    sums: ControlSums,
    lent: Mapping[str, LoanFigures],
    in_forks: ControlSums,
) -> list[dict[str, object]]:
    return [
        {
            "village": code,
            "moo": bank.moo,
            "name": bank.name,
            "members": people.get(code, Headcount()).members,
            "women": people.get(code, Headcount()).women,
            **read_bank(code, sums),
            "par30_satang": lent.get(f"bank:{code}", LoanFigures()).par30_satang,
            "disputed": _open(read_bank(code, in_forks)),
        }
        for code, bank in sorted(banks.items())
    ]


def _open(figures: Mapping[str, int]) -> dict[str, int]:
    """The figures that undecided entries of forks would change, and by how much; they do not count yet."""
    return {name: amount for name, amount in figures.items() if amount}


def _total(villages: list[dict[str, object]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for village in villages:
        for name, value in village.items():
            if isinstance(value, int) and name != "moo":
                totals[name] = totals.get(name, 0) + value
    return totals
