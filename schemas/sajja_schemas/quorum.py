"""When approvals are complete: the floors of the approver classes, which bylaws may only raise.

 * Persons are counted, not keys; an officer counts for what he is in term for, and not where he is a party. Who is
   only an auditor is no officer: he approves nothing that he will audit.
 * A1 two officers. A2 three, with president or vice-president and treasurer. A3 president or vice-president and
   secretary, over a counted resolution of more than half of the officers in term. A4 three network officers on two
   devices, none of the village concerned. A5 president, secretary and one more on two devices, with an assembly at its
   quorum. AU an auditor.
 * Where classes are joined, each is complete by itself; one person may count for several.
 * Two devices are asked because three padlocks on one tablet stop an insider, not a thief with the disk.

Source: docs/domain.md section 5.2.
"""

from typing import Final

from sajja_schemas import limits
from sajja_schemas.entry import OFFICE
from sajja_schemas.events import Body
from sajja_schemas.events.base import Approvers
from sajja_schemas.standing import Approved, Awaiting, Trust

PRESIDENTS: Final = frozenset({"president", "vice_president"})
AUDITOR: Final = "auditor"
_WHOLE_BP: Final = 10_000


def is_complete(trust: Trust, waiting: Awaiting, approvals: dict[str, Approved]) -> bool:
    """Whether these approvals are what the entry's class asks for (docs/domain.md section 5.2)."""
    if waiting.approvers is None:
        return False
    if waiting.holder is not None and not _is_held_here(trust, waiting.holder, waiting.village):
        return False
    return all(
        _is_class_complete(trust, waiting, approvers, approvals) for approvers in (waiting.approvers, *waiting.also)
    )


def signers(
    trust: Trust, waiting: Awaiting, approvers: Approvers, approvals: dict[str, Approved]
) -> dict[str, set[str]]:
    """The persons whose approval counts for a class, each with the devices of the keys that signed."""
    devices: dict[str, set[str]] = {}
    for given in approvals.values():
        if may_sign(trust, waiting, approvers, given.person):
            devices.setdefault(given.person, set()).add(given.device)
    return devices


def roles_of(trust: Trust, waiting: Awaiting, approvers: Approvers, person: str) -> set[str]:
    """The offices in which a person approves a class."""
    return _offices(trust, waiting, approvers).get(person, set())


def may_sign(trust: Trust, waiting: Awaiting, approvers: Approvers, person: str) -> bool:
    """Whether a person's approval would count for a class: in an office that it asks for, and no party."""
    held = _offices(trust, waiting, approvers).get(person, set())
    counts = AUDITOR in held if approvers is Approvers.AU else bool(held - {AUDITOR})
    return counts and not _is_party(trust, waiting, approvers, person)


def is_interested(trust: Trust, waiting: Awaiting, person: str) -> bool:
    """Whether a person may sign for no class, because the entry concerns himself or, of class A4, the own village."""
    classes = [asked for asked in (waiting.approvers, *waiting.also) if asked is not None]
    return bool(classes) and all(_is_party(trust, waiting, asked, person) for asked in classes)


def _offices(trust: Trust, waiting: Awaiting, approvers: Approvers) -> dict[str, set[str]]:
    return trust.roles.get(OFFICE if approvers is Approvers.A4 else waiting.unit, {})


def _is_class_complete(trust: Trust, waiting: Awaiting, approvers: Approvers, approvals: dict[str, Approved]) -> bool:
    devices = signers(trust, waiting, approvers, approvals)
    roles = [roles_of(trust, waiting, approvers, person) for person in devices]
    on_two_devices = len(set().union(*devices.values())) > 1 if devices else False
    match approvers:
        case Approvers.A0:
            return True
        case Approvers.A1:
            return len(roles) >= 2  # noqa: PLR2004  # the class says two
        case Approvers.A2:
            return len(roles) >= 3 and _has_both(roles, PRESIDENTS, {"treasurer"})  # noqa: PLR2004
        case Approvers.A3:
            return _is_resolved(trust, waiting) and _has_both(roles, PRESIDENTS, {"secretary"})
        case Approvers.A4:
            return len(roles) >= 3 and on_two_devices  # noqa: PLR2004
        case Approvers.A5:
            return (
                len(roles) >= 3  # noqa: PLR2004
                and on_two_devices
                and _has_both(roles, {"president"}, {"secretary"})
                and _is_quorate(trust, waiting)
            )
        case _:  # AU: who counts is an auditor
            return bool(roles)


def _is_held_here(trust: Trust, holder: str, village: str) -> bool:
    """Whether an officer's key is on an enrolled device of its own unit; the device may yet be enrolled."""
    device = trust.devices.get(holder)
    return device is not None and device.unit == village and not device.revoked


def _is_resolved(trust: Trust, waiting: Awaiting) -> bool:
    """Whether a counted resolution stands behind it; a resolution itself needs more than half of those in term."""
    if waiting.present is None:
        return waiting.resolution is not None and trust.resolutions.get(waiting.resolution) == waiting.unit
    in_term = {person for person, roles in trust.roles.get(waiting.unit, {}).items() if roles - {AUDITOR}}
    return 2 * len(in_term.intersection(waiting.present)) > len(in_term)


def _is_quorate(trust: Trust, waiting: Awaiting) -> bool:
    if waiting.assembly is None:
        return False
    ruled = [trust.quorum_bp if one is None else one for one in waiting.quorums_bp or (None,)]
    quorum_bp = max(*ruled, limits.GENERAL_MEETING_QUORUM_BP_FLOOR)
    return waiting.assembly.attended * _WHOLE_BP >= quorum_bp * waiting.assembly.entitled


def _is_party(trust: Trust, waiting: Awaiting, approvers: Approvers, person: str) -> bool:
    if approvers is Approvers.A4 and waiting.village != OFFICE:
        if trust.roles.get(waiting.village, {}).get(person):
            return True
        # Of another village that is named, only the office's word is asked: who folds two feeds does not see the third.
        if not trust.homes.get(person, set()).isdisjoint((waiting.village, *waiting.concerned)):
            return True
    return person in waiting.parties or not trust.memberships.get(person, set()).isdisjoint(waiting.parties)


def is_of_an_officer(trust: Trust, body: Body) -> bool:
    """Whether an entry asks more where a party is an officer of its village, by person or as a member, and one is."""
    declared = body.event.declared
    if not declared.of_an_officer:
        return False
    parties = {getattr(body.event, field) for field in declared.parties}
    return any(
        person in parties or not trust.memberships.get(person, set()).isdisjoint(parties)
        for person, roles in trust.roles.get(body.village, {}).items()
        if roles
    )


def _has_both(roles: list[set[str]], first: frozenset[str] | set[str], second: set[str]) -> bool:
    """Whether two different persons hold one role each of the two sets."""
    return any(
        one & first and other & second
        for at, one in enumerate(roles)
        for place_, other in enumerate(roles)
        if at != place_
    )
