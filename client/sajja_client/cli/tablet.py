"""`sajja village init`, `replace`, `request`, `officer` and `pin`: a tablet, and who has a key on it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sajja_client.cli import carrying, meeting, output, pending
from sajja_client.cli.options import HomeOption, JsonOption, OptionWrong, home_at
from sajja_client.cli.pins import WithoutPinsOption, new_pins
from sajja_client.cli.witness import app
from sajja_client.enrol import CODE_HOURS, EnrolmentRequest, ask
from sajja_client.home import Home, Pin
from sajja_client.office import pin_for, read_pin
from sajja_schemas.entry import OFFICE, is_village

__all__ = ["app"]

app.command("pending")(pending.village_pending)
app.command("approve")(pending.village_approve)

officer_app = typer.Typer(help="กุญแจกรรมการบนเครื่องนี้ · Officers' keys on this device.", no_args_is_help=True)
app.add_typer(officer_app, name="officer")
app.add_typer(meeting.app, name="meeting")
app.add_typer(carrying.app, name="carry")

PinOption = Annotated[
    Path,
    typer.Option(
        "--pin", dir_okay=False, allow_dash=True,
        help="network.json จากสำนักงาน หรือ - แล้วสแกน QR · from the office; - reads what a scanner types",
    ),
]  # fmt: skip
VillageOption = Annotated[str | None, typer.Option(help="รหัสหมู่บ้าน เช่น pp01 · the village's code")]
OfficersOption = Annotated[
    list[str] | None,
    typer.Option("--officer", help="กรรมการที่อนุมัติบนเครื่องนี้ · an officer who approves here; several times"),
]
LabelOption = Annotated[str, typer.Option(help="ชื่อเรียกเครื่อง · what people call this tablet")]
ServerOption = Annotated[str | None, typer.Option(help="ที่อยู่เซิร์ฟเวอร์ · another server than the pin's")]
PersonArgument = Annotated[str, typer.Argument(help="รหัสกรรมการ · the officer's id")]


@app.command("init")
def init(
    pin: PinOption,
    village: VillageOption = None,
    officer: OfficersOption = None,
    label: LabelOption = "tablet",
    succeeds: Annotated[
        str, typer.Option(help="เครื่องเดิมที่เครื่องนี้มาแทน · the device that this one replaces: its label or name")
    ] = "",
    server: ServerOption = None,
    without_pins: WithoutPinsOption = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เตรียมแท็บเล็ต · Pin this tablet to a network, make its keys, and ask the office to enrol it."""
    folder = home_at(home)
    handed = _pinned(read_pin(pin), village, server)
    prepare(folder, handed, officer or [], without_pins=without_pins)
    tell_request(folder, ask(folder, label=label, replaces=succeeds), json=json)


@app.command("replace")
def replace(
    old: Annotated[str, typer.Argument(help="เครื่องเดิม: ชื่อเรียก หรือต้นรหัสเครื่อง · the old tablet: its label or name")],
    pin: PinOption,
    village: VillageOption = None,
    officer: OfficersOption = None,
    label: LabelOption = "tablet",
    server: ServerOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เครื่องหายหรือเสีย · A new tablet in the place of a lost or broken one: new keys, a new log, and a request."""
    folder = home_at(home)
    handed = _pinned(read_pin(pin), village, server)
    prepare(folder, handed, officer or [])
    tell_request(folder, ask(folder, label=label, replaces=old), json=json)
    if not json:
        output.say(
            f"ลงทะเบียนแล้วให้ซิงค์ จะได้ทุกรายการที่ {old} เคยส่ง ที่ยังไม่ส่งให้ลงใหม่จากกระดาษ (--from-paper)",
            f"once enrolled, sync: what {old} had sent comes back; enter the rest again from paper",
        )


@app.command("request")
def request(
    label: LabelOption = "tablet",
    succeeds: Annotated[str, typer.Option(help="เครื่องเดิม · the device that this one replaces")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """ขอลงทะเบียนอีกครั้ง · Ask the office again, with a new code: the old one has expired, or was not used."""
    folder = home_at(home)
    tell_request(folder, ask(folder, label=label, replaces=succeeds), json=json)


@app.command("pin")
def change_pin(person: PersonArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """ตั้งหรือเปลี่ยนรหัส PIN · Set an officer's PIN on this device, or another one in its place."""
    folder = home_at(home)
    folder.officer_key(person)  # the PIN that it has is asked for first
    chosen = folder.pad.new_pin(person, is_optional=False)
    assert chosen is not None, "a PIN that must be is chosen, or refused"
    folder.set_pin(person, chosen)
    if json:
        output.print_json({"person": person, "key": folder.public_key(person)})
        return
    output.say(f"ตั้งรหัส PIN ของ {person} บนเครื่องนี้แล้ว", "the PIN is set on this device")


@officer_app.command("add")
def add_officer(
    person: PersonArgument, label: LabelOption = "tablet", home: HomeOption = None, json: JsonOption = False
) -> None:
    """กรรมการใหม่ · A key for another officer on this tablet, and a request for the office."""
    folder = home_at(home)
    pin = folder.pin()
    prepare(folder, pin, [person])
    tell_request(folder, ask(folder, label=label, officers=[person]), json=json)


@officer_app.command("renew")
def renew_officer(
    person: PersonArgument, label: LabelOption = "tablet", home: HomeOption = None, json: JsonOption = False
) -> None:
    """ลืมรหัส PIN · A new key in the place of one whose PIN is forgotten; the office revokes the old one."""
    folder = home_at(home)
    pin = folder.pin()
    # Asked first: what follows puts the old key away.
    chosen = folder.pad.new_pin(person, is_optional=pin.demonstration)
    if folder.officer_key_path(person).exists():
        folder.set_aside(person)
    pins = {person: chosen} if chosen is not None else {}
    folder.create_keys([person], pins=pins, demonstration=pin.demonstration)
    tell_request(folder, ask(folder, label=label, officers=[person]), json=json)


@officer_app.command("list")
def list_officers(home: HomeOption = None, json: JsonOption = False) -> None:
    """รายชื่อกุญแจ · Who has a key here, whether it has a PIN, and whether the network knows it."""
    from sajja_client.books import fold

    folder = home_at(home)
    known = fold(folder).trust.keys
    rows = []
    for person in folder.officers():
        held = known.get(folder.public_key(person))
        state = "unknown" if held is None else "revoked" if held.revoked else "enrolled"
        rows.append({"person": person, "has_pin": folder.is_locked(person), "state": state})
    if json:
        output.print_json(rows)
        return
    thai = {"unknown": "รอสำนักงานลงทะเบียน", "revoked": "ถูกเพิกถอน", "enrolled": "ใช้ได้"}
    for row in rows:
        has_pin = ("มี PIN", "has a PIN") if row["has_pin"] else ("ไม่มี PIN", "no PIN")
        state = str(row["state"])
        output.say(f"{row['person']}: {has_pin[0]} · {thai[state]}", f"{has_pin[1]}, {state}")


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="ไฟล์ที่จะเขียน · the file to write")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """สำรองข้อมูล · Back this tablet up: log, pulled feeds, personal data; never a key."""
    from sajja_client.backup import write_backup
    from sajja_client.log import Log

    with Log.open(home_at(home)) as log:
        about = write_backup(log, file)
    if json:
        output.print_json({"file": str(file), "device": about.device, "lines": about.lines, "unsent": about.unsent})
        return
    output.say(
        f"สำรอง {about.lines} รายการไว้ที่ {file} แล้ว (ยังไม่ได้ส่ง {about.unsent})", f"{about.lines} lines are backed up"
    )
    output.say("ไฟล์นี้มีชื่อสมาชิก เก็บให้มิดชิดเหมือนทะเบียน ไม่มีกุญแจในไฟล์", "it holds names, so lock it away; it holds no key")


