"""`sajja village meeting`: a monthly meeting on one tablet, from the opening count to three signatures."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from sajja_client.cli import output
from sajja_client.cli.options import (
    EXIT_CODES,
    ByOption,
    DayOption,
    HomeOption,
    JsonOption,
    OptionWrong,
    home_at,
    moment,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sajja_client.meeting.acts import Kind
    from sajja_client.meeting.desk import Desk
    from sajja_client.names import Names
    from sajja_schemas.events.meetings import Present

app = typer.Typer(
    help=f"วันทำการ · A meeting, from the opening count to the close.\n\n{EXIT_CODES}", no_args_is_help=True
)

MeetingOption = Annotated[
    str | None, typer.Option("--meeting", help="รหัสวันทำการ · another meeting than the one that is open")
]
BoxOption = Annotated[str | None, typer.Option("--box", help="ผู้ถือกล่องเงิน · whose box the cash is in")]
OfficerOption = Annotated[
    list[str] | None, typer.Option("--officer", help="กรรมการที่ปลดล็อก · an officer who unlocks; several times")
]
YesOption = Annotated[bool, typer.Option("--yes", help="ไม่ต้องถามยืนยัน · do not ask")]
CashArgument = Annotated[
    list[str], typer.Argument(metavar="KIND=PIECES...", help="1000=3 500=2 0.25=4 (- = กล่องว่าง · an empty box)")
]
LateOption = Annotated[
    bool, typer.Option("--late", help="บันทึกหลังปิด จะถูกทำเครื่องหมาย · after the close; it is flagged as late")
]
_YES = ("y", "yes", "ใช่", "ตกลง")
AgainOption = Annotated[bool, typer.Option("--again", help="จ่ายเพิ่มจริง · who has paid pays more")]


@contextmanager
def _desk(home: Path | None, by: str, day: str | None) -> "Iterator[Desk]":
    from sajja_client.log import Log
    from sajja_client.meeting.desk import Desk

    with Log.open(home_at(home)) as log:
        yield Desk(log, moment(by, day), has_own_day=day is not None)


@app.command("open")
def open_(
    cash: CashArgument,
    kind: Annotated[str, typer.Option(help="monthly / committee / general / special")] = "monthly",
    place: Annotated[str | None, typer.Option(help="สถานที่ · where")] = None,
    officer: OfficerOption = None,
    box: BoxOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เปิดวันทำการ · Open a meeting with the cash that is in the box, and let officers unlock."""
    from sajja_client.cli.meeting_tables import say_opening, say_waiting
    from sajja_client.meeting import acts
    from sajja_client.meeting.cash import read_cash

    chosen = _kind(kind)
    counted = read_cash(cash)
    with _desk(home, by, day) as desk:
        for person in officer or []:
            desk.log.home.officer_key(person)  # before anything is recorded
        meeting, found = acts.open_meeting(desk, kind=chosen, place=place, counted=counted, box=desk.box(box))
        waits = desk.waiting()
        if officer:
            waits = desk.approve(waits, desk.unlock(desk.session(meeting), officer), desk.now.day)
        if json:
            output.print_json({"meeting": meeting, "opening": found, "waiting": waits})
            return
        output.mark_demonstration(desk.log.pin)
        say_opening(desk.view(meeting), found)
        say_waiting(waits, desk.names)


@app.command("list")
def list_(home: HomeOption = None, json: JsonOption = False) -> None:
    """รายชื่อวันทำการ · The meetings that were opened, the last one last."""
    from sajja_client.cli.meeting_tables import say_meetings

    with _desk(home, "", None) as desk:
        say_meetings(desk, as_json=json)


