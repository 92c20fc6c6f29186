"""Where a run of tests keeps what it throws away: in memory where there is room, for a disk is what it waits for most.

Every test has a database of its own, and every tablet's line is on its disk before it is acknowledged: thousands of
small syncs. Nothing here cuts the power, so no test could tell a disk from memory; what is killed is a process.
Whoever names a folder (TMPDIR) has it there.
"""

import os
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")
_ROOM_BYTES: Final = 4 * 1024**3  # a run has held less than a third of it


def has_room(folder: Path) -> bool:
    """Whether a folder can be written, holds programs that may run, and has room."""
    try:
        there = os.statvfs(folder)
    except OSError:
        return False
    is_for_programs = not there.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return is_for_programs and there.f_bavail * there.f_frsize >= _ROOM_BYTES and os.access(folder, os.W_OK | os.X_OK)


def use_memory() -> None:
    """Let everything temporary of this process and of those that it starts be in memory, if it can."""
    if "TMPDIR" not in os.environ and has_room(_MEMORY):
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = str(_MEMORY)
