"""Who may use what: one table, and whatever it does not name is refused.

* A resource is a route's name, or a projection's. An audience is what somebody is to a network: anybody at all, a
  device of a village or of the office, or a person with a role.
* A scope says how much of it: all, what concerns one's own village, or aggregates of at least five persons.
* A visitor is whoever reaches a server that is for this machine alone: to them demonstrations are open, nothing else.
* A person has one role in one network. In another network a person is nobody.

No I/O in this module; `api/guard.py` asks it, once for every request, and `narrowing.py` does what a scope says.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    """What somebody is to a network."""

    ANYBODY = "anybody"
    VISITOR = "visitor"
    DEVICE = "device"
    OFFICE_DEVICE = "office_device"
    NETWORK_COMMITTEE = "network_committee"
    VILLAGE_COMMITTEE = "village_committee"
    AUDITOR = "auditor"
    DONOR = "donor"
    OPERATOR = "operator"


class Scope(StrEnum):
    """How much of a resource an audience is given."""

    ALL = "all"
    OWN_VILLAGE = "own_village"
    AGGREGATES = "aggregates"


# The roles that an account may have, and what each is called.
ROLES: Final[Mapping[Audience, tuple[str, str]]] = {
    Audience.NETWORK_COMMITTEE: ("กรรมการเครือข่าย", "network committee"),
    Audience.VILLAGE_COMMITTEE: ("กรรมการหมู่บ้าน", "village committee"),
    Audience.AUDITOR: ("ผู้ตรวจสอบ", "auditor"),
    Audience.DONOR: ("ผู้สนับสนุน", "donor"),
    Audience.OPERATOR: ("ผู้ดูแลเซิร์ฟเวอร์", "operator"),
}

_ANYBODY: Final = {Audience.ANYBODY: Scope.ALL}
_DEVICES: Final = {Audience.DEVICE: Scope.ALL, Audience.OFFICE_DEVICE: Scope.ALL}
_OFFICE: Final = {Audience.OFFICE_DEVICE: Scope.ALL}
_PEOPLE: Final = dict.fromkeys(ROLES, Scope.ALL)
# The office's devices hold the whole log, of which a projection is only a sum.
_ALL_OF_IT: Final = {
    Audience.VISITOR: Scope.ALL,
    Audience.OFFICE_DEVICE: Scope.ALL,
    Audience.NETWORK_COMMITTEE: Scope.ALL,
    Audience.AUDITOR: Scope.ALL,
}

# What has a row a village, or rows that name members by their ids: a committee is given its own village's.
_TABLE: Final = _ALL_OF_IT | {Audience.VILLAGE_COMMITTEE: Scope.OWN_VILLAGE}

MAY: Final[Mapping[str, Mapping[Audience, Scope]]] = {
    "page": _ANYBODY,
    "healthz": _ANYBODY,
    "readyz": _ANYBODY,
    "openapi": _ANYBODY,
    "hello": _ANYBODY,
    # A stranger may ask for something to sign; only a key opens a session.
    "device.challenge": _ANYBODY,
    "device.session": _ANYBODY,
    # Sequence and hashes say nothing of what was recorded; whoever carries another's lines asks where they stand.
    "device.head": _DEVICES,
    "entries.push": _DEVICES,
    # Its own village's and the office's: `api/entries.py` compares the village.
    "feeds": _DEVICES,
    "feed": _DEVICES,
    "personal.give": _DEVICES,
    "personal.ask": _DEVICES,
    "personal.duplicates": _OFFICE,
    # Leaves hide what was recorded; that the log is whole is everybody's business.
    "log.checkpoint": _ANYBODY,
    "log.consistency": _ANYBODY,
    "log.tile": _ANYBODY,
    "log.receipt": _ANYBODY,
    "log.entries": _OFFICE,
    "people.sign_in": _ANYBODY,
    "people.setup": _ANYBODY,
    "people.finish": _ANYBODY,
    "people.me": _PEOPLE,
    "people.password": _PEOPLE,
    "people.sign_out": _PEOPLE,
    # A stranger may ask for something to sign; only a passkey opens a session.
    "passkey.sign_in_offer": _ANYBODY,
    "passkey.sign_in": _ANYBODY,
    "passkey.list": _PEOPLE,
    "passkey.offer": _PEOPLE,
    "passkey.add": _PEOPLE,
    "passkey.remove": _PEOPLE,
    # Hashes alone: whoever has the log may hold the server to them.
    "projections.certificate": _ANYBODY,
    "projection.builds": _ALL_OF_IT | {Audience.OPERATOR: Scope.ALL},
    "projection.network_totals": _ALL_OF_IT
    | {Audience.VILLAGE_COMMITTEE: Scope.OWN_VILLAGE, Audience.DONOR: Scope.AGGREGATES},
    "projection.village_status": _ALL_OF_IT
    | {Audience.VILLAGE_COMMITTEE: Scope.OWN_VILLAGE, Audience.OPERATOR: Scope.ALL},
    "projection.witnesses": _ALL_OF_IT | {Audience.OPERATOR: Scope.ALL},
    "projection.books": _ALL_OF_IT | {Audience.VILLAGE_COMMITTEE: Scope.OWN_VILLAGE},
    "projection.indicators": _ALL_OF_IT | {Audience.VILLAGE_COMMITTEE: Scope.OWN_VILLAGE},
    "projection.findings": _ALL_OF_IT | {Audience.VILLAGE_COMMITTEE: Scope.OWN_VILLAGE},
    "projection.passbooks": _TABLE,
    "projection.loans": _TABLE,
    "projection.par_buckets": _TABLE,
    "projection.risk_cover": _TABLE,
    "projection.risk_claims": _TABLE,
    "projection.welfare_members": _TABLE,
    "projection.welfare_claims": _TABLE,
    "projection.cash": _TABLE,
    "projection.interfund": _TABLE,
    "projection.in_transit": _TABLE,
    "projection.series": _TABLE,
    "projection.fund_series": _TABLE,
}


def scope_of(resource: str, audience: Audience) -> Scope | None:
    """How much of a resource an audience is given; None is nothing at all."""
    may = MAY.get(resource, {})
    return may.get(audience) or may.get(Audience.ANYBODY)


def is_for_people(resource: str) -> bool:
    """Whether somebody may be given this by signing in."""
    return any(role in MAY.get(resource, {}) for role in ROLES)
