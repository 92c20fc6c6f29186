"""The day sheet: every entry of a business day, what it took in and paid out, and what each box must hold now."""

from datetime import date

from sajja_client.books import is_own
from sajja_client.names import Names
from sajja_client.paper.document import Column, Document, Fact, Table, Words, baht, issuer_of
from sajja_client.paper.movements import Movement, Reading
from sajja_client.wording import EFFECTS, REVERSED, amount_of, ledger_words, receipt_number
from sajja_schemas.accounts import CHART
from sajja_schemas.calendar import format_thai
from sajja_schemas.money import format_baht
from sajja_schemas.verdicts import Effect

_BOXES = (1110, 1111, 1112)
_ENTRIES = [
    Column("ที่", "no.", is_number=True),
    Column("ใบเสร็จ", "receipt"),
    Column("สมาชิก", "member", share=3),
    Column("รายการ", "entry", share=2),
    Column("เงินสดรับ", "cash in", is_number=True),
    Column("เงินสดจ่าย", "cash out", is_number=True),
    Column("ไม่ใช่เงินสด", "not cash", is_number=True),
]
_KINDS = [
    Column("รวมตามรายการ", "by kind", share=1),
    Column("จำนวน", "count", is_number=True),
    Column("เงินสดรับ", "cash in", is_number=True),
    Column("เงินสดจ่าย", "cash out", is_number=True),
]
_HELD = [
    Column("กล่องเงิน (ผู้ถือ)", "box and keeper", share=1),
    Column("ยกมา", "brought forward", is_number=True),
    Column("รับ", "in", is_number=True),
    Column("จ่าย", "out", is_number=True),
    Column("คงเหลือ", "must be there", is_number=True),
]


def day_sheet(reading: Reading, meeting: str | None = None) -> Document:
    """The sheet of the reading's day, or of a meeting only."""
    everything = reading.movements()
    today = [
        one
        for one in everything
        if (one.body.event.meeting == meeting if meeting is not None else one.body.date == reading.on)
    ]
    day = today[0].body.date if meeting is not None and today else reading.on
    rows, kinds = [], dict[str, list[int]]()
    taken_in = paid_out = 0
    for number, one in enumerate(today, start=1):
        came, went = _cash(reading, one)
        taken_in, paid_out = taken_in + came, paid_out + went
        rows.append(_entry(number, one, came, went, reading.names))
        if one.effect is Effect.COUNTED:
            kind = kinds.setdefault(one.body.event.declared.thai, [0, 0, 0])
            kind[0], kind[1], kind[2] = kind[0] + 1, kind[1] + came, kind[2] + went
    facts = [Fact("วันที่", "date", format_thai(day)), Fact("รายการ", "entries", str(len(today)))]
    if meeting is not None:
        facts.insert(1, Fact("วันทำการ", "meeting", meeting))
    totals = ["", "", "", "รวม · total", format_baht(taken_in), format_baht(paid_out), ""]
    return Document(
        name="day_sheet",
        on=day,
        paper="a4",
        title=Words("ใบสรุปประจำวัน", "day sheet"),
        issuer=issuer_of(reading.pin, reading.pin.village),
        facts=facts,
        tables=[
            Table(columns=_ENTRIES, rows=rows, totals=[totals]),
            _by_kind(kinds),
            _boxes(reading, everything, day),
        ],
        signatures=[
            Words("ประธาน", "president"), Words("เหรัญญิก", "treasurer"), Words("เลขานุการ", "secretary"),
        ],
        demonstration=reading.pin.demonstration,
        number=f"{reading.pin.village} · {format_thai(day, short=True)}",
    )  # fmt: skip


def _by_kind(kinds: dict[str, list[int]]) -> Table:
    rows = [[name, str(count), baht(came), baht(went)] for name, (count, came, went) in sorted(kinds.items())]
    count, came, went = (sum(kind[place] for kind in kinds.values()) for place in range(3))
    totals = ["รวมที่นับแล้ว · total that counts", str(count), format_baht(came), format_baht(went)]
    return Table(columns=_KINDS, rows=rows, totals=[totals])


def _entry(number: int, one: Movement, came: int, went: int, names: Names) -> list[str]:
    event = one.body.event
    said = event.declared.thai
    if one.effect is not Effect.COUNTED:
        said += f" ({EFFECTS[one.effect]})"
    elif one.is_reversed:
        said += f" ({REVERSED})"
    elif one.is_awaiting:
        said += f" ({EFFECTS[Effect.AWAITING_APPROVAL]})"
    other = amount_of(event) if not (came or went) else None
    member = names.shown(one.member)
    return [str(number), receipt_number(event.receipt), member, said, baht(came), baht(went), baht(other)]


def _cash(reading: Reading, one: Movement) -> tuple[int, int]:
    """What came into boxes of this unit and what went out; cash that changes boxes does both."""
    moved = [
        amount
        for ledger, account, _sub, amount in one.lines
        if account in _BOXES and is_own(reading.pin.village, ledger)
    ]
    return sum(amount for amount in moved if amount > 0), -sum(amount for amount in moved if amount < 0)


def _boxes(reading: Reading, everything: list[Movement], day: date) -> Table:
    held: dict[tuple[str, int, str], list[int]] = {}
    for one in everything:
        if one.body.date > day:
            continue
        for ledger, account, sub, amount in one.lines:
            if account in _BOXES and is_own(reading.pin.village, ledger):
                row = held.setdefault((ledger, account, sub), [0, 0, 0])
                row[0 if one.body.date < day else 1 if amount > 0 else 2] += amount
    rows = [
        [_box(*box, reading.names), baht(before), baht(came), baht(-went), format_baht(before + came + went)]
        for box, (before, came, went) in sorted(held.items())
        if before or came or went
    ]
    return Table(columns=_HELD, rows=rows)


def _box(ledger: str, account: int, keeper: str, names: Names) -> str:
    name = f"{names.shown(keeper)} · {ledger_words(ledger)[0]}"
    return name if account == _BOXES[0] else f"{name} ({CHART[account].thai})"
