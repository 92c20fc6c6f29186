"""A file held against the paper book: what agrees is read, what does not is told by its cell, and nothing raises."""

import contextlib
import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sajja_client.paper.mistakes import FileTooLarge, NotASpreadsheet, SheetUnknown
from sajja_client.paper.openings import Openings, read_openings
from sajja_client.paper.reading import read_bytes, read_table
from sajja_client.paper.template import template
from sajja_client.problems import Problem
from sajja_schemas import limits
from sajja_schemas.money import format_baht
from support.paper import BOOK, HEADINGS, KNOWN, THAI_HEADINGS, csv_bytes, example, with_row, workbook


def read(data: bytes, name: str = "openings.xlsx") -> Openings:
    return read_openings(read_table(Path(name), data), KNOWN)


def codes(data: bytes) -> list[str]:
    return [mistake.code for mistake in read(data).mistakes]


def test_the_small_book_is_read_with_its_pages_and_totals() -> None:
    openings = read(workbook())
    assert not openings.mistakes
    assert [(line.page, line.account, line.sub, line.amount_satang) for line in openings.lines] == [
        (1, 1110, "pp01-o4", 30_000),
        (2, 3110, "pp01-m001", -10_025),
        (2, 3110, "pp01-m002", -19_975),
    ]
    assert [(one.page, one.account, one.difference_satang) for one in openings.compared] == [(1, 1110, 0), (2, 3110, 0)]
    assert (openings.debit_satang, openings.credit_satang, openings.pages) == (30_000, 30_000, [1, 2])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_in_each_encoding_and_with_each_separator(encoding: str, separator: str) -> None:
    data = csv_bytes(separator=separator, encoding=encoding, headings=THAI_HEADINGS)
    assert read(data, "a.csv").lines == read(workbook()).lines


def test_the_templates_own_example_imports_and_the_empty_form_says_it_is_empty() -> None:
    """Its numbers are Thai and Arabic, its loan has terms, and its loss stands on the other side."""
    openings = read(example())
    assert not openings.mistakes
    (loan,) = [line.loan for line in openings.lines if line.loan is not None]
    assert (loan.member, loan.principal_satang, loan.months, loan.rate_bp_month) == ("pp01-m001", 1_200_000, 12, 100)
    assert (loan.method, loan.first_due) == ("declining", date(2020, 2, 5))
    assert [line.amount_satang for line in openings.lines if line.account == 3310] == [50_000]
    assert codes(template("bank:pp01")) == ["sheet_empty"]


def test_headings_may_stand_below_a_title_and_in_another_order() -> None:
    order = (3, 0, 2, 1)
    rows = [("บัญชียกยอด ธนาคารหมู่บ้าน",), (), *[[row[at] for at in order] for row in [HEADINGS, *BOOK]]]
    openings = read(workbook(rows, headings=("",)))
    assert not openings.mistakes
    assert len(openings.lines) == 3


def test_a_formatted_number_a_date_cell_and_a_percentage_are_read() -> None:
    def loan(book: Any, page: Any) -> None:
        row = ("2", "1210", "pp01-l1", 100.5, "", "1", 120, 12)
        for place, value in enumerate(row):
            page.write(6, place, value)
        page.write_number(6, 8, 0.0125, book.add_format({"num_format": "0.00%"}))
        page.write(6, 9, "รายวัน")
        page.write_datetime(6, 10, datetime(2563, 2, 5), book.add_format({"num_format": "dd/mm/yyyy"}))  # noqa: DTZ001  # a cell has no zone
        for place, value in enumerate(("2", "1210", "รวม", 100.5)):
            page.write(7, place, value)
        for place, value in enumerate(("2", "3210", "", 100.5)):
            page.write(8, place, value)
        for place, value in enumerate(("2", "3210", "รวม", 100.5)):
            page.write(9, place, value)

    openings = read(workbook(more=loan))
    assert not openings.mistakes
    (terms,) = [line.loan for line in openings.lines if line.loan is not None]
    assert (terms.rate_bp_month, terms.method, terms.first_due) == (125, "act_365", date(2020, 2, 5))


