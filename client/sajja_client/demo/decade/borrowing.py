"""The loans of the years before: those that stand on the first day, those that end in the open year, and all others.

* A loan that stands on the first day was paid out at the meeting that its contract names, and served every month.
* The loans "that ended on paper" in the open year are paid off at its first meeting, at the interest that is told.
* What else a bank can spare it lends to members who owe nothing, and all of it is back before the open year.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance
from sajja_client.demo.decade.path import FIRST_TABLET_MONTH, OPEN_YEAR
from sajja_client.demo.lending import Loan, Payment
from sajja_client.demo.people import Member, Roster
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Village

_INTEREST: Final = 4110
_NEW_YEAR: Final = OPEN_YEAR * 12
_WHOLE_BP: Final = 10_000
_MONTHS_MOST: Final = 24
_EMERGENCY_MONTHS: Final = 3


def standing_loans(season: Season) -> Iterator[Loan]:
    """What is owed on the first day, with every payment before it."""
    for loan in season.loans:
        if loan.disbursed_month < FIRST_TABLET_MONTH:
            payments = [
                _payment(month, loan.owed_on_paper(month), loan.owed_on_paper(month + 1))
                for month in range(loan.disbursed_month + 1, FIRST_TABLET_MONTH)
            ]
            yield _copy(loan, payments)


def ended_loans(season: Season, roster: Roster) -> Iterator[Loan]:
    """The loans of which the open year's income tells, and which nobody owes on the first day."""
    standing = {loan.id for loan in season.loans}
    chance = season.draw("ended loans")
    old = [one for one in roster.members if one.joined.year < OPEN_YEAR - 2]
    free = [one for one in old if one.id not in roster.officer_members and not _is_leaving(one)]
    for line in season.year_before:
        if line.account == _INTEREST and line.sub is not None and line.sub not in standing:
            owed = -line.amount_satang * _WHOLE_BP // rules.MONTHLY_RATE_BP
            served = chance.between(5, 11)
            instalment = -(-owed // ((_MONTHS_MOST - served) * rules.LOAN_STEP)) * rules.LOAN_STEP
            gross = owed + served * instalment
            month = _NEW_YEAR - served - 1
            left = [gross - at * instalment for at in range(served + 1)] + [0]
            payments = [_payment(month + 1 + at, left[at], left[at + 1]) for at in range(served + 1)]
            member = free[int(line.sub[-2:]) % len(free)]
            loan = make_loan(season.village, member, month, gross, instalment, payments)
            loan.id = line.sub
            yield loan


def serve(month: int, gross: int, instalment: int) -> list[Payment]:
    """The payments of a loan that is served every month from the next one on."""
    payments, owed = [], gross
    while owed:
        month += 1
        payments.append(_payment(month, owed, max(0, owed - instalment)))
        owed = payments[-1].owed_after
    return payments


def make_loan(
    village: Village, member: Member, month: int, gross: int, instalment: int, payments: list[Payment],
    product: Literal["ordinary", "emergency"] = "ordinary",
) -> Loan:  # fmt: skip
    """A loan that is paid out at a month's meeting."""
    return Loan(
        member=member, product=product, gross=gross, instalment=instalment, months=-(-gross // instalment),
        disbursed_month=month, disbursed=rules.meeting_date(village.moo, month),
        first_due=rules.meeting_date(village.moo, month + 1), payments=payments,
    )  # fmt: skip


class Lender:
    """What a bank lends besides: to whom, how much and for how long."""

    def __init__(self, season: Season, roster: Roster, loans: Iterable[Loan]) -> None:
        self.village = season.village
        self.roster = roster
        self.busy: dict[str, list[tuple[int, int]]] = {}  # by member: from the meeting until the last payment
        self.count = 0
        for loan in loans:
            self._note(loan, loan.payments[-1].month if loan.payments else FIRST_TABLET_MONTH)

    def lend(self, chance: Chance, month: int, spare: int, cover_left: int) -> list[Loan]:
        """The loans of a meeting, out of what can be spared; all are back before the open year."""
        lent: list[Loan] = []
        months = min(_MONTHS_MOST, _NEW_YEAR - 1 - month)
        if months < _EMERGENCY_MONTHS:
            return lent
        able = [m for m in self.roster.members if self._is_able(m, month, months)]
        typical = 3_000 + 220 * (month - rules.be_year_start(2553).year * 12)  # baht
        for member in chance.sample(able, len(able)):
            if spare < 3_000 * rules.BAHT:
                break
            is_small = chance.happens(15)
            baht = chance.between(10, 45) * 100 if is_small else chance.between(typical // 2, typical * 2)
            gross = min(baht * rules.BAHT, spare, rules.COVERED_MAX) // rules.LOAN_STEP * rules.LOAN_STEP
            loan = self._loan(chance, member, month, gross, months, is_small=is_small)
            if month >= rules.RISK_START_MONTH and not is_small:
                loan.covered = min(gross, cover_left)
                cover_left -= loan.covered
            spare -= gross
            lent.append(loan)
        return lent

    def _loan(self, chance: Chance, member: Member, month: int, gross: int, months: int, *, is_small: bool) -> Loan:
        wanted = _EMERGENCY_MONTHS if is_small else min(months, chance.pick((10, 12, 18, 20, 24)))
        instalment = -(-gross // (wanted * rules.LOAN_STEP)) * rules.LOAN_STEP
        product: Literal["ordinary", "emergency"] = "emergency" if is_small else "ordinary"
        payments = serve(month, gross, instalment)
        loan = make_loan(self.village, member, month, gross, instalment, payments, product)
        self.count += 1
        loan.id = f"{self.village.unit}-b{self.count:04}"
        self._note(loan, payments[-1].month)
        return loan

    def _note(self, loan: Loan, until: int) -> None:
        self.busy.setdefault(loan.member.id, []).append((loan.disbursed_month, until))

    def _is_able(self, member: Member, month: int, months: int) -> bool:
        if member.id in self.roster.officer_members or _is_leaving(member):
            return False
        if (member.joined.year * 12 + member.joined.month + rules.MONTHS_A_MEMBER) > month:
            return False
        return all(until < month or first > month + months for first, until in self.busy.get(member.id, ()))


def _is_leaving(member: Member) -> bool:
    return member.exit_month is not None and member.exit_month < FIRST_TABLET_MONTH


def _payment(month: int, owed: int, owed_after: int) -> Payment:
    interest = owed * rules.MONTHLY_RATE_BP // _WHOLE_BP
    return Payment(
        month=month, days_late=0, principal=owed - owed_after, interest=interest, fine=0, owed_after=owed_after
    )


def _copy(loan: Loan, payments: list[Payment]) -> Loan:
    return Loan(
        id=loan.id, member=loan.member, product=loan.product, gross=loan.gross, instalment=loan.instalment,
        months=loan.months, disbursed_month=loan.disbursed_month, disbursed=loan.disbursed, first_due=loan.first_due,
        payments=payments, covered=loan.covered,
    )  # fmt: skip
