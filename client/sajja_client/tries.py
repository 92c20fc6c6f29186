"""Wrong PINs make the next try wait, longer and longer; they never wipe a key.

* A try is counted on the disk before it is made, and forgotten when it was right: killing the program wins no try.
* The wait is waited, not computed from a clock: setting the tablet's clock shortens nothing, and lengthens nothing.
* One program tries at a time, for each key. Whoever can write in the folder can remove the count, and can copy the
  sealed key, too: this is for the screen, not for a thief with the disk.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sajja_client.problems import CannotWrite

FREE_TRIES: Final = 5
WAIT_SECONDS_MAX: Final = 300
_COUNT_BYTES_MAX: Final = 8


def wait_seconds(wrong: int) -> int:
    """How long a try waits after so many wrong ones: nothing for five, then 2, 4, 8 seconds, five minutes at most."""
    return 0 if wrong < FREE_TRIES else min(2 ** min(wrong - FREE_TRIES + 1, 16), WAIT_SECONDS_MAX)


@contextmanager
def one_try(path: Path, wait: Callable[[int], None]) -> Iterator[None]:
    """One try at a PIN: it is wrong if it ends with an exception, and right if it does not.

    Args:
        path: where the wrong tries at this key are counted.
        wait: waits so many seconds, and says so.

    Raises:
        CannotWrite: a try that cannot be counted is not made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        wrong = _read(descriptor)
        if seconds := wait_seconds(wrong):
            wait(seconds)
        _write(descriptor, wrong + 1)
        yield
        _write(descriptor, 0)
    finally:
        os.close(descriptor)  # and the lock with it


def _read(descriptor: int) -> int:
    text = os.pread(descriptor, _COUNT_BYTES_MAX, 0).strip()
    return int(text) if text.isdigit() else 0


def _write(descriptor: int, wrong: int) -> None:
    os.pwrite(descriptor, b"%-8d" % min(wrong, 10**7), 0)
    os.fsync(descriptor)
