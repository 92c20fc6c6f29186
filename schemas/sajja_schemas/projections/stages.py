"""How far a claim has come, and how long ago: alike for the welfare fund and the risk fund."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sajja_schemas.projections.declaring import day, days, text
from sajja_schemas.registers.noting import Fact, latest, sum_of

STAGE: Final = text(
    "stage", "ขั้นตอน", "stage",
    "the furthest that was recorded: filed or submitted, verified, approved, partly_paid, paid, returned, rejected",
)  # fmt: skip
SINCE: Final = day("since", "ตั้งแต่วันที่", "since", "the latest business date of that stage")
AGE: Final = days("age_days", "ผ่านมากี่วัน", "age", "the day less `since`")


def stage_of(facts: Mapping[Fact, int], granted_satang: int, given: str) -> tuple[str, date | None]:
    """The furthest stage, and the latest date that is said of it; `given` is the word with which money was paid."""
    for word in ("rejected", "returned", given, "approved", "verified", "submitted", "filed"):
        said = latest(facts, word)
        if said is not None:
            paid = "paid" if sum_of(facts, given) >= granted_satang else "partly_paid"
            return paid if word == given else word, date.fromisoformat(str(said[1]))
    return "unknown", None


def age_days(since: date | None, on: date) -> int | None:
    """The days from one to the other; nothing where it lies ahead."""
    return max((on - since).days, 0) if since is not None else None
