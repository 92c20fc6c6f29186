"""Files that survive a power cut: written wholly or not at all.

A file is written beside its place and synced first, and only then takes its name: a reader sees the old bytes or the
new ones, never half of them, and a new name never stands for an empty file. A name survives only once its folder does,
so that is synced, too.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file that must not exist.

    Raises:
        FileExistsError: it does.
    """
    beside = _write_beside(path, data, mode)
    try:
        # Unlike a rename, a link takes no name that is taken: not a file's, and not a symbolic link's.
        os.link(beside, path)
    finally:
        beside.unlink()
    sync_directory(path.parent)


def replace_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file, whether or not it exists."""
    beside = _write_beside(path, data, mode)
    try:
        beside.replace(path)
    except OSError:
        beside.unlink()
        raise
    sync_directory(path.parent)


@contextmanager
def replaced_file(path: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """A file that is too large to hold: write it under the name that is given; it takes its place when that is done.

    Whatever goes wrong, the old file stays and the half-written one does not.
    """
    beside = _write_beside(path, b"", mode)
    try:
        yield beside
        descriptor = os.open(beside, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
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


def _write_beside(path: Path, data: bytes, mode: int) -> Path:
    """The bytes on the disk, under a name of the same folder that nobody looks for."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        os.fchmod(descriptor, mode)  # a umask may only have taken from it, but a test reads it
        _write(descriptor, data)
    except BaseException:
        beside.unlink()
        raise
    finally:
        os.close(descriptor)
    return beside


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)
