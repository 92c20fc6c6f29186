"""Occupational groups (กลุ่มอาชีพ): a light ledger of cash, stock and sales (docs/domain.md section 5.12).

A group's loans are events of its village's bank with the product `group`. Its ledger closes its year as any other.
"""

from typing import Annotated, Literal

import msgspec

from sajja_schemas import limits
from sajja_schemas.events.base import (
    Approvers,
    Author,
    Count,
    EntryRef,
    Event,
    Identifier,
    MemberAmount,
    Satang,
    SatangOrNone,
    SignedSatang,
    Text,
    Year,
    declare,
)
from sajja_schemas.events.ledgers import OperatingExpense
from sajja_schemas.postings import credit, debit

GroupLedger = Annotated[str, msgspec.Meta(pattern=r"^group:[a-z0-9-]{1,40}\Z", description="a group's ledger")]


class GroupRegistered(Event, tag="group_registered", frozen=True, kw_only=True):
    """Members of a village form an occupational group."""

    ledger: GroupLedger
    product: Text
    leader: Identifier
    members: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=200)]
    resolution: EntryRef

    declared = declare(
        thai="ตั้งกลุ่มอาชีพ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        must=("สมาชิกห้าคนขึ้นไป", "five members or more"),
    )


class GroupDissolved(Event, tag="group_dissolved", frozen=True, kw_only=True):
    """A group ends."""

    ledger: GroupLedger
    reason: Text
    resolution: EntryRef

    declared = declare(
        thai="เลิกกลุ่มอาชีพ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        must=("ทุกยอดของกลุ่มเป็นศูนย์", "every balance of the group is zero"),
    )


class GroupMemberJoined(Event, tag="group_member_joined", frozen=True, kw_only=True):
    """A person joins a group, perhaps with shares."""

    ledger: GroupLedger
    member: Identifier
    shares_satang: SatangOrNone = 0
    box: Identifier | None = None

    declared = declare(
        thai="เข้ากลุ่ม",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit("@ledger", 1110, "shares_satang", sub="box"),
            credit("@ledger", 3110, "shares_satang", sub="member"),
        ),
    )


class GroupMemberLeft(Event, tag="group_member_left", frozen=True, kw_only=True):
    """A person leaves a group and takes the shares."""

    ledger: GroupLedger
    member: Identifier
    shares_satang: SatangOrNone = 0
    box: Identifier | None = None

    declared = declare(
        thai="ออกจากกลุ่ม",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ไม่เกินหุ้นของสมาชิก", "at most the member's shares"),
        postings=(
            debit("@ledger", 3110, "shares_satang", sub="member"),
            credit("@ledger", 1110, "shares_satang", sub="box"),
        ),
    )


class GroupInputPurchased(Event, tag="group_input_purchased", frozen=True, kw_only=True):
    """A group buys what it works with."""

    ledger: GroupLedger
    item: Text
    quantity: Count
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="ซื้อวัตถุดิบ",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=(
            debit("@ledger", 1410, "amount_satang"),
            credit("@ledger", 1110, "amount_satang", sub="box"),
        ),
    )


class GroupProductionRecorded(Event, tag="group_production_recorded", frozen=True, kw_only=True):
    """Input becomes goods: stock stays stock, at what it cost."""

    ledger: GroupLedger
    item: Text
    quantity: Count
    cost_satang: SatangOrNone
    waste: Count = 0

    declared = declare(
        thai="ผลิต",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("จำนวนไม่ติดลบ", "no quantity falls below zero"),
        postings=(
            debit("@ledger", 1410, "cost_satang"),
            credit("@ledger", 1410, "cost_satang"),
        ),
    )


class GroupSaleRecorded(Event, tag="group_sale_recorded", frozen=True, kw_only=True):
    """A group sells for cash; what the goods cost leaves the stock."""

    ledger: GroupLedger
    item: Text
    quantity: Count
    amount_satang: Satang
    box: Identifier
    cost_satang: SatangOrNone = 0
    buyer: Literal["member", "village", "trader", "shop", "fair", "online", "other"] | None = None

    declared = declare(
        thai="ขาย",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("สต๊อกไม่ติดลบ", "stock never falls below zero"),
        postings=(
            debit("@ledger", 1110, "amount_satang", sub="box"),
            credit("@ledger", 4210, "amount_satang"),
            debit("@ledger", 5410, "cost_satang"),
            credit("@ledger", 1410, "cost_satang"),
        ),
    )


class GroupExpenseRecorded(Event, tag="group_expense_recorded", frozen=True, kw_only=True):
    """A group pays an expense."""

    ledger: GroupLedger
    account: OperatingExpense
    amount_satang: Satang
    box: Identifier
    text: Text | None = None

    declared = declare(
        thai="ค่าใช้จ่ายกลุ่ม",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=(
            debit("@ledger", "account", "amount_satang"),
            credit("@ledger", 1110, "amount_satang", sub="box"),
        ),
    )


class StockCounted(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an item is there, and what it cost."""

    item: Text
    quantity: Count
    value_satang: SatangOrNone


class GroupStockCounted(Event, tag="group_stock_counted", frozen=True, kw_only=True):
    """Stock is counted. What is missing is a cost; a negative amount is what was found beyond the book."""

    ledger: GroupLedger
    counted: Annotated[tuple[StockCounted, ...], msgspec.Meta(max_length=100)]
    missing_satang: SignedSatang
    counters: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=2, max_length=5)]

    declared = declare(
        thai="นับสต๊อก",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        must=("สองคนนับ", "two people count"),
        postings=(
            debit("@ledger", 5410, "missing_satang"),
            credit("@ledger", 1410, "missing_satang"),
        ),
    )


class GroupProfitDistributed(Event, tag="group_profit_distributed", frozen=True, kw_only=True):
    """A group shares its profit among its members; it is owed until it is paid."""

    ledger: GroupLedger
    year: Year
    basis: Literal["shares", "labour", "sales"]
    pool_satang: Satang
    lines: Annotated[tuple[MemberAmount, ...], msgspec.Meta(min_length=1, max_length=limits.CLOSING_LINES_MAX)]
    resolution: EntryRef

    declared = declare(
        thai="แบ่งผลกำไรกลุ่ม",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        postings=(
            debit("@ledger", 3320, "pool_satang"),
            credit("@ledger", 2130, "amount_satang", sub="member", each="lines"),
        ),
    )


GroupEvent = (
    GroupRegistered
    | GroupDissolved
    | GroupMemberJoined
    | GroupMemberLeft
    | GroupInputPurchased
    | GroupProductionRecorded
    | GroupSaleRecorded
    | GroupExpenseRecorded
    | GroupStockCounted
    | GroupProfitDistributed
)
