"""The network's office: it founds the network, enrols tablets and keys, and writes down who was appointed.

* The office has two devices, and one of them is locked away. What concerns trust needs three network officers with keys
  on both (class A4, and A5 for a founding and an appointment), so the second one is brought when it is needed: here, as
  a second home.
* Every act is entries of the first device's log, followed at once by the approvals; each list is one of one village.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, get_args

import msgspec

from sajja_client.books import fold
from sajja_client.durable import replace_file
from sajja_client.enrol import EnrolmentRequest
from sajja_client.home import Home, Pin
from sajja_client.key_problems import DeviceUnknown, PinNeeded, RequestOfRevoked, RequestUsed
from sajja_client.keys import create_key
from sajja_client.log import Log
from sajja_client.pinpad import STANDARD_INPUT
from sajja_client.problems import HomeInUse, KeyMissing, RequestRefused
from sajja_schemas.checkpoint import is_origin
from sajja_schemas.entry import OFFICE, SignedEntry, device_name, encode_line, to_base64url
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Assembly
from sajja_schemas.events.network import (
    FoundingDevice,
    FoundingKey,
    FoundingOfficer,
    NetworkEstablished,
    VillageBankEstablished,
)
from sajja_schemas.events.trust import (
    CommitteeMemberAppointed,
    DeviceRevoked,
    OfficerKeyEnrolled,
    OfficerKeyRevoked,
    Role,
)
from sajja_schemas.quorum import AUDITOR
from sajja_schemas.standing import Trust

ROLES: Final[tuple[Role, ...]] = get_args(Role)
FOUNDING_ROLES: Final[tuple[Role, ...]] = ("president", "vice_president", "secretary", "treasurer", "bookkeeper")
# In which order officers are asked: those whom class A5 cannot do without come first.
_ASKED: Final = ("president", "secretary", "vice_president", "treasurer", "bookkeeper")
FOUNDING_FILE: Final = "network.sajja"
PIN_FILE: Final = "network.json"
RENEWED: Final = "กุญแจใหม่แทนกุญแจเดิม"
LOST: Final = "แท็บเล็ตสูญหาย มีเครื่องใหม่แทน"
PIN_BYTES_MAX: Final = 4096
NAME_MIN: Final = 6  # how much of a device's name tells it from another
LOG_KEY_FILE: Final = "log.key"


class Moment(msgspec.Struct, frozen=True):
    """Who writes it down, on which business day, by which clock."""

    by: str
    day: date
    recorded_at: int


class Officer(msgspec.Struct, frozen=True):
    """A person in a role; with what keeps that person from approving one's own matters."""

    person: str
    role: Role
    home: str | None = None  # a network officer's own village: no vote on what concerns it
    member: str | None = None  # the officer's own membership: no officer approves what he is a party to


class Desk:
    """The office at work: its first device's log, and the keys of both devices."""

    def __init__(self, log: Log, second: Home, moment: Moment) -> None:
        self.log = log
        self.second = second
        self.moment = moment

    def record(self, village: str, events: Sequence[AnyEvent]) -> list[SignedEntry]:
        """Record events about a village and let the committee approve them.

        Raises:
            PinNeeded, PinWrong: nobody of the committee unlocked; nothing was recorded.
        """
        moment = self.moment
        self._signers()  # before anything is recorded that would wait for them
        entries = [
            self.log.append(event, by=moment.by, day=moment.day, recorded_at=moment.recorded_at, village=village)
            for event in events
        ]
        return [*entries, *self.approve(entries)]

    def approve(self, entries: Sequence[SignedEntry]) -> list[SignedEntry]:
        """The officers who are here approve with keys on two devices: enough for A4 and A5, and for A1.

        All who are here sign: one whose own village it concerns, too, and does not count.
        """
        moment = self.moment
        return [
            self.log.approve(
                entries, signers, by=moment.by, day=moment.day, recorded_at=moment.recorded_at, keys_of=keys_of
            )
            for signers, keys_of in self._signers()
            if signers
        ]

    def _signers(self) -> tuple[tuple[list[str], None], tuple[list[str], Home]]:
        """Who signs on which device: two on the first, the others on the second, and each unlocks once.

        Who gives no PIN, or has no key there, is not here. Where all who are here would sign on one device, the last of
        them signs on the other, too, for A4 and A5 ask for keys on two.
        """
        persons = self._committee()
        first = [person for person in persons[:2] if self._is_here(self.log.home, person)]
        second = [person for person in persons[2:] if self._is_here(self.second, person)]
        if not second and first and self._is_here(self.second, first[-1]):
            second = first[-1:]
        elif not first and second and self._is_here(self.log.home, second[-1]):
            first = second[-1:]
        if not first and not second:
            raise PinNeeded(person=", ".join(persons))
        return (first, None), (second, self.second)

    def _is_here(self, home: Home, person: str) -> bool:
        try:
            home.officer_key(person, demonstration=self.log.pin.demonstration)
        except (PinNeeded, KeyMissing):
            return False
        return True

    def _committee(self) -> list[str]:
        """The network's officers in term, as this device's books say: president and secretary first."""
        in_office = fold(self.log.home).trust.roles.get(OFFICE, {})
        ranked = [
            (min(_ASKED.index(role) if role in _ASKED else len(_ASKED) for role in roles), person)
            for person, roles in in_office.items()
            if roles - {AUDITOR}
        ]
        if not ranked:
            raise RequestRefused(
                reason="this device has not pulled the office's feed: sync it first",
                reason_thai="เครื่องนี้ยังไม่มีรายการของสำนักงาน ซิงค์ก่อน",
            )
        return [person for _rank, person in sorted(ranked)]


