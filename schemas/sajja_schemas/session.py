"""What a device signs to open a session with a server (LOG_FORMAT.md section 6).

* It signs the challenge, the network's fingerprint and the name of the server that it asks: an answer is good for one
  challenge, in one network, at one server. Whoever passes a challenge on gets an answer that is good at his own name.
* A server's name is the origin of its address as a browser would say it: scheme, host and port, in small letters,
  without the port that goes without saying. The device takes it from the address that it was given, the server from
  its own settings; neither ever takes it from the other.
"""

from typing import Final
from urllib.parse import urlsplit

_USUAL_PORTS: Final = {"http": 80, "https": 443}


def server_name(url: str) -> str:
    """The name of the server at an address: `https://sajja.example`, `http://127.0.0.1:8080`.

    Raises:
        ValueError: that is no address of a server.
    """
    parts = urlsplit(url)
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        raise ValueError("an address begins with https:// or http:// and a name")
    host = parts.hostname.encode("idna").decode("ascii")
    shown = f"[{host}]" if ":" in host else host
    is_usual = parts.port in {None, _USUAL_PORTS[parts.scheme]}
    return f"{parts.scheme}://{shown}" if is_usual else f"{parts.scheme}://{shown}:{parts.port}"


def session_message(challenge: bytes, fingerprint: bytes, server: str) -> bytes:
    """The message under `signing.SESSION_TAG`; the two before the name have 32 bytes each."""
    return challenge + fingerprint + server.encode("ascii")
