"""A CSV file as rows, in the encodings and with the separators that spreadsheets in Thailand write.

UTF-8 with and without its mark, UTF-16 with its mark, and TIS-620 (as Windows-874 has it); comma, semicolon and tab.
The separator is the one under which the headings are found.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from sajja_client.paper.grid import Find, Heading, RawCell, find_heading
from sajja_client.paper.mistakes import Mistakes, NotASpreadsheet
from sajja_schemas import limits

_SEPARATORS: Final = (",", ";", "\t")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(path: str, data: bytes) -> str:
    """The text of a file.

    Raises:
        NotASpreadsheet: in no encoding that is known, or not text at all.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp874"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotASpreadsheet(
        path=path,
        why="neither a workbook nor text in UTF-8 or TIS-620",
        why_thai="ไม่ใช่ไฟล์ตาราง และไม่ใช่ข้อความ UTF-8 หรือ TIS-620",
    )


def find_table(text: str, find: Find) -> tuple[Heading, str] | None:
    """The headings, and the separator under which they are headings."""
    for separator in _SEPARATORS:
        try:
            heading = find_heading(_raw(text, separator), find)
        except csv.Error:
            continue
        if heading is not None:
            return heading, separator
    return None


def rows_behind(text: str, separator: str, heading: Heading, mistakes: Mistakes) -> Iterator[Sequence[RawCell]]:
    """The rows behind the headings; one that cannot be read is the last."""
    number = heading.row
    rows = _raw(text, separator)
    for _ in range(heading.row):
        next(rows)
    while True:
        number += 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            mistakes.add("row_unreadable", number, given=str(error))
            return
        if row is None:
            return
        yield row


def _raw(text: str, separator: str) -> Iterator[Sequence[RawCell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return ([(cell, "") for cell in row[: limits.PAPER_COLUMNS_MAX]] for row in reader)
