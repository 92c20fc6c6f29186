"""A server without a database that publishes its log, honestly or not: every lie is one attribute.

server.rewritten[3] = b"{}"      # another leaf stands where everybody saw one
server.size = 10                 # an older answer
"""

from aiohttp import web

from sajja_schemas import merkle
from sajja_schemas.checkpoint import Checkpoint, sign_checkpoint
from sajja_schemas.entry import to_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.proof import encode_proof
from sajja_schemas.signing import SigningKey
from sajja_schemas.tiles import TileWriter, read_path
from support.server_double import ServerDouble
from support.world import World


class PublishingDouble(ServerDouble):
    """One network's server with its tree."""

    def __init__(self, world: World) -> None:
        super().__init__(world.network, world.fingerprint)
        self.origin = world.origin
        self.key: SigningKey = world.log_key
        self.rewritten: dict[int, bytes] = {}
        self.size: int | None = None  # of the checkpoint; everything where it is not given
        self.note: bytes | None = None  # instead of the true one
        self.spoilt_paths = False
        self.asked: list[list[int]] = []

    def leaves(self) -> list[bytes]:
        """The leaves of the log as this server shows it."""
        places = {entry.hash: at for feed in self.feeds.values() for at, (_index, entry) in enumerate(feed, start=1)}
        leaves = [
            encode_leaf(e.signature, e.body, e.village, places[e.hash], self.received_at[e.hash])
            for e in self.admission.log
        ]
        for index, leaf in self.rewritten.items():
            leaves[index] = leaf
        return leaves[: self.size]

    def checkpoint(self) -> Checkpoint:
        """What it would sign."""
        leaves = self.leaves()
        return Checkpoint(self.origin, len(leaves), merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves]))

    def signed(self) -> bytes:
        """What it shows."""
        return self.note if self.note is not None else sign_checkpoint(self.checkpoint(), self.key)

    def range_hash(self, start: int, end: int) -> bytes:
        """The hash of a range of leaves."""
        return merkle.root_of([merkle.leaf_hash(leaf) for leaf in self.leaves()[start:end]])

    def add_routes(self, app: web.Application, base: str) -> None:
        app.router.add_get(base + "/log/consistency", self._consistency)
        app.router.add_get(base + "/log/{epoch}/{path:tile/.+}", self._tile)
        app.router.add_get(base + "/receipts/{hash}", self._receipt)

    async def _consistency(self, request: web.Request) -> web.Response:
        sizes = [int(text) for text in request.query.getall("from", [])]
        self.asked.append(sizes)
        size = len(self.leaves())
        paths = [merkle.consistency_path(old, size, self.range_hash) if old <= size else [] for old in sizes]
        if self.spoilt_paths:
            paths = [[bytes(32)] for _ in paths]
        return web.json_response(
            {"checkpoint": self.signed().decode(), "paths": [[to_base64url(one) for one in path] for path in paths]}
        )

    async def _tile(self, request: web.Request) -> web.Response:
        writer = TileWriter()
        tiles = dict(writer.extend(self.leaves())) | dict(writer.ends())
        wanted = read_path(request.match_info["path"])
        if wanted not in tiles:
            raise web.HTTPNotFound
        return web.Response(body=tiles[wanted])

    async def _receipt(self, request: web.Request) -> web.Response:
        names = [to_base64url(entry.hash) for entry in self.admission.log]
        index = names.index(request.match_info["hash"])
        leaves = self.leaves()
        path = merkle.inclusion_path(index, len(leaves), self.range_hash)
        return web.Response(body=encode_proof(index, path, self.signed(), leaves[index]))
