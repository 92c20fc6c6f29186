"""`sajja village receipt` and `status`: what is proven, and what this device has seen of the network log."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from sajja_client.cli import output
from sajja_client.cli.options import HomeOption, JsonOption, OptionWrong, home_at
from sajja_client.cli.syncing import tell_standing
from sajja_client.cli.village import app
from sajja_client.log import Log
from sajja_client.problems import EXIT_CONFLICT
from sajja_client.progress import Standing, standing
from sajja_client.witness import alarms, verified
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
    with Log.open(home_at(home)) as log:
        stands = standing(log)
        raised = alarms(log.connection)
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


def _document(log: Log, stands: Standing) -> dict[str, Any]:
    seen = verified(log.connection)
    return {
        "device": log.device,
        "village": log.pin.village,
        "recorded": stands.recorded,
        **msgspec.structs.asdict(stands),
        "verified": msgspec.structs.asdict(seen) | {"root": seen.root.hex()} if seen is not None else None,
    }
