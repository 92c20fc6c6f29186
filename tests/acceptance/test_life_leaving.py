"""A member leaves with a loan: guarantees are taken over, the loan is set off, the net paid, and the dividend after."""

from collections.abc import Callable
from datetime import date

import pytest

from sajja_client.books import fold
from sajja_schemas.calculations.deposits import special_savings_interest
from sajja_schemas.calculations.shares import exit_net
from sajja_schemas.calculations.spans import Movement
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.registers.lending import guarantees_of
from sajja_schemas.registers.members import member_of
from scenario.closing import GENERAL_MEETING, LAST_DAY, Result, allocate, reckon, result_lines, seal
from scenario.people import OPENED, YEAR
from support.life import Life, Whole
from support.life_page import is_on_page
from support.world import ASSEMBLY

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK = "bank:v01"
BOX, KTB = "v01-o4", "v01-baac"
LEAVER, BORROWER, OTHER = "v01-m001", "v01-m002", "v01-m003"
LEFT = date(YEAR, 5, 5)
SILENT = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January


def live_until_may(life: Life) -> None:
    """The leaver saves, owes 3,000, and stands for the loan of another."""
    tablet, _other = life.tablets["v01"]
    life.admit("v01", dict.fromkeys((LEAVER, BORROWER, OTHER), date(2015, 1, 5)))
    life.open_books(
        BANK, (1110, 5_000 * BAHT, BOX), (1120, 85_000 * BAHT, KTB), (1210, 3_000 * BAHT, "l001"),
        (1210, 12_000 * BAHT, "l002"), (3110, -20_000 * BAHT, LEAVER), (3110, -30_000 * BAHT, BORROWER),
        (3110, -10_000 * BAHT, OTHER), (2110, -1_000 * BAHT, LEAVER), rest=3210,
    )  # fmt: skip
    life.say(tablet, "loan_guarantor_consented", loan="l002", guarantor=LEAVER, amount_satang=12_000 * BAHT)
    for month in range(1, 5):
        life.turn_to(date(YEAR, month, 5))
        months = (f"{YEAR}-{month:02}",)
        life.say(tablet, "share_deposited", member=LEAVER, amount_satang=100 * BAHT, box=BOX, months=months)
    parts = {"total_satang": 1_120 * BAHT, "principal_satang": 1_000 * BAHT, "interest_satang": 120 * BAHT}
    life.say(tablet, "loan_repayment_received", loan="l002", member=BORROWER, product="ordinary", box=BOX, **parts)


def leave(life: Life) -> None:
    """The guarantee first, then the account: shares and savings against loan and interest."""
    tablet, _other = life.tablets["v01"]
    life.turn_to(LEFT)
    life.say(tablet, "member_resignation_requested", member=LEAVER, effective=LEFT)
    life.say(tablet, "loan_guarantor_consented", loan="l002", guarantor=OTHER, amount_satang=11_000 * BAHT)
    life.say(tablet, "loan_guarantor_withdrawn", loan="l002", guarantor=LEAVER, reason="ลาออกจากสมาชิก")
    assert guarantees_of(fold(tablet.home).registers, BANK, LEAVER) == {}, "an exit waits for another guarantor"
    rules = life.rules(BANK)
    assert rules.special_savings is not None
    interest_satang = special_savings_interest(
        [Movement(on=date(2019, 12, 31), amount_satang=1_000 * BAHT)],
        method=rules.special_savings.method or "min_monthly_from_day5", rate_bp_year=rules.special_savings_rate_bp or 0,
        first_day=OPENED, last_day=LEFT,
    )  # fmt: skip
    shares_satang, special_satang = -life.balance(tablet, 3110, LEAVER), -life.balance(tablet, 2110, LEAVER)
    owed_satang = life.balance(tablet, 1210, "l001")
    loan_interest_satang = owed_satang * 100 // 10_000  # a month of it, at 1 %
    net_satang = exit_net(
        shares_satang=shares_satang, special_satang=special_satang, interest_satang=interest_satang,
        loans_satang=owed_satang + loan_interest_satang, fines_satang=0,
    )  # fmt: skip
    life.say(
        tablet, "member_exit_settled", member=LEAVER, shares_satang=shares_satang, special_satang=special_satang,
        interest_satang=interest_satang, loan="l001", product="ordinary", set_off_principal_satang=owed_satang,
        set_off_interest_satang=loan_interest_satang, net_satang=net_satang,
    )  # fmt: skip
    life.say(tablet, "bank_withdrawal_made", ledger=BANK, amount_satang=15_000 * BAHT, box=BOX, bank=KTB)
    life.sign()
    payable_satang = -life.balance(tablet, 2140, LEAVER)
    life.say(tablet, "member_heirs_paid", member=LEAVER, amount_satang=payable_satang, channel="cash", box=BOX)


