"""The options that several commands share, and how their text is read."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from sajja_client.clock import now_ms, today
from sajja_client.home import HOME_VARIABLE, Home
from sajja_client.office import ROLES, Moment
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_schemas.calendar import NotADate, parse_date
from sajja_schemas.events.trust import Role

EXIT_CODES: Final = (
    "Exit codes: 0 done; 1 found a problem; 2 written wrongly, nothing was done; 3 no connection, or the server"
    " refused; 4 a conflict: a fork, an entry without effect, another program is writing."
)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar=HOME_VARIABLE, help="โฟลเดอร์ของเครื่องนี้ · this device's folder"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="ผลลัพธ์เป็น JSON (สตางค์) · print JSON, money in satang")]
ByOption = Annotated[str, typer.Option("--by", envvar="SAJJA_BY", help="ผู้บันทึก · the person who records")]
DayOption = Annotated[
    str | None, typer.Option("--day", help="วันที่ของรายการ เช่น 22/08/2563 · the business date; today if absent")
]


class OptionWrong(Problem):
    """An option cannot be understood."""

    code = "option_wrong"
    thai = "{option}: {given} ไม่ถูกต้อง ({expected})"
    english = "{option}: {given} is not {expected}"
    exit_code = EXIT_USAGE


def home_at(path: Path | None) -> Home:
    """The home that was named, or this user's."""
    return Home(path)


def moment(by: str, day: str | None) -> Moment:
    """Now, on the day that was typed."""
    return Moment(by=by, day=day_of(day), recorded_at=now_ms())


def day_of(text: str | None) -> date:
    """A business date that was typed; today where none was."""
    if text is None:
        return today()
    try:
        return parse_date(text)
    except NotADate as error:
        raise OptionWrong(option="--day", given=text, expected=str(error)) from error


def roles_of(pairs: list[str]) -> list[tuple[str, Role]]:
    """`PERSON=ROLE`, several times."""
    read: list[tuple[str, Role]] = []
    for pair in pairs:
        person, _, role = pair.partition("=")
        if not person or role not in ROLES:
            raise OptionWrong(option="PERSON=ROLE", given=pair, expected=f"PERSON={'|'.join(ROLES)}")
        read.append((person, role))  # type: ignore[arg-type]  # it is one of Role's own values
    return read
