"""The tables that people read of the books, each declared once with its columns and formulas.

`PROJECTIONS` is all of them; `read(name, books, on, village)` gives one's rows, for a server, a village and an auditor
alike. Beside them stand the indicators (`sajja_schemas.indicators`) and the findings (`sajja_schemas.rules`).
"""

from datetime import date
from typing import Final

from sajja_schemas.holdings import Books
from sajja_schemas.indicators.declaring import Lens
from sajja_schemas.projections import lending, money, people, series, welfare
from sajja_schemas.projections.declaring import Column, Kind, Projection, Row, page_of, read_rows

__all__ = ["PROJECTIONS", "Column", "Kind", "Projection", "Row", "page_of", "read"]

PROJECTIONS: Final[dict[str, Projection]] = {
    one.name: one
    for one in (
        people.PASSBOOKS,
        lending.LOAN_LIST,
        lending.PAR_BUCKETS,
        lending.RISK_COVER,
        lending.RISK_CLAIM_LIST,
        welfare.WELFARE_MEMBERS,
        welfare.WELFARE_CLAIMS,
        money.CASH,
        money.INTERFUND,
        money.IN_TRANSIT,
        series.SERIES,
        series.FUND_SERIES,
    )
}


def read(name: str, books: Books, on: date, village: str | None = None) -> list[Row]:
    """The rows of a projection on a day, in the order of its key: of one village, or of all."""
    villages = None if village is None else books.trust.villages.keys() & {village}  # the office has no bank
    return read_rows(PROJECTIONS[name], Lens(books, on, villages), village)
