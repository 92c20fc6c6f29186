"""Plain data as MessagePack, whatever its integers: how the state of a fold is kept.

One entry may say 2^53 - 1, and sums of what a stolen tablet says pass 2^63; MessagePack ends there. An integer beyond
it is kept as its digits, so that nobody's nonsense keeps the books of everybody from being written.
"""

from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T")

_FIRST: Final = -(2**63)
_LAST: Final = 2**63 - 1
_encode: Final = msgspec.msgpack.Encoder().encode


def pack(value: object) -> bytes:
    """The bytes of plain data."""
    try:
        return _encode(value)
    except OverflowError:
        return _encode(_spelled(msgspec.to_builtins(value)))


def unpacker(kind: type[T]) -> msgspec.msgpack.Decoder[T]:
    """What reads such bytes again; digits are an integer where one is due."""
    return msgspec.msgpack.Decoder(kind, strict=False)


def _spelled(value: Any) -> Any:
    if type(value) is int:
        return value if _FIRST <= value <= _LAST else str(value)
    if isinstance(value, dict):
        return {_spelled(key): _spelled(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_spelled(one) for one in value)
    return value
