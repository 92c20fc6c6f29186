"""Ed25519, sealed boxes, what a PIN seals, and the only module that knows PyNaCl.

* Every signature stands under a tag of its own, so that no signed thing can pass for another.
* libsodium's rule decides what is valid: S < L, and no small-order or non-canonical A or R. Other libraries accept
  more; one library decides for everybody, or two honest verifiers could disagree about history (ADR 0002).
* What arrived is what is verified. Nothing is decoded and encoded again on the way here.
* A secret is sealed under a PIN by libsodium as well: argon2id makes a key of the PIN, and XSalsa20-Poly1305 seals. One
  library that is here already does both, so no second one has to be trusted with a secret.
* What only one key may read is sealed to it (libsodium's `crypto_box_seal`, to the X25519 form of the Ed25519 key). The
  one-time key of a seal is libsodium's own randomness: two seals of the same bytes differ.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Self

from nacl import bindings
from nacl.exceptions import CryptoError

ENTRY_TAG: Final = b"sajja entry v1\n"
APPROVAL_TAG: Final = b"sajja approval v1\n"
ENROLMENT_TAG: Final = b"sajja enrolment v1\n"
SESSION_TAG: Final = b"sajja session v2\n"
# C2SP signed notes have no tag. Their first line is an origin, which has no space; every tag above has one.
NOTE_TAG: Final = b""

SEED_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 24
_SEALING_KEY_BYTES: Final = 32


class SigningKey:
    """A private key. It never prints itself."""

    __slots__ = ("_secret", "public")

    public: bytes
    _secret: bytes

    def __init__(self, seed: bytes) -> None:
        """From 32 secret bytes.

        Raises:
            ValueError: another length.
        """
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes")
        self.public, self._secret = bindings.crypto_sign_seed_keypair(seed)

    @classmethod
    def from_randomness(cls, randomness: bytes) -> Self:
        """From 32 bytes of the system's randomness; the caller brings them, for this package has no source of any."""
        return cls(randomness)

    def sign(self, tag: bytes, message: bytes) -> bytes:
        """64 bytes of signature over `tag` and `message`."""
        signed: bytes = bindings.crypto_sign(tag + message, self._secret)
        return signed[:SIGNATURE_BYTES]

    def open_sealed(self, sealed: bytes) -> bytes | None:
        """What was sealed to this key; None where it was not, or has been changed."""
        public = bindings.crypto_sign_ed25519_pk_to_curve25519(self.public)
        secret = bindings.crypto_sign_ed25519_sk_to_curve25519(self._secret)
        try:
            opened: bytes = bindings.crypto_box_seal_open(sealed, public, secret)
        except (CryptoError, TypeError):
            return None
        return opened

    def secret_seed(self) -> bytes:
        """The 32 secret bytes, for the one file that keeps them."""
        return self._secret[:SEED_BYTES]

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


def is_valid(public_key: bytes, signature: bytes, tag: bytes, message: bytes) -> bool:
    """Whether the signature over `tag` and `message` is this key's, by libsodium's strict rule."""
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        bindings.crypto_sign_open(signature + tag + message, public_key)
    except CryptoError:
        return False
    return True


def are_entries_valid(entries: Iterable[tuple[bytes, bytes, bytes]]) -> list[bool]:
    """`is_valid` for many (public key, signature, body); one call a batch, made for a thread (it releases the GIL)."""
    return [is_valid(key, signature, ENTRY_TAG, body) for key, signature, body in entries]


def is_acceptable_public_key(public_key: bytes) -> bool:
    """Whether a key may be enrolled: a canonical point of the main subgroup, so not one of the weak keys."""
    return len(public_key) == PUBLIC_KEY_BYTES and bool(bindings.crypto_core_ed25519_is_valid_point(public_key))


def seal_to(public_key: bytes, message: bytes) -> bytes:
    """Bytes that only the holder of a key can open.

    Raises:
        ValueError: that is no key that could be enrolled.
    """
    if not is_acceptable_public_key(public_key):
        raise ValueError("not a public key")
    sealed: bytes = bindings.crypto_box_seal(message, bindings.crypto_sign_ed25519_pk_to_curve25519(public_key))
    return sealed


def approval_message(hashes: Sequence[bytes]) -> bytes:
    """What an officer signs: the hashes of a meeting's list, in the order listed (LOG_FORMAT.md section 5)."""
    return b"".join(hashes)


def seal(secret: bytes, pin: str, *, salt: bytes, nonce: bytes, operations: int, memory_bytes: int) -> bytes:
    """A secret that only the PIN opens; salt and nonce are fresh for each sealing, and no secret."""
    key = _sealing_key(pin, salt, operations, memory_bytes)
    sealed: bytes = bindings.crypto_secretbox(secret, nonce, key)
    return sealed


def unseal(sealed: bytes, pin: str, *, salt: bytes, nonce: bytes, operations: int, memory_bytes: int) -> bytes | None:
    """The secret; None where the PIN is another one, or the sealed bytes were changed."""
    try:
        secret: bytes = bindings.crypto_secretbox_open(sealed, nonce, _sealing_key(pin, salt, operations, memory_bytes))
    except CryptoError:
        return None
    return secret


def _sealing_key(pin: str, salt: bytes, operations: int, memory_bytes: int) -> bytes:
    key: bytes = bindings.crypto_pwhash_alg(
        _SEALING_KEY_BYTES, pin.encode(), salt, operations, memory_bytes, bindings.crypto_pwhash_ALG_ARGON2ID13
    )
    return key
