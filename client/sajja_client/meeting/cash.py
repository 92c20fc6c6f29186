"""Notes and coins: what a person counted, as a count by denomination.

`1000=3 500=2 20=7 0.25=4`: three notes of a thousand and so on; Thai digits are digits. `-` or nothing is an empty box.
"""

from collections.abc import Iterable, Sequence
from typing import Final, get_args

import msgspec

from sajja_client.meeting.problems import CashWrong
from sajja_schemas.events.base import Denomination
from sajja_schemas.events.meetings import Counted
from sajja_schemas.limits import INTEGER_MAX
from sajja_schemas.money import NotAnAmount, format_baht, parse_baht

DENOMINATIONS: Final[tuple[int, ...]] = get_args(Denomination)
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
EMPTY: Final = "-"
_DIGITS_MAX: Final = len(str(INTEGER_MAX))
COUNTERS_MIN: Final = 2  # nobody counts alone (docs/domain.md section 5.6)


def read_cash(words: Sequence[str]) -> tuple[Counted, ...]:
    """The count that was typed, the largest first.

    Raises:
        CashWrong: a word cannot be read, or a denomination stands twice.
    """
    pieces: dict[int, int] = {}
    for word in (part for given in words for part in given.replace(",", " ").split()):
        if word == EMPTY:
            continue
        kind, equals, number = word.partition("=")
        denomination = _denomination(kind, word)
        number = number.strip().translate(_THAI_DIGITS)
        if not equals or not number.isascii() or not number.isdigit():
            raise CashWrong(word, thai="จำนวนใบเป็นเลขจำนวนเต็ม", english="the pieces are a whole number")
        if len(number) > _DIGITS_MAX:
            raise CashWrong(word, thai="จำนวนมากเกินไป", english="too many pieces")
        if denomination in pieces:
            raise CashWrong(word, thai="ชนิดนี้มีสองครั้ง", english="this kind stands twice")
        pieces[denomination] = int(number)
    counted = [{"denomination_satang": kind, "pieces": pieces[kind]} for kind in DENOMINATIONS if pieces.get(kind)]
    try:
        return msgspec.convert(counted, tuple[Counted, ...])
    except msgspec.ValidationError as error:
        raise CashWrong(" ".join(words), thai="จำนวนมากเกินไป", english="too many pieces") from error


def total_of(cash: Iterable[Counted]) -> int:
    """What a count comes to, in satang."""
    return sum(line.denomination_satang * line.pieces for line in cash)


def _denomination(kind: str, word: str) -> int:
    try:
        denomination = parse_baht(kind)
    except NotAnAmount:
        denomination = 0
    if denomination not in DENOMINATIONS:
        known = " ".join(format_baht(one).removesuffix(".00") for one in DENOMINATIONS)
        raise CashWrong(word, thai=f"ชนิดที่มีคือ {known}", english=f"the kinds are {known}")
    return denomination
