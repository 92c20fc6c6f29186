"""Vectors of the public log: leaves, roots, proofs, places of tiles, checkpoints and receipts.

Roots and paths come from RFC 6962's own definitions, written out here word by word, and from roots that others have
published; notes are put together here by hand from the C2SP texts.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any, Final

from generation.files import SCHEMAS, Files, as_json
from sajja_schemas import signing
from sajja_schemas.entry import encode_line, to_base64url
from sajja_schemas.events.savings import ShareDeposited
from support.world import World, key_of

ORIGIN: Final = "sajja.test/testnet/1"
RECEIVED_AT: Final = 1_600_000_000_000
# The eight leaves whose roots the Certificate Transparency projects publish; the roots are theirs.
PUBLISHED: Final = (
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
)
PLACES: Final = (
    ("A whole tile", 0, 0, 256, "tile/0/000"),
    ("A partial tile has its width behind it", 0, 273, 112, "tile/0/273.p/112"),
    ("An index is in groups of three digits", 1, 1_234_067, 256, "tile/1/x001/x234/067"),
    ("A bundle of entries", -1, 1_000, 1, "tile/entries/x001/000.p/1"),
)


def files() -> Files:
    """One file of vectors."""
    return {SCHEMAS / "vectors" / "tree.json": as_json(tree())}


def tree() -> dict[str, Any]:
    """Every part of the public log."""
    hashes = [_leaf(bytes.fromhex(data)) for data, _root in PUBLISHED]
    return {
        "log_key": to_base64url(key_of("testnet", "log").public),
        "origin": ORIGIN,
        "leaves": [data for data, _root in PUBLISHED],
        "roots": [sha256(b"").hexdigest(), *(root for _data, root in PUBLISHED)],
        "inclusion": [
            {"index": index, "size": size, "path": [one.hex() for one in _path(index, hashes[:size])]}
            for size in range(1, 9)
            for index in range(size)
        ],
        "consistency": [
            {"old_size": old, "size": size, "path": [one.hex() for one in _proof(old, hashes[:size], known=True)]}
            for size in range(1, 9)
            for old in range(1, size + 1)
        ],
        "tiles": [
            {"name": name, "level": level, "index": index, "width": width, "path": path}
            for name, level, index, width, path in PLACES
        ],
        **_entry_and_notes(),
    }


def _entry_and_notes() -> dict[str, Any]:
    world = World.founded(("pp01",))
    event = ShareDeposited(member="pp01-m001", amount_satang=10_000, box="pp01-o4")
    entry = world.record(world.village("pp01").tablets[0], event)
    name = to_base64url(sha256(b"sajja leaf v1\n" + entry.signature + entry.body).digest())
    leaf = f'{{"entry":"{name}","feed_sequence":3,"received_at":{RECEIVED_AT},"village":"pp01"}}'.encode()
    hashes = [_leaf(b"before"), _leaf(leaf), _leaf(b"behind")]
    note = _note(3, _mth(hashes))
    receipt = "\n".join(
        ["c2sp.org/tlog-proof@v1", f"extra {_b64(leaf)}", "index 1", *map(_b64, _path(1, hashes)), "", note]
    )
    return {
        "leaf": {
            "line": encode_line(entry.key, entry.signature, entry.body).decode(),
            "feed_sequence": 3,
            "received_at": RECEIVED_AT,
            "leaf": leaf.decode(),
            "hash": _leaf(leaf).hex(),
        },
        "notes": [
            {"name": "A checkpoint that the log's key has signed", "note": note, "size": 3},
            {
                "name": "A witness is passed over",
                "note": f"{note}\u2014 w.example AAAAAAA=\n",
                "size": 3,
            },
            {"name": "Another size is not what was signed", "note": note.replace("\n3\n", "\n4\n"), "size": None},
            {"name": "A leading zero is another spelling", "note": note.replace("\n3\n", "\n03\n"), "size": None},
            {"name": "There are no extension lines", "note": note.replace("\n\n", "\nextension\n\n"), "size": None},
            {"name": "A note ends with a line's end", "note": note[:-1], "size": None},
        ],
        "receipts": [
            {"name": "A receipt of the entry above", "proof": receipt, "index": 1},
            {"name": "Another index has another path", "proof": receipt.replace("index 1", "index 2"), "index": None},
            {"name": "Without its leaf it is no receipt", "proof": _without_extra(receipt), "index": None},
        ],
    }


def _note(size: int, root: bytes) -> str:
    key = key_of("testnet", "log")
    text = f"{ORIGIN}\n{size}\n{_b64(root)}\n"
    key_id = sha256(ORIGIN.encode() + b"\n\x01" + key.public).digest()[:4]
    return f"{text}\n\u2014 {ORIGIN} {_b64(key_id + key.sign(signing.NOTE_TAG, text.encode()))}\n"


def _without_extra(receipt: str) -> str:
    return "\n".join(line for line in receipt.split("\n") if not line.startswith("extra "))


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def _leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def _split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def _mth(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    k = _split(len(hashes))
    return sha256(b"\x01" + _mth(hashes[:k]) + _mth(hashes[k:])).digest()


def _path(m: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1."""
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    return [*_path(m, hashes[:k]), _mth(hashes[k:])] if m < k else [*_path(m - k, hashes[k:]), _mth(hashes[:k])]


def _proof(m: int, hashes: list[bytes], *, known: bool) -> list[bytes]:
    """RFC 6962 section 2.1.2."""
    if m == len(hashes):
        return [] if known else [_mth(hashes)]
    k = _split(len(hashes))
    if m <= k:
        return [*_proof(m, hashes[:k], known=known), _mth(hashes[k:])]
    return [*_proof(m - k, hashes[k:], known=False), _mth(hashes[:k])]
