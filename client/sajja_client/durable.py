"""Files that survive a power cut: written wholly or not at all.

A new file survives only once its folder does, so both are synced. A file that replaces another is written beside it
first and renamed: a reader sees the old bytes or the new ones, never half of them.
"""

import os
from pathlib import Path


def create_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file that must not exist.

    Raises:
        FileExistsError: it does.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        os.fchmod(descriptor, mode)  # a umask may only have taken from it, but a test reads it
        _write(descriptor, data)
    finally:
        os.close(descriptor)
    sync_directory(path.parent)


def replace_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file, whether or not it exists."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    create_file(beside, data, mode=mode)
    beside.replace(path)
    sync_directory(path.parent)


def create_directory(path: Path) -> None:
    """A folder for its owner alone; one that exists stays as it is."""
    if path.is_dir():
        return
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)
