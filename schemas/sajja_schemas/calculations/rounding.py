"""From exact ratios to satang, and from a pool to its parts.

* A ratio is `fractions.Fraction`, made by `ratio` and by arithmetic on it; nothing else stands between two satang.
* Half-up rounds half a satang away from zero (docs/domain.md section 9).
* Published dividends round each line half-up, down to the satang or down to the baht [S17][S18][S21]: a parameter
  chooses (section 9.2).
* Largest remainder: everyone gets the exact share rounded down, and what is left goes, a unit each, to those who lost
  most by it; a tie goes to the lowest id, compared as text by code point (section 9.3).
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, Literal, TypeVar

import msgspec

from sajja_schemas.calculations.problems import (
    NoSuchMultiple,
    NothingToWeighBy,
    refuse_negative,
    refuse_negative_in,
)
from sajja_schemas.money import SATANG_PER_BAHT

BP: Final = 10_000  # basis points in a whole

LineRounding = Literal["half_up", "floor_satang", "floor_baht"]
MultipleRounding = Literal["half_up", "down", "up"]
Residue = Literal["largest_remainder", "to_reserve"]
Key = TypeVar("Key", str, int)


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """A pool divided: the parts by id, and what no part received."""

    parts_satang: dict[str, int]
    residue_satang: int  # below nothing when lines that were rounded up took more than the pool


def ratio(numerator: int, denominator: int) -> Fraction:
    """The exact quotient of two integers."""
    return Fraction(numerator, denominator)  # an exact ratio, and the one place that makes it


def half_up(exact: Fraction | int) -> int:
    """The nearest integer; a half goes away from zero."""
    size, parts = abs(exact.numerator), exact.denominator
    nearest = (2 * size + parts) // (2 * parts)
    return nearest if exact >= 0 else -nearest


def down(exact: Fraction | int) -> int:
    """The integer at or below."""
    return exact.numerator // exact.denominator


def up(exact: Fraction | int) -> int:
    """The integer at or above."""
    return -down(-exact)


def round_line(exact_satang: Fraction | int, rounding: LineRounding) -> int:
    """The satang of one line of a dividend (docs/domain.md section 9.2)."""
    if rounding == "half_up":
        return half_up(exact_satang)
    if rounding == "floor_satang":
        return down(exact_satang)
    return down(exact_satang / ratio(SATANG_PER_BAHT, 1)) * SATANG_PER_BAHT


def round_to_multiple(exact_satang: Fraction | int, *, multiple_satang: int, mode: MultipleRounding) -> int:
    """An amount in whole multiples: 1,666.67 up to a multiple of 100 baht is 1,700.00 (section 9.1).

    Raises:
        NoSuchMultiple: the multiple is not one satang or more.
    """
    if multiple_satang < 1:
        raise NoSuchMultiple(multiple_satang=multiple_satang)
    exact_multiples = exact_satang / ratio(multiple_satang, 1)
    return _MODES[mode](exact_multiples) * multiple_satang


def exact_part(*, pool_satang: int, weight: int, weight_total: int) -> Fraction:
    """What a weight earns of a pool, before any rounding.

    Raises:
        NothingToWeighBy: the total is nothing.
        NegativeInput: a size is.
    """
    refuse_negative(pool_satang=pool_satang, weight=weight, weight_total=weight_total)
    if not weight_total:
        raise NothingToWeighBy
    return ratio(pool_satang * weight, weight_total)


def largest_remainder(pool: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """A pool of whole units in parts that sum to it, each less than one unit from its exact part.

    Raises:
        NothingToWeighBy: there is something to divide, and every weight is zero.
        NegativeInput: the pool or a weight is.
    """
    refuse_negative(pool=pool)
    refuse_negative_in(weights)
    if not pool:
        return dict.fromkeys(weights, 0)
    total = sum(weights.values())
    if not total:
        raise NothingToWeighBy
    parts = {key: pool * weight // total for key, weight in weights.items()}
    most_lost_first = sorted(weights, key=lambda key: (-(pool * weights[key] % total), key))
    for key in most_lost_first[: pool - sum(parts.values())]:
        parts[key] += 1
    return parts


def divide_pool(pool_satang: int, weights: Mapping[str, int], *, rounding: LineRounding, residue: Residue) -> Division:
    """Divide a pool as the bylaws say (docs/domain.md section 4.3).

    `largest_remainder` divides in units of the rounding, satang or baht, and `half_up` and `floor_satang` then agree.
    `to_reserve` rounds each line by itself and leaves the difference for the reserve, which may have to give some.
    Where nobody has a weight, the whole pool is left.

    Raises:
        NegativeInput: the pool or a weight is.
    """
    refuse_negative(pool_satang=pool_satang)
    refuse_negative_in(weights)
    total = sum(weights.values())
    if not total:
        parts = dict.fromkeys(weights, 0)
    elif residue == "largest_remainder":
        unit_satang = SATANG_PER_BAHT if rounding == "floor_baht" else 1
        units = largest_remainder(pool_satang // unit_satang, weights)
        parts = {key: unit_satang * count for key, count in units.items()}
    else:
        parts = {key: round_line(ratio(pool_satang * weight, total), rounding) for key, weight in weights.items()}
    return Division(parts_satang=parts, residue_satang=pool_satang - sum(parts.values()))


_MODES: Final[dict[MultipleRounding, Callable[[Fraction], int]]] = {"half_up": half_up, "down": down, "up": up}
