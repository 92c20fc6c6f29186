"""The trial balance of this unit's ledgers, and the form on which a box is counted."""

from typing import get_args

from sajja_client.paper.document import Column, Document, Fact, Table, Words, baht, issuer_of
from sajja_client.paper.movements import Reading
from sajja_client.paper.recorded import recorded
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.wording import ledger_words
from sajja_schemas.accounts import CHART
from sajja_schemas.calendar import format_thai
from sajja_schemas.events.base import Denomination
from sajja_schemas.events.meetings import CashCounted
from sajja_schemas.figures import control_sums
from sajja_schemas.money import SATANG_PER_BAHT, format_baht
from sajja_schemas.verdicts import Effect

_DENOMINATIONS = get_args(Denomination)  # from the largest note down
_LEAST_NOTE = 2_000
_BOX = 1110


class NoSuchBox(Problem):
    """No such box holds cash."""

    code = "no_such_box"
    thai = "ไม่พบกล่องเงิน {box} กล่องที่มีคือ {boxes} ระบุด้วยชื่อผู้ถือ"
    english = "there is no box {box}; the boxes are {boxes}. Name one by its keeper"
    exit_code = EXIT_USAGE


class BoxNotNamed(Problem):
    """There is not exactly one box that holds cash, and none was named."""

    code = "box_not_named"
    thai = "ระบุกล่องเงินที่จะนับด้วยชื่อผู้ถือ: {boxes}"
    english = "name the box to count by its keeper: {boxes}"
    exit_code = EXIT_USAGE


def trial_balance(reading: Reading) -> Document:
    """Each own ledger's accounts on their two sides, at the end of the reading's day."""
    sums = control_sums(reading.balances().items())
    columns = [
        Column("รหัส", "code"),
        Column("ชื่อบัญชี", "account", share=1),
        Column("เดบิต", "debit", is_number=True),
        Column("เครดิต", "credit", is_number=True),
    ]
    tables = []
    for ledger in sorted({name for name, _account in sums}):
        listed = [(account, amount) for (name, account), amount in sorted(sums.items()) if name == ledger and amount]
        debit = sum(amount for _account, amount in listed if amount > 0)
        credit = -sum(amount for _account, amount in listed if amount < 0)
        rows = [
            [
                str(account),
                f"{CHART[account].thai} · {CHART[account].english}",
                baht(max(amount, 0)),
                baht(max(-amount, 0)),
            ]
            for account, amount in listed
        ]
        totals = [["", "รวม · total", format_baht(debit), format_baht(credit)]]
        tables.append(Table(columns=columns, rows=rows, totals=totals, title=Words(*ledger_words(ledger))))
    last = reading.books.last_date
    return Document(
        name="trial_balance",
        on=reading.on,
        paper="a4",
        title=Words("งบทดลอง", "trial balance"),
        issuer=issuer_of(reading.pin, reading.pin.village),
        facts=[
            Fact("ณ วันที่", "as of", format_thai(reading.on)),
            Fact("รายการล่าสุด", "last business day", format_thai(last) if last is not None else "—"),
            Fact("รออนุมัติ", "awaiting approval", str(len(reading.books.trust.awaiting))),
        ],
        tables=tables,
        signatures=[Words("ผู้ทำบัญชี", "bookkeeper"), Words("เหรัญญิก", "treasurer"), Words("ผู้ตรวจสอบ", "auditor")],
        demonstration=reading.pin.demonstration,
        number=f"{reading.pin.village} · {format_thai(reading.on, short=True)}",
    )


def cash_count(reading: Reading, box: str | None = None) -> Document:
    """The form for counting a box, filled in where the box was counted that day.

    Raises:
        NoSuchBox: there is no such box.
        BoxNotNamed: there are several, or all are empty, and none was named.
    """
    boxes = {(ledger, sub): amount for (ledger, account, sub), amount in reading.balances().items() if account == _BOX}
    held = {key: amount for key, amount in boxes.items() if (amount if box is None else key[1] == box)}
    if len(held) != 1:
        keepers = ", ".join(sorted({keeper for _ledger, keeper in boxes})) or "-"
        raise NoSuchBox(box=box, boxes=keepers) if box is not None else BoxNotNamed(boxes=keepers)
    (((ledger, keeper), expected),) = held.items()
    counted = _counted(reading, ledger, keeper)
    pieces: dict[int, int] = {}
    if counted is not None:
        pieces = {one.denomination_satang: one.pieces for one in counted.cash}
    rows = [
        [
            "ธนบัตร · note" if value >= _LEAST_NOTE else "เหรียญ · coin", _face(value),
            f"{pieces[value]:,}" if pieces.get(value) else "", baht(value * pieces.get(value, 0)),
        ]
        for value in _DENOMINATIONS
    ]  # fmt: skip
    total = ["", "รวมนับได้ · counted", "", format_baht(counted.total_satang) if counted is not None else ""]
    book = ["", "ยอดตามบัญชี · by the book", "", format_baht(expected)]
    difference = ["", "ขาด/เกิน · short or over", "", format_baht(counted.total_satang - expected) if counted else ""]
    return Document(
        name="cash_count",
        on=reading.on,
        paper="a5",
        title=Words("ใบตรวจนับเงินสด", "cash count"),
        issuer=issuer_of(reading.pin, reading.pin.village),
        facts=[
            Fact("วันที่", "date", format_thai(reading.on)),
            Fact("กล่อง/ผู้ถือ", "box", reading.names.shown(keeper)),
            Fact("สมุดบัญชี", "ledger", ledger_words(ledger)[0]),
            Fact(
                "ผู้นับ", "counters", ", ".join(map(reading.names.shown, counted.counters)) if counted is not None else ""
            ),
        ],
        tables=[
            Table(
                columns=[
                    Column("ชนิด", "kind"),
                    Column("ราคา", "face", share=2),
                    Column("จำนวน", "pieces", is_number=True, share=1),
                    Column("เป็นเงิน (บาท)", "baht", is_number=True, share=1),
                ],
                rows=rows,
                totals=[total, book, difference],
            )
        ],
        signatures=[Words("ผู้นับคนที่ 1", "first counter"), Words("ผู้นับคนที่ 2", "second counter")],
        demonstration=reading.pin.demonstration,
        number=f"{reading.pin.village} {keeper} · {format_thai(reading.on, short=True)}",
    )


def _counted(reading: Reading, ledger: str, keeper: str) -> CashCounted | None:
    found = None
    for line in recorded(reading.home):
        body = line.body
        if body is None or not isinstance(body.event, CashCounted) or body.date != reading.on:
            continue
        if (body.event.ledger, body.event.box) != (ledger, keeper):
            continue
        if reading.books.quarantined.get(line.hash, Effect.COUNTED) in {Effect.COUNTED, Effect.AWAITING_APPROVAL}:
            found = body.event
    return found


def _face(value: int) -> str:
    return f"{value // SATANG_PER_BAHT:,} บาท" if value >= SATANG_PER_BAHT else f"{value} สตางค์"
