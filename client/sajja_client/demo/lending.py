"""The loans of a village: what is owed on 22 August, and backwards from it what was paid and what was owed before.

* What is owed at the end is a multiple of 100 baht for each loan, and sums to the table's figure exactly; so do the
  loans whose borrowers have paid nothing since June or before, to the table's PAR30. Nobody else is 30 days late.
* Instalments are multiples of 100 baht too, so the interest of 1 % a month is whole baht, as villagers would have it.
* Interest is on the principal that is outstanding. A month that was skipped is paid with the next, interest and all.
* Whoever borrows has often repaid another loan just before. What was owed before the first day is on paper.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance, apportion
from sajja_client.demo.people import Member, Roster
from sajja_client.demo.targets import Village
from sajja_schemas.calculations.rounding import half_up, ratio

_HUNDRED = 100
_WHOLE_BP = 10_000
_EMERGENCIES = (1_500, 3_000, 3_000, 4_500)  # baht, each in three instalments
_EMERGENCY_MONTHS = 3
_MONTHS = 24
_BORROWERS_JOINED_BEFORE = date(2017, 2, 1)
_RENEWED_PERCENT = 88
_OPENING_PERCENT = 78  # of what is owed at the end was owed on the first day, for the bank has grown
_SPREAD = 8  # by which the loan before is smaller or larger than that asks for, in hundredths
_BEFORE_PERCENT = (25, 95)  # of the instalment that follows
_PAR_LOAN = 16_000 * rules.BAHT
# Of the borrowers who died: what each still owed, and the risk fund paid. Together they are its claims of the year.
CLAIMED = (12_600 * rules.BAHT, 9_800 * rules.BAHT, 18_900 * rules.BAHT)

_Due = tuple[int, int, int]  # the month, the days it is late, and how many instalments


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One instalment on a tablet's time."""

    month: int
    days_late: int
    principal: int
    interest: int
    fine: int
    owed_after: int


class Loan(msgspec.Struct, kw_only=True):
    """One loan, in satang."""

    id: str = ""
    member: Member
    product: Literal["ordinary", "emergency"] = "ordinary"
    gross: int
    instalment: int
    months: int
    disbursed_month: int
    disbursed: date
    first_due: date
    payments: list[Payment]
    covered: int = 0  # the part that the risk fund covers
    claimed: int = 0  # what it paid when the borrower died
    is_at_risk: bool = False  # nothing was paid for more than 30 days

    @property
    def premium(self) -> int:
        """What the risk fund takes of it."""
        return self.covered * rules.PREMIUM_BP // _WHOLE_BP

    @property
    def end(self) -> int:
        """What is owed on the last day."""
        return 0 if self.claimed else self._after(self.payments)

    @property
    def ended_month(self) -> int | None:
        """The month of the last payment, or of the borrower's death."""
        if self.claimed:
            return self.member.exit_month
        return self.payments[-1].month if self.payments and not self.end else None

    def owed_before(self, month: int) -> int:
        """What is owed before a month's meeting; nothing before it is paid out."""
        if self.disbursed_month >= month or (self.ended_month or month) < month:
            return 0
        return self._after([payment for payment in self.payments if payment.month < month])

    def owed_on_paper(self, month: int) -> int:
        """What was owed just before the instalment of a month before the first that is drawn."""
        if self.disbursed_month >= month:
            return 0
        if month >= rules.MONTHS[0]:
            return self.owed_before(month)
        return min(self.gross, self.owed_before(rules.MONTHS[0]) + (rules.MONTHS[0] - month) * self.instalment)

    def _after(self, payments: Sequence[Payment]) -> int:
        if payments:
            return payments[-1].owed_after
        return self.payments[0].owed_after + self.payments[0].principal if self.payments else self.gross


