"""Checkpoints and receipts: what holds, and everything that must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas import limits, merkle
from sajja_schemas import proof as proofs
from sajja_schemas.checkpoint import (
    Checkpoint,
    NoteInvalid,
    NoteUnsigned,
    epoch_of,
    is_origin,
    key_id,
    open_note,
    read_note,
    sign_checkpoint,
    to_base64,
)
from sajja_schemas.entry import Unreadable
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.leaf import encode_leaf, leaf_entry, read_leaf
from sajja_schemas.merkle import leaf_hash
from sajja_schemas.proof import ProofInvalid
from support.world import World, key_of

ORIGIN = "sajja.test/testnet/1"
KEY = key_of("log")
CHECKPOINT = Checkpoint(ORIGIN, 812, bytes(range(32)))
NOTE = sign_checkpoint(CHECKPOINT, KEY)
WORLD = World.founded(("pp01",))
ENTRY = WORLD.record(
    WORLD.village("pp01").tablets[0], ShareDeposited(member="pp01-m001", amount_satang=10_000, box="pp01-o4")
)


def changed(old: str, new: str) -> bytes:
    text = NOTE.decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@given(st.integers(min_value=0, max_value=limits.INTEGER_MAX), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_opened(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    note = sign_checkpoint(checkpoint, KEY)
    assert open_note(note, ORIGIN, KEY.public) == read_note(note) == checkpoint


def test_a_note_has_the_three_lines_a_blank_and_a_signature() -> None:
    text, blank, signature = NOTE.decode().rpartition("\n\n")
    assert (text, blank) == (f"{ORIGIN}\n812\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "\n\n")
    assert signature.startswith(f"\u2014 {ORIGIN} {to_base64(key_id(ORIGIN, KEY.public) + bytes(2))[:5]}")


def test_signatures_of_witnesses_are_passed_over() -> None:
    witnessed = NOTE + "\u2014 witness.example/w1 AAAAAAAA\n".encode()
    assert open_note(witnessed, ORIGIN, KEY.public) == CHECKPOINT


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(changed("812", "813"), id="another size"),
        pytest.param(changed("AAEC", "AAED"), id="another root"),
        pytest.param(NOTE[:-6] + b"AAA==\n", id="another signature"),
        pytest.param(NOTE.replace(b"812", b"0812"), id="a leading zero"),
        pytest.param(NOTE.replace(b"812", b"-1"), id="a negative size"),
        pytest.param(NOTE.replace(b"812", b"9007199254740992"), id="a size that JavaScript does not hold"),
        pytest.param(NOTE.replace(b"Hh8=", b"Hh9="), id="base64 with spare bits"),
        pytest.param(NOTE.replace(b"AAEC", b"AA_C"), id="base64url"),
        pytest.param(NOTE.replace(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", b"AAEC"), id="a short root"),
        pytest.param(NOTE.replace(b"8=\n\n", b"8=\nextension\n\n"), id="an extension line"),
        pytest.param(NOTE.replace(b"812", b"812\r"), id="a control character"),
        pytest.param(NOTE.replace(b"\n\n", b"\n"), id="no blank line"),
        pytest.param(NOTE[:-1], id="no end of line"),
        pytest.param(NOTE + b"\n", id="a blank line behind"),
        pytest.param(NOTE + b"not a signature\n", id="a line that is no signature"),
        pytest.param(NOTE + "\u2014 a+b AAAA\n".encode(), id="a name with a plus"),
        pytest.param(NOTE + "\u2014 witness AAA\n".encode(), id="a witness's signature that is no base64"),
        pytest.param(b"\xff" + NOTE, id="not UTF-8"),
        pytest.param(b"", id="nothing"),
        pytest.param(NOTE + "\u2014 w AAAA\n".encode() * 9000, id="too large"),
    ],
)
def test_what_is_not_exactly_a_checkpoint_is_refused(note: bytes) -> None:
    with pytest.raises(NoteInvalid):
        open_note(note, ORIGIN, KEY.public)


def test_another_key_or_origin_has_not_signed_it() -> None:
    for origin, key in ((ORIGIN, key_of("another")), ("sajja.test/testnet/2", KEY)):
        with pytest.raises(NoteUnsigned):
            open_note(NOTE, origin, key.public)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("sajja.example/pakphun/1", True),
        ("log/999999999", True),
        ("log", False),
        ("log/", False),
        ("log/0", False),
        ("log/01", False),
        ("log/x", False),
        ("/1", False),
        ("a b/1", False),
        ("a+b/1", False),
        ("ล็อก/1", False),
        ("log/1\n", False),
        ("l" * 181 + "/1", False),
    ],
)
def test_an_origin_is_a_name_with_an_epoch(name: str, is_one: bool) -> None:
    assert is_origin(name) is is_one


def test_the_epoch_is_the_last_part() -> None:
    assert epoch_of("sajja.example/7/12") == 12
    with pytest.raises(ValueError, match="origin"):
        epoch_of("sajja.example")


def receipt(*, size: int = 9, index: int = 4, extra: bytes | None = None, leaf: bytes | None = None) -> bytes:
    """A receipt of ENTRY at an index of a small log."""
    own = encode_leaf(ENTRY.signature, ENTRY.body, "pp01", 3, 1_600_000_000_000) if leaf is None else leaf
    hashes = [leaf_hash(own if at == index else b"%d" % at) for at in range(size)]
    path = merkle.inclusion_path(index, size, lambda start, end: merkle.root_of(hashes[start:end]))
    note = sign_checkpoint(Checkpoint(ORIGIN, size, merkle.root_of(hashes)), KEY)
    return proofs.encode_proof(index, path, note, own if extra is None else extra)


def test_a_receipt_shows_where_an_entry_stands() -> None:
    proof = proofs.read_proof(receipt())
    assert proofs.encode_proof(proof.index, proof.path, proof.note, proof.extra) == receipt()
    proven = proofs.check_receipt(proof, ENTRY, ORIGIN, KEY.public)
    assert (proven.index, proven.checkpoint.size, proven.leaf.feed_sequence) == (4, 9, 3)
    assert proven.leaf.entry == leaf_entry(ENTRY.signature, ENTRY.body)


def test_a_proof_may_have_no_extra_data() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(b"leaf")), KEY)
    proof = proofs.read_proof(proofs.encode_proof(0, [], note))
    assert proof.extra is None
    assert proofs.check_proof(proof, b"leaf", ORIGIN, KEY.public).size == 1
    with pytest.raises(ProofInvalid, match="no leaf"):
        proofs.check_receipt(proof, ENTRY, ORIGIN, KEY.public)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (receipt(leaf=encode_leaf(bytes(64), ENTRY.body, "pp01", 3, 0)), "another entry"),
        (receipt(leaf=encode_leaf(ENTRY.signature, b"{}", "pp01", 3, 0)), "another entry"),
        (receipt(leaf=encode_leaf(ENTRY.signature, ENTRY.body, "pp02", 3, 0)), "another entry"),
        (receipt(extra=encode_leaf(ENTRY.signature, ENTRY.body, "pp01", 4, 1_600_000_000_000)), "path"),
        (receipt(extra=b"{}"), "no leaf"),
        (receipt().replace(b"index 4", b"index 5"), "path"),
        (receipt().replace(b"\n9\n", b"\n8\n"), "signature"),
    ],
)
def test_a_receipt_of_something_else_proves_nothing(data: bytes, reason: str) -> None:
    with pytest.raises(ProofInvalid, match=reason):
        proofs.check_receipt(proofs.read_proof(data), ENTRY, ORIGIN, KEY.public)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 00\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra AA=\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (to_base64(bytes(32)).encode() + b"\n") * 65 + b"\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex \xff\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE * 600,
    ],
)
def test_what_is_not_exactly_a_proof_is_refused(data: bytes) -> None:
    with pytest.raises(ProofInvalid):
        proofs.read_proof(data)


def test_a_leaf_is_canonical_and_hides_the_entry() -> None:
    data = encode_leaf(ENTRY.signature, ENTRY.body, "pp01", 3, 1_600_000_000_000)
    leaf = read_leaf(data)
    assert (leaf.village, leaf.feed_sequence, leaf.received_at) == ("pp01", 3, 1_600_000_000_000)
    assert leaf.entry != leaf_entry(bytes(64), ENTRY.body)
    for broken in (data[:-1], data.replace(b":3,", b": 3,"), data[:-1] + b',"z":1}', b'{"entry":1}'):
        with pytest.raises(Unreadable):
            read_leaf(broken)
