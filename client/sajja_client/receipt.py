"""What a device says of an entry that it has just recorded: a document for a program, a receipt for a person."""

from typing import Any

from sajja_client.home import Pin
from sajja_client.paper.documents.receipt import of_entry
from sajja_client.paper.plain import plain
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.base import Approvers, Event
from sajja_schemas.verdicts import Effect


def body_of(entry: SignedEntry) -> Body:
    """The body of an entry of this device's own log."""
    body = read_body(entry.body)
    assert isinstance(body, Body), "what could not count was not signed here"
    return body


def entry_document(entry: SignedEntry) -> dict[str, Any]:
    """An entry for a program."""
    body = body_of(entry)
    return {
        "sequence": entry.sequence,
        "hash": to_base64url(entry.hash),
        "village": body.village,
        "date": body.date,
        "by": body.by,
        "event": body.event,
        "approvers": _classes(body.event),
    }


def receipt(pin: Pin, entry: SignedEntry) -> str:
    """What is shown when something was recorded; what needs officers has none yet."""
    body = body_of(entry)
    awaits = _classes(body.event) if body.event.declared.approvers is not Approvers.A0 else ""
    return plain(of_entry(pin, entry, body, Effect.COUNTED, awaits=awaits)).rstrip()


def _classes(event: Event) -> str:
    """The approver classes that an event asks for: `A2`, or `A4+AU` where each must be complete."""
    return "+".join((event.declared.approvers, *event.declared.also))
