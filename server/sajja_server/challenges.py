"""Challenges that devices sign, made without remembering them: a flood of questions costs nobody anything.

* 32 bytes: until when it is good (6), a nonce (10), and a keyed hash (16) over both, the network and the device.
  Only a server with the secret can make one, so nothing is stored when it is asked for, and none can be pushed out.
* It is used up when it was answered rightly, which only the device can do: until it expires, `store/sessions.py`
  remembers that it was.
* Servers that share a database share the secret, so one may ask and another take the answer.
"""

import hmac
from hashlib import sha256
from typing import Final

from sajja_schemas import limits

CHALLENGE_BYTES: Final = 32
NONCE_BYTES: Final = 10
_UNTIL_BYTES: Final = 6
_MAC_BYTES: Final = 16
_MS: Final = 1000


class Challenger:
    """Asks and recognises what it asked. It never prints its key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ask(self, network: str, device: bytes, now: int, nonce: bytes) -> tuple[bytes, int]:
        """A challenge, and until when it is good."""
        expires_at = now + limits.CHALLENGE_SECONDS * _MS
        head = expires_at.to_bytes(_UNTIL_BYTES, "big") + nonce
        return head + self._mac(head, network, device), expires_at

    def expiry_of(self, challenge: bytes, network: str, device: bytes, now: int) -> int | None:
        """Until when a challenge is good; None where we did not ask it, not of this device, or too long ago.

        One from further ahead than any could be is refused too: the clock was set back since.
        """
        head, mac = challenge[:-_MAC_BYTES], challenge[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(head, network, device)):
            return None
        expires_at = int.from_bytes(head[:_UNTIL_BYTES], "big")
        return expires_at if now <= expires_at <= now + limits.CHALLENGE_SECONDS * _MS else None

    def __repr__(self) -> str:
        return "Challenger()"

    def _mac(self, head: bytes, network: str, device: bytes) -> bytes:
        return hmac.digest(self._key, head + device + network.encode(), sha256)[:_MAC_BYTES]
