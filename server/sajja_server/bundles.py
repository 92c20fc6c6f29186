"""What is carried by hand: bundles from villages taken in, and bundles for a device made.

* Entries go the way of every push: verified, then judged and numbered under the network's head. A running server does
  not mind, nor does a second import, nor the same entries arriving over the air at the same moment: each is counted
  once, and the others are `duplicate`.
* What is held is offered again, until a round adds nothing: an enrolment may stand behind what needs it.
* A bundle for a device has what the device could read over the air: its village's feed and the office's, as far as they
  are published, each line with its proof; and its village's personal parts, sealed to it. The carrier can read what is
  pseudonymous, change nothing, and leave out only the end.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from sajja_schemas import limits, merkle
from sajja_schemas.bundle import Bundle, Shown, encode_bundle, encode_sealed, read_bundle, seal_of
from sajja_schemas.entry import OFFICE, EntryRef, encode_line, to_base64url
from sajja_schemas.personal import PersonalPart, encode_part
from sajja_schemas.signing import seal_to
from sajja_schemas.tiles import TileReader, TileUnreadable
from sajja_schemas.verdicts import Verdict
from sajja_schemas.wire import EntryVerdict, encode_feed_line
from sajja_server.clock import now_ms
from sajja_server.networks import Network, Networks
from sajja_server.parts import Taker
from sajja_server.person_hash import PersonHasher
from sajja_server.projections.memory import enrolled_key, is_revoked
from sajja_server.publish import Press
from sajja_server.store import checkpoints
from sajja_server.store import log as store
from sajja_server.store import personal as parts_store
from sajja_server.store.log import StoredEntry
from sajja_server.store.pool import Pool, connection_beside, open_pool

T = TypeVar("T")

NOBODY: Final = bytes(32)  # whose session brought a rejected line: none did
_CONNECTIONS: Final = 4
_PIECE_BYTES: Final = 64 * 1024


class CannotCarry(Exception):
    """This bundle cannot be made or taken in; `code` is stable, the message says why in both languages."""

    def __init__(self, code: str, thai: str, english: str) -> None:
        super().__init__(f"{thai} · {english}")
        self.code = code


class TakenIn(msgspec.Struct, frozen=True):
    """What became of a bundle's lines: how many of each verdict, and of each code."""

    network: str
    entries: dict[str, int]
    codes: dict[str, int]
    parts: dict[str, int]
    size: int


async def take_in(
    database_url: str, role: str | None, network: str, path: Path, *, hasher: PersonHasher, press: Press
) -> TakenIn:
    """Take a bundle's entries and sealed parts in.

    Raises:
        BundleWrong: the file is not one of this network's; nothing was taken in.
        STORE_ERRORS: the database failed; the same again later counts nothing twice.
    """
    async with _serving(database_url, role, network) as (pool, served):
        bundle = await asyncio.to_thread(_read, path, network, to_base64url(served.fingerprint))
        answers = await _offer(served, bundle.entries)
        taker = Taker(pool, network, served.directory, hasher, press.log_key_of(network))
        told: Counter[str] = Counter()
        lines = [encode_sealed(one) for one in bundle.sealed]
        for frame in _frames(lines, limits.PERSONAL_PARTS_MAX):
            told.update(one.code or one.verdict for one in await taker.take(frame, OFFICE, now_ms()))
        async with pool.acquire() as connection:
            size = (await store.log_head(connection, network)).size
    return TakenIn(
        network=network,
        entries=dict(Counter(one.verdict for one in answers)),
        codes=dict(Counter(one.code for one in answers if one.code is not None)),
        parts=dict(told),
        size=size,
    )


