"""Everything that this device holds, as sheets: nothing is locked in.

The books as people read them, and the very lines that were signed, from which anybody can fold the books again.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from sajja_client.books import effect_of, fold
from sajja_client.home import Home, Pin
from sajja_client.paper.recorded import Recorded, count, recorded
from sajja_client.paper.sheets import Head, Kind, Sheet, Values
from sajja_client.wording import EFFECTS, REVERSED, amount_of, details, receipt_number
from sajja_schemas.accounts import CHART, LOANS
from sajja_schemas.books import Books
from sajja_schemas.entry import encode_line, to_base64url
from sajja_schemas.events import tag_of
from sajja_schemas.figures import control_sums
from sajja_schemas.registers.loans import arrears, loans_of
from sajja_schemas.registers.members import members_of
from sajja_schemas.verdicts import Effect

Progress = Callable[[str, int, int], None]  # step, done, of how many

LINE_CHARACTERS: Final = 32_000  # a cell of a workbook holds 32,767
_LINE_PARTS: Final = 3  # so the longest line that the wire takes has room
_STEP: Final = 500

ENTRY_HEADS: Final = (
    Head("ลำดับในสมุดกลาง", "index", Kind.NUMBER, 10),
    Head("วันที่ (พ.ศ.)", "date (B.E.)", Kind.DAY, 14),
    Head("วันที่ (ค.ศ.)", "date (ISO)", Kind.ISO, 12),
    Head("หมู่บ้าน", "village", width=10),
    Head("ผู้บันทึก", "by", width=12),
    Head("รายการ", "what", width=26),
    Head("สมาชิก", "member", width=14),
    Head("จำนวนเงิน (บาท)", "amount (baht)", Kind.BAHT, 16),
    Head("รายละเอียด", "details", width=60),
    Head("ใบเสร็จ (เล่ม/เลขที่)", "receipt", width=12),
    Head("สถานะ", "status", width=14),
    Head("ผล", "effect", width=16),
    Head("ชนิด", "type", width=26),
    Head("วันทำการ", "meeting", width=14),
    Head("ที่มา", "source", width=8),
    Head("แท็บเล็ต", "device", width=46),
    Head("ลำดับในเครื่อง", "sequence", Kind.NUMBER, 10),
    Head("แฮช", "hash", width=46),
)
LEDGER_HEADS: Final = (
    Head("สมุดบัญชี", "ledger", width=14),
    Head("รหัสบัญชี", "account", Kind.NUMBER, 10),
    Head("ชื่อบัญชี", "name", width=30),
    Head("ชื่ออังกฤษ", "English name", width=30),
)
TRIAL_HEADS: Final = (
    *LEDGER_HEADS,
    Head("เดบิต (บาท)", "debit", Kind.BAHT, 16),
    Head("เครดิต (บาท)", "credit", Kind.BAHT, 16),
)
BALANCE_HEADS: Final = (
    *LEDGER_HEADS,
    Head("บัญชีย่อย", "sub-ledger", width=18),
    Head("ยอด (เดบิตเป็นบวก)", "balance, debit positive", Kind.BAHT, 18),
)
MEMBER_HEADS: Final = (
    Head("หมู่บ้าน", "village", width=10),
    Head("สมาชิก", "member", width=14),
    Head("เพศ", "gender", width=10),
    Head("วันเข้า", "joined", Kind.DAY, 14),
    Head("สมาชิกธนาคาร", "in the bank"),
    Head("สมาชิกสวัสดิการ", "in welfare"),
    Head("ระงับสิทธิ", "suspended", width=10),
    Head("วันตาย", "died", Kind.DAY, 14),
    Head("เงินสัจจะ/หุ้น", "shares", Kind.BAHT, 16),
    Head("ออมพิเศษ", "special savings", Kind.BAHT, 16),
    Head("เงินฝากเด็ก", "child savings", Kind.BAHT, 16),
    Head("รับล่วงหน้า", "advances", Kind.BAHT, 16),
    Head("เงินกู้คงเหลือ", "loans outstanding", Kind.BAHT, 16),
)
LOAN_HEADS: Final = (
    Head("สมุดบัญชี", "ledger", width=14),
    Head("สัญญาเงินกู้", "loan", width=16),
    Head("ผู้กู้", "member", width=14),
    Head("ประเภท", "product"),
    Head("เงินกู้", "lent", Kind.BAHT, 16),
    Head("คงเหลือ", "outstanding", Kind.BAHT, 16),
    Head("คุ้มครอง", "covered", Kind.BAHT, 16),
    Head("งวด (เดือน)", "months", Kind.NUMBER, 8),
    Head("ดอกเบี้ยร้อยละต่อเดือน", "rate, % a month", Kind.PER_CENT, 10),
    Head("วิธีคิด", "method"),
    Head("งวดแรก", "first due", Kind.DAY, 14),
    Head("ค้างชำระ", "overdue", Kind.BAHT, 16),
    Head("วันที่ค้าง", "days late", Kind.NUMBER, 10),
)
PEOPLE_HEADS: Final = (
    Head("หน่วย", "unit", width=10),
    Head("บุคคล", "person", width=16),
    Head("ตำแหน่ง", "roles", width=30),
)
DEVICE_HEADS: Final = (
    Head("หน่วย", "unit", width=10),
    Head("ชื่อเครื่อง", "label", width=20),
    Head("แท็บเล็ต", "device", width=46),
    Head("รายการล่าสุด", "last sequence", Kind.NUMBER, 12),
    Head("เพิกถอน", "revoked", width=10),
)
LINE_HEADS: Final = (
    Head("ลำดับในสมุดกลาง", "index", Kind.NUMBER, 10),
    *(Head(f"บรรทัดที่ลงนาม {part}", f"signed line, part {part}", width=60) for part in range(1, _LINE_PARTS + 1)),
)
ABOUT_HEADS: Final = (Head("เรื่อง", "about", width=34), Head("ค่า", "value", width=60))

_SAVINGS: Final = (3110, 2110, 2111, 2150)


class Everything:
    """One reading of a device. The sheets are read as they are written, so they hold little at once."""

    def __init__(self, home: Home, on: date, progress: Progress = lambda _step, _done, _total: None) -> None:
        """`on` is the day on which arrears are counted."""
        self.home = home
        self.pin = home.pin()
        self.on = on
        self.progress = progress
        self.lines = count(home)
        progress("books", 0, 0)
        self.books = fold(home)

    def sheets(self) -> list[Sheet]:
        """Every sheet."""
        books = self.books
        return [
            Sheet("เกี่ยวกับ", "about", ABOUT_HEADS, about_rows(self.pin, books, self.on)),
            Sheet("รายการ", "entries", ENTRY_HEADS, self._counted("entries", entry_rows(recorded(self.home), books))),
            Sheet("งบทดลอง", "trial_balance", TRIAL_HEADS, trial_rows(books)),
            Sheet("ยอดรายตัว", "balances", BALANCE_HEADS, balance_rows(books)),
            Sheet("สมาชิก", "members", MEMBER_HEADS, member_rows(books)),
            Sheet("เงินกู้", "loans", LOAN_HEADS, loan_rows(books, self.on)),
            Sheet("กรรมการ", "officers", PEOPLE_HEADS, officer_rows(books)),
            Sheet("แท็บเล็ต", "devices", DEVICE_HEADS, device_rows(books)),
            Sheet("บรรทัดที่ลงนาม", "lines", LINE_HEADS, self._counted("lines", line_rows(recorded(self.home)))),
        ]

    def signed_lines(self) -> Iterator[bytes]:
        """The lines as the wire has them, one entry each."""
        return (wire_line(line) for line in recorded(self.home))

    def _counted(self, step: str, rows: Iterable[Values]) -> Iterator[Values]:
        for number, row in enumerate(rows, start=1):
            if number % _STEP == 0:
                self.progress(step, number, self.lines)
            yield row


def wire_line(line: Recorded) -> bytes:
    """A line as it is pushed and pulled."""
    return encode_line(line.entry.key, line.entry.signature, line.entry.body)


def about_rows(pin: Pin, books: Books, on: date) -> Iterator[Values]:
    """What this export is of."""
    if pin.demonstration:
        yield "ข้อมูลสาธิต", "DEMO DATA"
    yield "เครือข่าย · network", f"{pin.network} {books.trust.name}".strip()
    yield "ลายนิ้วมือ · fingerprint", pin.fingerprint
    yield "หน่วย · unit", pin.village
    yield "ณ วันที่ · as of", on.isoformat()
    yield "วันที่ของรายการล่าสุด · last business date", books.last_date.isoformat() if books.last_date else ""
    yield "รออนุมัติ · awaiting approval", str(len(books.trust.awaiting))
    yield "ไม่มีผล · without effect", str(len(books.quarantined))


def entry_rows(lines: Iterable[Recorded], books: Books) -> Iterator[Values]:
    """Every entry as a person reads it."""
    for line in lines:
        body, effect = line.body, effect_of(books, line.hash)
        entry = line.entry
        if body is None:
            yield (
                line.index, None, None, entry.village, "", "", "", None, "", "", EFFECTS[effect], effect.value,
                "", "", "", _device(line), entry.sequence, line.hash,
            )  # fmt: skip
            continue
        event = body.event
        yield (
            line.index,
            body.date,
            body.date,
            body.village,
            body.by,
            event.declared.thai,
            str(getattr(event, "member", "") or ""),
            amount_of(event),
            details(event),
            receipt_number(event.receipt),
            REVERSED if line.hash in books.reversed and effect is Effect.COUNTED else EFFECTS[effect],
            effect.value,
            tag_of(event),
            event.meeting or "",
            event.source or "",
            body.device,
            body.sequence,
            line.hash,
        )


def trial_rows(books: Books) -> Iterator[Values]:
    """Each ledger's accounts on their two sides, and their sums, which are equal."""
    sums = control_sums(books.balances.items())
    for ledger in sorted({name for name, _account in sums}):
        sides = [0, 0]
        for (name, account), amount in sorted(sums.items()):
            if name == ledger and amount:
                debit, credit = max(amount, 0), max(-amount, 0)
                sides = [sides[0] + debit, sides[1] + credit]
                yield ledger, account, CHART[account].thai, CHART[account].english, debit or None, credit or None
        yield ledger, None, "รวม", "total", *sides


