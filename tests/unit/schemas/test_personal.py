"""Personal parts as bytes: what commits to what, and the one form of a line."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas import limits
from sajja_schemas.entry import EntryRef, Unreadable, from_base64url, to_base64url
from sajja_schemas.personal import (
    PersonalPart,
    commitment_of,
    decode_part,
    encode_part,
    looks_like_part,
    named_commitment,
)

VECTORS = json.loads((Path(__file__).parents[3] / "schemas" / "vectors" / "personal.json").read_text(encoding="utf-8"))
ENTRY = EntryRef(device="A" * 43, hash="A" * 43, sequence=7)
salts = st.binary(min_size=16, max_size=16)


def named(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


@named(VECTORS["commitments"])
def test_commitments(case: dict[str, Any]) -> None:
    part = PersonalPart(entry=ENTRY, salt=bytes.fromhex(case["salt"]), data=bytes.fromhex(case["data"]))
    assert to_base64url(part.commitment) == case["commitment"]


@named(VECTORS["lines"])
def test_lines(case: dict[str, Any]) -> None:
    line = case["line"].encode()
    if case["valid"]:
        assert encode_part(decode_part(line)) == line
    else:
        with pytest.raises(Unreadable):
            decode_part(line)


@given(salts, st.binary(min_size=1, max_size=300))
def test_a_line_gives_back_the_exact_bytes(salt: bytes, data: bytes) -> None:
    part = PersonalPart(entry=ENTRY, salt=salt, data=data)
    line = encode_part(part)
    assert decode_part(line) == part
    assert b"\n" not in line


@given(salts, st.binary(min_size=1, max_size=40), st.integers(0, 16 + 39))
def test_every_byte_is_committed_to(salt: bytes, data: bytes, at: int) -> None:
    changed = bytearray(salt + data)
    changed[at % len(changed)] ^= 1
    assert commitment_of(bytes(changed[:16]), bytes(changed[16:])) != commitment_of(salt, data)


def test_salt_and_data_cannot_trade_bytes() -> None:
    """Sixteen bytes of salt, always: or one commitment would have two meanings."""
    for salt, data in ((bytes(15), b"x"), (bytes(17), b"x"), (bytes(16), b"")):
        with pytest.raises(ValueError, match="bytes"):
            commitment_of(salt, data)
    with pytest.raises(ValueError, match="bytes"):
        commitment_of(bytes(16), bytes(limits.PERSONAL_DATA_BYTES_MAX + 1))


def test_a_part_never_prints_what_it_says() -> None:
    part = PersonalPart(entry=ENTRY, salt=bytes(16), data="นามสมมุติ".encode())
    assert to_base64url(part.commitment) in repr(part)
    assert "นามสมมุติ" not in repr(part)
    assert part.data.hex() not in repr(part)


@pytest.mark.parametrize(("line", "looks"), [
    (encode_part(PersonalPart(entry=ENTRY, salt=bytes(16), data=b"x")), True),
    (b' {"data":', True),
    (b'{"entry":{},"salt":"', True),
    (b'{"key":"', False),
    (b"", False),
])  # fmt: skip
def test_a_part_is_recognised_even_where_it_is_broken(line: bytes, looks: bool) -> None:
    """So that nobody keeps it as proof of anything."""
    assert looks_like_part(line) is looks


def test_a_refusal_never_quotes_the_line() -> None:
    with pytest.raises(Unreadable) as refused:
        decode_part('{"data":"นามสมมุติ","entry":1,"salt":"x"}'.encode())
    assert "นามสมมุติ" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "commitment"),
    [
        (b'{"personal":"%b"}' % (b"A" * 43), "A" * 43),
        (b'{"event":{},"personal":"%b","v":9}' % (b"A" * 43), "A" * 43),
        (b"{}", None),
        (b'{"personal":null}', None),
        (b'{"personal":7}', None),
        (b'{"personal":"A"}', None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
)
def test_what_a_body_names_is_read_whatever_the_rest_is(body: bytes, commitment: str | None) -> None:
    """An entry from the future may commit to a part, and its part is kept."""
    assert named_commitment(body) == (from_base64url(commitment, 32) if commitment else None)
