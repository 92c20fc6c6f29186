"""The tree: published hashes, the RFC's own definitions written out again, laws, and every way to tamper."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas import merkle
from sajja_schemas.merkle import Frontier, consistency_path, inclusion_path, is_consistent, is_included, leaf_hash

# The eight leaves and the roots over their beginnings that the Certificate Transparency projects publish.
PUBLISHED_LEAVES = [
    bytes.fromhex(data)
    for data in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.integers(min_value=0, max_value=700)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % at) for at in range(count)]


def mth(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, word by word."""
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    return [*path(m, hashes[:k]), mth(hashes[k:])] if m < k else [*path(m - k, hashes[k:]), mth(hashes[:k])]


def proof(m: int, hashes: list[bytes], *, known: bool = True) -> list[bytes]:
    """RFC 6962 section 2.1.2, word by word."""
    if m == len(hashes):
        return [] if known else [mth(hashes)]
    k = split(len(hashes))
    if m <= k:
        return [*proof(m, hashes[:k], known=known), mth(hashes[k:])]
    return [*proof(m - k, hashes[k:], known=False), mth(hashes[:k])]


def split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def ranges(hashes: list[bytes]) -> merkle.RangeHash:
    return lambda start, end: mth(hashes[start:end])


def test_the_published_roots_are_ours() -> None:
    hashes = [leaf_hash(data) for data in PUBLISHED_LEAVES]
    frontier = Frontier()
    for size, expected in enumerate(PUBLISHED_ROOTS):
        assert merkle.root_of(hashes[:size]).hex() == frontier.root().hex() == expected
        frontier.extend(hashes[size : size + 1])


@given(sizes, sizes)
def test_a_frontier_grows_to_the_same_root_in_any_steps(first: int, more: int) -> None:
    hashes = leaves(first + more)
    frontier = Frontier()
    frontier.extend(hashes[:first])
    kept = Frontier(frontier.size, frontier.peaks)
    grown = frontier.copy()
    grown.extend(hashes[first:])
    assert grown.root() == mth(hashes) == merkle.root_of(hashes)
    assert kept.root() == frontier.root() == mth(hashes[:first])


def test_a_frontier_has_one_peak_for_each_bit_of_its_size() -> None:
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, [bytes(32)])


@given(st.integers(min_value=1, max_value=300), st.data())
def test_every_inclusion_path_is_the_rfcs_and_verifies(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    found = inclusion_path(index, size, ranges(hashes))
    assert found == path(index, hashes)
    assert is_included(hashes[index], index, size, found, mth(hashes))


@given(st.integers(min_value=1, max_value=300), st.data())
def test_every_consistency_path_is_the_rfcs_and_verifies(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    old = data.draw(st.integers(min_value=1, max_value=size))
    found = consistency_path(old, size, ranges(hashes))
    assert found == proof(old, hashes)
    assert is_consistent(old, mth(hashes[:old]), size, mth(hashes), found)


@pytest.mark.parametrize("size", range(1, 34))
def test_no_other_leaf_place_size_root_or_path_verifies(size: int) -> None:
    hashes = leaves(size)
    root = mth(hashes)
    for index in range(size):
        found = path(index, hashes)
        assert not is_included(leaf_hash(b"another"), index, size, found, root)
        assert not is_included(hashes[index], index, size, found, leaf_hash(b"another root"))
        assert not is_included(hashes[index], index, size, [*found, bytes(32)], root)
        assert not is_included(hashes[index], size, size, found, root)
        assert not is_included(hashes[index], -1, size, found, root)
        for other in range(size):
            assert is_included(hashes[index], other, size, found, root) is (other == index)
        for at in range(len(found)):
            assert not is_included(hashes[index], index, size, found[:at] + found[at + 1 :], root)
            assert not is_included(hashes[index], index, size, [*found[:at], bytes(32), *found[at + 1 :]], root)


@pytest.mark.parametrize("size", range(1, 34))
def test_no_other_history_is_consistent(size: int) -> None:
    hashes = leaves(size)
    root = mth(hashes)
    for old in range(1, size):
        old_root, found = mth(hashes[:old]), proof(old, hashes)
        rewritten = [leaf_hash(b"rewritten"), *hashes[1:]]
        assert not is_consistent(old, old_root, size, mth(rewritten), proof(old, rewritten))
        assert not is_consistent(old, old_root, size, root, [])
        assert not is_consistent(old, old_root, size, root, [*found, bytes(32)])
        assert not is_consistent(old, leaf_hash(b"another"), size, root, found)
        for at in range(len(found)):
            assert not is_consistent(old, old_root, size, root, found[:at] + found[at + 1 :])
            assert not is_consistent(old, old_root, size, root, [*found[:at], bytes(32), *found[at + 1 :]])


def test_where_nothing_is_to_be_shown_nothing_may_be_sent() -> None:
    hashes = leaves(5)
    root = mth(hashes)
    assert consistency_path(0, 5, ranges(hashes)) == consistency_path(5, 5, ranges(hashes)) == []
    assert is_consistent(0, merkle.EMPTY_ROOT, 5, root, [])
    assert is_consistent(5, root, 5, root, [])
    assert not is_consistent(0, root, 5, root, [])
    assert not is_consistent(0, merkle.EMPTY_ROOT, 5, root, [root])
    assert not is_consistent(5, leaf_hash(b"another"), 5, root, [])
    assert not is_consistent(6, root, 5, root, [root])


def test_a_proof_is_asked_only_of_what_is_there() -> None:
    hashes = leaves(5)
    for index in (-1, 5):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_path(index, 5, ranges(hashes))
    for old in (-1, 6):
        with pytest.raises(ValueError, match="does not begin"):
            consistency_path(old, 5, ranges(hashes))
