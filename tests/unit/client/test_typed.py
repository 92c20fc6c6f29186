"""What a person types becomes exactly one event, or a sentence with the field's name."""

from datetime import date

import pytest

from sajja_client.typed import FieldMissing, FieldWrong, UnknownEvent, UnknownField, read_event
from sajja_schemas.entry import EntryRef
from sajja_schemas.events.closing import YearEndClosed
from sajja_schemas.events.ledgers import ExpensePaid, OpeningBalanceRecorded
from sajja_schemas.events.loans import LoanDisbursed
from sajja_schemas.events.members import MemberAdmitted
from sajja_schemas.events.savings import ShareDeposited

HERE = EntryRef(device="d" * 42 + "A", sequence=7, hash="h" * 42 + "A")


def resolve(sequence: int) -> EntryRef:
    if sequence != 7:
        raise ValueError(sequence)
    return HERE


@pytest.mark.parametrize(
    "amount", ["amount=1,000.50", "amount=1000.5", "amount=๑,๐๐๐.๕๐", "amount_satang=100050", "amount_satang=๑๐๐๐๕๐"]
)
def test_money_is_typed_in_baht_or_in_satang(amount: str) -> None:
    """The same hundred thousand and fifty satang."""
    words = ["member=pp01-m001", amount, "box=pp01-o4", "months=2020-06, 2020-07"]
    expected = ShareDeposited(member="pp01-m001", amount_satang=100_050, box="pp01-o4", months=("2020-06", "2020-07"))
    assert read_event("share_deposited", words, resolve) == expected


@pytest.mark.parametrize("joined", ["1/6/2563", "01/06/63", "2020-06-01", "๑ มิ.ย. ๒๕๖๓"])
def test_dates_are_of_either_era_and_references_are_sequences(joined: str) -> None:
    """A resolution is a line of this log."""
    event = read_event("member_admitted", ["member=m", "gender=female", f"joined={joined}", "resolution=๗"], resolve)
    assert event == MemberAdmitted(member="m", gender="female", joined=date(2020, 6, 1), resolution=HERE)


@pytest.mark.parametrize("month", ["2020-08", "2563-08", "08/2563", "8/63", "๘/๒๕๖๓"])
def test_months_are_of_either_era(month: str) -> None:
    """A month of the Buddhist era that was taken for one of the other would be five centuries away."""
    event = read_event("share_deposited", ["member=m", "amount=1", "box=b", f"months={month}"], resolve)
    assert isinstance(event, ShareDeposited)
    assert event.months == ("2020-08",)


@pytest.mark.parametrize("year", ["2020", "2563", "63", "๒๕๖๓"])
def test_years_are_of_either_era(year: str) -> None:
    """What is stored is always of the common era."""
    words = ["ledger=bank:pp01", f"year={year}", 'lines=[{"account":4110,"amount_satang":0}]']
    event = read_event("year_end_closed", words, resolve)
    assert isinstance(event, YearEndClosed)
    assert event.year == 2020


def test_an_amount_that_may_be_nothing_may_be_typed_as_nothing() -> None:
    """A loan without a premium."""
    words = ["loan=l1", "member=m", "product=ordinary", "gross=100", "net=100", "premium=0", "channel=cash", "box=b"]
    event = read_event("loan_disbursed", words, resolve)
    assert isinstance(event, LoanDisbursed)
    assert (event.gross_satang, event.premium_satang) == (10_000, 0)


def test_lists_of_lines_and_choices_of_numbers_are_understood() -> None:
    """A page of the paper book is typed as JSON, and an account by its number."""
    lines = '[{"account":1110,"amount_satang":-5,"sub":"b"}]'
    event = read_event("opening_balance_recorded", ["ledger=bank:pp01", f"lines_of_page={lines}"], resolve)
    assert isinstance(event, OpeningBalanceRecorded)
    assert event.lines_of_page[0].amount_satang == -5
    paid = read_event("expense_paid", ["ledger=risk", "account=5120", "amount=1", "channel=bank", "bank=b"], resolve)
    assert isinstance(paid, ExpensePaid)
    assert paid.account == 5120


