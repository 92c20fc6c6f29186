r"""One signed line of a device's log, as bytes.

* On the wire and on a USB stick a line is `{"key":"<43>","sig":"<86>","body":` + body + `}`: the same slice in every
  language, so nobody has to encode anything again to verify it.
* `hash = SHA-256("sajja entry v1\n" + body)`. The signature is over the same input.
* `device = base64url(SHA-256("sajja device v1\n" + public key))`.
* Base64url is unpadded, and its spare bits are zero: two texts never mean the same bytes.
* The *head* is what admission needs: network, village, device, sequence, previous. The rest of the body is meaning.
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from hashlib import sha256
from typing import Annotated, Final

import msgspec

from sajja_schemas import limits
from sajja_schemas.signing import ENTRY_TAG, PUBLIC_KEY_BYTES, SIGNATURE_BYTES

DEVICE_TAG: Final = b"sajja device v1\n"
OFFICE: Final = "office"
# A founding entry has no network to point at yet: its own hash becomes the network's fingerprint.
NO_PREVIOUS: Final = "A" * 43

_KEY_START: Final = b'{"key":"'
_SIGNATURE_START: Final = b'","sig":"'
_BODY_START: Final = b'","body":'
_KEY_AT: Final = len(_KEY_START)
_SIGNATURE_AT: Final = _KEY_AT + 43 + len(_SIGNATURE_START)
_BODY_AT: Final = _SIGNATURE_AT + 86 + len(_BODY_START)
_VILLAGE: Final = re.compile(r"[a-z][a-z0-9]{1,15}")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# The last character carries no, two or four bits of data, by the length in bytes modulo 3; its other bits are zero.
_LAST_BY_REMAINDER: Final = (_ALPHABET, _ALPHABET[::16], _ALPHABET[::4])
_FROM_URL: Final = bytes.maketrans(b"-_+/", b"+/!!")  # the other alphabet is no alphabet


class Unreadable(ValueError):
    """This line or head cannot be read."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a body that admission reads; the other fields may be anything."""

    network: str
    village: str
    device: str
    sequence: int
    previous: str


class SignedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was read, not yet verified. `hash`, `device` and `previous` are 32 raw bytes."""

    key: bytes
    signature: bytes
    body: bytes
    hash: bytes
    network: str
    village: str
    device: bytes
    sequence: int
    previous: bytes


# The last character carries four bits; the other two are zero, or two texts would mean the same bytes.
Base64Url32 = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z", description="32 bytes, base64url")
]


class EntryRef(msgspec.Struct, frozen=True, kw_only=True):
    """How a body names another entry: never by index, which only the server gives."""

    device: Base64Url32
    hash: Base64Url32
    sequence: Annotated[int, msgspec.Meta(ge=1, le=limits.SEQUENCE_MAX)]


_head_decoder: Final = msgspec.json.Decoder(Head)


def to_base64url(data: bytes) -> str:
    """Unpadded base64url."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def from_base64url(text: str | bytes, length: int) -> bytes:
    """The bytes of unpadded base64url.

    Raises:
        Unreadable: another length, another alphabet, padding, or spare bits that are not zero.
    """
    try:
        raw = text.encode("ascii") if isinstance(text, str) else text
        data = a2b_base64(raw.translate(_FROM_URL) + b"=" * (-len(raw) % 4), strict_mode=True)
    except (Base64Error, UnicodeEncodeError) as error:
        raise Unreadable("not base64url") from error
    if len(data) != length or raw[-1] not in _LAST_BY_REMAINDER[length % 3]:
        raise Unreadable("not the base64url of so many bytes")
    return data


def entry_hash(body: bytes) -> bytes:
    """The name of an entry: 32 bytes."""
    return sha256(ENTRY_TAG + body).digest()


def device_of(public_key: bytes) -> bytes:
    """The name of a device: 32 bytes."""
    return sha256(DEVICE_TAG + public_key).digest()


def device_name(public_key: bytes) -> str:
    """The name of a device as bodies spell it: 43 characters."""
    return to_base64url(device_of(public_key))


def is_village(code: str) -> bool:
    """Whether this can be a village's code (or `office`)."""
    return _VILLAGE.fullmatch(code) is not None


def encode_line(key: bytes, signature: bytes, body: bytes) -> bytes:
    """The wire form of an entry, without a line end."""
    return b"".join(
        (
            _KEY_START,
            to_base64url(key).encode("ascii"),
            _SIGNATURE_START,
            to_base64url(signature).encode("ascii"),
            _BODY_START,
            body,
            b"}",
        )
    )


def split_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Key, signature and body of a wire line. The body is cut out, not understood.

    Raises:
        Unreadable: the line has not the slice form.
    """
    if not (
        line.startswith(_KEY_START)
        # A line is a line: white space that JSON allows between tokens would cut it in two for the next reader.
        and b"\n" not in line
        and b"\r" not in line
        and line[_KEY_AT + 43 : _SIGNATURE_AT] == _SIGNATURE_START
        and line[_SIGNATURE_AT + 86 : _BODY_AT] == _BODY_START
        and line.endswith(b"}")
    ):
        raise Unreadable("not an entry's line")
    key = from_base64url(line[_KEY_AT : _KEY_AT + 43], PUBLIC_KEY_BYTES)
    signature = from_base64url(line[_SIGNATURE_AT : _SIGNATURE_AT + 86], SIGNATURE_BYTES)
    return key, signature, line[_BODY_AT:-1]


def read_head(body: bytes) -> Head:
    """The head fields of a body, whether or not the rest makes sense.

    Raises:
        Unreadable: not JSON, or a head field is missing, of another type, or out of its range.
    """
    try:
        head = _head_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("the head cannot be read") from error
    if not 1 <= head.sequence <= limits.SEQUENCE_MAX:
        raise Unreadable("a sequence out of range")
    if not is_village(head.village):
        raise Unreadable("not a village's code")
    return head


def read_entry(key: bytes, signature: bytes, body: bytes) -> SignedEntry:
    """An entry with its head and hash.

    Raises:
        Unreadable: as `read_head`.
    """
    head = read_head(body)
    return SignedEntry(
        key=key,
        signature=signature,
        body=body,
        hash=entry_hash(body),
        network=head.network,
        village=head.village,
        device=from_base64url(head.device, 32),
        sequence=head.sequence,
        previous=from_base64url(head.previous, 32),
    )
