"""The year of scenario S1 as signed entries gives the published figures, by account (docs/domain.md 9.7, 9.8)."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sajja_schemas.accounts import CHART
from sajja_schemas.books import Admitted, apply, open_books
from sajja_schemas.chain import check_log
from sajja_schemas.entry import from_base64url, to_base64url
from sajja_schemas.events import CATALOGUE, lines_of, tag_of
from sajja_schemas.events.base import Approvers, Kind
from sajja_schemas.invariants import check
from scenario import reading
from scenario.closing import Result, close_funds, of_ledger, pay_heirs
from scenario.comparison import STAGES, accounts, balances_at, compare, results, single_figures, sub_ledgers
from scenario.keeper import class_of
from scenario.people import DECEASED, LEDGERS, SAVER
from scenario.year import BANK, BOX, Year
from support.arrival import logs_of
from unit.schemas.calculations.published import SCENARIO, satang

Told = tuple[Year, Result]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("ledger", LEDGERS.values())
def test_a_trial_balance_is_the_published_one(told: Told, stage: str, ledger: str) -> None:
    entries, books = told[0].world.entries, told[0].see()
    rows = [row for row in accounts(stage, balances_at(stage, entries, books)) if row.of == ledger]  # type: ignore[arg-type]  # of STAGES
    assert rows
    assert [row for row in rows if row.difference_satang] == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_sub_ledgers_of_members_and_loans_are_the_published_ones(told: Told, stage: str) -> None:
    entries, books = told[0].world.entries, told[0].see()
    rows = list(sub_ledgers(balances_at(stage, entries, books)))  # type: ignore[arg-type]  # of STAGES
    assert len(rows) == len(SCENARIO["subledger"])
    assert [row for row in rows if row.difference_satang] == []


def test_profit_allocation_dividends_and_patronage_that_the_fold_gives_are_the_published_ones(told: Told) -> None:
    rows = list(results(told[1]))
    assert {"777.56", "333.44", "504.18", "0.47"} == set(SCENARIO["dividend"].values())
    assert {"185.32", "128.30", "90.29"} == set(SCENARIO["patronage"].values())
    assert [row for row in rows if row.difference_satang] == []


def test_income_expense_interest_claim_and_both_halves_of_each_pair_are_the_published_ones(told: Told) -> None:
    entries, books = told[0].world.entries, told[0].see()
    rows = list(single_figures(balances_at("before", entries, books), balances_at("after", entries, books)))
    assert len(rows) == 4 + len(SCENARIO["interfund_check"])
    assert [row for row in rows if row.difference_satang] == []


def test_every_entry_counts_with_all_its_approvals_and_every_log_is_one_signed_chain(told: Told) -> None:
    year, _result = told
    books = year.see()
    assert books.quarantined == {}
    assert books.trust.awaiting == {}
    assert [log for log in logs_of(year.world) if not log] == []
    for log in logs_of(year.world):
        assert check_log(log, from_base64url(books.trust.fingerprint, 32)) == log[-1]


def test_every_approver_class_from_a0_to_a5_is_needed_and_complete(told: Told) -> None:
    bodies = reading.counted(told[0].world.entries, told[0].see()).values()
    assert {class_of(body) for body in bodies} == set(Approvers) - {Approvers.AU}


def test_several_devices_of_each_unit_wrote_it_and_nobody_posted_cash_that_another_holds(told: Told) -> None:
    world = told[0].world
    assert [len(unit.tablets) for unit in world.units.values()] == [2, 2, 2]
    held = {code for code in CHART if 1110 <= code <= 1121}
    for body in reading.counted(world.entries, told[0].see()).values():
        unit = told[0].see().trust.devices[body.device].unit
        if CATALOGUE[tag_of(body.event)].declared.kind is Kind.CASH:
            for ledger, account, _sub, _amount in lines_of(body):
                assert account not in held or (ledger == f"bank:{unit}" if unit != "office" else ":" not in ledger)


def test_no_invariant_is_broken_at_any_index_of_the_telling(told: Told) -> None:
    world = told[0].world
    books = open_books(world.network, world.fingerprint)
    bodies: dict[str, bytes] = {}
    for index, entry in enumerate(world.entries):
        name = to_base64url(entry.hash)
        apply(books, Admitted(index, name, entry.body), bodies.get)
        bodies[name] = entry.body
        assert check(books) == []


def test_nothing_is_under_way_and_every_invariant_holds_at_the_end(told: Told) -> None:
    assert check(told[0].see()) == []
    assert told[0].see().transit == {}


def test_the_wrong_deposit_of_august_stands_in_three_lines(told: Told) -> None:
    """The original, its reversal and the new entry: the member's interest is that of the 100 alone."""
    year, _result = told
    august = [
        body
        for body in reading.counted(year.world.entries, year.see()).values()
        if f"{body.date:%m}" == "08" and tag_of(body.event) in {"special_savings_deposited", "entry_reversed"}
    ]
    assert [tag_of(body.event) for body in august] == [
        "special_savings_deposited", "entry_reversed", "special_savings_deposited"
    ]  # fmt: skip
    moved = reading.movements(year.world.entries, year.see(), BANK, 2110)[SAVER]
    assert [move.amount_satang for move in moved if f"{move.on:%m}" == "08"] == [100_00]


