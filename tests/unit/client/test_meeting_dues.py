"""What members owe at a meeting, with the cases of docs/domain.md section 9.10 and 9.1."""

import subprocess
import sys
from datetime import date
from typing import Any

import msgspec
import pytest

from sajja_client.meeting import payments
from sajja_client.meeting.cash import read_cash
from sajja_client.meeting.dues import NO_PLEDGE, RESTS, MemberDue, dues_on
from sajja_client.meeting.payments import Payer, events_of, read_amounts
from sajja_client.meeting.problems import CashWrong, NothingDue, PaymentWrong
from sajja_schemas.accounts import LedgerKind
from sajja_schemas.books import Books
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.lending import LoanMoratoriumGranted
from sajja_schemas.events.loan_accounts import LoanPrepaid
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.members import MemberAdmitted, MemberDeathReported
from sajja_schemas.events.ruleset import Bylaws, CashRules, ShareRules
from sajja_schemas.events.savings import SavingsFineCharged, ShareAdvanceReceived, ShareDeposited, SharePledgeSet
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.money import format_baht
from sajja_schemas.rules import findings
from support.meetings import BOX, lend, met, village
from support.world import World

M1, M2, M3 = "pp01-m001", "pp01-m002", "pp01-m003"
JUNE, JULY, AUGUST = date(2020, 6, 5), date(2020, 7, 5), date(2020, 8, 5)


def due_of(world: World | Books, member: str, on: date) -> MemberDue:
    books = world if isinstance(world, Books) else world.fold()
    return {due.member: due for due in dues_on(books, "pp01", on)}[member]


def payer(books: Books, member: str, on: date) -> Payer:
    return Payer(village="pp01", meeting="m", on=on, box=BOX, due=due_of(books, member, on))


def paid(world: World, member: str, on: date, **amounts: str) -> list[AnyEvent]:
    books = world.fold()
    who = payer(books, member, on)
    return events_of(books, who, read_amounts(who.due, amounts.items()) if amounts else None)


def record(world: World, events: list[AnyEvent], on: date) -> None:
    for event in events:
        world.record(world.village("pp01").tablets[0], event, day=on)


def said(event: AnyEvent, *names: str) -> list[Any]:
    return [getattr(event, name) for name in names]


def test_missed_two_months_pays_three_at_once_with_a_fine_of_two_times_five() -> None:
    """Section 9.10: the months are the two old ones and the current one; the fine is 2 x 5 baht."""
    world = village()
    met(world, JUNE, JULY, AUGUST)
    due = due_of(world, M1, AUGUST)
    assert (due.share_months, due.share_satang) == (("2020-06", "2020-07", "2020-08"), 30_000)
    assert (due.fined_months, due.fine_satang) == (("2020-06", "2020-07"), 1_000)
    assert (due.welfare_months, due.welfare_satang) == (("2020-06", "2020-07", "2020-08"), 9_000)
    share, fine, welfare = paid(world, M1, AUGUST)
    assert isinstance(share, ShareDeposited)
    assert said(share, "amount_satang", "months") == [30_000, ("2020-06", "2020-07", "2020-08")]
    assert isinstance(fine, SavingsFineCharged)
    assert said(fine, "amount_satang", "months") == [1_000, ("2020-06", "2020-07")]
    assert isinstance(welfare, WelfareContributionReceived)
    record(world, [share, fine, welfare], AUGUST)
    assert due_of(world, M1, AUGUST).total_satang == 0


def test_a_flood_of_two_months_without_a_meeting_costs_no_fines() -> None:
    """Section 9.10: nobody could pay; the pledge itself is still owed."""
    world = village()
    met(world, JUNE)
    record(world, paid(world, M1, JUNE), JUNE)
    september = date(2020, 9, 5)
    met(world, september)
    due = due_of(world, M1, september)
    assert due.share_months == ("2020-07", "2020-08", "2020-09")
    assert (due.fined_months, due.fine_satang) == ((), 0)
    assert due_of(world, M2, september).fined_months == ("2020-06",)


@pytest.mark.parametrize(("fractional", "shares", "advance"), [(True, 15_000, 0), (False, 10_000, 5_000)])
def test_a_deposit_of_150_with_par_100(*, fractional: bool, shares: int, advance: int) -> None:
    """Section 9.10: one and a half shares where parts are allowed, else one share and an advance of 50."""
    rules = msgspec.structs.replace(
        default_rules(LedgerKind.BANK), share_par_satang=10_000, shares=ShareRules(fractional_shares=fractional)
    )
    world = village(rules=rules)
    met(world, JUNE)
    events = paid(world, M1, JUNE, share="150")
    assert said(events[0], "amount_satang", "months") == [shares, ("2020-06",)]
    assert sum(event.amount_satang for event in events if isinstance(event, ShareAdvanceReceived)) == advance
    assert payments.total_of(events) == 15_000


