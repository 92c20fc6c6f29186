"""What a projection is: a table that people read, declared once, and how its rows are read from the books.

* Every column has its words, its unit and, where it is a derived figure, its formula: so that the formula can stand
  beside the number wherever the number stands.
* The first column is the village whose row it is (`office` for the network's own), and whoever may see one village
  only is given its rows and no others.
* The key is the first columns: no two rows have the same, and rows stand in its order. So a page can go on behind a
  row, whatever came or went meanwhile.
* Stocks are as the books stand at their index. Only ages (days late, days waiting) go by the day that is asked for; a
  past state is asked for by its index. No clock is read here.
* A cell of which nothing is known is empty, and is left out of the row.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from sajja_schemas.indicators.declaring import Lens

Cell: TypeAlias = str | int | bool | date | None
Row: TypeAlias = tuple[Cell, ...]
KEY_SEPARATOR = "/"  # no word of a key has one


class Kind(StrEnum):
    """What stands in a column, and in what it is counted."""

    TEXT = "text"
    DATE = "date"
    MONTH = "month"
    YES_NO = "yes_no"
    COUNT = "count"
    SATANG = "satang"
    DAYS = "days"
    BASIS_POINTS = "basis_points"


WHOLE = frozenset({Kind.COUNT, Kind.SATANG, Kind.DAYS, Kind.BASIS_POINTS})
"""The kinds that are whole numbers."""


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column: its name with its unit, its words, and its formula where it is derived."""

    name: str
    kind: Kind
    thai: str
    english: str
    formula: str = ""


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """A table that people read."""

    name: str
    thai: str
    english: str
    about: str  # what its rows are, and what they sum to
    columns: tuple[Column, ...]
    key: int  # how many of the first columns
    read: Callable[[Lens], Iterable[Row]]

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """What names a row."""
        return row[: self.key]

    def spelled(self, row: Row) -> str:
        """The key of a row in one word, to go on behind it."""
        return KEY_SEPARATOR.join(str(word) for word in self.key_of(row))

    def key_from(self, text: str) -> tuple[Any, ...] | None:
        """The key that a word spells; None where it spells none of this table."""
        words = text.split(KEY_SEPARATOR)
        if len(words) != self.key:
            return None
        try:
            return tuple(_READ.get(one.kind, str)(word) for one, word in zip(self.columns, words, strict=False))
        except ValueError:
            return None

    def named(self, row: Row) -> dict[str, Cell]:
        """A row by its columns' names, without what is empty."""
        return {
            column.name: cell for column, cell in zip(self.columns, row, strict=True) if cell is not None and cell != ""
        }


_READ: dict[Kind, Callable[[str], Any]] = {Kind.DATE: date.fromisoformat, Kind.COUNT: int, Kind.DAYS: int}


def text(name: str, thai: str, english: str, formula: str = "") -> Column:
    """A column of words: an identifier, a state."""
    return Column(name, Kind.TEXT, thai, english, formula)


def day(name: str, thai: str, english: str, formula: str = "") -> Column:
    """A column of business dates."""
    return Column(name, Kind.DATE, thai, english, formula)


def yes_no(name: str, thai: str, english: str, formula: str) -> Column:
    """A column that says whether."""
    return Column(name, Kind.YES_NO, thai, english, formula)


def count(name: str, thai: str, english: str, formula: str) -> Column:
    """A column of numbers without a unit."""
    return Column(name, Kind.COUNT, thai, english, formula)


def satang(name: str, thai: str, english: str, formula: str) -> Column:
    """A column of money; its name ends in `_satang`."""
    return Column(name, Kind.SATANG, thai, english, formula)


def days(name: str, thai: str, english: str, formula: str) -> Column:
    """A column of days counted; its name ends in `_days`."""
    return Column(name, Kind.DAYS, thai, english, formula)


def basis_points(name: str, thai: str, english: str, formula: str) -> Column:
    """A column of shares in hundredths of a per cent; its name ends in `_bp`, or in `_bp_month` for a monthly rate."""
    return Column(name, Kind.BASIS_POINTS, thai, english, formula)


VILLAGE = text("village", "หมู่บ้าน", "village")
MEMBER = text("member", "สมาชิก", "member")


def read_rows(projection: Projection, lens: Lens, village: str | None) -> list[Row]:
    """The rows of a projection in the order of its key: of one village, or all."""
    rows = [row for row in projection.read(lens) if village in {None, row[0]}]
    rows.sort(key=projection.key_of)
    return rows


def page_of(
    projection: Projection, rows: Sequence[Row], after: tuple[Any, ...] | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """So many rows behind a key, and the key to go on behind where there are more."""
    start = 0
    if after is not None:
        low, high = 0, len(rows)
        while low < high:
            middle = (low + high) // 2
            if projection.key_of(rows[middle]) <= after:
                low = middle + 1
            else:
                high = middle
        start = low
    page = rows[start : start + limit]
    return page, projection.spelled(page[-1]) if page and start + limit < len(rows) else None
