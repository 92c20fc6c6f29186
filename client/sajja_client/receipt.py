"""A receipt for one entry: what a member takes home, and what a program reads.

Thai first, English beside it. The amount, the date of the Buddhist era, the sequence and the first characters of the
entry's hash are on it: with them anybody finds the entry again.
"""

from typing import Any, Final

from sajja_client.home import Pin
from sajja_client.wording import amount_of, facts_of, receipt_number
from sajja_schemas.calendar import format_thai
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.events.base import Approvers, Event
from sajja_schemas.money import format_baht

HASH_CHARACTERS: Final = 12
_WIDTH: Final = 44


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
    """What is printed when something was recorded."""
    body = body_of(entry)
    event = body.event
    lines = ["─" * _WIDTH]
    if pin.demonstration:
        lines.append("ข้อมูลสาธิต · DEMO DATA")
    lines.append(f"{event.declared.thai} · {tag_of(event)}")
    amount = amount_of(event)
    if amount is not None:
        lines.append(f"จำนวนเงิน · amount: {format_baht(amount)} บาท")
    lines += [f"{fact.thai} · {fact.english}: {fact.text}" for fact in facts_of(event)]
    if event.receipt is not None:
        lines.append(f"ใบเสร็จ · receipt: {receipt_number(event.receipt)}")
    lines += [
        f"วันที่ · date: {format_thai(body.date)} ({body.date.isoformat()})",
        f"หมู่บ้าน · village: {body.village}   ผู้บันทึก · by: {body.by}",
        f"ลำดับที่ · sequence: {entry.sequence}   รหัส · entry: {to_base64url(entry.hash)[:HASH_CHARACTERS]}",
    ]
    if event.declared.approvers is not Approvers.A0:
        lines.append(f"รอลายมือชื่อกรรมการ ({_classes(event)}) · awaits its officers' approval")
    return "\n".join([*lines, "─" * _WIDTH])


def _classes(event: Event) -> str:
    """The approver classes that an event asks for: `A2`, or `A4+AU` where each must be complete."""
    return "+".join((event.declared.approvers, *event.declared.also))
