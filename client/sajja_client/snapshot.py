"""A snapshot of the fold beside the log, so that a village's books need not be folded from zero for every command.

* It is never the source of truth: the fold can do without it, and does where anything about it is in doubt. Deleting
  the file loses nothing. Its digest is against damage, not against who could write the log as well: `sajja village
  verify` folds from zero, and removes a snapshot that says anything else.
* It stands for a prefix of what is in the log's file: so many lines of each feed, each ending in a known hash, and so
  many own lines. Lines are never changed or removed there, so a prefix that still ends so is still the same.
* It is of this very code: its name for the code is the hash of everything that decides what a fold is.
* A file that is torn, damaged, of another network, of other code, or ahead of the log is no snapshot.
* There are two. One holds what the feeds have shown and the own lines that stand among them, and goes on when feeds
  grow. The other holds the own tail, too, which a sync puts elsewhere: it goes on only while no feed has grown.
"""

import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

import sajja_schemas
from sajja_client.durable import replace_file
from sajja_client.mirror import Reached
from sajja_schemas import packing
from sajja_schemas.books import Books

MODE: Final = 0o600
_TAG: Final = b"sajja books snapshot v1\n"
_DIGEST_BYTES: Final = 32


class Snapshot(msgspec.Struct):
    """A fold that can be gone on with."""

    code: bytes
    network: str
    fingerprint: str
    device: bytes
    feeds: list[Reached]
    index: int  # the last index of the network log that is folded
    next_own: int
    own_hash: bytes | None  # of the own line before
    books: Books


def load(path: Path) -> Snapshot | None:
    """What was kept, or None where it is torn, damaged, or of other code."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, kept = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if sha256(_TAG + kept).digest() != digest:
        return None
    try:
        snapshot = _decoder.decode(kept)
    except (msgspec.DecodeError, RecursionError):  # its digest holds: other code wrote it
        return None
    return snapshot if snapshot.code == code_digest() else None


def pack(snapshot: Snapshot) -> bytes:
    """The bytes to keep, as the state is now."""
    kept = packing.pack(snapshot)
    return sha256(_TAG + kept).digest() + kept


def untouched(books: Books) -> Books:
    """The books with the lists of what changed emptied, as by a keeper: they are no part of what is known."""
    for name in books.__struct_fields__:
        if name.startswith("touched_"):
            getattr(books, name).clear()
    books.registers.touched.clear()
    return books


def keep(path: Path, data: bytes) -> None:
    """Write packed bytes. Where that fails, the next fold is longer, and nothing else."""
    try:
        replace_file(path, data, mode=MODE)
    except OSError:
        return


@cache
def code_digest() -> bytes:
    """The hash of the code that decides what a fold is: the schemas, and this client's way to fold."""
    schemas = Path(sajja_schemas.__file__).parent
    own = Path(__file__).parent
    digest = sha256(f"{sys.version_info[:2]} {msgspec.__version__}\n".encode())
    for path in [*sorted(schemas.rglob("*.py")), own / "books.py", own / "mirror.py", own / "snapshot.py"]:
        data = path.read_bytes()
        digest.update(b"%d %d\n" % (len(path.name), len(data)) + path.name.encode() + data)
    return digest.digest()


_decoder: Final = packing.unpacker(Snapshot)
