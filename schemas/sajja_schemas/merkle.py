"""The Merkle tree over the network log: hashes, proofs, and what verifies them.

 * RFC 6962 section 2.1 with SHA-256: the empty tree is SHA-256(""), a leaf SHA-256(0x00 + data), a node
   SHA-256(0x01 + left + right). A tree of n leaves is split at the greatest power of two below n.
 * An inclusion path (section 2.1.1) runs from the leaf's sibling to the root's child; a consistency path (2.1.2) shows
   that a smaller tree is the beginning of a larger one. Both are verified by the steps of RFC 9162 sections 2.1.3.2
   and 2.1.4.2, which need no memory of the tree.
 * Whoever makes a proof asks for the hashes of *ranges* of leaves; where they come from (memory, tiles) is his own
   business.

Pure: everything about bytes, nothing about entries.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, Self

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"

# The hash of the leaves from the first index up to, not including, the second.
RangeHash = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two halves."""
    return sha256(_NODE + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, or over the roots of equally large perfect subtrees."""
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [sha256(_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])  # the ragged right edge moves up as it is
        level = paired
    return level[0]


class Frontier:
    """A tree that only grows, as its right edge: the roots of its perfect subtrees, the largest first.

    That is all that appending needs, and it is small: one hash for each bit that is set in the size.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Of a tree that was grown before, or of the empty one.

        Raises:
            ValueError: so many peaks do not make that size.
        """
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} peaks, not {len(self.peaks)}")

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Append leaves by their hashes."""
        peaks, size = self.peaks, self.size
        for leaf in hashes:
            grown, carried = leaf, size
            while carried & 1:  # two equally large subtrees are one of the next size
                grown = sha256(_NODE + peaks.pop() + grown).digest()
                carried >>= 1
            peaks.append(grown)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return join(self.peaks)

    def copy(self) -> Self:
        """The same tree, to be grown on its own."""
        return type(self)(self.size, self.peaks)


def join(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that become smaller from left to right."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def perfect_ranges(start: int, end: int) -> Iterator[tuple[int, int]]:
    """A range of a tree as perfect subtrees, the largest first: pairs of (height, place among those of its height).

    `start` is a multiple of the smallest power of two that is not below the range's length, as it is in every range
    that a proof asks for.
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def inclusion_path(index: int, size: int, range_hash: RangeHash) -> list[bytes]:
    """The path from a leaf to the root of a tree of `size` (RFC 6962 section 2.1.1).

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end))
            end = middle
        else:
            path.append(range_hash(start, middle))
            start = middle
    path.reverse()
    return path


def consistency_path(old_size: int, size: int, range_hash: RangeHash) -> list[bytes]:
    """What shows that a tree of `old_size` is the beginning of the one of `size` (RFC 6962 section 2.1.2).

    It is empty where there is nothing to show: from the empty tree, and from a size to itself.

    Raises:
        ValueError: it is not the beginning of a smaller tree.
    """
    if not 0 <= old_size <= size:
        raise ValueError(f"a tree of {size} does not begin with {old_size} leaves")
    if old_size in {0, size}:
        return []
    path: list[bytes] = []
    start, end = 0, size
    while old_size < end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(range_hash(middle, end))
            end = middle
        else:
            path.append(range_hash(start, middle))
            start = middle
    if start:  # the old root itself is known to whoever asks; another subtree of the old tree is not
        path.append(range_hash(start, end))
    path.reverse()
    return path


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path shows a leaf's hash at an index of the tree of `size` with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        here >>= 1
        last >>= 1
    return last == 0 and found == root


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the old tree is the beginning of the other (RFC 9162 section 2.1.4.2)."""
    if old_size in {0, size}:
        known = EMPTY_ROOT if old_size == 0 else root
        return not path and old_root == known
    if not 0 < old_size < size or not path:
        return False
    here, last = old_size - 1, size - 1
    while here & 1:
        here >>= 1
        last >>= 1
    # An old tree that is perfect is a node of the new one: its root begins the path, and need not be sent.
    first, *rest = path if old_size & (old_size - 1) else (old_root, *path)
    old_found = found = first
    for sibling in rest:
        if last == 0:
            return False
        if here & 1 or here == last:
            old_found = node_hash(sibling, old_found)
            found = node_hash(sibling, found)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        here >>= 1
        last >>= 1
    return last == 0 and old_found == old_root and found == root


def _split(length: int) -> int:
    """The greatest power of two below a length of two or more."""
    return 1 << ((length - 1).bit_length() - 1)