def pay_dividend(life: Life, result: Result) -> None:
    """After the general meeting the leaver comes once more."""
    tablet, _other = life.tablets["v01"]
    life.turn_to(GENERAL_MEETING)
    allocate(life, tablet, result)
    given = {"year": YEAR, "amount_satang": result.heads["welfare"], "assembly": ASSEMBLY}
    life.say(life.desk, "welfare_profit_contribution_received", "v01", **given)
    life.sign()
    owed_satang = -life.balance(tablet, 2130, LEAVER)
    life.say(tablet, "dividend_paid", ledger=BANK, member=LEAVER, share="dividend", amount_satang=owed_satang, box=BOX)


@pytest.fixture(scope="module")
def life(found: Callable[[str], Life]) -> Life:
    life = found("leaving")
    live_until_may(life)
    with life.chapter("leaving"):
        leave(life)
    return life


@pytest.fixture(scope="module")
def left(life: Life) -> Whole:
    """What the network knows in May."""
    return life.gather()


@pytest.fixture(scope="module")
def result(life: Life, left: Whole) -> Result:
    """The year is closed: 1,401.50 of profit, of which 40 % are for dividends."""
    tablet, _other = life.tablets["v01"]
    life.turn_to(LAST_DAY)
    earned = {"amount_satang": 1_271_50, "bank": KTB, "photo": ASSEMBLY.minutes}
    life.say(tablet, "bank_interest_received", ledger=BANK, **earned)
    before = life.gather()
    seal(life, tablet, before.books)
    result = reckon(before.entries, before.books, life.rules(BANK))
    life.say(tablet, "year_end_closed", ledger=BANK, year=YEAR, lines=result_lines(before.books, BANK))
    return result


@pytest.fixture(scope="module")
def after(life: Life, result: Result) -> Whole:
    """And the leaver has come for the dividend."""
    with life.chapter("leaver-dividend"):
        pay_dividend(life, result)
    return life.gather()


def test_the_loan_is_set_off_and_18390_are_paid_out(left: Whole) -> None:
    """20,400 of shares, 1,000 of savings and 20 of interest, less 3,000 of loan and 30 of its interest."""
    balances = left.books.balances
    for account, sub in ((3110, LEAVER), (2110, LEAVER), (2140, LEAVER), (1210, "l001")):
        assert balances[BANK, account, sub] == 0
    assert (balances[BANK, 5110, ""], balances[BANK, 4110, "l001"]) == (20_00, -30_00)
    assert balances[BANK, 1110, BOX] == (5_000 + 400 + 1_120 + 15_000 - 18_390) * BAHT
    assert balances[BANK, 1120, KTB] == 70_000 * BAHT


def test_the_leaver_is_no_member_and_stands_for_nobody_but_stays_in_welfare(left: Whole) -> None:
    """The scopes are apart: who leaves the bank has not left the fund."""
    known = member_of(left.books.registers, "v01", LEAVER)
    assert known is not None
    assert (known.in_bank, known.in_welfare) == (0, 1)
    assert guarantees_of(left.books.registers, BANK, LEAVER) == {}
    assert guarantees_of(left.books.registers, BANK, OTHER) == {"l002": 11_000 * BAHT}
    (village,) = [one for one in left.totals["villages"] if one["village"] == "v01"]
    assert (village["members"], village["shares_satang"]) == (2, 40_000 * BAHT)


def test_the_dividend_of_the_year_is_pro_rata_to_the_month_of_leaving(result: Result, after: Whole) -> None:
    """Four months of 20,000, and of each 100 the months that followed; the others weigh a whole year."""
    assert {member: weight // 100 for member, weight in result.weights.items()} == {
        LEAVER: 4 * 20_000 + 100 * (3 + 2 + 1),
        BORROWER: 12 * 30_000,
        OTHER: 12 * 10_000,
    }
    assert (result.profit_satang, result.heads["dividend"]) == (1_401_50, 560_60)
    assert result.dividends.parts_satang[LEAVER] == 80_60
    assert after.books.balances[BANK, 2130, LEAVER] == 0
    assert after.books.balances[BANK, 2130, OTHER] == -120_00
    assert after.books.balances[BANK, 1110, BOX] == (3_130 - 80) * BAHT - 60


def test_of_all_steps_only_the_box_of_may_is_to_be_looked_at(left: Whole, after: Whole) -> None:
    """15,000 lay in a box of 5,000 on the day of leaving; guarantee, set-off, exit and dividend break no rule."""
    assert left.findings() == after.findings() == ["v01 BOX_OVER_LIMIT", SILENT]


def test_the_page_tells_it_so(life: Life, after: Whole) -> None:
    assert is_on_page("leaving", life.told["leaving"])
    assert is_on_page("leaver-dividend", life.told["leaver-dividend"])
