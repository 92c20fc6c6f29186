"""A client's folder: which network it belongs to, its keys, its log.

    home/
      network.json        the pin: which network, by its fingerprint, and for which village this device speaks
      device.key          this device's own key
      officers/<person>.key   the keys of the officers who approve on this device
      log.sqlite3         the log and the pulled feeds
      books.snapshot, books-tail.snapshot   the fold so far; without them the next one is longer
      meeting.json        who has unlocked this tablet for a meeting
      log.lock            held by the one program that appends
      request.json        what the office needs to enrol this device

The pin is what everything else is checked against. It is handed over with the tablet and never fetched from a server.
"""

import os
import re
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

from sajja_client.durable import create_directory, replace_file
from sajja_client.keys import StoredKey, create_key, load_key, store_key
from sajja_client.problems import DemonstrationKeyRefused, HomeInUse, NotAHome, NotRecordable
from sajja_schemas.signing import SigningKey

HOME_VARIABLE: Final = "SAJJA_HOME"
_PIN_MODE: Final = 0o644
_PERSON: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """The network that a device belongs to."""

    network: str
    fingerprint: str
    village: str
    server_url: str
    demonstration: bool = False
    name: str = ""


class Home:
    """A client's folder. Making this object touches nothing."""

    def __init__(self, path: Path | str | None = None) -> None:
        """`path`, or SAJJA_HOME, or the place where this system keeps a user's data."""
        chosen = path or os.environ.get(HOME_VARIABLE) or platformdirs.user_data_path("sajja")
        self.path = Path(chosen)
        self.pin_path = self.path / "network.json"
        self.device_key_path = self.path / "device.key"
        self.officers_path = self.path / "officers"
        self.log_path = self.path / "log.sqlite3"
        self.lock_path = self.path / "log.lock"
        self.request_path = self.path / "request.json"

    def create(self) -> None:
        """Make the folders, for their owner alone."""
        create_directory(self.path)
        create_directory(self.officers_path)

    @property
    def is_pinned(self) -> bool:
        """Whether this folder belongs to a network yet."""
        return self.pin_path.exists()

    def pin(self) -> Pin:
        """The network that this folder belongs to.

        Raises:
            NotAHome: to none, or its file cannot be read.
        """
        try:
            return msgspec.json.decode(self.pin_path.read_bytes(), type=Pin)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError) as error:
            raise NotAHome(path=self.path) from error

    def write_pin(self, pin: Pin) -> None:
        """Pin this folder to a network, for ever; only the server's address may change.

        Raises:
            HomeInUse: it belongs to another network or village.
        """
        if self.is_pinned:
            held = self.pin()
            if (held.network, held.fingerprint, held.village) != (pin.network, pin.fingerprint, pin.village):
                raise HomeInUse(path=self.path)
        self.create()
        replace_file(self.pin_path, msgspec.json.format(msgspec.json.encode(pin), indent=1) + b"\n", mode=_PIN_MODE)

    def create_keys(self, officers: list[str], *, derived: dict[str, SigningKey] | None = None) -> None:
        """The device's key and a key for each officer, where they are not there yet.

        Args:
            officers: persons who approve on this device.
            derived: a demonstration's keys instead, by person; the device's own under `device`.
        """
        self.create()
        for name, path in [("device", self.device_key_path), *((one, self.officer_key_path(one)) for one in officers)]:
            if path.exists():
                continue
            if derived is None:
                create_key(path)
            else:
                store_key(path, derived[name], derived=True)

    def device_key(self, *, demonstration: bool | None = None) -> StoredKey:
        """This device's key; `demonstration` as the pin says where it is not given.

        Raises:
            DemonstrationKeyRefused: it comes from a seed, and the network is a real one.
        """
        return self._allowed(self.device_key_path, demonstration)

    def officer_key_path(self, person: str) -> Path:
        """Where an officer's key on this device is.

        Raises:
            NotRecordable: this is no person's id; what a person typed never becomes a path.
        """
        if _PERSON.fullmatch(person) is None:
            raise NotRecordable(
                reason=f"{person!r}: a person's id is small letters, digits and hyphens",
                reason_thai=f"{person!r}: รหัสบุคคลเป็นตัวอักษรอังกฤษเล็ก ตัวเลข และขีด",
            )
        return self.officers_path / f"{person}.key"

    def officer_key(self, person: str, *, demonstration: bool | None = None) -> StoredKey:
        """An officer's key on this device.

        Raises:
            DemonstrationKeyRefused: it comes from a seed, and the network is a real one.
        """
        return self._allowed(self.officer_key_path(person), demonstration)

    def officers(self) -> list[str]:
        """The persons who have a key on this device."""
        return sorted(path.stem for path in self.officers_path.glob("*.key"))

    def _allowed(self, path: Path, demonstration: bool | None) -> StoredKey:
        stored = load_key(path)
        if stored.derived and not (self.pin().demonstration if demonstration is None else demonstration):
            raise DemonstrationKeyRefused(path=path)
        return stored
