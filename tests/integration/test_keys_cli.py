"""Officers' PINs and enrolment as people type them: real processes, a real network, no default and no secret shown."""

import json
import time
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest

from sajja_client.home import Home
from sajja_schemas.entry import to_base64url
from support.commands import answer, run
from support.terminal import typed_at

OFFICE_PINS: Final = "".join(f"office-o{at}=48291{at}\n" for at in range(1, 6))
PERSON: Final = "pp01-o1"
PINS: Final = "pp01-o1=482915\npp01-o3=๗๓๐๒๖๔\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    """A real network, whose officers have PINs on both devices."""
    path = tmp_path_factory.mktemp("office")
    (path / "minutes.txt").write_text("รายงานการประชุม", encoding="utf-8")
    at = ("--home", str(path / "one"), "--second", str(path / "two"))
    meeting = ("--attended", "60", "--entitled", "100", "--minutes", str(path / "minutes.txt"))
    founding = ("office", "establish", "--network", "testnet", *at, *meeting, "--json")
    refused = run(*founding, home=path / "one")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "[pin_needed]" in refused.stderr  # a real network has no officer without a PIN, and no default one
    answer(run("--pin-file", "-", *founding, home=path / "one", typed=OFFICE_PINS))
    return path, at


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, office: tuple[Path, tuple[str, ...]]
) -> tuple[Path, dict[str, Any]]:
    """A village's tablet, pinned by what a scanner types, and its request: as it is before anybody used it."""
    path = tmp_path_factory.mktemp("prepared")
    pin = run("office", "pin", "--village", "pp01", "--home", office[0] / "one", "--json", home=office[0])
    words = ("village", "init", "--pin", "-", "--officer", "pp01-o1", "--officer", "pp01-o3", "--label", "แท็บเล็ต 1")
    pins = path / "pins"
    pins.write_text(PINS, encoding="utf-8")
    pins.chmod(0o600)
    scanned = json.dumps(json.loads(pin.stdout)) + "\n"
    home = path / "tablet"
    return home, answer(run("--pin-file", pins, *words, "--json", home=home, typed=scanned))


