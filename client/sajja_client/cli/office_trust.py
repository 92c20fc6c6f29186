"""`sajja office revoke | replace | end-term | adopt-bylaws`: devices and people that go, and the rules that come."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sajja_client.cli import carrying, output
from sajja_client.cli.office import (
    AttendedOption,
    EntitledOption,
    FirstOption,
    MinutesOption,
    SecondOption,
    assembly_of,
)
from sajja_client.cli.office_repairs import app
from sajja_client.cli.options import (
    ByOption,
    DayOption,
    JsonOption,
    OptionWrong,
    day_of,
    home_at,
    moment,
    officers_of,
)
from sajja_client.cli.signing import ReasonOption, YesOption, ask_first, sign_each
from sajja_client.office_decisions import Archive
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_schemas.bylaws.problems import problems_of_adoption
from sajja_schemas.entry import OFFICE
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.events.trust import CommitteeTermEnded, DeviceRevoked
from sajja_schemas.events.trust_repairs import DeviceReplaced

__all__ = ["app"]

app.add_typer(carrying.app, name="carry")

DeviceArgument = Annotated[str, typer.Argument(help="ชื่อเครื่อง หรือต้นชื่อ · the tablet's label, or how its name begins")]
TrustedOption = Annotated[
    int | None,
    typer.Option("--last-trusted", min=0, help="ลำดับสุดท้ายที่เชื่อถือ · the last sequence that was surely the village's"),
]


@app.command("revoke")
def revoke(
    device: DeviceArgument,
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    last_trusted: TrustedOption = None,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """เพิกถอนแท็บเล็ต · A tablet is lost or stolen. What it records from now on does not count, and the officers' keys
    on it approve nothing more. What was taken in before stays; with --last-trusted a finding names what came later.
    """
    archive = _archive(home)
    name, known = archive.device(device)
    keys = [key.person for key in archive.books.trust.keys.values() if key.device == name and not key.revoked]
    ask_first(
        f"เพิกถอน {archive.label(name)} ของ {known.unit} ลำดับที่ {known.sequence} กุญแจของ {' '.join(keys) or '-'} หรือไม่",
        f"revoke {archive.label(name)} of {known.unit} at line {known.sequence}, with {len(keys)} officers' keys?",
        yes=yes,
    )
    event = DeviceRevoked(device=name, reason=reason, last_trusted_sequence=last_trusted)
    sign_each(home, second, moment(by, day), [(known.unit, event)], as_json=json)


@app.command("replace")
def replace(
    device: DeviceArgument,
    successor: Annotated[str, typer.Argument(help="เครื่องใหม่ ลงทะเบียนแล้ว · the new tablet, enrolled before")],
    home: FirstOption,
    second: SecondOption,
    reason: ReasonOption,
    last: Annotated[str | None, typer.Option(metavar="HASH", help="รายการสุดท้ายที่ยังมี · the last entry kept")] = None,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """แทนเครื่อง · A broken or old tablet gives way to another. It ends; its log stays, and the new one has its own."""
    archive = _archive(home)
    (old, known), (new, comes) = archive.device(device), archive.device(successor)
    if old == new or known.unit != comes.unit or comes.revoked:
        raise OptionWrong(
            option="SUCCESSOR", given=successor, expected="another device of the same unit, not revoked",
            expected_thai="เครื่องอื่นของหน่วยเดียวกัน ที่ยังไม่ถูกเพิกถอน",
        )  # fmt: skip
    ask_first(
        f"{archive.label(old)} ของ {known.unit} เลิกใช้ ใช้ {archive.label(new)} แทน ยืนยันหรือไม่",
        f"{archive.label(old)} ends, {archive.label(new)} takes its place?",
        yes=yes,
    )
    kept = archive.entry(last).ref if last is not None else None
    event = DeviceReplaced(device=old, successor=new, reason=reason, last=kept)
    sign_each(home, second, moment(by, day), [(known.unit, event)], as_json=json)


@app.command("end-term")
def end_term(
    village: Annotated[str, typer.Option(help="รหัสหมู่บ้าน หรือ office · the village's code, or office")],
    pairs: Annotated[list[str], typer.Argument(metavar="PERSON=ROLE...", help="ผู้พ้นวาระ · who leaves which role")],
    home: FirstOption,
    second: SecondOption,
    attended: AttendedOption = None,
    entitled: EntitledOption = None,
    minutes: MinutesOption = None,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """พ้นวาระ · Officers leave their roles, as the general meeting decided. They approve nothing in them any more."""
    archive = _archive(home)
    leaving = officers_of(pairs, may_have_home=False, may_have_member=False)
    roles = archive.books.trust.roles.get(village, {})
    for one in leaving:
        if one.role not in roles.get(one.person, set()):
            raise OptionWrong(
                option="PERSON=ROLE", given=f"{one.person}={one.role}", expected=f"a role that is held in {village}",
                expected_thai=f"ตำแหน่งที่ดำรงอยู่ใน {village}",
            )  # fmt: skip
    ask_first(f"{village}: {' '.join(pairs)} พ้นวาระ ยืนยันหรือไม่", f"{len(leaving)} roles end in {village}?", yes=yes)
    met = assembly_of(attended, entitled, minutes, demonstration=home_at(home).pin().demonstration)
    events = [(village, CommitteeTermEnded(person=one.person, role=one.role, assembly=met)) for one in leaving]
    sign_each(home, second, moment(by, day), events, as_json=json)


class BylawsWrong(Problem):
    """Bylaws that cannot be read, or that no meeting may adopt."""

    code = "bylaws_wrong"
    thai = "{file}: {why_thai}"
    english = "{file}: {why}"
    exit_code = EXIT_USAGE

    def __init__(self, *, file: Path, thai: str, english: str) -> None:
        super().__init__(file=file, why_thai=thai, why=english)


@app.command("adopt-bylaws")
def adopt_bylaws(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="ระเบียบเป็น JSON · the bylaws as JSON")],
    ledger: Annotated[str, typer.Option(help="สมุดบัญชี: welfare, risk หรือ network · the office's own ledger")],
    home: FirstOption,
    second: SecondOption,
    effective_from: Annotated[str, typer.Option(help="มีผลตั้งแต่ เช่น 01/01/2564 · from which day")],
    version: Annotated[int, typer.Option(min=1, help="ฉบับที่ · which version")],
    attended: AttendedOption = None,
    entitled: EntitledOption = None,
    minutes: MinutesOption = None,
    yes: YesOption = False,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """แก้ไขระเบียบ · Bylaws that the network's general meeting adopted. A village adopts its own on its own tablet."""
    archive = _archive(home)
    try:
        rules = msgspec.json.decode(file.read_bytes(), type=Bylaws)
    except msgspec.DecodeError as error:
        raise BylawsWrong(
            file=file, thai=f"อ่านเป็นระเบียบไม่ได้ ({error})", english=f"these are no bylaws ({error})"
        ) from error
    now = moment(by, day)
    met = assembly_of(attended, entitled, minutes, demonstration=home_at(home).pin().demonstration)
    event = RulesetAdopted(
        ledger=ledger, version=version, effective_from=day_of(effective_from), rules=rules, assembly=met
    )
    found = problems_of_adoption(event, archive.books.rulesets, now.day)
    wrong = next((one for one in found if not one.is_warning), None)
    if wrong is not None:
        raise BylawsWrong(file=file, thai=wrong.thai, english=wrong.english)
    for one in found:
        output.warn(one.thai, one.english)
    ask_first(
        f"ระเบียบ {ledger} ฉบับที่ {version} มีผล {effective_from} ยืนยันหรือไม่",
        f"version {version} of {ledger}. Sign?",
        yes=yes,
    )
    sign_each(home, second, now, [(OFFICE, event)], as_json=json)


def _archive(home: Path) -> Archive:
    from sajja_client.books import fold

    folder = home_at(home)
    return Archive(folder, fold(folder))
