"""`print` of a village and of the office: documents in Thai with English beside, as text here or as PDF to a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sajja_client.cli import output
from sajja_client.cli.options import DayOption, HomeOption, JsonOption, OptionWrong, day_of, home_at
from sajja_client.problems import CannotWrite

if TYPE_CHECKING:
    from sajja_client.paper.document import Document
    from sajja_client.paper.movements import Reading

app = typer.Typer(
    help="พิมพ์เอกสาร · Print documents: as text here, or as PDF with --pdf FILE (extra sajja[pdf]).",
    no_args_is_help=True,
)
_FILE_MODE = 0o600

PdfOption = Annotated[Path | None, typer.Option("--pdf", dir_okay=False, help="เขียนเป็น PDF ที่ไฟล์นี้ · write it as PDF")]
AfterOption = Annotated[int, typer.Option(min=0, help="พิมพ์ต่อจากบรรทัดที่ · go on behind this printed line")]


@app.command("day-sheet")
def print_day_sheet(
    meeting: Annotated[str | None, typer.Option(help="เฉพาะวันทำการนี้ · of one meeting only")] = None,
    pdf: PdfOption = None,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ใบสรุปประจำวัน · Every entry of a day, and what each box must hold."""
    from sajja_client.paper.documents.day_sheet import day_sheet

    _print(day_sheet(_reading(home, day), meeting), pdf, json=json)


@app.command("passbook")
def print_passbook(
    member: Annotated[str, typer.Argument(help="รหัสสมาชิก · the member")],
    after: AfterOption = 0,
    pdf: PdfOption = None,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """สมุดเงินสัจจะ · A member's savings and loans, line by line with balances."""
    from sajja_client.paper.documents.passbook import passbook

    _print(passbook(_reading(home, day), member, after=after), pdf, json=json)


@app.command("receipt")
def print_receipt(
    entry: Annotated[str, typer.Argument(help="ลำดับในเครื่องนี้ หรือต้นแฮช · its sequence here, or its hash's beginning")],
    pdf: PdfOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ใบเสร็จ · The receipt of an entry, on a roll of 80 mm."""
    from sajja_client.paper.documents.receipt import receipt

    _print(receipt(_reading(home, None), entry), pdf, json=json)


@app.command("schedule")
def print_schedule(
    loan: Annotated[str, typer.Argument(help="เลขที่สัญญา · the loan")],
    pdf: PdfOption = None,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ตารางผ่อนชำระ · A loan's instalments, and how far they are paid."""
    from sajja_client.paper.documents.loans import loan_schedule

    _print(loan_schedule(_reading(home, day), loan), pdf, json=json)


@app.command("due")
def print_due(pdf: PdfOption = None, day: DayOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """รายชื่อผู้ครบกำหนดชำระ · What is due on loans by a day, the latest first."""
    from sajja_client.paper.documents.loans import due_list

    _print(due_list(_reading(home, day)), pdf, json=json)


@app.command("cash-count")
def print_cash_count(
    box: Annotated[str | None, typer.Argument(help="ผู้ถือกล่อง · the box, by its keeper")] = None,
    pdf: PdfOption = None,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ใบตรวจนับเงินสด · The form for counting a box, filled in where it was counted that day."""
    from sajja_client.paper.documents.balances import cash_count

    _print(cash_count(_reading(home, day), box), pdf, json=json)


@app.command("trial-balance")
def print_trial_balance(
    pdf: PdfOption = None, day: DayOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """งบทดลอง · Each ledger's accounts on their two sides."""
    from sajja_client.paper.documents.balances import trial_balance

    _print(trial_balance(_reading(home, day)), pdf, json=json)


def _reading(home: Path | None, day: str | None) -> "Reading":
    from sajja_client.paper.movements import Reading

    return Reading(home_at(home), day_of(day))


def _print(document: "Document", path: Path | None, *, json: bool) -> None:
    if path is not None:
        from sajja_client.durable import replace_file
        from sajja_client.paper.pdf import pdf

        if path.suffix.casefold() != ".pdf":
            raise OptionWrong(option="--pdf", given=path, expected="a file whose name ends in .pdf")
        data = pdf(document)
        try:
            replace_file(path, data, mode=_FILE_MODE)
        except OSError as error:
            raise CannotWrite(path=path, why=error.strerror or error) from error
    if json:
        output.print_json(document)
    elif path is not None:
        output.say(f"{document.title.thai} อยู่ที่ {path}", f"{document.title.english} is there")
    else:
        from sajja_client.paper.plain import plain

        typer.echo(plain(document, output.room()), nl=False)
