"""A village's meeting: resolutions first, then what members pay in, then what is paid out, then the approvals.

* Two tables with a tablet each share it; a member queues at one of them.
* A member who does not come pays on one of the days after, or both months at the next meeting.
* A few slips are written on paper and recorded two days later, with the day of the meeting as their business date.
"""

from datetime import timedelta
from functools import partial
from typing import Literal

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Recipe
from sajja_client.demo.lending import Loan, Payment
from sajja_client.demo.people import PRESIDENT, SECRETARY, TREASURER, VICE, Member
from sajja_client.demo.season import Season
from sajja_schemas.events.ledgers import BankWithdrawalMade, ExpenseAccount, ExpensePaid, IncomeReceived
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.members import MemberAdmitted, MemberExitSettled, MemberHeirsPaid
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited, SpecialSavingsWithdrawn
from sajja_schemas.events.trust import MeetingResolutionRecorded
from sajja_schemas.events.welfare import WelfareContributionReceived, WelfareEnrolled

_THOUSAND = 1_000 * rules.BAHT
_DEPOSITS = (100, 200, 200, 300, 500, 500, 1_000, 1_500, 2_000, 3_000)  # baht
_WITHDRAWALS = (200, 300, 500, 500, 1_000, 1_000, 2_000)
_SUBJECT = "อนุมัติเงินกู้ รับสมาชิก และเข้ากองทุนสวัสดิการ"
_LAST_MONTH = rules.MONTHS[-1]


def fetch_cash(season: Season, month: int) -> None:
    """The day before, officers fetch a part of the loans from the bank."""
    needed = sum(loan.gross - loan.premium for loan in season.loans if loan.disbursed_month == month)
    amount = needed * season.fetch_percent // 100 // _THOUSAND * _THOUSAND
    if amount > 0:
        desk = season.desks[rules.CASH_DESK]
        desk.sit_down(rules.meeting_date(season.village.moo, month) - timedelta(days=1), 14)
        event = BankWithdrawalMade(
            ledger=f"bank:{season.unit}", amount_satang=amount, box=season.box, bank=season.bank, purpose="จ่ายเงินกู้"
        )
        season.pay(rules.CASH_DESK, event)
        season.approve_list(rules.CASH_DESK)


def hold_meeting(season: Season, month: int) -> None:
    """One meeting day."""
    day = rules.meeting_date(season.village.moo, month)
    for desk in season.desks.values():
        desk.sit_down(day, 8, 30)
    _resolve(season, month)
    for desk in season.desks.values():
        desk.sit_down(day, 9, 15)
    for member in season.chance.sample(season.roster.members, len(season.roster.members)):
        _serve(season, member, month)
    for desk in season.desks.values():
        desk.sit_down(day, 13)
    _pay_out(season, month)
    for letter, desk in season.desks.items():
        desk.sit_down(day, 15, 30)
        season.approve_list(letter)


def _resolve(season: Season, month: int) -> None:
    """The committee resolves on loans, new members and new enrolments; the resolution is approved first."""
    letter = rules.LOAN_DESK
    season.resolutions += 1
    absent = season.chance.pick((None, None, VICE, TREASURER))
    present = tuple(p for role, p in enumerate(season.roster.officers) if role != absent)
    resolution = season.diary.act(
        season.desks[letter], MeetingResolutionRecorded(no=season.resolutions, subject=_SUBJECT, present=present)
    )
    season.diary.approve(season.desks[letter], [resolution], season.persons(PRESIDENT, SECRETARY))
    for member in season.roster.members:
        if member.admitted_month == month:
            season.record(letter, admission(member, resolution))
        if member.enrols_month == month:
            season.record(letter, enrolment(member, resolution))
    for loan in season.loans:
        if loan.disbursed_month == month:
            season.record(letter, _approval_of(season, loan, resolution, month))
    season.approve_list(letter)


def admission(member: Member, resolution: str) -> Recipe:
    """A member is admitted under a resolution."""
    return lambda written: MemberAdmitted(
        member=member.id, gender=member.gender, joined=member.joined, resolution=written.ref(resolution)
    )


