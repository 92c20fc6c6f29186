"""One document, one string of bytes; and the same one that RFC 8785 gives."""

from contextlib import suppress
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.canonical import NotCanonical, decode, encode
from sajja_schemas.limits import DEPTH_MAX, INTEGER_MAX

keys = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
leaves = st.text() | st.booleans() | st.integers(min_value=-INTEGER_MAX, max_value=INTEGER_MAX)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


documents = st.dictionaries(keys, values, max_size=6).filter(lambda document: depth(document) <= DEPTH_MAX)


@given(documents)
def test_what_is_encoded_is_decoded_again(document: dict[str, Any]) -> None:
    assert decode(encode(document)) == document


@given(documents)
def test_the_bytes_are_those_of_rfc_8785(document: dict[str, Any]) -> None:
    assert encode(document) == rfc8785.dumps(document)


@given(documents, st.data())
def test_another_byte_is_another_document_or_none(document: dict[str, Any], data: st.DataObject) -> None:
    encoded = encode(document)
    at = data.draw(st.integers(min_value=0, max_value=len(encoded) - 1))
    changed = encoded[:at] + bytes([data.draw(st.integers(min_value=0, max_value=255))]) + encoded[at + 1 :]
    try:
        read = decode(changed)
    except NotCanonical:
        return
    assert encode(read) == changed


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(NotCanonical):
        assert encode(decode(data)) == data


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "not an object"),
        ({"a": None}, "null"),
        ({"a": 1.5}, "a float"),
        ({"a": b"x"}, "a bytes"),
        ({"a": (1,)}, "a tuple"),
        ({1: 1}, "a key"),
        ({"A": 1}, "a key"),
        ({"a": INTEGER_MAX + 1}, "an integer"),
        ({"a": "\ud800"}, "a lone surrogate"),
        ({"a": [[[[[[[[1]]]]]]]]}, "nested deeper"),
    ],
)
def test_what_has_no_form_is_refused_with_the_reason(document: Any, reason: str) -> None:
    with pytest.raises(NotCanonical, match=reason):
        encode(document)


def test_a_bomb_of_brackets_is_refused() -> None:
    with pytest.raises(NotCanonical):
        decode(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
