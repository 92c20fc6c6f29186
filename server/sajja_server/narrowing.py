"""What is left of a projection for those who are not given all of it: their own village's, or sums of many persons.

* Own village: its row, its devices, its ledgers. Sums over other villages are left out, too: with one's own figures
  known, a sum of two villages would tell the other's.
* Aggregates: figures of the whole network that sum over at least five persons, named one by one. What sums over
  persons whom nobody counts here (borrowers and so the risk fund, who was paid a benefit) is left out, and no village
  has a row: from two rows that are shown the third could be subtracted.
* Aggregates are rounded, persons to five and money to a thousand baht: from two readings, one before and one after a
  person came, the difference would be that person.

No I/O in this module; an answer is changed by making another.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from sajja_schemas import limits
from sajja_server.access import Scope

Answer = Mapping[str, Any]

PERSONS_ROUNDED_TO: Final = 5
SATANG_ROUNDED_TO: Final = 100_000
_SUFFIX: Final = "_satang"

_ABOUT: Final = ("network", "name", "demonstration", "index", "last_business_date", "on", "undigested")
# What sums over every member; and in the funds, over the network.
_OF_ALL_MEMBERS: Final = ("shares_satang", "savings_satang", "fund_satang")
_OF_FUNDS: Final = {"welfare": ("balance_satang",), "network": ("capital_satang",)}
_OF_YEARS: Final = ("members", "savings_satang", "fund_satang")
_NOT_A_FIGURE: Final = {"moo"}


def totals_of_village(answer: Answer, village: str) -> dict[str, Any]:
    """`network_totals` for the committee of one village."""
    rows = [row for row in answer["villages"] if row["village"] == village]
    figures = {
        name: value
        for row in rows
        for name, value in row.items()
        if isinstance(value, int) and name not in _NOT_A_FIGURE
    }
    about = {name: answer[name] for name in (*_ABOUT, "entries", "reflects_received_at") if name in answer}
    return {**about, "scope": Scope.OWN_VILLAGE, "totals": figures, "villages": rows}


def aggregates(answer: Answer) -> dict[str, Any]:
    """`network_totals` for whoever is given sums of many persons only."""
    answer = msgspec.to_builtins(answer)
    totals = answer["totals"]
    told: dict[str, Any] = {name: answer[name] for name in _ABOUT if name in answer}
    told |= {"scope": Scope.AGGREGATES, "totals": {}, "funds": {}, "growth": [], "villages": []}
    members = totals.get("members", 0)
    if members < limits.AGGREGATE_PERSONS_MIN:
        return told
    told["totals"] = _rounded({name: totals[name] for name in _OF_ALL_MEMBERS}) | _share_of(totals, "women", members)
    told["totals"] |= _rounded({"members": members})
    told["funds"] = {
        fund: _rounded({name: answer["funds"][fund][name] for name in names}) for fund, names in _OF_FUNDS.items()
    }
    if answer["funds"]["welfare"].get("enrolled", 0) < limits.AGGREGATE_PERSONS_MIN:
        told["funds"]["welfare"] = {}  # the fund of a few
    told["funds"]["welfare"] |= _share_of(answer["funds"]["welfare"], "enrolled", members)
    told["growth"] = [
        {"year": end["year"], "from_paper": end["from_paper"], **_rounded({name: end[name] for name in _OF_YEARS})}
        for end in answer["growth"]
        if end["members"] >= limits.AGGREGATE_PERSONS_MIN
    ]
    return told


def status_of_village(answer: Answer, village: str) -> dict[str, Any]:
    """`village_status`: the village's own devices."""
    return {**answer, "devices": [device for device in answer["devices"] if device["village"] == village]}


def books_of_village(answer: Answer, village: str) -> dict[str, Any]:
    """`books`: the ledgers that are the village's own."""
    return {
        **answer,
        **{
            part: [row for row in answer[part] if _is_ledger_of(row["ledger"], village)]
            for part in ("balances", "disputed")
        },
    }


def _is_ledger_of(ledger: str, village: str) -> bool:
    return ledger == f"bank:{village}" or ledger.startswith(f"group:{village}-")


def _share_of(figures: Answer, name: str, whole: int) -> dict[str, int]:
    """A part of all members, where neither it nor the rest is a few persons."""
    part = figures.get(name, 0)
    few = range(1, limits.AGGREGATE_PERSONS_MIN)
    return _rounded({name: part}) if part not in few and whole - part not in few else {}


def _rounded(figures: Answer) -> dict[str, int]:
    steps = {name: SATANG_ROUNDED_TO if name.endswith(_SUFFIX) else PERSONS_ROUNDED_TO for name in figures}
    return {name: (value + steps[name] // 2) // steps[name] * steps[name] for name, value in figures.items()}