def establish(
    first: Home,
    second: Home,
    *,
    network: str,
    name: str,
    server_url: str,
    officers: Sequence[Officer],
    assembly: Assembly,
    demonstration: bool,
    moment: Moment,
    origin: str | None = None,
    pins: Mapping[str, str] | None = None,
) -> Log:
    """Found a network, and write what leaves this folder.

    `network.sajja` is what the operator admits, `network.json` the pin for villages, and `log.key` the key that will
    sign the log's checkpoints: the operator keeps it beside the server, and the office keeps no copy.

    Raises:
        HomeInUse: one of the two homes belongs to a network already.
        RequestRefused: the origin is none.
    """
    origin = origin or f"sajja.local/{network}/1"  # the last part is the epoch: it counts restarts that lost entries
    if not is_origin(origin):
        raise RequestRefused(reason="an origin is a name without spaces that ends in its epoch, as /1")
    for home in (first, second):
        if home.is_pinned:
            raise HomeInUse(path=home.path)
        home.create_keys([officer.person for officer in officers], pins=pins, demonstration=demonstration)
    log_key = create_key(first.path / LOG_KEY_FILE)
    log = Log.found(
        first,
        _founding(
            first,
            second,
            name,
            officers,
            assembly,
            demonstration=demonstration,
            day=moment.day,
            origin=origin,
            log_key=log_key.public,
        ),
        network=network,
        server_url=server_url,
        by=moment.by,
        day=moment.day,
        recorded_at=moment.recorded_at,
    )
    second.write_pin(log.pin)
    founding = log.entry(1)
    assert founding is not None
    Desk(log, second, moment).approve([founding])
    line = encode_line(founding.key, founding.signature, founding.body)
    replace_file(first.path / FOUNDING_FILE, line + b"\n", mode=0o644)
    return log


def enrol(
    desk: Desk, request: EnrolmentRequest, *, bank: VillageBankEstablished | None, is_lost: bool = False
) -> list[SignedEntry]:
    """Enrol a tablet and the officers' keys on it, whatever of it is new.

    A key of an officer who has another one on that tablet takes its place: the other one is revoked, for its PIN is
    forgotten or somebody else may know it.

    Args:
        desk: the office at work.
        request: what the tablet asks for.
        bank: the village's bank, where it joins with it.
        is_lost: the tablet that this one replaces is lost, and is revoked with the same signatures.

    Raises:
        RequestRefused: it asks for another network, or comes from a seed.
        RequestUsed, RequestOfRevoked: there is nothing in it to enrol.
        DeviceUnknown: it is not clear which tablet it replaces.
    """
    pin = desk.log.pin
    if (request.network, request.fingerprint) != (pin.network, pin.fingerprint):
        raise RequestRefused(
            reason=f"it is for the network {request.network}, {request.fingerprint}",
            reason_thai=f"เป็นคำขอของเครือข่ายอื่น ({request.network})",
        )
    if not pin.demonstration and any((request.derived, *(officer.derived for officer in request.officers))):
        raise RequestRefused(
            reason="its key comes from a seed: allowed in a demonstration network only",
            reason_thai="กุญแจมาจากชุดสาธิต ใช้ได้เฉพาะเครือข่ายสาธิต",
        )
    trust = fold(desk.log.home).trust
    if request.device in trust.revoked:
        raise RequestOfRevoked
    replaced = device_called(trust, request.village, request.replaces) if request.replaces else None
    keys = [key for key in request.officer_keys_enrolled() if key.key not in trust.keys]
    events: list[AnyEvent] = [bank] if bank is not None else []
    if request.device not in trust.devices:
        events.append(request.device_enrolled(replaced))
    elif not keys:
        raise RequestUsed
    events += [OfficerKeyRevoked(key=old, reason=RENEWED) for key in keys for old in _keys_before(trust, key)]
    events += keys
    if replaced is not None and is_lost:
        events.append(DeviceRevoked(device=replaced, reason=LOST))
    return desk.record(request.village, events)


