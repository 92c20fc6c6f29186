"""The months of one village while they are planned: its tables, its purse, and what is still to be done.

* The purse follows every act in business order, so that whoever goes to the bank takes what is really there.
* Officers approve at the table where something was done, before that table gets up.
* What the office has to answer, a remittance, a deposit, a death or a claim, is left for it in `sent` and `deaths`.
* Draws have names of their own, so that what the year's end adds disturbs no other.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Desk, Diary, Recipe, post
from sajja_client.demo.chance import Chance
from sajja_client.demo.lending import Loan, Payment
from sajja_client.demo.people import BOOKKEEPER, PRESIDENT, SECRETARY, TREASURER, VICE, Member, Roster
from sajja_client.demo.settlement import Settlement
from sajja_client.demo.targets import Group, Village
from sajja_schemas.calculations.spans import Movement, month_number
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Event
from sajja_schemas.events.base import Receipt as PaperReceipt
from sajja_schemas.events.closing import YearEndAllocationApproved
from sajja_schemas.events.ledgers import EntryReversed, IncomeReceived, OpeningLine
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited
from sajja_schemas.events.transfers import (
    InterfundSettlementConfirmed,
    LinkageLoanInterestPaid,
    LinkageLoanRepaid,
    NetworkDepositPlaced,
)
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.postings import Line

if TYPE_CHECKING:
    from sajja_client.demo.planted import Case

Page = list[OpeningLine]
# Whose payments of which months are recorded when a member comes to a meeting, where it is not simply the own.
Lapped = dict[tuple[str, int], tuple[tuple[Member, int], ...]]
Dues = dict[tuple[str, int], list[tuple[Loan, Payment]]]  # by member and month
Receipt = ShareDeposited | SpecialSavingsDeposited | WelfareContributionReceived
Sent = (
    InterfundSettlementConfirmed
    | LinkageLoanInterestPaid
    | LinkageLoanRepaid
    | NetworkDepositPlaced
    | YearEndAllocationApproved
)

_BOX: Final = 1110
_RECEIPTED: Final = (
    IncomeReceived, LoanRepaymentReceived, ShareDeposited, SpecialSavingsDeposited, WelfareContributionReceived,
)  # fmt: skip
_AGENCY: Final = {2610: "welfare", 2620: "risk"}
_INTEREST: Final = frozenset({4110, 4111})


class Death(msgspec.Struct, frozen=True, kw_only=True):
    """A member died; the office grants what was owed on a covered loan."""

    member: Member
    died: date
    known: date
    loan: Loan | None


class ReceiptBook:
    """The receipts of a table: a book for each month, numbers from 1 on in the order in which they are torn off."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.month = 0
        self.number = 0
        self.visit: object = None

    def give(self, today: date, payer: object) -> PaperReceipt:
        """The receipt of a visit; what a payer pays besides stands on the same one."""
        if (today, payer) != self.visit:
            self.spoil(today)
            self.visit = (today, payer)
        return PaperReceipt(book=rules.receipt_book(self.letter, self.month), no=self.number)

    def spoil(self, today: date) -> PaperReceipt:
        """The next receipt, on its own: one that was written wrongly."""
        month = month_number(today)
        self.number = self.number + 1 if month == self.month else 1
        self.month, self.visit = month, None
        return PaperReceipt(book=rules.receipt_book(self.letter, month), no=self.number)


