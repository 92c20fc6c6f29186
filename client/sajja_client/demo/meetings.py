"""A village's meeting: resolutions first, then what members pay in, then what is paid out, then the approvals.

* Two tables with a tablet each share it; a member queues at one of them.
* A member who does not come pays on one of the days after, or both months at the next meeting.
* A few slips are written on paper and recorded two days later, with the day of the meeting as their business date.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Literal

import msgspec

from sajja_client.demo import planted, rules
from sajja_client.demo.acts import Recipe
from sajja_client.demo.lending import Loan, Payment
from sajja_client.demo.people import PRESIDENT, SECRETARY, TREASURER, VICE, Member
from sajja_client.demo.season import Receipt, Season
from sajja_client.demo.settlement import Settlement
from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.events.closing import AllocationPaid, DividendPaid, DividendReinvested, Share
from sajja_schemas.events.ledgers import BankWithdrawalMade, ExpenseAccount, ExpensePaid, IncomeReceived
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.member_records import MemberApplicationSubmitted
from sajja_schemas.events.members import MemberAdmitted, MemberDeathConfirmed, MemberExitSettled, MemberHeirsPaid
from sajja_schemas.events.risk import RiskClaimFiled
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited, SpecialSavingsWithdrawn
from sajja_schemas.events.trust import MeetingResolutionRecorded
from sajja_schemas.events.welfare import WelfareContributionReceived, WelfareEnrolled

_THOUSAND = 1_000 * rules.BAHT
_Due = dict[Share, int]
_TEN_BAHT = 10 * rules.BAHT
_DEPOSITS = (100, 200, 200, 300, 500, 500, 1_000, 1_500, 2_000, 3_000)  # baht
_WITHDRAWALS = (200, 300, 500, 500, 1_000, 1_000, 2_000)
_SUBJECT = "อนุมัติเงินกู้ รับสมาชิก และเข้ากองทุนสวัสดิการ"
_DIVIDENDS_MONTH = rules.YEAR * 12 + 1  # February, after the general meeting
_PREPAYING_MONTH = rules.YEAR * 12
_SUPPLIES_MONTHS = 3
_LATE_FOR_DIVIDENDS_PERCENT = 12


def fetch_cash(season: Season, month: int) -> None:
    """The day before, officers fetch a part of the loans from the bank."""
    needed = sum(loan.gross - loan.premium for loan in season.loans if loan.disbursed_month == month)
    if season.settlement is not None and month == _DIVIDENDS_MONTH:
        needed += season.settlement.in_cash
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
    season.chance = season.draw("meeting", month)
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
    if season.settlement is not None and month in {_DIVIDENDS_MONTH, _DIVIDENDS_MONTH + 1}:
        _pay_dividends(season, season.settlement, month)
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
            apply_for(season, letter, member)
            season.record(letter, admission(member, resolution))
        if member.enrols_month == month:
            season.record(letter, enrolment(member, resolution))
    for loan in season.loans:
        if loan.disbursed_month == month:
            season.record(letter, approval_of(loan, resolution))
    season.approve_list(letter)


def apply_for(season: Season, letter: str, member: Member) -> None:
    """Somebody applies; who it is stands beside the entry."""
    applied = MemberApplicationSubmitted(applicant=member.id, gender=member.gender, group="general", scopes=("bank",))
    season.diary.act(season.desks[letter], applied, seconds=90, personal=planted.applicant(member.identity))


def admission(member: Member, resolution: str) -> Recipe:
    """A member is admitted under a resolution."""
    return lambda written: MemberAdmitted(
        member=member.id, gender=member.gender, joined=member.joined, resolution=written.ref(resolution)
    )


def enrolment(member: Member, resolution: str) -> Recipe:
    """A member joins the welfare fund under a resolution."""
    joined = rules.meeting_date(1, member.enrols_month) if member.enrols_month is not None else member.joined
    return lambda written: WelfareEnrolled(
        member=member.id, joined=max(joined, rules.WELFARE_START), resolution=written.ref(resolution)
    )


def approval_of(loan: Loan, resolution: str) -> Recipe:
    """A loan is granted under a resolution."""
    return lambda written: LoanApproved(
        loan=loan.id,
        member=loan.member.id,
        product=loan.product,
        amount_satang=loan.gross,
        rate_bp_month=rules.MONTHLY_RATE_BP,
        method="declining",
        months=loan.months,
        first_due=loan.first_due,
        rounding_satang=rules.LOAN_STEP,
        rounding_mode="up",
        resolution=written.ref(resolution),
        covered_satang=loan.covered,
        premium_satang=loan.premium,
    )


def _serve(season: Season, member: Member, month: int) -> None:
    """What one member pays in at a meeting."""
    if (member.admitted_month or 0) > month or member.is_silent:
        return
    if (posted := season.lapped.get((member.id, month))) is not None:
        for whose, of in posted:
            _post_month(season, whose, of)
        return
    if member.is_in(month):
        _take_monthly(season, member, month)
    for loan, payment in season.instalments.get((member.id, month), ()):
        if payment.days_late:
            day = rules.meeting_date(season.village.moo, month) + timedelta(days=payment.days_late)
            season.later(day, partial(visit, season, repayments=((loan, payment),)))
        else:
            _take_repayment(season, member.letter, loan, payment)
    if member.has_special and season.chance.happens(16):
        amount = season.chance.pick(_DEPOSITS) * rules.BAHT
        deposit = SpecialSavingsDeposited(member=member.id, amount_satang=amount, box=season.box)
        season.take_carefully(member.letter, deposit)


def _post_month(season: Season, member: Member, month: int) -> None:
    """A member's payments of a month, on the loan desk's paper of today, and under that month's meeting day."""
    letter, meeting = rules.LOAN_DESK, rules.meeting_date(season.village.moo, month)
    day = meeting if meeting != season.today else None
    for event in _shares_and_welfare(season, member, month):
        season.take(letter, event, day=day)
    for loan, payment in season.instalments.get((member.id, month), ()):
        season.take(letter, repayment(season, loan, payment), day=day)


