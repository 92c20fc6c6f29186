"""Which devices the log has enrolled: asked for every entry, so remembered.

A device that was ever enrolled stays admitted (a revocation is a matter of effect), so the memory only grows. On a miss
the books are brought up to the head and read once more: an enrolment that was merged a moment ago is found.
"""

from typing import Final

from sajja_schemas.entry import from_base64url
from sajja_server.projections.memory import enrolled_units, folded_to
from sajja_server.projections.projector import Projector
from sajja_server.store import log as store
from sajja_server.store.pool import Pool

CATCH_UP_SECONDS: Final = 10.0


class DeviceDirectory:
    """The enrolled devices of one network, and their units."""

    def __init__(self, pool: Pool, network: str, projector: Projector | None) -> None:
        self._pool = pool
        self._network = network
        self._projector = projector
        self._units: dict[bytes, str] = {}
        self._read_at = -1  # how long the log was when all of its enrolments were known

    async def unit_of(self, device: bytes) -> str | None:
        """The unit that a device speaks for; None where it is not enrolled."""
        return (await self.units_of({device})).get(device)

    async def units_of(self, devices: set[bytes]) -> dict[bytes, str]:
        """The units of those devices that are enrolled."""
        if not devices <= self._units.keys():
            await self._read()
        return {device: self._units[device] for device in devices if device in self._units}

    async def _read(self) -> None:
        async with self._pool.acquire() as connection:
            size = (await store.log_head(connection, self._network)).size
        if size == self._read_at:
            return  # nothing was added since: who was a stranger still is
        if self._projector is not None:
            await self._projector.wait_for(size, CATCH_UP_SECONDS)
        async with self._pool.acquire() as connection:
            # The index first: what is folded after it may only add to what is read. It is believed last: whoever asks
            # meanwhile must not take half a reading for the whole.
            index = await folded_to(connection, self._network)
            self._units |= await enrolled_units(connection, self._network)
            self._read_at = index


def device_id(name: str) -> bytes:
    """The 32 bytes of a device's name.

    Raises:
        Unreadable: not the name of a device.
    """
    return from_base64url(name, 32)
