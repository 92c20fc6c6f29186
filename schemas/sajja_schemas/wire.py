"""What travels over HTTP: the shapes of requests and answers, and the lines of a push and of a feed.

* A push is NDJSON: one entry's line a line. A line that cannot be read costs its own verdict, never its neighbours'.
* A feed page is NDJSON too: `{"index":7,"feed_sequence":3,"received_at":1596601234567,"entry":` + line + `}`.
* Times are integers in milliseconds since 1970, amounts are integers in satang. Nothing is localised.
"""

from typing import Any, Final, Literal

import msgspec

from sajja_schemas.entry import Unreadable

MEDIA_NDJSON: Final = "application/x-ndjson"
MEDIA_PROBLEM: Final = "application/problem+json"
NEXT_HEADER: Final = "Sajja-Next"  # of a page: whether another one follows it
EPOCH_HEADER: Final = "Sajja-Epoch"  # of a feed's page: the epoch of the network log that it is of
FEED_DIVERGED: Final = "feed_diverged"

_FEED_ENTRY: Final = b',"entry":'
_FEED_START_MAX: Final = 200


class EntryVerdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer for one line of a push, in the order of the lines."""

    verdict: str
    code: str | None = None
    hash: str | None = None  # absent where the line could not be read
    index: int | None = None  # where it stands in the network log, if it does


class PushReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a push."""

    verdicts: list[EntryVerdict]
    size: int  # of the network log after this push
    checkpoint: str | None = None  # the newest, as it was signed; older than this push


class PartAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer for one line of personal parts, in the order of the lines. It repeats nothing of the part."""

    verdict: str
    code: str | None = None


class PartsReply(msgspec.Struct, frozen=True):
    """The answer to personal parts."""

    parts: list[PartAnswer]


class DuplicatePerson(msgspec.Struct, frozen=True):
    """One person in several places: the same identity number stands in their personal parts."""

    code: str  # `duplicate_person`
    members: list["MemberPlace"]
    finding: str = ""  # its name, by which officers resolve it


class MemberPlace(msgspec.Struct, frozen=True):
    """A member of a village, by the pseudonymous id."""

    village: str
    member: str


class DuplicatePersons(msgspec.Struct, frozen=True):
    """What the office is shown of persons who stand in several places, and nothing of who they are."""

    duplicates: list[DuplicatePerson]
    unread: int  # parts with a number that is not compared: another secret made its hash


class DeviceHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a device's log stands on the server: where to resume a push from."""

    device: str
    enrolled: bool
    sequence: int  # 0 where nothing is stored
    hash: str | None = None
    status: Literal["enrolled", "unenrolled", "revoked", "forked"] = "enrolled"  # the gravest that holds
    at: list[str] = []  # the hashes stored at the sequence that was asked for; two are a fork