def _take_monthly(season: Season, member: Member, month: int) -> None:
    if member.admitted_month == month:
        season.take(member.letter, fee(season, member, 4130, rules.ENTRANCE_FEE))
        season.take(member.letter, fee(season, member, 4131, rules.PASSBOOK_FEE))
    elif not season.chance.happens(rules.ON_TIME_PERCENT):
        last = 10 if month == rules.LAST_MONTH else 14
        if season.chance.happens(70):
            days = timedelta(days=season.chance.between(4, last))
            errand = partial(visit, season, member=member, month=month)
            season.later(rules.meeting_date(season.village.moo, month) + days, errand)
        else:
            season.unpaid_months.setdefault(member.id, []).append(rules.month_name(month))
        return
    _take_shares(season, member.letter, member, month, may_be_slip=True)


def _take_shares(season: Season, letter: str, member: Member, month: int, *, may_be_slip: bool = False) -> None:
    """The pledged share and the welfare contribution of a month, and of months that were missed."""
    share, *contribution = _shares_and_welfare(season, member, month)
    if may_be_slip and season.chance.happens(rules.LATE_RECORDED_PERCENT):
        _record_later(season, letter, share, month)
    else:
        season.take_carefully(letter, share)
    for event in contribution:
        season.take_carefully(letter, event)


def _shares_and_welfare(season: Season, member: Member, month: int) -> Iterator[Receipt]:
    months = (*season.unpaid_months.pop(member.id, ()), rules.month_name(month))
    yield ShareDeposited(member=member.id, amount_satang=member.pledge * len(months), box=season.box, months=months)
    covered, amount = _welfare_due(member, months, month)
    if covered:
        yield WelfareContributionReceived(member=member.id, amount_satang=amount, box=season.box, months=covered)


def _welfare_due(member: Member, months: tuple[str, ...], month: int) -> tuple[tuple[str, ...], int]:
    """The months that a contribution covers, and what it comes to."""
    if not member.in_welfare:
        return (), 0
    if member.is_prepaid:
        year = tuple(rules.month_name(month + number) for number in range(12)) if month == _PREPAYING_MONTH else ()
        return year, rules.WELFARE_PREPAID
    covered = tuple(m for m in months if member.enrols_month is None or m >= rules.month_name(member.enrols_month))
    return covered, rules.WELFARE_MONTHLY * len(covered)


def _record_later(season: Season, letter: str, share: Receipt, month: int) -> None:
    """The cash is in the box; the slip is typed in two days later."""
    day = rules.meeting_date(season.village.moo, month)
    slip = msgspec.structs.replace(share, source="paper", receipt=season.receipt(letter, share))
    season.follow(slip)

    def type_in() -> None:
        season.desks[rules.CASH_DESK].sit_down(day + timedelta(days=2), 16)
        season.take(rules.CASH_DESK, slip, day=day, is_followed=True)

    season.later(day + timedelta(days=2), type_in)


def _take_repayment(season: Season, letter: str, loan: Loan, payment: Payment) -> None:
    season.take(letter, repayment(season, loan, payment))


