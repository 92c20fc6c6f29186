"""A village goes on with an old version: its entries are flagged, with the amount of variance."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.bylaws.history import RulesetHistory
from sajja_schemas.bylaws.ruling import product_ruling
from sajja_schemas.bylaws.variance import (
    Difference,
    contribution_satang,
    differences,
    late_fine_satang,
    other_version,
    premium_satang,
    ruleset_variance,
    version_to_name,
)
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.loan_accounts import LoanPrepaid
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, LoanRepaymentReceived, Method
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws, LoanProduct, WelfareRules
from sajja_schemas.events.savings import SavingsFineCharged, ShareDeposited
from sajja_schemas.events.welfare import WelfareContributionReceived
from support.world import ASSEMBLY

JANUARY, JULY = date(2020, 1, 1), date(2020, 7, 1)
MONTHS = tuple(f"2020-{month:02}" for month in range(1, 13))


def bank(rate_bp_month: int, premium_bp: int, *, fine_satang: int | None = None) -> Bylaws:
    product = LoanProduct(
        code="ordinary", max_satang=10_000_000, max_months=24, rate_bp_month=rate_bp_month, premium_bp=premium_bp,
        covered_max_satang=5_000_000,
    )  # fmt: skip
    return Bylaws(loan_products=(product,), share_late_fine_satang=fine_satang)


def fund(monthly: int | None, yearly: int | None = None) -> Bylaws:
    return Bylaws(welfare_contribution_satang_month=monthly, welfare=WelfareRules(contribution_satang_year=yearly))


OLD, NEW = bank(100, 100, fine_satang=500), bank(80, 50, fine_satang=700)


def history(ledger: str, old: Bylaws, new: Bylaws) -> RulesetHistory:
    """Version 1 from January, version 2 from July."""
    adopted = RulesetHistory()
    for version, (effective, rules) in enumerate(((JANUARY, old), (JULY, new)), start=1):
        adopted.take(
            RulesetAdopted(ledger=ledger, version=version, effective_from=effective, rules=rules, assembly=ASSEMBLY),
            version,
            JANUARY,
        )
    return adopted


BANK_HISTORY = history("bank:pp01", OLD, NEW)


def lent(version: int | None, *, gross_satang: int = 7_000_000) -> LoanDisbursed:
    return LoanDisbursed(
        loan="l1", member="m1", product="ordinary", gross_satang=gross_satang, net_satang=gross_satang, channel="cash",
        bylaws=version,
    )  # fmt: skip


def approved(method: Method = "declining", months: int = 12) -> LoanApproved:
    return LoanApproved(
        loan="l1", member="m1", product="ordinary", amount_satang=2_000_000, rate_bp_month=100, method=method,
        months=months, first_due=JULY, resolution=EntryRef(device="A" * 43, sequence=1, hash="A" * 43), bylaws=1,
    )  # fmt: skip


def contribution(months: int, version: int | None = 1) -> WelfareContributionReceived:
    return WelfareContributionReceived(member="m1", amount_satang=1, box="b", months=MONTHS[:months], bylaws=version)


def told(event: Event, adopted: RulesetHistory = BANK_HISTORY, on: date = JULY) -> list[tuple[str, int, int]]:
    flag = other_version(adopted, event, "pp01", on)
    assert flag is not None
    return [(one.about, one.used_satang, one.in_force_satang) for one in flag.differences]


def test_a_village_on_an_old_version_is_flagged_with_the_amount() -> None:
    """70,000 lent after the meeting halved the premium, by a tablet that had not heard: 250 too much was taken."""
    flag = other_version(BANK_HISTORY, lent(1), "pp01", JULY)
    assert flag is not None
    assert (flag.ledger, flag.used, flag.in_force, flag.is_known) == ("bank:pp01", 1, 2, True)
    assert flag.differences == (Difference(about="premium", used_satang=50_000, in_force_satang=25_000),)
    assert flag.differences[0].variance_satang == flag.variance_satang == -25_000


def test_the_version_in_force_is_not_flagged() -> None:
    assert other_version(BANK_HISTORY, lent(2), "pp01", JULY) is None
    assert other_version(BANK_HISTORY, lent(1), "pp01", date(2020, 6, 30)) is None


def test_who_names_no_version_or_has_no_rules_is_not_flagged() -> None:
    assert other_version(BANK_HISTORY, lent(None), "pp01", JULY) is None
    assert other_version(BANK_HISTORY, lent(1), "pp02", JULY) is None
    assert other_version(BANK_HISTORY, lent(1), "pp01", date(2019, 12, 31)) is None


def test_a_version_before_its_day_is_flagged_too() -> None:
    flag = other_version(BANK_HISTORY, lent(2), "pp01", date(2020, 6, 30))
    assert flag is not None
    assert flag.variance_satang == 25_000


def test_a_version_that_nobody_adopted_is_flagged_without_an_amount() -> None:
    flag = other_version(BANK_HISTORY, lent(9), "pp01", JULY)
    assert flag is not None
    assert not flag.is_known
    assert (flag.differences, flag.variance_satang) == ((), 0)


def test_an_event_that_no_rate_touches_is_flagged_without_an_amount() -> None:
    saved = ShareDeposited(member="m1", amount_satang=1, box="b", bylaws=1)
    assert told(saved) == []


def test_the_interest_of_a_contract_is_told_over_its_whole_schedule() -> None:
    """20,000 over twelve months at 1 %: 1,300.00 (docs/domain.md section 9.1); at 0.8 %: 1,040.00."""
    assert told(approved()) == [("premium", 20_000, 10_000), ("interest", 130_000, 104_000)]
    assert told(approved("flat_bullet")) == [("premium", 20_000, 10_000), ("interest", 240_000, 192_000)]


@pytest.mark.parametrize("event", [approved("act_365"), approved(months=0), approved(months=601)])
def test_interest_that_has_no_schedule_yet_is_not_told(event: LoanApproved) -> None:
    assert told(event) == [("premium", 20_000, 10_000)]


@pytest.mark.parametrize("months", [1, 600])
def test_the_shortest_and_the_longest_schedule_are_told(months: int) -> None:
    assert [about for about, _used, _in_force in told(approved(months=months))] == ["premium", "interest"]


def test_the_interest_of_an_early_end_is_told_where_the_caller_can() -> None:
    closed = LoanPrepaid(loan="l1", member="m1", product="ordinary", total_satang=5, box="b", bylaws=1)
    flag = other_version(BANK_HISTORY, closed, "pp01", JULY, lambda product: product.rate_bp_month)
    assert flag is not None
    assert flag.variance_satang == -20


def test_the_interest_of_a_repayment_is_told_where_the_caller_can() -> None:
    """A contract keeps its rate: without a reckoning for it, a repayment shows no amount."""
    paid = LoanRepaymentReceived(
        loan="l1", member="m1", product="ordinary", total_satang=18_333, interest_satang=18_333, box="b", bylaws=1
    )
    assert told(paid) == []
    flag = other_version(BANK_HISTORY, paid, "pp01", JULY, lambda product: 1_833_300 * product.rate_bp_month // 10_000)
    assert flag is not None
    assert flag.differences == (Difference(about="interest", used_satang=18_333, in_force_satang=14_666),)


def test_a_product_that_one_version_does_not_rule_shows_no_amount() -> None:
    assert list(differences(approved(), OLD, Bylaws())) == []
    assert list(differences(approved(), Bylaws(), OLD)) == []


def test_a_contribution_is_ruled_by_the_welfare_fund() -> None:
    adopted = history("welfare", fund(3_000, 36_500), fund(4_000, 36_500))
    assert told(contribution(2), adopted) == [("contribution", 6_000, 8_000)]
    assert told(contribution(12), adopted) == []  # a whole year costs the same
    assert other_version(BANK_HISTORY, contribution(2), "pp01", JULY) is None


@pytest.mark.parametrize(
    ("monthly", "yearly", "months", "expected"),
    [
        (3_000, None, 12, 36_000),
        (3_000, 36_500, 11, 33_000),
        (3_000, 36_500, 12, 36_500),
        (3_000, 36_500, 14, 42_500),
        (None, 36_500, 12, 36_500),
        (None, 36_500, 13, None),
        (None, None, 1, None),
    ],
)
def test_a_contribution_is_by_month_or_by_whole_years(
    monthly: int | None, yearly: int | None, months: int, expected: int | None
) -> None:
    assert contribution_satang(fund(monthly, yearly), months) == expected


def test_a_fund_without_a_table_has_its_monthly_rate() -> None:
    assert contribution_satang(Bylaws(welfare_contribution_satang_month=3_000), 12) == 36_000


def test_a_premium_is_on_the_covered_part_and_rounds_half_up() -> None:
    assert premium_satang(OLD, lent(1, gross_satang=5_000_000)) == premium_satang(OLD, lent(1)) == 50_000
    assert [premium_satang(OLD, lent(1, gross_satang=gross)) for gross in (49, 50, 149, 150)] == [0, 1, 1, 2]
    assert premium_satang(Bylaws(), lent(1)) is None


def test_a_loan_is_ruled_by_the_product_it_names() -> None:
    """The closed choice picks the account; the bylaws may know several products of one account."""
    short = msgspec.structs.replace(OLD.loan_products[0], code="short", premium_bp=200)
    rules = Bylaws(loan_products=(*OLD.loan_products, short))
    named = msgspec.structs.replace(lent(1), product_code="short")
    assert product_ruling(rules, named) is short
    assert product_ruling(rules, lent(1)) is OLD.loan_products[0]
    assert premium_satang(rules, named) == 2 * 50_000
    assert product_ruling(OLD, named) is None  # what is named and not ruled is not taken for another
    assert product_ruling(rules, contribution(1)) is None


def test_the_flag_on_an_entry_is_that_of_its_event() -> None:
    body = Body(
        v=1, network="n", village="pp01", device="A" * 43, sequence=1, previous="A" * 43, by="b", date=JULY,
        recorded_at=0, event=lent(1),
    )  # fmt: skip
    assert ruleset_variance(BANK_HISTORY, body) == other_version(BANK_HISTORY, lent(1), "pp01", JULY)
    flagged = ruleset_variance(BANK_HISTORY, body)
    assert flagged is not None
    assert flagged.variance_satang == -25_000
    assert ruleset_variance(BANK_HISTORY, msgspec.structs.replace(body, date=JANUARY)) is None


def test_an_author_names_the_version_that_his_books_have_in_force() -> None:
    assert version_to_name(BANK_HISTORY, lent(None), "pp01", date(2020, 6, 30)) == 1
    assert version_to_name(BANK_HISTORY, lent(None), "pp01", JULY) == 2
    assert version_to_name(BANK_HISTORY, lent(None), "pp02", JULY) is None
    assert version_to_name(BANK_HISTORY, contribution(1), "pp01", JULY) is None


def test_a_late_fine_is_by_month() -> None:
    assert late_fine_satang(OLD, 2) == 1_000
    assert late_fine_satang(Bylaws(share_late_fine_satang=0), 2) == 0
    assert late_fine_satang(Bylaws(), 2) is None


def test_a_fine_by_an_old_table_is_told() -> None:
    charged = SavingsFineCharged(member="m1", amount_satang=1_000, box="b", months=MONTHS[:2], bylaws=1)
    assert told(charged) == [("late_fine", 1_000, 1_400)]


@given(
    st.integers(min_value=0, max_value=300), st.integers(min_value=0, max_value=300),
    st.integers(min_value=1, max_value=10_000_000),
)  # fmt: skip
def test_a_variance_is_one_way_what_it_is_not_the_other(before_bp: int, after_bp: int, gross_satang: int) -> None:
    one, other = bank(100, before_bp), bank(100, after_bp)
    event = lent(1, gross_satang=gross_satang)
    there = sum(found.variance_satang for found in differences(event, one, other))
    back = sum(found.variance_satang for found in differences(event, other, one))
    assert there == -back
    assert abs(there - min(gross_satang, 5_000_000) * (after_bp - before_bp) // 10_000) <= 1
