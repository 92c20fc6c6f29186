"""The tree in pieces that never change: tiles and entry bundles, as C2SP tlog-tiles lays them out.

* A tile has 256 hashes, 8,192 bytes. At level 0 they are leaf hashes; at each level above, a hash is the root over a
  whole tile of the level below. The last tile of a level may be partial, of 1 to 255 hashes; none is empty.
* `tile/<level>/<index>[.p/<width>]` is its place; the index is in groups of three digits, all but the last with an
  `x` before them: 1234067 is `x001/x234/067`.
* `tile/entries/<index>[.p/<width>]` is the bundle of the leaves under a tile of level 0: each with its length before
  it, as two bytes, the greater first.
* A tile is a fact of the log: two sizes of one log never have different bytes at one place. So tiles are plain files,
  for any web server, any cache and a USB stick.
* Every hash of a proof is a hash of one tile, or is made from hashes of one tile.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from sajja_schemas.merkle import HASH_BYTES, Frontier, join, leaf_hash, node_hash, perfect_ranges, root_of

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
ENTRIES: Final = -1  # the level of bundles
LEVEL_MAX: Final = 63
_INDEX_GROUPS_MAX: Final = 6
_LENGTH_BYTES: Final = 2
LEAF_BYTES_MAX: Final = 2**16 - 1
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<groups>(?:x[0-9]{3}/)*)(?P<last>[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileUnreadable(ValueError):
    """This is no tile's place, or no tile's bytes."""


class Tile(msgspec.Struct, frozen=True, order=True):
    """A place in the tree; `level` is `ENTRIES` for a bundle."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def is_partial(self) -> bool:
        """Whether it is the ragged end of its level."""
        return self.width < WIDTH

    @property
    def whole(self) -> "Tile":
        """The whole tile at the same place."""
        return Tile(self.level, self.index)

    @property
    def path(self) -> str:
        """Where it lies under the log's address."""
        groups = [f"{self.index % 1000:03}"]
        above = self.index // 1000
        while above:
            groups.insert(0, f"x{above % 1000:03}")
            above //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = f".p/{self.width}" if self.is_partial else ""
        return f"tile/{level}/{'/'.join(groups)}{partial}"


def read_path(path: str) -> Tile:
    """The tile at a place.

    Raises:
        TileUnreadable: it is spelt otherwise than `Tile.path` spells it.
    """
    match = _PATH.fullmatch(path)
    if match is None or match["groups"].count("/") >= _INDEX_GROUPS_MAX:
        raise TileUnreadable("not a tile's place")
    digits = match["groups"].replace("x", "").replace("/", "") + match["last"]
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    tile = Tile(level, int(digits), int(match["width"] or WIDTH))
    if tile.path != path or level > LEVEL_MAX:
        raise TileUnreadable("not a tile's place")
    return tile


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The tiles and bundles of a log of `size` that a log of `since` did not have."""
    level = 0
    while True:
        before, there = since >> (HEIGHT * level), size >> (HEIGHT * level)
        if there == before:
            return
        for index in range(before // WIDTH, -(-there // WIDTH)):
            width = min(WIDTH, there - index * WIDTH)
            if level == 0:
                yield Tile(ENTRIES, index, width)
            yield Tile(level, index, width)
        level += 1


def encode_bundle(leaves: Sequence[bytes]) -> bytes:
    """The bytes of a bundle."""
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES) + leaf for leaf in leaves)


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The leaves of a bundle.

    Raises:
        TileUnreadable: there are not so many, or it does not end with the last.
    """
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start])
        leaves.append(data[start:at])
    if at != len(data) or len(leaves) != width:
        raise TileUnreadable(f"not a bundle of {width} leaves")
    return leaves


def read_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile.

    Raises:
        TileUnreadable: there are not so many.
    """
    if len(data) != width * HASH_BYTES:
        raise TileUnreadable(f"not a tile of {width} hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


class TileWriter:
    """Makes the tiles of a log that grows: whole ones as they fill, the ragged ends when they are asked for."""

    def __init__(self) -> None:
        """Of the empty log."""
        self.size = 0
        self._leaves: list[bytes] = []
        self._levels: list[list[bytes]] = [[]]
        self._whole = [0]  # whole tiles behind, by level

    def extend(self, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Append leaves; gives each tile and bundle that they fill. Read it to its end."""
        for start in range(0, len(leaves), WIDTH):
            yield from self._extend(leaves[start : start + WIDTH])

    def ends(self) -> Iterator[tuple[Tile, bytes]]:
        """The partial tiles and the partial bundle as they are now."""
        if self._leaves:
            yield Tile(ENTRIES, self._whole[0], len(self._leaves)), encode_bundle(self._leaves)
        for level, hashes in enumerate(self._levels):
            if hashes:
                yield Tile(level, self._whole[level], len(hashes)), b"".join(hashes)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        peaks: list[bytes] = []
        for hashes in reversed(self._levels):
            peaks += _peaks(hashes)
        return join(peaks)

    def _extend(self, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        self.size += len(leaves)
        self._leaves += leaves
        self._levels[0] += map(leaf_hash, leaves)
        if len(self._leaves) >= WIDTH:
            bundle, self._leaves = self._leaves[:WIDTH], self._leaves[WIDTH:]
            yield Tile(ENTRIES, self._whole[0]), encode_bundle(bundle)
        level = 0
        while len(self._levels[level]) >= WIDTH:
            whole, self._levels[level] = self._levels[level][:WIDTH], self._levels[level][WIDTH:]
            yield Tile(level, self._whole[level]), b"".join(whole)
            self._whole[level] += 1
            if level + 1 == len(self._levels):
                self._levels.append([])
                self._whole.append(0)
            level += 1
            self._levels[level].append(root_of(whole))


class TileReader:
    """A tree of a given size, read from tiles: its root, and the hashes that proofs are made of.

    It gives what the tiles say. Whoever got them from somebody else compares the root with a signed one first.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        """`fetch` gives the bytes of a tile; it is asked once for each."""
        self.size = size
        self._fetch = fetch
        self._heights: dict[Tile, list[list[bytes]]] = {}  # of each tile that was read, the hashes by height

    def root(self) -> bytes:
        """The root.

        Raises:
            TileUnreadable: a tile has not its width.
        """
        return self.range_hash(0, self.size)

    def range_hash(self, start: int, end: int) -> bytes:
        """The hash of the leaves from `start` up to, not including, `end`: a `merkle.RangeHash`.

        Raises:
            TileUnreadable: a tile has not its width.
        """
        return join([self._node(height, place) for height, place in perfect_ranges(start, end)])

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf.

        Raises:
            TileUnreadable: a tile has not its width.
        """
        return self._node(0, index)

    def tile_at(self, level: int, index: int) -> Tile:
        """The tile at a place, as wide as this tree makes it."""
        there = self.size >> (HEIGHT * max(level, 0))
        return Tile(level, index, min(WIDTH, there - index * WIDTH))

    def _node(self, height: int, place: int) -> bytes:
        level, inside = divmod(height, HEIGHT)
        first = place << inside
        tile = self.tile_at(level, first // WIDTH)
        if tile not in self._heights:
            self._heights[tile] = _heights(read_tile(self._fetch(tile), tile.width))
        return self._heights[tile][inside][first % WIDTH >> inside]


def _heights(hashes: list[bytes]) -> list[list[bytes]]:
    """The roots of the perfect subtrees over hashes, by their height."""
    heights = [hashes]
    while len(below := heights[-1]) > 1:
        heights.append([node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)])
    return heights


def _peaks(hashes: Sequence[bytes]) -> list[bytes]:
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier.peaks