def balance_rows(books: Books) -> Iterator[Values]:
    """Each balance of each sub-ledger."""
    for (ledger, account, sub), amount in sorted(books.balances.items()):
        if amount:
            yield ledger, account, CHART[account].thai, CHART[account].english, sub, amount


def member_rows(books: Books) -> Iterator[Values]:
    """Each member's standing; savings as the member has them, so positive."""
    owed: dict[str, int] = {}
    for loan in loans_of(books.registers, books.balances):
        owed[loan.member] = owed.get(loan.member, 0) + loan.outstanding_satang
    listed = members_of(books.registers)
    for one in sorted(listed, key=lambda member: (member.village, member.member)):
        held = (-books.balances.get((f"bank:{one.village}", account, one.member), 0) for account in _SAVINGS)
        yield (
            one.village,
            one.member,
            one.gender,
            one.joined,
            _yes(one.in_bank > 0),
            _yes(one.in_welfare > 0),
            _yes(one.is_suspended),
            one.died or one.death_reported,
            *held,
            owed.get(one.member, 0),
        )


def loan_rows(books: Books, on: date) -> Iterator[Values]:
    """Each loan on a day."""
    for loan in sorted(loans_of(books.registers, books.balances), key=lambda one: (one.ledger, one.loan)):
        plan, late = loan.plan, arrears(loan, on)
        yield (
            loan.ledger,
            loan.loan,
            loan.member,
            loan.product,
            loan.lent_satang,
            loan.outstanding_satang,
            loan.covered_satang,
            plan.terms.months if plan else None,
            plan.terms.rate_bp_month if plan else None,
            plan.method if plan else "",
            plan.first_due if plan else None,
            late.overdue_satang,
            late.days_late,
        )
    known = {(loan.ledger, loan.loan) for loan in loans_of(books.registers, books.balances)}
    for (ledger, account, sub), amount in sorted(books.balances.items()):
        if account in LOANS and amount and (ledger, sub) not in known:
            yield ledger, sub, "", "", None, amount, None, None, None, "", None, None, None


def officer_rows(books: Books) -> Iterator[Values]:
    """Who holds which office."""
    for unit, persons in sorted(books.trust.roles.items()):
        for person, roles in sorted(persons.items()):
            yield unit, person, ", ".join(sorted(roles))


def device_rows(books: Books) -> Iterator[Values]:
    """The tablets."""
    for name, device in sorted(books.trust.devices.items(), key=lambda item: (item[1].unit, item[0])):
        yield device.unit, device.label, name, device.sequence, _yes(device.revoked)


def line_rows(lines: Iterable[Recorded]) -> Iterator[Values]:
    """Every signed line, in as many cells as it needs."""
    for line in lines:
        text = wire_line(line).decode("utf-8", "backslashreplace").rstrip("\n")
        yield line.index, *(text[part * LINE_CHARACTERS : (part + 1) * LINE_CHARACTERS] for part in range(_LINE_PARTS))


def _device(line: Recorded) -> str:
    return to_base64url(line.entry.device)


def _yes(is_so: object) -> str:
    return "ใช่" if is_so else ""
