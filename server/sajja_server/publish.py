"""The publisher: makes the network log public, checkpoint by checkpoint.

 1. Read the stored entries behind the last checkpoint, and make leaves of their stored bytes (`growth`).
 2. Write tiles and bundles as files, make them durable, and read the root back from the files.
 3. The signer compares with what it signed last, remembers the new one on the disk, and only then signs (`signer`).
 4. Add the checkpoint's row: from here it is public. Then the file `checkpoint` beside the tiles.

* Files before state, state before row, row before `checkpoint`: a crash between any two is made good by doing the same
  again, for the same log gives the same tiles and the same note.
* One process at a time publishes a network: it holds an advisory lock on a connection of its own. The others see what
  it publishes. Without a key nothing is published, and entries are taken in all the same.
* What the signer refuses, or what is damaged where it is stored, stops publishing and nothing else, and is said loudly
  until it is mended.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import structlog

from sajja_schemas.checkpoint import Checkpoint, epoch_of, is_origin
from sajja_schemas.merkle import consistency_path
from sajja_schemas.signing import SigningKey
from sajja_server.certificates import certify
from sajja_server.clock import now_ms
from sajja_server.growth import Growth, LogDamaged, roots_of_stored, stored
from sajja_server.projections import builds
from sajja_server.signer import Signer, SignerRefuses, check_continues
from sajja_server.store import checkpoints
from sajja_server.store import log as store
from sajja_server.store.checkpoints import PublicFacts, Published, RootContradicts
from sajja_server.store.pool import STORE_ERRORS, Connection, Hold
from sajja_server.tile_files import TileFiles

POLL_SECONDS: Final = 0.5
SPACING_SECONDS: Final = 1.0  # each checkpoint leaves partial tiles behind, and is synced to the disk
RETRY_SECONDS: Final = 2.0
DAMAGED_SECONDS: Final = 30.0  # to find it mended, the whole log is read again
REPEAT_SECONDS: Final = 60.0

_NEEDS_ALL: Final = frozenset({LogDamaged.code, RootContradicts.code, "log_rewritten"})

logger = structlog.get_logger()


class Press(msgspec.Struct, frozen=True):
    """Where a server publishes from: the signer's folder and the tiles' folder; None where it only shows."""

    signer: Path | None = None
    tiles: Path | None = None

    def files(self, network: str, epoch: int) -> TileFiles | None:
        """The tiles of a network's log in an epoch."""
        return TileFiles(self.tiles / network / str(epoch)) if self.tiles is not None else None

    def log_key_of(self, network: str) -> Callable[[], SigningKey | None]:
        """How to read the key that carried parts are sealed to; it gives None where no fit one is here."""

        def read() -> SigningKey | None:
            try:
                held = Signer(self.signer, network).key() if self.signer is not None else None
            except SignerRefuses as refusal:
                logger.warning("log_key_unfit", network=network, code=refusal.code)
                return None
            return held.key if held is not None else None

        return read


