"""What each event means in money, written by hand from docs/domain.md section 5; no line comes from a declaration.

To change a posting, somebody has to change it twice. Every amount of an event differs, so that one cannot stand for
another. A line is (ledger, account, sub-ledger, satang); a debit is positive. The village concerned is pp01.
"""

from datetime import date
from typing import Any, Final

from sajja_schemas.entry import EntryRef
from sajja_schemas.events import CATALOGUE, AnyEvent
from sajja_schemas.events.base import Assembly, Fund, MemberAmount, PostedLine
from sajja_schemas.events.closing import ResultLine
from sajja_schemas.events.ledgers import (
    BankDepositMade,
    BankWithdrawalMade,
    ExpensePaid,
    IncomeReceived,
    OpeningBalanceRecorded,
    OpeningLine,
)
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived
from sajja_schemas.events.members import MemberExitSettled, MemberHeirsPaid
from sajja_schemas.events.savings import (
    ShareDeposited,
    ShareWithdrawn,
    SpecialSavingsDeposited,
    SpecialSavingsWithdrawn,
)
from sajja_schemas.events.transfers import (
    InterfundSettlementConfirmed,
    InterfundSettlementInitiated,
    LinkageLoanDisbursed,
    LinkageLoanInterestPaid,
    LinkageLoanRepaid,
    NetworkDepositPlaced,
)
from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareClaimPaid, WelfareContributionReceived
from sajja_schemas.events.welfare_claims import PensionLine
from sajja_schemas.postings import Line

BANK: Final = "bank:pp01"
GROUP: Final = "group:pp01-shrimp"
NAME: Final = "A" * 43
REF: Final = EntryRef(device=NAME, hash=NAME, sequence=1)
DAY: Final = date(2020, 6, 1)
ASSEMBLY: Final = Assembly(attended=60, entitled=100, minutes=NAME)

# The closed choices, by the field that chooses: each account that a value may mean.
CHOICES: Final[dict[str, list[dict[str, object]]]] = {
    "product": [
        {"ordinary": 1210, "emergency": 1211, "occupation": 1212, "rescheduled": 1213, "group": 1214, "in_kind": 1215},
        {"ordinary": 4110, "emergency": 4111, "occupation": 4110, "rescheduled": 4110, "group": 4112, "in_kind": 4110},
    ],
    "benefit": [
        {
            "birth": 5211, "hospital": 5212, "elderly": 5213, "death": 5214, "funeral": 5215, "disadvantage": 5216,
            "occupation": 5217, "education": 5218, "tradition": 5219, "housing": 5220, "disaster": 5221,
            "public": 5222, "environment": 5223, "other": 5224,
        },
    ],
    "channel": [{"cash": 1110, "bank": 1120}, {"stock": 1410, "cash": 1110}, {"cash": "box", "bank": "bank"}],
    "fund": [{"welfare": 2610, "risk": 2620, "network": 2630}],
    "cause": [{"death": 5310, "disability": 5311, "default": 5312}],
    "matched_by": [{"state": 4160, "local": 4161}],
    "taken_as": [{"unearned": 2330, "income": 4170}],
    "treated_as": [{"capital": 3120, "donation": 4150}],
    "share": [{"dividend": 2130, "patronage": 2131}],
    "saved_in": [{"shares": 3110, "special": 2110}],
    "place": [{"box": 1110, "collector": 1111}, {"box": 1110, "carrier": 1112}],
    "paid_into": [{"own": "box", "other": "into"}],
}  # fmt: skip


def event(tag: str, **fields: Any) -> AnyEvent:
    """An event of the catalogue by its tag."""
    made: AnyEvent = CATALOGUE[tag](**fields)  # type: ignore[assignment]  # the catalogue is the union's members
    return made


def simple(tag: str, *lines: Line, **fields: Any) -> tuple[AnyEvent, list[Line]]:
    """An event about member m1, loan l1, box b1, bank account k1 and 900 satang, where it has such fields."""
    usual = {"member": "m1", "loan": "l1", "box": "b1", "bank": "k1", "amount_satang": 900, "assembly": ASSEMBLY,
             "resolution": REF, "settlement": "s1", "carrier": "p1", "reason": "reason", "claim": "c1", "year": 2020,
             "ledger": BANK}  # fmt: skip
    known = {name: value for name, value in usual.items() if name in CATALOGUE[tag].__struct_fields__}
    return event(tag, **{**known, **fields}), list(lines)


