"""A ledger's accounts at a commercial bank: interest, fees, book, reconciliation (docs/domain.md section 5.6).

A photographed bank book is not enough; a bank's letter is the evidence, since books have been forged.
"""

from datetime import date
from typing import Annotated

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Event,
    Hash,
    Identifier,
    Ledger,
    Satang,
    SatangOrNone,
    SignedSatang,
    Text,
    declare,
)
from sajja_schemas.postings import credit, debit


class BankInterestReceived(Event, tag="bank_interest_received", frozen=True, kw_only=True):
    """The bank pays interest into an account."""

    ledger: Ledger
    amount_satang: Satang
    bank: Identifier
    photo: Hash | None = None

    declared = declare(
        thai="ดอกเบี้ยธนาคาร",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("มีรูปสมุดธนาคาร", "the bank book is photographed"),
        postings=(
            debit("@ledger", 1120, "amount_satang", sub="bank"),
            credit("@ledger", 4140, "amount_satang", sub="bank"),
        ),
    )


class BankFeeCharged(Event, tag="bank_fee_charged", frozen=True, kw_only=True):
    """The bank takes a fee."""

    ledger: Ledger
    amount_satang: Satang
    bank: Identifier
    photo: Hash | None = None

    declared = declare(
        thai="ค่าธรรมเนียมธนาคาร",
        author=Author.EITHER,
        approvers=Approvers.A1,
        postings=(
            debit("@ledger", 5124, "amount_satang"),
            credit("@ledger", 1120, "amount_satang", sub="bank"),
        ),
    )


class BankPassbookPhotographed(Event, tag="bank_passbook_photographed", frozen=True, kw_only=True):
    """What the bank's book shows on a day."""

    ledger: Ledger
    bank: Identifier
    balance_satang: SatangOrNone
    as_of: date
    photo: Hash

    declared = declare(thai="ถ่ายสมุดธนาคาร", author=Author.EITHER, approvers=Approvers.A1)


class ReconcilingItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that one book has and the other has not yet; positive where the bank has it."""

    amount_satang: SignedSatang
    text: Text


class BankReconciled(Event, tag="bank_reconciled", frozen=True, kw_only=True):
    """The bank's balance is explained by the book and a list of items."""

    ledger: Ledger
    bank: Identifier
    as_of: date
    bank_satang: SatangOrNone
    book_satang: SignedSatang
    items: Annotated[tuple[ReconcilingItem, ...], msgspec.Meta(max_length=50)] = ()

    declared = declare(
        thai="กระทบยอดธนาคาร",
        author=Author.EITHER,
        approvers=Approvers.A2,
        must=("ยอดธนาคารลบรายการกระทบเท่ากับยอดบัญชี", "the bank's balance less the items equals the book"),
    )


BankAccountEvent = BankInterestReceived | BankFeeCharged | BankPassbookPhotographed | BankReconciled
