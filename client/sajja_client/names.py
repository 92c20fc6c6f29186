"""How people are shown: by name with the id beside it where this device knows the name, else by the id alone.

* Names come from personal parts. They are read where they are shown and kept nowhere else, so that an erased part
  leaves the id alone at the next look; what is written for programs has ids only.
* What has no effect names nobody: whoever stole a tablet renames no one.
* An officer is named by the membership that the appointment tells.
* A name is foreign text: it stands on one line, everything in it can be seen, and it is never longer than a line.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from sajja_client.parts import PersonalLine, personal_lines
from sajja_client.wording import visible
from sajja_schemas.books import Books
from sajja_schemas.events import tag_of
from sajja_schemas.personal_data import IDENTIFYING, Person, subject_of

NAME_CHARACTERS_MAX: Final = 60


class Names:
    """Who stands behind an id, as far as this device knows."""

    __slots__ = ("_memberships", "_of_members")

    def __init__(
        self, of_members: Mapping[str, str] | None = None, memberships: Mapping[str, set[str]] | None = None
    ) -> None:
        """`memberships` are the officers' own member ids."""
        self._of_members = of_members or {}
        self._memberships = memberships or {}

    def of(self, who: str) -> str:
        """The name of a member or an officer; nothing where it is not known."""
        name = self._of_members.get(who)
        if name is None:
            own = sorted(self._memberships.get(who, ()))
            name = next((known for member in own if (known := self._of_members.get(member))), "")
        return name

    def shown(self, who: str) -> str:
        """What a person reads for an id: `นางสมมุติ ตัวอย่าง (pp01-m001)`, or the id alone."""
        name = self.of(who)
        return f"{name} ({who})" if name else who

    def __repr__(self) -> str:
        return f"Names({len(self._of_members)})"  # it may end in a traceback


def read_names(connection: sqlite3.Connection, books: Books) -> Names:
    """The names that the personal parts of this device tell."""
    lines: dict[str, list[PersonalLine]] = {}
    for line in personal_lines(connection):
        member = subject_of(line.event)
        if member is not None:
            lines.setdefault(member, []).append(line)
    named = {member: name for member, of_member in lines.items() if (name := name_of(told_of(of_member, books)))}
    return Names(named, books.trust.memberships)


def told_of(lines: Iterable[PersonalLine], books: Books) -> dict[str, Any]:
    """What these parts tell of one person: the newest wins, field by field; what has no effect says nothing."""
    told: dict[str, Any] = {}
    for line in lines:
        if not isinstance(line.personal, Person) or line.entry.hash in books.quarantined:
            continue
        if tag_of(line.event) in IDENTIFYING:
            told |= msgspec.to_builtins(line.personal)
    told.pop("kind", None)
    return told


def name_of(told: Mapping[str, Any]) -> str:
    """A name as it is said in Thai: the title and the first name are one word."""
    name = f"{told.get('title', '')}{told.get('first_name', '')} {told.get('last_name', '')}"
    seen = visible(" ".join(name.split()))
    return seen if len(seen) <= NAME_CHARACTERS_MAX else seen[: NAME_CHARACTERS_MAX - 1] + "…"
