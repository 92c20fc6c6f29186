"""At the end of each sync: is the network log still the one that this device has seen, and are its entries in it?

* One call asks for the newest checkpoint, with what shows that the last verified one, and those that other devices have
  acknowledged, are beginnings of it. A smaller size is an old answer: ask again another time.
* Then the own entries that were merged are looked for in the tree. What is found by its hash, under the root that was
  just verified, is *proven*: nobody has to be believed for it any more.
* What fails is kept as an alarm (`sajja_client.witness`). The sync itself has done its work by then.
"""

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgspec

from sajja_client import witness
from sajja_client.home import Pin
from sajja_client.problems import AnswerUnreadable, Unreachable
from sajja_client.store import transaction
from sajja_client.sync.server import Server, ServerProblem
from sajja_client.witness import Heard
from sajja_schemas.checkpoint import Checkpoint, NoteInvalid, epoch_of, open_note, read_note
from sajja_schemas.entry import Unreadable, from_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.merkle import inclusion_path, is_consistent, is_included, leaf_hash
from sajja_schemas.standing import PublicLog
from sajja_schemas.tiles import WIDTH, Tile, TileReader, TileUnreadable

# A slow link proves the newest entries first, and the others as syncs come by.
_LEAF_TILES_AT_ONCE: Final = 4
_NOT_FOUND: Final = 404


class Witnessed(msgspec.Struct, frozen=True):
    """What came of looking at the log.

    `state`: `verified`; `stale`, an older answer; `unsigned`, not by the log's key; `alarm`; `none`, nothing is public.
    """

    state: str
    size: int = 0
    proven: int = 0


class _Own(msgspec.Struct, frozen=True):
    sequence: int
    signature: bytes
    body: bytes
    village: str
    feed_sequence: int
    received_at: int
    index: int


class _Missing(Exception):
    """A tile that was not fetched yet."""

    def __init__(self, tile: Tile) -> None:
        super().__init__(tile.path)
        self.tile = tile


async def look(connection: sqlite3.Connection, pin: Pin, server: Server) -> Witnessed:
    """Verify the log, and prove what is ours in it. It raises nothing that a sync should fail for."""
    log = witness.public_log(connection, pin)
    if log is None:
        return Witnessed("none")
    try:
        return await _Look(connection, server, log).run()
    except ServerProblem as problem:
        if problem.problem.status != _NOT_FOUND:
            raise
        return Witnessed("none")  # it publishes nothing, or not yet
    except (Unreachable, AnswerUnreadable, Unreadable, TileUnreadable):
        return Witnessed("stale")


