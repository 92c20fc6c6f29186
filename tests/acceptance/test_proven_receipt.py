"""From the founding to a member's proven receipt, with the commands that people type; and a log key that was lost."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.database import Database
from support.process import ServerProcess, server_process
from support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def run(*words: str | Path, program: str = "sajja", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "th_TH.UTF-8", "NO_COLOR": "1", **settings}
    return subprocess.run(
        [Path(sys.executable).with_name(program), *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def answer(*words: str | Path, program: str = "sajja", **settings: str) -> Any:
    done = run(*words, "--json", program=program, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Office:
    """The office's two devices, and the operator beside them."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.first, self.second, self.folder = folder / "office1", folder / "office2", folder
        self.both = ("--home", self.first, "--second", self.second)
        # One URL does for all here, and the server steps down to its own role.
        self.settings = {"migrate_url": "", "signer": str(folder / "signer"), "tiles": str(folder / "tiles")}
        self.operator = {f"SAJJA_{name.upper()}": value for name, value in self.settings.items()} | {
            "SAJJA_DATABASE_URL": database.server_url
        }
        self.url = database.server_url

    def found(self) -> None:
        told = run("office", "establish", "--network", "testnet", "--demonstration", *self.both)
        assert told.returncode == 0, told.stderr
        self.operate("log-key", "testnet", "--from", self.first / "log.key")
        self.operate("admit", self.first / "network.sajja")

    def operate(self, *words: str | Path) -> Any:
        return answer(*words, program="sajja-server", **self.operator)

    def sync(self, server: ServerProcess) -> Any:
        return answer("office", "sync", "--home", self.first, "--server", server.url)

    def published(self, size: int) -> None:
        """Wait until the operator sees so many entries published."""
        wait_until(lambda: self.operate("status")["networks"][0], lambda seen: seen["published"] >= size)


def test_a_member_takes_home_a_receipt_that_proves_itself(tmp_path: Path, database: Database) -> None:
    office = Office(tmp_path, database)
    office.found()
    village = tmp_path / "pp01"
    with server_process(office.url, settings=office.settings) as server:
        office.sync(server)
        asked = answer(
            "village", "init", "--pin", office.first / "network.json", "--village", "pp01", "--home", village
        )
        answer("office", "enrol", asked["request"], *office.both, "--code", asked["code"], "--establish-village")
        office.sync(server)
        deposit = ("record", "share_deposited", "member=pp01-m001", "amount=100.00", "box=pp01-o4")
        answer("village", *deposit, "--home", village)
        synced = answer("village", "sync", "--home", village, "--server", server.url)
        assert synced["merged"] == 1
        office.published(office.operate("status")["networks"][0]["size"])
        synced = answer("village", "sync", "--home", village, "--server", server.url)
        assert (synced["log_state"], synced["proven"], synced["log_alarms"]) == ("verified", 1, [])
        proof = tmp_path / "one.tlog-proof"
        given = run("village", "receipt", "1", "--out", proof, "--home", village, "--server", server.url)
        assert "พิสูจน์แล้ว" in given.stdout, given.stderr
    # The server is gone; the receipt proves what it proves.
    checked = answer("village", "receipt", "1", "--check", proof, "--home", village)
    assert checked["proven"]["size"] == synced["log_size"]
    assert answer("village", "status", "--home", village)["proven"] == 1
    (found,) = office.operate("verify")["networks"]
    assert (found["problem"], found["size"]) == (None, synced["log_size"])


def test_a_lost_log_key_is_replaced_by_the_office(tmp_path: Path, database: Database) -> None:
    office = Office(tmp_path, database)
    office.found()
    fingerprint = json.loads((office.first / "network.json").read_text())["fingerprint"]
    with server_process(office.url, settings=office.settings) as server:
        office.sync(server)
        office.published(office.operate("status")["networks"][0]["size"])
        before = office.operate("status")["networks"][0]["published"]
        (tmp_path / "signer" / "testnet.key").unlink()
        request = tmp_path / "request.json"
        made = run("log-key", "testnet", "--new", "--request", fingerprint, program="sajja-server", **office.operator)
        assert made.returncode == 0, made.stderr
        request.write_text(made.stdout)
        answer("office", "adopt-log-key", request, *office.both, "--reason", "the disk broke")
        office.sync(server)
        office.published(before + 3)  # the adoption, and two approvals
        assert office.sync(server)["log_state"] == "verified"
