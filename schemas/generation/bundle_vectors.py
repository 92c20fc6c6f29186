"""A vector of a bundle: its lines before they are packed, a feed line with a proof that holds, and a sealed part.

A sealed box is of another one-time key each time, so the one here was made once and stands as it was made. What gzip
makes of the lines is each library's own: a reader packs them by itself.
"""

from typing import Any, Final

from generation.files import SCHEMAS, Files, as_json
from sajja_schemas.bundle import Bundle, Sealed, Shown, bundle_lines
from sajja_schemas.checkpoint import Checkpoint, sign_checkpoint
from sajja_schemas.entry import encode_line, to_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.merkle import inclusion_path, leaf_hash, root_of
from sajja_schemas.wire import encode_feed_line
from support.world import World

_LEAVES: Final = 3
_MOMENT: Final = 1_596_601_234_567
_BOX: Final = (
    "39mZbS97AsdPZugFp0_zzvwO_Bn4dUbUmtI8wPX773Cvrarc2oAh6_UPYr05MVFczIblpXQvuPAQapn9hu_zk3veuTgPmKxaoWsu05wJiF6TdeVT"
    "ZLZa4S0iN3pn9MdZBOhjFbmMhu55Mfm7WsjUzLQJ1Kl1YpKgayzNg5wsHCVLAYAz_DOI8rYiTb9znaNzudoCEUgs3VzRF78f1sehk-nAh4nHCLxv"
    "NDR1wNWV9T-r_G5CjR3S-x02soLPob8YxWzotXkQZoOU5tQa_b4np4N6Keac-dVS8WjVTxSnD6KnmozdBulZC2ZJre1WM3o3qd0o-M0"
)
_OPENED: Final = (
    f'{{"data":"eyJraW5kIjoicGVyc29uIn0","entry":{{"device":"{"A" * 43}","hash":"{"A" * 43}","sequence":7}},'
    f'"salt":"{"A" * 22}"}}'
)


def files() -> Files:
    """One file."""
    return {SCHEMAS / "vectors" / "bundle.json": as_json(vector())}


def vector() -> dict[str, Any]:
    """A bundle with one line of each kind that is proven or sealed."""
    world = World.founded(())
    entries = world.entries[:_LEAVES]
    leaves = [
        leaf_hash(encode_leaf(one.signature, one.body, one.village, at + 1, _MOMENT)) for at, one in enumerate(entries)
    ]
    checkpoint = Checkpoint(world.origin, _LEAVES, root_of(leaves))
    path = inclusion_path(1, _LEAVES, lambda first, end: root_of(leaves[first:end]))
    shown = entries[1]
    bundle = Bundle(
        network=world.network, fingerprint=world.fingerprint, made_at=_MOMENT,
        note=sign_checkpoint(checkpoint, world.log_key).decode(),
        entries=[encode_line(entries[2].key, entries[2].signature, entries[2].body)],
        sealed=[Sealed(sealed=_BOX, to=to_base64url(world.log_key.public))],
        shown=[
            Shown(
                tuple(path),
                encode_feed_line(1, 2, _MOMENT, encode_line(shown.key, shown.signature, shown.body)),
            )
        ],
    )  # fmt: skip
    return {
        "network": world.network,
        "fingerprint": world.fingerprint,
        "lines": [line.decode() for line in bundle_lines(bundle)],
        "origin": world.origin,
        "log_key": {"seed": to_base64url(world.log_key.secret_seed()), "public": to_base64url(world.log_key.public)},
        "opened": _OPENED,
        "index": 1,
        "feed_sequence": 2,
    }
