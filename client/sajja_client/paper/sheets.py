"""A sheet of what goes out: named columns with their kind, and rows as they come.

Workbook and CSV set the same sheets.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

Value = str | int | date | None
Values = tuple[Value, ...]


class Kind(StrEnum):
    """What a column holds, so that each kind of file can set it."""

    TEXT = "text"
    NUMBER = "number"
    BAHT = "baht"  # satang inside
    DAY = "day"  # shown in B.E.
    ISO = "iso"
    PER_CENT = "per_cent"  # basis points inside


class Head(msgspec.Struct, frozen=True):
    """The head of a column."""

    thai: str
    english: str
    kind: Kind = Kind.TEXT
    width: int = 14

    @property
    def heading(self) -> str:
        """Both languages."""
        return f"{self.thai} · {self.english}"


class Sheet(msgspec.Struct, frozen=True):
    """A table: its Thai name in a workbook, its English name as a file."""

    thai: str
    english: str
    heads: tuple[Head, ...]
    rows: Iterable[Values]
