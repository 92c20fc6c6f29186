"""An amount in Thai words, as vouchers have it: ห้าร้อยห้าสิบบาทถ้วน.

Twenty is ยี่สิบ, ten is สิบ without a หนึ่ง, and a one behind a ten or more is เอ็ด. Above a million the same words are
said again before ล้าน. Satang are said without a ถ้วน (docs/domain.md section 9.11).
"""

from typing import Final

from sajja_schemas.money import SATANG_PER_BAHT

_DIGITS: Final = ("", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_PLACES: Final = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")
_MILLION: Final = 1_000_000
_TENS: Final = 1
_ONE, _TWO = 1, 2


def baht_words(amount_satang: int) -> str:
    """The words for an amount; one below nothing begins with ลบ."""
    sign = "ลบ" if amount_satang < 0 else ""
    baht, satang = divmod(abs(amount_satang), SATANG_PER_BAHT)
    if not satang:
        return f"{sign}{_number(baht) or 'ศูนย์'}บาทถ้วน"
    whole = f"{_number(baht)}บาท" if baht else ""
    return f"{sign}{whole}{_number(satang)}สตางค์"


def _number(number: int) -> str:
    millions, rest = divmod(number, _MILLION)
    before = f"{_number(millions)}ล้าน" if millions else ""
    return before + _below_a_million(rest, is_alone=not millions)


def _below_a_million(number: int, *, is_alone: bool) -> str:
    words = []
    for place in reversed(range(len(_PLACES))):
        digit = number // 10**place % 10
        if not digit:
            continue
        if place == _TENS and digit <= _TWO:
            said = "" if digit == _ONE else "ยี่"
        elif place == 0 and digit == _ONE and not (is_alone and number == _ONE):
            said = "เอ็ด"
        else:
            said = _DIGITS[digit]
        words.append(said + _PLACES[place])
    return "".join(words)
