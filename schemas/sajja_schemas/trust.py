"""Who may do what, as of an index: devices, officers' keys, roles, and the approvals that an entry has.

 * The founding entry is trusted because its hash is the pinned fingerprint. All else follows from the log.
 * A device speaks for one unit. A village's device authors what concerns its village and touches its own ledgers; in a
   fund it reaches only the receivable and the income that its declared postings name. The office's devices author the
   rest. A breach is `not_authorised`; an entry of a revoked device is `revoked`.
 * Persons are counted, not keys. An approval counts from the index at which its key is known, in whichever order entry,
   approval and key arrive. What was approved before a revocation stays approved.
 * An approval counts for an entry of its own feed, and one in the office's feed for any: so whoever folds a village's
   feed and the office's comes to the same answer as whoever folds the whole log.
 * The floors of the classes are those of docs/domain.md section 5.2. Bylaws raise them (`bylaws.demands`), and never
   lower them.
 * Authority is judged by the index. No clock decides anything here, and no business date makes anything easier.

Pure: `trust` is told of entries by `books`, one after the other, and answers. It knows nothing of money.
"""

from typing import Final

import msgspec

from sajja_schemas import limits, signing
from sajja_schemas.accounts import belongs_to
from sajja_schemas.bylaws.demands import Demand
from sajja_schemas.enrolment import NAMING_KEYS, are_keys_sound, is_founding_sound, is_signed
from sajja_schemas.entry import OFFICE, device_name, from_base64url
from sajja_schemas.events import CATALOGUE, NAMING_LEDGER, Body, tag_of
from sajja_schemas.events.base import Author, Declaration, EntryRef, Kind
from sajja_schemas.events.corrections import EntryRefused, EntryReleased
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.network import NetworkEstablished, VillageBankEstablished
from sajja_schemas.events.public_log import LogContinued, LogKeyAdopted
from sajja_schemas.events.trust import (
    CommitteeMemberAppointed,
    CommitteeTermEnded,
    DeviceEnrolled,
    DeviceRevoked,
    EntryApproved,
    MeetingResolutionRecorded,
    OfficerKeyEnrolled,
    OfficerKeyRevoked,
)
from sajja_schemas.events.trust_repairs import DeviceLostReported, DeviceReplaced, ForkResolved, GapDeclared
from sajja_schemas.places import declare_gap, has_come
from sajja_schemas.quorum import is_complete
from sajja_schemas.standing import (
    Approved,
    Awaiting,
    Continued,
    Decision,
    Device,
    OfficerKey,
    PublicLog,
    Says,
    Trust,
    VillageBank,
)
from sajja_schemas.verdicts import Effect

_OF_DEVICE: Final = (DeviceLostReported, DeviceReplaced, DeviceRevoked, ForkResolved, GapDeclared)
# Of these more is asked than who says it.
_OF_DEVICES_AND_KEYS: Final = NAMING_KEYS.union(_OF_DEVICE)
# A village says these of itself and nobody else does, and no ledger is named: nine in ten of a replay.
_OF_ITSELF: Final = frozenset(
    kind for kind in CATALOGUE.values() if kind.declared.author is Author.VILLAGE and kind not in NAMING_LEDGER
)
CHANGES_TRUST: Final = frozenset(
    {
        CommitteeMemberAppointed,
        CommitteeTermEnded,
        DeviceEnrolled,
        DeviceLostReported,
        DeviceReplaced,
        DeviceRevoked,
        EntryApproved,
        EntryRefused,
        EntryReleased,
        ForkResolved,
        GapDeclared,
        LogContinued,
        LogKeyAdopted,
        MeetingResolutionRecorded,
        NetworkEstablished,
        OfficerKeyEnrolled,
        OfficerKeyRevoked,
        VillageBankEstablished,
    }
)


def authority(trust: Trust, entry_hash: str, body: Body, *, is_released: bool = False) -> Effect | None:
    """The code under which this author may not author this, or None; `is_released` where its revocation is no bar."""
    if entry_hash == trust.fingerprint:
        return None if body.network == trust.network and is_founding_sound(body) else Effect.NOT_AUTHORISED
    device = trust.devices[body.device]
    if device.revoked and not is_released:
        return Effect.REVOKED
    if body.network != trust.network or not may_author(device.unit, body):
        return Effect.NOT_AUTHORISED
    if type(body.event) not in _OF_DEVICES_AND_KEYS:
        return None
    return None if _is_where_it_is_read(trust, body) and are_keys_sound(trust, body) else Effect.NOT_AUTHORISED


