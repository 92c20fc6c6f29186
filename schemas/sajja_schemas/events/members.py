"""Members come, and go with what is theirs (docs/domain.md section 5.5)."""

from datetime import date
from typing import Literal

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Channel,
    EntryRef,
    Event,
    Identifier,
    Satang,
    SatangOrNone,
    declare,
)
from sajja_schemas.events.loans import INTEREST_BY_PRODUCT, LOANS_BY_PRODUCT, Product
from sajja_schemas.postings import BANK_OF_VILLAGE, BOX_OR_BANK, CASH_OR_BANK, credit, debit

Gender = Literal["female", "male", "other"]


class MemberAdmitted(Event, tag="member_admitted", frozen=True, kw_only=True):
    """A person becomes a member of the village's bank. Names travel beside the entry, never in it."""

    member: Identifier
    gender: Gender
    joined: date
    resolution: EntryRef

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
        postings=(
            debit(BANK_OF_VILLAGE, 2140, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, CASH_OR_BANK, "amount_satang", sub=BOX_OR_BANK),
        ),
    )
