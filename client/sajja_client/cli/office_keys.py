"""`sajja office enrol`, `pin` and `auditor`: which devices and keys the network knows."""

from pathlib import Path
from typing import Annotated, Final

import typer

from sajja_client.books import fold
from sajja_client.cli import output, pending
from sajja_client.cli.office import FirstOption, SecondOption
from sajja_client.cli.office_log import app
from sajja_client.cli.options import ByOption, DayOption, HomeOption, JsonOption, OptionWrong, day_of, home_at, moment
from sajja_client.cli.pins import new_pins
from sajja_client.cli.qr import in_groups, show_qr
from sajja_client.cli.tablet import LabelOption, PinOption, prepare, tell_request
from sajja_client.clock import now_ms
from sajja_client.durable import replace_file
from sajja_client.enrol import EnrolmentRequest, ask, check_code, check_fresh, latest_seen, read_request
from sajja_client.log import Log
from sajja_client.office import Desk, enrol, enrol_key_of, pin_for, pin_text, read_pin
from sajja_client.problems import EXIT_PROBLEM
from sajja_schemas.entry import OFFICE, is_village
from sajja_schemas.events.network import VillageBankEstablished

__all__ = ["app"]

SAFE_DEVICES: Final = 2  # and no more: one lost, and nothing of class A4 can be approved

app.command("pending")(pending.office_pending)
app.command("approve")(pending.office_approve)


@app.command("enrol")
def enrol_tablet(
    request: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="request.json ของแท็บเล็ต · of the tablet")
    ],
    home: FirstOption,
    second: SecondOption,
    code: Annotated[
        str | None, typer.Option(help="รหัสที่แท็บเล็ตแสดง หรือข้อความจาก QR · what the tablet shows, or its QR as scanned")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="เทียบรหัสแล้ว · the codes were compared")] = False,
    clocks_checked: Annotated[
        bool, typer.Option("--clocks-checked", help="ดูเวลาของทั้งสองเครื่องแล้ว · somebody has looked at both clocks")
    ] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="เครื่องเดิมสูญหาย เพิกถอนพร้อมกัน · the device it replaces is lost: revoke it")
    ] = False,
    establish_village: Annotated[
        bool, typer.Option("--establish-village", help="ตั้งธนาคารหมู่บ้านด้วย · the village's bank joins, too")
    ] = False,
    moo: Annotated[int, typer.Option(help="หมู่ที่ · the village's number")] = 0,
    name: Annotated[str | None, typer.Option(help="ชื่อธนาคาร · the bank's name")] = None,
    founded: Annotated[str | None, typer.Option(help="วันก่อตั้งธนาคาร · the day the bank was founded")] = None,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """ลงทะเบียนแท็บเล็ต · Enrol a tablet and the officers' keys on it, approved by the committee on two devices."""
    asked = read_request(request)
    if code is None and not yes:
        code = typer.prompt(output.both("รหัสที่แท็บเล็ตแสดง", "The code that the tablet shows"), err=True)
    if code is not None:
        check_code(asked, code)
    bank = VillageBankEstablished(moo=moo, founded=day_of(founded or day), name=name) if establish_village else None
    with Log.open(home_at(home)) as log:
        if not clocks_checked:
            check_fresh(asked, now=now_ms(), seen=latest_seen(log))
        desk = Desk(log, home_at(second), moment(by, day))
        entries = enrol(desk, asked, bank=bank, is_lost=lost)
        if json:
            output.print_json(
                {"village": asked.village, "device": asked.device, "entries": [one.sequence for one in entries]}
            )
            return
        if asked.device not in fold(log.home).trust.devices:
            output.warn(
                "บันทึกแล้ว แต่ลายมือชื่อยังไม่ครบ จึงยังไม่มีผล ดู sajja office pending",
                "recorded, and without effect until it has its signatures: see sajja office pending",
            )
            raise typer.Exit(EXIT_PROBLEM)
        _tell_enrolled(asked, is_lost=lost)
        _warn_of_too_few(log)


