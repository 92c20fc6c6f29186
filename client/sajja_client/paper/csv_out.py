"""Sheets as CSV files: UTF-8 with its mark, as spreadsheets want it, and safe to open in one.

A text that a spreadsheet would take for a formula is given an apostrophe in front, as OWASP advises; a number, even a
negative one, is a number.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Final

from sajja_client.durable import replaced_file
from sajja_client.paper.sheets import Kind, Sheet, Value
from sajja_schemas.calendar import format_thai
from sajja_schemas.money import format_baht

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, sheet: Sheet) -> int:
    """Write a sheet whole or not at all. Gives its rows."""
    total = 0
    with replaced_file(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([head.heading for head in sheet.heads])
        for values in sheet.rows:
            writer.writerow([text(head.kind, value) for head, value in zip(sheet.heads, values, strict=True)])
            total += 1
    return total


def text(kind: Kind, value: Value) -> str:
    """A value as a cell of a CSV file."""
    match value:
        case None:
            return ""
        case int() if kind in {Kind.BAHT, Kind.PER_CENT}:
            return format_baht(value).replace(",", "")
        case int():
            return str(value)
        case date() if kind is Kind.DAY:
            return format_thai(value, short=True)
        case date():
            return value.isoformat()
        case _:
            return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
