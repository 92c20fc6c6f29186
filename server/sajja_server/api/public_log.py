"""The network log in public: checkpoint, tiles, consistency, receipts; and its entries, for the office.

* `…/log/<epoch>/` is a C2SP tlog-tiles log: `checkpoint`, `tile/<level>/…`, `tile/entries/…`. What is under it never
  changes but the checkpoint. The same files lie in a folder, for any other web server.
* `…/log/checkpoint` and `…/log/tile/…` are those of the epoch that is in force; they are not kept for long.
* Leaves hide what was recorded, so all of this is anybody's. Entries are not: they are for devices of the office.
* A device needs no tile to see that the log it saw before is the beginning of this one: `consistency` answers with a
  few hashes, for bad links. It is verified all the same, so nobody has to believe whoever computed it.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Final

from aiohttp import web

from sajja_schemas import limits, merkle
from sajja_schemas.entry import OFFICE, from_base64url, to_base64url
from sajja_schemas.leaf import encode_leaf
from sajja_schemas.proof import MEDIA_PROOF, encode_proof
from sajja_schemas.tiles import TileUnreadable, read_path
from sajja_schemas.wire import Consistency
from sajja_server.api import problems
from sajja_server.api.context import NETWORKS, POOL, json_response, network_of, note_contact, session_of
from sajja_server.api.edge import LINE
from sajja_server.api.entries import lines_response, page_of
from sajja_server.api.reading import integer_of
from sajja_server.clock import now_ms
from sajja_server.networks import Network
from sajja_server.projections.memory import is_revoked
from sajja_server.store import checkpoints
from sajja_server.store import log as store
from sajja_server.store.checkpoints import Published
from sajja_server.tile_files import TileFiles

_EPOCH: Final = re.compile(r"[1-9][0-9]{0,8}")
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_A_MOMENT: Final = "public, max-age=2"


async def checkpoint(request: web.Request) -> web.Response:
    """`GET …/log/checkpoint` and `GET …/log/{epoch}/checkpoint`: the newest, as it was signed."""
    found = await _newest(request, network_of(request))
    if "epoch" in request.match_info and found.epoch != _epoch_of(request):
        raise problems.NotFound  # of an epoch that has ended, the files have it
    tag = f'"{found.epoch}-{found.size}"'
    headers = {"Cache-Control": _A_MOMENT, "ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=found.note, content_type="text/plain", charset="utf-8", headers=headers)


async def tile(request: web.Request) -> web.Response:
    """`GET …/log/{epoch}/tile/…`: a tile or a bundle."""
    network = network_of(request)
    is_named = "epoch" in request.match_info
    epoch = _epoch_of(request) if is_named else (await _newest(request, network)).epoch
    path = request.match_info["path"]
    try:
        wanted = read_path(path)
        data = await asyncio.to_thread(_files(request, network, epoch).read, wanted)
    except TileUnreadable:
        raise problems.NotFound from None
    tag = f'"{epoch}-{path}"'
    headers = {"Cache-Control": _FOR_EVER if is_named else _A_MOMENT, "ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=data, content_type="application/octet-stream", headers=headers)


async def consistency(request: web.Request) -> web.Response:
    """`GET …/log/consistency?from=&from=`: the newest checkpoint, and that those sizes are beginnings of it.

    A size beyond the checkpoint has no path: whoever knows it knows more than was published since.
    """
    network = network_of(request)
    sizes = [_size_of(text) for text in request.query.getall("from", [])]
    if len(sizes) > limits.CONSISTENCY_SIZES_MAX:
        raise problems.RequestMalformed(query="from", maximum=limits.CONSISTENCY_SIZES_MAX)
    found = await _newest(request, network)
    files = _files(request, network, found.epoch)
    try:
        paths = await asyncio.to_thread(_paths, files, found.size, sizes)
    except TileUnreadable:
        raise problems.NotPublished from None
    return json_response(Consistency(checkpoint=found.note.decode(), paths=paths))


async def receipt(request: web.Request) -> web.Response:
    """`GET …/receipts/{hash}?device=&sequence=`: a proof that an entry is in the log (C2SP tlog-proof).

    An entry is found by its whole name, as bodies name it.
    """
    network = network_of(request)
    entry_hash = from_base64url(request.match_info["hash"], 32)
    device = from_base64url(request.query.get("device", ""), 32)
    sequence = integer_of(request, "sequence", maximum=limits.SEQUENCE_MAX)
    async with request.app[POOL].acquire() as connection:
        (index,) = await store.indexes_of(connection, network.name, [(device, sequence or 0, entry_hash)])
        if index is None:
            raise problems.NotFound
        (entry,) = await store.read_leaves(connection, network.name, index, 1)
    found = await _newest(request, network)
    if index >= found.size:
        raise problems.NotPublished
    reader = _files(request, network, found.epoch).reader(found.size)
    try:
        path = await asyncio.to_thread(merkle.inclusion_path, index, found.size, reader.range_hash)
    except TileUnreadable:
        raise problems.NotPublished from None
    leaf = encode_leaf(entry.signature, entry.body, entry.village, entry.feed_sequence, entry.received_at)
    return web.Response(
        body=encode_proof(index, path, found.note, leaf),
        content_type=MEDIA_PROOF,
        charset="utf-8",
        headers={"Cache-Control": "no-store"},
    )


async def log_entries(request: web.Request) -> web.Response:
    """`GET …/log/entries?from=&to=`: the network log by index, from one up to and not including another."""
    network = network_of(request)
    now = now_ms()
    session = await session_of(request, now)
    if session.village != OFFICE:
        raise problems.NotYourVillage
    first = integer_of(request, "from", maximum=limits.SEQUENCE_MAX, default=0) or 0
    end = integer_of(request, "to", maximum=limits.SEQUENCE_MAX, default=limits.SEQUENCE_MAX) or 0
    limit = max(0, min(end - first, limits.FEED_PAGE_ENTRIES_MAX))
    async with request.app[POOL].acquire() as connection:
        if await is_revoked(connection, network.name, session.device):
            raise problems.DeviceRevoked
        entries = await store.read_log(connection, network.name, first, limit + 1)
    await note_contact(request, session, now)
    page, has_more = page_of(entries, limit) if limit else ([], False)
    has_more = has_more and page[-1].index + 1 < end
    request[LINE].update(network=network.name, entries=len(page))
    headers = {"Sajja-Next": "true" if has_more else "false", "Cache-Control": "private, no-cache"}
    return lines_response(request, page, headers)


async def _newest(request: web.Request, network: Network) -> Published:
    """The newest checkpoint, as the database has it: another process may have published it.

    Raises:
        NotPublished: there is none.
    """
    async with request.app[POOL].acquire() as connection:
        found = await checkpoints.newest(connection, network.name)
    if found is None:
        raise problems.NotPublished
    return found


def _files(request: web.Request, network: Network, epoch: int) -> TileFiles:
    files = request.app[NETWORKS].press.files(network.name, epoch)
    if files is None:
        raise problems.NotPublished
    return files


def _paths(files: TileFiles, size: int, sizes: list[int]) -> list[list[str]]:
    range_hash = files.reader(size).range_hash
    return [
        [to_base64url(one) for one in merkle.consistency_path(old, size, range_hash)] if old <= size else []
        for old in sizes
    ]


def _epoch_of(request: web.Request) -> int:
    text = request.match_info["epoch"]
    if _EPOCH.fullmatch(text) is None:
        raise problems.NotFound
    return int(text)


def _size_of(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):  # noqa: PLR2004  # 2^53
        raise problems.RequestMalformed(query="from")
    return int(text)
