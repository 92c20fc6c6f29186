"""The paper commands of a village and of the office: openings in, everything out, documents printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from sajja_client.cli import output
from sajja_client.cli.options import ByOption, DayOption, HomeOption, JsonOption, OptionWrong, home_at, moment
from sajja_client.durable import replace_file
from sajja_client.log import Log
from sajja_client.problems import EXIT_PROBLEM, CannotWrite

if TYPE_CHECKING:
    from sajja_client.paper.moving_in import Examined, ImportDocument

_FILE_MODE = 0o600
_MISTAKES_SHOWN = 20


def import_openings(
    file: Annotated[
        Path | None, typer.Argument(help="ไฟล์ยอดยกมา .xlsx หรือ .csv · the openings of the paper book")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="สร้างแบบฟอร์มว่างที่ไฟล์นี้ · write the form to fill in")
    ] = None,
    ledger: Annotated[str | None, typer.Option(help="บัญชีแยก เช่น bank:pp01 · the ledger; its own bank")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="บันทึกจริง · record; without it, a dry run")] = False,
    person: Annotated[
        list[str] | None, typer.Option(help="กรรมการที่อนุมัติทันที · an officer who approves at once; several times")
    ] = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """นำเข้ายอดยกมาจากสมุด · Move in from the paper book: check a file against its totals, then record it once.

    Without --yes nothing is recorded. What is recorded waits for its officers, as `approve` says.
    """
    from sajja_client.books import is_own
    from sajja_client.paper.moving_in import document, examine, ledger_of
    from sajja_schemas.accounts import is_ledger

    folder = home_at(home)
    named = ledger_of(folder, ledger)
    if not is_ledger(named) or not is_own(folder.pin().village, named):
        raise OptionWrong(
            option="--ledger",
            given=named,
            expected="a ledger of this unit: a village's own bank or group, or a fund at the office",
            expected_thai="สมุดบัญชีของหน่วยนี้: ธนาคารหรือกลุ่มของหมู่บ้านเอง หรือกองทุนที่สำนักงาน",
        )
    if (file is None) is (template is None):
        raise OptionWrong(
            option="FILE",
            given="-",
            expected="a file to read, or --template and the file to write",
            expected_thai="ไฟล์ที่จะอ่าน หรือ --template กับชื่อแบบฟอร์ม",
        )
    if template is not None:
        _write_template(template, named, json=json)
        return
    assert file is not None
    with output.progress() as show:
        examined = examine(folder, file, named, progress=lambda step: show(step, 0, 0))
    told = document(file, examined)
    is_sound = examined.batch is not None
    if not json:
        output.mark_demonstration(folder.pin())
        _show(told)
    if is_sound and (yes or (not json and _is_confirmed(told))):
        told = _record(folder.path, examined, told, moment_words=(by, day), persons=person or [], json=json)
    if json:
        output.print_json(told)
    if not is_sound:
        raise typer.Exit(EXIT_PROBLEM)


def _write_template(path: Path, ledger: str, *, json: bool) -> None:
    from sajja_client.paper.template import template

    if path.suffix.lower() != ".xlsx":
        raise OptionWrong(
            option="--template", given=path, expected="a name that ends in .xlsx: the form is a workbook",
            expected_thai="แบบฟอร์มเป็นไฟล์ .xlsx",
        )  # fmt: skip
    if path.exists():
        raise OptionWrong(
            option="--template", given=path, expected="a new file: this one is there already", expected_thai="มีไฟล์นี้แล้ว"
        )
    with _writing(path):
        replace_file(path, template(ledger), mode=_FILE_MODE)
    if json:
        output.print_json({"template": str(path), "ledger": ledger})
        return
    output.say(f"แบบฟอร์มอยู่ที่ {path} กรอกแผ่นแรก แล้วนำเข้าด้วย import {path}", "fill in its first sheet, then import it")


def _show(told: "ImportDocument") -> None:
    from rich.console import Console

    from sajja_client.cli.paper_tables import totals_table

    Console().print(totals_table(told))
    output.say(
        f"{told.lines} รายการ {len(told.pages)} หน้า จะเป็น {told.entries} รายการในสมุดบันทึก",
        f"{told.lines} lines of {len(told.pages)} pages, {told.entries} entries",
    )
    for notice in told.notices[:_MISTAKES_SHOWN]:
        output.warn(f"{notice.place}: {notice.thai}", f"[{notice.code}] {notice.english}")
    for mistake in told.mistakes[:_MISTAKES_SHOWN]:
        output.warn(f"{mistake.place}: {mistake.thai}", f"[{mistake.code}] {mistake.english}")
    left = len(told.mistakes) - _MISTAKES_SHOWN
    if left > 0:
        output.warn(f"และอีก {left} แห่ง (ดูทั้งหมดด้วย --json)", f"and {left} more; --json has them all")
    if told.mistakes:
        output.warn("ยังไม่ได้บันทึกอะไร แก้ในไฟล์แล้วสั่งใหม่", "nothing was recorded; mend the file and try again")


def _is_confirmed(told: "ImportDocument") -> bool:
    import sys

    if not sys.stdin.isatty():
        output.say("ตรวจแล้วไม่พบข้อผิดพลาด ยังไม่ได้บันทึก บันทึกด้วย --yes", "no mistakes; nothing recorded yet, --yes does")
        return False
    return typer.confirm(
        output.both(f"บันทึกทั้ง {told.entries} รายการหรือไม่", f"Record these {told.entries} entries?"), default=False
    )


def _record(
    path: Path,
    examined: "Examined",
    told: "ImportDocument",
    *,
    moment_words: tuple[str, str | None],
    persons: list[str],
    json: bool,
) -> "ImportDocument":
    from sajja_client.paper.batch import record

    assert examined.batch is not None
    with Log.open(home_at(path)) as log:
        entries = record(log, examined.batch, moment(*moment_words), persons=persons)
        sequences = [entry.sequence for entry in entries]
        if not json:
            output.say(
                f"บันทึกยอดยกมาแล้ว {len(sequences)} รายการ (ลำดับที่ {_spans(sequences)})",
                f"{len(sequences)} entries are recorded (lines {_spans(sequences)})",
            )
            if not persons:
                words = " ".join(map(str, sequences[:200]))
                output.say("รอกรรมการสามคนอนุมัติ สั่ง", "they wait for three officers; approve them with")
                typer.echo(f"  sajja village approve {words} --person ... --person ... --person ...")
    return msgspec.structs.replace(told, recorded=sequences, approved=bool(persons))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror or error) from error


def _spans(sequences: list[int]) -> str:
    return str(sequences[0]) if len(sequences) == 1 else f"{min(sequences)}-{max(sequences)}"


def export_everything(
    target: Annotated[
        Path, typer.Argument(help="โฟลเดอร์ (CSV, XLSX และบรรทัดที่ลงนาม) หรือไฟล์ .xlsx · a folder, or one workbook")
    ],
    replace: Annotated[bool, typer.Option("--replace", help="เขียนทับของเดิม · write over what is there")] = False,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ส่งออกทุกอย่าง · Export all that this device holds, with no connection: tables to read, and the signed lines."""
    from sajja_client.cli.options import day_of
    from sajja_client.paper.everything import Everything
    from sajja_client.paper.leaving import export

    folder = home_at(home)
    folder.pin()
    if target.exists() and not replace:
        raise OptionWrong(
            option="TARGET", given=target, expected="new: it is there already; --replace writes over it",
            expected_thai="ชื่อใหม่: มีอยู่แล้ว ถ้าจะเขียนทับใช้ --replace",
        )  # fmt: skip
    with output.progress() as show, _writing(target):
        summary = export(Everything(folder, day_of(day), show), target)
    if json:
        output.print_json(summary)
        return
    output.mark_demonstration(folder.pin())
    output.say(f"ส่งออกแล้วที่ {target} ({len(summary.files)} ไฟล์)", f"exported, {len(summary.files)} files")
    output.say(
        f"{summary.rows['entries']} รายการ สมาชิก {summary.rows['members']} คน เงินกู้ {summary.rows['loans']} สัญญา",
        f"{summary.rows['entries']} entries, {summary.rows['members']} members, {summary.rows['loans']} loans",
    )
