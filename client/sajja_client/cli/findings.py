"""`findings`, of a village and of the office: what somebody must look at, the gravest first, and what to do next."""

from datetime import date
from typing import Any

from sajja_client.books import fold
from sajja_client.cli import output
from sajja_client.clock import now_ms
from sajja_client.home import Home
from sajja_schemas import rules
from sajja_schemas.calendar import format_thai, reached_day
from sajja_schemas.entry import OFFICE
from sajja_schemas.findings import SHOWN_UNASKED, Finding, Severity
from sajja_schemas.rules import RULES

told = rules.told
_MARKS = {
    Severity.HIGH: ("สูง", "high", "red"),
    Severity.MEDIUM: ("กลาง", "medium", "yellow"),
    Severity.LOW: ("ต่ำ", "low", ""),
}
_OWNERS = {"treasurer": "เหรัญญิก", "committee": "กรรมการ", "network": "เครือข่าย", "auditor": "ผู้ตรวจสอบ"}


def show_findings(home: Home, on: date | None, *, everything: bool, json: bool) -> None:
    """Print what stands in this device's books; a village sees its own."""
    pin = home.pin()
    books = fold(home)
    day = on or reached_day(books.reached.values(), now_ms())
    own = [one for one in rules.findings(books, day) if pin.village in {OFFICE, one.village}]
    shown = own if everything else own[:SHOWN_UNASKED]
    if json:
        output.print_json({"on": day, "total": len(own), "findings": [rules.told(one) for one in shown]})
        return
    from rich.console import Console

    output.mark_demonstration(pin)
    if not own:
        output.say(f"ณ {format_thai(day)} ไม่มีข้อสังเกต", f"nothing to look at on {day}")
        return
    Console().print(_table(shown, english_first=output.is_english()))
    if len(shown) < len(own):
        output.say(
            f"แสดง {len(shown)} จาก {len(own)} ข้อ ดูทั้งหมดด้วย --all", f"{len(shown)} of {len(own)}; --all shows them all"
        )


def _table(shown: list[Finding], *, english_first: bool) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_lines=True)
    for heading in ("ระดับ · severity", "ข้อสังเกต · finding", "ทำต่อไป · next"):
        table.add_column(heading, overflow="fold")
    for one in shown:
        rule = RULES[one.code]
        thai, english, colour = _MARKS[rule.severity]
        said = [escape(sentence) for sentence in rule.sentences(one)]
        to_do = (rule.next_thai, rule.next_english)
        first, second = (1, 0) if english_first else (0, 1)
        mark = f"{thai} · {english}\n{_OWNERS[rule.owner]} · {rule.owner}"
        table.add_row(
            f"[{colour}]{mark}[/]" if colour else mark,
            f"{one.village} {one.code}\n{said[first]}\n[dim]{said[second]}\n{one.name}[/]",
            f"{to_do[first]}\n[dim]{to_do[second]}[/]",
        )
    return table
