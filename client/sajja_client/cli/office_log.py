"""`sajja office adopt-log-key` and `continue-log`: which key signs the network log, and under which name it goes on."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sajja_client.cli import output
from sajja_client.cli.office import FirstOption, SecondOption, app
from sajja_client.cli.options import ByOption, DayOption, JsonOption, home_at, moment
from sajja_client.log import Log
from sajja_client.office import Desk
from sajja_client.office_log import adopt_log_key, continue_log
from sajja_client.problems import RequestRefused
from sajja_schemas.entry import OFFICE, SignedEntry
from sajja_schemas.wire import LogKeyRequest

__all__ = ["app"]

ReasonOption = Annotated[str, typer.Option(help="เหตุผล · why")]


@app.command("adopt-log-key")
def adopt(
    request: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="จาก sajja-server log-key --request · its request"),
    ],
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """เปลี่ยนกุญแจสมุดกลาง · Another key signs the log's checkpoints: the old one is lost, or may be known."""
    try:
        asked = msgspec.json.decode(request.read_bytes(), type=LogKeyRequest)
    except msgspec.DecodeError as error:
        raise RequestRefused(reason=f"{request}: {error}") from error
    with Log.open(home_at(home)) as log:
        _tell(adopt_log_key(Desk(log, home_at(second), moment(by, day)), asked, reason=reason), as_json=json)


@app.command("continue-log")
def continue_(
    home: FirstOption,
    second: SecondOption,
    origin: Annotated[str, typer.Option(help="ชื่อสมุดกลางเดิม · the origin that ends, as the server says it")],
    size: Annotated[int, typer.Option(min=0, help="ขนาดสุดท้ายที่ประกาศ · the last size that was published")],
    root: Annotated[str, typer.Option(help="รากสุดท้ายที่ประกาศ · and its root, as the server says it")],
    reason: ReasonOption,
    new_origin: Annotated[str | None, typer.Option(help="ชื่อใหม่ · the next epoch where it is not given")] = None,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """เปิดสมุดกลางต่อ · The server was restored and has lost what was published; the log goes on under the next epoch."""
    with Log.open(home_at(home)) as log:
        desk = Desk(log, home_at(second), moment(by, day))
        entries = continue_log(desk, old_origin=origin, size=size, root=root, new_origin=new_origin, reason=reason)
        _tell(entries, as_json=json)


def _tell(entries: list[SignedEntry], *, as_json: bool) -> None:
    if as_json:
        output.print_json({"village": OFFICE, "entries": [one.sequence for one in entries]})
        return
    output.say(f"ลงนามแล้ว ลำดับที่ {entries[0].sequence} ส่งด้วย sajja office sync", "signed; now sync this device")
