"""`sajja village members`, `person` and `erase`; `sajja office erase` and `duplicates`: who people are.

Personal data goes to standard output where it was asked for, and nowhere else: no error, no address, no log has any.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from sajja_client.cli import output
from sajja_client.cli.options import ByOption, DayOption, HomeOption, JsonOption, home_at, moment
from sajja_client.log import Log
from sajja_client.problems import EXIT_PROBLEM

PersonalOption = Annotated[
    str | None,
    typer.Option(
        "--personal",
        metavar="FILE|ask",
        help="ข้อมูลส่วนบุคคลที่ไปคู่กับรายการและลบได้: แฟ้ม JSON หรือ ask เพื่อถามทีละช่อง"
        " · personal data beside the entry, which can be erased: a JSON file, or `ask` to be asked",
    ),
]
FirstOption = Annotated[Path, typer.Option("--home", envvar="SAJJA_HOME", help="เครื่องที่หนึ่ง · the first device")]
SecondOption = Annotated[Path, typer.Option("--second", help="เครื่องที่สอง ซึ่งเก็บล็อกไว้ · the device that is locked away")]


def read_personal(log: Log, event: Any, given: str | None, day: Any) -> Any:
    """What travels beside an event that is about to be recorded: from a file, or asked for on standard error."""
    if given is None:
        return None
    from sajja_client.people import ASK, personal_of, typed_answers, typed_file

    def ask(words: str) -> str:
        return str(typer.prompt(words, default="", show_default=False, err=True))

    typed = typed_answers(event, ask) if given == ASK else typed_file(Path(given))
    return personal_of(log, event, typed, day)


def members(home: HomeOption = None, json: JsonOption = False) -> None:
    """สมาชิก · The members and applicants of this village, by name where this device has their data."""
    from sajja_client.books import fold
    from sajja_client.people import register
    from sajja_client.wording import choice_word

    folder = home_at(home)
    with Log.open(folder) as log:
        rows = register(log, fold(folder))
        if json:
            output.print_json(rows)
            return
        from rich.table import Table

        output.mark_demonstration(log.pin)
        table = Table()
        for heading in ("รหัส · id", "ชื่อ · name", "เพศ", "ธนาคาร · bank", "สวัสดิการ · welfare", "หมายเหตุ · note"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            note = "ลบแล้ว · erased" if row.erased and not row.parts else "รอข้อมูล · data missing" if row.missing else ""
            table.add_row(
                row.member,
                row.name,
                choice_word("gender", row.gender),
                _tick(row.is_member),
                _tick(row.in_welfare),
                note,
            )
        output.console().print(table)


def person(
    member: Annotated[str, typer.Argument(help="รหัสสมาชิก · the member's id")],
    sensitive: Annotated[
        bool, typer.Option("--sensitive", help="แสดงข้อมูลสุขภาพและสาเหตุการตาย · health and causes of death, too")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ข้อมูลสมาชิก · What this device knows of one member of its village."""
    from sajja_client.books import fold
    from sajja_client.people import FIELD_WORDS, person_of

    folder = home_at(home)
    with Log.open(folder) as log:
        document = person_of(log, fold(folder), member, sensitive=sensitive)
        if json:
            output.print_json(document)
            return
        output.mark_demonstration(log.pin)
        typer.echo(member)
        for field, value in document.person.items():
            typer.echo(f"  {FIELD_WORDS[field].split(' · ', maxsplit=1)[0]}: {value}")
        for part in document.parts:
            if part["personal"]["kind"] != "person":
                output.say(f"  {part['type']}", ", ".join(f"{k}={v}" for k, v in part["personal"].items()))
        if document.missing:
            output.say(f"  ยังขาด {document.missing} ส่วน", f"{document.missing} parts are missing")
        if document.erased:
            output.say(f"  ลบแล้ว {document.erased} ส่วน", f"{document.erased} parts were erased")
        if document.hidden:
            output.say(f"  ปิดไว้ {document.hidden} ส่วน ดูด้วย --sensitive", f"{document.hidden} sensitive parts not shown")


def prepare_erasure(
    member: Annotated[str, typer.Argument(help="รหัสสมาชิก · the member's id")],
    basis: Annotated[str | None, typer.Option(help="เหตุตามกฎหมาย · on what ground")] = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="แฟ้มสำหรับสำนักงาน · the file for the office")] = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ขอลบข้อมูลส่วนบุคคล · Record that a member asks for erasure; write the file for the office unless money is open."""
    from sajja_client.erasure import prepare

    with Log.open(home_at(home)) as log:
        path = prepare(log, member, moment(by, day), basis=basis, path=out)
    if json:
        output.print_json({"member": member, "file": str(path)})
        return
    output.say(f"บันทึกคำขอแล้ว ส่งแฟ้ม {path} ให้สำนักงาน", "the request is recorded; give this file to the office")


def erase(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="แฟ้มจากหมู่บ้าน · the village's file")],
    home: FirstOption,
    second: SecondOption,
    auditor: Annotated[str | None, typer.Option(help="ผู้ตรวจสอบที่ลงนามด้วย · the auditor who signs, too")] = None,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """ลบข้อมูลส่วนบุคคล · Erase a member's personal data everywhere: committee on two devices, and the auditor."""
    from sajja_client.erasure import erase as record_erasure
    from sajja_client.erasure import read_erasure
    from sajja_client.office import Desk

    asked = read_erasure(file)
    with Log.open(home_at(home)) as log:
        erased = record_erasure(Desk(log, home_at(second), moment(by, day)), asked, auditor=auditor)
    if json:
        output.print_json({"member": asked.member, "entries": [one.sequence for one in erased]})
    else:
        output.say(
            f"บันทึกการลบข้อมูลของ {asked.member} แล้ว จะลบทุกเครื่องเมื่อซิงค์", "recorded; data go with each device's sync"
        )
    if auditor is None:
        output.warn("ยังรอลายมือชื่อผู้ตรวจสอบ (AU)", "it still awaits the auditor's approval")
        raise typer.Exit(EXIT_PROBLEM)


def duplicates(
    server: Annotated[str | None, typer.Option(help="ที่อยู่เซิร์ฟเวอร์ · another server than the pin's")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """คนเดียวกันสองแห่ง · Persons who stand in several villages, by member id; asked from the server."""
    import asyncio

    from sajja_client.sync.server import ATTEMPTS, Server
    from sajja_schemas.wire import DuplicatePersons

    with Log.open(home_at(home)) as log:

        async def run() -> DuplicatePersons:
            conversation = Server(log, server or log.pin.server_url, http=None, attempts=ATTEMPTS)
            await conversation.open()
            try:
                return await conversation.duplicates()
            finally:
                await conversation.close()

        found = asyncio.run(run())
    if json:
        output.print_json(found)
        return
    output.say(
        f"พบ {len(found.duplicates)} คนที่อยู่มากกว่าหนึ่งแห่ง", f"{len(found.duplicates)} persons stand in several places"
    )
    for one in found.duplicates:
        typer.echo("  " + " = ".join(f"{place.village}/{place.member}" for place in one.members) + f"  {one.finding}")
    if found.duplicates:
        output.say(
            "ตรวจบัตรแล้ว ปิดด้วย finding_resolved code=DUPLICATE_PERSON finding=ชื่อท้ายบรรทัด",
            "once the cards were looked at, resolve it by the name at the line's end",
        )
    if found.unread:
        output.warn(f"เทียบไม่ได้ {found.unread} ส่วน", f"{found.unread} parts could not be compared")


def _tick(is_so: bool) -> str:
    return "✓" if is_so else ""
