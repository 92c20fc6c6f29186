"""What schemathesis must be told of our media types: lines are sent as they were made up."""

import schemathesis
from schemathesis import Case, SerializationContext


@schemathesis.serializer("application/x-ndjson")
def lines(_context: SerializationContext, value: object) -> bytes:
    """Any value as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


__all__ = ["Case", "lines"]
