"""What a case of the effect vectors is told with."""

from typing import Any

from sajja_schemas import signing
from sajja_schemas.canonical import encode
from sajja_schemas.entry import EntryRef, SignedEntry, read_entry, to_base64url
from sajja_schemas.events import AnyEvent, Body, read_body
from sajja_schemas.events.trust import EntryApproved
from support.world import DAY, Tablet, World

Balances = dict[tuple[str, int, str], int]
BOX, BANK = "pp01-o4", "baac-1"


class Story:
    """A world with what is expected of the entries that a case adds; what is not said counts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.effects: dict[bytes, str] = {}
        self.first, self.second = world.village("pp01").tablets
        self.desk, self.vault = world.office.tablets

    def expect(self, effect: str, entry: SignedEntry) -> SignedEntry:
        """Say what an entry is at the end."""
        self.effects[entry.hash] = effect
        return entry

    def record(self, tablet: Tablet, event: AnyEvent, **more: Any) -> SignedEntry:
        """Record an event that counts."""
        return self.world.record(tablet, event, **more)

    def record_raw(self, tablet: Tablet, data: bytes) -> SignedEntry:
        """Sign bytes that the structs would not make, as the next line."""
        entry = read_entry(tablet.key.public, tablet.key.sign(signing.ENTRY_TAG, data), data)
        tablet.log.append(entry)
        self.world.entries.append(entry)
        return entry

    def body(self, tablet: Tablet, event: object, **changed: Any) -> bytes:
        """The canonical bytes of the next line with any event."""
        return encode(
            {
                "by": "recorder",
                "date": DAY.isoformat(),
                "device": tablet.name,
                "event": event,
                "network": self.world.network,
                "previous": to_base64url(tablet.log[-1].hash) if tablet.log else self.world.fingerprint,
                "recorded_at": 0,
                "sequence": len(tablet.log) + 1,
                "v": 1,
                "village": tablet.unit,
                **changed,
            }
        )

    def approval_of(self, entry: SignedEntry, entries: tuple[EntryRef, ...] | None = None) -> EntryApproved:
        """The event of an approval, to be carried by another entry, or to name others."""
        body = read_body(entry.body)
        assert isinstance(body, Body)
        event = body.event
        assert isinstance(event, EntryApproved)
        return event if entries is None else EntryApproved(entries=entries, approvals=event.approvals)

    def arrive_last(self, *entries: SignedEntry) -> None:
        """Let entries reach the network log after all others so far."""
        for entry in entries:
            self.world.entries.remove(entry)
            self.world.entries.append(entry)
