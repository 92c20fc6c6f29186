"""The page of life events: each table is told by a test, and each command on it can be typed."""

import re
import shlex
from pathlib import Path

from sajja_client.typed import read_event
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import CATALOGUE
from support.life_page import PAGE, names_on_page

STORIES = Path(__file__).parents[1] / "acceptance"


def refuse(_sequence: int) -> EntryRef:
    raise AssertionError("no command on the page names another entry")


def test_every_table_is_told_by_an_acceptance_test() -> None:
    """A table that nobody compares would rot."""
    stories = "\n".join(path.read_text(encoding="utf-8") for path in STORIES.glob("test_life_*.py"))
    names = names_on_page()
    assert len(names) == len(set(names)) >= 16
    assert [name for name in names if f'"{name}"' not in stories] == []


def test_every_command_on_the_page_is_one_that_can_be_typed() -> None:
    typed = re.findall(r"^sajja village record (\w+) (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(typed) >= 5
    for tag, words in typed:
        assert type(read_event(tag, shlex.split(words), refuse)) is CATALOGUE[tag]


def test_every_entry_that_the_page_names_is_in_the_catalogue() -> None:
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", PAGE.read_text(encoding="utf-8")))
    no_events = {"pro_rata", "welfare_joined", "welfare_paid_to"}
    assert named - no_events <= CATALOGUE.keys()
