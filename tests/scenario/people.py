"""Who there is in scenario S1, and what they bring and promise: amounts of the paper books, in satang."""

from datetime import date
from typing import Final, Literal

import msgspec

from sajja_schemas.money import SATANG_PER_BAHT as BAHT

YEAR: Final = 2020  # B.E. 2563
OPENED: Final = date(YEAR, 1, 1)
MEETING_DAY: Final = 5
V01: Final = "v01"
V02: Final = "v02"
LEDGERS: Final = {"V01": "bank:v01", "V02": "bank:v02", "WF": "welfare", "RF": "risk", "NW": "network"}
ALWAYS: Final = range(1, 13)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the first village."""

    member: str
    gender: Literal["female", "male"]
    joined: date
    pledge_satang: int
    saves_in: range  # months
    pays_welfare_in: range = range(0)
    shares_satang: int = 0  # brought forward
    special_satang: int = 0


class Borrowing(msgspec.Struct, frozen=True, kw_only=True):
    """A loan of the first village."""

    loan: str
    member: str
    principal_satang: int
    instalment_satang: int
    repaid_in: range
    is_brought_forward: bool = True


PEOPLE: Final = (
    Person(
        member="v01-m001", gender="female", joined=date(2010, 6, 5), pledge_satang=200 * BAHT, saves_in=ALWAYS,
        pays_welfare_in=ALWAYS, shares_satang=40_000 * BAHT,
    ),
    Person(
        member="v01-m002", gender="male", joined=date(2011, 1, 5), pledge_satang=100 * BAHT, saves_in=range(1, 7),
        pays_welfare_in=range(1, 7), shares_satang=35_000 * BAHT,
    ),
    Person(
        member="v01-m003", gender="female", joined=date(2012, 3, 5), pledge_satang=300 * BAHT, saves_in=ALWAYS,
        pays_welfare_in=ALWAYS, shares_satang=25_000 * BAHT, special_satang=30_000 * BAHT,
    ),
    Person(
        member="v01-m004", gender="male", joined=date(YEAR, 10, 5), pledge_satang=100 * BAHT, saves_in=range(10, 13)
    ),
)  # fmt: skip
FIRST, DECEASED, SAVER, NEWCOMER = (person.member for person in PEOPLE)

LOANS: Final = (
    Borrowing(
        loan="l001", member=FIRST, principal_satang=60_000 * BAHT, instalment_satang=5_000 * BAHT, repaid_in=ALWAYS
    ),
    Borrowing(
        loan="l002", member=DECEASED, principal_satang=50_000 * BAHT, instalment_satang=2_000 * BAHT,
        repaid_in=range(1, 7),
    ),
    Borrowing(
        loan="l003", member=SAVER, principal_satang=30_000 * BAHT, instalment_satang=2_500 * BAHT,
        repaid_in=range(3, 13), is_brought_forward=False,
    ),
)  # fmt: skip
COVERED, NEW_LOAN = LOANS[1], LOANS[2]

# What each ledger had on the first day, beside members and loans: account, satang (a debit is positive), sub-ledger.
BROUGHT_FORWARD: Final[dict[str, tuple[tuple[int, int, str | None], ...]]] = {
    "bank:v01": (
        (1110, 5_000 * BAHT, "v01-o4"), (1120, 85_000 * BAHT, "v01-baac"), (3120, -50_000 * BAHT, None),
        (3210, -20_000 * BAHT, None),
    ),
    "bank:v02": ((1120, 10_000 * BAHT, "v02-baac"), (3110, -10_000 * BAHT, "v02-m001")),
    "welfare": ((1120, 300_000 * BAHT, "welfare-baac"), (3410, -300_000 * BAHT, None)),
    "risk": ((1120, 120_000 * BAHT, "risk-baac"), (3420, -120_000 * BAHT, None)),
    "network": (
        (1120, 20_000 * BAHT, "network-baac"), (3430, -10_000 * BAHT, "v01"), (3430, -10_000 * BAHT, "v02"),
    ),
}  # fmt: skip
