"""Every figure of the table by name: as it must be, as the logs give it, and as the server tells it.

* Names are `pp01.shares_satang`, `totals.members`, `welfare.balance_satang`; amounts are satang.
* What the logs give uses no data of the server: the office's log first, then the others, each held until its device
  is enrolled. Any admissible order comes to the same.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.history import PATH
from sajja_client.demo.rules import DEFAULT_TERM
from sajja_client.demo.targets import Targets, Village
from sajja_schemas import books as bookkeeping
from sajja_schemas.books import Books
from sajja_schemas.calendar import BE_OFFSET, business_date
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.figures import (
    control_sums,
    read_bank,
    read_fund,
    read_fund_flows,
    read_groups,
    read_loans,
    read_welfare_members,
)
from sajja_schemas.findings import Severity
from sajja_schemas.registers.growth import year_ends
from sajja_schemas.registers.members import Headcount, headcount
from sajja_schemas.rules import RULES
from sajja_schemas.verdicts import Effect

if TYPE_CHECKING:
    from datetime import date

Figures = dict[str, int]

_BANK: Final = (
    "shares", "special", "savings", "seed", "reserve", "fund", "linkage", "loans", "network_deposit", "bank", "cash",
)  # fmt: skip
_PAR30: Final = "par30_satang"
_FUNDS: Final = {
    "welfare": ("balance",),
    "risk": ("balance", "covered", "largest_covered"),
    "network": ("capital", "deposits", "linkage", "bank"),
}
# Figures of twelve months; a term that is shorter does not have them.
_FLOWS: Final = {
    "welfare": {"benefits": "benefits_12_months"},
    "risk": {"premium": "premium_12_months", "claims": "claims_12_months"},
}
_PEOPLE: Final = ("enrolled", "full_year")
# Money collected for the funds is remitted, or stands in transit to the satang: the difference is nothing.
_STRAYED: Final = "agency_money_strayed_satang"
# Of the network at a year's end; the last is 1 where only paper tells it.
_PATH_FIGURES: Final = ("villages", "members", "savings_satang", "fund_satang", "from_paper")
_GROUP: Final = ("members", "sales_12m_satang")
# Of high severity; what else is planted is less grave, or for the audit to find.
PLANTED_GRAVE: Final = {"DORMANT_WITHDRAWAL": 1, "DUPLICATE_PERSON": 1}
_HELD: Final = "entries_held"
_AWAITING: Final = "entries_awaiting_approval"
_QUARANTINED: Final = "entries_quarantined"
_REJECTED: Final = "entries_rejected"


class Difference(msgspec.Struct, frozen=True):
    """A figure that is not what it must be."""

    name: str
    expected: int
    found: int | None
    where: str  # server or logs


def expected_figures(targets: Targets, term: rules.Term = DEFAULT_TERM, *, is_full: bool = False) -> Figures:
    """What everything must come to: on the last day; in twelve months, where the term has them; in full, by year."""
    figures: Figures = {}
    for village in targets.villages:
        figures |= {f"{village.unit}.{name}": amount for name, amount in _row(village).items()}
        figures[f"{village.unit}.{_STRAYED}"] = 0
    for name in ("members", "women"):
        figures[f"totals.{name}"] = targets.totals[name]
    for name in (*_BANK, "par30"):
        figures[f"totals.{name}_satang"] = targets.totals[name]
    for fund, names in _FUNDS.items():
        for name in names:
            figures[f"{fund}.{name}_satang"] = getattr(getattr(targets.funds, fund), name)
    for name in _PEOPLE:
        figures[f"welfare.{name}"] = getattr(targets.funds.welfare, name)
    if term.opening_day <= rules.FLOWS_FROM:
        for fund, flows in _FLOWS.items():
            for name, target in flows.items():
                figures[f"{fund}.{name}_12m_satang"] = getattr(getattr(targets.funds, fund), target)
        figures |= {f"{group.ledger}.sales_12m_satang": group.sales_12_months for group in targets.groups}
    figures |= {f"{group.ledger}.members": group.members for group in targets.groups}
    if is_full:
        figures |= _expected_path()
    return figures | {_HELD: 0, _AWAITING: 0, _QUARANTINED: 0, _REJECTED: 0}


def _expected_path() -> Figures:
    """The end of every year that is recorded from its founding on, as the growth path has it; none is from paper."""
    figures: Figures = {}
    members = dict(rules.GROWTH)
    for be_year, villages, savings, fund in PATH:
        if be_year < rules.CLOSED_YEAR + BE_OFFSET:
            figures |= _year(be_year, (villages, members[be_year], savings, fund, 0))
    return figures


def _year(be_year: int, row: Sequence[int]) -> Figures:
    return {f"{be_year}.{name}": amount for name, amount in zip(_PATH_FIGURES, row, strict=True)}


def figures_of_server(totals: Mapping[str, Any]) -> Figures:
    """The same figures from `network_totals`."""
    figures: Figures = {}
    for row in totals["villages"]:
        figures |= _server_row(row["village"], row)
        figures[f"{row['village']}.{_STRAYED}"] = row["due_to_funds_satang"] - row["in_transit_satang"]
    figures |= _server_row("totals", totals["totals"])
    for fund, names in _FUNDS.items():
        figures |= {f"{fund}.{name}_satang": totals["funds"][fund][f"{name}_satang"] for name in names}
    for fund, flows in _FLOWS.items():
        figures |= {f"{fund}.{name}_12m_satang": totals["funds"][fund][f"{name}_12m_satang"] for name in flows}
    figures |= {f"welfare.{name}": totals["funds"]["welfare"][name] for name in _PEOPLE}
    for end in totals["growth"]:
        figures |= _year(end["year"] + BE_OFFSET, [int(end[name]) for name in _PATH_FIGURES])
    figures |= {f"{group['ledger']}.{name}": group[name] for group in totals["groups"] for name in _GROUP}
    quarantined = dict(totals["quarantined"])
    waiting = quarantined.pop(Effect.AWAITING_APPROVAL.value, 0)
    figures[_AWAITING] = max(totals["awaiting_approval"], waiting)
    figures[_QUARANTINED] = sum(quarantined.values())
    figures[_REJECTED] = sum(totals["rejected"].values())
    return figures | {_HELD: 0}  # the server stores nothing that it holds


def figures_of_logs(logs: Sequence[Sequence[SignedEntry]], network: str, fingerprint: str) -> Figures:
    """The same figures from the devices' own logs, the office's first."""
    books, held = fold_logs(by_day(logs), network, fingerprint)
    return figures_of_books(books) | {_HELD: held, _REJECTED: 0}


class _Told(msgspec.Struct):
    recorded_at: int


_told: Final = msgspec.json.Decoder(_Told)


def by_day(logs: Sequence[Sequence[SignedEntry]]) -> list[Sequence[SignedEntry]]:
    """Logs day by day as their devices' clocks have it: what a device signed before it was revoked comes before."""
    days: dict[tuple[date, int], list[SignedEntry]] = {}
    for at, log in enumerate(logs):
        for entry in log:
            day = business_date(_told.decode(entry.body).recorded_at)
            days.setdefault((day, at), []).append(entry)
    return [days[key] for key in sorted(days)]


