"""A workbook as rows: read-only, values only, bounded before anything is unpacked.

A workbook is a zip file of XML, so a small file can be a bomb twice over. Its parts are counted and their unpacked
sizes summed first; entities are refused by defusedxml, which openpyxl uses where it is installed.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Final

import openpyxl

from sajja_client.paper.grid import Find, Heading, RawCell, find_heading, letter
from sajja_client.paper.mistakes import FileTooLarge, Mistakes, NotASpreadsheet, shown
from sajja_schemas import limits

ZIP_MAGIC: Final = b"PK\x03\x04"
OLD_MAGIC: Final = b"\xd0\xcf\x11\xe0"  # .xls, and any workbook with a password
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


class FoundSheet:
    """The sheet that has the headings, and its rows."""

    def __init__(self, name: str, heading: Heading, rows: Iterator[Sequence[RawCell]], merged: list[str]) -> None:
        """`rows` begin behind the headings."""
        self.name = name
        self.heading = heading
        self.rows = rows
        self.merged = merged

    def tell_merged(self, mistakes: Mistakes) -> None:
        """Merged cells beside or below the headings would read as one value and many empty cells."""
        for cells in self.merged:
            first = re.match(r"([A-Z]+)(\d+)", cells)
            if first is not None:
                mistakes.add("merged_cells", int(first[2]), first[1], given=cells)


def find_sheet(path: str, data: bytes, find: Find) -> tuple[FoundSheet | None, list[str]]:
    """The first sheet with the headings, and the names of all that there are.

    Raises:
        FileTooLarge: it has more parts, more bytes or more sheets than any paper book needs.
        NotASpreadsheet: it is broken.
    """
    _refuse_bomb(path, data)
    try:
        return _find_sheet(path, data, find)
    except (FileTooLarge, NotASpreadsheet):
        raise
    except Exception as error:  # a stranger's file can be broken in any way, and openpyxl raises what it met
        raise broken(path, error) from error


def broken(path: str, error: object) -> NotASpreadsheet:
    """Why a file cannot be read, as far as its reader knows."""
    why = shown(f"{type(error).__name__}: {error}" if isinstance(error, Exception) else str(error))
    return NotASpreadsheet(path=path, why=why, why_thai=why)


def _refuse_bomb(path: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise broken(path, error) from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > limits.PAPER_PARTS_MAX:
        raise FileTooLarge(path=path, what=f"{len(parts)} parts")
    # A part that unpacks to more than it declares is cut there and fails its checksum.
    if unpacked > limits.PAPER_UNPACKED_BYTES_MAX:
        raise FileTooLarge(path=path, what=f"{unpacked // 2**20} MiB unpacked")


def _find_sheet(path: str, data: bytes, find: Find) -> tuple[FoundSheet | None, list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    names = [str(name) for name in book.sheetnames]
    if len(names) > limits.PAPER_SHEETS_MAX:
        raise FileTooLarge(path=path, what=f"{len(names)} sheets")
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a sheet says of its own size may be wrong, and rows would be passed over
        rows = _rows(path, sheet)
        heading = find_heading(rows, find)
        if heading is not None:
            merged = _merged(data, str(sheet._worksheet_path), heading)  # type: ignore[attr-defined]  # noqa: SLF001  # nothing else says which part of the file a sheet is
            return FoundSheet(str(sheet.title), heading, rows, merged), names
    return None, names


def _rows(path: str, sheet: Any) -> Iterator[Sequence[RawCell]]:
    empty: Any = None
    for number, row in enumerate(sheet.iter_rows(max_col=limits.PAPER_COLUMNS_MAX), start=1):
        if number > limits.PAPER_PLACES_MAX:  # a row may call itself the ten-billionth, and all before it would be read
            raise FileTooLarge(path=path, what=f"> {limits.PAPER_PLACES_MAX:,} rows")
        if row is empty:  # one and the same stands for each row of a gap, which may be a million long
            yield ()
            continue
        if not any(cell.value is not None for cell in row):
            empty = row
            yield ()
            continue
        yield [(cell.value, cell.number_format or "") if cell.value is not None else (None, "") for cell in row]


def _merged(data: bytes, part: str, heading: Heading) -> list[str]:
    with closing(zipfile.ZipFile(io.BytesIO(data))) as archive:
        text = archive.read(part.lstrip("/"))
    columns = {letter(place) for place in heading.columns.values()}
    found = []
    for first, top, last, bottom in _MERGED.findall(text):
        if int(bottom) >= heading.row and any(_spans(first, last, column) for column in columns):
            found.append(f"{first.decode()}{int(top)}:{last.decode()}{int(bottom)}")
    return found


def _spans(first: bytes, last: bytes, column: str) -> bool:
    lowest, highest = first.decode().rjust(3), last.decode().rjust(3)
    return lowest <= column.rjust(3) <= highest