def lines_of_page(*lines: tuple[int, int, str | None]) -> tuple[PostedLine, ...]:
    """Lines of (account, satang, sub-ledger)."""
    return tuple(PostedLine(account=account, amount_satang=amount, sub=sub) for account, amount, sub in lines)


RESULTS: Final = (
    ResultLine(account=4140, amount_satang=900, sub="k1"),
    ResultLine(account=5120, amount_satang=-200),
)
SENT, GOT = {"side": "sent"}, {"side": "received"}
TO_BOX, TO_BANK = (BANK, 1110, "b1", 900), (BANK, 1120, "k1", 900)
FROM_BOX, FROM_BANK = (BANK, 1110, "b1", -900), (BANK, 1120, "k1", -900)
PARTS: Final = {
    "product": "emergency", "total_satang": 1111, "principal_satang": 1000, "interest_satang": 100, "fine_satang": 10,
    "advance_satang": 1,
}  # fmt: skip
MOVING: Final = {
    "from_village": "pp01", "to_village": "pp02", "member": "m1", "new_member": "m2", "gender": "female",
    "amount_satang": 1500, "shares_satang": 1000, "special_satang": 500,
}  # fmt: skip


def transfer(**side: Any) -> dict[str, Any]:
    return {"settlement": "s1", "amount_satang": 900, "bank": "k1", **side}


DUE_TO: tuple[tuple[Fund, int], ...] = (("welfare", 2610), ("risk", 2620), ("network", 2630))

