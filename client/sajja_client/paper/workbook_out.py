"""Sheets as a workbook. Text is always text: what begins with = + - or @ is never a formula.

Baht are numbers, so that a spreadsheet can add them; it keeps fifteen digits, which is a hundred thousand times what
this network holds. Days are cells of days, shown in the Buddhist era.
"""

import re
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from sajja_client.durable import replaced_file
from sajja_client.paper.sheets import Kind, Sheet, Value
from sajja_schemas.money import SATANG_PER_BAHT

ROWS_MAX: Final = 1_000_000  # below a workbook's 1,048,576; what is more goes on in another sheet
_FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.NUMBER: "0",
    Kind.BAHT: "#,##0.00;[Red]-#,##0.00",
    Kind.DAY: "[$-107041E]d mmm yyyy",
    Kind.ISO: "@",
    Kind.PER_CENT: "0.00",
}
_NO_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")  # one such letter, and no program would open the file
_FONT: Final = {"font_name": "TH Sarabun New", "font_size": 14}


def write_workbook(path: Path, sheets: list[Sheet], *, rows_max: int = ROWS_MAX) -> dict[str, int]:
    """Write the workbook whole or not at all. Gives the rows of each sheet by its English name."""
    written: dict[str, int] = {}
    with replaced_file(path) as unfinished:
        # Rows go straight to the disk, so fifty thousand entries need no more memory than one.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(unfinished), options) as book:
            formats = {kind: book.add_format({**_FONT, "num_format": form}) for kind, form in _FORMATS.items()}
            head = book.add_format({**_FONT, "bold": True, "text_wrap": True, "valign": "top", "bg_color": "#D9EAD3"})
            for sheet in sheets:
                written[sheet.english] = _write_sheet(book, sheet, formats, head, rows_max)
    return written


def _write_sheet(book: Any, sheet: Sheet, formats: dict[Kind, Any], head: Any, rows_max: int) -> int:
    page, pages, total = _begin(book, sheet, 1, formats, head), 1, 0
    row = 0
    for values in sheet.rows:
        if row == rows_max:
            pages, row = pages + 1, 0
            page = _begin(book, sheet, pages, formats, head)
        row += 1
        total += 1
        for place, (column, value) in enumerate(zip(sheet.heads, values, strict=True)):
            _write(page, row, place, column.kind, value)
    return total


def _begin(book: Any, sheet: Sheet, pages: int, formats: dict[Kind, Any], head: Any) -> Any:
    page = book.add_worksheet(sheet.thai if pages == 1 else f"{sheet.thai} {pages}")
    for place, column in enumerate(sheet.heads):
        page.set_column(place, place, column.width, formats[column.kind])
        page.write_string(0, place, column.heading, head)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    return page


def _write(page: Any, row: int, place: int, kind: Kind, value: Value) -> None:
    match value:
        case None | "":
            return
        case int() if kind in {Kind.BAHT, Kind.PER_CENT}:
            page.write_number(row, place, value / SATANG_PER_BAHT)
        case int():
            page.write_number(row, place, value)
        case date() if kind is Kind.DAY:
            page.write_datetime(row, place, value)
        case date():
            page.write_string(row, place, value.isoformat())
        case _:
            page.write_string(row, place, _NO_XML.sub("\ufffd", value))
