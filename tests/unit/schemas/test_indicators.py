"""The indicators of a small village, each beside its value as worked by hand in the comments."""

from datetime import date

import pytest

from sajja_schemas import transit
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.bank_accounts import BankFeeCharged
from sajja_schemas.events.base import Assembly, MemberAmount
from sajja_schemas.events.closing import DividendDeclared, PeriodClosed
from sajja_schemas.events.groups import GroupProfitDistributed, GroupRegistered, GroupSaleRecorded
from sajja_schemas.events.ledgers import BankDepositMade, OpeningBalanceRecorded, OpeningLine, OpeningLoan
from sajja_schemas.events.lending import LoanGuarantorConsented
from sajja_schemas.events.loan_accounts import LoanProvisioned, LoanWrittenOff
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.meetings import (
    AttendanceRecorded,
    CashCustodyHandedOver,
    CashVarianceRecorded,
    MeetingClosed,
    MeetingOpened,
    Present,
)
from sajja_schemas.events.members import MemberAdmitted, MemberExitSettled
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.risk import RiskClaimApproved
from sajja_schemas.events.ruleset import Bylaws, WelfareRules
from sajja_schemas.events.savings import ShareDeposited, SharePledgeSet
from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareContributionReceived, WelfareEnrolled
from sajja_schemas.events.welfare_money import (
    WelfareAdminExpensePaid,
    WelfareMatchingReceived,
    WelfareMatchingRequested,
)
from sajja_schemas.holdings import Books
from sajja_schemas.indicators import INDICATORS, Lens, Reading, Scope, read_all
from sajja_schemas.standing import Trust, VillageBank
from unit.schemas.registers.noted import ENTRY, NAME, Noted, body_of

ON = date(2020, 8, 22)
OPENED = date(2019, 7, 31)
ASSEMBLY = Assembly(attended=60, entitled=100, minutes=NAME)


class Village:
    """What counts in the books of one village, told event by event."""

    def __init__(self) -> None:
        self.noted = Noted()
        self.books = Books(
            trust=Trust(network="testnet", fingerprint=NAME, villages={"pp01": VillageBank(moo=1)}),
            registers=self.noted.registers,
            balances=self.noted.balances,
        )

    def count(self, event: AnyEvent, day: date, village: str = "pp01") -> None:
        body = body_of(event, day, village)
        self.noted.take(body)
        if isinstance(event, RulesetAdopted):
            self.books.rulesets.take(event, 0, day)
        if transit.is_part(type(event)):
            transit.tally(self.books.transit, body, 1)

    def read(self) -> dict[str, Reading]:
        return {reading.code: reading for reading in read_all(Lens(self.books, ON))}


@pytest.fixture(scope="module")
def told() -> dict[str, Reading]:
    village = Village()
    found(village)
    save(village)
    lend(village)
    hold_cash(village)
    keep_funds(village)
    govern(village)
    neighbour(village)
    return village.read()


def found(village: Village) -> None:
    """Four members, of whom one leaves, another joined this year; what the paper book had a year ago."""
    rules = Bylaws(box_limit_satang=100_000, deposit_within_hours=48)
    village.count(rules_of("bank:pp01", rules), OPENED)
    women = {"m1": date(2018, 1, 1), "m3": date(2020, 1, 10)}
    men = {"m2": date(2018, 2, 1), "m4": date(2018, 3, 1)}
    for name, joined in women.items():
        admitted = MemberAdmitted(member=name, gender="female", joined=joined, resolution=ENTRY)
        village.count(admitted, max(joined, OPENED))
    for name, joined in men.items():
        village.count(MemberAdmitted(member=name, gender="male", joined=joined, resolution=ENTRY), OPENED)
    village.count(MemberExitSettled(member="m4"), date(2020, 5, 1))
    loan = OpeningLoan(
        member="m1", principal_satang=480_000, months=12, rate_bp_month=100, method="declining",
        first_due=date(2020, 5, 5), covered_satang=400_000,
    )  # fmt: skip
    page = (
        OpeningLine(account=1110, sub="b", amount_satang=100_000),
        OpeningLine(account=1120, sub="k", amount_satang=900_000),
        OpeningLine(account=1210, sub="l1", amount_satang=400_000, loan=loan),
        OpeningLine(account=1210, sub="l9", amount_satang=50_000),
        OpeningLine(account=3110, sub="m1", amount_satang=-800_000),
        OpeningLine(account=2110, sub="m2", amount_satang=-300_000),
        OpeningLine(account=3120, amount_satang=-100_000),
        OpeningLine(account=3210, amount_satang=-250_000),
    )
    village.count(OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=page), OPENED)