def repayment(season: Season, loan: Loan, payment: Payment) -> LoanRepaymentReceived:
    """A borrower pays an instalment."""
    return LoanRepaymentReceived(
        loan=loan.id,
        member=loan.member.id,
        product=loan.product,
        total_satang=payment.principal + payment.interest + payment.fine,
        box=season.box,
        principal_satang=payment.principal,
        interest_satang=payment.interest,
        fine_satang=payment.fine,
        next_due=rules.meeting_date(season.village.moo, payment.month + 1) if payment.owed_after else None,
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
            season.pay(rules.LOAN_DESK, disbursal(season, loan), seconds=120)
    for member in season.roster.members:
        if member.exit_month == month:
            settle_exit(season, member)
        elif member.is_silent:
            _withdraw_from_the_silent(season, member, month)
        elif member.has_special and _may_withdraw(season, member) and season.chance.happens(5):
            _withdraw(season, member, season.chance.pick(_WITHDRAWALS) * rules.BAHT)
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


def _withdraw(season: Season, member: Member, amount: int) -> None:
    season.withdrawn[member.id] = season.withdrawn.get(member.id, 0) + amount
    event = SpecialSavingsWithdrawn(member=member.id, amount_satang=amount, box=season.box)
    season.pay(rules.LOAN_DESK, event)


def _withdraw_from_the_silent(season: Season, member: Member, month: int) -> None:
    if month == rules.LAST_MONTH and planted.is_silent_for_long(season.term):
        _withdraw(season, member, planted.SILENT_WITHDRAWAL)
        season.cases.append(planted.silent_withdrawal(season.unit, member.id, season.today))


def _may_withdraw(season: Season, member: Member) -> bool:
    return member.exit_month is None and member.id not in season.roster.officer_members


def disbursal(season: Season, loan: Loan) -> LoanDisbursed:
    """A loan is paid out of the box."""
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


def settle_exit(season: Season, member: Member) -> None:
    """A leaver, or the heirs, take the shares home the same day."""
    if member.exit_by == "death":
        _confirm_death(season, member)
    moves = season.moves[3110].get(member.id, [])
    shares = season.leavers_shares.get(member.id, 0) + sum(move.amount_satang for move in moves)
    if shares == 0:
        return
    season.pay(rules.CASH_DESK, MemberExitSettled(member=member.id, shares_satang=shares, net_satang=shares))
    paid = MemberHeirsPaid(member=member.id, amount_satang=shares, channel="cash", box=season.box)
    season.pay(rules.CASH_DESK, paid)


def _confirm_death(season: Season, member: Member) -> None:
    """The certificate is shown; what was owed on a covered loan is asked of the risk fund."""
    death = next(one for one in season.deaths if one.member is member)
    certificate = to_base64url(entry_hash(f"certificate of {member.id}".encode()))
    confirmed = MemberDeathConfirmed(member=member.id, died=death.died, certificate=certificate)
    season.record(rules.LOAN_DESK, confirmed, seconds=120)
    if death.loan is not None:
        filed = RiskClaimFiled(
            loan=death.loan.id, member=member.id, cause="death", happened=death.died,
            principal_satang=death.loan.claimed,
        )  # fmt: skip
        season.record(rules.LOAN_DESK, filed, seconds=180)


def _pay_dividends(season: Season, settlement: Settlement, month: int) -> None:
    """Dividends and refunds, in cash or into shares; who does not come in February comes in March."""
    for part in settlement.parts:
        is_late = season.draw("dividend", part.member).happens(_LATE_FOR_DIVIDENDS_PERCENT)
        if is_late != (month > _DIVIDENDS_MONTH):
            continue
        if part.reinvested:
            invested = DividendReinvested(member=part.member, share="dividend", amount_satang=part.reinvested)
            season.take(rules.LOAN_DESK, invested)
        due: _Due = {"dividend": part.dividend - part.reinvested, "patronage": part.patronage}
        for share, amount in due.items():
            if amount:
                paid = DividendPaid(
                    ledger=season.ledger, member=part.member, share=share, amount_satang=amount, box=season.box
                )
                season.take(rules.LOAN_DESK, paid)
    if month == _DIVIDENDS_MONTH:
        year, amount = rules.CLOSED_YEAR, settlement.heads["committee"]
        allocated = AllocationPaid(year=year, amount_satang=amount, channel="cash", box=season.box)
        season.pay(rules.LOAN_DESK, allocated)


def _expenses(season: Season, month: int) -> list[tuple[ExpenseAccount, int, str]]:
    """What a meeting costs."""
    chance, size = season.chance, season.village.members
    expenses: list[tuple[ExpenseAccount, int, str]] = [
        (5121, 5 * (60 + size // 2 // 10 * 10) * rules.BAHT, "เบี้ยประชุมกรรมการ"),
        (5120, chance.between(20, 40) * 10 * rules.BAHT, "ค่าอาหารว่างประชุม"),
        (5123, chance.between(8, 16) * 10 * rules.BAHT, "ค่าเดินทางไปธนาคาร"),
    ]
    if month % _SUPPLIES_MONTHS == 0:
        expenses.append((5122, chance.between(20, 60) * 10 * rules.BAHT, "ค่าสมุดและวัสดุ"))
    taken = season.interest_since(rules.meeting_date(season.village.moo, month - 1) + timedelta(days=1))
    works = taken * rules.PUBLIC_WORKS_PERCENT // 100 // _TEN_BAHT * _TEN_BAHT
    if works:
        expenses.append((5127, works, "งานสาธารณประโยชน์หมู่บ้าน"))
    return expenses


def fee(season: Season, member: Member, account: Literal[4130, 4131], amount: int) -> IncomeReceived:
    """A new member pays a fee."""
    return IncomeReceived(
        ledger=f"bank:{season.unit}",
        account=account,
        amount_satang=amount,
        channel="cash",
        sub=member.id,
        box=season.box,
    )
