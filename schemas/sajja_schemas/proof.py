"""A proof that an entry is in the network log, for somebody who is offline: C2SP tlog-proof.

    c2sp.org/tlog-proof@v1
    extra eyJlbnRyeSI6...
    index 812
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=

    sajja.example/pakphun/1
    ...

* A receipt is such a proof with the entry's leaf (`leaf`) as its extra data. Extra data is nobody's word: the leaf is
  believed because its hash is in the tree, and it is the entry's because it names its signature and body.
* The checkpoint is included as it was signed. Hashes are in standard base64, the leaf's sibling first.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from sajja_schemas import limits
from sajja_schemas.checkpoint import Checkpoint, NoteInvalid, from_base64, open_note, to_base64
from sajja_schemas.entry import SignedEntry, Unreadable
from sajja_schemas.leaf import Leaf, leaf_entry, read_leaf
from sajja_schemas.merkle import HASH_BYTES, is_included, leaf_hash

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
MEDIA_PROOF: Final = "text/plain"
_EXTRA: Final = "extra "
_INDEX: Final = re.compile(r"index (?P<index>0|[1-9][0-9]{0,15})")
_PATH_MAX: Final = 64


class ProofInvalid(ValueError):
    """This proves nothing; the message says why."""


class Proof(msgspec.Struct, frozen=True):
    """A proof that was read, not yet verified."""

    index: int
    path: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None


class Proven(msgspec.Struct, frozen=True):
    """What a receipt shows of an entry."""

    checkpoint: Checkpoint
    index: int
    leaf: Leaf


def encode_proof(index: int, path: Sequence[bytes], note: bytes, extra: bytes | None = None) -> bytes:
    """The text of a proof."""
    lines = [FIRST_LINE]
    if extra is not None:
        lines.append(_EXTRA + to_base64(extra))
    lines += [f"index {index}", *map(to_base64, path), "", ""]
    return "\n".join(lines).encode() + note


def read_proof(data: bytes) -> Proof:
    """A proof of its text.

    Raises:
        ProofInvalid: it is none.
    """
    head, blank, note = data.partition(b"\n\n")
    if not blank or len(data) > limits.NOTE_BYTES_MAX:
        raise ProofInvalid("not a proof's text")
    try:
        first, *lines = head.decode().split("\n")
        extra = from_base64(lines.pop(0).removeprefix(_EXTRA)) if lines and lines[0].startswith(_EXTRA) else None
        match = _INDEX.fullmatch(lines.pop(0)) if lines else None
        path = tuple(map(from_base64, lines))
    except (NoteInvalid, UnicodeDecodeError) as error:
        raise ProofInvalid("not a proof's text") from error
    if first != FIRST_LINE or match is None:
        raise ProofInvalid("not a proof of this version")
    if len(path) > _PATH_MAX or any(len(one) != HASH_BYTES for one in path):
        raise ProofInvalid("not a path of hashes")
    return Proof(index=int(match["index"]), path=path, note=note, extra=extra)


def check_proof(proof: Proof, leaf: bytes, origin: str, public_key: bytes) -> Checkpoint:
    """The checkpoint under which a leaf is in the log of an origin.

    Raises:
        ProofInvalid: the checkpoint is not signed by that key, or the path does not lead from the leaf to its root.
    """
    try:
        checkpoint = open_note(proof.note, origin, public_key)
    except NoteInvalid as error:
        raise ProofInvalid(f"its checkpoint does not hold: {error}") from error
    if not is_included(leaf_hash(leaf), proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise ProofInvalid("its path does not lead to the root")
    return checkpoint


def check_receipt(proof: Proof, entry: SignedEntry, origin: str, public_key: bytes) -> Proven:
    """What a receipt shows of an entry whose signature was verified.

    Raises:
        ProofInvalid: it has no leaf, the leaf is another entry's, or `check_proof` fails.
    """
    try:
        leaf = read_leaf(proof.extra or b"")
    except Unreadable as error:
        raise ProofInvalid("it has no leaf") from error
    if leaf.entry != leaf_entry(entry.signature, entry.body) or leaf.village != entry.village:
        raise ProofInvalid("its leaf is another entry's")
    return Proven(check_proof(proof, proof.extra or b"", origin, public_key), proof.index, leaf)
