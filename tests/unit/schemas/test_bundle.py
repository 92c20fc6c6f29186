"""What a carrier brings is a stranger's file: read in bounds, whole or not at all, and good for nothing unverified."""

import contextlib
import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sajja_schemas import limits, signing
from sajja_schemas.bundle import (
    Bundle,
    BundleCode,
    BundleWrong,
    EntryProof,
    Sealed,
    Shown,
    Told,
    decode_sealed,
    encode_bundle,
    encode_sealed,
    looks_sealed,
    read_bundle,
    seal_of,
)
from sajja_schemas.chain import read_line
from sajja_schemas.checkpoint import open_note
from sajja_schemas.entry import Unreadable, from_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.merkle import is_included, leaf_hash
from sajja_schemas.signing import SigningKey, seal_to
from sajja_schemas.wire import decode_feed_line

NETWORK, FINGERPRINT = "testnet", "A" * 43
KEY = SigningKey(bytes(range(32)))
VECTORS: Any = json.loads((Path(__file__).parents[3] / "schemas" / "vectors" / "bundle.json").read_text("utf-8"))


def a_bundle() -> Bundle:
    name = "A" * 43
    return Bundle(
        network=NETWORK, fingerprint=FINGERPRINT, made_at=1_590_969_600_000, note="a note\n",
        entries=[b'{"key":"x"}', b'{"key":"y"}'], sealed=[seal_of(seal_to(KEY.public, b"a part"), KEY.public)],
        shown=[Shown((bytes(32), bytes(31) + b"\1"), b'{"index":1}'), Shown((), b'{"index":2}')],
        proofs=[EntryProof(name, name, "c2sp.org/tlog-proof@v1\n", 7)], told=[Told(name, name, 8, "held", "x")],
    )  # fmt: skip


def refused(data: bytes) -> BundleCode:
    with pytest.raises(BundleWrong) as wrong:
        read_bundle([data], NETWORK, FINGERPRINT)
    assert all(wrong.value.sentences)
    return wrong.value.code


def test_what_is_written_is_read_again() -> None:
    written = a_bundle()
    assert read_bundle([encode_bundle(written)], NETWORK, FINGERPRINT) == written


@given(st.integers(1, 300))
@settings(max_examples=30)
def test_it_comes_in_pieces_of_any_size(size: int) -> None:
    data = encode_bundle(a_bundle())
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert read_bundle(pieces, NETWORK, FINGERPRINT) == read_bundle([data], NETWORK, FINGERPRINT)


def test_a_file_that_ends_anywhere_before_its_end_is_refused() -> None:
    data = encode_bundle(a_bundle())
    codes = {refused(data[:end]) for end in range(len(data))}
    assert codes == {BundleCode.TRUNCATED, BundleCode.UNREADABLE}
    assert refused(data[:-1]) is BundleCode.TRUNCATED


def test_a_file_with_any_bit_turned_is_refused_or_is_the_same() -> None:
    """Some bits of gzip mean nothing: the moment and the system in its header, and what fills up its last byte."""
    written = a_bundle()
    data = encode_bundle(written)
    for at in range(len(data)):
        for bit in (1, 16, 128):
            turned = bytearray(data)
            turned[at] ^= bit
            with contextlib.suppress(BundleWrong):
                assert read_bundle([bytes(turned)], NETWORK, FINGERPRINT) == written


def test_what_stands_behind_the_end_is_refused() -> None:
    data = encode_bundle(a_bundle())
    assert refused(data + b"x") is BundleCode.UNREADABLE
    assert refused(gzip.compress(gzip.decompress(data) + b"{}\n")) is BundleCode.UNREADABLE


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ({"entries": -1}, BundleCode.UNREADABLE),
        ({"entries": 3}, BundleCode.TRUNCATED),
        ({"entries": limits.BUNDLE_LINES_MAX + 1}, BundleCode.TOO_LARGE),
        ({"network": "another"}, BundleCode.OTHER_NETWORK),
        ({"fingerprint": "B" * 42 + "A"}, BundleCode.OTHER_NETWORK),
        ({"bundle": "sajja bundle v2"}, BundleCode.UNREADABLE),
        ({"made_at": "today"}, BundleCode.UNREADABLE),
    ],
)
def test_a_manifest_is_held_to_the_rest(manifest: dict[str, Any], code: BundleCode) -> None:
    head = {"bundle": "sajja bundle v1", "network": NETWORK, "fingerprint": FINGERPRINT, "made_at": 1, "entries": 2}
    line = json.dumps(head | manifest, sort_keys=True, separators=(",", ":")).encode()
    assert refused(gzip.compress(line + b'\n{"key":"x"}\n{"key":"y"}\n')) is code


def packed(*lines: bytes, **counts: int) -> bytes:
    """A file whose manifest counts these lines."""
    head = {"bundle": "sajja bundle v1", "network": NETWORK, "fingerprint": FINGERPRINT, "made_at": 1, **counts}
    manifest = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    return gzip.compress(b"".join(line + b"\n" for line in (manifest, *lines)))


def test_a_bundle_without_a_checkpoint_has_no_note() -> None:
    """A manifest says what is there: an empty note would be another manifest for the same bundle."""
    written = msgspec.structs.replace(a_bundle(), note="")
    data = encode_bundle(written)
    assert b'"note"' not in gzip.decompress(data)
    assert read_bundle([data], NETWORK, FINGERPRINT) == written


PATHS_MAX = b",".join([b'"' + b"A" * 43 + b'"'] * 64)


