"""Leaving with everything: one command, with no connection, from what this device holds."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sajja_client.books import fold
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_schemas import books as bookkeeping
from sajja_schemas.entry import entry_hash, split_line, to_base64url
from sajja_schemas.events.ledgers import ExpensePaid
from support.commands import answer, run
from support.homes import deposit, pulled_home_of, write
from support.paper import csv_bytes
from support.world import World

pytestmark = pytest.mark.slow
SHEETS = ["about", "entries", "trial_balance", "balances", "members", "loans", "officers", "devices"]


@pytest.fixture(scope="module")
def world() -> World:
    world = World.founded(["pp01"])
    world.admit(world.village("pp01").tablets[0], ["pp01-m001", "pp01-m002"])
    return world


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return pulled_home_of(tmp_path / "tablet", world, world.village("pp01").tablets[1])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.partition(" · ")[2]: value for name, value in row.items()} for row in csv.DictReader(file)]


def test_a_folder_has_every_table_and_the_very_lines_that_were_signed(tmp_path: Path, home: Home) -> None:
    """From the lines alone, without this program's files, the same books are folded again."""
    with Log.open(home) as log:
        deposit(log)
        deposit(log, 2_550, member="pp01-m002")
        write(
            log,
            ExpensePaid(ledger="bank:pp01", account=5122, amount_satang=100, channel="cash", box="b", text="=cmd|x"),
        )
    folder = tmp_path / "out"
    summary = answer(run("village", "export", folder, "--json", home=home.path))
    assert summary["files"] == ["sajja-pp01.xlsx", *(f"{name}.csv" for name in SHEETS), "log.ndjson"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(summary["files"])
    entries = table(folder / "entries.csv")
    assert summary["rows"]["entries"] == summary["rows"]["lines"] == len(entries)
    assert [(row["what"], row["amount (baht)"], row["member"], row["status"]) for row in entries[-3:]] == [
        ("ส่งเงินสัจจะ", "100.00", "pp01-m001", "นับแล้ว"),
        ("ส่งเงินสัจจะ", "25.50", "pp01-m002", "นับแล้ว"),
        ("จ่ายค่าใช้จ่าย", "1.00", "", "นับแล้ว"),
    ]
    assert "=cmd|x" in entries[-1]["details"]
    assert entries[-1]["date (B.E.)"].endswith("2563")
    total = table(folder / "trial_balance.csv")[-1]
    assert (total["name"], total["debit"], total["credit"]) == ("รวม", "125.50", "125.50")
    members = {row["member"]: row["shares"] for row in table(folder / "members.csv")}
    assert members == {"pp01-m001": "100.00", "pp01-m002": "25.50"}
    assert refold(home, folder / "log.ndjson").balances == fold(home).balances


def refold(home: Home, path: Path) -> bookkeeping.Books:
    pin = home.pin()
    books = bookkeeping.open_books(pin.network, pin.fingerprint, partial=True)
    seen: dict[str, bytes] = {}
    for index, line in enumerate(path.read_bytes().splitlines()):
        _key, _signature, body = split_line(line)
        name = to_base64url(entry_hash(body))
        bookkeeping.apply(books, bookkeeping.Admitted(index, name, body), seen.get)
        seen[name] = body
    return books


def test_a_workbook_has_a_sheet_for_each_table(tmp_path: Path, home: Home) -> None:
    """Nothing is written over unless it is asked for; the office has the same command."""
    path = tmp_path / "all.xlsx"
    assert run("village", "export", path, home=home.path).returncode == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:3] == ["เกี่ยวกับ", "รายการ", "งบทดลอง"]
    assert book["บรรทัดที่ลงนาม"].max_row == book["รายการ"].max_row
    again = run("village", "export", path, home=home.path)
    assert (again.returncode, "[option_wrong]" in again.stderr) == (2, True)
    assert run("office", "export", path, "--replace", home=home.path).returncode == 0
    nowhere = run("village", "export", path / "nowhere" / "x.xlsx", home=home.path)
    assert (nowhere.returncode, "[cannot_write]" in nowhere.stderr) == (2, True)


def test_an_export_shows_loans_that_came_from_paper(tmp_path: Path, home: Home) -> None:
    """What goes in by import comes out by export, with its terms and how late it is on the day that is asked."""
    rows: list[tuple[Any, ...]] = [
        ("1", "1210", "pp01-l1", "50", "", "1", "100", "10", "1", "declining", "5/1/2563"),
        ("1", "1210", "รวม", "50"),
        ("2", "3110", "1", "50"),
        ("2", "3110", "รวม", "50"),
    ]
    file = tmp_path / "book.csv"
    file.write_bytes(csv_bytes(rows))
    officers = [word for person in ("pp01-o1", "pp01-o3", "pp01-o4") for word in ("--person", person)]
    assert run("village", "import", file, "--yes", *officers, home=home.path).returncode == 0
    folder = tmp_path / "out"
    done = run("village", "export", folder, "--day", "22/08/2563", "--json", home=home.path)
    assert json.loads(done.stdout)["as_of"] == "2020-08-22"
    (loan,) = table(folder / "loans.csv")
    assert (loan["loan"], loan["member"], loan["outstanding"], loan["rate, % a month"]) == (
        "pp01-l1", "pp01-m001", "50.00", "1.00",
    )  # fmt: skip
    assert (loan["overdue"], loan["days late"]) == ("30.00", "78")


def test_the_office_exports_what_it_holds(tmp_path: Path) -> None:
    """Its own log from the founding on, with nothing synced yet, and marked as a demonstration."""
    first = tmp_path / "office1"
    founded = run(
        "office", "establish", "--network", "testnet", "--demonstration", "--home", first, "--second", tmp_path / "o2",
        home=first,
    )  # fmt: skip
    assert founded.returncode == 0, founded.stderr
    summary = answer(run("office", "export", tmp_path / "out", "--json", home=first))
    assert (summary["village"], summary["demonstration"]) == ("office", True)
    entries = table(tmp_path / "out" / "entries.csv")
    assert [row["type"] for row in entries] == ["network_established", "entry_approved", "entry_approved"]
    about = table(tmp_path / "out" / "about.csv")
    assert about[0] == {"about": "ข้อมูลสาธิต", "value": "DEMO DATA"}