FIRST: Final[list[tuple[AnyEvent, list[Line]]]] = [
    (ShareDeposited(member="m1", amount_satang=900, box="b1"), [(BANK, 1110, "b1", 900), (BANK, 3110, "m1", -900)]),
    (ShareWithdrawn(member="m1", amount_satang=900, box="b1"), [(BANK, 3110, "m1", 900), (BANK, 1110, "b1", -900)]),
    (
        SpecialSavingsDeposited(member="m1", amount_satang=900, box="b1"),
        [(BANK, 1110, "b1", 900), (BANK, 2110, "m1", -900)],
    ),
    (
        SpecialSavingsWithdrawn(member="m1", amount_satang=900, box="b1"),
        [(BANK, 2110, "m1", 900), (BANK, 1110, "b1", -900)],
    ),
    (
        LoanDisbursed(
            loan="l1",
            member="m1",
            product="ordinary",
            gross_satang=1000,
            net_satang=960,
            premium_satang=10,
            fee_satang=30,
            channel="cash",
            box="b1",
            bank="k1",
        ),
        [
            (BANK, 1210, "l1", 1000),
            (BANK, 1110, "b1", -960),
            (BANK, 2620, "", -10),
            (BANK, 4131, "m1", -30),
            ("risk", 1610, "pp01", 10),
            ("risk", 4170, "l1", -10),
        ],
    ),
    (
        LoanDisbursed(
            loan="l1",
            member="m1",
            product="group",
            gross_satang=1000,
            net_satang=1000,
            channel="bank",
            bank="k1",
            box="b1",
        ),
        [(BANK, 1214, "l1", 1000), (BANK, 1120, "k1", -1000)],
    ),
    (
        LoanRepaymentReceived(
            loan="l1",
            member="m1",
            product="emergency",
            total_satang=1111,
            principal_satang=1000,
            interest_satang=100,
            fine_satang=10,
            advance_satang=1,
            box="b1",
        ),
        [
            (BANK, 1110, "b1", 1111),
            (BANK, 1211, "l1", -1000),
            (BANK, 4111, "l1", -100),
            (BANK, 4121, "l1", -10),
            (BANK, 2150, "m1", -1),
        ],
    ),
    (
        MemberExitSettled(
            member="m1",
            shares_satang=1000,
            special_satang=500,
            interest_satang=20,
            loan="l1",
            product="occupation",
            set_off_principal_satang=300,
            set_off_interest_satang=7,
            net_satang=1213,
        ),
        [
            (BANK, 3110, "m1", 1000),
            (BANK, 2110, "m1", 500),
            (BANK, 5110, "", 20),
            (BANK, 1212, "l1", -300),
            (BANK, 4110, "l1", -7),
            (BANK, 2140, "m1", -1213),
        ],
    ),
    (
        MemberHeirsPaid(member="m1", amount_satang=900, channel="cash", box="b1"),
        [(BANK, 2140, "m1", 900), (BANK, 1110, "b1", -900)],
    ),
    (
        MemberHeirsPaid(member="m1", amount_satang=900, channel="bank", bank="k1"),
        [(BANK, 2140, "m1", 900), (BANK, 1120, "k1", -900)],
    ),
    (
        WelfareContributionReceived(member="m1", amount_satang=900, box="b1", months=("2020-06",)),
        [
            (BANK, 1110, "b1", 900),
            (BANK, 2610, "", -900),
            ("welfare", 1610, "pp01", 900),
            ("welfare", 4162, "m1", -900),
        ],
    ),
    (
        WelfareClaimApproved(claim="c1", member="m1", benefit="death", amount_satang=900, happened=date(2020, 6, 1)),
        [("welfare", 5214, "c1", 900), ("welfare", 2310, "c1", -900)],
    ),
    (
        WelfareClaimPaid(claim="c1", member="m1", amount_satang=900, channel="bank", bank="k1"),
        [("welfare", 2310, "c1", 900), ("welfare", 1120, "k1", -900)],
    ),
    (
        WelfareClaimPaid(claim="c1", member="m1", amount_satang=900, channel="cash", box="b1"),
        [("welfare", 2310, "c1", 900), ("welfare", 1110, "b1", -900)],
    ),
    (
        BankDepositMade(ledger="welfare", amount_satang=900, box="b1", bank="k1"),
        [("welfare", 1120, "k1", 900), ("welfare", 1110, "b1", -900)],
    ),
    (
        BankWithdrawalMade(ledger=BANK, amount_satang=900, box="b1", bank="k1"),
        [(BANK, 1110, "b1", 900), (BANK, 1120, "k1", -900)],
    ),
    (
        ExpensePaid(ledger="network", account=5123, amount_satang=900, channel="cash", box="b1"),
        [("network", 5123, "", 900), ("network", 1110, "b1", -900)],
    ),
    (
        ExpensePaid(ledger=BANK, account=5120, amount_satang=900, channel="bank", bank="k1"),
        [(BANK, 5120, "", 900), (BANK, 1120, "k1", -900)],
    ),
    (
        IncomeReceived(ledger=BANK, account=4130, amount_satang=900, channel="bank", bank="k1", sub="m1"),
        [(BANK, 1120, "k1", 900), (BANK, 4130, "m1", -900)],
    ),
    (
        IncomeReceived(ledger=BANK, account=4140, amount_satang=900, channel="bank", bank="k1", sub="k1"),
        [(BANK, 1120, "k1", 900), (BANK, 4140, "k1", -900)],
    ),
    (
        IncomeReceived(ledger=BANK, account=4150, amount_satang=900, channel="cash", box="b1", sub="not-used"),
        [(BANK, 1110, "b1", 900), (BANK, 4150, "", -900)],
    ),
    (
        OpeningBalanceRecorded(
            ledger=BANK,
            lines_of_page=(
                OpeningLine(account=1110, amount_satang=900, sub="b1"),
                OpeningLine(account=3110, amount_satang=-700, sub="m1"),
                OpeningLine(account=3210, amount_satang=0),
            ),
        ),
        [(BANK, 1110, "b1", 900), (BANK, 3110, "m1", -700), (BANK, 3900, "", -900), (BANK, 3900, "", 700)],
    ),
    (NetworkDepositPlaced(**transfer(**SENT)), [(BANK, 1130, "", 900), (BANK, 1120, "k1", -900)]),
    (NetworkDepositPlaced(**transfer(**GOT)), [("network", 1120, "k1", 900), ("network", 2230, "pp01", -900)]),
    (
        LinkageLoanDisbursed(**transfer(**SENT), linkage_loan="n1"),
        [("network", 1310, "pp01", 900), ("network", 1120, "k1", -900)],
    ),
    (LinkageLoanDisbursed(**transfer(**GOT), linkage_loan="n1"), [(BANK, 1120, "k1", 900), (BANK, 2220, "", -900)]),
    (LinkageLoanRepaid(**transfer(**SENT), linkage_loan="n1"), [(BANK, 2220, "", 900), (BANK, 1120, "k1", -900)]),
    (
        LinkageLoanRepaid(**transfer(**GOT), linkage_loan="n1"),
        [("network", 1120, "k1", 900), ("network", 1310, "pp01", -900)],
    ),
    (LinkageLoanInterestPaid(**transfer(**SENT), linkage_loan="n1"), [(BANK, 5112, "", 900), (BANK, 1120, "k1", -900)]),
    (
        LinkageLoanInterestPaid(**transfer(**GOT), linkage_loan="n1"),
        [("network", 1120, "k1", 900), ("network", 4113, "pp01", -900)],
    ),
    (
        InterfundSettlementInitiated(settlement="s1", fund="risk", amount_satang=900, box="b1", carrier="p1"),
        [(BANK, 1112, "p1", 900), (BANK, 1110, "b1", -900)],
    ),
    *(
        (
            InterfundSettlementConfirmed(settlement="s1", side="sent", fund=fund, amount_satang=900, carrier="p1"),
            [(BANK, account, "", 900), (BANK, 1112, "p1", -900)],
        )
        for fund, account in DUE_TO
    ),
    *(
        (
            InterfundSettlementConfirmed(settlement="s1", side="received", fund=fund, amount_satang=900, bank="k1"),
            [(str(fund), 1120, "k1", 900), (str(fund), 1610, "pp01", -900)],
        )
        for fund, _account in DUE_TO
    ),
]

