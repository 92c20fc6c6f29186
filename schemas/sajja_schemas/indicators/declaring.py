"""What an indicator is, and what it is read from.

* An indicator is declared once: code, words, unit, and its formula as people read it, beside what reads it. So the
  formula can stand beside the number wherever the number stands.
* It is asked of a day, for some villages (one, or all of a network) or for a fund. Stocks are as the books stand; what
  looks back (twelve months, an average) goes by business dates. No clock is read here.
* A ratio is exact. Where its denominator is nothing there is no answer, and a screen shows "-".
* An average is that of a day and of the same day of the twelve months before it: thirteen readings.

Source: docs/domain.md section 7.2.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeAlias

import msgspec

from sajja_schemas.calculations.portfolio import LoanStanding
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import MONTHS_PER_YEAR, months_later
from sajja_schemas.figures import control_sums
from sajja_schemas.holdings import Books
from sajja_schemas.registers import members, movements
from sajja_schemas.registers.lending import LENDING
from sajja_schemas.registers.loans import Loan, loans_of
from sajja_schemas.registers.noting import Facts, Key
from sajja_schemas.registers.refinancing import standing

Answer: TypeAlias = int | Fraction | None
Accounts: TypeAlias = Collection[int]


class Unit(StrEnum):
    """In what an answer is counted; `RATIO` is published in basis points, with its exact parts."""

    PEOPLE = "people"
    COUNT = "count"
    SATANG = "satang"
    RATIO = "ratio"
    DAYS = "days"
    MONTHS = "months"


class Scope(StrEnum):
    """Of what an indicator is asked."""

    VILLAGES = "villages"  # of one village, or of all together
    NETWORK = "network"  # of the network as a whole: its funds, its pool, its order


class Lens:
    """The books of some villages on a day. What several indicators need is read once.

    `villages` are their codes; a network's own figures read the funds, whatever the villages.
    """

    def __init__(self, books: Books, on: date, villages: Collection[str] | None = None) -> None:
        self.books = books
        self.registers = books.registers
        self.on = on
        self.villages = frozenset(books.trust.villages if villages is None else villages)
        self.banks = tuple(sorted(f"bank:{village}" for village in self.villages))
        self.year_ago = months_later(on, -MONTHS_PER_YEAR)

    def debit(self, accounts: Accounts, ledgers: Collection[str] | None = None) -> int:
        """What accounts hold as the books stand, in satang, positive for a debit; of the banks where none are named."""
        return sum(self.control_sums.get((ledger, code), 0) for ledger in self._ledgers(ledgers) for code in accounts)

    def credit(self, accounts: Accounts, ledgers: Collection[str] | None = None) -> int:
        """The same, positive for a credit."""
        return -self.debit(accounts, ledgers)

    def debit_on(self, day: date, accounts: Accounts) -> int:
        """What accounts of the banks held at the end of one of the thirteen days of `average`."""
        sums = self._thirteen[day]
        return sum(sums.get((ledger, code), 0) for ledger in self.banks for code in accounts)

    def average(self, accounts: Accounts) -> Fraction:
        """What accounts of the banks held on average over twelve months, positive for a debit."""
        return ratio(sum(self.debit_on(day, accounts) for day in self._thirteen), len(self._thirteen))

    def flow(self, accounts: Accounts, ledgers: Collection[str] | None = None) -> int:
        """What income or expense accounts took in or gave out in the twelve months that end with the day."""
        return sum(
            movements.flow_of_year_to(self.registers, ledger, accounts, self.on) for ledger in self._ledgers(ledgers)
        )

    def is_within_year(self, day: object) -> bool:
        """Whether an ISO day is within the twelve months that end with the day."""
        return self.year_ago.isoformat() < str(day) <= self.on.isoformat()

    def rows(self, register: str) -> list[tuple[Key, Facts]]:
        """The rows of a register whose key begins with one of the villages, or its bank."""
        mine = self.villages | set(self.banks)
        return [(key, facts) for key, facts in self.registers.all(register).items() if key[0] in mine]

    def present_on(self, day: date, village: str | None = None) -> int:
        """How many were members at the end of a day, of one village or of all that are looked at."""
        return sum(
            members.was_there(facts, day.isoformat())
            for (unit, _member), facts in self.rows(members.REGISTER)
            if village in {None, unit}
        )

    @cached_property
    def everyone(self) -> tuple[members.Member, ...]:
        """Every member that there ever was."""
        return tuple(
            member for village in sorted(self.villages) for member in members.members_of(self.registers, village)
        )

    @cached_property
    def present(self) -> tuple[members.Member, ...]:
        """The members that there are: active or suspended."""
        return tuple(member for member in self.everyone if member.in_bank > 0)

    @cached_property
    def loans(self) -> tuple[Loan, ...]:
        """Every loan of the banks, paid back or not."""
        return tuple(loan for bank in self.banks for loan in loans_of(self.registers, self.books.balances, bank))

    @cached_property
    def owed(self) -> tuple[Loan, ...]:
        """The loans of which something is outstanding."""
        return tuple(loan for loan in self.loans if loan.outstanding_satang > 0)

    @cached_property
    def promised(self) -> tuple[Loan, ...]:
        """The loans that were approved, and of which nothing was paid out or refused."""
        refused = {key for key, facts in self.rows(LENDING) if any(fact[0] == "rejected" for fact in facts)}
        return tuple(
            loan
            for loan in self.loans
            if loan.approved_on is not None and loan.lent_on is None and (loan.ledger, loan.loan) not in refused
        )

    @cached_property
    def standings(self) -> tuple[LoanStanding, ...]:
        """The same on the day, as `calculations.portfolio` asks for them."""
        return tuple(self.standing(loan) for loan in self.owed)

    def standing(self, loan: Loan) -> LoanStanding:
        """A loan on the day."""
        return standing(self.registers, self.books.balances, loan, self.on)

    @cached_property
    def control_sums(self) -> dict[tuple[str, int], int]:
        """The control account of every (ledger, account), in satang, positive for a debit."""
        return control_sums(self.books.balances.items())

    @cached_property
    def _thirteen(self) -> dict[date, dict[tuple[str, int], int]]:
        days = [months_later(self.on, -back) for back in range(MONTHS_PER_YEAR + 1)]
        return movements.balances_on(self.registers, days)

    def _ledgers(self, ledgers: Collection[str] | None) -> Collection[str]:
        return self.banks if ledgers is None else ledgers


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that people steer by, declared with its formula."""

    code: str  # `ind_` and the code of docs/domain.md section 7.2, for ever
    unit: Unit
    thai: str
    english: str
    formula: str
    read: Callable[[Lens], Answer]
    scope: Scope = Scope.VILLAGES


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's answer. A ratio's `value` is in basis points, half up; None where there is no answer."""

    code: str
    value: int | None
    numerator: int | None = None  # of a ratio, exact and in lowest terms
    denominator: int | None = None


def read_indicator(indicator: Indicator, lens: Lens) -> Reading:
    """Ask an indicator."""
    answer = indicator.read(lens)
    if answer is None:
        return Reading(code=indicator.code, value=None)
    if indicator.unit is not Unit.RATIO:
        return Reading(code=indicator.code, value=half_up(answer))
    exact = ratio(1, 1) * answer
    return Reading(
        code=indicator.code,
        value=half_up(exact * BP),
        numerator=exact.numerator,
        denominator=exact.denominator,
    )


def share(numerator: int | Fraction, denominator: int | Fraction) -> Fraction | None:
    """A ratio, or no answer where the denominator is nothing."""
    return ratio(1, 1) * numerator / denominator if denominator else None


def mean(answers: Sequence[Fraction]) -> Fraction | None:
    """The mean of some ratios, or no answer where there are none."""
    return share(sum(answers, start=ratio(0, 1)), len(answers))


SAVINGS: Final = (3110, 2110, 2111, 2112)
CASH: Final = (1110, 1111)
AT_BANK: Final = (1120, 1121)
