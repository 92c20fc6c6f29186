"""What schemathesis must be told of our media types: lines are sent as they were made up."""

from typing import Any

import schemathesis
from schemathesis import Case, HookContext, SerializationContext


@schemathesis.serializer("application/x-ndjson")
def lines(_context: SerializationContext, value: object) -> bytes:
    """Any value as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def filter_case(_context: HookContext, case: "Case[Any]") -> bool:
    """A path has neither null nor true: what is sent is a village of that name, a name like others, and no mistake."""
    village = (case.path_parameters or {}).get("village", "")
    return isinstance(village, str) and village not in {"null", "true", "false"}


__all__ = ["Case", "filter_case", "lines"]