class Season:
    """One village from the first day to 22 August."""

    def __init__(
        self,
        seed: int,
        term: rules.Term,
        village: Village,
        roster: Roster,
        loans: list[Loan],
        fetch_percent: int,
        groups: tuple[Group, ...] = (),
        settlement: Settlement | None = None,
    ) -> None:
        first = term.months[0]
        self.seed = seed
        self.term = term
        self.village = village
        self.unit = village.unit
        self.ledger = f"bank:{village.unit}"
        self.roster = roster.since(term)
        self.loans = [loan for loan in loans if loan.disbursed_month >= first or loan.owed_before(first)]
        self.instalments: Dues = {}
        for loan in self.loans:
            for payment in loan.payments:
                if payment.month >= first:
                    self.instalments.setdefault((loan.member.id, payment.month), []).append((loan, payment))
        self.fetch_percent = fetch_percent  # of the loans to be paid out, fetched from the bank the day before
        self.groups = groups
        self.settlement = settlement  # of the closed year; None while it is still reckoned
        self.today = term.opening_day
        self.chance = self.draw("season")
        self.diary = Diary(village.unit)
        self.box = roster.officers[TREASURER]
        self.bank = f"{village.unit}-{'baac' if village.moo % 2 else 'gsb'}"
        self.desks = {
            rules.CASH_DESK: Desk(self.unit, rules.CASH_DESK, roster.officers[BOOKKEEPER]),
            rules.LOAN_DESK: Desk(self.unit, rules.LOAN_DESK, roster.officers[SECRETARY]),
        }
        self.opening_box = self.chance.between(20, 45) * 100 * rules.BAHT
        self.in_box = self.opening_box
        self.agency = {"welfare": 0, "risk": 0}  # collected for a fund and not yet on its way
        self.errands: dict[date, list[Callable[[], None]]] = {}
        self.unapproved: dict[str, list[str]] = {letter: [] for letter in self.desks}
        self.unpaid_months: dict[str, list[str]] = {}
        self.withdrawn: dict[str, int] = {}  # special savings taken out, by member: what they must have had
        self.leavers_shares = {  # on the first day
            member.id: self.draw("exit", member.id).between(150, 900) * 10 * rules.BAHT
            for member in self.roster.opening
            if member.exit_month is not None
        }
        self.moves: dict[int, dict[str, list[Movement]]] = {3110: {}, 2110: {}}  # of shares and special savings
        self.interest: list[tuple[date, str, int]] = []  # day, loan, amount
        self.year_before: Page = []  # income and expense of the open year, from paper
        self.opening: Page = []
        self.sent: list[tuple[date, Sent]] = []
        self.lapped: Lapped = {}
        self.cases: list[Case] = []
        self.deaths: list[Death] = []
        self.resolutions = 1
        self.books = {letter: ReceiptBook(letter) for letter in self.desks}
        self.settlements = 0

    def draw(self, *names: object) -> Chance:
        """A stream of draws of its own."""
        return Chance(self.seed, self.unit, *names)

    def interest_since(self, day: date) -> int:
        """What borrowers have paid as interest since a day."""
        return sum(amount for on, _loan, amount in self.interest if on >= day)

    def persons(self, *roles: int) -> list[str]:
        """The officers of these roles."""
        return [self.roster.officers[role] for role in roles]

    def later(self, day: date, errand: Callable[[], None]) -> None:
        """Something is to be done on that day."""
        self.errands.setdefault(day, []).append(errand)

    def record(
        self,
        letter: str,
        event: AnyEvent | Recipe,
        *,
        seconds: int = 30,
        day: date | None = None,
        undoes: str | None = None,
        approved: bool = True,
        lines: list[Line] | None = None,
    ) -> str:
        """Plan an act at a table, and leave it on the list of its officers if it needs them."""
        name = self.diary.act(self.desks[letter], event, seconds=seconds, day=day, undoes=undoes, lines=lines)
        if approved:
            self.unapproved[letter].append(name)
        return name

    def pay(self, letter: str, event: AnyEvent, *, seconds: int = 60) -> str:
        """Plan an act that moves money and that officers approve."""
        return self.record(letter, event, seconds=seconds, lines=self.follow(event))

    def take(self, letter: str, event: AnyEvent, *, day: date | None = None, is_followed: bool = False) -> None:
        """Plan a receipt."""
        if isinstance(event, _RECEIPTED) and event.receipt is None:
            event = msgspec.structs.replace(event, receipt=self.receipt(letter, event, day))
        lines = None if is_followed else self.follow(event)
        self.record(letter, event, seconds=self.chance.between(8, 25), day=day, approved=False, lines=lines)

    def receipt(self, letter: str, event: Event, day: date | None = None) -> PaperReceipt:
        """The paper that a payer takes home, from that table's book of the month: one for a visit, and one for fees."""
        payer = getattr(event, "member", None) or ("fees", getattr(event, "sub", None))
        return self.books[letter].give(self.today, (payer, day))

    def take_carefully(self, letter: str, receipt: Receipt) -> None:
        """Plan a receipt; now and then a wrong one stands before it, reversed."""
        if self.chance.happens_in_1000(rules.REVERSED_IN_1000):
            wrong, reason = self._mistake(receipt)
            wrong = msgspec.structs.replace(wrong, receipt=self.books[letter].spoil(self.today))
            name = self.record(letter, wrong, seconds=self.chance.between(8, 25), approved=False)
            self.record(letter, _reversal(name, reason), undoes=name)
        self.take(letter, receipt)

    def approve_list(self, letter: str) -> None:
        """The officers at a table approve what was done there: these three are enough for A1, A2 and A3."""
        names = self.unapproved[letter]
        if names:
            first = PRESIDENT if letter == rules.CASH_DESK else VICE
            self.diary.approve(self.desks[letter], names, self.persons(first, SECRETARY, TREASURER))
            self.unapproved[letter] = []

    def follow(self, event: AnyEvent) -> list[Line]:
        """Let the purse know what moves, and remember whose savings and interest it was; gives the lines."""
        lines = post(event, self.unit)
        for ledger, account, sub, amount in lines:
            if ledger != self.ledger:
                continue
            if account == _BOX:
                self.in_box += amount
            elif account in _AGENCY and amount < 0:  # collected; a remittance empties the list itself
                self.agency[_AGENCY[account]] -= amount
            elif account in self.moves:
                move = Movement(on=self.today, amount_satang=-amount)
                self.moves[account].setdefault(sub, []).append(move)
            elif account in _INTEREST:
                self.interest.append((self.today, sub, -amount))
        return lines

    def next_settlement(self) -> str:
        """A new name for money on its way."""
        self.settlements += 1
        return f"{self.unit}-s{self.settlements:03}"

    def _mistake(self, receipt: Receipt) -> tuple[Receipt, str]:
        """The receipt with a nought too many, or in somebody else's book."""
        if self.chance.happens(50):
            return msgspec.structs.replace(receipt, amount_satang=receipt.amount_satang * 10), "wrong_amount"
        others = [member for member in self.roster.opening if member.id != receipt.member]
        return msgspec.structs.replace(receipt, member=self.chance.pick(others).id), "wrong_member"


def _reversal(name: str, reason: str) -> Recipe:
    assert reason in {"wrong_amount", "wrong_member"}
    if reason == "wrong_amount":
        return lambda written: EntryReversed(entry=written.ref(name), reason="wrong_amount")
    return lambda written: EntryReversed(entry=written.ref(name), reason="wrong_member")
