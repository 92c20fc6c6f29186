"""The page of life events (docs/life-events.md) and what the tests told: the one never drifts from the other.

Each table of the page stands between `<!-- told: NAME -->` and `<!-- end -->`. A test compares it with what was just
recorded under that name; with SAJJA_WRITE_LIFE_EVENTS=1 it writes the table instead.
"""

import os
import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from sajja_client.wording import SIGNED_BY
from sajja_schemas.events import CATALOGUE
from sajja_schemas.events.base import Approvers, Event
from sajja_schemas.events.ledgers import EntryReversed

PAGE: Final = Path(__file__).parents[2] / "docs" / "life-events.md"
_WRITE: Final = "SAJJA_WRITE_LIFE_EVENTS"
_WHO: Final = {True: "สำนักงาน · office", False: "หมู่บ้าน · village"}
_SIGNED_BY: Final = {
    asked: " · ".join(SIGNED_BY[asked]) + ("" if asked is Approvers.A0 else f" ({asked})") for asked in Approvers
}


class Told(NamedTuple):
    """One entry of a story, as the page tells it."""

    by_office: bool
    tag: str
    classes: tuple[Approvers, ...]


def class_of(event: Event) -> tuple[Approvers, ...]:
    """The approver classes of an event: its own, or the one that a field chooses, and those joined to it."""
    declared = event.declared
    chosen = (there for name, value, there in declared.approvers_where if getattr(event, name) == value)
    # These stories reverse what a member's cash did; three sign, which is enough for any of it.
    own = Approvers.A2 if isinstance(event, EntryReversed) else next(chosen, declared.approvers)
    return (own, *declared.also)


def table(told: Iterable[Told]) -> str:
    """A story as a table: what is said several times in a row stands once."""
    lines = ["| | ผู้บันทึก · recorded by | รายการ · entry | ผู้ลงนาม · signed by |", "| --- | --- | --- | --- |"]
    for at, (one, _again) in enumerate(groupby(told), start=1):
        thai = CATALOGUE[one.tag].declared.thai
        signed = "<br>".join(_SIGNED_BY[approvers] for approvers in one.classes)
        lines.append(f"| {at} | {_WHO[one.by_office]} | {thai} `{one.tag}` | {signed} |")
    return "\n".join(lines)


def is_on_page(name: str, told: Iterable[Told]) -> bool:
    """Whether the page tells a story as it was told."""
    found = _place(name).search(page := PAGE.read_text(encoding="utf-8"))
    assert found is not None, f"docs/life-events.md has no table named {name}"
    made = table(told) + "\n"
    if os.environ.get(_WRITE):
        PAGE.write_text(f"{page[: found.start(1)]}{made}{page[found.end(1) :]}", encoding="utf-8")
        return True
    return found[1] == made


def names_on_page() -> list[str]:
    """The stories that the page tells."""
    return re.findall(r"<!-- told: ([a-z-]+) -->", PAGE.read_text(encoding="utf-8"))


def _place(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- told: {name} -->\n(.*?)<!-- end -->", re.DOTALL)
