"""`pending` and `approve`, of the village, the office and an auditor: who still signs what, each line shown."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sajja_client.cli import output
from sajja_client.cli.office import FirstOption
from sajja_client.cli.options import ByOption, DayOption, HomeOption, JsonOption, OptionWrong, home_at, moment
from sajja_client.log import Log
from sajja_client.names import Names, read_names
from sajja_client.office import Moment
from sajja_client.pending import Pending, apart, chosen, entry_named, pending_list, refuse_parties
from sajja_client.problems import EXIT_CONFLICT
from sajja_schemas.entry import OFFICE, SignedEntry
from sajja_schemas.limits import APPROVED_ENTRIES_MAX
from sajja_schemas.money import format_baht

if TYPE_CHECKING:
    from sajja_client.home import Home
    from sajja_schemas.books import Books

RefsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REF...", help="ลำดับในเครื่องนี้ หรือรหัสจาก pending · a sequence of this log, or a ref that pending shows"
    ),
]
PersonOption = Annotated[
    list[str] | None, typer.Option("--person", help="กรรมการที่ลงนาม · an officer who signs; several times")
]
AllPendingOption = Annotated[bool, typer.Option("--all", help="ทุกรายการที่รอ · everything that awaits signatures here")]
YesOption = Annotated[bool, typer.Option("--yes", help="ไม่ต้องถามยืนยัน · do not ask")]
FetchOption = Annotated[
    bool, typer.Option("--fetch", help="ดึงทุกหมู่บ้านก่อน · pull every village's feed first; needs a connection")
]


def village_pending(home: HomeOption = None, json: JsonOption = False) -> None:
    """รอลายมือชื่อ · What awaits approval in this village, who may still sign it, and who may not."""
    from sajja_client.books import fold

    folder = home_at(home)
    with Log.open(folder) as log:
        books = fold(folder)
        _show(pending_list(books, log, [log.pin.village]), read_names(log.connection, books), json=json)


def village_approve(
    refs: RefsArgument = None,
    person: PersonOption = None,
    everything: AllPendingOption = False,
    yes: YesOption = False,
    by: ByOption = "recorder",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """อนุมัติรายการ · Officers approve lines of this tablet or of another one, with their keys here."""
    with Log.open(home_at(home)) as log:
        _approve(log, refs, person, [log.pin.village], moment(by, day), everything=everything, yes=yes, json=json)


def office_pending(home: HomeOption = None, fetch: FetchOption = False, json: JsonOption = False) -> None:
    """รอลายมือชื่อ · What awaits approval in the network, as far as this device holds it."""
    from sajja_client.books import fold

    folder = home_at(home)
    with Log.open(folder) as log:
        unseen = _fetch(folder, log) if fetch else _unpulled(log, fold(folder))
        books = fold(folder)
        _show(pending_list(books, log), read_names(log.connection, books), json=json)
        if unseen:
            output.warn(
                f"ยังไม่ได้ดึงรายการของ {', '.join(unseen)} ใช้ --fetch", "these villages were not pulled here; use --fetch"
            )


def office_approve(
    home: FirstOption,
    refs: RefsArgument = None,
    second: Annotated[
        Path | None, typer.Option("--second", help="เครื่องที่สอง · the second device, for classes A4 and A5")
    ] = None,
    person: PersonOption = None,
    at_second: Annotated[
        list[str] | None,
        typer.Option("--at-second", help="ลงนามด้วยกุญแจบนเครื่องที่สอง · who signs with a key on the second device"),
    ] = None,
    everything: AllPendingOption = False,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """อนุมัติรายการ · Network officers approve what awaits them, with keys on one device or on both."""
    if at_second and second is None:
        raise OptionWrong(
            option="--at-second", given=" ".join(at_second), expected="given with --second",
            expected_thai="ต้องใส่ --second ด้วย",
        )  # fmt: skip
    with Log.open(home_at(home)) as log:
        beside = (home_at(second), at_second or []) if second is not None else None
        now = moment(by, day)
        _approve(log, refs, person, None, now, everything=everything, yes=yes, json=json, beside=beside)


def audit_approve(
    refs: RefsArgument = None,
    person: PersonOption = None,
    everything: AllPendingOption = False,
    yes: YesOption = False,
    by: ByOption = "auditor",
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ผู้ตรวจสอบลงนาม · An auditor approves what asks for an auditor (class AU), with the own key on the own device."""
    folder = home_at(home)
    with Log.open(folder) as log:
        signers = person or folder.officers()
        _approve(log, refs, signers, None, moment(by, day), everything=everything, yes=yes, json=json)


