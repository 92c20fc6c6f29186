"""Canonical JSON: RFC 8785 restricted to integers.

 * A document is one object. Text is UTF-8 without lone surrogates.
 * Keys match `[a-z][a-z0-9_]{0,39}` and are sorted; no key stands twice.
 * Numbers are integers within plus or minus 2^53 - 1: no fraction, no exponent, no minus zero.
 * There is no null: absent means absent. Nesting is at most 8 deep.

Bytes are canonical when decoding them generically and encoding the result gives the same bytes, *and* a walk of the
decoded tree finds nothing forbidden. Equality alone would let 1.5, null and 2^70 through; the walk alone would let
white space and key order through. Decoding is generic, so fields from the future survive.
"""

import re
from typing import Any, Final

import msgspec

from sajja_schemas import limits

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_encoder: Final = msgspec.json.Encoder(order="deterministic")
_decoder: Final = msgspec.json.Decoder()


class NotCanonical(ValueError):
    """These bytes, or this value, are not canonical JSON; the message says which rule is broken."""


def encode(document: dict[str, Any]) -> bytes:
    """The one byte string for a document.

    Raises:
        NotCanonical: the document holds something that the profile has no form for.
    """
    _check_document(document)
    try:
        return _encoder.encode(document)
    except UnicodeEncodeError as error:
        raise NotCanonical("a lone surrogate") from error


def decode(data: bytes) -> dict[str, Any]:
    """The document of canonical bytes.

    Raises:
        NotCanonical: the bytes are not what `encode` would give.
    """
    try:
        document = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotCanonical("not JSON") from error
    _check_document(document)
    if _encoder.encode(document) != data:
        raise NotCanonical("another encoding of the same document")
    return document  # type: ignore[no-any-return]  # _check_document has seen that it is an object


def _check_document(document: object) -> None:
    if type(document) is not dict:
        raise NotCanonical("not an object")
    _check(document, depth=1)


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is bool:
        return
    if kind is int:
        if not -limits.INTEGER_MAX <= value <= limits.INTEGER_MAX:  # type: ignore[operator]
            raise NotCanonical("an integer beyond 2^53 - 1")
        return
    if depth > limits.DEPTH_MAX:
        raise NotCanonical(f"nested deeper than {limits.DEPTH_MAX}")
    if kind is dict:
        for key, member in value.items():  # type: ignore[attr-defined]
            if type(key) is not str or not _KEY.fullmatch(key):
                raise NotCanonical("a key that is not [a-z][a-z0-9_]{0,39}")
            _check(member, depth + 1)
    elif kind is list:
        for member in value:  # type: ignore[attr-defined]
            _check(member, depth + 1)
    else:
        raise NotCanonical("null" if value is None else f"a {kind.__name__}")
