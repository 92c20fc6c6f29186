"""Scenario S1 as people read it: the tables of the worked year, beside the published figures (docs/domain.md 9.7)."""

from datetime import date
from typing import Any

from sajja_schemas.projections import PROJECTIONS, read
from scenario.closing import GENERAL_MEETING, Result
from scenario.people import V01, V02
from scenario.year import Year


def rows(year: Year, name: str, on: date = GENERAL_MEETING, village: str | None = None) -> list[dict[str, Any]]:
    return [PROJECTIONS[name].named(row) for row in read(name, year.see(), on, village)]


def test_passbooks_have_the_dividends_that_were_published(told: tuple[Year, Result]) -> None:
    year, _result = told
    books = {row["member"]: row for row in rows(year, "passbooks", village=V01)}
    due = {name: (row["dividend_due_satang"], row["patronage_due_satang"]) for name, row in books.items()}
    assert due == {
        f"{V01}-m001": (777_56, 185_32), f"{V01}-m002": (333_44, 128_30), f"{V01}-m003": (504_18, 90_29),
        f"{V01}-m004": (47, 0),
    }  # fmt: skip
    assert sum(row["shares_satang"] for row in books.values()) == 71_300_00
    assert sum(row["special_satang"] for row in books.values()) == 34_022_50
    dead = books[f"{V01}-m002"]
    assert (dead["state"], dead["shares_satang"], dead["loans_satang"]) == ("died", 0, 0)
    assert books[f"{V01}-m003"]["loans_satang"] == 5_000_00


def test_the_one_loan_left_is_nineteen_days_late_at_the_general_meeting(told: tuple[Year, Result]) -> None:
    """30,000 in twelve months from 5 March, one instalment missed in August: ten are paid, January's is not."""
    year, _result = told
    loans = {row["loan"]: row for row in rows(year, "loans")}
    assert {name: row["state"] for name, row in loans.items()} == {"l001": "repaid", "l002": "repaid", "l003": "owed"}
    left = loans["l003"]
    assert (left["outstanding_satang"], left["overdue_satang"], left["late_days"]) == (5_000_00, 2_500_00, 19)
    assert (left["next_due_on"], left["next_due_satang"]) == (date(2021, 2, 5), 2_500_00)
    buckets = {row["from_days"]: row["outstanding_satang"] for row in rows(year, "par_buckets", village=V01)}
    assert buckets == {0: 0, 1: 5_000_00, 31: 0, 61: 0, 91: 0}
    assert [row["outstanding_satang"] for row in rows(year, "par_buckets", date(2020, 9, 30), V01)][1:] == [0, 0, 0, 0]


def test_funds_paid_for_the_death_what_was_published(told: tuple[Year, Result]) -> None:
    year, _result = told
    (risk,) = rows(year, "risk_claims")
    assert (risk["stage"], risk["cause"], risk["sent_satang"], risk["unpaid_satang"]) == ("paid", "death", 38_380_00, 0)
    (claim,) = rows(year, "welfare_claims")
    assert (claim["stage"], claim["benefit"], claim["paid_satang"], claim["payable_satang"]) == (
        "paid", "death", 10_000_00, 0,
    )  # fmt: skip
    assert [(row["state"], row["paid_to"]) for row in rows(year, "welfare_members")] == [("in_benefit", "2020-12")] * 2


def test_money_is_where_the_published_balances_say(told: tuple[Year, Result]) -> None:
    year, _result = told
    held = {(row["ledger"], row["account"]): row for row in rows(year, "cash")}
    box = held[f"bank:{V01}", 1110]
    assert (box["amount_satang"], box["over_limit_satang"]) == (73_929_25, 73_929_25 - box["limit_satang"])
    assert held[f"bank:{V01}", 1120]["amount_satang"] == 60_792_37
    assert {fund: held[fund, 1120]["amount_satang"] for fund in ("welfare", "risk", "network")} == {
        "welfare": 290_540_00, "risk": 81_920_00, "network": 10_700_00,
    }  # fmt: skip
    pairs = {(row["village"], row["bank_account"]): row for row in rows(year, "interfund")}
    assert (pairs[V01, 1130]["bank_satang"], pairs[V01, 1130]["fund_satang"]) == (40_000_00, -40_000_00)
    assert (pairs[V02, 2220]["bank_satang"], pairs[V02, 2220]["fund_satang"]) == (-50_000_00, 50_000_00)
    assert pairs[V01, 2610]["bank_satang"] == -763_91
    assert not any(row["unexplained_satang"] for row in pairs.values())
    assert rows(year, "in_transit") == []


def test_months_add_up_to_the_year(told: tuple[Year, Result]) -> None:
    year, result = told
    months = [row for row in rows(year, "series", date(2020, 12, 31), V01) if not row["from_paper"]]
    assert [row["month"] for row in months] == [f"2020-{month:02}" for month in range(1, 13)]
    income = sum(row["income_satang"] for row in months)
    expense = sum(row["expense_satang"] for row in months)
    assert (income, expense, income - expense) == (10_012_37, 5_973_25, result.profit_satang)
    last = months[-1]
    assert (last["shares_satang"], last["cash_satang"], last["bank_satang"]) == (71_300_00, 73_929_25, 60_792_37)
    # In July the heirs were settled, in October somebody joined.
    assert [row["members"] for row in months] == [3] * 6 + [2] * 3 + [3] * 3
    funds = {row["ledger"]: row for row in rows(year, "fund_series", GENERAL_MEETING)}
    assert funds["welfare"]["balance_satang"] == 300_000_00 + 900_00 + 403_91 - 10_000_00
