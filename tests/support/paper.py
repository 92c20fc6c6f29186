"""Files as a treasurer, a careless hand and an enemy would make them."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

from sajja_client.paper.cells import Known
from sajja_client.paper.columns import COLUMNS, SHEET
from sajja_client.paper.template import EXAMPLE

HEADINGS = tuple(column.heading for column in COLUMNS)
THAI_HEADINGS = tuple(column.thai for column in COLUMNS)
KNOWN = Known(
    ledger="bank:pp01",
    village="pp01",
    members=frozenset(f"pp01-m{number:03}" for number in range(1, 41)),
    villages=frozenset({"pp01", "pp02"}),
)
# A small book that balances: page, account, holder, amount.
BOOK: tuple[tuple[str, ...], ...] = (
    ("1", "1110", "pp01-o4", "300.00"),
    ("1", "1110", "รวม", "300.00"),
    ("2", "3110", "pp01-m001", "100.25"),
    ("2", "3110", "pp01-m002", "199.75"),
    ("2", "3110", "รวม", "300.00"),
)

Rows = Sequence[Sequence[Any]]


def with_row(number: int, row: Sequence[Any]) -> list[Sequence[Any]]:
    """The small book with one of its rows written otherwise; rows are numbered as in the sheet, from 2."""
    rows: list[Sequence[Any]] = list(BOOK)
    rows[number - 2] = row
    return rows


def csv_bytes(rows: Rows = BOOK, *, separator: str = ",", encoding: str = "utf-8", headings: Any = HEADINGS) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator).writerows([headings, *rows])
    return buffer.getvalue().encode(encoding)


def workbook(
    rows: Rows = BOOK,
    *,
    sheet: str = SHEET,
    headings: Any = HEADINGS,
    more: Callable[[Any, Any], None] = lambda _book, _sheet: None,
) -> bytes:
    """A workbook with text cells, and numbers where a row has numbers; `more` does what it likes to book and sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate([headings, *rows]):
            for place, value in enumerate(row):
                page.write(number, place, value)
        more(book, page)
    return buffer.getvalue()


def example() -> bytes:
    """The template's own example."""
    return csv_bytes(EXAMPLE)