MEMBERS: Final = [
    simple(
        "member_entry_fee_received", (BANK, 1110, "b1", 70), (BANK, 4130, "m1", -50), (BANK, 4131, "m1", -20),
        scope="bank", amount_satang=70, entrance_satang=50, book_satang=20,
    ),
    simple(
        "member_entry_fee_received", (BANK, 1110, "b1", 70), (BANK, 2610, "", -70), ("welfare", 1610, "pp01", 70),
        ("welfare", 4130, "m1", -50), ("welfare", 4131, "m1", -20),
        scope="welfare", amount_satang=70, entrance_satang=50, book_satang=20,
    ),
    simple("member_passbook_issued", TO_BOX, (BANK, 4131, "m1", -900), serial="n1", fee_satang=900),
    simple(
        "member_passbook_replaced", TO_BOX, (BANK, 4131, "m1", -900),
        old_serial="n1", serial="n2", reason="lost", fee_satang=900,
    ),
    simple(
        "member_transferred", (BANK, 3110, "m1", 1000), (BANK, 2110, "m1", 500), (BANK, 2630, "", -1500),
        **SENT, **MOVING,
    ),
    simple(
        "member_transferred", (BANK, 3110, "m2", -1000), (BANK, 2110, "m2", -500), (BANK, 2630, "", 1500),
        **GOT, **MOVING,
    ),
    simple(
        "member_transferred", ("network", 1610, "pp01", 1500), ("network", 1610, "pp02", -1500),
        side="between", **MOVING,
    ),
    simple(
        "member_duplicate_merged", (BANK, 3110, "m2", 900), (BANK, 3110, "m1", -900),
        survivor="m1", duplicate="m2", basis="same number",
        lines=lines_of_page((3110, 900, "m2"), (3110, -900, "m1")),
    ),
]  # fmt: skip

