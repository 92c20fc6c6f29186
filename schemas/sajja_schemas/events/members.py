"""Members come, move, and go with what is theirs (docs/domain.md section 5.5)."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    Channel,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Month,
    PostedLine,
    Satang,
    SatangOrNone,
    Scope,
    Text,
    Village,
    declare,
)
from sajja_schemas.events.loans import INTEREST_BY_PRODUCT, LOANS_BY_PRODUCT, Product
from sajja_schemas.postings import BANK_OF_VILLAGE, BOX_OR_BANK, CASH_OR_BANK, VILLAGE, credit, debit

Gender = Literal["female", "male", "other"]


class MemberAdmitted(Event, tag="member_admitted", frozen=True, kw_only=True):
    """A person becomes a member of the village's bank. Names travel beside the entry, never in it."""

    member: Identifier
    gender: Gender
    joined: date
    resolution: EntryRef
    interest_free: bool = False  # neither pays nor gets interest

    declared = declare(thai="รับเข้าเป็นสมาชิก", author=Author.VILLAGE, approvers=Approvers.A3)


class MemberExitSettled(Event, tag="member_exit_settled", frozen=True, kw_only=True):
    """A member leaves: shares and savings against what is owed; the net stands as payable to the leaver."""

    member: Identifier
    shares_satang: SatangOrNone = 0
    special_satang: SatangOrNone = 0
    interest_satang: SatangOrNone = 0
    loan: Identifier | None = None
    product: Product | None = None
    set_off_principal_satang: SatangOrNone = 0
    set_off_interest_satang: SatangOrNone = 0
    net_satang: SatangOrNone = 0

    declared = declare(
        thai="ปิดบัญชีสมาชิก",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("ไม่มีภาระค้ำประกัน และทุกส่วนเท่ากับบัญชี", "no guarantee is open, and the parts equal the ledger"),
        postings=(
            debit(BANK_OF_VILLAGE, 3110, "shares_satang", sub="member"),
            debit(BANK_OF_VILLAGE, 2110, "special_satang", sub="member"),
            debit(BANK_OF_VILLAGE, 5110, "interest_satang"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "set_off_principal_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, INTEREST_BY_PRODUCT, "set_off_interest_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, 2140, "net_satang", sub="member"),
        ),
    )


class MemberHeirsPaid(Event, tag="member_heirs_paid", frozen=True, kw_only=True):
    """A leaver, or the heirs, are paid what stands for them."""

    member: Identifier
    amount_satang: Satang
    channel: Channel
    box: Identifier | None = None
    bank: Identifier | None = None

    declared = declare(
        thai="จ่ายทายาท/ผู้ลาออก",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("ไม่เกินยอด 2140 ของสมาชิก", "at most what 2140 owes to that member"),
        postings=(
            debit(BANK_OF_VILLAGE, 2140, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
        ),
    )


class MemberEntryFeeReceived(Event, tag="member_entry_fee_received", frozen=True, kw_only=True):
    """A new member pays the entrance fee and the book. A fee of the welfare fund is the fund's, not the village's."""

    member: Identifier
    scope: Scope
    amount_satang: Satang
    box: Identifier
    entrance_satang: SatangOrNone = 0
    book_satang: SatangOrNone = 0

    declared = declare(
        thai="ค่าแรกเข้า/ค่าสมุด",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ครั้งเดียวต่อกองทุน", "once for each scope"),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 4130, "entrance_satang", sub="member", when=("scope", "bank")),
            credit(BANK_OF_VILLAGE, 4131, "book_satang", sub="member", when=("scope", "bank")),
            credit(BANK_OF_VILLAGE, 2610, "amount_satang", when=("scope", "welfare")),
            debit("welfare", 1610, "amount_satang", sub=VILLAGE, when=("scope", "welfare")),
            credit("welfare", 4130, "entrance_satang", sub="member", when=("scope", "welfare")),
            credit("welfare", 4131, "book_satang", sub="member", when=("scope", "welfare")),
        ),
    )


class MemberSuspended(Event, tag="member_suspended", frozen=True, kw_only=True):
    """A member's rights rest."""

    member: Identifier
    suspended_from: date
    reason: Text
    resolution: EntryRef

    declared = declare(thai="ระงับสิทธิ", author=Author.VILLAGE, approvers=Approvers.A3, parties=("member",))


class MemberReinstated(Event, tag="member_reinstated", frozen=True, kw_only=True):
    """A member's rights return; a waiting period may start again."""

    member: Identifier
    reinstated_from: date
    resolution: EntryRef
    waiting_from: date | None = None

    declared = declare(thai="คืนสิทธิ", author=Author.VILLAGE, approvers=Approvers.A3, parties=("member",))


class MemberResignationRequested(Event, tag="member_resignation_requested", frozen=True, kw_only=True):
    """A member asks to leave."""

    member: Identifier
    effective: date
    reason: Text | None = None

    declared = declare(
        thai="ขอลาออก",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("หาผู้ค้ำประกันแทนก่อน", "guarantees are taken over first"),
    )


