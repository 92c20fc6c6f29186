"""A sheet as text: what stands in each cell, whatever kind of file it was.

A cell is the text that a person would have typed: a number without its float's tail, a date as ISO. Cells that cannot
be taken as they are (formulas, merged cells, errors) are mistakes, named by their place, and read as empty.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from sajja_client.paper.mistakes import Mistakes
from sajja_schemas import limits

_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff]")
_BE_FROM: Final = 2400
_BE_OFFSET: Final = 543
_PER_CENT: Final = 100
_LETTERS: Final = 26

RawCell = tuple[object, str]  # a value as the file has it, and its number format


class Row(msgspec.Struct, frozen=True):
    """A row below the headings, by its number in the file."""

    number: int
    cells: dict[str, str]  # by the column's key; empty cells are left out


class Heading(msgspec.Struct, frozen=True):
    """Where the headings of a sheet stand."""

    row: int
    columns: dict[str, int]  # key: place, from 0

    def letter(self, key: str) -> str:
        """A, B, ... AA: how a spreadsheet names the column of a key."""
        return letter(self.columns[key]) if key in self.columns else ""


Find = Callable[[Sequence[str]], dict[str, int] | None]  # a row's texts: the places of known headings


def plain(value: object, number_format: str = "") -> str:
    """The text of a value."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value * _PER_CENT if "%" in number_format else value)
        case float():
            # Fifteen digits are what a spreadsheet itself shows: 0.1 + 0.2 is 0.3 there.
            return format(value * _PER_CENT if "%" in number_format else value, ".15g")
        case datetime() | date():
            return _day(value)
        case _:
            return _UNSEEN.sub("", str(value).replace("\u00a0", " ")).strip()


def letter(place: int) -> str:
    """The name of a column by its place from 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def find_heading(rows: Iterator[Sequence[RawCell]], find: Find) -> Heading | None:
    """The headings, within the first rows of a sheet. What is behind them stays in the iterator."""
    for number, row in enumerate(rows, start=1):
        columns = find([plain(value) for value, _format in row])
        if columns is not None:
            return Heading(number, columns)
        if number >= limits.PAPER_HEADING_ROWS_MAX:
            return None
    return None


def read_row(number: int, row: Sequence[RawCell], heading: Heading, mistakes: Mistakes) -> Row:
    """The cells of a row under known headings."""
    cells: dict[str, str] = {}
    for key, place in heading.columns.items():
        value, number_format = row[place] if place < len(row) else (None, "")
        text = plain(value, number_format)
        if text.startswith("="):
            mistakes.add("formula", number, letter(place), given=text)
        elif text.startswith("#") and text.endswith(("!", "?", "/A")):
            mistakes.add("cell_error", number, letter(place), given=text)
        elif len(text) > limits.PAPER_CELL_CHARACTERS_MAX:
            mistakes.add("cell_too_long", number, letter(place), most=limits.PAPER_CELL_CHARACTERS_MAX)
        elif text:
            cells[key] = text
    return Row(number, cells)


def _day(value: date) -> str:
    """A date cell. A spreadsheet without the Thai calendar keeps 2563 as the year 2563 of the common era."""
    if value.year > _BE_FROM:
        return f"{value.year - _BE_OFFSET:04}-{value.month:02}-{value.day:02}"
    return f"{value.year:04}-{value.month:02}-{value.day:02}"