MEETINGS: Final = [
    simple("cash_variance_recorded", (BANK, 1250, "b1", 900), FROM_BOX, direction="short"),
    simple("cash_variance_recorded", TO_BOX, (BANK, 2160, "b1", -900), direction="over"),
    simple(
        "cash_variance_recorded", (BANK, 1250, "p1", 900), (BANK, 1112, "p1", -900), direction="short", box="p1",
        place="carrier",
    ),
    simple(
        "cash_variance_recorded", (BANK, 1112, "p1", 900), (BANK, 2160, "p1", -900), direction="over", box="p1",
        place="carrier",
    ),
    simple("cash_variance_resolved", TO_BOX, (BANK, 1250, "b1", -900), how="repaid"),
    simple(
        "cash_variance_resolved", TO_BOX, (BANK, 1250, "p1", -900), how="repaid", box="p1", paid_into="other",
        into="b1",
    ),
    simple("cash_variance_resolved", (BANK, 5140, "", 900), (BANK, 1250, "b1", -900), how="expensed"),
    simple("cash_variance_resolved", (BANK, 2160, "b1", 900), (BANK, 4180, "", -900), how="income"),
    simple("cash_custody_handed_over", (BANK, 1112, "p1", 900), FROM_BOX, place="box"),
    simple(
        "cash_custody_handed_over", ("welfare", 1112, "p1", 900), ("welfare", 1111, "b1", -900),
        place="collector", ledger="welfare",
    ),
    simple("cash_custody_received", TO_BOX, (BANK, 1112, "p1", -900), place="box"),
    simple("cash_custody_received", (BANK, 1111, "b1", 900), (BANK, 1112, "p1", -900), place="collector"),
    simple("bank_interest_received", TO_BANK, (BANK, 4140, "k1", -900)),
    simple("bank_fee_charged", ("risk", 5124, "", 900), ("risk", 1120, "k1", -900), ledger="risk"),
]  # fmt: skip

SAVINGS: Final = [
    simple("share_advance_received", TO_BOX, (BANK, 2150, "m1", -900)),
    simple("child_savings_deposited", TO_BOX, (BANK, 2111, "m1", -900), piggy_banks=1),
    simple("child_savings_withdrawn", FROM_BOX, (BANK, 2111, "m1", 900)),
    simple("share_transferred", (BANK, 3110, "m1", 900), (BANK, 3110, "m2", -900), to_member="m2"),
    simple("savings_fine_charged", TO_BOX, (BANK, 4120, "m1", -900), months=("2020-05",)),
    simple(
        "special_savings_interest_credited", (BANK, 5110, "", 900), (BANK, 2110, "m1", -900),
        period_from=date(2020, 1, 1), period_to=DAY,
    ),
]  # fmt: skip

LOANS: Final = [
    simple(
        "loan_disbursed_in_kind", (BANK, 1215, "l1", 900), (BANK, 1410, "", -900),
        item="fertiliser", quantity=3, channel="stock",
    ),
    simple(
        "loan_disbursed_in_kind", (BANK, 1215, "l1", 900), FROM_BOX, item="fertiliser", quantity=3, channel="cash"
    ),
    simple("loan_fine_charged", TO_BOX, (BANK, 4121, "l1", -900)),
    simple(
        "loan_prepaid", (BANK, 1110, "b1", 1111), (BANK, 1211, "l1", -1000), (BANK, 4111, "l1", -100),
        (BANK, 4121, "l1", -10), (BANK, 2150, "m1", -1), rebate_satang=7, **PARTS,
    ),
    simple(  # the coins of 1,011 are short by 11, and 4190 bears it
        "loan_prepaid", (BANK, 1110, "b1", 1000), (BANK, 1211, "l1", -1000), (BANK, 4121, "l1", -11),
        (BANK, 4190, "", 11), product="emergency", total_satang=1000, principal_satang=1000, fine_satang=11,
        cash_difference_satang=11,
    ),
    simple(
        "loan_repayment_received", (BANK, 1110, "b1", 1014), (BANK, 1211, "l1", -1000), (BANK, 4190, "", -14),
        product="emergency", total_satang=1014, principal_satang=1000, cash_difference_satang=-14,
    ),
    simple(
        "loan_rescheduled", (BANK, 1213, "l1", 900), (BANK, 1210, "l1", -900), product="ordinary",
        principal_satang=900, months=12, rate_bp_month=100, method="declining", first_due=DAY, times=1,
    ),
    simple(
        "loan_guarantor_called", (BANK, 1240, "g1", 900), (BANK, 1210, "l1", -900), product="ordinary", guarantor="g1"
    ),
    simple("loan_guarantor_paid", TO_BOX, (BANK, 1240, "g1", -900), guarantor="g1"),
    simple(
        "loan_savings_offset", (BANK, 3110, "m1", 700), (BANK, 2110, "m1", 400), (BANK, 1211, "l1", -1000),
        (BANK, 4111, "l1", -100), product="emergency", shares_satang=700, special_satang=400, principal_satang=1000,
        interest_satang=100,
    ),
    simple("loan_provisioned", (BANK, 5130, "", 900), (BANK, 1219, "", -900), month="2020-06"),
    simple("loan_provisioned", (BANK, 5130, "", -70), (BANK, 1219, "", 70), month="2020-06", amount_satang=-70),
    simple(
        "loan_written_off", (BANK, 1219, "", 300), (BANK, 5131, "l1", 700), (BANK, 1211, "l1", -1000),
        product="emergency", principal_satang=1000, allowance_satang=300, expense_satang=700,
    ),
    simple("loan_recovery_received", TO_BOX, (BANK, 4172, "l1", -900)),
    simple(
        "loan_advance_applied", (BANK, 2150, "m1", 900), (BANK, 1211, "l1", -800), (BANK, 4111, "l1", -100),
        product="emergency", principal_satang=800, interest_satang=100,
    ),
]  # fmt: skip

