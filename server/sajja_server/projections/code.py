"""Which code has made a build: besides the version, which people raise, a hash of the source, which nobody forgets."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import sajja_schemas

_TAG: Final = b"sajja projection code v1\n"


@cache
def code_hash() -> bytes:
    """SHA-256 over the source that decides what a build holds: the schemas and the projections, byte for byte."""
    schemas, own = Path(sajja_schemas.__file__).parent, Path(__file__).parent
    digest = sha256(_TAG)
    for folder in (schemas, own):
        for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            data = path.read_bytes()
            digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.digest()