def fold_logs(logs: Sequence[Sequence[SignedEntry]], network: str, fingerprint: str) -> tuple[Books, int]:
    """The books of logs, and how many entries were never admissible."""
    bodies = {to_base64url(entry.hash): entry.body for log in logs for entry in log}
    books = bookkeeping.open_books(network, fingerprint)
    waiting = [log for log in logs if log]
    index = 0
    while waiting:
        still = []
        for log in waiting:
            first = to_base64url(log[0].hash)
            if first != fingerprint and to_base64url(log[0].device) not in books.trust.devices:
                still.append(log)
                continue
            for entry in log:
                admitted = bookkeeping.Admitted(index, to_base64url(entry.hash), entry.body)
                bookkeeping.apply(books, admitted, bodies.get)
                index += 1
        if len(still) == len(waiting):
            return books, sum(len(log) for log in still)
        waiting = still
    return books, 0


def figures_of_books(books: Books) -> Figures:
    """The same figures from folded books."""
    figures: Figures = {}
    sums = control_sums(books.balances.items())
    lent = read_loans(books.registers, books.balances, rules.LAST_DAY)
    totals: Figures = {}
    people = headcount(books.registers)
    for village in sorted(books.trust.villages):
        bank = read_bank(village, sums)
        present = people.get(village, Headcount())
        row = {"members": present.members, "women": present.women, _PAR30: lent[f"bank:{village}"].par30_satang}
        row |= {f"{name}_satang": bank[f"{name}_satang"] for name in _BANK}
        figures |= {f"{village}.{name}": amount for name, amount in row.items()}
        figures[f"{village}.{_STRAYED}"] = bank["due_to_funds_satang"] - bank["in_transit_satang"]
        for name, amount in row.items():
            totals[f"totals.{name}"] = totals.get(f"totals.{name}", 0) + amount
    for fund, names in _FUNDS.items():
        fund_figures = read_fund(fund, sums) | read_fund_flows(fund, books.registers, rules.LAST_DAY)
        if fund == "risk":
            fund_figures["covered_satang"] = sum(one.covered_satang for one in lent.values())
            fund_figures["largest_covered_satang"] = max(one.largest_covered_satang for one in lent.values())
        flows = [f"{name}_12m" for name in _FLOWS.get(fund, ())]
        figures |= {f"{fund}.{name}_satang": fund_figures[f"{name}_satang"] for name in (*names, *flows)}
    enrolled = read_welfare_members(books.registers, rules.LAST_DAY)
    figures |= {f"welfare.{name}": enrolled[name] for name in _PEOPLE}
    for end in year_ends(books.registers):
        figures |= _year(end.year + BE_OFFSET, [int(getattr(end, name)) for name in _PATH_FIGURES])
    for group in read_groups(books.registers, rules.LAST_DAY):
        figures |= {f"{group['ledger']}.{name}": int(group[name]) for name in _GROUP}
    figures[_AWAITING] = len(books.trust.awaiting)
    others = [effect for effect in books.quarantined.values() if effect is not Effect.AWAITING_APPROVAL]
    figures[_QUARANTINED] = len(others)
    return figures | totals


def differences(expected: Figures, found: Figures, where: str) -> list[Difference]:
    """Every figure that is not what it must be; one that is missing too."""
    return [
        Difference(name, amount, found.get(name), where)
        for name, amount in expected.items()
        if found.get(name) != amount
    ]


def unplanted(by_code: Mapping[str, int]) -> list[Difference]:
    """The findings of high severity that nobody has planted: a rule is wrong, or the demonstration is."""
    return [
        Difference(f"findings.{code}", PLANTED_GRAVE.get(code, 0), found, "server")
        for code, found in sorted(by_code.items())
        if RULES[code].severity is Severity.HIGH and found > PLANTED_GRAVE.get(code, 0)
    ]


def _row(village: Village) -> Figures:
    row = {"members": village.members, "women": village.women, _PAR30: village.par30}
    return row | {f"{name}_satang": getattr(village, name) for name in _BANK}


def _server_row(prefix: str, row: Mapping[str, Any]) -> Figures:
    names = ("members", "women", _PAR30, *(f"{name}_satang" for name in _BANK))
    return {f"{prefix}.{name}": row[name] for name in names}
