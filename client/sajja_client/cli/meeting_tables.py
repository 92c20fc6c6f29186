"""What a meeting's commands show: dues, payments with their split, the sheet of the meeting, what awaits officers."""

from collections.abc import Sequence
from datetime import date

import typer

from sajja_client.cli import output
from sajja_client.meeting.acts import OpeningCount, Payment
from sajja_client.meeting.approving import Waiting
from sajja_client.meeting.desk import Desk
from sajja_client.meeting.dues import NO_BYLAWS, NO_PLEDGE, RESTS, MemberDue
from sajja_client.meeting.sheet import Sheet, state_of
from sajja_client.meeting.view import View, last_count, meetings_of
from sajja_client.names import Names
from sajja_schemas.calendar import THAI_MONTHS_SHORT, be_year, format_thai
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.loan_accounts import LoanPrepaid
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.meetings import CashCounted, CashVarianceRecorded
from sajja_schemas.money import format_baht

_REMARKS = {
    NO_PLEDGE: "ยังไม่ตั้งยอดสัจจะ (record share_pledge_set) · no pledge",
    NO_BYLAWS: "ยังไม่มีระเบียบในเครื่องนี้ · no bylaws here",
    RESTS: "พักชำระ · rests",
}
_WHAT_CELLS = 56
_STATES = {
    "open": "เปิดอยู่ · open",
    "closing": "ปิดแล้ว รอลายมือชื่อ · closed, awaits signatures",
    "closed": "ปิดแล้ว · closed",
}
_MODES = {"self": "มาเอง · self", "proxy": "มอบฉันทะ · proxy", "absent": "ขาด · absent", "excused": "ลา · excused"}


def say_opening(view: View, found: OpeningCount) -> None:
    """Tell that a meeting is open, and how its count stands to the last one and to the book."""
    output.say(
        f"เปิดวันทำการ {view.meeting} วันที่ {format_thai(view.opened_on)} เงินเปิด {format_baht(found.counted_satang)} บาท",
        f"the meeting is open with {format_baht(found.counted_satang)} baht",
    )
    if found.last_count_satang is not None and found.last_counted_on is not None:
        last = format_baht(found.last_count_satang)
        if found.counted_satang == found.last_count_satang:
            output.say(f"เท่ากับยอดนับครั้งก่อน {last}", f"equal to the last count, {last}")
        else:
            on = format_thai(found.last_counted_on, short=True)
            moved = format_baht(found.moved_satang)
            output.warn(
                f"ยอดนับครั้งก่อน ({on}) {last} บาท รายการหลังจากนั้นรวม {moved} บาท",
                f"the last count was {last} baht; entries since then come to {moved}",
            )
    off = found.unexplained_satang
    if off:
        thai, english, word = ("เกิน", "more", "over") if off > 0 else ("ขาด", "less", "short")
        amount = format_baht(abs(off))
        output.warn(
            f"เงินเปิด{thai}จากสมุด {amount} บาท บันทึกเป็นเงิน{thai}แล้ว",
            f"the opening cash is {amount} baht {english} than the book says, and was recorded as {word}",
        )


def say_meetings(desk: Desk, *, as_json: bool) -> None:
    """The list of meetings: the name of each, its day, and how it stands."""
    names = meetings_of(desk.log.connection, desk.books, desk.village)
    if as_json:
        output.print_json(names)
        return
    for view in map(desk.view, names):
        typer.echo(f"{view.meeting}  {format_thai(view.opened_on)}  {_STATES[state_of(view)]}")
    if not names:
        output.say("ยังไม่เคยเปิดวันทำการ", "no meeting was opened yet")


def print_dues(view: View, dues: Sequence[MemberDue], names: Names, *, in_full: bool) -> None:
    """The list of what is owed; of one member with every month and loan."""
    from rich.table import Table

    title = f"ยอดที่ต้องจ่าย · due · {format_thai(view.opened_on)}"
    table = Table(title=title, title_justify="left")
    for heading in (
        "สมาชิก · member",
        "สัจจะ · share",
        "ค่าปรับ · fine",
        "เงินกู้ · loan",
        "สวัสดิการ · welfare",
        "รวม · total",
    ):
        table.add_column(heading, justify="left" if heading.endswith("member") else "right")
    for due in dues:
        amounts = (due.share_satang, due.fine_satang, due.loan_satang, due.welfare_satang, due.total_satang)
        table.add_row(names.shown(due.member), *(format_baht(amount) if amount else "" for amount in amounts))
    sums = (
        sum(due.share_satang for due in dues),
        sum(due.fine_satang for due in dues),
        sum(due.loan_satang for due in dues),
        sum(due.welfare_satang for due in dues),
        sum(due.total_satang for due in dues),
    )
    table.add_section()
    table.add_row(f"รวม {len(dues)} คน · total", *map(format_baht, sums))
    output.console().print(table)
    if in_full:
        for due in dues:
            typer.echo(due_lines(due))


