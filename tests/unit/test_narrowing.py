"""What a village's committee and a donor are left with, from answers as the server gives them."""

import json
from pathlib import Path
from typing import Any

import pytest

from sajja_server import narrowing

RECORDED = Path(__file__).parents[1] / "web" / "recorded"


@pytest.fixture
def totals() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((RECORDED / "network_totals.json").read_text(encoding="utf-8"))
    return answer


def test_a_village_sees_its_own_row_and_no_sum_over_others(totals: dict[str, Any]) -> None:
    told = narrowing.totals_of_village(totals, "pp03")
    row = next(row for row in totals["villages"] if row["village"] == "pp03")
    assert told["villages"] == [row]
    assert told["totals"] == {name: value for name, value in row.items() if name not in {"village", "name", "moo"}}
    assert not {"funds", "growth", "groups", "findings", "quarantined", "rejected", "in_transit"} & told.keys()
    text = json.dumps(told, ensure_ascii=False)
    assert not [code for code in (f"pp{at:02d}" for at in range(1, 13)) if code != "pp03" and code in text]


def test_a_village_that_is_not_there_sees_nothing(totals: dict[str, Any]) -> None:
    told = narrowing.totals_of_village(totals, "pp99")
    assert (told["villages"], told["totals"]) == ([], {})


def test_a_village_sees_its_own_devices_and_ledgers() -> None:
    status = json.loads((RECORDED / "village_status.json").read_text(encoding="utf-8"))
    devices = narrowing.status_of_village(status, "pp02")["devices"]
    assert devices
    assert {device["village"] for device in devices} == {"pp02"}
    rows = [{"ledger": name} for name in ("bank:pp01", "bank:pp02", "group:pp02-rice", "group:pp01-pp02-", "welfare")]
    told = narrowing.books_of_village({"balances": rows, "disputed": rows}, "pp02")
    assert [row["ledger"] for row in told["balances"]] == ["bank:pp02", "group:pp02-rice"]
    assert told["disputed"] == told["balances"]


def test_a_donor_sees_rounded_sums_of_all_members_and_no_village(totals: dict[str, Any]) -> None:
    told = narrowing.aggregates(totals)
    assert told["villages"] == []
    assert told["totals"] == {
        "members": 1495,
        "women": 925,
        "shares_satang": 894_000_000,
        "savings_satang": 1_103_600_000,
        "fund_satang": 1_311_800_000,
    }
    assert told["funds"]["welfare"] == {"balance_satang": 121_400_000, "enrolled": 1180}
    assert [year["year"] for year in told["growth"]] == list(range(2010, 2021))
    text = json.dumps(told, ensure_ascii=False)
    assert "largest" not in text
    assert "loans" not in text


@pytest.mark.parametrize("members", [0, 1, 4])
def test_a_sum_of_fewer_than_five_persons_is_shown_to_no_donor(members: int, totals: dict[str, Any]) -> None:
    totals["totals"]["members"] = members
    totals["growth"][-1]["members"] = members
    told = narrowing.aggregates(totals)
    assert (told["totals"], told["funds"], told["growth"]) == ({}, {}, [])


@pytest.mark.parametrize("enrolled", [0, 1, 4])
def test_the_fund_of_a_few_is_shown_to_no_donor(enrolled: int, totals: dict[str, Any]) -> None:
    totals["funds"]["welfare"]["enrolled"] = enrolled
    assert "balance_satang" not in narrowing.aggregates(totals)["funds"]["welfare"]


def test_nor_the_fund_of_borrowers_whom_nobody_counts(totals: dict[str, Any]) -> None:
    assert "risk" not in narrowing.aggregates(totals)["funds"]


@pytest.mark.parametrize("women", [1, 4, 1492, 1495])
def test_nor_a_few_persons_by_subtracting(women: int, totals: dict[str, Any]) -> None:
    totals["totals"]["women"] = women
    assert "women" not in narrowing.aggregates(totals)["totals"]


@pytest.mark.parametrize("women", [0, 5, 1491, 1496])
def test_none_and_all_are_no_few_persons(women: int, totals: dict[str, Any]) -> None:
    totals["totals"]["women"] = women
    assert narrowing.aggregates(totals)["totals"]["women"] % 5 == 0


@pytest.mark.parametrize("deposit_satang", [1, 5_000, 12_345, 99_999])
def test_a_donor_who_reads_twice_sees_no_persons_deposit(deposit_satang: int, totals: dict[str, Any]) -> None:
    """At most that a whole thousand was passed, or five persons."""
    before = narrowing.aggregates(totals)["totals"]
    totals["totals"]["members"] += 1
    totals["totals"]["savings_satang"] += deposit_satang
    after = narrowing.aggregates(totals)["totals"]
    assert after["savings_satang"] - before["savings_satang"] in {0, narrowing.SATANG_ROUNDED_TO}
    assert after["members"] - before["members"] in {0, narrowing.PERSONS_ROUNDED_TO}
