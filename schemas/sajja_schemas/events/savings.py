"""Shares (เงินสัจจะ), special savings and children's piggy banks (docs/domain.md section 5.7)."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Count,
    EntryRef,
    Event,
    Identifier,
    Month,
    Satang,
    SatangOrNone,
    Text,
    declare,
)
from sajja_schemas.postings import BANK_OF_VILLAGE, credit, debit


class ShareDeposited(Event, tag="share_deposited", frozen=True, kw_only=True):
    """A member pays the pledged share of one or more months."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    months: Annotated[tuple[Month, ...], msgspec.Meta(max_length=36)] = ()

    declared = declare(
        thai="ส่งเงินสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="member"),
        ),
    )


class ShareAdvanceReceived(Event, tag="share_advance_received", frozen=True, kw_only=True):
    """What a member pays beyond whole shares, where the bylaws allow no parts of one: it waits as an advance."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="รับเงินสัจจะล่วงหน้า",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("น้อยกว่ามูลค่าหนึ่งหุ้น", "less than the par of one share"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 2150, "amount_satang", sub="member"),
        ),
    )


class ShareWithdrawn(Event, tag="share_withdrawn", frozen=True, kw_only=True):
    """A member takes shares out, where the bylaws allow it."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    reason: Text | None = None

    declared = declare(
        thai="ถอนสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        postings=(
            debit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )


class SpecialSavingsDeposited(Event, tag="special_savings_deposited", frozen=True, kw_only=True):
    """A member puts money into special savings."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="ฝากออมพิเศษ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 2110, "amount_satang", sub="member"),
        ),
    )


class SpecialSavingsWithdrawn(Event, tag="special_savings_withdrawn", frozen=True, kw_only=True):
    """A member takes money out of special savings."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="ถอนออมพิเศษ",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        postings=(
            debit(BANK_OF_VILLAGE, 2110, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )


class ChildSavingsDeposited(Event, tag="child_savings_deposited", frozen=True, kw_only=True):
    """A child brings what the piggy bank (กระปุกออมสิน) held."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    piggy_banks: Count | None = None

    declared = declare(
        thai="ฝากออมเด็กและเยาวชน",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 2111, "amount_satang", sub="member"),
        ),
    )


class ChildSavingsWithdrawn(Event, tag="child_savings_withdrawn", frozen=True, kw_only=True):
    """A child, with a guardian, takes savings out."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    guardian: Identifier | None = None

    declared = declare(
        thai="ถอนออมเด็กและเยาวชน",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("ไม่เกินยอดคงเหลือ ผู้ปกครองลงนาม", "at most the balance, and a guardian signs"),
        postings=(
            debit(BANK_OF_VILLAGE, 2111, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )


class SharePledgeSet(Event, tag="share_pledge_set", frozen=True, kw_only=True):
    """A member pledges what to save each month."""

    member: Identifier
    amount_satang: Satang  # a month
    first_month: Month

    declared = declare(
        thai="ตั้งยอดสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=(
            "อยู่ระหว่างต่ำสุดและสูงสุด เปลี่ยนได้ตามจำนวนครั้งในระเบียบ",
            "between minimum and maximum; changes as often as the bylaws allow",
        ),
    )


class ShareTransferred(Event, tag="share_transferred", frozen=True, kw_only=True):
    """Shares pass from a member to an heir or to family."""

    member: Identifier
    to_member: Identifier
    amount_satang: Satang
    resolution: EntryRef
    reason: Text | None = None

    declared = declare(
        thai="โอนสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        parties=("member", "to_member"),
        must=("ทายาทหรือครอบครัวเท่านั้น", "heirs or family only"),
        postings=(
            debit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="to_member"),
        ),
    )


class SavingsFineCharged(Event, tag="savings_fine_charged", frozen=True, kw_only=True):
    """A member pays the fine for missed months."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    months: Annotated[tuple[Month, ...], msgspec.Meta(min_length=1, max_length=36)]

    declared = declare(
        thai="ค่าปรับขาดส่ง",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ตามอัตราในระเบียบ ลงบัญชีเมื่อรับเงิน", "by the bylaws' rate; it posts when it is paid"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 4120, "amount_satang", sub="member"),
        ),
    )


class SavingsFineWaived(Event, tag="savings_fine_waived", frozen=True, kw_only=True):
    """The committee lets a fine go."""

    member: Identifier
    amount_satang: Satang
    reason: Text
    resolution: EntryRef
    months: Annotated[tuple[Month, ...], msgspec.Meta(max_length=36)] = ()

    declared = declare(thai="ยกเว้นค่าปรับ", author=Author.VILLAGE, approvers=Approvers.A3, parties=("member",))


class SpecialSavingsInterestCredited(Event, tag="special_savings_interest_credited", frozen=True, kw_only=True):
    """A member's special savings earn their interest for a period."""

    member: Identifier
    amount_satang: Satang
    period_from: date
    period_to: date
    method: Literal["daily_365", "daily_366", "min_monthly_from_day5"] | None = None
    basis_satang: SatangOrNone | None = None

    declared = declare(
        thai="ดอกเบี้ยออมพิเศษ",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        must=("ครั้งเดียวต่อสมาชิกและงวด", "once for a member and a period"),
        postings=(
            debit(BANK_OF_VILLAGE, 5110, "amount_satang"),
            credit(BANK_OF_VILLAGE, 2110, "amount_satang", sub="member"),
        ),
    )


class SavingsHoldPlaced(Event, tag="savings_hold_placed", frozen=True, kw_only=True):
    """A part of a member's savings is kept as security for a loan."""

    member: Identifier
    loan: Identifier
    amount_satang: Satang

    declared = declare(
        thai="อายัดเงินเป็นประกัน",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        must=("ไม่เกินยอดคงเหลือ", "at most the balance"),
    )


class SavingsHoldReleased(Event, tag="savings_hold_released", frozen=True, kw_only=True):
    """That part is free again."""

    member: Identifier
    loan: Identifier
    amount_satang: Satang

    declared = declare(thai="ปลดอายัด", author=Author.VILLAGE, approvers=Approvers.A1, parties=("member",))


SavingsEvent = (
    ShareDeposited
    | ShareAdvanceReceived
    | ShareWithdrawn
    | SpecialSavingsDeposited
    | SpecialSavingsWithdrawn
    | ChildSavingsDeposited
    | ChildSavingsWithdrawn
    | SharePledgeSet
    | ShareTransferred
    | SavingsFineCharged
    | SavingsFineWaived
    | SpecialSavingsInterestCredited
    | SavingsHoldPlaced
    | SavingsHoldReleased
)
