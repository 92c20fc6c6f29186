"""What must hold of the books at every index, as one pure function that reports what does not.

 * I1 is held entry by entry: postings that do not balance are malformed and never count.
 * I2 and I3 can break by our own mistake only. I4 to I8 break because something happened: a finding, never a crash.
 * Whatever stands here is read from balances, what is under way, and what was lent; nothing is kept besides.

Source: docs/domain.md section 3.7.
"""

from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from sajja_schemas.accounts import CHART, CLEARING, LOANS, Sub
from sajja_schemas.figures import control_sums
from sajja_schemas.holdings import Books
from sajja_schemas.registers.loans import lent_satang
from sajja_schemas.transit import PAIRS, Pair

_SAVINGS_OF_MEMBERS: Final = frozenset({3110, 2110})
_CASH_BOX: Final = 1110


class Invariant(StrEnum):
    """The invariants by their number in the domain."""

    LEDGER_SUMS_TO_NOTHING = "I2"
    ACCOUNT_IS_SUM_OF_SUBS = "I3"
    PAIRS_AGREE = "I4"
    BOX_IS_NOT_NEGATIVE = "I5"
    SAVINGS_ARE_NOT_NEGATIVE = "I6"
    PRINCIPAL_IS_WITHIN_LOAN = "I7"
    CLEARING_IS_NOTHING = "I8"

    @property
    def is_our_mistake(self) -> bool:
        """Whether no history of people can break it."""
        return self in {Invariant.LEDGER_SUMS_TO_NOTHING, Invariant.ACCOUNT_IS_SUM_OF_SUBS}


class Breach(msgspec.Struct, frozen=True, order=True):
    """One place at which an invariant does not hold, and by how much."""

    invariant: Invariant
    ledger: str
    account: int
    sub: str
    amount_satang: int


def check(books: Books) -> list[Breach]:
    """Every breach in the books, in a fixed order."""
    return sorted(breach for one in dict.fromkeys(_CHECKS.values()) for breach in one(books))


def check_one(books: Books, invariant: Invariant) -> list[Breach]:
    """The breaches of one invariant."""
    return sorted(breach for breach in _CHECKS[invariant](books) if breach.invariant is invariant)


def _ledgers(books: Books) -> list[Breach]:
    sums: dict[str, int] = defaultdict(int)
    for (ledger, _account, _sub), amount in books.balances.items():
        sums[ledger] += amount
    return [
        Breach(Invariant.LEDGER_SUMS_TO_NOTHING, ledger, 0, "", amount) for ledger, amount in sums.items() if amount
    ]


def _subs(books: Books) -> list[Breach]:
    return [
        Breach(Invariant.ACCOUNT_IS_SUM_OF_SUBS, ledger, account, sub, amount)
        for (ledger, account, sub), amount in books.balances.items()
        if bool(sub) is (CHART[account].sub is Sub.NONE)
    ]


def _pairs(books: Books) -> list[Breach]:
    sums = control_sums(books.balances.items())
    villages = {ledger.removeprefix("bank:") for ledger, _account in sums if ledger.startswith("bank:")}
    villages |= {sub for (_ledger, account, sub) in books.balances if CHART[account].sub is Sub.VILLAGE}
    found = []
    for village in villages:
        for pair in PAIRS:
            both = sums.get((f"bank:{village}", pair.bank_account), 0)
            both += books.balances.get((pair.fund, pair.fund_account, village), 0)
            if unexplained := both - under_way(books, pair, village):
                found.append(Breach(Invariant.PAIRS_AGREE, f"bank:{village}", pair.bank_account, "", unexplained))
    return found


def under_way(books: Books, pair: Pair, village: str) -> int:
    """What money that is under way explains of a pair's difference."""
    return sum(
        sign * transit.difference_satang
        for transit in books.transit.values()
        for kind, about, sign in pair.explained_by
        if transit.village == village and transit.type == kind and about in {"", transit.about}
    )


def _signs(books: Books) -> list[Breach]:
    found = []
    for (ledger, account, sub), amount in books.balances.items():
        if account == _CASH_BOX and amount < 0:
            found.append(Breach(Invariant.BOX_IS_NOT_NEGATIVE, ledger, account, sub, amount))
        elif account in _SAVINGS_OF_MEMBERS and amount > 0:
            found.append(Breach(Invariant.SAVINGS_ARE_NOT_NEGATIVE, ledger, account, sub, amount))
    return found


def _loans(books: Books) -> list[Breach]:
    """A loan's principal, over all accounts that it may stand in, is between nothing and what was paid out."""
    principal: dict[tuple[str, str], int] = defaultdict(int)
    for (ledger, account, sub), amount in books.balances.items():
        if account in LOANS:
            principal[ledger, sub] += amount
    found = []
    for (ledger, loan), amount in principal.items():
        beyond = min(amount, 0) or max(amount - max(lent_satang(books.registers, ledger, loan), 0), 0)
        if beyond:
            found.append(Breach(Invariant.PRINCIPAL_IS_WITHIN_LOAN, ledger, min(LOANS), loan, beyond))
    return found


def _clearing(books: Books) -> list[Breach]:
    return [
        Breach(Invariant.CLEARING_IS_NOTHING, ledger, account, sub, amount)
        for (ledger, account, sub), amount in books.balances.items()
        if account == CLEARING and amount
    ]


_CHECKS: Final[dict[Invariant, Callable[[Books], list[Breach]]]] = {
    Invariant.LEDGER_SUMS_TO_NOTHING: _ledgers,
    Invariant.ACCOUNT_IS_SUM_OF_SUBS: _subs,
    Invariant.PAIRS_AGREE: _pairs,
    Invariant.BOX_IS_NOT_NEGATIVE: _signs,
    Invariant.SAVINGS_ARE_NOT_NEGATIVE: _signs,
    Invariant.PRINCIPAL_IS_WITHIN_LOAN: _loans,
    Invariant.CLEARING_IS_NOTHING: _clearing,
}
