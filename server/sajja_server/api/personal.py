"""Personal parts over HTTP: given by commitment, asked for by commitment, kept by nobody on the way.

* Who asks has opened a session by signing a challenge with the device's key; a session is good for its network, and a
  challenge for one answer, so nothing that was overheard can be said again.
* A device is given the parts of its own village, the office those of all. What is not kept, was erased, or is another
  village's is left out alike: the answer does not tell which.
* The addresses hold commitments, which say nothing without their salt. Nothing of a part is in an address or a log.
"""

from typing import Final

from aiohttp import web

from sajja_schemas import limits, rules
from sajja_schemas.entry import OFFICE, EntryRef, from_base64url, to_base64url
from sajja_schemas.findings import Finding
from sajja_schemas.personal import PersonalPart, encode_part
from sajja_schemas.wire import MEDIA_NDJSON, DuplicatePerson, DuplicatePersons, MemberPlace, PartsReply
from sajja_server import duplicates
from sajja_server.api import problems
from sajja_server.api.context import HASHER, NETWORKS, POOL, json_response, network_of, session_of
from sajja_server.api.edge import LINE
from sajja_server.api.reading import body_of
from sajja_server.clock import now_ms
from sajja_server.networks import Network
from sajja_server.parts import Taker
from sajja_server.projections.memory import is_revoked
from sajja_server.store import personal as store
from sajja_server.store.sessions import DeviceSession

DUPLICATE_PERSON: Final = "duplicate_person"
_NO_STORE: Final = {"Cache-Control": "no-store"}


async def give(request: web.Request) -> web.Response:
    """`POST /v1/networks/{network}/personal`: NDJSON, at most 500 parts, sealed or not, and 1 MiB; an answer each."""
    network = network_of(request)
    now = now_ms()
    session = await session_of(request, now)
    if request.content_type != MEDIA_NDJSON:
        raise problems.MediaTypeUnknown(expected=MEDIA_NDJSON)
    lines = [line for line in (await body_of(request)).split(b"\n") if line]
    if len(lines) > limits.PERSONAL_PARTS_MAX:
        raise problems.BatchTooLarge(parts_max=limits.PERSONAL_PARTS_MAX)
    answers = await _taker(request, network).take(lines, session.village, now)
    counts: dict[str, int] = {}
    for answer in answers:
        counts[answer.verdict] = counts.get(answer.verdict, 0) + 1
    request[LINE].update(network=network.name, parts=len(lines), **counts)
    return json_response(PartsReply(parts=answers))


async def ask(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/personal?commitment=A,B,…`: what is kept of at most 100 parts, as their lines."""
    network = network_of(request)
    session = await _reader(request, network)
    asked = request.query.get("commitment", "").split(",")
    if len(asked) > limits.PERSONAL_ASKED_MAX:
        raise problems.BatchTooLarge(commitments_max=limits.PERSONAL_ASKED_MAX)
    commitments = [from_base64url(commitment, 32) for commitment in asked]
    village = None if session.village == OFFICE else session.village
    async with request.app[POOL].acquire() as connection:
        kept = await store.read(connection, network.name, commitments, village=village)
    request[LINE].update(network=network.name, asked=len(commitments), parts=len(kept))
    body = b"".join(encode_part(_part(one)) + b"\n" for one in kept)
    return web.Response(body=body, content_type=MEDIA_NDJSON, headers=_NO_STORE)


async def duplicate_persons(request: web.Request) -> web.Response:
    """`GET /v1/networks/{network}/personal/duplicates`: persons who stand in several places, by pseudonymous ids."""
    network = network_of(request)
    session = await _reader(request, network)
    if session.village != OFFICE:
        raise problems.OfficeOnly
    found = await duplicates.find(request.app[POOL], network.name, request.app[HASHER])
    request[LINE].update(network=network.name, duplicates=len(found.findings), unread=found.unread)
    told = [_duplicate(one) for one in rules.sorted_by_weight(found.findings)]
    return json_response(DuplicatePersons(duplicates=told, unread=found.unread))


async def _reader(request: web.Request, network: Network) -> DeviceSession:
    """Who reads. A device that was revoked reads nothing more, whatever session it still has."""
    session = await session_of(request, now_ms())
    async with request.app[POOL].acquire() as connection:
        if await is_revoked(connection, network.name, session.device):
            raise problems.DeviceRevoked
    return session


def _taker(request: web.Request, network: Network) -> Taker:
    return Taker(
        request.app[POOL], network.name, network.directory, request.app[HASHER],
        request.app[NETWORKS].press.log_key_of(network.name),
    )  # fmt: skip


def _duplicate(finding: Finding) -> DuplicatePerson:
    words = [str(word) for word in finding.subject]
    members = [
        MemberPlace(village=village, member=member) for village, member in zip(words[::2], words[1::2], strict=True)
    ]
    return DuplicatePerson(code=DUPLICATE_PERSON, members=members, finding=finding.name)


def _part(kept: store.Kept) -> PersonalPart:
    entry = EntryRef(device=to_base64url(kept.device), sequence=kept.sequence, hash=to_base64url(kept.hash))
    return PersonalPart(entry=entry, salt=kept.salt, data=kept.data)
