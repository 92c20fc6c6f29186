"""Private keys in files: the device's own, and its officers'.

* A key file is one line of JSON of mode 0600: `{"derived":false,"seed":"<base64url>"}`, or an officer's key under a PIN
  (`sealing`). It is written whole before it has its name, and synced with its folder. It is never written over but by
  the same key under another PIN: a lost key is a new device.
* A file that others may read is refused, for the key may be theirs as well.
* A key derived from a seed is anybody's who knows the seed. It says so in its file, and is refused in every network
  that is not marked as a demonstration (`Home.device_key`, `Home.officer_key`).
* The device's own key has no PIN: a tablet records whoever holds it, and what it records asks for officers.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.durable import create_file, replace_file
from sajja_client.problems import KeyExists, KeyFileTooOpen, KeyMissing, KeyUnreadable
from sajja_client.sealing import SealedKey
from sajja_schemas.entry import Unreadable, from_base64url, to_base64url
from sajja_schemas.signing import SEED_BYTES, SigningKey

KEY_MODE: Final = 0o600
_OTHERS: Final = 0o077
_KEY_FILE_BYTES_MAX: Final = 1024
_DERIVED_TAG: Final = b"sajja demonstration key v1\n"


class StoredKey(msgspec.Struct, frozen=True):
    """A key as its file holds it."""

    key: SigningKey
    derived: bool


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    derived: bool
    seed: str


def new_key() -> SigningKey:
    """A new key from the system's randomness."""
    return SigningKey.from_randomness(os.urandom(SEED_BYTES))


def create_key(path: Path) -> SigningKey:
    """A new key from the system's randomness, kept in a file that only its owner reads.

    Raises:
        KeyExists: there is a file of that name.
    """
    key = new_key()
    store_key(path, key, derived=False)
    return key


def store_key(path: Path, key: SigningKey, *, derived: bool) -> None:
    """Keep a key in a new file, open.

    Raises:
        KeyExists: there is a file of that name.
    """
    _create(path, msgspec.json.encode(_KeyFile(derived=derived, seed=to_base64url(key.secret_seed()))))


def store_sealed(path: Path, sealed: SealedKey) -> None:
    """Keep a key under a PIN in a new file.

    Raises:
        KeyExists: there is a file of that name.
    """
    _create(path, msgspec.json.encode(sealed))


def reseal(path: Path, sealed: SealedKey) -> None:
    """The same key under another PIN: the file has the old bytes or the new ones, whatever fails."""
    replace_file(path, msgspec.json.encode(sealed) + b"\n", mode=KEY_MODE)


def load_key(path: Path) -> StoredKey:
    """The key of a file that is open.

    Raises:
        KeyMissing: no such file.
        KeyFileTooOpen: its mode lets others read or write it.
        KeyUnreadable: it holds no key, or one under a PIN.
    """
    held = load_any_key(path)
    if isinstance(held, SealedKey):
        raise KeyUnreadable(path=path)
    return held


def load_any_key(path: Path) -> StoredKey | SealedKey:
    """What a key file holds.

    Raises:
        KeyMissing, KeyFileTooOpen, KeyUnreadable: as `load_key` says.
    """
    try:
        with path.open("rb") as file:
            # The mode of what was opened, not of what the name points at a moment later.
            mode = os.fstat(file.fileno()).st_mode & 0o777
            line = file.read(_KEY_FILE_BYTES_MAX)
    except FileNotFoundError as error:
        raise KeyMissing(path=path) from error
    if mode & _OTHERS:
        raise KeyFileTooOpen(path=path, mode=f"{mode:04o}")
    try:
        if b'"sealed"' in line:
            sealed = msgspec.json.decode(line, type=SealedKey)
            if not sealed.is_sound():
                raise KeyUnreadable(path=path)
            return sealed
        held = msgspec.json.decode(line, type=_KeyFile)
        return StoredKey(SigningKey(from_base64url(held.seed, SEED_BYTES)), held.derived)
    except (msgspec.DecodeError, Unreadable) as error:
        raise KeyUnreadable(path=path) from error


def derive_key(seed: str, *names: str) -> SigningKey:
    """A demonstration's key: the same for the same seed and names, everywhere. Store it as `derived`."""
    parts = [part.encode() for part in (seed, *names)]
    # Each part carries its length, so that two lists of names never make one key.
    return SigningKey(sha256(_DERIVED_TAG + b"".join(b"%d:%b" % (len(part), part) for part in parts)).digest())


def _create(path: Path, line: bytes) -> None:
    try:
        create_file(path, line + b"\n", mode=KEY_MODE)
    except FileExistsError as error:
        raise KeyExists(path=path) from error