async def make_for(database_url: str, role: str | None, network: str, device: bytes, press: Press) -> bytes:
    """The bundle for a device.

    Raises:
        CannotCarry: it is not enrolled, was revoked, or nothing is published.
    """
    async with _serving(database_url, role, network) as (pool, served):
        unit = await served.directory.unit_of(device)
        async with pool.acquire() as connection:
            if unit is None or await is_revoked(connection, network, device):
                raise CannotCarry(
                    "device_not_enrolled",
                    "เครื่องนี้ไม่ได้ลงทะเบียนหรือถูกเพิกถอน",
                    "this device is not enrolled, or was revoked",
                )
            newest = await checkpoints.newest(connection, network)
            files = press.files(network, newest.epoch) if newest is not None else None
            if newest is None or files is None:
                raise CannotCarry(
                    "not_published",
                    "สมุดกลางยังไม่ได้ประกาศ จึงพิสูจน์รายการในแฟ้มไม่ได้ (ดู SAJJA_SIGNER และ SAJJA_TILES)",
                    "the log is not published, so nothing in the file could be proven (SAJJA_SIGNER, SAJJA_TILES)",
                )
            lines: list[StoredEntry] = []
            for village in dict.fromkeys((OFFICE, unit)):
                lines += await _feed(connection_of=pool, network=network, village=village, size=newest.size)
            key = await enrolled_key(connection, network, device)
            kept = await parts_store.read_village(connection, network, unit, limits.CARRIED_PARTS_MAX)
        reader = files.reader(newest.size)
        try:
            shown = await asyncio.to_thread(lambda: [_shown(entry, newest.size, reader) for entry in lines])
        except TileUnreadable as error:
            raise CannotCarry("not_published", "แผ่นสมุดกลางยังไม่ครบ", "the log's tiles are not all there") from error
        bundle = Bundle(
            network=network, fingerprint=to_base64url(served.fingerprint), made_at=now_ms(), note=newest.note.decode(),
            shown=shown, sealed=[seal_of(seal_to(key, _part_line(one)), key) for one in kept],
        )  # fmt: skip
        return await asyncio.to_thread(encode_bundle, bundle)


@asynccontextmanager
async def _serving(database_url: str, role: str | None, network: str) -> AsyncIterator[tuple[Pool, Network]]:
    """The network as a server has it, beside those that run; it publishes nothing."""
    pool = await open_pool(database_url, _CONNECTIONS, role=role)
    executor = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="verify")
    networks = Networks(
        pool, lambda: connection_beside(database_url, role=role), executor, projects=True, press=Press()
    )
    started = asyncio.Event()
    task = asyncio.create_task(networks.run(started))
    try:
        ready = asyncio.create_task(started.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if task.done():
            task.result()  # it ended before it began: say why
        yield pool, _named(networks, network)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        executor.shutdown(wait=True, cancel_futures=True)
        await pool.close()


def _named(networks: Networks, network: str) -> Network:
    try:
        return networks.get(network)
    except store.UnknownNetwork as error:
        raise CannotCarry(
            "network_unknown", f"ไม่มีเครือข่าย {network} ในเซิร์ฟเวอร์", f"no network {network} is on this server"
        ) from error


async def _offer(served: Network, lines: Sequence[bytes]) -> list[EntryVerdict]:
    """Every line's last answer."""
    answers: dict[int, EntryVerdict] = {}
    waiting = list(range(len(lines)))
    while waiting:
        stored = 0
        for frame in _frames(waiting, limits.PUSH_ENTRIES_MAX):
            reply = await served.merger.push([lines[at] for at in frame], NOBODY)
            answers |= zip(frame, reply.verdicts, strict=True)
            stored += sum(one.verdict in {Verdict.MERGED, Verdict.FORKED} for one in reply.verdicts)
        if not stored:
            break
        waiting = [at for at in waiting if answers[at].verdict == Verdict.HELD]
    return [answers[at] for at in sorted(answers)]


async def _feed(*, connection_of: Pool, network: str, village: str, size: int) -> list[StoredEntry]:
    """What is published of a feed."""
    entries: list[StoredEntry] = []
    async with connection_of.acquire() as connection:
        while page := await store.read_feed(connection, network, village, len(entries), limits.FEED_PAGE_ENTRIES_MAX):
            entries += page
    return [entry for entry in entries if entry.index < size]


def _shown(entry: StoredEntry, size: int, reader: TileReader) -> Shown:
    line = encode_feed_line(
        entry.index, entry.feed_sequence, entry.received_at, encode_line(entry.key, entry.signature, entry.body)
    )
    return Shown(tuple(merkle.inclusion_path(entry.index, size, reader.range_hash)), line)


def _part_line(kept: parts_store.Kept) -> bytes:
    entry = EntryRef(device=to_base64url(kept.device), sequence=kept.sequence, hash=to_base64url(kept.hash))
    return encode_part(PersonalPart(entry=entry, salt=kept.salt, data=kept.data))


def _read(path: Path, network: str, fingerprint: str) -> Bundle:
    with path.open("rb") as file:
        return read_bundle(iter(lambda: file.read(_PIECE_BYTES), b""), network, fingerprint)


def _frames(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))
