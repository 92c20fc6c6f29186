"""A month of a village bank on paper: every figure is the books', in both forms, and nothing in a text is markup."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sajja_client.books import fold
from sajja_client.log import Log
from sajja_client.names import Names, read_names
from sajja_client.paper.document import Column, Document, Fact, Table, Words
from sajja_client.paper.documents.balances import BoxNotNamed, NoSuchBox, cash_count, trial_balance
from sajja_client.paper.documents.day_sheet import day_sheet
from sajja_client.paper.documents.loans import NoSuchLoan, due_list, loan_schedule
from sajja_client.paper.documents.passbook import NoSuchMember, passbook
from sajja_client.paper.documents.receipt import NoSuchEntry, receipt
from sajja_client.paper.movements import Reading
from sajja_client.paper.pdf import PdfNotInstalled, pdf, pictures
from sajja_client.paper.plain import RECEIPT_WIDTH, WIDTH, plain
from sajja_schemas.entry import to_base64url
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.member_records import MemberProfileUpdated
from sajja_schemas.figures import control_sums
from sajja_schemas.personal_data import Person
from sajja_schemas.verdicts import Effect
from support.commands import answer, run
from support.paper_village import BOX, MEETING_DAY, month_of

pytestmark = pytest.mark.slow
AUGUST = date(2020, 8, 22)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return month_of(tmp_path_factory.mktemp("papers") / "tablet")


@pytest.fixture(scope="module")
def meeting(month: Any) -> Reading:
    return Reading(month, MEETING_DAY)


@pytest.fixture(scope="module")
def later(month: Any) -> Reading:
    return Reading(month, AUGUST)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = month_of(tmp_path_factory.mktemp("named") / "tablet", members=5)
    with Log.open(home) as log:
        for member, first in (("pp01-m001", "หนึ่ง"), ("pp01-m002", "สอง"), ("pp01-m003", "ก" * 80)):
            profile = MemberProfileUpdated(member=member, fields=("name",))
            beside = Person(title="นาง", first_name=first, last_name="ตัวอย่าง")
            log.append(profile, by="pp01-o5", day=MEETING_DAY, recorded_at=0, personal=beside)
    return home


def column(document: Document, at: int, table: int = 0) -> list[str]:
    return [row[at] for row in document.tables[table].rows]


def fact(document: Document, english: str) -> str:
    return next(one.text for one in document.facts if one.english == english)


def test_a_day_sheet_has_every_entry_of_the_day_and_says_what_the_box_must_hold(meeting: Reading) -> None:
    """The reversed line and its reversal are both there, and so is the one that waits for its officers."""
    sheet = day_sheet(meeting)
    entries, kinds, boxes = sheet.tables
    assert len(entries.rows) == 20
    assert entries.totals[0][4:6] == ["5,717.42", "1,075.00"]
    said = column(sheet, 3)
    assert said[16:] == ["ส่งเงินสัจจะ (กลับรายการแล้ว)", "กลับรายการ", "ถอนสัจจะ", "ถอนสัจจะ (รอยืนยัน)"]
    assert column(sheet, 2)[17] == "pp01-m003", "a reversal is about whom its original was"
    assert ["ส่งเงินสัจจะ", "13", "2,200.00", ""] in kinds.rows
    assert boxes.rows == [["pp01-o4 · ธนาคารหมู่บ้าน pp01", "10,200.00", "5,717.42", "1,075.00", "14,842.42"]]
    assert meeting.books.balances["bank:pp01", 1110, BOX] == 1_484_242
    assert day_sheet(meeting, meeting="nothing").tables[0].rows == []


def test_a_passbook_has_each_line_with_the_balance_after_it(later: Reading) -> None:
    book = passbook(later, "pp01-m003")
    assert column(book, 5) == ["1,500.00", "1,600.00", "2,600.00", "1,600.00"]
    assert column(book, 4) == ["1,500.00", "100.00", "1,000.00", "-1,000.00"]
    assert later.books.balances["bank:pp01", 3110, "pp01-m003"] == -160_000


def test_a_passbook_goes_on_behind_what_is_printed(later: Reading) -> None:
    """The page begins with the balance that was brought forward."""
    book = passbook(later, "pp01-m003", after=2)
    assert column(book, 2)[0] == "ยอดยกมา"
    assert column(book, 5) == ["1,600.00", "2,600.00", "1,600.00"]
    assert column(book, 0) == ["", "3", "4"]


def test_a_passbook_shows_the_members_loans(later: Reading) -> None:
    book = passbook(later, "pp01-m002")
    assert column(book, 3, table=1) == ["20,000.00", "-1,666.67"]
    assert column(book, 4, table=1) == ["", "200.00"]
    assert column(book, 5, table=1)[-1] == "18,333.33"
    with pytest.raises(NoSuchMember):
        passbook(later, "pp01-m099")


def test_a_schedule_is_the_published_one_and_shows_how_far_it_is_paid(later: Reading) -> None:
    """20,000 at 1 % on twelve months, declining: 1,300.00 of interest (docs/domain.md section 9.1)."""
    schedule = loan_schedule(later, "pp01-l002")
    assert schedule.tables[0].totals[0][2:5] == ["20,000.00", "1,300.00", "21,300.00"]
    assert column(schedule, 4)[:2] + column(schedule, 4)[-1:] == ["1,866.67", "1,850.00", "1,683.30"]
    assert column(schedule, 6)[:3] == ["ชำระแล้ว", "เลยกำหนด", ""]
    assert fact(schedule, "overdue") == "1,666.67 บาท · ช้า 17 วัน"
    opened = loan_schedule(later, "pp01-l001")
    assert column(opened, 6)[:5] == ["ชำระแล้ว", "ชำระแล้ว", "ชำระแล้ว", "บางส่วน", "เลยกำหนด"]
    with pytest.raises(NoSuchLoan):
        loan_schedule(later, "pp01-l999")


def test_a_due_list_begins_with_the_latest(later: Reading) -> None:
    due = due_list(later)
    assert column(due, 2) == ["pp01-l001", "pp01-l002"]
    assert column(due, 6) == ["109", "17"]
    assert column(due, 4) == ["90.00", "183.33"], "one month's interest on what is owed"
    assert due.tables[0].totals[0][3:6] == ["5,492.05", "273.33", "5,765.38"]


def test_a_trial_balance_is_the_books_and_its_sides_are_equal(later: Reading, meeting: Reading) -> None:
    (table,) = trial_balance(later).tables
    own = {key: amount for key, amount in later.books.balances.items() if key[0] == "bank:pp01"}
    assert len(table.rows) == sum(bool(amount) for amount in control_sums(own.items()).values())
    assert table.totals == [["", "รวม · total", "42,175.75", "42,175.75"]]
    assert later.balances() == {key: amount for key, amount in own.items() if key in later.balances()}
    before = Reading(meeting.home, date(2020, 6, 1))
    assert trial_balance(before).tables[0].totals[0][2] == "39,200.00", "as of its own day, not of today"


def test_a_count_is_a_form_until_the_box_was_counted(meeting: Reading, later: Reading) -> None:
    counted, form = cash_count(meeting), cash_count(later, BOX)
    assert [row[3] for row in counted.tables[0].totals] == ["10,000.00", "14,842.42", "-4,842.42"]
    assert column(counted, 2)[:2] == ["9", "2"]
    assert [row[3] for row in form.tables[0].totals] == ["", "14,842.42", ""]
    assert set(column(form, 2)) == {""}
    with pytest.raises(NoSuchBox):
        cash_count(later, "nobody")
    with pytest.raises(BoxNotNamed):
        cash_count(Reading(meeting.home, date(2019, 1, 1)))  # before any box held anything


def test_a_receipt_has_the_amount_in_words(meeting: Reading) -> None:
    """It is found by its place in this log, or by the beginning of its hash."""
    slip = receipt(meeting, "9")
    assert fact(slip, "in words") == "หนึ่งร้อยบาทถ้วน"
    assert fact(slip, "book/no.") == "3/1"
    line = meeting.line("9")
    assert line is not None
    assert receipt(meeting, line.hash[:12]) == slip
    for name in ("999999", "zzzzzzzzzzzz", "x"):
        with pytest.raises(NoSuchEntry):
            receipt(meeting, name)


def every_document(meeting: Reading, later: Reading) -> list[Document]:
    return [
        day_sheet(meeting), passbook(later, "pp01-m001"), receipt(meeting, "9"), loan_schedule(later, "pp01-l002"),
        due_list(later), trial_balance(later), cash_count(later),
    ]  # fmt: skip


def test_every_document_is_plain_text_that_fits_its_paper(meeting: Reading, later: Reading) -> None:
    """No line is wider than the paper, and no figure is folded or lost."""
    for document in every_document(meeting, later):
        text = plain(msgspec.structs.replace(document, demonstration=True))
        width = RECEIPT_WIDTH if document.paper == "receipt" else WIDTH
        assert all(cell_len(line) <= width for line in text.splitlines()), document.name
        assert "ข้อมูลสาธิต" in text
        for table in document.tables:
            for row in (*table.rows, *table.totals):
                for cell, one in zip(row, table.columns, strict=True):
                    assert not one.is_number or cell in text


def test_every_document_is_a_pdf_that_is_the_same_each_time(meeting: Reading, later: Reading) -> None:
    """PDF/A-2b, so it can be kept; its pages can be looked at."""
    for document in every_document(meeting, later):
        made = pdf(document)
        assert made.startswith(b"%PDF-1.7")
        assert made == pdf(document)
        assert b"pdfaid" in made
        (picture,) = pictures(document)
        assert picture.startswith(b"\x89PNG")


def test_a_long_day_goes_on_over_pages_with_its_heads() -> None:
    rows = [[str(number), "ส่งเงินสัจจะ", "100.00"] for number in range(200)]
    columns = [
        Column("ที่", "no.", is_number=True),
        Column("รายการ", "entry", share=1),
        Column("เงิน", "baht", is_number=True),
    ]
    assert len(pictures(made_of(Table(columns=columns, rows=rows)))) > 3


def made_of(table: Table, *, text: str = "x") -> Document:
    return Document(
        name="test", on=AUGUST, paper="a4", title=Words(text, text), issuer=Words(text, text),
        facts=[Fact(text, text, text)], tables=[table], notes=[Words(text, text)], signatures=[Words(text, text)],
        number=text,
    )  # fmt: skip


ODD = (
    '#panic("x") $x$ *b* _i_ `c` \\ @ref <l> // c',
    "\u202ebidi\u200bzero",
    "ก" * 300,
    '"quoted" {"json": 1}',
    "#" * 50,
)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_is_only_text(text: str) -> None:
    """Markup of typst, JSON, bidi marks and three hundred letters without a space are set as they are."""
    table = Table(columns=[Column(text, text, share=1)], rows=[[text]], totals=[[text]])
    document = made_of(table, text=text)
    assert pdf(document).startswith(b"%PDF")
    assert all(cell_len(line) <= WIDTH for line in plain(document).splitlines())


@given(st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), max_size=5))
def test_plain_text_never_grows_wider_than_its_paper(rows: list[list[str]]) -> None:
    columns = [Column("ก", "a"), Column("ข", "b", share=1), Column("ค", "c")]
    clean = [["".join(letter for letter in cell if letter.isprintable()) for cell in row] for row in rows]
    text = plain(made_of(Table(columns=columns, rows=clean)))
    assert all(cell_len(line) <= WIDTH for line in text.split("\n"))


def test_without_the_extra_a_pdf_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(PdfNotInstalled) as refused:
        pdf(made_of(Table(columns=[], rows=[])))
    assert "sajja[pdf]" in refused.value.thai_sentence


def test_the_template_is_part_of_the_package() -> None:
    import sajja_client.paper

    assert (Path(sajja_client.paper.__file__).parent / "document.typ").is_file()


def test_the_commands_print_to_the_terminal_and_to_files(tmp_path: Path, month: Any) -> None:
    """Text without any extra, PDF with it, JSON for a program; what is not there is a sentence and exit code 2."""

    def print_(*words: str | Path) -> Any:
        return run("village", "print", *words, home=month.path)

    told = print_("passbook", "pp01-m003", "--day", "22/08/2563")
    assert told.returncode == 0, told.stderr
    assert "สมุดเงินสัจจะ" in told.stdout
    assert "1,600.00" in told.stdout
    path = tmp_path / "due.pdf"
    assert print_("due", "--day", "22/08/2563", "--pdf", path).returncode == 0
    assert path.read_bytes().startswith(b"%PDF")
    assert answer(print_("trial-balance", "--json"))["name"] == "trial_balance"
    for words in (("day-sheet", "--day", "5/7/63"), ("receipt", "9"), ("schedule", "pp01-l002"), ("cash-count",)):
        assert print_(*words).returncode == 0
    for words, code in (
        (("passbook", "pp01-m999"), "no_such_member"),
        (("schedule", "x"), "no_such_loan"),
        (("receipt", "x"), "no_such_entry"),
        (("cash-count", "x"), "no_such_box"),
        (("due", "--pdf", "due.txt"), "option_wrong"),
        (("due", "--pdf", str(tmp_path / "no" / "where.pdf")), "cannot_write"),
    ):
        refused = print_(*words)
        assert (refused.returncode, f"[{code}]" in refused.stderr) == (2, True), refused.stderr


class TestNames:
    """People are named on paper as far as the tablet knows them, with the id beside it."""

    def test_every_paper_about_a_person_says_the_name_and_the_id(self, named: Any) -> None:
        one, two = "นางหนึ่ง ตัวอย่าง (pp01-m001)", "นางสอง ตัวอย่าง (pp01-m002)"
        later, day = Reading(named, AUGUST), Reading(named, MEETING_DAY)
        assert fact(passbook(later, "pp01-m001"), "member") == one
        assert fact(loan_schedule(later, "pp01-l002"), "borrower") == two
        assert column(due_list(later), 1) == [one, two]
        whose = list(zip(column(day_sheet(day), 3), column(day_sheet(day), 2), strict=True))
        assert ("ส่งเงินสัจจะ", one) in whose
        assert ("รับชำระเงินกู้", two) in whose
        (repaid,) = [line for line in day.movements() if isinstance(line.body.event, LoanRepaymentReceived)]
        assert fact(receipt(later, repaid.line.hash), "member") == two
        for document in (passbook(later, "pp01-m001"), due_list(later)):
            assert "นางหนึ่ง" in plain(document)
            assert pdf(document).startswith(b"%PDF")

    def test_a_name_that_never_ends_does_not_push_the_figures_off_the_page(self, named: Any) -> None:
        book = passbook(Reading(named, AUGUST), "pp01-m003")
        assert fact(book, "member") == f"นาง{'ก' * 56}… (pp01-m003)"
        assert max(map(cell_len, plain(book).splitlines())) <= WIDTH

    def test_after_its_erasure_the_id_stands_alone(self, named: Any) -> None:
        with Log.open(named) as log:
            assert read_names(log.connection, fold(named)).of("pp01-m001") == "นางหนึ่ง ตัวอย่าง"
            log.connection.execute(
                "UPDATE personal_part SET salt = NULL, data = NULL, is_erased = 1 WHERE entry ="
                " (SELECT entry FROM personal_part ORDER BY sequence LIMIT 1)"
            )
        assert fact(passbook(Reading(named, AUGUST), "pp01-m001"), "member") == "pp01-m001"
        assert column(due_list(Reading(named, AUGUST)), 1)[0] == "pp01-m001"

    def test_who_has_no_effect_renames_nobody(self, named: Any) -> None:
        """A tablet that was revoked says that the treasurer is somebody else."""
        with Log.open(named) as log:
            books = fold(named)
            profile = MemberProfileUpdated(member="pp01-m002", fields=("name",))
            false = log.append(profile, by="x", day=AUGUST, recorded_at=0, personal=Person(first_name="ปลอม"))
            assert read_names(log.connection, books).of("pp01-m002") == "นางปลอม ตัวอย่าง"
            books.quarantined[to_base64url(false.hash)] = Effect.REVOKED
            assert read_names(log.connection, books).of("pp01-m002") == "นางสอง ตัวอย่าง"

    def test_an_officer_is_named_by_the_own_membership(self) -> None:
        names = Names({"pp01-m007": "นางเจ็ด ตัวอย่าง"}, {"pp01-o4": {"pp01-m007", "pp01-m001"}})
        assert names.shown("pp01-o4") == "นางเจ็ด ตัวอย่าง (pp01-o4)"
        assert names.shown("pp01-o5") == "pp01-o5"
        assert "นาง" not in repr(names)
