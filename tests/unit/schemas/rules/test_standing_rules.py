"""Each rule that reads the books finds what it is for, and leaves its neighbour alone; and what is said once is so."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sajja_schemas.events import CATALOGUE, AnyEvent
from sajja_schemas.findings import Finding, found
from sajja_schemas.registers.said import ONCE, Once
from sajja_schemas.rules import RULES, STANDING_RULES
from unit.schemas.rules.scenes import Stage
from unit.schemas.rules.standing_cases import ON, STANDING_CASES, Books

BY_CODE = {rule.code: rule for rule in STANDING_RULES}
EXAMPLES = {
    example["event"]["type"]: example["event"]
    for example in json.loads((Path(__file__).parents[4] / "schemas" / "vectors" / "events.json").read_text("utf-8"))
}


def read(code: str, stage: Stage, on: date) -> list[Finding]:
    return [found(BY_CODE[code], hit, village="office") for hit in BY_CODE[code].read(stage.books, on)]


def told(code: str, books: Books) -> list[Finding]:
    stage = Stage()
    for act in books[0]:
        act(stage)
    return read(code, stage, books[1])


def example_of(once: Once) -> AnyEvent:
    fields: dict[str, Any] = EXAMPLES[str(once.event.__struct_config__.tag)]
    if once.named is not None:
        fields = fields | {once.named: "s1"}
    return msgspec.convert(fields, AnyEvent)  # type: ignore[no-any-return]  # of the catalogue


def test_every_rule_has_its_two_cases() -> None:
    assert set(STANDING_CASES) | {once.code for once in ONCE} == set(BY_CODE)


@pytest.mark.parametrize("code", sorted(STANDING_CASES))
def test_it_finds_what_it_is_for(code: str) -> None:
    findings = told(code, STANDING_CASES[code][0])
    assert findings
    for finding in findings:
        thai, english = RULES[code].sentences(finding)
        assert "{" not in thai + english


@pytest.mark.parametrize("code", sorted(STANDING_CASES))
def test_it_leaves_its_neighbour_alone(code: str) -> None:
    assert told(code, STANDING_CASES[code][1]) == []


@pytest.mark.parametrize("once", ONCE, ids=lambda once: f"{once.code}-{once.event.__name__}")
def test_what_is_said_once_is_found_when_it_is_said_twice(once: Once) -> None:
    """And no longer, when one of them is reversed."""
    assert once.event in CATALOGUE.values()
    stage = Stage()
    said = example_of(once)
    stage.count(said)
    assert read(once.code, stage, ON) == []
    stage.count(said)
    (finding, *_others) = read(once.code, stage, ON)
    assert [sequence for _device, sequence in finding.entries] == [1, 2]
    stage.lines -= 1
    stage.count(said, sign=-1)
    assert read(once.code, stage, ON) == []