@app.command("init")
def init(
    pin: PinOption,
    officer: Annotated[list[str], typer.Option("--officer", help="กรรมการเครือข่าย · a network officer; several times")],
    label: LabelOption = "office",
    succeeds: Annotated[
        str, typer.Option(help="เครื่องเดิมที่เครื่องนี้มาแทน · the device that this one replaces: its label or name")
    ] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เครื่องสำนักงานอีกเครื่อง · Another device of the office: a spare to lock away, or one in the place of a lost one."""
    folder = home_at(home)
    prepare(folder, pin_for(read_pin(pin), OFFICE), officer)
    tell_request(folder, ask(folder, label=label, replaces=succeeds), json=json)


@app.command("pin")
def show_pin(
    village: Annotated[str, typer.Option(help="หมู่บ้านที่จะได้รับ · the village that it is for")],
    home: FirstOption,
    out: Annotated[Path | None, typer.Option(help="เขียนเป็นไฟล์ด้วย · write it as a file, too")] = None,
    json: JsonOption = False,
) -> None:
    """ไฟล์และ QR ของเครือข่าย · What a new tablet is pinned with: the network, its fingerprint, its server."""
    if not is_village(village):
        raise OptionWrong(option="--village", given=village, expected="a village's code, such as pp01")
    pin = pin_for(home_at(home).pin(), village)
    if out is not None:
        replace_file(out, pin_text(pin).encode() + b"\n", mode=0o644)
    if json:
        output.print_json(pin)
        return
    output.mark_demonstration(pin)
    output.say(f"เครือข่าย {pin.network} ลายนิ้วมือ {in_groups(pin.fingerprint)}", "the network's fingerprint")
    output.say("บนแท็บเล็ต: sajja village init --pin - แล้วสแกน", "on the tablet: this command, and scan")
    show_qr(pin_text(pin))


@app.command("auditor")
def enrol_auditor(
    person: Annotated[str, typer.Argument(help="รหัสผู้ตรวจสอบ · the auditor's id")],
    home: FirstOption,
    second: SecondOption,
    by: ByOption = "office-o3",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """กุญแจผู้ตรวจสอบ · Make and enrol an auditor's key on this device; the appointment is `office appoint`."""
    folder = home_at(home)
    is_demonstration = folder.pin().demonstration
    pins = new_pins(folder, [person], demonstration=is_demonstration)
    folder.create_keys([person], pins=pins, demonstration=is_demonstration)
    with Log.open(folder) as log:
        request = ask(folder, label="office", officers=[person])
        entries = enrol_key_of(Desk(log, home_at(second), moment(by, day)), request, person)
    if json:
        output.print_json({"person": person, "entries": [one.sequence for one in entries]})
        return
    output.say(f"ลงทะเบียนกุญแจของ {person} แล้ว", "the key is enrolled")


def _tell_enrolled(asked: EnrolmentRequest, *, is_lost: bool) -> None:
    output.say(
        f"ลงทะเบียนแท็บเล็ตของ {asked.village} พร้อมกุญแจกรรมการ {len(asked.officers)} คนแล้ว",
        f"Enrolled the tablet of {asked.village} with the keys of {len(asked.officers)} officers",
    )
    if asked.replaces and is_lost:
        output.say(f"เพิกถอน {asked.replaces} แล้ว สิ่งที่เครื่องนั้นส่งหลังจากนี้ไม่มีผล", "and revoked the old one")
    elif asked.replaces:
        output.warn(
            f"{asked.replaces} ยังใช้ได้ ให้ซิงค์ครั้งสุดท้าย แล้วเพิกถอน",
            f"{asked.replaces} still counts: let it sync a last time, then revoke it",
        )


def _warn_of_too_few(log: Log) -> None:
    """Classes A4 and A5 ask for keys on two devices: of an office with only two, the loss of one is for ever."""
    trust = fold(log.home).trust
    office = {held.device for held in trust.keys.values() if not held.revoked}
    held = [name for name in office if name in trust.devices and trust.devices[name].unit == OFFICE]
    if len(held) <= SAFE_DEVICES:
        output.warn(
            f"สำนักงานมีเครื่องที่มีกุญแจ {len(held)} เครื่อง ถ้าหายหนึ่งเครื่องจะอนุมัติอะไรไม่ได้อีก"
            " เพิ่มเครื่องที่สามด้วย sajja office init แล้วเก็บล็อกไว้คนละที่",
            f"the office has keys on {len(held)} devices and needs two: add a third (sajja office init), locked away",
        )
