"""The network's people: the office, villages, their tablets as real client folders, and what each has recorded.

`support.world` lends the keys and the shapes of the control events; every entry is signed by the real `Log`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sajja_client.home import Home
from sajja_client.keys import store_key
from sajja_client.log import Log
from sajja_schemas.calendar import business_date
from sajja_schemas.entry import OFFICE, SignedEntry
from sajja_schemas.events import AnyEvent, Body, read_body
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.events.trust import Role
from simulation.plan import NETWORK, Clock
from support.homes import NOWHERE, home_of
from support.world import DAY, ROLES, Tablet, Unit, World, key_of

FOUNDED_AT_MS: Final = 1_590_969_600_000  # the clock of `World`, so that the founding is the same bytes
_STEP_MS: Final = 3_600_000
BELIEVED_EVERY: Final = 7  # steps


@dataclass
class Device:
    """A device with its folder and its open log."""

    label: str  # `pp01-a`: what people call it
    tablet: Tablet
    home: Home
    log: Log
    recorded: list[SignedEntry] = field(default_factory=list)
    acknowledged: dict[bytes, int | None] = field(default_factory=dict)  # what the server said it has, at which index

    @property
    def unit(self) -> str:
        """The unit that it speaks for."""
        return self.tablet.unit

    def turn_off_and_on(self) -> None:
        """The program ends, and another begins on the same folder."""
        self.log.close()
        self.log = Log.open(self.home)
        self.log.acknowledges = False  # when a checkpoint is seen hangs on the clock, and a seed tells the bytes

    def note_answers(self) -> None:
        """Remember for ever what the server has acknowledged so far."""
        rows = self.log.connection.execute(
            "SELECT log.hash, answer.network_index FROM answer JOIN log USING (sequence)"
            " WHERE verdict IN ('merged', 'duplicate')"
        ).fetchall()
        for hash_, index in rows:
            if self.acknowledged.get(hash_) is None:  # a head says that it is there, and not where
                self.acknowledged[hash_] = index


class People:
    """Everybody, and every line that anybody signed, in the order of signing."""

    def __init__(self, folder: Path) -> None:
        """Found the network: two office devices and their officers."""
        self.step = 0
        self.clocks: dict[str, Clock] = {}  # of a device by its label; the others are right
        self.recorded: list[SignedEntry] = []
        self.devices: dict[str, Device] = {}
        self.world = World.founded((), network=NETWORK)
        self._folder = folder
        desk, vault = self.world.office.tablets
        self._add_desk(desk)
        self._add("office-b", vault)
        self.approve_by_office([self.founding])

    @property
    def founding(self) -> SignedEntry:
        """The founding entry."""
        return self.devices["office-a"].recorded[0]

    @property
    def villages(self) -> list[str]:
        """The villages' codes."""
        return [code for code in self.world.units if code != OFFICE]

    def tablets_of(self, unit: str) -> list[Device]:
        """Both devices of a unit."""
        return [device for device in self.devices.values() if device.unit == unit]

    def officers_of(self, unit: str) -> dict[Role, str]:
        """Who holds which role."""
        return self.world.units[unit].officers

    def add_village(self, code: str) -> None:
        """A village gets two tablets and five officers. The network knows nothing of them yet."""
        tablets = [Tablet(code, key_of(NETWORK, code, at)) for at in range(2)]
        officers: dict[Role, str] = {role: f"{code}-o{at}" for at, role in enumerate(ROLES, start=1)}
        self.world.units[code] = Unit(code, tablets, officers)
        for letter, tablet in zip("ab", tablets, strict=True):
            tablet.officers |= {person: key_of(NETWORK, person, tablet.name) for person in officers.values()}
            self._add(f"{code}-{letter}", tablet)

    def record(self, device: Device, event: AnyEvent, *, village: str | None = None) -> SignedEntry:
        """Sign an event on a device."""
        entry = device.log.append(
            event,
            by="recorder",
            day=self.day_of(device),
            recorded_at=self._shown(device),
            village=village or device.unit,
        )
        return self._keep(device, entry)

    def approve(
        self, device: Device, entries: Iterable[SignedEntry], roles: Sequence[Role], *, keys_of: Device | None = None
    ) -> SignedEntry:
        """Officers of the device's unit approve, with their keys on it or on another."""
        officers = self.officers_of(device.unit)
        entry = device.log.approve(
            entries,
            [officers[role] for role in roles],
            by="recorder",
            day=self.day_of(device),
            recorded_at=self._shown(device),
            keys_of=keys_of.home if keys_of is not None else None,
        )
        return self._keep(device, entry)

    def approve_by_office(self, entries: Sequence[SignedEntry], *, by_vault_itself: bool = False) -> None:
        """The network committee, with keys on its two devices: enough for A4 and A5."""
        desk, vault = self.tablets_of(OFFICE)
        self.approve(desk, entries, ("president", "secretary"))
        if by_vault_itself:  # an entry of the vault's own log, which reaches the network when the vault does
            self.approve(vault, entries, ("vice_president", "treasurer"))
        else:
            self.approve(desk, entries, ("vice_president", "treasurer"), keys_of=vault)

    @property
    def today(self) -> date:
        """The business date."""
        return DAY + timedelta(days=self.step)

    def close(self) -> None:
        """Everybody goes home."""
        for device in self.devices.values():
            device.log.close()

    def day_of(self, device: Device) -> date:
        """The business date that is written down: people know the day, but where they believe a wrong calendar."""
        is_believed = device.label in self.clocks and self.step % BELIEVED_EVERY == 0
        return business_date(self._shown(device)) if is_believed else self.today

    def _shown(self, device: Device) -> int:
        true_ms = FOUNDED_AT_MS + self.step * _STEP_MS + len(self.recorded)
        clock = self.clocks.get(device.label)
        return clock.shows(true_ms, self.step) if clock is not None else true_ms

    def _keep(self, device: Device, entry: SignedEntry) -> SignedEntry:
        device.recorded.append(entry)
        self.recorded.append(entry)
        return entry

    def _add_desk(self, tablet: Tablet) -> None:
        home = Home(self._folder / "office-a")
        home.create()
        store_key(home.device_key_path, tablet.key, derived=False)
        for person, key in tablet.officers.items():
            store_key(home.officer_key_path(person), key, derived=False)
        body = read_body(self.world.entries[0].body)
        assert isinstance(body, Body)
        assert isinstance(body.event, NetworkEstablished)
        log = Log.found(
            home, body.event, network=NETWORK, server_url=NOWHERE, by=body.by, day=body.date, recorded_at=FOUNDED_AT_MS
        )
        assert log.pin.fingerprint == self.world.fingerprint, "the real log founds what the world founded"
        device = self.devices["office-a"] = Device("office-a", tablet, home, log)
        founding = log.entry(1)
        assert founding is not None
        self._keep(device, founding)

    def _add(self, label: str, tablet: Tablet) -> None:
        home = home_of(self._folder / label, self.world, tablet)
        log = Log.open(home)
        log.acknowledges = False
        self.devices[label] = Device(label, tablet, home, log)