@pytest.fixture
def tablet(tmp_path: Path, prepared: tuple[Path, dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
    """That tablet, for one test alone."""
    home, asked = prepared
    return copytree(home, tmp_path / "tablet"), asked


def test_the_office_scans_the_qr_and_enrols_once(
    office: tuple[Path, tuple[str, ...]], tablet: tuple[Path, dict[str, Any]]
) -> None:
    path, at = office
    home, asked = tablet
    enrol = ("--pin-file", "-", "office", "enrol", asked["request"], *at, "--json")
    wrong = run(*enrol, "--code", "ABCD-EFGH-JKLM", home=path, typed=OFFICE_PINS)
    assert (wrong.returncode, wrong.stdout) == (4, "")
    assert "[code_differs]" in wrong.stderr
    assert asked["code"] not in wrong.stderr
    enrolled = answer(run(*enrol, "--code", asked["qr"], home=path, typed=OFFICE_PINS))
    assert enrolled["device"] == asked["device"]
    again = run(*enrol, "--code", asked["code"], home=path, typed=OFFICE_PINS)
    assert "[request_used]" in again.stderr
    assert answer(run("village", "officer", "list", "--json", home=home)) == [
        {"person": person, "has_pin": True, "state": "unknown"} for person in ("pp01-o1", "pp01-o3")
    ]


def test_a_wrong_pin_signs_nothing_and_is_never_shown(tablet: tuple[Path, dict[str, Any]]) -> None:
    home, _asked = tablet
    for event, amount in (("share_deposited", 100), ("share_withdrawn", 20)):
        said = ("village", "record", event, "member=pp01-m001", f"amount={amount}", "box=pp01-o4", "--json")
        answer(run(*said, home=home))  # the tablet's own key has no PIN: recording asks for nobody
    approve = ("--pin-file", "-", "village", "approve", "2", "--person", "pp01-o1", "--yes", "--json")
    wrong = run(*approve, home=home, typed="pp01-o1=111229")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "[pin_wrong]" in wrong.stderr
    assert "111229" not in wrong.stderr
    letters = run(*approve, home=home, typed="pp01-o1=abcdef")
    assert "[pin_refused]" in letters.stderr
    assert "abcdef" not in letters.stderr
    assert answer(run("village", "verify", "--json", home=home))["sequence"] == 2
    (waiting,) = answer(run("village", "pending", "--json", home=home))
    assert (waiting["sequence"], waiting["amount_satang"], waiting["approved_by"]) == (2, 2000, [])
    assert waiting["counts"]  # the cash has left the box
    done = answer(run(*approve, home=home, typed="pp01-o1=๔๘๒๙๑๕"))
    assert done["approved"] == [waiting["ref"]]
    assert [one["ref"] for one in done["waiting"]] == [waiting["ref"]]
    unknown = run("village", "approve", "ZZZZZZZZ", "--person", "pp01-o1", home=home)
    assert "[not_pending]" in unknown.stderr
    shown = run("village", "pending", home=home).stdout
    assert waiting["ref"] in shown
    assert "20.00 บาท" in shown
    assert answer(run("village", "verify", "--json", home=home))["sequence"] == 3


def test_a_pin_is_changed_and_a_forgotten_one_is_a_new_key(tablet: tuple[Path, dict[str, Any]]) -> None:
    home, asked = tablet
    before = Home(home).public_key("pp01-o1")
    change = ("--pin-file", "-", "village", "pin", "pp01-o1", "--json")
    easy = run(*change, home=home, typed="pp01-o1=482915 123456")
    assert "[pin_refused]" in easy.stderr
    assert answer(run(*change, home=home, typed="pp01-o1=482915 193746"))["key"] == before
    assert "[pin_wrong]" in run(*change, home=home, typed="pp01-o1=482915 193747").stderr
    renew = ("--pin-file", "-", "village", "officer", "renew", "pp01-o1", "--json")
    renewed = answer(run(*renew, home=home, typed="pp01-o1=550817"))
    assert renewed["device"] == asked["device"]
    assert renewed["code"] != asked["code"]
    assert Home(home).public_key("pp01-o1") != before


def test_a_script_that_guesses_waits_longer_each_time(tablet: tuple[Path, dict[str, Any]]) -> None:
    """The wait is real: the sixth try takes its two seconds, whatever the clock says."""
    home, _asked = tablet
    (home / "officers" / "pp01-o1.tries").write_bytes(b"5       ")
    began = time.monotonic()
    change = ("--pin-file", "-", "village", "pin", "pp01-o1")
    assert "[pin_wrong]" in run(*change, home=home, typed="pp01-o1=111229 550817").stderr
    assert time.monotonic() - began >= 2
    assert (home / "officers" / "pp01-o1.key").exists()


def test_what_is_shown_to_people_has_the_code_the_fingerprint_and_a_qr(
    office: tuple[Path, tuple[str, ...]], tablet: tuple[Path, dict[str, Any]]
) -> None:
    home, asked = tablet
    shown = run("--pin-file", "-", "village", "request", home=home, typed=PINS).stdout
    fingerprint = asked["fingerprint"]
    assert fingerprint[:4] + " " + fingerprint[4:8] in shown
    assert "24" in shown
    assert shown.count("█") > 200
    pin = run("office", "pin", "--village", "pp01", "--home", office[0] / "one", home=office[0]).stdout
    assert fingerprint[:4] + " " + fingerprint[4:8] in pin
    assert pin.count("█") > 200


def test_no_file_of_a_tablet_holds_a_pin(tablet: tuple[Path, dict[str, Any]]) -> None:
    """Nor anything that a PIN alone would make."""
    home, _asked = tablet
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for pin in ("482915", "730264"):
                assert pin.encode() not in data
                assert sha256(pin.encode()).digest() not in data
                assert to_base64url(sha256(pin.encode()).digest()).encode() not in data


def test_an_officer_types_the_pin_and_the_screen_shows_none_of_it(tmp_path: Path) -> None:
    """The first that anybody tries is sent back, so are two that differ; a wrong one may be typed again."""
    one, tablet = tmp_path / "one", tmp_path / "tablet"
    answer(run("office", "establish", "--network", "testnet", "--demonstration", "--home", one, "--second",
               tmp_path / "two", "--json", home=one))  # fmt: skip
    screen, code = typed_at(
        [
            "village",
            "init",
            "--pin",
            one / "network.json",
            "--village",
            "pp01",
            "--officer",
            "pp01-o1",
            "--home",
            tablet,
        ],
        [("PIN", "123456"), ("PIN", "482915"), ("once more", "482916"), ("PIN", "๔๘๒๙๑๕"), ("once more", "482915")],
    )
    assert code == 0
    assert "[pin_refused]" in screen
    assert "สองครั้งไม่ตรงกัน" in screen
    again, code = typed_at(
        ["village", "pin", PERSON, "--home", tablet],
        [("PIN", "111229"), ("PIN", "482915"), ("new PIN", "730264"), ("once more", "730264")],
    )
    assert code == 0
    assert "รหัส PIN ไม่ถูกต้อง" in again
    for typed in ("123456", "482915", "482916", "111229", "730264", "๔๘๒๙๑๕"):
        assert typed not in screen + again


def test_a_demonstration_may_ask_nobody_for_a_pin_and_a_real_network_may_not(tmp_path: Path) -> None:
    """A block of commands that is pasted must not be eaten by a question for a PIN."""
    for at, kind in enumerate((["--demonstration"], [])):
        first, second = tmp_path / f"office{at}", tmp_path / f"second{at}"
        words: list[str | Path] = [
            "office",
            "establish",
            "--network",
            "testnet",
            "--home",
            first,
            "--second",
            second,
            *kind,
        ]
        screen, code = typed_at([*words, "--without-pins"], [])
        assert "PIN ให้" not in screen
        assert (code, "[pin_required]" in screen) == ((0, False) if kind else (2, True)), screen
