"""How a tablet asks to be enrolled, and how the office reads the request.

* A request carries the device's public key and those of the officers who approve on it. Each key has signed the
  enrolment message itself (LOG_FORMAT.md section 6), so nobody can ask for a key that he does not hold; a weak key is
  refused before that.
* A request is carried by hand. What says that it is that tablet's is a person: the tablet shows a code, sixty bits of
  SHA-256 over the request's canonical bytes, and a QR text with the code, the device's whole key and the fingerprint of
  the network that it is pinned to. The office types the one or scans the other; a request that was exchanged on the way
  has another code, and a tablet that was given another network's pin shows another fingerprint.
* A code is good once and for a day. Once: the office's log says which keys were enrolled. A day: by the tablet's claim
  and the office's clock, and a clock is no proof. Where the office's own clock is behind what its log has seen, or the
  two differ, a person says so and decides (`check_fresh`); three officers on two devices sign it either way.
* Nothing secret is in a request, in a code or in a QR.
"""

from base64 import b32encode
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.clock import now_ms, shown_moment
from sajja_client.durable import replace_file
from sajja_client.home import Home
from sajja_client.key_problems import ClockBehind, CodeDiffers, NetworkDiffers, RequestExpired, WeakKey
from sajja_client.log import Log
from sajja_client.problems import RequestRefused
from sajja_schemas import canonical, signing
from sajja_schemas.enrolment import enrolment_message
from sajja_schemas.entry import Unreadable, device_name, from_base64url, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.trust import DeviceEnrolled, OfficerKeyEnrolled
from sajja_schemas.signing import SigningKey

DEVICE_HOLDER: Final = "device"
CODE_HOURS: Final = 24
_CODE_CHARACTERS: Final = 12
_CODE_GROUP: Final = 4
_QR_MARK: Final = "SAJJA-TABLET"
_QR_WORDS: Final = 5
_HOUR_MS: Final = 60 * 60 * 1000
_REQUEST_BYTES_MAX: Final = 64 * 1024
# What a person may read for a letter of the code's alphabet, which has no 0, 1 and 8.
_MISREAD: Final = str.maketrans("018", "OIB", "- ")


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
    asked_at: int  # milliseconds since 1970, as the tablet believes
    replaces: str = ""  # what people call the tablet that it replaces, or how its name begins

    @property
    def device(self) -> str:
        """The device's name."""
        return device_name(from_base64url(self.key, signing.PUBLIC_KEY_BYTES))

    @property
    def code(self) -> str:
        """What the tablet shows and the office types: `ABCD-EFGH-JKLM`."""
        text = b32encode(sha256(_canonical(self)).digest()).decode("ascii")[:_CODE_CHARACTERS]
        return "-".join(text[at : at + _CODE_GROUP] for at in range(0, _CODE_CHARACTERS, _CODE_GROUP))

    @property
    def qr_text(self) -> str:
        """What the tablet shows as a QR: the network and its pinned fingerprint, the device's key, the code."""
        return f"{_QR_MARK} {self.network} {self.fingerprint} {self.key} {self.code}"

    def device_enrolled(self, succeeds: str | None = None) -> DeviceEnrolled:
        """The event by which the office enrols the tablet; `succeeds` is the device that it replaces."""
        return DeviceEnrolled(
            device=self.device,
            key=self.key,
            label=self.label,
            proof=self.proof,
            derived=self.derived,
            succeeds=succeeds,
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


def ask(
    home: Home, *, label: str, officers: list[str] | None = None, replaces: str = "", asked_at: int | None = None
) -> EnrolmentRequest:
    """The request of this home's device; it is written to `request.json`.

    Args:
        home: whose.
        label: what people call the device.
        officers: whose keys on it are asked for, each of which signs here; all of them where it is not given.
        replaces: the device that it replaces.
        asked_at: by this device's clock where it is not given.
    """
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

    asked = []
    for person in home.officers() if officers is None else officers:
        held = home.officer_key(person)
        proof = prove(held.key, device, person=person, derived=held.derived)
        asked.append(
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
        officers=asked,
        asked_at=now_ms() if asked_at is None else asked_at,
        replaces=replaces,
    )
    replace_file(home.request_path, _canonical(request) + b"\n", mode=0o644)
    return request


def read_request(path: Path) -> EnrolmentRequest:
    """A request that was carried here, with every proof checked.

    Raises:
        RequestRefused: it cannot be read, or a key has not signed it.
        WeakKey: it asks for a key that anybody could sign with.
    """
    try:
        with path.open("rb") as file:
            request = msgspec.json.decode(file.read(_REQUEST_BYTES_MAX), type=EnrolmentRequest)
        device = request.device
    except (OSError, msgspec.DecodeError, Unreadable) as error:
        raise RequestRefused(reason=f"{path}: {error}", reason_thai=f"อ่านไฟล์ {path} ไม่ได้") from error
    _check_proof(request, request.key, request.proof, DEVICE_HOLDER, derived=request.derived)
    for officer in request.officers:
        _check_proof(request, officer.key, officer.proof, device, person=officer.person, derived=officer.derived)
    return request


def check_code(request: EnrolmentRequest, given: str) -> None:
    """Compare with what the tablet shows: the code as it is typed, or the QR text as it is scanned.

    Raises:
        CodeDiffers: this is another request, or no code at all.
        NetworkDiffers: the tablet is pinned to another network than its request says.
    """
    words = given.split()
    if words[:1] == [_QR_MARK]:
        if len(words) != _QR_WORDS:
            raise CodeDiffers
        if words[1:3] != [request.network, request.fingerprint]:
            raise NetworkDiffers(network=request.network)
        if words[3] != request.key:
            raise CodeDiffers
        given = words[4]
    if given.upper().translate(_MISREAD) != request.code.replace("-", ""):
        raise CodeDiffers


def check_fresh(request: EnrolmentRequest, *, now: int, seen: int) -> None:
    """Whether the request is of this day, as far as clocks can tell.

    Args:
        request: with the moment at which the tablet believes to have made it.
        now: this office's clock, in milliseconds.
        seen: the latest moment that the server or this office's own log has told of.

    Raises:
        ClockBehind: this office's clock cannot be right, so nothing can be said.
        RequestExpired: the two moments are more than a day apart.
    """
    if now < seen - _HOUR_MS:
        raise ClockBehind(now=shown_moment(now), seen=shown_moment(seen))
    if abs(now - request.asked_at) > CODE_HOURS * _HOUR_MS:
        raise RequestExpired(asked=shown_moment(request.asked_at), now=shown_moment(now), hours=CODE_HOURS)


def latest_seen(log: Log) -> int:
    """The latest moment that this device knows of: the server's of what was pulled, its own of what it recorded."""
    shown = log.connection.execute("SELECT max(received_at) FROM feed_line").fetchone()[0] or 0
    head = log.head()
    last = log.entry(head[0]) if head is not None else None
    body = read_body(last.body) if last is not None else None
    return max(shown, body.recorded_at if isinstance(body, Body) else 0)


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
        raise RequestRefused(reason=str(error), reason_thai="กุญแจหรือลายมือชื่ออ่านไม่ได้") from error
    if not signing.is_acceptable_public_key(public):
        raise WeakKey(holder=person or holder)
    if not signing.is_valid(public, signature, signing.ENROLMENT_TAG, message):
        raise RequestRefused(
            reason="a key has not signed it; it was changed on the way",
            reason_thai="กุญแจไม่ได้ลงนามคำขอนี้ คำขอถูกแก้ระหว่างทาง",
        )


def _canonical(request: EnrolmentRequest) -> bytes:
    return canonical.encode(msgspec.to_builtins(request))
