"""A monthly meeting as a treasurer keeps it on one tablet, from opening to three signatures, by real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sajja_client.books import fold
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_schemas.entry import SignedEntry
from support.meetings import BOX, lend, pull, tablet_of, village
from support.waiting import PATIENCE_SECONDS
from support.world import World

pytestmark = pytest.mark.slow

M1, M2, M3 = "pp01-m001", "pp01-m002", "pp01-m003"
DAY = "05/07/2563"
MEETING = "pp01-2020-07-05"
THREE = ("--officer", "pp01-o1", "--officer", "pp01-o3", "--officer", BOX)


def command(home: Home, *words: str, language: str = "th_TH.UTF-8") -> tuple[list[str], dict[str, str]]:
    environment = {
        **os.environ, "SAJJA_HOME": str(home.path), "LANG": language, "LC_ALL": "", "NO_COLOR": "1", "COLUMNS": "120",
    }  # fmt: skip
    return [sys.executable, "-m", "sajja_client", "village", "meeting", *words], environment


def run(home: Home, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    line, environment = command(home, *words)
    return subprocess.run(
        line, capture_output=True, text=True, env=environment, input=typed, check=False, timeout=PATIENCE_SECONDS
    )


def done(home: Home, *words: str, typed: str = "") -> str:
    told = run(home, *words, typed=typed)
    assert told.returncode == 0, told.stderr
    return told.stdout


def answer(home: Home, *words: str) -> Any:
    return json.loads(done(home, *words, "--json"))


def refused(home: Home, *words: str, code: str, exit_code: int) -> str:
    told = run(home, *words)
    assert f"[{code}]" in told.stderr, told.stderr
    assert told.returncode == exit_code
    assert "Traceback" not in told.stderr
    return told.stderr


@pytest.fixture
def world() -> World:
    """Three members since June; the first has a loan of 20,000, paid out of a box that holds it no more."""
    world = village()
    lend(world, M1)
    return world


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return tablet_of(tmp_path / "tablet", world)


def test_a_meeting_from_the_opening_count_to_three_signatures(home: Home) -> None:
    """The box was 20,000 short before: the opening says so and records it as what it is."""
    refused(home, "open", "-", "--day", DAY, "--officer", "pp01-o9", code="key_missing", exit_code=1)
    opened = run(home, "open", "-", "--day", DAY, "--place", "ศาลาหมู่ 1", *THREE)
    assert opened.returncode == 0, opened.stderr
    assert f"เปิดวันทำการ {MEETING} วันที่ 5 กรกฎาคม 2563" in opened.stdout
    assert "เงินเปิดเกินจากสมุด 20,000.00 บาท" in opened.stderr
    assert "รอลายมือชื่อ" not in opened.stdout
    refused(home, "open", "-", "--day", DAY, code="meeting_already_open", exit_code=4)
    assert "3 คน" in done(home, "attend", M1, f"{M2}=proxy", f"{M3}=absent")
    due = answer(home, "due")
    assert [one["share_satang"] for one in due["dues"]] == [10_000] * 3
    shown = done(home, "due")
    for words in ("ยอดที่ต้องจ่าย", "1,866.67", "2,256.67"):
        assert words in shown
    taken = done(home, "take", M1)
    for words in ("1,996.67", "ต้น 1,666.67 + ดอก 200.00 + ปรับ 0.00", "100.00 (ก.ค.63)", "30.00 (ก.ค.63)"):
        assert words in taken
    refused(home, "take", M1, code="already_paid", exit_code=4)
    assert "50.00" in done(home, "take", M1, "share=50", "--again")
    done(home, "take", M2, "share=๑๐๐")
    refused(home, "take", "pp01-m999", code="unknown_member", exit_code=2)
    refused(home, "take", M3, "share=1.234", code="payment_wrong", exit_code=2)
    refused(home, "close", *THREE, "--yes", code="not_counted", exit_code=1)
    counted = run(home, "count", "1000=2", "100=1", "20=2", "5=1", "1=1", "--counter", "pp01-o1", "--counter", BOX)
    assert "เงินขาด 0.67 บาท" in counted.stderr
    refused(home, "close", *THREE, "--yes", code="variance_not_booked", exit_code=1)
    assert "บันทึกเงินขาด 0.67 บาท" in done(home, "variance")
    refused(home, "variance", code="no_variance", exit_code=1)
    status = answer(home, "status")
    assert (status["state"], [one["member"] for one in status["unpaid"]]) == ("open", [M2, M3])
    assert status["boxes"] == [{"box": BOX, "counted_satang": 214_600, "expected_satang": 214_600}]
    assert status["attended"] == {"absent": 1, "proxy": 1, "self": 1}
    assert [one["type"] for one in status["waiting"]] == ["cash_counted", "cash_variance_recorded"]
    closed = done(home, "close", "--yes")
    for words in ("เงินขาด/เกิน", "0.67 บาท\n", "ยังไม่จ่ายครบ 2 คน", f"ปิดวันทำการ {MEETING} แล้ว"):
        assert words in closed
    after = answer(home, "status")
    assert (after["state"], after["waiting"]) == ("closed", [])
    refused(home, "close", "--yes", code="meeting_closed", exit_code=4)
    refused(home, "take", M3, code="meeting_closed", exit_code=4)
    assert "มาช้า" in done(home, "take", M3, "share=100", "--late")
    assert [line["member"] for line in answer(home, "status")["late"]] == [M3]
    assert fold(home).balances["bank:pp01", 3110, M1] == -15_000
    next_one = run(home, "open", "1000=2", "100=2", "20=2", "5=1", "1=1", "--day", "05/08/2563", *THREE)
    assert "ยอดนับครั้งก่อน (5 ก.ค. 2563) 2,146.00 บาท รายการหลังจากนั้นรวม 100.00 บาท" in next_one.stderr
    assert "บันทึกเป็นเงิน" not in next_one.stderr


def test_two_signatures_are_not_three_and_the_list_says_whose_is_missing(home: Home) -> None:
    done(home, "open", "-", "--day", DAY, "--officer", "pp01-o1", "--officer", "pp01-o3")
    done(home, "count", "-", "--counter", "pp01-o1", "--counter", "pp01-o3")
    told = done(home, "close", "--yes")
    assert "มีผลเมื่อกรรมการลงนามครบ" in told
    assert "กรรมการอีก 1 คน · เหรัญญิก" in told
    assert answer(home, "status")["state"] == "closing"
    refused(home, "approve", "--officer", "pp01-o9", "--yes", code="key_missing", exit_code=1)
    assert "ยังขาด" in done(home, "approve", "--officer", BOX, typed="n\n")
    assert answer(home, "status")["state"] == "closing"
    done(home, "approve", "--officer", BOX, "--yes")
    assert answer(home, "status")["state"] == "closed"


def test_a_file_of_payments_is_taken_wholly_or_not_at_all(home: Home, tmp_path: Path) -> None:
    """Cut in half, wrong in a line, wrong in its total: the line is named and nothing was recorded."""
    done(home, "open", "-", "--day", DAY, *THREE)
    whole = done(home, "due", "--csv")
    assert whole.splitlines()[-1] == "total,300.00,,1866.67,90.00"
    path = tmp_path / "payments.csv"
    before = answer(home, "status")["paid"]
    wrong = [
        (3, whole[: len(whole) // 2]),
        (3, "".join(whole.splitlines(keepends=True)[:3])),
        (3, whole.replace("pp01-m002,100.00", "pp01-m002,1o0")),
        (4, whole.replace("pp01-m003", "pp01-m002")),
        (5, whole.replace("total,300.00", "total,299.00")),
        (1, "member,rice\n"),
    ]
    for line, text in wrong:
        path.write_text(text, encoding="utf-8")
        assert f"line {line}:" in refused(home, "take", "--file", str(path), code="payments_file_wrong", exit_code=2)
    path.write_text(whole.replace("pp01-m003", "pp01-m999"), encoding="utf-8")
    assert "[unknown_member]" in refused(home, "take", "--file", str(path), code="payments_file_wrong", exit_code=2)
    assert answer(home, "status")["paid"] == before
    path.write_text(whole, encoding="utf-8")
    taken = answer(home, "take", "--file", str(path))
    assert [one["total_satang"] for one in taken["payments"]] == [199_667, 13_000, 13_000]
    again = refused(home, "take", "--file", str(path), code="payments_file_wrong", exit_code=2)
    assert "[already_paid]" in again
    assert answer(home, "status")["unpaid"] == []


def test_the_form_takes_all_nothing_or_some_and_goes_on_where_it_was(home: Home) -> None:
    """Enter, `-`, amounts, a slip of the pen that is asked again, and an end in the middle."""
    done(home, "open", "-", "--day", DAY, *THREE)
    first = done(home, "take", typed="\nq\n")
    assert "[1/3] pp01-m001" in first
    assert "รับเงินแล้ว 1 คน" in first
    second = run(home, "take", typed="share=ten\nshare=100\n-\n")
    assert "จ่ายแล้ว 1 คน เหลือ 2 คน" in second.stdout
    assert "[payment_wrong]" in second.stderr
    assert "รับเงินแล้ว 1 คน" in second.stdout
    assert [one["member"] for one in answer(home, "status")["unpaid"]] == [M2, M3]  # m002 still owes the welfare fund
    assert "เหลือ 1 คน" in done(home, "take", typed="")


def head_of(home: Home) -> int:
    with Log.open(home) as log:
        head = log.head()
    return head[0] if head is not None else 0


def test_a_kill_in_the_middle_leaves_each_payment_whole_or_absent(home: Home) -> None:
    """SIGKILL just after the log has grown, and a little later: no payment is there in part, and the log verifies."""
    done(home, "open", "-", "--day", DAY, *THREE)
    line, environment = command(home, "take")
    whole = {M1: 199_667, M2: 13_000, M3: 13_000}
    for later_ms in (0, 3, 12):
        before = head_of(home)
        with subprocess.Popen(
            line, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as form:
            assert form.stdin is not None
            form.stdin.write(b"\n" * 3)
            form.stdin.flush()
            while head_of(home) == before and form.poll() is None:
                time.sleep(0.001)
            time.sleep(later_ms / 1_000)
            form.send_signal(signal.SIGKILL)
        paid = {one["member"]: one["amount_satang"] for one in answer(home, "status")["paid"]}
        assert paid.items() <= whole.items()
    with Log.open(home) as log:
        assert log.verify() is not None
    done(home, "take", typed="\n\n\n")
    assert {one["member"]: one["amount_satang"] for one in answer(home, "status")["paid"]} == whole


def own_lines(home: Home) -> list[SignedEntry]:
    with Log.open(home) as log:
        return list(log.entries())


def carry(world: World, *homes: Home) -> None:
    """What tablets recorded reaches the network in this order, and then all of them."""
    known = {entry.hash for entry in world.entries}
    for home in homes:
        world.entries += [entry for entry in own_lines(home) if entry.hash not in known]
    for home in homes:
        pull(home, world)


def test_two_tablets_close_one_meeting_and_the_second_adds_nothing(tmp_path: Path, world: World) -> None:
    """Both were without a connection. What the second took is kept, counted, and shown as late."""
    first = tablet_of(tmp_path / "a", world)
    second = tablet_of(tmp_path / "b", world, 1)
    for home, payer in ((first, M1), (second, M2)):
        box = ("--box", f"box-{payer}")
        opened = answer(home, "open", "-", "--day", DAY, *box, *THREE)
        assert opened["meeting"] == MEETING
        done(home, "take", payer, "share=100")
        done(home, "count", "100=1", "--counter", "pp01-o1", "--counter", "pp01-o3")
        done(home, "close", "--yes")
    carry(world, first, second)
    for home in (first, second):
        sheet = answer(home, "status", "--meeting", MEETING, "--box", f"box-{M1}")
        assert sheet["state"] == "closed"
        assert len(sheet["second_closes"]) == 1
        assert [line["member"] for line in sheet["late"] if line["type"] == "share_deposited"] == [M2]
        assert {one["member"]: one["amount_satang"] for one in sheet["paid"]} == {M1: 10_000, M2: 10_000}
        assert fold(home).balances["bank:pp01", 3110, M2] == -10_000
    assert "ปิดซ้ำ" in run(second, "status", "--meeting", MEETING).stderr


def test_the_list_of_meetings_says_each_ones_day_and_how_it_stands(home: Home) -> None:
    assert "ยังไม่เคยเปิดวันทำการ" in done(home, "list")
    done(home, "open", "-", "--day", DAY, "--officer", "pp01-o1", "--officer", "pp01-o3")
    assert answer(home, "list") == [MEETING]
    assert done(home, "list").startswith(f"{MEETING}  5 กรกฎาคม 2563  เปิดอยู่")
