"""Days so many months apart (docs/domain.md section 9.11)."""

from datetime import date

import pytest

from sajja_schemas.calculations.spans import months_later


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2020, 1, 31), 1, date(2020, 2, 29), id="a month without that day has its last"),
        pytest.param(date(2020, 1, 31), 2, date(2020, 3, 31), id="and the next has it again"),
        pytest.param(date(2020, 2, 29), 12, date(2021, 2, 28), id="a leap day in a common year"),
        pytest.param(date(2020, 8, 23), -12, date(2019, 8, 23), id="earlier with a minus"),
        pytest.param(date(9999, 11, 30), 1, date.max, id="the calendar's end"),
        pytest.param(date(1, 1, 31), -1, date.min, id="the calendar's beginning"),
    ],
)
def test_a_day_so_many_months_later(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected
