"""An officer's key as a file holds it under a PIN.

* A PIN is six digits, Thai or Arabic; those that anybody tries first are refused. What argon2id was told stands beside
  the sealed key, so that a later version may ask for more and still open what an earlier one sealed.
* Below the floor of `STRONG` a key is a demonstration's: it says so itself, and `Home` refuses it in a real network.
* Six digits are a million guesses. Sealing stops who picks the tablet up, and who reads its files in passing. It does
  **not** stop who copies the disk and guesses at leisure: for that a class asks for keys on two devices (A4, A5), and
  the office revokes a lost tablet.
"""

import os
from itertools import pairwise
from typing import Final

import msgspec

from sajja_client.key_problems import PinRefused, PinWrong
from sajja_schemas import signing
from sajja_schemas.entry import from_base64url, to_base64url
from sajja_schemas.signing import SigningKey

PIN_DIGITS: Final = 6
_THAI: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_OPERATIONS_MAX: Final = 16
_MEMORY_KIB_MAX: Final = 1024 * 1024  # what a changed file may ask of this machine
_SEALED_BYTES: Final = signing.SEED_BYTES + 16


class Strength(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What argon2id is told: passes over how much memory."""

    operations: int
    memory_kib: int
    demonstration: bool = False


# RFC 9106's second choice for its memory, three passes: a third of a second on a laptop, a second or two on a tablet.
STRONG: Final = Strength(operations=3, memory_kib=64 * 1024)
# A demonstration's: it must not take its time, and protects nothing.
FAST: Final = Strength(operations=1, memory_kib=8, demonstration=True)


class SealedKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that a PIN opens. Nothing in it is a secret to who has the PIN, and only to him is it a key."""

    public: str
    sealed: str
    salt: str
    nonce: str
    argon2id: Strength

    def is_sound(self) -> bool:
        """Whether it can be tried at all: its parts have their lengths, and it asks for what a tablet has."""
        asked = self.argon2id
        for text, size in (
            (self.public, signing.PUBLIC_KEY_BYTES),
            (self.sealed, _SEALED_BYTES),
            (self.salt, signing.SALT_BYTES),
            (self.nonce, signing.NONCE_BYTES),
        ):
            from_base64url(text, size)
        is_strong = asked.operations >= STRONG.operations and asked.memory_kib >= STRONG.memory_kib
        return (
            (is_strong or (asked.demonstration and asked.operations >= 1 and asked.memory_kib >= FAST.memory_kib))
            and asked.operations <= _OPERATIONS_MAX
            and asked.memory_kib <= _MEMORY_KIB_MAX
        )

    def unseal(self, pin: str) -> SigningKey:
        """The key.

        Raises:
            PinWrong: it is another PIN, or the file was changed.
        """
        seed = signing.unseal(
            from_base64url(self.sealed, _SEALED_BYTES),
            pin,
            salt=from_base64url(self.salt, signing.SALT_BYTES),
            nonce=from_base64url(self.nonce, signing.NONCE_BYTES),
            operations=self.argon2id.operations,
            memory_bytes=self.argon2id.memory_kib * 1024,
        )
        key = SigningKey(seed) if seed is not None else None
        if key is None or to_base64url(key.public) != self.public:
            raise PinWrong
        return key


def seal(key: SigningKey, pin: str, strength: Strength) -> SealedKey:
    """A key under a PIN, with a fresh salt and nonce."""
    salt, nonce = os.urandom(signing.SALT_BYTES), os.urandom(signing.NONCE_BYTES)
    sealed = signing.seal(
        key.secret_seed(),
        pin,
        salt=salt,
        nonce=nonce,
        operations=strength.operations,
        memory_bytes=strength.memory_kib * 1024,
    )
    return SealedKey(
        public=to_base64url(key.public),
        sealed=to_base64url(sealed),
        salt=to_base64url(salt),
        nonce=to_base64url(nonce),
        argon2id=strength,
    )


def pin_of(text: str) -> str:
    """The six digits of a PIN as a person types it, in Thai digits or with spaces as well.

    Raises:
        PinRefused: it is none; the sentence never repeats it.
    """
    digits = text.translate(_THAI).replace(" ", "").replace("-", "").strip()
    if len(digits) != PIN_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise PinRefused(reason="it is six digits", reason_thai="ต้องเป็นตัวเลข 6 หลัก")
    return digits


def new_pin_of(text: str) -> str:
    """The same of a PIN that is chosen now.

    Raises:
        PinRefused: it is none, or the first that anybody tries.
    """
    digits = pin_of(text)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    if (len(steps) == 1 and steps <= {0, 1, 9}) or digits[:3] * 2 == digits or digits[:2] * 3 == digits:
        raise PinRefused(
            reason="it is one of the first that anybody tries; choose another",
            reason_thai="เดาง่ายเกินไป (เลขซ้ำหรือเรียงกัน) เลือกใหม่",
        )
    return digits
