"""What each event means in money, against a table written by hand from docs/domain.md section 5.

No line here comes from the declarations: to change a posting, somebody has to change it twice.
"""

from datetime import date
from typing import Any

import pytest

from sajja_schemas.entry import EntryRef
from sajja_schemas.events import CATALOGUE, AnyEvent, Body, lines_of, tag_of
from sajja_schemas.events.base import Fund
from sajja_schemas.events.ledgers import (
    BankDepositMade,
    BankWithdrawalMade,
    ExpensePaid,
    IncomeReceived,
    OpeningBalanceRecorded,
    OpeningLine,
)
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived, Product
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
from sajja_schemas.events.welfare import Benefit, WelfareClaimApproved, WelfareClaimPaid, WelfareContributionReceived
from sajja_schemas.postings import Choice, Contradiction, Line, Posting

BANK = "bank:pp01"
NAME = "A" * 43
REF = EntryRef(device=NAME, hash=NAME, sequence=1)


def body_of(event: AnyEvent) -> Body:
    return Body(
        v=1, network="n", village="pp01", device=NAME, sequence=1, previous=NAME, by="p", date=date(2020, 6, 1),
        recorded_at=0, event=event,
    )  # fmt: skip


def transfer(**side: Any) -> dict[str, Any]:
    return {"settlement": "s1", "amount_satang": 900, "bank": "k1", **side}


SENT, GOT = {"side": "sent"}, {"side": "received"}

DUE_TO: tuple[tuple[Fund, int], ...] = (("welfare", 2610), ("risk", 2620), ("network", 2630))

# Every amount of an event differs, so that one cannot stand for another.
TABLE: list[tuple[AnyEvent, list[Line]]] = [
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
        IncomeReceived(ledger=BANK, account=4140, amount_satang=900, channel="bank", bank="k1", sub="k1"),
        [(BANK, 1120, "k1", 900), (BANK, 4140, "k1", -900)],
    ),
    (
        IncomeReceived(ledger=BANK, account=4150, amount_satang=900, channel="cash", box="b1", sub="not used"),
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
TABLE_NAMES = [f"{tag_of(event)}-{number}" for number, (event, _lines) in enumerate(TABLE)]


@pytest.mark.parametrize(("event", "expected"), TABLE, ids=TABLE_NAMES)
def test_an_event_posts_what_the_domain_says(event: AnyEvent, expected: list[Line]) -> None:
    assert sorted(lines_of(body_of(event))) == sorted(expected)


def test_every_event_that_posts_stands_in_the_table() -> None:
    posting = {tag for tag, event_type in CATALOGUE.items() if event_type.declared.postings}
    assert {tag_of(event) for event, _lines in TABLE} == posting


@pytest.mark.parametrize(
    ("product", "loans", "interest"),
    [
        ("ordinary", 1210, 4110), ("emergency", 1211, 4111), ("occupation", 1212, 4110), ("rescheduled", 1213, 4110),
        ("group", 1214, 4112), ("in_kind", 1215, 4110),
    ],
)  # fmt: skip
def test_a_product_has_its_accounts(product: Product, loans: int, interest: int) -> None:
    paid = LoanRepaymentReceived(
        loan="l", member="m", product=product, total_satang=3, principal_satang=2, interest_satang=1, box="b"
    )
    lent = LoanDisbursed(loan="l", member="m", product=product, gross_satang=9, net_satang=9, channel="cash", box="b")
    left = MemberExitSettled(
        member="m", shares_satang=3, loan="l", product=product, set_off_principal_satang=2, set_off_interest_satang=1
    )
    assert [line[1] for line in lines_of(body_of(paid))] == [1110, loans, interest]
    assert [line[1] for line in lines_of(body_of(lent))] == [loans, 1110]
    assert [line[1] for line in lines_of(body_of(left))] == [3110, loans, interest]


@pytest.mark.parametrize(
    ("benefit", "account"),
    [
        ("birth", 5211), ("hospital", 5212), ("elderly", 5213), ("death", 5214), ("funeral", 5215),
        ("disadvantage", 5216), ("occupation", 5217), ("education", 5218), ("tradition", 5219), ("housing", 5220),
        ("disaster", 5221), ("public", 5222), ("environment", 5223), ("other", 5224),
    ],
)  # fmt: skip
def test_a_benefit_has_its_account(benefit: Benefit, account: int) -> None:
    event = WelfareClaimApproved(claim="c", member="m", benefit=benefit, amount_satang=1, happened=date(2020, 6, 1))
    assert lines_of(body_of(event))[0][1] == account


def test_a_choice_is_needed_only_where_there_is_an_amount() -> None:
    lines_of(body_of(MemberExitSettled(member="m", shares_satang=3, net_satang=3)))
    with pytest.raises(Contradiction, match="product"):
        lines_of(body_of(MemberExitSettled(member="m", shares_satang=3, loan="l", set_off_principal_satang=3)))


def test_what_an_event_names_is_an_account_of_its_ledger() -> None:
    page = (OpeningLine(account=9999, amount_satang=1),)
    with pytest.raises(Contradiction, match="no account 9999"):
        lines_of(body_of(OpeningBalanceRecorded(ledger=BANK, lines_of_page=page)))


def every_posting() -> list[Posting]:
    return [posting for event_type in CATALOGUE.values() for posting in event_type.declared.postings]


def test_every_field_that_a_posting_names_is_a_field() -> None:
    for event_type in CATALOGUE.values():
        fields = set(event_type.__struct_fields__)
        for posting in event_type.declared.postings:
            own = set(OpeningLine.__struct_fields__) if posting.each else fields
            named = {posting.amount}
            for part in (posting.account, posting.sub):
                if isinstance(part, Choice):
                    named.add(part.field)
                    named |= {value for _name, value in part.of if isinstance(value, str)}
                elif isinstance(part, str) and not part.startswith("@"):
                    named.add(part)
            assert named <= own, event_type
