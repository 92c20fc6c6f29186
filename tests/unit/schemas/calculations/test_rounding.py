"""From ratios to satang, and from a pool to its parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.problems import CannotCalculate, NegativeInput, NoSuchMultiple, NothingToWeighBy
from sajja_schemas.calculations.rounding import (
    LineRounding,
    MultipleRounding,
    Residue,
    divide_pool,
    exact_part,
    half_up,
    largest_remainder,
    ratio,
    round_line,
    round_to_multiple,
)

POOLS = st.integers(min_value=0, max_value=10**12)
WEIGHTS = st.dictionaries(st.text("abc0129", min_size=1, max_size=4), st.integers(0, 10**9), min_size=1, max_size=12)
LINE_ROUNDINGS: list[LineRounding] = ["half_up", "floor_satang", "floor_baht"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "nearest"),
    [
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (-3, 2, -2),
        (149, 100, 1),
        (151, 100, 2),
        (-149, 100, -1),
        (0, 1, 0),
        (7, 1, 7),
    ],
)
def test_half_a_satang_goes_away_from_zero(numerator: int, denominator: int, nearest: int) -> None:
    assert half_up(ratio(numerator, denominator)) == nearest


@pytest.mark.parametrize(
    ("rounding", "satang"), [("half_up", 45_834), ("floor_satang", 45_833), ("floor_baht", 45_800)]
)
def test_a_line_of_458_335_is_rounded_by_one_of_three_published_rules(rounding: LineRounding, satang: int) -> None:
    assert round_line(ratio(458_335, 10), rounding) == satang


@pytest.mark.parametrize(("mode", "satang"), [("half_up", 170_000), ("down", 160_000), ("up", 170_000)])
def test_1666_67_in_hundreds_of_baht(mode: MultipleRounding, satang: int) -> None:
    assert round_to_multiple(166_667, multiple_satang=10_000, mode=mode) == satang
    assert round_to_multiple(satang, multiple_satang=10_000, mode=mode) == satang


def test_there_is_no_multiple_of_nothing() -> None:
    with pytest.raises(NoSuchMultiple, match="a multiple of 0 satang"):
        round_to_multiple(1, multiple_satang=0, mode="up")


def test_weights_7_7_7_3_3_1_lose_a_satang_line_by_line_and_none_by_largest_remainder() -> None:
    weights = {"a": 7, "b": 7, "c": 7, "d": 3, "e": 3, "f": 1}
    each_line = divide_pool(100_000, weights, rounding="half_up", residue="to_reserve")
    assert list(each_line.parts_satang.values()) == [25_000, 25_000, 25_000, 10_714, 10_714, 3_571]
    assert each_line.residue_satang == 1
    whole = divide_pool(100_000, weights, rounding="half_up", residue="largest_remainder")
    assert list(whole.parts_satang.values()) == [25_000, 25_000, 25_000, 10_714, 10_714, 3_572]
    assert whole.residue_satang == 0


def test_of_three_equal_parts_of_100_baht_the_lowest_id_gets_the_odd_satang() -> None:
    assert largest_remainder(10_000, {"m3": 1, "m1": 1, "m2": 1}) == {"m3": 3_333, "m1": 3_334, "m2": 3_333}
    each_line = divide_pool(10_000, {"m1": 1, "m2": 1, "m3": 1}, rounding="half_up", residue="to_reserve")
    assert sum(each_line.parts_satang.values()) == 9_999


def test_a_pool_divided_in_whole_baht_leaves_its_satang() -> None:
    division = divide_pool(123_457, {"m1": 1, "m2": 2}, rounding="floor_baht", residue="largest_remainder")
    assert division.parts_satang == {"m1": 41_100, "m2": 82_300}
    assert division.residue_satang == 57


def test_lines_that_were_rounded_up_may_take_more_than_the_pool() -> None:
    division = divide_pool(1, {"m1": 1, "m2": 1}, rounding="half_up", residue="to_reserve")
    assert division.residue_satang == -1


def test_a_pool_for_nobody_is_left_whole_and_nothing_needs_no_weight() -> None:
    assert divide_pool(500, {"m1": 0}, rounding="half_up", residue="largest_remainder").residue_satang == 500
    assert largest_remainder(0, {"m1": 0}) == {"m1": 0}
    with pytest.raises(NothingToWeighBy):
        largest_remainder(1, {"m1": 0})
    with pytest.raises(NothingToWeighBy):
        exact_part(pool_satang=1, weight=0, weight_total=0)


def test_a_size_below_nothing_is_refused_in_both_languages() -> None:
    with pytest.raises(NegativeInput, match="pool cannot be less than nothing, and it is -1") as refused:
        largest_remainder(-1, {"m1": 1})
    assert refused.value.thai_sentence == "pool ต้องไม่ติดลบ แต่ได้ -1"
    assert isinstance(refused.value, ValueError)
    assert CannotCalculate().thai_sentence == "คำนวณไม่ได้"
    with pytest.raises(NegativeInput, match="m2"):
        divide_pool(1, {"m1": 1, "m2": -1}, rounding="half_up", residue="to_reserve")


def test_an_id_may_be_any_word() -> None:
    assert largest_remainder(3, {"pool": 1, "self": 2}) == {"pool": 1, "self": 2}
    assert divide_pool(3, {"pool_satang": 1}, rounding="half_up", residue="to_reserve").parts_satang == {
        "pool_satang": 3
    }


@given(POOLS, WEIGHTS.filter(lambda weights: sum(weights.values()) > 0))
def test_largest_remainder_sums_to_the_pool_and_is_less_than_a_unit_off(pool: int, weights: dict[str, int]) -> None:
    parts = largest_remainder(pool, weights)
    total = sum(weights.values())
    assert sum(parts.values()) == pool
    assert all(abs(parts[key] - ratio(pool * weight, total)) < 1 for key, weight in weights.items())
    assert all(not parts[key] for key, weight in weights.items() if not weight)


@given(POOLS, WEIGHTS, st.sampled_from(LINE_ROUNDINGS), st.sampled_from(["largest_remainder", "to_reserve"]))
def test_parts_and_residue_are_the_pool(
    pool: int, weights: dict[str, int], rounding: LineRounding, residue: Residue
) -> None:
    division = divide_pool(pool, weights, rounding=rounding, residue=residue)
    assert sum(division.parts_satang.values()) + division.residue_satang == pool
    assert set(division.parts_satang) == set(weights)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.integers(1, 10**5))
def test_rounding_stays_within_half_a_unit_or_one(numerator: int, denominator: int, multiple: int) -> None:
    exact = ratio(numerator, denominator)
    below = round_to_multiple(exact, multiple_satang=multiple, mode="down")
    above = round_to_multiple(exact, multiple_satang=multiple, mode="up")
    assert below <= exact <= above
    assert above - below in (0, multiple)
    assert 2 * abs(round_to_multiple(exact, multiple_satang=multiple, mode="half_up") - exact) <= multiple
