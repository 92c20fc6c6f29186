"""The server's interface: OpenAPI 3.1, as the server itself tells it at `/openapi.json`."""

from generation.files import SCHEMAS, Files
from sajja_server.api.openapi import encoded


def files() -> Files:
    """The document, byte for byte as it is served."""
    return {SCHEMAS / "json" / "openapi.json": encoded().decode()}