@pytest.mark.parametrize(("mode", "cash", "difference"), [("half_up", 18_325, 8), ("up", 18_350, -17)])
def test_where_coins_are_short_the_cash_is_rounded_and_the_loan_is_paid_in_full(
    mode: Any, cash: int, difference: int
) -> None:
    """Section 9.1: 183.33 are due; 183.25 or 183.50 are taken, and nothing stays owed."""
    coins = CashRules(rounding_satang=25, rounding_mode=mode)
    world = village(rules=msgspec.structs.replace(default_rules(LedgerKind.BANK), cash=coins))
    met(world, JUNE)
    lend(world, M1, gross_satang=18_333, months=1, rate_bp_month=0)
    assert due_of(world, M1, JULY).loan_satang == cash
    (event,) = paid(world, M1, JULY, loan=format_baht(cash))
    assert said(event, "total_satang", "principal_satang", "cash_difference_satang") == [cash, 18_333, difference]
    (less,) = paid(world, M1, JULY, loan="100")
    assert said(less, "total_satang", "principal_satang", "cash_difference_satang") == [10_000, 10_000, 0]
    record(world, [event], JULY)
    books = world.fold()
    assert not due_of(books, M1, AUGUST).loans
    assert books.balances["bank:pp01", 4190, ""] == difference
    assert not [found for found in findings(books, JULY) if found.code in {"CASH_ROUNDING_DIFFERS", "SPLIT_DIFFERS"}]


def test_what_is_paid_ahead_is_not_asked_for_again() -> None:
    """Three months at once: this one and the two to come."""
    world = village()
    met(world, JUNE)
    events = paid(world, M1, JUNE, share="300", welfare="90")
    assert [event.months for event in events if isinstance(event, ShareDeposited | WelfareContributionReceived)] == [
        ("2020-06", "2020-07", "2020-08")
    ] * 2
    record(world, events, JUNE)
    assert due_of(world, M1, AUGUST).total_satang == 0
    assert due_of(world, M1, date(2020, 9, 5)).share_months == ("2020-09",)


def test_less_than_a_pledge_pays_no_month() -> None:
    world = village()
    met(world, JUNE)
    (share,) = paid(world, M1, JUNE, share="60")
    assert said(share, "amount_satang", "months") == [6_000, ()]


def test_who_joins_after_the_months_meeting_owes_from_the_next_month() -> None:
    """Section 9.10; who joined before it owes that month, too."""
    world = village(())
    met(world, JUNE, JULY)
    second = world.village("pp01").tablets[1]
    for member, joined in ((M1, date(2020, 7, 20)), (M2, date(2020, 7, 4))):
        event = MemberAdmitted(member=member, gender="male", joined=joined, resolution=world.resolve(second))
        world.approve(second, [world.record(second, event, day=joined)], ("president", "secretary"))
        world.record(second, SharePledgeSet(member=member, amount_satang=10_000, first_month="2020-06"))
    assert due_of(world, M1, AUGUST).share_months == ("2020-08",)
    assert due_of(world, M2, AUGUST).share_months == ("2020-07", "2020-08")
    assert due_of(world, M2, AUGUST).fined_months == ("2020-07",)


def test_a_pledge_that_rises_is_asked_month_by_month() -> None:
    world = village()
    met(world, JUNE, JULY)
    second = world.village("pp01").tablets[1]
    world.record(second, SharePledgeSet(member=M1, amount_satang=20_000, first_month="2020-07"))
    assert due_of(world, M1, JULY).share_satang == 30_000


def test_who_has_not_pledged_or_has_died_is_not_asked_for_a_share() -> None:
    world = village()
    met(world, JUNE)
    second = world.village("pp01").tablets[1]
    world.admit(second, ["pp01-m009"])
    assert due_of(world, "pp01-m009", JUNE).remarks == (NO_PLEDGE,)
    world.record(second, MemberDeathReported(member=M1, reported=JUNE, reporter="pp01-m002"))
    assert M1 not in {due.member for due in dues_on(world.fold(), "pp01", JUNE)}