@app.command("attend")
def attend(
    members: Annotated[
        list[str] | None,
        typer.Argument(metavar="MEMBER[=MODE]...", help="self / proxy / absent / excused; self ถ้าไม่ระบุ · if not said"),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="รายชื่อ บรรทัดละคน · one MEMBER[=MODE] a line")
    ] = None,
    meeting: MeetingOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เช็คชื่อ · Who came: self, by proxy, absent or excused."""
    from sajja_client.meeting import acts

    lines = file.read_text(encoding="utf-8-sig").splitlines() if file is not None else []
    words = [word.strip() for word in [*(members or []), *lines] if word.strip()]
    present = [_present(word) for word in words]
    if not present:
        raise OptionWrong(option="MEMBER", given="-", expected="at least one", expected_thai="ระบุอย่างน้อยหนึ่งคน")
    with _desk(home, by, day) as desk:
        view = desk.view(meeting)
        entry = acts.attend(desk, view, present, desk.day_at(view))
        if json:
            output.print_json({"meeting": view.meeting, "sequence": entry.sequence, "present": present})
            return
        output.say(f"เช็คชื่อแล้ว {len(present)} คน", f"{len(present)} people noted")


@app.command("due")
def due(
    member: Annotated[str | None, typer.Argument(help="เฉพาะสมาชิก · of one member")] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="เป็นไฟล์สำหรับกรอก แล้วใช้กับ take --file · as a file for take")
    ] = False,
    meeting: MeetingOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ยอดที่ต้องจ่าย · What everybody owes today: share, fine, loan, welfare contribution."""
    from sajja_client.cli.meeting_tables import print_dues
    from sajja_client.meeting import acts, payments_file

    with _desk(home, "", None) as desk:
        view = desk.view(meeting)
        dues = acts.dues_at(desk, view)
        if member is not None:
            acts.refuse_unknown(desk, member)
            dues = {member: dues[member]} if member in dues else {}
        if json:
            output.print_json({"meeting": view.meeting, "date": view.opened_on, "dues": list(dues.values())})
        elif csv:
            typer.echo(payments_file.as_file(dues), nl=False)
        else:
            output.mark_demonstration(desk.log.pin)
            print_dues(view, list(dues.values()), desk.names, in_full=member is not None)


@app.command("take")
def take(
    member: Annotated[str | None, typer.Argument(help="ไม่ระบุ = ถามทีละคน · nobody named: one by one")] = None,
    amounts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[share=..] [fine=..] [loan=..] [welfare=..]", help="ไม่ระบุ = ครบ · none: all that is due"
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="ไฟล์ member,share,fine,loan,welfare · ends with a line of totals")
    ] = None,
    again: AgainOption = False,
    late: LateOption = False,
    box: BoxOption = None,
    meeting: MeetingOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """รับเงิน · Take payments: of one member, of a file, or asking one member after the other."""
    from sajja_client.cli.meeting_form import ask_everybody
    from sajja_client.cli.meeting_tables import print_payments
    from sajja_client.meeting import acts, payments_file
    from sajja_client.meeting.payments import read_amounts

    with _desk(home, by, day) as desk:
        view = desk.view(meeting)
        acts.refuse_closed(view, is_late=late)
        chosen = desk.box(box, desk.session(view.meeting))
        if file is not None:
            taken = payments_file.take_file(desk, view, file, box=chosen, is_again=again)
        elif member is not None:
            dues = acts.dues_at(desk, view)
            payer = acts.payer_of(desk, view, member, box=chosen, dues=dues, is_again=again)
            words = [_amount(word) for word in amounts or []]
            taken = [acts.take(desk, view, payer, read_amounts(payer.due, words) if words else None)]
        else:
            ask_everybody(desk, view, chosen)
            return
        if json:
            output.print_json({"meeting": view.meeting, "payments": taken})
            return
        output.mark_demonstration(desk.log.pin)
        print_payments(taken, desk.names)


