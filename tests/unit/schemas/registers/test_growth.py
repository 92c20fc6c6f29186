"""Growth: years that only paper tells, and years that are reckoned from what was signed."""

from datetime import date

from sajja_schemas.entry import OFFICE
from sajja_schemas.events.closing import ResultLine, YearEndClosed
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.members import MemberAdmitted, MemberExitSettled
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.villages import HistoryRecorded
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.figures import BANK_FIGURES
from sajja_schemas.registers.growth import FUND, SAVINGS, YearEnd, year_ends
from unit.schemas.registers.noted import ENTRY, Noted


def told(year: int, members: int, savings: int, fund: int) -> HistoryRecorded:
    return HistoryRecorded(year=year, members=members, savings_satang=savings, fund_satang=fund)


def test_the_same_accounts_as_the_figures_of_a_bank() -> None:
    assert set(BANK_FIGURES["savings_satang"].accounts) == SAVINGS
    assert set(BANK_FIGURES["fund_satang"].accounts) == {code for code in FUND if code < 4000}


def test_years_on_paper_are_added_up_over_villages_and_the_later_word_is_shown() -> None:
    """What the office says of the network is not added to what its villages say."""
    noted = Noted()
    noted.count(told(2010, 70, 100, 300), date(2019, 7, 31))
    noted.count(told(2010, 78, 100, 300), date(2019, 8, 1))
    noted.count(told(2010, 20, 50, 60), village="pp02")
    noted.count(told(2010, 98, 150, 360), village=OFFICE)
    noted.count(told(2011, 90, 150, 400), village="pp01")
    assert year_ends(noted.registers) == [
        YearEnd(year=2010, villages=2, members=98, savings_satang=150, fund_satang=360, from_paper=True),
        YearEnd(year=2011, villages=1, members=90, savings_satang=150, fund_satang=400, from_paper=True),
    ]
    assert year_ends(Noted().registers) == []


def test_a_recorded_year_is_what_was_taken_over_and_signed_until_its_end() -> None:
    """From its first signed year on, paper is no longer asked. A close changes nothing; a reversal takes it back."""
    noted = Noted()
    lines = (
        OpeningLine(account=1110, sub="box", amount_satang=1_000),
        OpeningLine(account=3110, sub="m1", amount_satang=-700),
        OpeningLine(account=3210, amount_satang=-300),
    )
    noted.count(told(2018, 1, 400, 500))
    noted.count(told(2019, 9, 9, 9))
    noted.count(OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=lines), date(2019, 7, 31))
    noted.count(MemberAdmitted(member="m1", gender="female", joined=date(2012, 1, 1), resolution=ENTRY))
    noted.count(MemberAdmitted(member="m2", gender="male", joined=date(2020, 3, 1), resolution=ENTRY))
    noted.count(MemberAdmitted(member="m3", gender="male", joined=date(2013, 3, 1), resolution=ENTRY))
    noted.count(MemberExitSettled(member="m3"), date(2020, 2, 1))
    share = ShareDeposited(member="m1", amount_satang=50, box="box")
    noted.count(share, date(2019, 9, 5))
    noted.count(share, date(2020, 1, 5))
    noted.count(share, date(2020, 1, 6))
    noted.count(share, date(2020, 1, 6), sign=-1)
    noted.count(
        LoanRepaymentReceived(
            loan="l1", member="m1", product="ordinary", total_satang=20, interest_satang=20, box="box"
        ),
        date(2019, 10, 5),
    )
    noted.count(
        YearEndClosed(
            ledger="bank:pp01", year=2019, lines=(ResultLine(account=4110, sub="l1", amount_satang=20),)
        ),
        date(2019, 12, 31),
    )  # fmt: skip
    noted.count(WelfareContributionReceived(member="m1", amount_satang=30, box="box", months=("2020-01",)))
    assert year_ends(noted.registers) == [
        YearEnd(year=2018, villages=1, members=1, savings_satang=400, fund_satang=500, from_paper=True),
        YearEnd(year=2019, villages=1, members=2, savings_satang=750, fund_satang=1_070),
        YearEnd(year=2020, villages=1, members=2, savings_satang=800, fund_satang=1_120),
    ]