class Feeds(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long the feeds are that a device reads: whether there is anything to pull."""

    feeds: dict[str, int]
    epoch: int | None = None  # of the network log; absent before it has a name


class Hello(msgspec.Struct, frozen=True):
    """What a client should know before it speaks."""

    server_time: int
    version: str
    format_versions: list[int]
    event_types: list[str]
    limits: dict[str, int]
    networks: list[str]
    checkpoints: dict[str, str] = {}  # the newest of each network that publishes


class Consistency(msgspec.Struct, frozen=True):
    """The newest checkpoint, and what shows that earlier sizes are its beginnings, in the order of the question."""

    checkpoint: str
    paths: list[list[str]]  # base64url; empty where there is nothing to show


class LogKeyRequest(msgspec.Struct, frozen=True):
    """A log key asks the office to be adopted: a file that the operator brings."""

    network: str
    fingerprint: str
    key: str
    proof: str
    derived: bool = False


class Challenge(msgspec.Struct, frozen=True):
    """What a device signs to open a session, under the tag `sajja session v2` (`session.py`)."""

    challenge: str
    expires_at: int


class SessionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a challenge."""

    challenge: str
    signature: str


class Session(msgspec.Struct, frozen=True):
    """A device's session: send the token as `Authorization: Bearer`."""

    token: str
    expires_at: int
    village: str


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person signs in. The code is of the authenticator app, or one of the recovery codes."""

    name: str
    password: str
    code: str


class SignedIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who has signed in. The session itself is a cookie that no script can read."""

    network: str
    name: str
    role: str
    expires_at: int
    csrf: str  # to be sent as the header `Sajja-Csrf` with whatever changes something
    village: str | None = None


class Setup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A one-time code, to see what it sets up."""

    setup: str


class SetupOffer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account that waits to be set up: what the authenticator app is to keep, as text and as a QR code's rows."""

    name: str
    role: str
    secret: str
    uri: str
    qr: list[str]  # a row a string, 1 is dark
    village: str | None = None


class SetupFinish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The account is set up: a password of one's own, and a code that shows that the app has its secret."""

    setup: str
    password: str
    code: str


class SetupDone(msgspec.Struct, frozen=True):
    """Signed in at once; and the recovery codes, which are shown this once."""

    signed_in: SignedIn
    recovery: list[str]


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person chooses another password, and proves again who it is: the present one, and the second factor."""

    present: str
    password: str
    code: str


class PasskeyAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person wants to add a passkey, and proves again who it is: the present password, and the second factor."""

    present: str
    code: str


class PasskeyOffer(msgspec.Struct, frozen=True):
    """What the browser's authenticator is asked: the JSON of Web Authentication's options."""

    options: str


class PasskeyAdd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the authenticator has made, as the browser's JSON of it, and what its owner calls it."""

    label: str
    credential: str


class PasskeyUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person signs in with a passkey: the browser's JSON of what the authenticator has signed."""

    credential: str


class PasskeyRemove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's passkey is to be forgotten."""

    id: str


class PasskeyShown(msgspec.Struct, frozen=True):
    """A passkey, as its owner sees it."""

    id: str
    label: str
    added_at: int
    used_at: int | None


class Passkeys(msgspec.Struct, frozen=True):
    """A person's passkeys, the oldest first."""

    passkeys: list[PasskeyShown]


class SignOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person signs out, here or on every machine."""

    everywhere: bool = False


class SignedOut(msgspec.Struct, frozen=True):
    """The session has ended."""

    everywhere: bool


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457: the one shape of every refusal."""

    type: str
    code: str
    status: int
    title: str
    title_th: str
    detail: dict[str, Any] = {}


class FeedHead(msgspec.Struct, frozen=True):
    """What stands before the entry in a feed's line."""

    index: int
    feed_sequence: int
    received_at: int


class FeedLine(msgspec.Struct, frozen=True):
    """One line of a feed: an entry's own line, with what the server says of it."""

    index: int
    feed_sequence: int
    received_at: int
    line: bytes


_feed_head_decoder: Final = msgspec.json.Decoder(FeedHead)


def encode_feed_line(index: int, feed_sequence: int, received_at: int, line: bytes) -> bytes:
    """A feed's line, without a line end."""
    return b'{"index":%d,"feed_sequence":%d,"received_at":%d,"entry":%b}' % (
        index,
        feed_sequence,
        received_at,
        line,
    )


def decode_feed_line(data: bytes) -> FeedLine:
    """Cut a feed's line into the server's part and the entry's own line.

    Raises:
        Unreadable: not of that form.
    """
    cut = data.find(_FEED_ENTRY, 0, _FEED_START_MAX)
    if cut < 0 or not data.endswith(b"}"):
        raise Unreadable("not a feed's line")
    try:
        head = _feed_head_decoder.decode(data[:cut] + b"}")
    except msgspec.DecodeError as error:
        raise Unreadable("not a feed's line") from error
    return FeedLine(
        index=head.index,
        feed_sequence=head.feed_sequence,
        received_at=head.received_at,
        line=data[cut + len(_FEED_ENTRY) : -1],
    )