def enrolment(member: Member, resolution: str) -> Recipe:
    """A member joins the welfare fund under a resolution."""
    joined = rules.meeting_date(1, member.enrols_month) if member.enrols_month else member.joined
    return lambda written: WelfareEnrolled(
        member=member.id, joined=max(joined, rules.WELFARE_START), resolution=written.ref(resolution)
    )


def _approval_of(season: Season, loan: Loan, resolution: str, month: int) -> Recipe:
    return lambda written: LoanApproved(
        loan=loan.id,
        member=loan.member.id,
        product=loan.product,
        amount_satang=loan.gross,
        rate_bp_month=rules.MONTHLY_RATE_BP,
        method="declining",
        months=loan.months,
        first_due=rules.meeting_date(season.village.moo, month + 1),
        resolution=written.ref(resolution),
        covered_satang=loan.covered,
        premium_satang=loan.premium,
    )


def _serve(season: Season, member: Member, month: int) -> None:
    """What one member pays in at a meeting."""
    if (member.admitted_month or 0) > month:
        return
    if member.leaves_month is None or month < member.leaves_month:
        _take_monthly(season, member, month)
    for loan in season.loans:
        for payment in loan.payments:
            if loan.member is member and payment.month == month:
                if payment.days_late:
                    day = rules.meeting_date(season.village.moo, month) + timedelta(days=payment.days_late)
                    season.later(day, partial(visit, season, repayments=((loan, payment),)))
                else:
                    _take_repayment(season, member.letter, loan, payment)
    if member.has_special and member.leaves_month is None and season.chance.happens(16):
        amount = season.chance.pick(_DEPOSITS) * rules.BAHT
        deposit = SpecialSavingsDeposited(member=member.id, amount_satang=amount, box=season.box)
        season.take_carefully(member.letter, deposit)


def _take_monthly(season: Season, member: Member, month: int) -> None:
    if member.admitted_month == month:
        season.take(member.letter, _fee(season, member, 4130, rules.ENTRANCE_FEE))
        season.take(member.letter, _fee(season, member, 4131, rules.PASSBOOK_FEE))
    elif not season.chance.happens(rules.ON_TIME_PERCENT):
        last = 10 if month == _LAST_MONTH else 14
        if season.chance.happens(70):
            days = timedelta(days=season.chance.between(4, last))
            errand = partial(visit, season, member=member, month=month)
            season.later(rules.meeting_date(season.village.moo, month) + days, errand)
        else:
            season.unpaid_months.setdefault(member.id, []).append(_month(month))
        return
    _take_shares(season, member.letter, member, month, may_be_slip=True)


def _take_shares(season: Season, letter: str, member: Member, month: int, *, may_be_slip: bool = False) -> None:
    """The pledged share and the welfare contribution of a month, and of months that were missed."""
    months = (*season.unpaid_months.pop(member.id, ()), _month(month))
    share = ShareDeposited(member=member.id, amount_satang=member.pledge * len(months), box=season.box, months=months)
    if may_be_slip and season.chance.happens(rules.LATE_RECORDED_PERCENT):
        _record_later(season, share, month)
    else:
        season.take_carefully(letter, share)
    if member.in_welfare and not member.is_prepaid:
        covered = tuple(m for m in months if member.enrols_month is None or m >= _month(member.enrols_month))
        if covered:
            contribution = WelfareContributionReceived(
                member=member.id, amount_satang=rules.WELFARE_MONTHLY * len(covered), box=season.box, months=covered
            )
            season.take_carefully(letter, contribution)


def _record_later(season: Season, share: ShareDeposited, month: int) -> None:
    """The cash is in the box; the slip is typed in two days later."""
    day = rules.meeting_date(season.village.moo, month)
    slip = msgspec.structs.replace(share, source="paper")
    season.follow(slip)

    def type_in() -> None:
        season.desks[rules.CASH_DESK].sit_down(day + timedelta(days=2), 16)
        season.take(rules.CASH_DESK, slip, day=day, is_followed=True)

    season.later(day + timedelta(days=2), type_in)


