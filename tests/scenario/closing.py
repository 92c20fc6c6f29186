"""The end of the year: V01 closes and allocates, the welfare fund books its part; later funds close, heirs are paid.

Every amount is calculated over the fold, by the bylaws in force; nothing is typed in.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec

from sajja_schemas.books import Books
from sajja_schemas.calculations.rounding import Division
from sajja_schemas.calculations.shares import pool_dividend, pool_patronage, share_weights
from sajja_schemas.calculations.year_end import AllocationHead, allocate_profit, closing_lines, net_profit
from sajja_schemas.canonical import encode
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.base import MemberAmount, PostedLine
from sajja_schemas.events.closing import ResultLine
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.figures import control_sums
from scenario import reading
from scenario.happenings import tell_months
from scenario.people import DECEASED, OPENED, V01, YEAR
from scenario.year import BANK, BOX, Year
from support.world import ASSEMBLY

LAST_DAY: Final = date(YEAR, 12, 31)
GENERAL_MEETING: Final = date(YEAR + 1, 1, 24)


def tell() -> tuple[Year, "Result"]:
    """The whole year, until V01 has allocated its profit and the welfare fund has booked its part."""
    year = Year()
    tell_months(year)
    return year, close_year(year)


class Teller(Protocol):
    """Who records what a close says, and lets officers sign."""

    def say(self, tablet: Any, tag: str, village: str | None = None, /, **fields: Any) -> SignedEntry:
        """Record an event."""

    def sign(self) -> None:
        """Let officers sign what waits for them."""


def of_ledger(year: Year, ledger: str) -> dict[tuple[int, str], int]:
    """What stands in one ledger now."""
    return _of_ledger(year.see(), ledger)


def _of_ledger(books: Books, ledger: str) -> dict[tuple[int, str], int]:
    return {(account, sub): amount for (name, account, sub), amount in books.balances.items() if name == ledger}


def result_lines(books: Books, ledger: str) -> tuple[ResultLine, ...]:
    """What takes the year's income and expense to zero."""
    lines = closing_lines(_of_ledger(books, ledger), into_account=3320)
    return tuple(
        ResultLine(account=line.account, amount_satang=line.amount_satang, sub=line.sub or None)
        for line in lines
        if line.account != 3320
    )


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the year earned, and for whom."""

    profit_satang: int
    heads: dict[str, int]
    weights: dict[str, int]
    interest_paid: dict[str, int]
    dividends: Division
    patronage: Division


def reckon(entries: Sequence[SignedEntry], books: Books, rules: Bylaws) -> Result:
    """The result of the first village's year, from a log and its fold in whichever order."""
    assert rules.dividend is not None
    before = reading.balances_through(entries, books, f"{YEAR}-12", with_closing=False)
    heads = allocate_profit(
        profit_satang := net_profit({key[1:]: amount for key, amount in before.items() if key[0] == BANK}),
        [AllocationHead(head=share.head, share_bp=share.share_bp) for share in rules.allocation],
    )
    weights = share_weights(
        reading.shareholders(entries, books, BANK),
        year_first_day=OPENED,
        weight=rules.dividend.weight or "share_month",
        leavers_share=bool(rules.dividend.leavers_share),
    )
    interest_paid = reading.interest_paid(entries, books, V01)
    rounding, residue = rules.dividend.rounding or "half_up", rules.dividend.residue or "largest_remainder"
    return Result(
        profit_satang=profit_satang,
        heads=heads,
        weights=weights,
        interest_paid=interest_paid,
        dividends=pool_dividend(heads["dividend"], weights, rounding=rounding, residue=residue),
        patronage=pool_patronage(heads["patronage"], interest_paid, rounding=rounding, residue=residue),
    )


def close_year(year: Year) -> Result:
    """Seal the trial balance of V01, close its year, allocate, and let the welfare fund book what it was given."""
    year.turn_to(LAST_DAY)
    seal(year, year.savings, year.see())
    result = reckon(year.world.entries, year.see(), year.rules(BANK))
    year.say(year.savings, "year_end_closed", ledger=BANK, year=YEAR, lines=result_lines(year.see(), BANK))
    year.turn_to(GENERAL_MEETING)
    allocate(year, year.savings, result)
    given = {"year": YEAR, "amount_satang": result.heads["welfare"], "assembly": ASSEMBLY}
    year.say(year.desk, "welfare_profit_contribution_received", V01, **given)
    year.sign()
    return result


def seal(year: Teller, tablet: Any, books: Books) -> None:
    """The trial balance of the first village, as it stands before the close."""
    sums = sorted(control_sums(books.balances.items()).items())
    lines = tuple(
        PostedLine(account=account, amount_satang=amount) for (name, account), amount in sums if name == BANK and amount
    )
    year.say(tablet, "year_end_trial_balance_sealed", ledger=BANK, year=YEAR, lines=lines)
    year.sign()


def allocate(year: Teller, tablet: Any, result: Result) -> None:
    """The general meeting declares how it reckoned, and allocates."""
    dividends, patronage = member_amounts(result.dividends), member_amounts(result.patronage)
    year.say(
        tablet, "dividend_declared", run=f"dividend-{YEAR}", year=YEAR, pool_satang=result.heads["dividend"],
        weights_total=sum(result.weights.values()) // 100, inputs=hash_of(result.weights), assembly=ASSEMBLY,
        lines=dividends,
    )  # fmt: skip
    year.say(
        tablet, "patronage_declared", run=f"patronage-{YEAR}", year=YEAR, pool_satang=result.heads["patronage"],
        interest_total_satang=sum(result.interest_paid.values()), inputs=hash_of(result.interest_paid),
        assembly=ASSEMBLY, lines=patronage,
    )  # fmt: skip
    year.say(
        tablet, "year_end_allocation_approved", year=YEAR, profit_satang=result.profit_satang,
        assembly=ASSEMBLY, dividends=dividends, patronage=patronage, reserve_satang=result.heads["reserve"],
        welfare_satang=result.heads["welfare"], development_satang=result.heads["village_development"],
        committee_satang=result.heads["committee"], risk_reserve_satang=result.heads["risk_reserve"],
    )  # fmt: skip
    year.sign()


def close_funds(year: Year) -> None:
    """The office closes the year of the three funds."""
    for fund in ("welfare", "risk", "network"):
        year.say(year.desk, "fund_year_closed", ledger=fund, year=YEAR, lines=result_lines(year.see(), fund))
    year.sign()


def pay_heirs(year: Year) -> None:
    """The heirs take what the year still brought their dead."""
    for share, account in (("dividend", 2130), ("patronage", 2131)):
        owed_satang = -year.balance(BANK, account, DECEASED)
        year.say(
            year.savings, "dividend_paid", ledger=BANK, member=DECEASED, share=share, amount_satang=owed_satang,
            box=BOX,
        )  # fmt: skip
    year.sign()


def member_amounts(division: Division) -> tuple[MemberAmount, ...]:
    """What each member gets, by name; who gets nothing is not on the list."""
    parts = sorted(division.parts_satang.items())
    return tuple(MemberAmount(member=member, amount_satang=amount) for member, amount in parts if amount)


def hash_of(inputs: dict[str, int]) -> str:
    """The hash by which anyone can show that he reckons with the same inputs."""
    lines = [{"member": member, "value": value} for member, value in sorted(inputs.items())]
    return to_base64url(sha256(encode({"lines": lines})).digest())
