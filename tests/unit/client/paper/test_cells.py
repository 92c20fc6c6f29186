"""How a cell of the paper book is read, whatever hand has written it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_client.paper import cells
from sajja_client.paper.cells import Unread
from sajja_client.paper.grid import letter, plain
from sajja_client.paper.mistakes import SENTENCES, shown
from sajja_schemas.accounts import CHART, Sub
from sajja_schemas.calendar import BE_OFFSET, format_thai
from sajja_schemas.limits import INTEGER_MAX
from sajja_schemas.money import format_baht
from support.paper import KNOWN

THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
AMOUNTS = st.integers(1, INTEGER_MAX)


@given(AMOUNTS, st.booleans(), st.booleans(), st.sampled_from(["", " บาท", "฿"]))
def test_every_amount_is_read_as_it_was_written(amount: int, thai: bool, commas: bool, sign: str) -> None:
    text = format_baht(amount) if commas else format_baht(amount).replace(",", "")
    assert cells.amount((text.translate(THAI) if thai else text) + sign) == amount


@given(st.integers(1, 10**11))
def test_a_number_cell_is_what_its_person_saw(amount: int) -> None:
    """A spreadsheet keeps 0.1 + 0.2 as 0.30000000000000004 and shows 0.3."""
    assert cells.amount(plain(amount / 100)) == amount
    assert cells.amount(plain(0.1 + 0.2)) == 30


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.booleans())
def test_every_day_is_read_in_both_eras(day: date, thai: bool) -> None:
    texts = [
        f"{day.day:02}/{day.month:02}/{day.year + BE_OFFSET}",
        f"{day.day}-{day.month}-{day.year}",
        format_thai(day, short=True),
        day.isoformat(),
        plain(day),
    ]
    for text in texts:
        assert cells.day(text.translate(THAI) if thai else text) == day


def test_a_date_cell_of_the_year_2563_is_of_the_buddhist_era() -> None:
    assert plain(date(2563, 8, 22)) == "2020-08-22"
    assert plain(date(2020, 8, 22) + timedelta()) == "2020-08-22"


@given(st.integers(0, 99_999))
def test_a_rate_is_kept_to_the_hundredth_of_a_per_cent(rate: int) -> None:
    assert cells.rate(f"{rate // 100}.{rate % 100:02}") == rate
    assert cells.rate(f"{rate // 100}.{rate % 100:02}%") == rate
    assert plain(0.0125, "0.00%") == "1.25"


WRONG = [
    (cells.amount, "-5", "amount_negative"),
    (cells.amount, "−๕", "amount_negative"),
    (cells.amount, "(1,000.00)", "amount_negative"),
    (cells.amount, "+5", "amount_negative"),
    (cells.amount, "1.234", "amount_too_fine"),
    (cells.amount, "0.001", "amount_too_fine"),
    (cells.amount, "0", "amount_zero"),
    (cells.amount, "0.00", "amount_zero"),
    (cells.amount, "-", "amount_zero"),
    (cells.amount, "ten", "amount_wrong"),
    (cells.amount, "1,23", "amount_wrong"),
    (cells.amount, "1.2.3", "amount_wrong"),
    (cells.amount, ".", "amount_wrong"),
    (cells.amount, "1e5", "amount_wrong"),
    (cells.amount, "9" * 15, "amount_too_large"),
    (cells.amount, "9" * 200, "amount_too_large"),
    (cells.amount, "90071992547409.92", "amount_too_large"),
    (cells.day, "29/02/2564", "date_wrong"),
    (cells.day, "31/04/63", "date_wrong"),
    (cells.day, "soon", "date_wrong"),
    (cells.page, "0", "page_wrong"),
    (cells.page, "", "page_wrong"),
    (cells.page, "1.5", "page_wrong"),
    (cells.page, "9" * 300, "page_wrong"),
    (cells.page, "²", "page_wrong"),
    (cells.months, "0", "number_wrong"),
    (cells.months, "601", "number_wrong"),
    (cells.months, "9" * 300, "number_wrong"),
    (cells.rate, "1.234", "rate_wrong"),
    (cells.rate, "-1", "rate_wrong"),
    (cells.method, "magic", "method_unknown"),
    (cells.side, "left", "side_wrong"),
]


@pytest.mark.parametrize(("read", "text", "code"), WRONG, ids=[f"{code}: {text[:20]}" for _read, text, code in WRONG])
def test_what_cannot_be_read_says_why(read: object, text: str, code: str) -> None:
    with pytest.raises(Unread) as refused:
        read(text)  # type: ignore[operator]  # each is a function of one text
    assert refused.value.code == code
    assert code in SENTENCES


def test_an_account_is_known_by_code_and_by_either_name() -> None:
    for text in ("1110", "๑๑๑๐", "เงินสดในกล่อง", "cash box", "1110 เงินสดในกล่อง", "1110 · Cash  box", "1110: Cash box"):
        assert cells.account(text, "bank:pp01") == 1110
    for account in CHART.values():
        if account.code != 3900:
            ledger = {"bank": "bank:pp01", "group": "group:pp01-x"}.get(account.ledgers[0], account.ledgers[0].value)
            assert cells.account(account.thai, ledger) == cells.account(account.english, ledger) == account.code


def test_an_account_that_is_not_there_is_refused_with_the_nearest() -> None:
    cases = {
        "1999": "account_unknown",
        "เงินสดในกล้อง": "account_unknown",
        "": "account_unknown",
        "1110 เงินฝากประจำ": "account_contradicts",
        "3900": "account_is_clearing",
        "3410": "account_not_here",
    }
    for text, code in cases.items():
        with pytest.raises(Unread) as refused:
            cells.account(text, "bank:pp01")
        assert refused.value.code == code
    with pytest.raises(Unread) as refused:
        cells.account("เงินสดในกล้อง", "bank:pp01")
    assert "1110 เงินสดในกล่อง" in str(refused.value.detail["near"])


def test_a_member_is_known_by_id_and_by_number() -> None:
    for text in ("pp01-m007", "PP01-M007", "7", "๗", "007", "m7", "m007"):
        assert cells.holder(text, Sub.MEMBER, KNOWN) == "pp01-m007"
    for text, code in (("pp01-m099", "member_unknown"), ("99", "member_unknown"), ("สมชาย", "holder_wrong")):
        with pytest.raises(Unread) as refused:
            cells.holder(text, Sub.MEMBER, KNOWN)
        assert refused.value.code == code
    with pytest.raises(Unread, match="village_unknown"):
        cells.holder("pp09", Sub.VILLAGE, KNOWN)


def test_what_stood_in_a_cell_is_shown_without_its_tricks() -> None:
    """No cursor moves, nothing turns the direction of writing, and ten thousand characters are forty."""
    assert shown("a\x1b[2J\u202eb\u200b") == "a\\u001b[2J\\u202eb\\u200b"
    assert len(shown("x" * 10_000)) == 40


def test_columns_are_named_as_a_spreadsheet_names_them() -> None:
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
