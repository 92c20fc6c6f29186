r"""A leaf of the network's tree: what is public of an entry.

* A leaf is canonical JSON: `{"entry":"<43>","feed_sequence":3,"received_at":1596601234567,"village":"pp01"}`, where
  `entry = base64url(SHA-256("sajja leaf v1\n" + signature + body))`.
* It says nothing of what was recorded: the signature is unguessable, so nobody finds an entry by trying bodies. It
  binds the signature, too: an entry has one, for ever.
* Village and feed sequence are in it, so whoever reads all leaves can tell that a feed has no gap.
"""

from hashlib import sha256
from typing import Final

import msgspec

from sajja_schemas import canonical
from sajja_schemas.entry import Unreadable, to_base64url

LEAF_TAG: Final = b"sajja leaf v1\n"


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A leaf that was read."""

    entry: str
    feed_sequence: int
    received_at: int
    village: str


_decoder: Final = msgspec.json.Decoder(Leaf)


def leaf_entry(signature: bytes, body: bytes) -> str:
    """What a leaf names an entry by."""
    return to_base64url(sha256(LEAF_TAG + signature + body).digest())


def encode_leaf(signature: bytes, body: bytes, village: str, feed_sequence: int, received_at: int) -> bytes:
    """The leaf of a stored entry. A village's code needs no escape, so the bytes are put together as they stand."""
    return b'{"entry":"%b","feed_sequence":%d,"received_at":%d,"village":"%b"}' % (
        leaf_entry(signature, body).encode("ascii"),
        feed_sequence,
        received_at,
        village.encode("ascii"),
    )


def read_leaf(data: bytes) -> Leaf:
    """The leaf of its bytes.

    Raises:
        Unreadable: not a leaf, or not its canonical bytes.
    """
    try:
        canonical.decode(data)
        return _decoder.decode(data)
    except (canonical.NotCanonical, msgspec.DecodeError) as error:
        raise Unreadable("not a leaf") from error
