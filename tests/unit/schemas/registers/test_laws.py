"""The laws of every register: free of the order of arrival, and a reversal leads back to where it was."""

import json
import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.canonical import encode
from sajja_schemas.events import Body, read_body
from sajja_schemas.registers import NOTES
from unit.schemas.registers.noted import NAME, Noted

EXAMPLES = json.loads((Path(__file__).parents[4] / "schemas" / "vectors" / "events.json").read_text(encoding="utf-8"))


def example(number: int, month: int, village: str) -> Body:
    event = EXAMPLES[number]["event"] | {"receipt": {"book": month, "no": number}, "meeting": f"meeting-{month}"}
    if event["type"] == "bank_deposit_made":
        event["slip"] = "s1"
    document = {
        "by": "recorder", "date": f"2020-{month:02}-01", "device": NAME, "event": event, "network": "testnet",
        "previous": NAME, "recorded_at": 0, "sequence": 1, "v": 1, "village": village,
    }  # fmt: skip
    body = read_body(encode(document))
    assert isinstance(body, Body), event
    return body


bodies = st.builds(
    example, st.integers(0, len(EXAMPLES) - 1), st.sampled_from([1, 2, 12]), st.sampled_from(["pp01", "pp02"])
)
histories = st.lists(bodies, max_size=30)


@given(histories, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_registers(history: list[Body], chance: random.Random) -> None:
    other = chance.sample(history, len(history))
    assert Noted.of(history).registers.rows == Noted.of(other).registers.rows


@given(histories, histories)
def test_a_reversal_leads_back_to_where_it_was(history: list[Body], taken_back: list[Body]) -> None:
    noted = Noted.of([*history, *taken_back])
    for body in taken_back:
        noted.take(body, -1)
    assert noted.registers.rows == Noted.of(history).registers.rows


@given(histories, histories)
def test_a_reversal_that_comes_first_is_the_same(history: list[Body], taken_back: list[Body]) -> None:
    noted = Noted()
    for body in taken_back:
        noted.take(body, -1)
    for body in [*taken_back, *history]:
        noted.take(body)
    assert noted.registers.rows == Noted.of(history).registers.rows


@given(histories)
def test_what_changed_is_said_to_who_keeps_the_registers(history: list[Body]) -> None:
    registers = Noted.of(history).registers
    assert all(registers.touched[name] >= set(rows) for name, rows in registers.rows.items())


def test_every_declared_note_is_taken_of_some_example() -> None:
    noted = Noted.of(example(number, 1, "pp01") for number in range(len(EXAMPLES)))
    assert {note.register for note in NOTES} <= set(noted.registers.touched)
