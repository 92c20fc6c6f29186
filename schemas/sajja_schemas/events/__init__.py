"""The catalogue: every event that this version knows, as one tagged union, and the body of an entry.

To add an event: name it with the committee (a tag is for ever), write its struct with its declaration in the module of
its family, add it to that family's list, and run `make schema`; the tests then ask for a vector and for docs.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

import msgspec

from sajja_schemas import canonical, limits
from sajja_schemas.events.assets import AssetEvent
from sajja_schemas.events.audit import AuditEvent
from sajja_schemas.events.bank_accounts import BankAccountEvent
from sajja_schemas.events.base import Event, Hash, Identifier, Text
from sajja_schemas.events.closing import ClosingEvent
from sajja_schemas.events.corrections import CorrectionEvent
from sajja_schemas.events.documents import DocumentEvent
from sajja_schemas.events.groups import GroupEvent
from sajja_schemas.events.ledgers import LedgerEvent
from sajja_schemas.events.lending import LendingEvent
from sajja_schemas.events.loan_accounts import LoanAccountEvent
from sajja_schemas.events.loans import LoanEvent
from sajja_schemas.events.meetings import MeetingEvent
from sajja_schemas.events.member_records import MemberRecordEvent
from sajja_schemas.events.members import MemberEvent
from sajja_schemas.events.network import NetworkEstablished, RulesetAdopted, VillageBankEstablished
from sajja_schemas.events.pool import PoolEvent
from sajja_schemas.events.public_log import PublicLogEvent
from sajja_schemas.events.risk import RiskEvent
from sajja_schemas.events.savings import SavingsEvent
from sajja_schemas.events.transfers import TransferEvent
from sajja_schemas.events.trust import TrustEvent
from sajja_schemas.events.trust_repairs import TrustRepairEvent
from sajja_schemas.events.villages import VillageEvent
from sajja_schemas.events.welfare import WelfareEvent
from sajja_schemas.events.welfare_claims import WelfareClaimEvent
from sajja_schemas.events.welfare_money import WelfareMoneyEvent
from sajja_schemas.postings import Line, compile_postings
from sajja_schemas.verdicts import Effect

AnyEvent = (
    NetworkEstablished
    | RulesetAdopted
    | VillageBankEstablished
    | VillageEvent
    | TrustEvent
    | TrustRepairEvent
    | PublicLogEvent
    | DocumentEvent
    | MemberEvent
    | MemberRecordEvent
    | MeetingEvent
    | LedgerEvent
    | BankAccountEvent
    | SavingsEvent
    | LoanEvent
    | LendingEvent
    | LoanAccountEvent
    | WelfareEvent
    | WelfareClaimEvent
    | WelfareMoneyEvent
    | RiskEvent
    | TransferEvent
    | PoolEvent
    | GroupEvent
    | AssetEvent
    | ClosingEvent
    | AuditEvent
    | CorrectionEvent
)

CATALOGUE: Final[dict[str, type[Event]]] = {
    str(event_type.__struct_config__.tag): event_type for event_type in get_args(AnyEvent)
}
TAGS: Final[dict[type[Event], str]] = {event_type: tag for tag, event_type in CATALOGUE.items()}
NAMING_LEDGER: Final = frozenset(kind for kind in CATALOGUE.values() if "ledger" in kind.__struct_fields__)
"""The events that say themselves which ledger they concern."""


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The last checkpoint that this device verified: the village witnesses the server."""

    origin: Text
    root: Hash
    size: Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAX)]


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a device signs (LOG_FORMAT.md section 2)."""

    v: Literal[1]
    network: Annotated[str, msgspec.Meta(max_length=40)]
    village: Annotated[str, msgspec.Meta(max_length=16)]
    device: Annotated[str, msgspec.Meta(min_length=43, max_length=43)]
    sequence: Annotated[int, msgspec.Meta(ge=1, le=limits.SEQUENCE_MAX)]
    previous: Annotated[str, msgspec.Meta(min_length=43, max_length=43)]
    by: Identifier  # a claim, until that person's approval
    date: date  # the business date in Bangkok
    recorded_at: Annotated[int, msgspec.Meta(ge=-limits.INTEGER_MAX, le=limits.INTEGER_MAX)]  # decides nothing
    event: AnyEvent
    ack: Ack | None = None
    personal: Hash | None = None


_decoder: Final = msgspec.json.Decoder(Body)
_encoder: Final = msgspec.json.Encoder(order="sorted")


def encode_body(body: Body) -> bytes:
    """The canonical bytes of a body, made when it is signed and never again.

    Raises:
        NotCanonical: the body holds something that canonical JSON has no form for.
        ValueError: over `BODY_BYTES_MAX`.
    """
    data = _encoder.encode(body)
    canonical.decode(data)
    if len(data) > limits.BODY_BYTES_MAX:
        raise ValueError(f"an entry's body has at most {limits.BODY_BYTES_MAX} bytes, not {len(data)}")
    return data


class _Postings(dict[type[Event], Callable[[Any, str], list[Line]]]):
    """What makes the lines of each type, made when the first one comes."""

    def __missing__(self, event_type: type[Event]) -> Callable[[Any, str], list[Line]]:
        self[event_type] = compile_postings(event_type.declared.postings)
        return self[event_type]


_POSTINGS: Final = _Postings()


def lines_of(body: Body) -> list[Line]:
    """What a body posts.

    Raises:
        Contradiction: its fields do not agree with each other.
    """
    event = body.event
    return _POSTINGS[type(event)](event, body.village)


def tag_of(event: Event) -> str:
    """The tag of an event."""
    return TAGS[type(event)]


def read_body(data: bytes) -> Body | Effect:
    """The meaning of a body's bytes, or the code under which an entry that has none is quarantined.

    A body that this version knows wholly is canonical exactly if encoding it again gives the same bytes: its types,
    keys and ranges are those of the structs. Only another body takes the long way of `canonical.decode`.
    """
    try:
        body = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _why_unread(data)
    if _encoder.encode(body) != data:
        try:
            canonical.decode(data)
        except canonical.NotCanonical:
            return Effect.NOT_CANONICAL
    return Effect.TOO_LARGE if len(data) > limits.BODY_BYTES_MAX else body


def _why_unread(data: bytes) -> Effect:
    try:
        document = canonical.decode(data)
    except canonical.NotCanonical:
        return Effect.NOT_CANONICAL
    if len(data) > limits.BODY_BYTES_MAX:
        return Effect.TOO_LARGE
    event, version = document.get("event"), document.get("v")
    tag = event.get("type") if isinstance(event, dict) else None
    if type(tag) is not str or type(version) is not int:
        return Effect.MALFORMED
    return Effect.MALFORMED if tag in CATALOGUE and version == 1 else Effect.UNKNOWN_TYPE
