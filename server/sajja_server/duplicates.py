"""One person in several places, as findings: what no fold of the log can know, read whenever somebody asks.

* The hashes stand beside personal parts, and nothing that is read here is stored: after an erasure, a merged record or
  a number that was put right, the next question finds nothing. There is no second place to forget.
* A finding names villages, members and entries. No hash, and nothing else of a part, is in it.
* Officers resolve it by its name, as any other. When a place or the entry of a place changes, it stands again.
* Whoever has left or was merged is there no more; an applicant is there before being admitted.
"""

import asyncio
from typing import Final

import msgspec

from sajja_schemas.entry import to_base64url
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.findings import Finding, Place
from sajja_schemas.personal_data import identity_of
from sajja_schemas.registers import Registers, members, resolutions
from sajja_schemas.rules.beside import DUPLICATE_PERSON, person_in_several
from sajja_server.person_hash import PersonHasher
from sajja_server.projections import registers
from sajja_server.store import personal, persons
from sajja_server.store.persons import Told, Unhashed
from sajja_server.store.pool import Connection, Pool

REHASHED_AT_ONCE: Final = 500


class Duplicates(msgspec.Struct, frozen=True):
    """What was found, and how many parts could not be compared."""

    findings: list[Finding]
    unread: int


async def find(pool: Pool, network: str, hasher: PersonHasher) -> Duplicates:
    """The persons who stand in several places of a network, as far as no officers have settled that.

    Raises:
        STORE_ERRORS: the database failed.
    """
    key_id = hasher.key_id(network)
    async with pool.acquire() as connection:
        unread = await _rehash(connection, network, hasher)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            told = await persons.repeated(connection, network, key_id)
            if not told:
                return Duplicates([], unread)
            villages = sorted({one.village for one in told})
            known = await registers.load(connection, network, [members.REGISTER], villages)
            found = [person_in_several(places) for places in _still_there(told, known)]
            names = [DUPLICATE_PERSON.code, *(one.name for one in found)]
            settled = await registers.load(connection, network, [resolutions.REGISTER], names)
    standing = [one for one in found if not resolutions.is_settled(settled, one.code, one.name, one.entries)]
    return Duplicates(standing, unread)


def person_hash_of(hasher: PersonHasher, network: str, body: Body | None, data: bytes) -> bytes | None:
    """The keyed hash that stands beside a part; None where it tells no number."""
    identity = identity_of(tag_of(body.event), data) if body is not None else None
    return hasher.hash(network, *identity) if identity is not None else None


async def _rehash(connection: Connection, network: str, hasher: PersonHasher) -> int:
    """Hash anew what another secret hashed; gives how many parts this version cannot read."""
    key_id = hasher.key_id(network)
    unread = 0
    while not unread and (stale := await persons.unhashed(connection, network, key_id, REHASHED_AT_ONCE)):
        made = await asyncio.to_thread(_hash_all, hasher, network, stale)
        async with connection.transaction():
            await personal.save_hashes(connection, network, made, key_id)
        unread = len(stale) - len(made)  # it stays as it is, and is told
    return unread


def _hash_all(hasher: PersonHasher, network: str, stale: list[Unhashed]) -> dict[bytes, bytes]:
    hashes = {}
    for one in stale:
        body = read_body(one.body)
        hash_ = person_hash_of(hasher, network, body if isinstance(body, Body) else None, one.data)
        if hash_ is not None:
            hashes[one.commitment] = hash_
    return hashes


def _still_there(told: list[Told], known: Registers) -> list[dict[tuple[str, str], Place]]:
    places: dict[bytes, dict[tuple[str, str], Place]] = {}
    for one in told:
        found = members.member_of(known, one.village, one.member)
        if found is None or found.in_bank > 0 or found.in_welfare > 0:
            entry = (to_base64url(one.device), one.sequence)
            places.setdefault(one.hash, {})[one.village, one.member] = entry
    return [one for one in places.values() if len(one) > 1]
