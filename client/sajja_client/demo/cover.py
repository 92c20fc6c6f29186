"""What the risk fund covers of each loan, so that its figures of 22 August are exact.

* A loan is covered to 50,000 baht at most. A borrower who is secured by savings may go without, or with less.
* First new loans go without until the premium of twelve months fits, then older ones until what is covered fits; the
  last of each is covered in part. What is covered of a loan is never more than is owed of it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance
from sajja_client.demo.lending import Loan
from sajja_client.demo.targets import Risk


class CoverRefused(ValueError):
    """The loans of this seed cannot be covered as the table says."""


def cover_loans(seed: int, loans: Sequence[Loan], target: Risk) -> None:
    """Settle what is covered of each loan of the network."""
    chance = Chance(seed, "cover")
    covered = [loan for loan in loans if loan.covered and not loan.claimed]
    shuffled = chance.sample(covered, len(covered))
    new = [loan for loan in shuffled if _pays_in_twelve_months(loan.disbursed)]
    old = [loan for loan in shuffled if loan.end and not _pays_in_twelve_months(loan.disbursed)]
    wanted = target.premium_12_months * 10_000 // rules.PREMIUM_BP
    _uncover(new, sum(loan.covered for loan in new) - wanted, attrgetter("covered"))
    _uncover(old, sum(owed_under_cover(loan) for loan in loans) - target.covered, owed_under_cover)
    if max(loan.covered for loan in loans if loan.end) != target.largest_covered:
        raise CoverRefused("no loan is covered to the most that there is")


def owed_under_cover(loan: Loan) -> int:
    """What the risk fund would pay today, but for interest."""
    return min(loan.end, loan.covered)


def _pays_in_twelve_months(disbursed: date) -> bool:
    return rules.FLOWS_FROM <= disbursed <= rules.LAST_DAY


def _uncover(loans: Sequence[Loan], excess: int, size: Callable[[Loan], int]) -> None:
    """Take so much cover away, loan by loan."""
    for loan in loans:
        if excess <= 0:
            break
        taken = min(excess, size(loan))
        loan.covered = size(loan) - taken
        excess -= taken
    if excess:
        raise CoverRefused(f"{excess} satang of cover too much, or too little where below nothing")