WHOLE = workbook()  # made once: a workbook carries the moment of its making
amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=40)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(amounts, st.integers(1, 7), st.booleans())
def test_any_book_that_agrees_with_itself_is_taken_whole(shares: list[int], page_lines: int, as_workbook: bool) -> None:
    rows: list[tuple[str, ...]] = [
        ("1", "1110", "pp01-o4", format_baht(sum(shares))),
        ("1", "1110", "รวม", format_baht(sum(shares))),
    ]
    for start in range(0, len(shares), page_lines):
        listed = shares[start : start + page_lines]
        page = str(2 + start // page_lines)
        rows += [
            (page, "3110", f"pp01-m{number:03}", format_baht(amount))
            for number, amount in enumerate(listed, start=start + 1)
        ]
        rows.append((page, "3110", "รวม", format_baht(sum(listed))))
    rows.append(("", "3110", "รวม", format_baht(sum(shares))))  # and the whole book's
    openings = read(workbook(rows) if as_workbook else csv_bytes(rows))
    assert not openings.mistakes
    assert sum(line.amount_satang for line in openings.lines) == 0
    assert openings.credit_satang == sum(shares)


def merge(book: Any, page: Any) -> None:
    page.merge_range("A4:A5", "2", book.add_format())


def formula(_book: Any, page: Any) -> None:
    page.write_formula("D4", "=100+0.25", None, 100.25)


def error_cell(_book: Any, page: Any) -> None:
    page.write_formula("D4", "=1/0", None, "#DIV/0!")


# What is done to the small book: the codes, and the cell of the first.
ROWS: list[tuple[str, bytes, list[str], str]] = [
    ("merged cells", workbook(more=merge), ["merged_cells"], "ยกยอด!A4"),
    ("a formula", workbook(more=formula), ["formula"], "ยกยอด!D4"),
    ("a formula with an error", workbook(more=error_cell), ["formula"], "ยกยอด!D4"),
    ("a formula in a csv", csv_bytes(with_row(4, ("2", "3110", "1", "=1+1"))), ["formula"], "a.csv!D4"),
    ("an error", csv_bytes(with_row(4, ("2", "3110", "1", "#REF!"))), ["cell_error"], "a.csv!D4"),
    ("Thai digits", workbook(with_row(4, ("๒", "๓๑๑๐", "๑", "๑๐๐.๒๕"))), [], ""),
    ("a wrong total", workbook(with_row(6, ("2", "3110", "รวม", "301.00"))), ["total_differs"], "ยกยอด!D6"),
    ("no total", workbook(BOOK[:4]), ["total_missing"], "ยกยอด!D5"),
    ("a total of nothing", workbook([*BOOK, ("3", "3110", "รวม", "1")]), ["total_without_lines"], "ยกยอด!D7"),
    ("a total twice", workbook([*BOOK, BOOK[4]]), ["total_twice"], "ยกยอด!D7"),
    ("sides that differ", workbook(BOOK[:2]), ["not_balanced"], "ยกยอด"),
    ("no rows", workbook(()), ["sheet_empty"], "ยกยอด!2"),
    (
        "a member twice",
        workbook(with_row(5, ("2", "3110", "1", "199.75"))),
        ["line_twice"],
        "ยกยอด!C5",
    ),
    ("an unknown member", workbook(with_row(4, ("2", "3110", "pp01-m999", "1"))), ["member_unknown"], "ยกยอด!C4"),
    ("an unknown account", workbook(with_row(4, ("2", "3111", "1", "1"))), ["account_unknown"], "ยกยอด!B4"),
    ("another ledger's account", workbook(with_row(4, ("2", "3410", "", "1"))), ["account_not_here"], "ยกยอด!B4"),
    ("the clearing account", workbook(with_row(4, ("2", "3900", "", "1"))), ["account_is_clearing"], "ยกยอด!B4"),
    ("a negative amount", workbook(with_row(4, ("2", "3110", "1", -100.25))), ["amount_negative"], "ยกยอด!D4"),
    ("three decimals", workbook(with_row(4, ("2", "3110", "1", 100.255))), ["amount_too_fine"], "ยกยอด!D4"),
    ("no amount", workbook(with_row(4, ("2", "3110", "1", ""))), ["amount_missing"], "ยกยอด!D4"),
    ("nothing", workbook(with_row(4, ("2", "3110", "1", 0))), ["amount_zero"], "ยกยอด!D4"),
    ("no holder", workbook(with_row(4, ("2", "3110", "", "100.25"))), ["holder_missing"], "ยกยอด!C4"),
    ("a holder too many", workbook(with_row(4, ("2", "3210", "x", "100.25"))), ["holder_unneeded"], "ยกยอด!C4"),
    ("no page", workbook(with_row(4, ("", "3110", "1", "100.25"))), ["page_wrong"], "ยกยอด!A4"),
    ("no such side", workbook(with_row(4, ("2", "3110", "1", "100.25", "left"))), ["side_wrong"], "ยกยอด!E4"),
    (
        "29 February of a common year",
        csv_bytes(with_row(4, ("2", "1210", "l1", "8", "", "1", "9", "12", "1", "declining", "29/02/2564"))),
        ["date_wrong"],
        "a.csv!K4",
    ),
    (
        "half a contract",
        csv_bytes(with_row(4, ("2", "1210", "l1", "8", "", "1", "9"))),
        ["terms_incomplete"],
        "a.csv!H4",
    ),
    ("terms of no loan", csv_bytes(with_row(4, ("2", "3110", "1", "8", "", "1"))), ["terms_unneeded"], "a.csv!F4"),
    (
        "a loan that grew",
        csv_bytes(with_row(4, ("2", "1210", "l1", "80", "", "1", "9", "12", "1", "declining", "1/2/63"))),
        ["original_too_small"],
        "a.csv!G4",
    ),
    (
        "ten thousand characters",
        csv_bytes(with_row(4, ("2", "3110", "x" * 10_000, "1"))),
        ["cell_too_long"],
        "a.csv!C4",
    ),
    ("an open quotation", csv_bytes() + b'1,"x', ["row_unreadable"], "a.csv!7"),
]


@pytest.mark.parametrize(("data", "expected", "place"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_mistake_is_told_by_its_cell(data: bytes, expected: list[str], place: str) -> None:
    """In Thai and in English with its code, and the first one names the cell that the hand must go to."""
    openings = read(data, "a.csv")
    found = [mistake.code for mistake in openings.mistakes]
    assert found[: len(expected)] == expected
    if expected:
        first = openings.mistakes[0]
        assert first.place == place
        assert first.thai != first.english
        assert "{" not in first.thai + first.english
    else:
        assert not found


def test_one_mistake_does_not_hide_another() -> None:
    rows = [("x", "9999", "?", "-1", "left", "1"), ("1", "1110", "pp01-o4", "1.234")]
    found = codes(workbook(rows))
    assert {"page_wrong", "account_unknown", "amount_negative", "side_wrong", "amount_too_fine"} <= set(found)


def test_a_file_full_of_mistakes_is_told_up_to_a_bound() -> None:
    rows = [("x", "9999", "?", "-1")] * 5_000
    assert len(codes(csv_bytes(rows))) == limits.PAPER_MISTAKES_MAX


def bomb(declared: int | None = None) -> bytes:
    """A workbook whose sheet unpacks to gigabytes, in what its zip says or in truth."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(workbook())) as good:
            for name in good.namelist():
                archive.writestr(name, good.read(name))
        with archive.open("xl/bomb.xml", "w") as part:
            for _ in range(100):
                part.write(bytes(1024 * 1024))
    data = buffer.getvalue()
    if declared is not None:  # the directory's word for how large the part is
        at = data.rindex(b"xl/bomb.xml") - 46
        data = data[: at + 24] + struct.pack("<I", declared) + data[at + 28 :]
    return data


def entities() -> bytes:
    """A workbook whose XML would unfold to a billion laughs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as good, zipfile.ZipFile(buffer, "w") as archive:
        for name in good.namelist():
            data = good.read(name)
            if name == "xl/sharedStrings.xml":
                head, rest = data.split(b"<sst", 1)
                data = head + b'<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;">]><sst' + rest
            archive.writestr(name, data)
    return buffer.getvalue()


def cut_in_half() -> bytes:
    whole = workbook()
    return whole[: len(whole) // 2]


def parts() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(limits.PAPER_PARTS_MAX + 1):
            archive.writestr(str(number), b"")
    return buffer.getvalue()


def not_a_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", b"<x/>")
    return buffer.getvalue()


def with_rows(more: bytes, dimension: bytes = b"A1:D6") -> bytes:
    """A workbook whose sheet has more rows than it says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as good, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            data = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", more + b"</sheetData>")
                data = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + dimension + b'"', data)
            archive.writestr(name, data)
    return buffer.getvalue()


def test_rows_behind_what_a_sheet_says_of_itself_are_read_all_the_same() -> None:
    """Some programs write a wrong size; no balance is passed over for it."""
    more = b'<row r="900"><c r="A900"><v>3</v></c></row>'
    found = read(with_rows(more, dimension=b"A1")).mistakes
    assert ("account_unknown", 900) in [(mistake.code, mistake.row) for mistake in found]


HOSTILE: list[tuple[str, Callable[[], bytes], type[Problem]]] = [
    ("a zip bomb", bomb, FileTooLarge),
    ("entities in the XML", entities, NotASpreadsheet),
    ("cut in half", cut_in_half, NotASpreadsheet),
    ("a zip of too many parts", parts, FileTooLarge),
    ("another kind of zip", not_a_workbook, NotASpreadsheet),
    ("a row that calls itself the billionth", lambda: with_rows(b'<row r="9999999999"/>'), FileTooLarge),
    ("an old workbook", lambda: b"\xd0\xcf\x11\xe0" + bytes(600), NotASpreadsheet),
    ("a picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(300), NotASpreadsheet),
    ("an empty file", lambda: b"", SheetUnknown),
    ("another table", lambda: csv_bytes(headings=("a", "b")), SheetUnknown),
    ("a sheet of another form", lambda: workbook(headings=("a", "b")), SheetUnknown),
    ("more rows than a book has", lambda: csv_bytes([BOOK[2]] * (limits.PAPER_ROWS_MAX + 1)), FileTooLarge),
]


@pytest.mark.parametrize(("make", "problem"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    make: Callable[[], bytes], problem: type[Problem]
) -> None:
    with pytest.raises(problem) as refused:
        read(make())
    assert refused.value.thai_sentence != refused.value.english_sentence


def test_a_zip_that_lies_about_its_sizes_unpacks_no_more_than_it_says() -> None:
    """The part is cut where it said that it ends; the sheet beside it is read, and memory is not filled."""
    assert not codes(bomb(declared=1_000))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_damaged_anywhere_is_refused_or_read_and_never_raises(data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Problem):
        read(bytes(whole))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", csv_bytes(()), b"PK\x03\x04", b"\xff\xfe"]))
def test_any_bytes_are_refused_or_read_and_never_raise(tail: bytes, head: bytes) -> None:
    with contextlib.suppress(Problem):
        read(head + tail)


def test_a_huge_file_is_not_read_at_all(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(limits.PAPER_FILE_BYTES_MAX + 1)
    with pytest.raises(FileTooLarge):
        read_bytes(huge)
    with pytest.raises(NotASpreadsheet):
        read_bytes(tmp_path / "nowhere.xlsx")
    with pytest.raises(NotASpreadsheet):
        read_bytes(tmp_path)
