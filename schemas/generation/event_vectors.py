"""An example of every event, and what it posts: `vectors/events.json`.

What posts money is told by the table that people wrote by hand (`support.posting_table` and the unit tests hold the
code to it). Of the other events an example is made from the shape of their fields.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import inspect

from generation.files import SCHEMAS, Files, as_json
from sajja_schemas.events import CATALOGUE, AnyEvent, Body, lines_of, tag_of
from sajja_schemas.events.base import Event
from support import posting_table
from support.world import DAY

_TEXTS: Final = (  # the first of these that a pattern takes
    "A" * 43, "A" * 86, "2020-06", "pp01", "bank:pp01", "group:pp01-shrimp", "WORD", "word", "ข้อความ",
)  # fmt: skip
_NAMED: Final = {"ledger": "bank:pp01", "village": "pp01", "from_village": "pp01", "to_village": "pp02"}


def files() -> Files:
    """One file: every event at least once."""
    return {SCHEMAS / "vectors" / "events.json": as_json(vectors())}


def vectors() -> list[dict[str, Any]]:
    """The examples, sorted by tag."""
    told = {tag_of(event) for event, _lines in posting_table.TABLE}
    events = [event for event, _lines in posting_table.TABLE]
    events += [example_of(event_type) for tag, event_type in CATALOGUE.items() if tag not in told]
    return [_vector(event) for event in sorted(events, key=tag_of)]


def _vector(event: AnyEvent) -> dict[str, Any]:
    body = Body(
        v=1, network="testnet", village="pp01", device="A" * 43, sequence=1, previous="A" * 43, by="recorder",
        date=DAY, recorded_at=0, event=event,
    )  # fmt: skip
    lines = lines_of(body) if event.declared.postings else []
    return {
        "event": msgspec.to_builtins(event),
        "lines": [
            {"ledger": ledger, "account": account, "sub": sub, "amount_satang": amount}
            for ledger, account, sub, amount in lines
        ],
    }


def example_of(event_type: type[Event]) -> AnyEvent:
    """An event with every field that it needs, and nothing else."""
    made: AnyEvent = _struct(event_type)
    return made


def _struct(struct_type: type[msgspec.Struct]) -> Any:
    info = inspect.type_info(struct_type)
    assert isinstance(info, inspect.StructType)
    return struct_type(**{field.name: _value(field.name, field.type) for field in info.fields if field.required})


def _value(name: str, shape: inspect.Type) -> Any:
    match shape:
        case inspect.Metadata():
            return _value(name, shape.type)
        case inspect.StructType():
            return _struct(shape.cls)
        case inspect.LiteralType():
            return shape.values[0]
        case inspect.DateType():
            return DAY
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return max(shape.ge or 0, 900 if name.endswith("_satang") else 1)
        case inspect.VarTupleType():
            return tuple(_value(f"{name}{at}", shape.item_type) for at in range(shape.min_length or 0))
        case _:
            assert isinstance(shape, inspect.StrType), shape
            return _text(name, shape)


def _text(name: str, shape: inspect.StrType) -> str:
    kind = Any if shape.pattern is None else _kind(shape)
    for text in (_NAMED.get(name), *_TEXTS):
        if text is not None and _fits(text, kind):
            return text
    raise ValueError(f"no example fits {name}: {shape.pattern}")


def _kind(shape: inspect.StrType) -> Any:
    return Annotated[str, msgspec.Meta(pattern=shape.pattern, max_length=shape.max_length)]


def _fits(text: str, kind: Any) -> bool:
    try:
        msgspec.convert(text, kind)
    except msgspec.ValidationError:
        return False
    return True