@app.command("count")
def count(
    cash: CashArgument,
    counter: Annotated[list[str], typer.Option(help="ผู้นับ อย่างน้อยสองคน · who counted; two at least")],
    box: BoxOption = None,
    meeting: MeetingOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """นับเงิน · Count the box by denomination; two people count."""
    from sajja_client.cli.meeting_tables import say_count
    from sajja_client.meeting import acts
    from sajja_client.meeting.cash import COUNTERS_MIN, read_cash

    counted = read_cash(cash)
    if len(set(counter)) < COUNTERS_MIN:
        raise OptionWrong(
            option="--counter", given=", ".join(counter), expected="two people, named one by one",
            expected_thai="ต้องมีผู้นับสองคน ใส่ --counter สองครั้ง",
        )  # fmt: skip
    with _desk(home, by, day) as desk:
        view = desk.view(meeting)
        chosen = desk.box(box, desk.session(view.meeting))
        acts.count(desk, view, counted, box=chosen, counters=counter)
        say_count(desk, desk.view(view.meeting), chosen, as_json=json)


@app.command("variance")
def variance(
    box: BoxOption = None,
    meeting: MeetingOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เงินขาดหรือเกิน · Record what the count and the book differ by: short is the custodian's, over waits."""
    from sajja_client.cli.meeting_tables import say_variance
    from sajja_client.meeting import acts

    with _desk(home, by, day) as desk:
        view = desk.view(meeting)
        event = acts.variance(desk, view, box=desk.box(box, desk.session(view.meeting)))
        if json:
            output.print_json({"meeting": view.meeting, "variance": event, "waiting": desk.waiting()})
        else:
            say_variance(event)


@app.command("status")
def status(
    meeting: MeetingOption = None,
    box: BoxOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ดูวันทำการ · What was received, what the box should hold, who has not paid, what waits and what is late."""
    from sajja_client.cli.meeting_tables import print_sheet
    from sajja_client.meeting import acts
    from sajja_client.meeting.sheet import sheet_of

    with _desk(home, "", None) as desk:
        view = desk.view(meeting)
        chosen = desk.box(box, desk.session(view.meeting))
        sheet = sheet_of(desk, view, acts.dues_at(desk, view), chosen)
        if json:
            output.print_json(sheet)
        else:
            print_sheet(sheet, desk.names)


@app.command("approve")
def approve(
    officer: OfficerOption = None,
    yes: YesOption = False,
    meeting: MeetingOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ลงนาม · Officers sign together what waits; once unlocked, they need not be named again at this meeting."""
    from sajja_client.cli.meeting_tables import say_waiting

    with _desk(home, by, day) as desk:
        view = desk.view(meeting)
        session = desk.unlock(desk.session(view.meeting), officer or [])
        waits = desk.waiting()
        if not json:
            say_waiting(waits, desk.names)
        if waits and _is_confirmed(yes=yes or json, question="ลงนามทุกรายการ · sign them all?"):
            waits = desk.approve(waits, session, desk.day_at(view))
            if not json:
                _say_signed(session.officers, desk.names)
                say_waiting(waits, desk.names)
        if json:
            output.print_json({"meeting": view.meeting, "officers": session.officers, "waiting": waits})


@app.command("close")
def close(
    officer: OfficerOption = None,
    yes: YesOption = False,
    box: BoxOption = None,
    meeting: MeetingOption = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ปิดวันทำการ · Close the meeting: what waits is shown, and signed together with the close."""
    from sajja_client.cli.meeting_tables import print_sheet, say_closed, say_waiting
    from sajja_client.meeting import acts
    from sajja_client.meeting.sheet import sheet_of

    with _desk(home, by, day) as desk:
        view = desk.view(meeting)
        session = desk.session(view.meeting)
        chosen = desk.box(box, session)
        acts.refuse_unready(desk, view, chosen)
        if officer or session.officers:
            session = desk.unlock(session, officer or [])
        if not json:
            print_sheet(sheet_of(desk, view, acts.dues_at(desk, view), chosen), desk.names)
        if not _is_confirmed(yes=yes or json, question="ปิดวันทำการและลงนาม · close the meeting and sign?"):
            return
        entry = acts.close(desk, view, box=chosen)
        waits = desk.waiting()
        if session.officers:
            waits = desk.approve(waits, session, desk.day_at(view))
        desk.lock()
        closed = desk.view(view.meeting)
        if json:
            output.print_json({"meeting": view.meeting, "sequence": entry.sequence, "waiting": waits})
            return
        say_closed(closed)
        say_waiting(waits, desk.names)


def _say_signed(officers: tuple[str, ...], names: "Names") -> None:
    output.say(
        f"กรรมการ {len(officers)} คนลงนามแล้ว: {', '.join(map(names.shown, officers))}",
        f"{len(officers)} officers signed",
    )


def _is_confirmed(*, yes: bool, question: str) -> bool:
    """Whether somebody says so; whatever is not a yes is a no, and so is a terminal that is gone."""
    if yes:
        return True
    answer = typer.prompt(f"{question} (y = ใช่ · yes, Enter = ไม่ · no)", default="", show_default=False)
    return str(answer).strip().lower() in _YES


def _kind(text: str) -> "Kind":
    from sajja_client.meeting.acts import Kind

    kinds: tuple[Kind, ...] = get_args(Kind)
    named = next((kind for kind in kinds if kind == text), None)
    if named is None:
        raise OptionWrong(option="--kind", given=text, expected=f"one of {', '.join(kinds)}")
    return named


def _present(word: str) -> "Present":
    from sajja_schemas.events.meetings import Present

    member, _, mode = word.partition("=")
    modes: tuple[Literal["self", "proxy", "absent", "excused"], ...] = ("self", "proxy", "absent", "excused")
    for known in modes:
        if (mode.strip() or "self") == known:
            return Present(member=member.strip(), mode=known)
    raise OptionWrong(option="MEMBER=MODE", given=word, expected=f"with a mode of {', '.join(modes)}")


def _amount(word: str) -> tuple[str, str]:
    what, equals, text = word.partition("=")
    if not equals:
        raise OptionWrong(
            option="AMOUNT", given=word, expected="written as share=100", expected_thai="เขียนเป็น share=100"
        )
    return what.strip(), text
