"""From the plan to bytes: what each tablet's log will hold, entry for entry, signed with keys that the seed gives.

Pure, and the oracle of the load: a client that records the plan must come to the same bytes, or it stops.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Act, Approval, Step
from sajja_client.keys import derive_key
from sajja_schemas import signing
from sajja_schemas.bylaws.history import RulesetHistory
from sajja_schemas.bylaws.variance import version_to_name
from sajja_schemas.enrolment import enrolment_message
from sajja_schemas.entry import NO_PREVIOUS, EntryRef, SignedEntry, device_name, read_entry, to_base64url
from sajja_schemas.events import AnyEvent, Body, encode_body
from sajja_schemas.events import trust as trust_events
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.personal import SALT_BYTES, commitment_of
from sajja_schemas.personal_data import encode_personal
from sajja_schemas.signing import SigningKey


class Line(msgspec.Struct, frozen=True):
    """A step with the entry that it becomes."""

    step: Step
    event: AnyEvent
    entry: SignedEntry
    approved: tuple[SignedEntry, ...] = ()  # of an approval: the entries on its list
    salt: bytes | None = None  # of the personal part beside it


class Scribe:
    """Writes every log of the network in memory."""

    def __init__(self, seed: int) -> None:
        self.seed = str(seed)
        self.fingerprint = ""
        self._keys: dict[tuple[str, ...], SigningKey] = {}
        self._entries: dict[str, SignedEntry] = {}
        self._heads: dict[str, SignedEntry] = {}
        self._rulesets = RulesetHistory()

    def key(self, *names: str) -> SigningKey:
        """The key of a tablet (its name), or of an officer on a tablet (person, tablet)."""
        key = self._keys.get(names)
        if key is None:
            key = self._keys[names] = derive_key(self.seed, rules.NETWORK, *names)
        return key

    def public_key(self, *names: str) -> str:
        """The public key, as bodies spell it."""
        return to_base64url(self.key(*names).public)

    def device(self, tablet: str) -> str:
        """The name of a tablet, as bodies spell it."""
        return device_name(self.key(tablet).public)

    def ref(self, name: str) -> EntryRef:
        """How a body names the entry of an earlier act."""
        return _ref(self._entries[name])

    def proof(self, unit: str, holder: str, *names: str) -> str:
        """A key's signature over its own enrolment request."""
        key = self.key(*names)
        message = enrolment_message(
            network=rules.NETWORK,
            fingerprint=self.fingerprint,
            village=unit,
            key=to_base64url(key.public),
            holder=holder,
            person="" if holder == "device" else names[0],
            derived=True,
        )
        return to_base64url(key.sign(signing.ENROLMENT_TAG, message))

    def write(self, steps: Iterable[Step]) -> list[Line]:
        """Write steps in the order of their moments."""
        return [self._write(step) for step in steps]

    def _write(self, step: Step) -> Line:
        approved: tuple[SignedEntry, ...] = ()
        event: AnyEvent
        if isinstance(step, Approval):
            approved = tuple(self._entries[name] for name in step.names)
            event = self._approval(step, approved)
        else:
            event = self._under_bylaws(step, step.event(self) if callable(step.event) else step.event)
        personal = step.personal if isinstance(step, Act) else None
        salt = self._salt(step.name) if personal is not None else None
        last = self._heads.get(step.tablet)
        key = self.key(step.tablet)
        body = encode_body(
            Body(
                v=1,
                network=rules.NETWORK,
                village=step.village,
                device=self.device(step.tablet),
                sequence=last.sequence + 1 if last else 1,
                previous=to_base64url(last.hash) if last else self.fingerprint or NO_PREVIOUS,
                by=step.by,
                date=step.day,
                recorded_at=step.moment,
                event=event,
                personal=to_base64url(commitment_of(salt, encode_personal(personal))) if personal and salt else None,
            )
        )
        entry = read_entry(key.public, key.sign(signing.ENTRY_TAG, body), body)
        self._heads[step.tablet] = self._entries[step.name] = entry
        self.fingerprint = self.fingerprint or to_base64url(entry.hash)
        return Line(step, event, entry, approved, salt)

    def _salt(self, name: str) -> bytes:
        """The same for the same seed, as the keys are: nobody's data is hidden under it."""
        return sha256(f"sajja demo salt\n{self.seed}/{name}".encode()).digest()[:SALT_BYTES]

    def _under_bylaws(self, step: Step, event: AnyEvent) -> AnyEvent:
        """The event with the version of the bylaws that its author goes by; every adoption of the plan counts."""
        version = version_to_name(self._rulesets, event, step.village, step.day)
        if isinstance(event, RulesetAdopted):
            self._rulesets.take(event, len(self._entries), step.day)
        return msgspec.structs.replace(event, bylaws=version) if version is not None else event

    def _approval(self, step: Approval, approved: tuple[SignedEntry, ...]) -> trust_events.EntryApproved:
        message = signing.approval_message([entry.hash for entry in approved])
        return trust_events.EntryApproved(
            entries=tuple(_ref(entry) for entry in approved),
            approvals=tuple(
                trust_events.Approval(
                    key=self.public_key(person, step.tablet),
                    sig=to_base64url(self.key(person, step.tablet).sign(signing.APPROVAL_TAG, message)),
                )
                for person in step.persons
            ),
        )


def _ref(entry: SignedEntry) -> EntryRef:
    return EntryRef(device=to_base64url(entry.device), sequence=entry.sequence, hash=to_base64url(entry.hash))
