"""The register of what may be said once: a loan paid out, interest of a period, a claim for one event.

Each row is what would be the same thing twice, each fact one counted entry that says it: so the question does not
depend on the order in which they came, and a reversal takes it back (docs/domain.md sections 5.5 to 5.16).
"""

from typing import Final

import msgspec

from sajja_schemas.events.base import Event
from sajja_schemas.events.closing import DividendDeclared, PatronageDeclared, YearEndAllocationApproved
from sajja_schemas.events.documents import DocbookIssued
from sajja_schemas.events.ledgers import BankDepositMade
from sajja_schemas.events.loan_accounts import LoanDisbursedInKind
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed
from sajja_schemas.events.members import MemberAdmitted, MemberEntryFeeReceived, MemberExitSettled
from sajja_schemas.events.pool import NetworkContributionAssessed
from sajja_schemas.events.savings import SpecialSavingsInterestCredited
from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareEnrolled
from sajja_schemas.events.welfare_claims import WelfareClaimSubmitted, WelfarePensionRun
from sajja_schemas.events.welfare_money import WelfareMatchingReceived
from sajja_schemas.registers.noting import DEVICE, SEQUENCE, VILLAGE, Note

PREFIX: Final = "said "  # of the registers' names


class Once(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said once: the fields that would make it the same thing again."""

    code: str
    event: type[Event]
    key: tuple[str, ...]
    each: str | None = None
    named: str | None = None  # a field without which nothing is said


ONCE: Final[tuple[Once, ...]] = (
    Once(code="MEMBER_ADMITTED_TWICE", event=MemberAdmitted, key=("member",)),
    Once(code="EXIT_SETTLED_TWICE", event=MemberExitSettled, key=("member",)),
    Once(code="ENTRY_FEE_TWICE", event=MemberEntryFeeReceived, key=("member", "scope")),
    Once(code="WELFARE_ENROLLED_TWICE", event=WelfareEnrolled, key=("member",)),
    Once(
        code="INTEREST_CREDITED_TWICE", event=SpecialSavingsInterestCredited, key=("member", "period_from", "period_to")
    ),
    Once(code="LOAN_APPROVED_TWICE", event=LoanApproved, key=("loan",)),
    Once(code="LOAN_DISBURSED_TWICE", event=LoanDisbursed, key=("loan",)),
    Once(code="LOAN_DISBURSED_TWICE", event=LoanDisbursedInKind, key=("loan",)),
    Once(
        code="CLAIM_SUBMITTED_TWICE", event=WelfareClaimSubmitted, key=("member", "benefit", "happened", "child_order")
    ),
    Once(code="CLAIM_APPROVED_TWICE", event=WelfareClaimApproved, key=("claim",)),
    Once(code="PENSION_RUN_TWICE", event=WelfarePensionRun, key=(".member", "year"), each="lines"),
    Once(code="MATCHING_RECEIVED_TWICE", event=WelfareMatchingReceived, key=("matching_round", "matched_by")),
    Once(code="CONTRIBUTION_ASSESSED_TWICE", event=NetworkContributionAssessed, key=("year",)),
    Once(code="PROFIT_ALLOCATED_TWICE", event=YearEndAllocationApproved, key=("year",)),
    Once(code="DIVIDEND_DECLARED_TWICE", event=DividendDeclared, key=("year",)),
    Once(code="PATRONAGE_DECLARED_TWICE", event=PatronageDeclared, key=("year",)),
    Once(code="DOCBOOK_ISSUED_TWICE", event=DocbookIssued, key=("kind", "book")),
    Once(code="SLIP_USED_TWICE", event=BankDepositMade, key=("bank", "slip"), named="slip"),
)

NOTES: Final = tuple(
    Note(
        register=PREFIX + once.code,
        event=once.event,
        key=(VILLAGE, *once.key),
        fact=(DEVICE, SEQUENCE),
        each=once.each,
        named=once.named,
    )
    for once in ONCE
)
