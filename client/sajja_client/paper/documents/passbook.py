"""A member's passbook: each line of the savings with the balance after it, and each loan's, on A5.

Lines are by business day. A page may go on behind the last line that is printed in the book: its first line carries the
balance forward.
"""

from sajja_client.paper.document import Column, Document, Fact, Table, Words, baht, issuer_of, on_own_side
from sajja_client.paper.movements import Movement, Reading
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.wording import REVERSED, receipt_number
from sajja_schemas.accounts import CHART, LOANS
from sajja_schemas.calendar import format_thai
from sajja_schemas.money import format_baht
from sajja_schemas.registers.loans import loans_of
from sajja_schemas.registers.members import member_of

_SAVINGS = (3110, 2110, 2111, 2150)


class NoSuchMember(Problem):
    """Nothing here is this member's."""

    code = "no_such_member"
    thai = "ไม่พบสมาชิก {member} ในหมู่บ้านนี้ ตรวจรหัส เช่น pp01-m001"
    english = "there is no member {member} in this village; look at the id, such as pp01-m001"
    exit_code = EXIT_USAGE


def passbook(reading: Reading, member: str, *, after: int = 0) -> Document:
    """The passbook of a member, behind so many printed lines.

    Raises:
        NoSuchMember: no entry here knows the member.
    """
    village = reading.pin.village
    bank = f"bank:{village}"
    loans = {
        one.loan for one in loans_of(reading.books.registers, reading.books.balances, bank) if one.member == member
    }
    movements = [one for one in reading.movements({member, *loans}) if one.body.date <= reading.on]
    saved = [one for one in movements if _of(one, bank, _SAVINGS, {member})]
    if not saved and not loans and member_of(reading.books.registers, village, member) is None:
        raise NoSuchMember(member=member)
    tables = [_savings(saved, bank, member, after)]
    for loan in sorted(loans):
        paid = [one for one in movements if _of(one, bank, LOANS, {loan})]
        tables.append(_loan(paid, bank, loan))
    return Document(
        name="passbook",
        on=reading.on,
        paper="a5",
        title=Words("สมุดเงินสัจจะ", "passbook"),
        issuer=issuer_of(reading.pin, village),
        facts=[
            Fact("สมาชิก", "member", reading.names.shown(member)),
            Fact("ณ วันที่", "as of", format_thai(reading.on)),
        ],
        tables=tables,
        notes=[
            Words(
                "ถ้ายอดไม่ตรงกับที่ท่านจำได้ แจ้งกรรมการหรือผู้ตรวจสอบทันที",
                "if a balance is not what you remember, tell an officer or the auditor at once",
            )
        ],
        demonstration=reading.pin.demonstration,
        number=f"{member} · {format_thai(reading.on, short=True)} · {len(saved)} บรรทัด",
    )


def _of(one: Movement, bank: str, accounts: "tuple[int, ...] | frozenset[int]", subs: set[str]) -> bool:
    return any(ledger == bank and account in accounts and sub in subs for ledger, account, sub, _amount in one.lines)


def _savings(saved: list[Movement], bank: str, member: str, after: int) -> Table:
    used = [
        account
        for account in _SAVINGS
        if account == _SAVINGS[0] or any(_of(one, bank, (account,), {member}) for one in saved)
    ]
    columns = [Column("ที่", "no.", is_number=True), Column("วันที่", "date"), Column("รายการ", "entry", share=1)]
    columns.append(Column("ใบเสร็จ", "receipt"))
    for account in used:
        columns.append(Column(_short(account), "in or out", is_number=True))
        columns.append(Column("คงเหลือ", "balance", is_number=True))
    balances = dict.fromkeys(used, 0)
    rows = []
    for number, one in enumerate(saved, start=1):
        cells: list[str] = []
        for account in used:
            moved = sum(
                on_own_side(account, amount)
                for ledger, code, sub, amount in one.lines
                if (ledger, code, sub) == (bank, account, member)
            )
            balances[account] += moved
            cells += [baht(moved), format_baht(balances[account])]
        if number == after:
            blanks = [cell if place % 2 else "" for place, cell in enumerate(cells)]
            rows = [["", "", "ยอดยกมา", "", *blanks]]
        elif number > after:
            rows.append([str(number), format_thai(one.body.date, short=True), _said(one), _receipt(one), *cells])
    return Table(columns=columns, rows=rows)


def _loan(paid: list[Movement], bank: str, loan: str) -> Table:
    rows, owed = [], 0
    for one in paid:
        moved = sum(
            amount for ledger, account, sub, amount in one.lines if ledger == bank and account in LOANS and sub == loan
        )
        interest = -sum(
            amount
            for ledger, account, sub, amount in one.lines
            if ledger == bank and sub == loan and account // 100 == _INTEREST_AND_FINES
        )
        owed += moved
        rows.append(
            [
                format_thai(one.body.date, short=True),
                _said(one),
                _receipt(one),
                baht(moved),
                baht(interest),
                format_baht(owed),
            ]
        )
    return Table(
        title=Words(f"เงินกู้ {loan}", "loan"),
        columns=[
            Column("วันที่", "date"),
            Column("รายการ", "entry", share=1),
            Column("ใบเสร็จ", "receipt"),
            Column("เงินต้น", "principal", is_number=True),
            Column("ดอกเบี้ย/ค่าปรับ", "interest, fine", is_number=True),
            Column("คงเหลือ", "owed", is_number=True),
        ],
        rows=rows,
    )


_INTEREST_AND_FINES = 41
_SHORT = {3110: "เงินสัจจะ", 2110: "ออมพิเศษ", 2111: "เงินฝากเด็ก", 2150: "รับล่วงหน้า"}


def _short(account: int) -> str:
    return _SHORT.get(account, CHART[account].thai)


def _said(one: Movement) -> str:
    said = one.body.event.declared.thai
    return f"{said} ({REVERSED})" if one.is_reversed else said


def _receipt(one: Movement) -> str:
    return receipt_number(one.body.event.receipt)
