"""`sajja village carry`: what no link brings travels on a USB stick, in anybody's pocket."""

from pathlib import Path
from typing import Annotated

import typer

from sajja_client.cli import output
from sajja_client.cli.options import HomeOption, JsonOption, OptionWrong, home_at
from sajja_client.cli.syncing import tell_standing
from sajja_client.durable import replace_file
from sajja_client.log import Log
from sajja_client.problems import EXIT_CONFLICT, CannotWrite
from sajja_client.progress import standing

app = typer.Typer(help="ส่งและรับข้อมูลด้วยแฟลชไดรฟ์ · Carry entries by hand, on a USB stick.", no_args_is_help=True)

_FILE_MODE = 0o600


@app.command("out")
def carry_out(
    file: Annotated[Path, typer.Argument(help="แฟ้มที่จะเขียน เช่น /media/usb/pp01.sajja · the file to write")],
    everything: Annotated[
        bool, typer.Option("--all", help="ทั้งสมุด เมื่อเซิร์ฟเวอร์เคยทำหาย · the whole log, for a server that has lost it")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="เขียนทับของเดิม · write over what is there")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เขียนลงแฟลชไดรฟ์ · Write what the network has not yet taken: this tablet's lines and those it carries."""
    from sajja_client.carrying import carry_out as make

    if file.exists() and not replace:
        raise OptionWrong(
            option="FILE", given=file, expected="new: it is there already; --replace writes over it",
            expected_thai="ชื่อใหม่: มีอยู่แล้ว ถ้าจะเขียนทับใช้ --replace",
        )  # fmt: skip
    with Log.open(home_at(home)) as log:
        data, made = make(log, everything=everything)
        try:
            replace_file(file, data, mode=_FILE_MODE)
        except OSError as error:
            raise CannotWrite(path=file, why=error.strerror or error) from error
        if json:
            output.print_json({"file": str(file), "bytes": len(data), "holds": made})
            return
        output.mark_demonstration(log.pin)
    output.say(
        f"เขียน {file} แล้ว: ของเครื่องนี้ {made.own} รายการ ของเครื่องอื่น {made.others} หลักฐาน {made.proofs}",
        f"written: {made.own} lines of this tablet, {made.others} of others, {made.proofs} proofs",
    )
    output.say(
        "รายการยังอยู่ในเครื่องนี้ครบ ถอดแฟลชไดรฟ์อย่างปลอดภัยก่อนดึงออก", "all is still here; eject the stick before you pull it"
    )
    if made.parts_left:
        output.warn(
            f"ข้อมูลส่วนบุคคล {made.parts_left} ส่วนยังไม่ได้ใส่ เพราะยังไม่รู้กุญแจของสมุดกลาง ให้รับแฟ้มจากเซิร์ฟเวอร์ก่อน",
            f"{made.parts_left} personal parts stay here: the log's key is not known; carry in a server's bundle first",
        )


@app.command("in")
def carry_in(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="แฟ้มที่มีคนนำมา · a file that somebody brought")
    ],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """รับจากแฟลชไดรฟ์ · Take in what somebody brought: from the server, from another tablet, or proofs that come back."""
    from sajja_client.carrying import carry_in as take

    with Log.open(home_at(home)) as log:
        done = take(log, file)
        if json:
            output.print_json(done)
        else:
            output.mark_demonstration(log.pin)
            output.say(
                f"รับ {done.pulled} รายการ พิสูจน์แล้ว {done.proven} ถือแทนเครื่องอื่น {done.lines} (ส่งต่อเมื่อ sync)",
                f"{done.pulled} received, {done.proven} proven, {done.lines} to hand on for others at the next sync",
            )
            tell_standing(standing(log))
    if done.parts_erased:
        output.warn(
            f"ลบข้อมูลส่วนบุคคลในเครื่องนี้ {done.parts_erased} ส่วน ตามมติที่ครบลายมือชื่อ",
            f"{done.parts_erased} personal parts were erased here, as an approved erasure says",
        )
    for fork in done.forks:
        output.warn(
            f"!! พบบันทึกสองฉบับของกุญแจเดียวกัน ตั้งแต่ลำดับที่ {fork.sequence} แจ้งสำนักงานทันที อย่าบันทึกต่อในเครื่องนี้",
            f"FORK at sequence {fork.sequence} of {fork.device}: tell the office, do not record on here",
        )
    if done.refused:
        output.warn(f"ไม่รับ {done.refused} บรรทัดที่ลายเซ็นไม่ตรง", f"{done.refused} lines do not verify and were left out")
    if done.refused or done.forks:
        raise typer.Exit(EXIT_CONFLICT)
