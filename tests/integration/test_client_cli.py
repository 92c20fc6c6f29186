"""The commands as a person runs them: real processes, both languages, documented exit codes."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sajja_client.books import fold
from sajja_client.home import Home
from support.commands import answer, run
from support.homes import home_of, pin_to_server
from support.server_double import ServerDouble
from support.waiting import PATIENCE_SECONDS
from support.world import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    return World.founded(["pp01"])


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return home_of(tmp_path / "tablet", world, world.village("pp01").tablets[0])


def test_the_way_from_nothing_to_a_receipt(tmp_path: Path) -> None:
    """The README's own walk, without a server: found, init, enrol, appoint, record, balance, log, verify."""
    first, second, village = tmp_path / "office1", tmp_path / "office2", tmp_path / "v1"
    office = ("--home", first, "--second", second)
    told = run("office", "establish", "--network", "testnet", "--demonstration", *office, home=first)
    assert told.returncode == 0, told.stderr
    assert "ข้อมูลสาธิต" in told.stdout
    asked = answer(
        run(
            "village",
            "init",
            "--pin",
            first / "network.json",
            "--village",
            "pp01",
            "--officer",
            "pp01-o1",
            "--json",
            home=village,
        )
    )
    enrol = ("office", "enrol", asked["request"], *office, "--establish-village", "--json")
    refused = run(*enrol, "--code", "AAAA-AAAA", home=first)
    assert refused.returncode == 4
    enrolled = answer(
        run(
            "office",
            "enrol",
            asked["request"],
            *office,
            "--code",
            asked["code"],
            "--establish-village",
            "--json",
            home=first,
        )
    )
    assert enrolled["device"] == asked["device"]
    assert answer(run("office", "appoint", "--village", "pp01", *office, "pp01-o1=president", "--json", home=first))
    status = answer(run("office", "status", "--json", home=first))
    assert (status["villages"], status["awaiting"]) == (["pp01"], [])
    assert status["officers"]["pp01"] == {"pp01-o1": ["president"]}
    deposit = ("village", "record", "share_deposited", "member=pp01-m001", "amount=100.00", "box=pp01-o4")
    receipt = run(*deposit, "--day", "22/08/2563", home=village)
    assert receipt.returncode == 0, receipt.stderr
    for shown in ("ข้อมูลสาธิต", "DEMO DATA", "ส่งเงินสัจจะ", "100.00", "pp01-m001", "22 สิงหาคม 2563", "sequence: 1"):
        assert shown in receipt.stdout
    balance = answer(run("village", "balance", "--json", home=village))
    assert [(row["account"], row["amount_satang"]) for row in balance["balances"]] == [(1110, 10_000), (3110, -10_000)]
    assert (balance["debit_satang"], balance["credit_satang"]) == (10_000, 10_000)
    shown_balance = run("village", "balance", home=village).stdout
    assert [line.split()[-2] for line in shown_balance.splitlines() if "รวม" in line] == ["100.00", "100.00"]
    of_one = answer(run("village", "balance", "--member", "pp01-m001", "--json", home=village))
    assert of_one["credit_satang"] is None, "what stands for one member does not balance"
    (line,) = answer(run("village", "log", "--json", home=village))
    assert (line["sequence"], line["state"], line["effect"]) == (1, "saved", "counted")


def test_what_is_typed_wrongly_records_nothing(home: Home) -> None:
    """Exit code 2, a sentence in both languages, no traceback, and the log is as it was."""
    wrong = run("village", "record", "share_deposited", "member=pp01-m001", "amount=ten", "box=b", home=home.path)
    assert wrong.returncode == 2
    assert "ช่อง amount" in wrong.stderr
    assert "[field_wrong]" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert wrong.stdout == ""
    assert answer(run("village", "verify", "--json", home=home.path))["sequence"] == 0


def test_no_connection_and_no_home_are_told_apart(tmp_path: Path, home: Home) -> None:
    """3: nobody answers, everything is kept. 2: this folder belongs to no network."""
    offline = run("village", "sync", home=home.path)
    assert (offline.returncode, offline.stdout) == (3, "")
    assert "[unreachable]" in offline.stderr
    nowhere = run("village", "balance", home=tmp_path / "nothing")
    assert nowhere.returncode == 2
    assert "[not_a_home]" in nowhere.stderr


