"""The number of a Thai identity card, and why a wrong one keeps nobody out.

 * check = (11 - (sum over i = 1..12 of d_i x (14 - i)) mod 11) mod 10 [S36] (docs/domain.md section 9.6).
 * In practice the first digit is 1 to 8. A number that begins with 0 is synthetic, and good only where a network
   allows it.
 * Thirteen digits with a check digit catch most typing errors, though none in the third digit, which weighs 11; they
   prove nobody. People without such a number are members too, under another id, and that is never judged by a checksum
   (section 11.3).

So nothing here refuses: a reading names what to look at, and a person decides.
"""

import re
from enum import StrEnum
from typing import Final, Literal

import msgspec

from sajja_schemas.calculations.problems import NotTwelveDigits

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_WRITTEN_BETWEEN: Final = re.compile(r"[\s\-]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_FIRST_TWELVE: Final = 12
_LENGTH: Final = 13

Document = Literal["national_id", "other"]


class Doubt(StrEnum):
    """What is odd about a number."""

    EMPTY = "empty"
    NOT_THIRTEEN_DIGITS = "not_thirteen_digits"
    CHECK_DIGIT = "check_digit"
    SYNTHETIC = "synthetic"  # begins with 0 in a network that has real people
    FIRST_DIGIT = "first_digit"  # begins with 9, which is not issued in practice


class IdentityReading(msgspec.Struct, frozen=True, kw_only=True):
    """A number as it is kept and compared, and what is odd about it."""

    number: str
    doubt: Doubt | None = None


def normalise(text: str) -> str:
    """A number without Thai digits, spaces and hyphens: how two spellings of one number become equal."""
    return _WRITTEN_BETWEEN.sub("", text.translate(_THAI_DIGITS)).upper()


def check_digit(first_twelve: str) -> int:
    """The thirteenth digit of a national identity number.

    Raises:
        NotTwelveDigits: these are not twelve digits.
    """
    if len(first_twelve) != _FIRST_TWELVE or not _DIGITS.fullmatch(first_twelve):
        raise NotTwelveDigits
    weighed = sum(int(digit) * (_LENGTH - place) for place, digit in enumerate(first_twelve))
    return (11 - weighed % 11) % 10


def read_identity(text: str, *, document: Document, allow_synthetic_id: bool) -> IdentityReading:
    """Read what was typed; another document than the identity card only has to be there at all."""
    number = normalise(text)
    if not number:
        return IdentityReading(number=number, doubt=Doubt.EMPTY)
    if document == "other":
        return IdentityReading(number=number)
    return IdentityReading(number=number, doubt=_doubt_about(number, allow_synthetic_id=allow_synthetic_id))


def _doubt_about(number: str, *, allow_synthetic_id: bool) -> Doubt | None:
    if len(number) != _LENGTH or not _DIGITS.fullmatch(number):
        return Doubt.NOT_THIRTEEN_DIGITS
    if check_digit(number[:_FIRST_TWELVE]) != int(number[_FIRST_TWELVE]):
        return Doubt.CHECK_DIGIT
    if number.startswith("0"):
        return None if allow_synthetic_id else Doubt.SYNTHETIC
    return Doubt.FIRST_DIGIT if number.startswith("9") else None