def rules_of(ledger: str, rules: Bylaws) -> RulesetAdopted:
    return RulesetAdopted(ledger=ledger, version=1, effective_from=OPENED, rules=rules, assembly=ASSEMBLY)


def save(village: Village) -> None:
    """Five meetings; m1 keeps her pledge of three months, m2 misses the last."""
    for name in ("m1", "m2"):
        village.count(SharePledgeSet(member=name, amount_satang=10_000, first_month="2020-05"), date(2020, 5, 1))
    came = {
        4: (),
        5: (Present(member="m1", mode="self"), Present(member="m2", mode="proxy"), Present(member="m3", mode="absent")),
        6: tuple(Present(member=name, mode="self") for name in ("m1", "m2", "m3")),
        7: (Present(member="m1", mode="self"),),
        8: (Present(member="m1", mode="self"), Present(member="m2", mode="self")),
    }
    for month, present in came.items():
        day, meeting = date(2020, month, 5), f"pp01-{month}"
        village.count(MeetingOpened(kind="monthly", opening_cash_satang=0, meeting=meeting), day)
        if present:
            village.count(AttendanceRecorded(present=present, meeting=meeting), day)
    for name, months in (("m1", (5, 6, 7)), ("m2", (5, 6))):
        for month in months:
            paid = ShareDeposited(member=name, amount_satang=10_000, box="b", months=(f"2020-{month:02}",))
            village.count(paid, date(2020, month, 5))


def lend(village: Village) -> None:
    """l1 is three instalments behind by half, l2 is paid on time, l4 waits to be fetched, l9 is given up."""
    for loan, amount, on in (("l2", 120_000, date(2020, 6, 1)), ("l4", 50_000, date(2020, 8, 1))):
        approved = LoanApproved(
            loan=loan, member="m2", product="ordinary", amount_satang=amount, rate_bp_month=100, method="declining",
            months=12, first_due=date(2020, 7, 5), resolution=ENTRY, covered_satang=amount,
        )  # fmt: skip
        village.count(approved, on)
    lent = LoanDisbursed(
        loan="l2", member="m2", product="ordinary", gross_satang=120_000, net_satang=118_800, premium_satang=1_200,
        channel="bank", bank="k",
    )  # fmt: skip
    village.count(lent, date(2020, 6, 5))
    for loan, member, interest, on in (
        ("l2", "m2", 1_200, date(2020, 7, 5)), ("l2", "m2", 1_100, date(2020, 8, 5)),
        ("l1", "m1", 4_000, date(2020, 8, 5)),
    ):  # fmt: skip
        repaid = LoanRepaymentReceived(
            loan=loan, member=member, product="ordinary", total_satang=10_000 + interest, principal_satang=10_000,
            interest_satang=interest, box="b",
        )  # fmt: skip
        village.count(repaid, on)
    for loan, guarantor, satang in (("l1", "m3", 100_000), ("l2", "m3", 50_000), ("l1", "m2", 30_000)):
        village.count(LoanGuarantorConsented(loan=loan, guarantor=guarantor, amount_satang=satang), date(2020, 6, 1))
    gone = LoanWrittenOff(
        loan="l9", member="m4", product="ordinary", principal_satang=50_000, expense_satang=50_000, assembly=ASSEMBLY
    )
    village.count(gone, date(2020, 3, 1))
    village.count(LoanProvisioned(month="2020-06", amount_satang=39_000), date(2020, 6, 30))


