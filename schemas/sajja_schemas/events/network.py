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
    Text,
    Village,
    declare,
)
from sajja_schemas.events.ruleset import Bylaws, LoanProduct
from sajja_schemas.events.trust import Role

__all__ = [
    "Bylaws",
    "FoundingDevice",
    "FoundingKey",
    "FoundingOfficer",
    "LoanProduct",
    "NetworkEstablished",
    "RulesetAdopted",
    "VillageBankEstablished",
]


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


class RulesetAdopted(Event, tag="ruleset_adopted", frozen=True, kw_only=True):
    """A general meeting adopts a ledger's bylaws, from a business date on."""

    ledger: Ledger
    version: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    effective_from: date
    rules: Bylaws
    assembly: Assembly
    met_on: date | None = None  # the day of that meeting, where it is written down later than it was held

    declared = declare(thai="แก้ไขระเบียบ", author=Author.EITHER, approvers=Approvers.A5)
