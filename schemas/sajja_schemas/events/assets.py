"""Expenses before they are paid, and equipment (docs/domain.md section 5.12)."""

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Channel,
    Count,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Ledger,
    Satang,
    SatangOrNone,
    Text,
    declare,
)
from sajja_schemas.events.ledgers import ExpenseAccount
from sajja_schemas.postings import BOX_OR_BANK, CASH_OR_BANK, credit, debit


class ExpenseRequested(Event, tag="expense_requested", frozen=True, kw_only=True):
    """Somebody asks that an expense be paid."""

    ledger: Ledger
    expense: Identifier
    account: ExpenseAccount
    amount_satang: Satang
    text: Text | None = None
    photo: Hash | None = None

    declared = declare(thai="ขอจ่าย", author=Author.EITHER, approvers=Approvers.A0)


class ExpenseApproved(Event, tag="expense_approved", frozen=True, kw_only=True):
    """Two officers agree to an expense before it is paid."""

    ledger: Ledger
    expense: Identifier
    account: ExpenseAccount
    amount_satang: Satang
    request: EntryRef | None = None

    declared = declare(
        thai="อนุมัติจ่าย",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("ผู้รับเงินไม่อนุมัติ", "the payee does not approve"),
    )


class AssetAcquired(Event, tag="asset_acquired", frozen=True, kw_only=True):
    """Equipment is bought."""

    ledger: Ledger
    asset: Identifier
    amount_satang: Satang
    channel: Channel
    box: Identifier | None = None
    bank: Identifier | None = None
    life_months: Count | None = None
    text: Text | None = None

    declared = declare(
        thai="ได้มาซึ่งทรัพย์สิน",
        author=Author.EITHER,
        approvers=Approvers.A2,
        postings=(
            debit("@ledger", 1510, "amount_satang"),
            credit("@ledger", CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
        ),
    )


class AssetDepreciated(Event, tag="asset_depreciated", frozen=True, kw_only=True):
    """Equipment loses a part of its value."""

    ledger: Ledger
    asset: Identifier
    amount_satang: Satang

    declared = declare(
        thai="ค่าเสื่อมราคา",
        author=Author.EITHER,
        approvers=Approvers.A2,
        must=("ค่าเสื่อมสะสมไม่เกินราคาทุน", "never more than it cost"),
        postings=(
            debit("@ledger", 5160, "amount_satang"),
            credit("@ledger", 1519, "amount_satang"),
        ),
    )


class AssetDisposed(Event, tag="asset_disposed", frozen=True, kw_only=True):
    """Equipment is sold or given up: its cost and depreciation leave the books, the difference is a loss or a gain."""

    ledger: Ledger
    asset: Identifier
    cost_satang: Satang
    channel: Channel
    depreciation_satang: SatangOrNone = 0
    proceeds_satang: SatangOrNone = 0
    loss_satang: SatangOrNone = 0
    gain_satang: SatangOrNone = 0
    box: Identifier | None = None
    bank: Identifier | None = None

    declared = declare(
        thai="จำหน่ายทรัพย์สิน",
        author=Author.EITHER,
        approvers=Approvers.A2,
        postings=(
            debit("@ledger", CASH_OR_BANK, "proceeds_satang", sub=BOX_OR_BANK),
            debit("@ledger", 1519, "depreciation_satang"),
            debit("@ledger", 5127, "loss_satang"),
            credit("@ledger", 1510, "cost_satang"),
            credit("@ledger", 4180, "gain_satang"),
        ),
    )


AssetEvent = ExpenseRequested | ExpenseApproved | AssetAcquired | AssetDepreciated | AssetDisposed
