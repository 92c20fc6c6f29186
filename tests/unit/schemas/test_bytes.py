"""Base64url, keys and feed lines; lines of entries stand in `vectors/entries.json`."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas import signing
from sajja_schemas.entry import Unreadable, encode_line, from_base64url, is_village, split_line, to_base64url
from sajja_schemas.signing import SigningKey
from sajja_schemas.wire import FeedLine, decode_feed_line, encode_feed_line


@given(st.binary(min_size=1, max_size=70))
def test_base64url_is_read_again(data: bytes) -> None:
    text = to_base64url(data)
    assert text == urlsafe_b64encode(data).rstrip(b"=").decode()
    assert from_base64url(text, len(data)) == data
    assert from_base64url(text.encode(), len(data)) == data


@given(st.text(alphabet="ABab01-_+/=\n é", max_size=8), st.integers(min_value=1, max_value=6))
def test_no_two_texts_mean_the_same_bytes(text: str, length: int) -> None:
    try:
        data = from_base64url(text, length)
    except Unreadable:
        return
    assert len(data) == length
    assert to_base64url(data) == text


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64), st.binary(max_size=50))
def test_a_line_is_cut_where_it_was_joined(key: bytes, signature: bytes, body: bytes) -> None:
    line = encode_line(key, signature, body)
    if b"\n" in body or b"\r" in body:
        with pytest.raises(Unreadable):
            split_line(line)
    else:
        assert split_line(line) == (key, signature, body)


@given(st.integers(0, 2**53), st.integers(1, 2**53), st.integers(0, 2**53), st.binary(max_size=50))
def test_a_feed_line_is_cut_where_it_was_joined(index: int, place: int, at: int, line: bytes) -> None:
    read = decode_feed_line(encode_feed_line(index, place, at, line))
    assert read == FeedLine(index=index, feed_sequence=place, received_at=at, line=line)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b'{"index":1,"entry":{}}', b'{"index":1,"feed_sequence":1,"received_at":1,"entry":', b'{,"entry":}'],
)
def test_what_is_no_feed_line_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_feed_line(data)


def test_a_key_never_prints_itself() -> None:
    seed = bytes(range(32))
    key = SigningKey.from_randomness(seed)
    assert key.public.hex() in repr(key)
    assert seed.hex() not in repr(key)
    assert key.secret_seed() == seed


def test_a_key_has_32_secret_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        SigningKey(b"short")


def test_many_signatures_are_judged_one_by_one() -> None:
    key = SigningKey(bytes(32))
    good = key.sign(signing.ENTRY_TAG, b"body")
    batch = [(key.public, good, b"body"), (key.public, good, b"bodY"), (key.public, good, b"body")]
    assert signing.are_entries_valid(batch) == [True, False, True]


def test_villages_have_codes() -> None:
    assert all(map(is_village, ("pp01", "office", "ab", "a" * 16)))
    assert not any(map(is_village, ("", "a", "a" * 17, "1a", "PP", "a-b", "pp01\n")))