class MemberExpelled(Event, tag="member_expelled", frozen=True, kw_only=True):
    """A member is put out, after a hearing, by the committee or by the general meeting."""

    member: Identifier
    decided_by: Literal["committee", "general_meeting"]
    reason: Text
    resolution: EntryRef | None = None  # of the committee
    assembly: Assembly | None = None  # of the general meeting
    hearing: Hash | None = None

    declared = declare(
        thai="ให้พ้นสภาพ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        approvers_where=(("decided_by", "general_meeting", Approvers.A5),),
        parties=("member",),
        must=("บันทึกการชี้แจงของสมาชิก", "the hearing is recorded"),
    )


class MemberTransferred(Event, tag="member_transferred", frozen=True, kw_only=True):
    """A member moves to another village: the one books out, the other books in, the office books between.

    The entry's village is `from_village` where sent or booked between, and `to_village` where received. Membership of
    bank and welfare fund goes on: both villages say since when, and to which month welfare is paid.
    """

    settlement: Identifier
    side: Literal["sent", "received", "between"]
    from_village: Village
    to_village: Village
    member: Identifier  # as the village calls the member that the person leaves
    new_member: Identifier
    gender: Gender
    amount_satang: Satang
    shares_satang: SatangOrNone = 0
    special_satang: SatangOrNone = 0
    joined: date | None = None  # a member of a village's bank since
    welfare_joined: date | None = None  # in the welfare fund since; nothing where the person is not in it
    welfare_paid_to: Month | None = None

    declared = declare(
        thai="ย้ายหมู่บ้าน",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.VILLAGE,
        receiver=Author.VILLAGE,
        approvers=Approvers.A2,
        approvers_where=(("side", "between", Approvers.A4),),
        parties=("member", "new_member"),
        concerned=("from_village", "to_village"),
        must=("สองหมู่บ้านลงนาม ยอดเท่ากัน", "both villages sign, and their amounts are equal"),
        postings=(
            debit(BANK_OF_VILLAGE, 3110, "shares_satang", sub="member", when=("side", "sent")),
            debit(BANK_OF_VILLAGE, 2110, "special_satang", sub="member", when=("side", "sent")),
            credit(BANK_OF_VILLAGE, 2630, "amount_satang", when=("side", "sent")),
            debit(BANK_OF_VILLAGE, 2630, "amount_satang", when=("side", "received")),
            credit(BANK_OF_VILLAGE, 3110, "shares_satang", sub="new_member", when=("side", "received")),
            credit(BANK_OF_VILLAGE, 2110, "special_satang", sub="new_member", when=("side", "received")),
            debit("network", 1610, "amount_satang", sub="from_village", when=("side", "between")),
            credit("network", 1610, "amount_satang", sub="to_village", when=("side", "between")),
        ),
    )


class MemberDeathReported(Event, tag="member_death_reported", frozen=True, kw_only=True):
    """Somebody says that a member died: withdrawals stop at once, before anybody confirms it."""

    member: Identifier
    reported: date
    reporter: Identifier | None = None

    declared = declare(thai="แจ้งตาย", author=Author.VILLAGE, approvers=Approvers.A0)


class MemberDeathConfirmed(Event, tag="member_death_confirmed", frozen=True, kw_only=True):
    """A death is confirmed by its certificate. The cause is in the personal part."""

    member: Identifier
    died: date
    certificate: Hash

    declared = declare(
        thai="ยืนยันการตาย",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        must=("รายการหลังวันตายเป็นข้อสังเกต", "entries dated after the death are findings"),
    )


class MemberDuplicateMerged(Event, tag="member_duplicate_merged", frozen=True, kw_only=True):
    """One person stood twice in a village's register. Balances move by signed lines; both ids stay in history."""

    survivor: Identifier
    duplicate: Identifier
    basis: Text
    lines: Annotated[tuple[PostedLine, ...], msgspec.Meta(max_length=40)] = ()

    declared = declare(
        thai="รวมทะเบียนซ้ำ",
        author=Author.VILLAGE,
        approvers=Approvers.A4,
        always_control=True,
        parties=("survivor", "duplicate"),
        must=("บรรทัดย้ายยอดจากรหัสซ้ำไปรหัสที่คงไว้เท่านั้น", "the lines only move balances from the duplicate to the survivor"),
        postings=(debit(BANK_OF_VILLAGE, "account", "amount_satang", sub="sub", each="lines"),),
    )


MemberEvent = (
    MemberAdmitted
    | MemberExitSettled
    | MemberHeirsPaid
    | MemberEntryFeeReceived
    | MemberSuspended
    | MemberReinstated
    | MemberResignationRequested
    | MemberExpelled
    | MemberTransferred
    | MemberDeathReported
    | MemberDeathConfirmed
    | MemberDuplicateMerged
)