def test_a_broken_log_ends_with_1_and_its_sequence(home: Home) -> None:
    """English first where the person reads English."""
    words = ("village", "record", "share_deposited", "member=pp01-m001", "amount=1", "box=b")
    for _ in range(2):
        assert run(*words, home=home.path).returncode == 0
    tamper = (
        "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('DROP TRIGGER log_is_never_changed');"
        'c.execute("UPDATE log SET signature = zeroblob(64) WHERE sequence = 2"); c.commit()'
    )
    subprocess.run([sys.executable, "-c", tamper, str(home.log_path)], check=True)
    broken = run("village", "verify", home=home.path, language="en_US.UTF-8")
    assert broken.returncode == 1
    assert broken.stderr.startswith("[log_broken] the log breaks at sequence 2")


async def test_sync_tells_programs_what_it_did(home: Home, world: World) -> None:
    """One document on standard output, whose states the log then shows; a fork is 4 and loud."""

    async def call(*words: str, at: Home = home) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(run, *words, home=at.path)

    record = ("village", "record", "share_deposited", "member=pp01-m001", "box=b")
    async with ServerDouble(world.network, world.fingerprint) as server:
        server.admit(world.entries)
        pin_to_server(home, server.url)
        await call(*record, "amount=1")
        report = answer(await call("village", "sync", "--json"))
        assert (report["merged"], report["waiting"], report["forks"]) == (1, 0, [])
        (line,) = answer(await call("village", "log", "--json"))
        assert (line["state"], line["verdict"]) == ("merged", "merged")
        copy = Home(home.path.with_name("copy"))
        shutil.copytree(home.path, copy.path)
        await call(*record, "amount=2")
        assert (await call("village", "sync")).returncode == 0
        await call(*record, "amount=3", at=copy)
        forked = await call("village", "sync", at=copy)
        assert forked.returncode == 4
        assert "FORK at sequence 2" in forked.stderr


def test_officers_are_named_with_their_village_and_membership(tmp_path: Path) -> None:
    """So that the rules against deciding own matters can work; a word that cannot be read founds nothing."""
    first = tmp_path / "office1"
    office = ("--home", first, "--second", tmp_path / "office2")
    founding = ("office", "establish", "--network", "testnet", "--demonstration", *office, "--json")
    roles = {"o1": "president@pp01", "o2": "secretary@pp02", "o3": "vice_president@pp03", "o4": "treasurer"}
    pairs = [word for person, role in roles.items() for word in ("--officer", f"{person}={role}")]
    for wrong in ("o5=king", "o5=committee@office", "o5=committee:m1", "o1=committee"):
        refused = run(*founding, *pairs, "--officer", wrong, home=first)
        assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
        assert "[option_wrong]" in refused.stderr
        assert not first.exists()
    answer(run(*founding, *pairs, "--by", "o2", home=first))
    appoint = ("office", "appoint", *office, "--by", "o2", "--json", "--village")
    answer(run(*appoint, "pp01", "pp01-o4=treasurer:pp01-m004", home=first))
    answer(run(*appoint, "office", "o6=committee@pp02:pp02-m001", home=first))
    assert run(*appoint, "pp01", "pp01-o1=president@pp01", home=first).returncode == 2
    assert run(*appoint, "PP 1", "pp01-o1=president", home=first).returncode == 2
    status = answer(run("office", "status", "--json", home=first))
    assert status["awaiting"] == []
    assert status["officers"]["office"]["o6"] == ["committee"]
    trust = fold(Home(first)).trust
    assert trust.homes == {"o1": {"pp01"}, "o2": {"pp02"}, "o3": {"pp03"}, "o6": {"pp02"}}
    assert trust.memberships == {"pp01-o4": {"pp01-m004"}, "o6": {"pp02-m001"}}


