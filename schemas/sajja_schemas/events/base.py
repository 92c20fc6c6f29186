"""What every event has, and what is declared beside each.

* An event is a fact in the past tense. Its tag and the meaning of its fields never change; a new field is optional.
* Beside it stand, as data: which unit may author it, its approver class, and its postings. Its kind follows.
* Kinds (docs/domain.md section 5.1): *cash* moves 1110-1121 or 1410, has already happened, and counts at once;
  *control* is everything else of class A1 or more, and has no effect until its quorum is complete; *note* is the rest.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec

from sajja_schemas import limits
from sajja_schemas.accounts import HELD, LEDGER_PATTERN
from sajja_schemas.entry import Base64Url32, EntryRef
from sajja_schemas.postings import Posting, codes_of

__all__ = ["Declaration", "EntryRef", "Event", "Kind", "date", "declare"]

Satang = Annotated[int, msgspec.Meta(ge=1, le=limits.INTEGER_MAX, description="satang, more than nothing")]
SatangOrNone = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAX, description="satang, may be 0")]
SignedSatang = Annotated[
    int, msgspec.Meta(ge=-limits.INTEGER_MAX, le=limits.INTEGER_MAX, description="satang; debit is positive")
]
BasisPoints = Annotated[int, msgspec.Meta(ge=0, le=1_000_000, description="hundredths of a percent")]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Months = Annotated[int, msgspec.Meta(ge=1, le=10_000_000, description="how many months")]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z", description="identifier")]
Village = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]{1,15}\Z", description="a village's code")]
Ledger = Annotated[str, msgspec.Meta(pattern=f"^{LEDGER_PATTERN}\\Z")]
YEAR_FIRST: Final = 1900
YEAR_LAST: Final = 2400  # behind it a year is one of the Buddhist era, and was not understood
MONTH_PATTERN: Final = r"^(19|2[0-3])[0-9]{2}-(0[1-9]|1[0-2])\Z"
Month = Annotated[str, msgspec.Meta(pattern=MONTH_PATTERN, description="month of the common era, as 2020-08")]
Hash = Base64Url32
Signature = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{85}[AQgw]\Z", description="64 bytes, base64url")]
Text = Annotated[
    # No control characters: a NUL cannot be stored as text, and a line end would break a printed line.
    str,
    msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*\Z", max_length=limits.TEXT_CHARACTERS_MAX, description="text"),
]
Channel = Literal["cash", "bank"]
Fund = Literal["welfare", "risk", "network"]
TransferSide = Literal["sent", "received"]
Scope = Literal["bank", "welfare"]  # what a person is a member of
Year = Annotated[int, msgspec.Meta(ge=YEAR_FIRST, le=YEAR_LAST, description="year of the common era")]
Denomination = Literal[
    100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25
]  # notes of 1,000 to 20 baht, coins of 10 baht to 25 satang, in satang


class Approvers(StrEnum):
    """Whose approval an event needs; the floors are in docs/domain.md section 5.2."""

    A0 = "A0"  # the device's signature
    A1 = "A1"  # two officers
    A2 = "A2"  # three, with president or vice-president and treasurer, none a party
    A3 = "A3"  # president or vice-president and secretary, over a counted resolution of their meeting
    A4 = "A4"  # three network officers on two devices, none of the village concerned
    A5 = "A5"  # president, secretary and one more on two devices, with minutes and attendance
    AU = "AU"  # an auditor


class Author(StrEnum):
    """Which unit may author an event."""

    VILLAGE = "village"  # the village concerned
    OFFICE = "office"
    EITHER = "either"
    BY_SIDE = "by_side"  # the unit on that side of the money: the field `side` says which


class Kind(StrEnum):
    """When an event counts."""

    CASH = "cash"
    CONTROL = "control"
    NOTE = "note"


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside an event as data."""

    thai: str
    author: Author
    approvers: Approvers
    postings: tuple[Posting, ...] = ()
    also: tuple[Approvers, ...] = ()  # joined classes: each of these must be complete, too
    of_an_officer: tuple[Approvers, ...] = ()  # joined where a party is a member who is an officer of that village
    approvers_where: tuple[tuple[str, str, Approvers], ...] = ()  # (field, value, class): there, this class instead
    always_control: bool = False  # though it may post cash: it changes what is believed, not who holds what
    sender: Author | None = None  # BY_SIDE: who authors `side: sent`
    receiver: Author | None = None  # BY_SIDE: who authors `side: received`, the other unit where nothing is said
    parties: tuple[str, ...] = ()  # fields with members who may not approve this
    concerned: tuple[str, ...] = ()  # fields with villages it concerns, beside its own: their officers have no A4 vote
    must: tuple[str, str] | None = None  # what rules and findings hold it to, in Thai and in English
    of_a_village: bool = False  # the office authors it about a village, never about itself
    kind: Kind = Kind.NOTE  # derived by `declare`


def declare(**declared: Any) -> Declaration:
    """A declaration with its kind derived from postings and class."""
    declaration = Declaration(**declared)
    if declaration.sender is not None and declaration.receiver is None:
        other = Author.OFFICE if declaration.sender is Author.VILLAGE else Author.VILLAGE
        declaration = msgspec.structs.replace(declaration, receiver=other)
    if declaration.always_control:
        kind = Kind.CONTROL
    elif any(_is_held(posting) for posting in declaration.postings):
        kind = Kind.CASH
    elif declaration.approvers is not Approvers.A0:
        kind = Kind.CONTROL
    else:
        kind = Kind.NOTE
    return msgspec.structs.replace(declaration, kind=kind)


def _is_held(posting: Posting) -> bool:
    return any(code in HELD for code in codes_of(posting))


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A paper receipt: book and number (เล่มที่/เลขที่)."""

    book: Count
    no: Count


class Assembly(msgspec.Struct, frozen=True, kw_only=True):
    """A general meeting (ประชุมใหญ่) that decided something."""

    attended: Count
    entitled: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    minutes: Hash  # of the signed minutes


class PostedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a list that posts itself; a debit is positive."""

    account: Count
    amount_satang: SignedSatang
    sub: Identifier | None = None


class MemberAmount(msgspec.Struct, frozen=True, kw_only=True):
    """What one member gets."""

    member: Identifier
    amount_satang: Satang


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """The fields that any event may carry."""

    declared: ClassVar[Declaration]

    bylaws: Count | None = None  # the version used
    caused_by: EntryRef | None = None
    meeting: Identifier | None = None
    receipt: Receipt | None = None
    source: Literal["paper"] | None = None
    paper_reason: Text | None = None  # why it is recorded though a rule refuses it; two officers sign for it
