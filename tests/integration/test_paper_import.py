"""Moving in from the paper book, as a treasurer does it: a form, a dry run, one batch, three officers."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sajja_client.books import fold
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.paper.moving_in import examine
from sajja_schemas import limits
from sajja_schemas.books import Books
from sajja_schemas.money import format_baht
from sajja_schemas.registers.loans import loans_of
from support.commands import answer, run
from support.homes import pulled_home_of
from support.paper import THAI_HEADINGS, csv_bytes, example
from support.world import DAY, World

pytestmark = pytest.mark.slow
OFFICERS = ("--person", "pp01-o1", "--person", "pp01-o4", "--person", "pp01-o3")
MEMBERS = [f"pp01-m{number:03}" for number in range(1, 61)]


@pytest.fixture(scope="module")
def world() -> World:
    world = World.founded(["pp01"])
    world.admit(world.village("pp01").tablets[0], MEMBERS)
    return world


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return pulled_home_of(tmp_path / "tablet", world, world.village("pp01").tablets[1])


def village(*words: str | Path, home: Home) -> Any:
    return run("village", *words, home=home.path)


def lines(home: Home) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(village("log", "--json", home=home))
    return found


def amount(books: Books, account: int) -> int:
    return sum(satang for (_ledger, code, _sub), satang in books.balances.items() if code == account)


def test_the_form_filled_in_becomes_balances_when_three_officers_have_approved(tmp_path: Path, home: Home) -> None:
    """The template is written, its example copied into the form, checked, recorded, approved; 3900 ends at nothing."""
    form = tmp_path / "openings.xlsx"
    assert village("import", "--template", form, home=home).returncode == 0
    assert village("import", "--template", form, home=home).returncode == 2, "a form is never written over"
    misnamed = form.with_suffix(".csv")
    assert village("import", "--template", misnamed, home=home).returncode == 2, "the form is a workbook"
    assert not misnamed.exists()
    book = openpyxl.load_workbook(form)
    for row in book["ตัวอย่าง"].iter_rows(min_row=2, values_only=True):
        book["ยกยอด"].append(row)
    book.save(form)
    dry = village("import", form, home=home)
    assert dry.returncode == 0, dry.stderr
    for shown in ("1210 ลูกหนี้เงินกู้สามัญ", "8,000.00", "30,000.00", "ยังไม่ได้บันทึก", "--yes"):
        assert shown in dry.stdout
    assert lines(home) == []
    done = village("import", form, "--yes", home=home)
    assert done.returncode == 0, done.stderr
    assert "sajja village approve 1 --person" in done.stdout
    assert [(line["type"], line["effect"]) for line in lines(home)] == [
        ("opening_balance_recorded", "awaiting_approval")
    ]
    assert amount(fold(home), 1110) == 0, "nothing counts before its officers have approved"
    assert village("approve", "1", *OFFICERS, home=home).returncode == 0
    books = fold(home)
    assert (amount(books, 1110), amount(books, 3110), amount(books, 3900)) == (150_000, -2_500_000, 0)
    (loan,) = loans_of(books.registers, books.balances, "bank:pp01")
    assert (loan.member, loan.outstanding_satang, loan.covered_satang) == ("pp01-m001", 800_000, 800_000)
    assert loan.plan is not None
    assert (loan.plan.terms.principal_satang, loan.plan.first_due) == (1_200_000, date(2020, 2, 5))


def test_the_same_file_imported_twice_is_refused(tmp_path: Path, home: Home) -> None:
    """So is the same book in another kind of file; after a reversal it may come again."""
    first, again = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_bytes(csv_bytes())
    again.write_bytes(csv_bytes(separator=";", encoding="cp874", headings=THAI_HEADINGS))
    recorded = answer(village("import", first, "--yes", "--json", *OFFICERS, home=home))
    assert (recorded["recorded"], recorded["approved"], recorded["entries"]) == ([1], True, 1)
    for file in (first, again):
        refused = village("import", file, "--yes", home=home)
        assert (refused.returncode, "[already_imported]" in refused.stderr) == (4, True)
    assert [line["type"] for line in lines(home)] == ["opening_balance_recorded", "entry_approved"]
    assert village("record", "entry_reversed", "entry=1", "reason=other", home=home).returncode == 0
    assert village("approve", "3", *OFFICERS, home=home).returncode == 0
    assert answer(village("import", first, "--yes", "--json", home=home))["recorded"] == [5]


def test_a_mended_file_does_not_double_what_it_mends(tmp_path: Path, home: Home) -> None:
    """What was brought forward is reversed first; then the mended book is taken, and only it counts."""
    first, mended = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_bytes(csv_bytes())
    mended.write_bytes(csv_bytes().replace(b"100.25", b"100.00").replace(b"199.75", b"200.00"))
    answer(village("import", first, "--yes", "--json", *OFFICERS, home=home))
    refused = json.loads(village("import", mended, "--yes", "--json", home=home).stdout)
    assert [(one["code"], one["row"]) for one in refused["mistakes"]] == [("opened_before", row) for row in (2, 4, 5)]
    assert village("record", "entry_reversed", "entry=1", "reason=wrong_amount", home=home).returncode == 0
    assert village("approve", "3", *OFFICERS, home=home).returncode == 0
    answer(village("import", mended, "--yes", "--json", *OFFICERS, home=home))
    books = fold(home)
    assert books.balances["bank:pp01", 3110, "pp01-m001"] == -10_000
    assert (amount(books, 1110), amount(books, 3900)) == (30_000, 0)


def test_an_import_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path, home: Home) -> None:
    """The power fails between two entries of a batch: importing again records the rest, and nothing twice."""
    shares = [10_000 + number for number in range(60)]
    total = format_baht(3 * sum(shares))
    rows = [("1", "1110", "pp01-o4", total), ("1", "1110", "รวม", total)]
    for page, account in ((2, "3110"), (3, "2110"), (4, "2111")):
        rows += [(str(page), account, member, format_baht(held)) for member, held in zip(MEMBERS, shares, strict=True)]
        rows.append((str(page), account, "รวม", format_baht(sum(shares))))
    file = tmp_path / "book.csv"
    file.write_bytes(csv_bytes(rows))
    batch = examine(home, file, "bank:pp01").batch
    assert batch is not None
    assert [len(event.lines_of_page) for event in batch.events] == [61, 60, 60], "a page is not divided without need"
    with Log.open(home) as log:
        log.append(batch.events[1], by="recorder", day=DAY, recorded_at=0)
    recorded = answer(village("import", file, "--yes", "--json", *OFFICERS, home=home))
    assert recorded["recorded"] == [2, 1, 3]
    books = fold(home)
    assert amount(books, 1110) == 3 * sum(shares)
    assert amount(books, 3900) == 0
    assert all(len(event.lines_of_page) <= limits.OPENING_LINES_MAX for event in batch.events)


def test_mistakes_are_told_by_row_in_thai_and_english_and_nothing_is_recorded(tmp_path: Path, home: Home) -> None:
    """Exit code 1, the cell, what to do, no traceback; --yes does not help a wrong total."""
    file = tmp_path / "wrong.csv"
    file.write_bytes(example().replace(b"25,000.00", b"25,001.00"))
    told = village("import", file, "--yes", home=home)
    assert told.returncode == 1
    assert "wrong.csv!D10: ยอดรวมไม่ตรง หน้า 3" in told.stderr
    assert "[total_differs]" in told.stderr
    assert "Traceback" not in told.stderr
    document = json.loads(village("import", file, "--yes", "--json", home=home).stdout)
    assert [mistake["code"] for mistake in document["mistakes"]] == ["total_differs"]
    assert lines(home) == []


def test_a_picture_is_no_paper_book(tmp_path: Path, home: Home) -> None:
    picture = tmp_path / "book.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2_000))
    refused = village("import", picture, home=home)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "[not_a_spreadsheet]" in refused.stderr


def test_a_village_opens_its_own_ledgers_only(tmp_path: Path, home: Home) -> None:
    """Another's opening would wait for ever without effect, so it is refused while the people are in the room."""
    file = tmp_path / "book.csv"
    file.write_bytes(csv_bytes())
    for ledger in ("welfare", "bank:pp02", "nonsense"):
        refused = village("import", file, "--ledger", ledger, "--yes", home=home)
        assert (refused.returncode, "[option_wrong]" in refused.stderr) == (2, True)
    assert lines(home) == []