def due_lines(due: MemberDue) -> str:
    """What a member owes, a line for each, as a treasurer reads it out; the amounts stand below each other."""
    rows: list[tuple[str, str]] = []
    if due.share_satang:
        rows.append((f"สัจจะ {_months(due.share_months)}", format_baht(due.share_satang)))
    if due.fine_satang:
        rows.append((f"ค่าปรับสัจจะ {_months(due.fined_months)}", format_baht(due.fine_satang)))
    for loan in due.loans:
        if loan.total_satang:
            named = (("ต้น", loan.principal_satang), ("ดอก", loan.interest_satang), ("ปรับ", loan.fine_satang))
            parts = " ".join(f"{word} {format_baht(amount)}" for word, amount in named if amount)
            late = f" ช้า {loan.days_late} วัน" if loan.days_late else ""
            rows.append((f"เงินกู้ {loan.loan} ({parts}){late}", format_baht(loan.total_satang)))
        if loan.remark:
            rows.append((f"เงินกู้ {loan.loan}: {_REMARKS[loan.remark]}", ""))
    if due.welfare_satang:
        rows.append((f"สวัสดิการ {_months(due.welfare_months)}", format_baht(due.welfare_satang)))
    rows += [(_REMARKS[remark], "") for remark in due.remarks]
    rows.append(("รวม · total", format_baht(due.total_satang)))
    return "\n".join(f"   {output.padded(what, _WHAT_CELLS)} {amount:>12}".rstrip() for what, amount in rows)


def print_payments(payments: Sequence[Payment], names: Names) -> None:
    """Each payment with the split that its receipt has."""
    for payment in payments:
        late = " (มาช้า · late)" if payment.is_late else ""
        typer.echo(f"{names.shown(payment.member)}  รับ · received {format_baht(payment.total_satang)} บาท{late}")
        for sequence, event in zip(payment.sequences, payment.events, strict=False):
            typer.echo(f"   {sequence}  {event.declared.thai} {_split(event)}")
        if payment.fine_left_satang:
            left = format_baht(payment.fine_left_satang)
            output.warn(
                f"ยังไม่ได้รับค่าปรับ {left} บาทของเดือนที่จ่ายช้า ถ้ายกเว้นต้องมีมติ (savings_fine_waived)",
                f"the fine of {left} baht for late months was not taken; to waive it needs a resolution",
            )
    if len(payments) > 1:
        total = format_baht(sum(payment.total_satang for payment in payments))
        output.say(f"รวม {len(payments)} คน {total} บาท", f"{len(payments)} people, {total} baht")


def say_count(desk: Desk, view: View, box: str, *, as_json: bool) -> None:
    """The count beside the book."""
    count = last_count(view, box)
    assert count is not None, "it was just recorded"
    assert isinstance(count.event, CashCounted), "a count"
    counted_satang, expected_satang = count.event.total_satang, desk.in_box(box)
    if as_json:
        output.print_json(
            {
                "meeting": view.meeting,
                "box": box,
                "sequence": count.sequence,
                "counted_satang": counted_satang,
                "expected_satang": expected_satang,
                "off_satang": counted_satang - expected_satang,
            }
        )
        return
    counted, expected = format_baht(counted_satang), format_baht(expected_satang)
    output.say(f"นับได้ {counted} บาท สมุดว่า {expected} บาท", f"counted {counted} baht, the book says {expected}")
    off = counted_satang - expected_satang
    if off:
        thai, english = ("เกิน", "over") if off > 0 else ("ขาด", "short")
        output.warn(
            f"เงิน{thai} {format_baht(abs(off))} บาท นับใหม่ หรือบันทึกด้วย sajja village meeting variance",
            f"{format_baht(abs(off))} baht {english}: count again, or sajja village meeting variance",
        )


def say_variance(event: CashVarianceRecorded) -> None:
    """What was recorded of a difference."""
    thai, english = ("ขาด", "short") if event.direction == "short" else ("เกิน", "over")
    amount = format_baht(event.amount_satang)
    output.say(f"บันทึกเงิน{thai} {amount} บาท ของกล่อง {event.box} แล้ว", f"{amount} baht {english} recorded")