def author_of(trust: Trust, body: Body) -> str:
    """The unit that authored a body: its device's. The founding entry is the office's."""
    device = trust.devices.get(body.device)
    return device.unit if device is not None else OFFICE


def register(trust: Trust, index: int, entry_hash: str, body: Body, data: bytes, demand: Demand) -> bool:
    """Note what an authorised entry still needs of what is asked of it. Gives whether it counts now."""
    event = body.event
    declared = event.declared
    # A note that bylaws have raised is a control. The pin itself is what the founding entry rests on: it counts at
    # once, and its officers' approvals are watched.
    control = declared.kind is not Kind.CASH and entry_hash != trust.fingerprint
    original = event.entry if isinstance(event, EntryReversed) else None
    resolution: EntryRef | None = getattr(event, "resolution", None)
    trust.awaiting[entry_hash] = Awaiting(
        index=index,
        device=body.device,
        sequence=body.sequence,
        type=tag_of(event),
        village=body.village,
        unit=author_of(trust, body),
        approvers=None if original is not None else demand.approvers,
        control=control,
        also=demand.also,
        parties=tuple(getattr(event, field) for field in declared.parties),
        resolution=resolution.hash if resolution is not None else None,
        present=getattr(event, "present", None),
        assembly=getattr(event, "assembly", None),
        quorums_bp=demand.quorums_bp,
        concerned=tuple(getattr(event, field) for field in declared.concerned),
        holder=event.device if isinstance(event, OfficerKeyEnrolled) else None,
        original=original,
        decides=tuple(decision.entry for decision in decisions_of(entry_hash, body)),
        body=data if control else b"",
    )
    return settle(trust, entry_hash) or not control


def settle(trust: Trust, entry_hash: str) -> bool:
    """Whether a waiting entry's quorum is complete; if so it waits no longer."""
    if not is_complete(trust, trust.awaiting[entry_hash], approvals_of(trust, entry_hash)):
        return False
    forget_awaiting(trust, entry_hash)
    return True


def approvals_of(trust: Trust, entry_hash: str) -> dict[str, Approved]:
    """What was signed so far of an entry that waits, by key."""
    approvals: dict[str, Approved] = {}
    for place_ in _approval_places(entry_hash, trust.awaiting[entry_hash]):
        approvals |= trust.approvals.get(place_, {})
    return approvals


def decisions_of(entry_hash: str, body: Body) -> list[Decision]:
    """What a body of the office says of other entries."""
    match event := body.event:
        case EntryReleased():
            said = [(Says.RELEASED, event.entry)]
        case EntryRefused():
            said = [(Says.REFUSED, event.entry)]
        case ForkResolved():
            said = [(Says.RESOLVED, ref) for ref in event.released] + [(Says.REVERSED, ref) for ref in event.reversed]
            said = [(says, ref) for says, ref in said if ref.device == event.device]  # of its branches, and no others
        case _:
            said = []
    return [Decision(says, ref, body.village, entry_hash) for says, ref in said]


def forget_awaiting(trust: Trust, entry_hash: str) -> None:
    """Let an entry wait no longer; the approvals that it had are no longer held open."""
    waiting = trust.awaiting.pop(entry_hash)
    for place_ in _approval_places(entry_hash, waiting):
        for approved in trust.approvals.pop(place_, {}).values():
            trust.open_approvals[approved.author] -= 1