def test_without_bylaws_there_is_no_fine_and_no_contribution() -> None:
    world = village(rules=Bylaws(meeting_day=5), in_welfare=False)
    met(world, JUNE, JULY)
    due = due_of(world, M1, JULY)
    assert (due.share_satang, due.fine_satang, due.welfare_satang) == (20_000, 0, 0)


def test_the_first_instalment_of_twenty_thousand_is_as_published() -> None:
    """Section 9.1: 20,000 in twelve months at 1 % a month: 1,666.67 and 200.00; the next is 1,666.67 and 183.33."""
    world = village()
    lend(world, M1)
    met(world, JULY, AUGUST)
    first = due_of(world, M1, JULY).loans[0]
    assert (first.principal_satang, first.interest_satang, first.fine_satang) == (166_667, 20_000, 0)
    events = paid(world, M1, JULY, loan="all")
    (repayment,) = events
    assert isinstance(repayment, LoanRepaymentReceived)
    assert said(repayment, "total_satang", "next_due") == [186_667, AUGUST]
    record(world, events, JULY)
    assert due_of(world, M1, JULY).loan_satang == 0
    second = due_of(world, M1, AUGUST).loans[0]
    assert (second.principal_satang, second.interest_satang) == (166_667, 18_333)


def test_a_missed_instalment_is_paid_with_the_next_interest_penalty_and_all() -> None:
    """Two months' interest on what is outstanding; 25 bp for one started month after seven days of grace."""
    world = village()
    lend(world, M1)
    met(world, JULY, AUGUST)
    due = due_of(world, M1, AUGUST).loans[0]
    assert (due.principal_satang, due.interest_satang, due.fine_satang) == (333_334, 40_000, 417)
    assert due.days_late == 31
    (short,) = paid(world, M1, AUGUST, loan="1000")
    assert said(short, "fine_satang", "interest_satang", "principal_satang") == [417, 40_000, 59_583]


def test_paying_off_after_three_months_owes_interest_to_that_day_only() -> None:
    """Section 9.10: a prepayment; what is beyond the loan is an advance."""
    world = village()
    lend(world, M1)
    days = (JULY, AUGUST, date(2020, 9, 5))
    met(world, *days)
    for day in days:
        record(world, paid(world, M1, day, loan="all"), day)
    owed = due_of(world, M1, days[-1]).loans[0].outstanding_satang
    assert owed == 1_499_999
    (prepaid,) = paid(world, M1, days[-1], loan="15000")
    assert isinstance(prepaid, LoanPrepaid)
    assert said(prepaid, "principal_satang", "interest_satang", "advance_satang") == [owed, 0, 1]


def test_two_loans_are_paid_the_oldest_first() -> None:
    world = village()
    lend(world, M1)
    lend(world, M1, loan="pp01-l02", gross_satang=600_000, months=6, on=date(2020, 6, 2))
    met(world, JULY)
    books = world.fold()
    who = payer(books, M1, JULY)
    assert [loan.total_satang for loan in who.due.loans] == [186_667, 106_000]
    first, second = events_of(books, who, {"loan": 200_000})
    assert said(first, "loan", "total_satang") == ["pp01-l01", 186_667]
    assert said(second, "loan", "total_satang", "interest_satang") == ["pp01-l02", 13_333, 6_000]


def test_a_loan_that_rests_asks_for_nothing_until_its_rest_is_over() -> None:
    world = village()
    lend(world, M1)
    second = world.village("pp01").tablets[1]
    rest = LoanMoratoriumGranted(
        loan="pp01-l01",
        rest_from=date(2020, 7, 1),
        rest_to=date(2020, 7, 31),
        interest_runs=False,
        granted_by="committee",
        resolution=world.resolve(second),
    )
    world.approve(second, [world.record(second, rest)], ("president", "secretary"))
    loan = due_of(world, M1, JULY).loans[0]
    assert (loan.total_satang, loan.remark) == (0, RESTS)
    assert due_of(world, M1, AUGUST).loans[0].principal_satang == 333_334


def test_interest_by_days_and_a_bullet() -> None:
    """35 days since it was paid out, over 365; a bullet owes nothing before its day, and then all of it."""
    world = village()
    lend(world, M1, method="act_365")
    lend(world, M2, loan="pp01-l02", method="flat_bullet", months=3, first_due=date(2020, 9, 1))
    met(world, JULY)
    assert due_of(world, M1, date(2020, 7, 6)).loans[0].interest_satang == 23_014
    assert due_of(world, M2, AUGUST).loan_satang == 0
    bullet = due_of(world, M2, date(2020, 9, 5)).loans[0]
    assert (bullet.principal_satang, bullet.interest_satang) == (2_000_000, 60_000)