WELFARE: Final = [
    simple(
        "welfare_reinstated", TO_BOX, (BANK, 2610, "", -900), ("welfare", 1610, "pp01", 900),
        ("welfare", 4162, "m1", -900), waiting_from=DAY, months=("2020-05",),
    ),
    simple("welfare_claim_returned", ("welfare", 1120, "k1", 900), ("welfare", 5212, "c1", -900), benefit="hospital"),
    simple(
        "welfare_pension_run", ("welfare", 5213, "c1", 900), ("welfare", 5213, "c2", 800),
        ("welfare", 2310, "c1", -900), ("welfare", 2310, "c2", -800),
        lines=(
            PensionLine(claim="c1", member="m1", amount_satang=900),
            PensionLine(claim="c2", member="m2", amount_satang=800),
        ),
    ),
    *(
        simple(
            "welfare_matching_approved", ("welfare", 1710, "", 900), ("welfare", account, "r1", -900),
            matching_round="r1", matched_by=source,
        )
        for source, account in (("state", 4160), ("local", 4161))
    ),
    simple(
        "welfare_matching_received", ("welfare", 1120, "k1", 900), ("welfare", 1710, "", -700),
        ("welfare", 2340, "", -200), matching_round="r1", matched_by="state", due_satang=700, excess_satang=200,
    ),
    simple(
        "welfare_matching_returned", ("welfare", 4161, "r1", 900), ("welfare", 2340, "", -900),
        matching_round="r1", matched_by="local", stage="due",
    ),
    simple(
        "welfare_matching_returned", ("welfare", 2340, "", 900), ("welfare", 1120, "k1", -900),
        matching_round="r1", matched_by="local", stage="paid",
    ),
    simple(
        "welfare_profit_contribution_received", ("welfare", 1610, "pp01", 900), ("welfare", 4163, "pp01", -900)
    ),
    simple("welfare_donation_received", ("welfare", 1120, "k1", 900), ("welfare", 4150, "", -900)),
    simple("welfare_admin_expense_paid", ("welfare", 5122, "", 900), ("welfare", 1120, "k1", -900), account=5122),
]  # fmt: skip

RISK: Final = [
    *(
        simple(
            "risk_premium_refunded", ("risk", account, "l1", 900), ("risk", 1610, "pp01", -900),
            (BANK, 2620, "", 900), (BANK, 2150, "m1", -900), taken_as=taken_as,
        )
        for taken_as, account in (("unearned", 2330), ("income", 4170))
    ),
    *(
        simple("risk_claim_approved", ("risk", account, "l1", 900), ("risk", 2320, "l1", -900), cause=cause)
        for cause, account in (("death", 5310), ("disability", 5311), ("default", 5312))
    ),
    simple(
        "risk_claim_paid", ("risk", 2320, "l1", 900), ("risk", 1120, "k1", -900), product="emergency",
        principal_satang=800, interest_satang=100, **SENT,
    ),
    simple(
        "risk_claim_paid", TO_BANK, (BANK, 1211, "l1", -800), (BANK, 4111, "l1", -100), product="emergency",
        principal_satang=800, interest_satang=100, **GOT,
    ),
    simple("risk_recovery_received", ("risk", 1120, "k1", 900), ("risk", 4171, "l1", -900)),
    simple(
        "risk_topup_called", ("risk", 1610, "pp01", 900), ("risk", 3420, "", -900), (BANK, 5126, "", 900),
        (BANK, 2620, "", -900),
    ),
    simple("risk_surplus_distributed", ("risk", 3420, "", 900), ("risk", 1120, "k1", -900), **SENT),
    simple("risk_surplus_distributed", TO_BANK, (BANK, 4140, "k1", -900), **GOT),
]  # fmt: skip

