"""`sajja village receipt` and `status`: what is proven, and what this device has seen of the network log."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from sajja_client.cli import output
from sajja_client.cli.options import ByOption, DayOption, HomeOption, JsonOption, OptionWrong, home_at, moment
from sajja_client.cli.syncing import tell_standing
from sajja_client.cli.village import app
from sajja_client.log import Log
from sajja_client.problems import EXIT_CONFLICT
from sajja_client.progress import Standing, standing
from sajja_client.witness import SENTENCES, alarms, verified
from sajja_schemas.books import demand
from sajja_schemas.bylaws.demands import FREE
from sajja_schemas.entry import to_base64url

__all__ = ["app"]


@app.command("receipt")
def receipt(
    sequence: Annotated[int, typer.Argument(help="ลำดับของรายการ · the sequence of a line of this log", min=1)],
    out: Annotated[
        Path | None, typer.Option(help="เก็บหลักฐานเป็นแฟ้ม · keep the proof as a file (C2SP tlog-proof)")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="ตรวจแฟ้มหลักฐาน ไม่ต้องต่อเน็ต · check a proof's file, offline"),
    ] = None,
    server: Annotated[str | None, typer.Option(help="ที่อยู่เซิร์ฟเวอร์ · another server than the pin's")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ใบรับที่พิสูจน์ได้ · A receipt with the proof that its entry is in the network log; verified here."""
    import asyncio

    from sajja_client.books import fold
    from sajja_client.receipt import body_of, entry_document
    from sajja_client.receipt import receipt as printed
    from sajja_client.sync.receipt import fetch, verify

    with Log.open(home_at(home)) as log:
        entry = log.entry(sequence)
        if entry is None:
            raise OptionWrong(option="SEQUENCE", given=sequence, expected="a line of this log")
        data = check.read_bytes() if check is not None else asyncio.run(fetch(log, entry, server))
        proven = verify(log, entry, data)
        if out is not None:
            out.write_bytes(data)
        books = fold(log.home)
        asked = demand(books, body_of(entry))
        if json:
            output.print_json(
                {
                    "entry": entry_document(entry, asked),
                    "proven": {
                        "origin": proven.checkpoint.origin,
                        "size": proven.checkpoint.size,
                        "index": proven.index,
                        "feed_sequence": proven.leaf.feed_sequence,
                        "received_at": proven.leaf.received_at,
                    },
                    "proof": data.decode(),
                }
            )
            return
        is_awaited = to_base64url(entry.hash) in books.trust.awaiting
        typer.echo(printed(log, books, entry, asked if is_awaited else FREE))
        output.say(
            f"พิสูจน์แล้ว: อยู่ในสมุดกลาง {proven.checkpoint.origin} ลำดับ {proven.index} จาก {proven.checkpoint.size} รายการ",
            f"proven: it is entry {proven.index} of the {proven.checkpoint.size} of {proven.checkpoint.origin}",
        )


@app.command("status")
def status(home: HomeOption = None, json: JsonOption = False) -> None:
    """สถานะ · What is saved here, sent, merged and proven, and every alarm about the network log."""
    from sajja_client.settling import unsettled

    folder = home_at(home)
    with Log.open(folder) as log:
        stands = standing(log)
        raised = unsettled(folder, alarms(log.connection))
        seen = verified(log.connection)
        if json:
            output.print_json(_document(log, stands) | {"alarms": raised})
        else:
            output.mark_demonstration(log.pin)
            tell_standing(stands)
            if seen is not None:
                output.say(
                    f"ตรวจสมุดกลาง {seen.origin} แล้ว {seen.size} รายการ",
                    f"{seen.size} entries of the network log {seen.origin} were verified",
                )
            output.tell_alarms(raised)
    if raised:
        raise typer.Exit(EXIT_CONFLICT)


@app.command("settle-alarm")
def settle_alarm(
    reason: Annotated[str, typer.Option(help="เหตุผล ซึ่งจะอยู่ในสมุดตลอดไป · why; it stays in the log for ever")],
    person: Annotated[list[str], typer.Option(help="กรรมการที่ลงนาม สามคน · officers who sign, three of them")],
    yes: Annotated[bool, typer.Option("--yes", help="ไม่ต้องถาม · both sides were compared: ask no more")] = False,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ปิดเสียงเตือนของสมุดกลาง · People have compared both sides of an alarm about the network log with the office and an
    auditor; three officers sign why it was. The proof stays on this device, the reason in the log.
    """
    from sajja_client.settling import settlement_of, unsettled

    folder = home_at(home)
    with Log.open(folder) as log:
        raised = unsettled(folder, alarms(log.connection))
        for alarm in raised:
            thai, english = SENTENCES[alarm.code]
            output.warn(f"{thai}\n  {alarm.kept}\n  {alarm.shown}", english)
        if raised and not yes:
            typer.confirm(output.both("เทียบทั้งสองฉบับแล้วหรือไม่", "Were both sides compared?"), abort=True, err=True)
        now = moment(by, day)
        at: dict[str, Any] = {"by": now.by, "day": now.day, "recorded_at": now.recorded_at}
        with log.together():  # no reason without its officers
            said = [log.append(settlement_of(log.pin.village, alarm, reason), **at) for alarm in raised]
            if said:
                log.approve(said, person, **at)
        if json:
            output.print_json({"settled": [one.sequence for one in said]})
            return
        output.say(f"ลงนามแล้ว {len(said)} เรื่อง ส่งด้วย sajja village sync", f"{len(said)} settled; now sync")


def _document(log: Log, stands: Standing) -> dict[str, Any]:
    seen = verified(log.connection)
    return {
        "device": log.device,
        "village": log.pin.village,
        "recorded": stands.recorded,
        **msgspec.structs.asdict(stands),
        "verified": msgspec.structs.asdict(seen) | {"root": seen.root.hex()} if seen is not None else None,
    }
