"""The figures of the told year beside the published ones: every account of every ledger, before and after the close.

Published amounts are baht strings, debit positive, from `schemas/vectors/domain/scenario_s1.json`. Ours are read off a
log and its fold, whichever way the log was ordered.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from sajja_schemas.books import Balance, Books
from sajja_schemas.calculations.year_end import expense, income
from sajja_schemas.entry import SignedEntry
from sajja_schemas.figures import control_sums
from scenario import reading
from scenario.closing import Result
from scenario.people import LEDGERS, V01, YEAR
from unit.schemas.calculations.published import SCENARIO, satang

Stage = Literal["before", "after"]
STAGES: Final[tuple[Stage, ...]] = ("before", "after")
LAST_MONTH: Final = f"{YEAR}-12"
# What the published summary calls the trial balance of a ledger after the close; only V01 closes its year.
AFTER: Final = {"V01": "V01_post_close", "WF": "WF_post", "RF": "RF", "NW": "NW", "V02": "V02"}
BY_SUB: Final = (1210, 2110, 3110)  # the accounts whose sub-ledgers are published


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, published and ours."""

    of: str  # a ledger, or what the figure is about
    name: str
    published_satang: int
    ours_satang: int

    @property
    def difference_satang(self) -> int:
        """Ours less the published one."""
        return self.ours_satang - self.published_satang


def balances_at(stage: Stage, entries: Sequence[SignedEntry], books: Books) -> Mapping[Balance, int]:
    """What stood before the close: all that belongs to the year, without closing entries. After it: the fold."""
    if stage == "before":
        return reading.balances_through(entries, books, LAST_MONTH, with_closing=False)
    return books.balances


def accounts(stage: Stage, balances: Mapping[Balance, int]) -> Iterator[Row]:
    """Every account of every ledger, on either side."""
    sums = control_sums(balances.items())
    for published, ledger in LEDGERS.items():
        theirs = SCENARIO["pre_close_tb"][published] if stage == "before" else SCENARIO[AFTER[published]]
        ours = {account: amount for (name, account), amount in sums.items() if name == ledger and amount}
        for account in sorted({*map(int, theirs), *ours}):
            yield Row(
                of=ledger,
                name=str(account),
                published_satang=satang(theirs.get(str(account), "0")),
                ours_satang=ours.get(account, 0),
            )


def sub_ledgers(balances: Mapping[Balance, int]) -> Iterator[Row]:
    """The sub-ledgers of members and loans; the close of the year touches none of them."""
    theirs = {_sub_of(name): satang(amount) for name, amount in SCENARIO["subledger"].items()}
    ours = {(key[1], key[2]): amount for key, amount in balances.items() if key[0] == f"bank:{V01}" and amount}
    for account, sub in sorted({*theirs, *(key for key in ours if key[0] in BY_SUB)}):
        yield Row(
            of=f"bank:{V01}",
            name=f"{account} {sub}",
            published_satang=theirs.get((account, sub), 0),
            ours_satang=ours.get((account, sub), 0),
        )


def results(result: Result) -> Iterator[Row]:
    """Profit, its heads, and what each member earned by them."""
    yield Row(
        of="profit",
        name="net",
        published_satang=satang(SCENARIO["V01_net_profit"]),
        ours_satang=result.profit_satang,
    )
    names = {head: "welfare_fund" if head == "welfare" else head for head in result.heads}
    ours = {names[head]: amount for head, amount in result.heads.items()}
    yield from _each("allocation", SCENARIO["allocation"], ours)
    for about, theirs, parts in (
        ("dividend", SCENARIO["dividend"], result.dividends.parts_satang),
        ("patronage", SCENARIO["patronage"], result.patronage.parts_satang),
        ("interest paid", SCENARIO["interest_paid_basis"], {f"{V01}-m004": 0} | result.interest_paid),
        ("share-months", SCENARIO["share_months"], result.weights),
    ):
        yield from _each(about, {f"{V01}-{name.lower()}": amount for name, amount in theirs.items()}, parts)


def single_figures(before: Mapping[Balance, int], after: Mapping[Balance, int]) -> Iterator[Row]:
    """Income, expense, interest and the claim, and both halves of what ledgers owe to each other."""
    bank = {key[1:]: amount for key, amount in before.items() if key[0] == f"bank:{V01}"}
    sums_before, sums = control_sums(before.items()), control_sums(after.items())
    ours = {
        "V01_income": income(bank),
        "V01_expense": expense(bank),
        "special_savings_interest": sums_before[f"bank:{V01}", 5110],
        "claim_paid": sums_before["risk", 5310],
    }
    yield from _each("of the year", {name: SCENARIO[name] for name in ours}, ours)
    pairs: Mapping[str, str] = SCENARIO["interfund_check"]
    places = {name: name.split(".") for name in pairs}
    between = {name: sums[LEDGERS[ledger], int(account)] for name, (ledger, account) in places.items()}
    yield from _each("between ledgers", pairs, between)


def compare(entries: Sequence[SignedEntry], books: Books, result: Result) -> dict[str, list[Row]]:
    """Every published figure beside ours, by table."""
    tables: dict[str, list[Row]] = {
        stage: list(accounts(stage, balances_at(stage, entries, books))) for stage in STAGES
    }
    before, after = (balances_at(stage, entries, books) for stage in STAGES)
    tables["sub-ledgers"] = list(sub_ledgers(after))
    tables["results"] = [*results(result), *single_figures(before, after)]
    return tables


def _each(about: str, theirs: Mapping[str, Any], ours: Mapping[str, int]) -> Iterator[Row]:
    for name in sorted({*theirs, *ours}):
        published = satang(theirs.get(name, "0"))
        yield Row(of=about, name=name, published_satang=published, ours_satang=ours.get(name, 0))


def _sub_of(published: str) -> tuple[int, str]:
    """`V01/1210/L003/M003` is loan l003 on 1210, `V01/3110/M001` member v01-m001 on 3110."""
    _ledger, account, sub, *_member = published.split("/")
    return int(account), sub.lower() if sub.startswith("L") else f"{V01}-{sub.lower()}"