def draw_loans(seed: int, village: Village, roster: Roster, claimed: Sequence[int], attempt: int = 0) -> list[Loan]:
    """Every loan that is owed on some day from 1 August 2562 to 22 August 2563."""
    chance = Chance(seed, village.unit, "loans", attempt)
    count = (rules.LOANS_PER_100 * village.members + _HUNDRED // 2) // _HUNDRED
    borrowers = _draw_borrowers(chance, roster)
    loans = _draw_emergencies(chance, village, borrowers, max(2, count * 8 // _HUNDRED))
    small = sum(loan.end > 0 for loan in loans)
    at_risk = _draw_at_risk(chance, village, borrowers)
    owed = village.loans - sum(loan.end for loan in loans) - village.par30
    loans += at_risk + _draw_current(chance, village, borrowers, owed, count - small - len(at_risk))
    loans += _draw_renewed(chance, village, loans)
    loans += [
        _draw_claimed(village, member, amount) for member, amount in zip(_insured_dead(roster), claimed, strict=False)
    ]
    for loan in loans:
        loan.covered = min(loan.gross, rules.COVERED_MAX) if loan.product == "ordinary" else 0
    loans.sort(key=lambda loan: (loan.disbursed, loan.member.id, loan.gross))
    for number, loan in enumerate(loans, start=1):
        loan.id = f"{village.unit}-l{number:03}"
    return loans


def claimants(rosters: Mapping[str, Roster]) -> list[str]:
    """The villages where a borrower dies whose loan the risk fund pays, every third one."""
    units = [unit for unit, roster in rosters.items() if _insured_dead(roster)]
    return units[1::3]


def _insured_dead(roster: Roster) -> list[Member]:
    """Who died late enough for the twelve months, early enough to be settled, and was a member for long."""
    return [
        member
        for member in roster.members
        if member.exit_by == "death"
        and member.exit_month in rules.MONTHS[1:-1]
        and member.joined < _BORROWERS_JOINED_BEFORE
    ]


def _draw_borrowers(chance: Chance, roster: Roster) -> list[Member]:
    """Different members; no officer borrows, for nobody approves what he is a party to."""
    barred = set(roster.officer_members)
    able = [
        member
        for member in roster.members
        if member.id not in barred
        and member.exit_month is None
        and not member.is_silent
        and member.joined < _BORROWERS_JOINED_BEFORE
    ]
    return chance.sample(able, len(able))


def _draw_emergencies(chance: Chance, village: Village, borrowers: list[Member], standing: int) -> list[Loan]:
    """Small loans of three months, as many at any time as stand at the end; the risk fund takes nothing of them."""
    drawn = []
    needy = [borrowers.pop() for _ in range(standing)]
    for at, month in enumerate(rules.MONTHS):
        for number in range(standing // _EMERGENCY_MONTHS + (at % _EMERGENCY_MONTHS < standing % _EMERGENCY_MONTHS)):
            member = needy[(at * (standing // _EMERGENCY_MONTHS + 1) + number) % standing]
            gross = chance.pick(_EMERGENCIES) * rules.BAHT
            dues = [(due, 0, 1) for due in rules.MONTHS if month < due <= month + _EMERGENCY_MONTHS]
            loan = _loan(village, member, gross // _EMERGENCY_MONTHS, month, gross, dues)
            loan.product = "emergency"
            drawn.append(loan)
    return drawn


def _draw_at_risk(chance: Chance, village: Village, borrowers: list[Member]) -> list[Loan]:
    """Loans of which nothing has been paid since a meeting in spring or in June."""
    if not village.par30:
        return []
    count = max(1, (village.par30 + _PAR_LOAN // 2) // _PAR_LOAN)
    drawn = []
    for end in _divide(village.par30, [chance.between(8, 14) for _ in range(count)]):
        missed = chance.pick((2, 2, 3, 4))
        dues = [(month, 0, 1) for month in rules.MONTHS[:-missed]]
        age = chance.between(1, 6)  # meetings before the first that is drawn
        left = _MONTHS - len(dues) - age + 1
        instalment = _instalment(end, left)
        opening = end + len(dues) * instalment
        gross = opening + (age - 1) * instalment
        loan = _loan(village, borrowers.pop(), instalment, rules.MONTHS[0] - age, gross, dues, opening)
        loan.is_at_risk = True
        drawn.append(loan)
    return drawn


def _draw_current(chance: Chance, village: Village, borrowers: list[Member], owed: int, count: int) -> list[Loan]:
    """Loans that are owed at the end and served: half of them are a year old or older."""
    ages = [(at * 23 // count) for at in range(count)]  # meetings since the money was paid out, 0 to 22
    weights = [chance.between(8, 16) * (_MONTHS - age) for age in ages]
    loans = []
    for age, end in zip(ages, _divide(owed, weights), strict=True):
        month = rules.LAST_MONTH - age
        dues = _draw_dues(chance, [due for due in rules.MONTHS if due > month])
        paid = sum(number for _month, _late, number in dues)
        instalment = _instalment(end, _MONTHS - age)
        opening = end + paid * instalment
        earlier = max(0, rules.MONTHS[0] - month - 1)
        gross = opening + earlier * instalment
        loans.append(_loan(village, borrowers.pop(), instalment, month, gross, dues, opening))
    return loans


def _draw_renewed(chance: Chance, village: Village, loans: list[Loan]) -> list[Loan]:
    """The loans that borrowers repaid before they took new ones, of a size that suits what the bank had."""
    first = rules.MONTHS[0]
    renewals = [
        (loan, max(first, loan.disbursed_month - chance.below(2)))
        for loan in loans
        if loan.disbursed_month >= first and loan.product == "ordinary" and chance.happens(_RENEWED_PERCENT)
    ]
    wanted = village.loans * _OPENING_PERCENT // _HUNDRED - sum(loan.owed_before(first) for loan in loans)
    alike = sum(loan.instalment * (last - first + 1) for loan, last in renewals)
    least, most = _BEFORE_PERCENT
    middle = min(max(wanted * _HUNDRED // alike, least), most)
    return [
        _draw_before(village, loan, last, chance.between(middle - _SPREAD, middle + _SPREAD)) for loan, last in renewals
    ]


def _draw_before(village: Village, loan: Loan, last: int, percent: int) -> Loan:
    """The loan that the same borrower repaid before this one."""
    instalment = max(1, loan.instalment * percent // _HUNDRED // rules.LOAN_STEP) * rules.LOAN_STEP
    dues = [(month, 0, 1) for month in rules.MONTHS if month <= last]
    gross = min(_MONTHS * instalment, rules.ORDINARY_MAX // instalment * instalment)
    return _loan(village, loan.member, instalment, last - gross // instalment, gross, dues, len(dues) * instalment)


def _draw_claimed(village: Village, member: Member, amount: int) -> Loan:
    """The loan of a borrower who dies and owes this."""
    assert member.exit_month is not None, "the dead have a month"
    dues = [(month, 0, 1) for month in rules.MONTHS if month < member.exit_month]
    instalment = _instalment(amount, 10)
    opening = amount + len(dues) * instalment
    age = 3
    loan = _loan(village, member, instalment, rules.MONTHS[0] - age, opening + (age - 1) * instalment, dues, opening)
    loan.claimed = amount
    return loan


def _loan(
    village: Village, member: Member, instalment: int, month: int, gross: int, dues: list[_Due], opening: int = 0
) -> Loan:
    return Loan(
        member=member,
        gross=gross,
        instalment=instalment,
        months=-(-gross // instalment),
        disbursed_month=month,
        disbursed=rules.meeting_date(village.moo, month),
        first_due=rules.meeting_date(village.moo, month + 1),
        payments=_pay(opening or gross, instalment, dues),
    )


def _instalment(owed: int, left: int) -> int:
    return -(-owed // (left * rules.LOAN_STEP)) * rules.LOAN_STEP


def _divide(owed: int, weights: Sequence[int]) -> list[int]:
    """What is owed in steps of 100 baht, at least one for each."""
    units, rest = divmod(owed, rules.LOAN_STEP)
    assert rest == 0, "every row of the table is in steps of 100 baht"
    return [(1 + part) * rules.LOAN_STEP for part in apportion(units - len(weights), weights)]


def _draw_dues(chance: Chance, months: Sequence[int]) -> list[_Due]:
    """For each month in which something is paid: the month, the days it is late, and how many instalments."""
    if months and chance.happens(rules.SKIPPED_LOANS_PERCENT):
        skipped = chance.pick(months)
        return [(month, 0, 1 + (month == skipped + 1)) for month in months if month != skipped]
    late_month = chance.pick(months) if months and chance.happens(rules.LATE_LOANS_PERCENT) else None
    return [(month, chance.between(4, 10) if month == late_month else 0, 1) for month in months]


def _pay(owed: int, instalment: int, dues: list[_Due]) -> list[Payment]:
    payments = []
    for month, days_late, number in dues:
        principal = min(owed, number * instalment)
        interest = half_up(ratio(number * owed * rules.MONTHLY_RATE_BP, _WHOLE_BP))
        is_late = days_late > rules.GRACE_DAYS or number > 1
        fine = half_up(ratio(min(owed, instalment) * rules.PENALTY_BP, _WHOLE_BP)) if is_late else 0
        owed -= principal
        payments.append(
            Payment(
                month=month, days_late=days_late, principal=principal, interest=interest, fine=fine, owed_after=owed
            )
        )
    return payments
