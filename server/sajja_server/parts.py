"""The server takes personal parts in: read, find the entry, judge, keep, answer.

* A part is good because its commitment is in an entry's signed body; who brings it only has to be of the unit that
  wrote the entry, of the village concerned, or of the office. So a lost part can be filled by whoever still has it.
* One bad line costs its own answer and nothing else. Whoever is not answered offers the same lines again.
* From a member's own part the keyed hash of the number is made, which stands beside it and nowhere else.
* No answer, no log line and no error repeats anything of a part.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from sajja_schemas.entry import OFFICE, Unreadable, from_base64url
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.personal import PersonalPart, decode_part, named_commitment
from sajja_schemas.personal_data import identity_of, subject_of
from sajja_schemas.registers import Registers, members
from sajja_schemas.verdicts import PartVerdict, RejectedPartCode
from sajja_schemas.wire import PartAnswer
from sajja_server.devices import DeviceDirectory
from sajja_server.person_hash import PersonHasher
from sajja_server.projections import registers
from sajja_server.store import personal, persons
from sajja_server.store.personal import EntryAt, Keeping
from sajja_server.store.pool import Pool

REHASHED_AT_ONCE: Final = 500


class Taker(msgspec.Struct, frozen=True):
    """What taking parts in for one network needs."""

    pool: Pool
    network: str
    directory: DeviceDirectory
    hasher: PersonHasher

    async def take(self, lines: Sequence[bytes], unit: str, received_at: int) -> list[PartAnswer]:
        """Keep the parts of some lines, brought by a device of a unit; an answer for each, in their order.

        Raises:
            STORE_ERRORS: the database failed; whether anything was kept is unknown.
        """
        read = await asyncio.to_thread(_read, lines)
        parts = [part for part in read if part is not None]
        entries = iter(await self._entries(parts))
        units = await self.directory.units_of({_device(part) for part in parts})
        judged = [
            _judge(part, next(entries), units.get(_device(part)), unit) if part is not None else _UNREADABLE
            for part in read
        ]
        return await self._keep(judged, received_at)

    async def duplicates(self) -> tuple[list[list[tuple[str, str]]], int]:
        """The places of each person who stands in several; and how many parts could not be compared."""
        key_id = self.hasher.key_id(self.network)
        async with self.pool.acquire() as connection:
            unread = 0
            while not unread and (stale := await persons.unhashed(connection, self.network, key_id, REHASHED_AT_ONCE)):
                hashes = {one.commitment: self._hash(_read_meaning(one.body), one.data) for one in stale}
                made = {commitment: hash_ for commitment, hash_ in hashes.items() if hash_ is not None}
                async with connection.transaction():
                    await personal.save_hashes(connection, self.network, made, key_id)
                unread = len(stale) - len(made)  # what this version cannot read stays as it is, and is told
            repeated = await persons.repeated(connection, self.network, key_id)
            villages = sorted({village for _hash, village, _member in repeated})
            known = await registers.load(connection, self.network, [members.REGISTER], villages)
        return _still_there(repeated, known), unread

    async def _entries(self, parts: Sequence[PersonalPart]) -> list[EntryAt | None]:
        if not parts:
            return []
        places = [(_device(part), part.entry.sequence, from_base64url(part.entry.hash, 32)) for part in parts]
        async with self.pool.acquire() as connection:
            return await personal.entries_at(connection, self.network, places)

    async def _keep(
        self, judged: Sequence[PartAnswer | tuple[PersonalPart, EntryAt]], received_at: int
    ) -> list[PartAnswer]:
        good = [self._keeping(*item) for item in judged if isinstance(item, tuple)]
        answers: list[PartVerdict] = []
        if good:
            async with self.pool.acquire() as connection:
                key_id = self.hasher.key_id(self.network)
                # From the moment this commits a part may be deleted by an erasure, and by nothing else.
                answers = await personal.keep(connection, self.network, good, key_id, received_at)
        told = iter(answers)
        return [item if isinstance(item, PartAnswer) else PartAnswer(verdict=next(told).value) for item in judged]

    def _keeping(self, part: PersonalPart, entry: EntryAt) -> Keeping:
        body = _read_meaning(entry.body)
        return Keeping(
            commitment=part.commitment,
            village=entry.village,
            device=_device(part),
            sequence=part.entry.sequence,
            hash=from_base64url(part.entry.hash, 32),
            member=subject_of(body.event) if body is not None else None,
            salt=part.salt,
            data=part.data,
            person_hash=self._hash(body, part.data),
        )

    def _hash(self, body: Body | None, data: bytes) -> bytes | None:
        identity = identity_of(tag_of(body.event), data) if body is not None else None
        return self.hasher.hash(self.network, *identity) if identity is not None else None


_UNREADABLE: Final = PartAnswer(verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.UNREADABLE_PART.value)


def _judge(
    part: PersonalPart, entry: EntryAt | None, author: str | None, unit: str
) -> PartAnswer | tuple[PersonalPart, EntryAt]:
    if entry is None:
        return PartAnswer(verdict=PartVerdict.HELD.value)
    if unit not in {author, entry.village, OFFICE}:
        return PartAnswer(verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.NOT_YOURS.value)
    if named_commitment(entry.body) != part.commitment:
        return PartAnswer(verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.NOT_COMMITTED.value)
    return part, entry


def _read(lines: Sequence[bytes]) -> list[PersonalPart | None]:
    return [_read_line(line) for line in lines]


def _read_line(line: bytes) -> PersonalPart | None:
    try:
        return decode_part(line)
    except Unreadable:
        return None


def _read_meaning(data: bytes) -> Body | None:
    body = read_body(data)
    return body if isinstance(body, Body) else None


def _device(part: PersonalPart) -> bytes:
    return from_base64url(part.entry.device, 32)


def _still_there(repeated: list[tuple[bytes, str, str]], known: Registers) -> list[list[tuple[str, str]]]:
    """The places of each person, without those that they have left. An applicant is there before being admitted."""
    places: dict[bytes, list[tuple[str, str]]] = {}
    for hash_, village, member in repeated:
        found = members.member_of(known, village, member)
        if found is None or found.in_bank > 0 or found.in_welfare > 0:
            places.setdefault(hash_, []).append((village, member))
    return sorted(place for place in places.values() if len(place) > 1)