@pytest.mark.parametrize(
    ("words", "thai", "english"),
    [
        ("member=m amount=0 box=b", "มากกว่าศูนย์", "more than nothing"),
        ("member=m amount=-5 box=b", "มากกว่าศูนย์", "more than nothing"),
        ("member=m amount_satang=0 box=b", "มากกว่าศูนย์", "more than nothing"),
        ("member=m amount=๑.๐๐๕ box=b", "ทศนิยมไม่เกินสองตำแหน่ง", "at most two decimals"),
        ("member=m amount=99999999999999999 box=b", "จำนวนเงินมากเกินไป", "at most 90,071,992,547,409.91 baht"),
        ("member=m amount=90071992547409.92 box=b", "จำนวนเงินมากเกินไป", "at most 90,071,992,547,409.91 baht"),
        ("member=สมชาย amount=1 box=b", "รหัสเป็นตัวอักษรอังกฤษเล็ก", "an id of small letters"),
        (
            "member=m amount=1 box=b months=2020-13",
            "เดือน เช่น 2563-08 หรือ 2020-08",
            "a month, such as 2563-08 or 2020-08",
        ),
        ("member=m amount=1 box=b caused_by=99", "ลำดับของรายการ", "the sequence of a line"),
        ("member=m amount=1 box=b bylaws=-1", "ต้องไม่ติดลบ", "not less than nothing"),
        ("member=m amount=1 box=b amunt=1", "ไม่มีช่อง amunt", "no field amunt"),
        ("member=m amount=1", "ยังขาดช่อง box", "still needs box"),
    ],
)
def test_the_reason_is_said_in_both_languages(words: str, thai: str, english: str) -> None:
    """Nobody in a village reads the names of a library's types."""
    with pytest.raises((UnknownField, FieldMissing, FieldWrong)) as refused:
        read_event("share_deposited", words.split(), resolve)
    assert thai in refused.value.thai_sentence
    assert english in refused.value.english_sentence
    for sentence in (refused.value.thai_sentence, refused.value.english_sentence):
        assert not {"`int`", "`str`", "regex", "Expected"}.intersection(sentence.replace("(", " ").split())


@pytest.mark.parametrize(
    ("tag", "words", "refusal", "named"),
    [
        ("share_deposit", "member=m amount=1 box=b", UnknownEvent, "share_deposited"),
        ("network_unknown", "", UnknownEvent, "network"),
        ("share_deposited", "member=m amunt=1 box=b", UnknownField, "amunt"),
        ("share_deposited", "member=m amount", UnknownField, "amount"),
        ("share_deposited", "member=m type=x amount=1 box=b", UnknownField, "type"),
        ("share_deposited", "member=m", FieldMissing, "amount, box"),
        ("share_deposited", "member=m amount=0 box=b", FieldWrong, "amount"),
        ("share_deposited", "member=m amount=-5 box=b", FieldWrong, "amount"),
        ("share_deposited", "member=m amount=1.005 box=b", FieldWrong, "amount"),
        ("share_deposited", "member=m amount=1e3 box=b", FieldWrong, "amount"),
        ("share_deposited", "member=m amount_satang=0 box=b", FieldWrong, "amount"),
        ("share_deposited", "member=m amount_satang=1.5 box=b", FieldWrong, "amount_satang"),
        ("share_deposited", "member=m amount_satang=1_0 box=b", FieldWrong, "amount_satang"),
        ("share_deposited", f"member=m amount_satang={'9' * 5000} box=b", FieldWrong, "amount_satang"),
        ("share_deposited", f"member=m amount={'9' * 5000} box=b", FieldWrong, "amount"),
        ("opening_balance_recorded", f"ledger=bank:pp01 lines_of_page={'[' * 100_000}", FieldWrong, "lines_of_page"),
        ("share_deposited", "member=m amount=1 amount_satang=100 box=b", FieldWrong, "amount_satang"),
        ("share_deposited", "member=M amount=1 box=b", FieldWrong, "member"),
        ("share_deposited", "member=m amount=1 box=b months=2020-13", FieldWrong, "months"),
        ("member_admitted", "member=m gender=x joined=1/6/63 resolution=7", FieldWrong, "gender"),
        ("member_admitted", "member=m gender=male joined=30/2/63 resolution=7", FieldWrong, "joined"),
        ("member_admitted", "member=m gender=male joined=29/2/2564 resolution=7", FieldWrong, "joined"),
        ("member_admitted", "member=m gender=male joined=1/6/0063 resolution=7", FieldWrong, "joined"),
        ("history_recorded", "year=1234 members=1 savings=1 fund=1", FieldWrong, "year"),
        ("history_recorded", "year=x members=1 savings=1 fund=1", FieldWrong, "year"),
        ("share_deposited", "member=m amount=1 box=b months=1020-12", FieldWrong, "months"),
        ("member_admitted", "member=m gender=male joined=1/6/63 resolution=8", FieldWrong, "resolution"),
        ("member_admitted", "member=m gender=male joined=1/6/63 resolution=x", FieldWrong, "resolution"),
        ("opening_balance_recorded", "ledger=bank:pp01 lines_of_page=[", FieldWrong, "lines_of_page"),
    ],
)
def test_what_cannot_be_understood_is_named(tag: str, words: str, refusal: type, named: str) -> None:
    """In Thai and in English, and as a mistake of typing: exit code 2."""
    with pytest.raises((UnknownEvent, UnknownField, FieldMissing, FieldWrong)) as refused:
        read_event(tag, words.split(), resolve)
    assert type(refused.value) is refusal
    assert refused.value.exit_code == 2
    for sentence in (refused.value.thai_sentence, refused.value.english_sentence):
        assert named in sentence
    assert "ยังไม่ได้บันทึก" in refused.value.thai_sentence
