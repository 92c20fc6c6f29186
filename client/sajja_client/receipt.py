"""What a device says of an entry that it has just recorded: a document for a program, a receipt for a person."""

from typing import Any

from sajja_client.log import Log
from sajja_client.names import read_names
from sajja_client.paper.documents.receipt import of_entry
from sajja_client.paper.plain import plain
from sajja_client.wording import borrower_of
from sajja_schemas.books import Books
from sajja_schemas.bylaws.demands import FREE, Demand
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.verdicts import Effect


def body_of(entry: SignedEntry) -> Body:
    """The body of an entry of this device's own log."""
    body = read_body(entry.body)
    assert isinstance(body, Body), "what could not count was not signed here"
    return body


def entry_document(entry: SignedEntry, demand: Demand) -> dict[str, Any]:
    """An entry for a program, with the classes that it needs."""
    body = body_of(entry)
    return {
        "sequence": entry.sequence,
        "hash": to_base64url(entry.hash),
        "village": body.village,
        "date": body.date,
        "by": body.by,
        "event": body.event,
        "approvers": _classes(demand),
    }


def receipt(log: Log, books: Books, entry: SignedEntry, demand: Demand) -> str:
    """What is shown when something was recorded, of which these classes are asked; officers have not signed yet."""
    body = body_of(entry)
    document = of_entry(
        log.pin,
        read_names(log.connection, books),
        entry,
        body,
        Effect.COUNTED,
        awaits=demand.classes if demand is not FREE else (),
        borrower=borrower_of(books, body.village, body.event),
    )
    return plain(document).rstrip()


def _classes(demand: Demand) -> str:
    """The approver classes that an entry needs: `A2`, or `A4+AU` where each must be complete."""
    return "+".join(demand.classes)
