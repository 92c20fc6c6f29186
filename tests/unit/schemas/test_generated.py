"""What is generated is fresh, and says what the code says."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from sajja_schemas import canonical
from sajja_schemas.entry import split_line
from sajja_schemas.events import CATALOGUE, Body, lines_of, read_body
from sajja_schemas.verdicts import Effect, HeldCode, PartVerdict, RejectedCode, RejectedPartCode, Verdict

ROOT = Path(__file__).parents[3]
JSON = ROOT / "schemas" / "json"


def test_everything_generated_is_fresh() -> None:
    """If this fails: run `make schema`, and read what changed."""
    result = subprocess.run(
        [sys.executable, "schemas/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_schemas_are_schemas() -> None:
    for name in ("events.schema.json", "wire.schema.json"):
        meta.validate(json.loads((JSON / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads((JSON / "events.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, validate_formats=True)


def bodies() -> list[tuple[str, dict[str, Any]]]:
    effects = json.loads((ROOT / "schemas" / "vectors" / "effects.json").read_text(encoding="utf-8"))
    lines = [(line, "counted") for line in effects["prologue"]]
    lines += [(line["line"], line["effect"]) for case in effects["cases"] for line in case["lines"]]
    return [(effect, json.loads(split_line(line.encode())[2])) for line, effect in lines]


def test_the_schema_accepts_what_counts(validator: Draft202012Validator) -> None:
    for body in {json.dumps(body): body for effect, body in bodies() if effect == "counted"}.values():
        validator.validate(body)


def test_the_schema_refuses_null_where_a_field_is_optional(validator: Draft202012Validator) -> None:
    body = next(body for effect, body in bodies() if effect == "counted")
    assert validator.is_valid(body)
    assert not validator.is_valid({**body, "personal": None})
    assert "null" not in (JSON / "events.schema.json").read_text(encoding="utf-8")


def test_the_posting_table_has_every_event() -> None:
    table = json.loads((JSON / "postings.json").read_text(encoding="utf-8"))
    assert [event["type"] for event in table["events"]] == sorted(CATALOGUE)


def test_verdicts_stand_in_order_of_precedence() -> None:
    table = json.loads((JSON / "verdicts.json").read_text(encoding="utf-8"))
    assert [verdict["code"] for verdict in table["verdicts"]] == list(Verdict)
    assert table["rejected"] == list(RejectedCode)
    assert table["held"] == list(HeldCode)
    assert table["effects"] == list(Effect)
    assert table["parts"] == list(PartVerdict)
    assert table["rejected_parts"] == list(RejectedPartCode)


def test_the_format_names_every_code() -> None:
    page = (ROOT / "schemas" / "LOG_FORMAT.md").read_text(encoding="utf-8")
    for code in (*Verdict, *RejectedCode, *HeldCode, *Effect, *PartVerdict, *RejectedPartCode):
        assert f"`{code.value}`" in page or code is Effect.COUNTED, code


def test_every_event_stands_in_the_domain() -> None:
    page = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")
    for tag in CATALOGUE:
        assert f"`{tag}`" in page, tag


def test_every_field_has_a_word_in_thai() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    words: dict[str, str] = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE))
    for event_type in CATALOGUE.values():
        for field in event_type.__struct_fields__:
            if field not in {"bylaws", "caused_by", "meeting", "paper_reason", "receipt", "source"}:
                assert re.search("[ก-๛]", words.get(field, "")), field


def test_every_event_has_an_example_that_is_read_as_it_stands(validator: Draft202012Validator) -> None:
    """The lines of an example are pinned by the table of `support.posting_table`."""
    examples = json.loads((ROOT / "schemas" / "vectors" / "events.json").read_text(encoding="utf-8"))
    assert {example["event"]["type"] for example in examples} == set(CATALOGUE)
    name = "A" * 43
    for example in examples:
        document = {
            "by": "recorder", "date": "2020-06-01", "device": name, "event": example["event"], "network": "testnet",
            "previous": name, "recorded_at": 0, "sequence": 1, "v": 1, "village": "pp01",
        }  # fmt: skip
        validator.validate(document)
        body = read_body(canonical.encode(document))
        assert isinstance(body, Body), example
        assert lines_of(body) == [
            (line["ledger"], line["account"], line["sub"], line["amount_satang"]) for line in example["lines"]
        ]
