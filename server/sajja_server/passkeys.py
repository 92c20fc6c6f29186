"""Passkeys (Web Authentication): what is offered to a browser, and whether what comes back is good. Pure.

* A passkey stands for the password and the second factor together: the authenticator has asked its owner for a finger,
  a face or a PIN (user verification is required), and it signs for our page's address alone.
* A challenge is random, says for whom and until when it is, and is ours by a MAC of the server's own secret: whoever
  asks for one leaves nothing behind. It is good once: who accepts one writes it down (`store.passkeys`).
* Where the page is looked at by an IP address there are no passkeys: browsers know them by the name of a host.
* Which authenticator it is, nobody asks (attestation `none`). A signature counter that does not grow is a copy's.

The formats and checks are those of W3C Web Authentication, by py_webauthn.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sajja_schemas import limits
from sajja_server.store.passkeys import Passkey

Purpose = Literal["add", "sign-in"]
CHALLENGE_MS: Final = 5 * 60 * 1000
_NONCE_BYTES: Final = 16
_UNTIL_BYTES: Final = 8
_MAC_BYTES: Final = 16
_LOCAL: Final = "localhost"


class PasskeyRefused(Exception):
    """What a browser brought is no passkey of ours, or not for this page, or too late."""


class Place(msgspec.Struct, frozen=True):
    """Where a page of ours is looked at: the host that a passkey is for, and the page's origin."""

    host: str
    origin: str


def place_of(public_url: str, host: str) -> Place | None:
    """Where the page is looked at; None where there are no passkeys, by an address or without TLS."""
    origin = public_url.rstrip("/") or f"http://{host}"
    parts = urlsplit(origin)
    name = parts.hostname or ""
    is_local = name == _LOCAL or name.endswith(f".{_LOCAL}")
    is_named = not name.replace(".", "").isdecimal() and ":" not in name
    return Place(name, origin) if name and is_named and (parts.scheme == "https" or is_local) else None


class Challenges:
    """Makes challenges and knows them again, with a secret of the server's. It never prints it."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, purpose: Purpose, network: str, name: str, now: int) -> bytes:
        """A challenge for somebody (or, to sign in, for nobody in particular), good for five minutes."""
        open_part = secrets.token_bytes(_NONCE_BYTES) + (now + CHALLENGE_MS).to_bytes(_UNTIL_BYTES)
        return open_part + self._mac(open_part, purpose, network, name)

    def until(self, challenge: bytes, purpose: Purpose, network: str, name: str, now: int) -> int:
        """Until when a challenge of ours is good.

        Raises:
            PasskeyRefused: it is none, is for another purpose, network or person, or has ended.
        """
        open_part = challenge[: _NONCE_BYTES + _UNTIL_BYTES]
        is_ours = hmac.compare_digest(challenge[len(open_part) :], self._mac(open_part, purpose, network, name))
        until = int.from_bytes(open_part[_NONCE_BYTES:])
        if not is_ours or until < now:
            raise PasskeyRefused
        return until

    def __repr__(self) -> str:
        return "Challenges()"

    def _mac(self, open_part: bytes, purpose: Purpose, network: str, name: str) -> bytes:
        tagged = b"sajja passkey challenge v1\n" + open_part + f"{purpose}\n{network}\n{name}".encode()
        return hmac.digest(self._key, tagged, sha256)[:_MAC_BYTES]


def offer_to_add(place: Place, network: str, name: str, challenge: bytes, has: list[bytes]) -> str:
    """What `navigator.credentials.create` is given, as JSON; one authenticator makes no second one."""
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=f"Sajja {network}",
        user_name=name,
        user_id=user_handle(network, name),
        challenge=challenge,
        timeout=CHALLENGE_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in has],
    )
    return webauthn.options_to_json(options)


def offer_to_sign_in(place: Place, challenge: bytes) -> str:
    """What `navigator.credentials.get` is given, as JSON: whoever has a passkey for this page may choose it."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge,
        timeout=CHALLENGE_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def user_handle(network: str, name: str) -> bytes:
    """Whose passkey it is, as authenticators know it: it says nothing of the person."""
    return sha256(f"sajja passkey person v1\n{network}\n{name}".encode()).digest()


def credential_of(credential: str) -> bytes:
    """The id of the passkey that a browser signs in with.

    Raises:
        PasskeyRefused: it cannot be read.
    """
    try:
        return parse_authentication_credential_json(credential).raw_id
    except Exception as error:  # a stranger's bytes in another's parser: whatever it says, it is refused
        raise PasskeyRefused from error


def id_bytes(text: str) -> bytes:
    """The id of a passkey as it is kept; nothing where it is none."""
    try:
        return webauthn.base64url_to_bytes(text)
    except ValueError:
        return b""


def challenge_in(credential: str) -> bytes:
    """The challenge that was answered.

    Raises:
        PasskeyRefused: it cannot be read.
    """
    try:
        answered = msgspec.json.decode(credential, type=_Answered).response.clientDataJSON
        return parse_client_data_json(webauthn.base64url_to_bytes(answered)).challenge
    except Exception as error:
        raise PasskeyRefused from error


def verify_new(credential: str, place: Place, challenge: bytes) -> Passkey:
    """The passkey that an authenticator has made.

    Raises:
        PasskeyRefused: it is not for this page or challenge, nobody was asked, or it cannot be read.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyRefused from error
    kept = Passkey(made.credential_id, made.credential_public_key, made.sign_count)
    if len(kept.credential) > limits.PASSKEY_ID_BYTES_MAX or len(kept.public_key) > limits.PASSKEY_KEY_BYTES_MAX:
        raise PasskeyRefused
    return kept


def verify_use(credential: str, place: Place, challenge: bytes, kept: Passkey, handle: bytes) -> int:
    """How often the authenticator says that this passkey was used, its signature verified.

    Raises:
        PasskeyRefused: it is not this passkey's or person's, nor for this page or challenge; nobody was asked; it is a
            copy's.
    """
    try:
        read = parse_authentication_credential_json(credential)
        used = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.uses,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyRefused from error
    if read.response.user_handle not in {None, handle}:
        raise PasskeyRefused
    return used.new_sign_count


class _Response(msgspec.Struct, frozen=True):
    clientDataJSON: str  # noqa: N815  # as browsers name it


class _Answered(msgspec.Struct, frozen=True):
    response: _Response
