"""How the office signs: what it will be is shown with names and amounts, somebody says yes, the committee approves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sajja_client.cli import output
from sajja_client.cli.options import home_at
from sajja_client.log import Log
from sajja_client.office import Desk, Moment
from sajja_client.office_decisions import SHOWN_CHARACTERS, Stated
from sajja_schemas.calendar import format_thai
from sajja_schemas.events import AnyEvent, tag_of
from sajja_schemas.money import format_baht

ReasonOption = Annotated[str, typer.Option(help="เหตุผล ซึ่งจะอยู่ในสมุดตลอดไป · why; it stays in the log for ever")]
YesOption = Annotated[bool, typer.Option("--yes", help="ไม่ต้องถาม · the list was read: ask no more")]


def ask_first(thai: str, english: str, *, yes: bool) -> None:
    """Sign nothing unless somebody says yes. The question goes to standard error, so that JSON stays alone."""
    if not yes:
        typer.confirm(output.both(thai, english), abort=True, err=True)


def sign_each(
    first: Path,
    second: Path,
    moment: Moment,
    events: Sequence[tuple[str, AnyEvent]],
    *,
    as_json: bool,
) -> None:
    """Record events, each in its village's feed, and let the committee in term approve them."""
    by_village: dict[str, list[AnyEvent]] = {}
    for village, event in events:
        by_village.setdefault(village, []).append(event)
    with Log.open(home_at(first)) as log:
        desk = Desk(log, home_at(second), moment)
        signed = [(village, desk.record(village, listed)) for village, listed in by_village.items()]
    if as_json:
        output.print_json(
            [
                {
                    "village": village,
                    "entries": [one.sequence for one in entries],
                    "types": [tag_of(event) for event in by_village[village]],
                }
                for village, entries in signed
            ]
        )
        return
    count = sum(len(listed) for listed in by_village.values())
    output.say(f"ลงนามแล้ว {count} รายการ ส่งด้วย sajja office sync", f"{count} signed; now sync this device")


def entries_table(title: str, entries: Sequence[Stated]) -> Any:
    """Entries with names and amounts."""
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for heading in (
        "แฮช · hash", "ลำดับ · seq", "วันที่ · date", "รายการ · event", "บาท · baht", "ผู้บันทึก · by", "ผล · effect",
    ):  # fmt: skip
        table.add_column(heading, justify="right" if heading.endswith(("seq", "baht")) else "left", overflow="fold")
    for one in entries:
        table.add_row(
            one.hash[:SHOWN_CHARACTERS], f"{one.label} {one.sequence}",
            format_thai(one.day, short=True) if one.day is not None else "",
            " ".join(filter(None, (one.thai or one.type, one.details))),
            format_baht(one.amount_satang) if one.amount_satang is not None else "", one.by, one.effect,
        )  # fmt: skip
    return table
