"""What goes out opens in any spreadsheet, adds up there, and can do no harm in it."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_client.paper.csv_out import text, write_csv
from sajja_client.paper.sheets import Head, Kind, Sheet, Values
from sajja_client.paper.workbook_out import write_workbook
from sajja_schemas.money import format_baht

HEADS = (
    Head("ข้อความ", "text"),
    Head("เงิน", "money", Kind.BAHT),
    Head("วัน", "day", Kind.DAY),
    Head("ไอเอสโอ", "iso", Kind.ISO),
    Head("จำนวน", "number", Kind.NUMBER),
)
HARMFUL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")')
DAY = date(2020, 8, 22)


def sheet(rows: list[Values]) -> Sheet:
    return Sheet("แผ่น", "sheet", HEADS, rows)


def test_a_workbook_has_numbers_days_and_text(tmp_path: Path) -> None:
    """Money can be added, days are of the Buddhist era, and what begins like a formula is text."""
    path = tmp_path / "a.xlsx"
    rows: list[Values] = [(harm, -123_450, DAY, DAY, 7) for harm in HARMFUL]
    assert write_workbook(path, [sheet([*rows, ("", None, None, None, None)])]) == {"sheet": len(HARMFUL) + 1}
    page = openpyxl.load_workbook(path)["แผ่น"]
    assert [cell.value for cell in page[1]] == [head.heading for head in HEADS]
    for number, harm in enumerate(HARMFUL, start=2):
        cells = page[number]
        assert (cells[0].data_type, str(cells[0].value).replace("_x000D_", "\r")) == ("s", harm)
        assert cells[1].value == -1_234.5
        assert (cells[2].value, cells[2].number_format) == (datetime(2020, 8, 22), "[$-107041E]d mmm yyyy")  # noqa: DTZ001  # a cell has no zone
        assert (cells[3].value, cells[4].value) == ("2020-08-22", 7)


def test_letters_that_no_file_may_hold_do_not_break_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, [sheet([("a\ufffeb\uffffc\x1bd", 1, DAY, DAY, 1)])])
    assert openpyxl.load_workbook(path)["แผ่น"]["A2"].value in {"a\ufffdb\ufffdc\x1bd", "a\ufffdb\ufffdc_x001B_d"}


def test_a_sheet_that_is_full_goes_on_in_another(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, [sheet([("x", number, DAY, DAY, 1) for number in range(25)])], rows_max=10)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["แผ่น", "แผ่น 2", "แผ่น 3"]
    assert [book[name].max_row - 1 for name in book.sheetnames] == [10, 10, 5]


def test_a_csv_does_no_harm_in_a_spreadsheet(tmp_path: Path) -> None:
    """A text that begins like a formula has an apostrophe in front; a negative number is a number."""
    path = tmp_path / "a.csv"
    write_csv(path, sheet([(harm, -123_450, DAY, DAY, -7) for harm in HARMFUL]))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "spreadsheets take UTF-8 by its mark"
    with path.open(encoding="utf-8-sig", newline="") as file:
        _heads, *rows = list(csv.reader(file))
    assert [row[0] for row in rows] == [f"'{harm}" for harm in HARMFUL]
    assert rows[0][1:] == ["-1234.50", "22 ส.ค. 2563", "2020-08-22", "-7"]


@given(st.text())
def test_no_text_begins_like_a_formula(value: str) -> None:
    assert not text(Kind.TEXT, value).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.integers(-(10**13), 10**13))
def test_money_is_exact_in_both(amount: int) -> None:
    """A spreadsheet keeps fifteen digits: a hundred billion baht to the satang."""
    assert text(Kind.BAHT, amount) == format_baht(amount).replace(",", "")
    assert f"{amount / 100:.15G}" == f"{amount / 100}".removesuffix(".0") or amount % 100 == 0


def test_what_breaks_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")

    def breaks() -> Iterator[Values]:
        yield "x", 1, DAY, DAY, 1
        raise OSError("the disk is full")

    for write in (lambda: write_csv(path, Sheet("a", "a", HEADS, breaks())),
                  lambda: write_workbook(path, [Sheet("a", "a", HEADS, breaks())])):  # fmt: skip
        with pytest.raises(OSError, match="full"):
            write()
        assert path.read_text(encoding="utf-8") == "old"
        assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
