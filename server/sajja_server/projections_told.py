"""What `rebuild`, `rollback` and `projections` show: a bar, a table, the rows that differ; Thai first, B.E. dates."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import msgspec
import typer

from sajja_schemas.calendar import be_year
from sajja_schemas.entry import to_base64url

_BANGKOK: Final = timezone(timedelta(hours=7))
_STATUS_THAI: Final = {"building": "กำลังสร้าง", "live": "ใช้อยู่", "retired": "เก็บไว้ย้อนกลับ", "dropped": "เลิกเก็บ"}


def shown(struct: msgspec.Struct) -> dict[str, Any]:
    """A struct for a program: hashes as everywhere."""
    fields: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(struct).items():
        if isinstance(value, bytes):
            fields[name] = to_base64url(value)
        elif isinstance(value, msgspec.Struct):
            fields[name] = shown(value)
        else:
            fields[name] = value
    return fields


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Any], None]]:
    """A bar for people who watch; nothing for a program or a file."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    if quiet or not console.is_terminal:
        yield lambda _said: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def tell(said: Any) -> None:
            if said.network not in tasks:
                doing = "สร้างยอด · rebuilding" if said.number else "คำนวณซ้ำ · replaying"
                tasks[said.network] = bars.add_task(f"{doing} {said.network}", total=said.end)
            bars.update(tasks[said.network], completed=said.folded, total=max(said.end, said.folded))

        yield tell


def tell_built(built: dict[str, Any]) -> None:
    """What a rebuild came to."""
    went_on = f" (ทำต่อจาก {built['began_at']} · went on from {built['began_at']})" if built["began_at"] else ""
    typer.echo(
        f"{built['network']}: ชุดที่ {built['number']} รุ่น {built['version']} รวม {built['size']} รายการ{went_on} ใน"
        f" {built['seconds']:.1f} วินาที · build {built['number']} of version {built['version']}, {built['size']} entries"
    )
    if built["undigested"]:
        typer.echo(
            f"  โปรแกรมประมวลผลไม่ได้ {built['undigested']} รายการ ยังไม่นับ · {built['undigested']} entries could not be"
            " digested, and do not count"
        )
    switched = built["switched"]
    if switched is None:
        typer.echo("  ยังไม่สลับ · not switched: people read the old books")
        return
    typer.echo(f"  state hash {switched['state_hash']}")
    typer.echo(f"  ของเดิม · live {switched['live_hash'] or '-'}")
    typer.echo(f"  สลับแล้ว · switched: {switched['reason']}")
    if built["not_certified"]:
        typer.echo(f"  {built['not_certified']}")
    elif built["certificate"]:
        typer.echo("  ลงนามใบรับรองแล้ว · the certificate is signed")


def tell_difference(different: Mapping[str, tuple[list[str], list[str]]]) -> None:
    """The rows that only one of two books has."""
    for name, (live, rebuilt) in different.items():
        typer.echo(name, err=True)
        for sign, rows in (("-", live), ("+", rebuilt)):
            for row in rows:
                typer.echo(f"  {sign} {row}", err=True)


def tell_history(found: list[dict[str, Any]]) -> None:
    """Every build of some networks."""
    from rich.console import Console
    from rich.table import Table

    for network in found:
        table = Table(title=f"{network['network']}: ยอดที่สร้างจากสมุดกลาง · what is built from the log")
        for heading in ("ชุด\nbuild", "รุ่น\nversion"):
            table.add_column(heading, justify="right")
        table.add_column("สถานะ\nstatus", no_wrap=True)
        table.add_column("รายการ\nentries", justify="right", no_wrap=True)
        table.add_column("สลับเมื่อ · เหตุผล\nswitched, and why")
        for build in network["builds"]:
            told = [_day(build["switched_at"]), build["reason"], build["state_hash"]]
            table.add_row(
                str(build["number"]),
                str(build["version"]),
                f"{_STATUS_THAI[build['status']]}\n{build['status']}",
                f"{build['folded']:,}" if build["status"] != "dropped" else "-",
                "\n".join(line for line in told if line) or "-",
            )
        Console().print(table)


def _day(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    moment = datetime.fromtimestamp(at_ms / 1000, _BANGKOK)
    return f"{moment.day}/{moment.month}/{be_year(moment.date())} {moment:%H:%M}"


def tell_checked(checked: Any) -> None:
    """What came of checking a certificate."""
    typer.echo(f"{checked.network}: {checked.size} รายการ รุ่น {checked.version} · entries, version {checked.version}")
    typer.echo(f"  ใบรับรอง · certificate {checked.state_hash}")
    typer.echo(f"  คำนวณเอง · replayed    {checked.replayed_hash or '-'}")
    if not checked.same_code:
        typer.echo("  สร้างด้วยซอร์สโค้ดอื่นของรุ่นเดียวกัน · made by other source code than this program's")
    typer.echo(f"  {checked.problem or 'ลายเซ็น ราก และยอดตรงกันทั้งหมด · signature, root and state all hold'}")
