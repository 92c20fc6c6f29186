"""`sajja office`: found a network, enrol its tablets, write down who was appointed."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import typer

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
    officers_of,
)
from sajja_client.cli.pins import WithoutPinsOption, new_pins
from sajja_client.log import Log
from sajja_client.office import (
    FOUNDING_FILE,
    FOUNDING_ROLES,
    LOG_KEY_FILE,
    PIN_FILE,
    Desk,
    appoint,
    establish,
)
from sajja_schemas.entry import OFFICE, is_village, to_base64url
from sajja_schemas.events.base import Assembly

app = typer.Typer(help=f"สำนักงานเครือข่าย · The network's office.\n\n{EXIT_CODES}", no_args_is_help=True)
app.command("sync")(syncing.sync)
app.command("erase")(people.erase)
app.command("duplicates")(people.duplicates)
app.command("import")(papers.import_openings)
app.command("export")(papers.export_everything)
app.add_typer(printing.app, name="print")

_DEMONSTRATION_MINUTES: Final = b"demonstration"

FirstOption = Annotated[Path, typer.Option("--home", envvar="SAJJA_HOME", help="เครื่องที่หนึ่ง · the first device")]
SecondOption = Annotated[Path, typer.Option("--second", help="เครื่องที่สอง ซึ่งเก็บล็อกไว้ · the device that is locked away")]
AttendedOption = Annotated[int | None, typer.Option(help="ผู้เข้าประชุมใหญ่ · how many attended the general meeting")]
EntitledOption = Annotated[int | None, typer.Option(help="ผู้มีสิทธิ · how many were entitled to")]
MinutesOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="รายงานการประชุม · the minutes; their hash is recorded")
]


@app.command("establish")
def establish_network(
    network: Annotated[str, typer.Option(help="ชื่อย่อเครือข่าย · the network's short name, e.g. testnet")],
    home: FirstOption,
    second: SecondOption,
    name: Annotated[str | None, typer.Option(help="ชื่อเต็ม · the full name")] = None,
    server: Annotated[str, typer.Option(help="ที่อยู่เซิร์ฟเวอร์ · the server")] = "http://127.0.0.1:8080",
    officer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PERSON=ROLE[@VILLAGE]",
            help="กรรมการและหมู่บ้านของตน · an officer, with the own village behind @: no vote on what concerns it."
            " Several times; five officers by role if absent",
        ),
    ] = None,
    origin: Annotated[
        str | None, typer.Option(help="ชื่อสาธารณะของบันทึก · the log's public name, ending in its epoch /1")
    ] = None,
    demonstration: Annotated[bool, typer.Option("--demonstration", help="เครือข่ายสาธิต · a demonstration")] = False,
    without_pins: WithoutPinsOption = False,
    attended: AttendedOption = None,
    entitled: EntitledOption = None,
    minutes: MinutesOption = None,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """ตั้งเครือข่าย · Found a network: keys on two devices, the founding entry, its officers' approvals."""
    if not is_village(network):
        raise OptionWrong(option="--network", given=network, expected="2 to 16 small letters and digits")
    pairs = officer or [f"office-o{at}={role}" for at, role in enumerate(FOUNDING_ROLES, start=1)]
    officers = officers_of(pairs, may_have_home=True, may_have_member=False)
    if len({one.person for one in officers}) != len(officers):
        raise OptionWrong(
            option="--officer",
            given=" ".join(pairs),
            expected="a different person for each role",
            expected_thai="แต่ละตำแหน่งต้องเป็นคนละคน",
        )
    first, locked_away = home_at(home), home_at(second)
    persons = [one.person for one in officers]
    pins = new_pins(first, persons, demonstration=demonstration, without_pins=without_pins)
    log = establish(
        first,
        locked_away,
        network=network,
        name=name or network,
        server_url=server,
        officers=officers,
        assembly=assembly_of(attended, entitled, minutes, demonstration=demonstration),
        demonstration=demonstration,
        moment=moment(by, day),
        origin=origin,
        pins=pins,
    )
    with log:
        founding, pin, log_key = home / FOUNDING_FILE, home / PIN_FILE, home / LOG_KEY_FILE
        if json:
            output.print_json(
                {
                    "network": network,
                    "fingerprint": log.pin.fingerprint,
                    "founding": str(founding),
                    "pin": str(pin),
                    "log_key": str(log_key),
                }
            )
            return
        output.say(f"ตั้งเครือข่าย {network} แล้ว", f"Network {network} is founded")
        output.mark_demonstration(log.pin)
        output.say(f"ลายนิ้วมือ {log.pin.fingerprint}", "fingerprint")
        output.say(f"ผู้ดูแลเซิร์ฟเวอร์: sajja-server admit {founding}", "for the server's operator")
        output.say(f"และเก็บ {log_key} ไว้ข้างเซิร์ฟเวอร์", "which keeps this key beside the server; no copy stays here")
        output.say(f"หมู่บ้าน: sajja village init --pin {pin} --village CODE", "for each village")