def hold_cash(village: Village) -> None:
    """The box is over its limit since May; July's cash is banked the day after, August's is not."""
    village.count(BankFeeCharged(ledger="bank:pp01", amount_satang=700, bank="k"), date(2020, 2, 1))
    village.count(BankDepositMade(ledger="bank:pp01", amount_satang=20_000, box="b", bank="k"), date(2020, 7, 6))
    short = CashVarianceRecorded(ledger="bank:pp01", direction="short", amount_satang=300, box="b")
    village.count(short, date(2020, 7, 5))
    for month in (4, 7, 8):  # in April the box is not over its limit
        village.count(MeetingClosed(totals=(), devices=(), meeting=f"pp01-{month}"), date(2020, month, 5))
    handed = CashCustodyHandedOver(
        ledger="bank:pp01", settlement="s1", place="box", amount_satang=2_300, box="b", carrier="c"
    )
    village.count(handed, date(2020, 8, 20))
    declared = DividendDeclared(
        run="r", year=2019, pool_satang=6_000, weights_total=12_000, inputs=NAME, assembly=ASSEMBLY
    )
    village.count(declared, date(2020, 1, 20))


def keep_funds(village: Village) -> None:
    """Two are enrolled, of whom one waits; a birth is granted; the risk fund pays part of a claim."""
    rules = Bylaws(welfare_waiting_days=180, welfare=WelfareRules(lapse_missed=3, lapse_operator=">"))
    village.count(rules_of("welfare", rules), OPENED, "office")
    for ledger, fund, bank, balance in (("welfare", 3410, "w", 500_000), ("risk", 3420, "r", 249_100)):
        page = (
            OpeningLine(account=1120, sub=bank, amount_satang=balance),
            OpeningLine(account=fund, amount_satang=-balance),
        )
        village.count(OpeningBalanceRecorded(ledger=ledger, lines_of_page=page), OPENED, "office")
    for name, joined in (("m1", date(2018, 1, 1)), ("m2", date(2020, 7, 1))):
        village.count(WelfareEnrolled(member=name, joined=joined, resolution=ENTRY), max(joined, OPENED))
    paid = WelfareContributionReceived(member="m1", amount_satang=6_000, box="b", months=("2020-07", "2020-08"))
    village.count(paid, date(2020, 8, 5))
    granted = WelfareClaimApproved(
        claim="c1", member="m1", benefit="birth", amount_satang=100_000, happened=date(2020, 2, 20)
    )
    village.count(granted, date(2020, 3, 1))
    spent = WelfareAdminExpensePaid(account=5122, amount_satang=4_060, bank="w")
    village.count(spent, date(2020, 4, 1), "office")
    asked = WelfareMatchingRequested(
        matching_round="r2562", matched_by="state", as_of=date(2019, 9, 30), eligible=1, members_list=NAME,
        amount_satang=36_500,
    )  # fmt: skip
    village.count(asked, date(2019, 10, 5), "office")
    village.count(RiskClaimApproved(loan="l8", member="m8", cause="death", amount_satang=300), date(2020, 1, 5))


def govern(village: Village) -> None:
    """The pool lends three fifths; one month is closed in time, another late; a group sells and shares."""
    page = (
        OpeningLine(account=1120, sub="n", amount_satang=40_000),
        OpeningLine(account=1310, sub="pp01", amount_satang=60_000),
        OpeningLine(account=2230, sub="pp01", amount_satang=-50_000),
        OpeningLine(account=3430, sub="pp01", amount_satang=-50_000),
    )
    village.count(OpeningBalanceRecorded(ledger="network", lines_of_page=page), OPENED, "office")
    cut = (EntryRef(device=NAME, hash=NAME, sequence=1),)
    for month, on in (("2020-05", date(2020, 6, 10)), ("2020-06", date(2020, 8, 15))):
        village.count(PeriodClosed(ledger="bank:pp01", month=month, devices=cut), on)
    trust = village.books.trust
    trust.roles["pp01"] = {"o1": {"president"}, "o2": {"secretary"}, "o3": set()}
    trust.memberships |= {"o1": {"m1"}, "o2": {"m2"}, "o3": {"m3"}}
    ledger = "group:pp01-shrimp"
    village.count(
        GroupRegistered(ledger=ledger, product="shrimp", leader="m1", members=("m1", "m2"), resolution=ENTRY), OPENED
    )
    village.count(
        GroupSaleRecorded(ledger=ledger, item="paste", quantity=1, amount_satang=5_000, box="g"), date(2020, 6, 1)
    )
    village.count(
        GroupProfitDistributed(
            ledger=ledger, year=2019, basis="shares", pool_satang=1_000,
            lines=(MemberAmount(member="m1", amount_satang=1_000),), resolution=ENTRY,
        ),
        date(2020, 2, 1),
    )  # fmt: skip


