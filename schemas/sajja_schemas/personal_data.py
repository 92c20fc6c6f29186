"""What a personal part may say, and beside which event (docs/domain.md section 11).

* Kinds are closed: a part holds one of the structs below as canonical JSON, tagged `kind`. Who needs another kind adds
  one here; nothing is kept of a person that nobody has named a purpose for.
* `CARRIED_BY` says which event may carry which kind. Every other event carries none.
* The member whom a part is about follows from its event, which knows pseudonymous ids only.
* Values are normal: a number without spaces or Thai digits, a date of the Common Era, text in one spelling. How what
  is typed becomes so is `typed_personal`'s matter; here is only what is kept, and read again for ever.
"""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from sajja_schemas import canonical, limits
from sajja_schemas.events.base import Event, Identifier

NAME_CHARACTERS_MAX: Final = 80
LINE_CHARACTERS_MAX: Final = 300
BENEFICIARIES_MAX: Final = 20

_NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f]*\Z"
Name = Annotated[
    str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS_MAX, pattern=_NO_CONTROLS, description="name")
]
Line = Annotated[
    str, msgspec.Meta(min_length=1, max_length=LINE_CHARACTERS_MAX, pattern=_NO_CONTROLS, description="line of text")
]
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]{1,20}\Z", description="number of a document")]
Phone = Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{6,15}\Z", description="telephone number")]
# Whose number it is: the identity card's thirteen digits, or another paper's, of which nothing is checked.
IdentityDocument = Literal["national_id", "other"]


class Somebody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who somebody is, as far as it was told."""

    title: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    document: IdentityDocument | None = None
    number: Number | None = None
    birth_date: date | None = None
    phone: Phone | None = None
    address: Line | None = None


class Person(Somebody, tag="person", tag_field="kind", frozen=True, kw_only=True):
    """The one person whom an entry is about."""


class Beneficiary(Somebody, frozen=True, kw_only=True):
    """Who stands behind a beneficiary's id."""

    beneficiary: Identifier
    relation: Name | None = None


class Beneficiaries(
    msgspec.Struct, tag="beneficiaries", tag_field="kind", frozen=True, kw_only=True, omit_defaults=True
):
    """Who is paid when a member dies."""

    beneficiaries: Annotated[tuple[Beneficiary, ...], msgspec.Meta(min_length=1, max_length=BENEFICIARIES_MAX)]


class Health(msgspec.Struct, tag="health", tag_field="kind", frozen=True, kw_only=True, omit_defaults=True):
    """Why somebody was ill, and where: sensitive, and shown to nobody who did not ask for it."""

    hospital: Line | None = None
    illness: Line | None = None
    note: Line | None = None


class Death(msgspec.Struct, tag="death", tag_field="kind", frozen=True, kw_only=True, omit_defaults=True):
    """How somebody died: sensitive, too."""

    cause: Line | None = None
    place: Line | None = None


AnyPersonal = Person | Beneficiaries | Health | Death
SENSITIVE: Final = (Health, Death)

CARRIED_BY: Final[dict[str, type[AnyPersonal]]] = {
    "loan_spouse_consented": Person,
    "member_application_submitted": Person,
    "member_beneficiary_designated": Beneficiaries,
    "member_death_confirmed": Death,
    "member_death_reported": Death,
    "member_heirs_paid": Person,
    "member_profile_updated": Person,
    "welfare_claim_submitted": Health,
    "welfare_donation_received": Person,
    "welfare_inkind_given": Person,
}
# Here the part is the member's own; elsewhere a person is a spouse, an heir, a donor.
IDENTIFYING: Final = frozenset({"member_application_submitted", "member_profile_updated"})

_decoder: Final = msgspec.json.Decoder(AnyPersonal)
_encoder: Final = msgspec.json.Encoder(order="sorted")


def encode_personal(personal: AnyPersonal) -> bytes:
    """The canonical bytes of a part's data.

    Raises:
        ValueError: over `PERSONAL_DATA_BYTES_MAX`.
    """
    data = _encoder.encode(personal)
    canonical.decode(data)
    if len(data) > limits.PERSONAL_DATA_BYTES_MAX:
        raise ValueError(f"personal data has at most {limits.PERSONAL_DATA_BYTES_MAX} bytes")
    return data


def read_personal(data: bytes) -> AnyPersonal | None:
    """What data mean; None where they mean nothing to this version."""
    try:
        canonical.decode(data)
        personal: AnyPersonal = _decoder.decode(data)
    except (canonical.NotCanonical, msgspec.DecodeError):
        return None
    return personal


def subject_of(event: Event) -> str | None:
    """The pseudonymous id of the person whom an event is about, and whose the part beside it is."""
    member = getattr(event, "member", None) or getattr(event, "applicant", None)
    return member if isinstance(member, str) else None


def identity_of(tag: str, data: bytes) -> tuple[str, str] | None:
    """Document and number by which a member can be known again, if the part beside that event tells them."""
    personal = read_personal(data) if tag in IDENTIFYING else None
    if not isinstance(personal, Person) or personal.number is None:
        return None
    return personal.document or "national_id", personal.number
