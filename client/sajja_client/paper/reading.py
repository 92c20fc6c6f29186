"""A file from the paper book as rows of known columns: workbook or CSV, told apart by what is in them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from sajja_client.paper import csv_in, workbook_in
from sajja_client.paper.columns import COLUMNS, find_columns
from sajja_client.paper.grid import Heading, RawCell, Row, read_row
from sajja_client.paper.mistakes import FileTooLarge, Mistakes, NotASpreadsheet, SheetUnknown, TooManyMistakes, shown
from sajja_schemas import limits


class Table(msgspec.Struct, frozen=True):
    """The rows of a file's one sheet with the headings, and what was wrong in their cells."""

    sheet: str
    heading: Heading
    rows: list[Row]
    mistakes: Mistakes


def read_bytes(path: Path) -> bytes:
    """A file's bytes, if a paper book can be that large.

    Raises:
        FileTooLarge, NotASpreadsheet: it is larger, or no file that can be opened.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limits.PAPER_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise workbook_in.broken(str(path), error) from error
    if len(data) > limits.PAPER_FILE_BYTES_MAX:
        raise FileTooLarge(path=path, what=f"> {limits.PAPER_FILE_BYTES_MAX // 2**20} MiB")
    return data


def read_table(path: Path, data: bytes) -> Table:
    """The rows of a file.

    Raises:
        FileTooLarge, NotASpreadsheet, SheetUnknown: nothing of it can be read.
    """
    if data.startswith(workbook_in.OLD_MAGIC):
        raise NotASpreadsheet(path=path, why="an old .xls, or it has a password", why_thai="เป็น .xls แบบเก่า หรือมีรหัสผ่าน")
    if data.startswith(workbook_in.ZIP_MAGIC):
        return _of_workbook(path, data)
    return _of_csv(path, data)


def _of_workbook(path: Path, data: bytes) -> Table:
    found, names = workbook_in.find_sheet(str(path), data, find_columns)
    if found is None:
        raise _unknown(path, names)
    mistakes = Mistakes(found.name)
    try:
        found.tell_merged(mistakes)
    except TooManyMistakes:
        return Table(found.name, found.heading, [], mistakes)
    return _table(path, found.name, found.heading, _guarded(path, found.rows), mistakes)


def _of_csv(path: Path, data: bytes) -> Table:
    text = csv_in.decode(str(path), data)
    found = csv_in.find_table(text, find_columns)
    if found is None:
        raise _unknown(path, [path.name])
    heading, separator = found
    mistakes = Mistakes(path.name)
    return _table(path, path.name, heading, csv_in.rows_behind(text, separator, heading, mistakes), mistakes)


def _table(path: Path, name: str, heading: Heading, rows: Iterator[Sequence[RawCell]], mistakes: Mistakes) -> Table:
    read: list[Row] = []
    try:
        for number, raw in enumerate(rows, start=heading.row + 1):
            row = read_row(number, raw, heading, mistakes) if raw else None
            if row is not None and row.cells:
                read.append(row)
            if len(read) > limits.PAPER_ROWS_MAX:
                raise FileTooLarge(path=path, what=f"> {limits.PAPER_ROWS_MAX:,} rows")
        if not read and not mistakes.found:
            mistakes.add("sheet_empty", heading.row + 1)
    except TooManyMistakes:
        pass  # those that were found are told
    return Table(name, heading, read, mistakes)


def _guarded(path: Path, rows: Iterator[Sequence[RawCell]]) -> Iterator[Sequence[RawCell]]:
    """The rows of a workbook are parsed as they are asked for, so its faults show here too."""
    while True:
        try:
            row = next(rows, None)
        except FileTooLarge:
            raise
        except Exception as error:  # a stranger's file can be broken in any way, and openpyxl raises what it met
            raise workbook_in.broken(str(path), error) from error
        if row is None:
            return
        yield row


def _unknown(path: Path, names: list[str]) -> SheetUnknown:
    headings = ", ".join(column.thai for column in COLUMNS if column.is_required)
    return SheetUnknown(path=path, headings=headings, sheets=", ".join(shown(name) for name in names[:10]))
