"""The published numbers, read as integers, for the tests of this folder."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from sajja_schemas.calculations.spans import Movement

VECTORS: Final = Path(__file__).parents[4] / "schemas" / "vectors" / "domain"
GOLDEN: Final[dict[str, Any]] = json.loads((VECTORS / "golden_cases.json").read_text(encoding="utf-8"))
SCENARIO: Final[dict[str, Any]] = json.loads((VECTORS / "scenario_s1.json").read_text(encoding="utf-8"))["summary"]
YEAR: Final = date(2020, 1, 1)  # B.E. 2563


def satang(text: str | int) -> int:
    """`-1,234.50` as the vectors write it, or whole baht, in satang; never through a float."""
    if isinstance(text, int):
        return text * 100
    whole, _, decimals = text.replace(",", "").partition(".")
    size = int(whole.lstrip("-")) * 100 + int(decimals.ljust(2, "0") or 0)
    return -size if text.startswith("-") else size


def move(on: str, baht: str | int) -> Movement:
    """A movement as a person reads it."""
    return Movement(on=date.fromisoformat(on), amount_satang=satang(baht))


def savings_of_a_year(*, opening: int, monthly: list[int], withdrawn: dict[int, int] | None = None) -> list[Movement]:
    """Opening balance, a deposit on the 5th of each month and withdrawals on the 20th, in whole baht."""
    movements = [move("2019-12-31", opening)] if opening else []
    movements += [move(f"2020-{month:02d}-05", baht) for month, baht in enumerate(monthly, start=1) if baht]
    return movements + [move(f"2020-{month:02d}-20", -baht) for month, baht in (withdrawn or {}).items()]
