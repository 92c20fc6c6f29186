"""Which keys the network may have: each asked for itself, and is a good one.

* A key signs its own request, so nobody enrols a key that he has only seen; and a weak key is refused.
* A device is named after its key. A key that comes from a seed is allowed in a demonstration only.
* The log's key and origin are the office's matter: what concerns them stands in the office's feed, which every device
  pulls. Another origin has a greater epoch.
"""

import re
from typing import Final

from sajja_schemas import signing
from sajja_schemas.canonical import encode
from sajja_schemas.checkpoint import epoch_of, is_origin
from sajja_schemas.entry import OFFICE, device_name, from_base64url
from sajja_schemas.events import Body
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.events.public_log import LogContinued, LogKeyAdopted
from sajja_schemas.events.trust import DeviceEnrolled, OfficerKeyEnrolled
from sajja_schemas.standing import Trust

NAMING_KEYS: Final = frozenset({DeviceEnrolled, LogContinued, LogKeyAdopted, NetworkEstablished, OfficerKeyEnrolled})
_NETWORK: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")  # it stands in addresses and file names


def enrolment_message(
    *, network: str, fingerprint: str, village: str, key: str, holder: str, person: str, derived: bool
) -> bytes:
    """What a key signs to ask for its enrolment (LOG_FORMAT.md section 6).

    For a device's own key `holder` is `device` and `person` is empty, for the log's key `holder` is `log`; for an
    officer's key they are the name of the device that it is on, and the officer.
    """
    request = {
        "derived": derived,
        "fingerprint": fingerprint,
        "holder": holder,
        "key": key,
        "network": network,
        "person": person,
        "village": village,
    }
    return encode(request)


def is_founding_sound(body: Body) -> bool:
    """Whether a founding entry names its network, its own device, and only keys that the network may have."""
    event = body.event
    if not isinstance(event, NetworkEstablished):
        return False
    held = [key for officer in event.officers for key in officer.keys]
    keys = [device.key for device in event.devices] + [key.key for key in held]
    if len(set(keys)) != len(keys) or not all(_is_acceptable(key) for key in keys):
        return False
    devices = {device_name(from_base64url(device.key, 32)) for device in event.devices}
    return (
        _NETWORK.fullmatch(body.network) is not None
        and body.village == OFFICE
        and body.device in devices
        and devices.issuperset(key.device for key in held)
        and (event.demonstration or not any([*(d.derived for d in event.devices), *(k.derived for k in held)]))
    )


def are_keys_sound(trust: Trust, body: Body) -> bool:
    """Whether the key that an event enrols is a good one that asked for it itself."""
    event = body.event
    if type(event) not in NAMING_KEYS:
        return True
    match event:
        case NetworkEstablished():
            return False  # only the pinned one
        case DeviceEnrolled():
            return (
                event.device not in trust.devices
                and (trust.demonstration or not event.derived)
                and event.device == device_name(from_base64url(event.key, signing.PUBLIC_KEY_BYTES))
                and _has_asked(trust, body.village, event, holder="device")
            )
        case OfficerKeyEnrolled():
            # That its device is enrolled is a matter of its quorum: the two may arrive in either order.
            return (
                event.key not in trust.keys
                and (trust.demonstration or not event.derived)
                and _has_asked(trust, body.village, event, holder=event.device, person=event.person)
            )
        case LogKeyAdopted():
            return (
                body.village == OFFICE
                and (trust.demonstration or not event.derived)
                and _has_asked(trust, OFFICE, event, holder="log")
            )
        case _:
            assert isinstance(event, LogContinued), "of those that name keys, this is the last"
            return body.village == OFFICE and _is_later_origin(event)


def is_signed(key: str, sig: str, tag: bytes, message: bytes) -> bool:
    """Whether a signature holds, key and signature as bodies spell them."""
    public = from_base64url(key, signing.PUBLIC_KEY_BYTES)
    return signing.is_valid(public, from_base64url(sig, signing.SIGNATURE_BYTES), tag, message)


def _has_asked(
    trust: Trust,
    village: str,
    event: DeviceEnrolled | OfficerKeyEnrolled | LogKeyAdopted,
    *,
    holder: str,
    person: str = "",
) -> bool:
    message = enrolment_message(
        network=trust.network,
        fingerprint=trust.fingerprint,
        village=village,
        key=event.key,
        holder=holder,
        person=person,
        derived=event.derived,
    )
    return _is_acceptable(event.key) and is_signed(event.key, event.proof, signing.ENROLMENT_TAG, message)


def _is_acceptable(key: str) -> bool:
    return signing.is_acceptable_public_key(from_base64url(key, signing.PUBLIC_KEY_BYTES))


def _is_later_origin(event: LogContinued) -> bool:
    # A network that was founded under a name that is no origin has published nothing under it, and may still have one.
    old_epoch = epoch_of(event.old_origin) if is_origin(event.old_origin) else 0
    return is_origin(event.new_origin) and epoch_of(event.new_origin) > old_epoch
