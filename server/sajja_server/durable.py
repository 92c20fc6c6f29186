"""Files that survive a power cut: written wholly or not at all.

A file is written beside its place and synced first, and only then takes its name. A name survives only once its folder
does, so folders are synced, too; who writes many files syncs each folder once, at the end.
"""

import os
import secrets
from pathlib import Path


def write_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file, whether or not it exists. Its folder is not synced yet."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        os.fchmod(descriptor, mode)
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
