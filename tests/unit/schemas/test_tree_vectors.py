"""The vectors of the public log hold this implementation, as they hold any other."""

import json
from pathlib import Path
from typing import Any

import pytest

from sajja_schemas import merkle, tiles
from sajja_schemas.checkpoint import NoteInvalid, open_note
from sajja_schemas.entry import from_base64url, read_entry, split_line
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.proof import ProofInvalid, check_receipt, read_proof
from sajja_schemas.tiles import Tile

TREE: Any = json.loads((Path(__file__).parents[3] / "schemas" / "vectors" / "tree.json").read_text(encoding="utf-8"))
KEY = from_base64url(TREE["log_key"], 32)
HASHES = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in TREE["leaves"]]
ENTRY = read_entry(*split_line(TREE["leaf"]["line"].encode()))


def range_hash(start: int, end: int) -> bytes:
    return merkle.root_of(HASHES[start:end])


def test_roots() -> None:
    assert [merkle.root_of(HASHES[:size]).hex() for size in range(9)] == TREE["roots"]


def test_inclusion() -> None:
    for case in TREE["inclusion"]:
        path = [bytes.fromhex(one) for one in case["path"]]
        root = bytes.fromhex(TREE["roots"][case["size"]])
        assert merkle.inclusion_path(case["index"], case["size"], range_hash) == path
        assert merkle.is_included(HASHES[case["index"]], case["index"], case["size"], path, root)


def test_consistency() -> None:
    for case in TREE["consistency"]:
        path = [bytes.fromhex(one) for one in case["path"]]
        old_root, root = (bytes.fromhex(TREE["roots"][case[name]]) for name in ("old_size", "size"))
        assert merkle.consistency_path(case["old_size"], case["size"], range_hash) == path
        assert merkle.is_consistent(case["old_size"], old_root, case["size"], root, path)


def test_places_of_tiles() -> None:
    for case in TREE["tiles"]:
        assert tiles.read_path(case["path"]) == Tile(case["level"], case["index"], case["width"])


def test_the_leaf_of_an_entry() -> None:
    case = TREE["leaf"]
    leaf = encode_leaf(ENTRY.signature, ENTRY.body, ENTRY.village, case["feed_sequence"], case["received_at"])
    assert leaf == case["leaf"].encode()
    assert merkle.leaf_hash(leaf).hex() == case["hash"]


@pytest.mark.parametrize("case", TREE["notes"], ids=lambda case: case["name"])
def test_notes(case: dict[str, Any]) -> None:
    if case["size"] is None:
        with pytest.raises(NoteInvalid):
            open_note(case["note"].encode(), TREE["origin"], KEY)
    else:
        assert open_note(case["note"].encode(), TREE["origin"], KEY).size == case["size"]


@pytest.mark.parametrize("case", TREE["receipts"], ids=lambda case: case["name"])
def test_receipts(case: dict[str, Any]) -> None:
    proof = read_proof(case["proof"].encode())
    if case["index"] is None:
        with pytest.raises(ProofInvalid):
            check_receipt(proof, ENTRY, TREE["origin"], KEY)
    else:
        assert check_receipt(proof, ENTRY, TREE["origin"], KEY).index == case["index"]