def test_six_payments_of_a_hundred_lose_nothing_of_the_interest() -> None:
    """20,000 at 1 % a month accrue 1,200.00 in six months; what a payment does not cover is asked for again."""
    world = village()
    lend(world, M1)
    days = [date(2020, month, 5) for month in range(7, 13)]
    met(world, *days)
    interest = fines = 0
    for day in days:
        (event,) = paid(world, M1, day, loan="100")
        assert isinstance(event, LoanRepaymentReceived)
        interest, fines = interest + event.interest_satang, fines + event.fine_satang
        record(world, [event], day)
    assert interest + fines == 60_000
    left = due_of(world, M1, days[-1]).loans[0]
    assert (left.interest_satang, left.fine_satang) == (120_000 - interest, 0)


def test_a_penalty_that_was_paid_is_not_asked_again() -> None:
    """Of 1,666.67 a month, at 0.25 % a started month: 4.17 more on each late instalment, whenever it is paid."""
    world = village()
    lend(world, M1)
    days = [date(2020, month, 5) for month in range(8, 11)]
    met(world, *days)
    taken = []
    for day in days:
        loan = due_of(world, M1, day).loans[0]
        taken.append(loan.fine_satang)
        now = f"{(loan.fine_satang + loan.interest_satang) / 100:.2f}"
        record(world, paid(world, M1, day, loan=now), day)
        again = due_of(world, M1, day).loans[0]
        assert (again.fine_satang, again.interest_satang) == (0, 0)
    never = village()
    lend(never, M1)
    met(never, *days)
    assert sum(taken) == due_of(never, M1, days[-1]).loans[0].fine_satang


def test_the_command_answers_five_thousand_digits_with_a_sentence() -> None:
    """`sajja village meeting open 1000=999…`: no traceback, in Thai and in English."""
    command = [sys.executable, "-m", "sajja_client", "village", "meeting", "open", "1000=" + "9" * 5000]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == CashWrong.exit_code
    assert "Traceback" not in done.stderr
    assert "too many pieces" in done.stderr + done.stdout


@pytest.mark.parametrize("words", ["1000=" + "9" * 5000, "9" * 5000 + "=1", "1000=1_0"])
def test_a_count_that_is_too_long_to_be_a_number_is_refused(words: str) -> None:
    with pytest.raises(CashWrong) as refused:
        read_cash([words])
    assert "the count" in refused.value.english_sentence


@pytest.mark.parametrize(
    "amounts",
    [
        {"welfare": "45"},
        {"fine": "5"},
        {"loan": "5"},
        {"share": "1.234"},
        {"share": "-5"},
        {"rice": "5"},
        {"share": "x"},
        {"share": "9" * 5000},
    ],
)
def test_an_amount_that_cannot_be_what_it_is_said_to_be_is_refused(amounts: dict[str, str]) -> None:
    """A part of a contribution, a fine where no month was missed, a loan that is not owed, no amount at all."""
    world = village()
    met(world, JUNE)
    with pytest.raises(PaymentWrong) as refused:
        paid(world, M1, JUNE, **amounts)
    assert M1 in refused.value.thai_sentence


def test_a_late_month_that_is_paid_without_its_fine_is_told() -> None:
    """The month counts as paid from then on: to let the fine go is the committee's to resolve."""
    world = village()
    met(world, JUNE, JULY)
    due = due_of(world, M1, JULY)
    assert payments.fine_left(due, paid(world, M1, JULY, share="100")) == 500
    assert payments.fine_left(due, paid(world, M1, JULY, share="100", fine="5")) == 0
    assert payments.fine_left(due_of(world, M1, JUNE), paid(world, M1, JUNE)) == 0


def test_nothing_due_is_no_payment() -> None:
    world = village()
    met(world, JUNE)
    record(world, paid(world, M1, JUNE), JUNE)
    with pytest.raises(NothingDue):
        paid(world, M1, JUNE)
    with pytest.raises(NothingDue):
        paid(world, M2, JUNE, share="0")


def test_a_fine_that_was_paid_is_not_asked_for_again_with_its_month() -> None:
    world = village()
    met(world, JUNE, JULY)
    record(world, paid(world, M1, JULY, fine="5"), JULY)
    due = due_of(world, M1, JULY)
    assert (due.share_months, due.fine_satang) == (("2020-06", "2020-07"), 0)
