"""A command at a terminal of its own, and somebody who types when asked."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_SECONDS = 60
_CHUNK = 4096


def typed_at(words: Sequence[str | Path], answers: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """What stood on the screen, and the exit code. Each answer is typed when the words before it are asked."""
    terminal, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "sajja_client", *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # without this terminal a command would ask at the one that runs the tests
        env={**os.environ, "LANG": "th_TH.UTF-8", "LC_ALL": "", "NO_COLOR": "1", "COLUMNS": "200"},
    )
    os.close(theirs)
    screen, seen, left = b"", 0, list(answers)
    give_up = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < give_up:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            shown = os.read(terminal, _CHUNK)
        except OSError:  # the other end was closed
            break
        if not shown:
            break
        screen += shown
        # Only at a prompt, which waits behind its colon: what is typed before it is discarded, as it should be.
        if left and screen.endswith(b": ") and left[0][0].encode() in screen[seen:]:
            seen = len(screen)
            os.write(terminal, left.pop(0)[1].encode() + b"\n")
    os.close(terminal)
    code = child.wait(TIMEOUT_SECONDS)
    assert not left, f"nobody asked for {left[0][0]}: {screen.decode(errors='replace')}"
    return screen.decode(), code
