"""Erasures that count are done: in the transaction in which they count, and again after every start.

* `personal_data_erased` is a control event: it counts at the index where its approvals are complete. What it names is
  deleted then, and not before.
* The list of what counted erasures name is derived from the log. A database that was restored, or parts that somebody
  put back, lose again what was erased when the projector begins; that an erasure came back by the villages is no
  different from its first coming.
* It names entries of its own village only: another village's parts are none of its business.
"""

from collections.abc import Iterable
from typing import Final

import structlog

from sajja_schemas.books import Books
from sajja_schemas.entry import EntryRef, from_base64url, to_base64url
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.events.member_records import PersonalDataErased
from sajja_server.store import log as store
from sajja_server.store import personal
from sajja_server.store.log import LoggedBody
from sajja_server.store.pool import Connection

_TAG: Final = str(PersonalDataErased.__struct_config__.tag)
_MARK: Final = f'"type":"{_TAG}"'.encode()

logger = structlog.get_logger()


def waiting(books: Books) -> dict[str, EntryRef]:
    """The erasures that wait for their quorum, by hash."""
    return {
        name: EntryRef(device=one.device, sequence=one.sequence, hash=name)
        for name, one in books.trust.awaiting.items()
        if one.type == _TAG
    }


def among(entries: Iterable[LoggedBody]) -> dict[str, EntryRef]:
    """The erasures among entries that are about to be folded, by hash."""
    found = {}
    for entry in entries:
        if _MARK in entry.body:
            body = read_body(entry.body)
            if isinstance(body, Body) and tag_of(body.event) == _TAG:
                name = to_base64url(entry.hash)
                found[name] = EntryRef(device=body.device, sequence=body.sequence, hash=name)
    return found


async def apply_counted(connection: Connection, books: Books, erasures: dict[str, EntryRef], *, at_once: bool) -> None:
    """Write down those of the erasures that count by now, and do them if asked, in the caller's transaction."""
    counted = [ref for name, ref in erasures.items() if name not in books.quarantined]
    if not counted:
        return
    network = books.trust.network
    refs = [(from_base64url(ref.device, 32), ref.sequence, from_base64url(ref.hash, 32)) for ref in counted]
    bodies = await store.bodies_of(connection, network, refs, before=books.index)
    await personal.note_erased(connection, network, [place for data in bodies for place in _places(data)])
    if not at_once:
        return
    deleted = await personal.erase_again(connection, network)
    logger.info("personal_erased", network=network, erasures=len(counted), parts=deleted)


async def apply_again(connection: Connection, network: str) -> None:
    """Do every counted erasure again, in the caller's transaction."""
    deleted = await personal.erase_again(connection, network)
    if deleted:
        logger.warning("personal_erased_again", network=network, parts=deleted)


def _places(data: bytes) -> list[personal.Place]:
    body = read_body(data)
    assert isinstance(body, Body), "it counts"
    assert isinstance(body.event, PersonalDataErased), "it was one when it came"
    return [
        personal.Place(body.village, from_base64url(ref.device, 32), ref.sequence, from_base64url(ref.hash, 32))
        for ref in body.event.entries
    ]
