"""What people prove who they are with: passwords, second factors, one-time codes. Pure, but for the hashing threads.

* A password is argon2id's; it is hashed in threads, few at once, and whoever would wait behind too many is sent away.
* The second factor is TOTP (RFC 6238). Its secret is made of a nonce of the account and of the server's own secret, so
  a copy of the database holds no second factor. A code is good for one sign-in.
* Whether a name exists cannot be told by time: for an unknown one the same work is done and thrown away.
* Setup and recovery codes are random, so SHA-256 of them is enough. They are written without letters that look alike.
"""

import asyncio
import hmac
import secrets
import unicodedata
from base64 import b32encode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Final, TypeVar

import argon2
import pyotp

from sajja_schemas import limits

T = TypeVar("T")
STEP_SECONDS: Final = 30
_STEPS_AROUND: Final = (0, -1, 1)  # telephones are a little early or late
_FACTOR_BYTES: Final = 20  # RFC 4226 asks for 160 bits
_CODE_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 of them: five bits each
_CODE_CHARACTERS: Final = 16
_GROUP: Final = 4
_TOKEN_BYTES: Final = 32
_HASHING_AT_ONCE: Final = 2  # 32 MiB each
_HASHING_WAITING_MAX: Final = 20
_KNOWN_NONCE_BYTES: Final = 16
# RFC 9106 with the memory of a small server: three passes over 32 MiB, some 50 ms.
_hasher: Final = argon2.PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


class PasswordsBusy(Exception):
    """Too many passwords are being compared."""


class Passwords:
    """Hashes and compares passwords, a few at once."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_HASHING_AT_ONCE, thread_name_prefix="password")
        self._waiting = 0
        self._nobodys = _hash_of_no_password()

    async def hash(self, password: str) -> str:
        """A password's hash, with its parameters and salt.

        Raises:
            PasswordsBusy: too many wait.
        """
        return await self._in_thread(lambda: _hasher.hash(normal(password)))

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; with no hash the same work is done, and the answer is no.

        Raises:
            PasswordsBusy: too many wait.
        """
        is_it = await self._in_thread(lambda: _verified(normal(password), password_hash or self._nobodys))
        return is_it and password_hash is not None

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= _HASHING_AT_ONCE + _HASHING_WAITING_MAX:
            raise PasswordsBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _hash_of_no_password() -> str:
    """What looks like every other hash, takes as long to compare with, and is of no password that anybody knows."""
    salt, digest = (b64encode(secrets.token_bytes(size)).rstrip(b"=") for size in (_hasher.salt_len, _hasher.hash_len))
    costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v={argon2.low_level.ARGON2_VERSION}${costs}${salt.decode()}${digest.decode()}"


class Factors:
    """Second factors, and what marks a browser that has signed in before. It never prints its key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def secret(self, network: str, name: str, nonce: bytes) -> str:
        """What an authenticator app keeps, in base 32."""
        mac = hmac.digest(self._key, b"sajja totp v1\n" + nonce + f"{network}\n{name}".encode(), sha256)
        return b32encode(mac[:_FACTOR_BYTES]).decode()

    def uri(self, network: str, name: str, nonce: bytes) -> str:
        """The same for a QR code."""
        return pyotp.TOTP(self.secret(network, name, nonce)).provisioning_uri(name=name, issuer_name=f"Sajja {network}")

    def step_of(self, network: str, name: str, nonce: bytes, code: str, now: int) -> int | None:
        """The step whose code this is; None where it is of no step near now. Every step is compared."""
        totp = pyotp.TOTP(self.secret(network, name, nonce))
        here = now // 1000 // STEP_SECONDS
        found: int | None = None
        for around in _STEPS_AROUND:
            if hmac.compare_digest(totp.generate_otp(here + around).encode(), code.encode()):
                found = here + around
        return found

    def mark(self, network: str, name: str) -> str:
        """What a browser keeps, to be known again: it opens nothing, but no stranger can use up its tries."""
        nonce = secrets.token_bytes(_KNOWN_NONCE_BYTES)
        return (nonce + self._mark_mac(network, name, nonce)).hex()

    def is_mark(self, network: str, name: str, mark: str) -> bool:
        """Whether we gave this mark to a browser of this account."""
        try:
            held = bytes.fromhex(mark)
        except ValueError:
            return False
        nonce, mac = held[:_KNOWN_NONCE_BYTES], held[_KNOWN_NONCE_BYTES:]
        return hmac.compare_digest(mac, self._mark_mac(network, name, nonce))

    def __repr__(self) -> str:
        return "Factors()"

    def _mark_mac(self, network: str, name: str, nonce: bytes) -> bytes:
        tagged = b"sajja known browser v1\n" + nonce + f"{network}\n{name}".encode()
        return hmac.digest(self._key, tagged, sha256)[:_KNOWN_NONCE_BYTES]


def new_token() -> str:
    """A session's token."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def csrf_of(token: str) -> str:
    """What a page of ours repeats in a header when it changes something; another page cannot know it."""
    return sha256(b"sajja csrf v1\n" + token.encode()).hexdigest()


def new_code() -> str:
    """A code to type: four groups of four."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_CHARACTERS))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _CODE_CHARACTERS, _GROUP))


def code_bytes(typed: str) -> bytes:
    """A typed code as it is compared: without hyphens and spaces, in capitals."""
    kept = "".join(letter for letter in unicodedata.normalize("NFKC", typed) if letter.isalnum()).upper()
    return kept[: 4 * _CODE_CHARACTERS].encode()


def normal(text: str) -> str:
    """One spelling of what can be typed in several ways."""
    return unicodedata.normalize("NFKC", text)


def account_name(typed: str) -> str | None:
    """A name as it is stored: letters of any script, digits, dot, hyphen and underscore; None where it is none."""
    name = normal(typed).strip().casefold()
    is_name = limits.ACCOUNT_NAME_CHARACTERS_MIN <= len(name) <= limits.ACCOUNT_NAME_CHARACTERS_MAX and all(
        letter in ".-_" or unicodedata.category(letter)[0] in "LMN" for letter in name
    )
    return name if is_name else None


def is_password_fit(password: str, name: str) -> bool:
    """Long enough, not one letter over and over, and not the name."""
    plain = normal(password)
    return (
        limits.PASSWORD_CHARACTERS_MIN <= len(plain) <= limits.PASSWORD_CHARACTERS_MAX
        and len(set(plain)) >= limits.PASSWORD_LETTERS_MIN
        and name not in plain.casefold()
    )


def _verified(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
