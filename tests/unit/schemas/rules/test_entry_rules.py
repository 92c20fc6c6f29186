"""Each rule that is asked of an entry finds what it is for, and leaves its neighbour alone."""

import pytest

from sajja_schemas.findings import Finding
from sajja_schemas.rules import ENTRY_RULES, RULES, ask, questions, refusals
from unit.schemas.rules.entry_cases import ENTRY_CASES, Scene
from unit.schemas.rules.scenes import Stage, event

BY_CODE = {rule.code: rule for rule in ENTRY_RULES}


def told(code: str, scene: Scene) -> Finding | None:
    before, (tag, fields), on = scene
    stage = Stage()
    for act in before:
        act(stage)
    body = stage.body(event(tag, **fields), on)
    assert type(body.event) in BY_CODE[code].events
    return ask(BY_CODE[code], stage.books, body, "entry")


def test_every_rule_has_its_two_cases() -> None:
    assert set(ENTRY_CASES) == set(BY_CODE)


@pytest.mark.parametrize("code", sorted(ENTRY_CASES))
def test_it_finds_what_it_is_for(code: str) -> None:
    found = told(code, ENTRY_CASES[code][0])
    assert found is not None
    assert found.code == code
    thai, english = RULES[code].sentences(found)
    assert "{" not in thai + english


@pytest.mark.parametrize("code", sorted(ENTRY_CASES))
def test_it_leaves_its_neighbour_alone(code: str) -> None:
    assert told(code, ENTRY_CASES[code][1]) is None


@pytest.mark.parametrize("code", sorted(ENTRY_CASES))
def test_at_the_author_it_is_refused_or_asked(code: str) -> None:
    """A slip of the pen is refused; a breach of bylaws is only told."""
    before, (tag, fields), on = ENTRY_CASES[code][0]
    stage = Stage()
    for act in before:
        act(stage)
    body = stage.body(event(tag, **fields), on)
    said = {finding.code for finding in (refusals if BY_CODE[code].refuses else questions)(stage.books, body)}
    assert code in said
