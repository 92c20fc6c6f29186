"""The keyed hash by which one person is found in two villages, and the secret that makes it.

* Thirteen digits can all be tried in minutes, so a plain hash would be the number. The key is a secret of this server:
  in a file beside it, mode 0600, in no database, no backup of one, and no log.
* Each network has a key of its own, derived from the secret by its name: hashes of two networks cannot be compared.
* A hash stands beside its part and goes with it. It is in no entry's body and leaves this server never.
* If the secret is lost, the parts are hashed anew with another.
* Other keys of this server are derived from the same secret (`derive`): of the challenges that devices sign, and of
  people's second factors. So whoever loses it sets every account up again (`sajja-server people reset`).
"""

import hmac
import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

SECRET_BYTES: Final = 32
KEY_ID_BYTES: Final = 8
_NETWORK_TAG: Final = b"sajja person key v1\n"
_KEY_ID_TAG: Final = b"sajja person key id v1\n"
_PURPOSE_TAG: Final = b"sajja server key v1\n"
_PERSON_TAG: Final = b"sajja person v1\n"
_MODE: Final = 0o600
_OTHERS: Final = 0o077


class SecretUnfit(Exception):
    """The secret for finding persons twice cannot be used. · ใช้ความลับสำหรับหาคนซ้ำไม่ได้"""


class PersonHasher:
    """Hashes numbers of persons. It never prints its secret."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        assert len(secret) == SECRET_BYTES, "the secret was read by `read_secret`"
        self._secret = secret

    def hash(self, network: str, document: str, number: str) -> bytes:
        """32 bytes that only this server can make of a number."""
        return _hmac(self._key(network), _PERSON_TAG + f"{document}\n{number}".encode())

    def key_id(self, network: str) -> bytes:
        """Which key makes this network's hashes; it says nothing about the key."""
        return _hmac(self._key(network), _KEY_ID_TAG)[:KEY_ID_BYTES]

    def derive(self, purpose: bytes) -> bytes:
        """A key for another purpose. From one nobody learns another, nor the secret."""
        return _hmac(self._secret, _PURPOSE_TAG + purpose)

    def __repr__(self) -> str:
        return "PersonHasher()"

    def _key(self, network: str) -> bytes:
        return _hmac(self._secret, _NETWORK_TAG + network.encode())


def read_secret(path: Path) -> bytes:
    """The secret of a file; the first time, one is made.

    Raises:
        SecretUnfit: others may read it, it has another length, or it can be neither read nor made.
    """
    try:
        with suppress(FileExistsError):
            _make(path)
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            secret = file.read(SECRET_BYTES + 1)
    except OSError as error:
        raise SecretUnfit(f"{path}: {error.strerror}") from error
    if mode & _OTHERS:
        raise SecretUnfit(f"{path}: others may read it (mode {mode:o}); chmod 600 it, or remove it for a new one")
    if len(secret) != SECRET_BYTES:
        raise SecretUnfit(f"{path}: it has not {SECRET_BYTES} bytes; remove it for a new one")
    return secret


def _make(path: Path) -> None:
    # Others may pass through the folder to what else is in it (a database that runs as another account).
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    if path.exists():
        return
    # Written whole before it has its name: who starts at the same time finds all of it or nothing.
    unnamed = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(unnamed)  # never over another's
    finally:
        unnamed.unlink()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, sha256)
