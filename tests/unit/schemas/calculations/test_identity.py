"""Identity numbers (docs/domain.md sections 9.6 and 11.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.identity import Doubt, check_digit, normalise, read_identity
from sajja_schemas.calculations.problems import NotTwelveDigits


@pytest.mark.parametrize(
    ("typed", "doubt"),
    [
        pytest.param("0100000000018", None, id="0100000000018 is valid"),
        pytest.param("0999999999991", None, id="0999999999991 is valid"),
        pytest.param("0800100001494", None, id="0800100001494 is valid"),
        pytest.param("0123456789016", None, id="0123456789016 is valid"),
        pytest.param("0123456789013", Doubt.CHECK_DIGIT, id="0123456789013 is not"),
        pytest.param("012345678901", Doubt.NOT_THIRTEEN_DIGITS, id="twelve digits are not thirteen"),
        pytest.param("๐๑๒๓๔๕๖๗๘๙๐๑๖", None, id="Thai digits are digits"),
        pytest.param("0-1234-56789-01-6", None, id="as it is printed on a card"),
        pytest.param("01234567890l6", Doubt.NOT_THIRTEEN_DIGITS, id="a letter is not a digit"),
        pytest.param(" - ", Doubt.EMPTY, id="nothing is no number"),
    ],
)
def test_a_number_of_a_network_that_allows_synthetic_ones(typed: str, doubt: Doubt | None) -> None:
    assert read_identity(typed, document="national_id", allow_synthetic_id=True).doubt is doubt


def test_a_synthetic_number_is_doubted_where_people_are_real() -> None:
    reading = read_identity("0123456789016", document="national_id", allow_synthetic_id=False)
    assert reading.doubt is Doubt.SYNTHETIC


@pytest.mark.parametrize(("first", "doubt"), [(1, None), (8, None), (9, Doubt.FIRST_DIGIT)])
def test_a_first_digit_is_1_to_8_in_practice(first: int, doubt: Doubt | None) -> None:
    twelve = f"{first}00000000000"
    number = f"{twelve}{check_digit(twelve)}"
    assert read_identity(number, document="national_id", allow_synthetic_id=False).doubt is doubt


@pytest.mark.parametrize("typed", ["AB-123 456", "0123456789013", "๙๙"])
def test_another_document_is_never_refused_by_a_checksum(typed: str) -> None:
    reading = read_identity(typed, document="other", allow_synthetic_id=False)
    assert (reading.number, reading.doubt) == (normalise(typed), None)
    assert read_identity("", document="other", allow_synthetic_id=False).doubt is Doubt.EMPTY


def test_two_spellings_of_one_number_become_equal() -> None:
    assert normalise("๐-๑๒๓๔ ab") == normalise("01234AB")


@pytest.mark.parametrize("first", ["", "12345678901", "1234567890123", "12345678901x", "๑๒๓๔๕๖๗๘๙๐๑๒"])
def test_a_check_digit_needs_twelve_digits(first: str) -> None:
    with pytest.raises(NotTwelveDigits, match="twelve digits"):
        check_digit(first)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_but_for_the_third_and_a_fold(twelve: str, place: int, by: int) -> None:
    """The third digit weighs 11, so it is not checked; and the remainders 0 and 10 both end in 1."""
    wrong = twelve[:place] + str((int(twelve[place]) + by) % 10) + twelve[place + 1 :]
    remainders = {sum(int(digit) * (13 - at) for at, digit in enumerate(text)) % 11 for text in (twelve, wrong)}
    is_missed = place == 2 or remainders == {0, 10}
    assert (check_digit(twelve) == check_digit(wrong)) is is_missed
