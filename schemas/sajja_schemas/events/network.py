"""A network is founded, its banks and its bylaws (docs/domain.md section 5.3)."""

from datetime import date
from typing import Annotated

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    BasisPoints,
    Count,
    Event,
    Hash,
    Identifier,
    Ledger,
    Satang,
    SatangOrNone,
    Text,
    Village,
    declare,
)
from sajja_schemas.events.trust import Role


class FoundingDevice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device of the office. One of the two is locked away."""

    key: Hash
    label: Text
    derived: bool = False  # its key comes from a seed: allowed in a demonstration only


class FoundingKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A founding officer's key on one of the founding devices."""

    device: Hash
    key: Hash
    derived: bool = False  # from a seed: allowed in a demonstration only


class FoundingOfficer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An officer of the network committee, known by role and an id that is no name."""

    person: Identifier
    role: Role
    keys: Annotated[tuple[FoundingKey, ...], msgspec.Meta(min_length=1, max_length=4)]
    home: Village | None = None  # the officer's own village: no vote on what concerns it


class NetworkEstablished(Event, tag="network_established", frozen=True, kw_only=True):
    """A network is founded. This entry's hash is the network's fingerprint."""

    name: Text
    founded: date
    devices: Annotated[tuple[FoundingDevice, ...], msgspec.Meta(min_length=2, max_length=2)]
    officers: Annotated[tuple[FoundingOfficer, ...], msgspec.Meta(min_length=3, max_length=15)]
    origin: Text  # the public name of the network's log
    log_key: Hash  # the key that signs the log's checkpoints
    assembly: Assembly
    general_meeting_quorum_bp: BasisPoints = 5_000
    districts: Annotated[tuple[Text, ...], msgspec.Meta(max_length=20)] = ()
    demonstration: bool = False

    declared = declare(thai="ตั้งเครือข่าย", author=Author.OFFICE, approvers=Approvers.A5)


class VillageBankEstablished(Event, tag="village_bank_established", frozen=True, kw_only=True):
    """A village's bank joins the network's books. The entry's `village` is its code."""

    moo: Count
    founded: date
    name: Text | None = None
    bank_accounts: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=10)] = ()

    declared = declare(thai="ตั้งธนาคารหมู่บ้าน", author=Author.OFFICE, of_a_village=True, approvers=Approvers.A4)


class LoanProduct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a bank lends, and how."""

    code: Identifier
    max_satang: Satang
    max_months: Count
    rate_bp_month: BasisPoints
    guarantors: Count = 0
    multiple_of_savings: Count | None = None
    premium_bp: BasisPoints = 0
    covered_max_satang: SatangOrNone = 0


class Bylaws(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ledger's rules. What is absent is not ruled."""

    fiscal_year_end: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2}-[0-9]{2}\Z")] | None = None
    general_meeting_quorum_bp: BasisPoints | None = None
    meeting_day: Annotated[int, msgspec.Meta(ge=1, le=31)] | None = None
    share_par_satang: Satang | None = None
    pledge_min_satang: Satang | None = None
    pledge_max_satang: Satang | None = None
    share_late_fine_satang: SatangOrNone | None = None
    special_savings_rate_bp: BasisPoints | None = None
    loan_products: Annotated[tuple[LoanProduct, ...], msgspec.Meta(max_length=20)] = ()
    box_limit_satang: Satang | None = None
    deposit_within_hours: Count | None = None
    welfare_contribution_satang_month: Satang | None = None
    welfare_waiting_days: Count | None = None
    pool_rate_in_bp: BasisPoints | None = None
    pool_rate_out_bp: BasisPoints | None = None


class RulesetAdopted(Event, tag="ruleset_adopted", frozen=True, kw_only=True):
    """A general meeting adopts a ledger's bylaws, from a business date on."""

    ledger: Ledger
    version: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    effective_from: date
    rules: Bylaws
    assembly: Assembly

    declared = declare(thai="แก้ไขระเบียบ", author=Author.EITHER, approvers=Approvers.A5)
