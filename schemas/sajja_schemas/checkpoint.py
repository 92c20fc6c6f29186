r"""A checkpoint: the size and the root of the network log, signed. C2SP tlog-checkpoint, as a C2SP signed-note.

    sajja.example/pakphun/1
    812
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — sajja.example/pakphun/1 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+x...

* The text is three lines: origin, size, root. This log writes no extension lines, and a reader here takes none.
* A signature line names the origin and carries base64 of four bytes of key id and 64 bytes of Ed25519 over the text.
  `key id = SHA-256(name + "\n" + 0x01 + public key)[:4]` (signed-note, type 0x01).
* Base64 is the standard one, padded, and has one spelling. Signatures of others (witnesses) are passed over.
* An *origin* is a name without space or plus, whose last part is the epoch: 1 at first, and one more whenever the
  office continues a log that has lost what was published. No origin has a space, and every tag of `signing` has one:
  so nothing that is signed under a tag can pass for a checkpoint, or the other way round.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Final

import msgspec

from sajja_schemas import limits, signing
from sajja_schemas.merkle import HASH_BYTES
from sajja_schemas.signing import SigningKey

KEY_ID_BYTES: Final = 4
_ED25519: Final = b"\x01"
_DASH: Final = "\u2014"
_BODY_LINES: Final = 3
_ORIGIN: Final = re.compile(r"[!-*,-~]{1,180}/(?P<epoch>[1-9][0-9]{0,8})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_SIGNATURE_LINE: Final = re.compile(rf"{_DASH} (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={{0,2}})")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteInvalid(ValueError):
    """This is not a checkpoint, or its signature does not hold."""


class NoteUnsigned(NoteInvalid):
    """The key that is asked for has not signed this: perhaps another one has."""


class Checkpoint(msgspec.Struct, frozen=True):
    """Size and root of the log of an origin."""

    origin: str
    size: int
    root: bytes


def is_origin(name: str) -> bool:
    """Whether a log may have this public name."""
    return _ORIGIN.fullmatch(name) is not None


def epoch_of(origin: str) -> int:
    """The last part of an origin.

    Raises:
        ValueError: it is none.
    """
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        raise ValueError("not an origin")
    return int(match["epoch"])


def key_id(name: str, public_key: bytes) -> bytes:
    """Four bytes that say which key of that name has signed."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public_key: bytes) -> str:
    """A log's key as other programs want to be given it: `name+id+base64`."""
    return f"{name}+{key_id(name, public_key).hex()}+{to_base64(_ED25519 + public_key)}"


def note_text(checkpoint: Checkpoint) -> bytes:
    """What is signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{to_base64(checkpoint.root)}\n".encode()


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """The signed note. The same checkpoint and key give the same bytes."""
    return sign_text(note_text(checkpoint), checkpoint.origin, key)


def sign_text(text: bytes, name: str, key: SigningKey) -> bytes:
    """The signed note of a text that ends in a line feed, under a name."""
    signature = key_id(name, key.public) + key.sign(signing.NOTE_TAG, text)
    return text + f"\n{_DASH} {name} {to_base64(signature)}\n".encode()


def read_note(note: bytes) -> Checkpoint:
    """What a note says, whoever signed it. Believe `open_note` instead.

    Raises:
        NoteInvalid: it is not a checkpoint.
    """
    return _read(note)[0]


def open_note(note: bytes, origin: str, public_key: bytes) -> Checkpoint:
    """The checkpoint of a note that this log has signed with this key.

    Raises:
        NoteUnsigned: it is another log's, or this key has not signed it.
        NoteInvalid: it is not a checkpoint, or the signature under this key's id does not hold.
    """
    checkpoint, signatures = _read(note)
    if checkpoint.origin != origin:
        raise NoteUnsigned("a checkpoint of another origin")
    check_text(note_text(checkpoint), signatures, origin, public_key)
    return checkpoint


def split_note(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """The lines of any signed note and its signatures, whoever made them; `check_text` says whether one holds.

    Raises:
        NoteInvalid: it is not a signed note.
    """
    if len(note) > limits.NOTE_BYTES_MAX:
        raise NoteInvalid("too large")
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid("not UTF-8") from error
    text, blank, signed = whole.rpartition("\n\n")
    if not blank or not signed.endswith("\n") or _CONTROL.search(whole):
        raise NoteInvalid("not a signed note")
    signatures = []
    for line in signed[:-1].split("\n"):
        match = _SIGNATURE_LINE.fullmatch(line)
        if match is None:
            raise NoteInvalid("not a signature line")
        signatures.append((match["name"], from_base64(match["signature"])))
    return text, signatures


def check_text(text: bytes, signatures: list[tuple[str, bytes]], origin: str, public_key: bytes) -> None:
    """Whether a log has signed a text with this key.

    Raises:
        NoteUnsigned: this key has not signed it.
        NoteInvalid: the signature under this key's id does not hold.
    """
    wanted = key_id(origin, public_key)
    found = [
        signature[KEY_ID_BYTES:]
        for name, signature in signatures
        if name == origin and signature[:KEY_ID_BYTES] == wanted
    ]
    if not found:
        raise NoteUnsigned("not signed by the log's key")
    if not all(signing.is_valid(public_key, signature, signing.NOTE_TAG, text) for signature in found):
        raise NoteInvalid("the signature does not hold")


def to_base64(data: bytes) -> str:
    """Standard base64, padded."""
    return b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of standard base64 in its one spelling.

    Raises:
        NoteInvalid: another alphabet, no padding, or spare bits that are not zero.
    """
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (Base64Error, UnicodeEncodeError) as error:
        raise NoteInvalid("not base64") from error
    if to_base64(data) != text:
        raise NoteInvalid("another spelling of the same base64")
    return data


def _read(note: bytes) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    text, signatures = split_note(note)
    lines = text.split("\n")
    if len(lines) != _BODY_LINES or not is_origin(lines[0]) or _SIZE.fullmatch(lines[1]) is None:
        raise NoteInvalid("not the three lines of a checkpoint")
    checkpoint = Checkpoint(lines[0], int(lines[1]), from_base64(lines[2]))
    if len(checkpoint.root) != HASH_BYTES or checkpoint.size > limits.INTEGER_MAX:
        raise NoteInvalid("not a size and a root")
    return checkpoint, signatures
