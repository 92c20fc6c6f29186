"""`sajja audit`: an auditor's own device and key. What it shows is folded here, and rests on nobody's word."""

from typing import Annotated

import typer

from sajja_client.cli import output, pending
from sajja_client.cli.options import EXIT_CODES, HomeOption, JsonOption, home_at
from sajja_client.cli.syncing import sync
from sajja_client.cli.tablet import LabelOption, PinOption, ServerOption, prepare, tell_request
from sajja_client.enrol import ask
from sajja_client.office import pin_for, read_pin
from sajja_schemas.entry import OFFICE

app = typer.Typer(
    help=f"ผู้ตรวจสอบ · An auditor's own device and key.\n\n{EXIT_CODES}",
    no_args_is_help=True,
)
app.command("sync")(sync)
app.command("pending")(pending.office_pending)
app.command("approve")(pending.audit_approve)


@app.command("init")
def init(
    pin: PinOption,
    person: Annotated[str, typer.Option(help="รหัสผู้ตรวจสอบ · the auditor's id")],
    label: LabelOption = "auditor",
    server: ServerOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """เตรียมเครื่องผู้ตรวจสอบ · An auditor's own device and key; the office enrols it, and a general meeting appoints."""
    from msgspec.structs import replace

    folder = home_at(home)
    handed = pin_for(read_pin(pin), OFFICE)
    prepare(folder, replace(handed, server_url=server) if server is not None else handed, [person])
    tell_request(folder, ask(folder, label=label), json=json)
    if not json:
        output.say(
            f"สำนักงาน: sajja office enrol แล้ว sajja office appoint {person}=auditor --village รหัส (หรือ office)",
            "the office enrols it, and writes down in which units a general meeting has made this person its auditor",
        )
