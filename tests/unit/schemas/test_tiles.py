"""Tiles: their places, their bytes, proofs read from them, and another program's reading of all of it."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales import tlog as other
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import PlainEd25519Signer, Vkey

from sajja_schemas import checkpoint as notes
from sajja_schemas import merkle, tiles
from sajja_schemas.checkpoint import Checkpoint
from sajja_schemas.tiles import ENTRIES, Tile, TileReader, TileUnreadable, TileWriter
from support.world import key_of

ORIGIN = "sajja.test/testnet/1"
sizes = st.integers(min_value=0, max_value=1200)


def leaves(count: int) -> list[bytes]:
    return [b"leaf %d" % at for at in range(count)]


def grown(*steps: int) -> tuple[TileWriter, dict[Tile, bytes]]:
    """A log grown in steps, with every tile that was written at the end of one."""
    writer = TileWriter()
    written: dict[Tile, bytes] = {}
    everything = leaves(sum(steps))
    for step in steps:
        written.update(writer.extend(everything[writer.size : writer.size + step]))
        written.update(writer.ends())
    return writer, written


def reader(size: int, written: dict[Tile, bytes]) -> TileReader:
    return TileReader(size, written.__getitem__)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 5, 1), "tile/0/005.p/1"),
        (Tile(1, 1234067), "tile/1/x001/x234/067"),
        (Tile(63, 999), "tile/63/999"),
        (Tile(ENTRIES, 1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_a_tile_has_one_place(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.read_path(path) == tile
    assert tile.is_partial is (".p/" in path)
    assert not tile.whole.is_partial


@pytest.mark.parametrize(
    "path",
    [
        "", "tile/0", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/100/000", "tile/-1/000",
        "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000/", "/tile/0/000", "tile/0/../../key", "tile/entries/000.p/999",
        "tile/data/000", "tile/0/000\n", "tile/0/" + "x001/" * 7 + "000", "tile/0/٠٠١",
    ],
)  # fmt: skip
def test_no_other_spelling_is_a_place(path: str) -> None:
    with pytest.raises(TileUnreadable):
        tiles.read_path(path)


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    found = list(tiles.tiles_of(70_000))
    by_level = {level: [tile.width for tile in found if tile.level == level] for level in (ENTRIES, 0, 1, 2, 3)}
    assert by_level == {
        ENTRIES: [256] * 273 + [112],
        0: [256] * 273 + [112],
        1: [256, 17],
        2: [1],
        3: [],
    }
    assert [tile for tile in tiles.tiles_of(256) if tile.level != ENTRIES] == [Tile(0, 0), Tile(1, 0, 1)]


@given(sizes, sizes)
def test_a_log_that_grows_has_the_tiles_that_it_should_and_changes_none(first: int, more: int) -> None:
    writer, written = grown(first, more)
    assert set(tiles.tiles_of(first + more)) <= set(written)
    assert set(tiles.tiles_of(first + more, since=first)) == set(tiles.tiles_of(first + more)) - set(
        tiles.tiles_of(first)
    )
    _again, at_once = grown(first + more)
    assert {tile: written[tile] for tile in at_once} == at_once
    assert writer.root() == merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves(first + more)])


@given(st.integers(min_value=1, max_value=1200), st.data())
def test_every_proof_can_be_read_from_tiles(size: int, data: st.DataObject) -> None:
    _writer, written = grown(size)
    read = reader(size, written)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    old = data.draw(st.integers(min_value=0, max_value=size))
    path = merkle.inclusion_path(index, size, read.range_hash)
    assert read.leaf(index) == merkle.leaf_hash(b"leaf %d" % index)
    assert merkle.is_included(read.leaf(index), index, size, path, read.root())
    shown = merkle.consistency_path(old, size, read.range_hash)
    assert merkle.is_consistent(old, read.range_hash(0, old), size, read.root(), shown)


def test_a_tree_of_three_levels_is_read_and_proven() -> None:
    size = 256 * 256 + 300
    _writer, written = grown(size)
    read = reader(size, written)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        path = merkle.inclusion_path(index, size, read.range_hash)
        assert merkle.is_included(read.leaf(index), index, size, path, read.root())


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_bundle_comes_back(bundle: list[bytes]) -> None:
    assert tiles.read_bundle(tiles.encode_bundle(bundle), len(bundle)) == bundle


def test_what_is_cut_or_too_long_is_no_tile() -> None:
    data = tiles.encode_bundle([b"one", b"two"])
    for broken, width in ((data[:-1], 2), (data, 1), (data, 3), (data + b"\0", 2)):
        with pytest.raises(TileUnreadable):
            tiles.read_bundle(broken, width)
    for broken in (bytes(31), bytes(64)):
        with pytest.raises(TileUnreadable):
            tiles.read_tile(broken, 1)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 1000, 70_000])
def test_another_program_reads_our_tiles_and_comes_to_the_same(size: int, tmp_path: Path) -> None:
    """tlog-scales, by other people, from the same specifications."""
    writer, written = grown(size)
    for tile, data in written.items():
        path = tmp_path / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    key = key_of("log")
    note = notes.sign_checkpoint(Checkpoint(ORIGIN, size, writer.root()), key)
    (tmp_path / "checkpoint").write_bytes(note)
    theirs = TilesReader(LocalBackend(tmp_path))
    read = theirs.get_checkpoint()
    read.verify(Vkey.from_string(notes.verifier_key(ORIGIN, key.public)))
    assert (read.origin, read.size, read.root_hash) == (ORIGIN, size, writer.root())
    assert theirs.calculate_root_hash() == writer.root()
    ours = reader(size, written)
    for index in {0, size // 2, size - 1}:
        proof = theirs.get_inclusion_proof(index, size)
        assert proof.node_hashes == merkle.inclusion_path(index, size, ours.range_hash)
        proof.check(ours.leaf(index), writer.root())
        assert theirs.get_entry(index) == b"leaf %d" % index
    for old in {1, size // 2 or 1, size}:
        shown = theirs.get_consistency_proof(old, size)
        assert shown.node_hashes == merkle.consistency_path(old, size, ours.range_hash)
        shown.check(ours.range_hash(0, old), writer.root())


def test_we_read_what_another_program_signs() -> None:
    key = key_of("log")
    signer = PlainEd25519Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(key.secret_seed()))
    theirs = other.Checkpoint.make_signed(ORIGIN, 812, merkle.EMPTY_ROOT, [signer]).serialize().encode()
    ours = Checkpoint(ORIGIN, 812, merkle.EMPTY_ROOT)
    assert notes.open_note(theirs, ORIGIN, key.public) == ours
    assert notes.sign_checkpoint(ours, key) == theirs
    assert str(Vkey.from_string(notes.verifier_key(ORIGIN, key.public))) == str(signer.vkey)