@app.command("restore")
def restore_backup(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="ไฟล์สำรอง · the backup")],
    officer: OfficersOption = None,
    label: LabelOption = "tablet",
    server: ServerOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """กู้คืน · A new tablet from a backup: a new device with new keys and a new log, which knows what the old one knew."""
    from sajja_client.backup import restore

    folder = home_at(home)
    about = restore(folder, file)
    pin = msgspec.structs.replace(about.pin, server_url=server) if server is not None else about.pin
    prepare(folder, pin, officer or list(about.officers))
    request = ask(folder, label=label, replaces=about.device)
    tell_request(folder, request, json=json)
    if json:
        return
    output.say(
        "เครื่องนี้เป็นเครื่องใหม่ มีกุญแจและสมุดเล่มใหม่ เริ่มที่ลำดับ 1", "this is a new device with a new log, which begins at line 1"
    )
    output.say(
        f"รายการเดิม {about.lines} รายการ ที่เครือข่ายยังไม่มีจะส่งเมื่อซิงค์ ให้ซิงค์ก่อนเพิกถอนเครื่องเดิม",
        "what the old one had signed is offered at the next sync: sync before the old device is revoked",
    )


def prepare(folder: Home, pin: Pin, officers: list[str], *, without_pins: bool = False) -> None:
    """Pin a folder and make the keys that it is without, each officer's under the PIN that is chosen now."""
    folder.write_pin(pin)
    pins = new_pins(folder, officers, demonstration=pin.demonstration, without_pins=without_pins)
    folder.create_keys(officers, pins=pins, demonstration=pin.demonstration)


def _pinned(handed: Pin, village: str | None, server: str | None) -> Pin:
    code = village or handed.village
    if not is_village(code) or code == OFFICE:
        raise OptionWrong(
            option="--village", given=code, expected="a village's code, such as pp01",
            expected_thai="รหัสหมู่บ้าน เช่น pp01",
        )  # fmt: skip
    pin = pin_for(handed, code)
    return msgspec.structs.replace(pin, server_url=server) if server is not None else pin


def tell_request(folder: Home, request: EnrolmentRequest, *, json: bool) -> None:
    """What to do with a request: the file to carry, the code to read and the QR to scan."""
    pin = folder.pin()
    if json:
        output.print_json(
            {
                "request": str(folder.request_path),
                "device": request.device,
                "code": request.code,
                "qr": request.qr_text,
                "fingerprint": pin.fingerprint,
            }
        )
        return
    from sajja_client.cli.qr import in_groups, show_qr

    output.mark_demonstration(pin)
    output.say(f"เครื่องของ {pin.village} พร้อมบันทึกแล้ว", f"this device of {pin.village} is ready to record")
    output.say(
        f"เครือข่าย {pin.network} ลายนิ้วมือ {in_groups(pin.fingerprint)}",
        "the network's fingerprint; compare it with the office's",
    )
    output.say(f"ส่งไฟล์ {folder.request_path} ให้สำนักงาน", "give this file to the office")
    output.say(
        f"แล้วให้สำนักงานพิมพ์รหัสนี้ หรือสแกน QR: {request.code} (ใช้ได้ครั้งเดียว ภายใน {CODE_HOURS} ชั่วโมง)",
        f"then let it type this code or scan the QR; it is good once, for {CODE_HOURS} h",
    )
    show_qr(request.qr_text)
