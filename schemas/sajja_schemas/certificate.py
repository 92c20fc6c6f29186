r"""A rebuild certificate: what a server says that a fold of the log comes to, signed so that anybody can hold it to it.

    sajja projection certificate v1
    network pakphun
    projection books 18
    code 1oX2…=
    log sajja.example/pakphun/1
    size 812
    root CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    state nU3K…=

    — sajja.example/pakphun/1 Az3grlgt…

* It is a C2SP signed-note by the key that signs the log's checkpoints; no origin is like its first line, so neither can
  pass for the other.
* `state` is the state hash (`state_hash`) of the books over the first `size` entries of the log, whose root is `root`.
  `projection` names the fold and its version, `code` is the SHA-256 of the source that made it.
* Who checks it needs the log and this program, and believes nobody: the root is computed from the entries, the key that
  was in force is what the log itself says at that size, and the state hash is that of a fold from zero.
"""

import re
from typing import Final

import msgspec

from sajja_schemas import limits
from sajja_schemas.checkpoint import (
    NoteInvalid,
    check_text,
    from_base64,
    is_origin,
    sign_text,
    split_note,
    to_base64,
)
from sajja_schemas.merkle import HASH_BYTES
from sajja_schemas.signing import SigningKey

TITLE: Final = "sajja projection certificate v1"
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,15})"
_TEXT: Final = re.compile(
    rf"{TITLE}\nnetwork (?P<network>[a-z][a-z0-9-]{{1,39}})\nprojection (?P<name>[a-z][a-z0-9_]{{0,39}})"
    rf" (?P<version>{_NUMBER})\ncode (?P<code>\S+)\nlog (?P<origin>\S+)\nsize (?P<size>{_NUMBER})"
    r"\nroot (?P<root>\S+)\nstate (?P<state>\S+)\n"
)


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a fold of a log comes to, at a size."""

    network: str
    name: str
    version: int
    code_hash: bytes
    origin: str
    size: int
    root: bytes
    state_hash: bytes


def certificate_text(certificate: Certificate) -> bytes:
    """What is signed."""
    one = certificate
    return (
        f"{TITLE}\nnetwork {one.network}\nprojection {one.name} {one.version}\ncode {to_base64(one.code_hash)}\n"
        f"log {one.origin}\nsize {one.size}\nroot {to_base64(one.root)}\nstate {to_base64(one.state_hash)}\n"
    ).encode()


def sign_certificate(certificate: Certificate, key: SigningKey) -> bytes:
    """The signed note. The same certificate and key give the same bytes."""
    return sign_text(certificate_text(certificate), certificate.origin, key)


def read_certificate(note: bytes) -> Certificate:
    """What a certificate says, whoever signed it; `check_certificate` says whether the log's key has.

    Raises:
        NoteInvalid: it is no certificate.
    """
    text, _signatures = split_note(note)
    match = _TEXT.fullmatch(text + "\n")
    if match is None or not is_origin(match["origin"]):
        raise NoteInvalid("not the lines of a certificate")
    code, root, state = (from_base64(match[name]) for name in ("code", "root", "state"))
    numbers = int(match["version"]), int(match["size"])
    if {len(code), len(root), len(state)} != {HASH_BYTES} or max(numbers) > limits.INTEGER_MAX:
        raise NoteInvalid("not the hashes and numbers of a certificate")
    return Certificate(
        network=match["network"],
        name=match["name"],
        version=numbers[0],
        code_hash=code,
        origin=match["origin"],
        size=numbers[1],
        root=root,
        state_hash=state,
    )


def check_certificate(note: bytes, public_key: bytes) -> Certificate:
    """What a certificate says that this log key has signed.

    Raises:
        NoteUnsigned: this key has not signed it.
        NoteInvalid: it is no certificate, or the signature does not hold.
    """
    certificate = read_certificate(note)
    _text, signatures = split_note(note)
    check_text(certificate_text(certificate), signatures, certificate.origin, public_key)
    return certificate
