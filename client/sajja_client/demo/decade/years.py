"""The years of one village's bank before the thirteen months, meeting by meeting.

* At a meeting members pay in, then the bank pays out; the day before, what the box will lack is fetched. The day after,
  what was collected for the funds leaves, and the box is brought to its float.
* A few members miss a meeting and pay at the next; nobody misses one at a year's end.
* What the bank holds beyond a buffer it lends.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Diary
from sajja_client.demo.chance import apportion
from sajja_client.demo.decade.borrowing import Lender, ended_loans, standing_loans
from sajja_client.demo.decade.leavers import paid_until_exit
from sajja_client.demo.decade.path import LAST_MONTH, OPEN_YEAR, YearEnd, admission_month
from sajja_client.demo.decade.saving import deposits, held_at_end
from sajja_client.demo.errands import LINKAGE_REPAID, report_death
from sajja_client.demo.lending import Loan
from sajja_client.demo.meetings import admission, approval_of, disbursal, enrolment, fee, repayment, settle_exit
from sajja_client.demo.openings import OpeningRefused
from sajja_client.demo.people import PRESIDENT, SECRETARY, Member, Roster, died_on
from sajja_client.demo.season import Death, Receipt, Season
from sajja_client.wording import amount_of
from sajja_schemas.accounts import LOANS
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.ledgers import BankWithdrawalMade, ExpenseAccount, ExpensePaid
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited, SpecialSavingsWithdrawn
from sajja_schemas.events.trust import MeetingResolutionRecorded
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.postings import Line

if TYPE_CHECKING:
    from sajja_client.demo.lending import Payment
    from sajja_schemas.events.transfers import LinkageLoanDisbursed

_NEW_YEAR: Final = OPEN_YEAR * 12
_WELFARE_MONTH: Final = month_number(rules.WELFARE_START)
_PERCENT: Final = 100
_YEAR: Final = 12  # months
_SPECIAL, _SHARES = 2110, 3110
_ABSENT_PERCENT: Final = 4
_BUFFER_PERCENT: Final = 9  # of all that the bank has
_KEPT_LEAST: Final = 15_000 * rules.BAHT
_UNIT: Final = 10 * rules.BAHT
_DEPOSIT: Final = 100 * rules.BAHT
_THOUSAND: Final = 1_000 * rules.BAHT
_FLOAT: Final = 2_000 * rules.BAHT
_SAVERS_PERCENT: Final = 16  # of those with special savings deposit at a meeting
_LEFT_PER_MILLE: Final = 6  # of all savings, to December
_AUDIT_MONTH: Final = 1  # February
_SUBJECT: Final = "อนุมัติเงินกู้ รับสมาชิก และเข้ากองทุนสวัสดิการ"
# In the open year what savers took out and put in, by the months after New Year.
_TAKEN_OUT: Final = (2, 4)
_PUT_IN: Final = (1, 3)

Paid = tuple[str, AnyEvent]  # at a table


class VillageYears(Season):
    """One village from its founding to the day before the thirteen months."""

    def __init__(self, season: Season, roster: Roster, ends: dict[int, YearEnd], cover: int, caution: int = 1) -> None:
        super().__init__(season.seed, season.term, season.village, season.roster, [], 0)
        self.season = season
        self.roster = roster
        self.ends = ends
        self.caution = caution  # times as much is kept in the bank, and left to December
        self.cover_left = cover  # of what the risk fund covers of loans that are back before the open year
        self.diary = Diary(season.unit, "before/")
        self.in_box = 0
        self.resolutions = 0
        self.balances: dict[tuple[int, str], int] = {}
        self.held = {(line.account, line.sub or ""): line.amount_satang for line in season.opening}
        self.first_month = rules.be_year_start(season.village.founded).year * 12
        self.admitted = {member.id: admission_month(season.village, member) for member in roster.members}
        self.shares = share_plan(season, roster)
        self.savers = {sub: -amount for (account, sub), amount in self.held.items() if account == _SPECIAL and amount}
        self.saved_a_month = 0
        self.saved_over = 0
        self.turned: dict[int, list[Paid]] = {}  # the open year's special savings, by month
        self.to_pay: dict[int, list[Paid]] = {}  # dividends and what else a general meeting gave, by month
        self.paid_interest: dict[str, int] = {}  # of the last closed year, by member
        loans = [*standing_loans(season), *ended_loans(season, roster)]
        self.lender = Lender(season, roster, loans)
        self.to_disburse: dict[int, list[Loan]] = {}
        self.borrower: dict[str, str] = {}
        self.dues: dict[tuple[str, int], list[tuple[Loan, Payment]]] = {}
        for loan in loans:
            self.to_disburse.setdefault(loan.disbursed_month, []).append(loan)
            self._note(loan)
        self.lent: list[tuple[date, LinkageLoanDisbursed]] = []  # what the pool sent

    def follow(self, event: AnyEvent) -> list[Line]:
        """Keep the village's balances besides."""
        lines = super().follow(event)
        for ledger, account, sub, amount in lines:
            if ledger == self.ledger:
                self.balances[account, sub] = self.balances.get((account, sub), 0) + amount
        if min(self.banked, self.in_box) < 0:
            raise OpeningRefused(f"{self.unit}: bank or box lacks what is taken on {self.today}")
        return lines

    def next_settlement(self) -> str:
        """Names that the thirteen months do not use."""
        self.settlements += 1
        return f"{self.unit}-t{self.settlements:04}"

    def balance(self, *accounts: int) -> int:
        """The sum of accounts; positive for a debit."""
        return sum(amount for (account, _sub), amount in self.balances.items() if account in accounts)

    @property
    def banked(self) -> int:
        """What stands in the bank."""
        return self.balances.get((1120, self.bank), 0)

    def hold_meeting(self, month: int) -> None:
        """One meeting day, and the day before it."""
        day = rules.meeting_date(self.village.moo, month)
        self.chance = self.draw("meeting before", month)
        there = [one for one in self.roster.members if self.admitted[one.id] <= month and one.is_in(month)]
        leaving = [member for member in self.roster.members if member.exit_month == month]
        receipts, payouts = list(self._receipts(month, there)), list(self._payouts(month, there))
        standing = self.to_disburse.pop(month, [])
        funds = sum(_amount(event) for _letter, event in receipts if isinstance(event, WelfareContributionReceived))
        taken = sum(_amount(event) for _letter, event in receipts)
        given = sum(_amount(event) for _letter, event in payouts) + sum(one.gross - one.premium for one in standing)
        given += sum(move.amount_satang for member in leaving for move in self.moves[_SHARES][member.id])
        spare = self.banked + self.in_box + taken - funds - sum(self.agency.values()) - given - self._buffer(month)
        lent = self.lender.lend(self.chance, month, spare, self.cover_left)
        for loan in lent:
            self.cover_left -= loan.covered
            self._note(loan)
        given += sum(loan.gross - loan.premium for loan in lent)
        self._hear_of_deaths(leaving)
        self._fetch(day - timedelta(days=1), given - taken)
        self.today = day
        for desk in self.desks.values():
            desk.sit_down(day, 8, 30)
        self._resolve(month, [*standing, *lent])
        for desk in self.desks.values():
            desk.sit_down(day, 9, 15)
        self._take_in(receipts)
        for desk in self.desks.values():
            desk.sit_down(day, 13)
        for loan in (*standing, *lent):
            self.pay(rules.LOAN_DESK, disbursal(self, loan), seconds=120)
        for letter, event in payouts:
            self.pay(letter, event)
        for member in leaving:
            settle_exit(self, member)
        for letter, desk in self.desks.items():
            desk.sit_down(day, 15, 30)
            self.approve_list(letter)

    def plan_saving(self, year: int) -> None:
        """What is saved besides shares in a year's meetings, or taken out; a little is left to December."""
        end = self.ends[year]
        shares = sum(held_at_end(paid, year) for paid in self.shares.values())
        now = -self.balance(2110)
        growth = end.savings - shares - now
        growth -= (now * 600 + growth * 300) // 10_000  # interest
        self.saved_a_month = (growth - self.caution * end.savings * _LEFT_PER_MILLE // 1_000) // 12

    def plan_open_year(self, interest: dict[str, int]) -> None:
        """What every saver puts in or takes out to have on the first day what the thirteen months begin with."""
        self.saved_a_month = 0
        for saver, held in self.savers.items():
            change = held - interest.get(saver, 0) + self.balances.get((2110, saver), 0)
            first = abs(change) // 2 // _UNIT * _UNIT
            months = _PUT_IN if change > 0 else _TAKEN_OUT
            for after, amount in zip(months, (first, abs(change) - first), strict=True):
                month = max(_NEW_YEAR + after, self.admitted[saver])
                if amount and change > 0:
                    self._turn(month, SpecialSavingsDeposited(member=saver, amount_satang=amount, box=self.box))
                elif amount:
                    self._turn(month, SpecialSavingsWithdrawn(member=saver, amount_satang=amount, box=self.box))

    def _hear_of_deaths(self, leaving: list[Member]) -> None:
        for member in leaving:
            if member.exit_by == "death":
                died = died_on(self.village.moo, member)
                self.deaths.append(Death(member=member, died=died, known=died + timedelta(days=1), loan=None))
                self.today = died + timedelta(days=1)
                self.desks[rules.CASH_DESK].sit_down(self.today, 10)
                report_death(self, member)

    def _turn(self, month: int, event: AnyEvent) -> None:
        self.turned.setdefault(month, []).append((rules.LOAN_DESK, event))

    def _note(self, loan: Loan) -> None:
        self.borrower[loan.id] = loan.member.id
        for payment in loan.payments:
            self.dues.setdefault((loan.member.id, payment.month), []).append((loan, payment))

    def _buffer(self, month: int) -> int:
        """What is kept for the coming meetings."""
        has = self.balance(1110, 1120, *LOANS)
        soon = sum(loan.gross for later in range(month + 1, month + 4) for loan in self.to_disburse.get(later, ()))
        return self.caution * max(has * _BUFFER_PERCENT // _PERCENT, _KEPT_LEAST) + soon

    def _fetch(self, day: date, needed: int) -> None:
        lacking = needed + _FLOAT - self.in_box
        if lacking <= 0:
            return
        amount = -(-lacking // _THOUSAND) * _THOUSAND
        self.today = day
        self.desks[rules.CASH_DESK].sit_down(day, 14)
        fetched = BankWithdrawalMade(
            ledger=self.ledger, amount_satang=amount, box=self.box, bank=self.bank, purpose="จ่ายเงินกู้"
        )
        self.pay(rules.CASH_DESK, fetched)
        self.approve_list(rules.CASH_DESK)

    def _resolve(self, month: int, loans: list[Loan]) -> None:
        letter = rules.LOAN_DESK
        new = [member for member in self.roster.members if self.admitted[member.id] == month]
        enrolling = [member for member in self.roster.members if self.enrols(member) == month]
        if not (new or enrolling or loans):
            return
        self.resolutions += 1
        resolved = MeetingResolutionRecorded(no=self.resolutions, subject=_SUBJECT, present=self.roster.officers)
        resolution = self.diary.act(self.desks[letter], resolved)
        self.diary.approve(self.desks[letter], [resolution], self.persons(PRESIDENT, SECRETARY))
        for member in new:
            self.record(letter, admission(member, resolution))
        for member in enrolling:
            self.record(letter, enrolment(member, resolution))
        for loan in loans:
            self.record(letter, approval_of(loan, resolution))
        self.approve_list(letter)

    def _take_in(self, receipts: list[Paid]) -> None:
        for letter, event in receipts:
            if isinstance(event, ShareDeposited):
                self.take_carefully(letter, event)
            else:
                self.take(letter, event)

    def _receipts(self, month: int, there: list[Member]) -> Iterator[Paid]:
        """What members pay in at a meeting, in the order in which they come."""
        for member in self.chance.sample(there, len(there)):
            is_new = self.admitted[member.id] == month
            if is_new and month < _NEW_YEAR:
                yield member.letter, fee(self, member, 4130, rules.ENTRANCE_FEE)
                yield member.letter, fee(self, member, 4131, rules.PASSBOOK_FEE)
            if not is_new and self._is_absent(member, month):
                self.unpaid_months[member.id] = [rules.month_name(month)]
            else:
                for receipt in self._shares_and_welfare(member, month):
                    yield member.letter, receipt
            for loan, payment in self.dues.pop((member.id, month), ()):
                yield member.letter, repayment(self, loan, payment)
        for letter, event in self._special(there):
            yield letter, event
        for letter, event in self.turned.get(month, ()):
            if isinstance(event, SpecialSavingsDeposited):
                yield letter, event

    def _is_absent(self, member: Member, month: int) -> bool:
        if (
            month % _YEAR == _YEAR - 1
            or month >= LAST_MONTH - 1
            or member.id in self.unpaid_months
            or member.is_prepaid
        ):
            return False
        return self.chance.happens(_ABSENT_PERCENT)

    def _shares_and_welfare(self, member: Member, month: int) -> Iterator[Receipt]:
        missed = self.unpaid_months.pop(member.id, [])
        numbers = [month - len(missed) + at for at in range(len(missed) + 1)]
        amount = sum(self.shares[member.id].get(number, 0) for number in numbers)
        months = tuple(rules.month_name(number) for number in numbers)
        if amount:
            yield ShareDeposited(member=member.id, amount_satang=amount, box=self.box, months=months)
        enrols = self.enrols(member)
        if enrols is None or month < enrols:
            return
        if not member.is_prepaid:
            covered = [number for number in numbers if number >= enrols]
        elif month == enrols or month % 12 == 0:
            covered = list(range(month, month - month % 12 + 12))
        else:
            return
        due = rules.WELFARE_PREPAID if len(covered) == _YEAR else rules.WELFARE_MONTHLY * len(covered)
        names = tuple(rules.month_name(number) for number in covered)
        yield WelfareContributionReceived(member=member.id, amount_satang=due, box=self.box, months=names)

    def enrols(self, member: Member) -> int | None:
        """The month in which somebody joins the welfare fund."""
        if not self.season.roster.is_enrolled_at_opening(member):
            return None
        return max(self.admitted[member.id], _WELFARE_MONTH)

    def _special(self, there: list[Member]) -> Iterator[Paid]:
        if self.saved_a_month <= 0:
            return
        units, self.saved_over = divmod(self.saved_a_month + self.saved_over, _DEPOSIT)
        able = [member for member in there if member.id in self.savers and not member.is_silent]
        if not able:
            return
        savers = self.chance.sample(able, max(1, len(able) * _SAVERS_PERCENT // _PERCENT))
        parts = apportion(units, [self.savers[member.id] for member in savers])
        for member, part in zip(savers, parts, strict=True):
            if part:
                event = SpecialSavingsDeposited(member=member.id, amount_satang=part * _DEPOSIT, box=self.box)
                yield member.letter, event

    def _taken_out(self) -> Iterator[Paid]:
        """In a year in which savings besides shares shrink: who has most takes some out."""
        units = -(self.saved_a_month // _DEPOSIT)  # rather one too many: December brings what lacks
        by_size = sorted((amount, member) for (account, member), amount in self.balances.items() if account == _SPECIAL)
        for held, member in by_size[: 1 + units // 10]:
            part = min(units, -held // 2 // _DEPOSIT, 10 + units // 10)
            if part > 0:
                units -= part
                event = SpecialSavingsWithdrawn(member=member, amount_satang=part * _DEPOSIT, box=self.box)
                yield rules.LOAN_DESK, event

    def _payouts(self, month: int, there: list[Member]) -> Iterator[Paid]:
        yield from self.to_pay.pop(month, ())
        if self.saved_a_month < 0:
            yield from self._taken_out()
        for letter, event in self.turned.get(month, ()):
            if isinstance(event, SpecialSavingsWithdrawn):
                yield letter, event
        for account, amount in self._expenses(month, len(there)):
            if amount:
                expense = ExpensePaid(
                    ledger=self.ledger, account=account, amount_satang=amount, channel="cash", box=self.box
                )
                yield rules.CASH_DESK, expense

    def _expenses(self, month: int, people: int) -> Iterator[tuple[ExpenseAccount, int]]:
        """What a meeting costs; in the open year together what the thirteen months begin with."""
        accounts: tuple[ExpenseAccount, ...] = (5120, 5121, 5122, 5123, 5125, 5127)
        if month >= _NEW_YEAR:
            at, count = month - _NEW_YEAR, LAST_MONTH - _NEW_YEAR + 1
            for account in accounts:
                total = self.held.get((account, ""), 0)
                units = total // _UNIT
                rest = total % _UNIT if month == LAST_MONTH else 0
                yield account, (units * (at + 1) // count - units * at // count) * _UNIT + rest
            return
        chance = self.chance
        yield 5120, (chance.between(15, 30) * 10 + (people * 20 if month % 12 == 0 else 0)) * rules.BAHT
        yield 5121, 5 * (40 + people // 2 // 10 * 10) * rules.BAHT
        yield 5122, chance.between(20, 60) * 10 * rules.BAHT if month % 3 == 0 else 0
        yield 5123, chance.between(8, 14) * 10 * rules.BAHT
        yield 5125, chance.between(5, 12) * 100 * rules.BAHT if month % 12 == _AUDIT_MONTH else 0

    def _mistake(self, receipt: Receipt) -> tuple[Receipt, str]:
        """A nought too many."""
        return msgspec.structs.replace(receipt, amount_satang=receipt.amount_satang * 10), "wrong_amount"

    @property
    def owed_to_pool(self) -> int:
        """What the village repays the pool in the thirteen months, and took last of all."""
        return LINKAGE_REPAID[self.village.moo] if self.village.linkage else 0


def share_plan(season: Season, roster: Roster) -> dict[str, dict[int, int]]:
    """What every member deposits in shares, by month."""
    held = {line.sub: -line.amount_satang for line in season.opening if line.account == _SHARES}
    plan = {}
    for member in roster.members:
        admitted = admission_month(season.village, member)
        if member.exit_month is not None and member.exit_month <= LAST_MONTH:
            plan[member.id] = paid_until_exit(member.pledge, admitted, member.exit_month)
        else:
            plan[member.id] = deposits(held.get(member.id, 0), member.pledge, admitted)
    return plan


def _amount(event: AnyEvent) -> int:
    """What goes into a box, or out of it."""
    amount_satang = amount_of(event)
    assert amount_satang is not None, "a receipt or a payout is about an amount"
    return amount_satang
