"""A client's folder: which network it belongs to, its keys, its log.

    home/
      network.json        the pin: which network, by its fingerprint, and for which village this device speaks
      device.key          this device's own key
      officers/<person>.key   the keys of the officers who approve on this device, each under its PIN
      officers/<person>.tries   how many wrong PINs came one after the other
      log.sqlite3         the log and the pulled feeds
      books.snapshot, books-tail.snapshot   the fold so far; without them the next one is longer
      meeting.json        who has unlocked this tablet for a meeting
      log.lock            held by the one program that appends
      request.json        what the office needs to enrol this device

The pin is what everything else is checked against. It is handed over with the tablet and never fetched from a server.

An officer's key is unlocked once for each `Home`, that is for one command; `meeting.unlocking` keeps it for a meeting.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

from sajja_client.durable import create_directory, replace_file
from sajja_client.key_problems import PinWrong
from sajja_client.keys import (
    StoredKey,
    create_key,
    load_any_key,
    load_key,
    new_key,
    reseal,
    store_key,
    store_sealed,
)
from sajja_client.pinpad import Nobody, PinPad
from sajja_client.problems import DemonstrationKeyRefused, HomeInUse, NotAHome, NotRecordable
from sajja_client.sealing import FAST, STRONG, SealedKey, seal
from sajja_client.tries import one_try
from sajja_schemas.entry import to_base64url
from sajja_schemas.signing import SigningKey

HOME_VARIABLE: Final = "SAJJA_HOME"
_PIN_MODE: Final = 0o644
_PERSON: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ASKED_AT_MOST: Final = 3  # in one command


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

    def __init__(self, path: Path | str | None = None, *, pad: PinPad | None = None) -> None:
        """`path`, or SAJJA_HOME, or the place where this system keeps a user's data; `pad` asks officers for PINs."""
        chosen = path or os.environ.get(HOME_VARIABLE) or platformdirs.user_data_path("sajja")
        self.path = Path(chosen)
        self.pin_path = self.path / "network.json"
        self.device_key_path = self.path / "device.key"
        self.officers_path = self.path / "officers"
        self.log_path = self.path / "log.sqlite3"
        self.lock_path = self.path / "log.lock"
        self.request_path = self.path / "request.json"
        self.pad: PinPad = pad or Nobody()
        self._unlocked: dict[str, StoredKey] = {}

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

    def create_keys(
        self,
        officers: list[str],
        *,
        derived: dict[str, SigningKey] | None = None,
        pins: Mapping[str, str] | None = None,
        demonstration: bool = False,
    ) -> None:
        """The device's key and a key for each officer, where they are not there yet.

        Args:
            officers: persons who approve on this device.
            derived: a demonstration's keys instead, by person; the device's own under `device`.
            pins: under which each officer's key is kept; one that is not here is open.
            demonstration: whether the sealing is only a demonstration's.
        """
        self.create()
        if not self.device_key_path.exists():
            if derived is None:
                create_key(self.device_key_path)
            else:
                store_key(self.device_key_path, derived["device"], derived=True)
        for person in officers:
            path = self.officer_key_path(person)
            if path.exists():
                continue
            if derived is not None:
                store_key(path, derived[person], derived=True)
            elif pins is not None and person in pins:
                key = new_key()
                store_sealed(path, seal(key, pins[person], FAST if demonstration else STRONG))
                self.hold(person, StoredKey(key, derived=False))
            else:
                create_key(path)

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
        """An officer's key on this device; its PIN is asked for once.

        Raises:
            KeyMissing, KeyFileTooOpen, KeyUnreadable: as `keys` says.
            PinNeeded, PinRefused, PinWrong: it stays locked.
            DemonstrationKeyRefused: it comes from a seed or its PIN protects nothing, and the network is a real one.
        """
        if person not in self._unlocked:
            path = self.officer_key_path(person)
            held = load_any_key(path)
            is_demonstration = self.pin().demonstration if demonstration is None else demonstration
            is_anybodys = held.argon2id.demonstration if isinstance(held, SealedKey) else held.derived
            if is_anybodys and not is_demonstration:
                raise DemonstrationKeyRefused(path=path)
            if isinstance(held, SealedKey):
                held = StoredKey(self._unseal(person, held), derived=False)
            elif not is_demonstration:
                self.pad.tell_without_pin(person)
            self._unlocked[person] = held
        return self._unlocked[person]

    def hold(self, person: str, key: StoredKey) -> None:
        """Take an officer's key as unlocked: it was made here just now, or unlocked before, at the same meeting."""
        self._unlocked[person] = key

    def is_locked(self, person: str) -> bool:
        """Whether a PIN would be asked for.

        Raises:
            KeyMissing, KeyFileTooOpen, KeyUnreadable: as `keys` says.
        """
        return person not in self._unlocked and isinstance(load_any_key(self.officer_key_path(person)), SealedKey)

    def public_key(self, person: str) -> str:
        """An officer's public key, which needs no PIN."""
        held = load_any_key(self.officer_key_path(person))
        return held.public if isinstance(held, SealedKey) else to_base64url(held.key.public)

    def set_pin(self, person: str, pin: str) -> None:
        """Keep an officer's key under another PIN, or under its first; the one that it has is asked for.

        Raises:
            PinNeeded, PinRefused, PinWrong: it stays as it was.
            DemonstrationKeyRefused: a key from a seed has no PIN.
        """
        held = self.officer_key(person)
        if held.derived:
            raise DemonstrationKeyRefused(path=self.officer_key_path(person))
        strength = FAST if self.pin().demonstration else STRONG
        reseal(self.officer_key_path(person), seal(held.key, pin, strength))

    def set_aside(self, person: str) -> None:
        """Put an officer's key away, for its PIN is forgotten: it is kept, and signs nothing more here."""
        path = self.officer_key_path(person)
        path.rename(path.with_name(f"{person}.{self.public_key(person)[:8]}.old"))
        self._unlocked.pop(person, None)
        self._tries_path(person).unlink(missing_ok=True)

    def officers(self) -> list[str]:
        """The persons who have a key on this device."""
        return sorted(path.stem for path in self.officers_path.glob("*.key"))

    def _unseal(self, person: str, sealed: SealedKey) -> SigningKey:
        for _asked in range(_ASKED_AT_MOST - 1):
            try:
                return self._try(person, sealed)
            except PinWrong:
                if not self.pad.may_ask_again():
                    raise
        return self._try(person, sealed)

    def _try(self, person: str, sealed: SealedKey) -> SigningKey:
        pin = self.pad.pin(person, self.path.name)
        with one_try(self._tries_path(person), lambda seconds: self.pad.wait(person, seconds)):
            return sealed.unseal(pin)

    def _tries_path(self, person: str) -> Path:
        return self.officers_path / f"{person}.tries"

    def _allowed(self, path: Path, demonstration: bool | None) -> StoredKey:
        stored = load_key(path)
        if stored.derived and not (self.pin().demonstration if demonstration is None else demonstration):
            raise DemonstrationKeyRefused(path=path)
        return stored
