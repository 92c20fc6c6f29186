"""Push and pull: NDJSON in, verdicts out; a village's feed in pages.

A push is answered 200 with a verdict per line. Only what is wrong with the request itself is a problem.
"""

import time

import msgspec
from aiohttp import web

from sajja_schemas import limits
from sajja_schemas.entry import OFFICE, encode_line, from_base64url, is_village, to_base64url
from sajja_schemas.wire import EPOCH_HEADER, MEDIA_NDJSON, NEXT_HEADER, Feeds, encode_feed_line
from sajja_server.api import problems
from sajja_server.api.context import POOL, QUOTA, json_response, network_of, note_contact, session_of
from sajja_server.api.edge import LINE
from sajja_server.api.reading import body_of, integer_of
from sajja_server.clock import now_ms
from sajja_server.projections.memory import is_revoked
from sajja_server.store import feeds as feeds_store
from sajja_server.store import log as store


async def push(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/entries`: NDJSON, at most 500 entries and 1 MiB, gzip or plain."""
    network = network_of(request)
    now = now_ms()
    session = await session_of(request, now)
    if request.content_type != MEDIA_NDJSON:
        raise problems.MediaTypeUnknown(expected=MEDIA_NDJSON)
    lines = [line for line in (await body_of(request)).split(b"\n") if line]
    if len(lines) > limits.PUSH_ENTRIES_MAX:
        raise problems.BatchTooLarge(entries_max=limits.PUSH_ENTRIES_MAX)
    await _within_quota(request, network.name, session.device, len(lines))
    reply = await network.merger.push(lines, session.device)
    newest = network.publisher.newest
    if newest is not None:
        reply = msgspec.structs.replace(reply, checkpoint=newest.note.decode())
    await note_contact(request, session, now)
    counts: dict[str, int] = {}
    for verdict in reply.verdicts:
        counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
    request[LINE].update(network=network.name, entries=len(lines), size=reply.size, **counts)
    return json_response(reply)


async def _within_quota(request: web.Request, network: str, device: bytes, count: int) -> None:
    """Let a device go on later where it brings more than people record."""
    quota, now = request.app[QUOTA], time.monotonic()
    brought = quota.brought((network, device), now)
    is_stopped = brought + count > limits.DEVICE_ENTRIES_PER_DAY
    if not is_stopped and brought + count > limits.REVOKED_ENTRIES_PER_DAY:  # seldom: then it is worth a question
        async with request.app[POOL].acquire() as connection:
            is_stopped = await is_revoked(connection, network, device)
    if is_stopped:
        raise problems.TooManyEntries
    quota.take((network, device), count, now)


async def feed(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/feeds/{village}?epoch=&after=&hash=&limit=`: the next page of a feed.

    `hash` is that of the entry at `after`: where it no longer matches, the feed has diverged from what was pulled. So
    has one that was pulled in an earlier epoch, before a restore: its indexes may be of another history.
    """
    network = network_of(request)
    now = now_ms()
    session = await session_of(request, now)
    village = request.match_info["village"]
    if not is_village(village):
        raise problems.RequestMalformed(village="not a village's code")
    # The office reads the whole log (`log/entries`), so no feed is kept from it: it approves what waits in any village.
    if session.village != OFFICE and village not in {session.village, OFFICE}:
        raise problems.NotYourVillage
    after = integer_of(request, "after", maximum=limits.SEQUENCE_MAX, default=0) or 0
    limit = integer_of(request, "limit", maximum=limits.FEED_PAGE_ENTRIES_MAX, default=limits.FEED_PAGE_ENTRIES_MAX)
    pulled_in = integer_of(request, "epoch", maximum=limits.SEQUENCE_MAX)
    expected = from_base64url(request.query["hash"], 32) if "hash" in request.query else None
    async with request.app[POOL].acquire() as connection:
        if await is_revoked(connection, network.name, session.device):
            raise problems.DeviceRevoked
        # A later epoch than ours is no proof: books that are being rebuilt come to theirs in time.
        epoch = await feeds_store.epoch(connection, network.name)
        told = {} if epoch is None else {"epoch": epoch}
        if after and pulled_in is not None and epoch is not None and pulled_in < epoch:
            raise problems.FeedDiverged(**told)
        is_known = not after or expected is None
        if not is_known and await store.feed_hash(connection, network.name, village, after) != expected:
            raise problems.FeedDiverged(**told)
        entries = await store.read_feed(connection, network.name, village, after, max(limit or 1, 1) + 1)
    await note_contact(request, session, now)
    page, has_more = page_of(entries, max(limit or 1, 1))
    headers = {NEXT_HEADER: "true" if has_more else "false", "Cache-Control": "private, no-cache"}
    if epoch is not None:
        headers[EPOCH_HEADER] = str(epoch)
    if page:
        headers["ETag"] = f'"{page[0].feed_sequence}-{to_base64url(page[-1].hash)}"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
    request[LINE].update(network=network.name, entries=len(page))
    return lines_response(request, page, headers)


async def feeds(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/feeds`: how long the asking device's feeds are. A poll costs this one read."""
    network = network_of(request)
    now = now_ms()
    session = await session_of(request, now)
    async with request.app[POOL].acquire() as connection:
        found = await feeds_store.heads(connection, network.name, session.device, [session.village, OFFICE])
    if found.is_revoked:
        raise problems.DeviceRevoked
    await note_contact(request, session, now)
    return json_response(Feeds(feeds=found.sizes, epoch=found.epoch))


def lines_response(request: web.Request, page: list[store.StoredEntry], headers: dict[str, str]) -> web.Response:
    """Entries as the lines of a feed, compressed where that is taken."""
    body = b"".join(
        encode_feed_line(
            entry.index, entry.feed_sequence, entry.received_at, encode_line(entry.key, entry.signature, entry.body)
        )
        + b"\n"
        for entry in page
    )
    response = web.Response(body=body, content_type=MEDIA_NDJSON, headers=headers)
    response.enable_compression(web.ContentCoding.gzip if _takes_gzip(request) else web.ContentCoding.identity)
    return response


def page_of(entries: list[store.StoredEntry], limit: int) -> tuple[list[store.StoredEntry], bool]:
    """As many entries as fit a page, at least one if there is one; and whether there are more."""
    size = 0
    for at, entry in enumerate(entries[:limit]):
        size += len(entry.body)
        if at and size > limits.FEED_PAGE_BYTES_MAX:
            return entries[:at], True
    return entries[:limit], len(entries) > limit


def _takes_gzip(request: web.Request) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")