def _take_repayment(season: Season, letter: str, loan: Loan, payment: Payment) -> None:
    season.take(
        letter,
        LoanRepaymentReceived(
            loan=loan.id,
            member=loan.member.id,
            product=loan.product,
            total_satang=payment.principal + payment.interest + payment.fine,
            box=season.box,
            principal_satang=payment.principal,
            interest_satang=payment.interest,
            fine_satang=payment.fine,
            next_due=rules.meeting_date(season.village.moo, payment.month + 1) if payment.owed_after else None,
        ),
    )


def visit(
    season: Season,
    *,
    member: Member | None = None,
    month: int = 0,
    repayments: tuple[tuple[Loan, Payment], ...] = (),
) -> None:
    """Somebody who was late comes to the treasurer's house."""
    letter = rules.CASH_DESK
    if member is not None:
        _take_shares(season, letter, member, month)
    for loan, payment in repayments:
        _take_repayment(season, letter, loan, payment)
    season.approve_list(letter)


def _pay_out(season: Season, month: int) -> None:
    for loan in season.loans:
        if loan.disbursed_month == month:
            season.pay(rules.LOAN_DESK, _disbursal(season, loan), seconds=120)
    for member in season.roster.members:
        if member.leaves_month == month:
            _settle_exit(season, member)
        elif member.has_special and _may_withdraw(season, member) and season.chance.happens(5):
            amount = season.chance.pick(_WITHDRAWALS) * rules.BAHT
            season.withdrawn[member.id] = season.withdrawn.get(member.id, 0) + amount
            event = SpecialSavingsWithdrawn(member=member.id, amount_satang=amount, box=season.box)
            season.pay(rules.LOAN_DESK, event)
    for account, amount, text in _expenses(season, month):
        event_paid = ExpensePaid(
            ledger=f"bank:{season.unit}",
            account=account,
            amount_satang=amount,
            channel="cash",
            box=season.box,
            text=text,
        )
        season.pay(rules.CASH_DESK, event_paid)


def _may_withdraw(season: Season, member: Member) -> bool:
    return member.leaves_month is None and member.id not in season.roster.officer_members


def _disbursal(season: Season, loan: Loan) -> LoanDisbursed:
    return LoanDisbursed(
        loan=loan.id,
        member=loan.member.id,
        product=loan.product,
        gross_satang=loan.gross,
        net_satang=loan.gross - loan.premium,
        premium_satang=loan.premium,
        channel="cash",
        box=season.box,
    )


def _settle_exit(season: Season, member: Member) -> None:
    """A leaver takes shares and special savings home the same day."""
    shares = season.chance.between(150, 900) * 10 * rules.BAHT
    season.leavers_shares[member.id] = shares
    special = 500 * rules.BAHT if member.has_special else 0
    season.withdrawn[member.id] = special
    interest = special * 250 // 10_000
    season.pay(
        rules.CASH_DESK,
        MemberExitSettled(
            member=member.id,
            shares_satang=shares,
            special_satang=special,
            interest_satang=interest,
            net_satang=shares + special + interest,
        ),
    )
    paid = MemberHeirsPaid(member=member.id, amount_satang=shares + special + interest, channel="cash", box=season.box)
    season.pay(rules.CASH_DESK, paid)


def _expenses(season: Season, month: int) -> list[tuple[ExpenseAccount, int, str]]:
    """What a meeting costs."""
    chance, size = season.chance, season.village.members
    expenses: list[tuple[ExpenseAccount, int, str]] = [
        (5121, 5 * (60 + size // 2 // 10 * 10) * rules.BAHT, "เบี้ยประชุมกรรมการ"),
        (5120, chance.between(20, 40) * 10 * rules.BAHT, "ค่าอาหารว่างประชุม"),
        (5123, chance.between(8, 16) * 10 * rules.BAHT, "ค่าเดินทางไปธนาคาร"),
    ]
    if month == rules.MONTHS[1]:
        expenses.append((5122, chance.between(20, 60) * 10 * rules.BAHT, "ค่าสมุดและวัสดุ"))
    return expenses


def _fee(season: Season, member: Member, account: Literal[4130, 4131], amount: int) -> IncomeReceived:
    return IncomeReceived(
        ledger=f"bank:{season.unit}",
        account=account,
        amount_satang=amount,
        channel="cash",
        sub=member.id,
        box=season.box,
    )


def _month(month: int) -> str:
    return f"{rules.YEAR}-{month:02}"
