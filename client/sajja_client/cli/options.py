"""The options that several commands share, and how their text is read."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from sajja_client.cli.pins import pad
from sajja_client.clock import now_ms, today
from sajja_client.home import HOME_VARIABLE, Home
from sajja_client.office import ROLES, Moment, Officer
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.reasons import NO_DATE
from sajja_schemas.calendar import NotADate, parse_day
from sajja_schemas.entry import OFFICE, is_village

_ID: Final = "[a-z0-9][a-z0-9-]{0,39}"
_OFFICER: Final = re.compile(rf"({_ID})=([a-z_]+)(?:@([a-z0-9]+))?(?::({_ID}))?")

EXIT_CODES: Final = (
    "Exit codes: 0 done; 1 found a problem; 2 written wrongly, nothing was done; 3 no connection, or the server"
    " refused; 4 a conflict: a fork, an entry without effect, another program is writing."
)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar=HOME_VARIABLE, help="โฟลเดอร์ของเครื่องนี้ · this device's folder"),
]
AllOption = Annotated[bool, typer.Option("--all", help="ทั้งหมด ไม่เฉพาะสิบข้อแรก · all of them, not only ten")]
JsonOption = Annotated[bool, typer.Option("--json", help="ผลลัพธ์เป็น JSON (สตางค์) · print JSON, money in satang")]
ByOption = Annotated[str, typer.Option("--by", envvar="SAJJA_BY", help="ผู้บันทึก · the person who records")]
DayOption = Annotated[
    str | None, typer.Option("--day", help="วันที่ของรายการ เช่น 22/08/2563 · the business date; today if absent")
]


class OptionWrong(Problem):
    """An option cannot be understood."""

    code = "option_wrong"
    thai = "{option}: {given} ไม่ถูกต้อง ({expected_thai})"
    english = "{option}: {given} is not {expected}"
    exit_code = EXIT_USAGE

    def __init__(self, *, option: str, given: object, expected: str, expected_thai: str | None = None) -> None:
        super().__init__(option=option, given=given, expected=expected, expected_thai=expected_thai or expected)


def home_at(path: Path | None) -> Home:
    """The home that was named, or this user's; officers are asked for their PINs where it needs them."""
    return Home(path, pad=pad())


def moment(by: str, day: str | None) -> Moment:
    """Now, on the day that was typed."""
    return Moment(by=by, day=day_of(day), recorded_at=now_ms())


def day_of(text: str | None) -> date:
    """A business date that was typed; today where none was."""
    if text is None:
        return today()
    try:
        return parse_day(text)
    except NotADate as error:
        raise OptionWrong(option="--day", given=text, expected=NO_DATE[1], expected_thai=NO_DATE[0]) from error


def officers_of(pairs: list[str], *, may_have_home: bool, may_have_member: bool) -> list[Officer]:
    """`PERSON=ROLE`, `PERSON=ROLE@VILLAGE`, `PERSON=ROLE:MEMBER` or `PERSON=ROLE@VILLAGE:MEMBER`, several times."""
    read = [_officer(pair) for pair in pairs]
    for pair, officer in zip(pairs, read, strict=True):
        if officer.home is not None and not may_have_home:
            raise _wrong(
                pair, "ไม่ใส่ @VILLAGE: ใช้กับกรรมการเครือข่ายเท่านั้น", "without @VILLAGE: only a network officer has it"
            )
        if officer.member is not None and not may_have_member:
            raise _wrong(
                pair,
                "ไม่ใส่ :MEMBER: ใส่ตอนแต่งตั้งด้วย sajja office appoint",
                "without :MEMBER: it is given with sajja office appoint",
            )
    return read


def _officer(pair: str) -> Officer:
    match = _OFFICER.fullmatch(pair)
    if match is None:
        raise _wrong(
            pair,
            "เขียนเป็น PERSON=ROLE, PERSON=ROLE@VILLAGE หรือ PERSON=ROLE:MEMBER รหัสเป็นตัวอักษรอังกฤษเล็ก ตัวเลข และขีด",
            "PERSON=ROLE, PERSON=ROLE@VILLAGE or PERSON=ROLE:MEMBER, with ids of small letters, digits and hyphens",
        )
    person, named, home, member = match.groups()
    role = next((role for role in ROLES if role == named), None)
    if role is None:
        raise _wrong(pair, f"ไม่รู้จักตำแหน่ง {named} ตำแหน่งที่มีคือ {', '.join(ROLES)}", f"one of the roles {', '.join(ROLES)}")
    if home is not None and (not is_village(home) or home == OFFICE):
        raise _wrong(pair, f"{home} ไม่ใช่รหัสหมู่บ้าน เช่น pp01", "with a village's code behind @, such as pp01")
    return Officer(person=person, role=role, home=home, member=member)


def _wrong(pair: str, thai: str, english: str) -> OptionWrong:
    return OptionWrong(option="PERSON=ROLE", given=pair, expected=english, expected_thai=thai)