def _approve(
    log: Log,
    refs: Sequence[str] | None,
    persons: Sequence[str] | None,
    villages: Sequence[str] | None,
    now: Moment,
    *,
    everything: bool,
    yes: bool,
    json: bool,
    beside: "tuple[Home, Sequence[str]] | None" = None,
) -> None:
    from sajja_client.books import fold

    signers = [*(persons or []), *(beside[1] if beside is not None else [])]
    if not signers:
        raise OptionWrong(
            option="--person", given="-", expected="at least one officer", expected_thai="ระบุกรรมการอย่างน้อยหนึ่งคน"
        )
    if not refs and not everything:
        raise OptionWrong(
            option="REF", given="-", expected="what to approve, or --all", expected_thai="ระบุรายการ หรือ --all"
        )
    books = fold(log.home)
    waits = pending_list(books, log, villages)
    picked = waits if everything else chosen(waits, refs or [])
    if not everything:
        refuse_parties(books, picked, signers)
    names = read_names(log.connection, books)
    if not json:
        _show(picked, names, json=False)
    if not picked or not (yes or json or not everything or _is_confirmed(len(picked))):
        return
    _sign(log, books, picked, persons or [], now, beside)
    left = pending_list(fold(log.home), log, villages)
    still = [one for one in left if one.waiting.hash in {each.waiting.hash for each in picked}]
    if json:
        output.print_json({"approved": [one.ref for one in picked], "waiting": [_document(one) for one in still]})
        return
    output.say(
        f"ลงนามแล้ว {len(picked)} รายการ ครบแล้ว {len(picked) - len(still)} ยังรอ {len(still)}",
        f"{len(picked)} approved: {len(picked) - len(still)} complete, {len(still)} still wait",
    )
    _show_lines(still, names)


def _sign(
    log: Log,
    books: "Books",
    picked: Sequence[Pending],
    persons: Sequence[str],
    now: Moment,
    beside: "tuple[Home, Sequence[str]] | None",
) -> None:
    """A list is of one village and as long as an entry may list; all of them are one act, or none is."""
    turns = [(log.home, persons), *([beside] if beside is not None else [])]
    for keys_of, signers in turns:
        for signer in signers:
            keys_of.officer_key(signer)  # every PIN is right before anything is signed
    with log.together():
        for keys_of, asked in turns:
            for signers, listed in apart(books, picked, asked).items():
                for entries in _lists(log, listed):
                    log.approve(entries, signers, by=now.by, day=now.day, recorded_at=now.recorded_at, keys_of=keys_of)


def _lists(log: Log, listed: Sequence[Pending]) -> Iterator[list[SignedEntry]]:
    for village in dict.fromkeys(one.village for one in listed):
        found = [entry_named(log, one.waiting.hash) for one in listed if one.village == village]
        entries = [entry for entry in found if entry is not None]
        for start in range(0, len(entries), APPROVED_ENTRIES_MAX):
            yield entries[start : start + APPROVED_ENTRIES_MAX]


def _is_confirmed(count: int) -> bool:
    return typer.confirm(output.both(f"ลงนามทั้ง {count} รายการหรือไม่", f"Sign all {count}?"), default=False, err=True)


def _show(pending: Sequence[Pending], names: Names, *, json: bool) -> None:
    if json:
        output.print_json([_document(one) for one in pending])
        return
    output.say(f"รอลายมือชื่อ {len(pending)} รายการ", f"{len(pending)} entries await signatures")
    _show_lines(pending, names)


def _show_lines(pending: Sequence[Pending], names: Names) -> None:
    for one in pending:
        waits = one.waiting
        amount = f" {format_baht(waits.amount_satang)} บาท" if waits.amount_satang is not None else ""
        place = f"{one.village}/{waits.sequence}" if one.is_here else one.village
        about = f"{waits.thai} {names.shown(waits.subject)}{amount}"
        typer.echo(f"  {one.ref}  {place}  {about}")
        if one.counts:
            typer.echo("      เงินสด นับแล้ว · cash, counts already")
        _say_line("ลงนามแล้ว", "signed", waits.approved_by, names)
        needs = output.both(f"ยังขาด {waits.needs_thai}", f"needs {waits.needs}", between="\n      ")
        typer.echo(f"      {needs}")
        _say_line("ลงนามได้", "may sign", one.may_sign, names)
        _say_line("มีส่วนได้เสีย ลงนามไม่ได้", "party, may not sign", one.parties, names)
        _say_line("งดออกเสียง", "abstained", one.abstained, names)


def _say_line(thai: str, english: str, persons: Sequence[str], names: Names) -> None:
    if persons:
        typer.echo(f"      {output.both(thai, english)}: {', '.join(names.shown(person) for person in persons)}")


def _document(one: Pending) -> dict[str, Any]:
    import msgspec

    beside = msgspec.structs.asdict(one)
    waits = msgspec.structs.asdict(beside.pop("waiting"))
    return waits | beside


def _unpulled(log: Log, books: "Books") -> list[str]:
    pulled = {row[0] for row in log.connection.execute("SELECT village FROM feed")}
    return sorted(set(books.trust.villages) - pulled - {OFFICE})


def _fetch(folder: "Home", log: Log) -> list[str]:
    """Pull the office's feed, and then that of every village which it names."""
    import asyncio

    from sajja_client.books import fold
    from sajja_client.sync import Sync, SyncReport

    async def run(villages: list[str]) -> SyncReport:
        async with Sync(log, villages=villages) as conversation:
            return await conversation.run()

    for pulled in ([OFFICE], None):  # the office's own feed says which villages there are
        report = asyncio.run(run(pulled or [OFFICE, *sorted(fold(folder).trust.villages)]))
        output.tell_alarms(report.log_alarms)
        if report.forks:
            raise typer.Exit(EXIT_CONFLICT)
    return _unpulled(log, fold(folder))