class Publisher:
    """Publishes one network's log for as long as `run` runs, or follows the process that does."""

    def __init__(
        self, hold: Hold, network: str, press: Press, *, reached: Callable[[str], None] = lambda _point: None
    ) -> None:
        """`reached` is told of each point that a crash may come behind; the tests crash there."""
        self._hold = hold
        self._network = network
        self._press = press
        self._signer = Signer(press.signer, network) if press.signer is not None else None
        self._growth: Growth | None = None
        self._reached = reached
        self._told = ""
        self._told_at_seconds = 0.0
        self.newest: Published | None = None  # as this process last saw it
        self.problem: str | None = None  # why nothing is published, as a code

    async def run(self) -> None:
        """Publish, or follow, until cancelled."""
        while True:
            try:
                # Held for as long as it leads, so it is not one of the pool's: those are for requests.
                async with self._hold() as connection:
                    await self._lead(connection)
            except STORE_ERRORS as error:
                logger.warning("publisher_interrupted", network=self._network, error=type(error).__name__)
            except Exception:
                logger.exception("publisher_failed", network=self._network)
            self._growth = None  # what stands in memory may not be what is stored
            await asyncio.sleep(RETRY_SECONDS)

    async def publish(self, connection: Connection) -> bool:
        """Publish what is new, if anything may be published; gives whether a checkpoint was added.

        Raises:
            STORE_ERRORS: the database failed; whether the row was added is unknown, and the next call finds out.
        """
        self.newest = await checkpoints.newest(connection, self._network)
        facts = await checkpoints.public_facts(connection, self._network)
        if self._signer is None or facts is None:
            return False
        try:
            return await self._publish(connection, facts, self._signer)
        except (SignerRefuses, LogDamaged, RootContradicts) as refusal:
            self._growth = None
            self._stop(refusal)
            return False

    async def certify(self, connection: Connection) -> None:
        """Sign what people were switched to, if nobody has yet: a server that builds a newer version does so by itself.

        Raises:
            STORE_ERRORS: the database failed; the next call finds out what it did.
        """
        build = await builds.uncertified(connection, self._network) if self._press.signer is not None else None
        if build is None or self._press.signer is None or self.problem is not None:
            return
        try:
            await certify(connection, build, self._press.signer)
        except (SignerRefuses, LogDamaged) as refusal:
            self._stop(refusal)
        else:
            logger.info("projection_certified", network=self._network, build=build.number, size=build.size)

    async def _lead(self, connection: Connection) -> None:
        key = f"sajja publisher {self._network}"
        # Who has no key must not hold the place of who has one.
        while not (
            self._can_sign() and await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key)
        ):
            self.newest = await checkpoints.newest(connection, self._network)
            await asyncio.sleep(POLL_SECONDS)
        try:
            while self._can_sign():
                has_published = await self.publish(connection)
                await self.certify(connection)
                await asyncio.sleep(SPACING_SECONDS if has_published else self._pause_seconds())
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)

    async def _publish(self, connection: Connection, facts: PublicFacts, signer: Signer) -> bool:
        origin = facts.log.origin
        files = self._press.files(self._network, _epoch(origin))
        if files is None or not self._has_the_key(facts, signer):
            return False
        size = (await store.log_head(connection, self._network)).size
        newest = self.newest
        if newest is not None and (newest.origin, newest.size) == (origin, size) and self._growth is not None:
            return False
        if self._growth is None or self._growth.files.folder != files.folder:
            self._growth = await self._begin(connection, facts, signer, size, files)
        growth = self._growth
        async for batch in stored(connection, self._network, growth.size, size):
            await asyncio.to_thread(growth.take, batch)
        checkpoint = Checkpoint(origin, growth.size, await asyncio.to_thread(growth.finish))
        self._reached("tiles_written")
        range_hash = growth.files.reader(growth.size).range_hash
        note = await asyncio.to_thread(
            signer.sign,
            checkpoint,
            lambda old_size: consistency_path(old_size, checkpoint.size, range_hash),
            facts.log.continued,
        )
        self._reached("signed")
        await checkpoints.save(connection, self._network, checkpoint, note, now_ms())
        self._reached("row_added")
        await asyncio.to_thread(growth.files.publish, note)
        self._reached("checkpoint_shown")
        self.newest = Published(origin, _epoch(origin), checkpoint.size, checkpoint.root, note)
        logger.info("log_published", network=self._network, size=checkpoint.size)
        if self.problem is not None:
            logger.info("publishing_again", network=self._network, size=checkpoint.size)
        self.problem = None
        return True

    async def _begin(
        self, connection: Connection, facts: PublicFacts, signer: Signer, size: int, files: TileFiles
    ) -> Growth:
        """A tree to grow, once what was signed and published is seen to be the beginning of what is stored."""
        last = await asyncio.to_thread(signer.last)
        known = [one for one in (last, _as_checkpoint(self.newest)) if one is not None]
        same = [one for one in known if one.origin == facts.log.origin]
        for one in same:
            if one.size > size:  # seen before everything is read
                check_continues(one, Checkpoint(one.origin, size, one.root), lambda _size: [], facts.log.continued)
        roots = await roots_of_stored(connection, self._network, [one.size for one in same])
        for one in known:
            # Rebuilt from zero: so no path is needed, only the root that stands there now.
            found = Checkpoint(facts.log.origin, one.size, roots.get(one.size, one.root))
            check_continues(one, found, lambda _size: [], facts.log.continued)
        return Growth(files)

    def _can_sign(self) -> bool:
        """Whether there is a key here, fit or not: what is unfit is refused loudly, by who leads."""
        if self._signer is None or self._press.tiles is None:
            return False
        try:
            return self._signer.key() is not None
        except SignerRefuses:
            return True

    def _pause_seconds(self) -> float:
        if self.problem is None:
            return POLL_SECONDS
        return DAMAGED_SECONDS if self.problem in _NEEDS_ALL else RETRY_SECONDS

    def _has_the_key(self, facts: PublicFacts, signer: Signer) -> bool:
        if signer.key() is None:
            return False
        signer.key_in_force(facts.log.key, is_demonstration=facts.demonstration)
        return True

    def _stop(self, refusal: SignerRefuses | LogDamaged | RootContradicts) -> None:
        """Say why nothing is published: at once, and then once in a while."""
        now_seconds = asyncio.get_running_loop().time()
        self.problem = refusal.code
        if self._told != str(refusal) or self._told_at_seconds + REPEAT_SECONDS < now_seconds:
            self._told, self._told_at_seconds = str(refusal), now_seconds
            logger.error("publishing_stopped", network=self._network, code=self.problem, reason=str(refusal))


def _as_checkpoint(published: Published | None) -> Checkpoint | None:
    return Checkpoint(published.origin, published.size, published.root) if published is not None else None


def _epoch(origin: str) -> int:
    if not is_origin(origin):
        raise SignerRefuses(
            "origin_unfit",
            f"{origin!r} ใช้เป็นชื่อสมุดกลางไม่ได้ ให้สำนักงานลงนาม log_continued ไปชื่อที่ลงท้ายด้วย /1",
            f"{origin!r} cannot be a log's name: the office signs log_continued to one that ends in /1",
        )
    return epoch_of(origin)
