"""The server takes personal parts in: read, find the entry, judge, keep, answer.

* A part is good because its commitment is in an entry's signed body; who brings it only has to be of the unit that
  wrote the entry, of the village concerned, or of the office. So a lost part can be filled by whoever still has it.
* A part that was carried by hand is sealed to the log's key, which its carrier cannot open: so it does not matter whose
  device brings it. Whoever sealed it knew the part.
* One bad line costs its own answer and nothing else. Whoever is not answered offers the same lines again.
* From a member's own part the keyed hash of the number is made, which stands beside it and nowhere else.
* No answer, no log line and no error repeats anything of a part.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from sajja_schemas.bundle import decode_sealed, looks_sealed
from sajja_schemas.entry import OFFICE, Unreadable, from_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.personal import PersonalPart, decode_part, named_commitment
from sajja_schemas.personal_data import subject_of
from sajja_schemas.signing import SigningKey
from sajja_schemas.verdicts import PartVerdict, RejectedPartCode
from sajja_schemas.wire import PartAnswer
from sajja_server.devices import DeviceDirectory
from sajja_server.duplicates import person_hash_of
from sajja_server.person_hash import PersonHasher
from sajja_server.store import personal
from sajja_server.store.personal import EntryAt, Keeping
from sajja_server.store.pool import Pool


class _Brought(msgspec.Struct, frozen=True):
    part: PersonalPart
    unit: str | None  # of the device that brings it; None where it was sealed, and its carrier is nobody


class Taker(msgspec.Struct, frozen=True):
    """What taking parts in for one network needs."""

    pool: Pool
    network: str
    directory: DeviceDirectory
    hasher: PersonHasher
    log_key: Callable[[], SigningKey | None]  # what carried parts are sealed to; read where there is one

    async def take(self, lines: Sequence[bytes], unit: str, received_at: int) -> list[PartAnswer]:
        """Keep the parts of some lines, brought by a device of a unit; an answer for each, in their order.

        Raises:
            STORE_ERRORS: the database failed; whether anything was kept is unknown.
        """
        read = await asyncio.to_thread(self._read, lines, unit)
        parts = [one.part for one in read if isinstance(one, _Brought)]
        entries = iter(await self._entries(parts))
        units = await self.directory.units_of({_device(part) for part in parts})
        judged = [
            _judge(one.part, next(entries), units.get(_device(one.part)), one.unit)
            if isinstance(one, _Brought)
            else one
            for one in read
        ]
        return await self._keep(judged, received_at)

    def _read(self, lines: Sequence[bytes], unit: str) -> list[_Brought | PartAnswer]:
        key = self.log_key() if any(map(looks_sealed, lines)) else None
        return [_read_line(line, unit, key) for line in lines]

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
            person_hash=person_hash_of(self.hasher, self.network, body, part.data),
        )


_UNREADABLE: Final = PartAnswer(verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.UNREADABLE_PART.value)
_SEALED_TO_ANOTHER: Final = PartAnswer(
    verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.SEALED_TO_ANOTHER.value
)


def _judge(
    part: PersonalPart, entry: EntryAt | None, author: str | None, unit: str | None
) -> PartAnswer | tuple[PersonalPart, EntryAt]:
    if entry is None:
        return PartAnswer(verdict=PartVerdict.HELD.value)
    if unit is not None and unit not in {author, entry.village, OFFICE}:
        return PartAnswer(verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.NOT_YOURS.value)
    if named_commitment(entry.body) != part.commitment:
        return PartAnswer(verdict=PartVerdict.REJECTED.value, code=RejectedPartCode.NOT_COMMITTED.value)
    return part, entry


def _read_line(line: bytes, unit: str, key: SigningKey | None) -> _Brought | PartAnswer:
    try:
        if not looks_sealed(line):
            return _Brought(decode_part(line), unit)
        sealed = decode_sealed(line)
        if key is None or from_base64url(sealed.to, 32) != key.public:
            return _SEALED_TO_ANOTHER
        opened = key.open_sealed(sealed.box)
        return _Brought(decode_part(opened), None) if opened is not None else _UNREADABLE
    except Unreadable:
        return _UNREADABLE


def _read_meaning(data: bytes) -> Body | None:
    body = read_body(data)
    return body if isinstance(body, Body) else None


def _device(part: PersonalPart) -> bytes:
    return from_base64url(part.entry.device, 32)
