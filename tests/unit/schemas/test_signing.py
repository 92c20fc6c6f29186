"""A secret under a PIN: only that PIN opens it, by the terms under which it was sealed; all else opens nothing."""

from typing import Final

import pytest
from argon2.low_level import Type, hash_secret_raw
from nacl.secret import SecretBox

from sajja_schemas import signing

SECRET: Final = bytes(range(32))
SALT, NONCE = b"s" * signing.SALT_BYTES, b"n" * signing.NONCE_BYTES
CHEAP: Final = {"operations": 1, "memory_bytes": 8192}  # libsodium's least: what is claimed holds at any cost


def sealed(secret: bytes = SECRET) -> bytes:
    return signing.seal(secret, "482915", salt=SALT, nonce=NONCE, **CHEAP)


def opened(data: bytes, pin: str = "482915", *, salt: bytes = SALT, nonce: bytes = NONCE, **cost: int) -> bytes | None:
    return signing.unseal(data, pin, salt=salt, nonce=nonce, **{**CHEAP, **cost})


@pytest.mark.parametrize("secret", [SECRET, b"", "ความลับ".encode()])
def test_the_pin_opens_what_it_sealed(secret: bytes) -> None:
    assert opened(sealed(secret)) == secret
    assert not secret or secret not in sealed(secret)


@pytest.mark.parametrize("pin", ["482916", "", "๔๘๒๙๑๕", "482915 "])
def test_another_pin_opens_nothing(pin: str) -> None:
    """As it is given: what a person meant by it is not this module's to know."""
    assert opened(sealed(), pin) is None


def test_other_terms_open_nothing() -> None:
    """Salt, nonce, passes and memory are all part of the lock, so none can be swapped for a cheaper one to guess by."""
    assert opened(sealed(), salt=b"t" * signing.SALT_BYTES) is None
    assert opened(sealed(), nonce=b"m" * signing.NONCE_BYTES) is None
    assert opened(sealed(), operations=2) is None
    assert opened(sealed(), memory_bytes=16_384) is None


def test_a_changed_or_shortened_seal_opens_nothing() -> None:
    data = sealed()
    for at in range(len(data)):
        assert opened(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None
    for end in (0, 1, 15, 16, len(data) - 1):
        assert opened(data[:end]) is None


def test_the_key_of_a_pin_is_argon2id_as_others_compute_it() -> None:
    """The reference implementation of argon2 makes the same key: a seal outlives the library that made it."""
    key = hash_secret_raw(b"482915", SALT, time_cost=1, memory_cost=8, parallelism=1, hash_len=32, type=Type.ID)
    assert SecretBox(key).decrypt(sealed(), NONCE) == SECRET
