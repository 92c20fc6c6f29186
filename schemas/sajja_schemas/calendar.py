"""Dates: Common Era inside, Buddhist Era for people, the day of Asia/Bangkok for business.

B.E. = C.E. + 543. Arithmetic and leap years are always done in C.E.: 2563 is a leap year because 2020 is. A two-digit
year that a person types is of the B.E. century 2500, and a year above 2400 is B.E. (docs/domain.md section 9.11).
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

BE_OFFSET: Final = 543
BANGKOK: Final = timezone(timedelta(hours=7), "Asia/Bangkok")  # no daylight saving since 1920
_BE_FROM: Final = 2400
_BE_CENTURY: Final = 2500
_FIRST_YEAR: Final = 1900

THAI_MONTHS: Final = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
THAI_MONTHS_SHORT: Final = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_NUMBERS: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORDS: Final = re.compile(r"(\d{1,2})\s+(\S+?)\s+(\d{4}|\d{2})")


class NotADate(ValueError):
    """This is not a day of the calendar; the message says how to write one."""


def be_year(day: date) -> int:
    """The Buddhist year that a person reads."""
    return day.year + BE_OFFSET


def business_date(milliseconds: int) -> date:
    """The day in Bangkok at a moment given in milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds // 1000, tz=UTC).astimezone(BANGKOK).date()


def reached_day(days: Iterable[date], now_ms: int) -> date:
    """The day that the books have reached: the latest of these, but never a day ahead of the clock.

    A tablet whose calendar is years ahead must not tell everybody what day it is.
    """
    today = business_date(now_ms)
    return min(max(days, default=today), today)


def format_thai(day: date, *, short: bool = False) -> str:
    """`22 สิงหาคม 2563`, or `22 ส.ค. 2563`."""
    months = THAI_MONTHS_SHORT if short else THAI_MONTHS
    return f"{day.day} {months[day.month - 1]} {be_year(day)}"


def parse_date(text: str) -> date:
    """The day that a person typed: `2020-08-22`, `22/08/2563`, `22/8/63`, `๒๒ ส.ค. ๒๕๖๓`.

    Raises:
        NotADate: not of these forms, or no such day (29 February of a common year).
    """
    plain = text.strip().translate(_THAI_DIGITS)
    try:
        if match := _ISO.fullmatch(plain):
            return date(ce_year(match[1]), int(match[2]), int(match[3]))
        if match := _NUMBERS.fullmatch(plain):
            return date(ce_year(match[3]), int(match[2]), int(match[1]))
        if match := _WORDS.fullmatch(plain):
            return date(ce_year(match[3]), _month(match[2]), int(match[1]))
    except ValueError as error:
        raise NotADate(f"there is no such day: {text}") from error
    raise NotADate(f"write a date as 22/08/2563 or 2020-08-22, not {text}")


def parse_day(text: str) -> date:
    """The day of something that is recorded: as `parse_date`, and no village wrote anything down before 1900.

    Raises:
        NotADate: it is none of these days.
    """
    day = parse_date(text)
    if day.year < _FIRST_YEAR:
        raise NotADate(f"there is nothing to record of {text}")
    return day


def ce_year(text: str) -> int:
    """The year of the Common Era that a person typed: `2563`, `63` and `2020` are one."""
    year = int(text) + (_BE_CENTURY if len(text) <= len("63") else 0)
    return year - BE_OFFSET if year > _BE_FROM else year


def _month(name: str) -> int:
    for months in (THAI_MONTHS, THAI_MONTHS_SHORT):
        if name in months:
            return months.index(name) + 1
    raise ValueError(name)