def test_a_person_is_typed_beside_the_entry_and_looked_up_by_name(tmp_path: Path, home: Home) -> None:
    """From a file, or field by field; what is shown of health is asked for; what is refused repeats nothing."""
    apply = (
        "village", "record", "member_application_submitted", "gender=female", "group=general", "scopes=bank",
    )  # fmt: skip
    file = tmp_path / "person.json"
    file.write_text('{"title": "นาง", "first_name": "สมมุติ", "last_name": "ตัวอย่าง", "birth_date": "22/08/2503"}')
    recorded = run(*apply, "applicant=pp01-m001", "--personal", file, home=home.path)
    assert recorded.returncode == 0, recorded.stderr
    assert "นางสมมุติ ตัวอย่าง" in recorded.stdout, "the receipt is the applicant's"
    assert "สมมุติ" not in recorded.stderr
    (row,) = answer(run("village", "members", "--json", home=home.path))
    assert (row["member"], row["name"]) == ("pp01-m001", "นางสมมุติ ตัวอย่าง")
    told = run("village", "person", "pp01-m001", home=home.path)
    assert "ชื่อ: สมมุติ" in told.stdout
    assert "สมมุติ" in run("village", "members", home=home.path).stdout
    file.write_text('{"first_name": "สม\\u202eมุติ"}')
    refused = run(*apply, "applicant=pp01-m002", "--personal", file, home=home.path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "[text_direction]" in refused.stderr
    assert "มุติ" not in refused.stderr
    file.write_text('{"first_name": "' + "ก" * 10_000 + '"}')
    endless = run(*apply, "applicant=pp01-m002", "--personal", file, home=home.path)
    assert (endless.returncode, "[personal_file_too_large]" in endless.stderr) == (2, True)
    file.write_text("นางสมมุติ")
    unreadable = run(*apply, "applicant=pp01-m002", "--personal", file, home=home.path)
    assert (unreadable.returncode, "[personal_file_unreadable]" in unreadable.stderr) == (2, True)
    leaks = run("village", "record", "member_resignation_requested", "member=pp01-m001", "effective=22/08/2563",
                "reason=นางสมมุติ ย้ายบ้าน", home=home.path)  # fmt: skip
    assert (leaks.returncode, leaks.stdout) == (2, "")
    assert "[personal_in_text]" in leaks.stderr
    assert answer(run("village", "verify", "--json", home=home.path))["sequence"] == 1


def test_a_person_is_asked_for_field_by_field(home: Home) -> None:
    """Enter leaves a field out; questions go to standard error, so that a program still reads its answer."""
    asked = subprocess.run(
        [sys.executable, "-m", "sajja_client", "village", "record", "member_application_submitted",
         "applicant=pp01-m001", "gender=female", "group=general", "scopes=bank", "--personal", "ask", "--json"],
        capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        input="\nสมมุติ\nตัวอย่าง\n\n\n\n๐๘๑-๐๐๐-๐๐๐๐\n\n",
        env={**os.environ, "SAJJA_HOME": str(home.path), "LANG": "th_TH.UTF-8", "LC_ALL": "", "NO_COLOR": "1"},
    )  # fmt: skip
    assert answer(asked)["sequence"] == 1
    assert "โทรศัพท์" in asked.stderr
    known = answer(run("village", "person", "pp01-m001", "--json", home=home.path))
    assert known["person"] == {"first_name": "สมมุติ", "last_name": "ตัวอย่าง", "phone": "0810000000"}


def test_erasure_is_asked_for_at_the_village_and_refused_while_money_is_open(tmp_path: Path, home: Home) -> None:
    """Exit code 1 with the reason; nothing is handed over; the request is in the log."""
    file = tmp_path / "person.json"
    file.write_text('{"first_name": "สมมุติ"}')
    assert run("village", "erase", "pp01-m001", home=home.path).returncode == 1
    run("village", "record", "member_application_submitted", "applicant=pp01-m001", "gender=female", "group=general",
        "scopes=bank", "--personal", file, home=home.path)  # fmt: skip
    run("village", "record", "share_deposited", "member=pp01-m001", "amount=100.00", "box=pp01-o4", home=home.path)
    refused = run("village", "erase", "pp01-m001", home=home.path)
    assert refused.returncode == 1
    assert "[money_open]" in refused.stderr
    assert "100.00" in refused.stderr
    lines = answer(run("village", "log", "--json", home=home.path))
    assert [line["type"] for line in lines][-1] == "personal_data_erasure_requested"
    run("village", "record", "share_withdrawn", "member=pp01-m001", "amount=100.00", "box=pp01-o4", home=home.path)
    done = answer(run("village", "erase", "pp01-m001", "--json", home=home.path))
    assert json.loads(Path(done["file"]).read_text())["member"] == "pp01-m001"
