"""A village bank with a month to print: openings from paper, a meeting, loans of each method, a reversal, a count."""

from datetime import date
from pathlib import Path

from sajja_client.home import Home
from sajja_client.log import Log, ref_to
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Receipt
from sajja_schemas.events.ledgers import EntryReversed, OpeningBalanceRecorded, OpeningLine, OpeningLoan
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.meetings import CashCounted, Counted
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn, SpecialSavingsDeposited
from sajja_schemas.events.trust import MeetingResolutionRecorded
from support.homes import pulled_home_of
from support.world import World

OPENED = date(2020, 6, 1)
MEETING_DAY = date(2020, 7, 5)
BOX = "pp01-o4"
OFFICERS = ("pp01-o1", "pp01-o3", "pp01-o4")


def month_of(path: Path, members: int = 12) -> Home:
    """A home with all of it, on one tablet."""
    world = World.founded(["pp01"])
    names = [f"pp01-m{number:03}" for number in range(1, members + 1)]
    world.admit(world.village("pp01").tablets[0], names)
    home = pulled_home_of(path, world, world.village("pp01").tablets[1])
    with Log.open(home) as log:
        _Bank(log, names).live()
    return home


class _Bank:
    def __init__(self, log: Log, members: list[str]) -> None:
        self.log = log
        self.members = members
        self.receipt_no = 0

    def live(self) -> None:
        self._open()
        resolution = self.say(_resolution(), OPENED, approve=True)
        terms = LoanApproved(
            loan="pp01-l002", member=self.members[1], product="ordinary", amount_satang=2_000_000, rate_bp_month=100,
            method="declining", months=12, first_due=date(2020, 7, 5), resolution=ref_to(resolution),
            covered_satang=2_000_000, premium_satang=20_000,
        )  # fmt: skip
        self.say(terms, OPENED, approve=True)
        paid = LoanDisbursed(
            loan="pp01-l002", member=self.members[1], product="ordinary", gross_satang=2_000_000,
            net_satang=1_980_000, premium_satang=20_000, channel="cash", box=BOX,
        )  # fmt: skip
        self.say(paid, OPENED, approve=True)
        for place, member in enumerate(self.members):
            self.say(ShareDeposited(member=member, amount_satang=10_000, box=BOX, receipt=self.receipt()), MEETING_DAY)
            if place % 4 == 0:
                saved = SpecialSavingsDeposited(member=member, amount_satang=55_025, box=BOX, receipt=self.receipt())
                self.say(saved, MEETING_DAY)
        repaid = LoanRepaymentReceived(
            loan="pp01-l002", member=self.members[1], product="ordinary", total_satang=186_667,
            principal_satang=166_667, interest_satang=20_000, box=BOX, receipt=self.receipt(),
        )  # fmt: skip
        self.say(repaid, MEETING_DAY)
        wrong = self.say(ShareDeposited(member=self.members[2], amount_satang=100_000, box=BOX), MEETING_DAY)
        self.say(EntryReversed(entry=ref_to(wrong), reason="wrong_amount"), MEETING_DAY, approve=True)
        self.say(ShareWithdrawn(member=self.members[3], amount_satang=5_000, box=BOX), MEETING_DAY, approve=True)
        waiting = ShareWithdrawn(member=self.members[4], amount_satang=2_500, box=BOX, reason="เจ็บป่วย")
        self.say(waiting, MEETING_DAY)
        count = CashCounted(
            ledger="bank:pp01", box=BOX, total_satang=1_000_000, counters=("pp01-o1", "pp01-o4"),
            cash=(Counted(denomination_satang=100_000, pieces=9), Counted(denomination_satang=50_000, pieces=2)),
        )  # fmt: skip
        self.say(count, MEETING_DAY, approve=True)

    def _open(self) -> None:
        contract = OpeningLoan(
            member=self.members[0], principal_satang=1_200_000, months=12, rate_bp_month=100, method="annuity",
            first_due=date(2020, 2, 5),
        )  # fmt: skip
        lines = [
            OpeningLine(account=1110, sub=BOX, amount_satang=3_000_000, page=1),
            OpeningLine(account=1210, sub="pp01-l001", amount_satang=900_000, page=2, loan=contract),
            *(OpeningLine(account=3110, sub=name, amount_satang=-150_000, page=3) for name in self.members),
        ]
        lines.append(OpeningLine(account=3210, amount_satang=-sum(line.amount_satang for line in lines), page=4))
        opening = OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=tuple(lines), source="paper")
        self.say(opening, OPENED, approve=True)

    def say(self, event: AnyEvent, day: date, *, approve: bool = False) -> SignedEntry:
        entry = self.log.append(event, by="pp01-o5", day=day, recorded_at=0)
        if approve:
            self.log.approve([entry], OFFICERS, by="pp01-o5", day=day, recorded_at=0)
        return entry

    def receipt(self) -> Receipt:
        self.receipt_no += 1
        return Receipt(book=3, no=self.receipt_no)


def _resolution() -> AnyEvent:

    return MeetingResolutionRecorded(
        no=1, subject="loans", present=("pp01-o1", "pp01-o2", "pp01-o3", "pp01-o4", "pp01-o5")
    )
