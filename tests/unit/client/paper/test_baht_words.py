"""Amounts in Thai words, held to the published cases and to a reader who turns words back into numbers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_client.paper.baht_words import baht_words

PUBLISHED = [
    (55_000, "ห้าร้อยห้าสิบบาทถ้วน"),
    (100, "หนึ่งบาทถ้วน"),
    (1_000, "สิบบาทถ้วน"),
    (1_100, "สิบเอ็ดบาทถ้วน"),
    (2_000, "ยี่สิบบาทถ้วน"),
    (2_100, "ยี่สิบเอ็ดบาทถ้วน"),
    (10_025, "หนึ่งร้อยบาทยี่สิบห้าสตางค์"),
    (0, "ศูนย์บาทถ้วน"),
    (25, "ยี่สิบห้าสตางค์"),
    (1, "หนึ่งสตางค์"),
    (10_100, "หนึ่งร้อยเอ็ดบาทถ้วน"),
    (100_000_000, "หนึ่งล้านบาทถ้วน"),
    (100_000_100, "หนึ่งล้านเอ็ดบาทถ้วน"),
    (1_100_000_000, "สิบเอ็ดล้านบาทถ้วน"),
    (123_456_725, "หนึ่งล้านสองแสนสามหมื่นสี่พันห้าร้อยหกสิบเจ็ดบาทยี่สิบห้าสตางค์"),
    (100_000_000_000_000, "หนึ่งล้านล้านบาทถ้วน"),
    (-55_000, "ลบห้าร้อยห้าสิบบาทถ้วน"),
]
DIGITS = {
    **{word: digit for digit, word in enumerate(["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"])},
    "เอ็ด": 1,
    "ยี่": 2,
}
PLACES = {"สิบ": 10, "ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000}
WORD = re.compile("|".join(sorted([*DIGITS, *PLACES, "ล้าน"], key=len, reverse=True)))


@pytest.mark.parametrize(("amount", "words"), PUBLISHED)
def test_an_amount_is_said_as_published(amount: int, words: str) -> None:
    assert baht_words(amount) == words


@given(st.integers(0, 2**53 - 1))
def test_the_words_say_the_amount_and_nothing_else(amount: int) -> None:
    whole, baht, satang = baht_words(amount).rpartition("บาท")
    if not baht:
        whole, satang = "", whole + satang
    part = 0 if satang == "ถ้วน" else number(satang.removesuffix("สตางค์"))
    assert number(whole) * 100 + part == amount


def number(words: str) -> int:
    total = group = digit = 0
    assert "".join(WORD.findall(words)) == words
    for word in WORD.findall(words):
        if word == "ล้าน":
            total, group, digit = (total + group + digit) * 1_000_000, 0, 0
        elif word in PLACES:
            group, digit = group + (digit or 1) * PLACES[word], 0
        else:
            digit = DIGITS[word]
    return total + group + digit
