"""What people of scenario S1 do again and again: open books, meet, repay, remit, close a month.

V01 works on two tablets, one for savings and one for loans; V02 and the office on two each. What a meeting does follows
from `people`; what it comes to follows from the bylaws in force and from the fold.
"""

from datetime import date
from hashlib import sha256
from typing import Final, Literal

from sajja_schemas.accounts import LedgerKind, kind_of
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.calculations.loans import Terms, schedule
from sajja_schemas.calculations.repayments import Dues, allocate_payment
from sajja_schemas.calculations.spans import last_day_of, month_number
from sajja_schemas.entry import EntryRef, to_base64url
from sajja_schemas.events.ledgers import OpeningLine
from sajja_schemas.events.ruleset import LoanProduct
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from scenario.keeper import Keeper, home_of
from scenario.people import (
    BROUGHT_FORWARD,
    LOANS,
    MEETING_DAY,
    NEW_LOAN,
    NEWCOMER,
    OPENED,
    PEOPLE,
    V01,
    V02,
    YEAR,
    Borrowing,
)
from support.world import ASSEMBLY, Tablet, World, ref_to

# The instalments that were missed, and the fine that the committee took at the next meeting.
MISSED: Final = {(NEW_LOAN.loan, 8): 50 * BAHT}

BANK: Final = f"bank:{V01}"
BOX: Final = f"{V01}-o4"
CARRIER: Final = f"{V01}-o5"
PAPER: Final = to_base64url(sha256(b"a page of paper").digest())
OFFICE_BOOK: Final[dict[str, str]] = {fund: f"{fund}-baac" for fund in ("welfare", "risk", "network")}


