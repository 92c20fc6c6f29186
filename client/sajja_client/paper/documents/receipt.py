"""A receipt for one entry, on a roll of 80 mm: what a member takes home, with the amount in words."""

from collections.abc import Sequence

from sajja_client.home import Pin
from sajja_client.names import Names
from sajja_client.paper.baht_words import baht_words
from sajja_client.paper.document import Document, Fact, Words, issuer_of
from sajja_client.paper.movements import Reading
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.wording import EFFECTS, REVERSED, SIGNED_BY, amount_of, borrower_of, facts_of, receipt_number
from sajja_schemas.calendar import format_thai
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body
from sajja_schemas.money import format_baht
from sajja_schemas.verdicts import Effect

_HASH_CHARACTERS = 12


class NoSuchEntry(Problem):
    """There is no such line here."""

    code = "no_such_entry"
    thai = "ไม่พบรายการ {name} ในเครื่องนี้ ดูลำดับด้วย sajja village log หรือ sync ก่อน"
    english = "there is no entry {name} on this device; sajja village log lists them, or sync first"
    exit_code = EXIT_USAGE


def receipt(reading: Reading, name: str) -> Document:
    """The receipt of an entry.

    Raises:
        NoSuchEntry: it is not here.
    """
    line = reading.line(name)
    body = line.body if line is not None else None
    if line is None or body is None:
        raise NoSuchEntry(name=name)
    books = reading.books
    waiting = books.trust.awaiting.get(line.hash)
    return of_entry(
        reading.pin,
        reading.names,
        line.entry,
        body,
        books.quarantined.get(line.hash, Effect.COUNTED),
        awaits=[asked for asked in (waiting.approvers, *waiting.also) if asked] if waiting is not None else (),
        is_reversed=line.hash in books.reversed,
        borrower=borrower_of(books, body.village, body.event),
    )


def of_entry(
    pin: Pin,
    names: Names,
    entry: SignedEntry,
    body: Body,
    effect: Effect,
    *,
    awaits: Sequence[str] = (),
    is_reversed: bool = False,
    borrower: str = "",
) -> Document:
    """The receipt of an entry.

    Args:
        pin: of the device that prints it.
        names: of the people whom it is about.
        entry: as it was signed.
        body: what it says.
        effect: what is made of it.
        awaits: the classes of approval that it is without.
        is_reversed: whether another entry takes it back.
        borrower: whose loan it is about, where it names the loan alone.
    """
    event, amount = body.event, amount_of(body.event)
    facts = [Fact("วันที่", "date", format_thai(body.date))]
    if event.receipt is not None:
        facts.append(Fact("เล่มที่/เลขที่", "book/no.", receipt_number(event.receipt)))
    if amount is not None:
        facts.append(Fact("จำนวนเงิน", "amount", f"{format_baht(amount)} บาท"))
        facts.append(Fact("ตัวอักษร", "in words", baht_words(amount)))
    if borrower:
        facts.append(Fact("ผู้กู้", "borrower", names.shown(borrower)))
    facts += [Fact(fact.thai, fact.english, fact.text) for fact in facts_of(event, names.shown)]
    facts.append(Fact("ผู้บันทึก", "by", names.shown(body.by)))
    notes = []
    if awaits:
        said = [SIGNED_BY[asked] for asked in awaits]
        thai, english = (" และ".join(one[0] for one in said), " and ".join(one[1] for one in said))
        notes.append(Words(f"รอลายมือชื่อ: {thai}", f"awaits approval: {english}"))
    elif effect is not Effect.COUNTED:
        notes.append(Words(f"สถานะ: {EFFECTS[effect]} ยังไม่มีผลในบัญชี", f"{effect.value}: without effect yet"))
    if is_reversed:
        notes.append(Words(REVERSED, "this entry was reversed"))
    return Document(
        name="receipt",
        on=body.date,
        paper="receipt",
        title=Words(event.declared.thai, "receipt"),
        issuer=issuer_of(pin, body.village),
        facts=facts,
        notes=notes,
        signatures=[Words("ผู้รับเงิน/ผู้จ่ายเงิน", "received or paid by"), Words("สมาชิก", "member")],
        demonstration=pin.demonstration,
        number=f"ลำดับที่ · sequence: {body.sequence} · {to_base64url(entry.hash)[:_HASH_CHARACTERS]}",
    )
