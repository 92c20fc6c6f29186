"""Income and expense of a span of days, and the receipts that entries name."""

from datetime import date

from sajja_schemas.events.base import Receipt
from sajja_schemas.events.closing import FundYearClosed, ResultLine
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine
from sajja_schemas.events.loans import LoanDisbursed
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.welfare import WelfareClaimApproved
from sajja_schemas.figures import GROUP_SALES, read_flow, read_fund_flows
from sajja_schemas.registers.movements import flow, flow_of_year_to
from sajja_schemas.registers.receipts import times_used
from unit.schemas.registers.noted import Noted

TO = date(2020, 8, 22)


def granted(satang: int) -> WelfareClaimApproved:
    return WelfareClaimApproved(claim="c1", member="m1", benefit="birth", amount_satang=satang, happened=TO)


def test_the_twelve_months_to_a_day_begin_the_day_after_it_a_year_ago() -> None:
    noted = Noted()
    for day, satang in [(date(2019, 8, 22), 1), (date(2019, 8, 23), 20), (TO, 300), (date(2020, 8, 23), 4_000)]:
        noted.count(granted(satang), day)
    assert flow_of_year_to(noted.registers, "welfare", range(5211, 5225), TO) == 320
    assert read_fund_flows("welfare", noted.registers, TO) == {"benefits_12m_satang": 320}
    assert read_fund_flows("network", noted.registers, TO) == {}
    assert flow(noted.registers, "welfare", [5211], date(2020, 8, 23), date(2020, 8, 23)) == 4_000
    assert flow(noted.registers, "welfare", [5212], date(2019, 1, 1), date(2021, 1, 1)) == 0


def test_a_leap_day_is_in_exactly_one_year() -> None:
    noted = Noted()
    noted.count(granted(7), date(2020, 2, 29))
    assert flow_of_year_to(noted.registers, "welfare", [5211], date(2020, 2, 29)) == 7
    assert flow_of_year_to(noted.registers, "welfare", [5211], date(2021, 2, 28)) == 0


def test_a_premium_is_income_and_stands_on_its_own_side() -> None:
    noted = Noted()
    lent = LoanDisbursed(
        loan="l1", member="m1", product="ordinary", gross_satang=10_000, net_satang=9_900, premium_satang=100,
        channel="cash", box="b",
    )  # fmt: skip
    noted.count(lent, TO)
    assert read_fund_flows("risk", noted.registers, TO) == {"premium_12m_satang": 100, "claims_12m_satang": 0}
    assert read_flow(GROUP_SALES, "group:g1", noted.registers, TO) == 0


def test_neither_closing_a_year_nor_an_opening_is_a_flow() -> None:
    noted = Noted()
    noted.count(granted(500), TO)
    closed = FundYearClosed(ledger="welfare", year=2020, lines=(ResultLine(account=5211, sub="c1", amount_satang=500),))
    noted.count(closed, TO, village="office")
    page = (OpeningLine(account=5211, sub="c0", amount_satang=90),)
    noted.count(OpeningBalanceRecorded(ledger="welfare", lines_of_page=page), TO, village="office")
    assert flow_of_year_to(noted.registers, "welfare", [5211], TO) == 500


def test_a_receipt_that_stands_twice_shows() -> None:
    noted = Noted()
    saved = ShareDeposited(member="m1", amount_satang=1, box="b", receipt=Receipt(book=3, no=17))
    noted.count(saved)
    assert times_used(noted.registers, "pp01", 3, 17) == 1
    noted.count(saved)
    assert times_used(noted.registers, "pp01", 3, 17) == 2
    assert times_used(noted.registers, "pp02", 3, 17) == 0
    noted.count(saved, sign=-1)
    assert times_used(noted.registers, "pp01", 3, 17) == 1
