"""How the text of one cell is read. What cannot be read is `Unread`, with the code of its sentence."""

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Final

import msgspec

from sajja_client.paper.columns import METHODS, SIDES
from sajja_schemas.accounts import CHART, CLEARING, Sub, belongs_to, may_hold
from sajja_schemas.calculations.loans import INSTALMENTS_MAX
from sajja_schemas.calendar import NotADate, parse_date
from sajja_schemas.events.loans import Method
from sajja_schemas.limits import INTEGER_MAX
from sajja_schemas.money import SATANG_PER_BAHT

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_DECIMALS: Final = 2  # a baht has a hundred satang
_AMOUNT: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d*))?")
_NEGATIVE: Final = re.compile(r"[-−–+]\s*[\d.,]+|\([\d.,]+\)")  # people type any dash
_BAHT_SIGN: Final = re.compile(r"^฿\s*|\s*(?:฿|บาท)$")
_WHOLE_DIGITS_MAX: Final = 14
_CODE: Final = re.compile(r"(\d{4})(?:\s*[·:\-]?\s+(.*))?")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MEMBER_NUMBER: Final = re.compile(r"m?0*(\d{1,6})")
_RATE: Final = re.compile(r"(\d{1,3})(?:\.(\d{1,2})0*)?\s*%?")
ROUNDING_SATANG_MAX: Final = 100_000  # a thousand baht, as the format has it
_PAGE_MAX: Final = 100_000
_DASHES: Final = frozenset({"-", "–", "—"})  # people type any dash
_ACCOUNTS: Final = {
    name.casefold(): account.code for account in CHART.values() for name in (account.thai, account.english)
}
_METHODS: Final[dict[str, Method]] = {name.casefold(): key for key, thai in METHODS.items() for name in (key, thai)}
_SUGGESTIONS: Final = 3


class Known(msgspec.Struct, frozen=True):
    """What this device's books know, to hold a file against."""

    ledger: str
    village: str
    members: frozenset[str]
    villages: frozenset[str]


class Unread(ValueError):
    """A cell cannot be read."""

    def __init__(self, code: str, **detail: object) -> None:
        """`code` is one of `mistakes.SENTENCES`."""
        super().__init__(code)
        self.code = code
        self.detail = detail


def page(text: str) -> int:
    """A page of the paper book."""
    plain = text.translate(_THAI_DIGITS)
    if not plain.isascii() or not plain.isdigit() or not 0 < int(plain[:7]) <= _PAGE_MAX or len(plain) > len("100000"):
        raise Unread("page_wrong", given=text or "-")
    return int(plain)


def account(text: str, ledger: str) -> int:
    """An account by its code, by its name, or by both."""
    plain = " ".join(text.translate(_THAI_DIGITS).split())
    match = _CODE.fullmatch(plain)
    code = int(match[1]) if match else _ACCOUNTS.get(plain.casefold())
    if code is None or code not in CHART:
        near = _near(plain.casefold(), _ACCOUNTS)
        told = ", ".join(f"{_ACCOUNTS[name]} {CHART[_ACCOUNTS[name]].thai}" for name in near)
        raise Unread("account_unknown", given=text or "-", near=told or "-")
    named = CHART[code]
    if match and match[2] and _ACCOUNTS.get(match[2].casefold()) != code:
        raise Unread("account_contradicts", given=text, number=code, name=named.thai)
    if code == CLEARING:
        raise Unread("account_is_clearing")
    if not may_hold(ledger, code):
        raise Unread("account_not_here", given=f"{code} {named.thai}", ledger=ledger)
    return code


def holder(text: str, sub: Sub, known: Known) -> str:
    """What an account is divided by. A member of this village may be given by number alone, as on a passbook."""
    plain = text.translate(_THAI_DIGITS).casefold().replace("–", "-")  # people type any dash
    if sub is Sub.MEMBER and _is_of_village(known):
        return _member(text, plain, known)
    if not _ID.fullmatch(plain):
        raise Unread("holder_wrong", given=text)
    if sub is Sub.VILLAGE and plain not in known.villages:
        raise Unread("village_unknown", given=text)
    return plain


def amount(text: str) -> int:
    """Satang, more than nothing."""
    plain = _BAHT_SIGN.sub("", text.translate(_THAI_DIGITS).strip()).replace(" ", "")
    if _NEGATIVE.fullmatch(plain):
        raise Unread("amount_negative", given=text)
    if plain in _DASHES:
        raise Unread("amount_zero")
    match = _AMOUNT.fullmatch(plain)
    if match is None or not (match[1] or match[2]):
        raise Unread("amount_wrong", given=text)
    whole, decimals = (match[1] or "0").replace(",", ""), (match[2] or "")
    if len(decimals.rstrip("0")) > _DECIMALS:
        raise Unread("amount_too_fine", given=text)
    if len(whole.lstrip("0")) > _WHOLE_DIGITS_MAX:
        raise Unread("amount_too_large", given=text)
    satang = int(whole.lstrip("0") or "0") * SATANG_PER_BAHT + int(decimals[:_DECIMALS].ljust(_DECIMALS, "0"))
    if satang > INTEGER_MAX:
        raise Unread("amount_too_large", given=text)
    if not satang:
        raise Unread("amount_zero")
    return satang


def side(text: str) -> int:
    """1 for a debit, -1 for a credit."""
    sign = SIDES.get(text.casefold().rstrip("."))
    if sign is None:
        raise Unread("side_wrong", given=text)
    return sign


def months(text: str) -> int:
    """How many instalments a contract has."""
    plain = text.translate(_THAI_DIGITS)
    if not plain.isascii() or not plain.isdigit() or len(plain) > len(str(INSTALMENTS_MAX)) or not int(plain):
        raise Unread("number_wrong", given=text, least=1, most=INSTALMENTS_MAX)
    if int(plain) > INSTALMENTS_MAX:
        raise Unread("number_wrong", given=text, least=1, most=INSTALMENTS_MAX)
    return int(plain)


def multiple(text: str) -> int:
    """What instalments are a multiple of, in satang."""
    satang = amount(text)
    if satang > ROUNDING_SATANG_MAX:
        raise Unread("amount_too_large", given=text)
    return satang


def rate(text: str) -> int:
    """Basis points a month from a percentage: 1.25 is 125."""
    match = _RATE.fullmatch(text.translate(_THAI_DIGITS))
    if match is None:
        raise Unread("rate_wrong", given=text)
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def method(text: str) -> Method:
    """How a loan's interest is computed."""
    found = _METHODS.get(text.casefold())
    if found is None:
        raise Unread("method_unknown", given=text, near=", ".join(METHODS.values()))
    return found


def day(text: str) -> date:
    """A day of the calendar, of either era."""
    try:
        return parse_date(text)
    except NotADate as error:
        raise Unread("date_wrong", given=text) from error


def _member(text: str, plain: str, known: Known) -> str:
    if plain in known.members:
        return plain
    if number := _MEMBER_NUMBER.fullmatch(plain):
        named = f"{known.village}-m{int(number[1]):03}"
        if named in known.members:
            return named
    if not _ID.fullmatch(plain):
        raise Unread("holder_wrong", given=text)
    raise Unread("member_unknown", given=text, near=", ".join(_near(plain, known.members)) or "-")


def _is_of_village(known: Known) -> bool:
    return belongs_to(known.ledger, known.village)


def _near(text: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(text, list(names), n=_SUGGESTIONS, cutoff=0.5)
