"""The closed year of one village, reckoned from a first passage through its months.

What members held on the first day is the table less all that followed, interest and reinvested dividends among it; and
both come from what they held. So the two are reckoned in turn until they agree, exactly.
"""

from typing import Final

from sajja_client.demo import rules
from sajja_client.demo.acts import sum_up
from sajja_client.demo.closing import of_ledger, result_lines
from sajja_client.demo.openings import Activity, OpeningRefused, open_shares, open_special
from sajja_client.demo.season import Season
from sajja_client.demo.settlement import (
    SHARE,
    Part,
    Settlement,
    dividends_of,
    heads_of,
    interest_of,
    refunds_of,
    weigh,
)

_ROUNDS: Final = 20
_SAVERS: Final = 40
_SLACK: Final = 3 * SHARE
_REINVESTING_PERCENT: Final = 45


def settle(season: Season, activity: Activity) -> Settlement:
    """Interest, profit, allocation, and what each member gets."""
    interest = _agree_on_interest(season, activity)
    until = [move for move in season.diary.movements() if move[0] <= rules.YEAR_END]
    changes = of_ledger(sum_up(until), season.ledger)
    lines = result_lines(season.year_before, changes)
    profit = sum(line.amount_satang for line in lines) - sum(interest.values())
    heads = heads_of(profit)
    paid = _interest_by_member(season)
    refunds = refunds_of(heads["patronage"], paid)
    weights, dividends, reinvested = _agree_on_dividends(season, activity, heads["dividend"])
    parts = tuple(
        Part(member, dividends.get(member, 0), refunds.get(member, 0), reinvested.get(member, 0))
        for member in sorted({*dividends, *refunds})
    )
    return Settlement(
        interest=interest,
        profit=profit,
        heads=heads,
        weights_total=sum(weights.values()),
        interest_total=sum(paid.values()),
        parts=parts,
    )


def _agree_on_interest(season: Season, activity: Activity) -> dict[str, int]:
    """The interest whose opening earns it; where no satang fits, another saver has what is no whole ten baht."""
    opened, moves = season.term.opening_day, season.moves[2110]
    for odd in range(_SAVERS):
        guessed = 0
        for _ in range(_ROUNDS):
            earned = interest_of(open_special(season, activity, guessed, odd), moves, opened)
            total = sum(earned.values())
            if total == guessed:
                return earned
            guessed = total
    raise OpeningRefused(f"{season.unit}: no opening earns the interest that it leaves room for")


def _agree_on_dividends(
    season: Season, activity: Activity, pool: int
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Weights, dividends, and what of them becomes shares: a total that the opening was reckoned with."""
    pledges = {member.id: member.pledge for member in season.roster.members}
    staying = [member.id for member in season.roster.opening if member.exit_month is None]
    keen = [member for member in staying if season.draw("reinvest", member).happens(_REINVESTING_PERCENT)]
    total = 0
    for _ in range(_ROUNDS):
        opening = open_shares(season, activity, total)
        weights = weigh(opening, season.moves[3110], pledges, season.term.opening_day)
        dividends = dividends_of(pool, weights)
        whole = {member: dividends[member] // SHARE * SHARE for member in keen if dividends.get(member, 0) >= SHARE}
        if total and 0 <= sum(whole.values()) - total <= 2 * _SLACK:
            return weights, dividends, _less(whole, sum(whole.values()) - total)
        total = max(sum(whole.values()) - _SLACK, SHARE)
    raise OpeningRefused(f"{season.unit}: no opening earns the dividends that it leaves room for")


def _less(whole: dict[str, int], excess: int) -> dict[str, int]:
    """A share less for so many of them; they take it in cash."""
    for member in list(whole):
        if excess <= 0:
            break
        whole[member] -= SHARE
        excess -= SHARE
    return {member: amount for member, amount in whole.items() if amount}


def _interest_by_member(season: Season) -> dict[str, int]:
    """What each borrower paid as interest in the closed year, on paper and on the tablets."""
    borrowers = {loan.id: loan.member.id for loan in season.loans}
    members = [member.id for member in season.roster.opening]
    paid: dict[str, int] = {}
    for line in season.year_before:
        if line.account in {4110, 4111} and line.sub is not None:
            member = borrowers.get(line.sub) or members[int(line.sub[-2:]) % len(members)]
            paid[member] = paid.get(member, 0) - line.amount_satang
    for day, loan, amount in season.interest:
        if day <= rules.YEAR_END:
            paid[borrowers[loan]] = paid.get(borrowers[loan], 0) + amount
    return paid
