"""Why a field cannot be recorded, in both languages.

The library that checks types and ranges speaks English only, of its own types. What people meet often is said here in
Thai and in plain English; the rest keeps its own words, so that nothing is hidden.
"""

import re
from typing import Final

from sajja_schemas.limits import INTEGER_MAX
from sajja_schemas.money import SATANG_PER_BAHT, format_baht

Reason = tuple[str, str]  # Thai, English

NO_YEAR: Final[Reason] = ("ปี เช่น 2563 หรือ 2020", "a year, as 2563 or 2020")
NO_MONTH: Final[Reason] = ("เดือน เช่น 2563-08 หรือ 2020-08", "a month, such as 2563-08 or 2020-08")
# In this order: the first that fits is said.
_REASONS: Final[tuple[tuple[str, Reason], ...]] = (
    (r"`int` >= 1\b", ("ต้องมากกว่าศูนย์", "more than nothing")),
    (r"`int` >= 0\b", ("ต้องไม่ติดลบ", "not less than nothing")),
    (r"`int` >= (-?\d+)", ("ต้องไม่น้อยกว่า {0}", "at least {0}")),
    (r"`int` <= (-?\d+)", ("ต้องไม่เกิน {0}", "at most {0}")),
    (r"Integer value out of range", ("ตัวเลขมากเกินไป", "a number too large")),
    (
        r"matching regex '\^\[a-z0-9\]\[a-z0-9-\]",
        (
            "รหัสเป็นตัวอักษรอังกฤษเล็ก ตัวเลข และขีด ไม่เกิน 40 ตัว เช่น pp01-m001",
            "an id of small letters, digits and hyphens, at most 40, such as pp01-m001",
        ),
    ),
    (r"matching regex '\^\(19\|", NO_MONTH),
    (
        r"matching regex '\^\(bank:",
        ("ชื่อบัญชีแยก เช่น bank:pp01, welfare, risk, network", "a ledger, such as bank:pp01, welfare, risk, network"),
    ),
    (r"matching regex '\^\[a-z\]\[a-z0-9\]", ("รหัสหมู่บ้าน เช่น pp01", "a village's code, such as pp01")),
    (r"matching regex '\^\[\^", ("ข้อความบรรทัดเดียว", "one line of text")),
    (r"matching regex", ("รูปแบบไม่ถูกต้อง", "of another form")),
    (r"`str` of length <= (\d+)", ("ยาวไม่เกิน {0} ตัวอักษร", "at most {0} characters")),
    (r"`array` of length >= (\d+)", ("อย่างน้อย {0} รายการ", "at least {0} of them")),
    (r"`array` of length <= (\d+)", ("ไม่เกิน {0} รายการ", "at most {0} of them")),
    (r"missing required field `(\w+)`", ("ยังขาดช่อง {0}", "{0} is missing")),
    (r"unknown field `(\w+)`", ("ไม่มีช่อง {0}", "there is no field {0}")),
    (r"Invalid enum value", ("ไม่ใช่ค่าที่เลือกได้", "not one of the choices")),
    (r"Expected `int`", ("ต้องเป็นตัวเลขจำนวนเต็ม", "a whole number")),
    (r"Expected `str`", ("ต้องเป็นข้อความ", "a text")),
    (r"Expected `bool`", ("yes หรือ no", "yes or no")),
    (r"Expected `(?:array|object)`", ("ต้องเป็น JSON", "JSON of that form")),
    (r"do not sum to nothing", ("ยอดสองด้านไม่เท่ากัน", "the two sides do not add up")),
    (r"(\w+) is needed to choose the account", ("ยังขาดช่อง {0}", "{0} is missing")),
    (
        r"(\d+) needs a sub-ledger",
        ("บัญชี {0} ต้องระบุผู้ถือ เช่น box= หรือ bank=", "account {0} needs its holder: box= or bank="),
    ),
    (r"(\S+) has no account (\d+)", ("{0} ไม่มีบัญชี {1}", "{0} has no account {1}")),
)
NO_AMOUNT: Final[Reason] = (
    "จำนวนเงินเป็นบาท มากกว่าศูนย์ เช่น 1,234.50",
    "an amount in baht, more than nothing, as 1,234.50",
)
TOO_FINE: Final[Reason] = ("ทศนิยมไม่เกินสองตำแหน่ง เช่น 1,234.50", "at most two decimals, as 1,234.50")
_MOST: Final = format_baht(INTEGER_MAX)
TOO_MUCH: Final[Reason] = (f"จำนวนเงินมากเกินไป ไม่เกิน {_MOST} บาท", f"too much: at most {_MOST} baht")
NO_DATE: Final[Reason] = ("วันที่ที่มีจริง เช่น 22/08/2563", "a day of the calendar, as 22/08/2563 or 2020-08-22")

_FINE: Final = re.compile(r"[\d,]+\.\d{3,}")
_MUCH: Final = re.compile(r"([\d,]+)(\.\d{1,2})?")


def reason_of(error: str) -> Reason:
    """What a check's own sentence means."""
    for pattern, (thai, english) in _REASONS:
        if match := re.search(pattern, error):
            return thai.format(*match.groups()), english.format(*match.groups())
    return error, error


def amount_reason(text: str) -> Reason:
    """Why what was typed is no amount of baht."""
    if _FINE.fullmatch(text.strip()):
        return TOO_FINE
    much = _MUCH.fullmatch(text.strip())
    whole = much[1].replace(",", "").lstrip("0") if much is not None else ""
    # By its length first: int() gives up on thousands of digits.
    is_much = len(whole) > len(str(INTEGER_MAX)) or int(whole or 0) >= INTEGER_MAX // SATANG_PER_BAHT
    return TOO_MUCH if is_much else NO_AMOUNT
