"""`sync`, once or for as long as it is left running: what was sent and received, and where every line has got to."""

from typing import TYPE_CHECKING, Annotated

import typer

from sajja_client.cli import output
from sajja_client.cli.options import HomeOption, JsonOption, home_at
from sajja_client.log import Log
from sajja_client.problems import EXIT_CONFLICT, EXIT_PROBLEM
from sajja_client.progress import WORDS, Level, Standing, State, standing

if TYPE_CHECKING:
    from sajja_client.problems import Problem
    from sajja_client.sync import SyncReport


def sync(
    server: Annotated[str | None, typer.Option(help="ที่อยู่เซิร์ฟเวอร์ · another server than the pin's")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="ทำต่อเนื่องจนกด Ctrl-C · keep trying, and show how it stands, until Ctrl-C")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ส่งและรับข้อมูล · Push what the server has not, and pull the village's and the office's feeds."""
    import stamina

    from sajja_client.books import fold
    from sajja_client.cli.standing import tell_trust
    from sajja_client.settling import unsettled

    # Its default hook writes each attempt to standard output, where the answer belongs.
    stamina.instrumentation.set_on_retry_hooks([])
    with Log.open(home_at(home)) as log:
        if watch:
            _keep_at_it(log, server, json=json)
            return
        report = _once(log, server)
        if json:
            output.print_json(report)
        else:
            output.mark_demonstration(log.pin)
            _tell_counts(report)
            tell_standing(standing(log))
            tell_trust(fold(log.home), log.device)
    report.log_alarms = unsettled(home_at(home), report.log_alarms)  # what people have settled is told no more
    _warn(report)
    if report.forks or report.rejected or report.log_alarms:
        raise typer.Exit(EXIT_CONFLICT)
    if report.waiting:
        raise typer.Exit(EXIT_PROBLEM)


def _once(log: Log, server: str | None) -> "SyncReport":
    import asyncio

    from sajja_client.sync import Sync

    with output.progress() as show:

        async def run() -> "SyncReport":
            async with Sync(log, server_url=server, progress=show) as conversation:
                return await conversation.run()

        return asyncio.run(run())


def _keep_at_it(log: Log, server: str | None, *, json: bool) -> None:
    import asyncio

    from sajja_client.sync.watch import Watch

    if not json:
        output.mark_demonstration(log.pin)
        output.say("ส่งและรับต่อเนื่อง หยุดด้วย Ctrl-C", "syncing for as long as this runs; Ctrl-C ends it")
        tell_standing(standing(log))

    def synced(report: "SyncReport") -> None:
        if json:
            output.print_json_line({"report": report, "standing": standing(log)})
            return
        if report.pushed or report.pulled or report.carried:
            _tell_counts(report)
            tell_standing(standing(log))
        _warn(report)

    def waits(problem: "Problem", seconds: float) -> None:
        if json:
            output.print_json_line({"waiting_seconds": round(seconds, 1), "problem": problem.code})
            return
        output.refuse(problem)
        output.say(f"จะลองใหม่ใน {round(seconds)} วินาที", f"trying again in {round(seconds)} seconds")

    asyncio.run(Watch(log, server_url=server, synced=synced, waits=waits).run())
    if not json:
        tell_standing(standing(log))
        output.say("หยุดแล้ว ทุกรายการยังอยู่ในเครื่อง", "stopped; everything is kept here")


def tell_standing(stands: Standing) -> None:
    """The four states with their counts, and how urgent it is to find a connection."""
    counts = {State.SAVED: stands.saved, State.SENT: stands.sent, State.MERGED: stands.merged,
              State.PROVEN: stands.proven}  # fmt: skip
    for is_english in (output.is_english(), not output.is_english()):
        typer.echo(" · ".join(f"{WORDS[state][is_english]} {count}" for state, count in counts.items()))
    days = stands.waiting_days
    if stands.level is Level.RED:
        output.alert(
            f"!! ไม่ได้ส่งครบมา {days} วันแล้ว นำเครื่องไปที่มีสัญญาณ หรือใช้แฟลชไดรฟ์ (sajja village carry out) วันนี้",
            f"not synced for {days} days: take it where there is a signal, or carry a USB stick, today",
            colour="red",
        )
    elif stands.level is Level.AMBER:
        output.alert(
            f"ไม่ได้ส่งครบมา {days} วัน ควรหาสัญญาณภายในสัปดาห์นี้",
            f"not synced for {days} days: find a signal this week",
            colour="yellow",
        )


def _tell_counts(report: "SyncReport") -> None:
    sent = report.merged + report.duplicate
    output.say(
        f"ส่งแล้ว {sent} รายการ รับ {report.pulled} รายการ ค้างส่ง {report.waiting}",
        f"{sent} sent, {report.pulled} received, {report.waiting} waiting",
    )
    if report.carried or report.carried_waiting:
        output.say(
            f"ส่งแทนเครื่องอื่น {report.carried} รายการ ยังค้าง {report.carried_waiting}",
            f"{report.carried} lines of other devices were handed on, {report.carried_waiting} wait",
        )


def _warn(report: "SyncReport") -> None:
    if not report.enrolled:
        output.warn("แท็บเล็ตนี้ยังไม่ได้ลงทะเบียน รายการทั้งหมดเก็บไว้ในเครื่อง", "not enrolled yet; everything is kept here")
    if report.forgotten:
        output.warn(
            f"เซิร์ฟเวอร์เคยรับ {report.forgotten} รายการแล้วแต่ไม่มีอยู่ จึงส่งให้ใหม่",
            f"the server had forgotten {report.forgotten} entries; they were offered again",
        )
    if report.healed or report.missing:
        output.warn(
            f"เซิร์ฟเวอร์ทำรายการของเครื่องอื่นหาย ส่งคืนแล้ว {report.healed} ยังขาด {report.missing}",
            f"the server had lost entries of other devices; {report.healed} were given back, {report.missing} not yet",
        )
    if report.parts_erased:
        output.warn(
            f"ลบข้อมูลส่วนบุคคลในเครื่องนี้ {report.parts_erased} ส่วน ตามมติที่ครบลายมือชื่อ",
            f"{report.parts_erased} personal parts were erased here, as an approved erasure says",
        )
    for fork in report.forks:
        output.warn(
            f"!! พบบันทึกสองฉบับของกุญแจเดียวกัน ตั้งแต่ลำดับที่ {fork.sequence} แจ้งสำนักงานทันที อย่าบันทึกต่อในเครื่องนี้",
            f"FORK at sequence {fork.sequence} of {fork.device} ({fork.where}): tell the office, do not record on here",
        )
    output.tell_alarms(report.log_alarms)
    if report.log_state == "unsigned":
        output.warn("สมุดกลางไม่ได้ลงนามด้วยกุญแจที่สำนักงานรับรอง", "the network log is not signed by the office's key")