def take(trust: Trust, entry_hash: str, body: Body) -> set[str]:
    """Let a counted event of `CHANGES_TRUST` change what is known.

    Returns:
        The hashes of the waiting entries that it may have completed.
    """
    event = body.event
    match event:
        case NetworkEstablished():
            _establish(trust, event, body.device, entry_hash)
        case VillageBankEstablished():
            trust.villages.setdefault(body.village, VillageBank(moo=event.moo, name=event.name or ""))
        case DeviceEnrolled():
            enrolled = Device(
                key=event.key, unit=body.village, label=event.label, revoked=event.device in trust.revoked
            )
            trust.devices.setdefault(event.device, enrolled)
        case DeviceRevoked() | DeviceLostReported() | DeviceReplaced() | ForkResolved():
            _end_device(trust, event, body.village)
            trust.decided += decisions_of(entry_hash, body)
        case EntryReleased() | EntryRefused():
            trust.decided += decisions_of(entry_hash, body)
        case GapDeclared():
            declare_gap(trust, event)
        case OfficerKeyEnrolled():
            is_revoked = event.key in trust.revoked or event.device in trust.revoked
            held = OfficerKey(person=event.person, device=event.device, revoked=is_revoked)
            trust.keys.setdefault(event.key, held)
            _recognise(trust, event.key)
        case OfficerKeyRevoked():
            trust.revoked.add(event.key)
            if event.key in trust.keys:
                trust.keys[event.key].revoked = True
        case CommitteeMemberAppointed():
            trust.roles.setdefault(body.village, {}).setdefault(event.person, set()).add(event.role)
            if event.member is not None:
                trust.memberships.setdefault(event.person, set()).add(event.member)
            if event.home is not None and body.village == OFFICE:
                trust.homes.setdefault(event.person, set()).add(event.home)
        case CommitteeTermEnded():
            trust.roles.get(body.village, {}).get(event.person, set()).discard(event.role)
        case LogKeyAdopted():
            trust.public_log.key = event.key
        case LogContinued():
            _continue_log(trust.public_log, event)
        case EntryApproved():
            return _approve(trust, event, body)
        case _:
            assert isinstance(event, MeetingResolutionRecorded), "of CHANGES_TRUST, this is the last"
            trust.resolutions[entry_hash] = author_of(trust, body)
    return {
        name
        for name, waiting in trust.awaiting.items()
        if any(place_ in trust.approvals for place_ in _approval_places(name, waiting))
    }


def may_author(unit: str, body: Body) -> bool:
    """Whether a unit may say this at all: the event is its to author, and the ledger and village are its own."""
    event = body.event
    if type(event) in _OF_ITSELF:
        return body.village == unit != OFFICE
    declared = event.declared
    author = declared.author
    if author is Author.BY_SIDE:
        author = _author_of_side(declared, getattr(event, "side", ""))
    if author is Author.EITHER:
        author = Author.OFFICE if unit == OFFICE else Author.VILLAGE
    if author is Author.OFFICE:
        if unit != OFFICE or (declared.of_a_village and body.village == OFFICE):
            return False
    elif unit == OFFICE or body.village != unit:
        return False
    if type(event) not in NAMING_LEDGER:
        return True
    ledger: str = getattr(event, "ledger", "")
    if unit == OFFICE:
        return body.village == OFFICE and ":" not in ledger
    return belongs_to(ledger, unit)


def _author_of_side(declared: Declaration, side: str) -> Author:
    """Who authors a side of the money; what is neither sent nor received is booked between, by the office."""
    match side:
        case "sent":
            return declared.sender or Author.OFFICE
        case "received":
            return declared.receiver or Author.OFFICE
        case _:
            return Author.OFFICE


def _establish(trust: Trust, event: NetworkEstablished, device: str, entry_hash: str) -> None:
    trust.established = True
    trust.name = event.name
    trust.demonstration = event.demonstration
    trust.quorum_bp = event.general_meeting_quorum_bp
    trust.public_log = PublicLog(origin=event.origin, key=event.log_key)
    for founding in event.devices:
        name = device_name(from_base64url(founding.key, signing.PUBLIC_KEY_BYTES))
        trust.devices[name] = Device(key=founding.key, unit=OFFICE, label=founding.label)
    for officer in event.officers:
        trust.roles.setdefault(OFFICE, {}).setdefault(officer.person, set()).add(officer.role)
        if officer.home is not None:
            trust.homes.setdefault(officer.person, set()).add(officer.home)
        for held in officer.keys:
            trust.keys[held.key] = OfficerKey(person=officer.person, device=held.device)
    own = trust.devices[device]
    own.head, own.sequence = entry_hash, 1


def _continue_log(log: PublicLog, event: LogContinued) -> None:
    if event.old_origin == log.origin:  # of two that continue one origin, the first to count has done it
        log.continued.append(Continued(event.old_origin, event.size, event.root))
        log.origin = event.new_origin