@app.command("appoint")
def appoint_officers(
    village: Annotated[
        str, typer.Option(help="รหัสหมู่บ้าน หรือ office สำหรับเครือข่าย · the village's code; office for the network itself")
    ],
    home: FirstOption,
    second: SecondOption,
    pairs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PERSON=ROLE[:MEMBER]...",
            help="กรรมการและเลขสมาชิกของตน · officers, with the own membership behind a colon: no officer approves"
            " what he is a party to. For office also PERSON=ROLE@VILLAGE, the officer's own village",
        ),
    ] = None,
    person: Annotated[str | None, typer.Option(help="รหัสกรรมการ · one person, with --role")] = None,
    role: Annotated[str | None, typer.Option(help="ตำแหน่ง · that person's role")] = None,
    attended: AttendedOption = None,
    entitled: EntitledOption = None,
    minutes: MinutesOption = None,
    term_from: Annotated[str | None, typer.Option(help="เริ่มวาระ · when the term begins")] = None,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """แต่งตั้งกรรมการ · Write down the officers whom the village's (or the network's) general meeting has elected."""
    if not is_village(village):
        raise OptionWrong(
            option="--village",
            given=village,
            expected="a village's code such as pp01, or office",
            expected_thai="รหัสหมู่บ้าน เช่น pp01 หรือ office",
        )
    wanted = [*(pairs or []), *([f"{person}={role}"] if person is not None else [])]
    if not wanted:
        raise OptionWrong(
            option="PERSON=ROLE", given="-", expected="at least one officer", expected_thai="ต้องมีกรรมการอย่างน้อยหนึ่งคน"
        )
    officers = officers_of(wanted, may_have_home=village == OFFICE, may_have_member=True)
    with Log.open(home_at(home)) as log:
        entries = appoint(
            Desk(log, home_at(second), moment(by, day)),
            village,
            officers,
            assembly=assembly_of(attended, entitled, minutes, demonstration=log.pin.demonstration),
            term_from=day_of(term_from or day),
        )
        if json:
            output.print_json({"village": village, "entries": [one.sequence for one in entries]})
            return
        output.say(f"แต่งตั้งกรรมการ {village} {len(wanted)} ตำแหน่งแล้ว", f"Appointed {len(wanted)} in {village}")


@app.command("findings")
def findings(
    everything: AllOption = False,
    day: DayOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ข้อสังเกต · What somebody must look at in the whole network's books, the gravest first, and what to do next."""
    from sajja_client.cli.findings import show_findings

    show_findings(home_at(home), day_of(day) if day else None, everything=everything, json=json)


@app.command("status")
def status(home: HomeOption = None, json: JsonOption = False) -> None:
    """สถานะ · What the office's own log says: villages, devices, officers, and what awaits approval."""
    from sajja_client.books import fold

    folder = home_at(home)
    pin = folder.pin()
    trust = fold(folder).trust
    with Log.open(folder) as log:
        head = log.head()
    document = {
        "network": pin.network,
        "name": trust.name,
        "fingerprint": pin.fingerprint,
        "demonstration": pin.demonstration,
        "head": head[0] if head is not None else 0,
        "villages": sorted(trust.villages),
        "devices": [
            {"device": name, "unit": device.unit, "label": device.label, "revoked": device.revoked}
            for name, device in sorted(trust.devices.items(), key=lambda item: (item[1].unit, item[0]))
        ],
        "officers": {
            unit: {person: sorted(roles) for person, roles in sorted(persons.items())}
            for unit, persons in sorted(trust.roles.items())
        },
        "awaiting": [
            {
                "sequence": one.sequence,
                "type": one.type,
                "village": one.village,
                "approvers": "+".join(filter(None, (one.approvers, *one.also))),
            }
            for one in sorted(trust.awaiting.values(), key=lambda one: one.index)
        ],
    }
    if json:
        output.print_json(document)
        return
    output.mark_demonstration(pin)
    output.say(f"เครือข่าย {pin.network} {trust.name}", f"network, {len(trust.villages)} villages")
    for device in trust.devices.values():
        typer.echo(f"  {device.unit:<8} {device.label}{'  (revoked)' if device.revoked else ''}")
    output.say(f"รออนุมัติ {len(trust.awaiting)} รายการ", f"{len(trust.awaiting)} entries await approval")


def assembly_of(attended: int | None, entitled: int | None, minutes: Path | None, *, demonstration: bool) -> Assembly:
    """The general meeting that decided. Only a demonstration may go without one."""
    if demonstration and attended is None and entitled is None and minutes is None:
        return Assembly(attended=60, entitled=100, minutes=to_base64url(sha256(_DEMONSTRATION_MINUTES).digest()))
    if attended is None or entitled is None or minutes is None:
        raise OptionWrong(
            option="--attended --entitled --minutes",
            given="-",
            expected="the general meeting that decided: who attended, who was entitled to, its minutes",
        )
    return Assembly(attended=attended, entitled=entitled, minutes=to_base64url(sha256(minutes.read_bytes()).digest()))
