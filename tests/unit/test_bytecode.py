"""The tests' processes compile the sources once, whatever the machine's environment says."""

import os
import subprocess
import sys

import pytest

from support.bytecode import keep_bytecode


def test_a_process_that_a_test_starts_keeps_what_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    keep_bytecode()
    told = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"],
        capture_output=True, text=True, env=dict(os.environ), check=True,
    )  # fmt: skip
    assert told.stdout == "False\n"
    assert not sys.dont_write_bytecode
