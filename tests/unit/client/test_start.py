"""A command starts with what it needs: people wait for it, and on a small tablet they wait longer."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

HEAVY = ("aiohttp", "asyncio", "openpyxl", "segno", "typst", "xlsxwriter", "sajja_client.demo")
_IMPORTED = """
import sys
from sajja_client.cli import app
try:
    app(sys.argv[2:], standalone_mode=True)
except SystemExit as end:
    ended = end.code
print(ended, *sorted(set(sys.argv[1].split()) & sys.modules.keys()), file=sys.stderr)
"""


def imported(words: Sequence[str], asked: Sequence[str]) -> str:
    """The exit code, and which of these modules were imported."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED, " ".join(asked), *words], capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("group", ["village", "office", "audit"])
def test_no_command_waits_for_libraries_that_it_does_not_use(group: str) -> None:
    assert imported([group, "sync", "--help"], HEAVY) == "0"


@pytest.mark.parametrize(
    ("words", "others"),
    [
        (["village", "log", "--help"], ["sajja_client.cli.office_trust", "sajja_client.cli.audit"]),
        (["demo", "--help"], ["sajja_client.cli.office_trust", "sajja_client.cli.audit", "sajja_client.cli.tablet"]),
    ],
)
def test_the_commands_of_other_people_are_not_read(words: list[str], others: list[str]) -> None:
    assert imported(words, others) == "0"


def test_the_help_of_all_lists_every_group() -> None:
    asked = ["sajja_client.cli.tablet", "sajja_client.cli.office_trust", "sajja_client.cli.audit"]
    assert imported(["--help"], asked) == "0 " + " ".join(sorted(asked))
