"""`sajja village`: record a meeting on a tablet, look at its books, and sync when there is a connection."""

from typing import Annotated

import typer

from sajja_client.checking import FromPaper
from sajja_client.cli import output, papers, people, printing, syncing
from sajja_client.cli.options import (
    EXIT_CODES,
    AllOption,
    ByOption,
    DayOption,
    HomeOption,
    JsonOption,
    OptionWrong,
    day_of,
    home_at,
    moment,
)
from sajja_client.cli.people import PersonalOption, read_personal
from sajja_client.home import Home
from sajja_client.log import Log, ref_to
from sajja_client.problems import EXIT_PROBLEM
from sajja_schemas.entry import EntryRef
from sajja_schemas.money import format_baht
from sajja_schemas.rules import RULES

app = typer.Typer(help=f"แท็บเล็ตของหมู่บ้าน · The village's tablet.\n\n{EXIT_CODES}", no_args_is_help=True)
app.command("members")(people.members)
app.command("person")(people.person)
app.command("erase")(people.prepare_erasure)
app.command("import")(papers.import_openings)
app.command("export")(papers.export_everything)
app.command("sync")(syncing.sync)
app.add_typer(printing.app, name="print")


@app.command("record")
def record(
    event: Annotated[str, typer.Argument(help="ชนิดรายการ เช่น share_deposited · the event")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE...", help="amount=100.00 (บาท · baht)")
    ] = None,
    personal: PersonalOption = None,
    resolution: Annotated[int | None, typer.Option(help="ลำดับของมติ · the sequence of the resolution")] = None,
    village: Annotated[str | None, typer.Option(help="หมู่บ้านที่เกี่ยวข้อง · at the office: the village concerned")] = None,
    from_paper: Annotated[
        bool, typer.Option("--from-paper", help="เกิดขึ้นแล้วจริง บันทึกแม้กฎทักท้วง · it did happen: record it against a rule")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="เหตุผล เมื่อบันทึกจากกระดาษ · why, where it comes from paper")] = None,
    second: Annotated[str | None, typer.Option(help="กรรมการคนที่สองที่ลงนาม · the second officer, who signs too")] = None,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """บันทึกรายการ · Record an event; it is signed, kept on this device, and a receipt is printed."""
    from sajja_client.books import fold, stamped
    from sajja_client.checking import body_to_ask, held_to_rules, reversible
    from sajja_client.cli.findings import told
    from sajja_client.receipt import body_of, entry_document, receipt
    from sajja_client.typed import read_event
    from sajja_schemas.books import demand
    from sajja_schemas.events.ledgers import EntryReversed

    words = [*(fields or []), *([f"resolution={resolution}"] if resolution is not None else [])]
    with Log.open(home_at(home)) as log:

        def resolve(sequence: int) -> EntryRef:
            named = log.entry(sequence)
            if named is None:
                raise ValueError(sequence)
            return ref_to(named)

        read = read_event(event, words, resolve)
        if isinstance(read, EntryReversed) and (original := log.entry(read.entry.sequence)) is not None:
            reversible(read, original.body)
        now = moment(by, day)
        books = fold(log.home)
        read = stamped(books, read, village or log.pin.village, now.day)
        paper = _paper(log.home, from_paper=from_paper, reason=reason, second=second)
        said = body_to_ask(
            log.pin, log.device, read, by=now.by, day=now.day, recorded_at=now.recorded_at, village=village
        )
        read, found = held_to_rules(books, log.pin.village, said, paper)
        beside = read_personal(log, read, personal, now.day)
        with log.together():  # what comes from paper is never here without its second officer
            entry = log.append(
                read, by=now.by, day=now.day, recorded_at=now.recorded_at, village=village, personal=beside
            )
            if paper is not None:
                signers = _signers(log.home, paper, now.by)
                log.approve([entry], signers, by=now.by, day=now.day, recorded_at=now.recorded_at)
        asked = demand(books, body_of(entry))
        if json:
            output.print_json(entry_document(entry, asked) | {"findings": [told(finding) for finding in found]})
            return
        typer.echo(receipt(log, books, entry, asked))
        for finding in found:
            thai, english = RULES[finding.code].sentences(finding)
            output.warn(f"ข้อสังเกต {finding.code}: {thai}", f"a finding: {english}")