POOL: Final = [
    simple(
        "network_contribution_assessed", ("network", 1610, "pp01", 900), ("network", 4151, "pp01", -900),
        (BANK, 5126, "", 900), (BANK, 2630, "", -900),
    ),
    simple("network_contribution_paid", (BANK, 2630, "", 900), FROM_BOX, channel="cash", **SENT),
    simple("network_contribution_paid", (BANK, 2630, "", 900), FROM_BANK, channel="bank", **SENT),
    simple(
        "network_contribution_paid", ("network", 1120, "k1", 900), ("network", 1610, "pp01", -900), channel="bank",
        **GOT,
    ),
    simple("network_deposit_withdrawn", ("network", 2230, "pp01", 900), ("network", 1120, "k1", -900), **SENT),
    simple("network_deposit_withdrawn", TO_BANK, (BANK, 1130, "", -900), **GOT),
    simple("network_deposit_interest_paid", ("network", 5113, "", 900), ("network", 1120, "k1", -900), **SENT),
    simple("network_deposit_interest_paid", TO_BANK, (BANK, 4140, "k1", -900), **GOT),
    simple(
        "network_grant_received", ("network", 1120, "k1", 900), ("network", 3120, "", -900), treated_as="capital",
        donor="a foundation",
    ),
    simple(
        "network_grant_received", ("network", 1120, "k1", 900), ("network", 4150, "", -900), treated_as="donation",
        donor="a foundation",
    ),
    simple("network_expense_paid", ("network", 5123, "", 900), ("network", 1120, "k1", -900), account=5123),
]  # fmt: skip

GROUPS: Final = [
    simple("group_member_joined", (GROUP, 1110, "b1", 900), (GROUP, 3110, "m1", -900), ledger=GROUP, shares_satang=900),
    simple("group_member_left", (GROUP, 3110, "m1", 900), (GROUP, 1110, "b1", -900), ledger=GROUP, shares_satang=900),
    simple(
        "group_input_purchased", (GROUP, 1410, "", 900), (GROUP, 1110, "b1", -900), ledger=GROUP, item="shrimp",
        quantity=3,
    ),
    simple(
        "group_production_recorded", (GROUP, 1410, "", 900), (GROUP, 1410, "", -900), ledger=GROUP, item="paste",
        quantity=3, cost_satang=900,
    ),
    simple(
        "group_sale_recorded", (GROUP, 1110, "b1", 900), (GROUP, 4210, "", -900), (GROUP, 5410, "", 600),
        (GROUP, 1410, "", -600), ledger=GROUP, item="paste", quantity=3, cost_satang=600,
    ),
    simple("group_expense_recorded", (GROUP, 5122, "", 900), (GROUP, 1110, "b1", -900), ledger=GROUP, account=5122),
    simple(
        "group_stock_counted", (GROUP, 5410, "", 900), (GROUP, 1410, "", -900), ledger=GROUP, counted=(),
        missing_satang=900, counters=("m1", "m2"),
    ),
    simple(
        "group_profit_distributed", (GROUP, 3320, "", 900), (GROUP, 2130, "m1", -500), (GROUP, 2130, "m2", -400),
        ledger=GROUP, basis="shares", pool_satang=900,
        lines=(MemberAmount(member="m1", amount_satang=500), MemberAmount(member="m2", amount_satang=400)),
    ),
    simple("asset_acquired", (BANK, 1510, "", 900), FROM_BOX, asset="a1", channel="cash"),
    simple("asset_acquired", (BANK, 1510, "", 900), FROM_BANK, asset="a1", channel="bank"),
    simple("asset_depreciated", (BANK, 5160, "", 900), (BANK, 1519, "", -900), asset="a1"),
    simple(
        "asset_disposed", (BANK, 1110, "b1", 300), (BANK, 1519, "", 500), (BANK, 5127, "", 100), (BANK, 1510, "", -900),
        asset="a1", cost_satang=900, channel="cash", depreciation_satang=500, proceeds_satang=300, loss_satang=100,
    ),
    simple(
        "asset_disposed", (BANK, 1120, "k1", 600), (BANK, 1519, "", 500), (BANK, 1510, "", -900),
        (BANK, 4180, "", -200), asset="a1", cost_satang=900, channel="bank", depreciation_satang=500,
        proceeds_satang=600, gain_satang=200,
    ),
]  # fmt: skip

