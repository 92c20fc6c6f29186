"""How people read and write money and days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calendar import NotADate, be_year, business_date, format_thai, parse_date, parse_day
from sajja_schemas.limits import INTEGER_MAX
from sajja_schemas.money import NotAnAmount, format_baht, parse_baht


@given(st.integers(min_value=1, max_value=INTEGER_MAX))
def test_an_amount_is_read_as_it_is_written(satang: int) -> None:
    assert parse_baht(format_baht(satang)) == satang
    assert format_baht(-satang) == "-" + format_baht(satang)


@pytest.mark.parametrize(
    ("text", "satang"),
    [("1", 100), ("0.25", 25), ("0.5", 50), ("1,234.50", 123_450), (" ๕๐ ", 5_000), ("1234", 123_400), ("007", 700)],
)
def test_what_people_type_is_money(text: str, satang: int) -> None:
    assert parse_baht(text) == satang


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0.00",
        "-1",
        "+1",
        "1.234",
        "1.",
        ".5",
        "1,23",
        "12,34.00",
        "1 000",
        "1e3",
        "x",
        "9" * 16,
        "9" * 5_000,
        "1\n2",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_baht(text)


def test_the_largest_amount_is_read() -> None:
    assert parse_baht("90071992547409.91") == INTEGER_MAX
    with pytest.raises(NotAnAmount):
        parse_baht("90071992547409.92")


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2400, 1, 1)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    for text in (format_thai(day), format_thai(day, short=True), day.isoformat()):
        assert parse_date(text) == day


@pytest.mark.parametrize(
    "text", ["22/08/2563", "22-8-63", "22.8.2020", "๒๒ ส.ค. ๒๕๖๓", "22 สิงหาคม 63", "2020-08-22", "2563-08-22"]
)
def test_what_people_type_is_a_day(text: str) -> None:
    assert parse_date(text) == date(2020, 8, 22)


@pytest.mark.parametrize(
    "text", ["", "22", "29/02/2562", "31/4/63", "22 Aug 2020", "2020/08/22", "tomorrow", "1/1/9999999"]
)
def test_what_is_no_day_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(NotADate):
        parse_date(text)


def test_leap_years_are_those_of_the_common_era() -> None:
    assert parse_date("29/02/2563") == date(2020, 2, 29)
    assert be_year(date(2020, 2, 29)) == 2563


def test_the_day_of_business_is_bangkoks() -> None:
    """17:00 in London is midnight in Bangkok."""
    assert business_date(1_598_029_199_999) == date(2020, 8, 21)
    assert business_date(1_598_029_200_000) == date(2020, 8, 22)


@pytest.mark.parametrize("text", ["31/12/1899", "1/1/0001", "01/01/2442", "1/1/0063"])
def test_nothing_is_recorded_of_a_day_before_1900(text: str) -> None:
    """Four digits are a whole year; only two stand for a Buddhist century."""
    with pytest.raises(NotADate):
        parse_day(text)
    assert parse_day("1/1/1900") == date(1900, 1, 1)