def neighbour(village: Village) -> None:
    """What is another village's, of another year, or of another kind, and changes nothing."""
    village.count(ShareDeposited(member="m1", amount_satang=9_000_000, box="b"), date(2020, 6, 1), "pp02")
    village.count(MeetingOpened(kind="committee", opening_cash_satang=0, meeting="c1"), date(2020, 8, 10))
    village.count(MeetingOpened(kind="monthly", opening_cash_satang=0, meeting="pp02-8"), date(2020, 8, 5), "pp02")
    for direction in ("short", "over"):
        told_before = CashVarianceRecorded(ledger="bank:pp01", direction=direction, amount_satang=70, box="b")
        village.count(told_before, date(2018, 7, 5))
    elsewhere = CashVarianceRecorded(ledger="bank:pp02", direction="short", amount_satang=70, box="b")
    village.count(elsewhere, date(2020, 7, 5), "pp02")


# Balances on 22 August: 1110 is 100,000 + 50,000 shares + 36,300 repaid + 6,000 welfare - 20,000 banked - 300 short
# - 2,300 handed over = 169,700; 1120 is 900,000 - 118,800 + 20,000 - 700 = 800,500; loans are 390,000 + 100,000.
# Income is 6,300 of interest; expense 50,000 + 39,000 + 700.
# The thirteen readings of the portfolio: 450,000 seven times, 400,000 three times, 520,000, 510,000, 490,000:
# 5,870,000 together. Those of savings: 1,100,000 nine times, 1,120,000, 1,140,000, 1,150,000 twice: 14,460,000.
RATIOS: dict[str, tuple[int, int] | None] = {
    "ind_g2": (2, 3),
    "ind_g3": (0, 1),  # m4 left, m3 came
    "ind_g4": (1, 3),  # one exit, of a mean of three members
    "ind_g5": (2, 3),  # (2/3 + 1 + 1/3 + 2/3) / 4: April is the fifth back
    "ind_g6": (1, 2),
    "ind_s3": (1, 22),  # 50,000 on 1,100,000
    "ind_l2_par30": (39, 49),  # l1 is 48 days late
    "ind_l2_par60": (0, 1),
    "ind_l2_par90": (0, 1),
    "ind_l3_par30": (39, 49),
    "ind_l3_par60": (0, 1),
    "ind_l3_par90": (0, 1),
    "ind_l4": (1, 7),  # 160,000 fell due, 90,000 came: 70,000 of 490,000
    "ind_l5": (147, 547),  # due 40,000 + 3,600 and 10,000 + 1,100; received 3,600 and 11,100
    "ind_l6": (65, 587),  # 50,000 * 13 / 5,870,000
    "ind_l7": (1, 10),
    "ind_l8": (819, 58_700),  # 6,300 * 13 / 5,870,000
    "ind_l9_borrowers": (2, 3),
    "ind_l10": (1, 1),
    "ind_l11": (15, 49),  # m3 stands for 150,000
    "ind_q1": (1_617, 500),  # 970,200 / 300,000
    "ind_q3": (2_450, 7_083),  # 490,000 / 1,416,600
    "ind_q5": (1, 2),
    "ind_p1": (21, 299),  # 6,300 / 89,700
    "ind_p2": (91, 58_700),  # 700 * 13 / 5,870,000
    "ind_p3": (-1_807, 24_100),  # -83,400 * 13 / 14,460,000
    "ind_p4": (3, 50),  # 60 baht on 12,000 baht-months
    "ind_p5": (5_000, 20_341),  # 350,000 / 1,423,870
    "ind_w1": (1, 2),  # m2 waits until 28 December
    "ind_w1_coverage": (2, 3),
    "ind_w3": (50, 3),  # 100,000 / 6,000
    "ind_w3_members": (50, 3),
    "ind_w5": (1, 99),  # 4,060 / 401,940
    "ind_r1_cover": (25, 49),  # 250,000 / 490,000
    "ind_r2": (1, 4),  # 300 / 1,200
    "ind_r3_share": (39, 25),
    "ind_n1": (3, 5),
    "ind_n2": (3, 5),
    "ind_n5": (1, 2),
    "ind_n5_women": (1, 2),
    "ind_n6_par30": None,  # no group has a loan
}
OTHERS = {
    "ind_g1": 3,
    "ind_g1_ever": 4,
    "ind_s1": 1_150_000,
    "ind_s2": 383_333,
    "ind_s4": 1_416_600,  # 1,150,000 + 100,000 + 250,000 + 6,300 - 89,700
    "ind_l1": 490_000,
    "ind_l9": 245_000,
    "ind_q2": 790_200,  # 970,200 - 100,000 - 30,000 - 50,000
    "ind_q4": 109,  # from 5 May
    "ind_q6": 2_300,
    "ind_q6_age": 2,
    "ind_w2_birth": 100_000,
    "ind_w2_birth_claims": 1,
    "ind_w4": 48,  # (500,000 - 4,060 - 100,000) * 12 / (100,000 + 4,060 - 6,000)
    "ind_w6": 1,
    "ind_w6_eligible": 1,
    "ind_r1": 490_000,
    "ind_r3": 390_000,
    "ind_n3": 2_300,
    "ind_n3_age": 2,
    "ind_n5_variances": 1,
    "ind_n5_variance_satang": 300,
    "ind_n5_old_findings": 2,  # the box since May, and the claim since March
    "ind_n6": 1,
    "ind_n6_sales": 5_000,
    "ind_n6_distributed": 1_000,
}