class Year(Keeper):
    """The year as it is told, entry by entry."""

    def __init__(self) -> None:
        super().__init__(World.founded((V01, V02), network="scenario-s1"))
        village, other = self.village(V01), self.village(V02)
        self.savings, self.lending = village.tablets
        self.other_first, self.other_second = other.tablets
        self.vault = self.world.office.tablets[1]

    def begin(self) -> None:
        """Rules, members and the opening books of every ledger."""
        self.turn_to(OPENED)
        self._adopt_rules()
        self._admit([person.member for person in PEOPLE if person.shares_satang])
        self._open_books()

    def close_month(self, code: str, month: int) -> EntryRef:
        """Close a month of a village's bank: its own tablets and the office's devices, as they stand."""
        self.turn_to(last_day_of(month_number(date(YEAR, month, 1))))
        unit = self.village(code)
        devices = tuple(ref_to(tablet.log[-1]) for tablet in (*unit.tablets, *self.world.office.tablets))
        name = f"{YEAR}-{month:02}"
        entry = self.say(unit.tablets[0], "period_closed", ledger=f"bank:{code}", month=name, devices=devices)
        self.sign()
        return ref_to(entry)

    def resolve(self, tablet: Tablet, subject: str) -> EntryRef:
        """A resolution of the tablet's committee, which counts at once."""
        officers = tuple(self.world.units[tablet.unit].officers.values())
        entry = self.say(tablet, "meeting_resolution_recorded", no=1, subject=subject, present=officers)
        self.sign()
        return ref_to(entry)

    def product(self) -> LoanProduct:
        """The ordinary loan of the bylaws in force."""
        return next(one for one in self.rules(BANK).loan_products if one.code == "ordinary")

    def month_interest(self, loan: str) -> int:
        """A month's interest on what is still owed."""
        terms = Terms(
            principal_satang=self.balance(BANK, 1210, loan), months=1, rate_bp_month=self.product().rate_bp_month
        )
        return schedule("declining", terms)[0].interest_satang

    def repay(self, borrowing: Borrowing, *, months: int = 1, fine_satang: int = 0) -> None:
        """A borrower pays what is due, in the order of the bylaws."""
        dues = Dues(
            fine_satang=fine_satang,
            interest_satang=months * self.month_interest(borrowing.loan),
            principal_satang=months * borrowing.instalment_satang,
        )
        order = self._loan_rules_order()
        paid = allocate_payment(dues.total_satang, dues, order=order).paid
        self.say(
            self.lending, "loan_repayment_received", loan=borrowing.loan, member=borrowing.member, product="ordinary",
            total_satang=paid.total_satang, principal_satang=paid.principal_satang,
            interest_satang=paid.interest_satang, fine_satang=paid.fine_satang, box=BOX,
        )  # fmt: skip

    def remit(self, fund: Literal["welfare", "risk"]) -> None:
        """What was collected for a fund is carried there, and seen in its bank."""
        owed_satang = -self.balance(BANK, {"welfare": 2610, "risk": 2620}[fund])
        common = {"settlement": f"{fund}-{self.world.today:%Y%m}", "fund": fund, "amount_satang": owed_satang}
        self.say(self.savings, "interfund_settlement_initiated", box=BOX, carrier=CARRIER, **common)
        self.say(self.lending, "interfund_settlement_confirmed", side="sent", carrier=CARRIER, **common)
        received = {"side": "received", "bank": OFFICE_BOOK[fund]}
        self.say(self.desk, "interfund_settlement_confirmed", V01, **received, **common)

    def _loan_rules_order(self) -> tuple[Literal["fine", "interest", "principal"], ...]:
        loans = self.rules(BANK).loans
        assert loans is not None
        assert loans.allocation_order is not None
        return loans.allocation_order

    def _adopt_rules(self) -> None:
        for ledger in BROUGHT_FORWARD:
            author = self.village(home_of(ledger)).tablets[0]
            rules = default_rules(LedgerKind(kind_of(ledger)), meeting_day=MEETING_DAY)
            self.say(
                author, "ruleset_adopted", ledger=ledger, version=1, effective_from=OPENED, rules=rules,
                assembly=ASSEMBLY,
            )  # fmt: skip
        self.sign()

    def _admit(self, members: list[str]) -> None:
        resolution = self.resolve(self.savings, "รับสมาชิก")
        for person in PEOPLE:
            if person.member in members:
                self.say(
                    self.savings, "member_admitted", member=person.member, gender=person.gender,
                    joined=person.joined, resolution=resolution,
                )  # fmt: skip
                if person.pays_welfare_in:
                    self.say(
                        self.savings, "welfare_enrolled", member=person.member, joined=person.joined,
                        resolution=resolution,
                    )  # fmt: skip
        self.sign()

    def _open_books(self) -> None:
        of_people = [(3110, -person.shares_satang, person.member) for person in PEOPLE]
        of_people += [(2110, -person.special_satang, person.member) for person in PEOPLE]
        of_people += [(1210, loan.principal_satang, loan.loan) for loan in LOANS if loan.is_brought_forward]
        for ledger, lines in BROUGHT_FORWARD.items():
            page = [*lines, *(line for line in of_people if line[1] and ledger == BANK)]
            author = self.village(home_of(ledger)).tablets[0]
            told = tuple(OpeningLine(account=account, amount_satang=amount, sub=sub) for account, amount, sub in page)
            self.say(author, "opening_balance_recorded", ledger=ledger, lines_of_page=told, evidence=PAPER)
        self.sign()

    def meet(self, month: int) -> None:
        """A meeting of the first village: shares, welfare contributions, repayments, and the cost of meeting."""
        if month == 10:
            self._admit([NEWCOMER])
        name = (f"{YEAR}-{month:02}",)
        welfare_satang = self.rules("welfare").welfare_contribution_satang_month
        for person in PEOPLE:
            common = {"member": person.member, "box": BOX, "months": name}
            if month in person.saves_in:
                self.say(self.savings, "share_deposited", amount_satang=person.pledge_satang, **common)
            if month in person.pays_welfare_in:
                self.say(self.savings, "welfare_contribution_received", amount_satang=welfare_satang, **common)
        for borrowing in LOANS:
            if month in borrowing.repaid_in and (borrowing.loan, month) not in MISSED:
                late = MISSED.get((borrowing.loan, month - 1))
                self.repay(borrowing, months=2 if late else 1, fine_satang=late or 0)
        self.spend(5120, 300 * BAHT)

    def spend(self, account: int, amount_satang: int) -> None:
        """The village pays an expense in cash."""
        self.say(
            self.savings, "expense_paid", ledger=BANK, account=account, amount_satang=amount_satang, channel="cash",
            box=BOX,
        )  # fmt: skip
