"""Tablets and the officers' keys on them, as the office enrols them: at the founding, and when one was lost."""

from sajja_client.demo import planted
from sajja_client.demo.acts import Written
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.trust import DeviceEnrolled, DeviceRevoked, OfficerKeyEnrolled

LETTERS = ("a", "b")
LABELS = {"a": "แท็บเล็ตโต๊ะการเงิน", "b": "แท็บเล็ตโต๊ะเงินกู้"}


def device_enrolment(unit: str, tablet: str, label: str, written: Written) -> AnyEvent:
    """The office enrols a tablet."""
    return DeviceEnrolled(
        device=written.device(tablet),
        key=written.public_key(tablet),
        label=label,
        proof=written.proof(unit, "device", tablet),
        derived=True,
    )


def officer_key(unit: str, person: str, tablet: str, written: Written) -> AnyEvent:
    """The office enrols an officer's key on a tablet."""
    device = written.device(tablet)
    return OfficerKeyEnrolled(
        person=person,
        device=device,
        key=written.public_key(person, tablet),
        proof=written.proof(unit, device, person, tablet),
        derived=True,
    )


def revocation(written: Written) -> AnyEvent:
    """The office revokes the lost tablet."""
    return DeviceRevoked(device=written.device(planted.LOST_TABLET), reason="หายระหว่างทางกลับจากประชุม")
