r"""A personal part, as bytes: what travels beside an entry and can be erased.

* An entry's body may name a *commitment*: `SHA-256("sajja personal v1\n" ‖ salt ‖ data)`. Without the 16 random bytes
  of salt it says nothing, not even to who guesses the data.
* A part is salt and data with the place of the entry that names it. On the wire and on a USB stick it is one line of
  canonical JSON: `{"data":"…","entry":{"device":"…","hash":"…","sequence":7},"salt":"…"}`.
* A part is good for an entry exactly if its commitment is the one in that entry's body. Nothing else is believed of it:
  not who brings it, not when. A missing part may be filled at any time; one that was erased may not.
* The data are exact bytes, never encoded anew. What they mean is `personal_data`'s matter.
"""

from hashlib import sha256
from typing import Final

import msgspec

from sajja_schemas import limits
from sajja_schemas.canonical import NotCanonical, decode, encode
from sajja_schemas.entry import Base64Url32, EntryRef, Unreadable, from_base64url, to_base64url

PERSONAL_TAG: Final = b"sajja personal v1\n"
SALT_BYTES: Final = 16

# Four characters of base64url stand for three bytes; a last group may be shorter.
_SPARE_BYTES: Final = {0: 0, 2: 1, 3: 2}


class PersonalPart(msgspec.Struct, frozen=True, kw_only=True):
    """Data with its salt, and the entry that commits to both."""

    entry: EntryRef
    salt: bytes
    data: bytes

    def __repr__(self) -> str:
        # It may end in a traceback, and that in a log.
        return f"PersonalPart({to_base64url(self.commitment)})"

    @property
    def commitment(self) -> bytes:
        """What the entry's body has to name: 32 bytes."""
        return commitment_of(self.salt, self.data)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    data: str
    entry: EntryRef
    salt: str


class _Committing(msgspec.Struct, frozen=True):
    personal: Base64Url32 | None = None


_committing_decoder: Final = msgspec.json.Decoder(_Committing)


def commitment_of(salt: bytes, data: bytes) -> bytes:
    """The commitment to data under a salt.

    Raises:
        ValueError: another number of bytes of salt, or data out of bounds.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    if not 1 <= len(data) <= limits.PERSONAL_DATA_BYTES_MAX:
        raise ValueError(f"personal data has 1 to {limits.PERSONAL_DATA_BYTES_MAX} bytes")
    return sha256(PERSONAL_TAG + salt + data).digest()


def named_commitment(body: bytes) -> bytes | None:
    """The commitment that a body names, whether or not the rest of it makes sense; None where there is none."""
    try:
        named = _committing_decoder.decode(body).personal
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return from_base64url(named, 32) if named is not None else None


def encode_part(part: PersonalPart) -> bytes:
    """A part's line, without a line end."""
    return encode(
        {
            "data": to_base64url(part.data),
            "entry": {"device": part.entry.device, "hash": part.entry.hash, "sequence": part.entry.sequence},
            "salt": to_base64url(part.salt),
        }
    )


def looks_like_part(line: bytes) -> bool:
    """Whether a line that is no entry's may be somebody's data, sent to the wrong address: it is not kept as proof."""
    return line.lstrip().startswith(b'{"data"') or b'"salt"' in line


def decode_part(line: bytes) -> PersonalPart:
    """The part of a line.

    Raises:
        Unreadable: not that line's one form, or out of bounds.
    """
    if len(line) > limits.PERSONAL_LINE_BYTES_MAX:
        raise Unreadable("too long for a personal part")
    try:
        read = msgspec.convert(decode(line), type=_Line)
    except (NotCanonical, msgspec.ValidationError) as error:
        # The library's own sentence may quote what stands there.
        raise Unreadable("not a personal part's line") from error
    part = PersonalPart(
        entry=read.entry, salt=from_base64url(read.salt, SALT_BYTES), data=from_base64url(read.data, _length(read.data))
    )
    if len(part.data) > limits.PERSONAL_DATA_BYTES_MAX:
        raise Unreadable("more personal data than a part has")
    return part


def _length(text: str) -> int:
    groups, rest = divmod(len(text), 4)
    if rest not in _SPARE_BYTES or not text:
        raise Unreadable("not base64url")
    return 3 * groups + _SPARE_BYTES[rest]