def test_the_family_of_the_dead_gets_45600_at_once_and_461_74_after_the_general_meeting(year: Year) -> None:
    bodies = reading.counted(year.world.entries, year.see()).values()
    paid = {
        tag_of(body.event): lines_of(body)[0][3]
        for body in bodies
        if tag_of(body.event) in {"member_heirs_paid", "welfare_claim_paid"}
    }
    assert paid == {"member_heirs_paid": 35_600_00, "welfare_claim_paid": 10_000_00}
    before_satang = year.balance(BANK, 1110, BOX)
    pay_heirs(year)
    assert before_satang - year.balance(BANK, 1110, BOX) == 461_74
    assert (year.balance(BANK, 2130, DECEASED), year.balance(BANK, 2131, DECEASED)) == (0, 0)
    assert year.see().quarantined == {}


def test_the_sealed_trial_balance_is_the_published_one_before_the_close(told: Told) -> None:
    bodies = reading.counted(told[0].world.entries, told[0].see()).values()
    (sealed,) = [body.event for body in bodies if tag_of(body.event) == "year_end_trial_balance_sealed"]
    theirs = {int(account): satang(amount) for account, amount in SCENARIO["pre_close_tb"]["V01"].items()}
    assert {line.account: line.amount_satang for line in sealed.lines} == theirs  # type: ignore[union-attr]  # by its tag


def test_funds_that_close_their_year_carry_income_and_expense_to_their_balance(year: Year) -> None:
    """Fund 300,000 + 900 + 403.91 - 10,000; risk 120,000 + 300 - 38,380; the pool keeps 700 to be allocated."""
    close_funds(year)
    assert year.balance("welfare", 3410) == -(300_000_00 + 900_00 + 403_91 - 10_000_00)
    assert year.balance("risk", 3420) == -(120_000_00 + 300_00 - 38_380_00)
    assert year.balance("network", 3320) == -(1_500_00 - 800_00)
    assert year.see().quarantined == {}
    for fund in ("welfare", "risk", "network"):
        assert not any(amount for (account, _sub), amount in of_ledger(year, fund).items() if account >= 4000)
    assert any(amount for (account, _sub), amount in of_ledger(year, "bank:v02").items() if account >= 4000)


def test_one_satang_beside_the_published_figures_is_seen(year: Year, told: Told) -> None:
    year.world.today = date(2020, 12, 31)
    year.say(year.savings, "income_received", ledger="bank:v01", account=4190, amount_satang=1, channel="cash", box=BOX)
    tables = compare(year.world.entries, year.see(), told[1])
    assert {(row.name, row.difference_satang) for row in tables["after"] if row.difference_satang} == {
        ("1110", 1), ("4190", -1)
    }  # fmt: skip
    # It stands behind December's cut, so what was sealed is what it was.
    assert [row for row in tables["before"] if row.difference_satang] == []


def test_the_command_prints_every_figure_beside_the_published_one_and_exits_0() -> None:
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(tests)}
    done = subprocess.run(
        [sys.executable, "-m", "scenario", "--json"], capture_output=True, check=False, env=environment, cwd=tests
    )
    assert done.returncode == 0, done.stderr.decode()
    document = json.loads(done.stdout)
    assert document["different"] == 0
    assert {name for name, rows in document["tables"].items() if rows} == {*STAGES, "sub-ledgers", "results"}