def _is_where_it_is_read(trust: Trust, body: Body) -> bool:
    """Whether what is said of a device stands in a feed that everybody reads who reads that device's entries."""
    event = body.event
    if not isinstance(event, _OF_DEVICE) or event.device not in trust.devices:
        return True
    unit = trust.devices[event.device].unit
    return body.village in {unit, OFFICE} or (unit == OFFICE and isinstance(event, ForkResolved))


def _end_device(
    trust: Trust, event: DeviceRevoked | DeviceLostReported | DeviceReplaced | ForkResolved, village: str
) -> None:
    """A device is trusted up to a sequence, and ends. Who only reports a loss ends nothing."""
    match event:
        case DeviceRevoked() | DeviceLostReported():
            trusted = event.last_trusted_sequence
        case DeviceReplaced():
            trusted = event.last.sequence if event.last is not None else None
        case _:
            trusted = None
            device = trust.devices.get(event.device)
            if device is not None and village not in {device.unit, OFFICE}:
                return  # about its entries in another village's feed: the office's own feed ends it
            trust.forks.pop(event.device, None)
    if trusted is not None:
        trust.trusted[event.device] = min(trusted, trust.trusted.get(event.device, trusted))
    if not isinstance(event, DeviceLostReported):
        _revoke_device(trust, event.device)


def _revoke_device(trust: Trust, name: str) -> None:
    trust.revoked.add(name)
    if name in trust.devices and not trust.devices[name].revoked:
        trust.devices[name].revoked = True
        trust.devices[name].ended_at = trust.devices[name].sequence
    for held in trust.keys.values():
        if held.device == name:
            held.revoked = True


def _approval_place(entry_hash: str, device: str, sequence: int, feed: str) -> str:
    # The whole name: an approval that names another place for the hash approves nothing, in whichever order they come.
    return f"{entry_hash}/{device}/{sequence}/{feed}"


def _approval_places(entry_hash: str, waiting: Awaiting) -> list[str]:
    feeds = dict.fromkeys((waiting.village, OFFICE))
    return [_approval_place(entry_hash, waiting.device, waiting.sequence, feed) for feed in feeds]


def _approve(trust: Trust, event: EntryApproved, body: Body) -> set[str]:
    message = signing.approval_message([from_base64url(ref.hash, 32) for ref in event.entries])
    for approval in event.approvals:
        approved = _recognised(trust, approval.key, body.device)
        if approved is None or not is_signed(approval.key, approval.sig, signing.APPROVAL_TAG, message):
            continue
        for ref in event.entries:
            if not _is_settled(trust, ref):
                _keep_open(trust, _approval_place(ref.hash, ref.device, ref.sequence, body.village), approved)
    return {ref.hash for ref in event.entries}


def _keep_open(trust: Trust, place_: str, approved: Approved) -> None:
    """Keep an approval until what it waits for comes; a device that floods the log is not remembered for it."""
    kept = trust.approvals.setdefault(place_, {})
    count = trust.open_approvals.get(approved.author, 0)
    if approved.key not in kept and count < limits.OPEN_APPROVALS_MAX:
        kept[approved.key] = approved
        trust.open_approvals[approved.author] = count + 1


def _recognised(trust: Trust, key: str, author: str) -> Approved | None:
    held = trust.keys.get(key)
    if held is None:
        return Approved(key=key, author=author)  # it may yet be enrolled
    return None if held.revoked else Approved(key=key, author=author, person=held.person, device=held.device)


def _recognise(trust: Trust, key: str) -> None:
    """Give a person to the approvals that came before their key."""
    held = trust.keys[key]
    for place_, approvals in trust.approvals.items():
        if key in approvals and not approvals[key].person and not held.revoked:
            known = msgspec.structs.replace(approvals[key], person=held.person, device=held.device)
            trust.approvals[place_] = approvals | {key: known}


def _is_settled(trust: Trust, ref: EntryRef) -> bool:
    """Whether an entry has come and waits for nothing, so that another approval is only a courtesy."""
    return ref.hash not in trust.awaiting and ref.hash not in trust.stopped and has_come(trust, ref)
