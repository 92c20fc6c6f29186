"""The networks that this process serves, each with its merger, its projector and its directory of devices.

A network is the unit of scale: nothing here is shared between two of them but the pool and the threads.
"""

import asyncio
import re
from concurrent.futures import Executor
from typing import Final

import msgspec
import structlog

from sajja_server.clock import BEHIND_THE_LOG_MS, ClockWatch, now_ms, steady_ms
from sajja_server.devices import DeviceDirectory
from sajja_server.merge import Merger
from sajja_server.projections.projector import Projector
from sajja_server.projections.reading import Reader
from sajja_server.publish import Press, Publisher
from sajja_server.store import log as store
from sajja_server.store.pool import STORE_ERRORS, Hold, Pool

LOOK_SECONDS: Final = 1.0
_NETWORK: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")

logger = structlog.get_logger()


class Network(msgspec.Struct, frozen=True):
    """One network, as this process serves it."""

    name: str
    fingerprint: bytes
    merger: Merger
    directory: DeviceDirectory
    projector: Projector | None
    reader: Reader
    publisher: Publisher


class Networks:
    """Finds networks by name, and takes up those that are admitted while the server runs."""

    def __init__(self, pool: Pool, hold: Hold, executor: Executor, *, projects: bool, press: Press) -> None:
        self._pool = pool
        self._hold = hold
        self._executor = executor
        self._projects = projects
        self.press = press
        self._served: dict[str, Network] = {}
        self._clock = ClockWatch()
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self, started: asyncio.Event) -> None:
        """Serve every admitted network until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            while True:
                try:
                    await self._take_up()
                    started.set()
                except STORE_ERRORS as error:
                    logger.warning("networks_unknown", error=type(error).__name__)
                if step := self._clock.step_ms(now_ms(), steady_ms()):
                    logger.error("clock_stepped", by_ms=step)
                await asyncio.sleep(LOOK_SECONDS)

    def get(self, name: str) -> Network:
        """A network by its name.

        Raises:
            UnknownNetwork: it is not admitted on this server.
        """
        try:
            return self._served[name]
        except KeyError:
            raise store.UnknownNetwork(name) from None

    def names(self) -> list[str]:
        """The networks that are served."""
        return sorted(self._served)

    def all(self) -> list[Network]:
        """Every network that is served."""
        return list(self._served.values())

    async def _take_up(self) -> None:
        async with self._pool.acquire() as connection:
            admitted = await store.networks(connection)
            new = {name: head for name, head in admitted.items() if name not in self._served}
            received = {name: await store.last_received(connection, name) for name in new}
        for name, head in new.items():
            self._served[name] = self._serve(name, head)
            behind = received[name] - now_ms()
            if behind > BEHIND_THE_LOG_MS:  # it stepped back while no server was here to see it
                logger.error("clock_behind_the_log", network=name, by_ms=behind)

    def _serve(self, name: str, head: store.LogHead) -> Network:
        assert self._tasks is not None
        projector = Projector(self._hold, name, head.fingerprint) if self._projects else None
        directory = DeviceDirectory(self._pool, name, projector)
        merger = Merger(
            self._pool, name, head.size, directory, self._executor, projector.wake if projector else _nothing
        )
        if projector is not None:
            self._tasks.create_task(projector.run(), name=f"projector {name}")
        self._tasks.create_task(merger.run(), name=f"merger {name}")
        publisher = Publisher(self._hold, name, self.press)
        self._tasks.create_task(publisher.run(), name=f"publisher {name}")
        logger.info("network_served", network=name)
        return Network(name, head.fingerprint, merger, directory, projector, Reader(self._pool, name), publisher)


def is_network(name: str) -> bool:
    """Whether a network may have this name: it stands in file names."""
    return _NETWORK.fullmatch(name) is not None


def _nothing() -> None:
    """Nobody follows the log in this process."""
