"""What is kept of a member: profile, beneficiaries, consent, passbook, personal data (docs/domain.md section 5.5).

Names, numbers, addresses and payees are in the personal part beside the entry, never in its body.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    BasisPoints,
    EntryRef,
    Event,
    Hash,
    Identifier,
    SatangOrNone,
    Scope,
    SignedSatang,
    Text,
    declare,
)
from sajja_schemas.events.members import Gender
from sajja_schemas.postings import BANK_OF_VILLAGE, credit, debit

MemberGroup = Literal["general", "child", "elderly", "disadvantaged", "disabled", "orphan"]
ConsentPurpose = Literal["register", "welfare", "credit", "report", "photo", "message"]
FEE_OF_PASSBOOK = (
    debit(BANK_OF_VILLAGE, 1110, "fee_satang", sub="box"),
    credit(BANK_OF_VILLAGE, 4131, "fee_satang", sub="member"),
)


class MemberApplicationSubmitted(Event, tag="member_application_submitted", frozen=True, kw_only=True):
    """A person applies. Who it is stands in the personal part; a salted hash finds the same person twice."""

    applicant: Identifier
    gender: Gender
    group: MemberGroup
    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(min_length=1, max_length=2)]
    certifier: Identifier | None = None
    person_hash: Hash | None = None
    unchecked_reason: Text | None = None  # why the number's checksum does not hold, or there is no number

    declared = declare(
        thai="ใบสมัคร",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("เลขตรวจสอบถูกต้องหรือมีเหตุผล", "the identity number's checksum holds, or a reason is given"),
    )


class MemberProfileUpdated(Event, tag="member_profile_updated", frozen=True, kw_only=True):
    """What is known of a member changes; the values are in the personal part."""

    member: Identifier
    fields: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=20)]
    gender: Gender | None = None
    group: MemberGroup | None = None
    interest_free: bool | None = None

    declared = declare(thai="แก้ไขข้อมูล", author=Author.VILLAGE, approvers=Approvers.A0)


class BeneficiaryShare(msgspec.Struct, frozen=True, kw_only=True):
    """A beneficiary and the part that is theirs; the name is in the personal part."""

    beneficiary: Identifier
    share_bp: BasisPoints


class MemberBeneficiaryDesignated(Event, tag="member_beneficiary_designated", frozen=True, kw_only=True):
    """Who is paid when the member dies. The latest before the death holds."""

    member: Identifier
    shares: Annotated[tuple[BeneficiaryShare, ...], msgspec.Meta(min_length=1, max_length=20)]
    witness: Identifier

    declared = declare(
        thai="ผู้รับประโยชน์",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("สัดส่วนรวมกันเท่ากับ 100.00 %", "the shares sum to 100.00 %"),
    )


class MemberConsentRecorded(Event, tag="member_consent_recorded", frozen=True, kw_only=True):
    """A member agrees to what is done with personal data."""

    member: Identifier
    purposes: Annotated[tuple[ConsentPurpose, ...], msgspec.Meta(min_length=1, max_length=6)]
    text_version: Identifier

    declared = declare(thai="ความยินยอม", author=Author.VILLAGE, approvers=Approvers.A0)


class MemberConsentWithdrawn(Event, tag="member_consent_withdrawn", frozen=True, kw_only=True):
    """A member takes that back."""

    member: Identifier
    purposes: Annotated[tuple[ConsentPurpose, ...], msgspec.Meta(min_length=1, max_length=6)]

    declared = declare(thai="ถอนความยินยอม", author=Author.VILLAGE, approvers=Approvers.A0)


class PassbookBalances(msgspec.Struct, frozen=True, kw_only=True):
    """The balances that are printed in a book."""

    shares_satang: SatangOrNone = 0
    special_satang: SatangOrNone = 0
    loans_satang: SatangOrNone = 0


class MemberPassbookIssued(Event, tag="member_passbook_issued", frozen=True, kw_only=True):
    """A member gets a passbook, perhaps for a fee."""

    member: Identifier
    serial: Identifier
    balances: PassbookBalances | None = None
    fee_satang: SatangOrNone = 0
    box: Identifier | None = None

    declared = declare(
        thai="ออกสมุด",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=FEE_OF_PASSBOOK,
        must=("ยอดที่พิมพ์เท่ากับบัญชี", "the printed balances equal the ledger"),
    )


class MemberPassbookReplaced(Event, tag="member_passbook_replaced", frozen=True, kw_only=True):
    """A lost, full or damaged passbook is replaced; the old serial is void."""

    member: Identifier
    old_serial: Identifier
    serial: Identifier
    reason: Literal["full", "lost", "damaged"]
    balances: PassbookBalances | None = None
    fee_satang: SatangOrNone = 0
    box: Identifier | None = None

    declared = declare(
        thai="แทนสมุด",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=FEE_OF_PASSBOOK,
        must=("ยอดที่พิมพ์เท่ากับบัญชี เล่มเก่าเป็นโมฆะ", "the printed balances equal the ledger, and the old serial is void"),
    )


class MemberPassbookChecked(Event, tag="member_passbook_checked", frozen=True, kw_only=True):
    """A passbook is held against the ledger."""

    member: Identifier
    serial: Identifier
    balances: PassbookBalances
    difference_satang: SignedSatang = 0

    declared = declare(
        thai="ตรวจสมุด",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ผลต่างไม่เป็นศูนย์เป็นข้อสังเกต", "a difference is a finding"),
    )


class PersonalDataErasureRequested(Event, tag="personal_data_erasure_requested", frozen=True, kw_only=True):
    """A person asks that personal data be erased; it is due within ninety days."""

    member: Identifier
    due: date
    basis: Text | None = None

    declared = declare(
        thai="ขอลบข้อมูลส่วนบุคคล",
        author=Author.EITHER,
        approvers=Approvers.A0,
        must=("ปฏิเสธได้เมื่อมีเงินค้างหรืออยู่ในช่วงเรียกร้อง", "refused while money is open or a claim may come"),
    )


class PersonalDataErased(Event, tag="personal_data_erased", frozen=True, kw_only=True):
    """The personal parts of these entries, data and salt, are erased everywhere; a tombstone refuses them for ever."""

    member: Identifier
    entries: Annotated[tuple[EntryRef, ...], msgspec.Meta(min_length=1, max_length=100)]
    request: EntryRef | None = None
    basis: Text | None = None

    declared = declare(
        thai="ลบข้อมูลส่วนบุคคล",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        also=(Approvers.AU,),
        must=("ไม่เปลี่ยนยอดใด", "it changes no balance"),
    )


MemberRecordEvent = (
    MemberApplicationSubmitted
    | MemberProfileUpdated
    | MemberBeneficiaryDesignated
    | MemberConsentRecorded
    | MemberConsentWithdrawn
    | MemberPassbookIssued
    | MemberPassbookReplaced
    | MemberPassbookChecked
    | PersonalDataErasureRequested
    | PersonalDataErased
)