@pytest.mark.parametrize("code", RATIOS)
def test_a_ratio_is_exact_and_published_in_basis_points(told: dict[str, Reading], code: str) -> None:
    expected = RATIOS[code]
    reading = told[code]
    if expected is None:
        assert reading == Reading(code=code, value=None)
    else:
        assert (reading.numerator, reading.denominator) == expected
        assert reading.value == round(10_000 * expected[0] / expected[1])


@pytest.mark.parametrize("code", OTHERS)
def test_a_count_or_an_amount(told: dict[str, Reading], code: str) -> None:
    assert told[code] == Reading(code=code, value=OTHERS[code])


def test_every_indicator_has_a_value_worked_by_hand(told: dict[str, Reading]) -> None:
    """But for the benefits that nobody was granted: those are nothing."""
    assert set(INDICATORS) == set(told)
    rest = set(INDICATORS) - set(RATIOS) - set(OTHERS)
    assert len(rest) == 26
    assert all(code.startswith("ind_w2_") and told[code].value == 0 for code in rest)


def test_a_network_without_anything_has_no_ratio_and_no_error() -> None:
    village = Village()
    village.count(MeetingOpened(kind="monthly", opening_cash_satang=0, meeting="before-anybody-joined"), OPENED)
    readings = village.read()
    assert {reading.value for reading in readings.values()} == {0, None}
    assert readings["ind_g2"].value is None
    assert readings["ind_w4"].value is None


def test_of_one_village_only_what_is_its_own_is_asked(told: dict[str, Reading]) -> None:
    codes = {reading.code for reading in read_all(Lens(Village().books, ON, ["pp01"]), [Scope.VILLAGES])}
    assert "ind_s1" in codes
    assert "ind_n1" not in codes
    assert codes < set(told)


def test_three_rounds_of_matching_are_all_that_anybody_gets() -> None:
    village = Village()
    village.count(WelfareEnrolled(member="m1", joined=date(2014, 1, 1), resolution=ENTRY), OPENED)
    for year in (2017, 2018, 2019):
        village.count(
            WelfareMatchingRequested(
                matching_round=f"r{year}", matched_by="state", as_of=date(year, 9, 30), eligible=1, members_list=NAME,
                amount_satang=1,
            ),
            date(year, 10, 1), "office",
        )  # fmt: skip
        received = WelfareMatchingReceived(
            matching_round=f"r{year}", matched_by="state", amount_satang=1, due_satang=1, bank="w"
        )
        village.count(received, date(year, 12, 1), "office")
    readings = village.read()
    assert (readings["ind_w6"].value, readings["ind_w6_eligible"].value) == (1, 0)
    assert readings["ind_w1"].value == 10_000  # no bylaws ask for waiting