def print_sheet(sheet: Sheet, names: Names) -> None:
    """The meeting on a page, what matters most last and largest: who has not paid."""
    from rich.table import Table

    if sheet.demonstration:
        output.say(*output.DEMO_DATA)
    typer.echo(f"{sheet.meeting}  {format_thai(date.fromisoformat(sheet.date))}  {_STATES[sheet.state]}")
    if sheet.times_opened > 1:
        output.warn(f"เปิดไว้ {sheet.times_opened} ครั้ง (สองเครื่อง)", f"it was opened {sheet.times_opened} times")
    table = Table(title="รับ–จ่าย · received and paid", title_justify="left")
    for heading in ("รายการ · entry", "จำนวน · lines", "บาท · baht"):
        table.add_column(heading, justify="left" if heading.endswith("entry") else "right")
    for one in sheet.received:
        table.add_row(one.thai, str(one.entries), format_baht(one.amount_satang) if one.amount_satang else "")
    table.add_section()
    table.add_row("สมาชิกจ่ายเข้า · paid in", str(len(sheet.paid)), format_baht(sheet.received_satang))
    output.console().print(table)
    for box in sheet.boxes:
        expected = format_baht(box.expected_satang)
        if box.counted_satang is None or box.off_satang is None:
            output.say(
                f"กล่อง {names.shown(box.box)}: ควรมี {expected} บาท ยังไม่นับ", f"box: expected {expected}, not counted yet"
            )
            continue
        counted, off = format_baht(box.counted_satang), format_baht(box.off_satang)
        output.say(
            f"กล่อง {names.shown(box.box)}: ควรมี {expected} นับได้ {counted} ต่าง {off}",
            f"box: expected {expected}, counted {counted}, off {off}",
        )
    if sheet.attended:
        typer.echo(
            "  ".join(f"{said} {sheet.attended[mode]}" for mode, said in _MODES.items() if mode in sheet.attended)
        )
    for line in sheet.late:
        output.warn(
            f"มาช้าหลังปิด: {line.thai} {names.shown(line.member)} {format_baht(line.amount_satang)} บาท"
            f" (ลำดับ {line.sequence})",
            f"late, kept and counted: {line.type}, line {line.sequence} of {line.device[:12]}",
        )
    for line in sheet.second_closes:
        output.warn(
            f"ปิดซ้ำ (ลำดับ {line.sequence}) ไม่มีผลเพิ่ม",
            f"a second close, line {line.sequence} of {line.device[:12]}: it adds nothing",
        )
    say_waiting(sheet.waiting, names)
    if sheet.unpaid:
        _print_unpaid(sheet, names)
    else:
        output.say("ทุกคนจ่ายครบแล้ว", "everybody has paid")


def say_waiting(waiting: Sequence[Waiting], names: Names) -> None:
    """What waits for officers: each line with whom it is about, its amount, and what it still needs."""
    if not waiting:
        return
    output.say(f"รอลายมือชื่อ {len(waiting)} รายการ", f"{len(waiting)} entries await signatures")
    for one in waiting:
        amount = f" {format_baht(one.amount_satang)} บาท" if one.amount_satang is not None else ""
        loan = f" สัญญา {one.loan}" if one.loan else ""
        typer.echo(f"   {one.sequence}  {one.thai} {names.shown(one.subject)}{loan}{amount}")
        if one.approved_by:
            typer.echo(f"       ลงนามแล้ว · signed: {_people(one.approved_by, names)}")
        if one.needs:
            needs = output.both(f"ยังขาด: {one.needs_thai}", f"needs: {one.needs}", between="\n       ")
            typer.echo(f"       {needs}")
        if one.parties:
            typer.echo(f"       ลงนามไม่ได้ (ผู้มีส่วนได้เสีย) · may not sign, a party: {_people(one.parties, names)}")


def say_closed(view: View) -> None:
    """Tell whether a meeting is closed now, or waits for signatures."""
    if view.closes and view.closes[0].is_counted:
        output.say(f"ปิดวันทำการ {view.meeting} แล้ว", f"the meeting {view.meeting} is closed")
    else:
        output.say(
            f"บันทึกการปิด {view.meeting} แล้ว มีผลเมื่อกรรมการลงนามครบ (sajja village meeting approve)",
            "the close is recorded, and takes effect once it has its signatures",
        )


def _print_unpaid(sheet: Sheet, names: Names) -> None:
    from rich.panel import Panel
    from rich.table import Table

    rows = Table.grid(padding=(0, 2))
    rows.add_column(overflow="fold")
    rows.add_column(justify="right", no_wrap=True)
    for due in sheet.unpaid:
        rows.add_row(names.shown(due.member), format_baht(due.total_satang))
    title = f"ยังไม่จ่ายครบ {len(sheet.unpaid)} คน · {len(sheet.unpaid)} have not paid in full"
    output.console().print(Panel.fit(rows, title=title, title_align="left", border_style="bold red", style="bold red"))


def _people(persons: Sequence[str], names: Names) -> str:
    return ", ".join(map(names.shown, persons))


def _split(event: AnyEvent) -> str:
    match event:
        case LoanRepaymentReceived() | LoanPrepaid():
            advance = f" + ล่วงหน้า {format_baht(event.advance_satang)}" if event.advance_satang else ""
            rounded = f" − เศษ {format_baht(event.cash_difference_satang)}" if event.cash_difference_satang else ""
            return (
                f"{event.loan} {format_baht(event.total_satang)} = ต้น {format_baht(event.principal_satang)}"
                f" + ดอก {format_baht(event.interest_satang)} + ปรับ {format_baht(event.fine_satang)}{advance}{rounded}"
            )
        case _:
            months = getattr(event, "months", ())
            return format_baht(getattr(event, "amount_satang", 0)) + (f" ({_months(months)})" if months else "")


def _months(names: Sequence[str]) -> str:
    """`มิ.ย.–ส.ค. 2563`: months as people say them."""
    days = [date.fromisoformat(f"{name}-01") for name in names]
    return ", ".join(f"{THAI_MONTHS_SHORT[day.month - 1]}{be_year(day) % 100:02}" for day in days)
