"""`sajja office decisions | release | refuse | resolve-fork | declare-gap`: what the office decides about entries."""

from pathlib import Path
from typing import Annotated, Final

import typer

from sajja_client.cli import output
from sajja_client.cli.office import FirstOption, SecondOption
from sajja_client.cli.office_keys import app
from sajja_client.cli.options import ByOption, DayOption, HomeOption, JsonOption, home_at, moment
from sajja_client.cli.signing import ReasonOption, YesOption, ask_first, entries_table, sign_each
from sajja_client.home import Home
from sajja_client.office_decisions import (
    Archive,
    Decisions,
    Stated,
    decisions,
    gap_before,
    refusals_of,
    releases,
    resolutions,
)
from sajja_schemas.entry import OFFICE
from sajja_schemas.money import format_baht

__all__ = ["app"]

HASHES: Final = {"ignore_unknown_options": True}  # a hash may begin with a hyphen
HashesArgument = Annotated[
    list[str],
    typer.Argument(metavar="HASH...", help="ต้นแฮชของรายการ · how an entry's hash begins; several times"),
]


@app.command("decisions")
def waiting(
    server: Annotated[str | None, typer.Option(help="ที่อยู่เซิร์ฟเวอร์ · another server than the pin's")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="ไม่ต่อเน็ต · only what was pulled before")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """สิ่งที่รอสำนักงานตัดสิน · Pull every village's feed; then list forks, stopped entries and requests that wait."""
    folder = home_at(home)
    if not offline:
        _pull_everything(folder, server)
    found = decisions(_archive(folder))
    if json:
        output.print_json(found)
        return
    output.mark_demonstration(folder.pin())
    _tell(found)


@app.command("release", context_settings=HASHES)
def release(
    hashes: HashesArgument,
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """ปล่อยรายการพัก · What a revoked tablet recorded honestly counts after all, entry by entry. Compare with the paper
    first. It replaces no approval: what needs officers still waits for them.
    """
    archive = _archive(home_at(home))
    entries = [archive.entry(named) for named in hashes]
    events = list(zip((one.village for one in entries), releases(entries, reason), strict=True))
    _show_and_ask("ปล่อยให้มีผล", "let these count", entries, yes=yes)
    sign_each(home, second, moment(by, day), events, as_json=json)


@app.command("refuse", context_settings=HASHES)
def refuse(
    hashes: HashesArgument,
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """ปฏิเสธรายการพัก · What waits, or was stopped, never has an effect. A refusal is for ever. Cash that has moved is
    not refused: it is reversed.
    """
    archive = _archive(home_at(home))
    entries = [archive.entry(named) for named in hashes]
    events = list(zip((one.village for one in entries), refusals_of(entries, reason), strict=True))
    _show_and_ask("ปฏิเสธตลอดไป", "refuse these for ever", entries, yes=yes)
    sign_each(home, second, moment(by, day), events, as_json=json)


@app.command("resolve-fork")
def resolve_fork(
    device: Annotated[str, typer.Argument(help="ชื่อเครื่อง หรือต้นชื่อ · the tablet's label, or how its name begins")],
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    released: Annotated[
        list[str] | None, typer.Option("--release", metavar="HASH", help="สายที่สองที่จริง · of the second branch: true")
    ] = None,
    reversed_: Annotated[
        list[str] | None, typer.Option("--reverse", metavar="HASH", help="ที่ไม่จริง · of either branch: not true")
    ] = None,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """ชี้ขาดสมุดแยกสาย · Two histories were signed with one key. Say of each line what is true: --release what counts of
    the second branch, --reverse what does not of the first. The tablet ends; nothing is typed in again.
    """
    archive = _archive(home_at(home))
    name, _device = archive.device(device)
    let, back = ([archive.entry(one) for one in named or []] for named in (released, reversed_))
    events = list(resolutions(archive, name, let, back, reason).items())
    _show_and_ask("ปล่อยให้มีผล", "let these count", let, yes=True)
    _show_and_ask("กลับรายการ", "reverse these", back, yes=True)
    ask_first(
        f"เครื่อง {archive.label(name)} จะใช้ต่อไม่ได้ ยืนยันหรือไม่", f"{archive.label(name)} ends with this. Sign?", yes=yes
    )
    sign_each(home, second, moment(by, day), events, as_json=json)


@app.command("declare-gap")
def declare_gap(
    line: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="บรรทัดของรายการแรกหลังช่วงที่หาย · the first line behind the gap"),
    ],
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """รับรองช่วงที่หาย · Entries of a tablet are lost for ever, and what stands behind them is held. Look everywhere first:
    other tablets, USB sticks, backups. What turns up later still counts.
    """
    archive = _archive(home_at(home))
    village, event = gap_before(archive, line.read_bytes().split(b"\n")[0], reason)
    count = event.next_sequence - event.last_sequence - 1
    ask_first(
        f"เครื่อง {archive.label(event.device)} ขาด {count} รายการ (ลำดับที่ {event.last_sequence + 1} ถึง"
        f" {event.next_sequence - 1}) ยืนยันว่าหาไม่พบแล้วหรือไม่",
        f"{count} entries of {archive.label(event.device)} are missing. Are they lost for ever?",
        yes=yes,
    )
    sign_each(home, second, moment(by, day), [(village, event)], as_json=json)


def _archive(home: Home) -> Archive:
    from sajja_client.books import fold

    return Archive(home, fold(home))


def _pull_everything(home: Home, server: str | None) -> None:
    import asyncio

    import stamina

    from sajja_client.books import fold
    from sajja_client.log import Log
    from sajja_client.sync import Sync

    stamina.instrumentation.set_on_retry_hooks([])
    with Log.open(home) as log, output.progress() as show:

        async def run() -> None:
            async with Sync(log, server_url=server, progress=show) as conversation:
                await conversation.run()
            villages = [OFFICE, *sorted(fold(home).trust.villages)]
            async with Sync(log, server_url=server, progress=show, villages=villages) as conversation:
                await conversation.run()

        asyncio.run(run())


def _show_and_ask(thai: str, english: str, entries: list[Stated], *, yes: bool) -> None:
    if not entries:
        return
    from rich.console import Console

    Console(stderr=True).print(entries_table(output.both(thai, english), entries))
    ask_first(f"{thai} {len(entries)} รายการ ยืนยันหรือไม่", f"{english}: {len(entries)}. Sign?", yes=yes)


def _tell(found: Decisions) -> None:
    from rich.console import Console

    console = Console()
    for fork in found.forks:
        output.say(
            f"!! เครื่อง {fork.label} ของ {fork.village} มีบันทึกสองฉบับตั้งแต่ลำดับที่ {fork.sequence}"
            f" ยอดที่ยังไม่ชี้ขาด {format_baht(fork.disputed_satang)} บาท",
            f"FORK: {fork.label} of {fork.village} from line {fork.sequence}",
        )
        console.print(entries_table(output.both("ฉบับแรก: นับแล้ว", "first branch: counts"), fork.first))
        console.print(entries_table(output.both("ฉบับที่สอง: ไม่นับ", "second branch: does not"), fork.second))
    if found.stopped:
        console.print(entries_table(output.both("หลังเพิกถอน: ไม่นับ", "after a revocation: do not count"), found.stopped))
    if found.awaiting:
        console.print(entries_table(output.both("รออนุมัติ", "wait for approval"), found.awaiting))
    if not (found.forks or found.stopped or found.awaiting):
        output.say("ไม่มีรายการรอตัดสิน", "nothing waits for a decision")