def device_called(trust: Trust, unit: str, given: str) -> str:
    """The device of a unit that people call so, or whose name begins so.

    Raises:
        DeviceUnknown: none, or several.
    """
    known = {name: device.label for name, device in trust.devices.items() if device.unit == unit}
    found = [
        name for name, label in known.items() if given == label or (len(given) >= NAME_MIN and name.startswith(given))
    ]
    if len(found) != 1:
        told = ", ".join(f"{label} ({name[:NAME_MIN]})" for name, label in sorted(known.items())) or "-"
        raise DeviceUnknown(given=given, village=unit, known=told)
    return found[0]


def _keys_before(trust: Trust, key: OfficerKeyEnrolled) -> list[str]:
    """The keys that this person has on this device, and that still sign."""
    return [
        name
        for name, held in trust.keys.items()
        if (held.person, held.device) == (key.person, key.device) and not held.revoked
    ]


def appoint(
    desk: Desk, village: str, officers: Sequence[Officer], *, assembly: Assembly, term_from: date
) -> list[SignedEntry]:
    """Write down the officers whom a general meeting has elected: a village's, or the network's for `office`."""
    return desk.record(
        village,
        [
            CommitteeMemberAppointed(
                person=officer.person,
                role=officer.role,
                term_from=term_from,
                assembly=assembly,
                home=officer.home,
                member=officer.member,
            )
            for officer in officers
        ],
    )


def enrol_key_of(desk: Desk, request: EnrolmentRequest, person: str) -> list[SignedEntry]:
    """Enrol one person's key on the office's own device: an auditor's, who comes after the founding."""
    return desk.record(OFFICE, [event for event in request.officer_keys_enrolled() if event.person == person])


def pin_for(pin: Pin, village: str) -> Pin:
    """The office's pin, handed to a village."""
    return msgspec.structs.replace(pin, village=village)


def read_pin(path: Path) -> Pin:
    """A pin that was handed over: its file, or for `-` what a scanner types at standard input.

    Raises:
        RequestRefused: it cannot be read.
    """
    try:
        data = sys.stdin.buffer.readline(PIN_BYTES_MAX) if path == STANDARD_INPUT else path.read_bytes()[:PIN_BYTES_MAX]
        return msgspec.json.decode(data, type=Pin)
    except (OSError, msgspec.DecodeError) as error:
        raise RequestRefused(reason=f"{path}: {error}", reason_thai=f"{path} ไม่ใช่ไฟล์เครือข่ายจากสำนักงาน") from error


def pin_text(pin: Pin) -> str:
    """A pin as its QR has it, in one line."""
    return msgspec.json.encode(pin).decode()


def _founding(
    first: Home,
    second: Home,
    name: str,
    officers: Sequence[Officer],
    assembly: Assembly,
    *,
    demonstration: bool,
    day: date,
    origin: str,
    log_key: bytes,
) -> NetworkEstablished:
    homes = [(home, home.device_key(demonstration=demonstration)) for home in (first, second)]
    founding = tuple(
        FoundingOfficer(
            person=officer.person,
            role=officer.role,
            home=officer.home,
            keys=tuple(
                FoundingKey(
                    device=device_name(device.key.public),
                    key=to_base64url(held.key.public),
                    derived=held.derived,
                )
                for home, device in homes
                for held in (home.officer_key(officer.person, demonstration=demonstration),)
            ),
        )
        for officer in officers
    )
    return NetworkEstablished(
        name=name,
        founded=day,
        devices=tuple(
            FoundingDevice(key=to_base64url(device.key.public), label=f"{OFFICE} {at}", derived=device.derived)
            for at, (_home, device) in enumerate(homes, start=1)
        ),
        officers=founding,
        origin=origin,
        log_key=to_base64url(log_key),
        assembly=assembly,
        demonstration=demonstration,
    )
