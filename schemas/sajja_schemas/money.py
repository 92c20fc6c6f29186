"""Money is integer satang. 100 satang are one baht. There is no other number for money anywhere.

People read baht with two decimals and commas; the two functions here are the only way in and out. Rules:
docs/domain.md sections 9.11 (typing) and 5 (amounts).
"""

import re
from typing import Final

from sajja_schemas.limits import INTEGER_MAX

SATANG_PER_BAHT: Final = 100
_BAHT: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{1,2}))?")
_LENGTH_MAX: Final = 40  # of what is read at all: int() itself gives up on thousands of digits
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


class NotAnAmount(ValueError):
    """This is not an amount of money that can be recorded; the message says why."""


def parse_baht(text: str) -> int:
    """The satang of an amount that a person typed: `1,234.50`, `๕๐`, `0.25`.

    Raises:
        NotAnAmount: no positive number with at most two decimals within 2^53 - 1 satang.
    """
    plain = text.strip().translate(_THAI_DIGITS)
    match = _BAHT.fullmatch(plain)
    if match is not None and len(plain) > _LENGTH_MAX:
        raise NotAnAmount("an amount is more than nothing, and less than 2^53 satang")
    if match is None:
        raise NotAnAmount("an amount is digits with at most two decimals, as 1,234.50")
    whole, decimals = match.groups(default="")
    amount_satang = int(whole.replace(",", "")) * SATANG_PER_BAHT + int(decimals.ljust(2, "0"))
    if not 0 < amount_satang <= INTEGER_MAX:
        raise NotAnAmount("an amount is more than nothing, and less than 2^53 satang")
    return amount_satang


def format_baht(amount_satang: int) -> str:
    """`-1,234.50` for -123450."""
    sign = "-" if amount_satang < 0 else ""
    baht, satang = divmod(abs(amount_satang), SATANG_PER_BAHT)
    return f"{sign}{baht:,}.{satang:02d}"