@pytest.mark.parametrize(
    "line",
    [
        b'{"index":1}',
        b'{"path":[],"shown":7',
        b'{"path":[]}',
        b'{"path":["' + b"A" * 43 + b'],"shown":{"index":1}}',
        b'{"path":[' + b"A" * 43 + b'],"shown":{"index":1}}',
        b'{"path":["' + b"A" * 42 + b'"],"shown":{"index":1}}',
        b'{"path":[' + PATHS_MAX + b',"' + b"A" * 43 + b'"],"shown":{"index":1}}',
        b'{"path":[,],"shown":{"index":1}}',
    ],
)
def test_one_shown_line_that_is_none_refuses_the_whole_file(line: bytes) -> None:
    """Half a file taken in would be more than its carrier can tell."""
    good = b'{"path":[' + PATHS_MAX + b'],"shown":{"index":1}}'
    assert read_bundle([packed(good, shown=1)], NETWORK, FINGERPRINT).shown == [
        Shown((bytes(32),) * 64, b'{"index":1}')
    ]
    assert refused(packed(good, line, shown=2)) is BundleCode.UNREADABLE


@pytest.mark.parametrize("kind", ["sealed", "proofs", "told"])
@pytest.mark.parametrize("line", [b"{}", b"[]", b"", b'{"a":1.5}', b'{"hash":"x","sequence":"1"}'])
def test_one_line_of_another_kind_refuses_the_whole_file(kind: str, line: bytes) -> None:
    assert refused(packed(line, **{kind: 1})) is BundleCode.UNREADABLE


def test_the_last_line_has_its_end() -> None:
    """A file that was packed whole from lines that were not: its last line may have been longer."""
    whole = gzip.decompress(packed(b'{"key":"x"}', entries=1))
    assert read_bundle([gzip.compress(whole)], NETWORK, FINGERPRINT).entries == [b'{"key":"x"}']
    assert refused(gzip.compress(whole[:-1])) is BundleCode.TRUNCATED
    assert refused(gzip.compress(whole + b"{")) is BundleCode.TRUNCATED


@pytest.mark.parametrize("limit", ["BUNDLE_BYTES_MAX", "BUNDLE_UNPACKED_BYTES_MAX"])
def test_a_file_may_be_as_large_as_its_limit_and_not_a_byte_larger(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed bytes and unpacked bytes have a limit each, in however many pieces they come."""
    data = encode_bundle(a_bundle())
    size = len(data) if limit == "BUNDLE_BYTES_MAX" else len(gzip.decompress(data))
    pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
    monkeypatch.setattr(limits, limit, size)
    assert read_bundle(pieces, NETWORK, FINGERPRINT).entries == a_bundle().entries
    monkeypatch.setattr(limits, limit, size - 1)
    for parts in (pieces, [data]):
        with pytest.raises(BundleWrong) as wrong:
            read_bundle(parts, NETWORK, FINGERPRINT)
        assert wrong.value.code is BundleCode.TOO_LARGE


def test_a_sealed_line_is_told_from_others_and_bounded() -> None:
    line = encode_sealed(seal_of(seal_to(KEY.public, b"a part"), KEY.public))
    assert looks_sealed(line)
    assert not looks_sealed(b'{"commitment":')
    assert KEY.open_sealed(decode_sealed(line).box) == b"a part"
    room = limits.SEALED_LINE_BYTES_MAX - len(encode_sealed(Sealed(sealed="", to=FINGERPRINT)))
    longest = encode_sealed(Sealed(sealed="A" * room, to=FINGERPRINT))
    assert decode_sealed(longest).sealed == "A" * room
    with pytest.raises(Unreadable, match="too long"):
        decode_sealed(encode_sealed(Sealed(sealed="A" * (room + 1), to=FINGERPRINT)))


def test_a_bomb_costs_little_memory() -> None:
    bombs = [gzip.compress(b"0" * 200_000_000, 1), gzip.compress(b"{}\n" * 60_000_000, 1)]
    tracemalloc.start()
    codes = [refused(bomb) for bomb in bombs]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert codes == [BundleCode.TOO_LARGE, BundleCode.UNREADABLE]
    assert peak < 8 * 1024 * 1024


def test_a_part_is_sealed_for_one_key_alone() -> None:
    box = seal_to(KEY.public, "สมใจ".encode())
    assert KEY.open_sealed(box) == "สมใจ".encode()
    assert SigningKey(bytes(32)).open_sealed(box) is None
    assert KEY.open_sealed(box[:-1]) is None
    assert KEY.open_sealed(b"") is None
    with pytest.raises(ValueError, match="public key"):
        seal_to(bytes(32), b"to nobody")
    with pytest.raises(Unreadable):
        assert Sealed(sealed="!", to=FINGERPRINT).box


def test_the_vector_reads_opens_and_proves() -> None:
    """Lines as they stand; whoever reads them packs them with a library of his own."""
    packed = gzip.compress(b"".join(line.encode() + b"\n" for line in VECTORS["lines"]))
    bundle = read_bundle([packed], VECTORS["network"], VECTORS["fingerprint"])
    (entry,) = [read_line(line, VECTORS["network"]) for line in bundle.entries]
    assert signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body)
    key = SigningKey(from_base64url(VECTORS["log_key"]["seed"], 32))
    opened = key.open_sealed(bundle.sealed[0].box)
    assert opened is not None
    assert opened.decode() == VECTORS["opened"]
    (shown,) = bundle.shown
    told = decode_feed_line(shown.line)
    assert (told.index, told.feed_sequence) == (VECTORS["index"], VECTORS["feed_sequence"])
    line = read_line(told.line, VECTORS["network"])
    leaf = encode_leaf(line.signature, line.body, line.village, told.feed_sequence, told.received_at)
    checkpoint = open_note(bundle.note.encode(), VECTORS["origin"], key.public)
    assert is_included(leaf_hash(leaf), told.index, checkpoint.size, shown.path, checkpoint.root)