class _Look:
    def __init__(self, connection: sqlite3.Connection, server: Server, log: PublicLog) -> None:
        self.connection = connection
        self.server = server
        self.log = log
        self.last = witness.verified(connection)

    async def run(self) -> Witnessed:
        last = self.last if self.last is not None and self.last.origin == self.log.origin else None
        heard = witness.to_compare(self.connection, self.log.origin, last)
        sizes = [*([last.size] if last is not None else []), *(one.checkpoint.size for one in heard)]
        told = await self.server.consistency(sizes)
        note = told.checkpoint.encode()
        try:
            checkpoint = open_note(note, self.log.origin, from_base64url(self.log.key, 32))
        except NoteInvalid:
            return Witnessed("stale" if self._is_of_before(note) else "unsigned")
        paths = [[from_base64url(one, 32) for one in path] for path in told.paths]
        if len(paths) != len(sizes):
            raise Unreadable("not a path for each size")
        own_path = paths.pop(0) if last is not None else []
        code = witness.why_not(self.last, checkpoint, own_path, self.log)
        if code is not None:
            ours = witness.verified_note(self.connection) or b""
            witness.raise_alarm(self.connection, code, kept=ours, shown=note)
            return Witnessed("alarm", checkpoint.size)
        for one, path in zip(heard, paths, strict=True):
            self._compare(one, checkpoint, path, note)
        if last is not None and checkpoint.size < last.size:
            return Witnessed("stale", last.size)
        witness.keep(self.connection, checkpoint, note)
        return Witnessed("verified", checkpoint.size, await self._prove(checkpoint, note))

    def _is_of_before(self, note: bytes) -> bool:
        """Whether the server still shows the log of an origin that the office has ended."""
        try:
            origin = read_note(note).origin
        except NoteInvalid:
            return False
        return any(one.origin == origin for one in self.log.continued)

    def _compare(self, heard: Heard, checkpoint: Checkpoint, path: list[bytes], note: bytes) -> None:
        theirs = heard.checkpoint
        if theirs.size > checkpoint.size:
            return  # it has seen more than we were told: next time
        if not is_consistent(theirs.size, theirs.root, checkpoint.size, checkpoint.root, path):
            said = witness.as_proof(device=heard.device, origin=theirs.origin, size=theirs.size, root=theirs.root)
            witness.raise_alarm(self.connection, witness.HEARD_ANOTHER, kept=said, shown=note)
        witness.compared(self.connection, heard)

    async def _prove(self, checkpoint: Checkpoint, note: bytes) -> int:
        """Look for the own entries that a feed has shown and no proof is kept of; gives how many were found."""
        entries = list(_unproven(self.connection, checkpoint))
        if not entries:
            return 0
        reader = await self._read(checkpoint, [entry.index for entry in entries])
        proven = []
        for entry in entries:
            leaf = leaf_hash(
                encode_leaf(entry.signature, entry.body, entry.village, entry.feed_sequence, entry.received_at)
            )
            path = inclusion_path(entry.index, checkpoint.size, reader.range_hash)
            if is_included(leaf, entry.index, checkpoint.size, path, checkpoint.root):
                proven.append((entry.sequence, checkpoint.origin, entry.index, checkpoint.size))
            elif reader.root() == checkpoint.root:  # the tiles are the tree, and the entry is not in it
                said = witness.as_proof(sequence=entry.sequence, index=entry.index, leaf=leaf)
                witness.raise_alarm(self.connection, witness.NOT_INCLUDED, kept=said, shown=note)
        with transaction(self.connection):
            self.connection.executemany(
                "INSERT INTO proven (sequence, origin, network_index, size) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (sequence) DO UPDATE SET origin = excluded.origin,"
                " network_index = excluded.network_index, size = excluded.size",
                proven,
            )
        return len(proven)

    async def _read(self, checkpoint: Checkpoint, indexes: list[int]) -> TileReader:
        """The tree with every tile that the paths of these leaves need."""
        fetched: dict[Tile, bytes] = {}

        def fetch(tile: Tile) -> bytes:
            if tile not in fetched:
                raise _Missing(tile)
            return fetched[tile]

        reader = TileReader(checkpoint.size, fetch)
        await self._fetch(checkpoint, fetched, reader.root)
        for index in indexes:
            await self._fetch(checkpoint, fetched, partial(inclusion_path, index, checkpoint.size, reader.range_hash))
        return reader

    async def _fetch(self, checkpoint: Checkpoint, fetched: dict[Tile, bytes], work: Callable[[], object]) -> None:
        """Fetch what a piece of work misses, until it misses nothing."""
        while True:
            try:
                work()
            except _Missing as missing:
                fetched[missing.tile] = await self.server.tile(epoch_of(checkpoint.origin), missing.tile)
            else:
                return


def _unproven(connection: sqlite3.Connection, checkpoint: Checkpoint) -> Iterator[_Own]:
    rows = connection.execute(
        "SELECT own.sequence, own.signature, own.body, shown.village, shown.feed_sequence, shown.received_at,"
        " shown.network_index FROM log AS own"
        " CROSS JOIN feed_line AS shown ON shown.hash = own.hash"  # in this order: what is proven costs one look
        " CROSS JOIN feed ON feed.village = shown.village AND feed.folded = shown.epoch"
        " WHERE own.sequence NOT IN (SELECT sequence FROM proven WHERE origin = ?) AND shown.network_index < ?"
        " ORDER BY own.sequence DESC",
        (checkpoint.origin, checkpoint.size),
    )
    tiles: set[int] = set()
    for row in rows:
        tiles.add(row[-1] // WIDTH)
        if len(tiles) > _LEAF_TILES_AT_ONCE:
            return
        yield _Own(*row)
