"""The loans of a village: what is owed on 22 August, and backwards from it what was paid and what was owed before.

* What is owed at the end is a multiple of 500 baht for each loan, and sums to the table's figure exactly.
* Instalments are multiples of 500 baht too, so the interest of 1 % a month is whole baht, as villagers would have it.
* Interest is on the principal that is outstanding. A month that was skipped is paid with the next, interest and all.
"""

from datetime import date
from typing import Literal

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance, apportion
from sajja_client.demo.people import Member, Roster
from sajja_client.demo.targets import Village

_HUNDRED = 100
_WHOLE_BP = 10_000
_EMERGENCIES = (1_500, 3_000, 3_000, 4_500)  # baht, each in three instalments
_TERMS = (12, 18, 24, 24)


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One instalment during the twelve weeks."""

    month: int
    days_late: int
    principal: int
    interest: int
    fine: int
    owed_after: int


class Loan(msgspec.Struct, kw_only=True):
    """One loan, in satang."""

    id: str
    member: Member
    product: Literal["ordinary", "emergency"]
    gross: int
    instalment: int
    months: int
    disbursed_month: int | None  # during the twelve weeks
    disbursed: date
    opening: int  # owed on 1 June
    payments: list[Payment]

    @property
    def covered(self) -> int:
        """The part that the risk fund covers."""
        return min(self.gross, rules.COVERED_MAX) if self.product == "ordinary" else 0

    @property
    def premium(self) -> int:
        """What the risk fund takes of it."""
        return self.covered * rules.PREMIUM_BP // _WHOLE_BP

    def owed_before_june(self, month: int) -> int:
        """What was owed just before the instalment of an earlier month of the open year; 0 if there was none."""
        meeting = date(rules.YEAR, month, self.disbursed.day)
        if self.disbursed_month is not None or meeting <= self.disbursed:
            return 0
        return min(self.gross, self.opening + (rules.MONTHS[0] - month) * self.instalment)


def draw_loans(seed: int, village: Village, roster: Roster, new_percent: int, attempt: int = 0) -> list[Loan]:
    """Every loan that is owed on 1 June, on 22 August, or both."""
    chance = Chance(seed, village.unit, "loans", attempt)
    count = (rules.LOANS_PER_100 * village.members + _HUNDRED // 2) // _HUNDRED
    small = max(2, count * 8 // _HUNDRED)
    new = max(3, count * new_percent // _HUNDRED)
    ending = max(1, count // 12)
    borrowers = _draw_borrowers(chance, roster, count + ending)
    emergencies = [_draw_emergency(chance, village, borrowers.pop()) for _ in range(small)]
    owed = village.loans - sum(_owed_at_end(loan) for loan in emergencies)
    weights = [chance.between(8, 16) for _ in range(new)] + [chance.between(2, 16) for _ in range(count - small - new)]
    units = owed // rules.LOAN_STEP - len(weights)  # nobody owes less than one step
    ends = [(1 + part) * rules.LOAN_STEP for part in apportion(units, weights)]
    assert sum(ends) == owed, "every row of the table is in steps of 500 baht"
    loans = [_draw_new(chance, village, borrowers.pop(), end, at) for at, end in enumerate(ends[:new])]
    loans += [_draw_old(chance, village, borrowers.pop(), end) for end in ends[new:]]
    loans += [_draw_ending(chance, village, borrowers.pop()) for _ in range(ending)]
    loans += emergencies
    loans.sort(key=lambda loan: (loan.disbursed, loan.member.id))
    for number, loan in enumerate(loans, start=1):
        loan.id = f"{village.unit}-l{number:03}"
    return loans


def _draw_borrowers(chance: Chance, roster: Roster, count: int) -> list[Member]:
    """Different members; no officer borrows, for nobody approves what he is a party to."""
    barred = set(roster.officer_members)
    newest = date(rules.YEAR - 1, 12, 1)  # half a year a member before the first loan
    able = [m for m in roster.members if m.id not in barred and m.leaves_month is None and m.joined < newest]
    return chance.sample(able, count)


def _owed_at_end(loan: Loan) -> int:
    return loan.payments[-1].owed_after if loan.payments else loan.opening or loan.gross


def _meeting_before(village: Village, month: int, months_back: int) -> date:
    at = rules.YEAR * 12 + month - 1 - months_back
    return rules.meeting_date(village.moo, at % 12 + 1, at // 12)


def _draw_old(chance: Chance, village: Village, member: Member, end: int) -> Loan:
    """A loan from before June that is still owed on 22 August."""
    dues = _draw_dues(chance)
    step = rules.LOAN_STEP
    left = chance.between(8, 22)
    instalment = -(-end // (left * step)) * step
    left = -(-end // instalment)
    paid = sum(number for _month, _late, number in dues)
    earlier = chance.between(0, max(0, min(chance.pick(_TERMS), 24) - left - paid))
    earlier = min(earlier, max(0, (rules.ORDINARY_MAX - end) // instalment - paid))
    opening = end + paid * instalment
    gross = opening + earlier * instalment
    return Loan(
        id="",
        member=member,
        product="ordinary",
        gross=gross,
        instalment=instalment,
        months=left + paid + earlier,
        disbursed_month=None,
        disbursed=_meeting_before(village, 5, earlier),
        opening=opening,
        payments=_pay(opening, instalment, dues),
    )


def _draw_new(chance: Chance, village: Village, member: Member, end: int, at: int) -> Loan:
    """A loan that is paid out at one of the three meetings."""
    month = rules.MONTHS[at % len(rules.MONTHS)]
    dues = [(due, 0, 1) for due in rules.MONTHS if due > month]
    left = chance.between(10, 20)
    instalment = -(-end // (left * rules.LOAN_STEP)) * rules.LOAN_STEP
    gross = end + len(dues) * instalment
    return Loan(
        id="",
        member=member,
        product="ordinary",
        gross=gross,
        instalment=instalment,
        months=-(-gross // instalment),
        disbursed_month=month,
        disbursed=rules.meeting_date(village.moo, month),
        opening=0,
        payments=_pay(gross, instalment, dues),
    )


def _draw_emergency(chance: Chance, village: Village, member: Member) -> Loan:
    """A small loan of three months; the risk fund takes nothing of it."""
    gross = chance.pick(_EMERGENCIES) * rules.BAHT
    month = chance.pick(rules.MONTHS)
    dues = [(due, 0, 1) for due in rules.MONTHS if due > month]
    return Loan(
        id="",
        member=member,
        product="emergency",
        gross=gross,
        instalment=gross // 3,
        months=3,
        disbursed_month=month,
        disbursed=rules.meeting_date(village.moo, month),
        opening=0,
        payments=_pay(gross, gross // 3, dues),
    )


def _draw_ending(chance: Chance, village: Village, member: Member) -> Loan:
    """A loan from before June whose last instalment falls into the twelve weeks."""
    left = chance.between(1, len(rules.MONTHS))
    instalment = chance.between(1, 4) * rules.LOAN_STEP
    earlier = chance.between(9, 20)
    return Loan(
        id="",
        member=member,
        product="ordinary",
        gross=(left + earlier) * instalment,
        instalment=instalment,
        months=left + earlier,
        disbursed_month=None,
        disbursed=_meeting_before(village, 5, earlier),
        opening=left * instalment,
        payments=_pay(left * instalment, instalment, [(month, 0, 1) for month in rules.MONTHS[:left]]),
    )


def _draw_dues(chance: Chance) -> list[tuple[int, int, int]]:
    """For each month in which something is paid: the month, the days it is late, and how many instalments."""
    if chance.happens(rules.SKIPPED_LOANS_PERCENT):
        skipped = chance.pick(rules.MONTHS)
        return [(month, 0, 1 + (month == skipped + 1)) for month in rules.MONTHS if month != skipped]
    late_month = chance.pick(rules.MONTHS) if chance.happens(rules.LATE_LOANS_PERCENT) else None
    return [(month, chance.between(4, 10) if month == late_month else 0, 1) for month in rules.MONTHS]


def _pay(owed: int, instalment: int, dues: list[tuple[int, int, int]]) -> list[Payment]:
    payments = []
    for month, days_late, number in dues:
        principal = min(owed, number * instalment)
        interest = round_half_up(number * owed * rules.MONTHLY_RATE_BP, _WHOLE_BP)
        is_late = days_late > 0 or number > 1
        fine = round_half_up(instalment * rules.PENALTY_BP, _WHOLE_BP) if is_late else 0
        owed -= principal
        payments.append(
            Payment(
                month=month, days_late=days_late, principal=principal, interest=interest, fine=fine, owed_after=owed
            )
        )
    return payments


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole satang, the half upwards (docs/domain.md section 9)."""
    return (2 * numerator + denominator) // (2 * denominator)
