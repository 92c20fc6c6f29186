"""A receipt for one entry: what a member takes home, and what a program reads.

Thai first, English beside it. The amount, the date of the Buddhist era, the sequence and the first characters of the
entry's hash are on it: with them anybody finds the entry again.
"""

from datetime import date
from typing import Any, Final

import msgspec

from sajja_client.home import Pin
from sajja_schemas.bylaws.demands import FREE, Demand
from sajja_schemas.calendar import format_thai
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.events.base import Event
from sajja_schemas.money import format_baht

HASH_CHARACTERS: Final = 12
_SATANG: Final = "_satang"
_WIDTH: Final = 44
# The field that says what the money of an event was, in the order in which a reader looks for it.
AMOUNTS: Final = ("amount_satang", "total_satang", "gross_satang", "net_satang")


def body_of(entry: SignedEntry) -> Body:
    """The body of an entry of this device's own log."""
    body = read_body(entry.body)
    assert isinstance(body, Body), "what could not count was not signed here"
    return body


def amount_of(event: object) -> int | None:
    """The amount that an event is about."""
    return next((found for name in AMOUNTS if (found := getattr(event, name, None)) is not None), None)


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


def receipt(pin: Pin, entry: SignedEntry, demand: Demand) -> str:
    """What is printed when something was recorded, of which these classes are asked."""
    body = body_of(entry)
    event = body.event
    lines = ["─" * _WIDTH]
    if pin.demonstration:
        lines.append("ข้อมูลสาธิต · DEMO DATA")
    lines.append(f"{event.declared.thai} · {tag_of(event)}")
    amount = amount_of(event)
    if amount is not None:
        lines.append(f"จำนวนเงิน · amount: {format_baht(amount)} บาท")
    for field, value in _others(event):
        lines.append(f"{field}: {value}")
    lines += [
        f"วันที่ · date: {format_thai(body.date)} ({body.date.isoformat()})",
        f"หมู่บ้าน · village: {body.village}   ผู้บันทึก · by: {body.by}",
        f"ลำดับที่ · sequence: {entry.sequence}   รหัส · entry: {to_base64url(entry.hash)[:HASH_CHARACTERS]}",
    ]
    if demand is not FREE:
        lines.append(f"รอลายมือชื่อกรรมการ ({_classes(demand)}) · awaits its officers' approval")
    return "\n".join([*lines, "─" * _WIDTH])


def _others(event: Event) -> list[tuple[str, str]]:
    shown = []
    for name, value in msgspec.structs.asdict(event).items():
        if value is None or value == () or name in AMOUNTS[:1]:
            continue
        if name.endswith(_SATANG):
            if value:
                shown.append((name.removesuffix(_SATANG), f"{format_baht(value)} บาท"))
        elif isinstance(value, date):
            shown.append((name, format_thai(value)))
        elif isinstance(value, str | int):
            label = "สมาชิก · member" if name == "member" else name
            shown.append((label, str(value)))
    return shown


def _classes(demand: Demand) -> str:
    """The approver classes that an entry needs: `A2`, or `A4+AU` where each must be complete."""
    return "+".join(demand.classes)
