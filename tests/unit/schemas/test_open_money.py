"""What stands against erasing a person's data."""

from collections.abc import Sequence

from sajja_schemas.books import Books, open_books
from sajja_schemas.events.base import Event, date
from sajja_schemas.events.lending import LoanGuarantorConsented, LoanGuarantorWithdrawn
from sajja_schemas.events.member_records import MemberConsentWithdrawn
from sajja_schemas.events.risk import RiskClaimFiled, RiskClaimRejected
from sajja_schemas.events.welfare_claims import WelfareClaimRejected, WelfareClaimSubmitted
from sajja_schemas.open_money import OpenMoney, open_money

DAY = date(2020, 8, 22)
MEMBER, OTHER = "pp01-m001", "pp01-m002"
CLAIM = WelfareClaimSubmitted(claim="c1", member=MEMBER, benefit="hospital", amount_satang=1, happened=DAY)
RISK_CLAIM = RiskClaimFiled(loan="l1", member=MEMBER, cause="death", happened=DAY, principal_satang=1)
GUARANTEE = LoanGuarantorConsented(loan="l2", guarantor=MEMBER, amount_satang=1)


def books_with(**balances: int) -> Books:
    """`a1210_l1=5`: five satang on 1210 of l1, in the bank of pp01."""
    books = open_books("testnet", "A" * 43)
    for name, amount in balances.items():
        account, _, sub = name.removeprefix("a").partition("_")
        books.balances["bank:pp01", int(account), sub.replace("_", "-")] = amount
    return books


def kinds(books: Books, events: Sequence[Event]) -> list[tuple[str, str, int]]:
    return [(one.kind, one.id, one.amount_satang) for one in open_money(books, events, MEMBER)]


def test_who_owes_nothing_and_is_owed_nothing_may_be_erased() -> None:
    """Income that carries the id is history; a balance of nothing is none; others' money is theirs."""
    books = books_with(a3110_pp01_m001=0, a3110_pp01_m002=-100, a4130_pp01_m001=-50, a1110_pp01_m001=70)
    events = [MemberConsentWithdrawn(member=MEMBER, purposes=("photo",))]
    assert kinds(books, events) == []


def test_a_balance_of_the_member_or_of_a_loan_of_theirs_is_open() -> None:
    """Shares, savings and payables stand under the member's id, a debt under the loan's."""
    books = books_with(a2140_pp01_m001=-30, a3110_pp01_m001=-100, a1210_l1=5_000, a1210_l9=7)
    assert kinds(books, [RISK_CLAIM, RiskClaimRejected(loan="l1", member=MEMBER, reason="x")]) == [
        ("balance", "l1", 5_000), ("balance", MEMBER, -30), ("balance", MEMBER, -100),
    ]  # fmt: skip
    (first, *_others) = open_money(books, [RISK_CLAIM], MEMBER)
    assert first == OpenMoney(kind="balance", id="l1", account=1210, ledger="bank:pp01", amount_satang=5_000)


def test_a_guarantee_is_open_until_the_loan_is_repaid_or_another_stands() -> None:
    books = books_with(a1210_l2=900)
    assert kinds(books, [GUARANTEE]) == [("guarantee", "l2", 900)]
    assert kinds(books_with(a1210_l2=0), [GUARANTEE]) == []
    assert kinds(books, [GUARANTEE, LoanGuarantorWithdrawn(loan="l2", guarantor=MEMBER)]) == []
    assert kinds(books, [GUARANTEE, LoanGuarantorWithdrawn(loan="l2", guarantor=OTHER)]) == [("guarantee", "l2", 900)]
    assert kinds(books, [LoanGuarantorConsented(loan="l2", guarantor=OTHER, amount_satang=1)]) == []


def test_a_claim_is_open_until_it_is_answered() -> None:
    """One on the risk fund is known by its loan."""
    books = books_with()
    assert kinds(books, [CLAIM, RISK_CLAIM]) == [("claim", "c1", 0), ("claim", "l1", 0)]
    refused = [
        WelfareClaimRejected(claim="c1", member=MEMBER, reason="x"),
        RiskClaimRejected(loan="l1", member=MEMBER, reason="x"),
    ]
    assert kinds(books, [CLAIM, RISK_CLAIM, *refused]) == []
    assert kinds(books, [WelfareClaimSubmitted(
        claim="c2", member=OTHER, benefit="hospital", amount_satang=1, happened=DAY)]) == []  # fmt: skip
