"""The page: files that a browser runs as they are, and the headers that keep them to this origin.

There is no build step (docs/adr/0012). The files are read once, when the server starts; `/` is the document and
everything else lies under `/page/`. The policy allows no inline script or style and no other origin; the files obey it.

No web framework in this package; the API gives these bytes a route.
"""

from hashlib import sha256
from importlib.resources import files
from typing import Final

import msgspec

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Cache-Control": "no-cache",  # asked again each time, answered by the ETag: a new server never meets an old page
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_TYPES: Final = {
    "index.html": "text/html",
    "page.css": "text/css",
    "favicon.svg": "image/svg+xml",
    "page.js": "text/javascript",
    "view.js": "text/javascript",
    "passkeys.js": "text/javascript",
    "signin.js": "text/javascript",
    "findings.js": "text/javascript",
    "format.js": "text/javascript",
    "strings.js": "text/javascript",
    "formulas.js": "text/javascript",
}


class PageFile(msgspec.Struct, frozen=True):
    """One file of the page. Its text is UTF-8."""

    body: bytes
    content_type: str
    etag: str  # without quotes


def read_page() -> dict[str, PageFile]:
    """Every file of the page by the path at which it is served."""
    folder = files(__name__)
    page = {}
    for name, content_type in _TYPES.items():
        body = (folder / name).read_bytes()
        path = "/" if name == "index.html" else f"/page/{name}"
        page[path] = PageFile(body, content_type, sha256(body).hexdigest()[:32])
    return page
