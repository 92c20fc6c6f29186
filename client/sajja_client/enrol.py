"""How a tablet asks to be enrolled, and how the office reads the request.

* A request carries the device's public key and those of the officers who approve on it. Each key has signed the
  enrolment message itself (LOG_FORMAT.md section 6), so nobody can ask for a key that he does not hold.
* A request is carried by hand. What says that it is that tablet's is a person: both sides read a short code aloud, the
  first forty bits of SHA-256 over the request's canonical bytes.
* Nothing secret is in a request.
"""

from base64 import b32encode
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.durable import replace_file
from sajja_client.home import Home
from sajja_client.problems import CodeDiffers, RequestRefused
from sajja_schemas import canonical, signing
from sajja_schemas.enrolment import enrolment_message
from sajja_schemas.entry import Unreadable, device_name, from_base64url, to_base64url
from sajja_schemas.events.trust import DeviceEnrolled, OfficerKeyEnrolled
from sajja_schemas.signing import SigningKey

DEVICE_HOLDER: Final = "device"
_CODE_BYTES: Final = 5
_CODE_CHARACTERS: Final = 8
_REQUEST_BYTES_MAX: Final = 64 * 1024


class OfficerRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An officer's key on this tablet."""

    person: str
    key: str
    proof: str
    derived: bool


class EnrolmentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tablet hands to the office."""

    network: str
    fingerprint: str
    village: str
    key: str
    label: str
    proof: str
    derived: bool
    officers: list[OfficerRequest]

    @property
    def device(self) -> str:
        """The device's name."""
        return device_name(from_base64url(self.key, signing.PUBLIC_KEY_BYTES))

    @property
    def code(self) -> str:
        """What both sides read aloud: `ABCD-EFGH`."""
        text = b32encode(sha256(_canonical(self)).digest()[:_CODE_BYTES]).decode("ascii")
        return f"{text[: _CODE_CHARACTERS // 2]}-{text[_CODE_CHARACTERS // 2 :]}"

    def device_enrolled(self) -> DeviceEnrolled:
        """The event by which the office enrols the tablet."""
        return DeviceEnrolled(
            device=self.device, key=self.key, label=self.label, proof=self.proof, derived=self.derived
        )

    def officer_keys_enrolled(self) -> list[OfficerKeyEnrolled]:
        """The events by which the office enrols the officers' keys on it."""
        return [
            OfficerKeyEnrolled(
                person=officer.person,
                device=self.device,
                key=officer.key,
                proof=officer.proof,
                derived=officer.derived,
            )
            for officer in self.officers
        ]


def ask(home: Home, *, label: str) -> EnrolmentRequest:
    """The request of this home's device, with a key for each of its officers; it is written to `request.json`."""
    pin = home.pin()
    stored = home.device_key()
    device = device_name(stored.key.public)

    def prove(key: SigningKey, holder: str, *, person: str = "", derived: bool) -> str:
        message = enrolment_message(
            network=pin.network,
            fingerprint=pin.fingerprint,
            village=pin.village,
            key=to_base64url(key.public),
            holder=holder,
            person=person,
            derived=derived,
        )
        return to_base64url(key.sign(signing.ENROLMENT_TAG, message))

    officers = []
    for person in home.officers():
        held = home.officer_key(person)
        proof = prove(held.key, device, person=person, derived=held.derived)
        officers.append(
            OfficerRequest(person=person, key=to_base64url(held.key.public), proof=proof, derived=held.derived)
        )
    request = EnrolmentRequest(
        network=pin.network,
        fingerprint=pin.fingerprint,
        village=pin.village,
        key=to_base64url(stored.key.public),
        label=label,
        proof=prove(stored.key, DEVICE_HOLDER, derived=stored.derived),
        derived=stored.derived,
        officers=officers,
    )
    replace_file(home.request_path, _canonical(request) + b"\n", mode=0o644)
    return request


def read_request(path: Path) -> EnrolmentRequest:
    """A request that was carried here, with every proof checked.

    Raises:
        RequestRefused: it cannot be read, or a key has not signed it.
    """
    try:
        with path.open("rb") as file:
            request = msgspec.json.decode(file.read(_REQUEST_BYTES_MAX), type=EnrolmentRequest)
        device = request.device
    except (OSError, msgspec.DecodeError, Unreadable) as error:
        raise RequestRefused(reason=f"{path}: {error}") from error
    _check_proof(request, request.key, request.proof, DEVICE_HOLDER, derived=request.derived)
    for officer in request.officers:
        _check_proof(request, officer.key, officer.proof, device, person=officer.person, derived=officer.derived)
    return request


def check_code(request: EnrolmentRequest, given: str) -> None:
    """Compare with the code that was read aloud.

    Raises:
        CodeDiffers: this is another request.
    """
    if given.upper().replace("-", "").replace(" ", "") != request.code.replace("-", ""):
        raise CodeDiffers(expected=request.code, given=given)


def _check_proof(
    request: EnrolmentRequest, key: str, proof: str, holder: str, *, person: str = "", derived: bool
) -> None:
    message = enrolment_message(
        network=request.network,
        fingerprint=request.fingerprint,
        village=request.village,
        key=key,
        holder=holder,
        person=person,
        derived=derived,
    )
    try:
        public, signature = from_base64url(key, 32), from_base64url(proof, 64)
    except Unreadable as error:
        raise RequestRefused(reason=str(error)) from error
    if not signing.is_acceptable_public_key(public) or not signing.is_valid(
        public, signature, signing.ENROLMENT_TAG, message
    ):
        raise RequestRefused(reason="a key has not signed it")


def _canonical(request: EnrolmentRequest) -> bytes:
    return canonical.encode(msgspec.to_builtins(request))