CLOSING: Final = [
    simple(
        "year_end_closed", (BANK, 4140, "k1", 900), (BANK, 5120, "", -200), (BANK, 3320, "", -900),
        (BANK, 3320, "", 200), lines=RESULTS,
    ),
    *(
        simple(
            "fund_year_closed", (fund, 4140, "k1", 900), (fund, 5120, "", -200), (fund, account, "", -900),
            (fund, account, "", 200), ledger=fund, lines=RESULTS,
        )
        for fund, account in (("welfare", 3410), ("risk", 3420), ("network", 3320))
    ),
    simple(
        "year_end_allocation_approved", (BANK, 3320, "", 1291), (BANK, 2130, "m1", -500), (BANK, 2130, "m2", -400),
        (BANK, 2131, "m1", -200), (BANK, 3210, "", -100), (BANK, 2610, "", -50), (BANK, 3230, "", -25),
        (BANK, 2710, "", -12), (BANK, 3220, "", -4),
        profit_satang=1291, reserve_satang=100, welfare_satang=50, development_satang=25, committee_satang=12,
        risk_reserve_satang=4,
        dividends=(MemberAmount(member="m1", amount_satang=500), MemberAmount(member="m2", amount_satang=400)),
        patronage=(MemberAmount(member="m1", amount_satang=200),),
    ),
    simple("allocation_paid", (BANK, 2710, "", 900), FROM_BOX, channel="cash"),
    simple("allocation_paid", (BANK, 2710, "", 900), FROM_BANK, channel="bank"),
    simple("dividend_paid", (BANK, 2130, "m1", 900), FROM_BOX, share="dividend"),
    simple("dividend_paid", (BANK, 2131, "m1", 900), FROM_BOX, share="patronage"),
    simple("dividend_paid", (GROUP, 2130, "m1", 900), (GROUP, 1110, "b1", -900), share="dividend", ledger=GROUP),
    simple("dividend_reinvested", (BANK, 2130, "m1", 900), (BANK, 3110, "m1", -900), share="dividend"),
    simple("dividend_reinvested", (BANK, 2131, "m1", 900), (BANK, 3110, "m1", -900), share="patronage"),
]  # fmt: skip

CORRECTIONS: Final = [
    simple(
        "adjustment_posted", (BANK, 2110, "m1", 900), (BANK, 3210, "", -900),
        lines=lines_of_page((2110, 900, "m1"), (3210, -900, None)),
    ),
    simple("overdraft_recognised", (BANK, 1260, "m1", 900), (BANK, 2110, "m1", -900)),
    simple(
        "double_disbursement_recognised", (BANK, 1260, "m1", 900), (BANK, 1210, "l1", -900), product="ordinary"
    ),
    simple("overdraft_repaid", TO_BOX, (BANK, 1260, "m1", -900)),
    simple("overpayment_recognised", (BANK, 1210, "l1", 900), (BANK, 2150, "m1", -900), product="ordinary"),
    simple("advance_refunded", (BANK, 2150, "m1", 900), FROM_BOX),
    simple("late_deposit_recognised", (BANK, 3110, "m1", 900), (BANK, 2140, "m1", -900), saved_in="shares"),
    simple("late_deposit_recognised", (BANK, 2110, "m1", 900), (BANK, 2140, "m1", -900), saved_in="special"),
]  # fmt: skip

TABLE: Final[list[tuple[AnyEvent, list[Line]]]] = [
    *FIRST,
    *MEMBERS, *MEETINGS, *SAVINGS, *LOANS, *WELFARE, *RISK, *POOL, *GROUPS, *CLOSING, *CORRECTIONS,
]  # fmt: skip