def _paper(home: Home, *, from_paper: bool, reason: str | None, second: str | None) -> FromPaper | None:
    """The exception that was asked for: never without a reason, and a second officer whose key is here."""
    if not from_paper and reason is None and second is None:
        return None
    for option, given in (("--from-paper", from_paper or None), ("--reason", reason), ("--second", second)):
        if not given:
            raise OptionWrong(
                option=option, given="-", expected="given with --from-paper, --reason and --second",
                expected_thai="ต้องใส่ --from-paper, --reason และ --second ด้วยกัน",
            )  # fmt: skip
    assert reason is not None, "it was asked for above"
    assert second is not None, "it was asked for above"
    home.officer_key(second, demonstration=home.pin().demonstration)  # before anything is recorded
    return FromPaper(reason, second)


def _signers(home: Home, paper: FromPaper, by: str) -> list[str]:
    """The second officer, and the first where that is an officer of this tablet, too."""
    return [paper.second, *([by] if by != paper.second and home.officer_key_path(by).exists() else [])]


@app.command("findings")
def findings(
    everything: AllOption = False,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ข้อสังเกต · What somebody must look at in this village's books, the gravest first, and what to do next."""
    from sajja_client.cli.findings import show_findings

    show_findings(home_at(home), day_of(day) if day else None, everything=everything, json=json)


@app.command("balance")
def balance(
    member: Annotated[str | None, typer.Option(help="เฉพาะสมาชิก · of one member")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ยอดคงเหลือ · The balances of this device's books, folded here; no connection is needed."""
    from sajja_client.books import fold
    from sajja_client.cli.tables import balance_document, balance_table

    folder = home_at(home)
    pin = folder.pin()
    document = balance_document(pin, fold(folder), member)
    if json:
        output.print_json(document)
        return
    from rich.console import Console

    output.mark_demonstration(pin)
    Console().print(balance_table(document, english_first=output.is_english()))
    if document.awaiting:
        output.say(f"รออนุมัติ {document.awaiting} รายการ", f"{document.awaiting} entries await approval")
    for row in document.disputed:
        output.warn(
            f"ยอดที่รอชี้ขาดจากบันทึกสองฉบับ: {row.account} {row.sub} {format_baht(abs(row.amount_satang))} บาท ยังไม่นับ",
            f"disputed, and not counted: {format_baht(abs(row.amount_satang))} on {row.account} {row.sub}",
        )


@app.command("log")
def list_log(
    after: Annotated[int, typer.Option(help="เฉพาะลำดับที่มากกว่านี้ · only lines behind this sequence")] = 0,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """รายการในเครื่อง · The lines of this log: kept here, sent or merged, and what they are in the books."""
    from sajja_client.books import fold
    from sajja_client.cli.standing import tell_trust
    from sajja_client.cli.tables import log_lines, log_table
    from sajja_client.names import read_names

    folder = home_at(home)
    with Log.open(folder) as log:
        books = fold(folder)
        lines = log_lines(books, log, after)
        if json:
            output.print_json(lines)
            return
        output.mark_demonstration(log.pin)
        output.console().print(log_table(lines, read_names(log.connection, books)))
        tell_trust(books, log.device)


@app.command("verify")
def verify(home: HomeOption = None, json: JsonOption = False) -> None:
    """ตรวจสมุดบันทึก · Verify every line of this log; a broken one is named with its sequence, exit code 1."""
    from sajja_client.books import discard_wrong_snapshots

    with Log.open(home_at(home)) as log:
        last = log.verify()
        was_wrong = discard_wrong_snapshots(log.home)
        sequence = last.sequence if last is not None else 0
        if json:
            from sajja_schemas.entry import to_base64url

            head = to_base64url(last.hash) if last is not None else None
            output.print_json(
                {"device": log.device, "sequence": sequence, "head": head, "snapshot_was_wrong": was_wrong}
            )
        else:
            output.say(f"สมุดบันทึกสมบูรณ์ {sequence} รายการ", f"the log holds: {sequence} entries")
    if was_wrong:
        output.warn(
            "ยอดที่จำไว้ข้างสมุดไม่ตรงกับสมุด จึงลบทิ้งและคิดใหม่จากรายการ",
            "the snapshot beside the log was not what the log says; it was removed, and is made anew",
        )
        raise typer.Exit(EXIT_PROBLEM)
